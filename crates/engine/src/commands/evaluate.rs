//! `evaluate`: predictions of a model against what is right, and against those of another model.

mod comparison;
mod fields;
mod labels;
mod per_record;
mod predictions;

use std::collections::BTreeMap;

use bedload_metrics::bootstrap::{self, Interval, PackedScores, Resampling};
use bedload_metrics::confusion::{ClassScores, Confusion, Scores};
use bedload_metrics::text::TextScores;
use bedload_record::plural::{agree, count, plural};
use bedload_record::{Code, Finding};
use bedload_scan::{Inputs, ScanOptions};

use crate::run::error::EngineError;
use crate::run::progress::{Phase, Progress};

pub use comparison::{ComparedScore, Comparison};
pub use fields::Fields;
pub use per_record::PerRecord;

use labels::Labels;
use predictions::{Predictions, Wanted};

/// What a model was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// To choose one of several labels.
    Classification,
    /// To write text.
    Generation,
}

impl Task {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Classification => "classification",
            Self::Generation => "generation",
        }
    }
}

/// How predictions are read and scored.
#[derive(Clone, Debug)]
pub struct EvaluateSettings {
    /// The task; without it, the references tell, by the rule by which the balance stage finds labels.
    pub task: Option<Task>,
    /// Where prompt, reference and prediction are.
    pub fields: Fields,
    /// Whether labels are compared without case and extra white space.
    pub normalize: bool,
    /// How intervals are made.
    pub resampling: Resampling,
    /// Whether findings show excerpts.
    pub show_content: bool,
    /// How inputs are read.
    pub scan: ScanOptions,
}

/// How good predictions are.
#[derive(Clone, Debug)]
pub struct Evaluated {
    /// Lines read.
    pub lines: u64,
    /// Lines that were scored. The others have findings.
    pub scored: u64,
    /// The scores of the task.
    pub outcome: Outcome,
    /// How the other model compares.
    pub comparison: Option<Comparison>,
    /// How many findings there are of each code, in both files.
    pub by_code: BTreeMap<Code, u64>,
    /// Notes for the user about how the file of scores was moved into place, a line each.
    pub notes: Vec<String>,
}

/// The scores of a task.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Labels.
    Classification(ClassOutcome),
    /// Texts.
    Generation(TextOutcome),
}

impl Outcome {
    /// The task.
    pub fn task(&self) -> Task {
        match self {
            Self::Classification(_) => Task::Classification,
            Self::Generation(_) => Task::Generation,
        }
    }
}

/// How good predicted labels are.
#[derive(Clone, Debug)]
pub struct ClassOutcome {
    /// The scores of the whole.
    pub scores: Scores,
    /// How sure they are, in the order of [`Scores::NAMES`].
    pub intervals: Option<[Interval; 7]>,
    /// All labels of references and predictions, sorted by text.
    pub classes: Vec<Class>,
    /// How often each reference met each prediction, as places in `classes`, in that order; pairs that never met are
    /// left out.
    pub confusion: Vec<(usize, usize, u64)>,
    /// Wrong predictions that differ from their reference in case and white space alone.
    pub near_misses: u64,
}

/// A label and how well it was predicted.
#[derive(Clone, Debug)]
pub struct Class {
    /// Its text, shortened where it is long; empty where there are too many labels to keep their texts.
    pub name: String,
    /// Whether that is a short line, as labels are, and not the beginning of a text.
    pub is_short: bool,
    /// How well it was predicted.
    pub scores: ClassScores,
}

/// How good generated texts are: means over all records, in the order of [`TextScores::NAMES`].
#[derive(Clone, Copy, Debug)]
pub struct TextOutcome {
    /// The means.
    pub means: [f64; 4],
    /// How sure they are.
    pub intervals: Option<[Interval; 4]>,
}

