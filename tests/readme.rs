//! Every command of the README is run, and what the README shows is exactly what it prints.
//!
//! A block of `console` holds commands behind `$ ` and their output; `<!-- exit code 1 -->` above it says how the last
//! one ends, 0 otherwise. A block of `sh` holds commands that must succeed. After a change that is meant to show,
//! `KENDALL_WRITE_README=1 cargo test --test readme` writes the output into the README.
//!
//! The last digits of logarithms are the platform's, so that another one may show other figures.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
/// As a reader runs the program that the tests run.
const BY_CARGO: &str = "cargo run --release -- ";

/// What stands in the README, or should.
struct Checked {
    text: String,
    commands: usize,
    wrong: Vec<String>,
}

/// Both streams, standard output first, and the exit code.
fn run(command: &str) -> (String, i32) {
    let program = Path::new(env!("CARGO_BIN_EXE_kendall"));
    let folders = std::env::join_paths(
        std::iter::once(program.parent().unwrap().to_owned())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &command.replace(BY_CARGO, "kendall ")]).current_dir(env!("CARGO_MANIFEST_DIR"));
    shell.env("PATH", folders.unwrap()).env_remove("COLUMNS").env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
    let output = shell.output().unwrap();
    let text = [output.stdout, output.stderr].map(|stream| String::from_utf8(stream).unwrap()).concat();
    (text, output.status.code().unwrap_or(-1))
}

/// Runs what is in the blocks, and writes them anew.
fn checked(readme: &str) -> Checked {
    let mut done = Checked { text: String::new(), commands: 0, wrong: Vec::new() };
    let mut lines = readme.lines();
    let mut expected_code = 0;
    while let Some(line) = lines.next() {
        done.text += &format!("{line}\n");
        let mut block = || lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>();
        match line {
            "```console" => console(block(), std::mem::take(&mut expected_code), &mut done),
            "```sh" => script(block(), &mut done),
            _ => {
                let code = line.strip_prefix("<!-- exit code ").and_then(|rest| rest.strip_suffix(" -->"));
                expected_code = code.map_or(0, |code| code.parse().unwrap());
            }
        }
    }
    done
}

fn console(mut block: Vec<&str>, expected_code: i32, done: &mut Checked) {
    while !block.is_empty() {
        let until = block.iter().skip(1).position(|line| line.starts_with("$ ")).map_or(block.len(), |at| at + 1);
        let rest = block.split_off(until);
        let command = block[0].strip_prefix("$ ").expect("a console begins with a command");
        let shown: String = block[1..].iter().map(|line| format!("{line}\n")).collect();
        let (printed, code) = run(command);
        let expected_code = if rest.is_empty() { expected_code } else { 0 };
        if code != expected_code {
            done.wrong.push(format!("`{command}` ends with {code}, not {expected_code}:\n{printed}"));
        }
        if shown.trim_end() != printed.trim_end() {
            done.wrong.push(format!("`{command}` prints\n{printed}\nand the README shows\n{shown}"));
        }
        let _ = write!(done.text, "$ {command}\n{}\n", printed.trim_end());
        done.commands += 1;
        block = rest;
    }
    done.text += "```\n";
}

fn script(block: Vec<&str>, done: &mut Checked) {
    for command in block {
        let _ = writeln!(done.text, "{command}");
        done.commands += 1;
        // This is what runs here.
        if command == "cargo test" {
            continue;
        }
        let (printed, code) = run(command);
        if code != 0 {
            done.wrong.push(format!("`{command}` ends with {code}:\n{printed}"));
        }
    }
    done.text += "```\n";
}

#[test]
fn every_command_of_the_readme_prints_what_the_readme_shows() {
    let readme = std::fs::read_to_string(README).unwrap();
    let done = checked(&readme);
    if std::env::var_os("KENDALL_WRITE_README").is_some() {
        std::fs::write(README, done.text).unwrap();
        return;
    }
    assert!(done.commands >= 6, "{} commands", done.commands);
    assert!(done.wrong.is_empty(), "{}", done.wrong.join("\n"));
}

/// Blocks of YAML are whole scenarios.
#[test]
fn every_scenario_in_the_readme_is_well_formed() {
    let readme = std::fs::read_to_string(README).unwrap();
    let scenarios: Vec<&str> =
        readme.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(!scenarios.is_empty());
    for (number, text) in scenarios.iter().enumerate() {
        let file = std::env::temp_dir().join(format!("kendall-readme-{}-{number}.yaml", std::process::id()));
        std::fs::write(&file, text).unwrap();
        let (printed, code) = run(&format!("kendall check {}", file.display()));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(code, 0, "{printed}\n{text}");
    }
}
