//! The engine, by phase: scan → plan → write, and the report beside the last.
//!
//! Pass one visits each record once, in parallel, and leaves a row of facts. One function reads the facts and decides
//! everything. Pass two carries out the plan: shards are written by fetching bytes by offset.
//!
//! A phase may use those before it in this order, and commands use phases, never each other: run, scan, plan, report,
//! write, commands. Not here: the rules about one record (stages), the limits (bedrock), arguments and printing (cli).

mod commands;
mod plan;
mod report;
mod run;
mod scan;
mod write;

pub use bedload_metrics::bootstrap::{Interval, Resampling};
pub use bedload_metrics::confusion::Scores;
pub use bedload_metrics::text::TextScores;
pub use bedload_report::html::{
    ClassLine, ComparedLine, Difference, DifferenceTable, Evaluation, ScoreLine, TwoModels, render_difference,
};
pub use bedload_report::{Cell, FoundRow};
pub use bedload_scan::is_panic_contained;
pub use bedload_stages::facets::{FacetCounts, ValueCounts};
pub use commands::build::{Built, build};
pub use commands::calibrate::calibrate;
pub use commands::check::{Checked, check};
pub use commands::clean::{Cleaned, clean};
pub use commands::compare::{
    Change, Changes, CodeChange, Compared, Drift, FindingChange, Kind, Moved, Place, Snapshot, compare,
};
pub use commands::convert::{Converted, Outputs, convert};
pub use commands::evaluate::{
    Class, ClassOutcome, ComparedScore, Comparison, EvaluateSettings, Evaluated, Fields, Outcome, PerRecord,
    Task, TextOutcome, evaluate,
};
pub use commands::explain::{BuiltRecord, Explained, explain, explain_built};
pub use commands::leaks::leaks;
pub use commands::preview::preview;
pub use commands::prompts::{Prompt, PromptSettings, Prompts, Role, Turn, prompts};
pub use commands::report::{Rendered, Rendering, report};
pub use commands::survey::{Conversion, Keys, Surveyed, survey};
pub use commands::verify::{Verified, verify};
pub use plan::certify::{Between, Certificates, SimilarPairs};
pub use report::losses::{FileLosses, LostKey, Reason};
pub use report::manifest::{FileEntry, Manifest};
pub use report::numbers::{ClassCounts, Numbers};
pub use report::output::{KnownFindings, known_findings, read_output, read_output_text, token_margin};
pub use report::repairs::{Change as Repair, Repairs};
pub use run::error::{EngineError, STDOUT};
pub use run::memory::{Held, Ledger};
pub use run::paths::resolve;
pub use run::phases::Phases;
pub use run::progress::{Phase, Progress};
pub use run::settings::{MaxRejected, Settings, ShardLimits};
pub use run::source::DataSource;
pub use scan::distinct::Distinct;
pub use scan::held_out::LeakCounts;
pub use scan::rules::public_encoding;
pub use write::beside::FileBeside;
pub use write::page::write_evaluation;
pub use write::paths::refuse_missing_directory;
pub use write::repair_table::RepairTable;
