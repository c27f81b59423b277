//! A record as its format reads it. The values of the fields are looked up once, and the texts are collected once, when
//! the first reader asks for them.

use std::cell::{Cell, OnceCell};

use bedload_record::{Json, Tokens, Value};

use crate::format::{Answers, Dialect, Field, FieldKind, Format, Part};
use crate::text::Texts;

/// The values of the fields of a format, in their order.
pub(crate) type Values<'t> = [Option<Json<'t>>; Format::FIELDS_MAX];

/// Memory for the texts of a record, used again for the next one.
#[derive(Default)]
pub struct TextBuffer(Cell<Texts<'static>>);

/// One record while it is visited; no record outlives its visit.
pub struct Record<'a> {
    /// The line as it came, without its line end.
    pub raw: &'a [u8],
    /// The object in it.
    pub json: Json<'a>,
    /// The format that it is read in, and may not have.
    pub format: &'a Format,
    /// Its tokens; none where they are not counted or cannot be.
    pub tokens: Option<Tokens>,
    values: Values<'a>,
    n_present: usize,
    dialect: Option<Dialect>,
    texts: OnceCell<Texts<'a>>,
    buffer: &'a TextBuffer,
}

impl<'a> Record<'a> {
    /// The record in a line, of which `json` is the object. One pass over its members.
    pub fn new(format: &'a Format, raw: &'a [u8], json: Json<'a>, buffer: &'a TextBuffer) -> Self {
        let (values, n_present) = format.values(json);
        let dialect = format.dialect();
        Self { raw, json, format, tokens: None, values, n_present, dialect, texts: OnceCell::new(), buffer }
    }

    /// The fields of the format, in their order, each with its value if the record has it.
    #[inline]
    pub fn fields(&self) -> impl Iterator<Item = (&'a Field, Option<Json<'a>>)> {
        self.format.fields.iter().zip(self.values.iter().copied())
    }

    /// Returns true if the record has members that are not fields of the format.
    #[inline]
    pub fn has_others(&self) -> bool {
        self.json.members().len() > self.n_present
    }

    /// The members that are not fields of the format, in their order.
    pub fn others(&self) -> impl Iterator<Item = (&'a str, Json<'a>)> + Clone + use<'a> {
        let format = self.format;
        self.json.members().filter(|(key, _)| !format.has_field(key))
    }

    /// How the format writes messages; none where it has none.
    #[inline]
    pub fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    /// The value that is to be the list of messages, and how the format writes them.
    pub fn messages(&self) -> Option<(Dialect, Json<'a>)> {
        let dialect = self.dialect?;
        let mut fields = self.fields();
        fields.find_map(|(field, value)| {
            matches!(field.kind, FieldKind::Messages(_))
                .then_some(value)
                .flatten()
                .map(|value| (dialect, value))
        })
    }

    /// The texts, in the order of the fields and messages. Linear in the record the first time.
    #[inline]
    pub fn texts(&self) -> &Texts<'a> {
        self.texts.get_or_init(|| {
            let mut texts: Texts<'a> = self.buffer.0.take();
            texts.collect(self.format, self.dialect, &self.values);
            texts
        })
    }

    /// The text that a model is to give, where a record has exactly one besides a prompt: its label, where data is for
    /// classification.
    pub fn target(&self) -> Option<&'a str> {
        let texts = &self.texts().list;
        let mut targets = texts.iter().filter(|text| text.part == Part::Completion);
        let target = targets.next().filter(|_| targets.next().is_none())?;
        texts.iter().any(|text| text.part == Part::Prompt).then_some(target.text)
    }

    /// Returns true if the record has an answer where its format has one, or needs none.
    pub(crate) fn is_answered(&self) -> bool {
        if matches!(self.format.answers, Answers::None | Answers::Document) {
            return false;
        }
        let Some((_, messages)) = self.messages() else { return self.dialect.is_none() };
        messages.elements().last().is_some_and(|last| !is_asked(last))
    }
}

/// Returns true if a message is not the assistant's, and so has no answer.
fn is_asked(message: Json<'_>) -> bool {
    let role = message.get("role").or(message.get("from")).map(Json::value);
    matches!(role, Some(Value::String("user" | "human" | "system" | "developer")))
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        if let Some(texts) = self.texts.take().filter(|texts| !texts.is_large()) {
            self.buffer.0.set(texts.reused());
        }
    }
}
