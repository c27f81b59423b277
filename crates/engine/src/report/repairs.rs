//! What repairs changed, found again line by line in the order of the inputs.

use std::collections::BTreeMap;

use bedload_record::{Code, FactTable, Ordinal, Terminator};
use bedload_scan::{Fetch, Watch};
use bedload_stages::repair::{Patch, Repaired, Tools};
use rayon::prelude::*;

use crate::report::tables::windows;
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

/// How many changes were made for each code.
pub type Repairs = BTreeMap<Code, u64>;

/// Finds again what was changed in the lines that are written, counts it, and hands it over in its order.
pub(crate) fn repairs_in_order(
    facts: &FactTable,
    rules: &Rules,
    fetch: &Fetch<'_>,
    watch: &Watch,
    mut each: impl FnMut(&Change) -> Result<(), EngineError>,
) -> Result<Repairs, EngineError> {
    let mut counts = Repairs::new();
    let Some(repair) = &rules.repair else { return Ok(counts) };
    let line_end = repair.rule(Code::FileCrlf);
    let ends = |line: Ordinal| {
        line_end.filter(|_| facts.terminator(line) == Terminator::CrLf && facts.accepted(line))
    };
    let is_changed =
        |line: Ordinal| facts.codes(line).contains(Code::ConvertRepaired) || ends(line).is_some();
    for window in windows(facts) {
        watch.check()?;
        let lines: Vec<u64> = window.filter(|&line| is_changed(Ordinal(line))).collect();
        let found: Vec<Vec<Change>> = lines
            .into_par_iter()
            .map_init(
                || (Tools::default(), Vec::new()),
                |(tools, scratch), line| {
                    let line = Ordinal(line);
                    let input = facts.input_of(line);
                    let file = facts.file(input);
                    let span = facts.span(line, input);
                    let bytes = fetch.bytes(input, span.start, span.len, scratch)?;
                    let is_repaired = facts.codes(line).contains(Code::ConvertRepaired);
                    let repaired = if is_repaired { rules.repaired(input, bytes, tools) } else { None };
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
                    Ok(patches.into_iter().map(change).collect())
                },
            )
            .collect::<Result<_, EngineError>>()?;
        fetch.check()?;
        for change in found.iter().flatten() {
            *counts.entry(change.code).or_default() += 1;
            each(change)?;
        }
    }
    Ok(counts)
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
