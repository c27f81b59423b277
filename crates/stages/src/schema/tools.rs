//! Tools in Converse records: their specification, calls and results, and how these match.

use bedload_bedrock::{Part, Point};
use bedload_record::{At, Code, Json, Value};

use super::blocks;
use super::by_text::ByText;
use super::flat::missing;
use super::visit::Visit;
use super::wrong_type;
use crate::role::Role;

/// Checks `toolConfig`.
pub(super) fn config(visit: &mut Visit<'_, '_>, value: Json<'_>, at: &At<'_>) {
    if matches!(value.value(), Value::Null) {
        return visit.judge_or(Point::NullMember, Code::SchemaWrongType, at, || {
            "`toolConfig` must be an object, not null; leave it out".to_owned()
        });
    }
    visit.judge_kind(Point::Tools, at, "tools");
    if visit.refuses(Point::Tools) {
        return;
    }
    if !matches!(value.value(), Value::Object(_)) {
        return wrong_type(visit, at, "`toolConfig`", "an object", &value.value());
    }
    let Some(Value::Array(tools)) = value.get("tools").map(Json::value) else {
        return wrong_spec(visit, at, "`toolConfig` must have an array `tools`");
    };
    let at = at.key("tools");
    let mut names = Names::default();
    for (index, tool) in tools.clone().enumerate() {
        let at = at.index(index);
        let Some(spec) = tool.get("toolSpec") else {
            wrong_spec(visit, &at, "a tool must have a `toolSpec`");
            continue;
        };
        let at = at.key("toolSpec");
        names.check(visit, spec, &at);
        description(visit, spec, &at);
        match spec.get("inputSchema").and_then(|schema| schema.get("json")) {
            Some(json) if matches!(json.value(), Value::Object(_)) => {
                if json.get("type").is_none() {
                    let at = at.key("inputSchema");
                    visit.judge(Point::ToolDetails, &at.key("json"), || {
                        "the input schema of a tool must have a `type`, such as \"object\"".to_owned()
                    });
                }
            }
            _ => wrong_spec(visit, &at, "a tool must have an `inputSchema` with an object `json`"),
        }
    }
    if tools.count() == 0 {
        wrong_spec(visit, &at, "`tools` is empty; leave `toolConfig` out if there are no tools");
    }
}

/// The names of a record's tools so far.
#[derive(Default)]
pub(super) struct Names<'t>(ByText<'t, ()>);

impl<'t> Names<'t> {
    /// Checks the name of a tool: there is one, and no other tool has it.
    pub(super) fn check(&mut self, visit: &mut Visit<'_, '_>, tool: Json<'t>, at: &At<'_>) {
        match tool.get("name").map(Json::value) {
            Some(Value::String(name)) if !name.trim().is_empty() => {
                if !self.0.insert(name) {
                    wrong_spec(visit, &at.key("name"), "two tools have the same name");
                }
            }
            _ => wrong_spec(visit, at, "a tool must have a name"),
        }
    }
}

/// Checks the description of a tool, which not every target requires.
pub(super) fn description(visit: &mut Visit<'_, '_>, tool: Json<'_>, at: &At<'_>) {
    match tool.get("description").map(Json::value) {
        Some(Value::String(text)) if !text.trim().is_empty() => {}
        Some(Value::String(_)) => visit.judge(Point::ToolDetails, &at.key("description"), || {
            "the description of a tool is blank".to_owned()
        }),
        None => {
            visit.judge(Point::ToolDetails, at, || "a tool must have a description".to_owned());
        }
        Some(other) => visit.judge(Point::ToolDetails, &at.key("description"), || {
            format!("the description of a tool must be a string, not {}", other.type_name())
        }),
    }
}

/// Adds a finding about a tool that does not match the format.
pub(super) fn wrong_spec(visit: &mut Visit<'_, '_>, at: &At<'_>, message: &str) {
    visit.judge_or(Point::ToolSpec, Code::SchemaToolSpec, at, || message.to_owned());
}

/// The tool calls of a conversation: those that wait for a result, turn by turn.
pub(super) struct Calls<'t> {
    /// The names that the record specifies; none where it has no `toolConfig`.
    names: Option<ByText<'t, ()>>,
    /// The calls so far, by id.
    by_id: ByText<'t, Call>,
    /// The number of this message.
    turn: usize,
    /// Calls of the message before this one, without a result as yet.
    n_waiting: usize,
    /// Calls of this message.
    n_new: usize,
}

/// The calls with one id; more than one is an error, and each waits for a result nevertheless.
#[derive(Default)]
struct Call {
    /// The message that the counts are of.
    turn: usize,
    n_waiting: usize,
    n_new: usize,
}

impl Call {
    /// The counts as of this message. What an earlier one than the last has called no longer waits.
    fn at(&mut self, turn: usize) -> &mut Self {
        if self.turn < turn {
            let is_last = self.turn + 1 == turn;
            let n_new = std::mem::take(&mut self.n_new);
            (self.turn, self.n_waiting) = (turn, if is_last { n_new } else { 0 });
        }
        self
    }
}

impl<'t> Calls<'t> {
    pub(super) fn new(record: Json<'t>) -> Self {
        let config = record.get("toolConfig").filter(|config| !matches!(config.value(), Value::Null));
        let names = config.map(|config| {
            let mut names = ByText::default();
            for tool in config.get("tools").into_iter().flat_map(Json::elements) {
                let name = tool.get("toolSpec").and_then(|spec| spec.get("name"));
                if let Some(Value::String(name)) = name.map(Json::value) {
                    names.insert(name);
                }
            }
            names
        });
        Self { names, by_id: ByText::default(), turn: 0, n_waiting: 0, n_new: 0 }
    }

