//! Values of a line as the bytes they are written with: for carrying text over without touching it.

use std::borrow::Cow;

use memchr::memchr2;

use super::text::string_content;

/// A value of a line of valid JSON, as its bytes. Nothing is decoded or checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'l>(&'l [u8]);

impl<'l> Raw<'l> {
    /// The value that a line is. Space around it is left out.
    pub fn of_line(line: &'l [u8]) -> Self {
        Self(line.trim_ascii())
    }

    /// Its bytes.
    pub fn bytes(self) -> &'l [u8] {
        self.0
    }

    /// What stands between the quotes of a string; none for any other value.
    pub fn string(self) -> Option<&'l [u8]> {
        self.0.strip_prefix(b"\"").map(|rest| &rest[..rest.len() - 1])
    }

    /// A string, decoded; none for any other value.
    pub fn text(self) -> Option<Cow<'l, str>> {
        self.string().map(string_content)
    }

    /// Returns true for `null`.
    pub fn is_null(self) -> bool {
        self.0 == b"null"
    }

    /// Returns true for an object.
    pub fn is_object(self) -> bool {
        self.0.first() == Some(&b'{')
    }

    /// Returns true for an array.
    pub fn is_array(self) -> bool {
        self.0.first() == Some(&b'[')
    }

    /// The members of an object, with their keys; none for any other value. Linear in the value.
    pub fn members(self) -> impl Iterator<Item = (Self, Self)> + use<'l> {
        self.parts().filter_map(|(key, value)| Some((key?, value)))
    }

    /// The elements of an array; none for any other value. Linear in the value.
    pub fn elements(self) -> impl Iterator<Item = Self> + use<'l> {
        self.parts().filter_map(|(key, value)| key.is_none().then_some(value))
    }

    /// The member with this (decoded) key.
    pub fn get(self, key: &str) -> Option<Self> {
        self.members().find(|(own, _)| own.text().is_some_and(|own| own == key)).map(|(_, value)| value)
    }

    /// The value that some steps lead to: keys of objects, and places in arrays, as in a JSON Pointer.
    pub fn at<S: AsRef<str>>(self, steps: &[S]) -> Option<Self> {
        steps.iter().map(AsRef::as_ref).try_fold(self, |value, step| {
            if !value.is_array() {
                return value.get(step);
            }
            // Digits without a zero in front.
            let nth: usize = step.parse().ok().filter(|nth: &usize| nth.to_string() == step)?;
            value.elements().nth(nth)
        })
    }

    /// Where the value begins in the line that it was taken from, in bytes from 0.
    pub fn offset_in(self, line: &[u8]) -> usize {
        (self.0.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
    }

    /// The value that begins at `at`, with whatever follows it: good for walking through its parts only.
    pub(crate) fn open(line: &'l [u8], at: usize) -> Self {
        Self(&line[space(line, at).min(line.len())..])
    }

    /// The members or elements, in order; none for a value that has no parts.
    pub(super) fn parts(self) -> Parts<'l> {
        let at = (self.is_object() || self.is_array()).then(|| space(self.0, 1));
        Parts { value: self.0, at, has_keys: self.is_object() }
    }
}

/// The JSON Pointers of the innermost values that hold certain bytes of the line, whose offsets ascend. The key of a
/// member is part of it. Keys that are not `known` are written as `?` and their position, so that none of the user's
/// own is shown. Linear in the line for each level of nesting, however many offsets there are.
pub fn pointers_to(line: &[u8], offsets: &[usize], known: &[&str]) -> Vec<String> {
    debug_assert!(offsets.is_sorted(), "offsets ascend");
    let mut pointers = Vec::with_capacity(offsets.len());
    descend(Raw::of_line(line), line, offsets, known, &mut String::new(), &mut pointers);
    pointers
}

fn descend(
    value: Raw<'_>,
    line: &[u8],
    mut offsets: &[usize],
    known: &[&str],
    pointer: &mut String,
    pointers: &mut Vec<String>,
) {
    for (position, (key, part)) in value.parts().enumerate() {
        if offsets.is_empty() {
            return;
        }
        let begin = key.unwrap_or(part).offset_in(line);
        let end = part.offset_in(line) + part.0.len();
        let (before, rest) = offsets.split_at(offsets.partition_point(|&offset| offset < begin));
        let (inside, after) = rest.split_at(rest.partition_point(|&offset| offset < end));
        pointers.extend(before.iter().map(|_| pointer.clone()));
        if !inside.is_empty() {
            let len = pointer.len();
            write_step(position, key, known, pointer);
            descend(part, line, inside, known, pointer, pointers);
            pointer.truncate(len);
        }
        offsets = after;
    }
    pointers.extend(offsets.iter().map(|_| pointer.clone()));
}

