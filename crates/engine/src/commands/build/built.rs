//! What a build leaves for its caller to tell.

use bedload_record::{Finding, Side, Summary};
use bedload_stages::facets::FacetCounts;

use crate::report::manifest::Manifest;
use crate::run::phases::Phases;
use crate::write;

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The manifest as it was written.
    pub manifest: Manifest,
    /// What is wrong with the data set as a whole.
    pub findings: Vec<Finding>,
    /// The numbers of the output.
    pub summary: Summary,
    /// The classes.
    pub labels: Vec<ClassCounts>,
    /// The values of the facets that were to be counted.
    pub balance: Vec<FacetCounts>,
    /// True where the format was found in the data, and not named.
    pub format_detected: bool,
    /// Bytes read, decompressed.
    pub bytes: u64,
    /// How long it took.
    pub phases: Phases,
    /// Directories next to the output, of runs that were killed or are still running.
    pub leftovers: Vec<String>,
    /// Notes for the user about how the output was moved into place, a line each.
    pub notes: Vec<String>,
}

/// A class, and how many records it has.
#[derive(Clone, Debug)]
pub struct ClassCounts {
    /// Its most frequent spelling.
    pub name: String,
    /// Accepted records.
    pub read: u64,
    /// Output lines, by side.
    pub sides: [u64; Side::COUNT],
}

impl Built {
    /// Prompts of an evaluation that were written.
    pub fn prompts(&self) -> u64 {
        let entry = self.manifest.files.iter().find(|file| file.path == write::evaluation::NAME);
        entry.map_or(0, |entry| entry.records)
    }
}
