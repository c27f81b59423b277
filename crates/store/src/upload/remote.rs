//! What is at a place in S3.

use futures_util::{StreamExt, TryStreamExt};
use object_store::{Attribute, GetOptions, ObjectMeta};
use sha2::{Digest, Sha256};

use super::plan::{Found, Remote};
use super::{PATH, SHA256};
use crate::bucket::Objects;
use crate::error::StoreError;
use crate::location::Location;

/// How many objects are asked about at a time.
const N_ASKED: usize = 16;

/// Lists the objects below a place, without what they contain. More than `objects_max` are refused.
pub(crate) async fn list(
    objects: &dyn Objects,
    target: &Location,
    objects_max: usize,
) -> Result<Vec<(String, ObjectMeta)>, StoreError> {
    let prefix = target.path()?;
    let failed = |error| StoreError::of(&error, &target.to_string());
    let listing = objects.list(Some(&prefix)).take(objects_max + 1);
    let listed: Vec<ObjectMeta> = listing.try_collect().await.map_err(failed)?;
    if listed.len() > objects_max {
        return Err(StoreError::Usage(format!(
            "{target}: there are more than {objects_max} objects there\nhint: name a prefix that has only this output"
        )));
    }
    let below = |meta: ObjectMeta| {
        let path = match prefix.as_ref() {
            "" => meta.location.as_ref(),
            prefix => meta.location.as_ref().strip_prefix(prefix)?.strip_prefix('/')?,
        };
        Some((path.to_owned(), meta))
    };
    Ok(listed.into_iter().filter_map(below).collect())
}

/// Makes sure that the bucket is there and may be listed.
pub(crate) async fn probe(objects: &dyn Objects, target: &Location) -> Result<(), StoreError> {
    let first = objects.list(Some(&target.path()?)).try_next().await;
    first.map(drop).map_err(|error| StoreError::of(&error, &target.to_string()))
}

/// Lists the objects below a place, and asks each what it contains.
pub(crate) async fn look(
    objects: &dyn Objects,
    target: &Location,
    objects_max: usize,
) -> Result<Found, StoreError> {
    let listed = list(objects, target, objects_max).await?;
    let asked = futures_util::stream::iter(listed).map(|(path, meta)| async move {
        let url = target.child(&path).to_string();
        let asked =
            objects.get_opts(&meta.location, GetOptions { head: true, ..GetOptions::default() }).await;
        let got = match asked {
            // Its name ends in a slash, as consoles make them to show folders.
            Err(object_store::Error::NotFound { .. }) if meta.size == 0 => return Ok(None),
            got => got.map_err(|error| StoreError::of(&error, &url))?,
        };
        let of =
            |name: &'static str| got.attributes.get(&Attribute::Metadata(name.into())).map(AsRef::as_ref);
        let sha256 = of(SHA256).filter(|_| of(PATH) == Some(path.as_str())).map(str::to_owned);
        Ok(Some((path, Remote { bytes: got.meta.size, sha256, e_tag: got.meta.e_tag })))
    });
    asked.buffer_unordered(N_ASKED).try_filter_map(|found| async { Ok(found) }).try_collect().await
}

/// The sha256 of an object, from its bytes.
pub(crate) async fn hash(objects: &dyn Objects, url: &Location) -> Result<String, StoreError> {
    let failed = |error| StoreError::of(&error, &url.to_string());
    let got = objects.get_opts(&url.path()?, GetOptions::default()).await.map_err(failed)?;
    let mut pieces = got.into_stream();
    let mut hash = Sha256::new();
    while let Some(piece) = pieces.try_next().await.map_err(failed)? {
        hash.update(&piece);
    }
    Ok(hex(&hash.finalize()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
