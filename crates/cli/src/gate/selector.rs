//! One finding code, or all codes of an area.

use std::fmt;
use std::str::FromStr;

use bedload_record::Code;
use bedload_record::code::CODES;
use bedload_record::names::offer;
use serde::{Deserialize, Serialize};

/// `area/problem`, or `area/*`. Sorted by name, an area comes before its codes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Selector(String);

impl Selector {
    /// The codes that are selected, in the order of the table.
    pub(crate) fn codes(&self) -> impl Iterator<Item = Code> {
        CODES.iter().map(|info| info.code).filter(|&code| self.has(code))
    }

    /// Returns true if a code is selected.
    pub(crate) fn has(&self, code: Code) -> bool {
        match self.0.strip_suffix('*') {
            Some(area) => code.name().starts_with(area),
            None => code.name() == self.0,
        }
    }

    /// Returns true if every code of another selector is one of this.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        other.codes().all(|code| self.has(code))
    }
}

impl FromStr for Selector {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let areas = || {
            let mut areas: Vec<String> =
                CODES.iter().filter_map(|info| Some(format!("{}/*", info.name.split_once('/')?.0))).collect();
            areas.sort();
            areas.dedup();
            areas
        };
        if Code::from_name(name).is_some() || name.ends_with("/*") && areas().iter().any(|area| area == name)
        {
            return Ok(Self(name.to_owned()));
        }
        let areas = areas();
        let names = CODES.iter().map(|info| info.name).chain(areas.iter().map(String::as_str));
        let near = offer(name, names);
        Err(format!(
            "unknown finding code `{name}`\nhint: {near}`bedload explain --list` shows all codes; `area/*` is all of an area"
        ))
    }
}

impl TryFrom<String> for Selector {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

impl From<Selector> for String {
    fn from(selector: Selector) -> Self {
        selector.0
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn codes_and_areas_are_known_and_others_are_not() {
        let codes = |name: &str| name.parse::<Selector>().map(|selector| selector.codes().count());
        assert_eq!(codes("schema/empty-content"), Ok(1));
        assert!(codes("text/*").is_ok_and(|n| n == 2));
        for name in ["*", "schema", "schema/", "/*", "schema/empty*", "", "schema/empty-content/*"] {
            assert!(codes(name).is_err(), "{name}");
        }
        expect![[r#"
            unknown finding code `schema/emty-content`
            hint: did you mean `schema/empty-content`? `bedload explain --list` shows all codes; `area/*` is all of an area"#]]
        .assert_eq(&codes("schema/emty-content").unwrap_err());
    }
}
