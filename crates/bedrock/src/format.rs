//! Record formats: which fields an object has, of what kind, and what each is for.

use bedload_record::{Json, Value};

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
pub enum Kind {
    /// A string that is not blank.
    Text(Part),
    /// A number in a closed range.
    Number {
        /// The smallest value.
        min: f64,
        /// The largest value.
        max: f64,
    },
}

/// One field of a format.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key, compared after unescaping and case-sensitive.
    pub key: &'static str,
    /// Whether every record has it.
    pub required: bool,
    /// What its value is.
    pub kind: Kind,
}

/// A rule about several fields.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Two texts differ.
    Differ(&'static str, &'static str),
}

/// A record format. Keys that it does not name are carried along and not checked.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line and in reports.
    pub name: &'static str,
    /// What it is for.
    pub title: &'static str,
    /// Its fields, in the order in which content is identified and shown. At most [`Format::FIELDS_MAX`].
    pub fields: &'static [Field],
    /// Its rules about several fields.
    pub rules: &'static [Rule],
}

const fn text(key: &'static str, part: Part) -> Field {
    Field { key, required: true, kind: Kind::Text(part) }
}

/// All formats. Where several fit a record, detection takes the one with the most fields, then the first.
pub static FORMATS: &[Format] = &[
    Format {
        name: "prompt-completion",
        title: "supervised fine-tuning pairs",
        fields: &[text("prompt", Part::Prompt), text("completion", Part::Completion)],
        rules: &[],
    },
    Format {
        name: "text",
        title: "continued pre-training documents",
        fields: &[text("text", Part::Completion)],
        rules: &[],
    },
    Format {
        name: "input",
        title: "continued pre-training documents under the key that Bedrock used for Titan",
        fields: &[text("input", Part::Completion)],
        rules: &[],
    },
    Format {
        name: "preference",
        title: "preference pairs, with an optional score from 0.0 to 1.0",
        fields: &[
            text("prompt", Part::Prompt),
            text("chosen", Part::Completion),
            text("rejected", Part::Completion),
            Field { key: "score", required: false, kind: Kind::Number { min: 0.0, max: 1.0 } },
        ],
        rules: &[Rule::Differ("chosen", "rejected")],
    },
    Format {
        name: "prompt",
        title: "prompts for distillation",
        fields: &[text("prompt", Part::Prompt)],
        rules: &[],
    },
];

impl Format {
    /// The most fields that a format has.
    pub const FIELDS_MAX: usize = 8;

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The values of the format's fields in a record, in the order of [`Format::fields`]. One pass over the members.
    pub fn values<'t>(&self, record: Json<'t>) -> [Option<Json<'t>>; Self::FIELDS_MAX] {
        let mut values = [None; Self::FIELDS_MAX];
        for (key, value) in record.members() {
            if let Some(n) = self.fields.iter().position(|field| field.key == key) {
                values[n] = Some(value);
            }
        }
        values
    }

    /// The texts of a record with what each is for, in the order of the fields. Values of a wrong type are
    /// passed over.
    pub fn texts<'t>(&self, record: Json<'t>) -> impl Iterator<Item = (&'static Field, Part, &'t str)> {
        let values = self.values(record);
        let fields = self.fields;
        fields.iter().zip(values).filter_map(|(field, value)| match (field.kind, value?.value()) {
            (Kind::Text(part), Value::String(text)) => Some((field, part, text)),
            _ => None,
        })
    }

    /// The field whose text can be put into another prompt: the one that the model is given.
    pub fn prompt_field(&self) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.kind == Kind::Text(Part::Prompt))
    }

    /// The field that holds a label where the data is for classification: the only text to be learned, where a
    /// prompt goes with it.
    pub fn target_field(&self) -> Option<&'static Field> {
        self.prompt_field()?;
        let mut targets = self.fields.iter().filter(|field| field.kind == Kind::Text(Part::Completion));
        targets.next().filter(|_| targets.next().is_none())
    }

    /// Returns true if the record has every required field, of the right type or not.
    pub fn fits(&self, record: Json<'_>) -> bool {
        let values = self.values(record);
        self.fields.iter().zip(values).all(|(field, value)| value.is_some() || !field.required)
    }
}

const _: () = {
    let mut n = 0;
    while n < FORMATS.len() {
        assert!(
            FORMATS[n].fields.len() <= Format::FIELDS_MAX,
            "values of a record are held in a fixed array"
        );
        n += 1;
    }
};
