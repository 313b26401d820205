//! Holds `src/` to ARCHITECTURE.md: who may use whom, and what appears nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Modules that every other may use.
const COMMON: [&str; 3] = ["time", "measure", "slab"];
/// Functions of what they are given, all of them.
const RULES: [&str; 9] = ["time", "slab", "random", "stats", "measure", "workload", "broker", "client", "metrics"];
/// What nobody finds in rules or formulas, however it is imported.
const WORLD: [&str; 9] = [
    "std::time",
    "std::thread",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "println!",
    "static mut",
    "thread_local!",
];

const LONGEST_FILE: usize = 400;
const LONGEST_PAGE: usize = 200;

/// Each module with those it may use.
type Table = BTreeMap<String, BTreeSet<String>>;

struct Source {
    path: PathBuf,
    /// The module at the top that it belongs to.
    module: String,
    /// How many modules lie above its items, the top not counted.
    depth: usize,
    text: String,
}

impl Source {
    fn read(path: PathBuf) -> Source {
        let inside = path.strip_prefix(root().join("src")).expect("a file in src");
        let mut modules: Vec<String> =
            inside.with_extension("").iter().map(|p| p.to_str().unwrap().to_owned()).collect();
        if modules.last().is_some_and(|last| last == "mod") {
            modules.pop();
        }
        let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        Source { module: modules[0].clone(), depth: modules.len(), text, path }
    }

    /// The text before the tests of the file.
    fn code(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod tests").next().expect("splitting gives one part at least")
    }

