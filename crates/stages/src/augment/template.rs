//! Templates: new text around a record's own.

use bedload_bedrock::Format;
use bedload_record::json::escape_into;

use crate::Rewrite;

const HOLE: &str = "{prompt}";

/// A prompt with a place for the record's own prompt.
#[derive(Clone, Debug)]
pub struct Template {
    /// Whose records it is for.
    format: &'static Format,
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
    /// Reads a template for the prompts of a format.
    ///
    /// # Errors
    /// Where it has no `{prompt}`, or nothing else.
    pub fn new(text: &str, format: &'static Format) -> Result<Self, TemplateError> {
        let pieces: Vec<Vec<u8>> = text
            .split(HOLE)
            .map(|piece| {
                let mut escaped = Vec::new();
                escape_into(piece, &mut escaped);
                escaped
            })
            .collect();
        match pieces.len() {
            1 => Err(TemplateError::NoHole),
            2 if pieces.iter().all(Vec::is_empty) => Err(TemplateError::Nothing),
            _ => Ok(Self { format, pieces }),
        }
    }
}

impl Rewrite for Template {
    fn rewrite(&self, line: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(place) = self.format.prompt_place(line) else { return false };
        // Between the quotes: the prompt's own escapes stay as they were written.
        let (start, end) = (place.start + 1, place.end - 1);
        out.extend_from_slice(&line[..start]);
        for (n, piece) in self.pieces.iter().enumerate() {
            if n > 0 {
                out.extend_from_slice(&line[start..end]);
            }
            out.extend_from_slice(piece);
        }
        out.extend_from_slice(&line[end..]);
        true
    }
}
