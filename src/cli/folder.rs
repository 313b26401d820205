//! The folder of a report: the page, and beside it what it was made from.

use std::path::{Path, PathBuf};

use hdrhistogram::Histogram;

use super::args::Report;
use super::exit::Failure;
use super::files::file_name;
use super::output;
use crate::report;
use crate::report::page::{self, Beside, Drawn};
use crate::report::picture::draw::{self, Theme};
use crate::report::picture::{self, Picture};
use crate::result::{About, Comparison, Outcome, Simulation};

/// Where reports go if nobody says where.
const USUAL: &str = "reports";

/// The folder that was asked for; of several scenarios, each has its own in it.
pub fn place(asked: &Report, name: &str, is_one_of_several: bool) -> Option<PathBuf> {
    let folder = asked.report.as_deref()?;
    let own = file_name(name);
    Some(match (folder.as_os_str().is_empty(), is_one_of_several) {
        (true, _) => Path::new(USUAL).join(own),
        (false, true) => folder.join(own),
        (false, false) => folder.to_owned(),
    })
}

/// A folder that is being filled.
struct Folder<'a> {
    path: &'a Path,
    beside: Vec<Beside>,
}

/// `json` is the result as it is stored.
pub fn of_run(path: &Path, about: &About, outcome: &Outcome, json: &str) -> Result<(), Failure> {
    let mut folder = Folder::new(path, about, json)?;
    for (whose, runs) in [("", outcome.simulation()), ("live.", outcome.live().map(|live| &live.runs))] {
        folder.add_histograms(whose, runs)?;
    }
    let pictures = folder.drawn(picture::of_run(about, outcome))?;
    let page = page::of_run(about, outcome, &pictures, &folder.beside);
    folder.finish(&page)
}

pub fn of_comparison(path: &Path, (abouts, compared): (&[About], &Comparison), json: &str) -> Result<(), Failure> {
    let mut folder = Folder::new(path, &abouts[0], json)?;
    for (at, one) in compared.compared.iter().enumerate() {
        folder.add_histograms(&format!("{at}-{}.", file_name(&one.name)), one.outcome.measured())?;
    }
    let pictures = folder.drawn(picture::of_comparison(&abouts[0], compared))?;
    let page = page::of_comparison(abouts, compared, &pictures, &folder.beside);
    folder.finish(&page)
}

impl<'a> Folder<'a> {
    /// With the result and the scenario in it.
    fn new(path: &'a Path, about: &About, json: &str) -> Result<Folder<'a>, Failure> {
        output::make_folder(path)?;
        let mut folder = Folder { path, beside: Vec::new() };
        folder.add("result.json", "the result", json)?;
        folder.add("scenario.yaml", "the scenario, before it was altered", &about.text)?;
        Ok(folder)
    }

    fn add(&mut self, file: &str, what: &str, content: impl AsRef<[u8]>) -> Result<(), Failure> {
        output::write_file(&self.path.join(file), content)?;
        self.beside.push(Beside { file: file.to_owned(), what: what.to_owned() });
        Ok(())
    }

    fn add_histograms(&mut self, whose: &str, runs: Option<&Simulation>) -> Result<(), Failure> {
        let Some(runs) = runs else { return Ok(()) };
        let all: [(&str, &Histogram<u64>); 3] =
            [("response", &runs.response), ("wait", &runs.wait), ("service", &runs.service)];
        for (what, histogram) in all {
            self.add(&format!("{whose}{what}.hgrm"), "percentiles in milliseconds", report::hgrm(histogram))?;
        }
        Ok(())
    }

    /// Each picture as the page shows it, and as files.
    fn drawn(&mut self, pictures: Vec<Picture>) -> Result<Vec<Drawn>, Failure> {
        let drawn = |picture: Picture| {
            let size = draw::usual_size(&picture);
            let svg = draw::svg(&picture, size, Theme::Light);
            self.add(&format!("{}.svg", picture.name), &picture.title, &svg)?;
            self.add(&format!("{}.png", picture.name), &picture.title, draw::png(&picture, size, Theme::Light))?;
            Ok(Drawn { picture, svg })
        };
        pictures.into_iter().map(drawn).collect()
    }

    /// The page comes last, when all that it points at is there.
    fn finish(self, page: &str) -> Result<(), Failure> {
        let index = self.path.join("index.html");
        output::write_file(&index, page)?;
        output::diagnose(&format!("report: {}", index.display()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_its_folder() {
        let of = |folder: &str, several| {
            let asked = Report { report: Some(PathBuf::from(folder)) };
            place(&asked, "M/M/3", several).unwrap().display().to_string()
        };
        assert_eq!([of("", false), of("", true)], ["reports/M-M-3", "reports/M-M-3"]);
        assert_eq!([of("out", false), of("out", true)], ["out", "out/M-M-3"]);
        assert_eq!(place(&Report::default(), "M/M/3", false), None);
    }
}
