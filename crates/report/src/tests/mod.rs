//! The crate's tests, against the files it writes: read back with the parquet crate's own readers.
//! Not here: other readers, which no test may depend on.

#![allow(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

mod destinations;
mod determinism;
mod integrity;
mod read;
mod reading;
mod row_groups;
mod schema;
mod tables;
