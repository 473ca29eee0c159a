//! Pages as PDF 1.7: content streams, and the fonts with the letters that are used and what each letter means.

use crate::{
    PaperError,
    font::{Face, Fonts},
    paper::Paper,
    sheet::{HEIGHT, Mark, Style, Tone, WIDTH},
};
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::{
    Content, Filter, Finish, Name, Pdf, Rect, Ref, Settings, Str, TextStr,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

const SYSTEM: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// What is used of a font.
const LEVEL: u8 = 6;

/// The letters of a paper in one weight, each with its number in the file. Two letters that look alike are two numbers,
/// so that each is copied out as it was written.
struct Letters<'a> {
    face: &'a Face,
    name: &'static [u8],
    numbers: BTreeMap<char, u16>,
}

impl<'a> Letters<'a> {
    fn of(face: &'a Face, name: &'static [u8], is_bold: bool, pages: &[Vec<Mark>]) -> Self {
        let mut numbers = BTreeMap::new();
        for mark in pages.iter().flatten() {
            if let Mark::Text { style, text, .. } = mark
                && style.bold == is_bold
            {
                numbers.extend(text.chars().map(|letter| (letter, 0)));
            }
        }
        // 0 is what has no glyph; more than a font can number are that, too.
        for (number, (_, place)) in (1..u16::MAX).zip(numbers.iter_mut()) {
            *place = number;
        }
        Self { face, name, numbers }
    }

    fn encode(&self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|letter| self.numbers.get(&letter).copied().unwrap_or_default().to_be_bytes()).collect()
    }

    fn numbered(&self) -> impl Iterator<Item = (u16, char)> {
        self.numbers.iter().map(|(letter, number)| (*number, *letter)).filter(|(number, _)| *number != 0)
    }

    /// The name of the font with a tag that says of which letters it is.
    fn tagged(&self) -> String {
        let mix = |hash: u64, letter: &char| (hash ^ u64::from(u32::from(*letter))).wrapping_mul(0x0100_0000_01b3);
        let mut hash = self.numbers.keys().fold(0xcbf2_9ce4_8422_2325, mix);
        let mut tag = String::with_capacity(7);
        for _ in 0..6 {
            tag.push(char::from(b'A' + (hash % 26) as u8));
            hash /= 26;
        }
        format!("{tag}+{}", self.face.name)
    }
}

/// Gives out the numbers of objects.
struct Refs(i32);

impl Refs {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }
}

/// The file.
pub(crate) fn write(paper: &Paper, fonts: &Fonts, pages: &[Vec<Mark>]) -> Result<Vec<u8>, PaperError> {
    let letters = [Letters::of(&fonts.regular, b"R", false, pages), Letters::of(&fonts.bold, b"B", true, pages)];
    let (mut pdf, mut refs) = (Pdf::with_settings(Settings { pretty: false }), Refs(0));
    let (catalog, tree, info) = (refs.next(), refs.next(), refs.next());
    let faces: Vec<Ref> = letters.iter().map(|_| refs.next()).collect();
    let page_refs: Vec<(Ref, Ref)> = pages.iter().map(|_| (refs.next(), refs.next())).collect();
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr(&paper.language));
    root.viewer_preferences().display_doc_title(true);
    root.finish();
    pdf.document_info(info).title(TextStr(&paper.title)).author(TextStr(&paper.issuer)).producer(TextStr("Bodega"));
    pdf.pages(tree).kids(page_refs.iter().map(|(page, _)| *page)).count(pages.len() as i32);
    for (marks, (page, content)) in pages.iter().zip(&page_refs) {
        let mut sheet = pdf.page(*page);
        sheet.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(*content);
        let mut resources = sheet.resources();
        let mut named = resources.fonts();
        for (letters, face) in letters.iter().zip(&faces) {
            named.pair(Name(letters.name), *face);
        }
        named.finish();
        resources.finish();
        sheet.finish();
        let packed = compress_to_vec_zlib(&draw(marks, &letters), LEVEL);
        pdf.stream(*content, &packed).filter(Filter::FlateDecode);
    }
    for (letters, face) in letters.iter().zip(faces) {
        embed(&mut pdf, &mut refs, face, letters)?;
    }
    Ok(pdf.finish())
}

