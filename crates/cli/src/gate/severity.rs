//! Severities that the user chooses, per code or area.

use std::collections::BTreeMap;
use std::str::FromStr;

use bedload_record::names::offer;
use bedload_record::severities::always_error;
use bedload_record::{Severities, Severity};
use bedload_stages::pii::{Action, PiiConfig};
use serde::{Deserialize, Serialize};

use super::Selector;

/// A severity, as users write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Level(pub(crate) Severity);

impl FromStr for Level {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Severity::Error, Severity::Warning, Severity::Note];
        if let Some(severity) = all.into_iter().find(|severity| severity.name() == name) {
            return Ok(Self(severity));
        }
        let hint = match name {
            "off" | "ignore" | "none" | "allow" => {
                "no finding can be switched off; `note` never fails a run unless --fail-on says so".to_owned()
            }
            _ => {
                let near = offer(name, all.map(Severity::name));
                format!("{near}the severities are error, warning and note")
            }
        };
        Err(format!("unknown severity `{name}`\nhint: {hint}"))
    }
}

impl TryFrom<String> for Level {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

impl From<Level> for String {
    fn from(level: Level) -> Self {
        level.0.name().to_owned()
    }
}

/// `CODE=LEVEL`, as an argument.
#[derive(Clone, Debug)]
pub(crate) struct SeverityRule {
    pub(crate) selector: Selector,
    pub(crate) level: Level,
}

impl FromStr for SeverityRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (selector, level) = text.split_once('=').ok_or_else(|| {
            "no `=`\nhint: write CODE=LEVEL, such as schema/empty-content=warning".to_owned()
        })?;
        Ok(Self { selector: selector.parse()?, level: level.parse()? })
    }
}

/// Puts arguments over what is configured: for the codes of an area, too, that are configured one by one. Among the
/// arguments, as in the table, a code counts before its area; of two about the same, the last one counts.
pub(crate) fn put_severities(rules: &[SeverityRule], table: &mut BTreeMap<Selector, Level>) {
    table.retain(|selector, _| !rules.iter().any(|rule| rule.selector.includes(selector)));
    table.extend(rules.iter().map(|rule| (rule.selector.clone(), rule.level)));
}

/// The severities of a run. An entry for one code counts before one for its area, and both before everything else.
///
/// # Errors
/// Where a code cannot have the severity.
pub(crate) fn choose(
    table: &BTreeMap<Selector, Level>,
    pii: &PiiConfig,
    severities: Severities,
) -> Result<Severities, String> {
    let mut severities = severities;
    // Areas come first.
    for (selector, &Level(level)) in table {
        let always = || selector.codes().filter_map(|code| Some((code, always_error(code)?)));
        // Most of an area may be free to choose; the exceptions stay as they are.
        let is_free = 2 * always().count() < selector.codes().count();
        if let (Some((code, why)), false, true) = (always().next(), is_free, level < Severity::Error) {
            let level = level.name();
            return Err(format!("severity {selector}={level}: {code} is always an error, because {why}"));
        }
        for code in selector.codes().filter(|&code| always_error(code).is_none()) {
            if let (true, Some(action @ (Action::Drop | Action::Mask))) =
                (code.name().starts_with("pii/"), pii.acting())
            {
                return Err(format!(
                    "severity of {code}: it follows from `--pii {}`\nhint: give one of them",
                    action.name()
                ));
            }
            severities = severities.chosen(code, level);
        }
    }
    Ok(severities)
}

#[cfg(test)]
mod tests {
    use bedload_record::Code;
    use expect_test::expect;

    use super::*;

    fn chosen(rules: &[&str]) -> Result<Severities, String> {
        let mut table = BTreeMap::new();
        let rules: Vec<SeverityRule> = rules.iter().map(|rule| rule.parse()).collect::<Result<_, _>>()?;
        put_severities(&rules, &mut table);
        choose(&table, &PiiConfig::default(), Severities::strict())
    }

    #[test]
    fn a_code_counts_before_its_area_and_the_last_argument_before_others() {
        let of = |rules: &[&str], code| chosen(rules).map(|severities| severities.of(code));
        let code = Code::SchemaEmptyContent;
        assert_eq!(of(&["schema/*=note", "schema/empty-content=warning"], code), Ok(Severity::Warning));
        assert_eq!(of(&["schema/empty-content=warning", "schema/*=note"], code), Ok(Severity::Warning));
        assert_eq!(of(&["schema/*=note", "schema/*=warning"], code), Ok(Severity::Warning));
        assert_eq!(
            of(&["schema/empty-content=warning", "schema/empty-content=error"], code),
            Ok(Severity::Error)
        );
        assert_eq!(of(&["text/*=note"], Code::TextControlToken), Ok(Severity::Note));
        assert_eq!(of(&[], Code::TextControlToken), Ok(Severity::Error));
        assert_eq!(of(&["json/*=error"], Code::JsonEscapedNul), Ok(Severity::Error));
    }

    #[test]
    fn what_cannot_be_chosen_is_refused_with_the_reason() {
        let wrong = [
            "json/syntax=warning",
            "json/*=note",
            "dataset/no-records=note",
            "schema/empty-content=off",
            "schema/empty-content=wrning",
            "schema/empty-content",
            "schemas/*=note",
        ];
        let messages: Vec<String> = wrong.iter().map(|rule| chosen(&[rule]).expect_err(rule)).collect();
        expect![[r#"
            severity json/syntax=warning: json/syntax is always an error, because readers do not agree on what such a line contains

            severity json/*=note: json/syntax is always an error, because readers do not agree on what such a line contains

            severity dataset/no-records=note: dataset/no-records is always an error, because data without a record is never clean

            unknown severity `off`
            hint: no finding can be switched off; `note` never fails a run unless --fail-on says so

            unknown severity `wrning`
            hint: did you mean `warning`? the severities are error, warning and note

            no `=`
            hint: write CODE=LEVEL, such as schema/empty-content=warning

            unknown finding code `schemas/*`
            hint: did you mean `schema/*`? `bedload explain --list` shows all codes; `area/*` is all of an area"#]].assert_eq(&messages.join("\n\n"));
    }
}
