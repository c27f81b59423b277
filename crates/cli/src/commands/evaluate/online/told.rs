//! What is said of a run: before it, after it, and in place of it. No text of a record is in it unless asked for.

use std::fmt::Write as _;

use bedload_bedrock::cost::of_tokens;
use bedload_bedrock::{Decimal, Price};
use bedload_client::{Client, Kept, Question, Serving};
use bedload_record::plural::{agree, count, plural};
use serde_json::{Value, json};

use super::Done;
use super::file::failures_path;
use super::plan::{Plan, Pricing};
use crate::args::{EvaluateArgs, OutputFormat};
use crate::commands::online;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

impl Pricing {
    /// What so many tokens of input and output cost; none where that is not known.
    fn usd(&self, tokens: [u64; 2]) -> Option<Decimal> {
        let [input, output] = &self.prices;
        let of = |tokens: u64, price: &Option<Price>| of_tokens(tokens, 1, price.as_ref()?);
        of(tokens[0], input)?.plus(of(tokens[1], output)?)
    }

    /// The cost in words, never without the date of its prices.
    fn cost(&self, tokens: [u64; 2]) -> String {
        match (self.usd(tokens), self.serving) {
            (Some(usd), _) => {
                let model = self.model.as_deref().unwrap_or_default();
                format!("{} by the prices of {model} ({})", usd.usd(), self.date)
            }
            (None, Serving::Provisioned) => "paid by the hour, not by the token".to_owned(),
            (None, _) => format!("unknown: there are no prices for this model ({})", self.date),
        }
    }
}

/// What a run is about to do.
pub(super) fn before(plan: &Plan, kept: &Kept) -> String {
    let all = plan.questions.len();
    let mut out = format!("{} of {}", plural(all as u64, "prompt", "prompts"), escape(&plan.source));
    if kept.n_answered > 0 {
        let _ = write!(out, ", {} answered by an earlier run", count(kept.n_answered as u64));
    }
    out.push('\n');
    let (media, lacking) = (plan.with_media, plan.without_reference);
    if media > 0 {
        let records = plural(media, "record", "records");
        let _ = writeln!(out, "not asked: {records} with images, documents, videos or tools");
    }
    if lacking > 0 {
        let _ = writeln!(
            out,
            "not asked: {} without an answer to compare with",
            plural(lacking, "record", "records")
        );
    }
    if kept.n_answered == all {
        let _ = writeln!(out, "still to ask: none");
        let _ = writeln!(out, "predictions: {}", escape(&plan.file.display().to_string()));
        return out;
    }
    let [input, output] = plan.tokens_left(kept);
    let _ = writeln!(
        out,
        "still to ask: {}, about {} ({}), and {} if answers are as long as references",
        count((all - kept.n_answered) as u64),
        plural(input, "input token", "input tokens"),
        escape(&plan.encoding),
        plural(output, "output token", "output tokens")
    );
    let _ = writeln!(out, "estimated cost: {}", plan.pricing.cost([input, output]));
    let _ = writeln!(out, "predictions: {}", escape(&plan.file.display().to_string()));
    out
}

/// What a run did, for people.
pub(super) fn page(plan: &Plan, done: &Done, resumed: usize) -> String {
    let of = plan.questions.len();
    let earlier = match resumed {
        0 => String::new(),
        n => format!(" ({} by an earlier run)", count(n as u64)),
    };
    let mut out = format!("{}: {}{earlier}\n", escape(&plan.how.model), done.so_far(of));
    let _ = writeln!(
        out,
        "tokens: {} read, {} written; cost: {}",
        count(done.input_tokens),
        count(done.output_tokens),
        plan.pricing.cost([done.input_tokens, done.output_tokens])
    );
    for (price, what) in plan.pricing.prices.iter().zip(["input", "output"]) {
        if let Some(price) = price {
            let _ = writeln!(out, "  {what}: {}", escape(&price.to_string()));
        }
    }
    if done.cut_off > 0 {
        let n = done.cut_off as u64;
        let _ = writeln!(
            out,
            "cut off: {} at --max-tokens {}",
            format_args!("{} {}", plural(n, "answer", "answers"), agree(n, "ends", "end")),
            plan.how.max_tokens
        );
    }
    if done.empty > 0 {
        let n = done.empty as u64;
        let _ = writeln!(
            out,
            "empty: {} no text; `stop_reason` in the file of predictions says why",
            format_args!("{} {}", plural(n, "answer", "answers"), agree(n, "has", "have"))
        );
    }
    if done.failed > 0 {
        let path = failures_path(&plan.file);
        let _ = writeln!(
            out,
            "failed: see {}; the same command asks them again",
            escape(&path.display().to_string())
        );
    }
    out.push('\n');
    out
}

