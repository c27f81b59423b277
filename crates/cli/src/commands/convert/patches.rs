//! The file of `--patches`: the changes that repairs made, as JSON Lines or as a table.

use std::path::Path;

use bedload_engine::{EngineError, FileBeside, Progress, Repair, RepairTable};
use bedload_scan::Inputs;

use crate::output::{line_of, repairs};

/// The flag that names the file.
const FLAG: &str = "--patches";

/// A file under way.
pub(super) enum Patches<'p> {
    Lines(FileBeside<'p>),
    Table(Box<RepairTable<'p>>),
}

impl<'p> Patches<'p> {
    /// Begins a file, in the form that its name asks for.
    pub(super) fn create(path: &Path, inputs: &Inputs, progress: &'p Progress) -> Result<Self, EngineError> {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet")) {
            return RepairTable::create(FLAG, path, inputs, progress)
                .map(|table| Self::Table(Box::new(table)));
        }
        FileBeside::create(FLAG, path, Some(inputs), progress).map(Self::Lines)
    }

    pub(super) fn write(&mut self, repair: &Repair) -> Result<(), EngineError> {
        match self {
            Self::Lines(file) => file.write(line_of(&repairs::object(repair)).as_bytes()),
            Self::Table(table) => table.write(repair),
        }
    }

    pub(super) fn publish(self) -> Result<Vec<String>, EngineError> {
        match self {
            Self::Lines(file) => file.publish(),
            Self::Table(table) => table.publish(),
        }
    }
}
