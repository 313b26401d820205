//! The program as a user meets it: arguments, streams, exit codes, and what happens when something is wrong.

mod compare;
mod events;
mod formulas;
mod language;
mod live;
mod new;
mod outputs;
mod plot;
mod report;
mod shell;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

const MM3: [&str; 6] = ["run", "M/M/3", "--rate", "200/s", "--service", "12ms"];
/// Enough for every figure, and quick.
const BRIEF: [&str; 4] = ["--replications", "10", "--duration", "100s"];

/// In the folder of the crate, without what the surroundings say about colour and width.
fn kendall(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kendall"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    for name in ["COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    kendall(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{}", output.status))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

fn joined<'a>(parts: &[&[&'a str]]) -> Vec<&'a str> {
    parts.concat()
}

/// A folder that is removed with everything in it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        let folder = std::env::temp_dir().join(format!("kendall-cli-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Scratch(folder)
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One queue with three consumers that are busy 80 % of the time, and more lines behind it.
fn scenario(more: &str) -> String {
    format!(
        "\
queues: {{orders: {{}}}}
producers: {{shop: {{publishes_to: orders, arrivals: {{poisson: {{rate: 200/s}}}}}}}}
consumers: {{workers: {{takes_from: orders, count: 3, service: {{exponential: {{mean: 12ms}}}}}}}}
run: {{duration: 100s, warmup: 5s, replications: 10}}
{more}
"
    )
}

/// Wrong input: exit code 2, nothing on standard output, and on standard error what to do.
fn refused(arguments: &[&str], said: &[&str]) {
    let output = run(arguments);
    let error = stderr(&output);
    assert_eq!(code(&output), 2, "{arguments:?}: {error}");
    assert_eq!(stdout(&output), "", "{arguments:?}");
    for part in said {
        assert!(error.contains(part), "{arguments:?} does not say `{part}`:\n{error}");
    }
    assert!(!error.contains("panicked"), "{error}");
}

