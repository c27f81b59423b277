//! Evaluation data: read before the scan, and what each record has in common with it.

use std::ffi::OsString;
use std::path::Path;

use bedload_bedrock::{Format, Record, TextBuffer};
use bedload_record::plural::{agree, count, part_of, plural};
use bedload_record::{At, Code, Finding, Findings, InputId, Json, Locator, Parser, Value};
use bedload_scan::{DiscoverOptions, Inputs, Watch, discover, visit};
use bedload_stages::contamination::{
    ContaminationConfig, EvalChunk, EvalSet, Hits, Index, Match, Matcher, WORDS_MIN, find_text, word_start,
};

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::resolve::look_at_all;
use crate::scan::rules::framing;

/// The evaluation data of a run.
pub(crate) struct EvalSets {
    index: Index,
    /// The files, in the order of the index.
    names: Vec<String>,
    /// The same by set, each with its lines.
    files: Vec<(Inputs, Vec<u64>)>,
    /// Lines that have no text to compare.
    n_textless: u64,
    hits: Hits,
}

/// What a record has in common with an evaluation record, and where.
pub(crate) struct Shared {
    pub(crate) found: Match,
    /// Where the text with the first word of it is in the record.
    pub(crate) pointer: String,
    /// Where that word begins in the text, in bytes.
    pub(crate) offset: usize,
}

/// What one chunk of evaluation data leaves.
#[derive(Default)]
struct Read {
    lines: u64,
    records: EvalChunk,
    n_textless: u64,
}

impl EvalSets {
    /// Reads the evaluation data; none where there is none.
    ///
    /// # Errors
    /// Where it cannot be read, its texts are not known, or nothing in it can be compared.
    pub(crate) fn read(settings: &Settings, watch: &Watch) -> Result<Option<Self>, EngineError> {
        let config = &settings.stages.contamination;
        if !config.runs() {
            return Ok(None);
        }
        let (mut names, mut files, mut chunks, mut n_textless) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for set in &config.sets {
            let inputs = inputs_of(set)?;
            let formats = formats(set, &inputs)?;
            let first = chunks.len();
            let mut lines = vec![0u64; inputs.len()];
            chunks.resize_with(first + inputs.len(), EvalChunk::default);
            names.extend(inputs.iter().map(|input| input.name().to_owned()));
            visit(
                &inputs,
                &settings.scan,
                &watch.apart(),
                || (Parser::default(), TextBuffer::default()),
                |(parser, texts), chunk| {
                    let input = chunk.at.input;
                    let mut read = Read::default();
                    for line in chunk.lines() {
                        read.lines += 1;
                        let bytes = line.bytes.unwrap_or_default();
                        let has_text = parser.read(bytes, framing(&inputs, input), &[], |json, _| {
                            json.is_some_and(|json| {
                                push(set, formats[input.index()], (bytes, json), texts, &mut read)
                            })
                        });
                        read.n_textless += u64::from(!has_text);
                    }
                    read
                },
                |at, read: Read| {
                    let lines = &mut lines[at.input.index()];
                    chunks[first + at.input.index()].append(*lines, &read.records);
                    *lines += read.lines;
                    n_textless += read.n_textless;
                    Ok::<(), EngineError>(())
                },
            )?;
            inputs.check_unchanged()?;
            files.push((inputs, lines));
        }
        let index = Index::new(chunks, config);
        if index.n_read() == index.n_short() {
            let sets: Vec<String> = config.sets.iter().map(EvalSet::to_string).collect();
            return Err(EngineError::Usage(format!(
                "--eval-set {}: no record has a text of at least {WORDS_MIN} words to compare\nhint: name the field of the text, e.g. FILE:/question",
                sets.join(", ")
            )));
        }
        Ok(Some(Self { index, names, files, n_textless, hits: config.hits }))
    }

    /// The files of each set, with the lines of each.
    pub(crate) fn files(&self) -> &[(Inputs, Vec<u64>)] {
        &self.files
    }

