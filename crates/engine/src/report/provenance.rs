//! Which inputs are files of a conversion, by the reports of conversions, and where their records were first.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use bedload_record::InputId;
use bedload_report::read_destinations;
use bedload_scan::{Fetch, Input, Inputs, Watch};

use crate::plan::across::temp_dir;
use crate::report::manifest::{InputEntry, Manifest};
use crate::report::output::read_report;
use crate::run::error::EngineError;
use crate::run::paths::resolve;
use crate::run::settings::Settings;
use crate::scan::origins::{Lines, Origins};

const FLAG: &str = "--from-report";

/// The reports of the conversions that wrote some inputs.
#[derive(Debug, Default)]
pub(crate) struct Provenance {
    pub(crate) origins: Origins,
    /// What the manifest of this run tells of them.
    pub(crate) told: Told,
}

/// The reports that were read, as the manifest of a run tells them.
#[derive(Debug, Default)]
pub(crate) struct Told(Vec<serde_json::Value>);

/// A file that a report describes.
struct Described {
    dir: PathBuf,
    is_rejected: bool,
    file: InputEntry,
}

impl Provenance {
    /// Finds the inputs that the reports describe, by size and digest, and reads where their records were first.
    ///
    /// # Errors
    /// Where a report cannot be read, describes none of the inputs, or an input that was changed meanwhile.
    pub(crate) fn read(settings: &Settings, inputs: &Inputs, watch: &Watch) -> Result<Self, EngineError> {
        if settings.from_reports.is_empty() {
            return Ok(Self::default());
        }
        inputs.spool_all(&temp_dir(settings), watch)?;
        let (mut described, mut told) = (Vec::new(), Vec::new());
        let mut reports: Vec<PathBuf> = settings.from_reports.clone();
        let mut seen = HashSet::new();
        reports.retain(|dir| seen.insert(resolve(dir)));
        for dir in &reports {
            let manifest = read_report(dir)?;
            told.push(serde_json::json!({ "path": dir.display().to_string(), "seal": manifest.seal }));
            described.extend(files_of(dir, manifest));
        }
        let fetch = Fetch::new(inputs, &settings.scan);
        let matched = inputs
            .ids()
            .map(|input| matching(inputs, &fetch, input, &described, watch))
            .collect::<Result<Vec<_>, _>>()?;
        refuse_strangers(inputs, &described, &matched, &reports)?;
        let (mut files, mut numbers) = (Vec::new(), HashMap::new());
        let of_inputs =
            matched.into_iter().map(|of| of.map(|of| read(&described[of], &mut files, &mut numbers)));
        let of_inputs = of_inputs.map(Option::transpose).collect::<Result<_, _>>()?;
        Ok(Self { origins: Origins::new(files, of_inputs), told: Told(told) })
    }
}

impl Told {
    /// Adds them to the configuration of a run, which they are a part of.
    pub(crate) fn add_to(&self, config: &mut serde_json::Value) {
        if !self.0.is_empty() {
            config["from_reports"] = self.0.clone().into();
        }
    }
}

/// The size of an input as it is stored, and its BLAKE3, in hexadecimal. All cores hash one file.
pub(crate) fn hash_input(
    fetch: &Fetch<'_>,
    input: InputId,
    watch: &Watch,
) -> Result<(u64, String), EngineError> {
    let mut sum = blake3::Hasher::new();
    let bytes = fetch.raw(input, |piece| {
        sum.update_rayon(piece);
        watch.check()
    })?;
    Ok((bytes, sum.finalize().to_hex().to_string()))
}

fn files_of(dir: &Path, manifest: Manifest) -> Vec<Described> {
    let conversion = manifest.conversion.unwrap_or_default();
    let files = [(false, conversion.out), (true, conversion.rejected)];
    let described = |(is_rejected, file): (bool, Option<InputEntry>)| {
        Some(Described { dir: dir.to_owned(), is_rejected, file: file?.clone() })
    };
    // Nothing can be said of an empty file, and any other one is the same.
    files.into_iter().filter_map(described).filter(|described| described.file.bytes > 0).collect()
}

fn is_named(described: &Described, input: &Input) -> bool {
    input.path().is_some_and(|path| resolve(path) == resolve(Path::new(&described.file.name)))
}