#[test]
fn help_shows_an_example_of_every_command() {
    for (arguments, example) in [
        (&["--help"][..], "kendall run M/M/3 --rate 200/s --service 12ms"),
        (&["run", "--help"], "kendall run scenarios/flash-sale.yaml --set consumers.payments.count=14"),
        (&["compare", "--help"], "kendall compare scenarios/prefetch.yaml"),
        (&["explain", "--help"], "kendall explain scenarios/flash-sale.yaml"),
        (&["theory", "--help"], "kendall theory M/G/1 --load 80%"),
        (&["check", "--help"], "kendall check scenarios/flash-sale.yaml"),
        (&["plot", "--help"], "kendall plot sale.json --what length -o length.svg"),
        (&["help", "run"], "kendall run M/M/3"),
        (&["new", "--help"], "kendall new M/M/3 --rate 200/s --service 12ms -o mine.yaml"),
        (&["reference", "--help"], "kendall reference prefetch"),
        (&["schema", "--help"], "kendall schema > kendall.schema.json"),
        (&["completions", "--help"], "kendall completions bash"),
        (&["man", "--help"], "kendall man run | man -l -"),
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 0);
        assert!(stdout(&output).contains(example), "{arguments:?}");
    }
    assert_eq!(stdout(&run(&["--version"])), format!("kendall {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    refused(&["chekc"], &["'check'"]);
    refused(&["run"], &["<FILE|NOTATION>", "--help"]);
    refused(&["check"], &["<FILE>"]);
    refused(&joined(&[&MM3, &["--thread", "2"]]), &["--threads"]);
    refused(&joined(&[&MM3, &["--threads", "0"]]), &["1..=256"]);
    refused(&joined(&[&MM3, &["--seed", "-1"]]), &["-1"]);
    refused(&joined(&[&MM3, &["--seed", "18446744073709551616"]]), &["too large"]);
    refused(&joined(&[&MM3, &["--load", "80%"]]), &["--rate", "--load"]);
    refused(&["run", "scenarios/mm3.yaml", "--rate", "1/s"], &["`--rate` belongs to", "--set"]);
    let nothing = run(&[]);
    assert_eq!(code(&nothing), 2);
    assert!(stderr(&nothing).contains("Usage: kendall <COMMAND>"));
}

#[test]
fn a_wrong_notation_is_refused_with_what_to_write() {
    let with = |system| joined(&[&["run", system], &MM3[2..]]);
    refused(&["run", "M/M/3"], &["`service` is missing", "--service 12ms", "`rate` is missing", "--rate 200/s"]);
    refused(&with("M/M/0"), &["out of range"]);
    refused(&with("M/M/3/2"), &["fewer than its 3 consumers"]);
    refused(&with("m/m/3"), &["write `M`"]);
    refused(&with("M/G/1"), &["--cv 1.5"]);
    refused(&with("M/M/1/9/9/FIFO/9"), &["`M/M/1/9/9/FIFO/9` is none"]);
    refused(&with("M/M/99999999999999999999"), &["whole number"]);
    refused(&["run", "M/M/3", "--rate", "200", "--service", "12"], &["`200/s`", "`12` has no unit"]);
    refused(&["run", "M/M/3", "--rate", "0/s", "--service", "12ms"], &["no message would ever come"]);
    refused(&["run", "M/M/3", "--rate", "-1/s", "--service", "12ms"], &["-1"]);
    refused(&["run", "M/M/3", "--rate", "NaN/s", "--service", "12ms"], &["NaN"]);
    refused(&joined(&[&MM3, &["--duration", "1ns"]]), &["run.duration", "warm-up"]);
    refused(&joined(&[&MM3, &["--replications", "0"]]), &["0"]);
}

#[test]
fn what_is_no_scenario_is_refused() {
    let scratch = Scratch::new("no-scenario");
    let folder = scratch.path(".");
    refused(&["run", &scratch.path("none.yaml")], &["none.yaml", "there is no such file"]);
    refused(&["run", "scenarios/mm1.yml"], &["there is no such file", "did you mean `scenarios/mm1.yaml`?"]);
    refused(&["run", "elephant"], &["there is no such file", "`kendall new`"]);
    refused(&["run", &folder], &["is a folder"]);
    refused(&["run", &scratch.file("binary.yaml", [0x7f, b'E', b'L', b'F', 0, 0xff, 0xfe])], &["is no text in UTF-8"]);
    refused(&["run", &scratch.file("empty.yaml", "")], &["there is nothing in this file"]);
    refused(&["run", &scratch.file("large.yaml", "#".repeat(2 << 20))], &["1 MiB"]);
    refused(&["run", &scratch.file("deep.yaml", "[".repeat(100_000))], &["error"]);
}

#[test]
fn every_problem_of_a_scenario_is_reported_at_its_place() {
    let scratch = Scratch::new("problems");
    let text = scenario("targets: [response.p99 < 5m]").replace("takes_from: orders", "takes_from: odrers");
    let file = scratch.file("wrong.yaml", text);
    refused(
        &["run", &file],
        &["wrong.yaml:3:35", "`orders`", "takes_from: odrers", "wrong.yaml:5:11", "`5min`", "= help:"],
    );
    refused(&["check", &file], &["wrong.yaml:3:35", "wrong.yaml:5:11"]);
}

#[test]
fn check_goes_through_all_files_and_fails_if_one_is_wrong() {
    let scratch = Scratch::new("check");
    let (good, bad) = (scratch.file("good.yaml", scenario("")), scratch.file("bad.yaml", "queues: {}"));
    let output = run(&["check", &good, &bad, &good, &scratch.path("none.yaml")]);
    assert_eq!(code(&output), 2);
    assert_eq!(stdout(&output).matches("good.yaml: 200 messages a second").count(), 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("bad.yaml") && stderr(&output).contains("none.yaml"));
    let alone = run(&["check", &good]);
    let described = "\
200 messages a second (Poisson) to queue `orders`, worked on by 3 `workers` at
12ms each. Offered load 2.40 on 3 consumers: utilization 80 %, stable.
";
    assert_eq!((code(&alone), stdout(&alone)), (0, described.to_owned()));
}

#[test]
fn the_exit_code_says_whether_the_targets_hold() {
    let scratch = Scratch::new("targets");
    for (targets, expected, first_line) in [
        ("targets: []", 0, "stable: response"),
        ("targets: [response.mean < 1s, lost = 0]", 0, "2 of 2 targets hold"),
        ("targets: [response.mean < 1ms]", 1, "the target is missed: response.mean < 1ms (is 24."),
        ("targets: [response.mean < 1s, response.p999999 < 1s]", 3, "1 of 2 targets is undecided: response.p999999"),
        ("targets: [response.mean < 1ms, response.p999999 < 1s]", 1, "1 of 2 targets is missed"),
    ] {
        let output = run(&["run", &scratch.file("targets.yaml", scenario(targets))]);
        assert_eq!(code(&output), expected, "{targets}");
        assert!(stdout(&output).starts_with(first_line), "{targets}: {}", stdout(&output));
    }
}

#[test]
fn a_run_that_overload_stopped_has_failed() {
    let output = run(&joined(&[
        &["run", "M/M/1", "--rate", "200/s", "--service", "12ms"],
        &["--set", "run.at_most_inside=100"],
    ]));
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    assert!(stdout(&output).contains("run.at_most_inside"), "{}", stdout(&output));
}

#[test]
fn where_there_is_no_steady_state_the_first_line_says_so() {
    let first_line = |load| {
        let system = ["run", "M/M/3", "--load", load, "--service", "12ms"];
        let output = run(&joined(&[&system, &["--replications", "2", "--duration", "50s"]]));
        assert_eq!(code(&output), 0);
        stdout(&output).lines().next().unwrap().to_owned()
    };
    assert_eq!(first_line("100%"), "queue has a load of 100 %: no steady state");
    assert_eq!(first_line("150%"), "queue grows by 125 messages a second: no steady state");
}

#[test]
fn a_scenario_without_consumers_only_fills() {
    let scratch = Scratch::new("no-consumers");
    let text: String =
        scenario("").lines().filter(|line| !line.starts_with("consumers")).map(|l| l.to_owned() + "\n").collect();
    let file = scratch.file("fills.yaml", text);
    let output = run(&["run", &file]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).starts_with("orders grows by 200 messages a second"), "{}", stdout(&output));
    assert!(stdout(&output).contains("nothing takes from orders"), "{}", stdout(&output));
    assert!(stdout(&run(&["check", &file])).contains("which nothing takes from"));
}