    /// The lines of the code without its comments.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.code().lines().map(|line| line.split("//").next().expect("splitting gives one part at least"))
    }

    fn name(&self) -> String {
        self.path.strip_prefix(root()).expect("a file of this repository").display().to_string()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file of every module, in order.
fn sources() -> Vec<Source> {
    let mut folders = vec![root().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files.into_iter().map(Source::read).filter(|source| !["lib", "main"].contains(&source.module.as_str())).collect()
}

fn page() -> String {
    fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap()
}

/// The rows of the table that begins with `module`.
fn table(page: &str) -> Table {
    let rows = page.lines().skip_while(|line| !line.starts_with("| module |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let read = |row: &str| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [module, _, may_use] = cells[..] else { panic!("three cells in {row}") };
        (in_ticks(module).remove(0), in_ticks(may_use).into_iter().collect())
    };
    rows.map(read).collect()
}

fn in_ticks(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The modules at the top that `code` names, as `crate::x` or in `crate::{x, y::z}`.
fn used(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.extend([head(rest)]),
        }
    }
    found
}

/// The first name of each part of a group, up to the brace that closes it.
fn heads(group: &str) -> Vec<String> {
    let mut found = vec![head(group)];
    let mut depth = 0;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => found.push(head(&group[at + 1..])),
            _ => {}
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn head(text: &str) -> String {
    text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Fails with all that is wrong at once.
#[track_caller]
fn none(wrong: Vec<String>) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_module_uses_only_what_its_row_allows() {
    let table = table(&page());
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(allowed) = table.get(&source.module) else { continue };
        for name in used(source.code()) {
            let may = name == source.module || COMMON.contains(&name.as_str()) || allowed.contains(&name);
            if !may {
                wrong.push(format!("{}: `{}` may not use `{name}`", source.name(), source.module));
            }
        }
    }
    none(wrong);
}

#[test]
fn no_row_allows_what_its_module_does_not_use() {
    let mut uses = Table::new();
    for source in sources() {
        uses.entry(source.module.clone()).or_default().extend(used(source.code()));
    }
    let unused = |(module, allowed): (String, BTreeSet<String>)| {
        let uses = uses.get(&module).cloned().unwrap_or_default();
        allowed.difference(&uses).map(|name| format!("`{module}` does not use `{name}`")).collect::<Vec<_>>()
    };
    none(table(&page()).into_iter().flat_map(unused).collect());
}

#[test]
fn no_module_reaches_another_around_the_table() {
    let around = |source: &Source| source.code().contains(&"super::".repeat(source.depth));
    let wrong = sources().into_iter().filter(around);
    none(wrong.map(|source| format!("{}: `super::` leads out of `{}`", source.name(), source.module)).collect());
}

#[test]
fn the_table_names_every_module_and_nothing_else() {
    let rows: BTreeSet<String> = table(&page()).into_keys().collect();
    let modules: BTreeSet<String> = sources().into_iter().map(|source| source.module).collect();
    let missing = modules.difference(&rows).map(|module| format!("`{module}` has no row"));
    let empty = rows.difference(&modules).map(|row| format!("`{row}` is no module"));
    none(missing.chain(empty).collect());
}

#[test]
fn no_arrow_runs_back() {
    let mut left = table(&page());
    while !left.is_empty() {
        let settled = |allowed: &BTreeSet<String>| allowed.iter().all(|name| !left.contains_key(name));
        let next: Vec<String> = left.iter().filter(|(_, allowed)| settled(allowed)).map(|(m, _)| m.clone()).collect();
        assert!(!next.is_empty(), "these use each other in a circle: {:?}", left.keys());
        next.iter().for_each(|module| drop(left.remove(module)));
    }
}

#[test]
fn common_modules_use_none_that_are_not_common() {
    let table = table(&page());
    assert!(COMMON.iter().all(|module| table[*module].is_empty()));
}

#[test]
fn rules_and_formulas_touch_no_clock_thread_file_or_socket() {
    let mut wrong = Vec::new();
    for source in sources() {
        if RULES.contains(&source.module.as_str()) || source.module == "theory" {
            for line in source.lines() {
                let found = WORLD.iter().filter(|word| line.contains(*word));
                wrong.extend(found.map(|word| format!("{}: `{word}` in `{}`", source.name(), line.trim())));
            }
        }
    }
    none(wrong);
}

#[test]
fn hash_maps_whose_order_is_chance_are_only_looked_up_in_by_the_reader() {
    let has_one = |source: &Source| source.lines().any(|line| line.contains("HashMap") || line.contains("HashSet"));
    let wrong = sources().into_iter().filter(|source| source.module != "scenario" && has_one(source));
    none(wrong.map(|source| source.name()).collect());
}

#[test]
fn one_place_knows_yaml_and_one_the_format_of_results() {
    let mut wrong = Vec::new();
    for source in sources() {
        let name = source.name().replace('\\', "/");
        for (word, place) in [("serde_yaml", "src/scenario/yaml"), ("serde_json", "src/report/json")] {
            if source.lines().any(|line| line.contains(word)) && !name.starts_with(place) {
                wrong.push(format!("{name}: `{word}` belongs to {place}"));
            }
        }
    }
    none(wrong);
}

#[test]
fn no_code_is_unsafe() {
    for file in ["src/lib.rs", "src/main.rs"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        assert!(text.contains("#![forbid(unsafe_code)]"), "{file} does not forbid it");
    }
}

#[test]
fn a_long_file_says_why() {
    let is_long = |source: &Source| source.text.lines().count() > LONGEST_FILE && !source.text.contains("\n//! Long: ");
    none(sources().iter().filter(|source| is_long(source)).map(Source::name).collect());
}

#[test]
fn the_page_is_short_and_what_it_points_at_is_there() {
    let page = page();
    assert!(page.lines().count() <= LONGEST_PAGE);
    let is_path = |word: &String| ["src/", "tests/", "benches/"].iter().any(|folder| word.starts_with(folder));
    let pointed_at = page.lines().flat_map(in_ticks).filter(is_path);
    none(pointed_at.filter(|path| !root().join(path).exists()).collect());
}

#[test]
fn names_are_found_in_groups_and_behind_paths() {
    let code = "use crate::a::{B, c::D};\nuse crate::{e::{F, G}, h};\nfn f() -> crate::i::J { crate::k() }";
    assert_eq!(used(code).into_iter().collect::<Vec<_>>(), ["a", "e", "h", "i", "k"]);
}

#[test]
fn a_row_is_read_as_it_is_written() {
    let page =
        "text\n\n| module | what | may use |\n|---|---|---|\n| `a` | `x` and y | |\n| `b` | z | `a` `c` |\n\n| `d` |\n";
    let table = table(page);
    assert_eq!(table.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(table["b"].iter().collect::<Vec<_>>(), ["a", "c"]);
    assert!(table["a"].is_empty());
}
