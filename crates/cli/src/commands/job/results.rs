//! What a job has written to S3: metrics as they appear, and what it says of its input. That they cannot be read is told
//! and ends nothing.

use std::collections::BTreeMap;
use std::path::Path;

use bedload_client::{InputCounts, Job, Step, input_report, is_input_report, is_metrics, steps};
use bedload_engine::{Manifest, Progress, read_output};
use bedload_record::plural::count;
use bedload_store::{Account, Folder, Listed, Location, StoreError};
use serde_json::json;

use crate::args::{OutputArgs, OutputFormat};
use crate::commands::online::object;
use crate::commands::refuse_remote;
use crate::escape::escape;
use crate::exit::Failure;
use crate::output::{Out, say};

/// A job writes some files; a distillation also what its teacher said.
const OBJECTS_MAX: usize = 10_000;
const BYTES_MAX: u64 = 32 << 20;
/// Failures in a row after which metrics are not looked for again before the end.
const FAILURES_MAX: u32 = 3;
/// New rows of a table that people are shown at once.
const ROWS_MAX: usize = 10;

/// The results of one job.
pub(super) struct Results<'a> {
    account: &'a Account,
    progress: &'a Progress,
    output: &'a OutputArgs,
    folder: Option<Folder<'a>>,
    /// The tables that were read: as which they were, and how many rows were told.
    tables: BTreeMap<String, (Listed, usize)>,
    failures: u32,
}

impl<'a> Results<'a> {
    pub(super) fn new(account: &'a Account, progress: &'a Progress, output: &'a OutputArgs) -> Self {
        Self { account, progress, output, folder: None, tables: BTreeMap::new(), failures: 0 }
    }

    /// Tells the rows of metrics that are new.
    pub(super) fn tell_metrics(&mut self, job: &Job) -> Result<(), Failure> {
        if self.failures >= FAILURES_MAX && !job.status.is_end() {
            return Ok(());
        }
        for (path, before, rows) in self.attempt(job, "metrics", Self::new_rows).unwrap_or_default() {
            self.tell_rows(job, &path, before, &rows)?;
        }
        Ok(())
    }

    /// The last row of each table of metrics.
    pub(super) fn last_metrics(&mut self, job: &Job) -> Vec<(String, Step)> {
        let tables = self.attempt(job, "metrics", Self::new_rows).unwrap_or_default();
        tables.into_iter().filter_map(|(path, _, rows)| rows.last().cloned().map(|row| (path, row))).collect()
    }

    /// What the job says of its input, as far as it does.
    pub(super) fn input(&mut self, job: &Job) -> Vec<InputCounts> {
        self.attempt(job, "input report", |results, job| {
            let Some(listed) = results.list(job)? else { return Ok(Vec::new()) };
            let mut out = Vec::new();
            for object in listed.into_iter().filter(|object| is_input_report(&object.path)) {
                out.extend(input_report(&results.read(&object.path)?));
            }
            Ok(out)
        })
        .unwrap_or_default()
    }

    /// Tells what the job says of its input, and where that differs from the directory that it trains on.
    pub(super) fn tell_input(&mut self, job: &Job, built: Option<&Manifest>) -> Result<(), Failure> {
        let is_jsonl = self.output.output_format == OutputFormat::Jsonl;
        let mut out = Out::new();
        for counts in self.input(job) {
            let records = records(built, &counts);
            let differences = counts.differences(records);
            if is_jsonl {
                let mut object = object("input", &counts);
                object["expected"] = json!(records);
                object["differences"] = json!(differences);
                out.write_object(&object)?;
                continue;
            }
            for difference in differences {
                say(&format!("warning: {}: {}\n", escape(&counts.file), escape(&difference)));
            }
        }
        Ok(out.flush()?)
    }

