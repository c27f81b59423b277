//! `bedload job plan`

use bedload_aws::{Form, render};
use serde_json::json;

use super::request::{planned, refuse};
use crate::args::{JobForm, JobPlanArgs, OutputFormat};
use crate::commands::new_progress;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(crate) fn run(args: &JobPlanArgs) -> Result<Exit, Failure> {
    let progress = new_progress()?;
    let form = match args.form {
        JobForm::Cli => Form::Cli,
        JobForm::Terraform => Form::Terraform,
        JobForm::CloudFormation => Form::CloudFormation,
        JobForm::StepFunctions => Form::StepFunctions,
    };
    let planned = planned(&args.request, &progress)?
        .and_then(|plan| render(&plan, form).map(|text| (plan, text)).map_err(|refusal| vec![refusal]));
    let (plan, text) = match planned {
        Ok(planned) => planned,
        Err(refusals) => return refuse(&args.request, &refusals),
    };
    let mut out = Out::new();
    match args.request.output_args.output_format {
        OutputFormat::Text => out.write(text.as_bytes())?,
        OutputFormat::Jsonl => {
            let operation = bedload_aws::Operation::customization().name();
            let text = (form != Form::Cli).then_some(text);
            out.write_object(&json!({
                "kind": "request", "operation": operation, "regions": plan.regions, "request": plan.request, "text": text,
            }))?;
            for note in &plan.notes {
                out.write_object(&json!({"kind": "note", "message": note}))?;
            }
            out.write_object(&json!({"kind": "summary", "refusals": 0, "exit_code": Exit::Clean.code()}))?;
        }
    }
    out.flush()?;
    if !args.request.output_args.quiet {
        plan.notes.iter().for_each(|note| say(&format!("note: {}\n", escape(note))));
        if let [_, ..] = &plan.regions[..] {
            say(&format!("note: start it in {}\n", escape(&plan.regions.join(" or "))));
        }
        if form == Form::CloudFormation {
            say(
                "note: the stack starts no job; `aws stepfunctions start-execution --state-machine-arn ARN` does\n",
            );
        }
    }
    Ok(Exit::Clean)
}
