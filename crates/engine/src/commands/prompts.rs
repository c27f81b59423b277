//! The prompts of an evaluation: what a model is to be asked, and what is right, from records of any format with both.

mod question;

use bedload_bedrock::{Format, Record, TextBuffer};
use bedload_record::Parser;
use bedload_scan::{Inputs, ScanOptions, visit};
use bedload_stages::tokens::{Counter, Tokenizer};

use crate::run::error::EngineError;
use crate::run::progress::{Phase, Progress};
use crate::scan::resolve::detected;
use crate::scan::rules::framing;

pub use question::{Prompt, Role, Turn};

use question::Unaskable;

/// How prompts are read.
#[derive(Debug)]
pub struct PromptSettings<'a> {
    /// The format of the records; detected where it is not known.
    pub format: Option<&'static Format>,
    /// A system prompt in place of those of the records.
    pub system: Option<&'a str>,
    /// The most prompts, the first ones.
    pub limit: Option<u64>,
    /// What counts the tokens.
    pub tokenizer: &'a Tokenizer,
    /// How inputs are read.
    pub scan: ScanOptions,
}

/// The prompts of a run.
#[derive(Debug)]
pub struct Prompts {
    /// In input order.
    pub list: Vec<Prompt>,
    /// Records that hold images, documents, videos or tools, which are not asked.
    pub with_media: u64,
    /// Records without an answer to compare with.
    pub without_reference: u64,
    /// The format of the records.
    pub format: &'static Format,
}

/// Reads the prompts. They are all kept in memory, with their references.
///
/// # Errors
/// Where inputs cannot be read, a line is not JSON, the records are in no known format or in one without prompts and
/// references, and where no prompt is left.
pub fn prompts(
    inputs: &Inputs,
    settings: &PromptSettings<'_>,
    progress: &Progress,
) -> Result<Prompts, EngineError> {
    progress.enter(Phase::Scan);
    inputs.refuse_foreign()?;
    let usage = |message: String| EngineError::Usage(message);
    let format = match settings.format {
        Some(format) => format,
        None => detected(inputs)?
            .ok_or_else(|| usage("the format of the prompts could not be detected".to_owned()))?,
    };
    if !question::has_prompts(format) {
        return Err(usage(format!(
            "{} records have no prompts with references\nhint: --prompts names a file of {{\"prompt\", \"referenceResponse\"}}",
            format.name
        )));
    }
    let mut out = Prompts { list: Vec::new(), with_media: 0, without_reference: 0, format };
    let mut lines_before = vec![0u64; inputs.len()];
    visit(
        inputs,
        &settings.scan,
        &progress.watch,
        || Reader {
            parser: Parser::default(),
            counter: settings.tokenizer.counter(),
            texts: TextBuffer::default(),
        },
        |reader, chunk| {
            let mut read = Vec::new();
            for (line, nth) in chunk.lines().zip(1..) {
                let noun = framing(inputs, chunk.at.input).noun();
                let Some(bytes) = line.bytes else {
                    return Err((nth, format!("the {noun} has {} bytes, which is too long", line.len)));
                };
                let framing = framing(inputs, chunk.at.input);
                let asked = reader.parser.read(bytes, framing, &[], |json, flaws| match json {
                    Some(json) => {
                        let record = Record::new(format, bytes, json, &reader.texts);
                        Ok(question::of(&record, settings.system))
                    }
                    None => Err(flaws.into_iter().next().map_or_else(
                        || "not JSON".to_owned(),
                        |flaw| format!("{}: {}", flaw.code, flaw.message),
                    )),
                });
                read.push(match asked.map_err(|problem| (nth, problem))? {
                    Ok(prompt) => Ok(reader.counted(prompt).map_err(|problem| (nth, problem))?),
                    Err(why) => Err(why),
                });
            }
            Ok(read)
        },
        |at, read: Result<Vec<Result<Prompt, Unaskable>>, (u64, String)>| {
            let before = &mut lines_before[at.input.index()];
            let read = read.map_err(|(nth, problem)| {
                usage(format!("{}:{}: {problem}", inputs.get(at.input).name(), *before + nth))
            })?;
            *before += read.len() as u64;
            progress.add(read.len() as u64, 0);
            for prompt in read {
                match prompt {
                    Ok(prompt) => out.list.push(prompt),
                    Err(Unaskable::Media) => out.with_media += 1,
                    Err(Unaskable::NoReference) => out.without_reference += 1,
                }
            }
            Ok::<(), EngineError>(())
        },
    )?;
    inputs.check_unchanged()?;
    if let Some(limit) = settings.limit {
        out.list.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    if out.list.is_empty() {
        return Err(usage("the input contains no prompt with a reference".to_owned()));
    }
    Ok(out)
}

/// Reads lines of one worker.
struct Reader {
    parser: Parser,
    counter: Counter,
    texts: TextBuffer,
}

impl Reader {
    /// The prompt with its tokens.
    fn counted(&mut self, mut prompt: Prompt) -> Result<Prompt, String> {
        let mut count = |text: &str| self.counter.count(text).map_err(|error| error.to_string());
        for text in prompt.system.iter().chain(prompt.turns.iter().map(|turn| &turn.text)) {
            prompt.tokens += count(text)?;
        }
        prompt.reference_tokens = count(&prompt.reference)?;
        Ok(prompt)
    }
}
