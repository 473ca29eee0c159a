//! The rows of a CSV file with a header, read one at a time and within bounds.
//!
//! The csv crate takes the end of the file for the end of quotes and bounds nothing, so a guard stands between
//! it and the source: it refuses rows without end and NUL bytes, and adds a last row of its own, which arrives
//! as such only if every quote before it was closed.

use super::ImportError;
use csv::{ErrorKind, ReaderBuilder, StringRecord, Terminator};
use std::{collections::HashMap, io, io::Read, rc::Rc};

/// The most bytes a row may have (to within one buffer).
pub(super) const MAX_ROW_BYTES: u64 = 1024 * 1024;
const BUFFER_BYTES: u64 = 16 * 1024;
/// A NUL never comes from the source, so no row of the file looks like this.
const END: &str = "\0end";

/// Where each column is.
type Columns = HashMap<String, usize>;

/// The rows of a file, after its header.
pub(super) struct Rows<R> {
    reader: csv::Reader<Guard<R>>,
    columns: Rc<Columns>,
    width: usize,
}

/// One row; its fields are found by the header's names.
pub(super) struct Row {
    /// The line of the file where it starts.
    pub(super) line: u64,
    fields: StringRecord,
    columns: Rc<Columns>,
    width: usize,
}

impl Row {
    /// The field of this column without blanks around it, empty where the file has no such column.
    pub(super) fn get(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|&index| self.fields.get(index)).unwrap_or("").trim()
    }

    /// How many fields the row has, and how many the header, where they differ.
    pub(super) fn ragged(&self) -> Option<(usize, usize)> {
        (self.fields.len() != self.width).then_some((self.fields.len(), self.width))
    }
}

impl<R: Read> Rows<R> {
    /// Reads the header, which must have the columns `needed`.
    pub(super) fn open(input: R, needed: &[&'static str]) -> Result<Self, ImportError> {
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER_BYTES as usize)
            .from_reader(Guard::new(input));
        let mut rows = Self { reader, columns: Rc::default(), width: 0 };
        let header = rows.next()?.ok_or(ImportError::Empty)?;
        let mut columns = Columns::new();
        for (index, name) in header.fields.iter().enumerate() {
            columns.entry(name.trim().to_owned()).or_insert(index);
        }
        if let Some(column) = needed.iter().find(|column| !columns.contains_key(**column)) {
            return Err(ImportError::MissingColumn { column });
        }
        rows.width = header.fields.len();
        rows.columns = Rc::new(columns);
        Ok(rows)
    }

    /// The next row, `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Row>, ImportError> {
        let start = self.reader.position().clone();
        self.reader.get_mut().row_starts_at(start.byte());
        let mut fields = StringRecord::new();
        self.reader.read_record(&mut fields).map_err(|error| refuse(error, start.line()))?;
        if fields.len() == 1 && &fields[0] == END {
            return Ok(None);
        }
        if fields.iter().any(|field| field.contains('\0')) {
            // Quotes never closed have swallowed the end.
            return Err(ImportError::CutInQuotes { line: start.line() });
        }
        // Counted back from the row's end: the reader counts blank lines before a row as part of it.
        let breaks = fields.iter().map(|field| field.matches('\n').count() as u64).sum::<u64>();
        let line = self.reader.position().line().saturating_sub(breaks + 1);
        Ok(Some(Row { line, fields, columns: Rc::clone(&self.columns), width: self.width }))
    }
}

fn refuse(error: csv::Error, line: u64) -> ImportError {
    // Reading raises no other kinds than a failed source and bytes that are not UTF-8.
    let ErrorKind::Io(error) = error.into_kind() else {
        return ImportError::NotText { line };
    };
    if error.kind() == io::ErrorKind::InvalidData {
        ImportError::NotText { line }
    } else if error.kind() == io::ErrorKind::FileTooLarge {
        ImportError::RowTooLong { line }
    } else {
        ImportError::Read(error)
    }
}

/// Hands on the source's bytes without carriage returns, within bounds, and the row that ends them.
struct Guard<R> {
    input: R,
    handed_bytes: u64,
    row_start_byte: u64,
    /// What is left to hand on of the end, once the source has ended.
    end: Option<&'static [u8]>,
}

impl<R: Read> Guard<R> {
    fn new(input: R) -> Self {
        Self { input, handed_bytes: 0, row_start_byte: 0, end: None }
    }

    fn row_starts_at(&mut self, byte: u64) {
        self.row_start_byte = byte;
    }

    fn hand(&mut self, bytes: usize) -> io::Result<usize> {
        self.handed_bytes += bytes as u64;
        // Up to a buffer of what was handed on may belong to rows after this one.
        if self.handed_bytes - self.row_start_byte > MAX_ROW_BYTES + BUFFER_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes)
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.end.is_none() {
            let filled = self.input.read(buffer)?;
            if buffer[..filled].contains(&0) {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if filled == 0 {
                self.end = Some(b"\n\0end\n");
            }
            let kept = drop_carriage_returns(&mut buffer[..filled]);
            if kept > 0 {
                return self.hand(kept);
            }
        }
        let end = self.end.as_mut().map_or(Ok(0), |end| end.read(buffer))?;
        self.hand(end)
    }
}

/// Moves the other bytes to the front and tells how many they are.
fn drop_carriage_returns(bytes: &mut [u8]) -> usize {
    let mut kept = 0;
    for index in 0..bytes.len() {
        if bytes[index] != b'\r' {
            bytes[kept] = bytes[index];
            kept += 1;
        }
    }
    kept
}
