//! The engine: scan → plan → write.
//!
//! Pass one visits each record once, in parallel, and leaves a row of facts. One pure function reads the facts and
//! decides everything. Pass two executes the plan: shards are written by fetching bytes by offset.
//! Not here: the rules about one record (stages), the limits (bedrock), arguments and printing (cli).

mod error;
mod memory;
mod progress;
mod settings;

mod names;
mod quota;
mod resolve;
mod rules;

mod examine;

mod distinct;

mod held_out;

mod advice;
mod check;
mod conversion;

mod scan;

mod plan;

mod unmapped;
mod variants;

mod pack;

mod write;

mod tables;

mod tree;

mod canonical;
mod manifest;

mod checksums;

mod earlier;
mod partial;
mod phases;
mod place;
mod space;
mod store;

mod build;

mod atomic_file;

mod convert;

mod verify;

mod clean;

mod explain;

mod calibrate;

mod summary;

pub use bedload_report::{Cell, FoundRow};
pub use build::{Built, build, resolve};
pub use calibrate::calibrate;
pub use check::{Checked, check};
pub use clean::{Cleaned, clean};
pub use convert::{Converted, Outputs, convert};
pub use distinct::Distinct;
pub use error::{EngineError, STDOUT};
pub use explain::{BuiltRecord, Explained, explain, explain_built};
pub use manifest::{Counts, Manifest};
pub use memory::{Held, Ledger};
pub use phases::Phases;
pub use progress::{Phase, Progress};
pub use rules::public_encoding;
pub use settings::{MaxRejected, Settings, ShardLimits};
pub use summary::Quantiles;
pub use verify::{Verified, verify};
