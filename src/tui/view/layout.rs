//! What stands where: all that is essential at 80 × 24, and more where there is room.

use ratatui::layout::Rect;

use super::Screen;

/// Columns and rows below which nothing can be told.
pub const SMALLEST: (u16, u16) = (60, 16);
/// From here on there is room for what is not essential.
const LARGE: (u16, u16) = (110, 34);
/// More targets are counted and not listed.
const TARGETS: u16 = 3;

pub struct Layout {
    pub head: Rect,
    /// Where there are several queues.
    pub tabs: Option<Rect>,
    pub flow: Rect,
    pub length: Option<Rect>,
    pub rates: Option<Rect>,
    pub times: Option<Rect>,
    pub queues: Option<Rect>,
    /// What happened in single steps.
    pub told: Option<Rect>,
    pub figures: Rect,
    pub foot: Rect,
}

impl Layout {
    /// `None` if the screen is too small.
    pub fn of(screen: &Screen<'_>, area: Rect) -> Option<Layout> {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return None;
        }
        let is_large = area.width >= LARGE.0 && area.height >= LARGE.1;
        let has_tabs = screen.scene.queues.len() > 1;
        let mut rest = area;
        let head = top(&mut rest, 2);
        let tabs = has_tabs.then(|| top(&mut rest, 1));
        let foot = bottom(&mut rest, 2);
        let targets = (screen.scenario.targets.len() as u16).min(TARGETS);
        let figures = bottom(&mut rest, if area.height < 20 { 2 } else { 2 + targets });
        let rows_of_flow = match rest.height {
            _ if is_large => 11,
            15.. => 7,
            _ => 6,
        };
        let flow = top(&mut rest, rows_of_flow);
        if is_large {
            rest = within(rest, 1);
        }
        let (left, right) = halves(rest);
        let mut layout = Layout {
            head,
            tabs,
            flow,
            length: None,
            rates: None,
            times: None,
            queues: None,
            told: None,
            figures,
            foot,
        };
        if rest.height < 4 {
            return Some(layout);
        }
        let steps = screen.state.is_paused && !screen.state.told.is_empty();
        if steps && !is_large {
            layout.told = Some(rest);
            return Some(layout);
        }
        let (upper, lower) = if is_large { parts(left) } else { (left, None) };
        layout.length = Some(upper);
        layout.rates = lower;
        let (upper, lower) = if is_large { parts(right) } else { (right, None) };
        layout.times = Some(upper);
        if has_tabs && !steps {
            layout.queues = lower;
        } else {
            layout.told = lower;
        }
        Some(layout)
    }
}

fn top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let taken = Rect { height, ..*rest };
    *rest = Rect { y: rest.y + height, height: rest.height - height, ..*rest };
    taken
}

fn bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect { y: rest.y + rest.height, height, ..*rest }
}

fn within(area: Rect, rows: u16) -> Rect {
    Rect { height: area.height.saturating_sub(rows), ..area }
}

fn halves(area: Rect) -> (Rect, Rect) {
    let width = area.width / 2;
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

/// Three fifths, and the rest.
fn parts(area: Rect) -> (Rect, Option<Rect>) {
    let height = area.height * 3 / 5;
    let lower = Rect { y: area.y + height, height: area.height - height, ..area };
    (Rect { height, ..area }, Some(lower))
}
