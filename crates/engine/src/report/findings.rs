//! Findings about records, found again in full where the scan has kept no more than their codes.

use bedload_record::{Code, FactTable, Finding, Ordinal};
use bedload_scan::{Fetch, Watch};
use rayon::prelude::*;

use crate::report::tables::windows;
use crate::run::error::EngineError;
use crate::scan::examine::place::place;
use crate::scan::examine::{Examiner, Physical};
use crate::scan::rules::Rules;

/// Finds again, in full, what was found in the records, and hands it over in their order; but for what is `counted`, which
/// another finding says of all records.
pub(crate) fn findings_in_order(
    facts: &FactTable,
    rules: &Rules,
    fetch: &Fetch<'_>,
    watch: &Watch,
    (max_record_bytes, counted): (u64, Option<Code>),
    mut each: impl FnMut(Vec<Finding>) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    let is_counted = |code: Code| counted == Some(code);
    let is_listed = |line: Ordinal| {
        let codes = facts.codes(line);
        !codes.is_empty() && !counted.is_some_and(|counted| codes.is_only(counted))
    };
    for window in windows(facts) {
        watch.check()?;
        let lines: Vec<u64> = window.filter(|&line| is_listed(Ordinal(line))).collect();
        let found: Vec<Vec<Finding>> = lines
            .into_par_iter()
            .map_init(
                || (Examiner::new(rules).fetching(fetch), Vec::new()),
                |(examiner, scratch), line| {
                    let line = Ordinal(line);
                    let input = facts.input_of(line);
                    let file = facts.file(input);
                    let span = facts.span(line, input);
                    let held = span.len <= max_record_bytes;
                    let bytes =
                        if held { Some(fetch.bytes(input, span.start, span.len, scratch)?) } else { None };
                    let physical = Physical {
                        input: Some(input),
                        start: span.start,
                        len: span.len,
                        terminator: facts.terminator(line),
                        bytes,
                    };
                    let mut found = examiner.findings_of(&physical, facts.codes(line));
                    found.retain(|finding| !is_counted(finding.code));
                    let number = line.0 - file.first.0 + 1;
                    let mut placed = place(found, rules, &file.name, number, &physical);
                    placed.iter_mut().for_each(|finding| rules.origins.put(input, finding));
                    Ok(placed)
                },
            )
            .collect::<Result<_, EngineError>>()?;
        fetch.check()?;
        each(found.into_iter().flatten().collect())?;
    }
    Ok(())
}
