//! What is said of records that prefer answers in ways that contradict each other.

use bedload_record::{Code, FactTable, Finding, Ordinal, Verdict};
use bedload_stages::conflicts::candidates;
use bedload_stages::preference::{Compared, contradictions};

use super::conflicts::{place, prompt_keys};
use crate::plan::disagreement::of_preferences;
use crate::plan::marks::{LISTED, Marks};
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
    marks: &mut Marks,
) -> Result<Vec<Finding>, EngineError> {
    let Some(compared) = compared.filter(|_| settings.stages.preference.enabled) else {
        return Ok(Vec::new());
    };
    let mut lines = candidates(facts, prompt_keys(facts, settings))?;
    lines.retain(|line| matches!(verdicts[line.index()], Verdict::Kept(_)));
    let found = contradictions(&lines, &compared(&lines)?);
    for (code, found) in
        [(Code::PreferenceFlippedPair, &found.flipped), (Code::PreferenceCycle, &found.cycles)]
    {
        marks.mark_listed(facts, code, found.iter().flat_map(|found| &found.records));
    }
    Ok(of_preferences(&found, LISTED, &|line| place(facts, line)))
}
