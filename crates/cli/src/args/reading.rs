//! Arguments about how inputs are read, which all commands that read data share.

use std::path::PathBuf;

use bedload_stages::pointer;

use super::bytes;

/// How inputs are read.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ReadingArgs {
    /// Read inputs that are JSON arrays, or .json objects with one array of records, as one record per element; line
    /// numbers then count elements.
    #[arg(help_heading = "Reading", long)]
    pub(crate) array: bool,
    /// Where the records are in inputs that are one JSON object, e.g. /data; implies --array.
    #[arg(help_heading = "Reading", long, value_name = "POINTER", value_parser = pointer::check)]
    pub(crate) records: Option<String>,
    /// Maximum size of a compressed input after decompression, e.g. 50GB [default: 1GB, or 1000 times the compressed
    /// size where that is more].
    #[arg(help_heading = "Reading", long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) max_decompressed: Option<u64>,
    /// Directory for temporary copies of standard input, compressed inputs and arrays [default: next to the output; for `check`, the system's].
    #[arg(help_heading = "Reading", long, value_name = "DIR")]
    pub(crate) temp_dir: Option<PathBuf>,
    /// Report of the conversion that wrote one of the inputs (`convert --report`): findings and tables also name the first
    /// source of each of its records, by file and line. Repeatable.
    #[arg(help_heading = "Reading", long, value_name = "DIR")]
    pub(crate) from_report: Vec<PathBuf>,
    /// Name of standard input in findings and reports [default: -].
    #[arg(help_heading = "Reading", long, value_name = "NAME")]
    pub(crate) stdin_name: Option<String>,
}
