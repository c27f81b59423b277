//! The text of a request: read, its operation recognized, checked, each problem placed in its line.

use bedload_record::json::{Framing, diagnose_in, locate};
use bedload_record::{Code, Severity};
use serde_json::Value;

use crate::check::check;
use crate::operation::{Operation, OperationError};
use crate::path::{MemberPath, PathStep};
use crate::problem::{Problem, Rule};

/// What is known of a request.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What it is for; none where it could not be read.
    pub operation: Option<Operation>,
    /// What is wrong with it, in the order in which it is written.
    pub problems: Vec<Problem>,
}

/// Judges the text of a request. Without an operation, it is recognized from the members.
///
/// # Errors
/// [`OperationError::Unclear`] where the members belong to no operation.
pub fn judge(text: &[u8], operation: Option<Operation>) -> Result<Judged, OperationError> {
    let all = operation.map_or_else(Operation::all, |operation| vec![operation]);
    let mut known: Vec<&str> = all.iter().flat_map(Operation::member_names).collect();
    let value: Option<Value> = serde_json::from_slice(text).ok();
    if let Some(value) = &value {
        add_keys(value, &mut known);
    }
    let flaws = diagnose_in(Framing::Document, text, &known);
    let mut problems: Vec<(usize, Problem)> = Vec::new();
    let mut is_readable = true;
    for flaw in flaws.into_iter().filter(|flaw| flaw.code.info().severity == Severity::Error) {
        let rule = if flaw.code == Code::JsonDuplicateKey { Rule::DuplicateKey } else { Rule::Json };
        is_readable &= rule == Rule::DuplicateKey;
        problems.push((flaw.offset, Problem::new(&path_of(&flaw.pointer), rule, flaw.message)));
    }
    if is_readable && value.is_none() {
        problems.push((0, Problem::new(&MemberPath::default(), Rule::Json, "not JSON")));
    }
    let value = value.filter(|_| is_readable);
    let operation = match value.as_ref().and_then(Value::as_object) {
        Some(object) if operation.is_none() => Some(Operation::recognize(object)?),
        _ => operation,
    };
    if let (Some(value), Some(operation)) = (&value, operation) {
        let placed_max = (SEARCHED_BYTES_MAX / text.len().max(1)).max(PLACED_MIN);
        let found = check(operation, value).into_iter().enumerate();
        problems.extend(found.map(|(n, problem)| {
            let offset = if n < placed_max { offset_of(text, &problem.member) } else { text.len() };
            (offset, problem)
        }));
    }
    problems.sort_by_key(|(offset, _)| *offset);
    let placed = problems.into_iter().map(|(offset, problem)| {
        if offset == text.len() && problem.rule != Rule::Json {
            return problem;
        }
        let (line, column) = place(text, offset);
        Problem { line: Some(line), column: Some(column), ..problem }
    });
    Ok(Judged { operation, problems: placed.collect() })
}

/// The most bytes that are searched for the places of problems. Each is searched for from the beginning, so that a large
/// request with as many problems would take very long.
const SEARCHED_BYTES_MAX: usize = 256 << 20;
/// So many problems are placed in any request.
const PLACED_MIN: usize = 20;

/// Adds the keys of a value, at any depth: they are the user's own.
fn add_keys<'v>(value: &'v Value, keys: &mut Vec<&'v str>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                keys.push(key);
                add_keys(value, keys);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| add_keys(element, keys)),
        _ => {}
    }
}

/// Where a member is, or where it is not: the object that lacks it.
fn offset_of(text: &[u8], member: &MemberPath) -> usize {
    let steps = member.steps();
    let found = (0..=steps.len()).rev().find_map(|n| locate(text, &steps[..n]));
    found.map_or(0, |location| location.start)
}

/// The line and the column in characters, from 1.
fn place(text: &[u8], offset: usize) -> (u64, u64) {
    let before = &text[..offset.min(text.len())];
    let line = before.split(|&byte| byte == b'\n').count() as u64;
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let column = before[start..].iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64 + 1;
    (line, column)
}

/// A JSON Pointer as the path of a member.
fn path_of(pointer: &str) -> MemberPath {
    let steps = pointer.split('/').skip(1).map(|step| match step.parse() {
        Ok(index) => PathStep::Index(index),
        Err(_) => PathStep::Key(step.replace("~1", "/").replace("~0", "~")),
    });
    MemberPath(steps.collect())
}

#[cfg(test)]
mod tests;
