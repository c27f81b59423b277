//! One record as a question: the system prompt, the turns up to the one that the model is to give, and what that is to
//! be.

use bedload_bedrock::{Answers, Dialect, FieldKind, Format, FormatId, Part, Record};
use bedload_record::{Json, Value};
use twox_hash::XxHash3_128;

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user.
    User,
    /// The assistant.
    Assistant,
}

impl Role {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// What a model is to be asked, and what is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The system prompts.
    pub system: Vec<String>,
    /// The conversation; its last turn is the user's.
    pub turns: Vec<Turn>,
    /// What is right.
    pub reference: String,
    /// A digest of all of these.
    pub digest: u128,
    /// Tokens of the system prompts and the turns.
    pub tokens: u64,
    /// Tokens of the reference.
    pub reference_tokens: u64,
}

/// Why a record is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unaskable {
    /// Some of what it says is not text.
    Media,
    /// Nothing says what is right.
    NoReference,
}

/// Returns true for formats whose records have a prompt, and what is right.
pub(super) fn has_prompts(format: &Format) -> bool {
    // What other tools write is converted first, where what it means is decided.
    let is_native = !format.is_foreign() || format.id == FormatId::OpenAiChat;
    is_native && !matches!(format.answers, Answers::None | Answers::Document | Answers::Caption)
}

/// The record as a question; a `system` prompt comes in place of its own.
pub(super) fn of(record: &Record<'_>, system: Option<&str>) -> Result<Prompt, Unaskable> {
    let mut prompt = Prompt {
        system: Vec::new(),
        turns: Vec::new(),
        reference: String::new(),
        digest: 0,
        tokens: 0,
        reference_tokens: 0,
    };
    let mut reference = None;
    for (field, value) in record.fields() {
        let Some(value) = value else { continue };
        match (field.kind, value.value()) {
            (FieldKind::Text(Part::Prompt), Value::String(text)) if record.dialect().is_some() => {
                prompt.system.push(text.to_owned());
            }
            (FieldKind::Text(Part::Prompt), Value::String(text)) => {
                prompt.turns.push(Turn { role: Role::User, text: text.to_owned() });
            }
            // Of several, such as those of a preference, the first is the better one.
            (FieldKind::Text(Part::Completion), Value::String(text)) => {
                reference.get_or_insert_with(|| text.to_owned());
            }
            (FieldKind::System, Value::Array(blocks)) => {
                let texts = blocks.filter_map(|block| block.get("text")).filter_map(string);
                prompt.system.extend(texts.map(str::to_owned));
            }
            (FieldKind::Reference, _) => reference = value.scalar().map(std::borrow::Cow::into_owned),
            (FieldKind::ToolConfig | FieldKind::ChatTools, Value::Array(_) | Value::Object(_)) => {
                return Err(Unaskable::Media);
            }
            _ => {}
        }
    }
    if let Some((dialect, messages)) = record.messages() {
        let last = conversation(dialect, messages, &mut prompt)?;
        reference = reference.or(last);
    }
    prompt.reference = reference.ok_or(Unaskable::NoReference)?;
    if prompt.turns.last().is_none_or(|turn| turn.role != Role::User) {
        return Err(Unaskable::NoReference);
    }
    if let Some(system) = system {
        prompt.system = vec![system.to_owned()];
    }
    prompt.digest = digest(&prompt);
    Ok(prompt)
}

/// Adds the messages to the question, and gives the answer that they end with, if they do.
fn conversation(
    dialect: Dialect,
    messages: Json<'_>,
    prompt: &mut Prompt,
) -> Result<Option<String>, Unaskable> {
    for message in messages.elements() {
        let role = message.get("role").and_then(string);
        let text = match message.get("candidates") {
            Some(candidates) if dialect == Dialect::Preference => preferred(candidates)?,
            _ => message.get("content").map_or(Ok(None), content)?,
        };
        if message.get("tool_calls").is_some_and(|calls| calls.elements().next().is_some()) {
            return Err(Unaskable::Media);
        }
        let Some(text) = text else { return Err(Unaskable::Media) };
        match role {
            Some("system" | "developer") => prompt.system.push(text),
            Some("user") => prompt.turns.push(Turn { role: Role::User, text }),
            Some("assistant") => prompt.turns.push(Turn { role: Role::Assistant, text }),
            _ => return Err(Unaskable::Media),
        }
    }
    match prompt.turns.last() {
        Some(turn) if turn.role == Role::Assistant => Ok(prompt.turns.pop().map(|turn| turn.text)),
        _ => Ok(None),
    }
}

/// The text of a message; none where it has none.
fn content(value: Json<'_>) -> Result<Option<String>, Unaskable> {
    match value.value() {
        Value::String(text) => Ok(Some(text.to_owned())),
        Value::Array(blocks) => {
            let mut out: Option<String> = None;
            for (key, value) in blocks.flat_map(Json::members) {
                match (key, value.value()) {
                    ("text", Value::String(text)) => {
                        let out = out.get_or_insert_default();
                        if !out.is_empty() {
                            out.push('\n');
                        }
                        out.push_str(text);
                    }
                    // What a model thought is no part of what it is asked, or of what is right.
                    ("type" | "reasoningContent", _) | (_, Value::Null) => {}
                    _ => return Err(Unaskable::Media),
                }
            }
            Ok(out)
        }
        _ => Ok(None),
    }
}