/// Scores predictions, and compares them with those of another model. Findings go to `sink` in input order.
///
/// Memory is some 50 bytes a prediction, and 200 where generated text is read without the task being named, as it may
/// be labels; 24 more with another model, and 16 for rows that are written.
///
/// # Errors
/// Where inputs cannot be read, changed meanwhile, or have no lines.
pub fn evaluate(
    inputs: &Inputs,
    against: Option<&Inputs>,
    settings: &EvaluateSettings,
    per_record: Option<PerRecord<'_>>,
    progress: &Progress,
    mut sink: impl FnMut(&Finding) -> Result<(), EngineError> + Send,
) -> Result<Evaluated, EngineError> {
    progress.enter(Phase::Scan);
    let mut by_code: BTreeMap<Code, u64> = BTreeMap::new();
    let mut tell = |finding: &Finding| {
        *by_code.entry(finding.code).or_default() += 1;
        sink(finding)
    };
    let all: Vec<&Inputs> = [Some(inputs), against].into_iter().flatten().collect();
    let per_record = per_record.map(|wanted| per_record::Begun::new(wanted, &all, progress)).transpose()?;
    let mut labels = Labels::default();
    let wanted = Wanted { task: settings.task, prompts: against.is_some(), places: per_record.is_some() };
    let mut read = predictions::read(inputs, settings, wanted, &mut labels, progress, &mut tell)?;
    if read.lines == 0 {
        return Err(EngineError::Usage("the input contains no predictions".to_owned()));
    }
    let task = settings.task.unwrap_or_else(|| {
        if labels.are_classes(&read.references) { Task::Classification } else { Task::Generation }
    });
    let wanted = Wanted { task: Some(task), prompts: true, places: false };
    let mut other = match against {
        Some(against) => {
            let other = predictions::read(against, settings, wanted, &mut labels, progress, &mut tell)?;
            if other.lines == 0 {
                return Err(EngineError::Usage("--against: the input contains no predictions".to_owned()));
            }
            Some(other)
        }
        None => None,
    };
    progress.enter(Phase::Plan);
    if task == Task::Classification {
        let moved = labels.sort();
        let all = [Some(&mut read), other.as_mut()].into_iter().flatten();
        for label in all.flat_map(|read| read.references.iter_mut().chain(&mut read.answers)) {
            *label = moved[*label as usize];
        }
    }
    let outcome = match task {
        Task::Classification => Outcome::Classification(classes(&read, &labels, settings.resampling)),
        Task::Generation => Outcome::Generation(texts(&read, settings.resampling)),
    };
    let comparison = other.map(|other| comparison::compare(task, &read, &other, settings.resampling));
    if let Some(comparison) = &comparison {
        if comparison.matched == 0 {
            return Err(EngineError::Usage(
                "--against: no prompt has the same reference in both files, so there is nothing to compare\n\
                 hint: check that both are answers to the same test set"
                    .to_owned(),
            ));
        }
        judge(comparison).iter().try_for_each(&mut tell)?;
    }
    let notes = match per_record {
        Some(begun) => {
            progress.enter(Phase::Write);
            all.iter().try_for_each(|inputs| inputs.check_unchanged())?;
            begun.write(task, inputs, &read, &labels)?
        }
        None => Vec::new(),
    };
    Ok(Evaluated { lines: read.lines, scored: read.scored, outcome, comparison, by_code, notes })
}

fn classes(read: &Predictions, labels: &Labels, how: Resampling) -> ClassOutcome {
    let confusion = Confusion::new(&read.references, &read.answers);
    let scores = confusion.classes();
    let is_used = |scores: &ClassScores| scores.support + scores.predicted > 0;
    // A label that only the other model predicts is none of this one.
    let mut places = vec![0; scores.len()];
    let mut classes = Vec::new();
    for (number, scores) in scores.into_iter().enumerate().filter(|(_, scores)| is_used(scores)) {
        places[number] = classes.len();
        let label = labels.get(number as u32);
        classes.push(Class { name: label.name.clone(), is_short: label.is_short, scores });
    }
    let mut cells: Vec<(usize, usize, u64)> = confusion
        .cells()
        .map(|(cell, n)| (places[cell.reference as usize], places[cell.prediction as usize], n))
        .collect();
    cells.sort_unstable();
    ClassOutcome {
        scores: confusion.scores(),
        intervals: bootstrap::of_classes(&confusion, how),
        classes,
        confusion: cells,
        near_misses: read.near_misses,
    }
}

fn texts(read: &Predictions, how: Resampling) -> TextOutcome {
    let mut packed = PackedScores::default();
    let mut sums = [0.0; TextScores::NAMES.len()];
    for scores in &read.scores {
        packed.push(scores);
        sums.iter_mut().zip(scores.values()).for_each(|(sum, value)| *sum += value);
    }
    let n = read.scores.len().max(1) as f64;
    TextOutcome { means: sums.map(|sum| sum / n), intervals: bootstrap::of_texts(&packed, how) }
}

/// Says what of two files could not be compared.
fn judge(comparison: &Comparison) -> Vec<Finding> {
    let Comparison { matched, unmatched, unmatched_against, other_reference, .. } = *comparison;
    let mut findings = Vec::new();
    if unmatched + unmatched_against > 0 || matched == 0 {
        let message = format!(
            "{} in both files; {} only in the first and {} only in the other, and not compared",
            plural(matched + other_reference, "prompt is", "prompts are"),
            plural(unmatched, "prediction is", "predictions are"),
            count(unmatched_against)
        );
        findings.push(Finding::dataset(Code::EvaluationUnmatched, message));
    }
    if other_reference > 0 {
        let message = format!(
            "{} another reference in each file, and {} not compared",
            plural(other_reference, "prompt has", "prompts have"),
            agree(other_reference, "is", "are")
        );
        findings.push(Finding::dataset(Code::EvaluationOtherReference, message));
    }
    findings
}
