//! Objects that are few and small, such as the results that a job writes: listed and read as a whole, up to a limit.

use std::sync::Arc;

use bedload_scan::Watch;
use futures_util::TryStreamExt;
use object_store::ObjectStoreExt;

use crate::account::Account;
use crate::bucket::Objects;
use crate::error::StoreError;
use crate::location::Location;

/// A place in S3 whose objects are read.
pub struct Folder<'a> {
    account: &'a Account,
    objects: Arc<dyn Objects>,
    place: Location,
}

/// An object below a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its path below the folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Changes with its content; none where the store has no such thing.
    pub version: Option<String>,
}

impl Account {
    /// A place to read from. Whether there is anything, the first request tells.
    ///
    /// # Errors
    /// Those of the account.
    pub fn folder(&self, place: &Location) -> Result<Folder<'_>, StoreError> {
        let objects = self.bucket(place.bucket())?.objects;
        Ok(Folder { account: self, objects, place: place.folder() })
    }
}

impl Folder<'_> {
    /// The first objects below the folder, at most `objects_max`; none where there is no such folder.
    ///
    /// # Errors
    /// Those of the account and of S3, and [`StoreError::Interrupted`].
    pub fn list(&self, objects_max: usize, watch: &Watch) -> Result<Vec<Listed>, StoreError> {
        let prefix = self.place.path()?;
        let lead = if prefix.as_ref().is_empty() { String::new() } else { format!("{prefix}/") };
        self.account.wait_unless_stopped(watch, async {
            let mut found = Vec::new();
            let mut listed = self.objects.list(Some(&prefix));
            while found.len() < objects_max {
                let next = listed.try_next().await;
                let next = next.map_err(|error| StoreError::of(&error, &self.place.to_string()))?;
                let Some(meta) = next else { break };
                if let Some(path) = meta.location.as_ref().strip_prefix(&lead) {
                    found.push(Listed { path: path.to_owned(), bytes: meta.size, version: meta.e_tag });
                }
            }
            Ok(found)
        })
    }

    /// The bytes of an object; none where there is no such object.
    ///
    /// # Errors
    /// Those of the account and of S3, an object of more than `bytes_max`, and [`StoreError::Interrupted`].
    pub fn read(&self, path: &str, bytes_max: u64, watch: &Watch) -> Result<Option<Vec<u8>>, StoreError> {
        let place = self.place.child(path);
        let what = place.to_string();
        let key = place.path()?;
        self.account.wait_unless_stopped(watch, async {
            let got = match self.objects.get(&key).await {
                Err(object_store::Error::NotFound { .. }) => return Ok(None),
                got => got.map_err(|error| StoreError::of(&error, &what))?,
            };
            if got.meta.size > bytes_max {
                let why = format!("{} bytes, and {bytes_max} are read at most", got.meta.size);
                return Err(StoreError::Service { what, why });
            }
            let bytes = got.bytes().await.map_err(|error| StoreError::of(&error, &what))?;
            Ok(Some(bytes.to_vec()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use object_store::memory::InMemory;

    use super::*;
    use crate::account::AccountOptions;

    #[test]
    fn objects_below_a_folder_are_listed_and_read_up_to_a_limit() {
        let options = AccountOptions { region: Some("us-east-1".to_owned()), ..AccountOptions::default() };
        let account = Account::open(&options).expect("threads");
        let store = InMemory::new();
        account.wait(async {
            for (key, text) in [("o/job-1/a.csv", "abc"), ("o/job-1/b/c.csv", ""), ("o/job-12/d.csv", "d")] {
                store.put(&key.into(), text.into()).await.expect("stored");
            }
        });
        let place = Location::of("s3://bucket/o/job-1/").expect("a place").folder();
        let folder = Folder { account: &account, objects: Arc::new(store), place };
        let watch = Watch::new(Arc::new(AtomicBool::new(false)));
        let paths = |max| -> Vec<String> {
            folder.list(max, &watch).expect("listed").into_iter().map(|object| object.path).collect()
        };
        assert_eq!(paths(10), ["a.csv", "b/c.csv"]);
        assert_eq!(paths(1).len(), 1);
        assert_eq!(folder.read("a.csv", 3, &watch).expect("read").as_deref(), Some(&b"abc"[..]));
        assert_eq!(folder.read("none.csv", 3, &watch).expect("no failure"), None);
        let error = folder.read("a.csv", 2, &watch).expect_err("too large");
        assert!(error.to_string().contains("o/job-1/a.csv: 3 bytes"), "{error}");
    }
}
