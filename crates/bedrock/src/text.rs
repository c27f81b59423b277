//! The texts of a record: who says them, what they are for, where the prompt is.

use bedload_record::json::{Location, Step, locate, string_content};
use bedload_record::{Json, Value};

use crate::format::{Dialect, Field, FieldKind, Format, Part};

/// Who says something in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The system prompt, and the tools that are described with it.
    System,
    /// The user, and tools that answer.
    User,
    /// The assistant: answers, candidates, reasoning, tool calls.
    Assistant,
}

/// One text of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'t> {
    /// The field of a flat record; in conversations `system`, `user`, `assistant`, `reasoning` or `tools`.
    pub name: &'static str,
    /// What it is for.
    pub part: Part,
    /// The role that says it; none in a record that is not a conversation.
    pub speaker: Option<Speaker>,
    /// Whether it belongs to the prompt that a record begins with, by which records are grouped.
    pub opens: bool,
    /// The text, decoded.
    pub text: &'t str,
}

impl Format {
    /// Visits the texts of a record, in the order of the fields and messages. Values of a wrong type are passed over.
    pub fn texts<'t>(&self, record: Json<'t>, visit: &mut impl FnMut(Text<'t>)) {
        for (field, value) in self.fields.iter().zip(self.values(record)) {
            let Some(value) = value else { continue };
            let flat = |part| Text {
                name: field.key,
                part,
                // The one flat text that a conversation has is its system prompt.
                speaker: self.dialect().map(|_| Speaker::System),
                opens: part == Part::Prompt && self.dialect().is_none(),
                text: "",
            };
            match (field.kind, value.value()) {
                (FieldKind::Text(part), Value::String(text)) => visit(Text { text, ..flat(part) }),
                (FieldKind::Caption, Value::String(text)) => visit(Text { text, ..flat(Part::Completion) }),
                (FieldKind::System, Value::Array(blocks)) => {
                    let system = beside("system");
                    blocks.for_each(|block| text_of(block, system, visit));
                }
                (FieldKind::Messages(dialect), Value::Array(messages)) => {
                    conversation(dialect, messages, visit);
                }
                (FieldKind::ToolConfig | FieldKind::ChatTools, Value::Array(_) | Value::Object(_)) => {
                    strings(value, beside("tools"), visit);
                }
                _ => {}
            }
        }
    }

    /// Visits the messages of a conversation, its system prompt among them, with their texts left out.
    pub fn turns<'t>(&self, record: Json<'t>, visit: &mut impl FnMut(Text<'t>)) {
        let Some(dialect) = self.dialect() else { return };
        for (field, value) in self.fields.iter().zip(self.values(record)) {
            match (field.kind, value.map(Json::value)) {
                (FieldKind::System, Some(Value::Array(_))) | (FieldKind::Text(_), Some(Value::String(_))) => {
                    visit(beside("system"));
                }
                (FieldKind::Messages(_), Some(Value::Array(messages))) => {
                    let mut answered = false;
                    messages.for_each(|message| visit(turn(dialect, message, &mut answered)));
                }
                _ => {}
            }
        }
    }

    /// Which of a record's texts there are, and count for tokens, in words.
    pub fn counted(&self) -> String {
        let texts = match self.dialect() {
            None => {
                let is_text = |field: &&Field| matches!(field.kind, FieldKind::Text(_) | FieldKind::Caption);
                let names: Vec<&str> = self.fields.iter().filter(is_text).map(|field| field.key).collect();
                return format!("{}; not: other keys", names.join(", "));
            }
            Some(Dialect::Claude | Dialect::ShareGpt) => "system, every turn; not: keys of the format",
            Some(Dialect::Converse) => {
                "system, every turn, reasoning, tool calls and results, tool configuration; \
                 not: keys of the format, media"
            }
            Some(Dialect::Preference) => {
                "system, every turn, all candidates, reasoning, tool calls and results, tool configuration; \
                 not: keys of the format, media"
            }
            Some(Dialect::Chat) => {
                "every turn, tool calls and results, tools; not: keys of the format, reference answer"
            }
        };
        texts.to_owned()
    }

