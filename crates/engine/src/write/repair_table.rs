//! A file with the changes that repairs made, as a table; it gets its name when the run has ended.

use std::path::Path;

use bedload_report::{RepairRow, RowWriter};
use bedload_scan::Inputs;

use crate::report::repairs::{Change, push};
use crate::run::error::EngineError;
use crate::run::progress::Progress;
use crate::write::atomic_file::AtomicFile;
use crate::write::paths::refuse_output_inside_input;

/// The name of the file until it has its own.
const WRITTEN: &str = "repairs";

/// A table under way. Dropping it removes what was written.
pub struct RepairTable<'p> {
    single: AtomicFile<'p>,
    writer: RowWriter<RepairRow<'static>>,
}

impl<'p> RepairTable<'p> {
    /// Begins to write `target`, which the user named with `flag`. An earlier file with this name is replaced at the
    /// end, unless it is one of the inputs.
    ///
    /// # Errors
    /// Where the name is that of an input or a directory, or the place cannot be written to.
    pub fn create(
        flag: &str,
        target: &Path,
        inputs: &Inputs,
        progress: &'p Progress,
    ) -> Result<Self, EngineError> {
        refuse_output_inside_input(flag, inputs, target)?;
        let single = AtomicFile::create(flag, target, true, progress)?;
        let writer = RowWriter::create(&single.dir().join(WRITTEN), ())?;
        Ok(Self { single, writer })
    }

    /// Adds a change.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&mut self, change: &Change) -> Result<(), EngineError> {
        push(&mut self.writer, change)
    }

    /// Gives the file its name. Returns notes for the user about how that was done.
    ///
    /// # Errors
    /// Where it cannot be written, synced or renamed.
    pub fn publish(self) -> Result<Vec<String>, EngineError> {
        self.writer.finish()?;
        self.single.publish(WRITTEN)
    }
}
