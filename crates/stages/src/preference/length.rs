//! How long the answers are, and whether that alone tells which of them is preferred.

use bedload_bedrock::Record;
use bedload_record::{Code, Finding, LengthCounts, Lengths, PairLengths};

use super::pair::{Pair, Side};

/// Fewer pairs may well have longer answers on one side by chance: of 100 that are as often longer as shorter, two thirds
/// are longer on one side in less than one case of 1,000.
const PAIRS_MIN: u64 = 100;
/// How many times as long the longer answers are, at the median, where their length can be learned. Below it a side may well
/// be longer by a character in all pairs, which no model sees. It is the first step of [`Lengths::ratio`] above 1.
const RATIO_MIN: f64 = 1.125;

/// How long the answers of a record are, in characters; of one without a pair of texts, nothing.
pub fn lengths(record: &Record<'_>) -> Lengths {
    let chars = |side: &Side<'_>| side.texts().iter().map(|text| text.chars().count() as u64).sum();
    Pair::of(record).map_or_else(Lengths::default, |Pair { sides: [chosen, rejected], .. }| {
        Lengths::of(chars(&chosen), chars(&rejected))
    })
}

/// Reports that one side is the longer one in two thirds of the pairs or more, and by an eighth at least at the median.
pub fn judge_lengths(counts: &LengthCounts) -> Option<Finding> {
    let found = counts.pairs()?;
    let PairLengths { pairs, chosen_longer, rejected_longer, .. } = found;
    let ratio = found.median_ratio();
    let (longer, side, other, ratio) = if chosen_longer >= rejected_longer {
        (chosen_longer, "chosen", "rejected", ratio)
    } else {
        (rejected_longer, "rejected", "chosen", 1.0 / ratio)
    };
    let is_mostly_longer = u128::from(longer) * 3 >= u128::from(pairs) * 2;
    if pairs < PAIRS_MIN || !is_mostly_longer || found.median.ratio() < RATIO_MIN {
        return None;
    }
    let share = longer as f64 * 100.0 / pairs as f64;
    let message = format!(
        "the {side} answer is the longer one in {longer} of {pairs} pairs ({share:.1} %), at the median {ratio:.2} times as long as the {other} one"
    );
    Some(Finding::dataset(Code::PreferenceLengthBias, message))
}
