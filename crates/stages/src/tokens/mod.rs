//! # Tokens
//!
//! ## What it does
//! Counts the tokens of every text of a record exactly, with a public encoding, and checks the target's limits.
//!
//! ## Why
//! A record over the limit fails the whole job, and characters / 6, the rule of thumb in the guide, let records of
//! 4,919 tokens pass for less than 4,096.
//!
//! ## How
//! Each text is counted on its own with the profile's encoding; special tokens in the data are ordinary text.
//! What a record's fields are for decides whether a text counts as prompt or as completion. If the profile has a
//! token overhead per message, it is added for each message.
//!
//! Few targets publish their tokenizer. Where the profile calls its count an estimate it has a margin: over the limit
//! beyond the margin is an error, over it within the margin a warning. An encoding named in place of the profile's
//! does not change the margin, and a configured margin applies to any encoding.
//!
//! ## Findings
//! `limit/tokens`, `limit/tokens-estimate`, `tokens/uncountable`.

mod calibrate;
mod limit;

use bedload_bedrock::{Part, Record, Speaker};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use bedload_record::Tokens;
pub use bedload_tokens::{Counter, Encoding, Engine, Tokenizer, TokenizerError, Uncountable};
pub use calibrate::{Calibration, Pair, SHORT, Spread};
pub use limit::TokenLimit;

/// `[stages.tokens]`
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokensConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// Encoding used to count tokens, instead of the profile's. Example: `encoding = "cl100k_base"`.
    #[schemars(schema_with = "crate::shapes::encoding")]
    #[serde(deserialize_with = "crate::read::some_encoding")]
    pub encoding: Option<String>,
    /// Token counting engine: `fast`, or, in a build with the feature `tiktoken`, `tiktoken` for the same counts with
    /// tiktoken-rs. Example: `engine = "tiktoken"`.
    #[schemars(schema_with = "crate::shapes::engine")]
    #[serde(deserialize_with = "crate::read::token_engine")]
    pub engine: String,
    /// Maximum number of tokens in a record, instead of the profile's. Example: `record-max = 16000`.
    pub record_max: Option<u64>,
    /// Margin of estimated token counts, in percent, instead of the profile's: an estimate that exceeds a limit by less is
    /// a warning, not an error. Example: `margin = 5`.
    #[schemars(range(max = MARGIN_MAX))]
    #[serde(deserialize_with = "crate::read::some_margin")]
    pub margin: Option<u64>,
}

/// A count that needs a wider margin than this, in per cent, says nothing.
pub const MARGIN_MAX: u64 = 100;

impl Default for TokensConfig {
    fn default() -> Self {
        Self { enabled: true, encoding: None, engine: "fast".to_owned(), record_max: None, margin: None }
    }
}

/// Counts the texts of a record, and `turn_tokens` more for each message of a conversation.
///
/// # Errors
/// [`Uncountable`] where the tokenizer failed on one of them.
pub fn count(record: &Record<'_>, counter: &mut Counter, turn_tokens: u64) -> Result<Tokens, Uncountable> {
    let mut tokens = Tokens::default();
    let mut failed = None;
    for text in &record.texts().list {
        match counter.count(text.text) {
            Ok(count) => add(&mut tokens, text.part, text.speaker, count),
            Err(error) => failed = Some(error),
        }
        tokens.characters += text.text.chars().count() as u64;
    }
    if let Some(dialect) = record.dialect().filter(|_| turn_tokens > 0) {
        for speaker in Speaker::ALL {
            let count = record.texts().turns(speaker) * turn_tokens;
            add(&mut tokens, speaker.part(dialect), Some(speaker), count);
        }
    }
    failed.map_or(Ok(tokens), Err)
}

/// Adds the tokens of a text where they belong.
fn add(tokens: &mut Tokens, part: Part, speaker: Option<Speaker>, count: u64) {
    match part {
        Part::Prompt => tokens.prompt += count,
        Part::Completion => tokens.completion += count,
    }
    match speaker {
        Some(Speaker::System) => tokens.system += count,
        Some(Speaker::Assistant) => tokens.assistant += count,
        Some(Speaker::User) | None => {}
    }
}

#[cfg(test)]
mod tests;
