//! Where an output is made, and where it goes from there: a path of this machine, or in S3, by way of a private directory
//! for temporary files.

#[cfg(feature = "s3")]
mod remote;

use std::path::{Path, PathBuf};

use bedload_engine::Progress;
use serde_json::Value;

use super::refuse_remote_output;
use crate::args::{InputAccountArgs, OutputArgs};
use crate::exit::Failure;

/// An output that is to be made.
pub(super) struct Destination {
    path: PathBuf,
    #[cfg(feature = "s3")]
    remote: Option<remote::Remote>,
}

/// What an output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Directory,
    File,
}

/// What is known of a destination before anything is made.
#[cfg_attr(not(feature = "s3"), allow(dead_code, reason = "the rest is for places in S3"))]
pub(super) struct Wanted<'a> {
    pub(super) out: &'a Path,
    pub(super) kind: Kind,
    /// Whether what is there may be replaced.
    pub(super) overwrite: bool,
    pub(super) temp_dir: Option<&'a Path>,
}

impl Destination {
    /// Makes sure that an output can go where it is wanted, before the work for it begins.
    pub(super) fn new(wanted: &Wanted<'_>, account: &InputAccountArgs) -> Result<Self, Failure> {
        #[cfg(feature = "s3")]
        if let Some(remote) = remote::Remote::new(wanted, account)? {
            return Ok(Self { path: remote.path(), remote: Some(remote) });
        }
        #[cfg(not(feature = "s3"))]
        let InputAccountArgs {} = account;
        refuse_remote_output("--out", wanted.out, wanted.kind == Kind::Directory)?;
        Ok(Self {
            path: wanted.out.to_owned(),
            #[cfg(feature = "s3")]
            remote: None,
        })
    }

    /// Where the output is made.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings an output that is complete to where it goes; one that is not ready goes nowhere else.
    #[cfg(feature = "s3")]
    pub(super) fn deliver(
        &mut self,
        is_ready: bool,
        output: &OutputArgs,
        progress: &Progress,
    ) -> Result<Delivered, Failure> {
        match &mut self.remote {
            None => Ok(Delivered::Here),
            Some(_) if !is_ready => Ok(Delivered::Nowhere),
            Some(remote) => remote.deliver(&self.path, output, progress),
        }
    }

    #[cfg(not(feature = "s3"))]
    #[allow(clippy::unnecessary_wraps, clippy::unused_self, reason = "the other one can fail, and uses it")]
    pub(super) fn deliver(&mut self, _: bool, _: &OutputArgs, _: &Progress) -> Result<Delivered, Failure> {
        Ok(Delivered::Here)
    }
}

/// Where an output is now.
#[cfg_attr(not(feature = "s3"), allow(dead_code, reason = "all outputs are here"))]
pub(super) enum Delivered {
    /// Where it was made.
    Here,
    /// It was not ready, and goes with the directory that it was made in.
    Nowhere,
    /// In S3.
    There {
        /// For programs.
        object: Value,
        /// For people.
        prose: String,
    },
}
