//! `kendall reference` and `kendall schema`.

use super::*;

#[test]
fn the_reference_explains_a_key_a_thing_or_everything() {
    let key = stdout(&run(&["reference", "prefetch"]));
    assert!(key.starts_with("consumers.<name>\n") && key.contains("default: 1; example: 10"), "{key}");
    assert!(stdout(&run(&["reference", "queues"])).contains("drop_oldest"));
    let all = stdout(&run(&["reference"]));
    assert!(
        all.contains("hyperexponential") && all.contains("[not supported yet]") && !all.contains('\u{1b}'),
        "{all}"
    );
    assert!(stdout(&run(&["reference", "--markdown"])).starts_with("# The scenario language\n"));
}

#[test]
fn a_word_that_the_language_has_not_is_refused_with_the_nearest() {
    refused(&["reference", "prefech"], &["no `prefech`", "did you mean `prefetch`?"]);
    refused(&["reference", "elephant"], &["`kendall reference` shows all of it"]);
}

#[test]
fn the_reference_has_colour_where_it_is_asked_for_and_fits_a_narrow_page() {
    let colour = kendall(&["reference", "count"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(stdout(&colour).contains("\u{1b}[1mcount\u{1b}[0m"), "{}", stdout(&colour));
    let narrow = kendall(&["reference"]).env("COLUMNS", "60").output().unwrap();
    assert!(stdout(&narrow).lines().all(|line| line.chars().count() <= 60), "{}", stdout(&narrow));
}

#[test]
fn the_schema_is_the_one_beside_the_scenarios() {
    let output = run(&["schema"]);
    assert_eq!(json(&output)["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let there = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/kendall.schema.json"));
    assert_eq!(stdout(&output), there.unwrap().replace("\r\n", "\n"));
}