    /// The text that a model is to give, where a record has exactly one besides a prompt: its label, where data is
    /// for classification.
    pub fn target<'t>(&self, record: Json<'t>) -> Option<&'t str> {
        let (mut prompts, mut targets, mut last) = (0, 0, None);
        self.texts(record, &mut |text| match text.part {
            Part::Prompt => prompts += 1,
            Part::Completion => {
                targets += 1;
                last = Some(text.text);
            }
        });
        last.filter(|_| prompts > 0 && targets == 1)
    }

    /// Returns true if records have a prompt, which can be put into another.
    pub fn has_prompt(&self) -> bool {
        self.dialect().is_some()
            || self.fields.iter().any(|field| field.kind == FieldKind::Text(Part::Prompt))
    }

    /// Where a line of this format has the string of its prompt: the first text of the first user message, or the
    /// prompt field. Linear in the line.
    pub fn prompt_place(&self, line: &[u8]) -> Option<Location> {
        let is_string = |at: &Location| line[at.start] == b'"';
        let messages = self.fields.iter().find(|field| matches!(field.kind, FieldKind::Messages(_)));
        let Some(messages) = messages else {
            let prompt = self.fields.iter().find(|field| field.kind == FieldKind::Text(Part::Prompt))?;
            return locate(line, &[Step::Key(prompt.key)]).filter(is_string);
        };
        let message = |n, key| [Step::Key(messages.key), Step::Index(n), Step::Key(key)];
        let user = (0..)
            .map_while(|n| Some((n, locate(line, &message(n, "role"))?)))
            .find(|(_, role)| string_content(&line[role.start..role.end]).trim_matches('"') == "user")?;
        let content = message(user.0, "content");
        let whole = locate(line, &content)?;
        if is_string(&whole) {
            return Some(whole);
        }
        let block = |n| [content[0], content[1], content[2], Step::Index(n), Step::Key("text")];
        let blocks = (0..).take_while(|&n| locate(line, &block(n)[..4]).is_some());
        blocks.filter_map(|n| locate(line, &block(n))).find(is_string)
    }
}

/// The texts of a conversation outside its messages.
fn beside(name: &'static str) -> Text<'static> {
    Text { name, part: Part::Prompt, speaker: Some(Speaker::System), opens: false, text: "" }
}

/// Whose turn a message is, and what for; `answered` tells whether the assistant has spoken, and is kept up.
fn turn(dialect: Dialect, message: Json<'_>, answered: &mut bool) -> Text<'static> {
    let role_key = if dialect == Dialect::ShareGpt { "from" } else { "role" };
    let role = match message.get(role_key).map(Json::value) {
        Some(Value::String(role)) => role,
        _ => "",
    };
    let (name, speaker) = match role {
        "system" | "developer" => ("system", Speaker::System),
        "assistant" | "gpt" | "model" | "bot" => ("assistant", Speaker::Assistant),
        "tool" | "function" => ("tools", Speaker::User),
        _ => ("user", Speaker::User),
    };
    *answered |= name == "assistant";
    // What a chat record for reinforcement holds is all prompt: its answers are made in training.
    let is_learnt = name == "assistant" && dialect != Dialect::Chat;
    let part = if is_learnt { Part::Completion } else { Part::Prompt };
    Text { name, part, speaker: Some(speaker), opens: name == "user" && !*answered, text: "" }
}

fn conversation<'t>(
    dialect: Dialect,
    messages: impl Iterator<Item = Json<'t>>,
    visit: &mut impl FnMut(Text<'t>),
) {
    let content_key = if dialect == Dialect::ShareGpt { "value" } else { "content" };
    let mut answered = false;
    for message in messages {
        let own = turn(dialect, message, &mut answered);
        for (key, value) in message.members() {
            match (key, value.value()) {
                (key, Value::String(text)) if key == content_key => visit(Text { text, ..own }),
                (key, Value::Array(blocks)) if key == content_key => {
                    blocks.for_each(|block| block_texts(block, own, visit));
                }
                ("candidates", Value::Array(candidates)) => {
                    for candidate in candidates {
                        if let Some(Value::Array(blocks)) = candidate.get("content").map(Json::value) {
                            blocks.for_each(|block| block_texts(block, own, visit));
                        }
                    }
                }
                ("tool_calls", _) => strings(value, Text { name: "tools", opens: false, ..own }, visit),
                _ => {}
            }
        }
    }
}

fn block_texts<'t>(block: Json<'t>, own: Text<'t>, visit: &mut impl FnMut(Text<'t>)) {
    for (key, value) in block.members() {
        match (key, value.value()) {
            ("text", Value::String(text)) => visit(Text { text, ..own }),
            ("reasoningContent", _) => {
                let text = value.get("reasoningText").and_then(|reasoning| reasoning.get("text"));
                if let Some(Value::String(text)) = text.map(Json::value) {
                    visit(Text { name: "reasoning", text, ..own });
                }
            }
            ("toolUse" | "toolResult", _) => {
                strings(value, Text { name: "tools", opens: false, ..own }, visit);
            }
            _ => {}
        }
    }
}

