//! Opens the data that the records of a run are compared with.

use std::ffi::OsString;
use std::path::Path;

use bedload_record::Side;
use bedload_record::plural::{agree, part_of};
use bedload_scan::{DiscoverOptions, Inputs, discover};
use bedload_stages::dedupe::Survivor;
use bedload_stages::split::SplitConfig;

use crate::report::manifest::MANIFEST;
use crate::report::output::{files_of_side, read_output, settings_of};
use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::against::{Against, Known};
use crate::scan::facts::{Scanned, scan};
use crate::scan::rules::Rules;

/// Reads what `--against` names. Adds a note where records of it cannot be compared.
///
/// # Errors
/// Where it cannot be read, or none of its records can be compared.
pub(super) fn open(
    settings: &Settings,
    rules: &Rules,
    records: u64,
    temp_dir: &Path,
    progress: &Progress,
    notes: &mut Vec<String>,
) -> Result<Against, EngineError> {
    let paths = &settings.stages.dedupe.against;
    let open = |path: &String| {
        let is_output = Path::new(path).join(MANIFEST).is_file();
        let (inputs, of) =
            if is_output { output(Path::new(path), settings)? } else { data(path, settings, rules)? };
        let known = read(inputs, &of, temp_dir, progress)?;
        let facts = &known.facts;
        let compared = facts.ordinals().filter(|&line| facts.accepted(line)).count() as u64;
        let all = facts.len();
        if compared == 0 {
            return Err(EngineError::Usage(format!(
                "--against {path}: it has no valid record that could be compared\nhint: `bedload check {path}` says why"
            )));
        }
        if compared < all {
            let part = part_of(all - compared, all, "record", "records");
            let are = agree(all - compared, "is", "are");
            notes.push(format!("--against {path}: {part} {are} invalid, and nothing is compared with them"));
        }
        let format = |rules: &Rules| rules.format.map(|format| format.name);
        if let (Some(own), Some(other)) = (format(rules), format(&known.rules))
            && own != other
            && settings.stages.near.dropping().is_none()
        {
            notes.push(format!(
                "--against {path}: its records are {other}, and those of this run {own}, so that none are equal; convert them with --to {other}, or compare their texts with --near 0.8"
            ));
        }
        Ok(known)
    };
    let known = paths.iter().map(open).collect::<Result<Vec<Known>, EngineError>>()?;
    Ok(Against::new(known, records))
}

/// The files of all sides of a built directory, and how their records are read: as they were built, and compared as in
/// this run.
fn output(dir: &Path, settings: &Settings) -> Result<(Inputs, Settings), EngineError> {
    let manifest = read_output(dir)?;
    let files: Vec<OsString> =
        Side::ALL.iter().flat_map(|&side| files_of_side(dir, &manifest, side)).collect();
    let mut of = settings_of(&manifest)?;
    of.stages.dedupe.normalize = settings.stages.dedupe.normalize;
    compare_only(&mut of);
    of.sources.clear();
    Ok((discover(&files, &DiscoverOptions::default())?, of))
}

/// Files, and how their records are read: as those of this run, by the source whose paths have them, but that their rules
/// are not checked.
fn data(path: &str, settings: &Settings, rules: &Rules) -> Result<(Inputs, Settings), EngineError> {
    if path == "-" {
        return Err(EngineError::Usage(
            "--against - would read standard input\nhint: save it to a file first".to_owned(),
        ));
    }
    let mut of = settings.clone();
    if of.stages.convert.target().is_none() {
        of.format = rules.format;
    }
    for stage in ["schema", "tokens"] {
        of.stages.skip(stage);
    }
    compare_only(&mut of);
    for source in &mut of.sources {
        (source.group_by, source.label, source.id) = (None, None, None);
    }
    let options = DiscoverOptions { sources: of.source_paths.clone(), ..DiscoverOptions::default() };
    Ok((discover(&[OsString::from(path)], &options)?, of))
}

/// Leaves out what nothing is compared by.
fn compare_only(settings: &mut Settings) {
    settings.profile = None;
    let stages = &mut settings.stages;
    for stage in ["near", "balance", "split", "augment"] {
        stages.skip(stage);
    }
    stages.dedupe.survivor = Survivor::First;
    stages.split = SplitConfig { enabled: false, ..SplitConfig::default() };
}

fn read(
    inputs: Inputs,
    settings: &Settings,
    temp_dir: &Path,
    progress: &Progress,
) -> Result<Known, EngineError> {
    inputs.refuse_foreign()?;
    inputs.spool_all(temp_dir, &progress.watch)?;
    let (rules, _) = Rules::new(settings, &inputs)?;
    let Scanned { facts, .. } = scan(&inputs, settings, &rules, temp_dir, progress)?;
    Ok(Known { inputs, rules, facts })
}
