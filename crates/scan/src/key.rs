//! The part of a path that an upload keeps: what the key of the object in S3 is made of.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// The end of a path that an upload is likely to keep, given the argument that named it.
///
/// Below a directory, or below the fixed part of a glob, it is everything; of a file it is the name alone, because
/// nobody uploads `/home/a b/`. Directories such as `dt=2026-01-01` just above are taken in, as a partitioned layout
/// is uploaded with its partitions.
pub(crate) fn key(arg: &OsStr, path: &Path) -> PathBuf {
    let own = path.file_name().map_or(path, Path::new);
    let below = path.strip_prefix(fixed(Path::new(arg))).ok().filter(|rest| rest.file_name().is_some());
    let mut key = below.unwrap_or(own).to_owned();
    let depth = key.components().count();
    let above: Vec<Component<'_>> = path.components().collect();
    for part in above.iter().rev().skip(depth) {
        match part {
            Component::Normal(name) if name.as_encoded_bytes().contains(&b'=') => {
                key = Path::new(name).join(key);
            }
            _ => break,
        }
    }
    key
}

/// The components of an argument before the first with a wildcard.
fn fixed(arg: &Path) -> PathBuf {
    let is_fixed =
        |part: &Component<'_>| !part.as_os_str().as_encoded_bytes().iter().any(|b| b"*?[{".contains(b));
    arg.components().take_while(is_fixed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_keeps_what_is_below_the_argument() {
        let check = |arg: &str, path: &str, expected: &str| {
            assert_eq!(key(OsStr::new(arg), Path::new(path)), Path::new(expected), "{arg} {path}");
        };
        check("a b+c.jsonl", "a b+c.jsonl", "a b+c.jsonl");
        check("/home/a b/x.jsonl", "/home/a b/x.jsonl", "x.jsonl");
        check("../d/x.jsonl", "../d/x.jsonl", "x.jsonl");
        check("/home/a b", "/home/a b/c d/x.jsonl", "c d/x.jsonl");
        check("./d", "./d/e/x.jsonl", "e/x.jsonl");
        check(".", "./e/x.jsonl", "e/x.jsonl");
        check("/home/a b/*.jsonl", "/home/a b/x.jsonl", "x.jsonl");
        check("d/*/x.jsonl", "d/e f/x.jsonl", "e f/x.jsonl");
        check("**/*.jsonl", "e f/x.jsonl", "e f/x.jsonl");
        check("/a b/dt=1/h=2/x.jsonl", "/a b/dt=1/h=2/x.jsonl", "dt=1/h=2/x.jsonl");
        check("/a b/dt=1", "/a b/dt=1/x.jsonl", "dt=1/x.jsonl");
        check("d[1].jsonl", "d[1].jsonl", "d[1].jsonl");
    }
}