    /// What looks for one record after the other.
    pub(crate) fn matcher(&self) -> Matcher<'_> {
        Matcher::new(&self.index)
    }

    /// The evaluation file and line of a match.
    pub(crate) fn place(&self, found: &Match) -> (&str, u64) {
        let record = self.index.record(found.record);
        (&self.names[record.file], record.line)
    }

    /// Adds what a record has in common with the evaluation data.
    pub(crate) fn check(
        &self,
        matcher: &mut Matcher<'_>,
        record: &Record<'_>,
        known_keys: &[&str],
        findings: &mut Findings,
    ) {
        let texts = &record.texts().list;
        let matches = matcher.find(texts.iter().map(|text| text.text));
        // Of several as long, the first.
        let Some(longest) = matches.iter().rev().max_by_key(|found| found.words) else { return };
        let code = match self.hits {
            Hits::Flag | Hits::Fail => Code::ContaminationMatch,
            Hits::Drop => Code::ContaminationDropped,
        };
        findings.add(code, || {
            let (file, line) = self.place(longest);
            let words = plural(longest.words as u64, "word", "words");
            let percent = (longest.coverage() * 100.0).round();
            let more = match matches.len() as u64 - 1 {
                0 => String::new(),
                more => {
                    format!(
                        "; it also shares text with {}",
                        plural(more, "other evaluation record", "other evaluation records")
                    )
                }
            };
            let message = format!(
                "shares {words} in a row with {file}:{line}, and {percent} % of its words in all{more}"
            );
            let mut locator = Locator::new(record.raw);
            let mut detail = None;
            find_text(record.json, texts[longest.text].text, known_keys, &mut |at: &At<'_>| {
                detail = Some(at.detail(&mut locator, message.clone()));
            });
            detail.unwrap_or_else(|| (String::new(), 0, message).into())
        });
    }

    /// All that a record has in common with the evaluation data, with its place.
    pub(crate) fn shared(matcher: &mut Matcher<'_>, record: &Record<'_>, known_keys: &[&str]) -> Vec<Shared> {
        let texts = &record.texts().list;
        let matches = matcher.find(texts.iter().map(|text| text.text));
        let shared = |&found: &Match| {
            let text = texts[found.text].text;
            let mut pointer = String::new();
            find_text(record.json, text, known_keys, &mut |at: &At<'_>| pointer = at.pointer());
            Shared { found, pointer, offset: word_start(text, found.word).unwrap_or(0) }
        };
        matches.iter().map(shared).collect()
    }

    /// What there is to be said of the evaluation data itself.
    pub(crate) fn findings(&self, config: &ContaminationConfig) -> Vec<Finding> {
        let mut findings = Vec::new();
        let n_short = self.index.n_short();
        let left_out = self.n_textless + n_short;
        if left_out > 0 {
            let of = self.index.n_read() + self.n_textless;
            let mut why = Vec::new();
            if self.n_textless > 0 {
                why.push(format!("{} no text", counted(self.n_textless, "has", "have")));
            }
            if n_short > 0 {
                why.push(format!("{} fewer than {WORDS_MIN} words", counted(n_short, "has", "have")));
            }
            let part = part_of(left_out, of, "evaluation record", "evaluation records");
            let verb = agree(left_out, "is", "are");
            let message = format!("{part} {verb} not compared: {}", why.join(", "));
            findings.push(Finding::dataset(Code::ContaminationUncompared, message));
        }
        if self.index.n_common() > 0 {
            let message = format!(
                "{} of {} words, each in more than {} evaluation records, {} as forms of the test and no match",
                plural(self.index.n_common(), "run", "runs"),
                config.ngram,
                config.common,
                agree(self.index.n_common(), "counts", "count"),
            );
            findings.push(Finding::dataset(Code::ContaminationCommon, message));
        }
        findings
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), agree(n, one, many))
}

/// The finding where no record may have anything in common with evaluation data, and some have.
pub(crate) fn judge_found(n: u64, records: u64, config: &ContaminationConfig) -> Option<Finding> {
    (config.runs() && config.hits == Hits::Fail && n > 0).then(|| {
        let part = part_of(n, records, "record", "records");
        let verb = agree(n, "shares", "share");
        let message =
            format!("{part} {verb} text with evaluation data, which --eval-hits fail does not allow");
        Finding::dataset(Code::ContaminationFound, message)
    })
}

/// The files of a set.
pub(crate) fn inputs_of(set: &EvalSet) -> Result<Inputs, EngineError> {
    let path = OsString::from(&set.path);
    let written = path.to_str().filter(|_| set.pointer.is_none() && !set.path.exists());
    if let Some((file, field)) = written.and_then(|written| written.rsplit_once(':'))
        && !field.is_empty()
        && Path::new(file).exists()
    {
        return Err(EngineError::Usage(format!(
            "--eval-set {file}:{field}: `{field}` is not a JSON Pointer\nhint: write {file}:/{field}"
        )));
    }
    let inputs = discover(&[path], &DiscoverOptions::default())?;
    inputs.refuse_foreign()?;
    if let Some(input) = inputs.iter().find(|input| input.is_once()) {
        return Err(EngineError::Usage(format!(
            "--eval-set {}: evaluation data is read from files\nhint: save it to a file first",
            input.name()
        )));
    }
    Ok(inputs)
}

/// The format of each file, where texts are found by it.
fn formats(set: &EvalSet, inputs: &Inputs) -> Result<Vec<Option<&'static Format>>, EngineError> {
    if set.pointer.is_some() {
        return Ok(vec![None; inputs.len()]);
    }
    let looks = look_at_all(inputs, &[], None)?;
    let format = |(input, look): (InputId, bedload_bedrock::Detection)| match look.format {
        None if look.records > 0 => Err(EngineError::Usage(format!(
            "--eval-set {}: its records are in no known format\nhint: name the field of the text, e.g. {}:/question",
            inputs.get(input).name(),
            inputs.get(input).name()
        ))),
        format => Ok(format),
    };
    inputs.ids().zip(looks).map(format).collect()
}

/// Adds the record in a line; returns false where it has no text.
fn push(
    set: &EvalSet,
    format: Option<&'static Format>,
    (line, json): (&[u8], Json<'_>),
    buffer: &TextBuffer,
    read: &mut Read,
) -> bool {
    let mut texts = Vec::new();
    if set.pointer.is_some() {
        json.at(&set.steps).into_iter().for_each(|value| strings(value, &mut texts));
    } else if let Some(format) = format {
        let record = Record::new(format, line, json, buffer);
        texts.extend(record.texts().list.iter().map(|text| text.text));
    }
    if texts.iter().all(|text| text.trim().is_empty()) {
        return false;
    }
    read.records.push(read.lines, texts.into_iter());
    true
}

/// All strings in a value.
fn strings<'t>(value: Json<'t>, texts: &mut Vec<&'t str>) {
    match value.value() {
        Value::String(text) => texts.push(text),
        Value::Array(elements) => elements.for_each(|element| strings(element, texts)),
        Value::Object(members) => members.for_each(|(_, value)| strings(value, texts)),
        _ => {}
    }
}
