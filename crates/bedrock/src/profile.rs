//! Target profiles: the limits of each model and task, read from `profiles.toml`, each with its source and date.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::format::Format;

/// A number with the place it is from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// The number; what it counts is the name of the limit.
    pub value: u64,
    /// Where it is written: a URL, or `bedload baseline`.
    pub source: String,
    /// When that was read: `YYYY-MM` or `YYYY-MM-DD`.
    pub date: String,
}

impl Limit {
    /// Source and date as findings show them.
    pub fn cite(&self) -> String {
        format!("{} ({})", self.source, self.date)
    }
}

/// How many training files the target takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Training {
    /// One file: shards are refused.
    One,
    /// One file, or shards where they are asked for.
    Many,
}

/// What one target (model and task) takes.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Profile {
    /// Its name on the command line.
    pub name: String,
    /// Model and task in words.
    pub title: String,
    /// The record formats it takes; the first is the default.
    pub formats: Vec<String>,
    /// The encoding by which its tokens are counted.
    pub encoding: String,
    /// How many training files it takes.
    pub training_files: Training,
    /// The fewest valid records, training and validation together.
    pub records_min: Option<Limit>,
    /// The fewest that are recommended.
    pub records_recommended: Option<Limit>,
    /// The most valid records, training and validation together.
    pub records_max: Option<Limit>,
    /// The most tokens in one record, all its texts together.
    pub record_tokens_max: Option<Limit>,
    /// The most validation records; 0 where the target takes no validation file.
    pub validation_records_max: Option<Limit>,
}

/// Why a profile cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No such name.
    #[error("unknown profile `{name}`\nhint: {hint}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The nearest name, or where to look.
        hint: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    profile: Vec<Profile>,
}

/// The catalogue, in the order in which it is written.
pub fn profiles() -> &'static [Profile] {
    static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
        let catalogue: Catalogue =
            toml::from_str(include_str!("../profiles.toml")).expect("a test reads the catalogue");
        catalogue.profile
    });
    &PROFILES
}

impl Profile {
    /// The profile with this name.
    ///
    /// # Errors
    /// [`ProfileError::Unknown`] with the nearest name.
    pub fn from_name(name: &str) -> Result<&'static Self, ProfileError> {
        profiles().iter().find(|profile| profile.name == name).ok_or_else(|| {
            let near = profiles().iter().map(|p| (distance(name, &p.name), &p.name)).min();
            let hint = match near {
                Some((d, near)) if d * 3 <= name.len().max(3) => format!("did you mean `{near}`?"),
                _ => "`bedload profiles` lists them all".to_owned(),
            };
            ProfileError::Unknown { name: name.to_owned(), hint }
        })
    }

    /// The formats it takes, the default first.
    pub fn formats(&self) -> impl Iterator<Item = &'static Format> {
        self.formats.iter().filter_map(|name| Format::from_name(name))
    }

    /// Its limits with their names, those that it has.
    pub fn limits(&self) -> impl Iterator<Item = (&'static str, &Limit)> {
        [
            ("records min", &self.records_min),
            ("records recommended", &self.records_recommended),
            ("records max", &self.records_max),
            ("tokens per record max", &self.record_tokens_max),
            ("validation records max", &self.validation_records_max),
        ]
        .into_iter()
        .filter_map(|(name, limit)| Some((name, limit.as_ref()?)))
    }
}

/// Levenshtein distance; names are short.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_catalogue_is_sound() {
        for profile in profiles() {
            assert_eq!(profile.formats().count(), profile.formats.len(), "{}: unknown format", profile.name);
            assert!(profile.formats().count() > 0, "{}", profile.name);
            assert!(!profile.title.is_empty());
            for (name, limit) in profile.limits() {
                assert!(!limit.source.is_empty() && limit.date.len() >= 7, "{}: {name}", profile.name);
            }
        }
        let mut names: Vec<_> = profiles().iter().map(|p| &p.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), profiles().len(), "a name occurs twice");
    }

    #[test]
    fn the_baseline_is_what_was_promised() {
        let table: Vec<String> = profiles()
            .iter()
            .map(|p| {
                let limits: Vec<String> = p.limits().map(|(name, l)| format!("{name} {}", l.value)).collect();
                format!("{} [{}] {}", p.name, p.formats.join(" "), limits.join(", "))
            })
            .collect();
        expect![[r"
            generic-sft [prompt-completion] records min 32, records recommended 1000, records max 10000, tokens per record max 32000
            generic-cpt [text input] records min 1000, records recommended 10000, records max 100000, tokens per record max 32000
            generic-preference [preference] records min 100, records recommended 1000, tokens per record max 32000
            generic-distillation [prompt] records min 1000, records recommended 10000, tokens per record max 32000"]]
        .assert_eq(&table.join("\n"));
    }

    #[test]
    fn a_near_name_is_offered() {
        let hint = |name: &str| Profile::from_name(name).expect_err("unknown").to_string();
        expect![[r"
            unknown profile `generic-sff`
            hint: did you mean `generic-sft`?"]]
        .assert_eq(&hint("generic-sff"));
        expect![[r"
            unknown profile `x`
            hint: `bedload profiles` lists them all"]]
        .assert_eq(&hint("x"));
    }
}
