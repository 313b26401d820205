//! `kendall new`.

use super::*;

const BROUGHT_ALONG: [&str; 13] = [
    "ack-timeout",
    "bursty",
    "finite-buffer",
    "flash-sale",
    "heavy-tail",
    "impatient-callers",
    "mm1",
    "mm3",
    "orders",
    "prefetch",
    "priorities",
    "retry-queue",
    "sensors",
];

fn taken_by_check(file: &str) -> String {
    let output = run(&["check", file]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    stdout(&output)
}

#[test]
fn what_is_written_is_taken_by_check() {
    let scratch = Scratch::new("new");
    for name in BROUGHT_ALONG {
        let file = scratch.path(&format!("{name}.yaml"));
        assert_eq!(code(&run(&["new", name, "-o", &file])), 0);
        taken_by_check(&file);
        assert!(!fs::read_to_string(&file).unwrap().contains("$schema"), "no schema lies beside a copy");
    }
    for (system, options) in [
        ("M/M/3", &["--rate", "200/s"][..]),
        ("D/E4/2/9", &["--load", "80%"]),
        ("M/G/1", &["--rate", "20/s", "--cv", "1.5"]),
    ] {
        let file = scratch.path("system.yaml");
        let command = joined(&[&["new", system, "--service", "12ms", "--force", "-o", &file], options]);
        let output = run(&command);
        assert_eq!((code(&output), stdout(&output)), (0, String::new()), "{}", stderr(&output));
        taken_by_check(&file);
    }
}

#[test]
fn a_notation_is_written_out_with_what_each_line_means() {
    let text = stdout(&run(&["new", "M/M/3", "--rate", "200/s", "--service", "12ms"]));
    assert!(text.starts_with("# M/M/3 with rate 200/s, service 12ms. Run it: kendall run FILE\n"), "{text}");
    assert!(text.contains("    count: 3                                     # how many consumers"), "{text}");
    let scratch = Scratch::new("uncommented");
    let all_of_it = text.replace("# run:", "run:").replace("# targets:", "targets:").replace("#   ", "   ");
    let described = taken_by_check(&scratch.file("all.yaml", all_of_it));
    assert!(described.starts_with("200 messages a second"), "{described}");
}

#[test]
fn the_same_system_gives_the_same_answer_from_the_command_line_and_from_the_file() {
    let scratch = Scratch::new("same");
    let file = scratch.file("mm3.yaml", stdout(&run(&["new", "M/M/3", "--rate", "200/s", "--service", "12ms"])));
    let measures = |arguments: &[&str]| json(&run(&joined(&[arguments, &BRIEF, &["--json", "-"]])))["answers"].clone();
    assert_eq!(measures(&["run", &file]), measures(&MM3));
}

#[test]
fn a_file_is_replaced_only_by_force() {
    let scratch = Scratch::new("force");
    let file = scratch.file("mine.yaml", "precious");
    refused(&["new", "mm1", "-o", &file], &["there is already a", "mine.yaml", "--force"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "precious");
    assert_eq!(code(&run(&["new", "mm1", "-o", &file, "--force"])), 0);
    taken_by_check(&file);
}

#[test]
fn what_there_is_not_is_refused_with_what_there_is() {
    refused(&["new", "mm2"], &["no scenario `mm2`", "did you mean `mm1`?"]);
    refused(&["new", "elephant"], &["`flash-sale`", "M/M/3"]);
    refused(&["new", "web-day"], &["recorded data", "scenarios/data"]);
    refused(&["new", "mm1", "--rate", "3/s"], &["`--rate` belongs to"]);
    refused(&["new", "M/M/3"], &["`service` is missing", "--service 12ms"]);
    refused(&["new"], &["<NOTATION|NAME>"]);
}
