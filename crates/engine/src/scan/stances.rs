//! What records ask and answer, or prefer, kept while a run goes that keeps no facts: as hashes, of so many records.

use bedload_bedrock::{Answers, Record};
use bedload_record::Ordinal;
use bedload_stages::conflicts::{self, Answered};
use bedload_stages::preference::{Compared, compared};
use twox_hash::XxHash3_64;

use crate::run::settings::Settings;
use crate::scan::rules::Rules;

/// The most records that are compared: 8 MiB of hashes. Beyond them nothing more is kept, and records are no longer hashed.
pub(crate) const STANCES_MAX: usize = 1 << 18;

/// What one record asks, and its answer and label, or the answers that it prefers and does not prefer.
pub(crate) type Stance = [u64; 3];

/// In place of a label, where a record has none.
pub(crate) const NO_LABEL: u64 = 0;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The answers to prompts.
    Answers,
    /// The preferences among answers.
    Preferences,
}

/// The stances of the first records.
pub(crate) struct Stances {
    kind: Kind,
    list: Vec<(Ordinal, Stance)>,
    is_whole: bool,
}

/// The stance of a record; none where it has no answers. `scratch` is overwritten.
pub(crate) fn stance(record: &Record<'_>, scratch: &mut Vec<u8>) -> Option<Stance> {
    if record.format.answers == Answers::Compared {
        return compared(record, scratch)
            .map(|Compared { prompt, chosen, rejected }| [prompt, chosen, rejected]);
    }
    conflicts::read(record, scratch).map(|Answered { prompt, answer }| [prompt, answer, NO_LABEL])
}

/// A label, as a stance has it.
pub(crate) fn label_key(label: &str) -> u64 {
    XxHash3_64::oneshot(label.as_bytes()).max(NO_LABEL + 1)
}

impl Stances {
    /// None kept yet; nothing where the run does not ask for them: those of answers are asked for, those of preferences
    /// go without saying.
    pub(crate) fn new(settings: &Settings, rules: &Rules) -> Option<Self> {
        let kind = match rules.format?.answers {
            Answers::Compared if rules.compares => Kind::Preferences,
            Answers::Learned | Answers::Graded if settings.stages.conflicts.is_asked() => Kind::Answers,
            _ => return None,
        };
        Some(Self { kind, list: Vec::new(), is_whole: true })
    }

    /// Whether records need their labels.
    pub(crate) fn need_labels(&self) -> bool {
        self.kind == Kind::Answers
    }

    /// Returns true if there is no room for more.
    pub(crate) fn are_full(&self) -> bool {
        !self.is_whole
    }

    /// Adds those of valid records, in the order of the inputs, whose lines are counted from `first`.
    pub(crate) fn add(&mut self, first: u64, stances: &[(u64, Stance)]) {
        let room = STANCES_MAX - self.list.len();
        self.is_whole &= stances.len() <= room;
        self.list.extend(stances.iter().take(room).map(|&(line, stance)| (Ordinal(first + line), stance)));
    }

    /// What is compared, the stances, and whether they are those of all records.
    pub(crate) fn into_parts(self) -> (Kind, Vec<(Ordinal, Stance)>, bool) {
        (self.kind, self.list, self.is_whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_finds_no_room_is_left_out_and_known() {
        let mut stances = Stances { kind: Kind::Answers, list: Vec::new(), is_whole: true };
        let chunk: Vec<(u64, Stance)> = (0..STANCES_MAX as u64).map(|line| (line, [line; 3])).collect();
        stances.add(5, &chunk);
        assert!(!stances.are_full());
        stances.add(5 + STANCES_MAX as u64, &chunk[..1]);
        assert!(stances.are_full());
        let (_, list, is_whole) = stances.into_parts();
        assert_eq!((list.len(), list[0], is_whole), (STANCES_MAX, (Ordinal(5), [0; 3]), false));
    }
}