#[test]
fn no_interval_reaches_below_zero() {
    let output = run(&["run", "M/M/3/3", "--rate", "200/s", "--service", "12ms", "--replications", "10"]);
    assert!(!stdout(&output).contains('−'), "{}", stdout(&output));
}

#[test]
fn json_on_standard_output_is_alone_there_and_has_the_shape_of_the_contract() {
    let output = run(&joined(&[&MM3, &BRIEF, &["--json", "-"]]));
    assert_eq!(code(&output), 0);
    assert_eq!(stderr(&output), "");
    let report = json(&output);
    let keys: Vec<&String> = report.as_object().unwrap().keys().collect();
    let mut expected = vec![
        "format",
        "kendall",
        "scenario",
        "seed",
        "confidence",
        "partial",
        "answers",
        "load",
        "agreement",
        "targets",
        "warnings",
    ];
    expected.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(report["format"], 1);
    assert_eq!(report["partial"], false);
    assert_eq!(report["scenario"]["file"], Value::Null);
    assert_eq!(report["scenario"]["overrides"][0], "run.replications=10");
    let [theory, simulation] = report["answers"].as_array().unwrap().as_slice() else { panic!("two answers") };
    assert_eq!((&theory["by"], &theory["model"]), (&"theory".into(), &"M/M/3".into()));
    assert_eq!(theory["measures"]["response.mean"]["exact"], true);
    assert_eq!((&simulation["by"], &simulation["replications"]), (&"simulation".into(), &10.into()));
    let response = &simulation["measures"]["response.mean"];
    let number = |field: &str| response[field].as_f64().unwrap();
    assert!(number("low") < number("value") && number("value") < number("high"));
    assert_eq!(simulation["per_replication"]["response.mean"].as_array().unwrap().len(), 10);
    assert!(simulation["histograms"]["response"].as_str().unwrap().starts_with("HIST"));
    assert_eq!(simulation["accounts"]["residual"], 0);
    assert_eq!(simulation["accounts"]["queues"]["queue"]["residual"], 0);
    assert!(simulation["series"]["queue.length"]["t_s"].as_array().unwrap().len() <= 600);
    assert!(report["agreement"].as_array().unwrap().iter().any(|row| row["measure"] == "wait.mean"));
}

#[test]
fn json_into_a_file_comes_beside_the_text_and_is_the_same() {
    let scratch = Scratch::new("json");
    let path = scratch.path("result.json");
    let beside = run(&joined(&[&MM3, &BRIEF, &["--json", &path]]));
    assert_eq!(code(&beside), 0);
    assert!(stdout(&beside).starts_with("stable: response"));
    let alone = run(&joined(&[&MM3, &BRIEF, &["--json", "-"]]));
    assert_eq!(fs::read(&path).unwrap(), alone.stdout);
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 1, "nothing is left beside the result");
}

