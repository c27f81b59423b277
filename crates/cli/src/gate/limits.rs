//! How many findings of a code, or of an area, a run bears.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use bedload_engine::MaxRejected;
use bedload_record::Code;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Selector;
use crate::config::Written;

/// That many findings, or a share of the records that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(MaxRejected);

impl Limit {
    /// Returns true where it depends on the number of records.
    pub(super) fn is_share(self) -> bool {
        matches!(self.0, MaxRejected::Share(_))
    }

    pub(super) fn is_exceeded(self, findings: u64, records: u64) -> bool {
        self.0.is_exceeded(findings, records)
    }
}

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| {
            format!("`{text}` is neither a number of findings, such as 10, nor a share of the records, such as 0.5%")
        })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Written::deserialize(deserializer)?.text().parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            MaxRejected::Count(most) => serializer.serialize_u64(most),
            MaxRejected::Share(_) => serializer.collect_str(self),
        }
    }
}

/// `CODE=N` or `CODE=N%`, as an argument.
#[derive(Clone, Debug)]
pub(crate) struct LimitRule {
    selector: Selector,
    limit: Limit,
}

impl FromStr for LimitRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (selector, limit) = text.split_once('=').ok_or_else(|| {
            "no `=`\nhint: write CODE=LIMIT, such as schema/empty-content=10 or text/*=1%".to_owned()
        })?;
        Ok(Self { selector: selector.parse()?, limit: limit.parse()? })
    }
}

/// Puts arguments over what is configured: for the codes of an area, too, that are configured one by one. All of them
/// hold; of two about the same, the last one.
pub(crate) fn put_limits(rules: &[LimitRule], table: &mut BTreeMap<Selector, Limit>) {
    table.retain(|selector, _| !rules.iter().any(|rule| rule.selector.includes(selector)));
    table.extend(rules.iter().map(|rule| (rule.selector.clone(), rule.limit)));
}

/// Returns true where such a finding means that nothing was checked.
pub(super) fn is_unchecked(code: Code) -> bool {
    matches!(code, Code::DatasetNoRecords | Code::DatasetUnknownFormat)
}

/// Returns true if no other setting lets a run pass with such a finding: nothing was checked, or a limit on rejected
/// records, which the user set, is exceeded.
pub(crate) fn always_fails(code: Code) -> bool {
    is_unchecked(code) || code == Code::DatasetTooManyRejected
}

/// Refuses a limit that can never be reached.
///
/// # Errors
/// Where a code fails every run.
pub(crate) fn check_limits(table: &BTreeMap<Selector, Limit>) -> Result<(), String> {
    let useless = table.keys().find(|selector| selector.codes().all(always_fails));
    useless.map_or(Ok(()), |selector| {
        let all_unchecked = selector.codes().all(is_unchecked);
        Err(if all_unchecked {
            format!("max-findings {selector}: data that was not checked is never clean, so none is allowed")
        } else {
            format!("max-findings {selector}: it says that a limit is exceeded\nhint: raise --max-rejected instead")
        })
    })
}
