//! `bedload upload`

#[cfg(feature = "s3")]
mod page;
#[cfg(feature = "s3")]
mod send;

#[cfg(feature = "s3")]
pub(super) use send::{concurrency, place, say_notes, send};

use crate::args::UploadArgs;
use crate::exit::{Exit, Failure};

#[cfg(feature = "s3")]
pub(crate) fn run(args: &UploadArgs) -> Result<Exit, Failure> {
    crate::output::summarized(send::run(args), &args.output)
}

#[cfg(not(feature = "s3"))]
pub(crate) fn run(args: &UploadArgs) -> Result<Exit, Failure> {
    let instead = format!("`aws s3 sync {} {}`", args.dir.display(), args.target);
    Err(super::offline::not_built("upload", "s3", &instead))
}
