//! Inputs that are objects in a store: what a URL stands for there. Who asks the store is not known here.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt;
use std::io::{self, Read};

use globset::GlobBuilder;

use crate::error::ScanError;
use crate::listing::{Skipped, is_hidden, is_jsonl};
use crate::pattern::SPECIAL;
use crate::url::Url;

/// A store of objects. Waits for replies, and repeats requests where that can help.
pub trait ObjectStore: fmt::Debug + Send + Sync {
    /// The object with this key, if there is one.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    fn find(&self, bucket: &str, key: &str) -> Result<Option<Object>, ObjectError>;

    /// The objects below a folder: those whose keys begin with its name and a slash, or all where it has no name.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    fn list(&self, bucket: &str, folder: &str) -> Result<Vec<Object>, ObjectError>;

    /// Says which objects will be read, in this order, each perhaps several times.
    fn expect(&self, _objects: &[&Object]) {}

    /// Reads an object from its beginning. Errors of the reader have an [`ObjectError`] in them, for one where the object
    /// is another one now.
    fn open(&self, object: &Object) -> Box<dyn Read + Send>;
}

/// An object in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The bucket that it is in.
    pub bucket: String,
    /// Its name there.
    pub key: String,
    /// Its size, compressed if it is compressed.
    pub bytes: u64,
    /// What the store calls its content; changes when it is written.
    pub e_tag: Option<String>,
}

impl fmt::Display for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "s3://{}/{}", self.bucket, self.key)
    }
}

/// A failure of a store, which names the object.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ObjectError(pub Box<dyn Error + Send + Sync>);

impl From<ObjectError> for io::Error {
    fn from(error: ObjectError) -> io::Error {
        io::Error::other(error)
    }
}

/// The objects that a URL stands for, sorted by their keys: one, those of data below a folder, or those that match a
/// pattern, by the rules for files.
pub(crate) fn objects(
    store: &dyn ObjectStore,
    url: &Url,
    skipped: &mut Skipped,
) -> Result<Option<Vec<Object>>, ScanError> {
    let Some((bucket, key)) = url.s3().filter(|(bucket, _)| !bucket.is_empty()) else { return Ok(None) };
    if !key.is_empty()
        && !key.ends_with('/')
        && let Some(object) = store.find(bucket, key)?
    {
        return Ok(Some(vec![object]));
    }
    let mut found = if key.contains(SPECIAL) {
        matching(store, url, bucket, key, skipped)?
    } else {
        let folder = key.trim_end_matches('/');
        let listed = store.list(bucket, folder)?;
        let mut others = Skipped::default();
        let is_there = !listed.is_empty();
        let data: Vec<Object> = listed
            .into_iter()
            .filter(|object| is_data(object, below(&object.key, folder), &mut others))
            .collect();
        if data.is_empty() {
            let name = url.to_string();
            return Err(if is_there || key.is_empty() || key.ends_with('/') {
                ScanError::DirectoryWithoutJsonl { name, skipped: others }
            } else {
                ScanError::io(&name, "opened", io::Error::new(io::ErrorKind::NotFound, "no such object"))
            });
        }
        skipped.absorb(others);
        data
    };
    found.sort_by(|left, right| left.key.cmp(&right.key));
    Ok(Some(found))
}

/// The objects whose keys match a pattern, and those of data below folders that match.
fn matching(
    store: &dyn ObjectStore,
    url: &Url,
    bucket: &str,
    pattern: &str,
    skipped: &mut Skipped,
) -> Result<Vec<Object>, ScanError> {
    let bad = |message: String| ScanError::BadPattern { pattern: url.to_string(), message };
    if pattern.split('/').any(|name| name.contains("**") && name != "**") {
        return Err(bad("`**` must be alone between slashes".to_owned()));
    }
    let pattern = pattern.trim_end_matches('/');
    let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
    let glob = glob.map_err(|error| bad(error.kind().to_string()))?.compile_matcher();
    let special = pattern.find(SPECIAL).unwrap_or(pattern.len());
    let folder = pattern[..special].rfind('/').map_or("", |at| &pattern[..at]);
    let matches_hidden = pattern.split('/').any(|name| name.starts_with('.'));
    let has_any_depth = pattern.contains("**");
    let mut found = Vec::new();
    for object in store.list(bucket, folder)? {
        let hidden = |path: &str| path.split('/').any(|name| is_hidden(OsStr::new(name)));
        if glob.is_match(&object.key) && (matches_hidden || !hidden(below(&object.key, folder))) {
            found.push(object);
            continue;
        }
        let above = object.key.match_indices('/').map(|(at, _)| &object.key[..at]);
        let matched = above.filter(|_| !has_any_depth).find(|above| glob.is_match(above));
        if let Some(at) = matched.map(str::len)
            && (matches_hidden || !hidden(below(&object.key[..at], folder)))
            && is_data(&object, &object.key[at + 1..], skipped)
        {
            found.push(object);
        }
    }
    if found.is_empty() {
        return Err(ScanError::NothingMatched { pattern: url.to_string() });
    }
    Ok(found)
}

