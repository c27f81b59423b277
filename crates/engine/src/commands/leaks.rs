//! What the sides of an output have in common, counted again from its files alone: nothing that the build found or
//! decided is believed but the manifest's word on which file is on which side.

use std::path::Path;

use bedload_record::Side;
use bedload_scan::{DiscoverOptions, discover};
use bedload_stages::near::Threshold;

use crate::plan::across::across;
use crate::plan::certify::Certificates;
use crate::report::manifest::Manifest;
use crate::report::origins::LineOrigins;
use crate::report::output::{files_of_side, settings_of};
use crate::run::error::EngineError;
use crate::run::progress::Progress;

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
    let threshold = threshold.or(settings.stages.near.grouping());
    let origins = LineOrigins::read(dir, manifest, &inputs)?;
    let is_own = |input, line, kind| origins.as_ref().is_none_or(|origins| origins.has(input, line, kind));
    across(&inputs, &settings, threshold, is_own, progress)
}
