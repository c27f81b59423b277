//! What repairs changed, found again line by line in the order of the inputs.

use std::collections::BTreeMap;
use std::path::Path;

use bedload_record::{Code, FactTable, Ordinal, Terminator};
use bedload_report::{RepairRow, RowWriter, Tap};
use bedload_scan::{Fetch, Watch};
use bedload_stages::repair::{Patch, Repaired, Tools};
use rayon::prelude::*;

use crate::report::manifest::FileEntry;
use crate::report::tables::{table, windows};
use crate::run::error::EngineError;
use crate::scan::rules::Rules;

/// How many bytes around a change are shown with it.
const AROUND: usize = 32;

/// A change of a line.
#[derive(Clone, Debug)]
pub struct Change {
    /// The input's name.
    pub file: String,
    /// Physical line, from 1.
    pub line: u64,
    /// The finding that it mends.
    pub code: Code,
    /// Whether it leaves what is learned as it was: `safe` or `unsafe`.
    pub safety: &'static str,
    /// What was done.
    pub title: &'static str,
    /// JSON Pointer of what was mended.
    pub pointer: String,
    /// First byte of the line that is replaced, from 0.
    pub begin: u64,
    /// One past the last.
    pub end: u64,
    /// How many bytes stand there instead.
    pub bytes_after: u64,
    /// The place before and after the change, where content may be shown.
    pub content: Option<[String; 2]>,
}

impl Change {
    /// Returns true if the line goes with its line end, which is not among the bytes.
    pub fn removes_line(&self) -> bool {
        self.code == Code::JsonBlankLine
    }
}

/// What repairs did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    /// How many changes were made for each code.
    pub by_code: BTreeMap<Code, u64>,
    /// Lines with something that could be repaired, which stay as they are, since they have an error all the same.
    pub beyond: u64,
}

impl Repairs {
    /// The changes, by the names of the codes.
    pub(crate) fn by_name(&self) -> BTreeMap<String, u64> {
        self.by_code.iter().map(|(code, &n)| (code.name().to_owned(), n)).collect()
    }
}

/// `repairs.parquet`, with what else is to be done with the changes.
pub(crate) fn repairs(
    dir: &Path,
    (facts, rules, fetch, watch): (&FactTable, &Rules, &Fetch<'_>, &Watch),
    mut each: impl FnMut(&Change) -> Result<(), EngineError>,
) -> Result<(FileEntry, Repairs), EngineError> {
    let mut made = Repairs::default();
    let file = table(dir, "repairs", |writer| {
        made = repairs_in_order(facts, rules, fetch, watch, |change| {
            each(change)?;
            push(writer, change)
        })?;
        Ok(())
    })?;
    Ok((file, made))
}

/// Adds a change to a table.
pub(crate) fn push<T: Tap>(
    writer: &mut RowWriter<RepairRow<'static>, T>,
    change: &Change,
) -> Result<(), EngineError> {
    let [before, after] = change.content.clone().map_or([None, None], |texts| texts.map(Some));
    writer.push([RepairRow {
        file: change.file.clone().into(),
        line: change.line,
        code: change.code.name(),
        safety: change.safety,
        title: change.title,
        pointer: change.pointer.clone().into(),
        begin: change.begin,
        end: change.end,
        bytes_after: change.bytes_after,
        line_removed: change.removes_line().into(),
        before: before.map(Into::into),
        after: after.map(Into::into),
    }])?;
    Ok(())
}

/// Finds again what was changed in the lines that are written, counts it, and hands it over in its order.
pub(crate) fn repairs_in_order(
    facts: &FactTable,
    rules: &Rules,
    fetch: &Fetch<'_>,
    watch: &Watch,
    mut each: impl FnMut(&Change) -> Result<(), EngineError>,
) -> Result<Repairs, EngineError> {
    let mut made = Repairs::default();
    let Some(repair) = &rules.repair else { return Ok(made) };
    let line_end = repair.rule(Code::FileCrlf);
    let ends = |line: Ordinal| {
        line_end.filter(|_| facts.terminator(line) == Terminator::CrLf && facts.accepted(line))
    };
    let is_repaired = |line: Ordinal| facts.codes(line).contains(Code::ConvertRepaired);
    // A line that is rejected may be so once repaired.
    let is_rejected = |line: Ordinal| rules.severities.rejects(facts.codes(line));
    let is_changed = |line: Ordinal| is_repaired(line) || is_rejected(line) || ends(line).is_some();
    for window in windows(facts) {
        watch.check()?;
        let lines: Vec<u64> = window.filter(|&line| is_changed(Ordinal(line))).collect();
        let found: Vec<Option<Vec<Change>>> = lines
            .into_par_iter()
            .map_init(
                || (Tools::default(), Vec::new()),
                |(tools, scratch), line| {
                    let line = Ordinal(line);
                    let input = facts.input_of(line);
                    let file = facts.file(input);
                    let span = facts.span(line, input);
                    if is_rejected(line) && span.len > rules.max_record_bytes {
                        return Ok(Some(Vec::new()));
                    }
                    let bytes = fetch.bytes(input, span.start, span.len, scratch)?;
                    let is_looked_at = is_repaired(line) || is_rejected(line);
                    let repaired = if is_looked_at { rules.repaired(input, bytes, tools) } else { None };
                    if is_rejected(line) {
                        return Ok(repaired.is_none().then(Vec::new));
                    }
                    let mut patches = repaired.map_or_else(Vec::new, |Repaired { patches, .. }| patches);
                    patches.extend(ends(line).map(|rule| Patch {
                        rule,
                        begin: bytes.len(),
                        end: bytes.len() + "\r\n".len(),
                        with: b"\n",
                        pointer: String::new(),
                    }));
                    let change = |patch: Patch| Change {
                        file: file.name.clone(),
                        line: line.0 - file.first.0 + 1,
                        code: patch.rule.code,
                        safety: patch.rule.safety.name(),
                        title: patch.rule.title,
                        content: rules.show_content.then(|| around(bytes, &patch)),
                        begin: patch.begin as u64,
                        end: patch.end as u64,
                        bytes_after: patch.with.len() as u64,
                        pointer: patch.pointer,
                    };
                    Ok(Some(patches.into_iter().map(change).collect()))
                },
            )
            .collect::<Result<_, EngineError>>()?;
        fetch.check()?;
        made.beyond += found.iter().filter(|changes| changes.is_none()).count() as u64;
        for change in found.iter().flatten().flatten() {
            *made.by_code.entry(change.code).or_default() += 1;
            each(change)?;
        }
    }
    Ok(made)
}

/// The bytes around a change as they were and as they are, with the line end where that is changed.
fn around(line: &[u8], patch: &Patch) -> [String; 2] {
    let is_line_end = patch.begin == line.len() && patch.end > line.len();
    let end = patch.end.min(line.len());
    let is_inside = |at: usize| line.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let mut from = patch.begin.saturating_sub(AROUND);
    while from < patch.begin && is_inside(from) {
        from += 1;
    }
    let mut to = (end + AROUND).min(line.len());
    while to > end && is_inside(to) {
        to -= 1;
    }
    let before: &[u8] = if is_line_end { b"\r\n" } else { &line[patch.begin..end] };
    [before, patch.with].map(|middle| {
        let bytes = [&line[from..patch.begin], middle, &line[end..to]].concat();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
