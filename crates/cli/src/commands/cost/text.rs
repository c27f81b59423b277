//! The estimate for people.

use std::fmt::Write;

use bedload_bedrock::Price;
use bedload_record::plural::{count, plural};

use super::super::target::Target;
use super::estimate::{Estimate, Row, Unit};
use crate::escape::escape;

pub(super) fn page(target: &Target, estimate: &Estimate) -> String {
    let model = estimate.model.as_deref().unwrap_or("no model in particular");
    let region = if estimate.region.is_empty() { String::new() } else { format!(" in {}", estimate.region) };
    let mut out = format!("{}: {}{}\n\n", target.profile.name, escape(model), escape(&region));
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:13}{}", escape(value));
    };
    say("tokens", &tokens(target, estimate));
    say("training", &price(estimate.training.as_ref(), estimate));
    for line in rows(estimate) {
        say("", &line);
    }
    say("storage", &price(estimate.storage.as_ref(), estimate));
    serving(estimate, &mut say);
    if !estimate.notes.is_empty() {
        out.push('\n');
    }
    for note in &estimate.notes {
        let _ = writeln!(out, "note: {}", escape(note));
    }
    out
}

fn tokens(target: &Target, estimate: &Estimate) -> String {
    let encoding = target.manifest.encoding.as_deref().unwrap_or_default();
    let counted = format!("{} for training, counted with {encoding}", count(estimate.tokens.count));
    if estimate.margin == 0 {
        return counted;
    }
    let (low, high) = (count(estimate.tokens.low), count(estimate.tokens.high));
    format!("{counted}; the model's own count is within {} %: {low} to {high}", estimate.margin)
}

fn price(price: Option<&Price>, estimate: &Estimate) -> String {
    match price {
        Some(price) => price.to_string(),
        None if estimate.model.is_none() => "unknown: name a model with --model".to_owned(),
        None => format!("unknown: no record of a price was found (as of {})", estimate.prices_date),
    }
}

/// A table of costs by the number of epochs.
fn rows(estimate: &Estimate) -> Vec<String> {
    let cells = |row: &Row| {
        let [usd, low, high] = row.usd?;
        let range = if low == high { String::new() } else { format!("{} to {}", low.usd(), high.usd()) };
        let what = match estimate.hours {
            Some(hours) => format!("{hours} hours"),
            None => plural(row.epochs, "epoch", "epochs"),
        };
        Some([what, usd.usd(), range])
    };
    let mut rows: Vec<[String; 3]> = estimate.rows.iter().filter_map(cells).collect();
    // Hours are the same, however often the data is seen in them.
    rows.dedup();
    let width = |n: usize| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0);
    let (epochs, usd) = (width(0), width(1));
    let line = |row: &[String; 3]| {
        format!("{:>epochs$}  {:>usd$}  {}", row[0], row[1], row[2]).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

fn serving(estimate: &Estimate, say: &mut impl FnMut(&str, &str)) {
    if estimate.is_on_demand == Some(false) {
        say("on-demand", "not offered for this customized model, only provisioned throughput");
    } else {
        say("on-demand", &format!("input {}", price(estimate.input.as_ref(), estimate)));
        say("", &format!("output {}", price(estimate.output.as_ref(), estimate)));
        say("", "idle: $0.00");
    }
    if let Some(inference) = &estimate.inference {
        let requests = format!(
            "{} a day of {} input and {} output tokens",
            plural(inference.requests_per_day, "request", "requests"),
            count(inference.input_tokens),
            count(inference.output_tokens)
        );
        say(
            "",
            &match inference.usd {
                Some([request, month]) => {
                    format!("{requests}: {} a request, {} a month of 730 hours", request.price(), month.usd())
                }
                None => format!("{requests}: unknown, as the prices are"),
            },
        );
    }
    if let Some(base) = estimate.inference.as_ref().and_then(|inference| inference.base.as_ref()) {
        let [input, output] = base.prices.each_ref().map(|of| price(of.as_ref(), estimate));
        say("compared", &format!("{}, not customized: input {input}", base.model));
        say("", &format!("output {output}"));
        if let Some([request, month]) = base.usd {
            say("", &format!("the same requests: {} a request, {} a month", request.price(), month.usd()));
        }
    }
    if estimate.units.is_empty() {
        say("provisioned", &price(None, estimate));
    }
    for (n, unit) in estimate.units.iter().enumerate() {
        let Unit { commitment, price, usd, break_even } = unit;
        say(if n == 0 { "provisioned" } else { "" }, &format!("{}: {price}", commitment.title()));
        if let Some([_, day, month]) = usd {
            say("", &format!("  one unit, used or idle: {} a day, {} a month", day.usd(), month.usd()));
        }
        if let Some(requests) = break_even {
            let requests = plural(*requests, "request", "requests");
            say("", &format!("  costs no more than on-demand from {requests} a day on"));
        }
    }
}
