//! The numbers: what training costs by the number of epochs, and serving by the month.

use std::sync::Arc;

use bedload_bedrock::cost::{HOURS_PER_MONTH, TokenRange, break_even, of_request, of_tokens, per_month};
use bedload_bedrock::{
    Bound, Commitment, Customization, Decimal, Deployment, Hyperparameter, ModelPrices, Per, Price, Profile,
};
use bedload_engine::token_margin;

use super::super::target::Target;
use crate::args::{CostArgs, Epochs};
use crate::exit::Failure;

/// What training for a number of epochs costs.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) epochs: u64,
    /// Cost by the tokens as counted, by the least and by the most; none where it is not known.
    pub(super) usd: Option<[Decimal; 3]>,
}

/// What a unit of provisioned throughput costs, used or idle.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) commitment: Commitment,
    pub(super) price: Price,
    /// By the hour, the day and the month.
    pub(super) usd: Option<[Decimal; 3]>,
    /// Requests a day from which on it costs no more than on demand.
    pub(super) break_even: Option<u64>,
}

/// What the requests of the user cost on demand.
#[derive(Debug)]
pub(super) struct Inference {
    pub(super) requests_per_day: u64,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
    /// A request, and a month of them; none where the prices are not known.
    pub(super) usd: Option<[Decimal; 2]>,
    /// The same requests to a base model, where one is named.
    pub(super) base: Option<Base>,
}

/// The requests of the user to a base model, e.g. the teacher of a distillation.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) model: String,
    pub(super) prices: [Option<Price>; 2],
    /// A request, and a month of them; none where the prices are not known.
    pub(super) usd: Option<[Decimal; 2]>,
}

/// All numbers, and the prices that they are made of.
#[derive(Debug)]
pub(super) struct Estimate {
    pub(super) model: Option<String>,
    pub(super) region: String,
    pub(super) tokens: TokenRange,
    pub(super) margin: u64,
    pub(super) training: Option<Price>,
    pub(super) rows: Vec<Row>,
    /// The length of the job, where it is what is paid.
    pub(super) hours: Option<Decimal>,
    pub(super) storage: Option<Price>,
    pub(super) input: Option<Price>,
    pub(super) output: Option<Price>,
    /// Whether the customized model can be served on demand; none where that is not known.
    pub(super) is_on_demand: Option<bool>,
    pub(super) units: Vec<Unit>,
    pub(super) inference: Option<Inference>,
    pub(super) prices_date: String,
    pub(super) notes: Vec<String>,
}

impl Estimate {
    pub(super) fn new(
        args: &CostArgs,
        target: &Target,
        model: Option<&str>,
        prices: ModelPrices,
        base: Option<&ModelPrices>,
        prices_date: &str,
    ) -> Result<Self, Failure> {
        let Target { manifest, profile, .. } = target;
        let of_model = model.and_then(|model| profile_of(target, model));
        let judged = of_model.as_deref().unwrap_or(profile);
        let of_target = judged.limit(Bound::TokensMargin).map(|limit| limit.value);
        let margin = token_margin(manifest, of_target);
        let tokens = TokenRange::new(manifest.tokens.train, margin);
        let is_reinforcement = judged.customization == Some(Customization::ReinforcementFineTuning);
        let training = if is_reinforcement { prices.reinforcement } else { prices.training };
        let mut notes = Vec::new();
        let is_by_hour = training.as_ref().is_some_and(|price| price.per == Per::Hour);
        let is_by_token = training.as_ref().is_none_or(|price| price.per.tokens().is_some());
        let epochs = args.epochs.unwrap_or_else(|| default_epochs(judged, is_by_token, &mut notes));
        notes.extend(too_many(judged, epochs));
        // The margin, if there is one, is of counts with the model's own encoding.
        if let Some(encoding) = manifest.encoding.as_ref().filter(|&of| *of != judged.encoding)
            && model.is_some()
        {
            notes.push(format!(
                "tokens were counted with {encoding}, and those of {} are counted with {}",
                judged.model, judged.encoding
            ));
        }
        let too_large = || Failure::Usage("the cost is too large to be computed".to_owned());
        let cost = |epochs: u64| -> Result<Option<[Decimal; 3]>, Failure> {
            let Some(price) = training.as_ref().filter(|price| price.usd.is_some()) else { return Ok(None) };
            if price.per == Per::Hour {
                let Some((usd, hours)) = price.usd.zip(args.hours) else { return Ok(None) };
                let usd = usd.times(hours.units(), Decimal::from(1).units()).ok_or_else(too_large)?;
                return Ok(Some([usd; 3]));
            }
            if price.per.tokens().is_none() {
                return Ok(None);
            }
            let of = |tokens: u64| of_tokens(tokens, epochs, price).ok_or_else(too_large);
            Ok(Some([of(tokens.count)?, of(tokens.low)?, of(tokens.high)?]))
        };
        let rows = (epochs.first..=epochs.last)
            .map(|epochs| Ok(Row { epochs, usd: cost(epochs)? }))
            .collect::<Result<Vec<Row>, Failure>>()?;
        notes.extend(training_notes(args, judged, training.as_ref()));
        if profile.customization == Some(Customization::Distillation) {
            notes.push(
                "distillation: the answers of the teacher are not counted here, neither what they cost nor what training on them adds"
                    .to_owned(),
            );
        }
        let deployments = model.and_then(|model| {
            let of_model = of_model.as_ref()?;
            Some(&of_model.models.iter().find(|known| known.is_named(model))?.deployments)
        });
        let is_on_demand = deployments.map(|d| d.is_empty() || d.contains(&Deployment::OnDemand));
        let inference = (args.requests_per_day.zip(args.input_tokens).zip(args.output_tokens)).map(
            |((requests_per_day, input_tokens), output_tokens)| {
                let usd = |input: Option<&Price>, output: Option<&Price>| {
                    let request = of_request((input_tokens, input?), (output_tokens, output?))?;
                    Some([request, per_month(request, requests_per_day)?])
                };
                let base = base.map(|of| {
                    let prices = [of.base_input.clone(), of.base_output.clone()];
                    let usd = usd(prices[0].as_ref(), prices[1].as_ref());
                    Base { model: of.id.clone(), prices, usd }
                });
                let usd = usd(prices.input.as_ref(), prices.output.as_ref());
                Inference { requests_per_day, input_tokens, output_tokens, usd, base }
            },
        );
        let request = inference.as_ref().and_then(|inference| inference.usd).map(|[request, _]| request);
        let units = prices.provisioned.into_iter().map(|(commitment, price)| {
            let hours = |hours: u32| price.usd?.times(hours.into(), 1);
            let usd = hours(1).zip(hours(24)).zip(hours(HOURS_PER_MONTH));
            let break_even = request.zip(price.usd).and_then(|(request, hour)| break_even(request, hour));
            Unit { commitment, usd: usd.map(|((hour, day), month)| [hour, day, month]), break_even, price }
        });
        let units: Vec<Unit> = units.collect();
        if units.iter().any(|unit| unit.break_even.is_some()) {
            notes.push("how many requests a unit can serve is not published".to_owned());
        }
        notes.extend(target.notes.iter().cloned());
        Ok(Self {
            model: model.map(str::to_owned),
            region: prices.region,
            tokens,
            margin,
            training,
            rows,
            hours: args.hours.filter(|_| is_by_hour),
            storage: prices.storage,
            input: prices.input,
            output: prices.output,
            is_on_demand,
            units,
            inference,
            prices_date: prices_date.to_owned(),
            notes,
        })
    }
}

