//! `bedload job plan`

use bedload_aws::{Cause, DataSet, Form, Refusal, Wanted, plan, render};
use bedload_bedrock::{Customization, DataSize};
use bedload_engine::{Manifest, read_output, verify};
use bedload_record::plural::plural;
use serde_json::json;

use crate::args::{JobForm, JobKind, JobPlanArgs, OutputFormat};
use crate::commands::{new_progress, refuse_remote, start_workers};
use crate::config::Config;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

pub(crate) fn run(args: &JobPlanArgs) -> Result<Exit, Failure> {
    refuse_remote(args.dir.as_os_str())?;
    let config = Config::load(&args.config)?;
    let catalogue = config.catalogue(args.profile_file.as_deref())?;
    let progress = new_progress()?;
    let verified = start_workers(None)?.install(|| verify(&args.dir, &progress.watch))?;
    let mut refusals: Vec<Refusal> = verified
        .problems
        .iter()
        .map(|problem| Refusal::data(format!("the output is not as it was built: {problem}")))
        .collect();
    let manifest = match read_output(&args.dir) {
        Ok(manifest) => manifest,
        // Without a manifest that can be believed, there is nothing else to judge.
        Err(_) if !refusals.is_empty() => return refuse(args, &refusals),
        Err(error) => return Err(error.into()),
    };
    let form = match args.form {
        JobForm::Cli => Form::Cli,
        JobForm::Terraform => Form::Terraform,
        JobForm::CloudFormation => Form::CloudFormation,
        JobForm::StepFunctions => Form::StepFunctions,
    };
    let planned = plan(&wanted(args), &data_set(args, manifest), &catalogue)
        .and_then(|plan| render(&plan, form).map(|text| (plan, text)).map_err(|refusal| vec![refusal]));
    let (plan, text) = match planned {
        Ok(planned) if refusals.is_empty() => planned,
        Ok(_) => return refuse(args, &refusals),
        Err(more) => {
            refusals.extend(more);
            return refuse(args, &refusals);
        }
    };
    let mut out = Out::new();
    match args.output_args.output_format {
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
    if !args.output_args.quiet {
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

fn wanted(args: &JobPlanArgs) -> Wanted {
    let epochs = args.epochs.iter().map(|epochs| ("epochCount".to_owned(), epochs.clone()));
    Wanted {
        model: args.model.clone(),
        role: args.role.clone(),
        data: args.data.clone(),
        output: args.output.clone(),
        name: args.name.clone(),
        custom_model: args.custom_model.clone(),
        kind: args.kind.map(|kind| match kind {
            JobKind::Sft => Customization::FineTuning,
            JobKind::Cpt => Customization::ContinuedPreTraining,
            JobKind::Rft => Customization::ReinforcementFineTuning,
            JobKind::Distillation => Customization::Distillation,
        }),
        hyperparameters: epochs.chain(args.hyperparameter.iter().cloned()).collect(),
        recommended: args.recommended,
        grader_lambda: args.grader_lambda.clone(),
        teacher: args.teacher.clone(),
        max_response_length: args.max_response_length,
        invocation_logs: args.invocation_logs.clone(),
        kms_key: args.kms_key.clone(),
        tags: args.tag.clone(),
        subnets: args.subnet.clone(),
        security_groups: args.security_group.clone(),
    }
}

fn data_set(args: &JobPlanArgs, manifest: Manifest) -> DataSet {
    // The name of the directory itself, for `.` and links too.
    let dir = args.dir.canonicalize().unwrap_or_else(|_| args.dir.clone());
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unready = match (manifest.ready, manifest.reasons) {
        (true, _) => Vec::new(),
        (false, reasons) if reasons.is_empty() => vec!["its manifest does not say why".to_owned()],
        (false, reasons) => reasons,
    };
    let counts = &manifest.counts;
    DataSet {
        name,
        seal: manifest.seal,
        unready,
        profile: manifest.profile,
        format: manifest.format,
        size: DataSize {
            training_records: counts.train.saturating_add(counts.variants),
            validation_records: counts.validation,
            duplicates: counts.duplicates,
        },
        files: manifest.files.into_iter().map(|file| file.path).collect(),
    }
}

/// Reports why there is no request. An argument that cannot be outranks data that do not suit.
fn refuse(args: &JobPlanArgs, refusals: &[Refusal]) -> Result<Exit, Failure> {
    let is_usage = refusals.iter().any(|refusal| refusal.cause == Cause::Arguments);
    let exit = if is_usage { Exit::Usage } else { Exit::Findings };
    if args.output_args.output_format == OutputFormat::Jsonl {
        let mut out = Out::new();
        for refusal in refusals {
            let cause = if refusal.cause == Cause::Data { "data" } else { "arguments" };
            let (message, hint) = (&refusal.message, &refusal.hint);
            out.write_object(&json!({"kind": "refusal", "cause": cause, "message": message, "hint": hint}))?;
        }
        out.write_object(&json!({"kind": "summary", "refusals": refusals.len(), "exit_code": exit.code()}))?;
        out.flush()?;
        return Ok(exit);
    }
    for refusal in refusals {
        say(&format!("error: {}\n", escape(&refusal.message)));
        if let Some(hint) = &refusal.hint {
            say(&format!("  hint: {}\n", escape(hint)));
        }
    }
    let dir = args.dir.display().to_string();
    let n = plural(refusals.len() as u64, "reason", "reasons");
    say(&format!("{}: no request, for {n}\n", escape(&dir)));
    Ok(exit)
}
