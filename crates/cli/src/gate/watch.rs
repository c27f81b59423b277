//! The findings of a run against a baseline: which are new, known or expired.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use bedload_engine::{EngineError, FileBeside, Progress, resolve};
use bedload_record::plural::{count, plural};
use bedload_record::{Code, Finding, Fingerprint, Standing};
use bedload_scan::Inputs;
use serde_json::{Value, json};

use super::Policy;
use super::baseline::{Baseline, Said};
use super::date::Date;
use super::limits::always_fails;
use super::mistaken::mistaken;
use super::written::Collected;
use crate::args::BaselineArgs;
use crate::escape::escape;
use crate::exit::Failure;
use crate::output::Known;

/// The argument that names the baseline to be written.
pub(crate) const WRITE: &str = "--write-baseline";

/// Whether a finding can be set aside for good: not where nothing was checked, and not where there are more rejected
/// records than a limit allows, of which there may be more the next time.
fn can_be_known(code: Code) -> bool {
    !always_fails(code)
}

/// What a baseline and a run have of each other.
pub(crate) struct Watch<'p> {
    /// What was read, and where.
    from: Option<PathBuf>,
    baseline: Baseline,
    to: Option<(FileBeside<'p>, PathBuf, Collected)>,
    policy: Policy,
    /// Whether people are shown also what is known.
    shows_known: bool,
    new: u64,
    expired: u64,
    known: BTreeMap<Code, u64>,
    /// What of the data set is worse than it is known to be.
    grown: BTreeSet<Code>,
}

impl<'p> Watch<'p> {
    /// Reads the baseline, and begins the one that is to be written.
    pub(crate) fn open(
        args: &BaselineArgs,
        policy: &Policy,
        (inputs, others): (&Inputs, &[(&str, Option<&Path>)]),
        progress: &'p Progress,
    ) -> Result<Self, Failure> {
        let today = args.today.unwrap_or_else(Date::today);
        // The first baseline is written where the configuration will look for it.
        let is_first = |from: &PathBuf| {
            !from.exists() && args.write_baseline.as_ref().is_some_and(|to| resolve(to) == resolve(from))
        };
        let from = policy.baseline.clone().filter(|from| !is_first(from));
        let mut baseline = Baseline::default();
        if let Some(from) = &from {
            baseline = Baseline::read(from, today)?;
        }
        let mut to = None;
        if let Some(path) = &args.write_baseline {
            crate::commands::refuse_remote_output(WRITE, path, false)?;
            let resolved = resolve(path);
            let meets =
                |other: &Path| resolve(other).starts_with(&resolved) || resolved.starts_with(resolve(other));
            if let Some((flag, other)) =
                others.iter().find_map(|&(flag, other)| Some((flag, other.filter(|other| meets(other))?)))
            {
                let (path, other) = (path.display(), other.display());
                return Err(Failure::Usage(format!("{WRITE} {path}: {flag} {other} is written there")));
            }
            if path.is_file()
                && let Some((what, _)) = mistaken(path)
            {
                return Err(Failure::Usage(format!(
                    "{WRITE} {}: {what}; only a baseline is written over\nhint: name a new file, or remove this one",
                    path.display()
                )));
            }
            if from.is_none() && path.is_file() {
                // What people have written into it stays. All in it is new.
                baseline = Baseline::read(path, today)?;
            }
            let file = FileBeside::create(WRITE, path, Some(inputs), progress)?;
            to = Some((file, path.clone(), Collected::default()));
        }
        let (policy, shows_known) = (policy.clone(), args.show_known);
        let (known, grown) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { from, baseline, to, policy, shows_known, new: 0, expired: 0, known, grown })
    }

    /// Returns true if every finding has to be seen.
    pub(crate) fn is_needed(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }

    /// The finding, with what the baseline says of it.
    pub(crate) fn see<'f>(&mut self, finding: &'f Finding) -> Cow<'f, Finding> {
        if !self.is_needed() {
            return Cow::Borrowed(finding);
        }
        let fingerprint = Fingerprint::of(finding);
        let can_fail = self.policy.can_fail(finding.code, finding.severity);
        if let Some((_, _, collected)) = self.to.as_mut().filter(|_| can_fail && can_be_known(finding.code)) {
            collected.add(finding, fingerprint);
        }
        if self.from.is_none() {
            return Cow::Borrowed(finding);
        }
        let said = self.baseline.see(finding, fingerprint);
        if !can_fail {
            return Cow::Borrowed(finding);
        }
        let standing = match said {
            Said::Known if can_be_known(finding.code) => {
                *self.known.entry(finding.code).or_default() += 1;
                Standing::Known
            }
            Said::Expired => {
                self.expired += 1;
                Standing::Expired
            }
            Said::Known | Said::Nothing | Said::Grown => {
                if said == Said::Grown {
                    self.grown.insert(finding.code);
                }
                self.new += 1;
                Standing::New
            }
        };
        let remark = self.baseline.remark(fingerprint.0).filter(|_| standing == Standing::Known);
        let reason = remark.and_then(|remark| remark.reason.clone());
        Cow::Owned(Finding { standing: Some(standing), reason, ..finding.clone() })
    }

    /// The findings that are known.
    pub(crate) fn known(&self) -> Known<'_> {
        Known { by_code: &self.known, is_shown: self.shows_known }
    }

    /// The findings that are not known, by code.
    pub(crate) fn without_known(&self, by_code: &BTreeMap<Code, u64>) -> BTreeMap<Code, u64> {
        let known = |code| self.known.get(&code).copied().unwrap_or_default();
        let rest = by_code.iter().map(|(&code, &n)| (code, n.saturating_sub(known(code))));
        rest.filter(|(_, n)| *n > 0).collect()
    }

    /// Writes the baseline that is to be written. Returns what there is to say of both, for people, who are shown what is
    /// known or not.
    pub(crate) fn end(&mut self, shows_known: bool) -> Result<String, EngineError> {
        let mut out = String::new();
        let shown = |path: &Path| escape(&path.display().to_string()).into_owned();
        if let Some(from) = &self.from {
            let known: u64 = self.known.values().sum();
            let parts = [(self.new, "new"), (known, "known"), (self.expired, "expired")];
            let parts = parts.map(|(n, what)| format!("{} {what}", count(n)));
            let _ = writeln!(out, "  baseline    {} ({})", parts.join(", "), shown(from));
            if known > 0 && !shows_known {
                out.push_str("              known findings are not listed; --show-known lists them\n");
            }
            for code in &self.grown {
                let _ =
                    writeln!(out, "              {code} is known, but is worse now than the baseline says");
            }
            let gone = self.baseline.gone();
            if gone > 0 {
                let gone = plural(gone, "finding of the baseline is", "findings of the baseline are");
                let _ = writeln!(out, "              {gone} gone; {WRITE} writes it again");
            }
        }
        if let Some((mut file, path, collected)) = self.to.take() {
            let n = collected.write(&mut file, &self.baseline)?;
            let n = plural(n, "finding", "findings");
            let _ = writeln!(out, "  baseline    {n} written to {}", shown(&path));
            file.publish()?.iter().for_each(|note| out.push_str(&format!("              {note}\n")));
        }
        Ok(out)
    }

    /// The same numbers for programs; null without a baseline.
    pub(crate) fn object(&self) -> Value {
        let Some(from) = &self.from else { return Value::Null };
        json!({
            "file": from.display().to_string(),
            "new": self.new,
            "known": self.known.values().sum::<u64>(),
            "expired": self.expired,
            "gone": self.baseline.gone(),
        })
    }

    /// What fails the run.
    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }
}
