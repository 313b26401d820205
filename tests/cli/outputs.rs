//! Several scenarios at once, and the files that a run writes.

use super::*;

const QUICK: [&str; 4] = ["--replications", "3", "--duration", "50s"];

fn two(scratch: &Scratch) -> [String; 2] {
    [
        scratch.file("one.yaml", scenario("name: one")),
        scratch.file("two.yaml", scenario("name: two\ntargets: [response.mean < 1ms]")),
    ]
}

#[test]
fn each_of_several_scenarios_has_its_table_and_the_worst_exit_code_counts() {
    let scratch = Scratch::new("several");
    let [one, two] = &two(&scratch);
    let output = run(&["run", two, one]);
    let text = stdout(&output);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    let (first, second) = (text.find("── two ──").unwrap(), text.find("── one ──").unwrap());
    assert!(first < second && text.matches("balance").count() == 2, "{text}");
    let missing = scratch.path("none.yaml");
    let output = run(&["run", one, &missing]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("none.yaml") && stdout(&output).contains("── one ──"), "{}", stdout(&output));
}

#[test]
fn the_json_of_several_scenarios_is_one_line_each() {
    let scratch = Scratch::new("lines");
    let [one, two] = &two(&scratch);
    let path = scratch.path("all.json");
    let streamed = run(&joined(&[&["run", one, two], &QUICK, &["--json", "-"]]));
    let names = |text: &str| -> Vec<Value> {
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|report| report["scenario"]["name"].clone()).collect()
    };
    assert_eq!(names(&stdout(&streamed)), ["one", "two"]);
    run(&joined(&[&["run", one, two], &QUICK, &["--json", &path]]));
    assert_eq!(fs::read_to_string(&path).unwrap(), stdout(&streamed));
}

#[test]
fn measures_as_csv_are_those_of_the_json() {
    let text = stdout(&run(&joined(&[&MM3, &BRIEF, &["--csv", "-"]])));
    let report = json(&run(&joined(&[&MM3, &BRIEF, &["--json", "-"]])));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("by,measure,value,low,high"));
    let mut rows = 0;
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let [by, measure, numbers @ ..] = cells.as_slice() else { panic!("{line}") };
        let answer = report["answers"].as_array().unwrap().iter().find(|answer| answer["by"] == *by).unwrap();
        for (name, cell) in ["value", "low", "high"].iter().zip(numbers) {
            // Reading JSON may round the last digit.
            let (there, here) = (answer["measures"][measure][name].as_f64(), cell.parse::<f64>().ok());
            let alike = |there: f64, here: f64| (there - here).abs() <= 1e-12 * here.abs();
            assert!(
                there.is_none() == here.is_none()
                    && there.is_none_or(|there| here.is_some_and(|here| alike(there, here))),
                "{line}"
            );
        }
        rows += 1;
    }
    let measures = |at: usize| report["answers"][at]["measures"].as_object().unwrap().len();
    assert_eq!(rows, measures(0) + measures(1));
}

#[test]
fn a_folder_gets_a_csv_and_three_histograms_for_each_scenario() {
    let scratch = Scratch::new("folders");
    let [one, two] = &two(&scratch);
    let (csv, histograms) = (scratch.path("csv"), scratch.path("a/b"));
    let output = run(&joined(&[&["run", one, two], &QUICK, &["--csv", &csv, "--histograms", &histograms]]));
    assert!(stdout(&output).contains("balance"), "{}", stderr(&output));
    let files = |folder: &str| {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    };
    assert_eq!(files(&csv), ["one.csv", "two.csv"]);
    assert_eq!(files(&histograms).len(), 6);
    let wait = fs::read_to_string(Path::new(&histograms).join("one.wait.hgrm")).unwrap();
    assert!(wait.trim_start().starts_with("Value     Percentile TotalCount") && wait.contains("Total count"), "{wait}");
}

#[test]
fn files_that_cannot_all_be_written_are_refused_before_the_run() {
    let scratch = Scratch::new("clash");
    let [one, _] = &two(&scratch);
    let forever = ["--duration", "10000000s"];
    let same = joined(&[&["run", one, one], &forever, &["--csv", "x"]]);
    refused(&same, &["two scenarios would write `one` files", "another `name`"]);
    refused(&joined(&[&["run", one, one], &forever, &["--csv", "-"]]), &["`--csv -` is for one scenario"]);
    refused(&joined(&[&MM3, &forever, &["--csv", "-", "--json", "-"]]), &["both want standard output"]);
    refused(&joined(&[&MM3, &["--theory", "--histograms", "x"]]), &["leave out `--theory`"]);
    let file = scratch.file("file", "");
    let output = run(&joined(&[&MM3, &forever, &["--csv", &format!("{file}/csv")]]));
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("cannot write"), "{}", stderr(&output));
}

#[test]
fn what_cannot_be_written_is_told_with_what_to_do() {
    let scratch = Scratch::new("advice");
    let forever = ["--duration", "10000000s"];
    let said = |path: &str, flag: &str| {
        let output = run(&joined(&[&MM3, &forever, &[flag, path]]));
        assert_eq!((code(&output), stdout(&output).as_str()), (1, ""), "{path}");
        stderr(&output)
    };
    assert!(said(&scratch.path("none/x"), "--json").contains("make its folder first"));
    assert!(said(&scratch.path("."), "--json").contains("it is a folder: name a file in it"));
    assert!(said(&(scratch.file("file", "") + "/x"), "--events").contains("a file stands where a folder belongs"));
    assert!(said(&scratch.file("taken", ""), "--csv").contains("a file stands where a folder belongs"));
    assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 2, "nothing is left of the trials");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_what_to_do_and_the_table_is_still_shown() {
    for flag in ["--json", "--events"] {
        let output = run(&joined(&[&MM3, &QUICK, &[flag, "/dev/full"]]));
        assert_eq!(code(&output), 1);
        assert!(stdout(&output).contains("balance"), "{}", stdout(&output));
        assert!(
            stderr(&output).contains("cannot write `/dev/full`") && stderr(&output).contains("make room"),
            "{flag}"
        );
    }
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = kendall(&joined(&[&MM3, &QUICK])).stdout(full).output().unwrap();
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("to standard output") && stderr(&output).contains("make room"));
}

#[cfg(unix)]
#[test]
fn an_interruption_ends_all_of_several_scenarios() {
    let scratch = Scratch::new("interrupt-several");
    let long = scenario("name: long").replace("duration: 100s", "duration: 100000s");
    let (one, two) = (scratch.file("a.yaml", long.clone()), scratch.file("b.yaml", long.replace("long", "longer")));
    let child = kendall(&["run", &one, &two]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_millis(1000));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 130);
    assert!(stdout(&output).contains("── long ──") && !stdout(&output).contains("── longer ──"), "{}", stdout(&output));
}
