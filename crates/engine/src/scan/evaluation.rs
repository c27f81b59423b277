//! Records as prompts of an evaluation: which ones can be, and how they are written. Bedrock's evaluation takes one text
//! as prompt and one as reference, so a conversation of several turns, tools or media cannot be one of them.

use bedload_bedrock::{FORMATS, Format, FormatId, Record, Speaker, TextBuffer, TextName};
use bedload_record::json::{Framing, escape_into};
use bedload_record::{Code, FactTable, Findings, Json, Ordinal, Parser, Value};
use bedload_scan::Fetch;
use bedload_stages::convert::{ConvertConfig, Converter, Extras, Fit, Source, fit};

use crate::run::error::EngineError;
use crate::scan::rules::Rules;

/// What makes prompts of an evaluation from records of the output.
pub(crate) struct EvaluationWriter<'a> {
    facts: &'a FactTable,
    rules: &'a Rules,
    fetch: &'a Fetch<'a>,
    from: &'static Format,
    converter: Converter,
}

/// The buffers of a worker.
#[derive(Default)]
pub(crate) struct EvaluationBuffers {
    parser: Parser,
    texts: TextBuffer,
    fetched: Vec<u8>,
    converted: Vec<u8>,
    system: Vec<u8>,
}

/// How the converted line begins.
const PROMPT: &[u8] = br#"{"prompt":""#;

/// How records of this format become prompts.
///
/// # Errors
/// Where they cannot.
fn conversion(from: Option<&'static Format>) -> Result<(&'static Format, Converter), EngineError> {
    let usage = |message: String| EngineError::Usage(format!("--evaluation: {message}"));
    let from = from.ok_or_else(|| usage("the format of the records is unknown".to_owned()))?;
    let to = FORMATS.iter().find(|format| format.id == FormatId::Evaluation);
    let to = to.expect("there is a format of evaluations");
    if fit(from, to) == Fit::None {
        return Err(usage(format!("{} records have no prompts", from.name)));
    }
    let config = ConvertConfig { extra: Extras::drop_all_but_tool_calls(), ..ConvertConfig::default() };
    let converter = Converter::new(to, &config).map_err(|error| usage(error.to_string()))?;
    Ok((from, converter))
}

/// Refuses a format that has no prompts, before anything is read.
///
/// # Errors
/// Where the format is known, and has none.
pub(crate) fn refuse_without_prompts(rules: &Rules) -> Result<(), EngineError> {
    rules.format.map_or(Ok(()), |format| conversion(Some(format)).map(|_| ()))
}

impl<'a> EvaluationWriter<'a> {
    /// The writer for the records of a run.
    ///
    /// # Errors
    /// Where the format of the run has no prompts.
    pub(crate) fn new(
        facts: &'a FactTable,
        rules: &'a Rules,
        fetch: &'a Fetch<'a>,
    ) -> Result<Self, EngineError> {
        let (from, converter) = conversion(rules.format)?;
        Ok(Self { facts, rules, fetch, from, converter })
    }

    /// Whether categories are added; records of evaluations have their own.
    fn adds_category(&self) -> bool {
        self.from.id != FormatId::Evaluation
    }

    /// Writes a record as a prompt in place of what is in `out`, without a line end; returns false where it cannot be
    /// one.
    ///
    /// # Errors
    /// Where the record cannot be read again.
    pub(crate) fn write(
        &self,
        line: Ordinal,
        category: Option<&str>,
        buffers: &mut EvaluationBuffers,
        out: &mut Vec<u8>,
    ) -> Result<bool, EngineError> {
        let Self { facts, rules, fetch, from, converter } = self;
        let EvaluationBuffers { parser, texts, fetched, converted, system } = buffers;
        let input = facts.input_of(line);
        let span = facts.span(line, input);
        let bytes = fetch.bytes(input, span.start, span.len, fetched)?;
        let bytes = if facts.is_rewritten(line) { rules.written(input, bytes, converted) } else { bytes };
        out.clear();
        let mut findings = Findings::in_full();
        if converter.convert(Source::Format(from), bytes, out, &mut findings) == 0 {
            return Ok(false);
        }
        let removed = findings.take_full();
        if removed.iter().any(|finding| finding.code != Code::ConvertDropped) {
            return Ok(false);
        }
        system.clear();
        let is_whole = parser.read(bytes, Framing::Line, &[], |json, _| {
            let Some(json) = json else { return false };
            if removed.iter().any(|finding| is_asked(json, &finding.pointer)) {
                return false;
            }
            // A data set of prompts has no system prompts, and a model is to be asked as it was trained.
            let record = Record::new(from, bytes, json, texts);
            for text in &record.texts().list {
                if text.speaker == Some(Speaker::System) && text.name != TextName::Tools {
                    escape_into(text.text, system);
                    system.extend_from_slice(br"\n\n");
                }
            }
            true
        });
        if !is_whole {
            return Ok(false);
        }
        if !system.is_empty() {
            if !out.starts_with(PROMPT) {
                return Ok(false);
            }
            out.splice(PROMPT.len()..PROMPT.len(), system.iter().copied());
        }
        if let Some(category) = category.filter(|_| self.adds_category()) {
            out.pop();
            out.extend_from_slice(br#","category":""#);
            escape_into(category, out);
            out.extend_from_slice(br#""}"#);
        }
        Ok(true)
    }
}

/// Whether what was removed at a place is a part of what the model is asked, or of its answer: anything of a message or
/// of tools, but for a system prompt, which is put back.
fn is_asked(record: Json<'_>, pointer: &str) -> bool {
    let Some(rest) = pointer.strip_prefix("/messages/") else { return pointer.starts_with("/tool") };
    let Some((nth, "content")) = rest.split_once('/') else { return true };
    let role = record.get("messages").and_then(|messages| messages.at(&[nth.to_owned(), "role".to_owned()]));
    let role = role.map(Json::value);
    !matches!(role, Some(Value::String("system" | "developer")))
}
