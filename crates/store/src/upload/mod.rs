//! `upload`: the files of a built directory, and its manifest last.
//!
//! Whoever finds a manifest finds all of its files: an earlier one goes before anything else changes, and the new one
//! comes after every object was seen to be there, on condition that none has come meanwhile. Each object carries the
//! sha256 of its content, so that what is there already is not sent again, and what others have put there is told from
//! what an earlier upload has left.

mod file;
mod journal;
mod large;
mod plan;
mod remote;
mod run;
mod send;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use bedload_scan::Watch;
use object_store::multipart::MultipartStore;

use crate::account::{Account, unless_stopped};
use crate::bucket::Bucket;
use crate::error::StoreError;
use crate::location::Location;
pub use file::{exists, put_file};
use journal::Journal;
use run::Run;

/// The name of the manifest below the place of an upload.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The metadata of an object that says what its content is.
pub(crate) const SHA256: &str = "bedload-sha256";

/// The metadata of an object that says where it is below the place of its upload. What was uploaded to a place below, or
/// above, is not of this one.
pub(crate) const PATH: &str = "bedload-path";

/// From this size on a file is sent in parts. One that is smaller is sent again if the upload is interrupted.
const LARGE_BYTES: u64 = 16 << 20;
/// How much of memory a part takes while it is sent, and at least what a part of a large file has.
const PART_BYTES: u64 = 8 << 20;

/// A file of the output, as its manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Path below the directory, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// What is uploaded.
#[derive(Clone, Debug)]
pub struct Source {
    /// The directory.
    pub dir: PathBuf,
    /// Its files, the manifest not among them.
    pub files: Vec<SourceFile>,
    /// The text of the manifest.
    pub manifest: Vec<u8>,
}

/// Choices about an upload.
#[derive(Clone, Debug, Default)]
pub struct UploadOptions {
    /// Only find out what would be sent, kept and deleted.
    pub dry_run: bool,
    /// Leave objects alone that no upload has put there, where they would be refused.
    pub keep_others: bool,
    /// Read every object again at the end, and compare.
    pub read_back: bool,
    /// How many parts or small files are sent at a time; each takes 8 MiB of memory, and more in files beyond 80 GB.
    pub concurrency: usize,
}

/// Sizes and counts that a test chooses smaller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    large_bytes: u64,
    part_bytes: u64,
    concurrency: usize,
}

/// What was done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It was sent.
    Sent,
    /// It was there.
    Kept,
    /// An earlier upload had put it there, and the output has no such file.
    Deleted,
}

impl Action {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Action::Sent => "sent",
            Action::Kept => "kept",
            Action::Deleted => "deleted",
        }
    }
}

/// One object, and what was done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentFile {
    /// Path below the directory.
    pub path: String,
    /// The URL of the object.
    pub url: Location,
    /// Size in bytes.
    pub bytes: u64,
    /// What it contains, in hexadecimal.
    pub sha256: String,
    /// What was done.
    pub action: Action,
}

/// What an upload did.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Every object, in the order of the manifest, which comes last; those deleted before it.
    pub files: Vec<SentFile>,
    /// Bytes of large files that an earlier, interrupted upload had sent.
    pub resumed_bytes: u64,
    /// Objects that others have put there and that were left.
    pub others: u64,
    /// Whether everything was read again and compared.
    pub was_read_back: bool,
    /// What else the user should know.
    pub notes: Vec<String>,
}

impl Sent {
    /// How many objects something was done with, and how many bytes they have.
    pub fn count(&self, action: Action) -> (u64, u64) {
        let those = self.files.iter().filter(|file| file.action == action);
        those.fold((0, 0), |(n, bytes), file| (n + 1, bytes + file.bytes))
    }
}

/// Uploads an output that was verified. `watch` counts the bytes of its files as they are sent or found, and stops it.
///
/// # Errors
/// [`StoreError::Usage`] where others have put something there; else what S3 or a file refuses. Nothing at the target is
/// usable then, unless it is the very output that was there, and a second call goes on where this one stopped.
pub fn upload(
    account: &Account,
    source: &Source,
    target: &Location,
    options: &UploadOptions,
    watch: &Watch,
) -> Result<Sent, StoreError> {
    let Bucket { objects } = account.bucket(target.bucket())?;
    let target = target.folder();
    let concurrency = options.concurrency.max(1);
    let sizes = Sizes { large_bytes: LARGE_BYTES, part_bytes: PART_BYTES, concurrency };
    let mut journal = Journal::open(&source.dir, &target)?;
    let run = Run {
        objects: &*objects,
        source,
        target: &target,
        options,
        sizes,
        watch,
        has_changed: AtomicBool::default(),
    };
    account.wait(unless_stopped(watch, run.upload(&mut journal)))
}

/// Removes from S3 what an interrupted upload of `dir` has half sent, and forgets it. Returns how many files that were.
///
/// # Errors
/// What S3 or the file beside `dir` refuses.
pub fn abort(account: &Account, dir: &Path, target: &Location, watch: &Watch) -> Result<u64, StoreError> {
    let Bucket { objects } = account.bucket(target.bucket())?;
    let mut journal = Journal::open(dir, &target.folder())?;
    account.wait(unless_stopped(watch, abort_all(&*objects, &target.folder(), &mut journal)))
}

/// Ends every upload in the journal, and removes it.
pub(crate) async fn abort_all(
    objects: &(impl MultipartStore + ?Sized),
    target: &Location,
    journal: &mut Journal,
) -> Result<u64, StoreError> {
    let halves = journal.take();
    let n = halves.len() as u64;
    for (path, half) in halves {
        let url = target.child(&path);
        match objects.abort_multipart(&url.path()?, &half.upload_id).await {
            Err(error) if !large::is_unknown_upload(&error) => {
                return Err(StoreError::of(&error, &url.to_string()));
            }
            _ => {}
        }
    }
    journal.remove()?;
    Ok(n)
}
