//! Repairs of members that say nothing: null, blank system prompts, empty lists of tools.

use bedload_record::RecordFinding;
use bedload_record::json::Raw;

use super::draft::Edit;

/// Removes a member that is null, or the null members of the object that a finding is about.
pub(super) fn null(line: &[u8], found: &RecordFinding) -> Vec<Vec<Edit>> {
    let Some(way) = way_to(line, found.offset as usize) else { return Vec::new() };
    let Some(last) = way.last() else { return Vec::new() };
    if last.value.is_null() {
        return if last.is_member { vec![vec![last.removal(found)]] } else { Vec::new() };
    }
    let nulls: Vec<bool> = last.value.members().map(|(_, value)| value.is_null()).collect();
    // From the object's own side: a run of null members at the end takes the comma before it.
    let kept = nulls.iter().rposition(|is_null| !is_null);
    let members: Vec<(Raw<'_>, Raw<'_>)> = last.value.members().collect();
    let start = |n: usize| members[n].0.offset_in(line);
    let end = |n: usize| members[n].1.offset_in(line) + members[n].1.bytes().len();
    let mut edits = Vec::new();
    for n in (0..members.len()).filter(|&n| nulls[n]) {
        let span = match kept {
            Some(kept) if n > kept => end(n - 1)..end(n),
            _ if n + 1 < members.len() => start(n)..start(n + 1),
            _ => start(n)..end(n),
        };
        edits.push(Edit { span, with: b"", pointer: found.pointer.clone() });
    }
    vec![edits]
}

/// Removes a system prompt that has no text.
pub(super) fn system(line: &[u8], found: &RecordFinding) -> Vec<Vec<Edit>> {
    let way = way_to(line, found.offset as usize).unwrap_or_default();
    match way.first() {
        Some(step) if step.is_named("system") && says_nothing(step.value) => vec![vec![step.removal(found)]],
        _ => Vec::new(),
    }
}

/// Removes an empty list of tools, and the member that is there for it.
pub(super) fn tools(line: &[u8], found: &RecordFinding) -> Vec<Vec<Edit>> {
    let way = way_to(line, found.offset as usize).unwrap_or_default();
    let is_empty = |list: Raw<'_>| list.is_array() && list.elements().next().is_none();
    match way.as_slice() {
        [config, tools] if tools.is_named("tools") && is_empty(tools.value) => {
            // What else is there, such as a choice among the tools, is the user's to remove.
            if config.value.members().count() == 1 { vec![vec![config.removal(found)]] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// Returns true if content has no text and nothing else: blank, null, an empty list, or a list of blank texts.
pub(super) fn says_nothing(value: Raw<'_>) -> bool {
    if let Some(text) = value.text() {
        return text.trim().is_empty();
    }
    let is_blank_block = |block: Raw<'_>| {
        let mut members = block.members();
        let text = members.next().filter(|(key, _)| key.text().is_some_and(|key| key == "text"));
        members.next().is_none()
            && text.and_then(|(_, value)| value.text()).is_some_and(|text| text.trim().is_empty())
    };
    value.is_null() || value.is_array() && value.elements().all(is_blank_block)
}

/// A step from a value to one of its parts.
pub(super) struct Step<'l> {
    key: Option<Raw<'l>>,
    pub(super) value: Raw<'l>,
    is_member: bool,
    /// The part with the comma that separates it from another one.
    span: std::ops::Range<usize>,
}

impl Step<'_> {
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.key.and_then(Raw::text).is_some_and(|key| key == name)
    }

    fn removal(&self, found: &RecordFinding) -> Edit {
        Edit { span: self.span.clone(), with: b"", pointer: found.pointer.clone() }
    }
}

/// The steps to the value that begins at an offset, from the record on; none where no value begins there.
pub(super) fn way_to(line: &[u8], offset: usize) -> Option<Vec<Step<'_>>> {
    let mut way = Vec::new();
    let mut value = Raw::of_line(line);
    while value.offset_in(line) != offset {
        let parts: Vec<(Option<Raw<'_>>, Raw<'_>)> = if value.is_object() {
            value.members().map(|(key, value)| (Some(key), value)).collect()
        } else {
            value.elements().map(|value| (None, value)).collect()
        };
        let start = |n: usize| parts[n].0.unwrap_or(parts[n].1).offset_in(line);
        let end = |n: usize| parts[n].1.offset_in(line) + parts[n].1.bytes().len();
        let holds =
            |part: Raw<'_>| (0..part.bytes().len()).contains(&offset.wrapping_sub(part.offset_in(line)));
        let n = parts.iter().position(|(_, part)| holds(*part))?;
        let span = match n {
            _ if n + 1 < parts.len() => start(n)..start(n + 1),
            0 => start(n)..end(n),
            _ => end(n - 1)..end(n),
        };
        let (key, part) = parts[n];
        way.push(Step { key, value: part, is_member: key.is_some(), span });
        value = part;
    }
    Some(way)
}
