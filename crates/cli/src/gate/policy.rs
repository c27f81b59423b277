//! From the findings of a run to its exit code.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use bedload_record::plural::{count, plural};
use bedload_record::{Code, Scope, Severities, Severity};
use serde_json::{Value, json};

use super::limits::always_fails;
use super::{Limit, Selector};
use crate::exit::Exit;

/// What fails a run.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    /// The least severity that does; none where severities do not matter.
    pub(crate) fail_on: Option<Severity>,
    /// How bad each code is.
    pub(crate) severities: Severities,
    /// How many findings are borne.
    pub(crate) limits: BTreeMap<Selector, Limit>,
    /// Findings that are known.
    pub(crate) baseline: Option<PathBuf>,
}

/// What was found.
#[derive(Clone, Copy)]
pub(crate) struct Found<'a> {
    /// Findings by code.
    pub(crate) by_code: &'a BTreeMap<Code, u64>,
    /// Whether the records with errors are no fault, because they are set apart and counted.
    pub(crate) bears_rejected: bool,
    /// Records that were read.
    pub(crate) records: u64,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) exit: Exit,
    /// The worst that fails the run by its severity.
    worst: Option<Severity>,
    fail_on: Option<Severity>,
    exceeded: Vec<(Selector, u64, Limit)>,
    /// Findings that would have failed the run without a limit.
    borne: Vec<(Code, u64)>,
}

impl Policy {
    /// Judges a run.
    pub(crate) fn judge(&self, found: Found<'_>) -> Judgement {
        let Self { fail_on, severities, ref limits, .. } = *self;
        let Found { by_code, bears_rejected, records } = found;
        let mut exceeded = Vec::new();
        for (selector, &limit) in limits {
            let found = by_code.iter().filter(|(code, _)| selector.has(**code)).map(|(_, n)| n).sum();
            if limit.is_exceeded(found, records) {
                exceeded.push((selector.clone(), found, limit));
            }
        }
        let mut worst = None;
        let mut borne = Vec::new();
        for (&code, &n) in by_code.iter().filter(|(_, n)| **n > 0) {
            let severity = severities.of(code);
            if always_fails(code) {
                worst = Some(Severity::Error);
                continue;
            }
            let is_set_apart =
                bears_rejected && code.info().scope == Scope::Record && severity == Severity::Error;
            if is_set_apart || fail_on.is_none_or(|least| severity < least) {
                continue;
            }
            let limited = limits.keys().any(|selector| selector.has(code));
            match (limited, exceeded.iter().any(|(selector, ..)| selector.has(code))) {
                (true, false) => borne.push((code, n)),
                (true, true) => {}
                (false, _) => worst = worst.max(Some(severity)),
            }
        }
        let fails = worst.is_some() || !exceeded.is_empty();
        let exit = if fails { Exit::Findings } else { Exit::Clean };
        Judgement { exit, worst, fail_on, exceeded, borne }
    }
}

impl Judgement {
    /// Why a run fails that seems to pass, and why one passes that seems to fail, for people.
    pub(crate) fn reasons(&self) -> String {
        let mut out = String::new();
        for (selector, n, limit) in &self.exceeded {
            let found = plural(*n, "finding", "findings");
            let _ = writeln!(out, "exiting with 1: {found} of {selector}; max-findings allows {limit}");
        }
        match (self.worst, self.fail_on) {
            (Some(Severity::Warning), _) => {
                let least = self.fail_on.map_or("", Severity::name);
                let _ = writeln!(out, "exiting with 1: warnings present (`--fail-on {least}`)");
            }
            (Some(Severity::Note), _) => out.push_str("exiting with 1: notes present (`--fail-on note`)\n"),
            (Some(Severity::Error), None) => {
                out.push_str("exiting with 1: no record could be checked, which never passes\n");
            }
            (Some(Severity::Error) | None, _) => {}
        }
        if self.exit == Exit::Clean && !self.borne.is_empty() {
            let borne: Vec<String> =
                self.borne.iter().map(|(code, n)| format!("{} of {code}", count(*n))).collect();
            let _ = writeln!(out, "exiting with 0: max-findings allows {}", borne.join(", "));
        }
        out
    }

