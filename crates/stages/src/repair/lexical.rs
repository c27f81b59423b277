//! Repairs of the line as text: what is wrong before there is a record.

use bedload_record::RecordFinding;

use super::draft::Edit;

const MARK: &[u8] = b"\xEF\xBB\xBF";
/// The replacement character, as long as the escape that it replaces.
const REPLACEMENT: &[u8] = b"\\ufffd";

/// No edits of the line's own.
pub(super) fn none(_: &[u8], _: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    Vec::new()
}

/// Removes byte order marks at the beginning, however many files were concatenated there.
pub(super) fn byte_order_mark(line: &[u8], _: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let marks = line.chunks_exact(MARK.len()).take_while(|chunk| *chunk == MARK).count();
    vec![vec![removal(0, marks * MARK.len())]]
}

/// Removes the commas after which an object, an array or the line ends.
pub(super) fn trailing_commas(line: &[u8], _: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let mut edits = Vec::new();
    let mut is_string = false;
    // Where the last byte outside of strings is that is not white space, and the one before it.
    let (mut last, mut before) = (None, None);
    let mut at = 0;
    let is_trailing = |last: Option<usize>, before: Option<usize>| {
        last.is_some_and(|at: usize| line[at] == b',')
            && before.is_some_and(|at: usize| !matches!(line[at], b'{' | b'[' | b',' | b':'))
    };
    while at < line.len() {
        match line[at] {
            b'\\' if is_string => at += 1,
            b'"' => {
                is_string = !is_string;
                (before, last) = (last, Some(at));
            }
            _ if is_string => {}
            b' ' | b'\t' | b'\r' | b'\n' => {}
            byte => {
                if matches!(byte, b'}' | b']') && is_trailing(last, before) {
                    edits.extend(last.map(|at| removal(at, at + 1)));
                    last = before;
                }
                (before, last) = (last, Some(at));
            }
        }
        at += 1;
    }
    if !is_string && is_trailing(last, before) {
        edits.extend(last.map(|at| removal(at, at + 1)));
    }
    vec![edits]
}

/// Replaces the escapes that findings are about.
pub(super) fn lone_surrogates(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let edit = |found: &&RecordFinding| {
        let begin = found.offset as usize;
        let span = begin..begin + REPLACEMENT.len();
        line.get(span.clone())
            .is_some_and(|escape| escape.starts_with(b"\\u"))
            .then(|| vec![Edit { span, with: REPLACEMENT, pointer: found.pointer.clone() }])
    };
    found.iter().filter_map(edit).collect()
}

fn removal(begin: usize, end: usize) -> Edit {
    Edit { span: begin..end, with: b"", pointer: String::new() }
}
