//! From the findings of a run to its exit code.

use std::collections::BTreeMap;
use std::path::PathBuf;

use bedload_engine::MaxRejected;
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{Code, Scope, Severities, Severity};
use serde_json::{Value, json};

use super::limits::{always_fails, is_unchecked};
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
    /// Findings by code, without those that are known.
    pub(crate) by_code: &'a BTreeMap<Code, u64>,
    /// Whether the records with errors are no fault, because they are set apart and counted.
    pub(crate) bears_rejected: bool,
    /// How many of them are allowed, where the user set a limit.
    pub(crate) max_rejected: Option<MaxRejected>,
    /// Records that were rejected.
    pub(crate) rejected: u64,
    /// Records that were read.
    pub(crate) records: u64,
}

/// What the findings of a code do to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// They fail it.
    Fails,
    /// They are more than a limit allows, which fails it.
    Exceeds,
    /// They would fail it, but their records are set apart.
    SetApart,
    /// They would fail it without a limit that allows them.
    Allowed,
}

/// What a limit is about, how many findings of it there are, and the limit.
type Exceeded = (Selector, u64, Limit);

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) exit: Exit,
    /// What the findings of each code that matters do.
    effects: BTreeMap<Code, Effect>,
    exceeded: Vec<Exceeded>,
    reasons: Vec<String>,
    /// Why it fails, where that is no finding.
    refusal: Option<&'static str>,
}

impl Policy {
    /// Returns true where a finding of this code and severity can fail a run: by its severity, or by a limit.
    pub(super) fn can_fail(&self, code: Code, severity: Severity) -> bool {
        // Where severities do not matter, errors are what a later run may care for.
        severity >= self.fail_on.unwrap_or(Severity::Error)
            || always_fails(code)
            || self.limits.keys().any(|selector| selector.has(code))
    }

    /// Judges a run.
    pub(crate) fn judge(&self, found: Found<'_>) -> Judgement {
        let Self { fail_on, severities, ref limits, .. } = *self;
        let Found { by_code, bears_rejected, records, .. } = found;
        let mut exceeded = Vec::new();
        for (selector, &limit) in limits {
            let found = by_code.iter().filter(|(code, _)| selector.has(**code)).map(|(_, n)| n).sum();
            if limit.is_exceeded(found, records) {
                exceeded.push((selector.clone(), found, limit));
            }
        }
        let mut effects = BTreeMap::new();
        for (&code, _) in by_code.iter().filter(|(_, n)| **n > 0) {
            let severity = severities.of(code);
            let fails = fail_on.is_some_and(|least| severity >= least);
            let is_set_apart =
                bears_rejected && code.info().scope == Scope::Record && severity == Severity::Error;
            let effect = if always_fails(code) {
                Effect::Fails
            } else if exceeded.iter().any(|(selector, ..)| selector.has(code)) {
                Effect::Exceeds
            } else if !fails {
                continue;
            } else if is_set_apart {
                Effect::SetApart
            } else if limits.keys().any(|selector| selector.has(code)) {
                Effect::Allowed
            } else {
                Effect::Fails
            };
            effects.insert(code, effect);
        }
        let fails = effects.values().any(|effect| matches!(effect, Effect::Fails | Effect::Exceeds));
        let exit = if fails { Exit::Findings } else { Exit::Clean };
        let reasons = self.reasons(found, (exit, &effects, &exceeded));
        Judgement { exit, effects, exceeded, reasons, refusal: None }
    }

