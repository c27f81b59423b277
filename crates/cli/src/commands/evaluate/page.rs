//! The scores as text for people, 80 columns wide.

use std::cmp::Reverse;
use std::fmt::Write;

use bedload_engine::{
    Class, ClassOutcome, ComparedScore, Comparison, Evaluated, Interval, Outcome, Scores, TextScores,
};
use bedload_record::plural::{agree, count, plural};
use bedload_scan::Inputs;

use super::{Names, class_name};
use crate::escape::escape;

/// Characters of a label that are shown.
const LABEL_CHARS: usize = 18;
/// Classes that are listed.
const CLASSES_SHOWN: usize = 40;
/// Pairs that are listed where a matrix would be too wide.
const PAIRS_SHOWN: usize = 15;
const WIDTH: usize = 80;

/// Everything that was scored and compared.
pub(super) fn page(
    evaluated: &Evaluated,
    inputs: &Inputs,
    against: Option<&Inputs>,
    is_detected: bool,
    names: Names,
) -> String {
    let mut out = String::new();
    let task = evaluated.outcome.task().name();
    let detected = if is_detected { " (detected)" } else { "" };
    let heading = match evaluated.scored {
        0 => "no prediction can be scored".to_owned(),
        n => format!("{} scored as {task}{detected}", plural(n, "prediction", "predictions")),
    };
    let _ = writeln!(out, "{}: {heading}", escape(&title(inputs)));
    let rejected = evaluated.lines - evaluated.scored;
    if rejected > 0 {
        let lines = plural(rejected, "line", "lines");
        let has = agree(rejected, "has", "have");
        let _ = writeln!(out, "not scored: {lines} of {}, which {has} errors", count(evaluated.lines));
    }
    if evaluated.scored == 0 {
        return out;
    }
    match &evaluated.outcome {
        Outcome::Classification(classes) => {
            let intervals = classes.intervals.as_ref().map(|all| &all[..]);
            scores(&mut out, &Scores::NAMES, &classes.scores.values(), intervals);
            by_class(&mut out, classes, names);
            confusion(&mut out, classes, names);
            notes(&mut out, classes, names);
        }
        Outcome::Generation(texts) => {
            let intervals = texts.intervals.as_ref().map(|all| &all[..]);
            scores(&mut out, &TextScores::NAMES, &texts.means, intervals);
        }
    }
    if let (Some(comparison), Some(against)) = (&evaluated.comparison, against) {
        compared(&mut out, comparison, &title(against));
    }
    out
}

/// What the inputs are called in a heading.
pub(super) fn title(inputs: &Inputs) -> String {
    let mut all = inputs.into_iter();
    match (all.next(), inputs.len()) {
        (Some(only), 1) => only.name().to_owned(),
        (_, n) => plural(n as u64, "file", "files"),
    }
}

/// The name of a score in text.
pub(super) fn words(name: &str) -> String {
    name.replace('_', " ").replace("f1", "F1").replace("rouge l", "ROUGE-L")
}

fn scores(out: &mut String, names: &[&str], values: &[f64], intervals: Option<&[Interval]>) {
    let head = if intervals.is_some() { "   95 % interval" } else { "" };
    let _ = writeln!(out, "\n{:24}{:>8}{head}", "", "score");
    for (n, (name, value)) in names.iter().zip(values).enumerate() {
        let interval = intervals.map(|all| format!("   {:.4} to {:.4}", all[n].low, all[n].high));
        let _ = writeln!(out, "  {:22}{value:8.4}{}", words(name), interval.unwrap_or_default());
    }
}

/// A class as it is shown where there is room.
pub(super) fn full_label(number: usize, class: &Class, names: Names) -> String {
    match class_name(class, names) {
        Some(name) if name.trim().is_empty() => format!("{name:?}"),
        Some(name) => escape(name).into_owned(),
        None if class.scores.support == 0 => "(no reference)".to_owned(),
        None => format!("class {number}"),
    }
}

/// The same in a column.
fn label(number: usize, class: &Class, names: Names) -> String {
    let text = full_label(number, class, names);
    if text.chars().count() <= LABEL_CHARS {
        return text;
    }
    text.chars().take(LABEL_CHARS - 1).chain(['…']).collect()
}

fn by_class(out: &mut String, outcome: &ClassOutcome, names: Names) {
    let mut order: Vec<usize> = (0..outcome.classes.len()).collect();
    let is_large = order.len() > CLASSES_SHOWN;
    if is_large {
        order.sort_by_key(|&at| Reverse(outcome.classes[at].scores.support));
    }
    let _ = writeln!(
        out,
        "\n       {:LABEL_CHARS$}{:>10}{:>11}{:>11}{:>9}{:>9}",
        "class", "records", "predicted", "precision", "recall", "F1"
    );
    for &at in order.iter().take(CLASSES_SHOWN) {
        let class = &outcome.classes[at];
        let scores = &class.scores;
        let _ = writeln!(
            out,
            "{:5}  {:LABEL_CHARS$}{:>10}{:>11}{:>11.4}{:>9.4}{:>9.4}",
            at + 1,
            label(at + 1, class, names),
            count(scores.support),
            count(scores.predicted),
            scores.precision,
            scores.recall,
            scores.f1
        );
    }
    if is_large {
        let more = (order.len() - CLASSES_SHOWN) as u64;
        let _ = writeln!(out, "       and {} with fewer records", plural(more, "class", "classes"));
    }
}

