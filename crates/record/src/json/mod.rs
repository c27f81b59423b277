//! JSON as this project sees it: a view over a parsed line, and the strict rules behind every verdict.
//!
//! The position: a record is safe only if every mainstream parser reads the same thing. So beyond RFC 8259 there
//! are unique keys, no lone surrogates, finite numbers and at most [`DEPTH_MAX`] levels (RFC 7493, I-JSON).
//! simd-json reads the line; the few lines it refuses, or that hold something doubtful, are read again by
//! `strict.rs`, which knows the place and the reason. Only this folder names `simd_json`.

mod lexemes;
mod locate;
mod parse;
mod raw;
mod strict;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use locate::locate_step;
pub use locate::{Location, Step, locate};
pub use parse::Parser;
pub use raw::{Raw, pointer_to};
pub use strict::{DEPTH_MAX, Flaw, diagnose};
pub use text::{escape_into, string_content};

use std::borrow::Cow;

use simd_json::{Node, StaticNode};

/// One value of a parsed line; borrows the parser's buffers.
#[derive(Clone, Copy, Debug)]
pub struct Json<'t>(&'t [Node<'t>]);

/// A value, opened.
#[derive(Clone, Debug)]
pub enum Value<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number, as the nearest double.
    Number(f64),
    /// A string, decoded.
    String(&'t str),
    /// An array.
    Array(Elements<'t>),
    /// An object.
    Object(Members<'t>),
}

impl Value<'_> {
    /// The JSON name of the value's type, with its article.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// How many nodes the value at the head of `nodes` takes.
fn width(nodes: &[Node<'_>]) -> usize {
    match nodes[0] {
        Node::Object { count, .. } | Node::Array { count, .. } => count + 1,
        Node::String(_) | Node::Static(_) => 1,
    }
}

impl<'t> Json<'t> {
    /// Opens the value.
    pub fn value(self) -> Value<'t> {
        match &self.0[0] {
            Node::Static(StaticNode::Null) => Value::Null,
            Node::Static(StaticNode::Bool(b)) => Value::Bool(*b),
            Node::Static(StaticNode::I64(n)) => Value::Number(*n as f64),
            Node::Static(StaticNode::U64(n)) => Value::Number(*n as f64),
            Node::Static(StaticNode::F64(n)) => Value::Number(*n),
            Node::String(s) => Value::String(s),
            Node::Array { len, .. } => Value::Array(Elements { left: *len, nodes: &self.0[1..] }),
            Node::Object { len, .. } => Value::Object(Members { left: *len, nodes: &self.0[1..] }),
        }
    }

    /// A string, number or boolean as text, numbers of up to 64 bits exactly; none for any other value.
    pub fn scalar(self) -> Option<Cow<'t, str>> {
        match &self.0[0] {
            Node::String(text) => Some(Cow::Borrowed(text)),
            Node::Static(StaticNode::I64(n)) => Some(Cow::Owned(n.to_string())),
            Node::Static(StaticNode::U64(n)) => Some(Cow::Owned(n.to_string())),
            Node::Static(StaticNode::F64(n)) => Some(Cow::Owned(n.to_string())),
            Node::Static(StaticNode::Bool(b)) => Some(Cow::Borrowed(if *b { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The members of an object; none for any other value.
    pub fn members(self) -> Members<'t> {
        match self.value() {
            Value::Object(members) => members,
            _ => Members { left: 0, nodes: &[] },
        }
    }

    /// The elements of an array; none for any other value.
    pub fn elements(self) -> Elements<'t> {
        match self.value() {
            Value::Array(elements) => elements,
            _ => Elements { left: 0, nodes: &[] },
        }
    }

    /// The member with this (decoded) key. Linear in the number of members.
    pub fn get(self, key: &str) -> Option<Self> {
        self.members().find(|(k, _)| *k == key).map(|(_, value)| value)
    }

    /// The value at a JSON Pointer, whose steps were split and unescaped before.
    pub fn at(self, steps: &[String]) -> Option<Self> {
        steps.iter().try_fold(self, |json, step| match json.value() {
            Value::Object(_) => json.get(step),
            Value::Array(mut elements) => elements.nth(step.parse().ok()?),
            _ => None,
        })
    }
}

/// The elements of an array, in order.
#[derive(Clone, Debug)]
pub struct Elements<'t> {
    left: usize,
    nodes: &'t [Node<'t>],
}

impl<'t> Iterator for Elements<'t> {
    type Item = Json<'t>;

    fn next(&mut self) -> Option<Json<'t>> {
        self.left = self.left.checked_sub(1)?;
        let (value, rest) = self.nodes.split_at(width(self.nodes));
        self.nodes = rest;
        Some(Json(value))
    }
}

/// The members of an object, in order.
#[derive(Clone, Debug)]
pub struct Members<'t> {
    left: usize,
    nodes: &'t [Node<'t>],
}

impl<'t> Iterator for Members<'t> {
    type Item = (&'t str, Json<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let Node::String(key) = self.nodes[0] else { unreachable!("a member begins with its key") };
        let (value, rest) = self.nodes[1..].split_at(width(&self.nodes[1..]));
        self.nodes = rest;
        Some((key, Json(value)))
    }
}
