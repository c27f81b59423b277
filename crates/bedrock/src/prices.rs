//! What customization costs: prices by model, each with its source, its date, and how sure it is. Reads text, never
//! files. What is not in the table is not known, and nothing is put in its place.

mod list;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::job::foundation_id;
use crate::rule::Citation;

/// How sure a price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sure {
    /// AWS's price list.
    LiveApi,
    /// AWS's pricing page.
    Page,
    /// A bill, or a figure of AWS's own.
    Bill,
    /// Somebody says so.
    ThirdParty,
    /// It follows from other prices.
    Inference,
    /// The user says so.
    Given,
}

impl Sure {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::LiveApi => "live-api",
            Self::Page => "page",
            Self::Bill => "bill",
            Self::ThirdParty => "third-party",
            Self::Inference => "inference",
            Self::Given => "given",
        }
    }
}

/// What a price is for one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Per {
    /// A thousand tokens.
    #[serde(rename = "1k-tokens")]
    ThousandTokens,
    /// A million tokens.
    #[serde(rename = "1m-tokens")]
    MillionTokens,
    /// An image that the training sees.
    #[serde(rename = "image")]
    Image,
    /// An hour of the job.
    #[serde(rename = "hour")]
    Hour,
    /// A month of storing a model.
    #[serde(rename = "model-month")]
    ModelMonth,
    /// An hour of a model unit.
    #[serde(rename = "unit-hour")]
    UnitHour,
}

impl Per {
    /// What it is, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::ThousandTokens => "1,000 tokens",
            Self::MillionTokens => "1,000,000 tokens",
            Self::Image => "image seen",
            Self::Hour => "hour of the job",
            Self::ModelMonth => "model and month",
            Self::UnitHour => "model unit and hour",
        }
    }

    /// How many tokens a price is for; none where it is not for tokens.
    pub fn tokens(self) -> Option<u32> {
        match self {
            Self::ThousandTokens => Some(1000),
            Self::MillionTokens => Some(1_000_000),
            Self::Image | Self::Hour | Self::ModelMonth | Self::UnitHour => None,
        }
    }
}

/// A price, or that there is one which is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// US dollars; none where only the unit is known.
    pub usd: Option<Decimal>,
    /// What it is for one of.
    pub per: Per,
    /// Where it was seen, and when.
    pub source: Citation,
    /// How sure it is.
    pub sure: Sure,
    /// What else there is to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl fmt::Display for Price {
    /// Writes the price with its date, always.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.usd {
            Some(usd) => write!(f, "{} per {}", usd.price(), self.per.title())?,
            None => write!(f, "unknown price per {}", self.per.title())?,
        }
        write!(f, " ({}, {}: {}", self.source.date, self.sure.name(), self.source.place)?;
        match &self.note {
            Some(note) => write!(f, "; {note})"),
            None => write!(f, ")"),
        }
    }
}

/// For how long a model unit is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Commitment {
    /// By the hour.
    None,
    /// For a month.
    OneMonth,
    /// For six months.
    SixMonths,
}

impl Commitment {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::None, Self::OneMonth, Self::SixMonths];

    /// What it is, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::None => "no commitment",
            Self::OneMonth => "1 month",
            Self::SixMonths => "6 months",
        }
    }
}

/// The prices of one model, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModelPrices {
    /// The identifier without the suffix for its context length.
    pub id: String,
    /// The region that the prices are for.
    pub region: String,
    /// The prefix of its usage types in AWS's price list, where it is known.
    pub usage_type: Option<String>,
    /// Training by answers or text.
    pub training: Option<Price>,
    /// Training by reinforcement.
    pub reinforcement: Option<Price>,
    /// Keeping the customized model.
    pub storage: Option<Price>,
    /// Tokens that a customized model reads, on demand.
    pub input: Option<Price>,
    /// Tokens that a customized model writes, on demand.
    pub output: Option<Price>,
    /// Tokens that the base model reads, on demand.
    pub base_input: Option<Price>,
    /// Tokens that the base model writes, on demand.
    pub base_output: Option<Price>,
    /// A unit of provisioned throughput.
    pub provisioned: BTreeMap<Commitment, Price>,
}

/// The prices of all models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    compiled: String,
    models: Vec<ModelPrices>,
}

