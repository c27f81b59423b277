//! The report of a conversion: the tables of a build that it has, for all lines of the inputs, and a manifest that tells
//! the files that were written by what they hold. It is a directory of its own, complete or not there at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bedload_record::{Code, FactTable, Finding, Ordinal, Verdict};
use bedload_scan::{Fetch, Inputs, Watch};
use rayon::prelude::*;

use super::Outputs;
use crate::plan::Plan;
use crate::plan::pack::{Packed, Shard};
use crate::report::config::config;
use crate::report::manifest::{
    ConversionEntry, FORMAT_VERSION, FileEntry, InputEntry, Manifest, SkippedFiles, TargetEntry,
};
use crate::report::provenance::Told;
use crate::report::records::records;
use crate::report::repairs::{Change, Repairs, repairs};
use crate::report::tables::{TableInput, findings};
use crate::run::error::EngineError;
use crate::run::paths::resolve;
use crate::run::progress::Progress;
use crate::run::settings::Settings;
use crate::scan::against::Against;
use crate::scan::conversion::Conversion;
use crate::scan::ids::Ids;
use crate::scan::rules::Rules;
use crate::write;
use crate::write::checksums::{hash_inputs, hash_written};
use crate::write::paths::refuse_output_inside_input;
use crate::write::store::Store;

const FLAG: &str = "--report";

/// A report that is being written.
pub(super) struct Report<'p> {
    store: Store<'p>,
    outputs: Outputs<'p>,
}

/// What a report is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) settings: &'a Settings,
    pub(super) plan: &'a Plan,
    pub(super) rules: &'a Rules,
    pub(super) facts: &'a FactTable,
    pub(super) told: &'a Told,
    pub(super) watch: &'a Watch,
}

impl<'p> Report<'p> {
    /// Begins a report, where one is wanted.
    ///
    /// # Errors
    /// Where its place is that of something else, or cannot be written.
    pub(super) fn begin(
        outputs: Outputs<'p>,
        inputs: &Inputs,
        progress: &'p Progress,
    ) -> Result<Option<Self>, EngineError> {
        let Some(dir) = outputs.report else { return Ok(None) };
        refuse_output_inside_input(FLAG, inputs, dir)?;
        let place = resolve(dir);
        for (flag, file) in [("--out", Some(outputs.out)), ("--rejected", outputs.rejected)] {
            let Some(file) = file else { continue };
            let (own, shown) = (resolve(file), file.display());
            if own.starts_with(&place) || place.starts_with(&own) {
                let dir = dir.display();
                return Err(EngineError::Usage(format!(
                    "{FLAG} {dir}: one of it and {flag} {shown} is inside the other\nhint: a report is a directory of its own"
                )));
            }
        }
        Ok(Some(Self { store: Store::create(FLAG, dir, outputs.overwrite, progress)?, outputs }))
    }

    /// What killed runs left next to it, by name.
    pub(super) fn leftovers(&self) -> &[String] {
        self.store.leftovers()
    }

    /// Writes the tables, and hands over the findings as they are found. The plan has what was written as its only shards.
    pub(super) fn write_tables(
        &self,
        about: About<'_>,
        each: impl FnMut(&[Finding]) -> Result<(), EngineError>,
    ) -> Result<Vec<FileEntry>, EngineError> {
        let About { inputs, settings, plan, rules, facts, watch, .. } = about;
        let (fetch, against, ids) = (Fetch::new(inputs, &settings.scan), Against::default(), Ids::none());
        let source = TableInput {
            facts,
            plan,
            against: &against,
            rules,
            fetch: &fetch,
            watch,
            max_record_bytes: settings.scan.max_record_bytes,
            sources: &settings.sources,
            ids: &ids,
            has_sides: false,
        };
        let dir = self.store.path();
        Ok(vec![records(dir, &source)?, findings(dir, &source, None, each)?])
    }