fn draw(marks: &[Mark], letters: &[Letters<'_>; 2]) -> Vec<u8> {
    let mut content = Content::new();
    for mark in marks {
        match mark {
            Mark::Text { x, y, style, text } => show(&mut content, letters, (*x, *y), *style, text),
            Mark::Rule { from, to, y, weight, tone } => {
                let [red, green, blue] = colour(*tone);
                content.set_stroke_rgb(red, green, blue).set_line_width(*weight);
                content.move_to(round(*from), round(HEIGHT - y)).line_to(round(*to), round(HEIGHT - y)).stroke();
            }
            Mark::Bars { bars, y, height } => {
                // Black, and exactly as wide as they are: scanners measure them.
                content.set_fill_rgb(0.0, 0.0, 0.0);
                for (x, width) in bars {
                    content.rect(*x, round(HEIGHT - y - height), *width, *height);
                }
                content.fill_nonzero();
            }
        }
    }
    content.finish().into_vec()
}

fn show(content: &mut Content, letters: &[Letters<'_>; 2], (x, y): (f32, f32), style: Style, text: &str) {
    let letters = &letters[usize::from(style.bold)];
    let [red, green, blue] = colour(style.tone);
    content.set_fill_rgb(red, green, blue);
    content.begin_text().set_font(Name(letters.name), style.size).next_line(round(x), round(HEIGHT - y));
    content.show(Str(&letters.encode(text))).end_text();
}

const fn colour(tone: Tone) -> [f32; 3] {
    match tone {
        Tone::Ink => [0.11, 0.13, 0.16],
        Tone::Quiet => [0.40, 0.43, 0.47],
        Tone::Accent => [0.08, 0.30, 0.40],
        Tone::Hair => [0.82, 0.84, 0.86],
    }
}

/// To hundredths of a point: nobody sees less, and files stay small.
fn round(length: f32) -> f32 {
    (length * 100.0).round() / 100.0
}

fn embed(pdf: &mut Pdf, refs: &mut Refs, face_ref: Ref, letters: &Letters<'_>) -> Result<(), PaperError> {
    let face = letters.face;
    let (cid, descriptor, file, map, meaning) = (refs.next(), refs.next(), refs.next(), refs.next(), refs.next());
    let mut glyphs = GlyphRemapper::new();
    // Where each number finds its glyph.
    let mut places = vec![0, 0];
    let mut cmap = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
    for (number, letter) in letters.numbered() {
        places.extend(glyphs.remap(face.glyph(letter)).to_be_bytes());
        cmap.pair(number, letter);
    }
    let name = letters.tagged();
    let name = Name(name.as_bytes());
    let encoding = Name(b"Identity-H");
    pdf.type0_font(face_ref).base_font(name).encoding_predefined(encoding).descendant_font(cid).to_unicode(meaning);
    let mut font = pdf.cid_font(cid);
    font.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
    font.cid_to_gid_map_stream(map);
    font.widths().consecutive(1, letters.numbered().map(|(_, letter)| round(face.advance(letter)))).finish();
    font.finish();
    let [left, bottom, right, top] = face.bounds.map(round);
    let mut about = pdf.font_descriptor(descriptor);
    about.name(name).flags(FontFlags::SYMBOLIC).bbox(Rect::new(left, bottom, right, top)).italic_angle(0.0);
    about.ascent(round(face.ascent)).descent(round(face.descent)).cap_height(714.0).stem_v(80.0).font_file2(file);
    about.finish();
    let subset = subsetter::subset(face.data, 0, &glyphs).map_err(|_| PaperError::Font)?;
    pdf.stream(file, &compress_to_vec_zlib(&subset, LEVEL))
        .filter(Filter::FlateDecode)
        .pair(Name(b"Length1"), subset.len() as i32);
    pdf.stream(map, &compress_to_vec_zlib(&places, LEVEL)).filter(Filter::FlateDecode);
    let meanings = cmap.finish().into_vec();
    pdf.stream(meaning, &compress_to_vec_zlib(&meanings, LEVEL)).filter(Filter::FlateDecode);
    Ok(())
}
