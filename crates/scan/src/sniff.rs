//! Recognizes a file that is not JSONL by its first bytes, so that it gets one message instead of one per line.
//!
//! Nothing that could be JSONL is taken for something else: what begins with an object is refused only where no line
//! could be one. Files of a few lines are left to the checks of lines, which say as much.

use memchr::{memchr, memmem};

use crate::array::{Split, Splitter};
use crate::kind::FileKind;
use crate::nesting::Nesting;

/// Lines that a text must have before it is judged as a whole, where each could be a bad record.
const LINES_MIN: usize = 4;
/// Fewer NUL bytes could be one bad line; file systems leave blocks of at least this size.
const NUL_RUN_MIN: usize = 512;
/// Rows of a table that are compared.
const ROWS: usize = 5;

/// What a look at the beginning tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// It may be JSONL.
    Lines,
    Other(FileKind),
    /// What it is shows further on, or not at all.
    Unclear(FileKind),
}

/// Looks at the first bytes of an input, decompressed; `is_whole` where it has no more.
pub(crate) fn sniff(head: &[u8], is_whole: bool) -> Look {
    let Some(&first) = head.first() else { return Look::Lines };
    if let Some(kind) = FileKind::of_magic(head).or_else(|| wide(head, is_whole)) {
        return Look::Other(kind);
    }
    if first == 0 && head.len() >= NUL_RUN_MIN && head.iter().all(|&byte| byte == 0) {
        return if is_whole { Look::Other(FileKind::Nul) } else { Look::Unclear(FileKind::Nul) };
    }
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = head.trim_ascii_start();
    let found = match text.first() {
        Some(b'[') => return array(text, is_whole),
        Some(b'{') => object(text, is_whole),
        Some(b'<') => is_markup(text).then_some(FileKind::Markup),
        Some(0x1e) => text[1..].trim_ascii_start().starts_with(b"{").then_some(FileKind::TextSequence),
        Some(_) => pointer(text)
            .or_else(|| event_stream(text))
            .or_else(|| binary(head))
            .or_else(|| table(text, is_whole)),
        None => None,
    };
    found.map_or(Look::Lines, Look::Other)
}

/// UTF-16 or UTF-32. A file of one line is left to the check of lines.
fn wide(head: &[u8], is_whole: bool) -> Option<FileKind> {
    if is_whole && !head.contains(&b'\n') {
        return None;
    }
    match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some(FileKind::Utf32),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some(FileKind::Utf16),
        _ => {}
    }
    // Without a mark, the first characters of JSON and of most other texts are ASCII.
    let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    match *head.first_chunk::<8>()? {
        [a, 0, 0, 0, b, 0, 0, 0] if is_ascii(a) && is_ascii(b) => Some(FileKind::Utf32Le),
        [0, 0, 0, a, 0, 0, 0, b] if is_ascii(a) && is_ascii(b) => Some(FileKind::Utf32Be),
        [a, 0, b, 0, ..] if is_ascii(a) && is_ascii(b) => Some(FileKind::Utf16Le),
        [0, a, 0, b, ..] if is_ascii(a) && is_ascii(b) => Some(FileKind::Utf16Be),
        _ => None,
    }
}

