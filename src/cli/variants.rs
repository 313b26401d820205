//! What is compared: the variants of a file, those that the command line adds, or several files.

use super::args::Compare;
use super::exit::Failure;
use super::input;
pub use crate::experiment::Variant;
use crate::scenario::Scenario;

/// Each is simulated in full.
const MOST: usize = 40;
const EXAMPLE: &str = "`--vary consumers.workers.prefetch=1,10,100`, or `variants:` in the file";

/// All that is compared, the first being what the others are compared with.
pub fn all(args: &Compare) -> Result<Vec<Variant>, Failure> {
    let all = match args.scenarios.as_slice() {
        [one] => of_one(args, one)?,
        several => of_several(args, several)?,
    };
    if all.len() < 2 {
        let message = format!("there is nothing to compare `{}` with; write {EXAMPLE}", args.scenarios[0]);
        return Err(Failure::Arguments(message));
    }
    if all.len() > MOST + 1 {
        return Err(Failure::Arguments(format!(
            "these are {} variants, more than {MOST}; compare fewer",
            all.len() - 1
        )));
    }
    for (at, variant) in all.iter().enumerate() {
        if all[..at].iter().any(|known| known.name == variant.name) {
            let message = format!("two of those compared are called `{}`; give one of them another name", variant.name);
            return Err(Failure::Arguments(message));
        }
    }
    Ok(all)
}

fn of_several(args: &Compare, files: &[String]) -> Result<Vec<Variant>, Failure> {
    if !args.variant.is_empty() || !args.vary.is_empty() {
        let message = "`--variant` and `--vary` are of one scenario; name one, or leave them out";
        return Err(Failure::Arguments(message.to_owned()));
    }
    let overrides = args.alter.overrides();
    files
        .iter()
        .map(|file| {
            let scenario = input::scenario(file, &args.notation, &overrides)?;
            Ok(Variant { name: scenario.name.clone(), scenario })
        })
        .collect()
}

fn of_one(args: &Compare, file: &str) -> Result<Vec<Variant>, Failure> {
    let overrides = args.alter.overrides();
    let (base, own) = input::with_variants(file, &args.notation, &overrides)?;
    let mut all = vec![Variant { name: "base".to_owned(), scenario: base }];
    let changed = |(name, changes): (String, Vec<String>)| {
        let scenario = input::scenario(file, &args.notation, &[overrides.clone(), changes].concat())?;
        Ok::<_, Failure>(Variant { name, scenario })
    };
    let (named, written) = chosen(&args.variant);
    if args.variant.is_empty() && args.vary.is_empty() {
        all.extend(own.into_iter().map(|scenario| Variant { name: scenario.name.clone(), scenario }));
    } else {
        for name in named {
            all.push(of_file(name, &own, file)?);
        }
    }
    for variant in written.into_iter().chain(varied(&args.vary)?) {
        all.push(changed(variant)?);
    }
    Ok(all)
}

fn of_file(name: &str, own: &[Scenario], file: &str) -> Result<Variant, Failure> {
    if let Some(scenario) = own.iter().find(|scenario| scenario.name == name) {
        return Ok(Variant { name: name.to_owned(), scenario: scenario.clone() });
    }
    let names: Vec<&str> = own.iter().map(|scenario| scenario.name.as_str()).collect();
    let there = match names.as_slice() {
        [] => "it has none; write `--variant NAME:PATH=VALUE`".to_owned(),
        names => format!("there is `{}`", names.join("`, `")),
    };
    Err(Failure::Arguments(format!("`{file}` has no variant `{name}`; {there}")))
}

/// The names of variants of the file, and those that are written out as `NAME:PATH=VALUE`, their changes together.
fn chosen(texts: &[String]) -> (Vec<&str>, Vec<(String, Vec<String>)>) {
    let (mut named, mut written) = (Vec::new(), Vec::<(String, Vec<String>)>::new());
    for text in texts {
        match text.split_once(':').filter(|(name, _)| !name.contains('=')) {
            None => named.push(text.as_str()),
            Some((name, change)) => match written.iter_mut().find(|(known, _)| known == name) {
                Some((_, changes)) => changes.push(change.to_owned()),
                None => written.push((name.to_owned(), vec![change.to_owned()])),
            },
        }
    }
    (named, written)
}

/// Every combination of the values of `path=a,b,c`, each called after what it changes.
fn varied(texts: &[String]) -> Result<Vec<(String, Vec<String>)>, Failure> {
    let mut all = vec![(String::new(), Vec::new())];
    for text in texts {
        let Some((path, values)) = text.split_once('=') else {
            return Err(Failure::Arguments(format!("`--vary {text}` has no `=`; write {EXAMPLE}")));
        };
        let key = path.rsplit('.').next().unwrap_or(path);
        let values = split(values);
        let with = |(name, changes): &(String, Vec<String>), value: &str| {
            let gap = if name.is_empty() { "" } else { ", " };
            let changes = [changes.clone(), vec![format!("{path}={value}")]].concat();
            (format!("{name}{gap}{key}={value}"), changes)
        };
        all = all.iter().flat_map(|known| values.iter().map(|value| with(known, value))).take(MOST + 2).collect();
    }
    all.retain(|(name, _)| !name.is_empty());
    Ok(all)
}

/// At the commas that are in no bracket.
fn split(values: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_i32;
    for c in values.chars() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            ',' if depth <= 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is a first part").push(c);
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_at_commas_outside_of_brackets() {
        assert_eq!(split("1,10, 100"), ["1", "10", "100"]);
        assert_eq!(split("{exponential: {mean: 2ms}},[1, 2]"), ["{exponential: {mean: 2ms}}", "[1, 2]"]);
    }

    #[test]
    fn several_that_vary_are_combined() {
        let all = varied(&["a.b=1,2".to_owned(), "c=x,y".to_owned()]).unwrap();
        let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["b=1, c=x", "b=1, c=y", "b=2, c=x", "b=2, c=y"]);
        assert_eq!(all[1].1, ["a.b=1", "c=y"]);
        assert!(varied(&["prefetch".to_owned()]).is_err());
    }

    #[test]
    fn a_variant_is_named_or_written_out() {
        let texts = ["slow", "mine:a.b=1", "mine:c={x: 1}"].map(str::to_owned);
        let (named, written) = chosen(&texts);
        assert_eq!(named, ["slow"]);
        assert_eq!(written, [("mine".to_owned(), vec!["a.b=1".to_owned(), "c={x: 1}".to_owned()])]);
    }
}
