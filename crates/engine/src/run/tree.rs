//! Directory trees by descriptor: listed, opened and removed without following links.
//!
//! The standard library is not used for listing: it panics where closing a directory fails, and a directory that is
//! replaced by a link meanwhile would lead elsewhere.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat, unlinkat};
use rustix::io::Errno;

/// How deep a tree is followed. An output is two levels deep; a deeper tree is not one.
const DEPTH_MAX: usize = 32;

/// How often removal is tried: an error that passes must not leave anything behind.
const REMOVAL_ATTEMPTS: usize = 3;

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Something below a directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    /// The way to it, with `/` between the names, which may be any bytes.
    pub(crate) path: Vec<u8>,
    /// True for a directory whose entries are listed too.
    pub(crate) is_dir: bool,
}

impl Entry {
    /// The path for messages.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }
}

/// What was found where a regular file was looked for.
pub(crate) enum Opened {
    /// A regular file, and its size in bytes.
    File(File, u64),
    /// A directory, link, pipe or device, here or on the way.
    NotRegular,
    /// Nothing.
    Missing,
}

/// Opens a directory by its path. The path itself may lead over links, as the user gave it.
pub(crate) fn open_dir(path: &Path) -> io::Result<OwnedFd> {
    Ok(openat(CWD, path, DIRECTORY, Mode::empty())?)
}

