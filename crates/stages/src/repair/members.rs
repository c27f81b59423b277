//! Repairs of members that say nothing: null, blank system prompts, empty lists of tools.

use std::collections::BTreeSet;
use std::ops::Range;

use bedload_record::RecordFinding;
use bedload_record::json::Raw;

use super::draft::Edit;

/// Removes members that are null, where findings are about their keys.
pub(super) fn null_extra(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let ways = ways(line, found);
    let edits = ways.iter().filter_map(|(way, found)| {
        let last = way.last().filter(|last| last.is_member && last.value.is_null())?;
        Some(vec![last.removal(found)])
    });
    edits.collect()
}

/// Removes members that are null, and the null members of the objects that findings are about.
pub(super) fn null(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let ways = ways(line, found);
    let edits = ways.iter().filter_map(|(way, found)| {
        let last = way.last()?;
        if last.value.is_null() {
            return last.is_member.then(|| vec![last.removal(found)]);
        }
        Some(null_members(line, last.value, found))
    });
    edits.collect()
}

fn null_members(line: &[u8], object: Raw<'_>, found: &RecordFinding) -> Vec<Edit> {
    let members: Vec<(Raw<'_>, Raw<'_>)> = object.members().collect();
    // From the object's own side: a run of null members at the end takes the comma before it.
    let kept = members.iter().rposition(|(_, value)| !value.is_null());
    let start = |n: usize| members[n].0.offset_in(line);
    let end = |n: usize| members[n].1.offset_in(line) + members[n].1.bytes().len();
    let mut edits = Vec::new();
    for n in (0..members.len()).filter(|&n| members[n].1.is_null()) {
        let span = match kept {
            Some(kept) if n > kept => end(n - 1)..end(n),
            _ if n + 1 < members.len() => start(n)..start(n + 1),
            _ => start(n)..end(n),
        };
        edits.push(Edit { span, with: b"", pointer: found.pointer.clone() });
    }
    edits
}

/// Removes a system prompt that has no text.
pub(super) fn system(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let mut ways = ways(line, found);
    // A prompt with many blank texts has a finding for each.
    let mut seen = BTreeSet::new();
    ways.retain(|(way, _)| way.first().is_some_and(|step| seen.insert(step.span.start)));
    let edits = ways.iter().filter_map(|(way, found)| match way.first() {
        Some(step) if step.is_named("system") && says_nothing(step.value) => Some(vec![step.removal(found)]),
        _ => None,
    });
    edits.collect()
}

/// Removes an empty list of tools, and the member that is there for it.
pub(super) fn tools(line: &[u8], found: &[&RecordFinding]) -> Vec<Vec<Edit>> {
    let is_empty = |list: Raw<'_>| list.is_array() && list.elements().next().is_none();
    let ways = ways(line, found);
    let edits = ways.iter().filter_map(|(way, found)| match way.as_slice() {
        // What else is there, such as a choice among the tools, is the user's to remove.
        [config, tools]
            if tools.is_named("tools") && is_empty(tools.value) && config.value.members().count() == 1 =>
        {
            Some(vec![config.removal(found)])
        }
        _ => None,
    });
    edits.collect()
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
#[derive(Clone)]
struct Step<'l> {
    key: Option<Raw<'l>>,
    value: Raw<'l>,
    is_member: bool,
    /// The part with the comma that separates it from another one.
    span: Range<usize>,
}

impl Step<'_> {
    fn is_named(&self, name: &str) -> bool {
        self.key.and_then(Raw::text).is_some_and(|key| key == name)
    }

    fn removal(&self, found: &RecordFinding) -> Edit {
        Edit { span: self.span.clone(), with: b"", pointer: found.pointer.clone() }
    }
}

/// For each finding about a value that begins at its offset, or the member of a key that does, in their order, the steps to it from the record on.
///
/// The line is walked once for all of them.
fn ways<'l, 'f>(line: &'l [u8], found: &[&'f RecordFinding]) -> Vec<(Vec<Step<'l>>, &'f RecordFinding)> {
    let mut offsets: Vec<(usize, usize)> =
        found.iter().enumerate().map(|(n, finding)| (finding.offset as usize, n)).collect();
    offsets.sort_unstable();
    let mut ways = Vec::new();
    walk(line, Raw::of_line(line), &mut Vec::new(), &offsets, &mut ways);
    ways.sort_unstable_by_key(|(n, _)| *n);
    ways.into_iter().map(|(n, way)| (way, found[n])).collect()
}

/// Goes on to the parts of a value in which there are offsets.
fn walk<'l>(
    line: &'l [u8],
    value: Raw<'l>,
    way: &mut Vec<Step<'l>>,
    mut offsets: &[(usize, usize)],
    ways: &mut Vec<(usize, Vec<Step<'l>>)>,
) {
    let here = value.offset_in(line);
    offsets = &offsets[offsets.partition_point(|(offset, _)| *offset < here)..];
    let (own, mut offsets) = offsets.split_at(offsets.partition_point(|(offset, _)| *offset == here));
    ways.extend(own.iter().map(|(_, n)| (*n, way.clone())));
    if offsets.is_empty() {
        return;
    }
    let parts: Vec<(Option<Raw<'_>>, Raw<'_>)> = if value.is_object() {
        value.members().map(|(key, value)| (Some(key), value)).collect()
    } else {
        value.elements().map(|value| (None, value)).collect()
    };
    let start = |n: usize| parts[n].0.unwrap_or(parts[n].1).offset_in(line);
    let end = |n: usize| parts[n].1.offset_in(line) + parts[n].1.bytes().len();
    for (n, &(key, part)) in parts.iter().enumerate() {
        let (inside, behind) = offsets.split_at(offsets.partition_point(|(offset, _)| *offset < end(n)));
        offsets = behind;
        if inside.is_empty() {
            continue;
        }
        let span = match n {
            _ if n + 1 < parts.len() => start(n)..start(n + 1),
            0 => start(n)..end(n),
            _ => end(n - 1)..end(n),
        };
        way.push(Step { key, value: part, is_member: key.is_some(), span });
        if key.is_some() {
            let of_key = inside.iter().take_while(|(offset, _)| *offset == start(n));
            ways.extend(of_key.map(|(_, nth)| (*nth, way.clone())));
        }
        walk(line, part, way, inside, ways);
        way.pop();
    }
}
