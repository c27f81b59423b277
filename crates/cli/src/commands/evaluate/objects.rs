//! The scores as JSON: one object for the whole, one for each class and each pair of classes, one for the comparison.

use bedload_engine::{
    ComparedScore, Comparison, Evaluated, Interval, Outcome, Resampling, Scores, TextScores,
};
use bedload_record::{Severities, Severity};
use serde_json::{Map, Value, json};

use super::{Names, class_name};
use crate::exit::Exit;
use crate::output::{by_name, of_severity};

/// All objects but the summary.
pub(super) fn objects(evaluated: &Evaluated, how: Resampling, names: Names) -> Vec<Value> {
    let mut out = vec![metrics(evaluated, how)];
    if let Outcome::Classification(classes) = &evaluated.outcome {
        for (class, number) in classes.classes.iter().zip(1..) {
            let scores = &class.scores;
            out.push(json!({
                "kind": "class",
                "class": number,
                "label": class_name(class, names),
                "records": scores.support,
                "predicted": scores.predicted,
                "correct": scores.correct,
                "precision": scores.precision,
                "recall": scores.recall,
                "f1": scores.f1,
            }));
        }
        for &(reference, prediction, n) in &classes.confusion {
            out.push(json!({
                "kind": "confusion",
                "reference": reference + 1,
                "prediction": prediction + 1,
                "records": n,
            }));
        }
    }
    out.extend(evaluated.comparison.as_ref().map(|compared| comparison(evaluated, compared)));
    out
}

fn metrics(evaluated: &Evaluated, how: Resampling) -> Value {
    let mut object = Map::new();
    let task = evaluated.outcome.task().name();
    for (key, value) in
        [("kind", json!("metrics")), ("task", json!(task)), ("records", evaluated.scored.into())]
    {
        object.insert(key.to_owned(), value);
    }
    // Where nothing was scored there are no scores, not zeros.
    let number = |value: f64| if evaluated.scored == 0 { Value::Null } else { value.into() };
    let mut add = |name: &str, value: f64, interval: Option<Interval>| {
        object.insert(name.to_owned(), number(value));
        object.insert(format!("{name}_low"), interval.map(|interval| interval.low).into());
        object.insert(format!("{name}_high"), interval.map(|interval| interval.high).into());
    };
    match &evaluated.outcome {
        Outcome::Classification(classes) => {
            for (at, (name, value)) in Scores::NAMES.iter().zip(classes.scores.values()).enumerate() {
                add(name, value, classes.intervals.map(|all| all[at]));
            }
            object.insert("classes".to_owned(), classes.classes.len().into());
            object.insert("near_misses".to_owned(), classes.near_misses.into());
        }
        Outcome::Generation(texts) => {
            for (at, (name, value)) in TextScores::NAMES.iter().zip(texts.means).enumerate() {
                add(name, value, texts.intervals.map(|all| all[at]));
            }
        }
    }
    object.insert("resamples".to_owned(), how.resamples.into());
    object.insert("seed".to_owned(), how.seed.into());
    object.into()
}

fn comparison(evaluated: &Evaluated, compared: &Comparison) -> Value {
    let Comparison { matched, unmatched, unmatched_against, other_reference, scores } = compared;
    json!({
        "kind": "comparison",
        "task": evaluated.outcome.task().name(),
        "records": matched,
        "unmatched": unmatched,
        "unmatched_against": unmatched_against,
        "other_reference": other_reference,
        "scores": scores.iter().filter(|_| *matched > 0).map(score).collect::<Vec<_>>(),
    })
}

fn score(score: &ComparedScore) -> Value {
    let ComparedScore { name, value, against, difference, mcnemar, d } = *score;
    json!({
        "name": name,
        "value": value,
        "against": against,
        "difference": value - against,
        "difference_low": difference.map(|difference| difference.interval.low),
        "difference_high": difference.map(|difference| difference.interval.high),
        "p": score.p(),
        "test": score.test(),
        "only_this_right": mcnemar.map(|test| test.only_first),
        "only_against_right": mcnemar.map(|test| test.only_second),
        "cohens_g": mcnemar.and_then(|test| test.g),
        "cohens_d": d,
    })
}

/// The numbers of the run.
pub(super) fn summary(evaluated: &Evaluated, files: usize, exit: Exit) -> Value {
    let of = |severity| of_severity(&evaluated.by_code, Severities::default(), severity);
    json!({
        "kind": "summary",
        "files": files,
        "records": evaluated.lines,
        "valid": evaluated.scored,
        "rejected": evaluated.lines - evaluated.scored,
        "errors": of(Severity::Error),
        "warnings": of(Severity::Warning),
        "by_code": by_name(&evaluated.by_code),
        "exit_code": exit.code(),
    })
}
