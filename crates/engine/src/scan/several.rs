//! Conversions that make several records of one line, or one of several: where they are refused.

use bedload_stages::convert::{ConvertConfig, Pairs, Weights};

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::rules::Rules;

/// The setting that makes several records of one line, as an option has it.
fn several(config: &ConvertConfig) -> Option<&'static str> {
    match config {
        _ if !config.enabled => None,
        ConvertConfig { weights: Weights::Split, .. } => Some("--weights split"),
        ConvertConfig { pairs: Pairs::All, .. } => Some("--pairs all"),
        _ => None,
    }
}

/// Refuses settings that make several records of one line, where each line is one record.
pub(crate) fn refuse_several(settings: &Settings) -> Result<(), EngineError> {
    let Some(option) = several(&settings.stages.convert) else { return Ok(()) };
    let message = format!(
        "{option} makes several records of one, which only `bedload convert` does\n\
         hint: convert first, `bedload convert INPUT --to FORMAT {option} --out FILE`, and use FILE without {option}"
    );
    Err(EngineError::Usage(message))
}

/// Refuses data of which one record is made of several lines.
pub(crate) fn refuse_joined(rules: &Rules) -> Result<(), EngineError> {
    let Some(conversion) = rules.conversion.as_ref().filter(|conversion| conversion.joins_any()) else {
        return Ok(());
    };
    let to = conversion.converter.to().name;
    Err(EngineError::Usage(format!(
        "records of the format kto are paired with each other, which only `bedload convert` does\n\
         hint: convert first, `bedload convert INPUT --to {to} --out FILE`, and use FILE"
    )))
}

/// Refuses them where nothing is converted.
pub(crate) fn refuse_without_target(settings: &Settings) -> Result<(), EngineError> {
    let config = &settings.stages.convert;
    match several(config).filter(|_| config.target().is_none()) {
        Some(option) => Err(EngineError::Usage(format!(
            "{option} is for a conversion\nhint: name a target format with --to"
        ))),
        None => Ok(()),
    }
}
