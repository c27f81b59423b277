//! The texts of a record: who says them, what they are for, where the prompt is.

use bedload_record::json::{Elements, Location, Step, locate, string_content};
use bedload_record::{Json, Value};

use crate::format::{Dialect, Field, FieldKind, Format, Part};
use crate::record::Values;

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

/// What a text is called where texts are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextName {
    /// The key of a flat field, by its place in [`Format::fields`].
    Field(u8),
    /// `system`
    System,
    /// `user`
    User,
    /// `assistant`
    Assistant,
    /// `reasoning`
    Reasoning,
    /// `tools`: what tools are, are called with, and return.
    Tools,
}

/// One text of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'t> {
    /// What it is called.
    pub name: TextName,
    /// What it is for.
    pub part: Part,
    /// The role that says it; none in a record that is not a conversation.
    pub speaker: Option<Speaker>,
    /// Whether it belongs to the prompt that a record begins with, by which records are grouped.
    pub opens: bool,
    /// The text, decoded.
    pub text: &'t str,
}

/// The texts of a record, and what else one walk over its messages finds.
#[derive(Debug, Default)]
pub struct Texts<'t> {
    /// In the order of the fields and messages. Values of a wrong type are passed over.
    pub list: Vec<Text<'t>>,
    /// The blocks of messages that hold something other than text, by their keys; none that is null.
    pub blocks: Vec<(&'t str, Json<'t>)>,
    /// How many messages there are of each [`Speaker`]; the system prompt beside them is one.
    turns: [u64; 3],
}

impl<'t> Texts<'t> {
    /// How many messages of this role there are.
    pub fn turns(&self, speaker: Speaker) -> u64 {
        self.turns[speaker as usize]
    }

    /// The same memory, for the texts of another record.
    pub(crate) fn reused<'u>(self) -> Texts<'u> {
        Texts { list: emptied(self.list), blocks: emptied(self.blocks), turns: [0; 3] }
    }

    /// Returns true if the memory is more than most records need.
    pub(crate) fn is_large(&self) -> bool {
        self.list.capacity().max(self.blocks.capacity()) > KEEP_TEXTS
    }

    /// Collects what the fields of a format hold.
    pub(crate) fn collect(&mut self, format: &Format, dialect: Option<Dialect>, values: &Values<'t>) {
        for ((n, field), value) in (0..).zip(format.fields).zip(values) {
            let Some(value) = *value else { continue };
            let flat = |part, text| Text {
                name: TextName::Field(n),
                part,
                // The one flat text that a conversation has is its system prompt.
                speaker: dialect.map(|_| Speaker::System),
                opens: part == Part::Prompt && dialect.is_none(),
                text,
            };
            match (field.kind, value.value()) {
                (FieldKind::Text(part), Value::String(text)) => {
                    let text = flat(part, text);
                    self.turns[Speaker::System as usize] += u64::from(text.speaker.is_some());
                    self.list.push(text);
                }
                (FieldKind::Caption, Value::String(text)) => self.list.push(flat(Part::Completion, text)),
                (FieldKind::System, Value::Array(blocks)) => {
                    self.turns[Speaker::System as usize] += 1;
                    for block in blocks {
                        if let Some(Value::String(text)) = block.get("text").map(Json::value) {
                            self.list.push(Text { text, ..BESIDE });
                        }
                    }
                }
                (FieldKind::Messages(dialect), Value::Array(messages)) => {
                    self.conversation(dialect, messages);
                }
                (FieldKind::ToolConfig | FieldKind::ChatTools, Value::Array(_) | Value::Object(_)) => {
                    self.strings(value, Text { name: TextName::Tools, ..BESIDE });
                }
                _ => {}
            }
        }
    }

