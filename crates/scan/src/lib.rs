//! Inputs and the parallel scan: what is read, how it is cut into chunks of whole lines, and how the chunks
//! are visited. Nothing here knows JSON, findings or shards; a line is a range of bytes that LF ends.
//!
//! * [`discover()`] turns arguments into [`Inputs`], an ordered list.
//! * [`visit()`] runs over every line of every input in parallel and hands results over in order.
//! * [`Fetch`] reads any range of bytes again, for the write phase; [`Inputs::spool`] makes a stream fit for
//!   it.
//!
//! ```
//! # use bedload_scan::{discover, visit, DiscoverOptions, ScanError, ScanOptions, Watch};
//! # let dir = tempfile::tempdir().unwrap();
//! let path = dir.path().join("train.jsonl");
//! std::fs::write(&path, "{}\n[]\n").unwrap();
//! let inputs = discover(&[path.into_os_string()], &DiscoverOptions::default())?;
//! let mut n_lines = 0;
//! visit(
//!     &inputs,
//!     &ScanOptions::default(),
//!     &Watch::default(),
//!     || (),
//!     |(), chunk| chunk.lines().count(),
//!     |_, n| {
//!         n_lines += n;
//!         Ok::<(), ScanError>(())
//!     },
//! )?;
//! assert_eq!(n_lines, 2);
//! # Ok::<(), ScanError>(())
//! ```
//!
//! Invariants:
//! * the lines, their offsets and their order depend on the bytes alone, never on the number of threads, on
//!   the size of a chunk or on the way a file is read;
//! * anonymous memory is bounded by threads, chunk size and the longest record allowed, never by the size of
//!   an input;
//! * a file that shrinks under a map ends the visit with an error, not the process with a signal;
//! * `unsafe` is in `mmap.rs` and `sigbus.rs` only.

mod error;

mod line;

mod chunk;

mod array;

mod container;

mod gzip;

mod cap;

mod reading;

mod decode;

mod data;

mod identity;
mod input;

mod head;

mod kind;

mod nesting;

mod sniff;

mod foreign;

mod key;

mod url;

mod listing;

mod pattern;

mod objects;

mod source;

mod discover;

mod room;

mod spool;

mod sigbus;

mod mmap;

mod ranges;

mod blocks;

mod feed;

mod visit;

mod fetch;

pub use bedload_record::Terminator;
pub use bedload_tables::is_panic_contained;
pub use chunk::{Chunk, ChunkAt, KeptChunk};
pub use container::Beside;
pub use decode::Codec;
pub use discover::{DiscoverOptions, discover};
pub use error::{Change, Foreign, ScanError};
pub use fetch::Fetch;
pub use input::{Input, Inputs};
pub use kind::FileKind;
pub use line::Line;
pub use listing::Skipped;
pub use objects::{Object, ObjectError, ObjectStore};
pub use room::TempRoom;
pub use source::SourcePaths;
pub use url::Url;
pub use visit::{ScanOptions, Watch, visit, visit_making, visit_some, visit_weighing};