/// The way to a value, for those who walk through all of them.
#[derive(Debug, Default)]
pub struct Steps<'l>(Vec<(usize, Option<Raw<'l>>)>);

impl<'l> Steps<'l> {
    /// Goes into an element, or a member with its key, by its position from 0.
    pub fn push(&mut self, position: usize, key: Option<Raw<'l>>) {
        self.0.push((position, key));
    }

    /// Goes out of it.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// As a JSON Pointer, as [`pointers_to`] writes it. Linear in the steps.
    pub fn pointer(&self, known: &[&str]) -> String {
        let mut pointer = String::new();
        self.0.iter().for_each(|&(position, key)| write_step(position, key, known, &mut pointer));
        pointer
    }
}

fn write_step(position: usize, key: Option<Raw<'_>>, known: &[&str], pointer: &mut String) {
    *pointer += &match key.and_then(Raw::text) {
        Some(key) if known.contains(&&*key) => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
        Some(_) => format!("/?{position}"),
        None => format!("/{position}"),
    };
}

/// The parts of an object or array, in order.
#[derive(Clone, Debug)]
pub(super) struct Parts<'l> {
    value: &'l [u8],
    /// Where the next part begins; none after the last.
    at: Option<usize>,
    has_keys: bool,
}

impl<'l> Iterator for Parts<'l> {
    type Item = (Option<Raw<'l>>, Raw<'l>);

    fn next(&mut self) -> Option<Self::Item> {
        let value = self.value;
        let mut at = self.at.take()?;
        if matches!(*value.get(at)?, b'}' | b']') {
            return None;
        }
        let key = if self.has_keys {
            let end = skip(value, at)?;
            let key = Raw(&value[at..end]);
            at = space(value, space(value, end) + 1);
            Some(key)
        } else {
            None
        };
        let end = skip(value, at)?;
        let next = space(value, end);
        self.at = (*value.get(next)? == b',').then(|| space(value, next + 1));
        Some((key, Raw(&value[at..end])))
    }
}

/// The first byte from `at` on that is not white space.
pub(super) fn space(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// One past the end of the string whose opening quote is at `at`.
pub(super) fn skip_string(line: &[u8], mut at: usize) -> Option<usize> {
    at += 1;
    loop {
        at += memchr2(b'"', b'\\', line.get(at..)?)?;
        if line[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// One past the end of the value that begins at `at`.
pub(super) fn skip(line: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match *line.get(at)? {
            b'"' => at = skip_string(line, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            _ => {
                while !matches!(line.get(at), None | Some(b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n'))
                {
                    at += 1;
                }
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_the_bytes_they_are_written_with() {
        let line = br#" {"a\u0062" : [1.50, "x\"\\y" ,{"k":null}], "e":{}, "n": [ ]} "#;
        let value = Raw::of_line(line);
        let list = value.get("ab").expect("found by its decoded key");
        let shown: Vec<_> = list.elements().map(|part| String::from_utf8_lossy(part.bytes())).collect();
        assert_eq!(shown, ["1.50", r#""x\"\\y""#, r#"{"k":null}"#]);
        let text = list.elements().nth(1).expect("three parts");
        assert_eq!(text.string(), Some(&br#"x\"\\y"#[..]));
        assert_eq!(text.text().as_deref(), Some(r#"x"\y"#));
        assert!(value.get("e").is_some_and(|e| e.is_object() && e.members().next().is_none()));
        assert!(value.get("n").is_some_and(|n| n.is_array() && n.elements().next().is_none()));
        assert!(value.get("none").is_none() && list.members().next().is_none());
    }

    #[test]
    fn a_pointer_leads_to_the_innermost_value() {
        let line = br#"{"a": {"secret": [1, {"b": 2}]}, "x/y": 3}"#;
        let text = std::str::from_utf8(line).expect("ASCII");
        let cases = [
            ("{\"a", ""),
            ("\"a", "/a"),
            ("{\"s", "/a"),
            ("\"secret", "/a/?0"),
            ("1", "/a/?0/0"),
            ("2", "/a/?0/1/b"),
            ("3", "/x~1y"),
        ];
        let known = ["a", "b", "x/y"];
        let offset = |part: &str| text.find(part).expect("a part of the line");
        for (part, pointer) in cases {
            assert_eq!(pointers_to(line, &[offset(part)], &known), [pointer], "{part}");
        }
        let all: Vec<usize> = cases.iter().flat_map(|(part, _)| [offset(part); 2]).collect();
        let expected: Vec<&str> = cases.iter().flat_map(|(_, pointer)| [*pointer; 2]).collect();
        assert_eq!(pointers_to(line, &all, &known), expected, "many at once, and twice");
    }
}