    /// Writes the table of repairs, and hands over each as it is found.
    pub(super) fn write_repairs(
        &self,
        source: (&FactTable, &Rules, &Fetch<'_>, &Watch),
        each: impl FnMut(&Change) -> Result<(), EngineError>,
    ) -> Result<(FileEntry, Repairs), EngineError> {
        repairs(self.store.path(), source, each)
    }

    /// Hashes what was written, and seals the report.
    pub(super) fn seal(
        &self,
        about: About<'_>,
        files: Vec<FileEntry>,
        [out, rejected]: [Option<PathBuf>; 2],
        (by_code, repairs): (&BTreeMap<Code, u64>, Option<&Repairs>),
    ) -> Result<(), EngineError> {
        let About { inputs, settings, plan, rules, facts, told, watch } = about;
        let fetch = Fetch::new(inputs, &settings.scan);
        let entry = |written: Option<PathBuf>, shard: Option<&Shard>| {
            let Some((written, shard)) = written.zip(shard) else { return Ok(None) };
            let (bytes, blake3) = hash_written(&written, watch)?;
            let name = shard.path.clone();
            Ok::<_, EngineError>(Some(InputEntry {
                name,
                bytes,
                blake3,
                records: shard.records,
                source: None,
            }))
        };
        let shard =
            |is_rejected: bool| plan.packed.shards.iter().find(|shard| shard.side.is_none() == is_rejected);
        let from = rules.conversion.as_ref().map(Conversion::from).unwrap_or_default();
        let conversion = ConversionEntry {
            from: from.into_iter().map(str::to_owned).collect(),
            out: entry(out, shard(false))?,
            rejected: entry(rejected, shard(true))?,
            written: written(facts, plan),
        };
        let mut config = config(settings, rules, inputs);
        told.add_to(&mut config);
        let manifest = Manifest {
            tool: "bedload".to_owned(),
            format_version: FORMAT_VERSION,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            profile: settings.profile.as_ref().map(|profile| profile.name.clone()),
            target: settings.profile.as_deref().map(TargetEntry::of),
            format: rules.format.map(|format| format.name.to_owned()),
            encoding: rules.tokenizer.as_ref().map(|tokenizer| tokenizer.name().to_owned()),
            seed: settings.seed,
            config,
            inputs: hash_inputs(inputs, &fetch, facts, &settings.sources, watch)?,
            skipped: SkippedFiles {
                files: inputs.skipped().n_files,
                names: inputs.skipped().names().map(str::to_owned).collect(),
            },
            counts: plan.counts,
            findings: by_code.iter().map(|(code, &n)| (code.name().to_owned(), n)).collect(),
            repairs: repairs.map(Repairs::by_name),
            beyond_repair: repairs.map(|repairs| repairs.beyond),
            conversion: Some(conversion),
            files,
            ..Manifest::default()
        };
        write::manifest::write(self.store.path(), &manifest.sealed())
    }

    /// Moves it into place, and gives notes for the user about how that was done.
    pub(super) fn publish(self) -> Result<Vec<String>, EngineError> {
        self.store.publish()
    }

    /// The files that the records went to, under the names that the user gave them.
    pub(super) fn shards(&self, kept: &Packed, rejected: &Packed) -> Packed {
        let named = |packed: &Packed, file: Option<&Path>| {
            let file = file?;
            Some(Shard { path: file.display().to_string(), ..packed.shards.first()?.clone() })
        };
        let Outputs { name, rejected: rejected_file, .. } = self.outputs;
        let shards = [named(kept, Some(name)), named(rejected, rejected_file)];
        Packed { shards: shards.into_iter().flatten().collect(), units: Vec::new() }
    }
}

/// How many records are made of the lines that are kept.
fn written(facts: &FactTable, plan: &Plan) -> u64 {
    let lines = (0..facts.len()).into_par_iter().map(Ordinal);
    let kept = lines.filter(|line| matches!(plan.verdicts[line.index()], Verdict::Kept(_)));
    kept.map(|line| facts.records(line)).sum()
}
