//! One object as a reader: in windows that are asked for ahead of the reader, several at a time, each of the very object
//! that was found.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bedload_scan::{Object, ObjectError};
use bytes::{Buf, Bytes};
use object_store::path::Path;
use object_store::{GetOptions, GetRange};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

use super::heads::{HEAD_BYTES, Head};
use crate::bucket::Objects;
use crate::error::StoreError;
use crate::location::Location;

/// Windows of one reader under way at a time, where there is room.
const N_AHEAD: usize = 4;
/// How often a window is asked for, where a reply breaks off. Requests that fail are repeated by themselves.
const N_ATTEMPTS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(250);

/// How much is read ahead, by all readers together.
#[derive(Clone, Debug)]
pub(crate) struct Windows {
    pub(crate) bytes: u64,
    pub(crate) ahead: Arc<Semaphore>,
}

/// A window under way.
struct Window {
    task: JoinHandle<Result<Bytes, StoreError>>,
    /// Room for it, but for the one that every reader may have.
    permit: Option<OwnedSemaphorePermit>,
}

/// What has to be known to ask for a window.
pub(crate) struct Asking {
    objects: Arc<dyn Objects>,
    path: Path,
    e_tag: Option<String>,
    url: String,
}

impl Asking {
    pub(crate) fn new(objects: Arc<dyn Objects>, object: &Object) -> Result<Asking, StoreError> {
        let place = Location::new(&object.bucket, &object.key);
        Ok(Asking { objects, path: place.path()?, e_tag: object.e_tag.clone(), url: place.to_string() })
    }
}

/// Reads an object from its beginning to its end.
pub(crate) struct Reader {
    runtime: Handle,
    asking: Arc<Asking>,
    /// The first window, if it was asked for before.
    head: Option<Head>,
    windows: Windows,
    len: u64,
    /// Where the next window begins.
    asked: u64,
    under_way: VecDeque<Window>,
    current: Bytes,
    /// Room for what is current.
    permit: Option<OwnedSemaphorePermit>,
    is_broken: bool,
}

impl Reader {
    pub(crate) fn new(
        runtime: Handle,
        asking: Arc<Asking>,
        head: Option<Head>,
        bytes: u64,
        windows: Windows,
    ) -> Reader {
        Reader {
            runtime,
            asking,
            head,
            windows,
            len: bytes,
            asked: 0,
            under_way: VecDeque::new(),
            current: Bytes::new(),
            permit: None,
            is_broken: false,
        }
    }

    /// Asks for windows as long as there is room for them.
    fn ask(&mut self) {
        let n_wanted = if self.asked == 0 { 1 } else { N_AHEAD };
        while self.under_way.len() < n_wanted && self.asked < self.len {
            let permit = Arc::clone(&self.windows.ahead).try_acquire_owned().ok();
            if permit.is_none() && !self.under_way.is_empty() {
                break;
            }
            // Only a beginning, until somebody wants more than that.
            let bytes = if self.asked == 0 { HEAD_BYTES } else { self.windows.bytes };
            let end = self.asked.saturating_add(bytes).min(self.len);
            let (asking, range, head) = (Arc::clone(&self.asking), self.asked..end, self.head.take());
            let task = self.runtime.spawn(async move {
                match head {
                    Some(head) => match head.await {
                        Some(bytes) => Ok(bytes),
                        None => get(asking, range).await,
                    },
                    None => get(asking, range).await,
                }
            });
            self.under_way.push_back(Window { task, permit });
            self.asked = end;
        }
    }

    fn next_window(&mut self) -> Result<bool, StoreError> {
        self.ask();
        let Some(window) = self.under_way.pop_front() else { return Ok(false) };
        let got = self.runtime.block_on(window.task);
        self.current = got.map_err(|error| StoreError::Threads(io::Error::other(error)))??;
        self.permit = window.permit;
        self.ask();
        Ok(true)
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() && !buffer.is_empty() && !self.is_broken {
            self.permit = None;
            match self.next_window() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => {
                    self.is_broken = true;
                    return Err(ObjectError(Box::new(error)).into());
                }
            }
        }
        let n = buffer.len().min(self.current.len());
        self.current.copy_to_slice(&mut buffer[..n]);
        Ok(n)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.under_way.iter().for_each(|window| window.task.abort());
    }
}

/// Asks for a range, and again where the reply breaks off.
pub(crate) async fn get(asking: Arc<Asking>, range: Range<u64>) -> Result<Bytes, StoreError> {
    let mut attempt = 1;
    loop {
        match get_once(&asking, range.clone()).await {
            Err(StoreError::Service { .. } | StoreError::TimedOut { .. }) if attempt < N_ATTEMPTS => {
                tokio::time::sleep(PAUSE * attempt).await;
                attempt += 1;
            }
            got => return got,
        }
    }
}

