//! The tables of metrics that a job writes while it trains. Columns are known by their titles, and what is not known is
//! kept: models of different makers have different ones.

use std::collections::BTreeMap;

use serde::Serialize;

/// A row of such a table.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Step {
    /// The number of the step.
    pub step: Option<u64>,
    /// The number of the epoch.
    pub epoch: Option<f64>,
    /// Everything else that is a number, by title.
    pub values: BTreeMap<String, f64>,
}

/// The rows of a table. What is no number is left out, and so is a row without any.
pub fn steps(text: &[u8]) -> Vec<Step> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text);
    let Ok(titles) = reader.headers().cloned() else { return Vec::new() };
    let mut out = Vec::new();
    for record in reader.records().flatten() {
        let mut step = Step::default();
        for (title, cell) in titles.iter().zip(&record) {
            let Some(number) = cell.parse::<f64>().ok().filter(|number| number.is_finite()) else { continue };
            match title.to_ascii_lowercase().as_str() {
                "step_number" | "step" | "stepnumber" if number >= 0.0 && number.fract() == 0.0 => {
                    step.step = Some(number as u64);
                }
                "epoch_number" | "epoch" | "epochnumber" => step.epoch = Some(number),
                _ => {
                    step.values.insert(title.to_owned(), number);
                }
            }
        }
        if !step.values.is_empty() {
            out.push(step);
        }
    }
    out
}

/// Whether an object below a job's results is such a table.
pub fn is_metrics(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name.strip_suffix(".csv").is_some_and(|stem| stem.contains("metrics"))
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn columns_are_known_by_their_titles() {
        let text = "step_number,epoch_number,training_loss,perplexity\n0,0,2.0,7.4\n1,0,1.5,\n2,1,nan,x\n\"3\",1,1\n";
        let rows: Vec<String> =
            steps(text.as_bytes()).iter().map(|step| serde_json::to_string(step).expect("JSON")).collect();
        expect![[r#"
            {"step":0,"epoch":0.0,"values":{"perplexity":7.4,"training_loss":2.0}}
            {"step":1,"epoch":0.0,"values":{"training_loss":1.5}}
            {"step":3,"epoch":1.0,"values":{"training_loss":1.0}}"#]]
        .assert_eq(&rows.join("\n"));
        assert_eq!(steps(b""), []);
        assert_eq!(steps(b"\xff\xfe,\n1,2\n").len(), 0);
    }

    #[test]
    fn tables_are_known_by_their_names() {
        assert!(is_metrics("training_artifacts/step_wise_training_metrics.csv"));
        assert!(is_metrics(
            "validation_artifacts/post_fine_tuning_validation/validation/validation_metrics.csv"
        ));
        assert!(!is_metrics("input_status/training/manifest.report.csv"));
        assert!(!is_metrics("metrics/readme.txt"));
    }
}
