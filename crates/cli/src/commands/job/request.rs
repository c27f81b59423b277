//! The request of a customization job, planned from the command line, and why there is none.

use std::path::Path;

use bedload_aws::{Cause, DataSet, Plan, Refusal, Wanted, plan};
use bedload_bedrock::{Customization, DataSize};
use bedload_engine::{Manifest, Progress, read_output, verify};
use bedload_record::plural::plural;
use serde_json::json;

use crate::args::{JobKind, JobRequestArgs, OutputFormat};
use crate::commands::{refuse_remote, start_workers};
use crate::config::Config;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

/// Verifies the directory and plans the job, or returns everything that speaks against it.
pub(super) fn planned(
    args: &JobRequestArgs,
    progress: &Progress,
) -> Result<Result<Plan, Vec<Refusal>>, Failure> {
    let dir = args.dir();
    refuse_remote(dir.as_os_str())?;
    let config = Config::load(&args.config)?;
    let catalogue = config.catalogue(args.profile_file.as_deref())?;
    let verified = start_workers(None)?.install(|| verify(dir, &progress.watch))?;
    let mut refusals: Vec<Refusal> = verified
        .problems
        .iter()
        .map(|problem| Refusal::data(format!("the output is not as it was built: {problem}")))
        .collect();
    let manifest = match read_output(dir) {
        Ok(manifest) => manifest,
        // Without a manifest that can be believed, there is nothing else to judge.
        Err(_) if !refusals.is_empty() => return Ok(Err(refusals)),
        Err(error) => return Err(error.into()),
    };
    match plan(&wanted(args), &data_set(dir, &manifest), &catalogue) {
        Ok(plan) if refusals.is_empty() => Ok(Ok(plan)),
        Ok(_) => Ok(Err(refusals)),
        Err(more) => {
            refusals.extend(more);
            Ok(Err(refusals))
        }
    }
}

fn wanted(args: &JobRequestArgs) -> Wanted {
    let epochs = args.epochs.iter().map(|epochs| ("epochCount".to_owned(), epochs.clone()));
    Wanted {
        model: args.model.clone().unwrap_or_default(),
        role: args.role.clone().unwrap_or_default(),
        data: args.data.clone(),
        output: args.output.clone().unwrap_or_default(),
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

fn data_set(dir: &Path, manifest: &Manifest) -> DataSet {
    // The name of the directory itself, for `.` and links too.
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unready = match (manifest.ready, &manifest.reasons[..]) {
        (true, _) => Vec::new(),
        (false, []) => vec!["its manifest does not say why".to_owned()],
        (false, reasons) => reasons.to_vec(),
    };
    let counts = &manifest.counts;
    DataSet {
        name,
        seal: manifest.seal.clone(),
        unready,
        profile: manifest.profile.clone(),
        format: manifest.format.clone(),
        size: DataSize {
            training_records: counts.train.saturating_add(counts.variants),
            validation_records: counts.validation,
            duplicates: counts.duplicates,
        },
        files: manifest.files.iter().map(|file| file.path.clone()).collect(),
    }
}

/// Reports why there is no request. An argument that cannot be outranks data that do not suit.
pub(super) fn refuse(args: &JobRequestArgs, refusals: &[Refusal]) -> Result<Exit, Failure> {
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
    let dir = args.dir().display().to_string();
    let n = plural(refusals.len() as u64, "reason", "reasons");
    say(&format!("{}: no request, for {n}\n", escape(&dir)));
    Ok(exit)
}
