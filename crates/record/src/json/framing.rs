//! What a record is in its input: a line, or an element of a JSON array that was put on a line. What an array is, is
//! known to those who take it apart.

/// How records are separated in an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// Each physical line is a record.
    #[default]
    Line,
    /// Each element of an array is a record, held as a line of its own: a raw line feed inside a string, which JSON
    /// forbids and a line cannot hold, as [`HELD_LF`] after a backslash; a stray comma as [`STRAY_COMMA`].
    Element,
    /// A whole file is one value, on as many lines as it takes.
    Document,
}

/// Stands after a backslash for a raw line feed. Arrays in which this byte itself follows a backslash are refused.
pub const HELD_LF: u8 = 0x1F;
/// Stands after a backslash for a backslash and a raw line feed, on the same terms.
pub const HELD_ESCAPED_LF: u8 = 0x1E;
/// The line that stands for a comma with no element before or after it: no element is one.
pub const STRAY_COMMA: &[u8] = b",";

impl Framing {
    /// The name of a record in messages.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Element => "element",
            Self::Document => "document",
        }
    }

    /// Returns true if records are held as they were in their input, so that [`Framing::release`] changes nothing.
    pub fn is_as_it_was(self) -> bool {
        self != Self::Element
    }

    /// Makes a held element what is written of it where it is rejected: a raw line feed, and a backslash before it,
    /// become the escape `\n`, which takes as many bytes as what it is held as. All other bytes are those of the input.
    /// Lines and documents stay as they are.
    pub fn release(self, held: &mut [u8]) {
        if self != Self::Element {
            return;
        }
        let ends: Vec<usize> = memchr::memchr2_iter(HELD_LF, HELD_ESCAPED_LF, held).collect();
        for end in ends {
            if end > 0 && held[end - 1] == b'\\' {
                held[end] = b'n';
            }
        }
    }
}