/// The matrix where it fits, and else the pairs that are confused most.
fn confusion(out: &mut String, outcome: &ClassOutcome, names: Names) {
    let n = outcome.classes.len();
    let most = outcome.confusion.iter().map(|&(.., n)| n).max().unwrap_or(0);
    let column = count(most).len().max(n.to_string().len()) + 1;
    if 7 + LABEL_CHARS + n * column > WIDTH {
        return pairs(out, outcome, names);
    }
    out.push_str("\nconfusion matrix (rows: reference, columns: prediction)\n");
    let cells =
        |cells: Vec<String>| cells.iter().fold(String::new(), |row, cell| row + &format!("{cell:>column$}"));
    let numbers = cells((1..=n).map(|number| number.to_string()).collect());
    let _ = writeln!(out, "       {:LABEL_CHARS$}{numbers}", "");
    for (at, class) in outcome.classes.iter().enumerate() {
        let mut row = vec!["·".to_owned(); n];
        let met = outcome.confusion.iter().filter(|(reference, ..)| *reference == at);
        met.for_each(|&(_, prediction, n)| row[prediction] = count(n));
        let name = label(at + 1, class, names);
        let _ = writeln!(out, "{:5}  {name:LABEL_CHARS$}{}", at + 1, cells(row));
    }
}

fn pairs(out: &mut String, outcome: &ClassOutcome, names: Names) {
    let mut wrong: Vec<_> =
        outcome.confusion.iter().filter(|(reference, prediction, _)| reference != prediction).collect();
    wrong.sort_by_key(|(.., n)| Reverse(*n));
    if wrong.is_empty() {
        return;
    }
    out.push_str("\nmost confused (--output-format jsonl has the whole matrix)\n");
    let _ = writeln!(
        out,
        "       {:LABEL_CHARS$}    {:LABEL_CHARS$}{:>10}",
        "reference", "prediction", "records"
    );
    for &&(reference, prediction, n) in wrong.iter().take(PAIRS_SHOWN) {
        let [from, to] = [reference, prediction].map(|at| label(at + 1, &outcome.classes[at], names));
        let _ = writeln!(out, "       {from:LABEL_CHARS$} as {to:LABEL_CHARS$}{:>10}", count(n));
    }
    if wrong.len() > PAIRS_SHOWN {
        let more = (wrong.len() - PAIRS_SHOWN) as u64;
        let _ = writeln!(out, "       and {}", plural(more, "other pair", "other pairs"));
    }
}

fn notes(out: &mut String, classes: &ClassOutcome, names: Names) {
    let n = classes.near_misses;
    if n > 0 {
        let _ = writeln!(
            out,
            "\n{} {} from the reference only in case or white space; --normalize accepts {}",
            plural(n, "wrong prediction", "wrong predictions"),
            agree(n, "differs", "differ"),
            agree(n, "it", "them")
        );
    }
    let foreign = classes.classes.iter().filter(|class| class.scores.support == 0).count() as u64;
    if foreign > 0 {
        let _ = writeln!(
            out,
            "\n{} {} predicted but no reference has {}; macro averages count {} with zeros",
            plural(foreign, "label", "labels"),
            agree(foreign, "is", "are"),
            agree(foreign, "it", "them"),
            agree(foreign, "it", "them"),
        );
    }
    if !names.references {
        out.push_str("\nlabel names are hidden; --show-content shows them\n");
    }
}

fn compared(out: &mut String, comparison: &Comparison, against: &str) {
    let matched = comparison.matched;
    let _ = writeln!(out, "\nagainst {}: {} in both", escape(against), plural(matched, "prompt", "prompts"));
    if matched == 0 {
        return;
    }
    let _ = writeln!(
        out,
        "\n{:24}{:>8}{:>9}{:>9}   {:18}{:>9}",
        "", "this", "other", "change", "95 % interval", "p"
    );
    for score in &comparison.scores {
        let interval = score.difference.map_or_else(String::new, |difference| {
            format!("{:+.4} to {:+.4}", difference.interval.low, difference.interval.high)
        });
        let p = score.p().map_or_else(|| "-".to_owned(), p_value);
        let _ = writeln!(
            out,
            "  {:22}{:8.4}{:9.4}{:+9.4}   {interval:18}{p:>9}",
            words(score.name),
            score.value,
            score.against,
            score.value - score.against
        );
    }
    let _ = writeln!(out, "\n{:24}{:>12}{:>12}   effect size", "right in one only:", "this", "other");
    for ComparedScore { name, mcnemar, d, .. } in &comparison.scores {
        let name = words(name);
        if let Some(test) = mcnemar {
            let g = test.g.map_or_else(|| "-".to_owned(), |g| format!("Cohen's g {g:+.3}"));
            let (here, there) = (count(test.only_first), count(test.only_second));
            let _ = writeln!(out, "  {name:22}{here:>12}{there:>12}   {g}");
        } else if let Some(d) = d {
            let _ = writeln!(out, "  {name:22}{:>12}{:>12}   Cohen's d {d:+.3}", "-", "-");
        }
    }
    out.push_str("\np: McNemar's exact test where records are right or wrong, else paired bootstrap\n");
}

fn p_value(p: f64) -> String {
    if p < 0.0001 { "<0.0001".to_owned() } else { format!("{p:.4}") }
}
