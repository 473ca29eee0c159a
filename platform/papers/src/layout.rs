//! Where everything goes: the head of the first page, the parts one under the other, and the foot of every page.

use crate::{
    code128,
    font::Fonts,
    paper::{Barcode, Block, Fact, Note, Paper, Part, Total},
    sheet::{HEIGHT, LEFT, Mark, RIGHT, Sheet, Style, TOP, Tone},
    table,
    text::{wrap, wrap_most},
};

/// Lines of the head that are shown of each thing in it: no more fit above the tables.
const HEAD_LINES: usize = 9;
/// Lines of the foot.
const FOOT_LINES: usize = 4;
/// Where facts stand.
const FACTS: f32 = 382.0;
/// Where addresses may begin: what is there shows in the window of an envelope (DIN 5008).
const WINDOW: f32 = 128.0;
/// Between what stands side by side.
const GAP: f32 = 14.0;
/// Above and below the rule over the sum that counts.
const RULE: f32 = 6.0;
/// Between parts.
const PAUSE: f32 = 18.0;

const NAME: Style = Style::bold(17.0, Tone::Accent);
const TITLE: Style = Style::bold(19.0, Tone::Ink);
const SUBTITLE: Style = Style::new(9.5, Tone::Quiet);
const SMALL: Style = Style::new(8.0, Tone::Quiet);
const LABEL: Style = Style::bold(7.5, Tone::Quiet);
const BODY: Style = Style::new(9.5, Tone::Ink);
const FACT_LABEL: Style = Style::new(8.5, Tone::Quiet);
const FACT: Style = Style::new(8.5, Tone::Ink);
const SUM: Style = Style::new(9.5, Tone::Ink);
const STRONG: Style = Style::bold(12.5, Tone::Ink);
const NOTE: Style = Style::new(8.5, Tone::Ink);
const NOTE_HEADING: Style = Style::bold(8.5, Tone::Ink);
const FOOT: Style = Style::new(7.5, Tone::Quiet);
const AFAR: Style = Style::bold(17.0, Tone::Ink);
const CODE: Style = Style::bold(12.0, Tone::Ink);

/// How high bars are.
const BARS: f32 = 64.0;
/// How wide the narrowest bar is, where there is room for it.
const BAR: f32 = 1.2;
/// What is left free beside bars, in their widths.
const QUIET: f32 = 10.0;

/// The pages of a paper.
pub(crate) fn lay_out(paper: &Paper, fonts: &Fonts) -> Vec<Vec<Mark>> {
    let foot = foot_lines(paper, fonts);
    let foot_top = HEIGHT - 34.0 - foot.len().max(1) as f32 * FOOT.leading();
    let mut sheet = Sheet::new(paper, fonts, foot_top - 14.0);
    letterhead(&mut sheet, paper);
    addresses(&mut sheet, paper);
    title(&mut sheet, paper);
    for part in &paper.parts {
        match part {
            Part::Table(rows) => table::draw(&mut sheet, rows),
            Part::Totals(sums) => totals(&mut sheet, sums),
            Part::Note(text) => note(&mut sheet, text),
            Part::Address(block) => from_afar(&mut sheet, block),
            Part::Barcode(code) => barcode(&mut sheet, code),
        }
        sheet.y += PAUSE;
    }
    let mut pages = sheet.pages;
    feet(&mut pages, paper, fonts, &foot, foot_top);
    pages
}

fn letterhead(sheet: &mut Sheet<'_>, paper: &Paper) {
    let fonts = sheet.fonts;
    let half = (RIGHT - LEFT) / 2.0 - GAP;
    let mut left = TOP + 10.0;
    for line in wrap_most(&fonts.bold, NAME.size, half, &paper.issuer, 2) {
        sheet.text(LEFT, left, NAME, line);
        left += NAME.leading();
    }
    let mut right = TOP + 2.0;
    let lines: Vec<String> = paper
        .issuer_lines
        .iter()
        .flat_map(|line| wrap(&fonts.regular, SMALL.size, half, line))
        .take(HEAD_LINES)
        .collect();
    for line in lines {
        sheet.text_right(RIGHT, right, SMALL, line);
        right += SMALL.leading();
    }
    sheet.y = left.max(right) + 6.0;
}

