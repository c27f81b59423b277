//! `bedload cost`

mod estimate;
mod jsonl;
mod text;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use bedload_bedrock::{Citation, ModelPrices, Per, Price, Prices, Sure};

use super::target::Target;
use crate::args::{CostArgs, OutputFormat};
use crate::exit::{Exit, Failure};
use crate::output::Out;
use crate::quoting::Quoting;
use estimate::Estimate;

pub(crate) fn run(args: &CostArgs) -> Result<Exit, Failure> {
    let target = Target::read(&args.target)?;
    if target.manifest.encoding.is_none() {
        return Err(Failure::Usage(format!(
            "{}: built without token counts, and training is paid by the token\nhint: build it again without `--skip tokens`",
            args.target.dir.display()
        )));
    }
    let prices = match &args.prices {
        Some(path) => read_file(path, |text| Prices::read(text).map_err(|error| error.to_string()))?,
        None => Prices::built_in(),
    };
    let model = model(args, &target, &prices)?;
    let mut of_model = model.as_deref().and_then(|model| prices.of(model)).cloned();
    if let Some(path) = &args.price_list {
        let Some(of_model) = &mut of_model else {
            let model = model.unwrap_or_else(|| target.profile.name.clone());
            return Err(Failure::Usage(format!(
                "{}: the usage types of {model} in the price list are not known\nhint: give `usage-type` in a file for --prices",
                path.display()
            )));
        };
        let name = path.display().to_string();
        read_file(path, |text| of_model.replace_from_list(text, &name).map_err(|error| error.to_string()))?;
    }
    let mut of_model = of_model
        .unwrap_or_else(|| ModelPrices { id: model.clone().unwrap_or_default(), ..ModelPrices::default() });
    let given = args.price_per_1k.map(|usd| Price {
        usd: Some(usd),
        per: Per::ThousandTokens,
        source: Citation { place: "--price-per-1k".to_owned(), date: "this run".to_owned() },
        sure: Sure::Given,
        note: None,
    });
    if let Some(given) = given {
        (of_model.training, of_model.reinforcement) = (Some(given.clone()), Some(given));
    }
    let base = args.compare_model.as_ref().map(|name| prices.of(name).ok_or_else(|| unknown(name, &prices)));
    let base = base.transpose()?;
    let estimate = Estimate::new(args, &target, model.as_deref(), of_model, base, prices.date())?;
    let mut out = Out::new();
    match args.target.output.output_format {
        OutputFormat::Text => out.write(text::page(&target, &estimate).as_bytes())?,
        OutputFormat::Jsonl => {
            for object in jsonl::objects(&target, &estimate) {
                out.write_object(&object)?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// The model that is named, or that of the target; none where only the price of tokens is asked for.
fn model(args: &CostArgs, target: &Target, prices: &Prices) -> Result<Option<String>, Failure> {
    let profile = &target.profile;
    let names = |models: Vec<&str>| models.join(", ");
    if let Some(name) = &args.model {
        let of_profile =
            profile.models.iter().find(|model| model.is_named(name)).map(|model| model.id.clone());
        let of_any = || {
            let profiles = target.catalogue.profiles().iter();
            let mut models = profiles.flat_map(|profile| profile.models.iter());
            models.find(|model| model.is_named(name)).map(|model| model.id.clone())
        };
        let of_prices = || prices.of(name).map(|prices| prices.id.clone());
        let found = of_profile.or_else(of_any).or_else(of_prices);
        return match found {
            Some(id) => Ok(Some(id)),
            None if args.price_per_1k.is_some() => Ok(Some(name.clone())),
            None => Err(unknown(name, prices)),
        };
    }
    match profile.models.as_slice() {
        [model] => Ok(Some(model.id.clone())),
        _ if args.price_per_1k.is_some() => Ok(None),
        [] => Err(Failure::Usage(format!(
            "{} is for no model in particular that Bedrock customizes, so there is no price\nhint: name a model with --model, or give --price-per-1k",
            profile.name
        ))),
        several => {
            let ids = several.iter().map(|model| model.id.as_str()).collect();
            Err(Failure::Usage(format!(
                "{} is for several models\nhint: name one with --model: {}",
                profile.name,
                names(ids)
            )))
        }
    }
}

fn unknown(name: &str, prices: &Prices) -> Failure {
    let known: Vec<&str> = prices.models().iter().map(|model| model.id.as_str()).collect();
    Failure::Usage(format!("unknown model `{name}`\nhint: the models with prices are {}", known.join(", ")))
}

/// The whole price list of a service is a few megabytes.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// Reads a file of the user's; what is wrong with it is quoted only where the file may be shown.
fn read_file<T>(path: &Path, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Failure> {
    let wrong = |message: String| Failure::Usage(format!("{}: {message}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    let n =
        file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| wrong(error.to_string()))?;
    if n as u64 > FILE_BYTES_MAX {
        return Err(wrong(format!("larger than {} MiB", FILE_BYTES_MAX >> 20)));
    }
    read(&text).map_err(|message| wrong(Quoting::of(path, None).message(&message)))
}
