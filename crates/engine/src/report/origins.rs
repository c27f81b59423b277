//! What groups each line of an output, where its sources differ in that: read from the report, as the files do not tell.

use std::path::Path;

use bedload_record::InputId;
use bedload_report::read_origins;
use bedload_scan::Inputs;
use bedload_stages::group::{GroupBys, Ways};
use serde_json::Value;

use crate::report::manifest::Manifest;
use crate::run::error::EngineError;

/// The source of each line of some files of an output.
pub(crate) struct LineOrigins {
    ways: Ways,
    /// For each file, lines from 0 where those of another source begin.
    of_files: Vec<Vec<(u64, Option<usize>)>>,
}

impl LineOrigins {
    /// Reads the sources of the lines of these files; none where all sources have the same ways to group.
    ///
    /// # Errors
    /// Where the report cannot be read, or the manifest does not say how the output was built.
    pub(crate) fn read(
        dir: &Path,
        manifest: &Manifest,
        inputs: &Inputs,
    ) -> Result<Option<Self>, EngineError> {
        let Some(sources) = manifest.config.get("sources").and_then(Value::as_array) else { return Ok(None) };
        let unknown = |error: serde_json::Error| {
            EngineError::Usage(format!("the manifest does not say how the output was built: {error}"))
        };
        let read = |value: Option<&Value>| -> Result<Option<GroupBys>, EngineError> {
            value.cloned().map(serde_json::from_value).transpose().map_err(unknown)
        };
        let run = read(manifest.config.pointer("/stages/split/group-by"))?.unwrap_or_default();
        let own = sources.iter().map(|source| read(source.get("group-by"))).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = sources.iter().filter_map(|source| source.get("name")?.as_str()).collect();
        let number = |name: &str| names.iter().position(|other| *other == name);
        let is_of_run = |source: Option<&str>| source.and_then(number).is_none_or(|nth| own[nth].is_none());
        let is_in_use = manifest.inputs.iter().any(|input| is_of_run(input.source.as_deref()));
        let ways = Ways::new(&run, &own.iter().map(Option::as_ref).collect::<Vec<_>>(), is_in_use);
        let differ =
            (0..own.len()).map(Some).chain(is_in_use.then_some(None)).any(|nth| ways.of(nth).is_some());
        if !differ {
            return Ok(None);
        }
        let origins = read_origins(&dir.join("report/records.parquet"))?;
        let of_file = |input: &bedload_scan::Input| {
            let path = input.path().and_then(|path| path.strip_prefix(dir).ok());
            let own = origins.lines.iter().filter(|(file, ..)| path == Some(Path::new(file)));
            own.map(|(_, line, source)| (line - 1, source.as_deref().and_then(number))).collect()
        };
        Ok(Some(Self { ways, of_files: inputs.iter().map(of_file).collect() }))
    }

    /// Returns true if a way groups a line, counted from 0. A variant has the source of the record before it.
    pub(crate) fn has(&self, input: InputId, line: u64, kind: usize) -> bool {
        let lines = &self.of_files[input.index()];
        let at = lines.partition_point(|(first, _)| *first <= line);
        self.ways.has(at.checked_sub(1).and_then(|at| lines[at].1), kind)
    }
}
