//! Record formats: which fields an object has, of what kind, and what each is for.

use bedload_record::Json;

use crate::preferences;
use crate::record::Values;

mod dialect;
mod names;
mod table;

pub use dialect::Dialect;
pub use table::{FOREIGN, FORMATS};

/// What a text is for, which decides how its tokens are counted and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Given to the model.
    Prompt,
    /// Learned by the model.
    Completion,
}

/// The kind of value that a field takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldKind {
    /// A string that is not blank.
    Text(Part),
    /// A number in a closed range.
    Number {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// The S3 URI of an image.
    ImageUri,
    /// A string, which may be empty where the target sets no minimum.
    Caption,
    /// A string that names the version of the record's shape.
    Version,
    /// A list of text blocks.
    System,
    /// A list of messages.
    Messages(Dialect),
    /// The tools of a Converse record.
    ToolConfig,
    /// The tools of a chat record: a list of functions.
    ChatTools,
    /// What answers are compared with: any value.
    Reference,
    /// What tells a record from the others: text, for those targets that look at it.
    RecordId,
    /// Any value.
    Any,
}

impl FieldKind {
    /// The kind in words.
    pub fn title(self) -> String {
        match self {
            Self::Text(_) => "a string that is not blank".to_owned(),
            Self::Number { min, max } => format!("a number from {min:.1} to {max:.1}"),
            Self::ImageUri => "S3 URI of an image".to_owned(),
            Self::Caption => "text, may be empty".to_owned(),
            Self::Version => "text, \"bedrock-conversation-2024\"".to_owned(),
            Self::System => "list of text blocks".to_owned(),
            Self::Messages(dialect) => dialect.title().to_owned(),
            Self::ToolConfig => "tools with names and input schemas".to_owned(),
            Self::ChatTools => "list of functions".to_owned(),
            Self::Reference => "text or object".to_owned(),
            Self::RecordId => "text".to_owned(),
            Self::Any => "anything".to_owned(),
        }
    }
}

/// One field of a format.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key, compared after unescaping and case-sensitive.
    pub key: &'static str,
    /// Whether every record has it.
    pub required: bool,
    /// What its value is.
    pub kind: FieldKind,
}

/// A rule about several fields.
#[derive(Clone, Copy, Debug)]
pub enum FieldRule {
    /// Two texts differ.
    Differ(&'static str, &'static str),
    /// Keys of labelled data, which are not used; and why.
    Unused(&'static [&'static str], &'static str),
    /// A number is used under this key alone, not under others with its name in theirs.
    Only(&'static str),
}

/// Which format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table says what each is for")]
pub enum FormatId {
    PromptCompletion,
    Text,
    Input,
    Preference,
    Prompt,
    ClaudeMessages,
    Converse,
    ConversePreference,
    ChatRft,
    ImageCaption,
    Evaluation,
    OpenAiChat,
    AnthropicMessages,
    Alpaca,
    ShareGpt,
    OpenAiPreference,
    TrlPreference,
    ShareGptPreference,
    MessagesPreference,
    AlpacaPreference,
    ScoredAnswers,
    Kto,
}

/// What the answers in a record are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// There are none.
    None,
    /// The model learns every one of them.
    Learned,
    /// The model learns to prefer one to another.
    Compared,
    /// A grader compares what the model says with it.
    Graded,
    /// An evaluation compares what the model says with it.
    Reference,
    /// The record is one text, which the model learns.
    Document,
    /// The text belongs to an image.
    Caption,
}

/// A record format. Keys that it does not name are carried along and not checked.
#[derive(Debug)]
pub struct Format {
    /// Which one it is.
    pub id: FormatId,
    /// Its name on the command line and in reports.
    pub name: &'static str,
    /// What it is for.
    pub title: &'static str,
    /// What the answers in it are for.
    pub answers: Answers,
    /// Its fields, in the order in which content is identified and shown. At most [`Format::FIELDS_MAX`].
    pub fields: &'static [Field],
    /// Its rules about several fields.
    pub rules: &'static [FieldRule],
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Format {}

impl Format {
    /// The most fields that a format has.
    pub const FIELDS_MAX: usize = 8;

    /// The format with this name that some target takes.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The format with this name, foreign ones included.
    pub fn from_any_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().chain(FOREIGN).find(|format| format.name == name)
    }

