//! Chat records for reinforcement fine-tuning: messages, tools, and the reference answer.

use bedload_bedrock::{FormatId, Part, Point};
use bedload_record::json::Elements;
use bedload_record::{At, Code, Json, Value};

use super::flat::{missing, written};
use super::tools::{Names, description, wrong_spec};
use super::visit::Visit;
use super::wrong_type;

pub(super) fn messages(visit: &mut Visit<'_, '_>, list: Elements<'_>, at: &At<'_>) {
    // Other tools take system messages anywhere.
    let leads = visit.record.format.id != FormatId::OpenAiChat;
    let mut has_user = false;
    for (index, message) in list.enumerate() {
        let at = at.index(index);
        if !matches!(message.value(), Value::Object(_)) {
            wrong_type(visit, &at, "a message", "an object", &message.value());
            continue;
        }
        let role = message.get("role").map(Json::value);
        let role_at = at.key("role");
        let (mut part, mut is_assistant) = (Part::Prompt, false);
        match role {
            None => missing(visit, "role", message, &at),
            Some(Value::String("user")) => has_user = true,
            Some(Value::String("assistant")) => (part, is_assistant) = (Part::Completion, true),
            Some(Value::String("system")) if index > 0 && leads => {
                visit.add(Code::SchemaTurnOrder, &at, || "the system message must come first".to_owned());
            }
            Some(Value::String("system")) => {}
            Some(Value::String("tool" | "developer" | "bot")) => {
                visit.judge(Point::OtherRole, &role_at, || {
                    "the guide names the roles system, user and assistant only".to_owned()
                });
            }
            Some(Value::String(_)) => visit.add(Code::SchemaUnknownRole, &role_at, || {
                "`role` must be system, user or assistant".to_owned()
            }),
            Some(other) => wrong_type(visit, &role_at, "`role`", "a string", &other),
        }
        let calls = calls(visit, message, is_assistant, &at);
        match message.get("content").map(Json::value) {
            Some(Value::String(text)) if calls == 0 || !text.is_empty() => {
                written(visit, text, &"`content`", part, &at.key("content"));
            }
            // A message that calls tools need not say anything.
            None | Some(Value::Null | Value::String(_)) if calls > 0 => {}
            // Other tools take a list of parts, too.
            Some(Value::Array(parts)) if !leads && is_typed(parts.clone()) => {}
            Some(other) => wrong_type(visit, &at.key("content"), "`content`", "a string", &other),
            None => missing(visit, "content", message, &at),
        }
    }
    if !has_user {
        visit.add(Code::SchemaTurnOrder, at, || "no message is the user's".to_owned());
    }
}

/// Returns true for parts that each have a type, of which there is one at least.
fn is_typed(mut parts: Elements<'_>) -> bool {
    let has_type = |part: Json<'_>| matches!(part.get("type").map(Json::value), Some(Value::String(_)));
    parts.clone().next().is_some() && parts.all(has_type)
}

/// Checks the calls of a message and counts them.
fn calls(visit: &mut Visit<'_, '_>, message: Json<'_>, is_assistant: bool, at: &At<'_>) -> usize {
    let at = at.key("tool_calls");
    match message.get("tool_calls").map(Json::value) {
        None | Some(Value::Null) => return 0,
        Some(_) if !is_assistant => {
            visit.add(Code::SchemaMisplacedContent, &at, || {
                "tool calls belong in assistant messages".to_owned()
            });
        }
        Some(Value::Array(calls)) => {
            for (index, call) in calls.clone().enumerate() {
                if call.members().next().is_none() {
                    wrong_type(
                        visit,
                        &at.index(index),
                        "a tool call",
                        "an object with members",
                        &call.value(),
                    );
                }
            }
            return calls.count();
        }
        Some(other) => wrong_type(visit, &at, "`tool_calls`", "an array", &other),
    }
    0
}

/// `reference_answer`: what the grader compares with.
pub(super) fn reference(visit: &mut Visit<'_, '_>, value: Option<Json<'_>>, at: &At<'_>) {
    match value.map(Json::value) {
        None | Some(Value::Null) => visit.judge(Point::ReferenceMissing, &At::RECORD, || {
            "the record has no `reference_answer`".to_owned()
        }),
        Some(Value::String(text)) if text.trim().is_empty() => {
            visit.judge(Point::ReferenceEmpty, at, || "`reference_answer` is empty".to_owned());
        }
        Some(Value::Object(members)) if members.clone().next().is_none() => {
            visit.judge(Point::ReferenceEmpty, at, || "`reference_answer` is an empty object".to_owned());
        }
        Some(Value::String(_) | Value::Object(_)) => {}
        Some(other) => visit.judge(Point::ReferenceShape, at, || {
            format!("`reference_answer` is {}, not text or an object", other.type_name())
        }),
    }
}

/// `tools`: functions as chat interfaces describe them.
pub(super) fn tools(visit: &mut Visit<'_, '_>, value: Json<'_>, at: &At<'_>) {
    let list = match value.value() {
        Value::Array(list) => list,
        Value::Null => {
            return visit.judge_or(Point::NullMember, Code::SchemaWrongType, at, || {
                "`tools` must be an array, not null; leave it out".to_owned()
            });
        }
        other => return wrong_type(visit, at, "`tools`", "an array", &other),
    };
    let mut names = Names::default();
    for (index, tool) in list.clone().enumerate() {
        let at = at.index(index);
        if !matches!(tool.get("type").map(Json::value), Some(Value::String("function"))) {
            wrong_spec(visit, &at, "a tool must have the type \"function\"");
            continue;
        }
        let Some(function) = tool.get("function") else {
            wrong_spec(visit, &at, "a tool must have a `function` with a name");
            continue;
        };
        let at = at.key("function");
        names.check(visit, function, &at);
        description(visit, function, &at);
        parameters(visit, function, &at);
    }
    if list.count() == 0 {
        wrong_spec(visit, at, "`tools` is empty; leave it out if there are no tools");
    }
}

/// The parameters of a function: a JSON Schema of the type object.
fn parameters(visit: &mut Visit<'_, '_>, function: Json<'_>, at: &At<'_>) {
    let Some(parameters) = function.get("parameters") else {
        return visit.judge(Point::ToolDetails, at, || "a function must have `parameters`".to_owned());
    };
    let at = at.key("parameters");
    if !matches!(parameters.value(), Value::Object(_)) {
        return wrong_spec(visit, &at, "`parameters` of a function must be an object");
    }
    if !matches!(parameters.get("type").map(Json::value), Some(Value::String("object"))) {
        visit.judge(Point::ToolDetails, &at, || "`parameters` must have the type \"object\"".to_owned());
    }
    if !matches!(parameters.get("properties").map(Json::value), Some(Value::Object(_))) {
        visit.judge(Point::ToolProperties, &at, || "`parameters` has no object `properties`".to_owned());
    }
}

/// Checks `id`, the optional name of a record.
pub(super) fn id(visit: &mut Visit<'_, '_>, value: Json<'_>, at: &At<'_>) {
    match value.value() {
        Value::String(text) if text.trim().is_empty() => {
            visit.judge(Point::IdEmpty, at, || "`id` is blank".to_owned());
        }
        Value::Null | Value::String(_) => {}
        other => visit.judge(Point::IdShape, at, || format!("`id` is {}, not text", other.type_name())),
    }
}
