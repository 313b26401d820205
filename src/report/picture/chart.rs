//! A picture before it is drawn: what stands where, on which axes, in which role. Whoever draws it (a file, a page)
//! decides nothing but how it looks.

/// One picture: panels one below the other, over the same kind of x axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// The word by which it is asked for, and its file's name.
    pub name: &'static str,
    /// What it shows, as a sentence would begin.
    pub title: String,
    /// Of what: scenario, seed, replications.
    pub caption: String,
    /// What is to be seen in it, with its numbers, for those who do not see it.
    pub alt: String,
    pub panels: Vec<Panel>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Whose it is, where there are several; empty where there is one.
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    /// From the back to the front.
    pub layers: Vec<Layer>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// With its unit, unless the numbers tell it.
    pub label: String,
    pub kind: Kind,
    pub scale: Scale,
    /// Where it has to begin and end; else as the layers need it.
    pub from: Option<f64>,
    pub to: Option<f64>,
}

/// What the numbers of an axis are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Seconds,
    /// A second.
    Rate,
    Share,
    /// Messages, consumers.
    Count,
    /// A share of a base: 0 is as the base.
    Relative,
    /// How many times a base or a bound: 1 is as much.
    Times,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    Linear,
    /// Values of 0 and less are not drawn.
    Log,
    /// Of shares p: −log10(1 − p), so that 90 %, 99 %, 99.9 % are equally far apart.
    Nines,
    /// Names, at 0, 1, 2, … from the top.
    Rows(Vec<String>),
}

/// Who or what it is; the palette gives each a colour that all can tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Theory,
    Simulation,
    Live,
    /// A capacity, a bound of a target.
    Limit,
    Good,
    Bad,
    Doubtful,
    /// One of several that are alike, counted from 0.
    Nth(usize),
    /// What stands behind the rest.
    Faint,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Layer {
    Line {
        label: String,
        role: Role,
        stroke: Stroke,
        points: Vec<(f64, f64)>,
    },
    /// Between low and high at each x, behind the line that it belongs to.
    Band {
        role: Role,
        /// x, low, high.
        points: Vec<(f64, f64, f64)>,
    },
    /// Upright from `base` to `top`, or, where the y axis has rows, lying from `base` to `top` in row `from`.
    Bars {
        label: String,
        role: Role,
        bars: Vec<Bar>,
    },
    /// Values in rows, each with the ends of its interval where it has one. What lies beyond an axis that ends stands at
    /// its end.
    Intervals {
        label: String,
        role: Role,
        marks: Vec<Mark>,
    },
    /// Single spots, each with a word beside it.
    Spots {
        role: Role,
        spots: Vec<Spot>,
    },
    /// A straight line across the panel, at that y or x.
    Rule {
        label: String,
        role: Role,
        across: Across,
        at: f64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    Solid,
    Dashed,
    /// Holds until the next point.
    Steps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Across {
    AtX,
    AtY,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    pub from: f64,
    pub to: f64,
    pub base: f64,
    pub top: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Beside a whole number where several stand in one row.
    pub row: f64,
    pub value: f64,
    pub ends: Option<(f64, f64)>,
    /// What is written beside it; may be empty.
    pub text: String,
    /// Whether it shows nothing that chance could not.
    pub is_faint: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Spot {
    pub x: f64,
    pub y: f64,
    pub text: String,
}
