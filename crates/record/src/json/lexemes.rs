//! Strings, numbers and words of the strict reader: the smallest things that can be wrong.

use super::framing::{Framing, HELD_LF};
use super::strict::{Flaw, Reader};
use crate::code::Code;

impl<'l> Reader<'l> {
    /// Reads a string and returns what stands between its quotes.
    pub(super) fn string(&mut self, is_value: bool) -> Result<&'l [u8], Flaw> {
        let start = self.at + 1;
        self.at = start;
        loop {
            let at = self.at;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(&self.line[start..at]);
                }
                Some(b'\\') => self.escape(is_value)?,
                Some(byte @ 0..=0x1F) => return Err(control_character(byte, at)),
                Some(_) => self.at += 1,
                None => {
                    let message = match self.framing {
                        Framing::Line | Framing::Document => "the string is not closed on this line",
                        Framing::Element => "the string is not closed in this element",
                    };
                    return Err(Flaw::new(Code::JsonSyntax, start - 1, message));
                }
            }
        }
    }

    fn escape(&mut self, is_value: bool) -> Result<(), Flaw> {
        let start = self.at;
        match self.line.get(start + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                return Ok(());
            }
            Some(b'u') => {}
            Some(&HELD_LF) if self.framing == Framing::Element => {
                return Err(control_character(b'\n', start));
            }
            Some(_) => return Err(Flaw::new(Code::JsonSyntax, start, "invalid escape sequence")),
            None => return Err(self.ended()),
        }
        let unit = self.unit(start)?;
        self.at += 6;
        match unit {
            0 if is_value => self.note(Code::JsonEscapedNul, start, "the text contains \\u0000"),
            0xD800..=0xDBFF => {
                let paired = self.line[self.at..].starts_with(b"\\u")
                    && matches!(self.unit(self.at), Ok(0xDC00..=0xDFFF));
                if paired {
                    self.at += 6;
                } else {
                    let message = "the first half of a surrogate pair without its second half";
                    self.note(Code::JsonLoneSurrogate, start, message);
                }
            }
            0xDC00..=0xDFFF => {
                let message = "the second half of a surrogate pair without its first half";
                self.note(Code::JsonLoneSurrogate, start, message);
            }
            _ => {}
        }
        Ok(())
    }

    /// The four hexadecimal digits of the escape at `start`.
    fn unit(&self, start: usize) -> Result<u16, Flaw> {
        let digits = self.line.get(start + 2..start + 6).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        digits
            .and_then(|d| std::str::from_utf8(d).ok())
            .and_then(|d| u16::from_str_radix(d, 16).ok())
            .ok_or_else(|| {
                Flaw::new(Code::JsonSyntax, start, "`\\u` must be followed by four hexadecimal digits")
            })
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), Flaw> {
        if !self.line[self.at..].starts_with(word.as_bytes()) {
            return Err(Flaw::new(Code::JsonSyntax, self.at, "expected a value"));
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn number(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            reader.at - from
        };
        let wrong = |at: usize, message: &str| Err(Flaw::new(Code::JsonSyntax, at, message));
        self.at += usize::from(self.peek() == Some(b'-'));
        let leading_zero = self.peek() == Some(b'0');
        match digits(self) {
            0 => return wrong(self.at, "expected a digit after `-`"),
            n if n > 1 && leading_zero => return wrong(start, "a number must not have leading zeros"),
            _ => {}
        }
        let mut is_integer = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            is_integer = false;
            if digits(self) == 0 {
                return wrong(self.at, "expected a digit after the decimal point");
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            is_integer = false;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if digits(self) == 0 {
                return wrong(self.at, "expected a digit in the exponent");
            }
        }
        let text = std::str::from_utf8(&self.line[start..self.at]).expect("digits are ASCII");
        let nearest: f64 = text.parse().expect("the grammar of JSON numbers is within Rust's");
        let mantissa = text.split(['e', 'E']).next().unwrap_or(text);
        if nearest.is_infinite() {
            return Err(Flaw::new(Code::JsonNumberRange, start, "the number is too large for a double"));
        }
        if is_integer && text.parse::<i64>().is_err() && text.parse::<u64>().is_err() {
            self.note(Code::JsonNumberPrecision, start, "the integer does not fit in 64 bits");
        } else if nearest == 0.0 && mantissa.bytes().any(|b| matches!(b, b'1'..=b'9')) {
            self.note(Code::JsonNumberUnderflow, start, "the number is too small for a double");
        }
        Ok(())
    }
}

fn control_character(byte: u8, at: usize) -> Flaw {
    Flaw::new(Code::JsonSyntax, at, format!("control character {byte:#04x} in a string must be escaped"))
}
