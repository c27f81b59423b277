//! Target profiles: what one model and task takes, each number and each rule with its source and date.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::format::Format;
use crate::job::{BaseModel, Customization, Hyperparameter, Unpublished};
use crate::rule::{Bound, Citation, Point, Rule};

/// A number with the place it is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// The number; its [`Bound`] says what it counts.
    pub value: u64,
    /// Who sets it.
    pub source: Citation,
    /// Who says otherwise, where the sources contradict each other.
    pub against: Option<Citation>,
    /// On what the number depends, where it does, e.g. on the batch size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Limit {
    /// The sources as findings show them.
    pub fn cite(&self) -> String {
        cite(&self.source, self.against.as_ref())
    }

    /// Whether the sources contradict each other.
    pub fn is_disputed(&self) -> bool {
        self.against.is_some()
    }

    /// What the number depends on, as it follows the number in a message.
    pub fn noted(&self) -> String {
        self.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"))
    }
}

/// The sources as findings show them.
fn cite(source: &Citation, against: Option<&Citation>) -> String {
    match against {
        Some(against) => format!("{source}; but not {against}"),
        None => source.to_string(),
    }
}

/// The formats of one kind of media that a target takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MediaFormats {
    /// Their names as the record's `format` spells them.
    pub formats: Vec<String>,
    /// Who lists them.
    pub source: Citation,
    /// More of them, on which the sources contradict each other.
    pub disputed: Option<DisputedFormats>,
}

/// Media formats that one source leaves out and another one lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DisputedFormats {
    /// Their names as the record's `format` spells them.
    pub formats: Vec<String>,
    /// Who leaves them out.
    pub source: Citation,
    /// Who lists them.
    pub against: Citation,
}

impl DisputedFormats {
    /// The sources as findings show them.
    pub fn cite(&self) -> String {
        cite(&self.source, Some(&self.against))
    }
}

/// Words that must not occur in some texts; the rules on reserved words say in which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReservedWords {
    /// The words as they are written.
    pub words: Vec<String>,
    /// Who reserves them.
    pub source: Citation,
    /// False where nothing but this source says so: an occurrence is worth a note.
    pub is_confirmed: bool,
}

/// A day on which something changed for a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Since {
    /// `YYYY-MM-DD`
    pub date: String,
    /// True where the day itself is not published, and this is the one on which the change was seen.
    pub is_seen: bool,
    /// Where it is written.
    pub source: Citation,
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_the_latest = if self.is_seen { " at the latest (exact day not found)" } else { "" };
        write!(f, "{}{at_the_latest}", self.date)
    }
}

/// How far the profile's encoding is the one that the target counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenCount {
    /// It is the model's own encoding.
    Exact,
    /// The model's own encoding is not published; this one is near it.
    Estimate,
}

impl TokenCount {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Estimate => "estimate",
        }
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

impl Training {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Many => "many",
        }
    }
}

/// A student that learns from a teacher in distillation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Pair {
    /// The model that answers.
    pub teacher: String,
    /// The models that learn from it.
    pub students: Vec<String>,
    /// Since when one of them is gone, so that the pair is not on offer any more.
    pub end_of_life: Option<Since>,
    /// Where the pair is written.
    pub source: Citation,
}

/// Where a model is in its life, on the day of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Life {
    /// It takes new jobs.
    Live,
    /// It exists, but takes no new jobs.
    Legacy,
    /// It is gone.
    EndOfLife,
}

/// What one target (model and task) takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Profile {
    /// Its name on the command line: `[a-z0-9.-]+`.
    pub name: String,
    /// Model and task in words.
    pub title: String,
    /// The model in words.
    pub model: String,
    /// The task in words.
    pub task: String,
    /// The names of the record formats it takes; the first is the default.
    pub formats: Vec<String>,
    /// The encoding by which its tokens are counted.
    pub encoding: String,
    /// How far that is the model's own encoding.
    pub tokens: TokenCount,
    /// How many training files it takes.
    pub training_files: Training,
    /// Who describes the record in general.
    pub source: Citation,
    /// Where the model is in its life, on the day of the catalogue.
    pub life: Life,
    /// Since when it is, or from when it will be, legacy.
    pub legacy: Option<Since>,
    /// Since when it is, or from when it will be, gone.
    pub end_of_life: Option<Since>,
    /// Who says that another service than Bedrock takes it.
    pub elsewhere: Option<Citation>,
    /// Its limits; what is not here is not bounded.
    pub limits: BTreeMap<Bound, Limit>,
    /// Its rules; what is not here is taken.
    pub rules: BTreeMap<Point, Rule>,
    /// The image formats it takes.
    pub images: Option<MediaFormats>,
    /// The video formats it takes.
    pub videos: Option<MediaFormats>,
    /// The document formats it takes.
    pub documents: Option<MediaFormats>,
    /// The words that it reserves.
    pub reserved_words: Vec<ReservedWords>,
    /// The teachers and students of a distillation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pairs: Vec<Pair>,
    /// The kind of job that trains on its data; none where Bedrock has no such job.
    pub customization: Option<Customization>,
    /// The models that such a job can start from; empty where the profile is of no model in particular.
    pub models: Vec<BaseModel>,
    /// The hyperparameters of such a job, as far as they are published.
    pub hyperparameters: BTreeMap<String, Hyperparameter>,
    /// That their ranges are not published, or not by the documentation of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hyperparameters_unpublished: Option<Unpublished>,
}

impl Profile {
    /// The limit on something, where there is one.
    pub fn limit(&self, bound: Bound) -> Option<&Limit> {
        self.limits.get(&bound)
    }

    /// What it says on a point, where it says something.
    pub fn rule(&self, point: Point) -> Option<&Rule> {
        self.rules.get(&point)
    }

    /// The formats it takes, the default first.
    pub fn formats(&self) -> impl Iterator<Item = &'static Format> {
        self.formats.iter().filter_map(|name| Format::from_name(name))
    }

    /// Where the model is in its life on a day (`YYYY-MM-DD`).
    pub(crate) fn life_on(&self, day: &str) -> Life {
        let is_past = |since: &Option<Since>| since.as_ref().is_some_and(|since| since.date.as_str() <= day);
        match (is_past(&self.end_of_life), is_past(&self.legacy)) {
            (true, _) => Life::EndOfLife,
            (false, true) => Life::Legacy,
            (false, false) => Life::Live,
        }
    }
}
