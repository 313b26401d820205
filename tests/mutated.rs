//! Scenario files that were damaged at random: each is read or refused, and none makes the reader panic, hang or grow.

use std::fs;
use std::path::{Path, PathBuf};

use kendall::random::{Draws, Key, uniform};
use kendall::scenario::read;

/// What a slip of the hand or of a program may leave in a file.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ": ",
    "- ",
    "\n",
    "  ",
    "\t",
    "#",
    "*",
    "&a",
    "*a",
    "!!int",
    "~",
    "null",
    "true",
    ".inf",
    ".nan",
    "-1",
    "0",
    "1e999",
    "18446744073709551616",
    "-0.0",
    "1%",
    "200/s",
    "5m",
    "1ns",
    "36500d",
    "unlimited",
    "none",
    "auto",
    "<<: ",
    "'",
    "\"",
    "|\n",
    ">\n",
    "---\n",
    "...\n",
    "%YAML 9\n",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "run",
    "queues",
    "producers",
    "consumers",
    "targets",
    "service",
    "arrivals",
    "poisson",
    "dead_letter",
    "redelivery",
    "work",
    "size",
    "per_work",
    "per_kib",
    "plus",
    "capacity_bytes",
    "shortest_first",
    "closed",
    "population",
    "think",
    "then",
    "takes",
    "up_to",
    "wait",
    "count",
    "prefetch",
    "acknowledge",
    "on_delivery",
    "every",
    "retries",
    "confirms",
    "backoff",
    "jitter",
    "ttl",
    "priority",
    "lifo",
    "mmpp",
    "batch",
    "trace",
    "counts",
    "repeat",
    "steps",
    "wave",
    "product",
    "hyperexponential",
    "phase_type",
    "mixture",
    "values",
    "publishes_to",
    "share",
    "4KiB",
    "{up_to: 3, wait: 5ms}",
    "{per_work: 30ms, plus: 200ms}",
    "{closed: {population: 3, think: 5s}}",
    "[{publishes_to: orders, share: 50%}]",
    "response.p99 < 1s",
];

fn seeds() -> Vec<String> {
    let yaml = |directory: &str| -> Vec<PathBuf> {
        let entries = fs::read_dir(directory).expect("a directory of scenarios");
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        paths.sort();
        paths
    };
    let paths = yaml("scenarios").into_iter().chain(yaml("tests/bad"));
    let texts = paths.filter_map(|path| fs::read_to_string(path).ok());
    texts.filter(|text| text.len() < 20_000).collect()
}

fn below(draws: &mut Draws, limit: usize) -> usize {
    (uniform(draws) * limit as f64) as usize
}

/// A place in the text where a character begins.
fn place(draws: &mut Draws, text: &str) -> usize {
    let at = below(draws, text.len() + 1);
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn damage(text: &mut String, draws: &mut Draws, others: &[String]) {
    let (one, other) = (place(draws, text), place(draws, text));
    let (from, to) = (one.min(other), one.max(other));
    let short = to.min(from + 40);
    let short = (from..=short).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(from);
    match below(draws, 6) {
        0 => text.replace_range(from..short, ""),
        1 => text.insert_str(from, PIECES[below(draws, PIECES.len())]),
        2 => text.replace_range(from..short, PIECES[below(draws, PIECES.len())]),
        3 => text.insert_str(from, &text[from..short].repeat(1 + below(draws, 20))),
        4 => text.truncate(from),
        _ => {
            let donor = &others[below(draws, others.len())];
            let lines: Vec<&str> = donor.lines().collect();
            let line = if lines.is_empty() { "" } else { lines[below(draws, lines.len())] };
            text.insert_str(from, &format!("\n{line}\n"));
        }
    }
}

fn read_damaged(count: u64) {
    let seeds = seeds();
    assert!(seeds.len() > 100, "there are files to damage");
    let (mut read_whole, mut refused) = (0_u64, 0_u64);
    for number in 0..count {
        let mut draws = Key::of_seed(17).number(number).draws();
        let mut text = seeds[below(&mut draws, seeds.len())].clone();
        for _ in 0..=below(&mut draws, 4) {
            damage(&mut text, &mut draws, &seeds);
        }
        match read(Some("damaged.yaml"), &text, Path::new("tests/bad"), &[]) {
            Ok(_) => read_whole += 1,
            Err(problems) => {
                refused += 1;
                assert!(!problems.to_string().is_empty());
            }
        }
    }
    assert!(read_whole > count / 100 && refused > count / 2, "{read_whole} were read and {refused} refused");
}

#[test]
fn a_hundred_thousand_damaged_files_are_read_or_refused() {
    read_damaged(100_000);
}
