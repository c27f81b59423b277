//! `calibrate`: texts whose true counts are known, counted by an encoding.

use bedload_record::json::Framing;
use bedload_record::{Json, Parser, Value};
use bedload_scan::{Inputs, Line, ScanOptions, visit};
use bedload_stages::tokens::{Calibration, Counter, Pair, Tokenizer};

use crate::run::error::EngineError;
use crate::run::progress::{Phase, Progress};
use crate::scan::rules::framing;

/// Beyond this a double no longer holds every whole number.
const WHOLE_MAX: u64 = 1 << 53;

/// Counts the texts of all pairs, and compares. Memory is 16 bytes a pair.
///
/// # Errors
/// Where inputs cannot be read, a line is not a pair, there are no pairs, or the encoding is unknown.
pub fn calibrate(
    inputs: &Inputs,
    tokenizer: &Tokenizer,
    options: &ScanOptions,
    progress: &Progress,
) -> Result<Calibration, EngineError> {
    progress.enter(Phase::Scan);
    inputs.refuse_foreign()?;
    let mut pairs: Vec<Pair> = Vec::new();
    let mut lines_before = vec![0u64; inputs.len()];
    visit(
        inputs,
        options,
        &progress.watch,
        || (Parser::default(), tokenizer.counter()),
        |(parser, counter), chunk| {
            let mut read = Vec::new();
            for (nth, line) in chunk.lines().enumerate() {
                match pair(parser, counter, &line, framing(inputs, chunk.at.input)) {
                    Ok(pair) => read.push(pair),
                    Err(problem) => return Err((nth as u64 + 1, problem)),
                }
            }
            Ok(read)
        },
        |at, read: Result<Vec<Pair>, (u64, String)>| {
            let before = &mut lines_before[at.input.index()];
            let read = read.map_err(|(nth, problem)| {
                let (name, line) = (inputs.get(at.input).name(), *before + nth);
                let noun = framing(inputs, at.input).noun();
                let hint = format!(
                    "each {noun} must be {{\"text\": \"…\", \"tokens\": N}} or \
                     {{\"prompt\": \"…\", \"completion\": \"…\", \"tokens\": N}}"
                );
                EngineError::Usage(format!("{name}:{line}: {problem}\nhint: {hint}"))
            })?;
            *before += read.len() as u64;
            progress.add(read.len() as u64, 0);
            pairs.extend(read);
            Ok::<(), EngineError>(())
        },
    )?;
    inputs.check_unchanged()?;
    Calibration::of(&pairs).ok_or_else(|| EngineError::Usage("the input contains no pairs".to_owned()))
}

/// The pair of a line; on failure what is wrong with it, without its text.
fn pair(
    parser: &mut Parser,
    counter: &mut Counter,
    line: &Line<'_>,
    framing: Framing,
) -> Result<Pair, String> {
    let noun = framing.noun();
    let bytes = line.bytes.ok_or_else(|| format!("the {noun} has {} bytes, which is too long", line.len))?;
    parser.read(bytes, framing, &[], |json, flaws| {
        let json = json.ok_or_else(|| {
            flaws
                .into_iter()
                .next()
                .map_or("not JSON".to_owned(), |flaw| format!("{}: {}", flaw.code, flaw.message))
        })?;
        let whole = |value: Json<'_>| match value.value() {
            Value::Number(number) => number.whole().filter(|n| (1..=WHOLE_MAX).contains(n)),
            _ => None,
        };
        let truth = match json.get("tokens").map(whole) {
            Some(Some(truth)) => truth,
            Some(None) => return Err("`tokens` must be a whole number of 1 or more".to_owned()),
            None => return Err("`tokens` is missing".to_owned()),
        };
        let keys: &[&str] = match json.get("text") {
            Some(_) => &["text"],
            None => &["prompt", "completion"],
        };
        let mut ours = 0;
        for key in keys {
            let text = match json.get(key).map(Json::value) {
                Some(Value::String(text)) => text,
                Some(other) => return Err(format!("`{key}` must be a string, not {}", other.type_name())),
                None if keys.len() == 1
                    || json.get("completion").is_some()
                    || json.get("prompt").is_some() =>
                {
                    return Err(format!("`{key}` is missing"));
                }
                None => return Err("`text` is missing".to_owned()),
            };
            ours += counter.count(text).map_err(|error| error.to_string())?;
        }
        if ours == 0 { Err("there is no text".to_owned()) } else { Ok(Pair { truth, ours }) }
    })
}
