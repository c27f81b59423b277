//! JSON as this project sees it: a view over a parsed line, and the strict rules behind every verdict.
//!
//! The position: a record is safe only if every mainstream parser reads the same thing. So beyond RFC 8259 there
//! are unique keys, no lone surrogates, finite numbers and at most [`DEPTH_MAX`] levels (RFC 7493, I-JSON).
//! simd-json reads the line; the few lines it refuses, or that hold something doubtful, are read again by
//! `strict.rs`, which knows the place and the reason. Only this folder names `simd_json`.

mod framing;
mod lexemes;
mod locate;
mod number;
mod parse;
mod plain;
mod raw;
mod seen;
mod strict;
#[cfg(test)]
mod tests;
mod text;

pub use framing::{Framing, HELD_ESCAPED_LF, HELD_LF, STRAY_COMMA};
pub(crate) use locate::Walk;
pub use locate::{Location, Step, locate};
pub use number::Number;
pub use parse::{Parser, Rejected};
pub use raw::{Raw, Steps, pointers_to};
pub use strict::{DEPTH_MAX, Flaw, diagnose, diagnose_in, is_blank};
pub use text::{escape_into, raw_offsets, string_content};

use std::borrow::Cow;

use number::Decimals;
use simd_json::{Node, StaticNode};

/// One value of a parsed line; borrows the line and the parser's buffers.
#[derive(Clone, Copy, Debug)]
pub struct Json<'t> {
    /// From the value's own node to the end of the tape.
    nodes: &'t [Node<'t>],
    decimals: &'t Decimals<'t>,
}

/// A value, opened.
#[derive(Clone, Debug)]
pub enum Value<'t> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// Any number, as it is written.
    Number(Number<'t>),
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
#[inline]
fn width(nodes: &[Node<'_>]) -> usize {
    match nodes[0] {
        Node::Object { count, .. } | Node::Array { count, .. } => count + 1,
        Node::String(_) | Node::Static(_) => 1,
    }
}

impl<'t> Json<'t> {
    /// Opens the value.
    #[inline]
    pub fn value(self) -> Value<'t> {
        let parts = |left: usize| (left, Self { nodes: &self.nodes[1..], ..self });
        match &self.nodes[0] {
            Node::Static(StaticNode::Null) => Value::Null,
            Node::Static(StaticNode::Bool(b)) => Value::Bool(*b),
            Node::Static(StaticNode::I64(n)) => Value::Number(Number::integer(*n)),
            Node::Static(StaticNode::U64(n)) => Value::Number(Number::integer(*n)),
            Node::Static(StaticNode::F64(n)) => {
                let text =
                    self.decimals.text(self.nodes.len()).expect("every decimal of a tape has its place");
                Value::Number(Number::decimal(*n, text))
            }
            Node::String(s) => Value::String(s),
            Node::Array { len, .. } => {
                let (left, rest) = parts(*len);
                Value::Array(Elements { left, rest })
            }
            Node::Object { len, .. } => {
                let (left, rest) = parts(*len);
                Value::Object(Members { left, rest })
            }
        }
    }

    /// The value after this one on the tape, if any.
    #[inline]
    fn after(self) -> Self {
        Self { nodes: &self.nodes[width(self.nodes)..], ..self }
    }

    /// A string, number or boolean as text, numbers exactly and in one spelling; none for any other value.
    pub fn scalar(self) -> Option<Cow<'t, str>> {
        match self.value() {
            Value::String(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The members of an object; none for any other value.
    #[inline]
    pub fn members(self) -> Members<'t> {
        match self.value() {
            Value::Object(members) => members,
            _ => Members { left: 0, rest: self },
        }
    }

    /// The elements of an array; none for any other value.
    #[inline]
    pub fn elements(self) -> Elements<'t> {
        match self.value() {
            Value::Array(elements) => elements,
            _ => Elements { left: 0, rest: self },
        }
    }

    /// The member with this (decoded) key. Linear in the number of members.
    #[inline]
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
    /// The next one, where one is left.
    rest: Json<'t>,
}

impl<'t> Iterator for Elements<'t> {
    type Item = Json<'t>;

    #[inline]
    fn next(&mut self) -> Option<Json<'t>> {
        self.left = self.left.checked_sub(1)?;
        let value = self.rest;
        self.rest = value.after();
        Some(value)
    }
}

/// The members of an object, in order.
#[derive(Clone, Debug)]
pub struct Members<'t> {
    left: usize,
    /// The key of the next one, where one is left.
    rest: Json<'t>,
}

impl<'t> Iterator for Members<'t> {
    type Item = (&'t str, Json<'t>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let Node::String(key) = self.rest.nodes[0] else { unreachable!("a member begins with its key") };
        let value = self.rest.after();
        self.rest = value.after();
        Some((key, value))
    }
}

impl Members<'_> {
    /// How many are left.
    #[inline]
    pub fn len(&self) -> usize {
        self.left
    }

    /// Returns true if none is left.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }
}