async fn get_once(asking: &Asking, range: Range<u64>) -> Result<Bytes, StoreError> {
    let failed = |error: object_store::Error| match error {
        // It was there when it was found.
        object_store::Error::NotFound { .. } => StoreError::Changed { what: asking.url.clone() },
        error => StoreError::of(&error, &asking.url),
    };
    let wanted = range.end - range.start;
    let options = GetOptions {
        range: Some(GetRange::Bounded(range)),
        if_match: asking.e_tag.clone(),
        ..GetOptions::default()
    };
    let got = asking.objects.get_opts(&asking.path, options).await.map_err(failed)?;
    let bytes = got.bytes().await.map_err(failed)?;
    if bytes.len() as u64 == wanted {
        Ok(bytes)
    } else {
        Err(StoreError::Changed { what: asking.url.clone() })
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;
    use object_store::memory::InMemory;

    use super::super::heads::Heads;
    use super::*;

    struct Place {
        runtime: tokio::runtime::Runtime,
        store: Arc<InMemory>,
        content: Vec<u8>,
    }

    impl Place {
        fn new(bytes: usize) -> Place {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let content: Vec<u8> = (0..bytes).map(|n| (n * n / 7 % 251) as u8).collect();
            let place = Place { runtime: runtime.expect("a runtime"), store: Arc::default(), content };
            place.put(&place.content.clone());
            place
        }

        fn put(&self, content: &[u8]) {
            let path = Path::from("a/b");
            self.runtime.block_on(self.store.put(&path, content.to_vec().into())).expect("put");
        }

        fn reader(&self, windows: &Windows) -> Reader {
            self.expected(windows, false)
        }

        fn expected(&self, windows: &Windows, is_expected: bool) -> Reader {
            let meta = self.runtime.block_on(self.store.head(&Path::from("a/b"))).expect("found");
            let object = Object {
                bucket: "bucket".to_owned(),
                key: "a/b".to_owned(),
                bytes: meta.size,
                e_tag: meta.e_tag,
            };
            let store: Arc<dyn Objects> = Arc::clone(&self.store) as _;
            let asking = Arc::new(Asking::new(store, &object).expect("a key"));
            let runtime = self.runtime.handle().clone();
            // The one that was asked for before is as good as any other.
            let heads = Heads::new(1 << 20);
            heads.expect(&[&object]);
            let head = heads.get(&runtime, &object, |_| Some(Arc::clone(&asking))).filter(|_| is_expected);
            Reader::new(runtime, asking, head, meta.size, windows.clone())
        }
    }

    fn windows(bytes: u64, n_ahead: usize) -> Windows {
        Windows { bytes, ahead: Arc::new(Semaphore::new(n_ahead)) }
    }

    #[test]
    fn an_object_is_read_in_order_whatever_its_size_and_that_of_the_windows() {
        for bytes in [0, 1, 999, 1000, 1001, 700_000] {
            let place = Place::new(bytes);
            for windows in [windows(1000, 3), windows(300_000, 0), windows(1 << 20, 8)] {
                let (mut one, mut other) = (place.reader(&windows), place.expected(&windows, true));
                let mut content = Vec::new();
                one.read_to_end(&mut content).expect("read");
                assert_eq!(content, place.content, "{bytes} {windows:?}");
                content.clear();
                other.read_to_end(&mut content).expect("read");
                assert_eq!(content.len(), bytes);
            }
        }
    }

    #[test]
    fn readers_share_what_is_read_ahead_and_none_waits_for_another() {
        let place = Place::new(400_000);
        let windows = windows(1000, 2);
        let mut readers: Vec<Reader> = (0..5).map(|_| place.reader(&windows)).collect();
        let mut buffer = vec![0; 300_000];
        for reader in &mut readers {
            reader.read_exact(&mut buffer).expect("read");
            assert_eq!(buffer, place.content[..300_000]);
        }
        let n_windows: usize = readers.iter().map(|reader| reader.under_way.len()).sum();
        assert!(n_windows <= readers.len() + 2, "{n_windows}");
        drop(readers);
        place.runtime.block_on(tokio::task::yield_now());
        assert_eq!(windows.ahead.available_permits(), 2);
    }

    #[test]
    fn an_object_that_changes_is_an_error() {
        let place = Place::new(400_000);
        let windows = windows(1000, 0);
        let mut reader = place.reader(&windows);
        reader.read_exact(&mut [0; 10]).expect("read");
        place.put(&place.content);
        let error = reader.read_to_end(&mut Vec::new()).expect_err("changed");
        assert!(error.to_string().starts_with("s3://bucket/a/b: changed while it was read"), "{error}");
        let mut reader = place.reader(&windows);
        place.runtime.block_on(place.store.delete(&Path::from("a/b"))).expect("deleted");
        let error = reader.read(&mut [0; 10]).expect_err("gone");
        assert!(error.to_string().starts_with("s3://bucket/a/b: changed while it was read"), "{error}");
    }
}
