//! Places in S3: a bucket and a key.

use std::fmt;

use bedload_scan::Url;
use object_store::path::Path;

use crate::error::StoreError;

/// A bucket, and the beginning of keys in it or one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    bucket: String,
    key: String,
}

impl Location {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// Where it is not one of S3, or names no bucket.
    pub fn of(text: &str) -> Result<Location, StoreError> {
        let url = Url::of(text.as_ref());
        let Some((bucket, key)) = url.as_ref().and_then(Url::s3) else {
            return Err(StoreError::Usage(format!(
                "{text}: not a place in S3\nhint: write s3://BUCKET/PREFIX"
            )));
        };
        if bucket.is_empty() {
            return Err(StoreError::Usage(format!(
                "{text}: names no bucket\nhint: write s3://BUCKET/PREFIX"
            )));
        }
        Ok(Location::new(bucket, key))
    }

    /// A bucket with a key, which may be empty.
    pub(crate) fn new(bucket: &str, key: &str) -> Location {
        Location { bucket: bucket.to_owned(), key: key.to_owned() }
    }

    /// The bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key, or the beginning of keys, as given.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The same without slashes at its end: the folder that it names.
    #[must_use]
    pub fn folder(&self) -> Location {
        Location { bucket: self.bucket.clone(), key: self.key.trim_end_matches('/').to_owned() }
    }

    /// What is below a folder.
    #[must_use]
    pub fn child(&self, path: &str) -> Location {
        let key = match self.key.as_str() {
            "" => path.to_owned(),
            key => format!("{}/{path}", key.trim_end_matches('/')),
        };
        Location { bucket: self.bucket.clone(), key }
    }

    /// The key as requests take it.
    pub(crate) fn path(&self) -> Result<Path, StoreError> {
        let wrong = |_| {
            StoreError::Usage(format!(
                "{self}: a key with empty parts, `.`, `..` or control characters is not supported"
            ))
        };
        Path::parse(&self.key).map_err(wrong)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "s3://{}", self.bucket)?;
        if self.key.is_empty() { Ok(()) } else { write!(out, "/{}", self.key) }
    }
}
