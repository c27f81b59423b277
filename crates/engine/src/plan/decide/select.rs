//! Which records are selected.

use bedload_record::{Counts, FactTable, NoRoom, Ordinal, Verdict};
use bedload_stages::split::Choice;
use rayon::prelude::*;

use super::Decided;
use crate::plan::count_verdicts;
use crate::run::settings::Settings;

/// Seeds differ between decisions, so that one choice does not repeat another.
const SELECT_SALT: u64 = 0x7365_6c65_6374;

impl Decided {
    /// Keeps at most so many records, a fair share of each class.
    pub(super) fn select(&mut self, facts: &FactTable, settings: &Settings, most: u64) -> Result<(), NoRoom> {
        let Counts { train, .. } = count_verdicts(&self.verdicts);
        if train > most {
            let own_group = |line: Ordinal| facts.digest(line) as u64;
            let seed = settings.seed ^ SELECT_SALT;
            let choice = self.choose(facts, most, seed, own_group)?;
            mark(&mut self.verdicts, &choice, Verdict::Unselected);
        }
        Ok(())
    }
}

/// Gives every kept record that was not chosen another verdict.
fn mark(verdicts: &mut [Verdict], choice: &Choice, other: Verdict) {
    const LINES: usize = 1 << 16;
    verdicts.par_chunks_mut(LINES).enumerate().for_each(|(nth, verdicts)| {
        let first = nth * LINES;
        let from = choice.chosen.partition_point(|line| line.index() < first);
        let mut chosen = choice.chosen[from..].iter().peekable();
        for (index, verdict) in (first..).zip(verdicts) {
            let is_chosen = chosen.next_if(|line| line.index() == index).is_some();
            if !is_chosen && matches!(verdict, Verdict::Kept(_)) {
                *verdict = other;
            }
        }
    });
}
