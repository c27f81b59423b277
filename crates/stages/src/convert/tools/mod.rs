//! Tools: what is declared, called and answered, whatever the format that it is written in.

mod calls;
mod declared;
mod link;
mod strip;

use std::borrow::Cow;

use bedload_record::Severity;
use bedload_record::json::{Raw, diagnose};

use super::conversation::{Aside, Content};

pub(super) use calls::{chat_calls, chat_result, converse_call, converse_result, sharegpt_calls};
pub(super) use declared::{Declared, Form};
pub(super) use link::{Names, link};

/// A call of a tool.
#[derive(Clone, Debug)]
pub(super) struct Call<'l> {
    /// What ties a result to it, as it is written between the quotes of its string; not every format has one.
    pub(super) id: Option<Cow<'l, [u8]>>,
    /// The tool's name, likewise.
    pub(super) name: Cow<'l, [u8]>,
    /// What it is called with: a JSON object, byte for byte.
    pub(super) input: Cow<'l, [u8]>,
    pub(super) at: Raw<'l>,
    /// Why it is not one that another format could hold.
    pub(super) flaw: Option<&'static str>,
}

/// What a tool answered.
#[derive(Clone, Debug)]
pub(super) struct ToolResult<'l> {
    /// The id of the call that it answers, as it is written between the quotes of its string.
    pub(super) id: Option<Cow<'l, [u8]>>,
    /// The name of the tool, where that says which call it answers.
    pub(super) name: Option<Cow<'l, [u8]>>,
    pub(super) parts: Vec<Part<'l>>,
    /// Whether the call failed.
    pub(super) is_error: bool,
    pub(super) at: Raw<'l>,
    /// Why it is not one that another format could hold.
    pub(super) flaw: Option<&'static str>,
}

/// A piece of what a tool answered.
#[derive(Clone, Debug)]
pub(super) enum Part<'l> {
    /// A value of any kind.
    Json(Raw<'l>),
    /// What a message could hold, too.
    Content(Content<'l>),
}

impl<'l> Call<'l> {
    /// A value in the place of a call that is none.
    fn flawed(at: Raw<'l>, flaw: &'static str) -> Self {
        let nothing = Cow::Borrowed(&b""[..]);
        Self { id: None, name: nothing.clone(), input: nothing, at, flaw: Some(flaw) }
    }
}

/// An object whose only member has the value that a text is; none where the text is not one value.
fn value_in(key: &str, text: &str) -> Option<Vec<u8>> {
    let wrapped = format!("{{\"{key}\":{}}}", text.trim());
    let object = object_in(&wrapped)?.into_owned();
    (Raw::of_line(&object).members().count() == 1).then_some(object)
}

/// The id of a call at a key, and what is wrong with it. A number is an id by its digits.
pub(super) fn id_at<'l>(object: Raw<'l>, key: &str) -> (Option<Cow<'l, [u8]>>, Option<&'static str>) {
    let Some(id) = object.get(key).filter(|id| !id.is_null()) else { return (None, None) };
    let is_number = id.bytes().first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
    match id.string() {
        Some(raw) => (Some(Cow::Borrowed(raw)), None),
        None if is_number => (Some(Cow::Borrowed(id.bytes())), None),
        None => (None, Some("the id of a tool call must be a string")),
    }
}

/// What a key holds where it is not what it always is, to be reported like a key that is not known.
pub(super) fn unusual<'l>(
    object: Raw<'l>,
    key: &str,
    is_usual: impl Fn(Raw<'l>) -> bool,
    asides: &mut Vec<Aside<'l>>,
) {
    let is_it = |(name, value): &(Raw<'l>, Raw<'l>)| {
        name.text().as_deref() == Some(key) && !value.is_null() && !is_usual(*value)
    };
    asides.extend(object.members().filter(is_it).map(|(name, _)| Aside::Key(name)));
}

/// The JSON object that a text is; none where it is not one. Blank text is an object without members: that is how a
/// call without arguments is often written. Linear in the text.
fn object_in(text: &str) -> Option<Cow<'_, [u8]>> {
    let trimmed = text.trim_matches([' ', '\t', '\r', '\n']);
    if trimmed.is_empty() {
        return Some(Cow::Borrowed(b"{}"));
    }
    // A line end is space here, and would end the record.
    let is_line_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let bytes = match text.as_bytes() {
        bytes if bytes.iter().any(is_line_end) => {
            let one = |byte: &u8| if is_line_end(byte) { b' ' } else { *byte };
            Cow::Owned(bytes.iter().map(one).collect())
        }
        bytes => Cow::Borrowed(bytes),
    };
    // Inside a string it is no JSON, so the text is judged as it stands.
    let is_broken =
        || diagnose(text.as_bytes(), &[]).iter().any(|flaw| flaw.code.info().severity == Severity::Error);
    (trimmed.starts_with('{') && !is_broken()).then_some(bytes)
}
