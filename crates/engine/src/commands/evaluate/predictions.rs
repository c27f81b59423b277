//! The predictions of one file or several: read in parallel, and kept as labels, scores and digests. No text of a record
//! is kept but its label.

use bedload_metrics::text::{Scorer, TextScores};
use bedload_record::json::Framing;
use bedload_record::{Code, Finding, InputId};
use bedload_record::{Findings, Json, Parser, Severities, Value};
use bedload_scan::{Chunk, Inputs, KeptChunk, visit};
use bedload_stages::balance::{LABEL_BYTES_MAX, fold};
use twox_hash::{XxHash3_64, XxHash3_128};

use super::labels::Labels;
use super::{EvaluateSettings, Task};
use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::scan::examine::Physical;
use crate::scan::examine::place::{in_order, place_in};
use crate::scan::rules::framing;

/// The most findings that a chunk holds until its turn comes.
const HELD_MAX: usize = 4096;

/// What is read of each line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// What the predictions are scored as; labels and texts both where that is still to be found out.
    pub(super) task: Option<Task>,
    /// Whether digests of prompts are kept, to find them in another file.
    pub(super) prompts: bool,
    /// Whether it is kept where each line is.
    pub(super) places: bool,
}

impl Wanted {
    fn labels(self) -> bool {
        self.task != Some(Task::Generation)
    }

    fn texts(self) -> bool {
        self.task != Some(Task::Classification)
    }
}

/// Where a prediction stands: in which input, and on which line, from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct LinePlace {
    pub(super) input: InputId,
    pub(super) line: u64,
}

/// The usable lines, by column; those that are not wanted are empty.
#[derive(Debug, Default)]
pub(super) struct Predictions {
    /// How many lines were read.
    pub(super) lines: u64,
    /// How many of them have a reference and a prediction.
    pub(super) scored: u64,
    pub(super) references: Vec<u32>,
    pub(super) answers: Vec<u32>,
    pub(super) scores: Vec<TextScores>,
    pub(super) prompts: Vec<u128>,
    /// What is right, as a digest: the same prompt may have another reference elsewhere.
    pub(super) truths: Vec<u64>,
    pub(super) places: Vec<LinePlace>,
    /// Predictions that differ from their reference in case and white space alone.
    pub(super) near_misses: u64,
}

/// One usable line.
struct Row {
    line: u64,
    labels: [u32; 2],
    scores: TextScores,
    prompt: u128,
    truth: u64,
    is_near_miss: bool,
}

/// What a chunk leaves.
#[derive(Default)]
struct ChunkRead {
    lines: u64,
    rows: Vec<Row>,
    labels: Labels,
    findings: Vec<Finding>,
    /// In place of too many findings to be held: the chunk, to be looked at again when its turn comes.
    again: Option<KeptChunk>,
}

/// Reads a line.
struct Reader<'s> {
    settings: &'s EvaluateSettings,
    wanted: Wanted,
    parser: Parser,
    scorer: Scorer,
    scratch: Vec<u8>,
}

/// Reads all predictions; findings go to `sink` in input order.
pub(super) fn read(
    inputs: &Inputs,
    settings: &EvaluateSettings,
    wanted: Wanted,
    labels: &mut Labels,
    progress: &Progress,
    mut sink: impl FnMut(&Finding) -> Result<(), EngineError> + Send,
) -> Result<Predictions, EngineError> {
    inputs.refuse_foreign()?;
    let mut all = Predictions::default();
    let mut lines_before = vec![0u64; inputs.len()];
    let reader = || Reader {
        settings,
        wanted,
        parser: Parser::default(),
        scorer: Scorer::default(),
        scratch: Vec::new(),
    };
    let mut again = None;
    visit(
        inputs,
        &settings.scan,
        &progress.watch,
        reader,
        |reader, chunk| read_chunk(reader, inputs, chunk),
        |at, chunk: ChunkRead| {
            let before = &mut lines_before[at.input.index()];
            let mut show = |mut finding: Finding| {
                finding.line = finding.line.map(|line| line + *before);
                finding.record = finding.record.map(|record| record + *before);
                sink(&finding)
            };
            chunk.findings.into_iter().try_for_each(&mut show)?;
            if let Some(kept) = &chunk.again {
                let reader = again.get_or_insert_with(reader);
                let kept = kept.chunk();
                for (line, number) in kept.lines().zip(1..) {
                    progress.watch.check()?;
                    let mut findings = Findings::in_full();
                    let line = Physical::of(at.input, &line);
                    reader.row(&line, framing(inputs, at.input), &mut Labels::default(), &mut findings);
                    reader.place(inputs, &line, number, &mut findings).into_iter().try_for_each(&mut show)?;
                }
            }
            let numbers = labels.absorb(chunk.labels);
            let n_rows = chunk.rows.len() as u64;
            progress.add(chunk.lines, chunk.lines - n_rows);
            for row in chunk.rows {
                if wanted.labels() {
                    let [reference, prediction] = row.labels.map(|label| numbers[label as usize]);
                    all.references.push(reference);
                    all.answers.push(prediction);
                }
                if wanted.texts() {
                    all.scores.push(row.scores);
                }
                if wanted.prompts {
                    all.prompts.push(row.prompt);
                    all.truths.push(row.truth);
                }
                if wanted.places {
                    all.places.push(LinePlace { input: at.input, line: *before + row.line });
                }
                all.near_misses += u64::from(row.is_near_miss);
            }
            all.scored += n_rows;
            all.lines += chunk.lines;
            *before += chunk.lines;
            Ok::<(), EngineError>(())
        },
    )?;
    inputs.check_unchanged()?;
    Ok(all)
}

