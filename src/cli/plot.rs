//! `kendall plot`: pictures of a stored result.

use std::path::Path;

use super::args::Plot;
use super::exit::{Exit, Failure};
use super::files::file_name;
use super::{output, stored};
use crate::measure::nearest;
use crate::report::json::Stored;
use crate::report::picture::draw::{self, Size, Theme};
use crate::report::picture::{self, NAMES, Picture};
use crate::report::text;

pub fn plot(args: &Plot) -> Result<Exit, Failure> {
    for word in &args.what {
        check(word)?;
    }
    let results: Vec<(String, Vec<Picture>)> = stored::results(&args.result)?.iter().map(pictures).collect();
    if args.what.is_empty() {
        output::print(&list(&results))?;
        return Ok(Exit::Well);
    }
    let chosen = chosen(args, &results)?;
    match (args.output.as_deref(), chosen.as_slice()) {
        (Some(path), [(_, picture)]) if !output::is_stdout(path) && format(path)?.is_some() => {
            save(args, picture, path)?;
        }
        (Some(path), _) if !output::is_stdout(path) => save_all(args, &chosen, path)?,
        (_, [(_, picture)]) => output::print(&draw::svg(picture, size(args, picture), theme(args)))?,
        (_, several) => {
            let count = several.len();
            return Err(Failure::Arguments(format!(
                "standard output has room for one picture, and these are {count}; name a folder with `-o`"
            )));
        }
    }
    Ok(Exit::Well)
}

/// Whether there is such a picture at all.
fn check(word: &str) -> Result<(), Failure> {
    let names = || NAMES.iter().map(|(name, _)| *name).chain(["all"]);
    if names().any(|name| name == word) {
        return Ok(());
    }
    let hint = match nearest(word, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is `{}`", names().collect::<Vec<_>>().join("`, `")),
    };
    Err(Failure::Arguments(format!("`--what {}`: there is no such picture; {hint}", text::clean(word))))
}

/// The scenario's name, and what there is to be drawn.
fn pictures(result: &Stored) -> (String, Vec<Picture>) {
    match result {
        Stored::Run { about, outcome } => (about.name.clone(), picture::of_run(about, outcome)),
        Stored::Comparison { about, comparison } => {
            (about[0].name.clone(), picture::of_comparison(&about[0], comparison))
        }
    }
}

/// A line for each picture: its name, and what it shows.
fn list(results: &[(String, Vec<Picture>)]) -> String {
    let line = |picture: &Picture| format!("{:<13}{}\n", picture.name, text::clean(&picture.title));
    let of_one = |(name, pictures): &(String, Vec<Picture>)| {
        let heading = if results.len() > 1 { format!("{}\n", text::clean(name)) } else { String::new() };
        heading + &pictures.iter().map(line).collect::<String>()
    };
    results.iter().map(of_one).collect::<Vec<_>>().join("\n")
}

/// What was asked for of each result, in the order of the pictures; each word must be there in one of them.
fn chosen<'a>(args: &Plot, results: &'a [(String, Vec<Picture>)]) -> Result<Vec<(&'a str, &'a Picture)>, Failure> {
    let all = || results.iter().flat_map(|(name, of)| of.iter().map(move |picture| (name.as_str(), picture)));
    if args.what.iter().any(|word| word == "all") {
        return Ok(all().collect());
    }
    for word in &args.what {
        if !all().any(|(_, picture)| picture.name == word) {
            let there: Vec<&str> = all().map(|(_, picture)| picture.name).collect();
            return Err(Failure::Arguments(format!(
                "`--what {word}`: this result has nothing for it; it has `{}`",
                there.join("`, `")
            )));
        }
    }
    Ok(all().filter(|(_, picture)| args.what.iter().any(|word| word == picture.name)).collect())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Svg,
    Png,
}

/// As the file's ending says; a folder has none.
fn format(path: &Path) -> Result<Option<Format>, Failure> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        _ if path.is_dir() => Ok(None),
        None => Ok(None),
        Some("svg") => Ok(Some(Format::Svg)),
        Some("png") => Ok(Some(Format::Png)),
        Some(other) => Err(Failure::Arguments(format!(
            "`{}`: kendall draws .svg and .png, and no .{other}; name such a file, or a folder",
            path.display()
        ))),
    }
}

fn save_all(args: &Plot, chosen: &[(&str, &Picture)], folder: &Path) -> Result<(), Failure> {
    if format(folder)?.is_some() {
        return Err(Failure::Arguments(format!(
            "`{}` has room for one picture, and these are {}; name a folder",
            folder.display(),
            chosen.len()
        )));
    }
    output::make_folder(folder)?;
    let ending = if args.png { "png" } else { "svg" };
    let is_alone = chosen.iter().all(|(name, _)| *name == chosen[0].0);
    for (name, picture) in chosen {
        let scenario = if is_alone { String::new() } else { file_name(name) + "." };
        save(args, picture, &folder.join(format!("{scenario}{}.{ending}", picture.name)))?;
    }
    Ok(())
}

fn save(args: &Plot, picture: &Picture, path: &Path) -> Result<(), Failure> {
    let (size, theme) = (size(args, picture), theme(args));
    match format(path)? {
        Some(Format::Png) => output::write_file(path, draw::png(picture, size, theme)),
        _ => output::write_file(path, draw::svg(picture, size, theme)),
    }
}

fn size(args: &Plot, picture: &Picture) -> Size {
    args.size.unwrap_or_else(|| draw::usual_size(picture))
}

fn theme(args: &Plot) -> Theme {
    args.theme.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_the_format() {
        let of = |path: &str| format(Path::new(path));
        assert_eq!(of("a/b.svg").unwrap(), Some(Format::Svg));
        assert_eq!(of("b.PNG").unwrap(), Some(Format::Png));
        assert_eq!(of("pictures").unwrap(), None);
        assert!(of("b.pdf").unwrap_err().to_string().contains(".svg and .png, and no .pdf"));
    }
}
