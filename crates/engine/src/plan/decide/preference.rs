//! What is said of records that prefer answers in ways that contradict each other.

use bedload_record::plural::{agree, plural};
use bedload_record::{Code, FactTable, Finding, Ordinal, Verdict};
use bedload_stages::conflicts::candidates;
use bedload_stages::preference::{Compared, Contradiction, Contradictions, contradictions};

use super::conflicts::{place, prompt_keys};
use crate::run::error::EngineError;
use crate::run::settings::Settings;

/// How many places are named.
const PLACES_MAX: usize = 3;

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
    let Contradictions { flipped, cycles } = contradictions(&lines, &compared(&lines)?);
    let said = |code, found: &[Contradiction], what: &dyn Fn(u64) -> String| {
        let first = found.first()?;
        let records: u64 = found.iter().map(|it| it.records).sum();
        let places = first.lines.iter().take(PLACES_MAX).map(|&line| place(facts, line));
        let more = if first.lines.len() > PLACES_MAX {
            format!(" (the first of {})", first.lines.len())
        } else {
            String::new()
        };
        let message = format!(
            "{} in {}, e.g. {}{more}",
            what(found.len() as u64),
            plural(records, "record", "records"),
            places.collect::<Vec<_>>().join(", "),
        );
        Some(Finding::dataset(code, message))
    };
    let of_pairs = said(Code::PreferenceFlippedPair, &flipped, &|n| {
        let verb = agree(n, "is", "are");
        format!("{} of answers {verb} preferred both ways,", plural(n, "pair", "pairs"))
    });
    let of_cycles = said(Code::PreferenceCycle, &cycles, &|n| {
        let verb = agree(n, "goes", "go");
        let kind = plural(n, "cycle of preferences", "cycles of preferences");
        format!("{kind} {verb} from an answer back to itself,")
    });
    Ok(of_pairs.into_iter().chain(of_cycles).collect())
}
