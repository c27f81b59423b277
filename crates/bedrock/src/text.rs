//! The texts of a record: who says them, what they are for, where the prompt is.

use bedload_record::json::{Location, Step, locate, string_content};
use bedload_record::{Json, Value};

use crate::format::{Dialect, Format, Kind, Part};

/// One text of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'t> {
    /// The field of a flat record; in conversations `system`, `user`, `assistant`, `reasoning` or `tools`.
    pub name: &'static str,
    /// What it is for.
    pub part: Part,
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
                opens: part == Part::Prompt && self.dialect().is_none(),
                text: "",
            };
            match (field.kind, value.value()) {
                (Kind::Text(part), Value::String(text)) => visit(Text { text, ..flat(part) }),
                (Kind::Caption, Value::String(text)) => visit(Text { text, ..flat(Part::Completion) }),
                (Kind::System, Value::Array(blocks)) => {
                    let system = Text { name: "system", part: Part::Prompt, opens: false, text: "" };
                    blocks.for_each(|block| text_of(block, system, visit));
                }
                (Kind::Messages(dialect), Value::Array(messages)) => conversation(dialect, messages, visit),
                (Kind::ToolConfig | Kind::ChatTools, Value::Array(_) | Value::Object(_)) => {
                    let tools = Text { name: "tools", part: Part::Prompt, opens: false, text: "" };
                    strings(value, tools, visit);
                }
                _ => {}
            }
        }
    }

    /// The text that a model is to give, where a record has exactly one beside a prompt: its label, where data is
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
        self.dialect().is_some() || self.fields.iter().any(|field| field.kind == Kind::Text(Part::Prompt))
    }

    /// Where a line of this format has the string of its prompt: the first text of the first user message, or the
    /// prompt field. Linear in the line.
    pub fn prompt_place(&self, line: &[u8]) -> Option<Location> {
        let is_string = |at: &Location| line[at.start] == b'"';
        let messages = self.fields.iter().find(|field| matches!(field.kind, Kind::Messages(_)));
        let Some(messages) = messages else {
            let prompt = self.fields.iter().find(|field| field.kind == Kind::Text(Part::Prompt))?;
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

fn conversation<'t>(
    dialect: Dialect,
    messages: impl Iterator<Item = Json<'t>>,
    visit: &mut impl FnMut(Text<'t>),
) {
    let (role_key, content_key) = match dialect {
        Dialect::ShareGpt => ("from", "value"),
        _ => ("role", "content"),
    };
    let mut answered = false;
    for message in messages {
        let role = match message.get(role_key).map(Json::value) {
            Some(Value::String(role)) => role,
            _ => "",
        };
        let name = match role {
            "system" | "developer" => "system",
            "assistant" | "gpt" | "model" | "bot" => "assistant",
            "tool" | "function" => "tools",
            _ => "user",
        };
        answered |= name == "assistant";
        // What a chat record for reinforcement holds is all prompt: its answers are made in training.
        let part =
            if name == "assistant" && dialect != Dialect::Chat { Part::Completion } else { Part::Prompt };
        let opens = name == "user" && !answered;
        let own = Text { name, part, opens, text: "" };
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
                shown += &format!("{} {:?}{opens}: {}\n", t.name, t.part, t.text);
            });
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
            prompt at "p""#]],
        );
        check(
            "claude-messages",
            r#"{"system":"s","messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"},{"role":"user","content":"v"}]}"#,
            expect![[r#"
                system Prompt: s
                user Prompt opens: u
                assistant Completion: a
                user Prompt: v
                prompt at "u""#]],
        );
        check(
            "converse",
            r#"{"system":[{"text":"s"}],"messages":[{"role":"user","content":[{"image":{}},{"text":"u"}]},{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"r"}}},{"text":"a"},{"toolUse":{"toolUseId":"1","name":"n","input":{"k":["v",1]}}}]}]}"#,
            expect![[r#"
                system Prompt: s
                user Prompt opens: u
                reasoning Completion: r
                assistant Completion: a
                tools Completion: toolUseId
                tools Completion: 1
                tools Completion: name
                tools Completion: n
                tools Completion: input
                tools Completion: k
                tools Completion: v
                prompt at "u""#]],
        );
        check(
            "converse-preference",
            r#"{"messages":[{"role":"user","content":[{"text":"u"}]},{"role":"assistant","candidates":[{"content":[{"text":"x"}]},{"content":[{"text":"y"}]}]}]}"#,
            expect![[r#"
                user Prompt opens: u
                assistant Completion: x
                assistant Completion: y
                prompt at "u""#]],
        );
        check(
            "chat-rft",
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"reference_answer":"r","tools":[{"type":"function"}]}"#,
            expect![[r#"
                system Prompt: s
                user Prompt opens: u
                tools Prompt: type
                tools Prompt: function
                prompt at "u""#]],
        );
        check(
            "image-caption",
            r#"{"image-ref":"s3://b/k.png","caption":"c"}"#,
            expect![[r#"
            caption Completion: c
        "#]],
        );
        check(
            "sharegpt",
            r#"{"conversations":[{"from":"human","value":"u"},{"from":"gpt","value":"a"}]}"#,
            expect![[r#"
                user Prompt opens: u
                assistant Completion: a
            "#]],
        );
        check(
            "alpaca",
            r#"{"instruction":"i","input":"x","output":"o"}"#,
            expect![[r#"
            instruction Prompt opens: i
            input Prompt opens: x
            output Completion: o
            prompt at "i""#]],
        );
    }
}
