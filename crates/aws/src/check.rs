//! A value against its shape: required and unknown members, types, listed values, patterns, bounds, unions. All
//! problems at once.

use std::collections::BTreeMap;

use bedload_record::names::did_you_mean;
use bedload_record::plural::plural;
use serde_json::{Map, Value};

use crate::advice::{about, unknown};
use crate::customization;
use crate::operation::Operation;
use crate::path::MemberPath;
use crate::pattern::{Mismatch, Pattern};
use crate::problem::{Problem, Rule, quoted};
use crate::service::{Kind, Shape};

/// Everything that is wrong with a request for an operation.
pub fn check(operation: Operation, request: &Value) -> Vec<Problem> {
    let mut checker = Checker { operation, patterns: BTreeMap::new(), problems: Vec::new() };
    checker.value(&operation.call.input, request, &MemberPath::default());
    let mut problems = checker.problems;
    if let Some(request) = request.as_object() {
        customization::check(operation, request, &mut problems);
    }
    problems
}

struct Checker {
    operation: Operation,
    patterns: BTreeMap<&'static str, Pattern>,
    problems: Vec<Problem>,
}

impl Checker {
    fn value(&mut self, name: &'static str, value: &Value, path: &MemberPath) {
        let shape = self.operation.service.shape(name);
        if shape.document {
            return;
        }
        if value.is_null() {
            let problem = Problem::new(path, Rule::Type, format!("null, not {}", noun(shape.kind)));
            self.problems.push(problem.hint("leave the member out"));
            return;
        }
        match (shape.kind, value) {
            (Kind::Structure, Value::Object(object)) => self.structure(shape, object, path),
            (Kind::Map, Value::Object(object)) => self.map(shape, object, path),
            (Kind::List, Value::Array(elements)) => {
                self.length(shape, elements.len(), path, ["element", "elements"]);
                let Some(member) = &shape.member else { return };
                for (n, element) in elements.iter().enumerate() {
                    self.value(member.name(), element, &path.index(n));
                }
            }
            (Kind::String, Value::String(text)) => self.string(name, shape, text, path),
            (Kind::Blob, Value::String(text)) => {
                self.length(shape, text.len(), path, ["byte", "bytes"]);
            }
            (Kind::Integer | Kind::Long, Value::Number(number)) => match number.as_i64() {
                Some(n) if shape.kind == Kind::Long || i32::try_from(n).is_ok() => {
                    self.range(shape, n as f64, value, path);
                }
                _ => self.problems.push(Problem::new(
                    path,
                    Rule::Type,
                    format!("{number} is not {}", noun(shape.kind)),
                )),
            },
            (Kind::Float | Kind::Double, Value::Number(number)) => {
                self.range(shape, number.as_f64().unwrap_or(f64::NAN), value, path);
            }
            (Kind::Boolean, Value::Bool(_)) | (Kind::Timestamp, Value::String(_) | Value::Number(_)) => {}
            _ => {
                let message = format!("{}, not {}", noun_of(value), noun(shape.kind));
                let mut problem = Problem::new(path, Rule::Type, message);
                problem.hint = retyped(shape.kind, value);
                self.problems.push(problem);
            }
        }
    }

    fn structure(&mut self, shape: &'static Shape, object: &Map<String, Value>, path: &MemberPath) {
        for (key, value) in object {
            match shape.members.get(key) {
                Some(target) => self.value(target.name(), value, &path.key(key)),
                None => self.problems.push(unknown(self.operation, shape, &path.key(key))),
            }
        }
        for name in &shape.required {
            if !object.contains_key(name) {
                let problem = Problem::new(&path.key(name), Rule::Required, "missing; it is required");
                self.problems.push(problem);
            }
        }
        let known: Vec<String> = object
            .keys()
            .filter(|key| shape.members.contains_key(*key))
            .map(|key| format!("`{key}`"))
            .collect();
        if shape.union && known.len() != 1 {
            let names: Vec<String> = shape.members.keys().map(|name| format!("`{name}`")).collect();
            let expected = match &names[..] {
                [one] => format!("{one} is required"),
                several => format!("exactly one of {} is required", several.join(", ")),
            };
            let found = if known.is_empty() { "none".to_owned() } else { known.join(" and ") };
            self.problems.push(Problem::new(path, Rule::Union, format!("{expected}; found {found}")));
        }
    }

    fn map(&mut self, shape: &'static Shape, object: &Map<String, Value>, path: &MemberPath) {
        self.length(shape, object.len(), path, ["entry", "entries"]);
        for (key, value) in object {
            let path = path.key(key);
            if let Some(target) = &shape.key {
                self.string(target.name(), self.operation.service.shape(target.name()), key, &path);
            }
            if let Some(target) = &shape.value {
                self.value(target.name(), value, &path);
            }
        }
    }

