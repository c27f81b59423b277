//! Where the data are: the places in S3 that the job reads.

use bedload_bedrock::{Customization, Level, Point};
use bedload_record::plural::plural;
use serde_json::{Map, Value, json};

use super::target::Target;
use super::{DataSet, Refusal, Wanted};
use crate::check::named;

/// Adds training and validation data to a request.
pub(super) fn insert(
    wanted: &Wanted,
    data: &DataSet,
    target: &Target<'_>,
    members: &mut Map<String, Value>,
    refusals: &mut Vec<Refusal>,
    notes: &mut Vec<String>,
) {
    let (train, validation) = (side(data, "train"), side(data, "validation"));
    if let Some(logs) = &wanted.invocation_logs {
        let config = json!({"invocationLogsConfig": {"invocationLogSource": {"s3Uri": logs}}});
        members.insert("trainingDataConfig".to_owned(), config);
        let n = plural(data.size.training_records, "training record", "training records");
        notes.push(format!("the job trains on the invocation logs; {n} of the output are not used"));
    } else if train.is_none() {
        refusals.push(Refusal::data("the output has no training data"));
    }
    let not_used = |why: &str| format!("the validation data of the output are not used: {why}");
    let Some(root) = &wanted.data else {
        if wanted.invocation_logs.is_none() {
            refusals.push(
                Refusal::arguments("it is not said where the data are")
                    .hint("name the place that the directory was uploaded to: `--data s3://BUCKET/PREFIX`"),
            );
        } else if validation.is_some() {
            notes.push(not_used("`--data` does not say where they are"));
        }
        return;
    };
    // The training file itself stands for the place that it is in.
    let root = match &train {
        Some(train) if root.ends_with(&format!("/{train}")) => &root[..root.len() - train.len() - 1],
        _ => root.trim_end_matches('/'),
    };
    if Some("jsonl") == root.rsplit_once('.').map(|(_, end)| end) {
        refusals.push(
            Refusal::arguments(format!("`--data`: `{root}` is a file that the output does not have")).hint(
                "name the place that the directory was uploaded to, as in `aws s3 sync OUT s3://BUCKET/PREFIX`",
            ),
        );
    }
    refusals.extend(narrower(root, target));
    if wanted.invocation_logs.is_none()
        && let Some(train) = &train
    {
        members.insert("trainingDataConfig".to_owned(), json!({"s3Uri": format!("{root}/{train}")}));
    }
    let Some(validation) = &validation else { return };
    if target.kind == Customization::Distillation {
        notes.push(not_used("the documentation of distillation has none"));
        return;
    }
    let validators = json!({"validators": [{"s3Uri": format!("{root}/{validation}")}]});
    members.insert("validationDataConfig".to_owned(), validators);
}

/// The path of a side below the directory: its file, or the folder that covers its shards.
fn side(data: &DataSet, side: &str) -> Option<String> {
    let (file, folder) = (format!("{side}.jsonl"), format!("{side}/"));
    let shards: Vec<&String> = data.files.iter().filter(|path| path.starts_with(&folder)).collect();
    match &shards[..] {
        _ if data.files.contains(&file) => Some(file),
        [] => None,
        [one] => Some((*one).clone()),
        _ => Some(folder),
    }
}

/// A place that the service takes and the model does not.
fn narrower(root: &str, target: &Target<'_>) -> Option<Refusal> {
    let rule = target.of_model.rule(Point::WideDataFileNames).filter(|rule| rule.level == Level::Refuse)?;
    let key = root.strip_prefix("s3://").unwrap_or(root);
    // Others are refused by the service, with their place.
    let wrong = key.chars().find(|c| "!*'()".contains(*c))?;
    let message = format!(
        "`--data`: {} takes only letters, digits, `_`, `-` and `.` in the names of data files, not {} ({})",
        target.of_model.model,
        named(wrong),
        rule.cite()
    );
    Some(Refusal::arguments(message))
}
