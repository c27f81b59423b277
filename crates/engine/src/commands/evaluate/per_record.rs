//! The scores of each prediction as a file, CSV or Parquet by its name.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use bedload_report::{PredictionRow, RowWriter};
use bedload_scan::Inputs;

use super::Task;
use super::labels::Labels;
use super::predictions::Predictions;
use crate::run::error::{EngineError, io_error};
use crate::run::progress::Progress;
use crate::write::atomic_file::AtomicFile;
use crate::write::paths::refuse_output_inside_input;

/// Where the scores of each prediction are written.
#[derive(Clone, Copy, Debug)]
pub struct PerRecord<'a> {
    /// The file; its name ends in `.csv` or `.parquet`.
    pub path: &'a Path,
    /// Whether an existing file is replaced.
    pub overwrite: bool,
}

/// A form of the file.
#[derive(Clone, Copy, Debug)]
enum Form {
    Csv,
    Parquet,
}

/// The file, begun before anything is read, so that what is in the way is said at once.
pub(super) struct Begun<'p> {
    form: Form,
    file: AtomicFile<'p>,
}

/// The name of the file until it has its own.
const WRITTEN: &str = "predictions";

const COLUMNS: [&str; 8] = [
    "file",
    "line",
    "reference",
    "prediction",
    "exact_match",
    "exact_match_normalized",
    "token_f1",
    "rouge_l",
];

impl<'p> Begun<'p> {
    pub(super) fn new(
        wanted: PerRecord<'_>,
        inputs: &[&Inputs],
        progress: &'p Progress,
    ) -> Result<Self, EngineError> {
        const FLAG: &str = "--per-record";
        let PerRecord { path, overwrite } = wanted;
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let form = match ending.as_deref() {
            Some("csv") => Form::Csv,
            Some("parquet") => Form::Parquet,
            _ => {
                let message = format!(
                    "{FLAG} {}: the name must end in .csv or .parquet, which decides the format",
                    path.display()
                );
                return Err(EngineError::Usage(message));
            }
        };
        inputs.iter().try_for_each(|inputs| refuse_output_inside_input(FLAG, inputs, path))?;
        Ok(Self { form, file: AtomicFile::create(FLAG, path, overwrite, progress)? })
    }

    /// Writes all rows and moves the file into place. Returns notes for the user.
    pub(super) fn write(
        self,
        task: Task,
        inputs: &Inputs,
        read: &Predictions,
        labels: &Labels,
    ) -> Result<Vec<String>, EngineError> {
        let row = |at: usize| {
            let place = read.places[at];
            let row = PredictionRow {
                file: inputs.get(place.input).name(),
                line: place.line,
                ..PredictionRow::default()
            };
            match task {
                Task::Classification => {
                    let (reference, prediction) = (read.references[at], read.answers[at]);
                    PredictionRow {
                        reference: labels.short_name(reference),
                        prediction: labels.short_name(prediction),
                        exact_match: u64::from(reference == prediction),
                        ..row
                    }
                }
                Task::Generation => {
                    let scores = read.scores[at];
                    PredictionRow {
                        exact_match: u64::from(scores.exact),
                        exact_match_normalized: Some(u64::from(scores.exact_normalized)),
                        token_f1: Some(scores.token_f1),
                        rouge_l: Some(scores.rouge_l),
                        ..row
                    }
                }
            }
        };
        let path = self.file.dir().join(WRITTEN);
        let rows = (0..read.places.len()).map(row);
        match self.form {
            Form::Csv => csv(&path, rows).map_err(io_error(&path, "written"))?,
            Form::Parquet => {
                let mut table: RowWriter<PredictionRow<'_>> = RowWriter::create(&path, ())?;
                table.push(rows)?;
                table.finish()?;
            }
        }
        self.file.publish(WRITTEN)
    }
}

fn csv<'a>(path: &Path, rows: impl Iterator<Item = PredictionRow<'a>>) -> io::Result<()> {
    let file = File::options().write(true).create_new(true).open(path)?;
    let mut writer = csv::Writer::from_writer(BufWriter::with_capacity(1 << 20, file));
    writer.write_record(COLUMNS)?;
    for row in rows {
        let ratio = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        let whole = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
        writer.write_record([
            row.file,
            &row.line.to_string(),
            row.reference.unwrap_or_default(),
            row.prediction.unwrap_or_default(),
            &row.exact_match.to_string(),
            &whole(row.exact_match_normalized),
            &ratio(row.token_f1),
            &ratio(row.rouge_l),
        ])?;
    }
    let file = writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}
