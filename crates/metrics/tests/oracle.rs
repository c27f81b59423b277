//! Scores are those of scikit-learn, of `rouge_score` and of `SQuAD`'s script: `oracle.py` wrote theirs to `oracle.jsonl`.

use bedload_metrics::confusion::Confusion;
use bedload_metrics::text::Scorer;
use serde_json::Value;

fn lines(kind: &str) -> Vec<Value> {
    let all = include_str!("oracle.jsonl").lines();
    let lines = all.map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let lines: Vec<Value> = lines.filter(|line| line["kind"] == kind).collect();
    assert!(lines.len() >= 24, "{} {kind}", lines.len());
    lines
}

/// The scores, written with all their digits as text, which the parser of JSON would round.
fn scores(line: &Value) -> Vec<f64> {
    let texts = line["scores"].as_array().expect("an array").iter();
    texts.map(|text| text.as_str().expect("text").parse().expect("a number")).collect()
}

#[test]
fn scores_of_labels_are_those_of_scikit_learn() {
    for line in lines("labels") {
        let labels = |side: &str| {
            let labels = line[side].as_array().expect("an array").iter();
            labels.map(|label| label.as_u64().expect("a label") as u32).collect::<Vec<_>>()
        };
        let ours = Confusion::new(&labels("reference"), &labels("prediction")).scores().values();
        for (ours, theirs) in ours.iter().zip(scores(&line)) {
            assert!((ours - theirs).abs() < 1e-12, "{ours} is not {theirs}: {line}");
        }
    }
}

#[test]
fn scores_of_texts_are_those_of_the_scripts_to_the_last_digit() {
    let mut scorer = Scorer::default();
    for line in lines("texts") {
        let text = |side: &str| line[side].as_str().expect("text").to_owned();
        let ours = scorer.score(&text("reference"), &text("prediction")).values();
        assert_eq!(ours.to_vec(), scores(&line), "{line}");
    }
}