#[test]
fn a_place_that_cannot_be_written_is_told_at_once() {
    let scratch = Scratch::new("unwritable");
    let path = scratch.path("none/result.json");
    let output = run(&joined(&[&MM3, &["--duration", "10000000s", "--json", &path]]));
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("cannot write"), "{}", stderr(&output));
    assert_eq!(stdout(&output), "");
}

#[test]
fn theory_alone_needs_no_simulation_and_says_where_it_has_no_answer() {
    let output = run(&joined(&[&MM3, &["--theory"]]));
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("response.mean       24.9 ms"), "{}", stdout(&output));
    assert!(!stdout(&output).contains("simulation"));
    refused(&["run", "scenarios/flash-sale.yaml", "--theory"], &["no formula applies", "leave out `--theory`"]);
}

#[test]
fn set_alters_the_scenario_and_points_at_what_is_wrong_in_it() {
    let altered = run(&joined(&[&MM3, &BRIEF, &["--set", "consumers.consumer.count=4"]]));
    assert!(stdout(&altered).contains("4 consumers of queue"));
    let set = |text| joined(&[&MM3, &["--set", text]]);
    refused(&set("foo=1"), &["foo: unknown key"]);
    refused(&set("consumers.consumer.cuont=1"), &["did you mean `count`?"]);
    refused(&set("consumers.consumers.count=1"), &["--set 1:1:"]);
    refused(&set("queues.queu.capacity=9"), &["there is no `queu` in `queues`", "did you mean `queues.queue`?"]);
    refused(&set("producers.other.publishes_to=queue"), &["write `producers.other={…}` to add it whole"]);
    refused(&set("consumers.consumer.count"), &["has no `=`"]);
    refused(&set("consumers.consumer.service=40"), &["`40ms`"]);
    refused(&set("=1"), &["--set 1"]);
    refused(&set("run..seed=1"), &["--set 1"]);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    for scenario in [&MM3[..], &["run", "scenarios/orders.yaml", "--set", "run.warmup=1s"]] {
        let on = |threads| run(&joined(&[scenario, &BRIEF, &["--json", "-", "--threads", threads]])).stdout;
        let one = on("1");
        assert!(!one.is_empty());
        assert!(one == on("2") && one == on("3"), "{scenario:?}");
    }
    let seeded = |seed| run(&joined(&[&MM3, &BRIEF, &["--seed", seed]])).stdout;
    assert_ne!(seeded("1"), seeded("18446744073709551615"));
}