    /// A message begins. What the one before called, this one must answer.
    pub(super) fn turn(&mut self, visit: &mut Visit<'_, '_>, role: Role, at: &At<'_>) {
        self.end(visit, at);
        self.turn += 1;
        self.n_waiting = std::mem::take(&mut self.n_new);
        if role == Role::Assistant {
            self.end(visit, at);
            self.n_waiting = 0;
        }
    }

    /// The conversation ends. The last message's own calls need no result; those before it do.
    pub(super) fn end(&mut self, visit: &mut Visit<'_, '_>, at: &At<'_>) {
        if self.n_waiting > 0 {
            unanswered(visit, self.n_waiting, at);
        }
    }

    pub(super) fn call(&mut self, visit: &mut Visit<'_, '_>, value: Json<'t>, role: Role, at: &At<'_>) {
        visit.judge_kind(Point::Tools, at, "tool calls");
        if visit.refuses(Point::Tools) {
            return;
        }
        if role == Role::User {
            visit.add(Code::SchemaMisplacedContent, at, || {
                "tool calls belong in assistant messages".to_owned()
            });
        }
        if let Some(name) = string(visit, value, "name", at) {
            match &self.names {
                None => visit.add_about_tools(Code::SchemaToolName, &at.key("name"), || {
                    "a tool is called, but the record has no `toolConfig`".to_owned()
                }),
                Some(names) if names.get(name).is_none() => {
                    visit.add_about_tools(Code::SchemaToolName, &at.key("name"), || {
                        "`toolConfig` has no tool of this name".to_owned()
                    });
                }
                Some(_) => {}
            }
        }
        if let Some(id) = string(visit, value, "toolUseId", at) {
            let (call, is_new) = self.by_id.entry(id);
            call.at(self.turn).n_new += 1;
            self.n_new += 1;
            if !is_new {
                visit.add_about_tools(Code::SchemaToolId, &at.key("toolUseId"), || {
                    "two tool calls have the same id".to_owned()
                });
            }
        }
        match value.get("input").map(Json::value) {
            Some(Value::Object(_)) => {}
            Some(other) => wrong_type(visit, &at.key("input"), "`input`", "an object", &other),
            None => missing(visit, "input", value, at),
        }
    }

    pub(super) fn result(&mut self, visit: &mut Visit<'_, '_>, value: Json<'_>, role: Role, at: &At<'_>) {
        visit.judge_kind(Point::Tools, at, "tool results");
        if visit.refuses(Point::Tools) {
            return;
        }
        if role == Role::Assistant {
            visit.add(Code::SchemaMisplacedContent, at, || "tool results belong in user messages".to_owned());
        }
        if let Some(id) = string(visit, value, "toolUseId", at) {
            let call = self.by_id.get_mut(id).filter(|_| self.n_waiting > 0);
            match call.map(|call| call.at(self.turn)).filter(|call| call.n_waiting > 0) {
                Some(call) => {
                    call.n_waiting -= 1;
                    self.n_waiting -= 1;
                }
                None => visit.add_about_tools(Code::SchemaToolId, &at.key("toolUseId"), || {
                    "the message before this one has no call with this id".to_owned()
                }),
            }
        }
        let content_at = at.key("content");
        match value.get("content").map(Json::value) {
            Some(Value::Array(list)) => {
                if list.clone().next().is_none() {
                    visit.add(Code::SchemaEmptyContent, &content_at, || {
                        "the tool result has no content".to_owned()
                    });
                }
                for (index, part) in list.enumerate() {
                    let at = content_at.index(index);
                    let [text, json] = ["text", "json"].map(|key| part.get(key));
                    let is_null = |value: Option<Json<'_>>| {
                        value.is_some_and(|value| matches!(value.value(), Value::Null))
                    };
                    if is_null(text) != is_null(json) && text.is_some() && json.is_some() {
                        visit.judge_or(Point::NullMember, Code::SchemaUnknownBlock, &at, || {
                            "a part of a tool result must have exactly one key, text or json; leave out keys that are null".to_owned()
                        });
                    }
                    match (text.filter(|_| !is_null(text)), json.filter(|_| !is_null(json))) {
                        (Some(value), None) => blocks::text(visit, value, Part::Completion, &at.key("text")),
                        (None, Some(_)) => {}
                        _ => visit.add(Code::SchemaUnknownBlock, &at, || {
                            "a part of a tool result must have exactly one key: text or json".to_owned()
                        }),
                    }
                }
            }
            Some(other) => wrong_type(visit, &content_at, "`content`", "an array", &other),
            None => missing(visit, "content", value, at),
        }
    }
}

fn unanswered(visit: &mut Visit<'_, '_>, count: usize, at: &At<'_>) {
    visit.add_about_tools(Code::SchemaToolId, at, || match count {
        1 => "a tool call has no result in the message after it".to_owned(),
        n => format!("{n} tool calls have no result in the message after them"),
    });
}

/// A string member that is not blank.
fn string<'t>(visit: &mut Visit<'_, '_>, value: Json<'t>, key: &'static str, at: &At<'_>) -> Option<&'t str> {
    match value.get(key).map(Json::value) {
        Some(Value::String(text)) if !text.trim().is_empty() => return Some(text),
        Some(Value::String(_)) => {
            visit.add(Code::SchemaEmptyContent, &at.key(key), || format!("`{key}` is blank"));
        }
        Some(other) => wrong_type(visit, &at.key(key), &format!("`{key}`"), "a string", &other),
        None => missing(visit, key, value, at),
    }
    None
}