/// The file that an input is, as an index into those that are described; none where it is another.
fn matching(
    inputs: &Inputs,
    fetch: &Fetch<'_>,
    input: InputId,
    described: &[Described],
    watch: &Watch,
) -> Result<Option<usize>, EngineError> {
    let own = inputs.get(input);
    let has_size = |bytes: u64| own.size_bytes().is_none_or(|size| size == bytes);
    if !described.iter().any(|described| has_size(described.file.bytes)) {
        return Ok(None);
    }
    let (bytes, blake3) = hash_input(fetch, input, watch)?;
    let is_it = |described: &Described| described.file.bytes == bytes && described.file.blake3 == blake3;
    let mut found: Vec<usize> = (0..described.len()).filter(|&nth| is_it(&described[nth])).collect();
    if found.iter().any(|&nth| is_named(&described[nth], own)) {
        found.retain(|&nth| is_named(&described[nth], own));
    }
    match found[..] {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        [first, second, ..] => {
            let (name, first, second) =
                (own.name(), described[first].dir.display(), described[second].dir.display());
            Err(EngineError::Usage(format!(
                "{FLAG}: {first} and {second} both describe a file with the content of {name}\nhint: give the report of the conversion that wrote it"
            )))
        }
    }
}

/// Refuses files that are no more what a report says, and reports that are about no input.
fn refuse_strangers(
    inputs: &Inputs,
    described: &[Described],
    matched: &[Option<usize>],
    reports: &[PathBuf],
) -> Result<(), EngineError> {
    let usage = |message: String| Err(EngineError::Usage(message));
    for (nth, file) in described.iter().enumerate() {
        let mut others = inputs.ids().filter(|input| matched[input.index()] != Some(nth));
        // An input that another report describes was written again by that conversion.
        if let Some(input) =
            others.find(|input| matched[input.index()].is_none() && is_named(file, inputs.get(*input)))
        {
            let (name, dir) = (inputs.get(input).name(), file.dir.display());
            return usage(format!(
                "{name}: not the file that {dir} describes: it was changed after the conversion\nhint: convert again with --report, or leave out {FLAG}"
            ));
        }
    }
    for dir in reports {
        let of_dir = |nth: &usize| described[*nth].dir == *dir;
        if matched.iter().flatten().any(of_dir) {
            continue;
        }
        let names: Vec<&str> =
            described.iter().filter(|file| file.dir == *dir).map(|file| file.file.name.as_str()).collect();
        let dir = dir.display();
        return usage(match names[..] {
            [] => format!("{FLAG} {dir}: that conversion wrote no record, so no input can be its file"),
            _ => format!(
                "{FLAG} {dir}: none of the inputs has the content of the file that it describes ({})\nhint: name that file as the conversion wrote it: not compressed, and with every line",
                names.join(", ")
            ),
        });
    }
    Ok(())
}

/// Reads the origins of the lines of a file.
fn read(
    described: &Described,
    files: &mut Vec<String>,
    numbers: &mut HashMap<String, usize>,
) -> Result<Lines, EngineError> {
    let Described { dir, is_rejected, file } = described;
    let path = dir.join("records.parquet");
    let wrong = || {
        let path = path.display();
        EngineError::Usage(format!(
            "{path}: it does not say where every line of {} is from\nhint: `bedload verify {}` shows what was changed",
            file.name,
            dir.display()
        ))
    };
    // A record takes a byte and its line end.
    if file.records > file.bytes {
        return Err(wrong());
    }
    let mut lines = Lines::unknown(usize::try_from(file.records).map_err(|_| wrong())?);
    // The lines of one file are neighbours.
    let mut last = (String::new(), usize::MAX);
    read_destinations(&path, *is_rejected, |destination| {
        if last.1 == usize::MAX || last.0 != destination.file {
            let number = *numbers.entry(destination.file.to_owned()).or_insert_with(|| {
                files.push(destination.file.to_owned());
                files.len() - 1
            });
            last = (destination.file.to_owned(), number);
        }
        let first = usize::try_from(destination.first.checked_sub(1)?).ok()?;
        let end = first.checked_add(usize::try_from(destination.lines).ok()?)?;
        lines.put(first..end, (last.1, destination.line))
    })?;
    if lines.are_known() { Ok(lines) } else { Err(wrong()) }
}
