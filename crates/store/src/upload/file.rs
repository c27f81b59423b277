//! One file that becomes one object.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use bedload_scan::Watch;
use object_store::{ObjectStoreExt, PutMode};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::journal::Journal;
use super::remote::hex;
use super::run::Run;
use super::send::{blocking, failed, read_whole};
use super::{LARGE_BYTES, PART_BYTES, Sizes, Source, SourceFile, UploadOptions, abort_all};
use crate::account::{Account, unless_stopped};
use crate::bucket::Objects;
use crate::error::StoreError;
use crate::location::Location;

/// Whether there is an object of this name.
///
/// # Errors
/// Those of the account and of S3.
pub fn exists(account: &Account, target: &Location) -> Result<bool, StoreError> {
    let objects = account.bucket(target.bucket())?.objects;
    // A bucket that is missing is not told from an object that is missing, without a list.
    account.wait(async {
        super::remote::probe(&*objects, target).await?;
        is_there(&*objects, target).await
    })
}

async fn is_there(objects: &dyn Objects, target: &Location) -> Result<bool, StoreError> {
    match objects.head(&target.path()?).await {
        Ok(_) => Ok(true),
        Err(object_store::Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(StoreError::of(&error, &target.to_string())),
    }
}

/// Puts a file to an object; over another one only where that may be replaced.
///
/// # Errors
/// [`StoreError::Usage`] where there is an object already; else what S3 or the file refuses. There is no object then, or
/// the one that was there.
pub fn put_file(
    account: &Account,
    path: &Path,
    target: &Location,
    overwrite: bool,
    concurrency: usize,
    watch: &Watch,
) -> Result<(), StoreError> {
    let objects = account.bucket(target.bucket())?.objects;
    let sizes = Sizes { large_bytes: LARGE_BYTES, part_bytes: PART_BYTES, concurrency: concurrency.max(1) };
    let mut journal = Journal::open(path, target)?;
    let sent = account
        .wait(unless_stopped(watch, put(&*objects, path, target, overwrite, sizes, &mut journal, watch)));
    if sent.is_err() {
        // The file is temporary: no later run would go on with its parts.
        let _ = account.wait(abort_all(&*objects, &split(target).0, &mut journal));
    }
    sent
}

/// The folder and the name of an object.
fn split(target: &Location) -> (Location, &str) {
    let (folder, name) = target.key().rsplit_once('/').unwrap_or(("", target.key()));
    (Location::new(target.bucket(), folder), name)
}

async fn put(
    objects: &dyn Objects,
    path: &Path,
    target: &Location,
    overwrite: bool,
    sizes: Sizes,
    journal: &mut Journal,
    watch: &Watch,
) -> Result<(), StoreError> {
    let there =
        || StoreError::Usage(format!("{target}: there is an object already\nhint: --overwrite replaces it"));
    let local = path.to_owned();
    let (bytes, sha256) = blocking(move || hash(&local)).await?;
    // The file on this side may have another name.
    let (folder, name) = split(target);
    let file = SourceFile { path: name.to_owned(), bytes, sha256 };
    let dir = path.with_file_name("");
    let source = Source { dir, files: Vec::new(), manifest: Vec::new() };
    let options = UploadOptions::default();
    let run = Run {
        objects,
        source: &source,
        target: &folder,
        options: &options,
        sizes,
        watch,
        has_changed: AtomicBool::default(),
    };
    if bytes < sizes.large_bytes {
        let local = path.to_owned();
        let content = blocking(move || read_whole(&local, bytes)).await?;
        let mode = if overwrite { PutMode::Overwrite } else { PutMode::Create };
        return match run.put(&file.path, content, &file.sha256, mode).await {
            Ok(_) => Ok(()),
            Err(object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }) => {
                Err(there())
            }
            Err(error) => Err(StoreError::of(&error, &target.to_string())),
        };
    }
    // What is sent in parts takes no condition.
    if !overwrite && is_there(objects, target).await? {
        return Err(there());
    }
    let room = Semaphore::new(sizes.concurrency);
    run.send_parts(&file, &room, &Mutex::new(&mut *journal)).await?;
    journal.remove()
}

fn hash(path: &Path) -> Result<(u64, String), StoreError> {
    let mut file = File::open(path).map_err(failed(path, "opened"))?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        match file.read(&mut piece).map_err(failed(path, "read"))? {
            0 => return Ok((bytes, hex(&hash.finalize()))),
            n => {
                hash.update(&piece[..n]);
                bytes += n as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    #[test]
    fn a_file_replaces_an_object_only_where_it_may() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("out.jsonl");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let target = Location::of("s3://bucket/a/out.jsonl").expect("a place");
        let sizes = Sizes { large_bytes: 10, part_bytes: 4, concurrency: 2 };
        for content in ["short", "longer than ten bytes"] {
            let store = InMemory::new();
            let put = |content: &str, overwrite| {
                std::fs::write(&path, content).expect("written");
                let mut journal = Journal::open(&path, &target)?;
                runtime.block_on(put(
                    &store,
                    &path,
                    &target,
                    overwrite,
                    sizes,
                    &mut journal,
                    &Watch::default(),
                ))
            };
            put(content, false).expect("put");
            assert!(matches!(put(content, false), Err(StoreError::Usage(_))));
            put(&content.to_uppercase(), true).expect("put");
            let got = async {
                store
                    .get(&target.path()?)
                    .await
                    .expect("there")
                    .bytes()
                    .await
                    .map_err(|_| StoreError::Interrupted)
            };
            assert_eq!(runtime.block_on(got).expect("read"), content.to_uppercase().as_bytes());
        }
        assert_eq!(std::fs::read_dir(dir.path()).expect("listed").count(), 1, "no journal stays");
    }
}
