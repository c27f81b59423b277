//! `bedload check`

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use bedload_engine::{Checked, check};
use bedload_record::Finding;

use super::{find_inputs, new_progress, say_config, start_workers};
use crate::args::CheckArgs;
use crate::exit::{Exit, Failure};
use crate::gate::{Found, Judgement, WRITE_BASELINE, Watch};
use crate::output::{
    About, ClassNames, Ending, Known, Listed, Output, Paint, Wanted, balance_object, by_name,
    checked_summary, pairs_object, put_run, put_texts, say,
};
use crate::progress::Display;
use crate::settings;

pub(crate) fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let started = Instant::now();
    let run = settings::for_check(args)?;
    let output = &args.output;
    let progress = new_progress()?;
    let workers = start_workers(run.threads)?;
    let inputs = find_inputs(&workers, &args.inputs, &args.validation_file, &run, Some(&args.account))?;
    let others = [(WRITE_BASELINE, args.baseline.write_baseline.as_deref())];
    let wanted = Wanted {
        args: output,
        configured: &run.output,
        inputs: Some(&inputs),
        reads: &run.reads,
        others: &others,
    };
    let about = About::new("check", &inputs, &run);
    let mut told = Output::open(&wanted, &about, &progress)?;
    let mut watch = Watch::open(&args.baseline, &run.policy, (&inputs, &[]), &progress)?;
    told.remove_earlier()?;
    if args.baseline.show_known {
        told.show_known();
    }
    let (per_code, shown) = (told.per_code().filter(|_| !watch.is_needed()), told.shown());
    let has_known = told.has_known();
    let checked = {
        let _display = Display::start(&progress, inputs.size_bytes(), &output.plain());
        let progress = Arc::clone(&progress);
        let tell = |finding: &Finding, is_said: bool| told.tell_or_fold(&watch.see(finding), is_said);
        workers.install(|| check(&inputs, &run.settings, &progress, per_code, tell))?
    };
    let left = watch.without_known(&checked.by_code);
    let judgement = watch.policy().judge(Found {
        by_code: &left,
        bears_rejected: run.settings.max_rejected.is_some(),
        max_rejected: run.settings.max_rejected,
        rejected: checked.rejected,
        records: checked.records,
    });
    let exit = judgement.exit;
    let rare = run.settings.stages.balance.rare;
    let about_baseline = watch.end(has_known)?;
    told.end(&Ending {
        numbers: &summary_object(&checked, rare, (&judgement, watch.object()), run.config.as_deref()),
        by_code: &left,
        known: watch.known(),
        severities: run.settings.severities,
        judgement: &judgement,
    })?;
    if !output.quiet {
        say_config(run.config.as_deref());
        let paint = Paint::for_stderr(output.color);
        let names = ClassNames::of(&run.settings);
        let known = Known { is_shown: has_known, ..watch.known() };
        let listed = Listed { most: shown, is_folded: true, known };
        let severities = run.settings.severities;
        let of = (&checked, &shown_input(args)[..]);
        say(&checked_summary(of, names, (severities, listed), started.elapsed(), paint));
        say(&about_baseline);
    }
    // Where a run fails, the reason is no chatter.
    if !output.quiet || exit != Exit::Clean {
        say(&judgement.said());
    }
    Ok(exit)
}

/// The one input with the profile, as a command takes them; in general where there are several inputs, or the shell would
/// not take the name as it is.
fn shown_input(args: &CheckArgs) -> String {
    let is_plain = |name: &&str| {
        !name.starts_with('-') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
    };
    let input = match &args.inputs[..] {
        [one] => one.to_str().filter(is_plain).unwrap_or("INPUT"),
        _ => "INPUT",
    };
    let profile = args.data.profile.as_ref().map(|name| format!(" --profile {name}"));
    format!("{input}{}", profile.unwrap_or_default())
}

fn summary_object(
    checked: &Checked,
    rare: u64,
    (judgement, baseline): (&Judgement, serde_json::Value),
    config: Option<&Path>,
) -> serde_json::Value {
    let texts = checked.texts;
    let mut object = serde_json::json!({
        "kind": "summary",
        "files": checked.files,
        "records": checked.records,
        "valid": checked.valid,
        "rejected": checked.rejected,
        "distinct": checked.distinct.map(|distinct| distinct.all),
        "distinct_is_exact": checked.distinct.map(|distinct| distinct.is_exact),
        "leaked_records": checked.leaked.as_ref().map(|leaked| leaked.records),
        "leaked_prompts": checked.leaked.as_ref().map(|leaked| leaked.prompts),
        "leaked_values": checked.leaked.as_ref().map(|leaked| &leaked.values),
        "balance": balance_object(&checked.balance, rare),
        "pairs": checked.pairs.map(pairs_object),
        "errors": checked.errors,
        "warnings": checked.warnings,
        "notes": checked.notes,
        "bytes": checked.bytes,
        "tokens": checked.tokens.sum,
        "tokens_prompt": texts.prompt,
        "tokens_completion": texts.completion,
        "tokens_per_record": {
            "p50": checked.tokens.p50,
            "p90": checked.tokens.p90,
            "p99": checked.tokens.p99,
            "max": checked.tokens.max,
        },
        "encoding": checked.encoding,
        "format": checked.format,
        "by_code": by_name(&checked.by_code),
    });
    put_texts(&mut object, checked.texts, checked.is_conversation);
    put_run(&mut object, config, (judgement, baseline));
    object
}
