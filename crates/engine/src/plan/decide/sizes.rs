//! How many records each side is to have.

use bedload_bedrock::{Bound, Limit};
use bedload_record::plural::{count, plural};
use bedload_record::{Code, Finding};
use bedload_stages::split::Size;

use crate::run::settings::Settings;

/// How many validation and test records there are to be: what was asked for, within what the target takes. Counts may take at
/// most half of the records together.
pub(super) fn sizes(settings: &Settings, kept: u64, findings: &mut Vec<Finding>) -> [u64; 2] {
    let split = &settings.stages.split;
    let validation = validation(settings, kept, findings);
    let test = split.test.of(kept);
    let half = kept / 2;
    let is_count = |size: Size| matches!(size, Size::Count(_));
    let has_count = is_count(split.test) || is_count(split.validation) && validation > 0;
    if test == 0 || validation + test <= half || !has_count {
        return [validation, test.min(kept - validation.min(kept))];
    }
    let message = format!(
        "{} and {} were requested; at most half of the kept records ({}) can be held out",
        plural(validation, "validation record", "validation records"),
        plural(test, "test record", "test records"),
        count(kept)
    );
    findings.push(Finding::dataset(Code::SplitTooManyHeldOut, message));
    if is_count(split.test) {
        [validation.min(half), half - validation.min(half)]
    } else {
        [half - test.min(half), test.min(half)]
    }
}

/// How many validation records there are to be: what was asked for, within what the target takes. A count may take
/// at most half of the records.
fn validation(settings: &Settings, kept: u64, findings: &mut Vec<Finding>) -> u64 {
    let split = &settings.stages.split;
    let wanted = split.validation.of(kept);
    let mut too_many = |most: u64, message: String, source: &str| {
        let finding = Finding::dataset(Code::SplitTooManyValidation, message);
        findings.push(finding.sourced(source));
        most
    };
    let asked = plural(wanted, "validation record was requested", "validation records were requested");
    let profile = settings.profile.as_ref();
    let limit =
        profile.and_then(|profile| Some((&profile.name, profile.limit(Bound::ValidationRecordsMax)?)));
    let is_count = matches!(split.validation, Size::Count(_));
    // A maximum that the sources dispute is a warning about what is made, and no reason to make less; but a share
    // stays within it, unless it is that there are no validation records at all.
    let is_firm = |limit: &Limit| !limit.is_disputed() || (!is_count && limit.value > 0);
    match limit.filter(|(_, most)| wanted > most.value && is_firm(most)) {
        Some((name, most)) if most.value == 0 => {
            let message = format!("{name} accepts no validation file; leave out `--validation`");
            too_many(0, message, &most.cite())
        }
        Some((name, most)) if is_count => too_many(
            most.value,
            format!("{asked}; {name} accepts at most {}", count(most.value)),
            &most.cite(),
        ),
        Some((_, most)) => most.value,
        None if is_count && wanted > kept / 2 => {
            let message = format!(
                "{asked}; at most half of the kept records ({}) can be validation records",
                count(kept)
            );
            too_many(kept / 2, message, "bedload baseline (2026-11)")
        }
        None => wanted,
    }
}
