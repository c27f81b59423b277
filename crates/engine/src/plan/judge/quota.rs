//! Counts of records and bytes against what the target takes, and whether it is there at all. Pure: the same rules
//! serve `check` and `build`.

use bedload_bedrock::{Bound, Life, Limit, Profile};
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Finding, Side};

use crate::run::settings::MaxRejected;
use crate::scan::distinct::Distinct;

/// What there is of one side.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SideTotals {
    /// Valid records, variants included.
    pub(crate) records: u64,
    /// Bytes of the lines, decompressed.
    pub(crate) bytes: u64,
}

/// What is wrong with having this much for training and for validation.
pub(super) fn judge(profile: Option<&Profile>, held: [SideTotals; Side::COUNT]) -> Vec<Finding> {
    // A test file is not given to a job.
    let [train, validation, _] = held;
    let all = train.records + validation.records;
    if all == 0 {
        return vec![Finding::dataset(Code::DatasetNoRecords, "there are no valid records".to_owned())];
    }
    let Some(profile) = profile else { return Vec::new() };
    let mut judge = Judge { profile, findings: Vec::new() };
    judge.at_least(all, "", Bound::RecordsMin, None, Bound::RecordsRecommended);
    judge.at_most_in_all(all, train.records);
    let (disputed, wish) = (Bound::TrainingRecordsMinDisputed, Bound::TrainingRecordsRecommended);
    judge.at_least(train.records, "training ", Bound::TrainingRecordsMin, Some(disputed), wish);
    judge.at_most(train.records, "training ", Bound::TrainingRecordsMax);
    judge.validation(validation.records);
    judge.bytes(Side::Train, train.bytes, Bound::TrainingBytesMax);
    judge.bytes(Side::Validation, validation.bytes, Bound::ValidationBytesMax);
    judge.findings
}

/// More rejected records than are allowed.
pub(crate) fn judge_rejected(rejected: u64, read: u64, limit: Option<MaxRejected>) -> Option<Finding> {
    let limit = limit.filter(|limit| limit.is_exceeded(rejected, read))?;
    let message = format!(
        "{} {} rejected; --max-rejected is {limit}",
        part_of(rejected, read, "record", "records"),
        agree(rejected, "was", "were")
    );
    Some(Finding::dataset(Code::DatasetTooManyRejected, message))
}

/// The minimums that are met only because duplicates count.
pub(super) fn judge_distinct(
    profile: Option<&Profile>,
    held: [SideTotals; Side::COUNT],
    distinct: Distinct,
) -> Vec<Finding> {
    let Some(profile) = profile.filter(|_| distinct.is_exact) else { return Vec::new() };
    let mut judge = Judge { profile, findings: Vec::new() };
    let [train, validation, _] = held.map(|held| held.records);
    let all = (train + validation, distinct.all);
    let [of_train, of_validation] = distinct.by_side;
    for ((have, distinct), kind, min) in [
        (all, "", Bound::RecordsMin),
        ((train, of_train), "training ", Bound::TrainingRecordsMin),
        ((train, of_train), "training ", Bound::TrainingRecordsMinDisputed),
        ((validation, of_validation), "validation ", Bound::ValidationRecordsMin),
    ] {
        let missed = judge.short(distinct, min).filter(|min| have >= min.value);
        let Some(min) = missed.filter(|_| have > 0) else { continue };
        let (valid, name) = (records(have, kind), &profile.name);
        let are = agree(distinct, "is", "are");
        let message = format!(
            "{valid} valid, but only {} {are} distinct; {name} requires at least {}",
            count(distinct),
            count(min.value)
        );
        judge.add(Code::DatasetFewDistinct, &min, message);
    }
    judge.findings
}

/// Findings about the model as such, as of the day of the catalogue.
pub(super) fn judge_life(profile: Option<&Profile>) -> Vec<Finding> {
    let Some(profile) = profile else { return Vec::new() };
    let (name, model) = (&profile.name, &profile.model);
    let mut findings = Vec::new();
    let since = match profile.life {
        Life::Live => None,
        Life::Legacy => profile.legacy.as_ref().map(|since| (Code::ProfileLegacy, "has been legacy", since)),
        Life::EndOfLife => profile
            .end_of_life
            .as_ref()
            .map(|since| (Code::ProfileEndOfLife, "has been past its end of life", since)),
    };
    if let Some((code, state, since)) = since {
        let message = format!("{name}: {model} {state} since {since}; the service refuses new jobs on it");
        findings.push(Finding::dataset(code, message).sourced(&since.source.to_string()));
    }
    if let Some(source) = &profile.elsewhere {
        let message = format!("{name}: documented for a service other than Bedrock");
        findings.push(Finding::dataset(Code::ProfileElsewhere, message).sourced(&source.to_string()));
    }
    findings
}