fn text_of<'t>(block: Json<'t>, own: Text<'t>, visit: &mut impl FnMut(Text<'t>)) {
    if let Some(Value::String(text)) = block.get("text").map(Json::value) {
        visit(Text { text, ..own });
    }
}

/// Every string inside a value, and every key: what a tool call is made of.
fn strings<'t>(value: Json<'t>, own: Text<'t>, visit: &mut impl FnMut(Text<'t>)) {
    match value.value() {
        Value::String(text) => visit(Text { text, ..own }),
        Value::Array(elements) => elements.for_each(|element| strings(element, own, visit)),
        Value::Object(members) => members.for_each(|(key, value)| {
            visit(Text { text: key, ..own });
            strings(value, own, visit);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedload_record::Parser;
    use expect_test::{Expect, expect};

    fn check(format: &str, line: &str, expect: Expect) {
        let format = Format::from_any_name(format).expect("a format");
        let mut shown = Parser::default().parse(line.as_bytes(), |parsed| {
            let (json, _) = parsed.expect("valid JSON");
            let mut shown = String::new();
            format.texts(json, &mut |t| {
                let opens = if t.opens { " opens" } else { "" };
                let speaker = t.speaker.map_or(String::new(), |speaker| format!(" by {speaker:?}"));
                shown += &format!("{} {:?}{speaker}{opens}: {}\n", t.name, t.part, t.text);
            });
            let mut turns = 0;
            format.turns(json, &mut |t| turns += usize::from(t.text.is_empty()));
            shown += &format!("{turns} turns\n");
            shown
        });
        if let Some(at) = format.prompt_place(line.as_bytes()) {
            shown += &format!("prompt at {}", &line[at.start..at.end]);
        }
        expect.assert_eq(&shown);
    }

    #[test]
    fn every_text_has_a_speaker_and_a_part() {
        check(
            "prompt-completion",
            r#"{"completion":"c","prompt":"p"}"#,
            expect![[r#"
                prompt Prompt opens: p
                completion Completion: c
                0 turns
                prompt at "p""#]],
        );
        check(
            "claude-messages",
            r#"{"system":"s","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"v"}]}"#,
            expect![[r#"
                system Prompt by System: s
                user Prompt by User opens: u
                assistant Completion by Assistant: a
                user Prompt by User: v
                4 turns
                prompt at "u""#]],
        );
        check(
            "converse",
            r#"{"system":[{"text":"s"}],"messages":[{"role":"user","content":[{"image":{}},{"text":"u"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"r"}}},{"text":"a"},{"toolUse":{"toolUseId":"1","name":"n","input":{"k":["v",1]}}}]}]}"#,
            expect![[r#"
                system Prompt by System: s
                user Prompt by User opens: u
                reasoning Completion by Assistant: r
                assistant Completion by Assistant: a
                tools Completion by Assistant: toolUseId
                tools Completion by Assistant: 1
                tools Completion by Assistant: name
                tools Completion by Assistant: n
                tools Completion by Assistant: input
                tools Completion by Assistant: k
                tools Completion by Assistant: v
                3 turns
                prompt at "u""#]],
        );
        check(
            "converse-preference",
            r#"{"messages":[{"role":"user","content":[{"text":"u"}]},{"role":"assistant","candidates":[{"content":[{"text":"x"}]},{"content":[{"text":"y"}]}]}]}"#,
            expect![[r#"
                user Prompt by User opens: u
                assistant Completion by Assistant: x
                assistant Completion by Assistant: y
                2 turns
                prompt at "u""#]],
        );
        check(
            "chat-rft",
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"reference_answer":"r","tools":[{"type":"function"}]}"#,
            expect![[r#"
                system Prompt by System: s
                user Prompt by User opens: u
                tools Prompt by System: type
                tools Prompt by System: function
                2 turns
                prompt at "u""#]],
        );
        check(
            "image-caption",
            r#"{"image-ref":"s3://b/k.png","caption":"c"}"#,
            expect![[r#"
                caption Completion: c
                0 turns
            "#]],
        );
        check(
            "sharegpt",
            r#"{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}"#,
            expect![[r#"
                user Prompt by User opens: u
                assistant Completion by Assistant: a
                2 turns
            "#]],
        );
        check(
            "alpaca",
            r#"{"instruction":"i","input":"x","output":"o"}"#,
            expect![[r#"
                instruction Prompt opens: i
                input Prompt opens: x
                output Completion: o
                0 turns
                prompt at "i""#]],
        );
    }
}
