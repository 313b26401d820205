//! The page from top to bottom: what was asked, the answer, what it rests on, and how to have it again.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::sections::{class, list};
use super::{Page, embed, figure};
use crate::report::terminal::{Entry, Paint};
use crate::report::text::clean;

pub fn whole(page: &Page) -> String {
    let name = clean(&page.about.name);
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(embed::policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                title { (name) " – kendall" }
                link rel="icon" href="data:,";
                style { (PreEscaped(embed::style())) }
            }
            body {
                (top(page, &name))
                main { (body(page)) }
                script data-kendall="uplot" { (PreEscaped(embed::uplot())) }
                script data-kendall="page" { (PreEscaped(embed::script())) }
            }
        }
    };
    markup.into_string()
}

/// The question and its answer, which have to fit into a window.
fn top(page: &Page, name: &str) -> Markup {
    let question = page.about.question.as_deref().map(clean);
    html! {
        header {
            div .bar {
                p .name { (name) }
                button #theme type="button" aria-label="change between light and dark" hidden {}
            }
            h1 { (question.as_deref().unwrap_or(name)) }
            (verdicts(&page.verdicts))
            @if !page.warnings.is_empty() {
                p .doubts { a href="#warnings" { (counted(page.warnings.len(), "warning")) } " to read before trusting the numbers" }
            }
            div .first {
                @if !page.targets.is_empty() { section .targets { h2 { "Targets" } (list(&page.targets)) } }
                @if let Some(key) = page.key { (figure_at(page, key)) }
            }
        }
    }
}

/// More of them would push all else out of the window.
const MOST_VERDICTS: usize = 6;

fn verdicts(all: &[(Paint, String)]) -> Markup {
    let (shown, rest) = all.split_at(all.len().min(MOST_VERDICTS));
    html! {
        div .verdicts { @for (paint, sentence) in shown { (verdict(*paint, sentence)) } }
        @if !rest.is_empty() {
            details {
                summary { (rest.len()) " more" }
                div .verdicts { @for (paint, sentence) in rest { (verdict(*paint, sentence)) } }
            }
        }
    }
}

fn verdict(paint: Paint, sentence: &str) -> Markup {
    let sign = match paint {
        Paint::Good => "✓",
        Paint::Bad => "✗",
        Paint::Doubtful => "?",
        Paint::Plain | Paint::Bold | Paint::Dim => "",
    };
    html! {
        p class={ "verdict " (class(paint).unwrap_or_default()) } {
            @if !sign.is_empty() { span aria-hidden="true" { (sign) } }
            strong { (clean(sentence)) }
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn body(page: &Page) -> Markup {
    let others = (0..page.pictures.len()).filter(|at| Some(*at) != page.key);
    html! {
        section { h2 { "Answers" } (page.table) (list(&page.notes)) }
        @if !page.best.is_empty() { section { h2 { "Best in" } (list(&page.best)) } }
        @if page.pictures.len() > 1 { section .pictures { h2 { "Pictures" } @for at in others { (figure_at(page, at)) } } }
        @if !page.warnings.is_empty() { section #warnings { h2 { "Warnings" } (list(&page.warnings)) } }
        @if !page.accounts.is_empty() { section { h2 { "Where every message went" } @for of in &page.accounts { (account(of)) } } }
        section { h2 { "How it was measured" } (list(&page.method)) }
        (scenario(page))
        section { h2 { "The same again" } (command(&page.command)) }
        @if !page.beside.is_empty() { section { h2 { "Files" } (files(page)) } }
    }
}

fn figure_at(page: &Page, at: usize) -> Markup {
    figure::figure(&page.pictures[at].picture, page.images[at].as_deref(), Some(at) == page.key)
}

fn account((title, entries): &(String, Vec<Entry>)) -> Markup {
    html! { h3 { (title) } (list(entries)) }
}

fn scenario(page: &Page) -> Markup {
    html! {
        section {
            h2 { "The scenario" }
            @if !page.about.overrides.is_empty() {
                p { "altered by" @for change in &page.about.overrides { " " code { (clean(change)) } } }
            }
            pre tabindex="0" { code { (visible(&page.about.text)) } }
        }
    }
}

/// What would hide or turn parts of a text is shown by its number.
fn visible(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' | '\t' => letter.to_string(),
        _ if clean(&letter.to_string()).is_empty() => format!("⟨U+{:04X}⟩", u32::from(letter)),
        _ => letter.to_string(),
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

fn command(command: &str) -> Markup {
    html! {
        div .command {
            pre tabindex="0" { code { (visible(command)) } }
            button .copy type="button" hidden { "copy" }
        }
    }
}

fn files(page: &Page) -> Markup {
    html! {
        ul .files { @for beside in page.beside { li { a href={ "./" (beside.file) } { (beside.file) } " – " (beside.what) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_verdicts_leave_room_for_the_rest() {
        let of = |count| verdicts(&vec![(Paint::Bold, "one: hardly a difference".to_owned()); count]).into_string();
        assert!(!of(MOST_VERDICTS).contains("<details"));
        let many = of(MOST_VERDICTS + 2);
        assert!(many.contains("<summary>2 more</summary>"), "{many}");
        assert_eq!(many.matches("hardly a difference").count(), MOST_VERDICTS + 2);
    }
}
