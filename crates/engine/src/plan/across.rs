//! What the sides of some inputs have in common, found from the records alone: by the keys of groups, and by what they
//! say.

use std::path::{Path, PathBuf};

use bedload_bedrock::Format;
use bedload_record::plural::{count, plural};
use bedload_record::{Code, FactTable, Finding, InputId, Ordinal, Verdict};
use bedload_scan::{Fetch, Inputs};
use bedload_stages::near::{Pairs, Threshold};

use crate::plan::certify::{Alike, Certificates, certify};
use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::facts::{Scanned, room, scan};
use crate::scan::near::SetMaker;
use crate::scan::rules::Rules;

/// Pairs that a message names.
const NAMED: usize = 3;

/// What was read of the inputs.
struct Compared<'a> {
    rules: &'a Rules,
    facts: &'a FactTable,
    /// Every record that can be read is on the side of its input.
    verdicts: &'a [Verdict],
    /// Where there is a threshold.
    pairs: Option<(&'a Pairs<'a>, Threshold)>,
}

/// Counts what the sides of the inputs have in common; similar pairs where there is a threshold. `is_own` tells whether a
/// line of an input, counted from 0, is grouped in one of the ways. None where there is one
/// side.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn across(
    inputs: &Inputs,
    settings: &Settings,
    threshold: Option<Threshold>,
    is_own: impl Fn(InputId, u64, usize) -> bool + Sync,
    progress: &Progress,
) -> Result<Option<Certificates>, EngineError> {
    compare(inputs, settings, threshold, progress, |Compared { rules, facts, verdicts, pairs }| {
        let group_by = rules.by_source.ways().all();
        let config = &settings.stages.near;
        let alike = pairs.map(|(pairs, threshold)| Alike { pairs, threshold, config });
        let is_own = |line: Ordinal, kind| {
            let input = facts.input_of(line);
            is_own(input, line.0 - facts.file(input).first.0, kind)
        };
        let certificates = certify(facts, verdicts, (group_by, &is_own), alike, &progress.watch)?;
        let is_nowhere = |kind: usize| !facts.ordinals().any(|line| facts.key(line, kind).is_some());
        let fields_not_in_files: Vec<String> = group_by
            .fields()
            .filter(|&(kind, _)| is_nowhere(kind))
            .map(|(_, field)| field.to_owned())
            .collect();
        Ok(certificates.map(|mut found| {
            // Nothing was counted there, which is not the same as 0.
            for between in &mut found.between {
                between.shared.retain(|kind, _| !fields_not_in_files.contains(kind));
            }
            Certificates { fields_not_in_files, ..found }
        }))
    })
}

/// The finding about training and validation records that are similar, if there are any. The records are read again, as
/// those of a format, and nothing else of them is checked.
///
/// # Errors
/// Where a file cannot be read.
pub(crate) fn judge_similar(
    inputs: &Inputs,
    settings: &Settings,
    format: &'static Format,
    threshold: Threshold,
    progress: &Progress,
) -> Result<Option<Finding>, EngineError> {
    let mut settings = Settings { format: Some(format), profile: None, ..settings.clone() };
    for stage in ["schema", "tokens", "balance", "pii"] {
        settings.stages.skip(stage);
    }
    compare(inputs, &settings, Some(threshold), progress, |Compared { facts, verdicts, pairs, .. }| {
        let Some((pairs, _)) = pairs else { return Ok(None) };
        let side = |line: Ordinal| match verdicts[line.index()] {
            Verdict::Kept(side) => Some(side),
            _ => None,
        };
        let go_on = || Ok::<_, EngineError>(progress.watch.check()?);
        let (n, first) = pairs.crossing_pairs(NAMED, side, go_on)?;
        let name = |line: Ordinal| {
            let file = facts.file(facts.input_of(line));
            format!("{}:{}", file.name, line.0 - file.first.0 + 1)
        };
        let named = |&(held_out, train)| format!("{} and {}", name(held_out), name(train));
        let mut places: Vec<String> = first.iter().map(named).collect();
        match n - first.len() as u64 {
            0 => {}
            more => places.push(format!("{} more", count(more))),
        }
        let pairs = plural(n, "pair", "pairs");
        let message = format!(
            "{pairs} of a validation and a training record with a similarity of at least {threshold}: {}",
            places.join(", ")
        );
        Ok((n > 0).then(|| Finding::dataset(Code::SplitSimilarRecords, message)))
    })
}

/// Reads the inputs, and tells what they are.
fn compare<T>(
    inputs: &Inputs,
    settings: &Settings,
    threshold: Option<Threshold>,
    progress: &Progress,
    tell: impl FnOnce(Compared<'_>) -> Result<T, EngineError>,
) -> Result<T, EngineError> {
    let (rules, _) = Rules::new(settings, inputs)?;
    let temp_dir = temp_dir(settings);
    let Scanned { facts, .. } = scan(inputs, settings, &rules, &temp_dir, progress)?;
    let side = |line: Ordinal| inputs.get(facts.input_of(line)).side();
    let verdict = |line| if facts.accepted(line) { Verdict::Kept(side(line)) } else { Verdict::Rejected };
    let verdicts: Vec<Verdict> = facts.ordinals().map(verdict).collect();
    let near = &settings.stages.near;
    let fetch = Fetch::new(inputs, &settings.scan);
    let limit = settings.memory_limit.map(|limit| (limit, room(&temp_dir)));
    let maker = SetMaker { facts: &facts, rules: &rules, fetch: &fetch, watch: &progress.watch, limit };
    let sets = threshold.map(|_| maker.make(&verdicts, near, None)).transpose()?.unwrap_or_default();
    let pairs = threshold.map(|threshold| Pairs::new(&sets, threshold, near.engine)).transpose()?;
    let pairs = pairs.as_ref().zip(threshold);
    let told = tell(Compared { rules: &rules, facts: &facts, verdicts: &verdicts, pairs })?;
    inputs.check_unchanged()?;
    Ok(told)
}

/// Where streams are copied to by a run that has no output.
pub(crate) fn temp_dir(settings: &Settings) -> PathBuf {
    settings.temp_dir.as_deref().map_or_else(std::env::temp_dir, Path::to_owned)
}
