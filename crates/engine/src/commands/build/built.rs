//! What a build leaves for its caller to tell.

use bedload_record::Finding;

use crate::report::numbers::Numbers;
use crate::run::phases::Phases;

/// What was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// The numbers of the output, with the manifest as it was written.
    pub numbers: Numbers,
    /// What is wrong with the data set as a whole.
    pub findings: Vec<Finding>,
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
