//! `compare`: what differs between two outputs. Which records came, went, changed or changed sides; which findings are
//! new; how far labels, sources, tokens and lengths have moved.
//!
//! Everything is read from manifests and tables: neither the inputs nor the data of the outputs are needed.

mod drift;
mod findings;
mod records;
mod tables;

use std::path::{Path, PathBuf};

use bedload_record::Measure;
use bedload_report::{PastFinding, PastLine, read_findings, read_lines};

use crate::report::manifest::Manifest;
use crate::report::output::read_output;
use crate::run::error::EngineError;
pub use drift::{Drift, Moved};
pub use findings::{CodeChange, FindingChange};
pub use records::{Change, Changes, Kind, Place};
use tables::Distributions;

/// One of the two outputs.
#[derive(Debug)]
pub struct Snapshot {
    /// What it is called.
    pub name: String,
    /// Its manifest.
    pub manifest: Manifest,
    /// The inputs of its lines.
    pub files: Vec<String>,
    lines: Vec<PastLine>,
    /// Codes and severities of its findings.
    kinds: Vec<(String, String)>,
    finding_files: Vec<String>,
    findings: Option<Vec<PastFinding>>,
    distributions: Distributions,
}

/// What differs between two outputs.
#[derive(Debug)]
pub struct Compared {
    /// The earlier output.
    pub old: Snapshot,
    /// The later one.
    pub new: Snapshot,
    /// What became of records.
    pub records: Changes,
    /// Findings by code; none where one of the outputs is of a version that kept no fingerprints.
    pub findings: Option<Vec<CodeChange>>,
    /// How far each distribution has moved, in a fixed order.
    pub drifts: Vec<Drift>,
}

impl Snapshot {
    /// How many records are kept.
    pub fn kept(&self) -> u64 {
        let counts = &self.manifest.counts;
        counts.train.saturating_add(counts.validation).saturating_add(counts.test)
    }

    /// Reads an output.
    ///
    /// # Errors
    /// Where there is no finished output, or its tables are not as they were written.
    pub fn read(name: &str, dir: &Path) -> Result<Self, EngineError> {
        let manifest = read_output(dir)?;
        let table = |name: &str| -> PathBuf { dir.join(format!("report/{name}.parquet")) };
        let lines = read_lines(&table("records"))?;
        let findings = read_findings(&table("findings"))?;
        let distributions = tables::read(dir, &manifest)?;
        Ok(Self {
            name: name.to_owned(),
            manifest,
            files: lines.files,
            lines: lines.lines,
            kinds: findings.kinds,
            finding_files: findings.files,
            findings: findings.list,
            distributions,
        })
    }
}

/// Compares two outputs. Takes some 100 bytes for each of their lines.
pub fn compare(old: Snapshot, new: Snapshot) -> Compared {
    let (records, (findings, mut drifts)) = rayon::join(
        || records::changes((&old.files, &old.lines), (&new.files, &new.lines)),
        || (findings::changes(&old, &new), drift::drifts(&old.distributions, &new.distributions)),
    );
    // Of tokens the median itself is known.
    if let Some(tokens) = drifts.iter_mut().find(|drift| drift.what == Measure::Tokens.name()) {
        tokens.medians =
            tokens.medians.map(|_| [&old, &new].map(|output| [output.manifest.record_tokens.p50; 2]));
    }
    Compared { old, new, records, findings, drifts }
}