    /// The limits that were exceeded, for programs.
    pub(crate) fn exceeded(&self) -> Value {
        let one = |(selector, found, limit): &(Selector, u64, Limit)| json!({"findings_of": selector.to_string(), "found": found, "limit": limit});
        self.exceeded.iter().map(one).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CODES: [Code; 5] = [
        Code::SchemaEmptyContent,
        Code::SchemaWrongType,
        Code::TextControlToken,
        Code::SchemaUnconfirmedWord,
        Code::DatasetTooFewRecords,
    ];

    fn judge(found: &[u64; 5], fail_on: Option<Severity>, limits: &[(&str, &str)], bears: bool) -> Judgement {
        let limits = limits.iter().map(|(selector, limit)| {
            (selector.parse().expect("a selector"), limit.parse().expect("a limit"))
        });
        let policy =
            Policy { fail_on, severities: Severities::default(), limits: limits.collect(), baseline: None };
        let by_code = CODES.into_iter().zip(*found).collect();
        policy.judge(Found { by_code: &by_code, bears_rejected: bears, records: 200 })
    }

    #[test]
    fn a_limit_allows_and_forbids() {
        let error = Some(Severity::Error);
        for (found, fail_on, limits, bears, fails) in [
            ([1, 0, 0, 0, 0], error, &[][..], false, true),
            ([1, 0, 0, 0, 0], error, &[][..], true, false),
            ([0, 0, 0, 0, 1], error, &[][..], true, true),
            ([0, 0, 9, 9, 0], error, &[][..], false, false),
            ([2, 0, 0, 0, 0], error, &[("schema/empty-content", "2")], false, false),
            ([3, 0, 0, 0, 0], error, &[("schema/empty-content", "2")], false, true),
            ([3, 0, 0, 0, 0], error, &[("schema/empty-content", "2")], true, true),
            ([3, 0, 0, 0, 0], None, &[("schema/empty-content", "2")], false, true),
            ([2, 1, 0, 0, 0], error, &[("schema/empty-content", "2")], false, true),
            ([2, 0, 0, 0, 0], error, &[("schema/empty-content", "1%")], false, false),
            ([3, 0, 0, 0, 0], error, &[("schema/empty-content", "1%")], false, true),
            ([1, 1, 0, 0, 0], error, &[("schema/*", "2")], false, false),
            ([1, 1, 0, 1, 0], error, &[("schema/*", "2")], false, true),
            ([1, 1, 0, 0, 0], error, &[("schema/*", "2"), ("schema/wrong-type", "0")], false, true),
            ([0, 0, 1, 0, 0], error, &[("text/control-token", "0")], false, true),
        ] {
            let judgement = judge(&found, fail_on, limits, bears);
            assert_eq!(judgement.exit == Exit::Findings, fails, "{found:?} {limits:?}");
            let is_told = !judgement.reasons().is_empty();
            assert_eq!(is_told, !limits.is_empty() && judgement.worst.is_none(), "{}", judgement.reasons());
        }
    }

    proptest! {
        /// As the guide says it, code by code.
        #[test]
        fn it_fails_by_the_rule(found in prop::array::uniform5(0u64..4), a in 0u64..4, b in 0u64..4, which in 0usize..4) {
            let [fail_on, all] = [[Some(Severity::Error), Some(Severity::Warning), Some(Severity::Note), None][which]; 2];
            let (a_text, b_text) = (a.to_string(), b.to_string());
            let limits = [("schema/empty-content", a_text.as_str()), ("text/*", b_text.as_str())];
            let fails_by_severity = |code: Code| all.is_some_and(|least| code.info().severity >= least);
            let expected = found[0] > a
                || found[2] > b
                || [1, 3, 4].iter().any(|&n| found[n] > 0 && fails_by_severity(CODES[n]));
            prop_assert_eq!(judge(&found, fail_on, &limits, false).exit == Exit::Findings, expected);
        }
    }
}
