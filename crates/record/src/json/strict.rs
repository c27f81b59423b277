//! The strict rules, read byte by byte: where exactly a line breaks them, and which. Slow is fine here: only
//! doubtful lines come by. Iterative, so that no nesting can exhaust the stack.

use std::borrow::Cow;

use super::framing::{Framing, STRAY_COMMA};
use super::seen::Seen;
use super::text::{identity, string_content};
use crate::code::Code;

/// The deepest nesting of arrays and objects that is accepted.
pub const DEPTH_MAX: usize = 127;

/// A broken rule, placed in its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Which rule.
    pub code: Code,
    /// JSON Pointer of the place.
    pub pointer: String,
    /// Byte offset in the line, from 0.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

impl Flaw {
    pub(super) fn new(code: Code, offset: usize, message: impl Into<String>) -> Self {
        Self { code, pointer: String::new(), offset, message: message.into() }
    }

    /// The message where the two parsers disagree; a test searches for such a line.
    pub(super) fn unreadable() -> Self {
        Self::new(Code::JsonSyntax, 0, "the line is not valid JSON")
    }
}

/// Everything that is wrong or doubtful with a line: first the flaw after which reading is impossible, if there is
/// one, then every duplicate key, lone surrogate and warning in the order of the bytes.
///
/// Keys in `known` are written in pointers; others could be anybody's data and appear as `?` and their position.
pub fn diagnose(line: &[u8], known: &[&str]) -> Vec<Flaw> {
    diagnose_in(Framing::Line, line, known)
}

/// As [`diagnose`], of a line that may be an element of an array.
pub fn diagnose_in(framing: Framing, line: &[u8], known: &[&str]) -> Vec<Flaw> {
    let noun = framing.noun();
    let is_blank = is_blank(line) || framing == Framing::Document && line.trim_ascii().is_empty();
    if is_blank {
        return vec![Flaw::new(Code::JsonBlankLine, 0, format!("the {noun} is blank"))];
    }
    if framing == Framing::Element && line == STRAY_COMMA {
        return vec![Flaw::new(Code::JsonSyntax, 0, "an element is missing (a stray comma?)")];
    }
    if let Some(flaw) = encoding(line, noun) {
        return vec![flaw];
    }
    if line.starts_with(b"\xEF\xBB\xBF") {
        let message = format!("the {noun} begins with a byte order mark (EF BB BF)");
        return vec![Flaw::new(Code::JsonBom, 0, message)];
    }
    if let Err(error) = std::str::from_utf8(line) {
        let at = error.valid_up_to();
        let latin = line[at..].get(1).is_none_or(u8::is_ascii);
        let hint = if latin { "; looks like Latin-1 or Windows-1252" } else { "" };
        let message = format!("byte {:#04x} is not valid UTF-8{hint}", line[at]);
        return vec![Flaw::new(Code::JsonInvalidUtf8, at, message)];
    }
    let mut reader = Reader { framing, line, at: 0, path: Vec::new(), known, flaws: Vec::new() };
    if let Err(mut flaw) = reader.document() {
        flaw.pointer = pointer(&reader.path, known);
        reader.flaws.insert(0, flaw);
    }
    reader.flaws
}

/// Returns true if a line holds white space only.
pub fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|b| matches!(b, b' ' | b'\t' | b'\r'))
}

/// So many NUL bytes at one end of a line are no characters of a wide encoding.
const NUL_RUN_MIN: usize = 8;

/// What is wrong with a line that holds NUL bytes or begins with the mark of another encoding, as a whole.
fn encoding(line: &[u8], noun: &str) -> Option<Flaw> {
    let is_marked = line.starts_with(&[0xFF, 0xFE]) || line.starts_with(&[0xFE, 0xFF]);
    let nuls = memchr::memchr_iter(0, line).count();
    // Interrupted writes and lost blocks leave long runs of NUL bytes, which no encoding of text has.
    let runs = || line.chunk_by(|a, b| (*a == 0) == (*b == 0)).filter(|run| run[0] == 0);
    if nuls >= NUL_RUN_MIN && runs().all(|run| run.len() >= NUL_RUN_MIN) {
        let at = memchr::memchr(0, line).unwrap_or_default();
        let place = match (at == 0, at + nuls == line.len()) {
            (true, true) => "and nothing else on",
            (true, false) => "at the beginning of",
            (false, true) => "at the end of",
            (false, false) => "within",
        };
        let message = format!(
            "{nuls} NUL bytes {place} the {noun}; a write was interrupted here, so copy the file again"
        );
        return Some(Flaw::new(Code::JsonSyntax, at, message));
    }
    let is_utf32 = line.starts_with(&[0xFF, 0xFE, 0, 0]) || line.starts_with(&[0, 0, 0xFE, 0xFF]);
    let name = match nuls {
        _ if is_utf32 || nuls * 3 >= line.len() * 2 && nuls > 0 => "UTF-32",
        _ if is_marked || nuls * 5 >= line.len() * 2 => "UTF-16",
        _ => return None,
    };
    let message =
        format!("the {noun} looks like {name}, not UTF-8; `iconv -f {name} -t UTF-8 FILE` converts the file");
    Some(Flaw::new(Code::JsonEncoding, 0, message))
}