/// The profile that says how tokens of a model are counted, and how it is served: the target's where it is of the
/// model, or the first that is.
fn profile_of(target: &Target, model: &str) -> Option<Arc<Profile>> {
    let is_of = |profile: &&Arc<Profile>| profile.models.iter().any(|known| known.is_named(model));
    Some(&target.profile).filter(is_of).or_else(|| target.catalogue.profiles().iter().find(is_of)).cloned()
}

/// The number of epochs that a job without one gets.
fn default_epochs(profile: &Profile, is_by_token: bool, notes: &mut Vec<String>) -> Epochs {
    let default = of_epochs(profile).and_then(|epochs| epochs.default).and_then(Decimal::whole);
    let default = default.filter(|&epochs| epochs > 0);
    let n = default.unwrap_or(1);
    let said = match default {
        Some(n) => format!("{n} is the default number of epochs; --epochs gives others"),
        None => "no default number of epochs is published, so 1 is shown; --epochs gives others".to_owned(),
    };
    notes.extend(Some(said).filter(|_| is_by_token));
    Epochs { first: n, last: n }
}

/// What the target takes as its number of epochs, by either of its names.
fn of_epochs(profile: &Profile) -> Option<&Hyperparameter> {
    ["epochCount", "n_epochs"].into_iter().find_map(|name| profile.hyperparameters.get(name))
}

/// That the target does not take so many epochs.
fn too_many(profile: &Profile, epochs: Epochs) -> Option<String> {
    let most = of_epochs(profile)?.maximum?.whole().filter(|&most| epochs.last > most)?;
    Some(format!("{} takes at most {most} epochs", profile.name))
}

/// What is to be said of the price of training, and of what it does not hold.
fn training_notes(args: &CostArgs, profile: &Profile, training: Option<&Price>) -> Vec<String> {
    let mut notes = Vec::new();
    let per = training.map(|price| price.per);
    match per {
        Some(Per::Hour) if args.hours.is_none() => {
            notes.push(
                "training is paid by the hour, so tokens do not price it: give its hours with --hours"
                    .to_owned(),
            );
        }
        Some(Per::Hour) => notes.push("training is paid by the hour, so tokens do not price it".to_owned()),
        Some(Per::Image) => {
            let of = |name: &str| profile.hyperparameters.get(name)?.default?.whole();
            let usd = training.and_then(|price| price.usd);
            let example = of("stepCount").zip(of("batchSize")).zip(usd).and_then(|((steps, batch), usd)| {
                let images = steps.checked_mul(batch)?;
                Some(format!(
                    ": the default {steps} steps of {batch} see {images} images, which is {}",
                    usd.times(images.into(), 1)?.usd()
                ))
            });
            let example = example.unwrap_or_default();
            notes.push(format!("training is paid by the image seen, so tokens do not price it{example}"));
        }
        Some(_) => notes.push(
            "how AWS counts the tokens that it bills is not published; compare the first bill with the range"
                .to_owned(),
        ),
        None => {}
    }
    if args.hours.is_some() && per != Some(Per::Hour) {
        notes.push("--hours has no effect: training is not paid by the hour".to_owned());
    }
    notes
}
