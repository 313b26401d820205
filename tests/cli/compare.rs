//! `kendall compare`.

use super::{Scratch, code, joined, json, refused, run, stderr, stdout};

const BRIEF: [&str; 6] = ["--replications", "10", "--duration", "100s", "--set", "run.warmup=5s"];
const MM2: [&str; 6] = ["compare", "M/M/2", "--load", "80%", "--service", "10ms"];

#[test]
fn a_variant_stands_beside_the_base_with_its_difference() {
    let output = run(&joined(&[&MM2, &BRIEF, &["--vary", "consumers.consumer.prefetch=10,20"]]));
    let text = stdout(&output);
    assert_eq!(code(&output), 0, "{text}{}", stderr(&output));
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("prefetch=10: no gain shown; response.p99 +"), "{first}");
    let header = text.lines().find(|line| line.trim_start().starts_with("base ")).unwrap();
    assert!(header.contains("prefetch=10"), "{header}");
    assert!(text.contains("--set consumers.consumer.prefetch=20"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn what_changes_nothing_differs_by_exactly_nothing() {
    let output = run(&joined(&[&MM2, &BRIEF, &["--variant", "same:consumers.consumer.prefetch=1", "--json", "-"]]));
    let result = json(&output);
    let differences = result["differences"].as_array().unwrap();
    assert!(differences.len() >= 7, "{result}");
    for difference in differences {
        assert_eq!(difference["value"], 0.0, "{difference}");
        assert_eq!(difference["verdict"], "none shown", "{difference}");
    }
    let names: Vec<&str> = result["variants"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["base", "same"]);
    let answers = |at: usize| &result["variants"][at]["answers"];
    assert_eq!(answers(0), answers(1));
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let with = |threads| {
        let vary = ["--vary", "consumers.consumer.count=2,3", "--json", "-", "--threads", threads];
        stdout(&run(&joined(&[&MM2, &BRIEF, &vary])))
    };
    assert_eq!(with("1"), with("2"));
}

#[test]
fn they_are_ranked_by_a_measure() {
    let ask = ["--vary", "consumers.consumer.count=3,4", "--rank", "wait.mean"];
    let text = stdout(&run(&joined(&[&MM2, &BRIEF, &ask])));
    let at = text.find("ranking by wait.mean, the best first\n  1  count=4 (").expect(&text);
    assert!(text[at..].contains("\n  3  base ("), "{text}");
    let scratch = Scratch::new("ranked");
    let (stored, folder) = (scratch.path("ranked.json"), scratch.path("page"));
    stdout(&run(&joined(&[&MM2, &BRIEF, &ask, &["--json", &stored]])));
    stdout(&run(&["report", &stored, "-o", &folder]));
    let page = std::fs::read_to_string(std::path::Path::new(&folder).join("index.html")).unwrap();
    assert!(page.contains(" --rank wait.mean<"), "the command that gives the same again is another one");
    let neither = ["--vary", "consumers.consumer.count=3", "--rank", "utilization"];
    refused(&joined(&[&MM2, &BRIEF, &neither]), &["`--rank utilization`"]);
}

const FILE: &str = "\
queues: {jobs: {}}
producers: {clients: {publishes_to: jobs, arrivals: {poisson: {rate: 100/s}}}}
consumers: {workers: {takes_from: jobs, count: 2, service: {exponential: {mean: 10ms}}}}
targets: [response.p99 < 1s]
variants:
  slow: {consumers.workers.service: {exponential: {mean: 17ms}}, targets: [response.p99 < 20ms]}
  many: {consumers.workers.count: 4}
";

#[test]
fn variants_of_a_file_are_taken_all_or_by_name_and_the_base_decides_how_it_ends() {
    let scratch = Scratch::new("variants");
    let file = scratch.file("v.yaml", FILE);
    let names = |extra: &[&str]| {
        let output = run(&joined(&[&["compare", &file, "--json", "-"], &BRIEF, extra]));
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        let variants = json(&output)["variants"].clone();
        let name = |variant: &serde_json::Value| variant["name"].as_str().unwrap().to_owned();
        variants.as_array().unwrap().iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["base", "slow", "many"]);
    assert_eq!(names(&["--variant", "many"]), ["base", "many"]);
    assert_eq!(names(&["--variant", "slow", "--vary", "consumers.workers.count=3"]), ["base", "slow", "count=3"]);
    refused(&["compare", &file, "--variant", "fast"], &["has no variant `fast`; there is `slow`, `many`"]);
}

#[test]
fn an_override_holds_for_all_but_a_variant_wins() {
    let scratch = Scratch::new("overridden");
    let file = scratch.file("v.yaml", FILE);
    let ask = ["compare", &file, "--json", "-", "--set", "consumers.workers.count=5", "--variant", "many"];
    let result = json(&run(&joined(&[&ask, &BRIEF])));
    let overrides = &result["variants"][1]["scenario"]["overrides"];
    assert_eq!(result["variants"][0]["scenario"]["overrides"][0], "consumers.workers.count=5");
    assert_eq!(overrides.as_array().unwrap().last().unwrap(), "consumers.workers.count=4");
    let busy = result["differences"].as_array().unwrap().iter().find(|d| d["measure"] == "utilization").unwrap();
    assert!((busy["value"].as_f64().unwrap() - 0.05).abs() < 0.01, "{busy}");
}

#[test]
fn several_files_are_compared_with_the_first() {
    let scratch = Scratch::new("several");
    let one = scratch.file("one.yaml", FILE);
    let other = scratch.file("other.yaml", FILE.replace("count: 2", "count: 3"));
    let output = run(&joined(&[&["compare", &one, &other], &BRIEF]));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).starts_with("other: response.p99 −"), "{}", stdout(&output));
    refused(&["compare", &one, &one], &["two of those compared are called `one`"]);
}

#[test]
fn live_runs_of_each_are_compared() {
    let live = ["--live", "--speed", "5", "--duration", "2s", "--set", "run.warmup=0.2s", "--json", "-"];
    let ask = ["compare", "M/M/2", "--load", "50%", "--service", "10ms", "--vary", "consumers.consumer.count=4"];
    let result = json(&run(&joined(&[&ask, &live])));
    for variant in result["variants"].as_array().unwrap() {
        let live = variant["answers"].as_array().unwrap().iter().find(|answer| answer["by"] == "live").unwrap();
        assert_eq!(live["runs"], 5, "{live}");
        assert_eq!(live["accounts"]["residual"], 0);
    }
    let is_told = |difference: &serde_json::Value| difference["verdict"].is_string() || difference["why"].is_string();
    assert!(result["differences"].as_array().unwrap().iter().all(is_told), "{result}");
    refused(&joined(&[&ask, &["--live", "--repeat", "4"]]), &["`--repeat 4`: a live comparison takes 5 runs"]);
}

#[test]
fn what_is_asked_wrongly_is_told() {
    for (asked, said) in [
        (&["compare", "scenarios/mm1.yaml"][..], "nothing to compare `scenarios/mm1.yaml` with"),
        (&["compare", "scenarios/mm1.yaml", "--vary", "prefetch"], "`--vary prefetch` has no `=`"),
        (&["compare", "scenarios/mm1.yaml", "--vary", "a.b=1", "--rank", "p99"], "did you mean `response.p99`?"),
        (&["compare", "scenarios/mm1.yaml", "scenarios/mm3.yaml", "--vary", "a=1"], "are of one scenario"),
        (&["compare", "scenarios/mm1.yaml", "--vary", "consumers.x.count=1"], "there is no `x` in `consumers`"),
    ] {
        refused(asked, &[said]);
    }
}
