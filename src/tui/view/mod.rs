//! The screen: a function of how the run stands and of what whoever watches has chosen.

mod crew;
mod figures;
mod flow;
mod head;
mod help;
mod layout;
mod line;
mod palette;
mod pen;
mod plot;
mod times;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use figures::pieces_of_accounts as accounts;
pub use head::instant;
pub use palette::Palette;

use super::state::State;
use crate::measure::Measure;
use crate::result::{QueueScene, Scene, Theory};
use crate::scenario::Scenario;
use layout::Layout;
use palette::Role;
use pen::Pen;

/// All that a picture is made of.
pub struct Screen<'a> {
    pub scenario: &'a Scenario,
    /// Where a formula applies.
    pub theory: Option<&'a Theory>,
    pub scene: &'a Scene,
    pub state: &'a State,
    pub palette: Palette,
}

impl Screen<'_> {
    fn queue(&self) -> &QueueScene {
        &self.scene.queues[self.state.queue]
    }

    /// What theory says of a measure; nothing of a run that was altered by hand.
    fn theory(&self, measure: &Measure) -> Option<f64> {
        let theory = self.theory.filter(|_| !self.scene.is_altered)?;
        theory.measures.get(measure).map(|exact| exact.value)
    }
}

/// Draws the whole screen.
pub fn draw(screen: &Screen<'_>, area: Rect, buffer: &mut Buffer) {
    let mut pen = Pen { buffer, palette: screen.palette };
    let Some(layout) = Layout::of(screen, area) else {
        return too_small(area, &mut pen);
    };
    head::draw(screen, layout.head, &mut pen);
    layout.tabs.into_iter().for_each(|tabs| head::tabs(screen, tabs, &mut pen));
    flow::draw(screen, layout.flow, &mut pen);
    layout.length.into_iter().for_each(|area| plot::length(screen, area, &mut pen));
    layout.rates.into_iter().for_each(|area| plot::rates(screen, area, &mut pen));
    layout.times.into_iter().for_each(|area| times::draw(screen, area, &mut pen));
    layout.queues.into_iter().for_each(|area| figures::queues(screen, area, &mut pen));
    layout.told.into_iter().for_each(|area| figures::told(screen, area, &mut pen));
    figures::draw(screen, layout.figures, &mut pen);
    head::foot(screen, layout.foot, &mut pen);
    if screen.state.shows_help {
        help::draw(area, &mut pen);
    }
}

fn too_small(area: Rect, pen: &mut Pen<'_>) {
    let (width, height) = layout::SMALLEST;
    let said = [format!("at least {width} × {height}, please:"), format!("this is {} × {}", area.width, area.height)];
    for (row, line) in pen::rows(area).zip(said) {
        pen.text((row.x, row.y), row.width, Role::Strong, &line);
    }
}
