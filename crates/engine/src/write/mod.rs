//! Pass two, and publishing.
//!
//! `copy` carries out the plan: `gather` has the bytes of a unit, `sync` sees to it that they are on the disk. An output is complete or not there at all: a directory (`store`) or a file
//! (`atomic_file`) is built under a private name (`partial`) and moved into place (`place`), over what is recognized as
//! an earlier output (`earlier`).

pub(crate) mod atomic_file;
pub(crate) mod beside;
pub(crate) mod checksums;
pub(crate) mod copy;
mod direct;
pub(crate) mod earlier;
pub(crate) mod evaluation;
pub(crate) mod facts;
mod gather;
pub(crate) mod growing;
pub(crate) mod manifest;
pub(crate) mod near_index;
pub(crate) mod page;
pub(crate) mod partial;
pub(crate) mod paths;
pub(crate) mod place;
pub(crate) mod repair_table;
pub(crate) mod space;
pub(crate) mod store;
pub(crate) mod sync;
