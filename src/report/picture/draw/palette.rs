//! The colours of pictures, said once: told apart by the colour-blind too, and the same thing always in the same one.
//!
//! Okabe and Ito, "Color Universal Design" (2008), darker or lighter where letters of that colour have to be read.

use super::super::Role;

/// On which paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour {
    pub rgb: (u8, u8, u8),
    /// From 0, which is not seen, to 1.
    pub alpha: f64,
}

/// What is not of a role.
pub struct Paper {
    pub background: Colour,
    pub ink: Colour,
    /// Of captions and of what stands at axes.
    pub quiet: Colour,
    pub grid: Colour,
}

const fn solid(hex: u32) -> Colour {
    Colour { rgb: ((hex >> 16) as u8, (hex >> 8) as u8, hex as u8), alpha: 1.0 }
}

const LIGHT: Paper =
    Paper { background: solid(0xffffff), ink: solid(0x1b1f24), quiet: solid(0x57606a), grid: solid(0xe3e6ea) };
const DARK: Paper =
    Paper { background: solid(0x14181d), ink: solid(0xe8ebef), quiet: solid(0xa3acb6), grid: solid(0x2c333b) };

/// So many that are alike have a colour of their own; then they begin again.
pub const ALIKE: usize = 8;
const NTH_LIGHT: [u32; ALIKE] = [0x0072b2, 0xd55e00, 0x008060, 0xa8457f, 0x8f6b00, 0x2a8fc4, 0x5a4fcf, 0x57606a];
const NTH_DARK: [u32; ALIKE] = [0x56b4e9, 0xff8c42, 0x2fc79b, 0xe79cc4, 0xe6c04a, 0x9ad4f5, 0xa79bff, 0xa3acb6];

/// Whatever has a colour.
pub fn roles() -> impl Iterator<Item = Role> {
    use Role::*;
    [Theory, Simulation, Live, Limit, Good, Bad, Doubtful, Faint].into_iter().chain((0..ALIKE).map(Nth))
}

impl Theme {
    pub fn paper(self) -> Paper {
        match self {
            Theme::Light => LIGHT,
            Theme::Dark => DARK,
        }
    }

    pub fn colour(self, role: Role) -> Colour {
        let (light, dark) = match role {
            Role::Theory => (0x1b1f24, 0xf2f4f6),
            Role::Simulation => (0x0072b2, 0x56b4e9),
            Role::Live => (0xb5387e, 0xf08cc0),
            Role::Limit => (0x6b3d00, 0xe6b980),
            Role::Good => (0x007d5c, 0x2fc79b),
            Role::Bad => (0xc44900, 0xff8c42),
            Role::Doubtful => (0x946c00, 0xe6c04a),
            Role::Nth(at) => (NTH_LIGHT[at % ALIKE], NTH_DARK[at % ALIKE]),
            Role::Faint => (0x8c959f, 0x77818c),
        };
        solid(if self == Theme::Light { light } else { dark })
    }
}

impl Colour {
    pub fn with_alpha(self, alpha: f64) -> Colour {
        Colour { alpha, ..self }
    }

    /// As solid as before, so that what crosses itself is not darker there.
    pub fn paler(self, paper: &Paper) -> Colour {
        let half = |a: u8, b: u8| (f64::from(a) * 0.4 + f64::from(b) * 0.6).round() as u8;
        let (a, b) = (self.rgb, paper.background.rgb);
        Colour { rgb: (half(a.0, b.0), half(a.1, b.1), half(a.2, b.2)), alpha: self.alpha }
    }

    /// As CSS has it, without its alpha.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.rgb.0, self.rgb.1, self.rgb.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1, relative luminance.
    fn luminance(colour: Colour) -> f64 {
        let part = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(colour.rgb.0) + 0.7152 * part(colour.rgb.1) + 0.0722 * part(colour.rgb.2)
    }

    fn contrast(a: Colour, b: Colour) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn letters_of_every_role_can_be_read_on_both_papers() {
        for theme in [Theme::Light, Theme::Dark] {
            let paper = theme.paper();
            for role in roles().filter(|role| *role != Role::Faint) {
                let seen = contrast(theme.colour(role), paper.background);
                // Large letters need 3, small ones 4.5 (WCAG 2.1, 1.4.3); labels are in between.
                assert!(seen >= 3.5, "{theme:?} {role:?}: {seen:.2}");
            }
            assert!(contrast(paper.ink, paper.background) > 10.0 && contrast(paper.quiet, paper.background) > 4.5);
        }
    }
}
