//! Paths into a record: a chain of steps on the stack, which costs nothing until a finding is shown.

use crate::finding::Detail;
use crate::json::{Step, locate_step};

/// A place in a record, as the way to it from the record's object.
#[derive(Clone, Copy, Debug)]
pub struct At<'p> {
    up: Option<&'p At<'p>>,
    step: Option<Step<'p>>,
}

impl<'p> At<'p> {
    /// The record itself.
    pub const RECORD: At<'static> = At { up: None, step: None };

    /// The member with a key that the format knows.
    #[must_use]
    pub fn key(&'p self, key: &'p str) -> Self {
        Self { up: Some(self), step: Some(Step::Key(key)) }
    }

    /// An element of an array, from 0.
    #[must_use]
    pub fn index(&'p self, index: usize) -> Self {
        Self { up: Some(self), step: Some(Step::Index(index)) }
    }

    /// A member by its position, from 0: its key is the user's own, and is not shown. The place is that of the key.
    #[must_use]
    pub fn member(&'p self, position: usize) -> Self {
        Self { up: Some(self), step: Some(Step::Member(position)) }
    }

    /// The JSON Pointer (RFC 6901) of the place; keys that the format does not know are `?` and their position.
    pub fn pointer(&self) -> String {
        let above = self.up.map(Self::pointer).unwrap_or_default();
        match self.step {
            Some(Step::Key(key)) => format!("{above}/{}", key.replace('~', "~0").replace('/', "~1")),
            Some(Step::Index(index)) => format!("{above}/{index}"),
            Some(Step::Member(position)) => format!("{above}/?{position}"),
            None => above,
        }
    }

    /// Byte offset of the place in a line of valid JSON; that of the nearest value above it where it is not there.
    pub fn offset(&self, line: &[u8]) -> usize {
        let above = self.up.map_or(0, |up| up.offset(line));
        self.step.and_then(|step| locate_step(line, above, step)).unwrap_or(above)
    }

    /// A finding at this place of a line.
    pub fn detail(&self, line: &[u8], message: impl Into<String>) -> Detail {
        Detail {
            pointer: self.pointer(),
            offset: self.offset(line) as u64,
            message: message.into(),
            source: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_pointer_and_an_offset() {
        let line = br#"{"a": {"x/y": [1, {"b": 2, "c": 3}]}}"#;
        let check = |at: &At<'_>, pointer: &str, rest: &str| {
            assert_eq!(at.pointer(), pointer);
            assert!(line[at.offset(line)..].starts_with(rest.as_bytes()), "{pointer}");
        };
        let a = At::RECORD.key("a");
        let list = a.key("x/y");
        let object = list.index(1);
        check(&At::RECORD, "", "{\"a\"");
        check(&a, "/a", "{\"x");
        check(&list, "/a/x~1y", "[1");
        check(&object, "/a/x~1y/1", "{\"b\"");
        check(&object.member(1), "/a/x~1y/1/?1", "\"c\"");
        check(&object.key("none"), "/a/x~1y/1/none", "{\"b\"");
        check(&list.index(7), "/a/x~1y/7", "[1");
    }
}
