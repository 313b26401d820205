//! Scenario files as users write them: good ones, and a folder of bad ones with everything that is said about each.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kendall::broker::Delay;
use kendall::scenario;
use kendall::time::Span;

/// The whole file of the language's description.
const FLASH_SALE: &str = "\
name: flash-sale
question: How many payment workers keep orders moving when the sale opens?

run:
  duration: 30min            # of scenario time; arrivals stop then
  warmup: none               # none (something that starts and ends) | auto (a steady state) | a duration
  seed: 1
  replications: 20           # of the simulation; or {precision: 2%, of: response.p99, at_most: 400}
  drain: until_empty         # until_empty | none | a duration: what happens to messages still inside when arrivals stop

queues:
  orders:
    capacity: 100000         # messages waiting; default: unlimited
    when_full: refuse        # refuse | block | drop_oldest | dead_letter
    dead_letter: unpaid
    redelivery: {limit: 4, then: dead_letter}
  unpaid:

producers:
  shop:
    publishes_to: orders
    arrivals:
      poisson: {rate: {steps: {0min: 50/s, 10min: 900/s, 15min: 80/s}}}   # about 372,000 messages

consumers:
  payments:
    takes_from: orders
    count: 12
    prefetch: 10
    service: {lognormal: {mean: 20ms, cv: 1.5}}
    acknowledge: after
    fails: 1%

targets:
  - response.p99 < 30s
  - lost = 0
";

/// The message about a scenario that must not be read.
fn said(path: &Path, overrides: &[&str]) -> String {
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    match scenario::load(path, &overrides) {
        Ok(_) => "nothing: it was read\n".to_owned(),
        Err(problems) => format!("{problems}\n"),
    }
}

