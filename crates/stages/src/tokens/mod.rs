//! # Tokens
//!
//! ## What it does
//! Counts the tokens of every text of a record, exactly, and holds the sum against the target's limit.
//!
//! ## Why
//! A record over the limit fails the whole job, and characters / 6, the rule of thumb in the guide, let records of
//! 4,919 tokens pass for less than 4,096.
//!
//! ## How
//! Each text is counted on its own with the profile's encoding; special tokens in the data are ordinary text.
//! What a record's fields are for decides whether a text counts as prompt or as completion.
//!
//! ## Findings
//! `limit/tokens`, `tokens/uncountable`.

use bedload_bedrock::{Format, Part};
use bedload_record::{Code, Findings, Json, Record};
use serde::{Deserialize, Serialize};

use crate::Check;

pub use bedload_record::Tokens;
pub use bedload_tokens::{Counter, Encoding, Uncountable};

/// `[stages.tokens]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TokensConfig {
    /// Whether the stage runs.
    pub enabled: bool,
    /// The encoding, in place of the profile's. Example: `encoding = "cl100k_base"`.
    pub encoding: Option<String>,
    /// The most tokens in a record, in place of the profile's. Example: `record-max = 16000`.
    pub record_max: Option<u64>,
}

impl Default for TokensConfig {
    fn default() -> Self {
        Self { enabled: true, encoding: None, record_max: None }
    }
}

/// Counts the texts of a record.
///
/// # Errors
/// [`Uncountable`] where the tokenizer failed on one of them.
pub fn count(format: &Format, json: Json<'_>, counter: &mut Counter) -> Result<Tokens, Uncountable> {
    let mut tokens = Tokens::default();
    for (_, part, text) in format.texts(json) {
        let count = counter.count(text)?;
        match part {
            Part::Prompt => tokens.prompt += count,
            Part::Completion => tokens.completion += count,
        }
    }
    Ok(tokens)
}

/// The limit per record.
pub struct TokenLimit {
    /// The most tokens in a record.
    pub record_max: u64,
    /// How messages name the encoding.
    pub encoding: &'static str,
}

impl Check for TokenLimit {
    fn check(&self, record: &Record<'_>, findings: &mut Findings) {
        let Some(tokens) = record.tokens else { return };
        let Self { record_max, encoding } = self;
        if tokens.total() > *record_max {
            findings.add(Code::LimitTokens, || {
                let total = tokens.total();
                let message = format!("{total} {encoding} tokens; the target takes at most {record_max}");
                (String::new(), 0, message)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedload_record::Parser;
    use bedload_tokens::Encoding;

    fn codes(line: &str, record_max: u64) -> Vec<Code> {
        Parser::default().parse(line.as_bytes(), |parsed| {
            let (json, _) = parsed.expect("valid");
            let format = Format::from_name("prompt-completion").expect("a format");
            let tokens = count(format, json, &mut Counter::new(Encoding::O200kBase)).expect("countable");
            let record = Record { raw: line.as_bytes(), json, tokens: Some(tokens) };
            let mut findings = Findings::codes_only();
            TokenLimit { record_max, encoding: "o200k_base" }.check(&record, &mut findings);
            findings.codes().iter().collect()
        })
    }

    #[test]
    fn the_limit_is_the_last_count_that_passes() {
        // "hello" and " world" are one token each in every encoding.
        let line = r#"{"prompt":"hello world hello","completion":"hello"}"#;
        assert_eq!(codes(line, 4), []);
        assert_eq!(codes(line, 3), [Code::LimitTokens]);
    }
}