    /// Why a run fails that seems to pass, and why one passes that seems to fail.
    fn reasons(
        &self,
        found: Found<'_>,
        (exit, effects, exceeded): (Exit, &BTreeMap<Code, Effect>, &[Exceeded]),
    ) -> Vec<String> {
        let Found { by_code, max_rejected, rejected, records, .. } = found;
        let in_records = || format!(" in {}", plural(records, "record", "records"));
        let of_share = |is_share: bool| if is_share { in_records() } else { String::new() };
        let with = |wanted: Effect| {
            effects.iter().filter(move |(_, effect)| **effect == wanted).map(|(&code, _)| code)
        };
        let mut reasons = Vec::new();
        for (selector, n, limit) in exceeded {
            let found = plural(*n, "finding", "findings");
            let of = of_share(limit.is_share());
            reasons.push(format!("{found} of {selector}{of}; max-findings allows {limit}"));
        }
        let rejection = max_rejected.map(|limit| {
            let were = agree(rejected, "was", "were");
            format!(
                "{} {were} rejected; max-rejected allows {limit}",
                part_of(rejected, records, "record", "records")
            )
        });
        if exit == Exit::Clean {
            let is_share =
                |code| self.limits.iter().any(|(selector, limit)| selector.has(code) && limit.is_share());
            let of = of_share(with(Effect::Allowed).any(is_share));
            let n = |code: &Code| count(by_code.get(code).copied().unwrap_or_default());
            let allowed: Vec<String> =
                with(Effect::Allowed).map(|code| format!("{} of {code}", n(&code))).collect();
            if !allowed.is_empty() {
                reasons.push(format!("{}{of} found, which max-findings allows", allowed.join(", ")));
            }
            reasons.extend(rejection.filter(|_| with(Effect::SetApart).next().is_some()));
            return reasons;
        }
        if effects.contains_key(&Code::DatasetTooManyRejected) {
            reasons.extend(rejection);
        }
        let by_severity = || with(Effect::Fails).filter(|&code| !always_fails(code));
        match (by_severity().map(|code| self.severities.of(code)).max(), self.fail_on) {
            (Some(Severity::Warning), Some(least)) if with(Effect::Fails).all(|code| !always_fails(code)) => {
                reasons.push(format!("warnings present (`--fail-on {}`)", least.name()));
            }
            (Some(Severity::Note), Some(_)) if with(Effect::Fails).all(|code| !always_fails(code)) => {
                reasons.push("notes present (`--fail-on note`)".to_owned());
            }
            (None, None) if with(Effect::Fails).any(is_unchecked) => {
                reasons.push("no record could be checked, which never passes".to_owned());
            }
            _ => {}
        }
        reasons
    }
}

impl Judgement {
    /// Of a run that no policy judges: everything that was found fails it, or nothing does.
    pub(crate) fn of_all(exit: Exit, by_code: &BTreeMap<Code, u64>) -> Self {
        let failing = by_code.keys().filter(|_| exit == Exit::Findings);
        let effects = failing.map(|&code| (code, Effect::Fails)).collect();
        Self { exit, effects, exceeded: Vec::new(), reasons: Vec::new(), refusal: None }
    }

    /// Fails the run for something that is no finding.
    pub(crate) fn refuse(&mut self, why: &'static str) {
        if self.exit == Exit::Clean {
            self.refusal = Some(why);
            self.reasons = vec![why.to_owned()];
        }
        self.exit = Exit::Findings;
    }

    /// Why the run fails, where that is no finding.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        self.refusal
    }

    /// What the findings of a code do, those that are known aside.
    pub(crate) fn effect(&self, code: Code) -> Option<Effect> {
        self.effects.get(&code).copied()
    }

    /// Returns true where the findings of a code, those that are known aside, fail the run.
    pub(crate) fn fails(&self, code: Code) -> bool {
        matches!(self.effect(code), Some(Effect::Fails | Effect::Exceeds))
    }

    /// Why a run fails that seems to pass, and why one passes that seems to fail, for people.
    pub(crate) fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// The same, a line each.
    pub(crate) fn said(&self) -> String {
        let line = |reason: &String| format!("exiting with {}: {reason}\n", self.exit.code());
        self.reasons.iter().map(line).collect()
    }

    /// The limits that were exceeded, for programs.
    pub(crate) fn exceeded(&self) -> Value {
        let one = |(selector, found, limit): &Exceeded| json!({"findings_of": selector.to_string(), "found": found, "limit": limit});
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
        policy.judge(Found {
            by_code: &by_code,
            bears_rejected: bears,
            max_rejected: None,
            rejected: 0,
            records: 200,
        })
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
            let by_severity = CODES.iter().any(|&code| judgement.effect(code) == Some(Effect::Fails));
            assert_eq!(is_told, !limits.is_empty() && !by_severity, "{}", judgement.said());
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
