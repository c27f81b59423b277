//! A file of profiles as it is written: shapes and names of keys, nothing resolved. Unknown keys are errors.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::decimal::Decimal;
use crate::job::{Deployment, HyperparameterKind, JobApi};
use crate::profile::{TokenCount, Training};
use crate::rule::{Bound, Level, Point};

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The day on which its facts were put together.
    pub(super) compiled: Option<Spanned<String>>,
    /// What may be cited by a tag.
    #[serde(default)]
    pub(super) sources: BTreeMap<String, Spanned<Place>>,
    #[serde(default)]
    pub(super) profile: Vec<Entry>,
}

/// One profile. What is not written comes from the profile that it is based on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entry {
    pub(super) name: Spanned<String>,
    pub(super) based_on: Option<Spanned<String>>,
    pub(super) title: Option<String>,
    pub(super) model: Option<String>,
    pub(super) task: Option<String>,
    pub(super) formats: Option<Spanned<Vec<String>>>,
    pub(super) encoding: Option<String>,
    pub(super) tokens: Option<TokenCount>,
    pub(super) training_files: Option<Training>,
    pub(super) source: Option<Spanned<Source>>,
    pub(super) legacy: Option<Spanned<Word<Day>>>,
    pub(super) end_of_life: Option<Spanned<Word<Day>>>,
    pub(super) elsewhere: Option<Spanned<Source>>,
    #[serde(default)]
    pub(super) limits: BTreeMap<Bound, Spanned<Word<Number>>>,
    #[serde(default)]
    pub(super) rules: BTreeMap<Point, Spanned<Word<Ruling>>>,
    pub(super) images: Option<Spanned<Word<Media>>>,
    pub(super) videos: Option<Spanned<Word<Media>>>,
    pub(super) documents: Option<Spanned<Word<Media>>>,
    pub(super) reserved_words: Option<Spanned<Vec<Reserved>>>,
    pub(super) pairs: Option<Spanned<Vec<Distilled>>>,
    pub(super) customization: Option<Spanned<String>>,
    pub(super) models: Option<Spanned<Vec<Base>>>,
    #[serde(default)]
    pub(super) hyperparameters: BTreeMap<String, Spanned<Word<Values>>>,
    pub(super) hyperparameters_unpublished: Option<Spanned<Missing>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) place: String,
    pub(super) date: String,
}

/// A tag of `[sources]`, or the source itself.
pub(super) type Source = Word<Place>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    pub(super) value: u64,
    pub(super) source: Source,
    pub(super) against: Option<Source>,
    pub(super) note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ruling {
    pub(super) level: Level,
    pub(super) source: Source,
    pub(super) against: Option<Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Media {
    pub(super) formats: Vec<String>,
    pub(super) source: Source,
    pub(super) disputed: Option<Disputed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disputed {
    pub(super) formats: Vec<String>,
    pub(super) source: Source,
    pub(super) against: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reserved {
    pub(super) words: Vec<String>,
    pub(super) source: Source,
    /// `false` where nothing but this source says so.
    pub(super) confirmed: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Distilled {
    pub(super) teacher: String,
    pub(super) students: Vec<String>,
    pub(super) end_of_life: Option<Day>,
    pub(super) source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Day {
    pub(super) date: Option<String>,
    /// The day on which the change was seen, where its own is not published.
    pub(super) seen: Option<String>,
    pub(super) source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Base {
    pub(super) id: String,
    pub(super) regions: Vec<String>,
    #[serde(default)]
    pub(super) api: JobApi,
    pub(super) deployments: Vec<Deployment>,
    pub(super) source: Source,
    pub(super) deployments_source: Source,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Values {
    pub(super) kind: HyperparameterKind,
    pub(super) minimum: Option<Decimal>,
    pub(super) maximum: Option<Decimal>,
    /// A number, or one of the choices.
    pub(super) default: Option<Default>,
    #[serde(default)]
    pub(super) choices: Vec<String>,
    #[serde(default)]
    pub(super) required: bool,
    /// Whether the documentation of the model leaves it out.
    #[serde(default)]
    pub(super) unlisted: bool,
    pub(super) records_per_step: Option<u64>,
    pub(super) note: Option<String>,
    pub(super) source: Source,
    pub(super) against: Option<Source>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Default {
    Number(Decimal),
    Choice(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Missing {
    pub(super) note: String,
    pub(super) source: Source,
}

/// A table, or a word in its place: a tag, or `none` for what is not to be inherited.
pub(super) enum Word<T> {
    Word(String),
    Table(T),
}

/// What a table is to look like, for who wrote something else in its place.
pub(super) trait Shape {
    /// The table, with `VALUE` where a number that was written alone would stand.
    const EXAMPLE: &'static str;
}

impl Shape for Place {
    const EXAMPLE: &'static str =
        "{ place = \"…\", date = \"YYYY-MM-DD\" }, or a tag of [sources] such as \"PREP\"";
}

impl Shape for Number {
    const EXAMPLE: &'static str = "{ value = VALUE, source = { place = \"…\", date = \"…\" } }";
}

impl Shape for Ruling {
    const EXAMPLE: &'static str = "{ level = \"refuse\", source = { place = \"…\", date = \"…\" } }";
}

impl Shape for Media {
    const EXAMPLE: &'static str = "{ formats = [\"png\"], source = { place = \"…\", date = \"…\" } }";
}

impl Shape for Values {
    const EXAMPLE: &'static str =
        "{ kind = \"integer\", minimum = 1, maximum = VALUE, source = { place = \"…\", date = \"…\" } }";
}

impl Shape for Day {
    const EXAMPLE: &'static str = "{ date = \"YYYY-MM-DD\", source = { place = \"…\", date = \"…\" } }";
}

impl<'de, T: Deserialize<'de> + Shape> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de> + Shape> Visitor<'de> for Either<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&T::EXAMPLE.replace("VALUE", "1000"))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                let example = T::EXAMPLE.replace("VALUE", &number.to_string());
                Err(E::custom(format!("a number alone has no source; write {example}")))
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Self::Value, E> {
                Ok(Word::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Word::Table)
            }
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}
