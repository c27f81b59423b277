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

/// Finds the value at a path of decoded keys and indices in a line of valid JSON. Linear in the line.
pub fn locate(line: &[u8], steps: &[&str]) -> Option<Location> {
    let mut at = space(line, 0);
    for step in steps {
        let close = match line.get(at)? {
            b'{' => b'}',
            b'[' => b']',
            _ => return None,
        };
        let mut position = 0usize;
        at = space(line, at + 1);
        loop {
            if *line.get(at)? == close {
                return None;
            }
            let found = if close == b'}' {
                let end = skip(line, at)?;
                let key = string_content(&line[at + 1..end - 1]);
                at = space(line, space(line, end) + 1);
                key == *step
            } else {
                step.parse() == Ok(position)
            };
            if found {
                break;
            }
            at = space(line, skip(line, at)?);
            if *line.get(at)? == b',' {
                at = space(line, at + 1);
            }
            position += 1;
        }
    }
    Some(Location { start: at, end: skip(line, at)? })
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