    /// Does what may fail; a failure is told.
    fn attempt<T>(
        &mut self,
        job: &Job,
        what: &str,
        read: impl FnOnce(&mut Self, &Job) -> Result<T, StoreError>,
    ) -> Option<T> {
        match read(self, job) {
            Ok(found) => {
                self.failures = 0;
                Some(found)
            }
            Err(error) => {
                self.failures += 1;
                if self.failures == 1 && !error.is_interrupt() && !self.output.quiet {
                    let message = error.to_string();
                    let first = message.lines().next().unwrap_or_default();
                    say(&format!("warning: no {what} from S3: {}\n", escape(first)));
                }
                None
            }
        }
    }

    fn list(&mut self, job: &Job) -> Result<Option<Vec<Listed>>, StoreError> {
        let Some(place) = job.results() else { return Ok(None) };
        let account = self.account;
        let folder = match &self.folder {
            Some(folder) => folder,
            None => self.folder.insert(account.folder(&Location::of(&place)?)?),
        };
        folder.list(OBJECTS_MAX, &self.progress.watch).map(Some)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        Ok(folder.read(path, BYTES_MAX, &self.progress.watch)?.unwrap_or_default())
    }

    /// For each table that changed: its path, how many rows were told, and the others.
    fn new_rows(&mut self, job: &Job) -> Result<Vec<(String, usize, Vec<Step>)>, StoreError> {
        let mut out = Vec::new();
        for object in self.list(job)?.unwrap_or_default() {
            let before = self.tables.get(&object.path);
            if !is_metrics(&object.path) || before.is_some_and(|(was, _)| *was == object) {
                continue;
            }
            let mut rows = steps(&self.read(&object.path)?);
            let told = before.map_or(0, |(_, told)| *told).min(rows.len());
            let path = object.path.clone();
            self.tables.insert(path.clone(), (object, rows.len()));
            rows.drain(..told);
            if !rows.is_empty() {
                out.push((path, told, rows));
            }
        }
        Ok(out)
    }

    fn tell_rows(&self, job: &Job, path: &str, before: usize, rows: &[Step]) -> Result<(), Failure> {
        if self.output.output_format == OutputFormat::Jsonl {
            let mut out = Out::new();
            for row in rows {
                let mut object = object("step", row);
                object["file"] = json!(path);
                object["job_name"] = json!(job.job_name);
                out.write_object(&object)?;
            }
            return Ok(out.flush()?);
        }
        if self.output.quiet {
            return Ok(());
        }
        let name = escape(&job.job_name);
        let shown = &rows[rows.len().saturating_sub(ROWS_MAX)..];
        if shown.len() < rows.len() {
            let n = count((rows.len() - shown.len()) as u64);
            say(&format!("{name}: {} has {n} more rows from row {}\n", escape(path), before + 1));
        }
        for row in shown {
            say(&format!("{name}: {}\n", escape(&line(row))));
        }
        Ok(())
    }
}

/// The manifest of the directory that a job trains on.
pub(super) fn built(out: Option<&Path>) -> Result<Option<Manifest>, Failure> {
    let Some(out) = out else { return Ok(None) };
    refuse_remote(out.as_os_str())?;
    Ok(Some(read_output(out)?))
}

/// How many records the file has that the service counted.
pub(super) fn records(built: Option<&Manifest>, counts: &InputCounts) -> Option<u64> {
    let files = built.map(|manifest| &manifest.files[..]).unwrap_or_default();
    counts.records_of(files.iter().map(|file| (file.path.as_str(), file.records)))
}

/// A row for people: `step 9 (epoch 1): training_loss 0.2, perplexity 1.5`.
pub(super) fn line(row: &Step) -> String {
    let step = row.step.map_or_else(|| "step ?".to_owned(), |step| format!("step {step}"));
    let epoch = row.epoch.map_or_else(String::new, |epoch| format!(" (epoch {epoch})"));
    let values: Vec<String> = row.values.iter().map(|(title, value)| format!("{title} {value}")).collect();
    format!("{step}{epoch}: {}", values.join(", "))
}