/// What is wrong with a file of prices, or with a price list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PriceError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    compiled: String,
    #[serde(default)]
    sources: BTreeMap<String, WrittenSource>,
    #[serde(default)]
    model: Vec<WrittenModel>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSource {
    place: String,
    date: String,
    sure: Sure,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenModel {
    id: String,
    region: String,
    usage_type: Option<String>,
    training: Option<WrittenPrice>,
    reinforcement: Option<WrittenPrice>,
    storage: Option<WrittenPrice>,
    input: Option<WrittenPrice>,
    output: Option<WrittenPrice>,
    base_input: Option<WrittenPrice>,
    base_output: Option<WrittenPrice>,
    #[serde(default)]
    provisioned: BTreeMap<Commitment, WrittenPrice>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPrice {
    usd: Option<Decimal>,
    per: Per,
    source: Tag,
    sure: Option<Sure>,
    note: Option<String>,
}

/// A tag of `[sources]`, or the source itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum Tag {
    Tag(String),
    Source(WrittenSource),
}

impl Prices {
    /// The prices that are recorded with the program.
    pub fn built_in() -> Self {
        Self::read(include_str!("../prices.toml")).expect("a test reads the prices")
    }

    /// The prices of a file of the same form as `prices.toml`; none are taken from elsewhere.
    ///
    /// # Errors
    /// [`PriceError`] where the file is not of that form, or a price has no source or no date.
    pub fn read(toml_text: &str) -> Result<Self, PriceError> {
        let file: File =
            toml::from_str(toml_text).map_err(|error| PriceError(error.to_string().trim_end().to_owned()))?;
        let mut models: Vec<ModelPrices> = Vec::new();
        for model in file.model {
            if models.iter().any(|known| known.id == model.id && known.region == model.region) {
                return Err(PriceError(format!("{} occurs twice for {}", model.id, model.region)));
            }
            models.push(resolve(model, &file.sources)?);
        }
        Ok(Self { compiled: date("compiled", &file.compiled)?, models })
    }

    /// The day on which the prices were put together, `YYYY-MM-DD`.
    pub fn date(&self) -> &str {
        &self.compiled
    }

    /// All models.
    pub fn models(&self) -> &[ModelPrices] {
        &self.models
    }

    /// The prices of a base model, by its identifier with or without suffix, or by its ARN.
    pub fn of(&self, model: &str) -> Option<&ModelPrices> {
        let id = foundation_id(model);
        self.models.iter().find(|prices| {
            id.strip_prefix(prices.id.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        })
    }
}

fn resolve(
    model: WrittenModel,
    sources: &BTreeMap<String, WrittenSource>,
) -> Result<ModelPrices, PriceError> {
    let price = |key: &str, allowed: &[Per], written: Option<WrittenPrice>| {
        let Some(written) = written else { return Ok(None) };
        let place = format!("{}: {key}", model.id);
        if !allowed.contains(&written.per) {
            return Err(PriceError(format!("{place}: a price here is not per {}", written.per.title())));
        }
        let WrittenSource { place: from, date: day, sure } = match written.source {
            Tag::Source(source) => source,
            Tag::Tag(tag) => sources
                .get(&tag)
                .cloned()
                .ok_or_else(|| PriceError(format!("{place}: unknown source `{tag}`")))?,
        };
        if from.trim().is_empty() {
            return Err(PriceError(format!("{place}: the source has no place")));
        }
        Ok(Some(Price {
            usd: written.usd,
            per: written.per,
            source: Citation { place: from, date: date(&place, &day)? },
            sure: written.sure.unwrap_or(sure),
            note: written.note,
        }))
    };
    let tokens = [Per::ThousandTokens, Per::MillionTokens];
    let training = [Per::ThousandTokens, Per::MillionTokens, Per::Image, Per::Hour];
    let provisioned = model.provisioned.into_iter().filter_map(|(commitment, written)| {
        let read = price(commitment.title(), &[Per::UnitHour], Some(written)).transpose()?;
        Some(read.map(|price| (commitment, price)))
    });
    Ok(ModelPrices {
        provisioned: provisioned.collect::<Result<_, PriceError>>()?,
        training: price("training", &training, model.training)?,
        reinforcement: price("reinforcement", &training, model.reinforcement)?,
        storage: price("storage", &[Per::ModelMonth], model.storage)?,
        input: price("input", &tokens, model.input)?,
        output: price("output", &tokens, model.output)?,
        base_input: price("base-input", &tokens, model.base_input)?,
        base_output: price("base-output", &tokens, model.base_output)?,
        id: model.id,
        region: model.region,
        usage_type: model.usage_type,
    })
}

/// A day, or the month or the year where the day is not known.
fn date(place: &str, text: &str) -> Result<String, PriceError> {
    let fits = |pattern: &str| {
        text.len() == pattern.len()
            && text
                .bytes()
                .zip(pattern.bytes())
                .all(|(b, p)| if p == b'0' { b.is_ascii_digit() } else { b == p })
    };
    if ["0000-00-00", "0000-00", "0000"].into_iter().any(fits) {
        Ok(text.to_owned())
    } else {
        Err(PriceError(format!("{place}: `{text}` is not a date\nhint: write YYYY-MM-DD, YYYY-MM or YYYY")))
    }
}

#[cfg(test)]
mod tests;
