//! `bedload job show`

use std::fmt::Write as _;
use std::time::SystemTime;

use bedload_aws::explain_message;
use bedload_client::{Job, Limits, Step};
use serde_json::{Value, json};

use super::monitor::{explanation, stalled};
use super::results::{Results, built, line};
use crate::args::{JobShowArgs, OutputFormat};
use crate::commands::{new_progress, online};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::Out;

pub(crate) fn run(args: &JobShowArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let built = built(args.out.as_deref())?;
    let account = online::account(&args.reading.account, &progress)?;
    let client = online::client(&account, Limits::default(), args.reading.dry_run)?;
    if args.reading.dry_run {
        let request = json!({"jobIdentifier": args.job});
        return online::dry_run(&client, &args.reading.output, &[("GetModelCustomizationJob", request)]);
    }
    let job = client.job(&args.job)?;
    let mut results = Results::new(&account, &progress, &args.reading.output);
    let metrics = results.last_metrics(&job);
    let mut out = Out::new();
    match args.reading.output.output_format {
        OutputFormat::Text => out.write(page(&job, &metrics).as_bytes())?,
        OutputFormat::Jsonl => {
            let mut object = online::object("job", &job);
            object["explanation"] = explanation(&job);
            object["stalled_hours"] = json!(job.stalled_hours(SystemTime::now()));
            out.write_object(&object)?;
            for (path, row) in &metrics {
                let mut object = online::object("step", row);
                object["file"] = json!(path);
                out.write_object(&object)?;
            }
            out.flush()?;
            results.tell_input(&job, built.as_ref())?;
            let (status, exit_code) = (&job.status, Exit::Clean.code());
            out.write_object(&json!({"kind": "summary", "status": status, "exit_code": exit_code}))?;
        }
    }
    out.flush()?;
    if args.reading.output.output_format == OutputFormat::Text {
        results.tell_input(&job, built.as_ref())?;
    }
    Ok(Exit::Clean)
}

/// Everything that is known of the job, a line each.
fn page(job: &Job, metrics: &[(String, Step)]) -> String {
    let mut out = format!("{}\n\n", escape(&job.job_name));
    let mut row = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {name:<22} {}", escape(value));
        }
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let time = |value: &Option<String>| online::moment(value.as_ref());
    row("status", job.status.name());
    for (name, phase) in job.phases.named() {
        if let Some(phase) = phase {
            let times = match (time(&phase.creation_time), time(&phase.last_modified_time)) {
                (from, to) if from.is_empty() && to.is_empty() => String::new(),
                (from, to) => format!(" ({from} to {to})"),
            };
            row(&format!("  {name}"), &format!("{}{times}", phase.status));
        }
    }
    row("stalled", &stalled(job).unwrap_or_default());
    row("failure", &text(&job.failure_message));
    if let Some(explanation) = job.failure_message.as_deref().and_then(explain_message) {
        row("  cause", &explanation.cause);
        row("  do", &explanation.remedy);
        row("  found by", &explanation.codes.join(", "));
        row(
            "  source",
            &format!("{} ({}, {})", explanation.source, explanation.date, explanation.sure.name()),
        );
    }
    row("created", &time(&job.creation_time));
    row("ended", &time(&job.end_time));
    row("ARN", &job.job_arn);
    row("type", &text(&job.customization_type));
    row("base model", &job.base_model_arn);
    row("custom model", &job.output_model_name);
    row("", &text(&job.output_model_arn));
    row("role", &job.role_arn);
    row("training data", &text(&job.training_data));
    row("invocation logs", &text(&job.invocation_logs));
    job.validation_data.iter().for_each(|place| row("validation data", place));
    row("output", &text(&job.output_data));
    for (name, value) in &job.hyper_parameters {
        row(&format!("  {name}"), value);
    }
    if let Some(config) = &job.customization_config {
        rows("", config, &mut row);
    }
    row("training loss", &job.training_loss.map(|loss| loss.to_string()).unwrap_or_default());
    for loss in job.validation_losses.iter().flatten() {
        row("validation loss", &loss.to_string());
    }
    for (path, step) in metrics {
        row("metrics", &format!("{}: {}", path.rsplit('/').next().unwrap_or(path), line(step)));
    }
    row("key", &text(&job.output_model_kms_key_arn));
    row("subnets", &job.subnets.join(", "));
    row("security groups", &job.security_groups.join(", "));
    out
}

/// The leaves of a structure.
fn rows(name: &str, value: &Value, row: &mut impl FnMut(&str, &str)) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| rows(key, value, row)),
        Value::Null => {}
        Value::String(text) => row(&format!("  {name}"), text),
        other => row(&format!("  {name}"), &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use bedload_client::JobStatus;
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_failed_job_is_explained_and_what_the_service_says_is_escaped() {
        let job = Job {
            job_name: "support".to_owned(),
            status: JobStatus::Failed,
            failure_message: Some("Input data must have at minimum 100 valid prompts\u{1b}[2J".to_owned()),
            customization_config: Some(json!({"rftConfig": {"hyperParameters": {"epochCount": 2}}})),
            hyper_parameters: [("epochCount".to_owned(), "2".to_owned())].into(),
            ..Job::default()
        };
        let step =
            Step { step: Some(9), epoch: Some(1.0), values: [("training_loss".to_owned(), 0.2)].into() };
        expect![[r#"
            support

              status                 Failed
              failure                Input data must have at minimum 100 valid prompts\u{1b}[2J
                cause                There are fewer valid prompts than a distillation takes.
                do                   Add prompts; those that occur twice may count once.
                found by             dataset/too-few-records, dataset/few-distinct
                source               chaosreload/aws-hands-on-lab docs/ai-ml/bedrock-model-distillation.md (2026-03-26, recorded)
                epochCount           2
                epochCount           2
              metrics                train_metrics.csv: step 9 (epoch 1): training_loss 0.2
        "#]].assert_eq(&page(&job, &[("a/train_metrics.csv".to_owned(), step)]));
    }
}
