//! Names of files as URIs and as paths of a repository, for programs that look for them there.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

/// The name of standard input.
const STDIN: &str = "<stdin>";

/// Where names of files lead from, and the directory that they are to be relative to.
#[derive(Clone, Debug)]
pub(super) struct Root {
    here: Option<PathBuf>,
    top: Option<PathBuf>,
}

impl Root {
    /// The working directory; in a workflow of GitHub, names are relative to the checkout.
    pub(super) fn of_run() -> Self {
        let here = std::env::current_dir().ok();
        let workspace = std::env::var_os("GITHUB_WORKSPACE").filter(|path| !path.is_empty());
        Self { top: workspace.map(PathBuf::from).or_else(|| here.clone()), here }
    }

    /// The name of a file, relative to the top where it is below it, and else absolute, whatever it is written like.
    pub(super) fn path(&self, name: &str) -> String {
        let (Some(here), Some(top)) = (&self.here, &self.top) else { return name.to_owned() };
        if name.contains("://") || name == STDIN {
            return name.to_owned();
        }
        let whole = plain(&here.join(name));
        let below = whole.strip_prefix(plain(top)).ok().filter(|below| *below != Path::new(""));
        below.unwrap_or(&whole).to_str().unwrap_or(name).to_owned()
    }

    /// The same as a URI reference.
    pub(super) fn uri(&self, name: &str) -> String {
        let path = self.path(name);
        if let Some(object) = path.strip_prefix("s3://") {
            return format!("s3://{}", encode(object));
        }
        if path.starts_with('/') { format!("file://{}", encode(&path)) } else { encode(&path) }
    }
}

/// A path without `.` and `..`, by its text: what it names need not be there any more.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

/// A path with every byte that has a meaning in a URI, or none, as `%XX`.
fn encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[test]
    fn names_are_relative_to_the_checkout() {
        let root = |here: &str, top: &str| Root { here: Some(here.into()), top: Some(top.into()) };
        let check = |root: Root, name: &str, expected: Expect| expected.assert_eq(&root.uri(name));
        check(root("/w", "/w"), "./data/a b.jsonl", expect!["data/a%20b.jsonl"]);
        check(root("/w/sub", "/w"), "a.jsonl", expect!["sub/a.jsonl"]);
        check(root("/w", "/w"), "/w/a:b.jsonl", expect!["a%3Ab.jsonl"]);
        check(root("/w", "/w"), "/other/ü.jsonl", expect!["file:///other/%C3%BC.jsonl"]);
        check(root("/w", "/w"), "s3://bucket/a%/b", expect!["s3://bucket/a%25/b"]);
        check(root("/w/sub", "/w"), "../data/./a.jsonl", expect!["data/a.jsonl"]);
        check(root("/w", "/w"), "sub/../a.jsonl", expect!["a.jsonl"]);
        check(root("/w", "/w"), "../other/a b.jsonl", expect!["file:///other/a%20b.jsonl"]);
        check(root("/w", "/w/"), "/w/sub/../../x.jsonl", expect!["file:///x.jsonl"]);
        check(root("/w/sub", "/w"), "<stdin>", expect!["%3Cstdin%3E"]);
        check(root("/w", "/w"), "<stdin>", expect!["%3Cstdin%3E"]);
        check(root("/w/sub", "/w"), "s3://bucket/a", expect!["s3://bucket/a"]);
    }
}
