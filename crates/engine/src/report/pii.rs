//! `pii.parquet`: where personal data and secrets are, found again in the records that have some.

use std::path::Path;

use bedload_record::{CodeSet, Ordinal, Verdict};
use bedload_report::PiiRow;
use bedload_stages::pii::{Action, Kind};
use rayon::prelude::*;

use crate::report::manifest::FileEntry;
use crate::report::tables::{TableInput, table, windows};
use crate::run::error::EngineError;
use crate::scan::examine::{Examiner, Physical};

/// One row for everything personal or secret in the records, in their order.
pub(crate) fn pii(dir: &Path, source: &TableInput<'_>, action: Action) -> Result<FileEntry, EngineError> {
    let TableInput { facts, plan, rules, fetch, watch, .. } = *source;
    let mut codes = CodeSet::default();
    Kind::all().for_each(|kind| codes.insert(kind.code()));
    let done = |line: Ordinal| match (action, plan.verdicts[line.index()]) {
        (Action::Drop, _) => "rejected",
        (Action::Mask, verdict) if verdict != Verdict::Rejected => "masked",
        (Action::Mask | Action::Report, _) => "reported",
    };
    table(dir, "pii", |writer| {
        for window in windows(facts) {
            watch.check()?;
            let lines: Vec<u64> = window.filter(|&line| facts.codes(Ordinal(line)).meets(codes)).collect();
            let rows: Vec<Vec<PiiRow<'_>>> = lines
                .into_par_iter()
                .map_init(
                    || (Examiner::new(rules), Vec::new()),
                    |(examiner, scratch), line| {
                        let line = Ordinal(line);
                        let input = facts.input_of(line);
                        let (file, span) = (facts.file(input), facts.span(line, input));
                        let bytes = fetch.bytes(input, span.start, span.len, scratch)?;
                        let terminator = facts.terminator(line);
                        let physical = Physical {
                            input: Some(input),
                            start: span.start,
                            len: span.len,
                            terminator,
                            bytes: Some(bytes),
                        };
                        let row = |personal: crate::scan::pii::Personal| PiiRow {
                            file: &file.name,
                            line: line.0 - file.first.0 + 1,
                            byte_offset: span.start + personal.offset,
                            pointer: personal.pointer.into(),
                            kind: personal.kind.name(),
                            length: personal.len,
                            action: done(line),
                        };
                        let mut rows: Vec<PiiRow<'_>> =
                            examiner.personal(&physical, facts.codes(line)).into_iter().map(row).collect();
                        rows.sort_by_key(|row| row.byte_offset);
                        Ok(rows)
                    },
                )
                .collect::<Result<_, EngineError>>()?;
            fetch.check()?;
            writer.push(rows.into_iter().flatten())?;
        }
        Ok(())
    })
}
