//! Strings of plain lines that have escapes, decoded. Strings without are not copied, in `plain.rs`.

use std::ops::Range;

use simd_json::Node;

use super::{Escaped, Reader, special, specials};

/// So many bytes are copied at once behind an escape, and so often before they are searched first.
pub(super) const STEP_BYTES: usize = 16;
const STEPS: usize = 4;

/// The characters of the escapes, by what follows the backslash; zero where nothing plain does.
const ESCAPED: [u8; 256] = {
    let mut chars = [0; 256];
    chars[b'"' as usize] = b'"';
    chars[b'\\' as usize] = b'\\';
    chars[b'/' as usize] = b'/';
    chars[b'n' as usize] = b'\n';
    chars[b't' as usize] = b'\t';
    chars[b'r' as usize] = b'\r';
    chars[b'b' as usize] = 0x8;
    chars[b'f' as usize] = 0xC;
    chars
};

/// All bits, so that it shows among others.
const NO_DIGIT: u8 = u8::MAX;

const HEX_DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let mut digit = 0;
    while digit < 16 {
        digits[b"0123456789abcdef"[digit] as usize] = digit as u8;
        digits[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// All methods return none where the line is not plain.
impl Reader<'_, '_> {
    /// Reads the string that begins at `start`, from its first escape on.
    pub(super) fn escaped_string(&mut self, start: usize) -> Option<()> {
        let begin = self.n_decoded;
        self.keep(start..self.at);
        while self.peek()? != b'"' {
            self.escape()?;
            self.keep_to_special()?;
        }
        self.at += 1;
        self.escaped.push(Escaped { node: self.nodes.len(), start: begin, end: self.n_decoded });
        self.nodes.push(Node::String(""));
        Some(())
    }

    /// Adds bytes of the line to what is decoded.
    fn keep(&mut self, range: Range<usize>) {
        let end = self.n_decoded + range.len();
        self.decoded[self.n_decoded..end].copy_from_slice(&self.text.as_bytes()[range]);
        self.n_decoded = end;
    }

    /// Adds the bytes up to the next quote or backslash. They are few where there are many escapes, and to copy too
    /// many of them at once takes less time than to find out first how many they are.
    fn keep_to_special(&mut self) -> Option<()> {
        for _ in 0..STEPS {
            let Some(step) = self.text.as_bytes()[self.at..].first_chunk::<STEP_BYTES>() else { break };
            *self.decoded[self.n_decoded..].first_chunk_mut()? = *step;
            let n = special_in(step).unwrap_or(STEP_BYTES);
            self.at += n;
            self.n_decoded += n;
            if n < STEP_BYTES {
                return Some(());
            }
        }
        let start = self.at;
        self.at += special(&self.text.as_bytes()[start..])?;
        self.keep(start..self.at);
        Some(())
    }

    /// Decodes the escape that begins here.
    fn escape(&mut self) -> Option<()> {
        let byte = *self.text.as_bytes().get(self.at + 1)?;
        if byte == b'u' {
            let char = self.unicode_escape()?;
            self.n_decoded += char.encode_utf8(&mut self.decoded[self.n_decoded..]).len();
            return Some(());
        }
        let char = ESCAPED[usize::from(byte)];
        if char == 0 {
            return None;
        }
        self.at += 2;
        self.decoded[self.n_decoded] = char;
        self.n_decoded += 1;
        Some(())
    }

    /// Reads an escape by number, or two that are the halves of a pair. NUL is doubtful, and half a pair is wrong.
    fn unicode_escape(&mut self) -> Option<char> {
        let unit = self.unit()?;
        let number = match unit {
            0 | 0xDC00..=0xDFFF => return None,
            0xD800..=0xDBFF => match self.unit()? {
                low @ 0xDC00..=0xDFFF => 0x1_0000 + ((unit - 0xD800) << 10 | (low - 0xDC00)),
                _ => return None,
            },
            _ => unit,
        };
        char::from_u32(number)
    }

    /// Reads one `\u` with its digits.
    fn unit(&mut self) -> Option<u32> {
        let [b'\\', b'u', digits @ ..] = self.text.as_bytes().get(self.at..)?.first_chunk::<6>()? else {
            return None;
        };
        self.at += 6;
        // Each is looked up, as branches over what kind of digit it is are hard to predict.
        let [a, b, c, d] = digits.map(|digit| HEX_DIGITS[usize::from(digit)]);
        (a | b | c | d != NO_DIGIT)
            .then(|| u32::from(a) << 12 | u32::from(b) << 8 | u32::from(c) << 4 | u32::from(d))
    }
}

/// Where the first quote or backslash of a step is.
fn special_in(bytes: &[u8; STEP_BYTES]) -> Option<usize> {
    let (words, _) = bytes.as_chunks();
    let found = words.iter().map(|word| specials(*word)).enumerate().find(|&(_, found)| found != 0);
    found.map(|(nth, found)| nth * 8 + found.trailing_zeros() as usize / 8)
}