fn addresses(sheet: &mut Sheet<'_>, paper: &Paper) {
    let top = sheet.y.max(WINDOW);
    let blocks: Vec<&Block> = paper.blocks.iter().take(2).collect();
    let column = (FACTS - LEFT) / blocks.len().max(1) as f32;
    let mut bottom = top;
    for (index, block) in blocks.into_iter().enumerate() {
        let x = LEFT + index as f32 * column;
        bottom = bottom.max(address(sheet, block, x, column - GAP, top));
    }
    sheet.y = bottom.max(facts(sheet, &paper.facts, top));
}

fn address(sheet: &mut Sheet<'_>, block: &Block, x: f32, width: f32, top: f32) -> f32 {
    let fonts = sheet.fonts;
    let mut y = top;
    for line in wrap_most(&fonts.bold, LABEL.size, width, &block.heading, 1) {
        sheet.text(x, y, LABEL, line);
        y += LABEL.leading() + 4.0;
    }
    let lines = block.lines.iter().flat_map(|line| wrap(&fonts.regular, BODY.size, width, line));
    for line in lines.take(HEAD_LINES).collect::<Vec<_>>() {
        sheet.text(x, y, BODY, line);
        y += BODY.leading();
    }
    y
}

fn facts(sheet: &mut Sheet<'_>, facts: &[Fact], top: f32) -> f32 {
    let fonts = sheet.fonts;
    let width = RIGHT - FACTS;
    let mut y = top;
    for fact in facts.iter().take(HEAD_LINES + 2) {
        let labels = wrap_most(&fonts.regular, FACT_LABEL.size, width * 0.5, &fact.label, 2);
        let widest = labels.iter().map(|line| fonts.regular.width(line, FACT_LABEL.size)).fold(0.0, f32::max);
        let values = wrap_most(&fonts.regular, FACT.size, width - widest - 8.0, &fact.value, 2);
        let lines = labels.len().max(values.len());
        for (index, line) in labels.into_iter().enumerate() {
            sheet.text(FACTS, y + index as f32 * FACT.leading(), FACT_LABEL, line);
        }
        for (index, line) in values.into_iter().enumerate() {
            sheet.text_right(RIGHT, y + index as f32 * FACT.leading(), FACT, line);
        }
        y += lines as f32 * FACT.leading() + 2.0;
    }
    y
}

fn title(sheet: &mut Sheet<'_>, paper: &Paper) {
    let fonts = sheet.fonts;
    sheet.y += 36.0;
    for line in wrap_most(&fonts.bold, TITLE.size, RIGHT - LEFT, &paper.title, 2) {
        sheet.text(LEFT, sheet.y, TITLE, line);
        sheet.y += TITLE.leading();
    }
    sheet.y -= 8.0;
    for line in wrap_most(&fonts.regular, SUBTITLE.size, RIGHT - LEFT, &paper.subtitle, 2) {
        sheet.text(LEFT, sheet.y, SUBTITLE, line);
        sheet.y += SUBTITLE.leading();
    }
    sheet.y += 14.0;
}

fn totals(sheet: &mut Sheet<'_>, totals: &[Total]) {
    let fonts = sheet.fonts;
    let from = LEFT + (RIGHT - LEFT) * 0.5;
    let mut rows = Vec::with_capacity(totals.len());
    for total in totals {
        let style = if total.is_strong { STRONG } else { SUM };
        let face = fonts.face(style.bold);
        let values = wrap(face, style.size, (RIGHT - from) * 0.6, &total.value);
        let widest = values.iter().map(|line| face.width(line, style.size)).fold(0.0, f32::max);
        let labels = wrap(face, style.size, RIGHT - from - widest - GAP, &total.label);
        rows.push((total.is_strong, style, labels, values));
    }
    let above = |strong: bool| if strong { 2.0 * RULE } else { 2.0 };
    let height =
        |labels: &[String], values: &[String], style: Style| labels.len().max(values.len()) as f32 * style.leading();
    let all: f32 = rows.iter().map(|(strong, style, l, v)| above(*strong) + height(l, v, *style)).sum();
    sheet.need(all.min(sheet.whole()));
    for (index, (strong, style, labels, values)) in rows.into_iter().enumerate() {
        if strong && index > 0 {
            sheet.rule(from, RIGHT, sheet.y + RULE, 0.8, Tone::Ink);
        }
        sheet.y += above(strong);
        let (mut labels, mut values) = (labels.into_iter(), values.into_iter());
        loop {
            let (label, value) = (labels.next(), values.next());
            if label.is_none() && value.is_none() {
                break;
            }
            sheet.need(style.leading());
            sheet.y += style.leading();
            sheet.text(from, sheet.y - 4.0, style, label.unwrap_or_default());
            sheet.text_right(RIGHT, sheet.y - 4.0, style, value.unwrap_or_default());
        }
    }
}

