//! Reading calls and results. Nothing fails here: what is not a call of its format is one with a flaw, which matters
//! only where it has to be written in another.

use std::borrow::Cow;

use bedload_record::json::Raw;

use super::super::conversation::{Aside, Content, RawText};
use super::super::read::rest;
use super::{Call, Part, ToolResult, id_at, object_in, unusual, value_in};

const NO_NAME: &str = "a tool call must have a name";
const NO_INPUT: &str = "the arguments of a tool call must be a JSON object";
const NO_ID: &str = "a tool call must have an id, and so must its result";
const NO_CONTENT: &str = "a tool result must have content of text or JSON";

fn given<'l>(object: Raw<'l>, key: &str) -> Option<Raw<'l>> {
    object.get(key).filter(|value| !value.is_null())
}

fn string<'l>(object: Raw<'l>, key: &str) -> Option<Cow<'l, [u8]>> {
    given(object, key)?.string().map(Cow::Borrowed)
}

/// The arguments of a call: an object, or a string that holds one.
fn input(value: Option<Raw<'_>>) -> Option<Cow<'_, [u8]>> {
    let Some(value) = value else { return Some(Cow::Borrowed(b"{}")) };
    if value.is_object() {
        return Some(Cow::Borrowed(value.bytes()));
    }
    match value.text()? {
        Cow::Borrowed(text) => object_in(text),
        Cow::Owned(text) => object_in(&text).map(|bytes| Cow::Owned(bytes.into_owned())),
    }
}

/// A function that is called: `name` and `arguments`. What else it has goes to `asides`.
fn function<'l>(
    value: Raw<'l>,
    (id, flaw): (Option<Cow<'l, [u8]>>, Option<&'static str>),
    at: Raw<'l>,
    asides: &mut Vec<Aside<'l>>,
) -> Call<'l> {
    let key = ["arguments", "parameters"].into_iter().find(|key| given(value, key).is_some());
    rest(value, &["name", key.unwrap_or("arguments")], asides);
    let Some(name) = string(value, "name") else { return Call { id, ..Call::flawed(at, NO_NAME) } };
    match input(key.and_then(|key| given(value, key))) {
        Some(input) => Call { id, name, input, at, flaw },
        None => Call { id, ..Call::flawed(at, NO_INPUT) },
    }
}

/// The calls in `tool_calls`, or the older `function_call`, of a chat message.
pub(in super::super) fn chat_calls<'l>(value: Raw<'l>, asides: &mut Vec<Aside<'l>>) -> Vec<Call<'l>> {
    if !value.is_array() {
        return vec![function(value, (None, None), value, asides)];
    }
    let call = |call: Raw<'l>| {
        let id = id_at(call, "id");
        let Some(called) = given(call, "function") else {
            return Call { id: id.0, ..Call::flawed(call, "a tool call must have a `function`") };
        };
        rest(call, &["id", "type", "function", "index"], asides);
        unusual(call, "type", |kind| kind.text().as_deref() == Some("function"), asides);
        unusual(call, "index", |index| index.bytes().iter().all(u8::is_ascii_digit), asides);
        function(called, id, call, asides)
    };
    value.elements().map(call).collect()
}

