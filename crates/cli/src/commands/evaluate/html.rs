//! The scores as a page: names as they may be shown, and nothing of how it looks.

use bedload_engine::{
    ClassLine, ComparedLine, Comparison, Evaluated, Evaluation, Interval, Outcome, ScoreLine, Scores,
    TextScores, TwoModels,
};
use bedload_record::plural::{agree, part_of, plural};
use bedload_scan::Inputs;

use super::Names;
use super::page::{full_label, title, words};

/// What the page shows.
pub(super) fn page(
    evaluated: &Evaluated,
    inputs: &Inputs,
    against: Option<&Inputs>,
    names: Names,
) -> Evaluation {
    let mut page = Evaluation {
        title: title(inputs),
        task: evaluated.outcome.task().name().to_owned(),
        lines: [evaluated.lines, evaluated.scored],
        ..Evaluation::default()
    };
    let rejected = evaluated.lines - evaluated.scored;
    if rejected > 0 {
        page.notes.push(format!(
            "Not scored because of errors: {}.",
            part_of(rejected, evaluated.lines, "line", "lines")
        ));
    }
    if evaluated.scored == 0 {
        return page;
    }
    match &evaluated.outcome {
        Outcome::Classification(of) => {
            let intervals = of.intervals.as_ref().map(|all| &all[..]);
            page.scores = scores(&Scores::NAMES, &of.scores.values(), intervals);
            let line = |(number, class): (usize, &bedload_engine::Class)| ClassLine {
                name: full_label(number, class, names),
                records: [class.scores.support, class.scores.predicted],
                scores: [class.scores.precision, class.scores.recall, class.scores.f1],
            };
            page.classes = (1..).zip(&of.classes).map(line).collect();
            page.confusion.clone_from(&of.confusion);
            if of.near_misses > 0 {
                page.notes.push(format!(
                    "{} {} from the reference only in case or white space; --normalize accepts {}.",
                    plural(of.near_misses, "wrong prediction", "wrong predictions"),
                    agree(of.near_misses, "differs", "differ"),
                    agree(of.near_misses, "it", "them")
                ));
            }
            if !names.references {
                page.notes.push("Label names are hidden; --show-content shows them.".to_owned());
            }
        }
        Outcome::Generation(of) => {
            let intervals = of.intervals.as_ref().map(|all| &all[..]);
            page.scores = scores(&TextScores::NAMES, &of.means, intervals);
        }
    }
    page.comparison = evaluated.comparison.as_ref().zip(against).map(|(of, against)| compared(of, against));
    page
}

fn scores(names: &[&str], values: &[f64], intervals: Option<&[Interval]>) -> Vec<ScoreLine> {
    let line = |(nth, (name, value)): (usize, (&&str, &f64))| ScoreLine {
        name: words(name),
        value: *value,
        interval: intervals.map(|all| (all[nth].low, all[nth].high)),
    };
    names.iter().zip(values).enumerate().map(line).collect()
}

fn compared(of: &Comparison, against: &Inputs) -> TwoModels {
    let lines = of.scores.iter().map(|score| ComparedLine {
        name: words(score.name),
        values: [score.value, score.against],
        interval: score.difference.map(|difference| (difference.interval.low, difference.interval.high)),
        p: score.p(),
    });
    TwoModels { title: title(against), matched: of.matched, scores: lines.collect() }
}
