//! One large file that is sent in parts, several at a time, and after an interruption goes on with those that lack.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use futures_util::TryStreamExt;
use object_store::multipart::PartId;
use object_store::{PutMultipartOptions, PutPayload};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::SourceFile;
use super::journal::{Half, Journal, Part};
use super::remote::hex;
use super::run::Run;
use super::send::{attributes, blocking, changed, failed};
use crate::error::StoreError;

/// S3 takes no more parts than this in one object.
const N_PARTS_MAX: u64 = 10_000;

/// Whether a request failed because the store does not know the upload: it was ended, or was too old.
pub(super) fn is_unknown_upload(error: &object_store::Error) -> bool {
    let text = error.to_string();
    // In the words of S3, and of the store in memory.
    let is_named = text.contains("NoSuchUpload") || text.contains("MultipartUpload not found");
    is_named || matches!(error, object_store::Error::NotFound { .. })
}

/// Why sending the parts of a file stopped.
enum Stop {
    UnknownUpload,
    Failed(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Stop {
        Stop::Failed(error)
    }
}

/// A file that is read from its beginning to its end.
struct Reading {
    path: PathBuf,
    file: File,
    hash: Sha256,
    left: u64,
}

/// A part that was read.
struct Piece {
    content: Vec<u8>,
    sha256: String,
}

impl Reading {
    fn next(mut self, part_bytes: u64) -> Result<(Reading, Piece), StoreError> {
        let n = self.left.min(part_bytes);
        let mut content = Vec::with_capacity(n as usize);
        self.file.by_ref().take(n).read_to_end(&mut content).map_err(failed(&self.path, "read"))?;
        if content.len() as u64 != n {
            return Err(changed(&self.path));
        }
        self.left -= n;
        self.hash.update(&content);
        let sha256 = hex(&Sha256::digest(&content));
        Ok((self, Piece { content, sha256 }))
    }
}

impl Run<'_> {
    /// Sends a file in parts, and returns how many bytes of it had been sent before.
    pub(super) async fn send_parts(
        &self,
        file: &SourceFile,
        room: &Semaphore,
        journal: &Mutex<&mut Journal>,
    ) -> Result<u64, StoreError> {
        let part_bytes = part_bytes(file.bytes, self.sizes.part_bytes);
        let is_of = |half: &Half| {
            (&half.sha256, half.bytes, half.part_bytes) == (&file.sha256, file.bytes, part_bytes)
        };
        let known = lock(journal).half(&file.path);
        if let Some(half) = known.filter(|half| !is_of(half)) {
            // Of an earlier build.
            self.give_up(file, &half, journal).await?;
        }
        loop {
            let known = lock(journal).half(&file.path);
            let is_resumed = known.is_some();
            let half = match known {
                Some(half) => half,
                None => self.begin(file, part_bytes, journal).await?,
            };
            match self.send_missing(file, &half, room, journal).await {
                Ok(resumed) => return Ok(resumed),
                Err(Stop::UnknownUpload) if is_resumed => lock(journal).end(&file.path)?,
                Err(Stop::UnknownUpload) => {
                    let why = "the upload was ended from elsewhere\nhint: run again".to_owned();
                    return Err(StoreError::Contested {
                        what: self.target.child(&file.path).to_string(),
                        why,
                    });
                }
                Err(Stop::Failed(error @ StoreError::LocalChanged { .. })) => {
                    self.give_up(file, &half, journal).await?;
                    return Err(error);
                }
                Err(Stop::Failed(error)) => return Err(error),
            }
        }
    }

    /// Removes what was sent of a file. Where that fails, the journal keeps it, for the next run or for `--abort`.
    async fn give_up(
        &self,
        file: &SourceFile,
        half: &Half,
        journal: &Mutex<&mut Journal>,
    ) -> Result<(), StoreError> {
        let url = self.target.child(&file.path);
        match self.objects.abort_multipart(&url.path()?, &half.upload_id).await {
            Err(error) if !is_unknown_upload(&error) => Err(StoreError::of(&error, &url.to_string())),
            _ => lock(journal).end(&file.path),
        }
    }

    async fn begin(
        &self,
        file: &SourceFile,
        part_bytes: u64,
        journal: &Mutex<&mut Journal>,
    ) -> Result<Half, StoreError> {
        let url = self.target.child(&file.path);
        let options = PutMultipartOptions {
            attributes: attributes(&file.path, &file.sha256),
            ..PutMultipartOptions::default()
        };
        let created = self.objects.create_multipart_opts(&url.path()?, options).await;
        let half = Half {
            upload_id: created.map_err(|error| StoreError::of(&error, &url.to_string()))?,
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            part_bytes,
            parts: BTreeMap::new(),
        };
        let noted = lock(journal).begin(&file.path, &half);
        if let Err(error) = noted {
            // Nobody would know of it later.
            let _ = self.objects.abort_multipart(&url.path()?, &half.upload_id).await;
            return Err(error);
        }
        Ok(half)
    }

