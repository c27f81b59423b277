//! From a JSON Pointer to the bytes of its value: for showing a finding, and for splicing new text into a line.

use super::text::string_content;

/// Where a member stands in its line, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// First byte of the value; for a string, its opening quote.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// One step from a value to one inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'k> {
    /// The value of a member, by its decoded key.
    Key(&'k str),
    /// An element of an array, from 0.
    Index(usize),
    /// The key of a member, by its position from 0.
    Member(usize),
}

/// Finds the value at a path in a line of valid JSON. Linear in the line.
pub fn locate(line: &[u8], steps: &[Step<'_>]) -> Option<Location> {
    let start = steps.iter().try_fold(space(line, 0), |at, step| locate_step(line, at, *step))?;
    Some(Location { start, end: skip(line, start)? })
}

/// Takes one step from the value that begins at `at`, and returns where the next begins.
pub(crate) fn locate_step(line: &[u8], at: usize, step: Step<'_>) -> Option<usize> {
    let at = space(line, at);
    let close = match line.get(at)? {
        b'{' => b'}',
        b'[' => b']',
        _ => return None,
    };
    let mut position = 0usize;
    let mut at = space(line, at + 1);
    while *line.get(at)? != close {
        let start = at;
        if close == b'}' {
            let end = skip(line, at)?;
            at = space(line, space(line, end) + 1);
            let found = match step {
                Step::Key(key) => string_content(&line[start + 1..end - 1]) == key,
                Step::Member(wanted) if wanted == position => return Some(start),
                _ => false,
            };
            if found {
                return Some(at);
            }
        } else if step == Step::Index(position) {
            return Some(at);
        }
        at = space(line, skip(line, at)?);
        if *line.get(at)? == b',' {
            at = space(line, at + 1);
        }
        position += 1;
    }
    None
}

fn space(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// One past the end of the value that begins at `at`.
fn skip(line: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match *line.get(at)? {
            b'"' => {
                at += 1;
                while *line.get(at)? != b'"' {
                    at += if line[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            _ => {
                while !matches!(line.get(at), None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n'))
                {
                    at += 1;
                }
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}
