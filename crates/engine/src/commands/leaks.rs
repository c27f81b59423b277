//! What the sides of an output have in common, counted again from its files alone: nothing that the build found or
//! decided is believed but the manifest's word on which file is on which side.

use std::path::Path;

use bedload_record::{Ordinal, Side, Verdict};
use bedload_scan::{DiscoverOptions, Fetch, discover};
use bedload_stages::near::{Pairs, Threshold};

use crate::plan::certify::{Alike, Certificates, certify};
use crate::report::manifest::Manifest;
use crate::report::output::{files_of_side, settings_of};
use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::scan::facts::scan;
use crate::scan::near::SetMaker;
use crate::scan::rules::Rules;

/// Counts what the sides of the output in `dir` have in common, by the keys and shingles of the build; pairs at
/// `threshold`, or at the threshold of the build where it had one. None where there is one side.
///
/// # Errors
/// Where a file cannot be read, or the manifest does not say how the output was built.
pub fn leaks(
    dir: &Path,
    manifest: &Manifest,
    threshold: Option<Threshold>,
    progress: &Progress,
) -> Result<Option<Certificates>, EngineError> {
    let [train, validation, test] = Side::ALL.map(|side| files_of_side(dir, manifest, side));
    if [&train, &validation, &test].into_iter().filter(|files| !files.is_empty()).count() < 2 {
        return Ok(None);
    }
    let inputs = discover(&train, &DiscoverOptions { validation, test, ..DiscoverOptions::default() })?;
    let settings = settings_of(manifest)?;
    let (rules, _) = Rules::new(&settings, &inputs)?;
    let scanned = scan(&inputs, &settings, &rules, &std::env::temp_dir(), progress)?;
    let facts = &scanned.facts;
    let side = |line: Ordinal| inputs.get(facts.input_of(line)).side();
    let verdicts: Vec<Verdict> = facts
        .ordinals()
        .map(|line| if facts.accepted(line) { Verdict::Kept(side(line)) } else { Verdict::Rejected })
        .collect();
    let fetch = Fetch::new(&inputs, &settings.scan);
    let near = &settings.stages.near;
    let threshold = threshold.or(near.grouping());
    let maker = SetMaker { facts, rules: &rules, fetch: &fetch, watch: &progress.watch, limit: None };
    let sets = threshold.map(|_| maker.make(&verdicts, near, None)).transpose()?.unwrap_or_default();
    let pairs = threshold
        .map(|threshold| Ok::<_, EngineError>((Pairs::new(&sets, threshold, near.engine)?, threshold)));
    let pairs = pairs.transpose()?;
    let alike = pairs.as_ref().map(|(pairs, threshold)| Alike { pairs, threshold: *threshold, config: near });
    let certificates = certify(facts, &verdicts, rules.by_source.ways().all(), alike, &progress.watch)?;
    inputs.check_unchanged()?;
    let fields = rules.by_source.ways().all().fields();
    let is_nowhere = |kind: usize| !facts.ordinals().any(|line| facts.key(line, kind).is_some());
    let fields_not_in_files: Vec<String> =
        fields.filter(|&(kind, _)| is_nowhere(kind)).map(|(_, field)| field.to_owned()).collect();
    Ok(certificates.map(|found| Certificates { fields_not_in_files, ..found }))
}
