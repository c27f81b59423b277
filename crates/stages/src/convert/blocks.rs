//! Writing conversations whose messages are lists of content blocks, with their tools.

use bedload_record::json::{Raw, string_content};

use super::clean::without_nulls;
use super::conversation::{Candidate, Content, Conversation, Turn};
use super::obstacle::Obstacle;
use super::tools::{Call, Form, Names, Part, ToolResult};
use super::write::{VERSION, Writer, Written};
use crate::role::Role;

/// What a tool is given that has no schema: one that takes no arguments.
const NO_ARGUMENTS: &[u8] = br#"{"type":"object","properties":{}}"#;

impl<'l> Writer<'_, 'l> {
    pub(super) fn converse(&mut self, conversation: &mut Conversation<'l>) -> Written {
        self.one_preferred(conversation);
        conversation.answer_by_reference();
        self.tie(conversation, Names::Converse);
        self.envelope(conversation);
        self.block_turns(conversation);
        self.put(b"]");
        self.tool_config(conversation)
    }

    pub(super) fn candidates(&mut self, conversation: &mut Conversation<'l>) -> Written {
        if conversation.candidates.is_empty() {
            return Err(self.cannot(self.whole(), "a record without candidates"));
        }
        self.tie(conversation, Names::Converse);
        let candidates = std::mem::take(&mut conversation.candidates);
        self.envelope(conversation);
        self.block_turns(conversation);
        if !self.out.ends_with(b"[") {
            self.put(b",");
        }
        self.put(b"{\"role\":\"assistant\",\"candidates\":[");
        for (n, Candidate { is_preferred, parts, at }) in candidates.into_iter().enumerate() {
            self.put(if n > 0 { b",{\"content\":" } else { b"{\"content\":" });
            let written = self.blocks(parts, at);
            self.note(written);
            let label = if is_preferred { "preferred" } else { "non-preferred" };
            self.put(format!(",\"preferenceLabel\":\"{label}\"}}").as_bytes());
        }
        self.put(b"]}]");
        self.tool_config(conversation)
    }

    /// What comes before the messages of a Converse record, and their opening.
    fn envelope(&mut self, conversation: &mut Conversation<'l>) {
        self.put(b"\"schemaVersion\":");
        self.put(conversation.version.take().map_or(VERSION, |member| member.value.bytes()));
        conversation.system_member = None;
        let system = std::mem::take(&mut conversation.system);
        for (n, words) in system.iter().enumerate() {
            self.put(if n == 0 { b",\"system\":[{" } else { b",{" });
            self.key("text", words);
            self.put(b"}");
        }
        self.put(if system.is_empty() { b",\"messages\":[" } else { b"],\"messages\":[" });
    }

    fn tool_config(&mut self, conversation: &mut Conversation<'l>) -> Written {
        let Some(declared) = conversation.tools.take() else { return Ok(()) };
        if declared.form == Form::Converse {
            self.put(b",\"toolConfig\":");
            self.put(&without_nulls(declared.member.value));
            return Ok(());
        }
        let mut asides = Vec::new();
        let tools = declared.tools(&mut asides).map_err(|(at, why)| self.loose_tool(at, why))?;
        self.all_asides(asides);
        self.put(b",\"toolConfig\":{\"tools\":[");
        for (n, tool) in tools.into_iter().enumerate() {
            self.tool_name(&tool.name, tool.at);
            self.put(if n > 0 { b",{\"toolSpec\":{\"name\":\"" } else { b"{\"toolSpec\":{\"name\":\"" });
            self.put(&tool.name);
            self.put(b"\"");
            if let Some(description) = tool.description {
                self.put(b",\"description\":");
                self.put(&description);
            }
            self.put(b",\"inputSchema\":{\"json\":");
            self.put(tool.schema.as_deref().unwrap_or(NO_ARGUMENTS));
            self.put(b"}}}");
        }
        self.put(b"]}");
        Ok(())
    }

    /// The turns. Results, and what the user says after them, are one turn: roles take turns here.
    fn block_turns(&mut self, conversation: &mut Conversation<'l>) {
        let mut turns: Vec<Turn<'l>> = Vec::new();
        for turn in std::mem::take(&mut conversation.turns) {
            match turns.last_mut() {
                Some(last) if turn.role == Role::User && last.is_results() => last.parts.extend(turn.parts),
                _ => turns.push(turn),
            }
        }
        for (n, turn) in turns.into_iter().enumerate() {
            self.put(if n > 0 { b",{\"role\":\"" } else { b"{\"role\":\"" });
            self.put(turn.role.name().as_bytes());
            self.put(b"\",\"content\":");
            let written = self.blocks(turn.parts, turn.at);
            self.note(written);
            self.put(b"}");
        }
    }

    fn blocks(&mut self, parts: Vec<Content<'l>>, at: Raw<'l>) -> Written {
        let is_held = |part: &Content<'_>| !matches!(part, Content::Media(_));
        if !parts.iter().any(is_held) {
            return Err(self.nothing_left(&parts, at));
        }
        self.put(b"[");
        let mut follows = false;
        for part in parts {
            if is_held(&part) && std::mem::replace(&mut follows, true) {
                self.put(b",");
            }
            match part {
                Content::Text(words) => {
                    self.put(b"{");
                    self.key("text", &words);
                    self.put(b"}");
                }
                Content::Block(raw) => self.put(&without_nulls(raw)),
                Content::Call(call) => {
                    let written = self.tool_use(call);
                    self.note(written);
                }
                Content::Result(result) => {
                    let written = self.tool_result(result);
                    self.note(written);
                }
                Content::Reasoning(thought) => thought.as_block(self.out),
                Content::Image(image) => image.as_block(self.out),
                Content::Media(_) => self.unmapped_part(&part),
            }
        }
        self.put(b"]");
        Ok(())
    }

    fn tool_use(&mut self, call: Call<'l>) -> Written {
        if let Some(flaw) = call.flaw {
            return Err(self.loose_tool(call.at, flaw));
        }
        self.tool_name(&call.name, call.at);
        self.put(b"{\"toolUse\":{\"toolUseId\":\"");
        self.put(&call.id.unwrap_or_default());
        self.put(b"\",\"name\":\"");
        self.put(&call.name);
        self.put(b"\",\"input\":");
        self.put(&call.input);
        self.put(b"}}");
        Ok(())
    }

    fn tool_result(&mut self, result: ToolResult<'l>) -> Written {
        if let Some(flaw) = result.flaw {
            return Err(self.loose_tool(result.at, flaw));
        }
        self.put(b"{\"toolResult\":{\"toolUseId\":\"");
        self.put(&result.id.unwrap_or_default());
        self.put(b"\",\"content\":[");
        let mut follows = false;
        for part in result.parts.iter().filter(|part| !is_blank(part)) {
            if std::mem::replace(&mut follows, true) {
                self.put(b",");
            }
            match part {
                Part::Json(value) => {
                    self.put(b"{\"json\":");
                    self.put(value.bytes());
                    self.put(b"}");
                }
                Part::Content(Content::Text(words)) => {
                    self.put(b"{");
                    self.key("text", words);
                    self.put(b"}");
                }
                Part::Content(Content::Image(image)) => image.as_block(self.out),
                Part::Content(other) => return Err(self.cannot(other.at(), "this in the result of a tool")),
            }
        }
        // A result must have content, and a text must not be blank.
        if !follows {
            self.put(b"{\"json\":{}}");
        }
        self.put(if result.is_error { b"],\"status\":\"error\"}}" } else { b"]}}" });
        Ok(())
    }

    /// Refuses a name that Converse does not take.
    fn tool_name(&mut self, name: &[u8], at: Raw<'l>) {
        if !Names::Converse.take(name) {
            let message = format!(
                "{} takes only letters, digits, `_` and `-` in the name of a tool, and at most 64 of them",
                self.to.name
            );
            self.loose(at, message);
        }
    }

    /// An obstacle that has to do with tools.
    pub(super) fn loose_tool(&self, at: Raw<'l>, message: &str) -> Obstacle {
        Obstacle { gravity: super::obstacle::Gravity::Tools, ..self.content(at, message) }
    }
}

/// Returns true for a text of a result that Converse does not take: a tool that says nothing is common.
fn is_blank(part: &Part<'_>) -> bool {
    matches!(part, Part::Content(Content::Text(words)) if string_content(&words.raw).trim().is_empty())
}