fn note(sheet: &mut Sheet<'_>, note: &Note) {
    let fonts = sheet.fonts;
    let width = (RIGHT - LEFT) * 0.8;
    let headings = wrap(&fonts.bold, NOTE_HEADING.size, width, &note.heading);
    let lines = wrap(&fonts.regular, NOTE.size, width, &note.text);
    // A heading never stands alone at the end of a page.
    sheet.need((headings.len() + lines.len().min(2)) as f32 * NOTE.leading());
    let headings = headings.into_iter().map(|line| (NOTE_HEADING, line));
    for (style, line) in headings.chain(lines.into_iter().map(|line| (NOTE, line))) {
        sheet.need(NOTE.leading());
        sheet.y += NOTE.leading();
        sheet.text(LEFT, sheet.y - 4.0, style, line);
    }
}

fn from_afar(sheet: &mut Sheet<'_>, block: &Block) {
    let fonts = sheet.fonts;
    let lines = block.lines.iter().flat_map(|line| wrap(&fonts.bold, AFAR.size, RIGHT - LEFT, line));
    let lines: Vec<String> = lines.take(HEAD_LINES).collect();
    let heading = wrap_most(&fonts.bold, LABEL.size, RIGHT - LEFT, &block.heading, 1);
    sheet.need(LABEL.leading() + lines.len() as f32 * AFAR.leading());
    for (style, line) in heading.into_iter().map(|line| (LABEL, line)).chain(lines.into_iter().map(|line| (AFAR, line)))
    {
        sheet.y += style.leading();
        sheet.text(LEFT, sheet.y - 4.0, style, line);
    }
}

fn barcode(sheet: &mut Sheet<'_>, code: &Barcode) {
    let fonts = sheet.fonts;
    let texts = wrap(&fonts.bold, CODE.size, RIGHT - LEFT, &code.text);
    sheet.need(LABEL.leading() + BARS + texts.len() as f32 * CODE.leading() + GAP);
    for line in wrap_most(&fonts.bold, LABEL.size, RIGHT - LEFT, &code.heading, 1) {
        sheet.y += LABEL.leading();
        sheet.text(LEFT, sheet.y - 4.0, LABEL, line);
    }
    if let Some(widths) = code128::widths(&code.text) {
        let all = widths.iter().map(|width| f32::from(*width)).sum::<f32>() + 2.0 * QUIET;
        let bar = BAR.min((RIGHT - LEFT) / all);
        let mut x = LEFT + QUIET * bar;
        let mut bars = Vec::with_capacity(widths.len() / 2 + 1);
        for (place, width) in widths.into_iter().enumerate() {
            let width = f32::from(width) * bar;
            if place % 2 == 0 {
                bars.push((x, width));
            }
            x += width;
        }
        sheet.bars(bars, sheet.y + 2.0, BARS);
        sheet.y += BARS + 4.0;
    }
    for line in texts {
        sheet.y += CODE.leading();
        sheet.text(LEFT + QUIET * BAR, sheet.y - 4.0, CODE, line);
    }
}

fn foot_lines(paper: &Paper, fonts: &Fonts) -> Vec<String> {
    let width = (RIGHT - LEFT) * 0.8;
    paper.footer.lines.iter().flat_map(|line| wrap(&fonts.regular, FOOT.size, width, line)).take(FOOT_LINES).collect()
}

fn feet(pages: &mut [Vec<Mark>], paper: &Paper, fonts: &Fonts, lines: &[String], top: f32) {
    let all = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        page.push(Mark::Rule { from: LEFT, to: RIGHT, y: top - 9.0, weight: 0.5, tone: Tone::Hair });
        for (line, text) in lines.iter().enumerate() {
            let y = top + 4.0 + line as f32 * FOOT.leading();
            page.push(Mark::Text { x: LEFT, y, style: FOOT, text: text.clone() });
        }
        let number = format!("{} {} {} {all}", paper.footer.page, index + 1, paper.footer.of);
        for text in wrap_most(&fonts.regular, FOOT.size, (RIGHT - LEFT) * 0.18, &number, 1) {
            let x = RIGHT - fonts.regular.width(&text, FOOT.size);
            page.push(Mark::Text { x, y: top + 4.0, style: FOOT, text });
        }
    }
}
