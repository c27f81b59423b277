//! Distributions: how many records have which value of a measure, in bins that are the same for all data, so that two
//! outputs can be compared bin by bin.

use crate::{Side, Verdict};

/// What is measured of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Measure {
    /// Tokens of all its texts.
    Tokens,
    /// Tokens that the model is given.
    PromptTokens,
    /// Tokens that the model is to give.
    CompletionTokens,
    /// Length of its line in bytes.
    Bytes,
    /// Messages of the user and of the assistant in a conversation.
    Turns,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Tokens, Self::PromptTokens, Self::CompletionTokens, Self::Bytes, Self::Turns];

    /// The word for it in every output: that of its column in the table of records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::PromptTokens => "tokens_prompt",
            Self::CompletionTokens => "tokens_completion",
            Self::Bytes => "bytes",
            Self::Turns => "turns",
        }
    }

    /// The measure with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.name() == name)
    }
}

/// Some neighbouring values: one value below 16, above that an eighth of a power of two, so that a bin is at most an
/// eighth as wide as its lowest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin(u16);

/// The power of two from which on a bin has more than one value.
const EXACT: u32 = 4;

impl Bin {
    /// How many bins there are.
    pub const COUNT: usize = (1 << EXACT) + (64 - EXACT as usize) * 8;

    /// The bin that has a value.
    #[inline]
    pub fn of(value: u64) -> Self {
        if value < 1 << EXACT {
            return Self(value as u16);
        }
        let power = value.ilog2();
        let eighth = (value >> (power - 3)) as u16 - 8;
        Self((1 << EXACT) + (power - EXACT) as u16 * 8 + eighth)
    }

    /// Its place among all bins, from 0.
    pub fn number(self) -> usize {
        usize::from(self.0)
    }

    /// Its lowest value.
    pub fn low(self) -> u64 {
        let Some(beyond) = self.0.checked_sub(1 << EXACT) else { return u64::from(self.0) };
        (8 + u64::from(beyond % 8)) << (u32::from(beyond / 8) + EXACT - 3)
    }

    /// Its highest value.
    pub fn high(self) -> u64 {
        let Some(beyond) = self.0.checked_sub(1 << EXACT) else { return u64::from(self.0) };
        self.low() + ((1 << (u32::from(beyond / 8) + EXACT - 3)) - 1)
    }
}

/// What became of records, as far as distributions tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// `kept`, `rejected`, `duplicate` or `unselected`.
    pub verdict: &'static str,
    /// Where they were kept.
    pub side: Option<Side>,
}

const PARTS: [Verdict; 6] = [
    Verdict::Kept(Side::Train),
    Verdict::Kept(Side::Validation),
    Verdict::Kept(Side::Test),
    Verdict::Unselected,
    Verdict::Duplicate,
    Verdict::Rejected,
];

fn part(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Kept(side) => side as usize,
        Verdict::Unselected
        | Verdict::Capped
        | Verdict::Conflicting
        | Verdict::Contaminated
        | Verdict::Blank => 3,
        Verdict::Duplicate => 4,
        Verdict::Rejected => 5,
    }
}

/// How many records have a value in a bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What is measured.
    pub measure: Measure,
    /// Of which records.
    pub part: Part,
    /// The bin.
    pub bin: Bin,
    /// How many they are; never zero.
    pub records: u64,
}

/// The distribution of each measure over all records, by what became of them. Folds in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distributions {
    /// By measure, part and bin; empty while there is no record.
    counts: Vec<u64>,
}

impl Distributions {
    /// Adds a record.
    #[inline]
    pub fn add(&mut self, measure: Measure, verdict: Verdict, value: u64) {
        if self.counts.is_empty() {
            self.counts.resize(Measure::ALL.len() * PARTS.len() * Bin::COUNT, 0);
        }
        let row = measure as usize * PARTS.len() + part(verdict);
        self.counts[row * Bin::COUNT + usize::from(Bin::of(value).0)] += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn absorb(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(n, more)| *n += more);
    }

    /// Where records are, by measure, then by part, kept ones first, then by value.
    pub fn bars(&self) -> impl Iterator<Item = Bar> {
        let numbered = self.counts.iter().enumerate().filter(|(_, records)| **records > 0);
        numbered.map(|(at, &records)| {
            let (row, bin) = (at / Bin::COUNT, at % Bin::COUNT);
            let verdict = PARTS[row % PARTS.len()];
            Bar {
                measure: Measure::ALL[row / PARTS.len()],
                part: Part { verdict: verdict.name(), side: verdict.side() },
                bin: Bin(bin as u16),
                records,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bins_follow_each_other_without_a_gap() {
        let bins: Vec<Bin> = (0..Bin::COUNT as u16).map(Bin).collect();
        assert_eq!((bins[0].low(), bins[Bin::COUNT - 1].high()), (0, u64::MAX));
        for pair in bins.windows(2) {
            assert_eq!(pair[0].high() + 1, pair[1].low());
        }
        for bin in bins {
            assert_eq!((Bin::of(bin.low()), Bin::of(bin.high())), (bin, bin));
            assert!(bin.high() - bin.low() <= bin.low() / 8, "{bin:?}");
        }
    }

    #[test]
    fn names_lead_back_to_their_measures() {
        for (nth, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!((measure as usize, Measure::from_name(measure.name())), (nth, Some(measure)));
        }
        assert_eq!(Measure::from_name("words"), None);
        for (nth, verdict) in PARTS.into_iter().enumerate() {
            assert_eq!(part(verdict), nth);
        }
    }

    proptest! {
        #[test]
        fn bars_count_every_record_once(
            values in prop::collection::vec((0..5usize, 0..6usize, any::<u64>(), 0..64u32), 1..200),
            cut in 0..200usize,
        ) {
            let add = |values: &[(usize, usize, u64, u32)]| {
                let mut counted = Distributions::default();
                for &(measure, part, value, shift) in values {
                    counted.add(Measure::ALL[measure], PARTS[part], value >> shift);
                }
                counted
            };
            let (a, b) = values.split_at(cut.min(values.len()));
            let mut both = add(b);
            both.absorb(&add(a));
            prop_assert_eq!(&both, &add(&values));
            for bar in both.bars() {
                let is_in = |&&(measure, part, value, shift): &&(usize, usize, u64, u32)| {
                    let verdict = PARTS[part];
                    Measure::ALL[measure] == bar.measure
                        && (verdict.name(), verdict.side()) == (bar.part.verdict, bar.part.side)
                        && (bar.bin.low()..=bar.bin.high()).contains(&(value >> shift))
                };
                prop_assert_eq!(bar.records, values.iter().filter(is_in).count() as u64);
            }
            prop_assert_eq!(both.bars().map(|bar| bar.records).sum::<u64>(), values.len() as u64);
        }
    }
}