    /// The values of the format's fields in a record, in the order of [`Format::fields`], and how many there are. One
    /// pass over the members.
    pub(crate) fn values<'t>(&self, record: Json<'t>) -> (Values<'t>, usize) {
        let (mut values, mut n_present, mut next) = ([None; Self::FIELDS_MAX], 0, 0);
        for (key, value) in record.members() {
            // Most records have their fields in the format's order.
            let is_next = self.fields.get(next).is_some_and(|field| field.key == key);
            let place =
                if is_next { Some(next) } else { self.fields.iter().position(|field| field.key == key) };
            if let Some(n) = place {
                values[n] = Some(value);
                n_present += 1;
                next = n + 1;
            }
        }
        (values, n_present)
    }

    /// Returns true if a key is that of a field.
    pub fn has_field(&self, key: &str) -> bool {
        self.fields.iter().any(|field| field.key == key)
    }

    /// The field that a key is one edit away from, if it is no field itself. Short fields are near too many words.
    pub fn meant_by(&self, key: &str) -> Option<&'static str> {
        const LENGTH_MIN: usize = 5;
        let is_near = |field: &&str| field.len() >= LENGTH_MIN && is_one_edit(field, key);
        self.fields.iter().map(|field| field.key).find(is_near).filter(|_| !self.has_field(key))
    }

    /// The keys that the format knows, at any depth: they may be shown in pointers.
    pub fn known_keys(&self) -> impl Iterator<Item = &'static str> {
        const NESTED: &[&str] = &[
            "role",
            "content",
            "text",
            "candidates",
            "preferenceLabel",
            "image",
            "video",
            "document",
            "format",
            "source",
            "s3Location",
            "uri",
            "bucketOwner",
            "reasoningContent",
            "reasoningText",
            "toolUse",
            "toolResult",
            "toolUseId",
            "name",
            "input",
            "tools",
            "toolSpec",
            "inputSchema",
            "json",
            "from",
            "value",
            "tool_calls",
            "tool_call_id",
            "function",
            "arguments",
            "image_url",
            "reasoning_content",
            "parameters",
            "type",
        ];
        let nested = if self.dialect().is_some() || self.is_foreign_preference() { NESTED } else { &[] };
        self.fields.iter().map(|field| field.key).chain(nested.iter().copied())
    }

    /// How the format writes messages; none where it has none.
    pub fn dialect(&self) -> Option<Dialect> {
        self.fields.iter().find_map(|field| match field.kind {
            FieldKind::Messages(dialect) => Some(dialect),
            _ => None,
        })
    }

    /// Returns true if keys that the format does not name are content too: a grader is handed all of its record.
    pub fn hands_over_all_keys(&self) -> bool {
        self.answers == Answers::Graded
    }

    /// Returns true if a record is one text, and nothing else of it is used.
    pub fn is_document(&self) -> bool {
        self.answers == Answers::Document
    }

    /// Returns true if a record may do without an answer.
    pub fn is_answer_optional(&self) -> bool {
        matches!(
            self.id,
            FormatId::Converse | FormatId::ChatRft | FormatId::Evaluation | FormatId::OpenAiChat
        )
    }

    /// Returns true if no target accepts the format.
    pub fn is_foreign(&self) -> bool {
        FOREIGN.iter().any(|format| format.id == self.id)
    }

    /// The format that records are converted to where no target says another.
    pub fn usual_target(&self) -> &'static Self {
        let name = match self.dialect() {
            _ if self.is_foreign_preference() => "converse-preference",
            Some(_) => "converse",
            None => "prompt-completion",
        };
        Self::from_name(name).expect("one of the table")
    }

    /// Returns true for preference data of other tools.
    pub fn is_foreign_preference(&self) -> bool {
        self.answers == Answers::Compared && self.is_foreign()
    }

    /// Returns true if records can be converted to the format: to those of the targets, and to the one that most
    /// other tools read.
    pub fn is_written(&self) -> bool {
        !self.is_foreign() || self.id == FormatId::OpenAiChat
    }

    /// The formats that records can be converted to.
    pub fn written() -> impl Iterator<Item = &'static Self> {
        FORMATS.iter().chain(FOREIGN).filter(|format| format.is_written())
    }

    /// Returns true if the record has every required field, of the right type or not, and messages in the format's
    /// dialect.
    pub fn fits(&self, record: Json<'_>) -> bool {
        if self.is_foreign_preference() {
            return preferences::is_of(self.id, record);
        }
        let (values, _) = self.values(record);
        self.fields.iter().zip(values).all(|(field, value)| match (field.kind, value) {
            (FieldKind::Messages(dialect), Some(messages)) => dialect.fits(record, messages),
            (_, value) => value.is_some() || !field.required,
        })
    }
}

/// Returns true if one letter was left out, added or replaced, or two neighbours were exchanged, whatever the case.
#[must_use]
pub fn is_one_edit(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let is_same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let before = a.iter().zip(b).take_while(is_same).count();
    let (a, b) = (&a[before..], &b[before..]);
    let after = a.iter().rev().zip(b.iter().rev()).take_while(is_same).count();
    match (&a[..a.len() - after], &b[..b.len() - after]) {
        ([], [_]) | ([_], [] | [_]) => true,
        ([a, b], [c, d]) => a.eq_ignore_ascii_case(d) && b.eq_ignore_ascii_case(c),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_one_edit_away_is_meant_for_a_field() {
        let format = Format::from_name("prompt-completion").expect("a format");
        for (key, field) in [
            ("promt", Some("prompt")),
            ("propmt", Some("prompt")),
            ("Promptt", Some("prompt")),
            ("brompt", Some("prompt")),
            ("completion_", Some("completion")),
            ("compltion", Some("completion")),
            ("prompt", None),
            ("pomt", None),
            ("id", None),
            ("source", None),
            ("", None),
        ] {
            assert_eq!(format.meant_by(key), field, "{key}");
        }
        let preference = Format::from_name("preference").expect("a format");
        assert_eq!(preference.meant_by("scor"), Some("score"));
        assert_eq!(Format::from_name("text").expect("a format").meant_by("test"), None, "short fields");
    }
}
