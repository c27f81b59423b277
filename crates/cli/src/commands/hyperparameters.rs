//! `bedload hyperparameters`

use std::fmt::Write;

use bedload_bedrock::{Advice, DataSize, Decimal, Hyperparameter, Recommendation, Steps};
use bedload_record::plural::{count, plural};
use serde_json::{Value, json};

use super::target::Target;
use crate::args::{HyperparametersArgs, OutputFormat};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::Out;

pub(crate) fn run(args: &HyperparametersArgs) -> Result<Exit, Failure> {
    let target = Target::read(&args.target)?;
    let size = DataSize {
        training_records: target.training_records(),
        validation_records: target.manifest.counts.validation,
        duplicates: target.manifest.counts.duplicates,
    };
    let mut advice = Advice::new(&target.profile, size, &args.set);
    advice.notes.extend(target.notes.iter().cloned());
    let exit = if advice.problems.is_empty() { Exit::Clean } else { Exit::Findings };
    let mut out = Out::new();
    match args.target.output.output_format {
        OutputFormat::Text => out.write(page(&target, size, &advice).as_bytes())?,
        OutputFormat::Jsonl => {
            for recommendation in &advice.recommendations {
                out.write_object(&object(recommendation))?;
            }
            for problem in &advice.problems {
                out.write_object(&json!({"kind": "problem", "message": problem}))?;
            }
            out.write_object(&summary(&target, size, &advice, exit))?;
        }
    }
    out.flush()?;
    Ok(exit)
}

fn page(target: &Target, size: DataSize, advice: &Advice<'_>) -> String {
    let mut out = format!(
        "{}: {} for training, {} for validation\n",
        target.profile.name,
        plural(size.training_records, "record", "records"),
        count(size.validation_records)
    );
    let width = advice.recommendations.iter().map(|of| of.name.chars().count()).max().unwrap_or(0);
    for recommendation in &advice.recommendations {
        let Recommendation { name, value, reason, of, .. } = recommendation;
        let value = value.as_deref().unwrap_or("-");
        let _ = writeln!(out, "\n{:width$}  {}", escape(name), escape(value));
        let _ = writeln!(out, "  why     {}", escape(reason));
        let _ = writeln!(out, "  range   {}", escape(&of.to_string()));
        let _ = writeln!(out, "  source  {}", escape(&of.cite()));
    }
    if let Some(steps) = &advice.steps {
        let _ = writeln!(out, "\nsteps   {}", steps_line(size, steps));
    }
    for problem in &advice.problems {
        let _ = writeln!(out, "\nerror: {}", escape(problem));
    }
    if !advice.notes.is_empty() {
        out.push('\n');
    }
    for note in &advice.notes {
        let _ = writeln!(out, "note: {}", escape(note));
    }
    if !advice.signs.is_empty() {
        out.push_str("\nin the metrics of the job\n");
    }
    for sign in advice.signs {
        let _ = writeln!(out, "  {}: {}\n    {}", sign.name, sign.sign, sign.action);
    }
    out
}

fn steps_line(size: DataSize, steps: &Steps) -> String {
    let Steps { epochs, batch_size, is_batch_size_assumed, total, warmup } = steps;
    let assumed =
        if *is_batch_size_assumed { "; the batch size is assumed, as the job decides it" } else { "" };
    let warmup = warmup.map_or_else(String::new, |steps| format!("; {} of them warm-up", count(steps)));
    format!(
        "{} = {} × {} / a batch of {}, rounded up{warmup}{assumed}",
        count(*total),
        plural(size.training_records, "record", "records"),
        plural(*epochs, "epoch", "epochs"),
        count(*batch_size),
    )
}

fn object(recommendation: &Recommendation<'_>) -> Value {
    let Recommendation { name, value, reason, of, .. } = recommendation;
    let Hyperparameter { minimum, maximum, default, default_choice, choices, note, source, against, .. } = of;
    let default =
        default.map(|number| json!(number)).or_else(|| default_choice.as_ref().map(|word| json!(word)));
    json!({
        "kind": "hyperparameter",
        "name": name,
        "value": value.as_deref().map(written),
        "minimum": minimum,
        "maximum": maximum,
        "default": default,
        "choices": choices,
        "reason": reason,
        "note": note,
        "source": source.place,
        "date": source.date,
        "against": against.as_ref().map(ToString::to_string),
    })
}

/// A value as the number that it is, or as the word.
fn written(value: &str) -> Value {
    value.parse::<Decimal>().map_or_else(|_| json!(value), |number| json!(number))
}

fn summary(target: &Target, size: DataSize, advice: &Advice<'_>, exit: Exit) -> Value {
    let steps = advice.steps.as_ref();
    let signs: Vec<Value> = (advice.signs.iter())
        .map(|sign| json!({"name": sign.name, "sign": sign.sign, "action": sign.action}))
        .collect();
    json!({
        "kind": "summary",
        "profile": target.profile.name,
        "customization": target.profile.customization,
        "records": size.training_records,
        "validation_records": size.validation_records,
        "epochs": steps.map(|steps| steps.epochs),
        "batch_size": steps.map(|steps| steps.batch_size),
        "batch_size_assumed": steps.map(|steps| steps.is_batch_size_assumed),
        "steps": steps.map(|steps| steps.total),
        "steps_rounding": "up",
        "warmup_steps": steps.and_then(|steps| steps.warmup),
        "problems": advice.problems.len(),
        "notes": advice.notes,
        "signs": signs,
        "exit_code": exit.code(),
    })
}
