//! Paths into a record: a chain of steps on the stack, which costs nothing until a finding is shown.

use crate::finding::Detail;
use crate::json::{Raw, Step, Walk};

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

    /// A finding at this place of a line.
    pub fn detail(&self, locator: &mut Locator<'_>, message: impl Into<String>) -> Detail {
        let offset = locator.offset(self) as u64;
        Detail::from((self.pointer(), offset, message.into()))
    }
}

/// Finds places in one line of valid JSON, one after another. Those that come in their order in the line are found in
/// one pass over it, however many there are.
#[derive(Debug)]
pub struct Locator<'l> {
    line: &'l [u8],
    /// For each level down to the place found last, how far its parts were looked at.
    walks: Vec<Walk<'l>>,
}

impl<'l> Locator<'l> {
    /// For this line.
    pub fn new(line: &'l [u8]) -> Self {
        Self { line, walks: Vec::new() }
    }

    /// Byte offset of a place; that of the nearest value above it where it is not there.
    pub fn offset(&mut self, at: &At<'_>) -> usize {
        self.find(at).0
    }

    /// The members of the object at a place.
    pub fn members(&mut self, at: &At<'_>) -> impl Iterator<Item = (Raw<'l>, Raw<'l>)> + use<'l> {
        Raw::open(self.line, self.offset(at)).members()
    }

    /// The offset of a place, and its level.
    fn find(&mut self, at: &At<'_>) -> (usize, usize) {
        let (above, level) = at.up.map_or((0, 0), |up| self.find(up));
        let Some(step) = at.step else { return (above, level) };
        if self.walks.get(level).is_none_or(|walk| !walk.is_of(above)) {
            self.walks.truncate(level);
            self.walks.push(Walk::new(self.line, above));
        }
        let found = self.walks[level].take(self.line, step);
        (found.unwrap_or(above), level + 1)
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
            assert!(line[Locator::new(line).offset(at)..].starts_with(rest.as_bytes()), "{pointer}");
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

    #[test]
    fn places_are_found_in_any_order() {
        let line = br#"{"m":[{"c":[{"t":1},{"t":2}]},{"c":[]},{"c":[{"t":3}]}],"z":{"a":1,"b":{"c":4}}}"#;
        let m = At::RECORD.key("m");
        let z = At::RECORD.key("z");
        let b = z.key("b");
        let records = [m.index(0), m.index(1), m.index(2), m.index(3)];
        let contents: Vec<At<'_>> = records.iter().map(|record| record.key("c")).collect();
        let blocks: Vec<At<'_>> =
            contents.iter().flat_map(|content| [0, 1, 2].map(|n| content.index(n))).collect();
        let texts = blocks.iter().flat_map(|block| [block.key("t"), block.key("u"), block.member(0)]);
        let mut places: Vec<At<'_>> =
            texts.chain(blocks.iter().copied()).chain(contents.iter().copied()).collect();
        places.extend(records);
        places.extend([At::RECORD, m, z, b, z.key("a"), z.member(1), b.key("c"), At::RECORD.member(1)]);
        let alone: Vec<usize> = places.iter().map(|at| Locator::new(line).offset(at)).collect();
        let mut locator = Locator::new(line);
        for turn in 0..places.len() {
            for nth in (0..places.len()).map(|n| n * (turn + 1) % places.len()) {
                assert_eq!(locator.offset(&places[nth]), alone[nth], "{}", places[nth].pointer());
            }
        }
    }
}