/// Opens a directory in a directory; a link is refused.
pub(crate) fn open_dir_at(dir: impl AsFd, name: impl rustix::path::Arg) -> io::Result<OwnedFd> {
    Ok(openat(dir, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?)
}

/// Opens a regular file below a directory for reading. Neither links nor pipes are followed or waited for.
pub(crate) fn open_file(dir: impl AsFd, path: &str) -> io::Result<Opened> {
    match open_regular(dir, path) {
        Ok(found) => Ok(found),
        Err(Errno::NOENT | Errno::NAMETOOLONG) => Ok(Opened::Missing),
        Err(Errno::LOOP | Errno::NOTDIR | Errno::NXIO | Errno::NODEV) => Ok(Opened::NotRegular),
        Err(error) => Err(error.into()),
    }
}

fn open_regular(dir: impl AsFd, path: &str) -> Result<Opened, Errno> {
    let above;
    let (dir, name) = match path.rsplit_once('/') {
        None => (dir.as_fd(), path),
        Some((parents, name)) => {
            let mut at = openat(dir, ".", DIRECTORY, Mode::empty())?;
            for part in parents.split('/') {
                at = openat(&at, part, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?;
            }
            above = at;
            (above.as_fd(), name)
        }
    };
    let is_regular = |mode| FileType::from_raw_mode(mode) == FileType::RegularFile;
    // Opening a device can have effects, so it is looked at first; and again once it is open.
    if !is_regular(statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode) {
        return Ok(Opened::NotRegular);
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = openat(dir, name, flags, Mode::empty())?;
    let stat = rustix::fs::fstat(&file)?;
    if !is_regular(stat.st_mode) {
        return Ok(Opened::NotRegular);
    }
    Ok(Opened::File(file.into(), stat.st_size.unsigned_abs()))
}

/// The names in a directory, sorted, each with whether it is a directory itself.
pub(crate) fn list(dir: impl AsFd) -> io::Result<Vec<(CString, bool)>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(&dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match entry.file_type() {
            FileType::Unknown => match statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => FileType::from_raw_mode(stat.st_mode),
                Err(Errno::NOENT) => continue,
                Err(error) => return Err(error.into()),
            },
            kind => kind,
        };
        names.push((name.to_owned(), kind == FileType::Directory));
    }
    names.sort();
    Ok(names)
}

/// Everything below a directory, in the order of the paths' bytes within each directory.
pub(crate) fn walk(dir: impl AsFd) -> io::Result<Vec<Entry>> {
    fn below(dir: impl AsFd, above: &[u8], depth: usize, found: &mut Vec<Entry>) -> io::Result<()> {
        for (name, is_dir) in list(&dir)? {
            let path = [above, name.to_bytes()].concat();
            let inner = if is_dir && depth < DEPTH_MAX {
                match open_dir_at(&dir, &*name) {
                    Ok(inner) => Some(inner),
                    // It has gone, or is something else by now.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                }
            } else {
                None
            };
            found.push(Entry { path: path.clone(), is_dir: inner.is_some() });
            if let Some(inner) = inner {
                below(inner, &[&path[..], b"/"].concat(), depth + 1, found)?;
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    below(dir, b"", 0, &mut found)?;
    Ok(found)
}

/// Removes a directory with all that is in it, or a file, or a link; nothing where there is nothing.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    persist(|| remove_at(CWD, path, 0).map_err(Into::into))
}

/// Tries something again that can be repeated, where it fails.
pub(crate) fn persist<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..REMOVAL_ATTEMPTS {
        if let Ok(done) = attempt() {
            return Ok(done);
        }
    }
    attempt()
}

fn remove_at(dir: impl AsFd, name: impl rustix::path::Arg + Copy, depth: usize) -> rustix::io::Result<()> {
    let gone = |result| if result == Err(Errno::NOENT) { Ok(()) } else { result };
    let inner = match openat(&dir, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty()) {
        Ok(inner) if depth < DEPTH_MAX => inner,
        Ok(_) => return Err(Errno::NOTEMPTY),
        Err(Errno::NOTDIR | Errno::LOOP) => return gone(unlinkat(dir, name, AtFlags::empty())),
        Err(error) => return gone(Err(error)),
    };
    let names = list(&inner).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    for (name, is_dir) in names {
        if is_dir {
            remove_at(&inner, &*name, depth + 1)?;
        } else {
            gone(unlinkat(&inner, &*name, AtFlags::empty()))?;
        }
    }
    gone(unlinkat(dir, name, AtFlags::REMOVEDIR))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_listed_and_removed_and_never_followed() {
        let outside = tempfile::tempdir().expect("a directory");
        fs::write(outside.path().join("precious"), "x").expect("written");
        let dir = tempfile::tempdir().expect("a directory");
        let tree = dir.path().join("tree");
        fs::create_dir_all(tree.join("a/b")).expect("made");
        fs::write(tree.join("a/b/file"), "12").expect("written");
        symlink(outside.path(), tree.join("a/link")).expect("linked");
        symlink(outside.path().join("precious"), tree.join("z")).expect("linked");
        let found = walk(open_dir(&tree).expect("opened")).expect("listed");
        let shown: Vec<(String, bool)> = found.iter().map(|entry| (entry.shown(), entry.is_dir)).collect();
        let expected = [("a", true), ("a/b", true), ("a/b/file", false), ("a/link", false), ("z", false)];
        assert_eq!(shown, expected.map(|(path, is_dir)| (path.to_owned(), is_dir)));
        let open = |path| open_file(open_dir(&tree).expect("opened"), path).expect("examined");
        assert!(matches!(open("a/b/file"), Opened::File(_, 2)));
        assert!(matches!(open("a/b"), Opened::NotRegular));
        assert!(matches!(open("z"), Opened::NotRegular));
        assert!(matches!(open("a/link/precious"), Opened::NotRegular));
        assert!(matches!(open("a/b/file/x"), Opened::NotRegular));
        assert!(matches!(open("a/none/x"), Opened::Missing));
        remove(&tree).expect("removed");
        assert!(!tree.exists() && outside.path().join("precious").exists());
        remove(&tree).expect("nothing is there");
        symlink(outside.path(), &tree).expect("linked");
        remove(&tree).expect("removed");
        assert!(!tree.exists() && outside.path().join("precious").exists());
    }

    #[test]
    fn a_tree_that_is_too_deep_is_neither_followed_nor_removed() {
        let dir = tempfile::tempdir().expect("a directory");
        let deep = (0..40).fold(dir.path().join("tree"), |path, _| path.join("d"));
        fs::create_dir_all(&deep).expect("made");
        let found = walk(open_dir(&dir.path().join("tree")).expect("opened")).expect("listed");
        assert_eq!(found.len(), DEPTH_MAX + 1);
        assert!(!found[DEPTH_MAX].is_dir);
        assert!(remove(&dir.path().join("tree")).is_err());
        assert!(deep.exists());
    }
}