fn below<'k>(key: &'k str, folder: &str) -> &'k str {
    key.strip_prefix(folder).map_or(key, |rest| rest.trim_start_matches('/'))
}

/// Whether an object is read where its folder is named, by its path below that folder.
fn is_data(object: &Object, path: &str, skipped: &mut Skipped) -> bool {
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_jsonl = is_jsonl(OsStr::new(name));
    if above.split('/').any(|name| is_hidden(OsStr::new(name))) {
        return false;
    }
    let hidden = is_hidden(OsStr::new(name));
    // What is empty and no data shows a folder, or that a job has ended.
    if hidden == is_jsonl && (is_jsonl || object.bytes > 0) {
        skipped.add_name(object.to_string());
    }
    is_jsonl && !hidden
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[derive(Debug)]
    struct Keys(&'static [&'static str]);

    impl Keys {
        fn object(key: &str) -> Object {
            Object { bucket: "b".to_owned(), key: key.to_owned(), bytes: 1, e_tag: None }
        }
    }

    impl ObjectStore for Keys {
        fn find(&self, _: &str, key: &str) -> Result<Option<Object>, ObjectError> {
            Ok(self.0.contains(&key).then(|| Self::object(key)))
        }

        fn list(&self, _: &str, folder: &str) -> Result<Vec<Object>, ObjectError> {
            let is_below = |key: &&&str| folder.is_empty() || key.starts_with(&format!("{folder}/"));
            Ok(self.0.iter().filter(is_below).map(|key| Self::object(key)).collect())
        }

        fn open(&self, _: &Object) -> Box<dyn Read + Send> {
            Box::new(io::empty())
        }
    }

    fn check(url: &str, expected: &Expect) {
        let keys = Keys(&[
            "data/a.jsonl",
            "data/b/c.JSONL.gz",
            "data/b/notes.txt",
            "data/.hidden/d.jsonl",
            "data/b/.e.jsonl",
            "data/[x].jsonl",
            "database/f.jsonl",
            "text/readme",
        ]);
        let mut skipped = Skipped::default();
        let url = Url::of(OsStr::new(url)).expect("a URL");
        expected.assert_eq(&match objects(&keys, &url, &mut skipped) {
            Ok(found) => {
                let keys: Vec<String> =
                    found.unwrap_or_default().into_iter().map(|object| object.key).collect();
                format!("{} | skipped {}", keys.join(" "), skipped.named())
            }
            Err(error) => error.to_string(),
        });
    }

    #[test]
    fn urls_stand_for_what_paths_would() {
        check("s3://b/data/a.jsonl", &expect!["data/a.jsonl | skipped "]);
        check(
            "s3://b/data",
            &expect![
                "data/[x].jsonl data/a.jsonl data/b/c.JSONL.gz | skipped s3://b/data/b/.e.jsonl, s3://b/data/b/notes.txt"
            ],
        );
        check(
            "s3://b/data/b/",
            &expect!["data/b/c.JSONL.gz | skipped s3://b/data/b/.e.jsonl, s3://b/data/b/notes.txt"],
        );
        check("s3://b/data/*.jsonl", &expect!["data/[x].jsonl data/a.jsonl | skipped "]);
        check("s3://b/data/[x].jsonl", &expect!["data/[x].jsonl | skipped "]);
        check("s3://b/**/*.jsonl", &expect!["data/[x].jsonl data/a.jsonl database/f.jsonl | skipped "]);
        check(
            "s3://b/d*",
            &expect![
                "data/[x].jsonl data/a.jsonl data/b/c.JSONL.gz database/f.jsonl | skipped s3://b/data/b/.e.jsonl, s3://b/data/b/notes.txt"
            ],
        );
        check("s3://b/data/.hidden/*", &expect!["data/.hidden/d.jsonl | skipped "]);
        check(
            "s3://b",
            &expect![
                "data/[x].jsonl data/a.jsonl data/b/c.JSONL.gz database/f.jsonl | skipped s3://b/data/b/.e.jsonl, s3://b/data/b/notes.txt, s3://b/text/readme"
            ],
        );
    }

    #[test]
    fn urls_of_nothing_are_refused() {
        check(
            "s3://b/none.jsonl",
            &expect![[r#"
            s3://b/none.jsonl: could not be opened: no such object
            hint: check the path"#]],
        );
        check(
            "s3://b/*.csv",
            &expect![[r#"
            s3://b/*.csv: no file matches this pattern
            hint: check its names and capitals; a relative pattern begins at the working directory"#]],
        );
        check(
            "s3://b/text",
            &expect![[r#"
            s3://b/text: no JSONL file below this directory, only s3://b/text/readme
            hint: files ending in .jsonl or .ndjson are read, also with .gz or .zst, unless they are hidden; name other files one by one"#]],
        );
        check(
            "s3://b/a**b",
            &expect![[r#"
            s3://b/a**b: not a valid pattern: `**` must be alone between slashes
            hint: patterns may contain `*`, `?`, `[a-z]`, `{a,b}`, and `**` between slashes"#]],
        );
    }
}