/// The same for programs.
pub(super) fn object(plan: &Plan, done: &Done, resumed: usize) -> Value {
    let tokens = [done.input_tokens, done.output_tokens];
    json!({
        "kind": "answers",
        "model": plan.how.model,
        "prompts": plan.questions.len(),
        "answered": done.answered,
        "answered_earlier": resumed,
        "failed": done.failed,
        "cut_off": done.cut_off,
        "empty": done.empty,
        "not_asked": plan.with_media + plan.without_reference,
        "input_tokens": done.input_tokens,
        "output_tokens": done.output_tokens,
        "usd": plan.pricing.usd(tokens),
        "prices": prices(&plan.pricing),
        "predictions": plan.file.display().to_string(),
        "failures": (done.failed > 0).then(|| failures_path(&plan.file).display().to_string()),
    })
}

fn prices(pricing: &Pricing) -> Value {
    let [input, output] = &pricing.prices;
    json!({"date": pricing.date, "model": pricing.model, "input": input, "output": output})
}

/// What would be sent: the first request, and how many.
pub(super) fn dry_run(
    args: &EvaluateArgs,
    client: &Client<'_>,
    plan: &Plan,
    kept: &Kept,
) -> Result<(), Failure> {
    let questions = &plan.questions;
    let endpoint = client.runtime_endpoint();
    let first = kept.rest().first().map(|&index| request(plan, &questions[index], args.show_content));
    let mut out = Out::new();
    match args.output.output_format {
        OutputFormat::Text => {
            if let Some(request) = &first {
                let text = serde_json::to_string_pretty(request).unwrap_or_default();
                for line in text.lines() {
                    out.write(format!("{}\n", escape(line)).as_bytes())?;
                }
            }
            out.flush()?;
            say(&before(plan, kept));
            say(&format!("dry run: would send Converse to {}\n", online::destination(&endpoint)));
        }
        OutputFormat::Jsonl => {
            let tokens = plan.tokens_left(kept);
            out.write_object(&json!({
                "kind": "request", "operation": "Converse", "endpoint": online::known(&endpoint),
                "region": online::known(client.region()),
                "request": first, "sent": false,
            }))?;
            out.write_object(&json!({
                "kind": "plan",
                "model": plan.how.model,
                "prompts": questions.len(),
                "answered_earlier": kept.n_answered,
                "to_ask": questions.len() - kept.n_answered,
                "not_asked": plan.with_media + plan.without_reference,
                "format": plan.format.name,
                "encoding": plan.encoding,
                "input_tokens": tokens[0],
                "reference_tokens": tokens[1],
                "usd": plan.pricing.usd(tokens),
                "prices": prices(&plan.pricing),
                "predictions": plan.file.display().to_string(),
            }))?;
            out.write_object(&json!({"kind": "summary", "dry_run": true, "exit_code": Exit::Clean.code()}))?;
            out.flush()?;
        }
    }
    Ok(())
}

/// The request of a question, as the service model has it.
fn request(plan: &Plan, question: &Question, is_shown: bool) -> Value {
    let text = |text: &str| {
        if is_shown {
            text.to_owned()
        } else {
            format!("({})", plural(text.chars().count() as u64, "character", "characters"))
        }
    };
    let messages: Vec<Value> = question
        .turns
        .iter()
        .map(|(who, said)| json!({"role": who.name(), "content": [{"text": text(said)}]}))
        .collect();
    let mut request = json!({
        "modelId": plan.how.model,
        "messages": messages,
        "inferenceConfig": {"maxTokens": plan.how.max_tokens, "temperature": decimal(plan.how.temperature)},
    });
    if !question.system.is_empty() {
        request["system"] = question.system.iter().map(|said| json!({"text": text(said)})).collect();
    }
    request
}

/// The number as it was written: the nearest double of a float has more digits.
fn decimal(number: f32) -> Value {
    number.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}
