//! Chat records for reinforcement fine-tuning: messages, tools, and the reference answer.

use bedload_bedrock::Point;
use bedload_record::json::Elements;
use bedload_record::{At, Code, Json, Value};

use super::flat::written;
use super::visit::Visit;
use super::words::Speaker;
use super::wrong_type;

pub(super) fn messages(visit: &mut Visit<'_, '_>, list: Elements<'_>, at: &At<'_>) {
    let mut has_user = false;
    for (index, message) in list.enumerate() {
        let at = at.index(index);
        if !matches!(message.value(), Value::Object(_)) {
            wrong_type(visit, &at, "a message", "an object", &message.value());
            continue;
        }
        let role = message.get("role").map(Json::value);
        let role_at = at.key("role");
        let (mut speaker, mut is_assistant) = (Speaker::Prompt, false);
        match role {
            None => visit.add(Code::SchemaMissingField, &at, || "`role` is missing".to_owned()),
            Some(Value::String("user")) => has_user = true,
            Some(Value::String("assistant")) => (speaker, is_assistant) = (Speaker::Answer, true),
            Some(Value::String("system")) if index > 0 => {
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
                written(visit, text, &"`content`", speaker, &at.key("content"));
            }
            // A message that calls tools need not say anything.
            None | Some(Value::Null | Value::String(_)) if calls > 0 => {}
            Some(other) => wrong_type(visit, &at.key("content"), "`content`", "a string", &other),
            None => visit.add(Code::SchemaMissingField, &at, || "`content` is missing".to_owned()),
        }
    }
    if !has_user {
        visit.add(Code::SchemaTurnOrder, at, || "no message is the user's".to_owned());
    }
}

/// Checks the calls of a message and counts them.
fn calls(visit: &mut Visit<'_, '_>, message: Json<'_>, is_assistant: bool, at: &At<'_>) -> usize {
    let at = at.key("tool_calls");
    match message.get("tool_calls").map(Json::value) {
        None | Some(Value::Null) => return 0,
        Some(_) if !is_assistant => {
            visit.add(Code::SchemaMisplacedContent, &at, || "tool calls belong to the assistant".to_owned());
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
    let Value::Array(list) = value.value() else {
        return wrong_type(visit, at, "`tools`", "an array", &value.value());
    };
    for (index, tool) in list.enumerate() {
        let at = at.index(index);
        if !matches!(tool.get("type").map(Json::value), Some(Value::String("function"))) {
            visit.add(Code::SchemaToolSpec, &at, || "a tool must have the type \"function\"".to_owned());
            continue;
        }
        let function = tool.get("function");
        let name = function.and_then(|function| function.get("name")).map(Json::value);
        if !matches!(name, Some(Value::String(name)) if !name.trim().is_empty()) {
            visit.add(Code::SchemaToolSpec, &at, || "a tool must have a `function` with a name".to_owned());
        }
        let parameters = function.and_then(|function| function.get("parameters")).map(Json::value);
        if !matches!(parameters, None | Some(Value::Object(_))) {
            visit
                .add(Code::SchemaToolSpec, &at, || "`parameters` of a function must be an object".to_owned());
        }
    }
}
