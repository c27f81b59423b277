//! How many records a target takes, with variants and validation counted as the target counts them.

use bedload_bedrock::Bound;
use bedload_record::{Code, Finding};
use bedload_stages::augment::variants_of_classes;

use super::sizes::sizes;
use crate::run::settings::Settings;

/// What a target takes of a data set that is divided and augmented.
pub(super) struct Fit<'s> {
    settings: &'s Settings,
    /// The records that are there, by class; the last ones have none.
    classes: Vec<u64>,
}

/// What was picked.
pub(super) struct Kept<'k> {
    pub(super) records: u64,
    /// Bytes of their lines together.
    pub(super) bytes: &'k dyn Fn() -> u64,
}

impl<'s> Fit<'s> {
    /// Adds a finding where the target sets no maximum.
    pub(super) fn new(settings: &'s Settings, classes: Vec<u64>, findings: &mut Vec<Finding>) -> Self {
        let fit = Self { settings, classes };
        let bounds = [Bound::TrainingRecordsMax, Bound::RecordsMax, Bound::TrainingBytesMax];
        if bounds.into_iter().all(|bound| fit.most(bound).is_none()) {
            let name = settings.profile.as_ref().map_or("the target", |profile| &profile.name);
            let message = format!("{name} sets no maximum, so `--select fit` keeps all records");
            findings.push(Finding::dataset(Code::SelectTooFewRecords, message));
        }
        fit
    }

    fn most(&self, bound: Bound) -> Option<u64> {
        Some(self.settings.profile.as_ref()?.limit(bound)?.value)
    }

    /// How many of so many records the target takes.
    pub(super) fn records(&self, held: u64) -> u64 {
        let (mut fits, mut exceeds) = (0, held + 1);
        while exceeds - fits > 1 {
            let middle = fits + (exceeds - fits) / 2;
            if self.takes(middle) { fits = middle } else { exceeds = middle }
        }
        fits
    }

    /// Training records and validation records of so many.
    fn sides(&self, records: u64) -> (u64, u64) {
        if !self.settings.stages.split.enabled {
            return (records, 0);
        }
        let [validation, test] = sizes(self.settings, records, &mut Vec::new());
        (records.saturating_sub(validation + test), validation)
    }

    /// The lines that so many training records become, if each class has its share of them.
    fn lines(&self, train: u64) -> u64 {
        let held: u64 = self.classes.iter().sum();
        let part = |&of_class: &u64| {
            let exact = u128::from(of_class) * u128::from(train);
            u64::try_from(exact.div_ceil(u128::from(held.max(1)))).unwrap_or(u64::MAX)
        };
        let classes: Vec<u64> = self.classes.iter().map(part).collect();
        train.saturating_add(variants_of_classes(&classes, &self.settings.stages.augment).iter().sum())
    }

    fn takes(&self, records: u64) -> bool {
        let (train, validation) = self.sides(records);
        let lines = self.lines(train);
        let is_within = |bound: Bound, n: u64| self.most(bound).is_none_or(|most| n <= most);
        is_within(Bound::TrainingRecordsMax, lines)
            && is_within(Bound::RecordsMax, lines.saturating_add(validation))
    }

    /// A lower number, where those that were picked have more bytes than the target takes.
    pub(super) fn fewer(&self, kept: Kept<'_>) -> Option<u64> {
        let most = self.most(Bound::TrainingBytesMax)?;
        let (train, _) = self.sides(kept.records);
        let bytes = u128::from((kept.bytes)()) * u128::from(self.lines(train));
        let bytes = bytes.checked_div(u128::from(kept.records))?;
        if bytes <= u128::from(most) {
            return None;
        }
        let fewer = u128::from(kept.records) * u128::from(most) / bytes;
        Some((fewer as u64).min(kept.records - 1))
    }
}