/// The calls that are the text of a `ShareGPT` message: an object with `name` and `arguments`, or a list of such.
pub(in super::super) fn sharegpt_calls<'l>(value: Raw<'l>, asides: &mut Vec<Aside<'l>>) -> Vec<Call<'l>> {
    const NO_CALL: &str = "a function call must be a JSON object with `name` and `arguments`";

    let object = value.text().and_then(|text| value_in("calls", &text));
    let calls = object.as_ref().and_then(|object| Raw::of_line(object).get("calls"));
    let Some(calls) = calls else { return vec![Call::flawed(value, NO_CALL)] };
    let own = |bytes: Cow<'_, [u8]>| Cow::Owned(bytes.into_owned());
    let mut inside = Vec::new();
    let mut call = |call: Raw<'_>| {
        let mut beside = Vec::new();
        let function_of = given(call, "function").filter(|function| function.is_object());
        if function_of.is_some() {
            rest(call, &["id", "type", "function", "index"], &mut beside);
        }
        let called = function_of.unwrap_or(call);
        let Call { id, name, input, flaw, .. } = function(called, id_at(call, "id"), call, &mut beside);
        // The id stands among the members of a function that is bare.
        let is_id = |aside: &Aside<'_>| {
            function_of.is_none() && matches!(aside, Aside::Key(key) if key.text().as_deref() == Some("id"))
        };
        inside.push(beside.iter().any(|aside| !is_id(aside)));
        Call { id: id.map(own), name: own(name), input: own(input), at: value, flaw: flaw.map(|_| NO_CALL) }
    };
    let all = if calls.is_array() { calls.elements().map(call).collect() } else { vec![call(calls)] };
    // Places in a text of its own are none in the line.
    if inside.contains(&true) {
        asides.push(Aside::Inside(value));
    }
    all
}

/// A chat message that is the result of a call. Its content was read already.
pub(in super::super) fn chat_result<'l>(
    message: Raw<'l>,
    parts: Vec<Content<'l>>,
    asides: &mut Vec<Aside<'l>>,
) -> ToolResult<'l> {
    let (id, flaw) = id_at(message, "tool_call_id");
    unusual(message, "name", |name| name.string().is_some(), asides);
    ToolResult {
        id,
        name: string(message, "name"),
        parts: parts.into_iter().map(Part::Content).collect(),
        is_error: false,
        at: message,
        flaw,
    }
}

/// A `toolUse` block of Converse, or a `tool_use` part: `id_key` says which.
pub(in super::super) fn converse_call<'l>(
    value: Raw<'l>,
    id_key: &str,
    at: Raw<'l>,
    asides: &mut Vec<Aside<'l>>,
) -> Call<'l> {
    let (Some(id), _) = id_at(value, id_key) else { return Call::flawed(at, NO_ID) };
    let Some(name) = string(value, "name") else { return Call::flawed(at, NO_NAME) };
    match given(value, "input").filter(|input| input.is_object()) {
        Some(input) => {
            rest(value, &["type", id_key, "name", "input"], asides);
            Call { id: Some(id), name, input: Cow::Borrowed(input.bytes()), at, flaw: None }
        }
        None => Call::flawed(at, NO_INPUT),
    }
}

/// A `toolResult` block of Converse.
pub(in super::super) fn converse_result<'l>(
    value: Raw<'l>,
    at: Raw<'l>,
    asides: &mut Vec<Aside<'l>>,
) -> ToolResult<'l> {
    let (id, _) = id_at(value, "toolUseId");
    let mut flaw = id.is_none().then_some(NO_ID);
    let mut parts = Vec::new();
    for part in given(value, "content").into_iter().flat_map(Raw::elements) {
        let text = given(part, "text")
            .and_then(|text| Some(RawText { raw: Cow::Borrowed(text.string()?), at: text }));
        match (text, given(part, "json")) {
            (Some(text), None) => {
                rest(part, &["text"], asides);
                parts.push(Part::Content(Content::Text(text)));
            }
            (None, Some(json)) => {
                rest(part, &["json"], asides);
                parts.push(Part::Json(json));
            }
            _ => parts.push(Part::Content(Content::Block(part))),
        }
    }
    if parts.is_empty() {
        flaw = flaw.or(Some(NO_CONTENT));
    }
    let status = given(value, "status").and_then(Raw::text);
    rest(value, &["toolUseId", "content", "status"], asides);
    unusual(value, "status", |status| matches!(status.text().as_deref(), Some("success" | "error")), asides);
    ToolResult { id, name: None, parts, is_error: status.as_deref() == Some("error"), at, flaw }
}
