//! Repairs at the end of a conversation: turns that say nothing, and a question that nobody answers.

use bedload_record::RecordFinding;
use bedload_record::json::Raw;

use super::draft::Edit;
use super::members::says_nothing;

/// Removes the last turn where it is blank, alone or with the question that it answers, so that an answer is last.
pub(super) fn blank(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let turns = turns(line);
    match last(line, &turns, found) {
        Some((last, found)) if last.get("content").is_some_and(is_blank) => {
            let is_answer = |n: &usize| turns.len() > *n && has_role(turns[turns.len() - n - 1], "assistant");
            [1, 2].into_iter().filter(is_answer).map(|n| cut(line, &turns, n, found)).collect()
        }
        _ => Vec::new(),
    }
}

/// Removes the last turn where it is the user's.
pub(super) fn unanswered(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let turns = turns(line);
    match last(line, &turns, found) {
        Some((last, found)) if has_role(last, "user") => vec![cut(line, &turns, 1, found)],
        _ => Vec::new(),
    }
}

fn has_role(turn: Raw<'_>, name: &str) -> bool {
    turn.get("role").and_then(Raw::text).is_some_and(|role| role == name)
}

/// Null is not blank: it may stand beside calls of tools.
fn is_blank(content: Raw<'_>) -> bool {
    !content.is_null() && says_nothing(content)
}

fn turns(line: &[u8]) -> Vec<Raw<'_>> {
    let messages = Raw::of_line(line).get("messages");
    messages.into_iter().flat_map(Raw::elements).collect()
}

/// The last turn, with the first finding in it; none where there is none in it.
fn last<'l, 'f>(
    line: &[u8],
    turns: &[Raw<'l>],
    found: &[&'f RecordFinding],
) -> Option<(Raw<'l>, &'f RecordFinding)> {
    let turn = *turns.last()?;
    let begin = turn.offset_in(line);
    let span = begin..begin + turn.bytes().len();
    let first = found.iter().find(|finding| span.contains(&(finding.offset as usize)))?;
    Some((turn, first))
}

/// Removes so many turns at the end; nothing where none would be left.
fn cut(line: &[u8], turns: &[Raw<'_>], n: usize, found: &RecordFinding) -> Vec<Edit> {
    let Some(left) = turns.len().checked_sub(n).filter(|left| *left > 0) else { return Vec::new() };
    let end = |turn: Raw<'_>| turn.offset_in(line) + turn.bytes().len();
    let span = end(turns[left - 1])..end(turns[turns.len() - 1]);
    vec![Edit { span, with: b"", pointer: found.pointer.clone() }]
}
