//! `--report` of `run` and `compare`, and `kendall report`.

use std::fs;

use super::{Scratch, code, joined, json, refused, run, scenario, stderr, stdout};

const BRIEF: [&str; 4] = ["--replications", "3", "--duration", "20s"];

/// In a folder, in order.
fn files(folder: &str) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_report_is_a_page_with_what_it_was_made_from_beside_it() {
    let scratch = Scratch::new("report");
    let (file, folder) = (scratch.file("s.yaml", scenario("")), scratch.path("deep/report"));
    let output = run(&joined(&[&["run", &file, "--report", &folder], &BRIEF]));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(stderr(&output).lines().last().unwrap(), format!("report: {folder}/index.html"));
    assert!(!stdout(&output).contains("report:"));
    let files = files(&folder);
    for name in ["index.html", "result.json", "scenario.yaml", "response.hgrm", "wait.hgrm", "length.svg", "length.png"]
    {
        assert!(files.iter().any(|file| file == name), "{name}: {files:?}");
    }
    assert_eq!(fs::read_to_string(format!("{folder}/scenario.yaml")).unwrap(), scenario(""));
    let page = fs::read_to_string(format!("{folder}/index.html")).unwrap();
    for file in files.iter().filter(|file| *file != "index.html") {
        assert!(page.contains(&format!("href=\"./{file}\"")), "{file} is not pointed at");
    }
    assert!(page.len() < 1_500_000);
    let stored = format!("{folder}/result.json");
    let again = scratch.path("again");
    let output = run(&["report", &stored, "-o", &again]);
    assert_eq!((code(&output), stdout(&output).as_str()), (0, ""), "{}", stderr(&output));
    let answers =
        |page: &str| page.split_once("<h2>Answers</h2>").unwrap().1.split_once("</table>").unwrap().0.to_owned();
    assert_eq!(answers(&page), answers(&fs::read_to_string(format!("{again}/index.html")).unwrap()));
}

#[test]
fn of_several_scenarios_each_has_its_folder() {
    let scratch = Scratch::new("reports");
    let one = scratch.file("one.yaml", scenario(""));
    let two = scratch.file("two.yaml", scenario(""));
    let folder = scratch.path("all");
    let output = run(&["run", &one, &two, "--theory", "--report", &folder]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(files(&folder), ["one", "two"]);
}

/// Where there is a page of two variants.
fn compared(scratch: &Scratch) -> String {
    let (file, folder) = (scratch.file("s.yaml", scenario("")), scratch.path("report"));
    let vary = ["compare", &file, "--vary", "consumers.workers.count=4", "--report", &folder];
    let output = run(&joined(&[&vary, &BRIEF]));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    folder
}

#[test]
fn a_comparison_has_a_page_too() {
    let scratch = Scratch::new("compared");
    let page = fs::read_to_string(format!("{}/index.html", compared(&scratch))).unwrap();
    assert!(page.contains("<strong>count=4: "), "the sentence");
    assert!(page.contains("--variant count=4:consumers.workers.count=4"), "the command");
}

#[test]
fn two_comparisons_are_held_against_each_other_variant_by_variant() {
    let scratch = Scratch::new("comparisons");
    let stored = format!("{}/result.json", compared(&scratch));
    let moved = run(&["report", &stored, &stored]);
    assert_eq!(code(&moved), 0, "{}", stderr(&moved));
    let text = stdout(&moved);
    assert!(text.starts_with("── base ──\nnone of ") && text.contains("\n── count=4 ──\nnone of "), "{text}");
    let words: Vec<&str> = text.split_whitespace().collect();
    assert!(words.join(" ").contains("with those of all 2 pairs"), "{text}");
    let moved = stdout(&run(&["report", &stored, &stored, "--json", "-"]));
    let names: Vec<String> = moved
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["name"].to_string())
        .collect();
    assert_eq!(names, ["\"base\"", "\"count=4\""]);
    let fewer = fs::read_to_string(&stored).unwrap().replace("\"count=4\"", "\"count=5\"");
    let moved = run(&["report", &stored, &scratch.file("fewer.json", fewer)]);
    assert!(stderr(&moved).contains("has `count=4`") && stderr(&moved).contains("has `count=5`"), "{}", stderr(&moved));
    assert!(!stdout(&moved).contains("──"), "one pair needs no heading");
}

#[test]
fn two_results_are_held_against_each_other() {
    let scratch = Scratch::new("moved");
    let file = scratch.file("s.yaml", scenario("targets: [response.mean < 40ms]"));
    let stored = |name: &str, more: &[&str]| {
        let path = scratch.path(name);
        let output = run(&joined(&[&["run", &file, "--json", &path], more]));
        assert_eq!(stderr(&output), "");
        path
    };
    let before = stored("before.json", &[]);
    let slower = stored("slower.json", &["--set", "consumers.workers.service={exponential: {mean: 14ms}}"]);
    let output = run(&["report", &before, &before]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).starts_with("none of "), "{}", stdout(&output));
    let output = run(&["report", &before, &slower]);
    assert_eq!(code(&output), 1, "{}", stdout(&output));
    assert!(stdout(&output).starts_with("a target got worse: response.mean < 40ms; "), "{}", stdout(&output));
    assert_eq!(code(&run(&["report", &slower, &before])), 0);
    let moved = json(&run(&["report", &before, &slower, "--json", "-"]));
    assert_eq!((&moved["worse"], &moved["targets"][0]["after"]), (&true.into(), &"no".into()));
    let response = moved["differences"].as_array().unwrap().iter().find(|d| d["measure"] == "response.mean").unwrap();
    assert_eq!((&response["verdict"], &response["better"]), (&"more".into(), &false.into()));
}

#[test]
fn what_is_no_result_is_told() {
    let scratch = Scratch::new("no-result");
    let yaml = scratch.file("s.yaml", scenario(""));
    refused(&["report", &yaml], &["this is no result", "name a file that `--json` has written"]);
    refused(&["report", "no-such.json"], &["cannot read `no-such.json`"]);
    let cut = scratch.file("cut.json", "{\"format\": 1, \"answers\": [");
    refused(&["report", &cut, &cut], &["this is no result"]);
}
