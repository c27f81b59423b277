//! Answers of a model to many prompts, each kept in a file as soon as it is there.

mod ask;
mod kept;
mod model;
mod pressure;

pub use ask::{AskError, Asking, Outcome};
pub use kept::{Kept, KeptError, answer_line, failure_line, is_cut_off};
pub use model::{Serving, refuse_model};

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The user.
    User,
    /// The assistant.
    Assistant,
}

impl Speaker {
    /// The service's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// What a model is asked, and what is right.
#[derive(Clone, Debug)]
pub struct Question {
    /// The system prompts.
    pub system: Vec<String>,
    /// The conversation; its last turn is the user's.
    pub turns: Vec<(Speaker, String)>,
    /// What is right.
    pub reference: String,
    /// A digest of all of these.
    pub digest: u128,
}

/// How a model is asked, the same for all prompts.
#[derive(Clone, Debug, PartialEq)]
pub struct How {
    /// What answers: an identifier or an ARN.
    pub model: String,
    /// The most tokens of an answer.
    pub max_tokens: u32,
    /// How much chance is in an answer.
    pub temperature: f32,
}

/// What a model answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its text.
    pub text: String,
    /// Why it ends: `end_turn`, `max_tokens` and the like.
    pub stop_reason: String,
    /// Tokens that were read.
    pub input_tokens: u64,
    /// Tokens that were written.
    pub output_tokens: u64,
    /// How long it took, by the service.
    pub latency_ms: u64,
}
