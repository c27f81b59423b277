//! A baseline: findings that are known, by fingerprint. It is a file that people edit, or an earlier output.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use bedload_engine::known_findings;
use bedload_record::names::offer_of;
use bedload_record::{Code, Finding, Fingerprint};
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::amount::{Amounts, is_measured};
use super::date::Date;
use super::mistaken::{WRITES, mistaken};
use crate::exit::Failure;

/// Who writes it.
pub(super) const TOOL: &str = "bedload";

/// The layout of the file.
pub(super) const FORMAT_VERSION: u64 = 1;

/// What is known. Takes 24 bytes a fingerprint.
#[derive(Debug, Default)]
pub(super) struct Baseline {
    /// In the order of fingerprints, each once.
    known: Vec<Known>,
    /// What is said of some of them, to be written again.
    remarks: BTreeMap<u64, Remark>,
    /// How bad those about the data set are.
    amounts: Amounts,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    fingerprint: u64,
    count: u32,
    /// How many of them were seen in this run.
    seen: u32,
    /// Whether it counts no longer.
    is_expired: bool,
}

/// What people add to an entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Remark {
    pub(super) expires: Option<String>,
    pub(super) reason: Option<String>,
}

/// What a baseline says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    Nothing,
    Known,
    Expired,
    /// It is known, but there is more of it now.
    Grown,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    tool: Option<String>,
    format_version: u64,
    findings: Entries,
}

