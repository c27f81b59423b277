//! Tokens against the target's limits: over them, or over them within the margin of an estimate.

use bedload_bedrock::{Limit, Record};
use bedload_record::{At, Code, Findings, Json, Locator, Tokens, Value};

use crate::Check;

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
    /// How far a count may be over a limit before that is an error, in per cent of the limit; 0 where it is exact.
    pub margin: u64,
    /// How messages name the encoding.
    pub encoding: String,
}

/// A count that is over its limit.
struct Excess<'l> {
    limit: &'l Limit,
    count: u64,
    images: u64,
    whose: &'static str,
    code: Code,
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
        let beyond = || {
            parts.into_iter().filter_map(|(limit, count, images, whose)| {
                let limit = limit.as_ref()?;
                let code = self.judge(limit.value, count, images)?;
                Some(Excess { limit, count, images, whose, code })
            })
        };
        // A part over its limit is reported instead of the record; certain excesses come before possible ones.
        let certain = beyond().find(|excess| excess.code == Code::LimitTokens);
        if let Some(excess) = certain.or_else(|| beyond().next()) {
            findings.add(excess.code, || {
                let message = self.message(&excess, tokens);
                At::RECORD.detail(&mut Locator::new(record.raw), message).sourced(excess.limit.cite())
            });
        }
    }
}

impl TokenLimit {
    /// The code for a count and what images add to it, where they are over a limit. The margin is that of the
    /// count alone: what an image adds is not an estimate.
    fn judge(&self, most: u64, count: u64, images: u64) -> Option<Code> {
        if count.saturating_add(images) <= most {
            return None;
        }
        let is_certain = match most.checked_sub(images) {
            Some(room) => u128::from(count) * 100 > u128::from(room) * (100 + u128::from(self.margin)),
            None => true,
        };
        Some(if is_certain { Code::LimitTokens } else { Code::LimitTokensEstimate })
    }

    fn message(&self, excess: &Excess<'_>, tokens: Tokens) -> String {
        let Excess { limit, count, images, whose, code } = excess;
        let (encoding, margin, most, noted) = (&self.encoding, self.margin, limit.value, limit.noted());
        let images = match images {
            0 => String::new(),
            images => format!(", plus at least {images} for images"),
        };
        let margin = match (margin, code) {
            (0, _) => String::new(),
            (_, Code::LimitTokens) => format!(", and the estimate's margin is {margin} %"),
            _ => format!(", which is within the estimate's margin of {margin} %"),
        };
        let (characters, by_6, by_3) = (tokens.characters, tokens.by_6(), tokens.by_3());
        format!(
            "{count} {encoding} tokens{whose}{images}; the target accepts at most {most}{noted}{margin} \
             (the record has {characters} characters; characters / 6 = {by_6}, characters / 3 = {by_3})"
        )
    }
}

/// How many image blocks the messages of a record have.
fn images(record: Json<'_>) -> u64 {
    let messages = record.get("messages").into_iter().flat_map(Json::elements);
    let blocks = messages.filter_map(|message| message.get("content")).flat_map(Json::elements);
    let is_image =
        |block: &Json<'_>| block.get("image").is_some_and(|image| !matches!(image.value(), Value::Null));
    blocks.filter(is_image).count() as u64
}
