//! The quality report as Parquet: what its tables hold, how they are written, how a written one is checked.
//!
//! A table is a list of columns ([`Group`]). The large ones take the values of each column from a function of the row
//! ([`RecordColumns`]), so that no row is ever put together; the others are a struct for each row ([`Row`]). A
//! [`TableWriter`] takes row groups in their final order and writes one file; [`inspect()`] reads a file whole and says
//! whether it is sound; [`find_rows()`] gives the rows about one line.
//!
//! What every table keeps to, so that `DuckDB`, Polars, Athena and Spark read it as is:
//! flat columns of four kinds (text, signed 64-bit integer, double, lowercase hex text for hashes), no unsigned
//! integers, no timestamps, zstd, row groups of [`ROW_GROUP_ROWS`] rows. The bytes of a file follow from its rows and
//! the version of this program alone: not from threads, from how rows were handed over, from machine or time.
//!
//! Not here: what the rows say (the engine's plan), where the files go and when they are published (the engine's
//! store), and rows in any order but the one given. This is the only crate that knows arrow and parquet.
//!
//! `facts.rs` keeps the facts of a scan for a later run, by columns as they are in memory.

mod column;
mod conflicts;
mod contamination;
mod destinations;
mod encode;
mod error;
mod facts;
mod find;
mod findings;
pub mod html;
mod inspect;
mod lineage;
mod lines;
mod origins;
mod past_findings;
mod personal;
mod predictions;
mod read;
mod records;
mod repairs;
mod row_groups;
mod seal;
mod shared;
mod sides;
mod totals;
mod values;
mod writer;

pub use column::{Column, Group, Row, RowColumn};
pub use conflicts::ConflictRow;
pub use contamination::ContaminationRow;
pub use destinations::{Destination, read_destinations};
pub use error::ReportError;
pub use facts::{FactsError, FactsFile, StoredFacts, open_facts, write_facts};
pub use find::{By, Cell, FoundRow, find_rows, read_rows};
pub use findings::FindingRow;
pub use inspect::{TableInfo, inspect, inspect_file};
pub use lineage::{DuplicateColumns, EdgeColumns, VariantRow};
pub use lines::{PastLine, PastLines, read_lines};
pub use origins::{Origins, read_origins};
pub use past_findings::{PastFinding, PastFindings, read_findings};
pub use personal::PiiRow;
pub use predictions::PredictionRow;
pub use records::RecordColumns;
pub use repairs::RepairRow;
pub use row_groups::{ROW_GROUP_ROWS, ROW_GROUP_TEXT_BYTES, RowWriter, row_groups};
pub use seal::Tap;
pub use sides::read_sides;
pub use totals::{BalanceRow, DistributionRow, LabelRow, SummaryRow};
pub use values::{Digests, Hashes, Integers, Reals, Texts, Words};
pub use writer::{TableSummary, TableWriter, groups_at_once};

#[cfg(test)]
mod tests;
