//! Pages while they are drawn: text, rules and where the next thing goes. Lengths are points; y is counted from the top.

use crate::{font::Fonts, paper::Paper};

/// A4.
pub(crate) const WIDTH: f32 = 595.28;
/// A4.
pub(crate) const HEIGHT: f32 = 841.89;
/// Where text begins.
pub(crate) const LEFT: f32 = 56.7;
/// Where text ends.
pub(crate) const RIGHT: f32 = WIDTH - LEFT;
/// Where the first page begins.
pub(crate) const TOP: f32 = 54.0;
/// Where a page after the first begins.
const NEXT_TOP: f32 = 78.0;
/// Where the head of a page after the first stands.
const NEXT_HEAD: f32 = 50.0;

/// A colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// What is read.
    Ink,
    /// What explains it.
    Quiet,
    /// What stands out.
    Accent,
    /// Hairlines.
    Hair,
}

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) bold: bool,
    pub(crate) size: f32,
    pub(crate) tone: Tone,
}

/// Something on a page.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// Text whose baseline begins there.
    Text { x: f32, y: f32, style: Style, text: String },
    /// A horizontal line.
    Rule { from: f32, to: f32, y: f32, weight: f32, tone: Tone },
    /// Bars below `y`, each where it begins and how wide it is.
    Bars { bars: Vec<(f32, f32)>, y: f32, height: f32 },
}

/// All pages so far, and where the next thing goes on the last.
pub(crate) struct Sheet<'a> {
    pub(crate) fonts: &'a Fonts,
    pub(crate) pages: Vec<Vec<Mark>>,
    /// Where the next thing begins.
    pub(crate) y: f32,
    /// Where a page ends.
    bottom: f32,
    paper: &'a Paper,
}

impl Style {
    pub(crate) const fn new(size: f32, tone: Tone) -> Self {
        Self { bold: false, size, tone }
    }

    pub(crate) const fn bold(size: f32, tone: Tone) -> Self {
        Self { bold: true, size, tone }
    }

    /// From one line to the next.
    pub(crate) fn leading(self) -> f32 {
        (self.size * 1.42).ceil()
    }
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(paper: &'a Paper, fonts: &'a Fonts, bottom: f32) -> Self {
        Self { fonts, pages: vec![Vec::new()], y: TOP, bottom, paper }
    }

    /// What is left of the page.
    pub(crate) fn room(&self) -> f32 {
        self.bottom - self.y
    }

    /// What a whole page after the first has.
    pub(crate) fn whole(&self) -> f32 {
        self.bottom - NEXT_TOP
    }

    /// Begins a page where so much does not fit on this one any more; whether it did.
    pub(crate) fn need(&mut self, height: f32) -> bool {
        if height <= self.room() || self.y <= NEXT_TOP {
            return false;
        }
        self.break_page();
        true
    }

    fn break_page(&mut self) {
        self.pages.push(Vec::new());
        let (paper, fonts) = (self.paper, self.fonts);
        let (name, title) = (Style::bold(8.5, Tone::Accent), Style::new(8.5, Tone::Quiet));
        let half = (RIGHT - LEFT) / 2.0 - 6.0;
        let one = |style: Style, text: &str| {
            let lines = crate::text::wrap_most(fonts.face(style.bold), style.size, half, text, 1);
            lines.into_iter().next().unwrap_or_default()
        };
        self.text(LEFT, NEXT_HEAD, name, one(name, &paper.issuer));
        self.text_right(RIGHT, NEXT_HEAD, title, one(title, &paper.title));
        self.rule(LEFT, RIGHT, NEXT_HEAD + 7.0, 0.5, Tone::Hair);
        self.y = NEXT_TOP;
    }

    /// Text that begins at `x`.
    pub(crate) fn text(&mut self, x: f32, y: f32, style: Style, text: String) {
        if !text.is_empty() {
            self.mark(Mark::Text { x, y, style, text });
        }
    }

    /// Text that ends at `x`.
    pub(crate) fn text_right(&mut self, x: f32, y: f32, style: Style, text: String) {
        let width = self.fonts.face(style.bold).width(&text, style.size);
        self.text(x - width, y, style, text);
    }

    /// A horizontal line.
    pub(crate) fn rule(&mut self, from: f32, to: f32, y: f32, weight: f32, tone: Tone) {
        self.mark(Mark::Rule { from, to, y, weight, tone });
    }

    /// Upright bars below `y`.
    pub(crate) fn bars(&mut self, bars: Vec<(f32, f32)>, y: f32, height: f32) {
        self.mark(Mark::Bars { bars, y, height });
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}