    async fn send_missing(
        &self,
        file: &SourceFile,
        half: &Half,
        room: &Semaphore,
        journal: &Mutex<&mut Journal>,
    ) -> Result<u64, Stop> {
        let url = self.target.child(&file.path);
        let key = url.path()?;
        let path = self.local(file);
        let reading = blocking(move || {
            let file = File::open(&path).map_err(failed(&path, "opened"))?;
            let left = file.metadata().map_err(failed(&path, "examined"))?.len();
            Ok(Reading { path, file, hash: Sha256::new(), left })
        });
        let reading = reading.await?;
        if reading.left != file.bytes {
            return Err(changed(&reading.path).into());
        }
        let whole = Mutex::new(None);
        let part_bytes = half.part_bytes;
        let pieces = futures_util::stream::try_unfold((reading, 0), |(reading, n)| {
            let whole = &whole;
            async move {
                if reading.left == 0 {
                    *whole.lock().unwrap_or_else(PoisonError::into_inner) =
                        Some(hex(&reading.hash.finalize()));
                    return Ok::<_, Stop>(None);
                }
                let permit = self.room_for(part_bytes.min(reading.left), room).await?;
                let (reading, piece) = blocking(move || reading.next(part_bytes)).await?;
                Ok(Some(((n, piece, permit), (reading, n + 1))))
            }
        });
        let sending = pieces.map_ok(|(n, piece, permit): (usize, Piece, SemaphorePermit<'_>)| {
            let (key, url) = (&key, &url);
            async move {
                let _permit = permit;
                let bytes = piece.content.len() as u64;
                // What was sent is of this very content, and not of what the file may have been meanwhile.
                if let Some(part) = half.parts.get(&n).filter(|part| part.sha256 == piece.sha256) {
                    self.watch.add(bytes);
                    return Ok((n, part.clone(), bytes));
                }
                let content = PutPayload::from(piece.content);
                let put = self.objects.put_part(key, &half.upload_id, n, content).await;
                let id = put.map_err(|error| stop(&error, url))?.content_id;
                let part = Part { id, sha256: piece.sha256 };
                lock(journal).part(&file.path, n, &part)?;
                self.watch.add(bytes);
                Ok::<_, Stop>((n, part, 0))
            }
        });
        let sent: Vec<(usize, Part, u64)> =
            sending.try_buffer_unordered(self.sizes.concurrency).try_collect().await?;
        if whole.into_inner().unwrap_or_else(PoisonError::into_inner).as_ref() != Some(&file.sha256) {
            return Err(changed(&self.local(file)).into());
        }
        let resumed = sent.iter().map(|(_, _, bytes)| bytes).sum();
        let parts: BTreeMap<usize, PartId> =
            sent.into_iter().map(|(n, part, _)| (n, PartId { content_id: part.id })).collect();
        self.has_changed.store(true, Ordering::Relaxed);
        let completed =
            self.objects.complete_multipart(&key, &half.upload_id, parts.into_values().collect()).await;
        completed.map_err(|error| stop(&error, &url))?;
        lock(journal).end(&file.path)?;
        Ok(resumed)
    }
}

fn stop(error: &object_store::Error, url: &crate::location::Location) -> Stop {
    if is_unknown_upload(error) {
        Stop::UnknownUpload
    } else {
        StoreError::of(error, &url.to_string()).into()
    }
}

/// Whole MiB, so that no file has more parts than S3 takes.
fn part_bytes(bytes: u64, at_least: u64) -> u64 {
    match bytes.div_ceil(N_PARTS_MAX) {
        needed if needed <= at_least => at_least,
        needed => needed.next_multiple_of(1 << 20),
    }
}

fn lock<'j, 'm>(journal: &'m Mutex<&'j mut Journal>) -> std::sync::MutexGuard<'m, &'j mut Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_file_has_too_many_parts() {
        for bytes in [1, 16 << 20, 80 << 30, 81 << 30, 5 << 40] {
            let part = part_bytes(bytes, 8 << 20);
            assert!(part >= 8 << 20 && bytes.div_ceil(part) <= N_PARTS_MAX, "{bytes}: {part}");
        }
        assert_eq!(part_bytes(100 << 20, 8 << 20), 8 << 20);
    }
}
