//! `convert --fix --diff`: what repairs would change. Nothing is written but temporary files.

use bedload_scan::{Fetch, Inputs};

use crate::plan::across::temp_dir;
use crate::report::repairs::{Change, Repairs, repairs_in_order};
use crate::run::error::EngineError;
use crate::run::progress::{Phase, Progress};
use crate::run::settings::Settings;
use crate::scan::facts::scan;
use crate::scan::pairing::pair_lines;
use crate::scan::rules::{Rules, refuse_unknown_format};

/// Tells every change that the repairs of the settings would make, in input order, and counts them.
///
/// # Errors
/// Where inputs cannot be read or changed meanwhile, or settings contradict something.
pub fn preview(
    inputs: &Inputs,
    settings: &Settings,
    progress: &Progress,
    each: impl FnMut(&Change) -> Result<(), EngineError>,
) -> Result<Repairs, EngineError> {
    let watch = &progress.watch;
    progress.enter(Phase::Spool);
    inputs.refuse_foreign()?;
    let temp_dir = temp_dir(settings);
    inputs.spool_all(&temp_dir, watch)?;
    progress.enter(Phase::Scan);
    let (mut rules, before) = Rules::new(settings, inputs)?;
    refuse_unknown_format(&before)?;
    pair_lines(inputs, settings, &mut rules, progress)?;
    let scanned = scan(inputs, settings, &rules, &temp_dir, progress)?;
    inputs.check_unchanged()?;
    progress.enter(Phase::Report);
    let fetch = Fetch::new(inputs, &settings.scan);
    let repairs = repairs_in_order(&scanned.facts, &rules, &fetch, watch, each)?;
    inputs.check_unchanged()?;
    Ok(repairs)
}
