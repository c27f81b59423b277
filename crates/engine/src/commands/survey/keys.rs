//! Keys that name, group or label records, by their names and by what their values do.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use bedload_bedrock::{Format, FormatId};
use bedload_record::{Json, Parser, Value};

/// How keys are called that name a record, in small letters and without punctuation.
const IDS: &[&str] =
    &["id", "uid", "uuid", "guid", "recordid", "exampleid", "sampleid", "itemid", "messageid", "questionid"];
/// Those that several records of one origin share.
const GROUPS: &[&str] = &[
    "conversationid",
    "sessionid",
    "threadid",
    "dialogid",
    "dialogueid",
    "ticketid",
    "userid",
    "customerid",
    "patientid",
    "authorid",
    "documentid",
    "docid",
    "articleid",
    "sourceid",
    "groupid",
];
/// Those that have a class.
const LABELS: &[&str] = &["label", "category", "class", "intent", "sentiment", "topic"];
/// More different values are no classes.
const CLASSES_MAX: usize = 50;

/// A longer key is no name that a person gave.
const KEY_BYTES_MAX: usize = 64;

/// JSON Pointers to what was found. They have well-known names, and names that end in an `id` of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    /// Every record has another value there.
    pub id: Option<String>,
    /// Every record has a value there, and some have the same.
    pub group: Option<String>,
    /// Every record has a value there, one of a few.
    pub label: Option<String>,
}

/// The values of a key.
#[derive(Default)]
struct Values {
    records: usize,
    different: BTreeSet<String>,
}

impl Keys {
    /// The same, without a label that says of an answer whether it is learned.
    pub(super) fn without_label_of(self, format: Option<&Format>) -> Self {
        let is_class = format.is_none_or(|format| format.id != FormatId::Kto);
        Self { label: self.label.filter(|_| is_class), ..self }
    }

    /// Looks for them in some records, at the top and in objects there.
    pub(super) fn of(records: &[Vec<u8>]) -> Self {
        let mut parser = Parser::default();
        let mut values: BTreeMap<String, Values> = BTreeMap::new();
        let mut n_records = 0;
        for record in records {
            parser.parse(record, |parsed| {
                let Ok((record, _)) = parsed else { return };
                n_records += 1;
                collect(record, "", &mut values);
            });
        }
        let is_in_all = |values: &Values| values.records == n_records && n_records > 1;
        let find = |names: &[&str], fits: &dyn Fn(usize) -> bool| {
            // The names are in the order in which they are tried; a key at the top goes before one inside.
            let fitting = |name: &&str| {
                let of_name =
                    |pointer: &&String| normal(pointer.rsplit('/').next().unwrap_or_default()) == **name;
                let is_found = |pointer: &&String| {
                    values.get(*pointer).is_some_and(|v| is_in_all(v) && fits(v.different.len()))
                };
                values
                    .keys()
                    .filter(of_name)
                    .filter(is_found)
                    .min_by_key(|pointer| (pointer.matches('/').count(), *pointer))
                    .cloned()
            };
            names.iter().find_map(fitting)
        };
        let all_differ = |different: usize| different == n_records;
        let any_id = || {
            let is_id = |(pointer, values): &(&String, &Values)| {
                is_id(pointer.rsplit('/').next().unwrap_or_default())
                    && is_in_all(values)
                    && all_differ(values.different.len())
            };
            let found = values.iter().filter(is_id).map(|(pointer, _)| pointer);
            found.min_by_key(|pointer| (pointer.matches('/').count(), *pointer)).cloned()
        };
        Self {
            id: find(IDS, &all_differ).or_else(any_id),
            group: find(GROUPS, &|different| different < n_records),
            label: find(LABELS, &|different| (2..=CLASSES_MAX.min(n_records / 2)).contains(&different)),
        }
    }
}

/// A key in small letters, without what parts its words.
fn normal(key: &str) -> String {
    key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn collect(object: Json<'_>, path: &str, values: &mut BTreeMap<String, Values>) {
    for (key, value) in object.members() {
        let name = normal(key);
        let is_known = is_id(key) || [IDS, GROUPS, LABELS].iter().any(|names| names.contains(&name.as_str()));
        if let Value::Object(_) = value.value() {
            if path.is_empty() && ["metadata", "meta"].contains(&name.as_str()) && is_plain(key) {
                collect(value, &format!("/{key}"), values);
            }
        } else if let Some(scalar) = value.scalar().filter(|_| is_known && is_plain(key)) {
            let values = values.entry(format!("{path}/{key}")).or_default();
            values.records += 1;
            values.different.insert(scalar.into_owned());
        }
    }
}

/// Whether a key ends in the word `id`: `doc_id`, `docId`, `doc-id`; not `paid`.
fn is_id(key: &str) -> bool {
    let Some((rest, last)) = key.len().checked_sub(2).and_then(|at| key.split_at_checked(at)) else {
        return false;
    };
    let is_word = match last {
        "Id" => rest.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()),
        "ID" => rest.ends_with(|c: char| c.is_ascii_lowercase() || "_-".contains(c)),
        "id" => rest.ends_with(['_', '-']),
        _ => false,
    };
    is_word && key.len() <= KEY_BYTES_MAX
}

/// Whether a key consists of letters, digits and what parts words.
fn is_plain(key: &str) -> bool {
    key.chars().all(|c| c.is_ascii_alphanumeric() || "_-. ".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(lines: &[&str]) -> Keys {
        Keys::of(&lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn keys_are_told_by_name_and_by_values() {
        let found = keys(&[
            r#"{"id":1,"userId":"a","label":"x","metadata":{"topic":"t","uuid":"q"}}"#,
            r#"{"id":2,"userId":"a","label":"y","metadata":{"topic":"t","uuid":"r"}}"#,
            r#"{"id":3,"userId":"b","label":"x","metadata":{"topic":"u","uuid":"s"}}"#,
            r#"{"id":4,"userId":"b","label":"y","metadata":{"topic":"u","uuid":"t"}}"#,
        ]);
        assert_eq!(found.id.as_deref(), Some("/id"));
        assert_eq!(found.group.as_deref(), Some("/userId"));
        assert_eq!(found.label.as_deref(), Some("/label"));
    }

    #[test]
    fn a_key_is_of_use_where_all_records_have_it_and_its_values_fit() {
        // An id that recurs names nothing, a group of one is none, and a class of each record is no class.
        assert_eq!(
            keys(&[r#"{"id":1,"user_id":1,"label":"a"}"#, r#"{"id":1,"user_id":2,"label":"b"}"#]),
            Keys { id: Some("/user_id".to_owned()), ..Keys::default() }
        );
        assert_eq!(keys(&[r#"{"id":1}"#, r#"{"x":2}"#]), Keys::default());
        assert_eq!(keys(&[r#"{"id":1}"#]), Keys::default());
        assert_eq!(keys(&[r#"{"id":[1]}"#, r#"{"id":[2]}"#]), Keys::default());
        for (key, is_offered) in [
            ("doc_id", true),
            ("docId", true),
            ("row-id", true),
            ("paid", false),
            ("grid", false),
            ("GRID", false),
        ] {
            let found = keys(&[&format!(r#"{{"{key}":"a"}}"#), &format!(r#"{{"{key}":"b"}}"#)]);
            assert_eq!(found.id, is_offered.then(|| format!("/{key}")), "{key}");
        }
        let inside = keys(&[r#"{"meta":{"uuid":"a"}}"#, r#"{"meta":{"uuid":"b"}}"#]);
        assert_eq!(inside.id.as_deref(), Some("/meta/uuid"));
    }
}
