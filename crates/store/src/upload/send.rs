//! One file that is sent: whole where it is small, and else in parts.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use object_store::{Attribute, Attributes, PutMode, PutOptions, PutPayload, PutResult};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::journal::Journal;
use super::remote::hex;
use super::run::Run;
use super::{PATH, SHA256, SourceFile};
use crate::error::StoreError;

/// What an object says of itself.
pub(super) fn attributes(path: &str, sha256: &str) -> Attributes {
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::Metadata(SHA256.into()), sha256.to_owned().into());
    attributes.insert(Attribute::Metadata(PATH.into()), path.to_owned().into());
    attributes
}

impl Run<'_> {
    /// Sends a file, and returns how many bytes of it had been sent before.
    pub(super) async fn send(
        &self,
        file: &SourceFile,
        room: &Semaphore,
        journal: &Mutex<&mut Journal>,
    ) -> Result<u64, StoreError> {
        if file.bytes >= self.sizes.large_bytes {
            return self.send_parts(file, room, journal).await;
        }
        let _permit = self.room_for(file.bytes, room).await?;
        let (path, bytes, sha256) = (self.local(file), file.bytes, file.sha256.clone());
        // Hashed before it is sent, so that nothing else is.
        let content = blocking(move || {
            let content = read_whole(&path, bytes)?;
            if hex(&Sha256::digest(&content)) == sha256 { Ok(content) } else { Err(changed(&path)) }
        })
        .await?;
        self.has_changed.store(true, Ordering::Relaxed);
        let put = self.put(&file.path, content, &file.sha256, PutMode::Overwrite).await;
        put.map_err(|error| StoreError::of(&error, &self.target.child(&file.path).to_string()))?;
        self.watch.add(file.bytes);
        Ok(0)
    }

    pub(super) async fn put(
        &self,
        path: &str,
        content: Vec<u8>,
        sha256: &str,
        mode: PutMode,
    ) -> object_store::Result<PutResult> {
        let key = self.target.child(path).path().map_err(|error| object_store::Error::Generic {
            store: "S3",
            source: error.to_string().into(),
        })?;
        let options = PutOptions { mode, attributes: attributes(path, sha256), ..PutOptions::default() };
        self.objects.put_opts(&key, PutPayload::from(content), options).await
    }

    /// Waits until there is room in memory for that many bytes, as far as there ever is.
    pub(super) async fn room_for<'r>(
        &self,
        bytes: u64,
        room: &'r Semaphore,
    ) -> Result<SemaphorePermit<'r>, StoreError> {
        let units = bytes.div_ceil(self.sizes.part_bytes).clamp(1, self.sizes.concurrency as u64);
        // It is never closed.
        room.acquire_many(units as u32).await.map_err(|_| StoreError::Interrupted)
    }

    pub(super) fn local(&self, file: &SourceFile) -> PathBuf {
        self.source.dir.join(&file.path)
    }
}

/// Does what blocks on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StoreError::Threads(io::Error::other(error)))?
}

/// The whole content, which has as many bytes as it should.
pub(super) fn read_whole(path: &Path, bytes: u64) -> Result<Vec<u8>, StoreError> {
    let mut content = Vec::with_capacity(bytes as usize);
    let mut file = File::open(path).map_err(failed(path, "opened"))?.take(bytes + 1);
    file.read_to_end(&mut content).map_err(failed(path, "read"))?;
    if content.len() as u64 == bytes { Ok(content) } else { Err(changed(path)) }
}

pub(super) fn changed(path: &Path) -> StoreError {
    StoreError::LocalChanged { path: path.display().to_string() }
}

pub(super) fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.display().to_string();
    move |source| StoreError::Local { path, action, source }
}
