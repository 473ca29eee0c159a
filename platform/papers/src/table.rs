//! Tables: columns as wide as they must be, rows over as many pages as they take, the head on each.

use crate::{
    font::Fonts,
    paper::{Align, Row, Size, Table},
    sheet::{LEFT, RIGHT, Sheet, Style, Tone},
    text::wrap,
};

/// Between columns.
const GAP: f32 = 12.0;
/// The most of the width that a column takes that does not grow.
const MOST: f32 = 0.27;
/// The most that all of those take together.
const MOST_TOGETHER: f32 = 0.68;

/// Some lines.
const A_FEW: f32 = 60.0;

/// What a table looks like.
struct Look {
    left: f32,
    head: Style,
    main: Style,
    detail: Style,
    /// Above and below a row.
    pad: f32,
}

/// A row broken into lines: by column.
struct Set {
    is_main: bool,
    style: Style,
    cells: Vec<Vec<String>>,
}

impl Set {
    fn lines(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or_default()
    }

    fn height(&self) -> f32 {
        self.lines() as f32 * self.style.leading()
    }
}

/// Draws a table from where the sheet is.
pub(crate) fn draw(sheet: &mut Sheet<'_>, table: &Table) {
    if table.columns.is_empty() {
        return;
    }
    let look = look(table.size);
    let widths = widths(table, sheet.fonts, &look);
    let rows: Vec<Set> = table.rows.iter().map(|row| set(row, table, &widths, sheet.fonts, &look)).collect();
    let mut start = 0;
    let mut is_first = true;
    while start < rows.len() || is_first {
        let end = (start + 1..rows.len()).find(|at| rows[*at].is_main).unwrap_or(rows.len());
        let group = rows.get(start..end).unwrap_or_default();
        let height = group.iter().map(Set::height).sum::<f32>() + 2.0 * look.pad;
        let head_height = head_height(table, &widths, sheet.fonts, &look);
        let needed = if is_first { height + head_height } else { height };
        // What fits on no page begins here, if a few lines of it do.
        let has_broken = sheet.need(if needed > sheet.whole() { head_height + A_FEW } else { needed });
        if is_first || has_broken {
            head(sheet, table, &widths, &look);
        } else {
            sheet.rule(look.left, RIGHT, sheet.y, 0.4, Tone::Hair);
        }
        sheet.y += look.pad;
        for row in group {
            draw_row(sheet, table, row, &widths, &look);
        }
        sheet.y += look.pad;
        (start, is_first) = (end, false);
    }
    sheet.rule(look.left, RIGHT, sheet.y, 0.6, Tone::Ink);
}

fn look(size: Size) -> Look {
    match size {
        Size::Full => Look {
            left: LEFT,
            head: Style::bold(7.5, Tone::Quiet),
            main: Style::new(9.0, Tone::Ink),
            detail: Style::new(8.0, Tone::Quiet),
            pad: 5.0,
        },
        Size::Small => Look {
            left: LEFT + (RIGHT - LEFT) * 0.5,
            head: Style::bold(7.0, Tone::Quiet),
            main: Style::new(8.0, Tone::Ink),
            detail: Style::new(7.5, Tone::Quiet),
            pad: 2.0,
        },
    }
}

fn widths(table: &Table, fonts: &Fonts, look: &Look) -> Vec<f32> {
    let all = RIGHT - look.left - GAP * (table.columns.len() - 1) as f32;
    let widest = |index: usize| {
        let cells = table.rows.iter().filter_map(|row| {
            let style = if matches!(row, Row::Main(_)) { look.main } else { look.detail };
            row.cells().get(index).map(|text| fonts.face(style.bold).width(text, style.size))
        });
        let heading = fonts.bold.width(&table.columns[index].heading, look.head.size);
        // A little more, so that what was measured in one piece is not broken for a rounding.
        (cells.fold(heading, f32::max) + 0.5).min(all * MOST)
    };
    let mut widths: Vec<f32> = table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| if column.grows { 0.0 } else { widest(index) })
        .collect();
    let growing = table.columns.iter().filter(|column| column.grows).count();
    let most = if growing == 0 { all } else { all * MOST_TOGETHER };
    let fixed: f32 = widths.iter().sum();
    if fixed > most {
        for width in &mut widths {
            *width *= most / fixed;
        }
    }
    let left = (all - widths.iter().sum::<f32>()).max(0.0);
    for (width, _) in widths.iter_mut().zip(&table.columns).filter(|(_, column)| column.grows) {
        *width = left / growing as f32;
    }
    if growing == 0
        && let Some(first) = widths.first_mut()
    {
        *first += left;
    }
    widths
}

fn set(row: &Row, table: &Table, widths: &[f32], fonts: &Fonts, look: &Look) -> Set {
    let is_main = matches!(row, Row::Main(_));
    let style = if is_main { look.main } else { look.detail };
    let cells = row.cells().iter().take(table.columns.len());
    let cells = cells.zip(widths).map(|(text, width)| wrap(fonts.face(style.bold), style.size, *width, text)).collect();
    Set { is_main, style, cells }
}

fn headings(table: &Table, widths: &[f32], fonts: &Fonts, look: &Look) -> Set {
    let heading =
        |(column, width): (&crate::paper::Column, &f32)| wrap(&fonts.bold, look.head.size, *width, &column.heading);
    Set { is_main: true, style: look.head, cells: table.columns.iter().zip(widths).map(heading).collect() }
}

fn head_height(table: &Table, widths: &[f32], fonts: &Fonts, look: &Look) -> f32 {
    headings(table, widths, fonts, look).height() + 4.0
}

fn head(sheet: &mut Sheet<'_>, table: &Table, widths: &[f32], look: &Look) {
    let set = headings(table, widths, sheet.fonts, look);
    for line in 0..set.lines() {
        draw_line(sheet, table, &set, line, widths, look);
    }
    sheet.y += 4.0;
    sheet.rule(look.left, RIGHT, sheet.y, 0.6, Tone::Ink);
}

fn draw_row(sheet: &mut Sheet<'_>, table: &Table, row: &Set, widths: &[f32], look: &Look) {
    for line in 0..row.lines() {
        // Only a row of more than a page comes to the end of one.
        if sheet.need(row.style.leading()) {
            head(sheet, table, widths, look);
            sheet.y += look.pad;
        }
        draw_line(sheet, table, row, line, widths, look);
    }
}

fn draw_line(sheet: &mut Sheet<'_>, table: &Table, row: &Set, line: usize, widths: &[f32], look: &Look) {
    sheet.y += row.style.leading();
    let y = sheet.y - 3.5;
    let mut x = look.left;
    for ((column, width), cell) in table.columns.iter().zip(widths).zip(&row.cells) {
        if let Some(text) = cell.get(line) {
            match column.align {
                Align::Left => sheet.text(x, y, row.style, text.clone()),
                Align::Right => sheet.text_right(x + width, y, row.style, text.clone()),
            }
        }
        x += width + GAP;
    }
}
