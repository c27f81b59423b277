//! The sources of a run: what the records of each input are called together.

use bedload_record::names::offer;
use bedload_record::plural::plural;
use bedload_record::{Code, Counts, FactTable, Finding, Side};
use bedload_scan::{Input, Inputs};
use bedload_stages::facets::Sources;

use crate::run::error::EngineError;
use crate::run::settings::Settings;
use crate::scan::ties::Ties;

/// Where the records of each input are from: the source that is described for it, or the input itself.
pub(super) fn sources(facts: &FactTable, settings: &Settings) -> Sources {
    let of_input = |source: Option<usize>, name| source.map_or(name, |nth| &settings.sources[nth].name);
    Sources::new(facts.files().iter().map(|file| of_input(file.source, &file.name)))
}

/// Where the records of an input are from.
pub(crate) fn source_name<'a>(input: &'a Input, settings: &'a Settings) -> &'a str {
    input.source().map_or(input.name(), |nth| &settings.sources[nth].name)
}

/// Refuses a mix of other sources than there are.
pub(crate) fn refuse_unknown_sources(settings: &Settings, inputs: &Inputs) -> Result<(), EngineError> {
    let split = &settings.stages.split;
    let mix = &split.mix;
    if mix.is_empty() || !split.enabled {
        return Ok(());
    }
    let described = || settings.sources.iter().map(|source| source.name.as_str());
    let sources = Sources::new(inputs.iter().map(|input| source_name(input, settings)));
    let names = || sources.names().iter().map(String::as_str);
    let usage = |message: String| Err(EngineError::Usage(message));
    if let Some(unknown) = mix.names().find(|name| !names().chain(described()).any(|other| other == *name)) {
        let near = offer(unknown, names());
        let all = sources.names().join(", ");
        return usage(format!("--mix: there is no source `{unknown}`\nhint: {near}the sources are {all}"));
    }
    if let Some(missing) = names().find(|name| mix.weight(name).is_none()) {
        return usage(format!(
            "--mix: the source `{missing}` has no weight\nhint: give it one; 0 leaves its records out"
        ));
    }
    if names().all(|name| mix.weight(name).is_none_or(|weight| weight.millionths() == 0)) {
        return usage("--mix: all weights are 0, which would keep nothing".to_owned());
    }
    Ok(())
}

/// The findings where the sources of a side leave it without a record: a job, or a test, would have no such data.
pub(crate) fn judge_empty_sides(
    facts: &FactTable,
    ties: &Ties,
    counts: Counts,
    settings: &Settings,
) -> Vec<Finding> {
    let split = &settings.stages.split;
    // Without any record at all, that is said instead.
    if !split.enabled || counts.train + counts.validation == 0 {
        return Vec::new();
    }
    let sides = [
        (Side::Validation, &split.validation_source, counts.validation),
        (Side::Test, &split.test_source, counts.test),
    ];
    let empty = sides.into_iter().filter(|(_, names, kept)| !names.is_empty() && *kept == 0);
    let finding = |(side, names, _): (Side, &Vec<String>, u64)| {
        let (side_name, names) = (side.name(), names.join(", "));
        let why = match ties.accepted_of(facts, side) {
            0 => format!("none of --{side_name}-source {names} is valid"),
            n => format!(
                "of {} in --{side_name}-source {names}, none is kept",
                plural(n, "valid record", "valid records")
            ),
        };
        Finding::dataset(Code::DatasetNoRecords, format!("there are no {side_name} records: {why}"))
    };
    empty.map(finding).collect()
}
