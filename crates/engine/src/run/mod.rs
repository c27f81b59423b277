//! The context of a run: what it is asked to do, what others see of it, and what stops it.

pub(crate) mod bytes;
pub(crate) mod error;
pub(crate) mod memory;
pub(crate) mod paths;
pub(crate) mod phases;
pub(crate) mod progress;
pub(crate) mod settings;
pub(crate) mod source;
pub(crate) mod tree;
