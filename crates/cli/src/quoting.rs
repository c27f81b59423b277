//! Whether an error message may quote the file that it is about. A configuration that comes with data from others
//! can be a link to a private file, or name one, and messages end up in logs that others read.

use std::fs;
use std::path::{Component, Path, PathBuf};

use bedload_record::names::did_you_mean_of;

/// What may be shown of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// Its lines.
    Lines,
    /// Which line is wrong.
    LineNumbers,
}

impl Quoting {
    /// Lines are shown unless the file is reached through a link, or lies outside of `inside`.
    pub(crate) fn of(path: &Path, inside: Option<&Path>) -> Self {
        let Some((real, asked)) = fs::canonicalize(path).ok().zip(without_links(path)) else {
            return Self::LineNumbers;
        };
        let is_inside = inside.is_none_or(|dir| without_links(dir).is_some_and(|dir| real.starts_with(dir)));
        if real == asked && is_inside { Self::Lines } else { Self::LineNumbers }
    }

    /// A parser's message about the file, as it may be shown.
    pub(crate) fn message(self, message: &str) -> String {
        if self == Self::Lines {
            return match did_you_mean_of(message) {
                Some(hint) => format!("{message}\nhint: {hint}"),
                None => message.to_owned(),
            };
        }
        let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
        let number = message.split_once("line ").map(|(_, rest)| digits(rest)).unwrap_or_default();
        let place = if number.is_empty() { "the file".to_owned() } else { format!("line {number}") };
        format!(
            "{place} is not valid here\nhint: the text is not shown, because the file is reached through a link or \
             lies outside of the configuration's directory"
        )
    }
}

/// The path from the root on: links in it are not followed, but for those above the working directory.
fn without_links(path: &Path) -> Option<PathBuf> {
    let mut out = fs::canonicalize(".").ok()?;
    for component in path.components() {
        match component {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_is_where_it_seems_to_be_is_quoted() {
        let dir = tempfile::tempdir().unwrap();
        let dir = fs::canonicalize(dir.path()).unwrap();
        fs::create_dir_all(dir.join("a/b")).unwrap();
        fs::write(dir.join("secret"), "x").unwrap();
        fs::write(dir.join("a/own"), "x").unwrap();
        std::os::unix::fs::symlink("../secret", dir.join("a/link")).unwrap();
        std::os::unix::fs::symlink("a", dir.join("dir")).unwrap();
        let of = |path: &str, inside: Option<&str>| {
            Quoting::of(&dir.join(path), inside.map(|inside| dir.join(inside)).as_deref())
        };
        assert_eq!(of("a/own", None), Quoting::Lines);
        assert_eq!(of("a/b/../own", Some("a")), Quoting::Lines);
        assert_eq!(of("a/link", None), Quoting::LineNumbers);
        assert_eq!(of("dir/own", None), Quoting::LineNumbers);
        assert_eq!(of("a/../secret", Some("a")), Quoting::LineNumbers);
        assert_eq!(of("gone", None), Quoting::LineNumbers);
    }

    #[test]
    fn what_is_not_quoted_is_placed() {
        let shown = Quoting::LineNumbers.message("TOML parse error at line 17, column 3\n17 | hunter2\n");
        assert!(shown.starts_with("line 17 is not valid here\n") && !shown.contains("hunter2"), "{shown}");
        let shown = Quoting::LineNumbers.message("hunter2");
        assert!(shown.starts_with("the file is not valid here\n") && !shown.contains("hunter2"), "{shown}");
    }
}
