//! # Preference
//!
//! ## What it does
//! Finds preference pairs that teach nothing or something else than is meant: sides that differ in case and white space
//! alone, a side that is nothing but a refusal, an answer that begins with its prompt; and records of one prompt that
//! contradict each other: two answers that are preferred both ways, and cycles of preferences.
//!
//! ## Why
//! Direct preference optimization learns the difference between two answers. Where there is none, or it is that one of
//! them refuses or repeats the question, the model learns that.
//!
//! ## How
//! The sides of a flat record are its fields; of a conversation the first preferred and the first non-preferred
//! candidate of its last turn. They are compared without case and white space, as prompts are for groups. A refusal is a
//! short answer that begins with an apology or not, then with an English phrase for being unable, then with a verb for
//! what is refused (`refusal.rs` lists them), so that `I can't wait to see it` is none.
//!
//! Of the records that `build` keeps after exact duplicates, those that share the key of their prompt (`group`) are read
//! again, as `conflicts` does it. Prompts and answers are compared as there. Cycles are looked for among the preferences that are not flipped, so
//! that nothing is reported twice; answers that can be reached from each other are one cycle, however many ways there are.
//!
//! Of a record with more tokens than the target accepts, the texts that both answers begin with are counted, where they are
//! long enough to matter.
//!
//! How long the answers are, in characters, is kept of each record as one of 127 ratios, which are counted.
//!
//! ## Findings
//! `preference/cut-pair`, `preference/cycle`, `preference/equal-pair`, `preference/flipped-pair`, `preference/length-bias`,
//! `preference/refusal`, `preference/repeated-prompt`.

mod compared;
mod contradictions;
mod cut;
mod length;
mod pair;
mod refusal;
#[cfg(test)]
mod tests;

use bedload_bedrock::{Answers, Record};
use bedload_record::{At, Code, Findings, Locator};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Check;
pub use compared::{Compared, compared};
pub use contradictions::{Contradiction, Contradictions, contradictions};
pub use cut::check_cut;
pub use length::{judge_lengths, lengths};
use pair::{Pair, Side};
use refusal::is_refusal;

/// `[stages.preference]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PreferenceConfig {
    /// Whether the stage runs; it looks at preference pairs only.
    pub enabled: bool,
}

impl Default for PreferenceConfig {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// Fewer words of a prompt are no sign that an answer repeats it.
const PROMPT_WORDS_MIN: usize = 5;

/// Looks at the pairs of one record after the other.
pub struct Preference;

impl Check for Preference {
    fn check(&self, record: &Record<'_>, findings: &mut Findings) {
        if record.format.answers != Answers::Compared {
            return;
        }
        let Some(pair) = Pair::of(record) else { return };
        let mut add = |code, side: &Side<'_>, message: &str| {
            findings.add(code, || {
                let mut detail = None;
                side.with_place(&mut |at: &At<'_>| {
                    detail = Some(at.detail(&mut Locator::new(record.raw), message));
                });
                detail.unwrap_or_else(|| (String::new(), 0, message.to_owned()).into())
            });
        };
        let [first, second] = &pair.sides;
        // Those that are equal as they are written are an error of the schema.
        if first.may_begin_as(second) && first.folded() == second.folded() && !first.equals(second) {
            let message = "both answers are equal but for case and white space";
            add(Code::PreferenceEqualPair, second, message);
        }
        for (side, what) in [(first, "chosen"), (second, "rejected")] {
            if side.text().is_some_and(is_refusal) {
                let message = format!("the {what} answer is nothing but a refusal");
                add(Code::PreferenceRefusal, side, &message);
            }
        }
        if let Some(text) =
            pair.prompt.filter(|text| text.split_whitespace().nth(PROMPT_WORDS_MIN - 1).is_some())
        {
            let prompt = Side::Field("prompt", text);
            let begins = |side: &Side<'_>| {
                let folded = prompt.folded();
                // All but the byte that ends it.
                side.folded().starts_with(&folded[..folded.len() - 1])
            };
            for (side, what) in [(first, "chosen"), (second, "rejected")] {
                if side.may_begin_as(&prompt) && begins(side) {
                    let message = format!("the {what} answer begins with the prompt");
                    add(Code::PreferenceRepeatedPrompt, side, &message);
                }
            }
        }
    }
}
