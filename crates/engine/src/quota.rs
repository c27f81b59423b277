//! Counts of records against what the target takes. Pure: the same rule serves `check` and `build`.

use bedload_bedrock::Profile;
use bedload_record::{Code, Finding};

/// What is wrong with having this many valid records, training and validation together.
pub(crate) fn judge(profile: Option<&Profile>, valid: u64, strict: bool) -> Vec<Finding> {
    if valid == 0 {
        return vec![Finding::dataset(Code::DatasetNoRecords, strict, "no valid record".to_owned())];
    }
    let Some(profile) = profile else { return Vec::new() };
    let name = &profile.name;
    let finding =
        |code, message: String, source: String| Finding::dataset(code, strict, message).sourced(&source);
    let mut findings = Vec::new();
    if let Some(min) = profile.records_min.as_ref().filter(|min| valid < min.value) {
        let message = format!("{} valid; {name} takes at least {}", records(valid), count(min.value));
        findings.push(finding(Code::DatasetTooFewRecords, message, min.cite()));
    } else if let Some(wish) = profile.records_recommended.as_ref().filter(|wish| valid < wish.value) {
        let message =
            format!("{} valid; for {name} {} or more are recommended", records(valid), count(wish.value));
        findings.push(finding(Code::DatasetFewRecords, message, wish.cite()));
    }
    if let Some(max) = profile.records_max.as_ref().filter(|max| valid > max.value) {
        let message = format!(
            "{} valid; {name} takes at most {} (keep a seeded selection with `bedload build --select {}`)",
            records(valid),
            count(max.value),
            max.value
        );
        findings.push(finding(Code::DatasetTooManyRecords, message, max.cite()));
    }
    findings
}

fn records(n: u64) -> String {
    if n == 1 { "1 record is".to_owned() } else { format!("{} records are", count(n)) }
}

/// A count with a comma every three digits.
pub(crate) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(profile: &str, valid: u64, expect: Expect) {
        let profile = Profile::from_name(profile).expect("a profile");
        let shown: Vec<String> =
            judge(Some(profile), valid, false).iter().map(|f| format!("{}: {}", f.code, f.message)).collect();
        expect.assert_eq(&shown.join("\n"));
    }

    #[test]
    fn limits_are_the_last_values_that_pass() {
        check("generic-sft", 0, expect!["dataset/no-records: no valid record"]);
        check(
            "generic-sft",
            1,
            expect!["dataset/too-few-records: 1 record is valid; generic-sft takes at least 32"],
        );
        check(
            "generic-sft",
            31,
            expect!["dataset/too-few-records: 31 records are valid; generic-sft takes at least 32"],
        );
        check(
            "generic-sft",
            32,
            expect![
                "dataset/few-records: 32 records are valid; for generic-sft 1,000 or more are recommended"
            ],
        );
        check(
            "generic-sft",
            999,
            expect![
                "dataset/few-records: 999 records are valid; for generic-sft 1,000 or more are recommended"
            ],
        );
        check("generic-sft", 1000, expect![""]);
        check("generic-sft", 10_000, expect![""]);
        check(
            "generic-sft",
            10_001,
            expect![
                "dataset/too-many-records: 10,001 records are valid; generic-sft takes at most 10,000 (keep a seeded selection with `bedload build --select 10000`)"
            ],
        );
        check("generic-preference", 5_000_000, expect![""]);
    }

    #[test]
    fn without_a_profile_only_nothing_is_too_little() {
        assert_eq!(judge(None, 0, false).len(), 1);
        assert_eq!(judge(None, 1, false).len(), 0);
    }
}
