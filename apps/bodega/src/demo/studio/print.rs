//! What is printed on labels: letters of even strokes, rules, and the marks of the brands.

use super::vector::V3;
use std::f32::consts::TAU;

/// Points across a print.
const WIDE: usize = 560;

/// Ink on a label, wider or higher as `high` says.
pub(crate) struct Print {
    ink: V3,
    cover: Vec<f32>,
    rows: usize,
    high: f32,
}

/// The sign of a brand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mark {
    Waves,
    Leaf,
    Sun,
    Peak,
    Arches,
    Knot,
    Drop,
    Plain,
}

impl Print {
    /// Nothing yet; `high` is the height of a print whose width is 1.
    pub(crate) fn new(ink: V3, high: f32) -> Self {
        let rows = ((WIDE as f32) * high).ceil().max(1.0) as usize;
        Self { ink, cover: vec![0.0; WIDE * rows], rows, high }
    }

    /// The colour of the label under its ink, `across` and `down` from 0 to 1.
    pub(crate) fn over(&self, label: V3, across: f32, down: f32) -> V3 {
        let (column, row) = (across * (WIDE - 1) as f32, down * (self.rows - 1) as f32);
        let (left, top) = (column as usize, row as usize);
        let dot = |x: usize, y: usize| self.cover[y.min(self.rows - 1) * WIDE + x.min(WIDE - 1)];
        let (share, lower) = (column - left as f32, row - top as f32);
        let upper = dot(left, top) * (1.0 - share) + dot(left + 1, top) * share;
        let under = dot(left, top + 1) * (1.0 - share) + dot(left + 1, top + 1) * share;
        label.mix(self.ink, upper * (1.0 - lower) + under * lower)
    }

    /// A stroke through points; x to the right, y down, both in widths of the print.
    pub(crate) fn stroke(&mut self, line: &[(f32, f32)], thick: f32) {
        let scale = WIDE as f32;
        let half = thick * scale / 2.0;
        for pair in line.windows(2) {
            let (from, to) = ((pair[0].0 * scale, pair[0].1 * scale), (pair[1].0 * scale, pair[1].1 * scale));
            let range = |one: f32, two: f32, most: usize| {
                let low = (one.min(two) - half - 1.0).max(0.0) as usize;
                low..((one.max(two) + half + 2.0).max(0.0) as usize).min(most)
            };
            let way = (to.0 - from.0, to.1 - from.1);
            let long = (way.0 * way.0 + way.1 * way.1).max(1e-6);
            for row in range(from.1, to.1, self.rows) {
                for column in range(from.0, to.0, WIDE) {
                    let arm = (column as f32 + 0.5 - from.0, row as f32 + 0.5 - from.1);
                    let share = ((arm.0 * way.0 + arm.1 * way.1) / long).clamp(0.0, 1.0);
                    let far = (arm.0 - way.0 * share).hypot(arm.1 - way.1 * share);
                    let cover = (half + 0.5 - far).clamp(0.0, 1.0);
                    let dot = &mut self.cover[row * WIDE + column];
                    *dot = dot.max(cover);
                }
            }
        }
    }

    /// A line of capitals around `middle`, whose height is `size`.
    pub(crate) fn words(mut self, middle: f32, down: f32, size: f32, text: &str) -> Self {
        let gap = 0.42;
        let wide = |letter: char| glyph(letter).0 / 12.0 + gap;
        let long: f32 = text.chars().map(wide).sum::<f32>() - gap;
        let size = size.min(0.86 / long.max(0.1));
        let mut left = middle - long * size / 2.0;
        for letter in text.chars() {
            for stroke in glyph(letter).1.split_whitespace() {
                let line = stroke_of(stroke);
                let placed: Vec<_> =
                    line.iter().map(|(x, y)| (left + x * size, down - y * size + size / 2.0)).collect();
                self.stroke(&placed, size * 0.125);
            }
            left += wide(letter) * size;
        }
        self
    }

    /// A level line.
    pub(crate) fn rule(mut self, down: f32, long: f32, thick: f32) -> Self {
        self.stroke(&[(0.5 - long / 2.0, down), (0.5 + long / 2.0, down)], thick);
        self
    }

    /// A frame, this far from the edges.
    pub(crate) fn frame(mut self, inset: f32, thick: f32) -> Self {
        let (right, foot) = (1.0 - inset, self.high - inset);
        self.stroke(&[(inset, inset), (right, inset), (right, foot), (inset, foot), (inset, inset)], thick);
        self
    }

    /// The mark of a brand around a point.
    pub(crate) fn mark(mut self, mark: Mark, middle: f32, down: f32, size: f32) -> Self {
        let thick = size * 0.075;
        for line in mark.lines() {
            let placed: Vec<_> = line.iter().map(|(x, y)| (middle + x * size / 2.0, down - y * size / 2.0)).collect();
            self.stroke(&placed, thick);
        }
        self
    }
}

