//! Keys by which data of other tools is known, and what they hold. They may be named in findings; a key that stands
//! neither here nor in a format is the user's own, and is only counted.

/// What a well-known key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// What is asked.
    Prompt,
    /// Something that is asked about: a passage, a history.
    Context,
    /// A system prompt.
    System,
    /// What the model is to say.
    Answer,
    /// A class, a summary: what the model is to say, or a description of the text beside it.
    Label,
    /// The better of two answers.
    Chosen,
    /// The worse of two answers.
    Rejected,
    /// Something about the record: where it is from, when, how good.
    Metadata,
}

const KEYS: &[(Holds, &[&str])] = &[
    (
        Holds::Prompt,
        &[
            "prompt",
            "question",
            "query",
            "instruction",
            "instructions",
            "input",
            "inputs",
            "problem",
            "task",
            "user",
            "user_prompt",
            "user_message",
            "user_input",
            "human",
            "request",
            "source_text",
            "input_text",
            "utterance",
            "sentence",
            "dialogue",
            "article",
            "text",
        ],
    ),
    (Holds::Context, &["context", "passage", "document", "history", "hypothesis", "premise", "sentence2"]),
    (Holds::System, &["system", "system_prompt", "system_message"]),
    (
        Holds::Answer,
        &[
            "completion",
            "completions",
            "response",
            "responses",
            "output",
            "outputs",
            "answer",
            "answers",
            "reply",
            "target",
            "targets",
            "target_text",
            "output_text",
            "answer_text",
            "assistant",
            "assistant_response",
            "assistant_message",
            "model_response",
            "model_output",
            "generation",
            "generations",
            "generated_text",
            "solution",
            "final_answer",
            "correct_answer",
            "best_answer",
            "gold",
            "gold_answer",
            "ground_truth",
            "expected",
            "expected_answer",
            "expected_output",
            "expected_response",
            "ideal",
            "ideal_response",
            "reference_answer",
            "reference_response",
            "referenceResponse",
            "gpt",
            "bot",
        ],
    ),
    (
        Holds::Label,
        &[
            "label",
            "labels",
            "class",
            "sentiment",
            "intent",
            "summary",
            "highlights",
            "translation",
            "kto_tag",
        ],
    ),
    (
        Holds::Chosen,
        &[
            "chosen",
            "chosen_response",
            "preferred",
            "preferred_output",
            "preferred_response",
            "response_chosen",
            "accepted",
            "winner",
        ],
    ),
    (
        Holds::Rejected,
        &[
            "rejected",
            "rejected_response",
            "rejected_responses",
            "rejected_messages",
            "rejected_output",
            "response_rejected",
            "non_preferred_output",
            "dispreferred",
            "dispreferred_response",
            "loser",
        ],
    ),
    (
        Holds::Metadata,
        &[
            "id",
            "_id",
            "uid",
            "uuid",
            "idx",
            "index",
            "source",
            "src",
            "dataset",
            "data_source",
            "origin",
            "lang",
            "language",
            "url",
            "uri",
            "date",
            "time",
            "timestamp",
            "created",
            "created_at",
            "updated_at",
            "category",
            "topic",
            "domain",
            "subject",
            "tag",
            "tags",
            "split",
            "meta",
            "metadata",
            "author",
            "user_id",
            "license",
            "title",
            "score",
            "rating",
            "quality",
            "tokens",
            "token_count",
            "num_tokens",
            "length",
            "model",
            "difficulty",
            "level",
            "type",
            "kind",
            "version",
            "schemaVersion",
            "hash",
            "sha256",
            "name",
            "file",
            "filename",
            "path",
            "subset",
            "tenant",
            "functions",
            "tool_choice",
            "parallel_tool_calls",
        ],
    ),
];

impl Holds {
    /// What a key holds, if it is well known: in small letters, with a capital, or in capitals.
    pub fn from_key(key: &str) -> Option<Self> {
        let matches = |known: &&str| {
            known.eq_ignore_ascii_case(key)
                && (*known == key
                    || key.bytes().all(|byte| !byte.is_ascii_lowercase())
                    || key[1..] == known[1..])
        };
        KEYS.iter().find(|(_, keys)| keys.iter().any(matches)).map(|(holds, _)| *holds)
    }

    /// Returns true for what a model learns to say, or not to say.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Answer | Self::Label | Self::Chosen | Self::Rejected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_in_their_usual_spellings() {
        for (key, holds) in [
            ("answer", Some(Holds::Answer)),
            ("Answer", Some(Holds::Answer)),
            ("ANSWER", Some(Holds::Answer)),
            ("aNSwer", None),
            ("antwort", None),
            ("", None),
            ("é", None),
            ("Question", Some(Holds::Prompt)),
            ("rejected_response", Some(Holds::Rejected)),
            ("referenceResponse", Some(Holds::Answer)),
            ("url", Some(Holds::Metadata)),
        ] {
            assert_eq!(Holds::from_key(key), holds, "{key}");
        }
    }
}
