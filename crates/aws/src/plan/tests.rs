//! Plans, on data sets as manifests describe them.

mod forms;
mod properties;
mod refusals;
mod requests;

use bedload_bedrock::{Catalogue, DataSize};
use expect_test::Expect;

use super::{DataSet, Refusal, Wanted, plan};
use crate::{Form, render};

fn data(profile: &str, format: &str) -> DataSet {
    DataSet {
        name: "my data".to_owned(),
        seal: "0123".to_owned(),
        profile: Some(profile.to_owned()),
        format: Some(format.to_owned()),
        files: ["train.jsonl", "validation.jsonl", "report/records.parquet"].map(str::to_owned).to_vec(),
        // More than any batch, and any warm-up, takes.
        size: DataSize { training_records: 1_000_000, validation_records: 100, duplicates: 0 },
        ..DataSet::default()
    }
}

fn wanted(model: &str) -> Wanted {
    Wanted {
        model: model.to_owned(),
        role: "arn:aws:iam::123456789012:role/Bedrock".to_owned(),
        data: Some("s3://bucket/data".to_owned()),
        output: "s3://bucket/results".to_owned(),
        ..Wanted::default()
    }
}

fn check_plan(wanted: &Wanted, data: &DataSet, expected: Expect) {
    let shown = match plan(wanted, data, &Catalogue::built_in()) {
        Ok(plan) => {
            let notes: Vec<String> = plan.notes.iter().map(|note| format!("note: {note}\n")).collect();
            render(&plan, Form::Cli).expect("the request") + &notes.concat()
        }
        Err(refusals) => show(&refusals),
    };
    expected.assert_eq(&shown);
}

fn show(refusals: &[Refusal]) -> String {
    let line = |refusal: &Refusal| {
        let hint = refusal.hint.as_ref().map_or_else(String::new, |hint| format!("  {hint}\n"));
        format!("{:?}: {}\n{hint}", refusal.cause, refusal.message)
    };
    refusals.iter().map(line).collect()
}
