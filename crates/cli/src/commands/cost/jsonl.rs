//! The estimate for programs: an object for each number of epochs, and a summary.

use bedload_bedrock::{Decimal, Price};
use serde_json::{Value, json};

use super::super::target::Target;
use super::estimate::{Base, Estimate, Row, Unit};

pub(super) fn objects(target: &Target, estimate: &Estimate) -> Vec<Value> {
    let mut objects: Vec<Value> = estimate.rows.iter().map(|row| cost(estimate, row)).collect();
    objects.push(summary(target, estimate));
    objects
}

/// An amount, to a millionth of a dollar.
fn usd(amount: Decimal) -> Decimal {
    amount.rounded(6)
}

fn cost(estimate: &Estimate, row: &Row) -> Value {
    let Estimate { tokens, training, .. } = estimate;
    let amount = |n: usize| row.usd.map(|amounts| usd(amounts[n]));
    let per_1k = training.as_ref().and_then(|price| price.usd?.times(1000, price.per.tokens()?.into()));
    json!({
        "kind": "cost",
        "epochs": row.epochs,
        "tokens": tokens.count,
        "tokens_low": tokens.low,
        "tokens_high": tokens.high,
        "trained_tokens": tokens.count.checked_mul(row.epochs),
        "training_usd": amount(0),
        "training_usd_low": amount(1),
        "training_usd_high": amount(2),
        "price_per_1k": per_1k,
        "price_usd": training.as_ref().and_then(|price| price.usd),
        "price_per": training.as_ref().map(|price| price.per),
        "price_date": training.as_ref().map(|price| &price.source.date),
        "price_source": training.as_ref().map(|price| &price.source.place),
        "price_sure": training.as_ref().map(|price| price.sure),
    })
}

/// A price with everything that is known of it.
fn of_price(price: &Price) -> Value {
    json!({
        "usd": price.usd,
        "per": price.per,
        "date": price.source.date,
        "source": price.source.place,
        "sure": price.sure,
        "note": price.note,
    })
}

fn unit(unit: &Unit) -> Value {
    let Unit { commitment, price, usd: amounts, break_even } = unit;
    json!({
        "commitment": commitment,
        "price": of_price(price),
        "usd_hour": amounts.map(|[hour, _, _]| usd(hour)),
        "usd_day": amounts.map(|[_, day, _]| usd(day)),
        "usd_month": amounts.map(|[_, _, month]| usd(month)),
        "break_even_requests_per_day": break_even,
    })
}

fn base(base: &Base) -> Value {
    let [input, output] = base.prices.each_ref().map(|price| price.as_ref().map(of_price));
    json!({
        "model": base.model,
        "input": input,
        "output": output,
        "usd_request": base.usd.map(|[request, _]| request),
        "usd_month": base.usd.map(|[_, month]| usd(month)),
    })
}

fn summary(target: &Target, estimate: &Estimate) -> Value {
    let Estimate { storage, input, output, inference, .. } = estimate;
    let of = |price: &Option<Price>| price.as_ref().map(of_price);
    let requests = inference.as_ref().map(|inference| {
        json!({
            "requests_per_day": inference.requests_per_day,
            "input_tokens": inference.input_tokens,
            "output_tokens": inference.output_tokens,
            "usd_request": inference.usd.map(|[request, _]| request),
            "usd_month": inference.usd.map(|[_, month]| usd(month)),
            "compared": inference.base.as_ref().map(base),
        })
    });
    let units: Vec<Value> = estimate.units.iter().map(unit).collect();
    let is_unknown = |price: &Option<Price>| price.as_ref().is_none_or(|price| price.usd.is_none());
    let unknown: Vec<&str> =
        [("training", &estimate.training), ("storage", storage), ("input", input), ("output", output)]
            .into_iter()
            .filter(|(_, price)| is_unknown(price))
            .map(|(name, _)| name)
            .chain(estimate.units.is_empty().then_some("provisioned"))
            .collect();
    json!({
        "kind": "summary",
        "profile": target.profile.name,
        "model": estimate.model,
        "region": estimate.region,
        "encoding": target.manifest.encoding,
        "tokens": estimate.tokens.count,
        "token_margin_percent": estimate.margin,
        "training": of(&estimate.training),
        "storage": of(storage),
        "storage_usd_month": storage.as_ref().and_then(|price| price.usd),
        "on_demand": {"available": estimate.is_on_demand, "input": of(input), "output": of(output), "idle_usd_month": 0},
        "inference": requests,
        "provisioned": units,
        "unknown": unknown,
        "prices_date": estimate.prices_date,
        "notes": estimate.notes,
        "exit_code": 0,
    })
}