fn read_chunk(reader: &mut Reader<'_>, inputs: &Inputs, chunk: &Chunk<'_>) -> ChunkRead {
    let mut out = ChunkRead::default();
    let mut findings = Findings::in_full();
    for line in chunk.lines() {
        out.lines += 1;
        findings.next_record();
        let line = Physical::of(chunk.at.input, &line);
        let row = reader.row(&line, framing(inputs, chunk.at.input), &mut out.labels, &mut findings);
        out.rows.extend(row.map(|row| Row { line: out.lines, ..row }));
        if findings.codes().is_empty() || out.again.is_some() {
            continue;
        }
        out.findings.extend(reader.place(inputs, &line, out.lines, &mut findings));
        if out.findings.len() > HELD_MAX {
            out.findings = Vec::new();
            out.again = Some(chunk.keep());
        }
    }
    out
}

impl Reader<'_> {
    /// The row of a line; none where something is wrong with it.
    fn row(
        &mut self,
        line: &Physical<'_>,
        framing: Framing,
        labels: &mut Labels,
        findings: &mut Findings,
    ) -> Option<Row> {
        let Self { settings, wanted, parser, scorer, scratch } = self;
        let Some(bytes) = line.bytes else {
            findings.add(Code::LimitRecordBytes, || {
                let message = format!("the {} has {} bytes, which is too long", framing.noun(), line.len);
                (String::new(), 0, message)
            });
            return None;
        };
        parser.read(bytes, framing, &[], |json, flaws| {
            for flaw in flaws {
                findings.add(flaw.code, || (flaw.pointer, flaw.offset as u64, flaw.message));
            }
            let (json, at) = (json?, (bytes, framing));
            let fields = &settings.fields;
            let reference = fields.reference.text(json, at, findings);
            let prediction = fields.prediction.text(json, at, findings);
            let prompt = wanted.prompts.then(|| fields.prompt.any(json, findings));
            if Severities::default().rejects(findings.codes()) {
                return None;
            }
            let (reference, prediction) = (reference?, prediction?);
            let prompt = match prompt {
                Some(prompt) => {
                    scratch.clear();
                    write_value(prompt?, scratch);
                    XxHash3_128::oneshot(scratch)
                }
                None => 0,
            };
            let mut row = Row {
                line: 0,
                labels: [0; 2],
                scores: TextScores::default(),
                prompt,
                truth: 0,
                is_near_miss: false,
            };
            if wanted.texts() {
                row.scores = scorer.score(&reference, &prediction);
            }
            if settings.normalize {
                let folded = [fold(&reference), fold(&prediction)];
                row.truth = XxHash3_64::oneshot(folded[0].as_bytes());
                if wanted.labels() {
                    row.labels = folded.map(|label| labels.number(&label));
                }
                return Some(row);
            }
            row.truth = XxHash3_64::oneshot(reference.as_bytes());
            if wanted.labels() {
                row.labels = [labels.number(&reference), labels.number(&prediction)];
                row.is_near_miss = reference != prediction
                    && reference.len().max(prediction.len()) <= LABEL_BYTES_MAX
                    && fold(&reference) == fold(&prediction);
            }
            Some(row)
        })
    }

    /// What was found in a line, with its place.
    fn place(
        &self,
        inputs: &Inputs,
        line: &Physical<'_>,
        number: u64,
        findings: &mut Findings,
    ) -> Vec<Finding> {
        let Some(input) = line.input else { return Vec::new() };
        let shown = self.settings.show_content.then(|| framing(inputs, input));
        let name = inputs.get(input).name();
        place_in(in_order(findings), Severities::default(), shown, name, number, line)
    }
}

/// The value so that equal ones, and only those, have the same bytes; members stand in the order of the line.
fn write_value(json: Json<'_>, out: &mut Vec<u8>) {
    let mut text = |kind: u8, text: &str| {
        out.push(kind);
        out.extend_from_slice(&(text.len() as u64).to_le_bytes());
        out.extend_from_slice(text.as_bytes());
    };
    match json.value() {
        Value::Null => out.push(b'n'),
        Value::Bool(value) => out.push(if value { b't' } else { b'f' }),
        Value::Number(number) => text(b'#', &number.to_string()),
        Value::String(value) => text(b's', value),
        Value::Array(elements) => {
            out.push(b'[');
            elements.for_each(|element| write_value(element, out));
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (key, value) in members {
                out.extend_from_slice(&(key.len() as u64).to_le_bytes());
                out.extend_from_slice(key.as_bytes());
                write_value(value, out);
            }
            out.push(b'}');
        }
    }
}
