//! Findings: values that say what is wrong and where. Printing them is the business of others.

use crate::code::{Code, Severity};
use crate::fingerprint::LineDigest;
use crate::severities::Severities;

/// Stands for the name of a key that is the user's own, where the text of records is not shown.
pub const HIDDEN_KEY: &str = "?";

/// A finding about one record, placed inside that record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFinding {
    /// What kind of problem.
    pub code: Code,
    /// JSON Pointer of the value (RFC 6901); keys that no format knows are written as `?` and their position.
    pub pointer: String,
    /// Byte offset in the line, from 0.
    pub offset: u64,
    /// How many bytes it is about; 0 for the value or name that begins there.
    pub len: u64,
    /// What is wrong with this record, without its text.
    pub message: String,
    /// Whose rule it is, where that is not the code's own source.
    pub source: Option<String>,
    /// The kind of content that a conversion cannot hold, as the option `--extra` names it.
    pub extra: Option<&'static str>,
    /// The key that a conversion cannot hold, if it is about one: its name, or [`HIDDEN_KEY`].
    pub key: Option<String>,
}

/// Where in its record something was found, what, and by whose rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// JSON Pointer of the value.
    pub pointer: String,
    /// Byte offset in the line, from 0.
    pub offset: u64,
    /// How many bytes it is about; 0 for the value or name that begins there.
    pub len: u64,
    /// What is wrong, without the record's text.
    pub message: String,
    /// Whose rule it is, where that is not the code's own source.
    pub source: Option<String>,
}

impl Detail {
    /// Names the source of the rule.
    #[must_use]
    pub fn sourced(mut self, source: impl Into<String>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl From<(String, u64, String)> for Detail {
    fn from((pointer, offset, message): (String, u64, String)) -> Self {
        Self { pointer, offset, len: 0, message, source: None }
    }
}

/// What a baseline says of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or of fewer like it.
    New,
    /// It is known, and does not fail the run.
    Known,
    /// It was known until a day that is over.
    Expired,
}

impl Standing {
    /// What is said of a finding beside its code; nothing of a new one.
    pub fn remark(self) -> &'static str {
        match self {
            Self::New => "",
            Self::Known => " (known)",
            Self::Expired => " (expired)",
        }
    }

    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Known => "known",
            Self::Expired => "expired",
        }
    }
}

/// A part of a record around a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The part, as UTF-8.
    pub text: String,
    /// Where the place is in it, at the beginning of a character or at the end.
    pub at: usize,
    /// How many bytes of it the finding is about; 0 for the value or name that begins there.
    pub len: usize,
    /// Whether the record goes on before it, and behind it.
    pub is_cut: [bool; 2],
}

impl Excerpt {
    /// The same part, with at most `side` bytes before the place and behind it, and whole characters.
    pub fn around(&self, side: usize) -> &str {
        let mut from = self.at.saturating_sub(side);
        while !self.text.is_char_boundary(from) {
            from += 1;
        }
        let mut to = (self.at + side).min(self.text.len());
        while !self.text.is_char_boundary(to) {
            to -= 1;
        }
        &self.text[from..to]
    }
}

/// Where a record was before it was converted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name of its first source.
    pub file: String,
    /// The line there, from 1.
    pub line: u64,
}

/// A finding, placed in the data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The input's name; none for a finding about the whole data set.
    pub file: Option<String>,
    /// Physical line, from 1; none for a finding about a file or the data set.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
    /// Byte offset of the place in the (decompressed) input, from 0.
    pub byte_offset: Option<u64>,
    /// Ordinal of the record in its input, from 0.
    pub record: Option<u64>,
    /// JSON Pointer of the value.
    pub pointer: Option<String>,
    /// What kind of problem.
    pub code: Code,
    /// How bad: the code's own severity, until [`Severities`] of the run are applied.
    pub severity: Severity,
    /// What is wrong here.
    pub message: String,
    /// Whose rule it is.
    pub source: String,
    /// An excerpt of the record around the place, where content may be shown.
    pub content: Option<Excerpt>,
    /// Which bytes the record has; none for a finding about a file or the data set.
    pub line_digest: Option<LineDigest>,
    /// What the baseline of the run says of it; none where there is none, and where it cannot fail the run.
    pub standing: Option<Standing>,
    /// Why the baseline knows it, where somebody wrote that down.
    pub reason: Option<String>,
    /// The kind of content that a conversion cannot hold, as the option `--extra` names it.
    pub extra: Option<&'static str>,
    /// The key that a conversion cannot hold, if it is about one: its name, or [`HIDDEN_KEY`].
    pub key: Option<String>,
    /// Where the record was before it was converted, where a report of the conversion tells.
    pub origin: Option<Origin>,
}

impl Finding {
    /// A finding about the whole data set.
    pub fn dataset(code: Code, message: String) -> Self {
        Self {
            file: None,
            line: None,
            column: None,
            byte_offset: None,
            record: None,
            pointer: None,
            code,
            severity: code.info().severity,
            message,
            source: code.info().source.to_owned(),
            content: None,
            line_digest: None,
            standing: None,
            reason: None,
            extra: None,
            key: None,
            origin: None,
        }
    }

    /// The file and line that people are sent to: where the record was first.
    pub fn shown_place(&self) -> (Option<&str>, Option<u64>) {
        match &self.origin {
            Some(origin) => (Some(&origin.file), Some(origin.line)),
            None => (self.file.as_deref(), self.line),
        }
    }

    /// Where the record is now, for people who are sent to where it was first; none where both are one.
    pub fn place_note(&self) -> Option<String> {
        self.origin.as_ref()?;
        Some(format!("line {} of {}", self.line?, self.file.as_deref()?))
    }

    /// Returns true where the baseline of the run knows it.
    pub fn is_known(&self) -> bool {
        self.standing == Some(Standing::Known)
    }

    /// A finding about one input.
    pub fn file(file: &str, code: Code, message: String) -> Self {
        Self { file: Some(file.to_owned()), ..Self::dataset(code, message) }
    }

    /// The finding with the severity that its code has in a run.
    #[must_use]
    pub fn in_run(self, severities: Severities) -> Self {
        Self { severity: severities.of(self.code), ..self }
    }

    /// What its standing adds beside its code.
    pub fn remark(&self) -> &'static str {
        self.standing.map_or("", Standing::remark)
    }

    /// Names another source than the code's own, such as the profile that set a limit.
    #[must_use]
    pub fn sourced(mut self, source: &str) -> Self {
        source.clone_into(&mut self.source);
        self
    }
}