#[derive(Deserialize)]
struct Head {
    format_version: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    fingerprint: String,
    count: u32,
    expires: Option<String>,
    reason: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// The entries, without the texts that nothing reads: there may be millions.
#[derive(Default)]
struct Entries {
    all: Vec<(u64, u32)>,
    remarks: BTreeMap<u64, Remark>,
    amounts: Amounts,
    /// Entries with the fingerprint of an earlier one, as findings about the data set may have them.
    shared: usize,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of findings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Entries, A::Error> {
                let wrong = |message: String| serde::de::Error::custom(message);
                let mut entries = Entries::default();
                let mut measured = BTreeSet::new();
                while let Some(Entry { fingerprint, count, expires, reason, code, message }) =
                    all.next_element()?
                {
                    let Fingerprint(number) = fingerprint.parse().map_err(wrong)?;
                    if count == 0 {
                        return Err(wrong(format!("the count of {fingerprint} is 0; remove the entry")));
                    }
                    if let Some(date) = &expires {
                        date.parse::<Date>().map_err(|error| wrong(format!("expires: {error}")))?;
                    }
                    if expires.is_some() || reason.is_some() {
                        entries.remarks.insert(number, Remark { expires, reason });
                    }
                    let code = code.as_deref().and_then(Code::from_name);
                    if let Some((code, message)) = code.zip(message).filter(|(code, _)| is_of(*code, number))
                    {
                        entries.amounts.add(code, &message, count);
                        entries.shared += usize::from(!measured.insert(number));
                    }
                    entries.all.push((number, count));
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

/// Returns true where a fingerprint is that of findings of a code about the data set.
fn is_of(code: Code, number: u64) -> bool {
    Fingerprint::of(&Finding::dataset(code, String::new())) == Fingerprint(number)
}

impl Baseline {
    /// Reads a file, or the findings of an earlier output.
    pub(super) fn read(path: &Path, today: Date) -> Result<Self, Failure> {
        let shown = path.display();
        let wrong = |message: String| Failure::Usage(format!("baseline {shown}: {message}"));
        let metadata = path.metadata().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => wrong(format!("there is no such file\nhint: {WRITES}")),
            _ => wrong(error.to_string()),
        })?;
        if metadata.is_dir() {
            if !path.join("manifest.json").exists() {
                return Err(wrong(format!(
                    "the directory has no manifest.json, so `bedload build` did not write it\nhint: name an output, or \
                     a file; {WRITES}"
                )));
            }
            let all = known_findings(path)?;
            let mut amounts = Amounts::default();
            for (code, message) in &all.about_data_set {
                Code::from_name(code).into_iter().for_each(|code| amounts.add(code, message, 1));
            }
            let known = all.fingerprints.into_iter().map(|number| (number, 1));
            return Ok(Self { amounts, ..Self::of(known, BTreeMap::new(), today) });
        }
        if !metadata.is_file() {
            return Err(wrong("not a file, nor a directory that `bedload build` wrote".to_owned()));
        }
        if let Some((what, hint)) = mistaken(path) {
            return Err(wrong(format!("{what}\nhint: {hint}")));
        }
        let open = || File::open(path).map(BufReader::new).map_err(|error| wrong(error.to_string()));
        let read: Result<Written, _> = serde_json::from_reader(open()?);
        let Written { tool, format_version, findings } = match read {
            Ok(written) => written,
            Err(error) => {
                // One of a newer version may have more in it.
                return Err(match serde_json::from_reader::<_, Head>(open()?) {
                    Ok(Head { format_version }) if format_version > FORMAT_VERSION => {
                        newer(&wrong, format_version)
                    }
                    _ => {
                        let message = error.to_string();
                        wrong(format!("{message}\nhint: {}{WRITES}", offer_of(&message)))
                    }
                });
            }
        };
        if format_version > FORMAT_VERSION {
            return Err(newer(&wrong, format_version));
        }
        if let Some(tool) = tool.filter(|tool| tool != TOOL) {
            return Err(wrong(format!("`{tool}` wrote it, not {TOOL}\nhint: {WRITES}")));
        }
        let Entries { all, remarks, amounts, shared } = findings;
        let n = all.len() - shared;
        let baseline = Self { amounts, ..Self::of(all.into_iter(), remarks, today) };
        if baseline.known.len() < n {
            let hint = "hint: leave one of the entries, or write the baseline again";
            return Err(wrong(format!("a fingerprint is listed more than once\n{hint}")));
        }
        Ok(baseline)
    }

    fn of(entries: impl Iterator<Item = (u64, u32)>, remarks: BTreeMap<u64, Remark>, today: Date) -> Self {
        let known = |(fingerprint, count)| Known { fingerprint, count, seen: 0, is_expired: false };
        let mut all: Vec<Known> = entries.map(known).collect();
        all.sort_unstable_by_key(|known| known.fingerprint);
        all.dedup_by(|next, first| {
            let is_same = next.fingerprint == first.fingerprint;
            if is_same {
                first.count = first.count.saturating_add(next.count);
            }
            is_same
        });
        for (number, remark) in &remarks {
            let last = remark.expires.as_deref().and_then(|date| date.parse::<Date>().ok());
            if let Ok(place) = all.binary_search_by_key(number, |known| known.fingerprint) {
                all[place].is_expired = last.is_some_and(|last| last < today);
            }
        }
        Self { known: all, remarks, amounts: Amounts::default() }
    }

    /// Looks a finding up, and counts it: of a fingerprint, no more are known than the baseline counts.
    pub(super) fn see(&mut self, finding: &Finding, fingerprint: Fingerprint) -> Said {
        let said = self.count(fingerprint);
        if said != Said::Nothing && is_measured(finding) && !self.amounts.cover(finding) {
            return Said::Grown;
        }
        said
    }

    fn count(&mut self, Fingerprint(number): Fingerprint) -> Said {
        let Ok(place) = self.known.binary_search_by_key(&number, |known| known.fingerprint) else {
            return Said::Nothing;
        };
        let known = &mut self.known[place];
        if known.seen == known.count {
            return Said::Nothing;
        }
        known.seen += 1;
        if known.is_expired { Said::Expired } else { Said::Known }
    }

    /// Findings of the baseline that were not seen.
    pub(super) fn gone(&self) -> u64 {
        self.known.iter().map(|known| u64::from(known.count - known.seen)).sum()
    }

    /// What people have added to an entry.
    pub(super) fn remark(&self, fingerprint: u64) -> Option<&Remark> {
        self.remarks.get(&fingerprint)
    }
}

fn newer(wrong: &impl Fn(String) -> Failure, format_version: u64) -> Failure {
    wrong(format!(
        "format_version {format_version} is newer than this version of bedload reads ({FORMAT_VERSION})"
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Of each fingerprint as many are known as the baseline counts, in whatever order they come.
        #[test]
        fn it_knows_as_many_as_it_counts(
            entries in prop::collection::btree_map(0u64..12, 1u32..4, 0..8),
            seen in prop::collection::vec(0u64..12, 0..40),
        ) {
            let today = Date::today();
            let mut baseline = Baseline::of(entries.clone().into_iter(), BTreeMap::new(), today);
            let known = seen.iter().filter(|&&number| baseline.count(Fingerprint(number)) == Said::Known).count();
            let expected: usize = entries
                .iter()
                .map(|(number, &count)| seen.iter().filter(|seen| *seen == number).count().min(count as usize))
                .sum();
            prop_assert_eq!(known, expected);
            let all: u64 = entries.values().map(|&count| u64::from(count)).sum();
            prop_assert_eq!(baseline.gone(), all - expected as u64);
        }
    }
}
