//! CSV and TSV: the first row names the columns, each row after it is an object of strings (RFC 4180, with any
//! separator, and with LF as a line end).

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memchr2};

use crate::{BrokenTable, json};

/// Bytes of the table per read.
const PIECE_BYTES: usize = 256 << 10;
/// The longest row: one quotation mark that is never closed would take the whole file into memory.
const ROW_BYTES_MAX: usize = 256 << 20;

const QUOTE_HINT: &str = "put quotation marks around the whole field, and write those inside it twice";

/// The rows of a CSV or TSV file as lines of JSON.
pub struct DelimitedLines<R> {
    table: R,
    separator: u8,
    /// The keys with their colons; none before the first row was read.
    keys: Vec<Vec<u8>>,
    names: Vec<String>,
    /// Bytes that are no whole rows yet.
    rest: Vec<u8>,
    is_read: bool,
    n_rows: u64,
    lines: Vec<u8>,
    n_taken: usize,
    broken: Option<BrokenTable>,
    fields: Vec<Field>,
}

/// Where in a row a field is, without its quotation marks.
struct Field {
    at: Range<usize>,
    has_quotes_twice: bool,
}

impl<R: Read> DelimitedLines<R> {
    /// Reads a table that begins with the names of its columns, perhaps after a byte order mark.
    pub fn new(table: R, separator: u8) -> DelimitedLines<R> {
        DelimitedLines {
            table,
            separator,
            keys: Vec::new(),
            names: Vec::new(),
            rest: Vec::new(),
            is_read: false,
            n_rows: 0,
            lines: Vec::new(),
            n_taken: 0,
            broken: None,
            fields: Vec::new(),
        }
    }

    /// Reads a piece, and makes lines of the whole rows there are.
    fn advance(&mut self) -> io::Result<()> {
        let is_start = self.rest.is_empty() && self.keys.is_empty();
        // A row is looked at again from its start, so one that is long is read in ever longer pieces.
        let n_wanted = PIECE_BYTES.max(self.rest.len());
        let n = self.table.by_ref().take(n_wanted as u64).read_to_end(&mut self.rest)?;
        self.is_read = n < n_wanted;
        if is_start && self.rest.starts_with(b"\xEF\xBB\xBF") {
            self.rest.drain(..3);
        }
        let rest = std::mem::take(&mut self.rest);
        let mut start = 0;
        while start < rest.len() && self.broken.is_none() {
            match self.row(&rest[start..]) {
                Ok(Some(len)) => start += len,
                Ok(None) => break,
                Err(broken) => self.broken = Some(broken),
            }
        }
        self.rest = rest;
        self.rest.drain(..start);
        if self.rest.len() > ROW_BYTES_MAX {
            let problem = format!("{}: longer than {ROW_BYTES_MAX} bytes", self.place());
            self.broken = self.broken.take().or(Some(BrokenTable::new(problem, QUOTE_HINT)));
        }
        if self.is_read && self.keys.is_empty() && self.broken.is_none() {
            let hint = "the first row must name the columns";
            self.broken = Some(BrokenTable::new("the table is empty", hint));
        }
        Ok(())
    }

    /// The row under way.
    fn place(&self) -> String {
        if self.keys.is_empty() { "header row".to_owned() } else { format!("row {}", self.n_rows + 1) }
    }

    /// Takes the row that `text` begins with; how long it is, or nothing if it is not whole.
    fn row(&mut self, text: &[u8]) -> Result<Option<usize>, BrokenTable> {
        let Some(len) = self.split(text)? else { return Ok(None) };
        let is_blank = matches!(&self.fields[..], [only] if only.at == (0..0));
        match self.keys.is_empty() {
            _ if is_blank => {}
            true => self.header(text)?,
            false => self.object(text)?,
        }
        Ok(Some(len))
    }

