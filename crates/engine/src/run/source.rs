//! Where records come from, as a configuration tells it: the settings of some inputs, which differ from those of the
//! run.

use std::fmt;
use std::str::FromStr;

use bedload_bedrock::Format;
use bedload_stages::convert;
use bedload_stages::group::GroupBys;
use serde_json::{Map, Value, json};

/// A source of records: one `[[input]]` table. Which inputs belong to it is for `bedload_scan` to say.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSource {
    /// Its name in reports, which no other source has.
    pub name: String,
    /// The format of its records; none to detect it.
    pub format: Option<&'static Format>,
    /// Where the fields of the target are in its records; empty for records of a format.
    pub map: convert::Map,
    /// What groups its records, in place of what groups those of the run.
    pub group_by: Option<GroupBys>,
    /// JSON Pointer to the label, in place of that of the run.
    pub label: Option<String>,
    /// JSON Pointer to what names a record, in place of that of the run.
    pub id: Option<String>,
    /// Its part of a mix of sources.
    pub weight: Option<Weight>,
}

impl DataSource {
    /// What its table says, without its paths.
    pub(crate) fn written(&self) -> Value {
        let Self { name, format, map, group_by, label, id, weight } = self;
        let mut table = Map::from_iter([("name".to_owned(), json!(name))]);
        let mut put = |key: &str, value: Option<Value>| {
            table.extend(value.map(|value| (key.to_owned(), value)));
        };
        put("format", format.map(|format| json!(format.name)));
        put("map", (!map.0.is_empty()).then(|| json!(map)));
        put("group-by", group_by.as_ref().map(|ways| json!(ways)));
        put("label", label.as_ref().map(|pointer| json!(pointer)));
        put("id", id.as_ref().map(|pointer| json!(pointer)));
        put("weight", weight.map(|weight| json!(weight.to_string())));
        Value::Object(table)
    }
}

/// A positive decimal, exact to six places, so that no rounding differs between machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    millionths: u64,
}

/// The largest weight, so that sums and products of weights and numbers of records have room.
const WEIGHT_MAX: u64 = 1_000_000;

impl Weight {
    /// The weight as an integer: 1,000,000 for 1.
    pub fn millionths(self) -> u64 {
        self.millionths
    }
}

impl FromStr for Weight {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("`{text}` is not a weight: a number above 0 and up to 1000000, such as 2 or 0.25");
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + decimals.len() == 0
            || !is_number(whole)
            || !is_number(decimals)
            || whole.len() > 7
            || decimals.len() > 6
        {
            return Err(wrong());
        }
        let millionths: u64 = format!("{whole}{decimals:0<6}").parse().map_err(|_| wrong())?;
        if millionths == 0 || millionths > WEIGHT_MAX * 1_000_000 {
            return Err(wrong());
        }
        Ok(Self { millionths })
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.millionths / 1_000_000, self.millionths % 1_000_000);
        match rest {
            0 => write!(f, "{whole}"),
            _ => write!(f, "{whole}.{}", format!("{rest:06}").trim_end_matches('0')),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_a_positive_decimal() {
        for (text, millionths, shown) in [
            ("1", 1_000_000, "1"),
            ("0.25", 250_000, "0.25"),
            (".5", 500_000, "0.5"),
            ("2.", 2_000_000, "2"),
            ("0.000001", 1, "0.000001"),
            ("1000000", 1_000_000_000_000, "1000000"),
            ("10.50", 10_500_000, "10.5"),
        ] {
            let weight: Weight = text.parse().expect(text);
            assert_eq!((weight.millionths(), weight.to_string().as_str()), (millionths, shown));
        }
        for wrong in
            ["", ".", "0", "0.0", "-1", "+1", "1e3", "0.0000001", "1000000.1", "99999999", "inf", "1,5"]
        {
            assert!(wrong.parse::<Weight>().is_err(), "{wrong}");
        }
    }
}