/// Counted as a terminal does, for text without wide signs.
fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn no_line_is_wider_than_the_page() {
    for scenario in ["scenarios/flash-sale.yaml", "scenarios/web-day.yaml", "scenarios/finite-buffer.yaml"] {
        let arguments = ["run", scenario, "--replications", "2"];
        for width in [60, 80, 100] {
            let output = kendall(&arguments).env("COLUMNS", width.to_string()).output().unwrap();
            let widest = widest(&stdout(&output));
            assert!(widest <= width, "{scenario}: {widest} columns on a page of {width}");
        }
        assert!(widest(&stdout(&run(&arguments))) <= 80, "{scenario}: in a pipe");
    }
    for nonsense in ["", "0", "-1", "wide", "99999999999999999999"] {
        let output = kendall(&joined(&[&MM3, &BRIEF])).env("COLUMNS", nonsense).output().unwrap();
        assert_eq!(code(&output), 0, "{nonsense}");
    }
}

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let coloured = |name: &str, value: &str| {
        let output = kendall(&joined(&[&MM3, &BRIEF])).env(name, value).output().unwrap();
        stdout(&output).contains('\u{1b}')
    };
    assert!(!coloured("TERM", "xterm-256color"));
    assert!(!coloured("NO_COLOR", "1"));
    assert!(coloured("CLICOLOR_FORCE", "1"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for arguments in [joined(&[&MM3, &BRIEF]), joined(&[&MM3, &BRIEF, &["--json", "-"]]), vec!["run", "--help"]] {
        let mut child = kendall(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
    let mut child = kendall(&joined(&[&MM3, &BRIEF])).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first_line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first_line).unwrap();
    assert!(first_line.starts_with("stable"), "{first_line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
}

/// Waits until the run is under way, then does what Ctrl-C does.
#[cfg(unix)]
fn interrupt(child: &Child) {
    thread::sleep(Duration::from_millis(1500));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[cfg(unix)]
fn interrupted(arguments: &[&str]) -> Output {
    let child = kendall(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    interrupt(&child);
    child.wait_with_output().unwrap()
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_reports_what_is_done() {
    let endless = joined(&[&MM3, &["--replications", "10000", "--duration", "500s", "--set", "run.warmup=1s"]]);
    let scratch = Scratch::new("interrupted");
    let path = scratch.path("partial.json");
    let output = interrupted(&joined(&[&endless, &["--json", &path]]));
    assert_eq!(code(&output), 130, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("partial, "), "{}", stdout(&output));
    assert!(stdout(&output).contains("response.mean"), "{}", stdout(&output));
    let report: Value = serde_json::from_slice(&fs::read(Path::new(&path)).unwrap()).unwrap();
    assert_eq!(report["partial"], true);
    let simulation = &report["answers"][1];
    assert_eq!(simulation["stopped"], "interrupted");
    assert!(simulation["replications"].as_u64().unwrap() > 0);
    assert_eq!(simulation["accounts"]["residual"], 0);
}

#[cfg(unix)]
#[test]
fn a_run_interrupted_before_its_first_replication_is_done_says_so() {
    for warmup in ["run.warmup=none", "run.warmup=auto"] {
        let output = interrupted(&joined(&[&MM3, &["--duration", "10000000s", "--set", warmup]]));
        assert_eq!(code(&output), 130, "{}", stderr(&output));
        assert!(stdout(&output).starts_with("partial, 0 of 20 replications done"), "{}", stdout(&output));
    }
}

#[cfg(unix)]
#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    let Ok(full) = full else { return };
    let mut child = kendall(&joined(&[&MM3, &BRIEF])).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut error = String::new();
    child.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(error.contains("cannot write to standard output"), "{error}");
}

/// The shipped scenarios and the code each ends with; more than one is meant to miss its targets.
const SHIPPED: &[(&str, i32)] = &[
    ("ack-timeout", 1),
    ("agreement", 0),
    ("at-most-once", 0),
    ("bad-day", 0),
    ("batch-workers", 0),
    ("bursty", 1),
    ("elb-fortnight", 0),
    ("finite-buffer", 0),
    ("flash-sale", 1),
    ("heavy-tail", 0),
    ("impatient-callers", 0),
    ("interactive", 0),
    ("llm-requests", 0),
    ("mm1", 0),
    ("mm3", 0),
    ("network-prefetch", 0),
    ("ordered-by-key", 0),
    ("orders", 0),
    ("pipeline", 0),
    ("poison", 1),
    ("prefetch", 1),
    ("priorities", 0),
    ("retry-queue", 0),
    ("retry-storm", 1),
    ("sensors", 0),
    ("shift-change", 1),
    ("web-day", 0),
];

fn shipped() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter_map(|name| Some(name.strip_suffix(".yaml")?.to_owned())).collect();
    names.sort();
    names
}

#[test]
fn every_shipped_scenario_opens_with_what_to_expect_and_is_well_formed() {
    assert_eq!(shipped(), SHIPPED.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    let files: Vec<String> = shipped().iter().map(|name| format!("scenarios/{name}.yaml")).collect();
    let arguments: Vec<&str> = std::iter::once("check").chain(files.iter().map(String::as_str)).collect();
    let output = run(&arguments);
    assert_eq!((code(&output), stderr(&output)), (0, String::new()));
    for (file, (name, code)) in files.iter().zip(SHIPPED.iter().copied()) {
        let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let (comment, body) = text.split_once("\n\n").unwrap();
        assert!(comment.lines().all(|line| line.starts_with('#')), "{file}");
        assert!(comment.contains("What to expect:") && comment.contains("What it teaches:"), "{file}");
        assert_eq!(comment.contains("EXIT CODE 1"), code == 1, "{file}");
        assert!(body.starts_with(&format!("name: {name}\nquestion: ")), "{file}");
        assert!(body.contains("\ntargets:\n"), "{file}");
        assert!(body.lines().count() <= 40, "{file}");
    }
}

#[test]
fn every_shipped_scenario_ends_as_it_says() {
    for (name, expected) in SHIPPED {
        let output = run(&["run", &format!("scenarios/{name}.yaml")]);
        assert_eq!(code(&output), *expected, "{name}: {}", stdout(&output));
    }
}