    /// Finds the fields of a row.
    fn split(&mut self, text: &[u8]) -> Result<Option<usize>, BrokenTable> {
        self.fields.clear();
        let mut start = 0;
        loop {
            let mut has_quotes_twice = false;
            let is_quoted = text.get(start) == Some(&b'"');
            let (field, end) = if is_quoted {
                let mut at = start + 1;
                let close = loop {
                    let Some(n) = memchr(b'"', &text[at..]) else {
                        if !self.is_read {
                            return Ok(None);
                        }
                        let problem = format!("{}: a quotation mark is never closed", self.place());
                        return Err(BrokenTable::new(problem, QUOTE_HINT));
                    };
                    match text.get(at + n + 1) {
                        Some(b'"') => {
                            has_quotes_twice = true;
                            at += n + 2;
                        }
                        None if !self.is_read => return Ok(None),
                        _ => break at + n,
                    }
                };
                (start + 1..close, close + 1)
            } else {
                match memchr2(self.separator, b'\n', &text[start..]) {
                    Some(n) => (start..start + n, start + n),
                    None if self.is_read => (start..text.len(), text.len()),
                    None => return Ok(None),
                }
            };
            let mut field = field;
            let mut end = end;
            if is_quoted && text.get(end) == Some(&b'\r') {
                if end + 1 == text.len() && !self.is_read {
                    return Ok(None);
                }
                end += 1;
            } else if !is_quoted
                && text.get(end).is_none_or(|&byte| byte == b'\n')
                && text[field.clone()].last() == Some(&b'\r')
            {
                field.end -= 1;
            }
            self.fields.push(Field { at: field, has_quotes_twice });
            match text.get(end) {
                Some(b'\n') => return Ok(Some(end + 1)),
                None => return Ok(Some(end)),
                Some(&byte) if byte == self.separator => start = end + 1,
                Some(_) => {
                    let problem = format!(
                        "{}, field {}: text follows a quotation mark",
                        self.place(),
                        self.fields.len()
                    );
                    return Err(BrokenTable::new(problem, QUOTE_HINT));
                }
            }
            if start == text.len() && !self.is_read {
                return Ok(None);
            }
        }
    }

    fn header(&mut self, text: &[u8]) -> Result<(), BrokenTable> {
        let hint = "the first row must name each column once: add a header row, or rename columns";
        let mut names = HashSet::new();
        for (n, field) in self.fields.iter().enumerate() {
            let name = field.text(text).map_err(|problem| {
                BrokenTable::new(format!("header row, column {}: {problem}", n + 1), UTF8_HINT)
            })?;
            let is_quoted = field.at.start.checked_sub(1).is_some_and(|before| text[before] == b'"');
            if name.contains('\r') && !is_quoted {
                let hint = "write other line ends: `tr '\\r' '\\n' < FILE`";
                return Err(BrokenTable::new("the lines end with CR alone, which ends no row", hint));
            }
            if name.is_empty() {
                return Err(BrokenTable::new(format!("column {} has no name", n + 1), hint));
            }
            if !names.insert(name.clone()) {
                return Err(BrokenTable::new(format!("two columns are called `{name}`"), hint));
            }
            let mut key = Vec::new();
            json::string(&name, &mut key);
            key.push(b':');
            self.keys.push(key);
            self.names.push(name.into_owned());
        }
        Ok(())
    }

    fn object(&mut self, text: &[u8]) -> Result<(), BrokenTable> {
        let (n_fields, n_columns) = (self.fields.len(), self.keys.len());
        if n_fields != n_columns {
            let problem = format!(
                "{}: {n_fields} {}, but {n_columns} {}",
                self.place(),
                if n_fields == 1 { "field" } else { "fields" },
                if n_columns == 1 { "column" } else { "columns" }
            );
            let hint = "each row needs one field per column; a separator inside a field needs quotation marks around it";
            return Err(BrokenTable::new(problem, hint));
        }
        let start = self.lines.len();
        for (n, field) in self.fields.iter().enumerate() {
            self.lines.push(if n == 0 { b'{' } else { b',' });
            self.lines.extend_from_slice(&self.keys[n]);
            match field.text(text) {
                Ok(value) => json::string(&value, &mut self.lines),
                Err(problem) => {
                    self.lines.truncate(start);
                    let problem = format!("{}, column `{}`: {problem}", self.place(), self.names[n]);
                    return Err(BrokenTable::new(problem, UTF8_HINT));
                }
            }
        }
        self.lines.extend_from_slice(b"}\n");
        self.n_rows += 1;
        Ok(())
    }
}

const UTF8_HINT: &str = "convert the file with `iconv -t UTF-8`, from the encoding that it has";

impl Field {
    fn text<'r>(&self, row: &'r [u8]) -> Result<Cow<'r, str>, &'static str> {
        let text = std::str::from_utf8(&row[self.at.clone()]).map_err(|_| "the text is not UTF-8")?;
        Ok(if self.has_quotes_twice { text.replace("\"\"", "\"").into() } else { text.into() })
    }
}

impl<R: Read> Read for DelimitedLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.n_taken == self.lines.len() {
            // Only now, because the rows before it are sound.
            if let Some(broken) = &self.broken {
                return Err(broken.clone().into());
            }
            if self.is_read {
                return Ok(0);
            }
            self.lines.clear();
            self.n_taken = 0;
            self.advance()?;
        }
        let n = buffer.len().min(self.lines.len() - self.n_taken);
        buffer[..n].copy_from_slice(&self.lines[self.n_taken..self.n_taken + n]);
        self.n_taken += n;
        Ok(n)
    }
}
