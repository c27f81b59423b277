//! Writing chats: messages with a role each, tool calls beside their content, and results as messages of their own.

use bedload_bedrock::FormatId;
use bedload_record::json::{Raw, escape_into};

use super::conversation::{Content, Conversation, RawText, Reminder, Turn};
use super::extras::Kind;
use super::tools::{Call, Form, Names, Part, ToolResult};
use super::write::{Writer, Written};
use crate::role::Role;

impl<'l> Writer<'_, 'l> {
    /// A chat for reinforcement: the last answer is what others are compared with.
    pub(super) fn chat_rft(&mut self, conversation: &mut Conversation<'l>) -> Written {
        self.one_preferred(conversation);
        let ends_with_answer = conversation.turns.last().is_some_and(|turn| turn.role == Role::Assistant);
        let mut answer = if conversation.reference.is_none() && ends_with_answer {
            conversation.turns.pop()
        } else {
            None
        };
        if let Some(call) = answer.iter().flat_map(|turn| &turn.parts).find(|part| is_call(part)) {
            let message = "the last answer is a tool call, and a reference answer is text";
            self.loose(call.at(), message.to_owned());
            answer = None;
        }
        self.tie(conversation, Names::Any);
        let answer = answer.and_then(|turn| self.only_text_of(turn));
        self.put(b"\"messages\":[");
        let system = self.one_system(conversation);
        if let Some(words) = &system {
            self.system_message(words);
        }
        self.chat_turns(conversation, system.is_some());
        self.put(b"]");
        match (conversation.reference.take(), answer) {
            (Some(reference), _) => {
                self.put(b",\"reference_answer\":");
                self.put(reference.value.bytes());
            }
            (None, Some(words)) => {
                self.put(b",");
                self.key("reference_answer", &words);
            }
            (None, None) => {}
        }
        self.chat_tools(conversation)?;
        if let Some(member) = conversation.id.take() {
            self.put(b",\"id\":");
            self.id(member.value);
        }
        Ok(())
    }

    /// A chat as `OpenAI` has it.
    pub(super) fn openai_chat(&mut self, conversation: &mut Conversation<'l>) -> Written {
        self.one_preferred(conversation);
        conversation.answer_by_reference();
        self.tie(conversation, Names::Any);
        self.put(b"\"messages\":[");
        conversation.system_member = None;
        let system = std::mem::take(&mut conversation.system);
        for (n, words) in system.iter().enumerate() {
            if n > 0 {
                self.put(b",");
            }
            self.system_message(words);
        }
        self.chat_turns(conversation, !system.is_empty());
        self.put(b"]");
        self.chat_tools(conversation)
    }

    fn system_message(&mut self, words: &RawText<'l>) {
        self.put(b"{\"role\":\"system\",");
        self.key("content", words);
        self.put(b"}");
    }

    fn chat_tools(&mut self, conversation: &mut Conversation<'l>) -> Written {
        let Some(declared) = conversation.tools.take() else { return Ok(()) };
        if declared.form == Form::Listed && is_functions(declared.member.value) {
            self.put(b",\"tools\":");
            self.put(declared.member.value.bytes());
            return Ok(());
        }
        let mut asides = Vec::new();
        let tools = declared.tools(&mut asides).map_err(|(at, why)| self.loose_tool(at, why))?;
        self.all_asides(asides);
        self.put(b",\"tools\":[");
        for (n, tool) in tools.into_iter().enumerate() {
            self.put(if n > 0 { b"," } else { b"" });
            self.put(b"{\"type\":\"function\",\"function\":{\"name\":\"");
            self.put(&tool.name);
            self.put(b"\"");
            for (key, value) in [("description", tool.description), ("parameters", tool.schema)] {
                if let Some(value) = value {
                    self.put(format!(",\"{key}\":").as_bytes());
                    self.put(&value);
                }
            }
            self.put(b"}}");
        }
        self.put(b"]");
        Ok(())
    }

    fn chat_turns(&mut self, conversation: &mut Conversation<'l>, mut follows: bool) {
        let mut reminders = std::mem::take(&mut conversation.reminders).into_iter().peekable();
        for (n, turn) in std::mem::take(&mut conversation.turns).into_iter().enumerate() {
            while let Some(Reminder { parts, at, .. }) = reminders.next_if(|reminder| reminder.after == n) {
                self.reminder(parts, at, &mut follows);
            }
            let written = self.chat_turn(turn, &mut follows);
            self.note(written);
        }
        for Reminder { parts, at, .. } in reminders {
            self.reminder(parts, at, &mut follows);
        }
    }

    fn reminder(&mut self, parts: Vec<Content<'l>>, at: Raw<'l>, follows: &mut bool) {
        self.next_message(follows);
        self.put(b"system\",");
        self.said(parts, false, at);
        self.put(b"}");
    }

    fn chat_turn(&mut self, turn: Turn<'l>, follows: &mut bool) -> Written {
        let (mut said, mut calls, mut thought) = (Vec::new(), Vec::new(), None);
        let is_results = turn.is_results();
        for part in turn.parts {
            match part {
                Content::Result(_) if !said.is_empty() => {
                    return Err(self.loose_tool(part.at(), "a tool result after what the user says"));
                }
                Content::Result(result) => {
                    let written = self.tool_message(result, follows);
                    self.note(written);
                }
                Content::Text(_) if !calls.is_empty() => {
                    return Err(self.loose_tool(part.at(), "a text after a tool call"));
                }
                Content::Call(call) => calls.push(call),
                Content::Reasoning(one) if thought.is_none() && self.to.id == FormatId::OpenAiChat => {
                    thought = Some(one);
                }
                other => said.push(other),
            }
        }
        if is_results {
            return Ok(());
        }
        self.next_message(follows);
        self.put(turn.role.name().as_bytes());
        self.put(b"\",");
        self.said(said, !calls.is_empty(), turn.at);
        if let Some(thought) = thought {
            if let Some(signature) = thought.signature {
                self.unmapped(Kind::Reasoning, "the signature of reasoning", signature, None);
            }
            self.put(b",\"reasoning_content\":\"");
            self.put(thought.text);
            self.put(b"\"");
        }
        self.calls(calls);
        self.put(b"}");
        Ok(())
    }

    fn next_message(&mut self, follows: &mut bool) {
        self.put(if std::mem::replace(follows, true) { b",{\"role\":\"" } else { b"{\"role\":\"" });
    }

    /// The content of a message: a string where it is one text, else a list of parts where the format has such.
    fn said(&mut self, parts: Vec<Content<'l>>, has_calls: bool, at: Raw<'l>) {
        let has_lists = self.to.id == FormatId::OpenAiChat;
        if parts.is_empty() && has_calls {
            self.put(b"\"content\":null");
            return;
        }
        let is_list =
            has_lists && (parts.len() > 1 || parts.iter().any(|part| matches!(part, Content::Image(_))));
        if !is_list {
            if let Some(words) = self.only_text(parts, at) {
                self.key("content", &words);
            }
            return;
        }
        self.put(b"\"content\":[");
        self.list(&parts);
        self.put(b"]");
    }

    /// Parts of a message, each with its type.
    fn list(&mut self, parts: &[Content<'l>]) {
        let mut follows = false;
        for part in parts {
            if matches!(part, Content::Text(_) | Content::Image(_)) && std::mem::replace(&mut follows, true) {
                self.put(b",");
            }
            match part {
                Content::Text(words) => {
                    self.put(b"{\"type\":\"text\",");
                    self.key("text", words);
                    self.put(b"}");
                }
                Content::Image(image) => image.as_part(self.out),
                other => self.unmapped_part(other),
            }
        }
    }

    fn calls(&mut self, calls: Vec<Call<'l>>) {
        if calls.is_empty() {
            return;
        }
        self.put(b",\"tool_calls\":[");
        for (n, call) in calls.into_iter().enumerate() {
            if let Some(flaw) = call.flaw {
                self.loose(call.at, flaw.to_owned());
                continue;
            }
            self.put(if n > 0 { b",{\"id\":\"" } else { b"{\"id\":\"" });
            self.put(&call.id.unwrap_or_default());
            self.put(b"\",\"type\":\"function\",\"function\":{\"name\":\"");
            self.put(&call.name);
            self.put(b"\",\"arguments\":\"");
            self.put_as_text(&call.input);
            self.put(b"\"}}");
        }
        self.put(b"]");
    }

    fn tool_message(&mut self, result: ToolResult<'l>, follows: &mut bool) -> Written {
        if let Some(flaw) = result.flaw {
            return Err(self.loose_tool(result.at, flaw));
        }
        if result.is_error {
            self.unmapped(Kind::ToolCalls, "that a tool call failed", result.at, None);
        }
        self.next_message(follows);
        self.put(b"tool\",\"tool_call_id\":\"");
        self.put(&result.id.unwrap_or_default());
        self.put(b"\",\"content\":");
        match &result.parts[..] {
            [] => self.put(b"\"\""),
            [Part::Json(value)] => {
                self.put(b"\"");
                self.put_as_text(value.bytes());
                self.put(b"\"");
            }
            [Part::Content(Content::Text(words))] => {
                self.put(b"\"");
                self.put(&words.raw);
                self.put(b"\"");
            }
            parts if self.to.id == FormatId::OpenAiChat => {
                self.put(b"[");
                for (n, part) in parts.iter().enumerate() {
                    self.put(if n > 0 { b"," } else { b"" });
                    match part {
                        Part::Json(value) => {
                            self.put(b"{\"type\":\"text\",\"text\":\"");
                            self.put_as_text(value.bytes());
                            self.put(b"\"}");
                        }
                        Part::Content(content @ (Content::Text(_) | Content::Image(_))) => {
                            self.list(std::slice::from_ref(content));
                        }
                        Part::Content(other) => {
                            return Err(self.cannot(other.at(), "this in the result of a tool"));
                        }
                    }
                }
                self.put(b"]");
            }
            _ => return Err(self.cannot(result.at, "several pieces in the result of a tool")),
        }
        self.put(b"}");
        Ok(())
    }

    /// JSON as the text of a string.
    fn put_as_text(&mut self, json: &[u8]) {
        escape_into(&String::from_utf8_lossy(json), self.out);
    }
}

fn is_call(part: &Content<'_>) -> bool {
    matches!(part, Content::Call(_))
}

/// Returns true for a list of tools as chats of today have them.
fn is_functions(list: Raw<'_>) -> bool {
    list.is_array() && list.elements().all(|tool| tool.get("function").is_some_and(Raw::is_object))
}
