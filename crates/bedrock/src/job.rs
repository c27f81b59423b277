//! What a customization job takes: the models that it can start from, and their hyperparameters.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::rule::Citation;

/// The kind of job that trains on the data of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Customization {
    /// Prompts and the answers that are wanted.
    FineTuning,
    /// Plain text.
    ContinuedPreTraining,
    /// Prompts that a larger model answers.
    Distillation,
    /// Prompts whose answers a grader scores.
    ReinforcementFineTuning,
}

impl Customization {
    /// All kinds.
    pub const ALL: [Self; 4] =
        [Self::FineTuning, Self::ContinuedPreTraining, Self::Distillation, Self::ReinforcementFineTuning];

    /// The value of `customizationType` in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::FineTuning => "FINE_TUNING",
            Self::ContinuedPreTraining => "CONTINUED_PRE_TRAINING",
            Self::Distillation => "DISTILLATION",
            Self::ReinforcementFineTuning => "REINFORCEMENT_FINE_TUNING",
        }
    }
}

/// Which API starts the jobs of a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobApi {
    /// `CreateModelCustomizationJob`.
    #[default]
    Bedrock,
    /// The fine-tuning jobs of the OpenAI-compatible endpoint.
    OpenAi,
}

/// How a customized model can be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deployment {
    /// Paid by the token: a custom model deployment.
    OnDemand,
    /// Paid by the hour: provisioned throughput.
    Provisioned,
}

impl Deployment {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Provisioned => "provisioned",
        }
    }
}

/// A model that a customization job can start from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BaseModel {
    /// The value of `baseModelIdentifier`, with the suffix for its context length where it has one.
    pub id: String,
    /// The regions where it can be customized.
    pub regions: Vec<String>,
    /// Which API starts its jobs.
    pub api: JobApi,
    /// How the customized model can be served; empty where the job makes it available at once.
    pub deployments: Vec<Deployment>,
    /// Who lists it.
    pub source: Citation,
    /// Who says how it can be served.
    pub deployments_source: Citation,
}

impl BaseModel {
    /// Returns true for the identifier itself, the identifier without its suffix, an inference profile of it, and the
    /// ARN of each.
    pub fn is_named(&self, name: &str) -> bool {
        let name = foundation_id(name);
        name == self.id || self.id.strip_prefix(name).is_some_and(|suffix| suffix.starts_with(':'))
    }
}

/// Where a system-defined inference profile sends requests, as its identifier begins
/// (<https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html>, 2026-11).
const GEOGRAPHIES: [&str; 8] = ["us", "us-gov", "eu", "apac", "jp", "au", "ca", "global"];

/// The identifier of a foundation model: as it is, from its ARN, or from that of an inference profile.
pub fn foundation_id(name: &str) -> &str {
    let parts = [":foundation-model/", ":inference-profile/"];
    let of_arn = parts.into_iter().find_map(|part| name.split_once(part));
    let id = match of_arn {
        Some((arn, id)) if arn.starts_with("arn:") => id,
        _ => name,
    };
    match id.split_once('.') {
        Some((geography, model)) if GEOGRAPHIES.contains(&geography) => model,
        _ => id,
    }
}

/// What the values of a hyperparameter are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HyperparameterKind {
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Some words.
    Choice,
}

impl HyperparameterKind {
    /// What a value must be, in words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Choice => "one of some words",
        }
    }
}

/// A hyperparameter of a target, as far as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hyperparameter {
    /// What its values are.
    pub kind: HyperparameterKind,
    /// The least number, where one is published.
    pub minimum: Option<Decimal>,
    /// The greatest number, where one is published.
    pub maximum: Option<Decimal>,
    /// The number that a job without it gets, where one is published.
    pub default: Option<Decimal>,
    /// The words that it takes; of numbers, those that it takes in their place, e.g. `auto`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// The word that a job without it gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_choice: Option<String>,
    /// Whether a job needs it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_required: bool,
    /// Whether the documentation of the model leaves it out: it is known from elsewhere, and best not sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_unlisted: bool,
    /// The documented number of training records for each warm-up step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub records_per_step: Option<u64>,
    /// What else there is to know, e.g. what the other source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who says so.
    pub source: Citation,
    /// Who says otherwise.
    pub against: Option<Citation>,
}

impl Hyperparameter {
    /// The sources as findings show them.
    pub fn cite(&self) -> String {
        match &self.against {
            Some(against) => format!("{}; but not {against}", self.source),
            None => self.source.to_string(),
        }
    }

    /// What is wrong with a value that a request gives it; none where the service takes it, as far as is published.
    pub fn problem(&self, value: &str) -> Option<String> {
        if self.choices.iter().any(|choice| choice == value) {
            return None;
        }
        let words = self.choices.join(", ");
        if self.kind == HyperparameterKind::Choice {
            return Some(format!("must be one of {words}, not `{value}`"));
        }
        let or_word = if words.is_empty() { String::new() } else { format!(" or {words}") };
        let number: Option<Decimal> = value.parse().ok();
        match number {
            Some(number) if self.kind == HyperparameterKind::Number || number.is_whole() => {
                let is_outside = self.minimum.is_some_and(|minimum| number < minimum)
                    || self.maximum.is_some_and(|maximum| number > maximum);
                is_outside.then(|| format!("must be {}{or_word}, not {number}", self.range()))
            }
            _ => Some(format!("must be {}{or_word}, not `{value}`", self.kind.title())),
        }
    }

    /// The range, e.g. `1 to 5`; of a choice, its words.
    pub fn range(&self) -> String {
        match (self.minimum, self.maximum) {
            _ if self.kind == HyperparameterKind::Choice => self.choices.join(", "),
            (Some(minimum), Some(maximum)) if minimum == maximum => minimum.to_string(),
            (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}"),
            (Some(minimum), None) => format!("{minimum} or more"),
            (None, Some(maximum)) => format!("at most {maximum}"),
            (None, None) => "no published range".to_owned(),
        }
    }
}

impl fmt::Display for Hyperparameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.range())?;
        if self.kind != HyperparameterKind::Choice && !self.choices.is_empty() {
            write!(f, " or {}", self.choices.join(", "))?;
        }
        match (&self.default, &self.default_choice) {
            (Some(default), _) => write!(f, ", default {default}"),
            (None, Some(default)) => write!(f, ", default {default}"),
            (None, None) if self.is_required => write!(f, ", required"),
            (None, None) => write!(f, ", no published default"),
        }
    }
}

/// That the ranges of hyperparameters are not published, and who leaves them out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unpublished {
    /// What is missing, and what is known in its place.
    pub note: String,
    /// The documentation that leaves it out.
    pub source: Citation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_several_names() {
        for name in [
            "amazon.nova-lite-v1:0",
            "us.amazon.nova-lite-v1:0",
            "us-gov.amazon.nova-lite-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
        ] {
            assert_eq!(foundation_id(name), "amazon.nova-lite-v1:0");
        }
        for name in ["amazon.nova-lite-v1:0:300k", "x:foundation-model/a.b", "my-model", "usa.model"] {
            assert_eq!(foundation_id(name), name);
        }
    }
}