/// One level of nesting on the way to the place being read.
pub(super) struct Step<'l> {
    /// The raw key between its quotes; none in an array.
    pub(super) key: Option<&'l [u8]>,
    /// Position among the members or elements, from 0.
    pub(super) position: usize,
    seen: Seen<Cow<'l, [u8]>>,
    is_object: bool,
}

/// The JSON Pointer of a path.
pub(super) fn pointer(path: &[Step<'_>], known: &[&str]) -> String {
    let mut out = String::new();
    for step in path {
        match step.key {
            None if !step.is_object => {
                out.push('/');
                out.push_str(&step.position.to_string());
            }
            None => {}
            Some(raw) => {
                out.push('/');
                let key = string_content(raw);
                if known.contains(&&*key) {
                    out.push_str(&key.replace('~', "~0").replace('/', "~1"));
                } else {
                    out.push('?');
                    out.push_str(&step.position.to_string());
                }
            }
        }
    }
    out
}

/// Reads one line from its first byte on; strings, numbers and words are in `lexemes.rs`.
pub(super) struct Reader<'l> {
    pub(super) framing: Framing,
    pub(super) line: &'l [u8],
    pub(super) at: usize,
    path: Vec<Step<'l>>,
    known: &'l [&'l str],
    flaws: Vec<Flaw>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), Flaw> {
        self.space();
        let top = self.at;
        let is_object = self.peek() == Some(b'{');
        loop {
            let opened = self.value()?;
            if opened && !self.first_inside()? {
                continue;
            }
            if !self.after_value()? {
                break;
            }
        }
        if self.at < self.line.len() {
            let message = match self.line[self.at] {
                _ if self.framing == Framing::Element => {
                    "another value begins after the first; a comma is missing between elements"
                }
                _ if self.framing == Framing::Document => "something follows the end of the value",
                b',' if self.line[self.at + 1..].trim_ascii().is_empty() => {
                    "trailing comma after the object; lines of JSONL are not separated by commas"
                }
                b'{' => "another object begins after the first; `jq -c . FILE` writes one on each line",
                _ => "another value begins after the first; one line holds one value",
            };
            return Err(Flaw::new(Code::JsonSyntax, self.at, message));
        }
        if !is_object {
            let kind = match self.line[top] {
                b'[' => "an array",
                b'"' => "a string",
                b't' | b'f' => "a boolean",
                b'n' => "null",
                _ => "a number",
            };
            let holds = self.line.get(top + 1..).unwrap_or_default().trim_ascii_start();
            let hint = match (self.line[top], holds.first()) {
                (b'[', Some(b'{')) if self.framing == Framing::Element => {
                    "; `jq -c '.[][]' FILE` writes each element of the inner arrays on a line"
                }
                _ if self.framing == Framing::Document => "",
                (b'[', Some(b'{')) => "; `jq -c '.[]' FILE` writes each element of an array on a line",
                _ => "",
            };
            let message = format!("the {} holds {kind}, not an object{hint}", self.framing.noun());
            self.flaws.push(Flaw::new(Code::JsonNotAnObject, top, message));
        }
        Ok(())
    }

    /// Reads one scalar, or the opening of a container; returns true for the latter.
    fn value(&mut self) -> Result<bool, Flaw> {
        let start = self.at;
        match self.peek() {
            Some(open @ (b'{' | b'[')) => {
                if self.path.len() == DEPTH_MAX {
                    let message = format!("values are nested more than {DEPTH_MAX} levels deep");
                    return Err(Flaw::new(Code::JsonDepth, start, message));
                }
                self.at += 1;
                let is_object = open == b'{';
                self.path.push(Step { key: None, position: 0, seen: Seen::default(), is_object });
                return Ok(true);
            }
            Some(b'"') => self.string(true).map(drop)?,
            Some(b't') => self.word("true")?,
            Some(b'f') => self.word("false")?,
            Some(b'n') => self.word("null")?,
            Some(b'-') if matches!(self.line.get(start + 1), Some(b'N' | b'I')) => {
                return Err(self.not_a_number());
            }
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'#') if self.path.is_empty() => {
                let message = "this looks like Markdown or a comment, not JSON";
                return Err(Flaw::new(Code::JsonSyntax, start, message));
            }
            Some(b'/' | b'#') => {
                return Err(Flaw::new(Code::JsonSyntax, start, "JSON does not allow comments (`#` or `//`)"));
            }
            Some(b'T' | b'F' | b'N')
                if ["True", "False", "None"]
                    .iter()
                    .any(|word| self.line[start..].starts_with(word.as_bytes())) =>
            {
                let message = "True, False and None are Python; write true, false and null";
                return Err(Flaw::new(Code::JsonSyntax, start, message));
            }
            Some(b'N' | b'I') => return Err(self.not_a_number()),
            Some(b'+' | b'.') => {
                let message = "a JSON number must begin with a digit or `-`";
                return Err(Flaw::new(Code::JsonSyntax, start, message));
            }
            Some(b'<') => {
                return Err(Flaw::new(
                    Code::JsonSyntax,
                    start,
                    "this looks like XML or HTML, not JSON; is it an error page?",
                ));
            }
            Some(b',' | b']' | b'}') => {
                return Err(Flaw::new(Code::JsonSyntax, start, "a value is missing (a trailing comma?)"));
            }
            Some(b'\'') => {
                return Err(Flaw::new(Code::JsonSyntax, start, "JSON strings must be in double quotes"));
            }
            Some(_) => return Err(Flaw::new(Code::JsonSyntax, start, "expected a value")),
            None => return Err(self.ended()),
        }
        Ok(false)
    }

    fn not_a_number(&self) -> Flaw {
        Flaw::new(Code::JsonSyntax, self.at, "NaN and Infinity are not JSON numbers")
    }

    /// After an opening: returns true where the container is empty and now closed.
    fn first_inside(&mut self) -> Result<bool, Flaw> {
        self.space();
        let is_object = self.path.last().is_some_and(|step| step.is_object);
        match self.peek() {
            Some(b']') if !is_object => {}
            Some(b'}') if is_object => {}
            _ => {
                if is_object {
                    self.key()?;
                }
                return Ok(false);
            }
        }
        self.at += 1;
        self.path.pop();
        Ok(true)
    }

    /// After a value: closes what ends here; returns true where another value follows.
    fn after_value(&mut self) -> Result<bool, Flaw> {
        loop {
            self.space();
            let Some(step) = self.path.last_mut() else { return Ok(false) };
            match (self.line.get(self.at), step.is_object) {
                (Some(b','), is_object) => {
                    self.at += 1;
                    step.position += 1;
                    step.key = None;
                    self.space();
                    if is_object {
                        self.key()?;
                    }
                    return Ok(true);
                }
                (Some(b']'), false) | (Some(b'}'), true) => {
                    self.at += 1;
                    self.path.pop();
                }
                (Some(_), true) => {
                    return Err(Flaw::new(Code::JsonSyntax, self.at, "expected `,` or `}`"));
                }
                (Some(_), false) => {
                    return Err(Flaw::new(Code::JsonSyntax, self.at, "expected `,` or `]`"));
                }
                (None, _) => return Err(self.ended()),
            }
        }
    }

    /// Reads a key and its colon, and notes a key that was seen before.
    fn key(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => {}
            Some(b'}') => {
                return Err(Flaw::new(Code::JsonSyntax, start, "a key is missing (a trailing comma?)"));
            }
            Some(_) => {
                return Err(Flaw::new(Code::JsonSyntax, start, "expected a key in double quotes"));
            }
            None => return Err(self.ended()),
        }
        let raw = self.string(false)?;
        let step = self.path.last_mut().expect("a key stands inside an object");
        step.key = Some(raw);
        if !step.seen.insert(identity(raw)) {
            self.note(Code::JsonDuplicateKey, start, "the key occurs twice in this object");
        }
        self.space();
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(_) => return Err(Flaw::new(Code::JsonSyntax, self.at, "expected `:`")),
            None => return Err(self.ended()),
        }
        self.space();
        Ok(())
    }

    /// Keeps a flaw after which reading continues.
    pub(super) fn note(&mut self, code: Code, offset: usize, message: &str) {
        let mut flaw = Flaw::new(code, offset, message);
        flaw.pointer = pointer(&self.path, self.known);
        self.flaws.push(flaw);
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    pub(super) fn ended(&self) -> Flaw {
        let message = match self.line.trim_ascii() {
            _ if self.framing == Framing::Element => "the element ends before its value does",
            _ if self.framing == Framing::Document => "the document ends before its value does",
            b"{" => "the line ends here; is the file pretty-printed? (`jq -c . FILE` makes it JSONL)",
            b"[" => "the line ends here; is the file an array? (`jq -c '.[]' FILE` makes it JSONL)",
            _ => "the line ends before its value does",
        };
        Flaw::new(Code::JsonSyntax, self.line.len().saturating_sub(1), message)
    }
}
