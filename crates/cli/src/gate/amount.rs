//! How bad findings about the data set are. They have no record to be known by, and a message that says how much there
//! is of what is wrong: a baseline knows as much as it has seen, and no more.

use std::collections::BTreeMap;

use bedload_record::{Code, Finding};

/// Codes of which less is worse.
const OF_TOO_FEW: [Code; 8] = [
    Code::AugmentFewVariants,
    Code::DatasetFewDistinct,
    Code::DatasetFewRecords,
    Code::DatasetTooFewRecords,
    Code::DatasetTooFewValidation,
    Code::DisputedRecordsMin,
    Code::SelectShortSource,
    Code::SelectTooFewRecords,
];

/// Returns true for a finding that is known by how much it says.
pub(super) fn is_measured(finding: &Finding) -> bool {
    finding.file.is_none() && finding.line_digest.is_none()
}

/// What a baseline has of the findings about the data set, by code.
#[derive(Debug, Default)]
pub(super) struct Amounts(BTreeMap<Code, Vec<u64>>);

impl Amounts {
    /// Adds so many findings of a code that say this.
    pub(super) fn add(&mut self, code: Code, message: &str, count: u32) {
        // A baseline can be forged, and no run has more.
        let count = count.min(1 << 10) as usize;
        self.0.entry(code).or_default().extend(std::iter::repeat_n(badness(code, message), count));
    }

    /// Takes from what is known what covers a finding; false where all of it is less bad.
    pub(super) fn cover(&mut self, finding: &Finding) -> bool {
        let Some(all) = self.0.get_mut(&finding.code).filter(|all| !all.is_empty()) else { return true };
        let wanted = badness(finding.code, &finding.message);
        let least = |of: &mut dyn Iterator<Item = (usize, u64)>| of.min_by_key(|(_, bad)| *bad);
        let enough = least(&mut all.iter().copied().enumerate().filter(|(_, bad)| *bad >= wanted));
        let taken = enough.or_else(|| least(&mut all.iter().copied().enumerate()));
        taken.map(|(place, _)| all.swap_remove(place));
        enough.is_some()
    }
}

/// A number that is greater for what is worse: the first one in the message that is no part of a name.
fn badness(code: Code, message: &str) -> u64 {
    let words = message.split([' ', '(']);
    let first =
        words.map(str::bytes).find(|word| word.clone().next().is_some_and(|byte| byte.is_ascii_digit()));
    let digits = first.into_iter().flatten().take_while(|byte| byte.is_ascii_digit() || *byte == b',');
    let number = digits.filter(u8::is_ascii_digit);
    let number =
        number.fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
    if OF_TOO_FEW.contains(&code) { u64::MAX - number } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_worse_is_not_covered() {
        for (code, known, found, is_covered) in [
            (Code::SplitLeaks, &["3 records are shared"][..], "3 records are shared", true),
            (Code::SplitLeaks, &["3 records are shared"], "2 records are shared", true),
            (Code::SplitLeaks, &["3 records are shared"], "1,000 records are shared", false),
            (Code::SplitLeaks, &["9 prompts", "3 records"], "7 prompts", true),
            (Code::DatasetTooFewRecords, &["80 records are valid"], "90 records are valid", true),
            (Code::DatasetTooFewRecords, &["80 records are valid"], "70 records are valid", false),
            (Code::SplitLeaks, &["a9.jsonl and b share 3"], "a9.jsonl and b share 4", false),
            (Code::DatasetMixedFormats, &["formats differ"], "formats are different", true),
            (Code::SplitLeaks, &[], "7 records are shared", true),
        ] {
            let mut amounts = Amounts::default();
            known.iter().for_each(|message| amounts.add(code, message, 1));
            assert_eq!(amounts.cover(&Finding::dataset(code, found.to_owned())), is_covered, "{found}");
        }
    }

    #[test]
    fn each_covers_one() {
        let mut amounts = Amounts::default();
        amounts.add(Code::SplitLeaks, "9 records", 1);
        amounts.add(Code::SplitLeaks, "3 records", 1);
        let mut cover = |n: u64| amounts.cover(&Finding::dataset(Code::SplitLeaks, format!("{n} records")));
        assert_eq!([cover(2), cover(8)], [true, true]);
    }
}
