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

/// Puts an argument over what is configured: for the codes of an area, too, that are configured one by one.
pub(crate) fn put_limit(rule: &LimitRule, table: &mut BTreeMap<Selector, Limit>) {
    table.retain(|selector, _| !rule.selector.includes(selector));
    table.insert(rule.selector.clone(), rule.limit);
}

/// Returns true if no setting lets a run pass with such a finding: nothing was checked.
pub(crate) fn always_fails(code: Code) -> bool {
    matches!(code, Code::DatasetNoRecords | Code::DatasetUnknownFormat)
}

/// Refuses a limit that can never be reached.
///
/// # Errors
/// Where a code fails every run.
pub(crate) fn check_limits(table: &BTreeMap<Selector, Limit>) -> Result<(), String> {
    let useless = table.keys().find(|selector| selector.codes().all(always_fails));
    useless.map_or(Ok(()), |selector| {
        Err(format!("max-findings {selector}: data that was not checked is never clean, so none is allowed"))
    })
}
