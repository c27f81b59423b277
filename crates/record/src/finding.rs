//! Findings: values that say what is wrong and where. Printing them is the business of others.

use crate::code::{CODES, Code, CodeSet, Severity};
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
    /// The kind of content that a conversion cannot hold, as the option `--extra` names it.
    pub extra: Option<&'static str>,
    /// The key that a conversion cannot hold, if it is about one: its name, or [`HIDDEN_KEY`].
    pub key: Option<String>,
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
        Self { pointer, offset, len: 0, message, source: None, extra: None, key: None }
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

/// Where checks put what they find in one record.
///
/// In the scan only codes are kept: a million bad records cost bits, not strings. To show details the same
/// checks run again over the few records that are shown, with [`Findings::in_full`]. Where only the first findings of
/// each code are shown, the others are muted: counted, without the time and memory that a message takes.
#[derive(Debug, Default)]
pub struct Findings {
    codes: CodeSet,
    full: Option<Vec<RecordFinding>>,
    muted: CodeSet,
    /// How often each code was found since it was muted, by its number; empty until one is.
    n_muted: Vec<u64>,
}

impl Findings {
    /// Keeps codes only.
    pub fn codes_only() -> Self {
        Self::default()
    }

    /// Keeps every finding with its details.
    pub fn in_full() -> Self {
        Self { full: Some(Vec::new()), ..Self::default() }
    }

    /// Begins another record. What is muted stays so.
    pub fn next_record(&mut self) {
        self.codes = CodeSet::default();
        if let Some(full) = &mut self.full {
            full.clear();
        }
    }

    /// From now on, findings of a code are counted, and their details are not kept.
    pub fn mute(&mut self, code: Code) {
        self.muted.insert(code);
        self.n_muted.resize(CODES.len(), 0);
    }

    /// How many findings of each code were muted.
    pub fn muted(&self) -> impl Iterator<Item = (Code, u64)> {
        CODES.iter().zip(&self.n_muted).filter(|(_, n)| **n > 0).map(|(info, &n)| (info.code, n))
    }

    /// Adds a finding; `detail` runs only where details are kept.
    pub fn add<D: Into<Detail>>(&mut self, code: Code, detail: impl FnOnce() -> D) {
        self.codes.insert(code);
        if self.muted.contains(code) {
            self.n_muted[code as usize] += 1;
        } else if let Some(full) = &mut self.full {
            let Detail { pointer, offset, len, message, source, extra, key } = detail().into();
            full.push(RecordFinding { code, pointer, offset, len, message, source, extra, key });
        }
    }

    /// Returns true if details are kept.
    pub fn are_full(&self) -> bool {
        self.full.is_some()
    }

    /// Adds a code without details, where none are kept.
    pub fn add_code(&mut self, code: Code) {
        self.codes.insert(code);
    }

    /// Adds codes whose details are not needed, or are added already.
    pub fn add_codes(&mut self, codes: CodeSet) {
        self.codes.absorb(codes);
    }

    /// None as yet, kept like these.
    #[must_use]
    pub fn alike(&self) -> Self {
        Self {
            codes: CodeSet::default(),
            full: self.full.is_some().then(Vec::new),
            muted: self.muted,
            n_muted: vec![0; self.n_muted.len()],
        }
    }

    /// Adds those of another look at the record, each changed where details are kept.
    pub fn absorb(&mut self, other: Self, change: impl FnMut(&mut RecordFinding)) {
        self.codes.absorb(other.codes);
        self.n_muted.iter_mut().zip(&other.n_muted).for_each(|(n, more)| *n += more);
        if let (Some(full), Some(mut more)) = (&mut self.full, other.full) {
            more.iter_mut().for_each(change);
            full.append(&mut more);
        }
    }

    /// The codes found so far.
    pub fn codes(&self) -> CodeSet {
        self.codes
    }

    /// The findings in the order they were added; empty where only codes are kept.
    pub fn into_full(mut self) -> Vec<RecordFinding> {
        self.take_full()
    }

    /// Takes the findings of the record so far, in the order they were added.
    pub fn take_full(&mut self) -> Vec<RecordFinding> {
        self.full.as_mut().map(std::mem::take).unwrap_or_default()
    }
}
