//! Canonical JSON, for a seal over what a document says and not over how it is laid out: members by name, no white
//! space, one spelling of each string and number.
//!
//! Integers keep every digit. Other numbers are written as the nearest double, as every reader takes them.

use std::borrow::Cow;

/// Deeper documents are refused, as the reader of the manifest does.
const DEPTH_MAX: usize = 128;

/// Gives the canonical form of an object without one of its members, or none where the text is not such a document
/// or names a member twice.
pub(crate) fn canonical(text: &[u8], without: &str) -> Option<Vec<u8>> {
    let mut canon = Canon { text, at: 0, out: Vec::with_capacity(text.len()) };
    canon.space();
    if canon.peek()? != b'{' {
        return None;
    }
    canon.object(0, Some(without))?;
    canon.space();
    (canon.at == text.len()).then_some(canon.out)
}

struct Canon<'t> {
    text: &'t [u8],
    at: usize,
    out: Vec<u8>,
}

impl<'t> Canon<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Takes a punctuation mark, with the white space on both sides.
    fn take(&mut self, mark: u8) -> bool {
        self.space();
        let there = self.peek() == Some(mark);
        if there {
            self.at += 1;
            self.space();
        }
        there
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > DEPTH_MAX {
            return None;
        }
        match self.peek()? {
            b'{' => self.object(depth, None),
            b'[' => self.array(depth),
            b'"' => {
                let text = self.string()?;
                serde_json::to_writer(&mut self.out, &text).ok()
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => {
                let words: [&[u8]; 3] = [b"true", b"false", b"null"];
                let word = words.into_iter().find(|word| self.text[self.at..].starts_with(word))?;
                self.at += word.len();
                self.out.extend_from_slice(word);
                Some(())
            }
        }
    }

    fn object(&mut self, depth: usize, without: Option<&str>) -> Option<()> {
        self.take(b'{');
        let begin = self.out.len();
        let mut members: Vec<(Cow<'t, str>, std::ops::Range<usize>)> = Vec::new();
        if !self.take(b'}') {
            loop {
                let name = self.string()?;
                if !self.take(b':') {
                    return None;
                }
                let start = self.out.len();
                self.value(depth + 1)?;
                members.push((name, start..self.out.len()));
                if self.take(b'}') {
                    break;
                }
                if !self.take(b',') {
                    return None;
                }
            }
        }
        members.sort_by(|a, b| a.0.cmp(&b.0));
        if members.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return None;
        }
        let mut sorted = vec![b'{'];
        for (name, value) in members.iter().filter(|(name, _)| without != Some(&**name)) {
            if sorted.len() > 1 {
                sorted.push(b',');
            }
            serde_json::to_writer(&mut sorted, name).ok()?;
            sorted.push(b':');
            sorted.extend_from_slice(&self.out[value.clone()]);
        }
        sorted.push(b'}');
        self.out.truncate(begin);
        self.out.append(&mut sorted);
        Some(())
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        self.take(b'[');
        self.out.push(b'[');
        if !self.take(b']') {
            loop {
                self.value(depth + 1)?;
                if self.take(b']') {
                    break;
                }
                if !self.take(b',') {
                    return None;
                }
                self.out.push(b',');
            }
        }
        self.out.push(b']');
        Some(())
    }

    fn string(&mut self) -> Option<Cow<'t, str>> {
        let start = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        while self.peek()? != b'"' {
            self.at += if self.peek()? == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let Text(text) = serde_json::from_slice(&self.text[start..self.at]).ok()?;
        Some(text)
    }

    fn number(&mut self) -> Option<()> {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
        let lexeme = &rest[..rest.iter().position(|byte| !is_part(byte)).unwrap_or(rest.len())];
        // The grammar, and that it is in the range of a double.
        let value: f64 = serde_json::from_slice(lexeme).ok()?;
        self.at += lexeme.len();
        let is_integer = !lexeme.iter().any(|byte| b".eE".contains(byte));
        match lexeme {
            _ if value == 0.0 && !is_integer => self.out.push(b'0'),
            b"-0" => self.out.push(b'0'),
            _ if is_integer => self.out.extend_from_slice(lexeme),
            // Some writers print an integral double with a point, some without.
            _ if value.fract() == 0.0 && value.abs() < (1u64 << 53) as f64 => {
                self.out.extend_from_slice((value as i64).to_string().as_bytes());
            }
            _ => serde_json::to_writer(&mut self.out, &value).ok()?,
        }
        Some(())
    }
}

/// A string that is borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Option<String> {
        canonical(text.as_bytes(), "seal").map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
    }

    #[test]
    fn layout_and_spelling_do_not_matter() {
        let plain = r#"{"a":[1,{"x":null,"y":true}],"b":"é/\n","c":0.5}"#;
        assert_eq!(of(plain).as_deref(), Some(plain));
        let other = " {\n\"c\": 5e-1 , \"seal\": {\"x\":[]}, \"b\":\"\\u00e9\\/\\u000a\",\t\"\\u0061\": [ 1.0, {\"y\":true,\"x\":null} ]} ";
        assert_eq!(of(other).as_deref(), Some(plain));
        assert_eq!(of("{ }").as_deref(), Some("{}"));
        assert_eq!(of(r#"{"a":[ ]}"#).as_deref(), Some(r#"{"a":[]}"#));
    }

    #[test]
    fn what_is_said_does() {
        let values = [
            "9007199254740993",
            "9007199254740992",
            "123456789012345678901234567890",
            "0",
            "0.1",
            "\"1\"",
            "1e300",
            "123456789012345678901234567891",
            "null",
            "{\"seal\":1}",
            "{\"seal\":2}",
            "[[1],2]",
            "[1,[2]]",
            "-5",
            "5",
        ];
        let forms: std::collections::BTreeSet<Option<String>> =
            values.iter().map(|value| of(&format!("{{\"a\":{value}}}"))).collect();
        assert_eq!(forms.len(), values.len());
        assert!(!forms.contains(&None));
    }

    #[test]
    fn what_is_no_object_has_no_form() {
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        for text in [
            "",
            "[]",
            "1",
            "{",
            "{\"a\":1",
            "{\"a\":1}x",
            "{\"a\":1,\"a\":1}",
            "{\"a\":1,\"\\u0061\":2}",
            "{\"a\" 1}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":[1,]}",
            "{\"a\":01}",
            "{\"a\":1e999}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"x",
            "{\"a\":tru}",
            "{a:1}",
            &deep,
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_form_of_a_form_is_itself(text in r#"[{}\[\]",:0-9a-c.\\eE -]{0,40}"#) {
            if let Some(form) = of(&text) {
                prop_assert_eq!(of(&form), Some(form.clone()));
            }
        }
    }
}
