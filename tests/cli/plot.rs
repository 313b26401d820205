//! `kendall plot`: pictures of what `--json` has written.

use super::*;

fn result(scratch: &Scratch) -> String {
    let path = scratch.path("result.json");
    let output = run(&joined(&[&MM3, &["--replications", "3", "--duration", "20s", "--json", &path]]));
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    path
}

#[test]
fn without_a_name_it_lists_what_there_is() {
    let scratch = Scratch::new("plot-list");
    let text = stdout(&run(&["plot", &result(&scratch)]));
    let names: Vec<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["length", "latency", "cdf", "waits", "consumers"], "{text}");
}

#[test]
fn a_picture_is_written_as_its_ending_says() {
    let scratch = Scratch::new("plot-files");
    let result = result(&scratch);
    let (svg, png) = (scratch.path("length.svg"), scratch.path("length.png"));
    let drawn = |more: &[&str]| {
        let output = run(&joined(&[&["plot", &result, "--what"], more]));
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output)
    };
    assert_eq!(drawn(&["length", "-o", &svg]), "");
    let text = fs::read_to_string(&svg).unwrap();
    assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"));
    assert_eq!(drawn(&["length"]), text, "the same on standard output");
    assert_eq!(drawn(&["length", "-o", "-"]), text);
    assert_ne!(drawn(&["length", "--theme", "dark"]), text);
    drawn(&["length", "-o", &png, "--size", "400x300"]);
    let bytes = fs::read(&png).unwrap();
    assert!(bytes.starts_with(b"\x89PNG") && bytes[16..24] == [0, 0, 1, 144, 0, 0, 1, 44]);
    let folder = scratch.path("pictures");
    drawn(&["latency", "--what", "waits", "-o", &folder]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
    drawn(&["all", "-o", &folder]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 5);
}

#[test]
fn no_font_of_the_system_is_needed() {
    let scratch = Scratch::new("plot-font");
    let path = scratch.path("cdf.png");
    let result = result(&scratch);
    let arguments = ["plot", result.as_str(), "--what", "cdf", "-o", path.as_str(), "--size", "300x200"];
    let without = kendall(&arguments).env("FONTCONFIG_FILE", "/dev/null").env("HOME", "/none").output().unwrap();
    assert_eq!(code(&without), 0, "{}", stderr(&without));
    let bytes = fs::read(&path).unwrap();
    run(&arguments);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn results_of_several_scenarios_are_drawn_side_by_side() {
    let scratch = Scratch::new("plot-several");
    let quick = "duration: 20s, warmup: 2s, replications: 2";
    let text =
        |name: &str| scenario(&format!("name: {name}")).replace("duration: 100s, warmup: 5s, replications: 10", quick);
    let (one, two) = (scratch.file("one.yaml", text("one")), scratch.file("two.yaml", text("two")));
    let (path, folder) = (scratch.path("both.json"), scratch.path("pictures"));
    run(&["run", &one, &two, "--json", &path]);
    let output = run(&["plot", &path, "--what", "waits", "-o", &folder]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(Path::new(&folder).join("one.waits.svg").exists() && Path::new(&folder).join("two.waits.svg").exists());
    assert_eq!(code(&run(&["plot", &path, "--what", "waits", "-o", &folder, "--png"])), 0);
    assert!(fs::read(Path::new(&folder).join("one.waits.png")).unwrap().starts_with(b"\x89PNG"));
    refused(&["plot", &path, "--what", "waits"], &["standard output has room for one picture, and these are 2"]);
}

#[test]
fn what_cannot_be_drawn_is_told_with_what_to_do() {
    let scratch = Scratch::new("plot-refused");
    let result = result(&scratch);
    refused(
        &["plot", &result, "--what", "lenght"],
        &["`--what lenght`: there is no such picture; did you mean `length`?"],
    );
    refused(&["plot", &result, "--what", "xyz"], &["there is `length`, `peak`, "]);
    refused(&["plot", &result, "--what", "lag"], &["this result has nothing for it; it has `length`, "]);
    refused(&["plot", &result, "--what", "all"], &["standard output has room for one picture"]);
    refused(&["plot", &result, "--what", "waits", "-o", "waits.pdf"], &[".svg and .png, and no .pdf"]);
    let file = scratch.path("x.svg");
    refused(&["plot", &result, "--what", "all", "-o", &file], &["has room for one picture, and these are 5"]);
    refused(&["plot", &result, "--what", "waits", "--size", "9x9"], &["such as 1200x700, each from 200 to 4000"]);
    refused(&["plot", &result, "-o", &file], &["--what"]);
    refused(&["plot", &scratch.path("none.json")], &["cannot read", "name a file that `--json` has written"]);
    refused(&["plot", &scratch.path(".")], &["it is a folder"]);
    let scenario = scratch.file("scenario.yaml", scenario(""));
    refused(&["plot", &scenario], &["this is no result", "name a file that `--json` has written"]);
}
