//! Inputs from S3: what is below a place, and objects as readers.

mod heads;
mod reader;

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use bedload_scan::{Object, ObjectError, ObjectStore};
use futures_util::TryStreamExt;
use object_store::{ObjectMeta, ObjectStoreExt};
use tokio::sync::Semaphore;

use crate::account::Account;
use crate::bucket::Bucket;
use crate::error::StoreError;
use crate::location::Location;
use heads::Heads;
use reader::{Asking, Reader, Windows};

/// What is asked for at a time, where memory allows.
const WINDOW_BYTES: u64 = 8 << 20;
const WINDOW_BYTES_MIN: u64 = 1 << 20;
/// Windows that are read ahead, of all readers together. Each reader has one more, as it could not go on otherwise.
const N_WINDOWS: usize = 8;
/// Beginnings of objects that are kept.
const HEADS_BYTES_MAX: u64 = 32 << 20;

/// Objects in S3, for `bedload_scan` to read.
pub struct S3Inputs {
    account: Arc<Account>,
    buckets: Mutex<BTreeMap<String, Bucket>>,
    windows: Windows,
    heads: Heads,
}

impl fmt::Debug for S3Inputs {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("S3Inputs")
    }
}

impl S3Inputs {
    /// Objects of an account. What is read ahead takes at most an eighth of `memory_bytes`, where that is limited, and 64
    /// MiB; beginnings that are kept take half as much.
    pub fn new(account: Account, memory_bytes: Option<u64>) -> S3Inputs {
        let room = memory_bytes.map_or(u64::MAX, |bytes| bytes / 8);
        let bytes = (room / N_WINDOWS as u64).clamp(WINDOW_BYTES_MIN, WINDOW_BYTES);
        let n_ahead = (room / bytes).clamp(1, N_WINDOWS as u64) as usize;
        let windows = Windows { bytes, ahead: Arc::new(Semaphore::new(n_ahead)) };
        let heads = Heads::new((room / 2).min(HEADS_BYTES_MAX));
        S3Inputs { account: Arc::new(account), buckets: Mutex::default(), windows, heads }
    }

    fn bucket(&self, name: &str) -> Result<Bucket, StoreError> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(name) {
            return Ok(bucket.clone());
        }
        let bucket = self.account.bucket(name)?;
        buckets.insert(name.to_owned(), bucket.clone());
        Ok(bucket)
    }

    fn asking(&self, object: &Object) -> Result<Arc<Asking>, StoreError> {
        let Bucket { objects } = self.bucket(&object.bucket)?;
        Asking::new(objects, object).map(Arc::new)
    }

    fn find_one(&self, place: &Location) -> Result<Option<Object>, StoreError> {
        let Bucket { objects } = self.bucket(place.bucket())?;
        let path = place.path()?;
        match self.account.wait(objects.head(&path)) {
            Ok(meta) => Ok(Some(object(place.bucket(), meta))),
            // Who may read what is in a folder need not be allowed to ask for its name.
            Err(object_store::Error::PermissionDenied { .. })
                if matches!(self.account.wait(objects.list(Some(&path)).try_next()), Ok(Some(_))) =>
            {
                Ok(None)
            }
            // A bucket that is missing says the same; the list that follows says which it is.
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(StoreError::of(&error, &place.to_string())),
        }
    }

    fn list_all(&self, place: &Location) -> Result<Vec<Object>, StoreError> {
        let Bucket { objects } = self.bucket(place.bucket())?;
        let prefix = place.path()?;
        let listed = self.account.wait(objects.list(Some(&prefix)).try_collect::<Vec<_>>());
        let listed = listed.map_err(|error| StoreError::of(&error, &place.to_string()))?;
        // A key that ends in a slash is listed as the folder that it shows.
        let is_below = |meta: &ObjectMeta| meta.location != prefix;
        Ok(listed.into_iter().filter(is_below).map(|meta| object(place.bucket(), meta)).collect())
    }
}

fn object(bucket: &str, meta: ObjectMeta) -> Object {
    Object { bucket: bucket.to_owned(), key: meta.location.into(), bytes: meta.size, e_tag: meta.e_tag }
}

fn failed(error: StoreError) -> ObjectError {
    ObjectError(Box::new(error))
}

impl ObjectStore for S3Inputs {
    fn find(&self, bucket: &str, key: &str) -> Result<Option<Object>, ObjectError> {
        self.find_one(&Location::new(bucket, key)).map_err(failed)
    }

    fn list(&self, bucket: &str, folder: &str) -> Result<Vec<Object>, ObjectError> {
        self.list_all(&Location::new(bucket, folder)).map_err(failed)
    }

    fn expect(&self, objects: &[&Object]) {
        self.heads.expect(objects);
    }

    fn open(&self, object: &Object) -> Box<dyn Read + Send> {
        let runtime = self.account.handle();
        let asking = match self.asking(object) {
            Ok(asking) => asking,
            Err(error) => return Box::new(Broken(Some(failed(error)))),
        };
        let head = self.heads.get(&runtime, object, |next| self.asking(next).ok());
        Box::new(Reader::new(runtime, asking, head, object.bytes, self.windows.clone()))
    }
}

/// An object that could not even be asked for.
struct Broken(Option<ObjectError>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), |error| Err(error.into()))
    }
}
