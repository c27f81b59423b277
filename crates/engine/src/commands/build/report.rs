//! All tables of a build.

use std::path::Path;

use bedload_record::{Finding, Summary};
use bedload_stages::augment::Variation;

use crate::plan::counted::counted;
use crate::report::edges::edges;
use crate::report::manifest::FileEntry;
use crate::report::repairs::{Repairs, repairs};
use crate::report::{conflicts, contamination, duplicates, pii, records, tables};
use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::write::copy::make_private;

/// Where the tables of an output are.
const FOLDER: &str = "report";

/// Writes all tables, and counts the findings of each code, and repairs, where lines are repaired.
pub(super) fn report(
    dir: &Path,
    source: &tables::TableInput<'_>,
    (settings, variations): (&Settings, &[Variation]),
    summary: &mut Summary,
    emit: &mut (impl FnMut(&Finding) -> Result<(), EngineError> + Send),
) -> Result<(Vec<FileEntry>, Option<Repairs>), EngineError> {
    let dir = &dir.join(FOLDER);
    make_private(dir)?;
    // Side by side: each of them waits for the disk at its end.
    let (of_lines, found) = rayon::join(
        || rayon::join(|| records::records(dir, source), || duplicates::duplicates(dir, source)),
        || {
            let counted = counted(source.rules.severities);
            tables::findings(dir, source, counted, |found| {
                found.iter().try_for_each(|finding| {
                    *summary.by_code.entry(finding.code).or_default() += 1;
                    emit(finding)
                })
            })
        },
    );
    let mut files = vec![of_lines.0?, found?, of_lines.1?];
    let mut repaired = None;
    if source.rules.repair.is_some() {
        let tables::TableInput { facts, rules, fetch, watch, .. } = *source;
        let (file, made) = repairs(dir, (facts, rules, fetch, watch), |_| Ok(()))?;
        files.push(file);
        repaired = Some(made);
    }
    files.push(tables::labels(dir, source)?);
    if !source.plan.balance.is_empty() {
        files.push(tables::balance(dir, &source.plan.balance)?);
    }
    files.push(tables::distributions(dir, summary)?);
    files.push(tables::summary(dir, summary, &source.plan.balance)?);
    let near = &settings.stages.near;
    if let Some(compared) = source.plan.similar.as_ref().zip(near.listing()) {
        files.push(edges(dir, source, compared, near)?);
    }
    if let Some(found) = &source.plan.conflicts {
        let action = settings.stages.conflicts.action.unwrap_or_default();
        files.push(conflicts::conflicts(dir, source, found, action)?);
    }
    if source.rules.eval_sets.is_some() {
        files.push(contamination::contamination(dir, source)?);
    }
    if let Some(action) = settings.stages.pii.acting() {
        files.push(pii::pii(dir, source, action)?);
    }
    if !source.plan.variants.is_empty() {
        files.push(tables::variants(dir, source, variations, settings.seed)?);
    }
    files.iter_mut().for_each(|file| file.path = format!("{FOLDER}/{}", file.path));
    Ok((files, repaired))
}
