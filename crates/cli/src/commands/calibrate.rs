//! `bedload calibrate`

use std::fmt::Write;
use std::sync::Arc;

use bedload_engine::{calibrate, public_encoding};
use bedload_scan::{DiscoverOptions, ScanOptions, discover};
use bedload_stages::balance::pointer_steps;
use bedload_stages::tokens::{Calibration, MARGIN_MAX, SHORT, Tokenizer};
use serde_json::json;

use super::{new_progress, objects, start_workers};
use crate::args::{CalibrateArgs, OutputFormat};
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::output::Out;
use crate::progress::Display;
use crate::settings;

pub(crate) fn run(args: &CalibrateArgs) -> Result<Exit, Failure> {
    let config = Config::load(&args.config)?;
    let tokenizer = match settings::tokenizer(&args.vocabulary)? {
        Some(tokenizer) => tokenizer,
        None => encoding(args, &config)?,
    };
    let progress = new_progress()?;
    let workers = start_workers(None)?;
    let discovery = DiscoverOptions {
        array: args.array || config.array || config.records.is_some(),
        records: config.records.as_deref().map(pointer_steps),
        max_decompressed: config.max_decompressed,
        temp_dir: config.temp_dir.clone(),
        objects: objects::store(&args.account, &args.inputs)?,
        ..DiscoverOptions::default()
    };
    let inputs = workers.install(|| discover(&args.inputs, &discovery))?;
    let calibration = {
        let _display = Display::start(&progress, inputs.size_bytes(), &args.output);
        let progress = Arc::clone(&progress);
        let options = ScanOptions::default();
        workers.install(|| calibrate(&inputs, &tokenizer, &options, &progress))?
    };
    let mut out = Out::new();
    match args.output.output_format {
        OutputFormat::Text => out.write(page(&calibration, tokenizer.name()).as_bytes())?,
        OutputFormat::Jsonl => out.write_object(&object(&calibration, tokenizer.name()))?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// The encoding that is named here, or that of the profile that is named here, or what is configured.
fn encoding(args: &CalibrateArgs, config: &Config) -> Result<Tokenizer, Failure> {
    let catalogue = config.catalogue(args.profile_file.as_deref())?;
    let engine = args.vocabulary.token_engine.as_ref().unwrap_or(&config.stages.tokens.engine);
    let configured = config.stages.tokens.encoding.clone().filter(|_| args.profile.is_none());
    let name = match (args.encoding.clone().or(configured), args.profile.as_ref().or(config.profile.as_ref()))
    {
        (Some(encoding), _) => encoding,
        (None, Some(profile)) => {
            let profile = catalogue.get(profile).map_err(|error| Failure::Usage(error.to_string()))?;
            profile.encoding.clone()
        }
        (None, None) => "o200k_base".to_owned(),
    };
    Ok(public_encoding(&name, engine)?)
}

/// What to write into `bedload.toml`; nothing where no margin is wide enough.
fn lines(calibration: &Calibration) -> Option<String> {
    (calibration.margin <= MARGIN_MAX).then(|| format!("[stages.tokens]\nmargin = {}", calibration.margin))
}

fn page(calibration: &Calibration, encoding: &str) -> String {
    let Calibration { pairs, short, truth, ours, spread, margin } = calibration;
    let mut out = String::new();
    let mut say = |name: &str, value: String| {
        let _ = writeln!(out, "{name:10}{value}");
    };
    say("encoding", encoding.to_owned());
    say("pairs", format!("{pairs}"));
    say("ratio", format!("{:.4} true / ours ({truth} / {ours} tokens)", calibration.ratio()));
    if let Some(spread) = spread {
        let left_out = match short {
            0 => String::new(),
            n => format!("; without {n} of fewer than {SHORT} tokens"),
        };
        let (min, p5, p50, p95, max) = (spread.min, spread.p5, spread.p50, spread.p95, spread.max);
        say(
            "spread",
            format!("p5 {p5:.4}, p50 {p50:.4}, p95 {p95:.4}, min {min:.4}, max {max:.4}, by pair{left_out}"),
        );
        say("margin", format!("{margin} %: 99 % of these pairs are within it, in either direction"));
    } else {
        say("spread", format!("none: every pair has fewer than {SHORT} tokens"));
        say(
            "margin",
            format!("{margin} %: 99 % of the pairs are within it; longer texts would give a better estimate"),
        );
    }
    match lines(calibration) {
        Some(lines) => {
            let _ = writeln!(out, "\nfor bedload.toml:\n\n{lines}");
        }
        None => {
            let _ =
                writeln!(out, "\nthe margin is too large to be useful; try another encoding (--encoding)");
        }
    }
    out
}

fn object(calibration: &Calibration, encoding: &str) -> serde_json::Value {
    let round = |ratio: f64| (ratio * 1e4).round() / 1e4;
    let spread = calibration.spread.map(|spread| {
        json!({
            "min": round(spread.min),
            "p5": round(spread.p5),
            "p50": round(spread.p50),
            "p95": round(spread.p95),
            "max": round(spread.max),
        })
    });
    json!({
        "kind": "calibration",
        "encoding": encoding,
        "pairs": calibration.pairs,
        "pairs_short": calibration.short,
        "tokens_true": calibration.truth,
        "tokens_ours": calibration.ours,
        "ratio": round(calibration.ratio()),
        "spread": spread,
        "margin": calibration.margin,
        "config": lines(calibration),
    })
}
