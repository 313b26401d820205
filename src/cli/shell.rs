//! `kendall completions` and `kendall man`: what shells and `man` want to know, from the arguments themselves.

use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};

use super::args;
use super::exit::{Exit, Failure};
use super::output;
use crate::measure::nearest;

pub fn completions(args: &args::Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::Args::command(), "kendall", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Well)
}

pub fn man(args: &args::Man) -> Result<Exit, Failure> {
    let pages = pages();
    if let Some(folder) = &args.output {
        return write_all(folder, &pages);
    }
    let wanted = args.command.as_ref().map_or("kendall".to_owned(), |command| format!("kendall-{command}"));
    match pages.iter().find(|command| title(command) == wanted) {
        Some(command) => output::print(&page(command)?)?,
        None => return Err(Failure::Arguments(no_page(args.command.as_deref().unwrap_or_default(), &pages))),
    }
    Ok(Exit::Well)
}

/// A command for each page: kendall, and `kendall-run` and its like.
fn pages() -> Vec<Command> {
    let mut whole = args::Args::command().disable_help_subcommand(true);
    whole.build();
    let commands: Vec<Command> = whole.get_subcommands().cloned().collect();
    [whole].into_iter().chain(commands).collect()
}

/// `kendall-run`, as manual pages are called.
fn title(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

fn page(command: &Command) -> Result<String, Failure> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command.clone()).render(&mut page);
    rendered.map_err(|error: io::Error| Failure::Write { to: "the manual page".to_owned(), error })?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn write_all(folder: &Path, pages: &[Command]) -> Result<Exit, Failure> {
    output::make_folder(folder)?;
    for command in pages {
        output::write_file(&folder.join(format!("{}.1", title(command))), &page(command)?)?;
    }
    Ok(Exit::Well)
}

fn no_page(wanted: &str, pages: &[Command]) -> String {
    let names: Vec<&str> = pages.iter().filter_map(|page| title(page).strip_prefix("kendall-")).collect();
    let hint = match nearest(wanted, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is `{}`", names.join("`, `")),
    };
    format!("there is no command `{wanted}`; {hint}")
}