/// The whole lines that are not blank, trimmed.
fn lines(text: &[u8], is_whole: bool) -> impl Iterator<Item = &[u8]> {
    let end = if is_whole { text.len() } else { text.iter().rposition(|&byte| byte == b'\n').unwrap_or(0) };
    text[..end].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

/// What begins with `[`: one array, or lines that are arrays each, which are bad records.
fn array(text: &[u8], is_whole: bool) -> Look {
    let (mut splitter, mut elements) = (Splitter::default(), Vec::new());
    let end = splitter.push(text, &mut elements);
    let first_line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_spread =
        first_line.trim_ascii() == b"[" && lines(text, is_whole).take(LINES_MIN).count() == LINES_MIN;
    let has_objects = text[1..].trim_ascii_start().starts_with(b"{");
    let is_list = has_objects || is_spread;
    match end {
        Err(broken) if Splitter::MORE.contains(&broken.problem) => {
            // What ends on its first line may be a line like others.
            let array = text[..broken.at as usize].trim_ascii_end();
            if is_list && memchr(b'\n', array).is_some() { Look::Other(FileKind::Array) } else { Look::Lines }
        }
        Ok(()) if is_whole && splitter.has_ended() => Look::Other(FileKind::Array),
        _ if is_list && elements.contains(&b'\n') && !splitter.has_ended() => Look::Other(FileKind::Array),
        Ok(()) if !is_whole => Look::Unclear(FileKind::Array),
        _ => Look::Lines,
    }
}

/// What begins with `{` and is still not JSONL.
fn object(text: &[u8], is_whole: bool) -> Option<FileKind> {
    if memchr(b'\n', text).is_none() && memmem::find(text, b"}\r{").is_some() {
        return Some(FileKind::CrLines);
    }
    let is_list = |test: &dyn Fn(&[u8]) -> bool| {
        let mut lines = lines(text, is_whole).peekable();
        let mut n_lines = 0;
        while let Some(line) = lines.next() {
            n_lines += 1;
            // After the last object a list needs no comma.
            let is_last = is_whole && n_lines > 1 && lines.peek().is_none() && line.ends_with(b"}");
            if !test(line) && !is_last {
                return false;
            }
        }
        n_lines > 1
    };
    let ends_object = |line: &[u8]| line.trim_ascii_end().ends_with(b"}");
    if is_list(&|line| line.starts_with(b"{") && line.strip_suffix(b",").is_some_and(ends_object)) {
        return Some(FileKind::Commas);
    }
    if is_list(&|line| line.starts_with(b"{'") || line.starts_with(b"{ '")) {
        return Some(FileKind::PythonDicts);
    }
    is_pretty(text, is_whole).then_some(FileKind::Pretty)
}

/// Returns true if every object is JSON, judging by its brackets, and continues after its first line.
fn is_pretty(text: &[u8], is_whole: bool) -> bool {
    if lines(text, is_whole).take(LINES_MIN).count() < LINES_MIN {
        return false;
    }
    let mut nesting = Nesting::default();
    // Inside the object under way, and all in all.
    let (mut n_breaks, mut n_breaks_all) = (0, 0);
    for &byte in text {
        let was_inside = nesting.depth() > 0;
        nesting.push(byte);
        let has_ended = was_inside && nesting.depth() == 0;
        // An object on one line can be a record.
        if nesting.is_broken || has_ended && n_breaks == 0 {
            return false;
        }
        let is_break = nesting.depth() > 0 && byte == b'\n';
        n_breaks_all += usize::from(is_break);
        n_breaks = if has_ended { 0 } else { n_breaks + usize::from(is_break) };
    }
    n_breaks_all > 0
}

fn is_markup(text: &[u8]) -> bool {
    let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
    let known: [&[u8]; 6] = [b"<?xml", b"<!doctype", b"<html", b"<head", b"<error", b"<!--"];
    let is_tag = text.get(1).is_some_and(u8::is_ascii_alphabetic) && memchr(b'>', text).is_some();
    known.into_iter().any(begins) || is_tag && memchr(b'\n', text.trim_ascii_end()).is_some()
}

fn pointer(text: &[u8]) -> Option<FileKind> {
    let lfs: [&[u8]; 2] = [b"version https://git-lfs.github.com/", b"version https://hawser.github.com/"];
    if lfs.iter().any(|start| text.starts_with(start)) {
        return Some(FileKind::LfsPointer);
    }
    if text.starts_with(b"/annex/objects/")
        || text.len() < 4096 && memmem::find(text, b".git/annex/objects/").is_some()
    {
        return Some(FileKind::AnnexPointer);
    }
    (text.starts_with(b"outs:\n- md5:") || text.starts_with(b"outs:\n- hash:"))
        .then_some(FileKind::DvcPointer)
}

fn event_stream(text: &[u8]) -> Option<FileKind> {
    let is_event = text.starts_with(b"data:") || text.starts_with(b"event:") || text.starts_with(b"id:");
    let mut data = text.split(|&byte| byte == b'\n').filter_map(|line| line.strip_prefix(b"data:"));
    (is_event && data.any(|data| data.trim_ascii_start().starts_with(b"{"))).then_some(FileKind::EventStream)
}

/// Control characters have no business in a text; one in twenty of them is too many. Damage among records is not meant.
fn binary(head: &[u8]) -> Option<FileKind> {
    if memmem::find(head, b"\n{").is_some() {
        return None;
    }
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b);
    let n_controls = head.iter().filter(|&&byte| is_control(byte)).count();
    (head.len() >= 64 && n_controls * 20 >= head.len()).then_some(FileKind::Binary)
}

fn table(text: &[u8], is_whole: bool) -> Option<FileKind> {
    [(b'\t', FileKind::Tsv), (b',', FileKind::Csv), (b';', FileKind::Csv), (b'|', FileKind::Csv)]
        .into_iter()
        .find(|&(separator, _)| is_table(text, separator, is_whole))
        .map(|(_, kind)| kind)
}

/// Returns true if there is a head with names and at least one row below it, all of as many fields.
pub(crate) fn is_table(text: &[u8], separator: u8, is_whole: bool) -> bool {
    let mut rows = Rows { rest: text, separator, is_whole };
    let Some(head) = rows.next().filter(|head| head.len() >= 2) else { return false };
    let is_name = |field: &&[u8]| {
        field.iter().any(u8::is_ascii_alphabetic)
            && !field.iter().any(|byte| matches!(byte, b'"' | b'{' | b'}'))
    };
    let mut n_rows = 0;
    let is_even = rows.take(ROWS).inspect(|_| n_rows += 1).all(|row| row.len() == head.len());
    is_even && n_rows > 0 && head.iter().all(is_name)
}

/// The rows of a table (RFC 4180, with any separator).
struct Rows<'t> {
    rest: &'t [u8],
    separator: u8,
    is_whole: bool,
}

impl<'t> Iterator for Rows<'t> {
    type Item = Vec<&'t [u8]>;

    fn next(&mut self) -> Option<Vec<&'t [u8]>> {
        let (mut fields, mut start, mut in_quotes) = (Vec::new(), 0, false);
        if self.rest.is_empty() {
            return None;
        }
        for (at, &byte) in self.rest.iter().enumerate() {
            match byte {
                b'"' => in_quotes = !in_quotes,
                _ if in_quotes => {}
                b'\n' => {
                    fields.push(unquoted(&self.rest[start..at]));
                    self.rest = &self.rest[at + 1..];
                    return Some(fields);
                }
                _ if byte == self.separator => {
                    fields.push(unquoted(&self.rest[start..at]));
                    start = at + 1;
                }
                _ => {}
            }
        }
        fields.push(unquoted(&self.rest[start..]));
        self.rest = &[];
        (self.is_whole && !in_quotes).then_some(fields)
    }
}

fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
}

#[cfg(test)]
mod tests;
