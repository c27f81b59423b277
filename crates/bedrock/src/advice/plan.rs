//! The length of the training that some values make, and what cannot be right about it.

use bedload_record::plural::{agree, count, plural};

use super::value::Role;
use super::{DataSize, Recommendation, records};
use crate::decimal::Decimal;
use crate::profile::Profile;

/// How long the training is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// How often the training set is seen.
    pub epochs: u64,
    /// Records in a step.
    pub batch_size: u64,
    /// Whether the batch size is no value of the plan, but what a job without one is said to get.
    pub is_batch_size_assumed: bool,
    /// Records × epochs / batch size, rounded up: the last batch can have fewer records.
    pub total: u64,
    /// Steps over which the learning rate rises.
    pub warmup: Option<u64>,
}

/// Counts the steps, lowers a recommended warm-up that would never end, and names what cannot be right.
pub(super) fn judge(
    profile: &Profile,
    size: DataSize,
    recommendations: &mut [Recommendation<'_>],
    chosen: &[(String, String)],
    problems: &mut Vec<String>,
) -> Option<Steps> {
    if size.training_records == 0 {
        problems.push("there are no training records".to_owned());
        return None;
    }
    let n = size.training_records;
    let of = |role: Role, recommendations: &[Recommendation<'_>]| {
        let found = recommendations.iter().find(|recommendation| recommendation.role == Some(role))?;
        let sent = found.value.as_ref().and_then(|value| value.parse::<Decimal>().ok());
        Some((sent.and_then(Decimal::whole), found.of.default.and_then(Decimal::whole)))
    };
    let (sent, default) = of(Role::BatchSize, recommendations)?;
    let batch_size = sent.or(default).filter(|&batch_size| batch_size > 0)?;
    if n < batch_size {
        problems.push(format!(
            "{} {} fewer than a batch of {batch_size}, so that not one step is whole; {} takes batch sizes of {}",
            records(n),
            agree(n, "is", "are"),
            profile.name,
            range(Role::BatchSize, recommendations),
        ));
    }
    let epochs = of(Role::Epochs, recommendations).and_then(|(sent, _)| sent)?;
    // Numbers of a request can be any; a sum that has no room is no plan.
    let total = n.checked_mul(epochs).map(|seen| seen.div_ceil(batch_size))?;
    let warmup = recommendations.iter_mut().find(|recommendation| recommendation.role == Some(Role::WarmUp));
    let warmup = warmup.and_then(|warmup| {
        let steps = warmup.value.as_ref()?.parse::<Decimal>().ok().and_then(Decimal::whole)?;
        let is_chosen = chosen.iter().any(|(name, _)| name == warmup.name);
        if steps < total || steps == 0 {
            return Some(steps);
        }
        let least = warmup.of.minimum.and_then(Decimal::whole).unwrap_or(0);
        let fewer = (total / 10).max(least);
        if !is_chosen && fewer < total {
            warmup.reason = format!(
                "{}; {steps} would not end within {}, so a tenth of them",
                warmup.reason,
                self::steps(total)
            );
            warmup.value = Some(fewer.to_string());
            return Some(fewer);
        }
        problems.push(format!(
            "{} is {}, and the training has {}: the learning rate never reaches its value",
            warmup.name,
            count(steps),
            self::steps(total)
        ));
        Some(steps)
    });
    Some(Steps { epochs, batch_size, is_batch_size_assumed: sent.is_none(), total, warmup })
}

fn range(role: Role, recommendations: &[Recommendation<'_>]) -> String {
    let found = recommendations.iter().find(|recommendation| recommendation.role == Some(role));
    found.map_or_else(String::new, |found| found.of.range())
}

fn steps(n: u64) -> String {
    plural(n, "step", "steps")
}