/// The text of the candidate that is preferred.
fn preferred(candidates: Json<'_>) -> Result<Option<String>, Unaskable> {
    let is_preferred = |candidate: &Json<'_>| {
        candidate.get("preferenceLabel").and_then(string).is_some_and(|label| label == "preferred")
    };
    let best = candidates.elements().find(is_preferred).and_then(|candidate| candidate.get("content"));
    best.map_or(Ok(None), content)
}

fn string(value: Json<'_>) -> Option<&str> {
    match value.value() {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Every part with its kind and its length, so that no two questions read the same.
fn digest(prompt: &Prompt) -> u128 {
    let mut hasher = XxHash3_128::new();
    let mut part = |kind: u8, text: &str| {
        hasher.write(&[kind]);
        hasher.write(&(text.len() as u64).to_le_bytes());
        hasher.write(text.as_bytes());
    };
    prompt.system.iter().for_each(|text| part(0, text));
    prompt.turns.iter().for_each(|turn| part(1 + turn.role as u8, &turn.text));
    part(3, &prompt.reference);
    hasher.finish_128()
}

#[cfg(test)]
mod tests {
    use bedload_bedrock::TextBuffer;
    use bedload_record::Parser;
    use expect_test::{Expect, expect};

    use super::*;

    fn check(format: &str, line: &str, expected: Expect) {
        let format = Format::from_name(format).expect("a format");
        let texts = TextBuffer::default();
        let shown = Parser::default().parse(line.as_bytes(), |parsed| {
            let (json, _) = parsed.expect("JSON");
            match of(&Record::new(format, line.as_bytes(), json, &texts), None) {
                Ok(prompt) => {
                    let system = prompt.system.iter().map(|text| format!("system: {text}\n"));
                    let turns =
                        prompt.turns.iter().map(|turn| format!("{}: {}\n", turn.role.name(), turn.text));
                    system.chain(turns).collect::<String>() + &format!("right: {}\n", prompt.reference)
                }
                Err(why) => format!("{why:?}\n"),
            }
        });
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_prompt_with_its_answer() {
        check(
            "prompt-completion",
            r#"{"prompt":"a\nb","completion":"c"}"#,
            expect![[r#"
            user: a
            b
            right: c
        "#]],
        );
        check(
            "evaluation",
            r#"{"prompt":"a","referenceResponse":"b","category":"c"}"#,
            expect![[r#"
            user: a
            right: b
        "#]],
        );
        check(
            "evaluation",
            r#"{"prompt":"a"}"#,
            expect![[r#"
            NoReference
        "#]],
        );
        check(
            "preference",
            r#"{"prompt":"a","chosen":"b","rejected":"c"}"#,
            expect![[r#"
            user: a
            right: b
        "#]],
        );
    }

    #[test]
    fn the_last_answer_of_a_conversation_is_what_is_right() {
        check(
            "converse",
            r#"{"system":[{"text":"s"}],"messages":[{"role":"user","content":[{"text":"a"},{"text":"b"}]},{"role":"assistant","content":[{"text":"c"}]},{"role":"user","content":[{"text":"d"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"r"}}},{"text":"e"}]}]}"#,
            expect![[r#"
                system: s
                user: a
                b
                assistant: c
                user: d
                right: e
            "#]],
        );
        check(
            "claude-messages",
            r#"{"system":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
            expect![[r#"
                system: s
                user: a
                right: b
            "#]],
        );
        check(
            "converse-preference",
            r#"{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","candidates":[{"content":[{"text":"b"}],"preferenceLabel":"non-preferred"},{"content":[{"text":"c"}],"preferenceLabel":"preferred"}]}]}"#,
            expect![[r#"
                user: a
                right: c
            "#]],
        );
    }

    #[test]
    fn a_chat_has_its_reference_beside_it() {
        check(
            "chat-rft",
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"a"}],"reference_answer":"42"}"#,
            expect![[r#"
                system: s
                user: a
                right: 42
            "#]],
        );
    }

    #[test]
    fn what_is_not_text_is_not_asked() {
        check(
            "converse",
            r#"{"messages":[{"role":"user","content":[{"image":{"format":"png"}},{"text":"a"}]},{"role":"assistant","content":[{"text":"b"}]}]}"#,
            expect![[r#"
                Media
            "#]],
        );
        check(
            "converse",
            r#"{"messages":[{"role":"user","content":[{"text":"a"}]}]}"#,
            expect![[r#"
            NoReference
        "#]],
        );
    }

    #[test]
    fn digests_tell_questions_apart() {
        let of = |system: &[&str], text: &str, reference: &str| {
            digest(&Prompt {
                system: system.iter().map(|&text| text.to_owned()).collect(),
                turns: vec![Turn { role: Role::User, text: text.to_owned() }],
                reference: reference.to_owned(),
                digest: 0,
                tokens: 0,
                reference_tokens: 0,
            })
        };
        let all = [of(&[], "ab", "c"), of(&["a"], "b", "c"), of(&[], "a", "bc"), of(&["", "a"], "b", "c")];
        assert!((1..all.len()).all(|n| !all[..n].contains(&all[n])));
        assert_eq!(all[0], of(&[], "ab", "c"));
    }
}
