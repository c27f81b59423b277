//! What ties records to sides before anything is decided: an earlier output, by digests, and sources, by inputs.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use bedload_record::names::did_you_mean;
use bedload_record::plural::{agree, plural};
use bedload_record::{FactTable, Ordinal, Side};
use bedload_report::read_sides;
use bedload_scan::Inputs;
use bedload_stages::split::Tie;
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::run::settings::Settings;

/// The ties of a run.
#[derive(Debug, Default)]
pub(crate) struct Ties {
    /// Sorted digests of the records of earlier outputs, and their sides.
    digests: Vec<u128>,
    sides: Vec<Side>,
    /// The side of each input whose source has one; empty where none has.
    by_input: Vec<Option<Side>>,
    pub(crate) tables: Vec<PinTable>,
}

/// An earlier output that pins records.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PinTable {
    /// The table that has its sides, as it was named.
    pub(crate) path: String,
    sha256: String,
    pub(crate) records: u64,
}

impl Ties {
    /// Reads the earlier outputs, and finds the inputs of sources that have a side.
    ///
    /// # Errors
    /// Where an output cannot be read, two put a record on different sides, or no input is of a source.
    pub(crate) fn read(settings: &Settings, inputs: &Inputs) -> Result<Self, EngineError> {
        let split = &settings.stages.split;
        if !split.enabled {
            return Ok(Self::default());
        }
        let mut by_input = Vec::new();
        for (flag, names, side) in [
            ("--validation-source", &split.validation_source, Side::Validation),
            ("--test-source", &split.test_source, Side::Test),
        ] {
            for name in names {
                by_input.resize(inputs.len(), None);
                put_source((flag, name, side), settings, inputs, &mut by_input)?;
            }
        }
        let mut pinned = Vec::new();
        let mut tables = Vec::new();
        for path in &split.pin {
            let path = table_of(path)?;
            let found = read_sides(&path)?;
            let sha256 = hex(&sha256(&path)?);
            tables.push(PinTable { path: path.display().to_string(), sha256, records: found.len() as u64 });
            pinned.extend(found);
        }
        pinned.par_sort_unstable();
        pinned.dedup();
        let twice = pinned.windows(2).filter(|pair| pair[0].0 == pair[1].0).count() as u64;
        if twice > 0 {
            let records = plural(twice, "record", "records");
            let are = agree(twice, "is", "are");
            return Err(EngineError::Usage(format!(
                "--pin: {records} {are} on several sides of what was named\nhint: pin one output, whose sides share no record"
            )));
        }
        let (digests, sides) = pinned.into_iter().unzip();
        Ok(Self { digests, sides, by_input, tables })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.digests.is_empty() && self.by_input.is_empty()
    }

    /// How many records of the sources that are a side are accepted.
    pub(crate) fn accepted_of(&self, facts: &FactTable, side: Side) -> u64 {
        let accepted = (0..facts.len()).into_par_iter().map(Ordinal).filter(|&line| facts.accepted(line));
        let is_of = |line: &Ordinal| self.by_input.get(facts.input_of(*line).index()) == Some(&Some(side));
        accepted.filter(is_of).count() as u64
    }

    /// How many records of earlier outputs are pinned.
    pub(crate) fn pinned(&self) -> u64 {
        self.digests.len() as u64
    }

    /// How many of them are among the accepted records.
    pub(crate) fn found(&self, facts: &FactTable) -> u64 {
        let accepted = (0..facts.len()).into_par_iter().map(Ordinal).filter(|&line| facts.accepted(line));
        let place = |line: Ordinal| self.digests.binary_search(&facts.digest(line)).ok();
        let mut places: Vec<usize> = accepted.filter_map(place).collect();
        places.par_sort_unstable();
        places.dedup();
        places.len() as u64
    }

    /// What ties an accepted record.
    pub(crate) fn of(&self, facts: &FactTable, line: Ordinal) -> Option<Tie> {
        let pinned = self.digests.binary_search(&facts.digest(line)).ok();
        let source = || *self.by_input.get(facts.input_of(line).index())?;
        pinned.map(|at| Tie::Pinned(self.sides[at])).or_else(|| source().map(Tie::Source))
    }
}

/// The table that has the sides of an output, which is named itself or by its directory.
fn table_of(path: &Path) -> Result<PathBuf, EngineError> {
    if !path.exists() {
        return Err(EngineError::Usage(format!(
            "--pin {}: there is no such file or directory\nhint: name a directory that `bedload build` wrote, or its \
             report/records.parquet",
            path.display()
        )));
    }
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let table = path.join("report/records.parquet");
    if table.is_file() {
        return Ok(table);
    }
    Err(EngineError::Usage(format!(
        "--pin {}: there is no report/records.parquet in it\nhint: name a directory that `bedload build` wrote, or its \
         report/records.parquet",
        path.display()
    )))
}

fn sha256(path: &Path) -> Result<Vec<u8>, EngineError> {
    let mut file = File::open(path).map_err(io_error(path, "opened"))?;
    let mut sha256 = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(io_error(path, "read"))? {
            0 => return Ok(sha256.finalize().to_vec()),
            n => sha256.update(&buffer[..n]),
        }
    }
}

/// Puts the inputs of a source on a side: those that it is the name of, or whose path or file name it is.
fn put_source(
    (flag, name, side): (&str, &str, Side),
    settings: &Settings,
    inputs: &Inputs,
    by_input: &mut [Option<Side>],
) -> Result<(), EngineError> {
    let source_name =
        |input: &bedload_scan::Input| Some(settings.sources.get(input.source()?)?.name.as_str());
    let file_name = |input: &bedload_scan::Input| input.name().rsplit('/').next().map(str::to_owned);
    let mut is_found = false;
    for (input, of) in inputs.iter().zip(by_input) {
        let is_it = source_name(input) == Some(name)
            || input.name() == name
            || file_name(input).as_deref() == Some(name);
        if !is_it {
            continue;
        }
        is_found = true;
        if of.replace(side).is_some_and(|other| other != side) {
            let input = input.name();
            return Err(EngineError::Usage(format!("{flag} {name}: {input} cannot be on two sides")));
        }
    }
    if is_found {
        return Ok(());
    }
    let known: Vec<&str> =
        inputs.iter().flat_map(|input| [source_name(input), Some(input.name())]).flatten().collect();
    let near = did_you_mean(name, known.iter().copied());
    let hint = near.unwrap_or_else(|| {
        "name an input as it is in the report, or an [[input]] table of bedload.toml".to_owned()
    });
    Err(EngineError::Usage(format!("{flag} {name}: no input has this name\nhint: {hint}")))
}
