//! What is said of records that prefer answers in ways that contradict each other.

use bedload_record::{FactTable, Finding, Ordinal, Verdict};
use bedload_stages::conflicts::candidates;
use bedload_stages::preference::{Compared, contradictions};

use super::conflicts::{place, prompt_keys};
use crate::plan::disagreement::of_preferences;
use crate::run::error::EngineError;
use crate::run::settings::Settings;

/// Finds pairs that are preferred both ways, and cycles, among the records that are kept. `compared` is none where
/// records compare no answers.
///
/// # Errors
/// Where a record cannot be read again, or there is no room.
pub(super) fn judge_preferences(
    facts: &FactTable,
    settings: &Settings,
    verdicts: &[Verdict],
    compared: Option<impl FnOnce(&[Ordinal]) -> Result<Vec<Option<Compared>>, EngineError>>,
) -> Result<Vec<Finding>, EngineError> {
    let Some(compared) = compared.filter(|_| settings.stages.preference.enabled) else {
        return Ok(Vec::new());
    };
    let mut lines = candidates(facts, prompt_keys(facts, settings))?;
    lines.retain(|line| matches!(verdicts[line.index()], Verdict::Kept(_)));
    Ok(of_preferences(&contradictions(&lines, &compared(&lines)?), &|line| place(facts, line)))
}
