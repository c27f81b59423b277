//! A JSON array as lines: each element becomes one line, so that everything after this reads JSONL. It knows of JSON
//! only what tells where an element ends: strings and brackets.

use std::error::Error;
use std::io::{self, Read};

use bedload_record::json::{HELD_ESCAPED_LF, HELD_LF, STRAY_COMMA};
use memchr::memchr3;

/// Bytes of the array per read.
const PIECE_BYTES: usize = 256 << 10;
/// Levels that are followed; records may have 127.
pub(crate) const DEPTH_MAX: usize = 1 << 20;

/// Why an array cannot be taken apart. What is wrong inside an element only is left to those who read the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("element {element}, byte {at}: {problem}")]
pub(crate) struct BrokenArray {
    /// The element, from 1, where it shows.
    pub(crate) element: u64,
    /// Byte offset in the decompressed input, from 0.
    pub(crate) at: u64,
    pub(crate) problem: &'static str,
}

/// Takes a text apart into lines, piece by piece.
pub(crate) trait Split {
    type Broken: Clone + Into<Box<dyn Error + Send + Sync>>;

    /// Appends lines to `out`, each ended by LF once its element is at its end.
    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Self::Broken>;

    /// Tells whether the text was whole.
    fn finish(&self) -> Result<(), Self::Broken>;
}

/// Where in a string the next byte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum InString {
    #[default]
    No,
    Inside,
    AfterBackslash,
}

/// Takes an array apart, piece by piece.
///
/// An element keeps its bytes, but for line breaks, which would end the line: outside of strings a break and the
/// indentation after it become one space, or nothing beside a bracket, a comma or a colon; inside a string, where
/// JSON forbids it, LF is held as an escape that JSON does not have and no other bytes are held as, so that who reads
/// the line still knows it. White space around an element is dropped. A comma with no element before it, or none
/// after it, is a line of its own.
#[derive(Debug, Default)]
pub(crate) struct Splitter {
    /// Open brackets: the array's own is the first.
    open: Vec<u8>,
    string: InString,
    /// A byte of the element under way was seen.
    has_begun: bool,
    /// White space that counts only if the element continues after it.
    is_space_due: bool,
    /// The last byte that was not white space.
    last: u8,
    /// The last byte at the top was a comma that had no element before it.
    is_stray: bool,
    /// Which element is under way, from 1; 0 before the array.
    element: u64,
    at: u64,
}

impl Split for Splitter {
    type Broken = BrokenArray;

    fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BrokenArray> {
        let n = self.take(piece, out)?;
        for &byte in &piece[n..] {
            self.structure(byte, out)?;
            self.at += 1;
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), BrokenArray> {
        if self.has_ended() {
            Ok(())
        } else {
            Err(self.broken("the array is not closed; the file may be truncated"))
        }
    }
}

impl Splitter {
    /// The problems of bytes behind the array.
    pub(crate) const MORE: [&str; 2] =
        ["text follows the end of the array", "another array begins after the end of the first"];

    /// Takes apart an array whose bracket was the byte before `at`.
    pub(crate) fn within(at: u64) -> Splitter {
        Splitter { open: vec![b'['], element: 1, at, ..Splitter::default() }
    }

