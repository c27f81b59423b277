//! Shapes of other tools' data that are recognized and not converted: what they are, and what to do with them.

use bedload_record::{Json, Value};

use crate::keys::Holds;

/// A shape of records that no target accepts and that is not converted.
#[derive(Debug)]
pub struct Shape {
    /// Its short name.
    pub name: &'static str,
    /// What such records are, with the keys that tell.
    pub title: &'static str,
    /// What to do with them.
    pub advice: &'static str,
    is_of: fn(Json<'_>) -> bool,
}

/// All of them; a record is of the first that fits.
static SHAPES: &[Shape] = &[
    Shape {
        name: "invocation-log",
        title: "Bedrock invocation logs (`modelId`, `input`, `output`)",
        advice: "leave them in S3 and give their prefix to a distillation or reinforcement fine-tuning \
                 job as its invocation logs; Bedrock makes the records itself",
        is_of: |record| {
            has(record, "modelId")
                && (has(record, "input") || has(record, "output"))
                && (has(record, "schemaType")
                    || kind(record, "input") == Some(Is::Object)
                    || kind(record, "output") == Some(Is::Object))
        },
    },
    Shape {
        name: "alpaca-answers",
        title: "Alpaca instructions with a list of answers each (`output`)",
        advice: "put the better answer under `chosen`, the other under `rejected`, and remove `output` \
                 (format alpaca-preference); for fine-tuning, make `output` the better one",
        is_of: |record| has(record, "instruction") && kind(record, "output") == Some(Is::Array),
    },
    Shape {
        name: "implicit-preference",
        title: "preference data without a prompt (`chosen` and `rejected` as whole conversations)",
        advice: "move the part that both answers begin with to `prompt` (format preference); if the prompt has a \
                 key of its own, `bedload convert INPUT --to preference \
                 --map prompt=KEY,chosen=chosen,rejected=rejected --out FILE` does it",
        is_of: |record| {
            let asks = |key: &str| matches!(Holds::from_key(key), Some(Holds::Prompt | Holds::Context));
            has(record, "chosen") && has(record, "rejected") && !record.members().any(|(key, _)| asks(key))
        },
    },
    Shape {
        name: "answer-lists",
        title: "prompts with a list of answers each, without scores",
        advice: "choose one answer for fine-tuning (`prompt`, `completion`), or two for preference data (`prompt`, \
                 `chosen`, `rejected`); with a list `scores` beside them, or a `score` in each, `bedload convert` \
                 takes the best and the worst",
        is_of: |record| {
            const ASKED: &[&str] = &["prompt", "instruction", "question", "query", "input"];
            const ANSWERED: &[&str] = &["completion", "response", "output", "answer", "chosen"];
            const LISTS: &[&str] =
                &["completions", "responses", "answers", "outputs", "generations", "candidates", "rollouts"];
            ASKED.iter().any(|key| has(record, key))
                && !ANSWERED.iter().any(|key| has(record, key))
                && LISTS.iter().any(|key| kind(record, key) == Some(Is::Array))
        },
    },
    Shape {
        name: "openai-batch",
        title: "OpenAI Batch API requests (`custom_id`, `body`)",
        advice: "extract the messages with `jq -c .body FILE`",
        is_of: |record| has(record, "custom_id") && kind(record, "body") == Some(Is::Object),
    },
    Shape {
        name: "paired-messages",
        title: "pairs of conversations (`chosen_messages`, `rejected_messages`)",
        advice: "name these keys `chosen` and `rejected` (format trl-preference), for example with \
                 `jq -c '{chosen: .chosen_messages, rejected: .rejected_messages}' FILE`",
        is_of: |record| {
            kind(record, "chosen_messages") == Some(Is::Array)
                && kind(record, "rejected_messages") == Some(Is::Array)
        },
    },
    Shape {
        name: "gemini",
        title: "Gemini conversations (`contents` with `parts`)",
        advice: "write each of `contents` as one of `messages` (format converse): `parts` as `content`, the role \
                 `model` as `assistant`",
        is_of: |record| {
            record
                .get("contents")
                .is_some_and(|turns| turns.elements().next().is_some_and(|turn| turn.get("parts").is_some()))
        },
    },
];

impl Shape {
    /// The shape that a record is of.
    pub fn of(record: Json<'_>) -> Option<&'static Self> {
        SHAPES.iter().find(|shape| (shape.is_of)(record))
    }

    pub(crate) fn number(&self) -> usize {
        SHAPES.iter().position(|shape| shape.name == self.name).expect("one of them")
    }

    pub(crate) fn all() -> &'static [Self] {
        SHAPES
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Is {
    Array,
    Object,
    Other,
}

/// What is under a key; none where it is absent or null.
fn kind(record: Json<'_>, key: &str) -> Option<Is> {
    match record.get(key)?.value() {
        Value::Null => None,
        Value::Array(_) => Some(Is::Array),
        Value::Object(_) => Some(Is::Object),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(Is::Other),
    }
}

fn has(record: Json<'_>, key: &str) -> bool {
    kind(record, key).is_some()
}
