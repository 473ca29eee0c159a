//! The two fonts that come with this crate: which glyph a character has and how wide it is.
//!
//! Read by hand, since four tables of two known files are all that is needed (OpenType: `head`, `hhea`, `hmtx`, `cmap`).

use std::{collections::HashMap, sync::LazyLock};

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    Some(Fonts {
        regular: Face::read("OpenSans-Regular", include_bytes!("../fonts/OpenSans-Regular.ttf"))?,
        bold: Face::read("OpenSans-Bold", include_bytes!("../fonts/OpenSans-Bold.ttf"))?,
    })
});

/// Both weights.
pub(crate) struct Fonts {
    pub(crate) regular: Face,
    pub(crate) bold: Face,
}

impl Fonts {
    /// Both, read once; `None` where a file is broken.
    pub(crate) fn get() -> Option<&'static Self> {
        FONTS.as_ref()
    }

    pub(crate) fn face(&self, is_bold: bool) -> &Face {
        if is_bold { &self.bold } else { &self.regular }
    }
}

/// One font.
pub(crate) struct Face {
    pub(crate) name: &'static str,
    /// The file.
    pub(crate) data: &'static [u8],
    /// In thousandths of an em: what holds every glyph.
    pub(crate) bounds: [f32; 4],
    /// Above the line, in thousandths of an em.
    pub(crate) ascent: f32,
    /// Below the line, in thousandths of an em; negative.
    pub(crate) descent: f32,
    glyphs: HashMap<char, u16>,
    /// By glyph, in thousandths of an em; those after the last are as wide as it.
    advances: Vec<f32>,
}

impl Face {
    fn read(name: &'static str, data: &'static [u8]) -> Option<Self> {
        let (head, hhea, hmtx) = (table(data, *b"head")?, table(data, *b"hhea")?, table(data, *b"hmtx")?);
        let units = f32::from(unsigned(head, 18)?).max(1.0);
        let scaled = |number: i16| f32::from(number) * 1_000.0 / units;
        let mut bounds = [0.0; 4];
        for (index, bound) in bounds.iter_mut().enumerate() {
            *bound = scaled(signed(head, 36 + 2 * index)?);
        }
        let count = usize::from(unsigned(hhea, 34)?);
        let advance = |index| unsigned(hmtx, 4 * index).map(|width| f32::from(width) * 1_000.0 / units);
        Some(Self {
            name,
            data,
            bounds,
            ascent: scaled(signed(hhea, 4)?),
            descent: scaled(signed(hhea, 6)?),
            glyphs: glyphs(table(data, *b"cmap")?)?,
            advances: (0..count).map(advance).collect::<Option<_>>()?,
        })
    }

    /// The glyph of a character; 0, an empty box, where there is none.
    pub(crate) fn glyph(&self, letter: char) -> u16 {
        self.glyphs.get(&letter).copied().unwrap_or_default()
    }

    /// How wide a character is, in thousandths of an em.
    pub(crate) fn advance(&self, letter: char) -> f32 {
        let glyph = usize::from(self.glyph(letter));
        self.advances.get(glyph).or(self.advances.last()).copied().unwrap_or_default()
    }

    /// How wide a text is in letters of `size` points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|letter| self.advance(letter)).sum::<f32>() * size / 1_000.0
    }
}

fn unsigned(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn signed(data: &[u8], at: usize) -> Option<i16> {
    data.get(at..at + 2)?.try_into().ok().map(i16::from_be_bytes)
}

fn long(data: &[u8], at: usize) -> Option<usize> {
    let number: [u8; 4] = data.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(number)).ok()
}

fn table(data: &[u8], tag: [u8; 4]) -> Option<&[u8]> {
    let count = usize::from(unsigned(data, 4)?);
    let record =
        (0..count).filter_map(|index| data.get(12 + 16 * index..28 + 16 * index)).find(|r| r.starts_with(&tag))?;
    let (start, length) = (long(record, 8)?, long(record, 12)?);
    data.get(start..start.checked_add(length)?)
}

/// The characters of the Basic Multilingual Plane, from the subtable of format 4.
fn glyphs(cmap: &[u8]) -> Option<HashMap<char, u16>> {
    let count = usize::from(unsigned(cmap, 2)?);
    let offsets = (0..count).filter_map(|index| long(cmap, 8 + 8 * index));
    let map = offsets.filter_map(|offset| cmap.get(offset..)).find(|map| unsigned(map, 0) == Some(4))?;
    let segments = usize::from(unsigned(map, 6)?) / 2;
    let (ends, starts) = (14, 16 + 2 * segments);
    let (deltas, offsets) = (starts + 2 * segments, starts + 4 * segments);
    let mut glyphs = HashMap::new();
    for segment in 0..segments {
        let field = |at: usize| unsigned(map, at + 2 * segment);
        let (start, end, delta, offset) = (field(starts)?, field(ends)?, field(deltas)?, field(offsets)?);
        for code in start..=end {
            let glyph = if offset == 0 {
                code.wrapping_add(delta)
            } else {
                let at = offsets + 2 * segment + usize::from(offset) + 2 * usize::from(code - start);
                match unsigned(map, at).unwrap_or_default() {
                    0 => 0,
                    glyph => glyph.wrapping_add(delta),
                }
            };
            if let Some(letter) = char::from_u32(code.into()).filter(|_| glyph != 0) {
                glyphs.insert(letter, glyph);
            }
        }
    }
    Some(glyphs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_europe_has_a_glyph_in_both_weights() {
        let fonts = Fonts::get().unwrap();
        let latin = ('\u{a1}'..='\u{17f}').filter(|letter| *letter != '\u{ad}');
        let greek = ('\u{391}'..='\u{3c9}').filter(|letter| *letter != '\u{3a2}').chain("ΆΈΉΊΌΎΏάέήίόύώΐΰ".chars());
        let letters = (' '..='~').chain(latin).chain(greek).chain('\u{400}'..='\u{45f}');
        for letter in letters.chain("ȘșȚț€£¥–—‘’“”„…•™−".chars()) {
            for face in [&fonts.regular, &fonts.bold] {
                assert!(face.glyph(letter) != 0 && face.advance(letter) > 0.0, "{letter:?} in {}", face.name);
            }
        }
    }

    #[test]
    fn digits_are_equally_wide_so_that_sums_stand_in_line() {
        let fonts = Fonts::get().unwrap();
        for face in [&fonts.regular, &fonts.bold] {
            assert!(('0'..='9').all(|digit| (face.advance(digit) - face.advance('0')).abs() < f32::EPSILON));
        }
    }
}