    /// Appends lines to `out`, each ended by LF once its element is at its end; returns how many bytes were taken,
    /// which are fewer than there are where the array ends.
    pub(crate) fn take(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<usize, BrokenArray> {
        let base = self.at;
        let mut pos = 0;
        while pos < piece.len() && !self.has_ended() {
            self.at = base + pos as u64;
            if self.string == InString::No {
                self.structure(piece[pos], out)?;
                pos += 1;
            } else {
                pos += self.string(&piece[pos..], out)?;
            }
        }
        self.at = base + pos as u64;
        Ok(pos)
    }

    /// Copies what is inside a string; returns how many bytes were taken.
    fn string(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<usize, BrokenArray> {
        self.refuse_held(piece[0])?;
        if self.string == InString::AfterBackslash {
            self.string = InString::Inside;
            self.last = piece[0];
            out.push(if piece[0] == b'\n' { HELD_ESCAPED_LF } else { piece[0] });
            return Ok(1);
        }
        let Some(at) = memchr3(b'"', b'\\', b'\n', piece) else {
            self.last = piece[piece.len() - 1];
            out.extend_from_slice(piece);
            return Ok(piece.len());
        };
        self.last = piece[at];
        out.extend_from_slice(&piece[..at]);
        match piece[at] {
            b'\n' => out.extend_from_slice(&[b'\\', HELD_LF]),
            byte => {
                out.push(byte);
                self.string = if byte == b'"' { InString::No } else { InString::AfterBackslash };
            }
        }
        Ok(at + 1)
    }

    /// Refuses what a line feed is held as: nobody could tell the two apart.
    fn refuse_held(&self, byte: u8) -> Result<(), BrokenArray> {
        if self.last == b'\\' && matches!(byte, HELD_LF | HELD_ESCAPED_LF) {
            return Err(self.broken("control character 0x1e or 0x1f after a backslash"));
        }
        Ok(())
    }

    /// Takes one byte outside of strings.
    fn structure(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), BrokenArray> {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            let is_inside = self.open.len() > 1;
            if is_inside && !self.is_space_due && matches!(byte, b' ' | b'\t') {
                out.push(byte);
            } else {
                self.is_space_due |= self.has_begun;
            }
            return Ok(());
        }
        match (self.open.len(), byte) {
            _ if self.has_ended() => {
                return Err(self.broken(Self::MORE[usize::from(byte == b'[')]));
            }
            (0, b'[') => {
                self.open.push(b'[');
                self.element = 1;
                return Ok(());
            }
            (0, _) => return Err(self.broken("the input is not an array")),
            (1, b',') => {
                self.is_stray = !self.has_begun;
                if self.is_stray {
                    out.extend_from_slice(STRAY_COMMA);
                }
                self.end_element(out);
                self.element += 1;
                self.last = b',';
                return Ok(());
            }
            (1, b']') => {
                // Each comma is reported as stray once.
                let is_comma_last = !self.has_begun && self.last == b',' && !self.is_stray;
                if is_comma_last {
                    out.extend_from_slice(STRAY_COMMA);
                }
                if self.has_begun || is_comma_last {
                    self.end_element(out);
                }
                self.open.clear();
                return Ok(());
            }
            _ => {}
        }
        self.refuse_held(byte)?;
        self.has_begun = true;
        if std::mem::take(&mut self.is_space_due)
            && !matches!(self.last, b'{' | b'[' | b',' | b':')
            && !matches!(byte, b'}' | b']' | b',' | b':')
        {
            out.push(b' ');
        }
        match byte {
            b'"' => self.string = InString::Inside,
            b'{' | b'[' if self.open.len() == DEPTH_MAX => {
                return Err(self.broken("values are nested too deeply"));
            }
            b'{' | b'[' => self.open.push(byte),
            // Brackets are two apart from each other in ASCII.
            b'}' | b']' if self.open.last() == Some(&(byte - 2)) => {
                self.open.pop();
            }
            b'}' => return Err(self.broken("unexpected `}` inside an array")),
            b']' => return Err(self.broken("unexpected `]` inside an object")),
            _ => {}
        }
        out.push(byte);
        self.last = byte;
        Ok(())
    }

    /// Whether the array was closed.
    pub(crate) fn has_ended(&self) -> bool {
        self.element > 0 && self.open.is_empty()
    }

    fn end_element(&mut self, out: &mut Vec<u8>) {
        out.push(b'\n');
        self.has_begun = false;
        self.is_space_due = false;
    }

    fn broken(&self, problem: &'static str) -> BrokenArray {
        BrokenArray { element: self.element, at: self.at, problem }
    }
}

/// Reads the elements of an array as lines.
pub(crate) struct ArrayLines<R, S: Split = Splitter> {
    text: R,
    splitter: S,
    piece: Vec<u8>,
    lines: Vec<u8>,
    /// How much of `lines` was handed out.
    n_taken: usize,
    broken: Option<S::Broken>,
    is_read: bool,
    /// Called with the splitter once it has taken the whole text.
    at_end: Box<dyn Fn(&S) + Send>,
}

impl<R: Read> ArrayLines<R> {
    /// Reads an array that begins at byte `at` of its input.
    pub(crate) fn new(array: R, at: u64) -> ArrayLines<R> {
        ArrayLines::with(array, Splitter { at, ..Splitter::default() }, |_| ())
    }
}

impl<R: Read, S: Split> ArrayLines<R, S> {
    /// Reads what a splitter makes of a text; hands the splitter over at the end of one that is whole.
    pub(crate) fn with(text: R, splitter: S, at_end: impl Fn(&S) + Send + 'static) -> ArrayLines<R, S> {
        let (piece, lines) = (vec![0; PIECE_BYTES], Vec::new());
        let at_end = Box::new(at_end);
        ArrayLines { text, splitter, piece, lines, n_taken: 0, broken: None, is_read: false, at_end }
    }
}

impl<R: Read, S: Split> Read for ArrayLines<R, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.n_taken == self.lines.len() {
            // Only now, because what came before the break is sound.
            if let Some(broken) = &self.broken {
                return Err(io::Error::new(io::ErrorKind::InvalidData, broken.clone()));
            }
            if self.is_read {
                return Ok(0);
            }
            self.lines.clear();
            self.n_taken = 0;
            let n = self.text.read(&mut self.piece)?;
            self.is_read = n == 0;
            let pushed = match n {
                0 => self.splitter.finish().inspect(|()| (self.at_end)(&self.splitter)),
                n => self.splitter.push(&self.piece[..n], &mut self.lines),
            };
            self.broken = pushed.err();
        }
        let n = buffer.len().min(self.lines.len() - self.n_taken);
        buffer[..n].copy_from_slice(&self.lines[self.n_taken..self.n_taken + n]);
        self.n_taken += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests;
