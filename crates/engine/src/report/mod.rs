//! The report: the tables, the numbers of the summary, and the manifest.

pub(crate) mod canonical;
pub(crate) mod config;
pub(crate) mod conflicts;
pub(crate) mod contamination;
pub(crate) mod duplicates;
pub(crate) mod edges;
pub(crate) mod findings;
pub(crate) mod losses;
pub(crate) mod manifest;
pub(crate) mod numbers;
pub(crate) mod origins;
pub(crate) mod output;
pub(crate) mod page;
pub(crate) mod pii;
pub(crate) mod provenance;
pub(crate) mod records;
pub(crate) mod repairs;
pub(crate) mod summary;
pub(crate) mod tables;
