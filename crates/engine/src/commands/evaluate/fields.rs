//! Where a line of predictions has its prompt, reference and prediction.

use std::borrow::Cow;

use bedload_record::json::{Framing, Step, locate};
use bedload_record::{Code, Findings, Json, Value};
use bedload_stages::balance::pointer_steps;

/// One of the three fields: where it is looked for, the first that exists.
#[derive(Clone, Debug)]
pub struct Field {
    noun: &'static str,
    places: Vec<Place>,
}

/// A JSON Pointer, and its steps.
#[derive(Clone, Debug)]
struct Place {
    pointer: String,
    steps: Vec<String>,
}

/// The fields of a line of predictions.
#[derive(Clone, Debug)]
pub struct Fields {
    /// What the model was asked; needed only to find the same prompt in another file.
    pub prompt: Field,
    /// What is right.
    pub reference: Field,
    /// What the model answered.
    pub prediction: Field,
}

/// Whose rule it is that the fields exist.
const SOURCE: &str = "what `bedload evaluate` reads";

impl Fields {
    /// The fields at these JSON Pointers, or where the names are well known: plain ones, those of training records, and
    /// those of Bedrock's evaluation jobs.
    pub fn new(prompt: Option<&str>, reference: Option<&str>, prediction: Option<&str>) -> Self {
        let field = |noun, named: Option<&str>, known: &[&str]| {
            let place = |pointer: &str| Place { pointer: pointer.to_owned(), steps: pointer_steps(pointer) };
            let places = match named {
                Some(pointer) => vec![place(pointer)],
                None => known.iter().map(|pointer| place(pointer)).collect(),
            };
            Field { noun, places }
        };
        Self {
            prompt: field("prompt", prompt, &["/prompt", "/inputRecord/prompt"]),
            reference: field(
                "reference",
                reference,
                &["/reference", "/referenceResponse", "/inputRecord/referenceResponse", "/completion"],
            ),
            prediction: field("prediction", prediction, &["/prediction", "/modelResponses/0/response"]),
        }
    }
}

impl Field {
    /// The value of a line; where there is none, that is a finding.
    fn value<'t>(&self, json: Json<'t>, findings: &mut Findings) -> Option<(Json<'t>, &Place)> {
        let found = self.places.iter().find_map(|place| Some((json.at(&place.steps)?, place)));
        if found.is_none() {
            findings.add(Code::SchemaMissingField, || {
                let first = &self.places[0].pointer;
                let places: Vec<String> =
                    self.places.iter().map(|place| format!("`{}`", place.pointer)).collect();
                let noun = self.noun;
                let message = match &places[..] {
                    [others @ .., last] if !others.is_empty() => format!(
                        "there is no {noun} at {} or {last}; --{noun}-field names another place",
                        others.join(", ")
                    ),
                    _ => format!("there is no `{first}`"),
                };
                bedload_record::Detail::from((first.clone(), 0, message)).sourced(SOURCE)
            });
        }
        found
    }

    /// The value as text: a string, or a number or boolean as it is written.
    pub(super) fn text<'t>(
        &self,
        json: Json<'t>,
        line: (&[u8], Framing),
        findings: &mut Findings,
    ) -> Option<Cow<'t, str>> {
        let (value, place) = self.value(json, findings)?;
        let text = value.scalar();
        if text.is_none() {
            findings.add(Code::SchemaWrongType, || {
                let pointer = &place.pointer;
                let message = match value.value() {
                    Value::Null => format!("`{pointer}` is null"),
                    other => format!(
                        "`{pointer}` must be a string, a number or a boolean, not {}",
                        other.type_name()
                    ),
                };
                let offset = place.offset(json, line);
                bedload_record::Detail::from((pointer.clone(), offset, message)).sourced(SOURCE)
            });
        }
        text
    }

    /// A value of any kind.
    pub(super) fn any<'t>(&self, json: Json<'t>, findings: &mut Findings) -> Option<Json<'t>> {
        self.value(json, findings).map(|(value, _)| value)
    }
}

impl Place {
    /// Where the value begins in its line.
    fn offset(&self, json: Json<'_>, (line, framing): (&[u8], Framing)) -> u64 {
        // An element of an array is in its file with other line ends than it is read with.
        if framing != Framing::Line {
            return 0;
        }
        let mut at = json;
        let mut steps = Vec::new();
        for step in &self.steps {
            let Some(inner) = at.at(std::slice::from_ref(step)) else { return 0 };
            steps.push(match at.value() {
                Value::Array(_) => Step::Index(step.parse().unwrap_or(0)),
                _ => Step::Key(step),
            });
            at = inner;
        }
        locate(line, &steps).map_or(0, |place| place.start as u64)
    }
}
