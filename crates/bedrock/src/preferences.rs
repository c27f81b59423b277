//! Preference data of other tools: what tells their records apart.

use bedload_record::{Json, Value};

use crate::format::FormatId;

/// What is under a key; none where it is absent or null.
fn given<'t>(record: Json<'t>, key: &str) -> Option<Value<'t>> {
    Some(record.get(key)?.value()).filter(|value| !matches!(value, Value::Null))
}

fn is_string(value: Option<Value<'_>>) -> bool {
    matches!(value, Some(Value::String(_)))
}

fn is_array(value: Option<Value<'_>>) -> bool {
    matches!(value, Some(Value::Array(_)))
}

/// Keys under which lists of answers are, with the keys of their scores, which may also be in each answer.
pub const ANSWER_LISTS: &[&str] =
    &["responses", "completions", "answers", "outputs", "generations", "candidates", "rollouts"];
/// Keys of lists of scores, beside a list of answers.
pub const SCORE_LISTS: &[&str] = &["scores", "ratings", "rewards"];
/// Keys of the score of an answer.
pub const SCORES: &[&str] = &["score", "rating", "reward", "overall_score"];
/// Keys of what was asked, in the order in which they are looked for.
pub const ASKED: &[&str] = &["prompt", "instruction", "question", "query", "input"];

/// Keys under which an answer is called a good one or a bad one.
pub const LABELS: &[&str] = &["kto_tag", "label"];
/// Keys of a single answer to what was asked.
pub const ANSWERED: &[&str] = &["completion", "response", "answer", "output"];

/// Returns true if a record is of a format of preference data that no target accepts.
pub(crate) fn is_of(id: FormatId, record: Json<'_>) -> bool {
    let given = |key| given(record, key);
    let has = |key| given(key).is_some();
    let is_rejected = |key| has(key) && !matches!(given(key), Some(Value::Bool(_)));
    match id {
        FormatId::OpenAiPreference => has("preferred_output") && has("non_preferred_output"),
        FormatId::ShareGptPreference => has("conversations") && has("chosen") && is_rejected("rejected"),
        FormatId::TrlPreference => {
            let is_list = |key| matches!(given(key), Some(Value::Array(_) | Value::Object(_)));
            has("chosen")
                && has("rejected")
                && !has("conversations")
                && (is_list("chosen") || is_list("rejected") || is_list("prompt"))
        }
        FormatId::MessagesPreference => {
            const REJECTED: [&str; 3] = ["rejected_response", "rejected_messages", "rejected"];
            has("messages") && !has("chosen") && REJECTED.into_iter().any(is_rejected)
        }
        FormatId::AlpacaPreference => {
            has("instruction") && is_string(given("chosen")) && is_string(given("rejected"))
        }
        FormatId::ScoredAnswers => {
            let list = ANSWER_LISTS.iter().find_map(|key| record.get(key).filter(|_| is_array(given(key))));
            let Some(list) = list else { return false };
            let is_scored = |answer: Json<'_>| SCORES.iter().any(|key| answer.get(key).is_some());
            ASKED.iter().any(|key| has(key))
                && !has("chosen")
                && (SCORE_LISTS.iter().any(|key| is_array(given(key)))
                    || list.elements().next().is_some_and(is_scored))
        }
        FormatId::Kto => {
            const OTHERS: [&str; 5] =
                ["chosen", "rejected", "rejected_response", "rejected_messages", "reference_answer"];
            let has_list_of_answers = has("instruction") && is_array(given("output"));
            // A table of text has no booleans.
            let is_said = |text: &str| ["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(text));
            let is_label = |value| match value {
                Some(Value::Bool(_)) => true,
                Some(Value::String(text)) => is_said(text),
                _ => false,
            };
            LABELS.iter().any(|key| is_label(given(key)))
                && !OTHERS.into_iter().any(has)
                && (["messages", "conversations"].iter().any(|key| is_array(given(key)))
                    || ANSWERED.iter().any(|key| has(key)) && !has_list_of_answers)
        }
        _ => false,
    }
}