impl Mark {
    /// Its lines; x to the right and y up, from -1 to 1.
    fn lines(self) -> Vec<Vec<(f32, f32)>> {
        let path = |way: &dyn Fn(f32) -> (f32, f32)| (0..=40).map(|step| way(step as f32 / 40.0)).collect::<Vec<_>>();
        let ring = |size: f32| path(&|t| ((t * TAU).sin() * size, (t * TAU).cos() * size));
        match self {
            Self::Waves => {
                [-0.45, 0.0, 0.45].map(|high| path(&|t| (t * 2.0 - 1.0, high + 0.16 * (t * TAU * 2.0).sin()))).to_vec()
            }
            Self::Leaf => {
                let side = |sign: f32| path(&|t| (sign * 0.55 * (t * TAU / 2.0).sin(), t * 2.0 - 1.0));
                vec![side(1.0), side(-1.0), vec![(0.0, -1.0), (0.0, 0.45)]]
            }
            Self::Sun => {
                let mut lines = vec![ring(0.42)];
                lines.extend((0..12).map(|ray| {
                    let (sin, cos) = (ray as f32 / 12.0 * TAU).sin_cos();
                    vec![(sin * 0.66, cos * 0.66), (sin, cos)]
                }));
                lines
            }
            Self::Peak => vec![
                vec![(-1.0, -0.7), (-0.25, 0.8), (0.5, -0.7)],
                vec![(0.15, 0.0), (0.45, 0.45), (1.0, -0.7)],
                vec![(-1.0, -0.7), (1.0, -0.7)],
            ],
            Self::Arches => [0.35, 0.65, 0.95]
                .map(|size| {
                    let mut line = vec![(-size, -0.8)];
                    line.extend(path(&|t| {
                        let (sin, cos) = (t * TAU / 2.0).sin_cos();
                        (-cos * size, sin * size - 0.1)
                    }));
                    line.push((size, -0.8));
                    line
                })
                .to_vec(),
            Self::Knot => vec![
                path(&|t| {
                    let (sin, cos) = (t * TAU).sin_cos();
                    (sin * 0.95, sin * cos * 1.3)
                }),
                path(&|t| {
                    let (sin, cos) = (t * TAU).sin_cos();
                    (sin * cos * 1.3, sin * 0.95)
                }),
            ],
            Self::Drop => vec![path(&|t| {
                let (sin, cos) = (t * TAU).sin_cos();
                (sin * 0.62 * (0.5 - cos * 0.5).powf(0.7), cos)
            })],
            Self::Plain => vec![ring(0.9), ring(0.6)],
        }
    }
}

/// A stroke of a letter in heights of a letter. Digits are hexadecimal on a grid that is 12 high: points one after the
/// other, or after `@` a part of an ellipse: its middle, its radii, and from where to where clockwise, 16 parts from the top.
fn stroke_of(code: &str) -> Vec<(f32, f32)> {
    let digits: Vec<f32> = code.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as f32).collect();
    match (code.starts_with('@'), digits.as_slice()) {
        (true, [x, y, wide, high, from, to]) => {
            let turn = if to > from { to - from } else { to - from + 16.0 };
            let at = |step: u8| {
                let (sin, cos) = ((from + turn * f32::from(step) / 32.0) / 16.0 * TAU).sin_cos();
                ((x + wide * sin) / 12.0, (y + high * cos) / 12.0)
            };
            (0..=32).map(at).collect()
        }
        _ => digits.chunks_exact(2).map(|pair| (pair[0] / 12.0, pair[1] / 12.0)).collect(),
    }
}

/// The width of a letter on that grid, and its strokes.
fn glyph(letter: char) -> (f32, &'static str) {
    match letter.to_ascii_uppercase() {
        'A' => (8.0, "004c80 2464"),
        'B' => (7.0, "000c4c 0646 0040 @493308 @433308"),
        'C' => (7.0, "@464662"),
        'D' => (8.0, "30000c3c @365608"),
        'E' => (6.0, "60000c6c 0656"),
        'F' => (6.0, "000c6c 0656"),
        'G' => (8.0, "@464642 5686"),
        'H' => (8.0, "000c 808c 0686"),
        'I' => (0.0, "000c"),
        'J' => (6.0, "6c63 @33334b"),
        'K' => (7.0, "000c 7c05 2770"),
        'L' => (6.0, "0c0060"),
        'M' => (8.0, "000c448c80"),
        'N' => (8.0, "000c808c"),
        'O' => (8.0, "@464600"),
        'P' => (7.0, "000c4c 0646 @493308"),
        'Q' => (8.0, "@464600 5380"),
        'R' => (7.0, "000c4c 0646 @493308 4670"),
        'S' => (6.0, "@393382 @33330a"),
        'T' => (8.0, "0c8c 4c40"),
        'U' => (8.0, "0c04 8c84 @44444c"),
        'V' => (8.0, "0c408c"),
        'W' => (12.0, "0c306c90cc"),
        'X' => (8.0, "008c 0c80"),
        'Y' => (8.0, "0c468c 4640"),
        'Z' => (8.0, "0c8c0080"),
        '0' => (6.0, "@363600"),
        '1' => (3.0, "0a3c30"),
        '2' => (6.0, "@3933d6 570060"),
        '3' => (6.0, "@3933d8 @33330b"),
        '4' => (7.0, "505c0474"),
        '5' => (6.0, "6c1c17 @3434ea"),
        '7' => (6.0, "0c6c20"),
        '8' => (6.0, "@393300 @333300"),
        '.' => (0.0, "0000"),
        '-' => (4.0, "0646"),
        _ => (3.0, ""),
    }
}
