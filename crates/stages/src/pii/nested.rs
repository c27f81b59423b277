//! The strings of JSON that is itself held in a string, as the arguments of a tool are. What is found in them is found
//! in their decoded form: the `n` of an escape is no letter of the word that follows it.

use std::borrow::Cow;
use std::ops::Range;

use bedload_record::Code;
use bedload_record::json::{Framing, diagnose_in, raw_offsets, string_content};
use memchr::memchr2;

use super::Hit;

/// A string in a text that is JSON.
pub(super) struct Nested<'t> {
    raw: &'t [u8],
    /// Where it begins in the text, after its quote.
    start: usize,
    /// The key of the member that it is the value of, or is in a list of; none for a key itself.
    key: Option<&'t [u8]>,
}

impl<'t> Nested<'t> {
    /// The string, decoded.
    pub(super) fn text(&self) -> Cow<'t, str> {
        string_content(self.raw)
    }

    /// The key of its member, decoded; empty where there is none.
    pub(super) fn key(&self) -> Cow<'t, str> {
        self.key.map(string_content).unwrap_or_default()
    }

    /// Places in the decoded string as places in the text that it is in. They are in order.
    pub(super) fn to_outer(&self, hits: &mut [Hit]) {
        let wanted: Vec<usize> = hits.iter().flat_map(|hit| [hit.start, hit.end]).collect();
        let offsets = raw_offsets(self.raw, &wanted);
        for (hit, at) in hits.iter_mut().zip(offsets.chunks_exact(2)) {
            (hit.start, hit.end) = (self.start + at[0], self.start + at[1]);
        }
    }
}

/// The strings of a text that is an object or array of JSON, in order, keys too; none for any other text. Linear in the
/// text.
pub(super) fn strings(text: &str) -> Option<Vec<Nested<'_>>> {
    let bytes = text.as_bytes();
    let is_closed = match bytes.iter().find(|byte| !is_space(**byte))? {
        b'{' => b'}',
        b'[' => b']',
        _ => return None,
    };
    let is_json = bytes.iter().rfind(|byte| !is_space(**byte)) == Some(&is_closed)
        && !diagnose_in(Framing::Document, bytes, &[]).iter().any(|flaw| is_other_text(flaw.code));
    if is_json { read(bytes) } else { None }
}

/// Returns true where a text cannot be read as JSON. What is only doubtful, such as a key that occurs twice, is read.
fn is_other_text(code: Code) -> bool {
    !matches!(
        code,
        Code::JsonDuplicateKey
            | Code::JsonEscapedNul
            | Code::JsonLoneSurrogate
            | Code::JsonNotAnObject
            | Code::JsonNumberPrecision
            | Code::JsonNumberRange
            | Code::JsonNumberUnderflow
    )
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn read(json: &[u8]) -> Option<Vec<Nested<'_>>> {
    let mut strings = Vec::new();
    // The keys that the open objects and arrays are under.
    let mut open: Vec<Option<&[u8]>> = Vec::new();
    let (mut key, mut at) = (None, 0);
    while let Some(&byte) = json.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => open.push(key),
            b'}' | b']' => key = open.pop()?,
            b'"' => {
                let Range { start, end } = content(json, at)?;
                let raw = &json[start..end];
                at = end + 1;
                let is_key = json[at..].iter().find(|byte| !is_space(**byte)) == Some(&b':');
                strings.push(Nested { raw, start, key: key.filter(|_| !is_key) });
                if is_key {
                    key = Some(raw);
                }
            }
            _ => {}
        }
    }
    Some(strings)
}

/// What stands between the quotes of the string that begins before `start`.
fn content(json: &[u8], start: usize) -> Option<Range<usize>> {
    let mut end = start;
    loop {
        end += memchr2(b'"', b'\\', json.get(end..)?)?;
        if json[end] == b'"' {
            return Some(start..end);
        }
        end += 2;
    }
}
