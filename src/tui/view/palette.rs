//! Colours that all can tell apart (Okabe and Ito 2008), as near as the 256 colours of every terminal come.
//!
//! Nothing is told by colour alone: without them all is still there, in signs and words.

use ratatui::style::{Color, Modifier, Style};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    has_colour: bool,
}

/// What something is, or how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Plain,
    Strong,
    /// Frames, and what is not so important.
    Faint,
    /// Messages: waiting, or on their way.
    Message,
    Busy,
    Hung,
    Theory,
    Good,
    Bad,
    /// What is not as the scenario says.
    Altered,
}

const ORANGE: Color = Color::Indexed(214);
const SKY_BLUE: Color = Color::Indexed(74);
const GREEN: Color = Color::Indexed(36);
const VERMILLION: Color = Color::Indexed(166);
const PURPLE: Color = Color::Indexed(175);
/// In the middle between a black and a white screen.
const GREY: Color = Color::Indexed(244);

impl Palette {
    pub fn new(has_colour: bool) -> Palette {
        Palette { has_colour }
    }

    pub fn style(self, role: Role) -> Style {
        if self.has_colour { coloured(role) } else { plain(role) }
    }

    /// Of what is drawn point by point, which has nothing but a colour.
    pub fn colour(self, role: Role) -> Color {
        self.style(role).fg.unwrap_or(Color::Reset)
    }
}

fn coloured(role: Role) -> Style {
    match role {
        // On a frame, too, that is fainter.
        Role::Plain => Style::new().fg(Color::Reset),
        Role::Strong => Style::new().fg(Color::Reset).add_modifier(Modifier::BOLD),
        Role::Faint => Style::new().fg(GREY),
        Role::Message => Style::new().fg(ORANGE),
        Role::Busy => Style::new().fg(GREEN),
        Role::Hung => Style::new().fg(PURPLE),
        Role::Theory => Style::new().fg(SKY_BLUE),
        Role::Good => Style::new().fg(GREEN).add_modifier(Modifier::BOLD),
        Role::Bad => Style::new().fg(VERMILLION).add_modifier(Modifier::BOLD),
        Role::Altered => Style::new().fg(ORANGE).add_modifier(Modifier::BOLD | Modifier::REVERSED),
    }
}

fn plain(role: Role) -> Style {
    match role {
        Role::Plain | Role::Message | Role::Busy | Role::Theory | Role::Faint => Style::new(),
        Role::Strong | Role::Good | Role::Hung => Style::new().add_modifier(Modifier::BOLD),
        Role::Bad | Role::Altered => Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED),
    }
}
