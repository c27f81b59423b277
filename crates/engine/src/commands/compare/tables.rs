//! The distributions of an output, from its small tables.

use std::collections::BTreeMap;
use std::path::Path;

use bedload_record::Measure;
use bedload_report::{FoundRow, read_rows};

use crate::report::manifest::Manifest;
use crate::report::numbers::{ROWS_MAX, integer, text};
use crate::run::error::EngineError;

/// What values are called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// The lowest value of a bin.
    Number(u64),
    Name(String),
    /// What records without a value have.
    None,
}

/// How many kept records have each value.
#[derive(Clone, Debug, Default)]
pub(super) struct Distribution {
    pub(super) what: String,
    pub(super) counts: BTreeMap<Value, u64>,
}

/// Measures, then labels, sources and facets, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Distributions(pub(super) Vec<Distribution>);

impl Distributions {
    fn add(&mut self, what: &str, value: Value, records: u64) {
        if self.0.last().is_none_or(|last| last.what != what)
            && let Some(at) = self.0.iter().position(|other| other.what == what)
        {
            *self.0[at].counts.entry(value).or_default() += records;
            return;
        }
        if self.0.last().is_none_or(|last| last.what != what) {
            self.0.push(Distribution { what: what.to_owned(), counts: BTreeMap::new() });
        }
        let last = self.0.last_mut().expect("one was pushed");
        *last.counts.entry(value).or_default() += records;
    }

    pub(super) fn get(&self, what: &str) -> Option<&Distribution> {
        self.0.iter().find(|distribution| distribution.what == what)
    }
}

/// Reads the distributions of the kept records. Tables that an earlier version did not write are passed over.
pub(super) fn read(dir: &Path, manifest: &Manifest) -> Result<Distributions, EngineError> {
    let rows = |name: &str| -> Result<Vec<FoundRow>, EngineError> {
        let path = format!("report/{name}.parquet");
        let is_there = manifest.files.iter().any(|file| file.path == path);
        if is_there { Ok(read_rows(&dir.join(path), ROWS_MAX)?) } else { Ok(Vec::new()) }
    };
    let mut found = Distributions::default();
    let of_kept = rows("distributions")?;
    for measure in Measure::ALL {
        for row in &of_kept {
            if text(row, "measure") == Some(measure.name()) && text(row, "verdict") == Some("kept") {
                found.add(measure.name(), Value::Number(integer(row, "low")), integer(row, "records"));
            }
        }
    }
    for row in rows("labels")?.iter().filter(|row| is_after(row)) {
        found.add("label", name(row, "label"), integer(row, "records"));
    }
    for row in rows("summary")? {
        let is_kept = ["records_train", "records_validation", "records_test"];
        let source = text(&row, "scope").and_then(|scope| scope.strip_prefix("source:"));
        if let Some(source) = source
            && text(&row, "metric").is_some_and(|metric| is_kept.contains(&metric))
        {
            found.add("source", Value::Name(source.to_owned()), integer(&row, "value"));
        }
    }
    // Labels and sources that are counted as facets, too, are there already.
    let balance = rows("balance")?;
    let known: Vec<String> = found.0.iter().map(|distribution| distribution.what.clone()).collect();
    for row in balance.iter().filter(|row| is_after(row)) {
        if let Some(facet) = text(row, "facet").filter(|facet| !known.iter().any(|known| known == facet)) {
            found.add(facet, name(row, "value"), integer(row, "records"));
        }
    }
    Ok(found)
}

fn is_after(row: &FoundRow) -> bool {
    text(row, "stage") == Some("after") && text(row, "split").is_none()
}

fn name(row: &FoundRow, column: &str) -> Value {
    text(row, column).map_or(Value::None, |text| Value::Name(text.to_owned()))
}
