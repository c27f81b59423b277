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

use bedload_bedrock::{Format, Limit, Part};
use bedload_record::{At, Code, Findings, Json, Record};
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
    let mut failed = None;
    format.texts(json, &mut |text| match counter.count(text.text) {
        Ok(count) if text.part == Part::Prompt => tokens.prompt += count,
        Ok(count) => tokens.completion += count,
        Err(error) => failed = Some(error),
    });
    failed.map_or(Ok(tokens), Err)
}

/// The limits of a record's tokens.
pub struct TokenLimit {
    /// All its texts together.
    pub record: Option<Limit>,
    /// What the model is given.
    pub prompt: Option<Limit>,
    /// What the model is to give.
    pub completion: Option<Limit>,
    /// The fewest tokens that each image takes from the record's limit.
    pub image_min: Option<u64>,
    /// How messages name the encoding.
    pub encoding: &'static str,
}

impl Check for TokenLimit {
    fn check(&self, record: &Record<'_>, findings: &mut Findings) {
        let Some(tokens) = record.tokens else { return };
        let images = self.image_min.map_or(0, |each| each * images(record.json));
        let parts = [
            (&self.prompt, tokens.prompt, 0, " in the prompt"),
            (&self.completion, tokens.completion, 0, " in the completion"),
            (&self.record, tokens.total(), images, ""),
        ];
        let beyond = parts.into_iter().filter_map(|(limit, count, images, whose)| {
            let limit = limit.as_ref().filter(|limit| count + images > limit.value)?;
            Some((limit, count, images, whose))
        });
        // A part that is too long says it for the record as well.
        if let Some((limit, count, images, whose)) = beyond.into_iter().next() {
            findings.add(Code::LimitTokens, || {
                let (encoding, most) = (self.encoding, limit.value);
                let images =
                    if images > 0 { format!(", and {images} at least for images") } else { String::new() };
                let message =
                    format!("{count} {encoding} tokens{whose}{images}; the target takes at most {most}");
                At::RECORD.detail(record.raw, message).sourced(limit.cite())
            });
        }
    }
}

/// How many image blocks the messages of a record have.
fn images(record: Json<'_>) -> u64 {
    let messages = record.get("messages").into_iter().flat_map(Json::elements);
    let blocks = messages.filter_map(|message| message.get("content")).flat_map(Json::elements);
    blocks.filter(|block| block.get("image").is_some()).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedload_bedrock::Citation;
    use bedload_record::Parser;
    use bedload_tokens::Encoding;

    fn codes(line: &str, record_max: u64) -> Vec<Code> {
        Parser::default().parse(line.as_bytes(), |parsed| {
            let (json, _) = parsed.expect("valid");
            let format = Format::from_name("prompt-completion").expect("a format");
            let tokens = count(format, json, &mut Counter::new(Encoding::O200kBase)).expect("countable");
            let record = Record { raw: line.as_bytes(), json, tokens: Some(tokens) };
            let mut findings = Findings::codes_only();
            let source = Citation { place: "here".to_owned(), date: "2026-11".to_owned() };
            let record_max = Some(Limit { value: record_max, source, against: None });
            let limit = TokenLimit {
                record: record_max,
                prompt: None,
                completion: None,
                image_min: None,
                encoding: "o200k_base",
            };
            limit.check(&record, &mut findings);
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
