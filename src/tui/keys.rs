//! Keys, and what is wished for by them.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Quit,
    /// As a program is interrupted, which its exit code tells.
    Interrupt,
    Help,
    Pause,
    Step,
    Faster,
    Slower,
    /// As fast as the machine can.
    End,
    Restart,
    NextQueue,
    PreviousQueue,
    /// By its place.
    Queue(usize),
    Rate(Turn),
    Consumers(Turn),
    Prefetch(Turn),
    Acknowledge,
    Crash,
    Poison,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Less,
    More,
}

/// What a key means; `None` for those that mean nothing.
pub fn wish(key: &KeyEvent) -> Option<Wish> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) {
        return (key.code == KeyCode::Char('c')).then_some(Wish::Interrupt);
    }
    Some(match key.code {
        KeyCode::Char('q') | KeyCode::Esc => Wish::Quit,
        KeyCode::Char('?' | 'h') => Wish::Help,
        KeyCode::Char(' ') => Wish::Pause,
        KeyCode::Char('.') | KeyCode::Right => Wish::Step,
        KeyCode::Char('+' | '=') | KeyCode::Up => Wish::Faster,
        KeyCode::Char('-' | '_') | KeyCode::Down => Wish::Slower,
        KeyCode::Char('e') => Wish::End,
        KeyCode::Char('r') => Wish::Restart,
        KeyCode::Tab => Wish::NextQueue,
        KeyCode::BackTab => Wish::PreviousQueue,
        KeyCode::Char(digit @ '1'..='9') => Wish::Queue(digit as usize - '1' as usize),
        KeyCode::Char('a') => Wish::Rate(Turn::Less),
        KeyCode::Char('A') => Wish::Rate(Turn::More),
        KeyCode::Char('c') => Wish::Consumers(Turn::Less),
        KeyCode::Char('C') => Wish::Consumers(Turn::More),
        KeyCode::Char('p') => Wish::Prefetch(Turn::Less),
        KeyCode::Char('P') => Wish::Prefetch(Turn::More),
        KeyCode::Char('k') => Wish::Acknowledge,
        KeyCode::Char('x') => Wish::Crash,
        KeyCode::Char('m') => Wish::Poison,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(letter: char, modifiers: KeyModifiers) -> Option<Wish> {
        wish(&KeyEvent::new(KeyCode::Char(letter), modifiers))
    }

    #[test]
    fn a_small_letter_takes_away_and_a_large_one_adds() {
        assert_eq!(typed('c', KeyModifiers::NONE), Some(Wish::Consumers(Turn::Less)));
        assert_eq!(typed('C', KeyModifiers::SHIFT), Some(Wish::Consumers(Turn::More)));
    }

    #[test]
    fn control_c_interrupts_and_no_other_key_with_control_means_anything() {
        assert_eq!(typed('c', KeyModifiers::CONTROL), Some(Wish::Interrupt));
        assert_eq!(typed('x', KeyModifiers::CONTROL), None);
    }

    #[test]
    fn a_key_that_is_let_go_means_nothing() {
        let up = KeyEvent::new_with_kind(KeyCode::Char('q'), KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(wish(&up), None);
    }
}
