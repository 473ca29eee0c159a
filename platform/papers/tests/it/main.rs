//! Papers read back as a reader of PDF sees them: with `pdftotext` (Debian package poppler-utils; `scripts/install`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use bodega_papers::{
    Align, Barcode, Block, Column, Fact, Footer, MAX_CHARS, MAX_ROWS, Note, Paper, PaperError, Part, Row, Size, Table,
    Total,
};
use proptest::prelude::*;
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// What stands on a paper, page by page.
fn read(pdf: &[u8]) -> Vec<String> {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pdftotext is there: scripts/install");
    let mut stdin = reader.stdin.take().unwrap();
    let file = pdf.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&file));
    let output = reader.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn columns() -> Vec<Column> {
    vec![
        Column { heading: "Item".to_owned(), grows: true, ..Column::default() },
        Column { heading: "Qty".to_owned(), align: Align::Right, grows: false },
        Column { heading: "Amount".to_owned(), align: Align::Right, grows: false },
    ]
}

fn paper(parts: Vec<Part>) -> Paper {
    Paper {
        language: "en".to_owned(),
        title: "Invoice INV-2026-00001".to_owned(),
        subtitle: "for order B1000".to_owned(),
        issuer: "The Corner Shop".to_owned(),
        issuer_lines: texts(&["1 High Street", "London"]),
        blocks: vec![
            Block { heading: "Bill to".to_owned(), lines: texts(&["Ada Lovelace", "12 St James's Square"]) },
            Block { heading: "Ship to".to_owned(), lines: texts(&["Łukasz Żółć"]) },
        ],
        facts: vec![Fact { label: "Date".to_owned(), value: "1 March 2026".to_owned() }],
        parts,
        footer: Footer { lines: texts(&["The Corner Shop · London"]), page: "Page".to_owned(), of: "of".to_owned() },
    }
}

fn numbered(rows: usize) -> Table {
    let row = |number: usize| {
        let main = Row::Main(vec![format!("Thing number {number}"), "1".to_owned(), format!("{number}.00")]);
        [main, Row::Detail(vec![format!("SKU-{number}")])]
    };
    Table { columns: columns(), rows: (1..=rows).flat_map(row).collect(), size: Size::Full }
}

#[test]
fn a_label_says_in_letters_what_its_bars_say() {
    let to = Block { heading: "Ship to".to_owned(), lines: texts(&["Ada Lovelace", "12 St James's Square"]) };
    let code = |text: &str| Part::Barcode(Barcode { heading: "Tracking".to_owned(), text: text.to_owned() });
    let label = paper(vec![Part::Address(to.clone()), code("RM123456789GB")]).to_pdf().unwrap();
    let page = read(&label).concat();
    for text in ["Ship to", "12 St James's Square", "Tracking", "RM123456789GB"] {
        assert!(page.contains(text), "{text} is not in {page}");
    }
    // The bars are drawn; what cannot be bars is text alone.
    let letters = paper(vec![Part::Address(to), code("Münze 1")]).to_pdf().unwrap();
    assert!(read(&letters).concat().contains("Münze 1"));
    assert!(label.len() > letters.len() + 200, "{} and {}", label.len(), letters.len());
}

#[test]
fn every_letter_can_be_copied_out_as_it_was_written() {
    let written = [
        "Crème brûlée, Straße, Ærøskøbing",
        "Zażółć gęślą jaźń, Příliš žluťoučký kůň, Árvíztűrő tükörfúrógép, Țară",
        "Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία",
        "Съешь же ещё этих мягких французских булок, Їжак Ґанок Љубав",
        "1.234,50 € £5 ¥7 \u{2212}3 – “quoted” „so“ 25 µm Ω",
        "鮨 has no letters here, and is kept all the same",
    ];
    let notes = written.iter().map(|text| Part::Note(Note { text: (*text).to_owned(), ..Note::default() })).collect();
    let pages = read(&paper(notes).to_pdf().unwrap());
    for text in written {
        assert!(pages[0].contains(text), "{text} is not in {}", pages[0]);
    }
}

#[test]
fn a_long_table_goes_over_pages_with_its_head_on_each_and_its_column_adds_up() {
    let total = Total { label: "Total".to_owned(), value: "5050.00".to_owned(), is_strong: true };
    let pages = read(&paper(vec![Part::Table(numbered(100)), Part::Totals(vec![total])]).to_pdf().unwrap());
    assert!(pages.len() >= 4, "{}", pages.len());
    let (mut sum, mut rows) = (0, 0);
    for (index, page) in pages.iter().enumerate() {
        let footer = format!("Page {} of {}", index + 1, pages.len());
        assert!(page.contains(&footer) && page.contains("The Corner Shop · London"), "{page}");
        assert!(page.contains("Invoice INV-2026-00001"), "{page}");
        let has_rows = page.contains("Thing number");
        assert_eq!(page.lines().any(|line| line.contains("Item") && line.contains("Amount")), has_rows, "{page}");
        for line in page.lines().filter(|line| line.contains("Thing number")) {
            let amount = line.split_whitespace().last().unwrap().strip_suffix(".00").unwrap();
            sum += amount.parse::<i64>().unwrap();
            rows += 1;
        }
        // A row and what is said about it are not torn apart.
        assert_eq!(page.matches("Thing number").count(), page.matches("SKU-").count());
    }
    assert_eq!((rows, sum), (100, 5_050));
    let last = pages.last().unwrap();
    let total = last.lines().find(|line| line.contains("Total")).unwrap();
    assert_eq!(total.split_whitespace().last(), Some("5050.00"));
}