    fn conversation(&mut self, dialect: Dialect, messages: Elements<'t>) {
        let [role_key, content_key] = match dialect {
            Dialect::ShareGpt => ["from", "value"],
            _ => ["role", "content"],
        };
        let mut answered = false;
        for message in messages {
            let (name, speaker) = speaker(message.get(role_key));
            self.turns[speaker as usize] += 1;
            answered |= name == TextName::Assistant;
            let own = Text {
                name,
                part: speaker.part(dialect),
                speaker: Some(speaker),
                opens: name == TextName::User && !answered,
                text: "",
            };
            for (key, value) in message.members() {
                match (key, value.value()) {
                    (key, Value::String(text)) if key == content_key => self.list.push(Text { text, ..own }),
                    (key, Value::Array(blocks)) if key == content_key => self.blocks(blocks, own),
                    ("candidates", Value::Array(candidates)) => {
                        for candidate in candidates {
                            if let Some(Value::Array(blocks)) = candidate.get("content").map(Json::value) {
                                self.blocks(blocks, own);
                            }
                        }
                    }
                    ("tool_calls", _) => self.strings(value, tools(own)),
                    _ => {}
                }
            }
        }
    }

    fn blocks(&mut self, blocks: Elements<'t>, own: Text<'t>) {
        for (key, value) in blocks.flat_map(Json::members) {
            match (key, value.value()) {
                ("text", Value::String(text)) => self.list.push(Text { text, ..own }),
                ("text", _) | (_, Value::Null) => {}
                _ => self.other_block(key, value, own),
            }
        }
    }

    fn other_block(&mut self, key: &'t str, value: Json<'t>, own: Text<'t>) {
        match key {
            "image" | "video" | "document" => {}
            "reasoningContent" => {
                let text = value.get("reasoningText").and_then(|reasoning| reasoning.get("text"));
                if let Some(Value::String(text)) = text.map(Json::value) {
                    self.list.push(Text { name: TextName::Reasoning, text, ..own });
                }
            }
            "toolUse" | "toolResult" => self.strings(value, tools(own)),
            _ => return,
        }
        self.blocks.push((key, value));
    }

    /// Every string inside a value, and every key: what a tool call is made of.
    fn strings(&mut self, value: Json<'t>, own: Text<'t>) {
        match value.value() {
            Value::String(text) => self.list.push(Text { text, ..own }),
            Value::Array(elements) => elements.for_each(|element| self.strings(element, own)),
            Value::Object(members) => members.for_each(|(key, value)| {
                self.list.push(Text { text: key, ..own });
                self.strings(value, own);
            }),
            _ => {}
        }
    }
}

/// Lists that grew beyond this for one large record are given back after it.
const KEEP_TEXTS: usize = 1 << 16;

/// The memory of a list for values of another lifetime: the library collects in place where the layout is the same.
fn emptied<T, U>(mut list: Vec<T>) -> Vec<U> {
    list.clear();
    list.into_iter().filter_map(|_| None).collect()
}

/// The texts of a conversation outside its messages.
const BESIDE: Text<'static> = Text {
    name: TextName::System,
    part: Part::Prompt,
    speaker: Some(Speaker::System),
    opens: false,
    text: "",
};

/// What tools are called with or return in a message.
fn tools(message: Text<'_>) -> Text<'_> {
    Text { name: TextName::Tools, opens: false, ..message }
}

/// Whose turn a message is.
fn speaker(role: Option<Json<'_>>) -> (TextName, Speaker) {
    let role = match role.map(Json::value) {
        Some(Value::String(role)) => role,
        _ => "",
    };
    match role {
        "system" | "developer" => (TextName::System, Speaker::System),
        "assistant" | "gpt" | "model" | "bot" => (TextName::Assistant, Speaker::Assistant),
        "tool" | "function" => (TextName::Tools, Speaker::User),
        _ => (TextName::User, Speaker::User),
    }
}

impl Speaker {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::User, Self::Assistant];

    /// What this role's messages are for. What a chat record for reinforcement holds is all prompt: its answers are
    /// made in training.
    pub fn part(self, dialect: Dialect) -> Part {
        match self {
            Self::Assistant if dialect != Dialect::Chat => Part::Completion,
            _ => Part::Prompt,
        }
    }
}

impl Format {
    /// The name of a text in a record of this format.
    pub fn name_of(&self, text: &Text<'_>) -> &'static str {
        match text.name {
            TextName::Field(n) => self.fields[usize::from(n)].key,
            TextName::System => "system",
            TextName::User => "user",
            TextName::Assistant => "assistant",
            TextName::Reasoning => "reasoning",
            TextName::Tools => "tools",
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

#[cfg(test)]
mod tests;
