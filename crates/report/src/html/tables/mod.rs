//! What a page reads of the tables: counts over their rows, and the few rows that it shows. No table is in memory as a
//! whole: it is read by row group, in parallel, and only the columns that are needed.

mod alike;
mod classes;
mod columns;
mod conflicts;
mod findings;
mod lengths;
mod matches;
mod places;
mod tally;

use std::path::Path;

use crate::error::ReportError;

#[cfg(test)]
pub(crate) use alike::Cluster;
pub(crate) use alike::{Alike, Hundredths};
pub(crate) use classes::{Classes, Facet, Values};
pub(crate) use conflicts::{Answer, Disagreement, Prompt};
pub(crate) use findings::{CodeRows, Example};
pub(crate) use lengths::Lengths;
pub(crate) use matches::{Matches, Personal};
pub use places::Lines;

/// Which texts of records may be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    /// Names of labels.
    pub labels: bool,
    /// Values of other fields that records are counted by.
    pub values: bool,
}

/// What was read of all tables. A table that an output does not have, or not in a form that is known, is none.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub(crate) findings: Vec<CodeRows>,
    pub(crate) lengths: Vec<Lengths>,
    pub(crate) labels: Option<Classes>,
    pub(crate) balance: Vec<Facet>,
    pub(crate) duplicates: Option<Alike>,
    pub(crate) edges: Option<Hundredths>,
    pub(crate) conflicts: Option<Disagreement>,
    pub(crate) contamination: Option<Matches>,
    pub(crate) personal: Option<Personal>,
    /// Metric, scope, value.
    pub(crate) numbers: Vec<(String, String, f64)>,
}

impl Tables {
    /// Reads the tables of a directory: those of these names that it has.
    ///
    /// `lines` are the inputs, and `texts` says which texts of records may be read.
    ///
    /// # Errors
    /// Where a table cannot be read, or is not as it was written.
    pub fn read(dir: &Path, names: &[&str], lines: &Lines, texts: Texts) -> Result<Self, ReportError> {
        let path = |name: &str| names.contains(&name).then(|| dir.join(format!("{name}.parquet")));
        let (findings, duplicates) = rayon::join(
            || path("findings").map(|path| findings::read(&path, lines)).transpose(),
            || path("duplicates").map(|path| alike::read(&path, lines)).transpose(),
        );
        Ok(Self {
            findings: findings?.unwrap_or_default(),
            lengths: path("distributions").map(|path| lengths::read(&path)).transpose()?.unwrap_or_default(),
            labels: path("labels").map(|path| classes::labels(&path, texts)).transpose()?,
            balance: path("balance")
                .map(|path| classes::facets(&path, texts))
                .transpose()?
                .unwrap_or_default(),
            duplicates: duplicates?,
            edges: path("edges").map(|path| alike::edges(&path)).transpose()?,
            conflicts: path("conflicts").map(|path| conflicts::read(&path, texts.labels)).transpose()?,
            contamination: path("contamination").map(|path| matches::contamination(&path)).transpose()?,
            personal: path("pii").map(|path| matches::personal(&path)).transpose()?,
            numbers: path("summary").map(|path| classes::numbers(&path)).transpose()?.unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests;
