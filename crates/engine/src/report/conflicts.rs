//! `conflicts.parquet`: each answer to a prompt that has several.

use std::path::Path;

use bedload_report::{ConflictRow, ROW_GROUP_ROWS};
use bedload_stages::conflicts::{Action, Conflicts};

use crate::report::manifest::FileEntry;
use crate::report::tables::{TableInput, table};
use crate::run::error::EngineError;

/// `conflicts.parquet`, in the order of the first records of the answers.
pub(crate) fn conflicts(
    dir: &Path,
    source: &TableInput<'_>,
    found: &Conflicts,
    action: Action,
) -> Result<FileEntry, EngineError> {
    let TableInput { facts, plan, watch, .. } = source;
    let label = |class: Option<usize>| class.map(|class| plan.classes.list()[class].name.as_str());
    let mut places: Vec<(usize, usize)> =
        found.0.iter().enumerate().flat_map(|(n, of)| (0..of.answers.len()).map(move |m| (n, m))).collect();
    places.sort_unstable_by_key(|&(n, m)| found.0[n].answers[m].lines[0]);
    table(dir, "conflicts", |writer| {
        for window in places.chunks(ROW_GROUP_ROWS) {
            watch.check()?;
            writer.push(window.iter().map(|&(n, m)| {
                let conflict = &found.0[n];
                let answer = &conflict.answers[m];
                let first = answer.lines[0];
                let file = facts.file(facts.input_of(first));
                ConflictRow {
                    prompt: conflict.prompt,
                    kind: if conflict.is_conflict { "conflict" } else { "variation" },
                    label: label(answer.class),
                    answer: answer.answer,
                    records: answer.lines.len() as u64,
                    stays: u64::from(conflict.stays(m, action)),
                    prompt_records: conflict.records(),
                    majority_label: conflict.majority.and_then(|nth| label(conflict.answers[nth].class)),
                    majority_share: conflict.majority_share(),
                    entropy: conflict.entropy(),
                    file: &file.name,
                    line: first.0 - file.first.0 + 1,
                }
            }))?;
        }
        Ok(())
    })
}
