//! Text and frames at their places, clean and never beyond the room they have.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Block, BorderType, Widget};

use super::palette::{Palette, Role};
use crate::report::text;

pub struct Pen<'b> {
    pub buffer: &'b mut Buffer,
    pub palette: Palette,
}

impl Pen<'_> {
    /// Writes up to `width` columns and returns how many it took.
    pub fn text(&mut self, (x, y): (u16, u16), width: u16, role: Role, text: &str) -> u16 {
        let area = *self.buffer.area();
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return 0;
        }
        let shown = text::clip(&text::clean(text), usize::from(width));
        let (end, _) = self.buffer.set_stringn(x, y, shown, usize::from(width), self.palette.style(role));
        end - x
    }

    /// Pieces one after the other in the first row of `area`.
    pub fn pieces(&mut self, area: Rect, pieces: &[(Role, String)]) {
        let mut x = area.x;
        for (role, piece) in pieces {
            x += self.text((x, area.y), area.right().saturating_sub(x), *role, piece);
        }
    }

    /// At the right end of the first row of `area`.
    pub fn right(&mut self, area: Rect, role: Role, text: &str) {
        let width = (text::columns(text) as u16).min(area.width);
        self.text((area.right() - width, area.y), width, role, text);
    }

    /// A frame with a title, and what is inside it.
    pub fn frame(&mut self, area: Rect, title: &str, role: Role) -> Rect {
        let block = Block::bordered().border_type(BorderType::Rounded).border_style(self.palette.style(Role::Faint));
        let inner = block.inner(area);
        block.render(area, self.buffer);
        if area.width > 4 {
            let title = text::clip(&text::clean(title), usize::from(area.width - 4));
            self.text((area.x + 1, area.y), area.width - 2, role, &format!(" {title} "));
        }
        inner
    }
}

/// The rows of an area, from the top.
pub fn rows(area: Rect) -> impl Iterator<Item = Rect> {
    (area.top()..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}
