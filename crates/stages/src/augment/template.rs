//! Templates: new text around a record's own.

use bedload_record::json::escape_into;

const HOLE: &str = "{prompt}";

/// A prompt with a place for the record's own prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// What stands before and between and after the places, escaped for JSON.
    pieces: Vec<Vec<u8>>,
}

/// Why a template cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateError {
    /// There is no `{prompt}` in it.
    NoHole,
    /// It is nothing but `{prompt}`.
    Nothing,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Where it has no `{prompt}`, or nothing else.
    pub(super) fn new(text: &str) -> Result<Self, TemplateError> {
        let pieces: Vec<Vec<u8>> = text.split(HOLE).map(escaped).collect();
        match pieces.len() {
            1 => Err(TemplateError::NoHole),
            2 if pieces.iter().all(Vec::is_empty) => Err(TemplateError::Nothing),
            _ => Ok(Self { pieces }),
        }
    }

    /// Appends the prompt in the template; its own escapes stay as they were written.
    pub(super) fn apply(&self, prompt: &[u8], out: &mut Vec<u8>) {
        for (n, piece) in self.pieces.iter().enumerate() {
            if n > 0 {
                out.extend_from_slice(prompt);
            }
            out.extend_from_slice(piece);
        }
    }
}

/// A text as it is written in a JSON string.
pub(super) fn escaped(text: &str) -> Vec<u8> {
    let mut escaped = Vec::new();
    escape_into(text, &mut escaped);
    escaped
}