/// `KENDALL_BLESS=1 cargo test --test scenarios` writes what is said into the expected files; read them then as a user.
#[test]
fn every_bad_scenario_is_answered_as_expected() {
    let bless = std::env::var_os("KENDALL_BLESS").is_some();
    let mut wrong = Vec::new();
    let mut names: Vec<_> = fs::read_dir("tests/bad").unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    names.sort();
    assert!(names.len() >= 40, "{} bad scenarios", names.len());
    for path in names {
        let said = said(&path, &[]);
        let expected_path = path.with_extension("expected");
        if bless {
            fs::write(&expected_path, &said).unwrap();
        }
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if said != expected {
            wrong.push(format!("{}\n--- expected\n{expected}--- said\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A folder for the files of one test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Reads bytes as a scenario file and says where the first problem is and what it is, within a time.
fn first_problem(name: &str, bytes: &[u8]) -> String {
    let path = folder(name).join("huge.yaml");
    fs::write(&path, bytes).unwrap();
    let start = Instant::now();
    let problems = scenario::load(&path, &[]).unwrap_err().to_string();
    let took = start.elapsed();
    // A guard against quadratic reading, far above what is needed even on a busy machine.
    assert!(took < Duration::from_secs(5), "{name} took {took:?}");
    println!("{name}: {took:?}");
    let place = problems.lines().nth(1).and_then(|line| line.split_once("huge.yaml:"));
    let message = problems.lines().next().unwrap();
    let message = message.split_once("huge.yaml: ").map_or(message, |(_, rest)| rest);
    match place {
        Some((_, place)) => format!("{place} {}", message.trim_start_matches("error: ")),
        None => message.to_owned(),
    }
}

#[test]
fn files_made_to_do_harm_are_refused_soon() {
    let laughs: String =
        (1..10).map(|i| format!("l{i}: &l{i} [{}]\n", vec![format!("*l{}", i - 1); 9].join(", "))).collect();
    let laughs = format!("l0: &l0 ha\n{laughs}");
    let aliases = format!("a: &a 1\nb: [{}]\n", vec!["*a"; 101].join(", "));
    let opened: String = (0..32).map(|i| format!("&a{i} [")).collect();
    let anchors = format!("{opened}{}{}", "1, ".repeat(20_000), "]".repeat(32));
    let mut wrong = Vec::new();
    for (name, text, expected) in [
        ("size", "# x\n".repeat(600_000), "is larger than 1 MiB"),
        ("brackets", "[".repeat(100_000), "1:33 is nested deeper than 32 levels"),
        ("braces", "{".repeat(100_000), "1:33 is nested deeper than 32 levels"),
        ("dashes", "- ".repeat(100_000), "1:65 is nested deeper than 32 levels"),
        ("keys", (0..900).map(|i| " ".repeat(i) + "a:\n").collect(), "33:33 is nested deeper than 32 levels"),
        ("laughs", laughs, "6:9 has more than 100000 values, aliases followed"),
        ("aliases", aliases, "2:405 has more than 100 aliases"),
        ("anchors", anchors, "1:164 has more than 100000 values, aliases followed"),
        ("values", format!("a: [{}]", "1, ".repeat(300_000)), "1:299996 has more than 100000 values, aliases followed"),
        (
            "one-line",
            "a".repeat(1_000_000),
            "1:1 `aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…` stands where keys belong",
        ),
        ("comment", format!("# {}", "a".repeat(1_000_000)), "1:1 there is nothing in this file"),
        ("quote", format!("\"{}", "a ".repeat(500_000)), "1:1 a quotation mark is not closed"),
        ("colons", "a: ".repeat(300_000), "1:5 a `:` stands where no key can be"),
        ("questions", "? ".repeat(100_000), "1:65 is nested deeper than 32 levels"),
        (
            "names",
            format!("queues: {{{}}}", (0..40_000).map(|i| format!("k{i}: , ")).collect::<String>()),
            "1:1 `producers` is missing",
        ),
        ("word", format!("run: {{drain: {}, {}: 1}}", "a".repeat(400_000), "b".repeat(400)), "1:1 `queues` is missing"),
        ("target", format!("targets: [{0}.{0} < 1s]", "a".repeat(400_000)), "1:1 `queues` is missing"),
        ("points", (0..40_000).map(|i| format!("k{i}: {i}\n")).collect(), "1:1 k0: unknown key"),
    ] {
        let said = first_problem(name, text.as_bytes());
        if said != expected {
            wrong.push(format!("{name}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let mut rubbish: Vec<u8> = (0..500_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    rubbish.insert(0, 0xff);
    assert_eq!(first_problem("rubbish", &rubbish), "1:1 is no text in UTF-8");
}

#[test]
fn all_problems_are_told_at_once_in_the_order_of_the_file() {
    let text = "\
run: {duration: 40, seed: x}
queues:
  orders: {capacity: many, dead_letter: failde}
  failed:
producers:
  shop:
    publishes_to: order
    arrivals: {rate: 200/s}
consumers:
  workers:
    takes_from: orders
    count: 0
    sevice: 12ms
    prefetch: 0
targets:
  - respons.p99 < 30s
  - lost = none
";
    let problems = scenario::read(Some("shop.yaml"), text, Path::new(""), &[]).unwrap_err();
    let said: Vec<String> =
        problems.iter().map(|problem| problem.message.split(": ").next().unwrap_or_default().to_owned()).collect();
    let expected = [
        "run.duration",
        "run.seed",
        "queues.orders.capacity",
        "queues.orders.dead_letter",
        "producers.shop.publishes_to",
        "producers.shop.arrivals",
        "consumers.workers.count",
        "consumers.workers.sevice",
        "consumers.workers.prefetch",
        "targets[0]",
        "targets[1]",
    ];
    assert_eq!(said, expected, "{problems}");
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_without_opening_it() {
    let folder = folder("irregular");
    let scenario = |file: &str| {
        format!(
            "queues: {{a: {{}}}}\nproducers: {{p: {{publishes_to: a, arrivals: {{poisson: {{rate: 5/s}}}}}}}}\n\
             consumers: {{w: {{takes_from: a, service: {{empirical: {{file: {file}, column: t, unit: s}}}}}}}}\n"
        )
    };
    let said_of = |file: &str| {
        let path = folder.join("scenario.yaml");
        fs::write(&path, scenario(file)).unwrap();
        said(&path, &[])
    };
    fs::write(folder.join("good.csv"), "t\n1\n").unwrap();
    assert_eq!(said_of("good.csv"), "nothing: it was read\n");
    assert_eq!(said_of("./good.csv"), "nothing: it was read\n");

    let made = std::process::Command::new("mkfifo").arg(folder.join("pipe.csv")).status();
    assert!(made.unwrap().success());
    std::os::unix::fs::symlink("/etc/passwd", folder.join("out.csv")).unwrap();
    std::os::unix::fs::symlink("good.csv", folder.join("inside.csv")).unwrap();
    std::os::unix::fs::symlink("loop.csv", folder.join("loop.csv")).unwrap();
    assert!(said_of("pipe.csv").contains("`pipe.csv`: is no regular file"));
    assert!(said_of("out.csv").contains("`out.csv`: is a link that leads out of the scenario's folder"));
    assert!(said_of("loop.csv").contains("`loop.csv`: cannot be read"));
    assert_eq!(said_of("inside.csv"), "nothing: it was read\n");

    assert!(said(&folder.join("pipe.csv"), &[]).contains("is no regular file"));
    assert!(said(&folder, &[]).contains("is a folder"));
    assert!(said(&folder.join("none.yaml"), &[]).contains("there is no such file"));
    assert!(said(Path::new("/dev/zero"), &[]).contains("is no regular file"));
}

#[test]
fn overrides_replace_add_and_remove_and_are_checked_like_the_file() {
    let path = &folder("overrides").join("flash-sale.yaml");
    fs::write(path, FLASH_SALE).unwrap();
    let set = |overrides: &[&str]| {
        let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
        scenario::load(path, &overrides).unwrap_or_else(|problems| panic!("{problems}"))
    };
    let changed = set(&[
        "consumers.payments.count=14",
        "consumers.payments.service=5ms",
        "queues.orders.capacity=null",
        "queues.unpaid.redelivery.delay=2s",
        "run.seed=7",
        "targets=[lost = 0]",
    ]);
    assert_eq!(changed.consumers[0].count, 14);
    assert_eq!(changed.consumers[0].rules.service.mean_s(), 0.005);
    assert_eq!(changed.queues[0].rules.capacity, None);
    assert_eq!(changed.queues[1].rules.redelivery.delay, Delay::constant(Span::from_secs(2)));
    assert_eq!((changed.run.seed, changed.targets.len()), (7, 1));
    assert_eq!(changed.source.overrides.len(), 6);
    assert_eq!(changed.source.text, FLASH_SALE);

    let expected = "\
error: consumers.payments.count: `many` is no whole number
 --> --set 1:1:26
  |
1 | consumers.payments.count=many
  |                          ^^^^
  |
  = help: write a whole number from 1 to 50000

error: consumers.payments.cout: unknown key
 --> --set 2:1:20
  |
1 | consumers.payments.cout=3
  |                    ^^^^
  |
  = help: did you mean `count`?

error: `seed` has no `=`
 --> --set 3:1:1
  |
1 | seed
  | ^^^^
  |
  = help: write `path=value`, such as `run.seed=2`
";
    assert_eq!(said(path, &["consumers.payments.count=many", "consumers.payments.cout=3", "seed"]), expected);
    for odd in ["=", ".=1", "a..b=2", "run.seed=[", "run=5=6", "queues.orders.when_full.x=1", "=x", "queues=\t"] {
        assert!(said(path, &[odd]).starts_with("error: "), "{odd}");
    }
}

#[test]
fn a_short_form_is_a_whole_scenario_file() {
    let text = "{system: M/M/3, rate: 200/s, service: 12ms}";
    let scenario = scenario::read(Some("class.yaml"), text, Path::new(""), &["run.seed=3".to_owned()]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!((scenario.name.as_str(), scenario.run.seed), ("M/M/3", 3));
    assert_eq!(scenario.run.duration.to_string(), "500s");
    assert_eq!(scenario.run.warmup, scenario::Warmup::Auto);
    assert!(scenario.is_steady() && !scenario.run.duration_given);
    // What the result keeps is the whole file, which everything behind sees.
    assert!(scenario.source.text.contains("exponential: {mean: 12ms}"));
}

#[test]
fn the_whole_file_of_the_language_is_read() {
    let scenario = scenario::read(Some("flash-sale.yaml"), FLASH_SALE, Path::new(""), &[]);
    let scenario = scenario.unwrap_or_else(|problems| panic!("{problems}"));
    let orders = &scenario.queues[0].rules;
    assert_eq!((orders.capacity, orders.redelivery.limit), (Some(100_000), Some(4)));
    assert_eq!(scenario.queue(orders.dead_letter.unwrap()).name, "unpaid");
    let payments = &scenario.consumers[0];
    assert_eq!((payments.count, payments.prefetch, payments.rules.fails), (12, 10, 0.01));
    assert_eq!(scenario.run.warmup, scenario::Warmup::None);
    let published = scenario.producers[0].arrivals.expected(kendall::time::Time::ZERO + scenario.run.duration);
    assert!((published - 372_000.0).abs() < 1e-6, "{published}");
    assert_eq!(
        scenario::describe(&scenario),
        "207 messages a second on average and 900 at the peak (Poisson) to queue `orders`, worked on by 12 `payments` \
         at 20ms each. Offered load 4.18 on average and 18.18 at the peak, retries included, on 12 consumers: \
         utilization 35 % on average; at the peak load 152 %, more than they can do: the queue fills up."
    );
}

#[test]
fn a_trace_is_read_plain_and_packed() {
    let folder = folder("trace");
    let text = "time,bytes\n100,3\n100,4\n102,9\n";
    fs::write(folder.join("plain.csv"), text).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
    fs::write(folder.join("packed.csv.gz"), gzip.finish().unwrap()).unwrap();
    for file in ["plain.csv", "packed.csv.gz"] {
        let text = format!(
            "queues: {{a: }}\nproducers: {{p: {{publishes_to: a, arrivals: {{trace: {{file: {file}, column: time, \
             unit: s, resolution: 1s}}}}}}}}\n"
        );
        let scenario = scenario::read(None, &text, &folder, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        let key = kendall::random::Key::of_seed(1);
        let instants: Vec<f64> = scenario.producers[0].arrivals.stream(key).map(|at| at.seconds()).collect();
        assert_eq!(instants, [0.0, 0.5, 2.0]);
        assert_eq!(scenario.run.duration.to_string(), "2001ms");
    }
}

mod changed_at_random {
    use std::path::Path;

    use kendall::random::Key;
    use kendall::scenario;
    use proptest::prelude::*;

    /// Words that stand somewhere in a scenario, or should not.
    const WORDS: [&str; 44] = [
        "0",
        "-1",
        "1e308",
        "1e-308",
        "nan",
        "5m",
        "0s",
        "1ns",
        "36500d",
        "100%",
        "0%",
        "1e8/s",
        "1/d",
        "0/s",
        "null",
        "~",
        "none",
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        "\"",
        "'",
        "#",
        "&a",
        "*a",
        "!t",
        "- ",
        "\n",
        "\t",
        "\0",
        "é",
        "|",
        ">",
        "%",
        "orders",
        "unpaid",
        "dead_letter",
        "drop_oldest",
        "{constant: 0s}",
        "{exponential: {mean: 1ns}}",
        "{system: M/M/1}",
    ];

    fn check(text: &str) {
        let scenario = match scenario::read(Some("a.yaml"), text, Path::new(""), &[]) {
            Ok(scenario) => scenario,
            Err(problems) => return assert!(problems.to_string().starts_with("error: ")),
        };
        // What is read can be used: nothing behind it checks again.
        assert!(scenario::describe(&scenario).len() < 2000);
        let key = Key::of_seed(1);
        for producer in &scenario.producers {
            let _ = producer.arrivals.stream(key).take(20).count();
        }
        for consumers in &scenario.consumers {
            let sampler = consumers.rules.service.sampler();
            let _ = sampler.draw(&mut key.number(7).draws());
            assert!(consumers.rules.service.mean_s().is_finite());
        }
        for target in &scenario.targets {
            assert!(target.value.is_finite());
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_the_reader_panic(
            edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, 0..WORDS.len()), 1..4),
        ) {
            let parts = super::FLASH_SALE.split_inclusive([' ', '{', '}', ',', '\n', ':']);
            let mut parts: Vec<String> = parts.map(str::to_owned).collect();
            for (at, what, word) in edits {
                let at = at.index(parts.len());
                match what {
                    0 => parts[at].clear(),
                    1 => parts[at] = WORDS[word].to_owned(),
                    2 => parts[at].insert_str(0, WORDS[word]),
                    _ => parts[at] = format!("{}, ", WORDS[word]),
                }
            }
            check(&parts.concat());
        }
    }
}
