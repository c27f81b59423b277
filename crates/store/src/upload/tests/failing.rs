//! A store in memory that fails where a test wants it to, and that others write to.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use object_store::memory::InMemory;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartId, MultipartUpload, ObjectMeta, ObjectStore,
    PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};

use crate::upload::send;

/// A store whose n-th call fails, before it does anything or after. Calls are counted from 1.
#[derive(Debug, Default)]
pub(super) struct Failing {
    pub(super) store: InMemory,
    pub(super) calls: AtomicUsize,
    /// None of them where it is 0.
    pub(super) fails_at: AtomicUsize,
    pub(super) is_after: bool,
    pub(super) parts: AtomicUsize,
    pub(super) knows_no_conditions: bool,
    /// What somebody else puts before the n-th call.
    pub(super) meddler: Option<(usize, &'static str)>,
}

impl std::fmt::Display for Failing {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Failing")
    }
}

impl Failing {
    async fn call<T>(&self, work: impl Future<Output = object_store::Result<T>>) -> object_store::Result<T> {
        let n = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some((_, path)) = self.meddler.filter(|(at, _)| *at == n) {
            let attributes = send::attributes(path.trim_start_matches("data/OUT/"), "0123");
            let options = PutOptions { attributes, ..PutOptions::default() };
            self.store.put_opts(&Path::from(path), "others".into(), options).await?;
        }
        let fails = n == self.fails_at.load(Ordering::SeqCst);
        let error =
            || object_store::Error::Generic { store: "test", source: format!("call {n} fails").into() };
        if fails && !self.is_after {
            return Err(error());
        }
        let done = work.await?;
        if fails { Err(error()) } else { Ok(done) }
    }
}

#[async_trait]
impl ObjectStore for Failing {
    async fn put_opts(
        &self,
        at: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        if self.knows_no_conditions && options.mode == PutMode::Create {
            let (operation, implementer) = ("a condition".to_owned(), self.to_string());
            return Err(object_store::Error::NotImplemented { operation, implementer });
        }
        self.call(self.store.put_opts(at, payload, options)).await
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.store.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        self.call(self.store.get_opts(at, options)).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        let n = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let fails = n == self.fails_at.load(Ordering::SeqCst);
        let failed =
            move || object_store::Error::Generic { store: "test", source: format!("call {n} fails").into() };
        let deleted = self.store.delete_stream(paths);
        match (fails, self.is_after) {
            (false, _) => deleted,
            (true, false) => futures_util::stream::once(async move { Err(failed()) }).boxed(),
            (true, true) => deleted.map(move |_| Err(failed())).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        match self.call(async { Ok(()) }).now_or_never() {
            Some(Err(error)) => futures_util::stream::once(async move { Err(error) }).boxed(),
            _ => self.store.list(prefix),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        self.store.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        self.store.copy_opts(from, to, options).await
    }
}

#[async_trait]
impl MultipartStore for Failing {
    async fn create_multipart(&self, path: &Path) -> object_store::Result<MultipartId> {
        self.call(self.store.create_multipart(path)).await
    }

    async fn create_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<MultipartId> {
        self.call(self.store.create_multipart_opts(path, options)).await
    }

    async fn put_part(
        &self,
        path: &Path,
        id: &MultipartId,
        n: usize,
        data: PutPayload,
    ) -> object_store::Result<PartId> {
        self.parts.fetch_add(1, Ordering::SeqCst);
        self.call(self.store.put_part(path, id, n, data)).await
    }

    async fn complete_multipart(
        &self,
        path: &Path,
        id: &MultipartId,
        parts: Vec<PartId>,
    ) -> object_store::Result<PutResult> {
        self.call(self.store.complete_multipart(path, id, parts)).await
    }

    async fn abort_multipart(&self, path: &Path, id: &MultipartId) -> object_store::Result<()> {
        self.call(self.store.abort_multipart(path, id)).await
    }
}

impl Failing {
    /// The store as it is, for a look that no failure hits.
    pub(super) fn store_only(&self) -> InMemory {
        self.store.fork()
    }
}