struct Judge<'p> {
    profile: &'p Profile,
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn add(&mut self, code: Code, limit: &Limit, message: String) {
        self.findings.push(Finding::dataset(code, message).sourced(&limit.cite()));
    }

    /// The limit that `n` falls short of.
    fn short(&self, n: u64, bound: Bound) -> Option<Limit> {
        self.profile.limit(bound).filter(|limit| n < limit.value).cloned()
    }

    /// The limit that `n` goes beyond.
    fn beyond(&self, n: u64, bound: Bound) -> Option<Limit> {
        self.profile.limit(bound).filter(|limit| n > limit.value).cloned()
    }

    /// Reports only the worst: refused, refused by some sources, fewer than recommended.
    fn at_least(&mut self, n: u64, kind: &str, min: Bound, disputed: Option<Bound>, wish: Bound) {
        let (have, name) = (records(n, kind), &self.profile.name);
        if let Some(min) = self.short(n, min) {
            let message = format!("{have} valid; {name} requires at least {}", count(min.value));
            self.add(Code::DatasetTooFewRecords, &min, message);
        } else if let Some(min) = disputed.and_then(|disputed| self.short(n, disputed)) {
            let message = format!("{have} valid; {name} requires {}", between(&min, "at least", "fewer"));
            self.add(Code::DisputedRecordsMin, &min, message);
        } else if let Some(wish) = self.short(n, wish) {
            let message = format!("{have} valid; at least {} are recommended for {name}", count(wish.value));
            self.add(Code::DatasetFewRecords, &wish, message);
        }
    }

    /// Judges training and validation together. Where training alone is over its own maximum, that finding is enough.
    fn at_most_in_all(&mut self, all: u64, train: u64) {
        let is_said = self.beyond(train, Bound::TrainingRecordsMax).is_some();
        match self.beyond(all, Bound::RecordsMax) {
            Some(max) if max.is_disputed() => {
                if !is_said {
                    let message = format!(
                        "{} valid; {} accepts {}",
                        records(all, "training and validation "),
                        self.profile.name,
                        between(&max, "at most", "more")
                    );
                    self.add(Code::DisputedRecordsMax, &max, message);
                }
            }
            _ => self.at_most(all, "", Bound::RecordsMax),
        }
    }

    fn at_most(&mut self, n: u64, kind: &str, max: Bound) {
        let Some(max) = self.beyond(n, max) else { return };
        let message = format!(
            "{} valid; {} accepts at most {} (keep a seeded selection with `bedload build --select {}`)",
            records(n, kind),
            self.profile.name,
            count(max.value),
            max.value
        );
        self.add(Code::DatasetTooManyRecords, &max, message);
    }

    fn validation(&mut self, n: u64) {
        let (have, name) = (records(n, "validation "), &self.profile.name);
        if let Some(min) = self.short(n, Bound::ValidationRecordsMin).filter(|_| n > 0) {
            let message = format!("{have} valid; {name} accepts none, or at least {}", count(min.value));
            self.add(Code::DatasetTooFewValidation, &min, message);
        } else if let Some(wish) = self.short(n, Bound::ValidationRecordsRecommended).filter(|_| n > 0) {
            let message = format!("{have} valid; at least {} are recommended for {name}", count(wish.value));
            self.add(Code::DatasetFewRecords, &wish, message);
        }
        let Some(max) = self.beyond(n, Bound::ValidationRecordsMax) else { return };
        let (code, message) = match (max.value, &max.against) {
            (0, Some(against)) => (
                Code::DisputedRecordsMax,
                format!(
                    "{name} accepts no validation file according to {}; {} says otherwise",
                    max.source.short(),
                    against.short()
                ),
            ),
            (_, Some(_)) => (
                Code::DisputedRecordsMax,
                format!("{have} valid; {name} accepts {}", between(&max, "at most", "more")),
            ),
            (0, None) => (
                Code::SplitTooManyValidation,
                format!("{name} accepts no validation file; leave out `--validation-file`"),
            ),
            (most, None) => (
                Code::SplitTooManyValidation,
                format!("{have} valid; {name} accepts at most {}", count(most)),
            ),
        };
        self.add(code, &max, message);
    }

    fn bytes(&mut self, side: Side, n: u64, max: Bound) {
        let Some(max) = self.beyond(n, max) else { return };
        let kind = if side == Side::Train { "training" } else { side.name() };
        let (n, name, most) = (plural(n, "byte", "bytes"), &self.profile.name, count(max.value));
        self.add(Code::FileSize, &max, format!("{n} of {kind} data; {name} accepts at most {most}"));
    }
}

/// A disputed limit in words, with both sources.
fn between(limit: &Limit, bound: &str, otherwise: &str) -> String {
    let against = limit.against.as_ref().map_or("another source", |against| against.short());
    format!(
        "{bound} {} according to {}, and {otherwise} according to {against}",
        count(limit.value),
        limit.source.short()
    )
}

fn records(n: u64, kind: &str) -> String {
    format!("{} {kind}{}", count(n), agree(n, "record is", "records are"))
}

#[cfg(test)]
mod tests;