#[test]
fn the_same_paper_is_the_same_bytes() {
    let one = paper(vec![Part::Table(numbered(50))]);
    assert_eq!(one.to_pdf().unwrap(), one.clone().to_pdf().unwrap());
    assert!(one.to_pdf().unwrap().len() < 60_000, "{} bytes", one.to_pdf().unwrap().len());
}

#[test]
fn a_thousand_lines_fit_and_too_much_is_refused() {
    let pages = read(&paper(vec![Part::Table(numbered(1_000))]).to_pdf().unwrap());
    assert_eq!(pages.iter().map(|page| page.matches("Thing number").count()).sum::<usize>(), 1_000);
    let rows = vec![Row::Main(Vec::new()); MAX_ROWS + 1];
    let many = Table { columns: columns(), rows, size: Size::Full };
    assert_eq!(paper(vec![Part::Table(many)]).to_pdf(), Err(PaperError::TooManyRows));
    let text = "x".repeat(MAX_CHARS);
    let long = Part::Note(Note { text, ..Note::default() });
    assert_eq!(paper(vec![long]).to_pdf(), Err(PaperError::TooLong));
}

#[test]
fn a_row_longer_than_a_page_goes_on_on_the_next() {
    let long = "word ".repeat(3_000);
    let rows = vec![Row::Main(vec![long.clone(), "1".to_owned(), "1.00".to_owned()])];
    let pages = read(&paper(vec![Part::Table(Table { columns: columns(), rows, size: Size::Full })]).to_pdf().unwrap());
    assert!(pages.len() > 1);
    assert_eq!(pages.iter().map(|page| page.matches("word").count()).sum::<usize>(), 3_000);
    assert!(pages.iter().all(|page| page.contains("Amount")));
}

#[test]
fn what_does_not_fit_into_the_head_is_cut_and_the_rest_stays_on_the_page() {
    let mut crowded = paper(vec![Part::Note(Note { text: "the end".to_owned(), ..Note::default() })]);
    crowded.issuer = "Very long name ".repeat(50);
    crowded.title = "Very long title ".repeat(50);
    crowded.issuer_lines = vec!["line ".repeat(20); 50];
    crowded.blocks = vec![Block { heading: "h".repeat(500), lines: vec!["l ".repeat(300); 50] }; 5];
    crowded.facts = vec![Fact { label: "fact ".repeat(30), value: "v".repeat(300) }; 50];
    crowded.footer.lines = vec!["foot ".repeat(100); 50];
    let pages = read(&crowded.to_pdf().unwrap());
    assert_eq!(pages.len(), 1);
    assert!(pages[0].contains("the end") && pages[0].contains("Page 1 of 1"), "{}", pages[0]);
}

fn cells() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("\\PC{0,40}|.{0,40}|[a-zA-Z]{100,200}", 0..5)
}

fn row() -> impl Strategy<Value = Row> {
    prop_oneof![cells().prop_map(Row::Main), cells().prop_map(Row::Detail)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_becomes_a_paper(
        words in proptest::collection::vec(".{0,60}", 12),
        rows in proptest::collection::vec(row(), 0..40),
        narrow in proptest::collection::vec((".{0,20}", any::<bool>(), any::<bool>()), 0..12),
    ) {
        let column = |(heading, right, grows): &(String, bool, bool)| Column {
            heading: heading.clone(),
            align: if *right { Align::Right } else { Align::Left },
            grows: *grows,
        };
        let columns: Vec<Column> = narrow.iter().map(column).collect();
        let total = Total { label: words[0].clone(), value: words[1].clone(), is_strong: rows.len() % 2 == 0 };
        let mut anything = paper(vec![
            Part::Table(Table { columns: columns.clone(), rows: rows.clone(), size: Size::Small }),
            Part::Totals(vec![total; 3]),
            Part::Table(Table { columns, rows, size: Size::Full }),
            Part::Note(Note { heading: words[2].clone(), text: words[3..].join("\n") }),
            Part::Address(Block { heading: words[7].clone(), lines: words.clone() }),
            Part::Barcode(Barcode { heading: words[8].clone(), text: words[9].clone() }),
        ]);
        anything.title.clone_from(&words[4]);
        anything.language.clone_from(&words[5]);
        anything.blocks[0].lines.clone_from(&words);
        anything.footer.page.clone_from(&words[6]);
        let pdf = anything.to_pdf().unwrap();
        prop_assert!(pdf.starts_with(b"%PDF-") && pdf.ends_with(b"%%EOF"));
        prop_assert_eq!(pdf, anything.to_pdf().unwrap());
    }
}