    fn string(&mut self, name: &'static str, shape: &'static Shape, text: &str, path: &MemberPath) {
        let shown = if shape.sensitive { "the value".to_owned() } else { quoted(text) };
        if !shape.values.is_empty() && !shape.values.iter().any(|value| value == text) {
            let message = format!("{shown} is not one of {}", shape.values.join(", "));
            let mut problem = Problem::new(path, Rule::Enum, message);
            problem.hint = customization::other_task(name, text)
                .or_else(|| did_you_mean(text, shape.values.iter().map(String::as_str)));
            self.problems.push(problem);
            return;
        }
        self.length(shape, text.chars().count(), path, ["character", "characters"]);
        let Some(pattern) = &shape.pattern else { return };
        let pattern = self
            .patterns
            .entry(name)
            .or_insert_with(|| Pattern::new(pattern).expect("a test reads all patterns"));
        let Some(mismatch) = pattern.mismatch(text) else { return };
        let message = match mismatch {
            Mismatch::At(at) => {
                let n = text[..text.floor_char_boundary(at)].chars().count();
                let c = text.chars().nth(n).unwrap_or_default();
                if shape.sensitive {
                    format!("character {} is not allowed there", n + 1)
                } else {
                    format!("{shown}: {} (character {}) is not allowed there", named(c), n + 1)
                }
            }
            // Too short a string was reported as that.
            Mismatch::Short if text.is_empty() && shape.min.is_some_and(|min| min > 0.0) => return,
            Mismatch::Short if text.is_empty() => "the value is empty".to_owned(),
            Mismatch::Short => format!("{shown} is incomplete"),
        };
        let mut problem = Problem::new(path, Rule::Pattern, message);
        problem.hint = about(name);
        self.problems.push(problem);
    }

    fn length(&mut self, shape: &Shape, n: usize, path: &MemberPath, [one, many]: [&str; 2]) {
        let counted = |n: u64| plural(n, one, many);
        // Bounds of lengths are whole.
        let (min, max) = (shape.min.map(|min| min as u64), shape.max.map(|max| max as u64));
        let n = n as u64;
        if let Some(min) = min.filter(|&min| n < min) {
            let message = format!("{}; at least {}", counted(n), counted(min));
            self.problems.push(Problem::new(path, Rule::MinLength, message));
        }
        if let Some(max) = max.filter(|&max| n > max) {
            let message = format!("{}; at most {}", counted(n), counted(max));
            self.problems.push(Problem::new(path, Rule::MaxLength, message));
        }
    }

    fn range(&mut self, shape: &Shape, n: f64, value: &Value, path: &MemberPath) {
        let range = range(shape).unwrap_or_default();
        if shape.min.is_some_and(|min| n < min) {
            self.problems.push(Problem::new(path, Rule::Min, format!("{value} is too small; {range}")));
        }
        if shape.max.is_some_and(|max| n > max) {
            self.problems.push(Problem::new(path, Rule::Max, format!("{value} is too large; {range}")));
        }
    }
}

/// The range of a number, where it has one: `from 16 to 512`.
pub(crate) fn range(shape: &Shape) -> Option<String> {
    match (shape.min, shape.max) {
        (Some(min), Some(max)) => Some(format!("from {} to {}", number(min), number(max))),
        (Some(min), None) => Some(format!("at least {}", number(min))),
        (None, Some(max)) => Some(format!("at most {}", number(max))),
        (None, None) => None,
    }
}

/// A bound as people write it: `16`, `0.001`, `1e-7`.
fn number(n: f64) -> String {
    if n.fract() == 0.0 { format!("{n}") } else { format!("{n:?}") }
}

/// A character as a message shows it.
pub(crate) fn named(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Structure | Kind::Map => "an object",
        Kind::List => "an array",
        Kind::String => "a string",
        Kind::Integer => "an integer (32 bits)",
        Kind::Long => "an integer (64 bits)",
        Kind::Float | Kind::Double => "a number",
        Kind::Boolean => "a boolean",
        Kind::Blob => "a string (bytes in base64)",
        Kind::Timestamp => "a time (a string or a number)",
    }
}

fn noun_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// The same value as the type that is wanted.
fn retyped(kind: Kind, value: &Value) -> Option<String> {
    let is_json = |text: &str, is: fn(&Value) -> bool| {
        serde_json::from_str::<Value>(text).is_ok_and(|value| is(&value))
    };
    match (kind, value) {
        (Kind::String, Value::Number(_) | Value::Bool(_)) => Some(format!("write it in quotes: \"{value}\"")),
        (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Value::String(text))
            if is_json(text, Value::is_number) =>
        {
            Some(format!("write it without quotes: {text}"))
        }
        (Kind::Boolean, Value::String(text)) if is_json(text, Value::is_boolean) => {
            Some(format!("write it without quotes: {text}"))
        }
        (Kind::List, Value::Object(_) | Value::String(_)) => Some("put it between `[` and `]`".to_owned()),
        (Kind::Blob, Value::Object(_)) => {
            Some("write the JSON text as a string, in base64 for `--cli-input-json`".to_owned())
        }
        _ => None,
    }
}
