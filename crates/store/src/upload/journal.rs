//! What an upload has half sent, in a file beside the output: a line for each thing that happened, on the disk before
//! the next one begins, so that an upload that was killed goes on with the parts that lack.
//!
//! Its name is `.OUT.upload-DIGEST`, of the output and the place that it is sent to. It is locked while an upload lives.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::remote::hex;
use super::send::failed;
use crate::error::StoreError;
use crate::location::Location;

/// What stands between the names of the output and of the place.
const MARK: &str = ".upload-";
const DIGEST_DIGITS: usize = 12;
/// A file name may have 255 bytes.
const NAME_BYTES_MAX: usize = 200;
/// A journal of all parts of a hundred files of the greatest size.
const BYTES_MAX: u64 = 512 << 20;

/// A file of which parts were sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Half {
    pub(crate) upload_id: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) part_bytes: u64,
    #[serde(skip)]
    pub(crate) parts: BTreeMap<usize, Part>,
}

/// A part that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// What the store calls it.
    pub(crate) id: String,
    pub(crate) sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Target { target: String },
    Begin { path: String, half: Half },
    Part { path: String, n: usize, part: Part },
    End { path: String },
}

/// The state of an upload that can be resumed.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    target: String,
    /// None until something is half sent, or where the directory cannot be written to.
    file: Option<File>,
    halves: BTreeMap<String, Half>,
    note: Option<String>,
}

impl Journal {
    /// Reads what an earlier upload of `dir` to the same place has left, if any.
    pub(crate) fn open(dir: &Path, target: &Location) -> Result<Journal, StoreError> {
        let (path, target) = (path_of(dir, target), target.to_string());
        let mut journal = Journal { path, target, file: None, halves: BTreeMap::new(), note: None };
        let strange = || failed(&journal.path, "read")(io::Error::other("not the journal of an upload"));
        let found = match fs::symlink_metadata(&journal.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(journal),
            found => found.map_err(failed(&journal.path, "examined"))?,
        };
        if !found.is_file() || found.len() > BYTES_MAX {
            return Err(strange());
        }
        let opened = OpenOptions::new().read(true).append(true).open(&journal.path);
        let mut file = opened.map_err(failed(&journal.path, "opened"))?;
        let same = file.metadata().map_err(failed(&journal.path, "examined"))?;
        // A link that came meanwhile leads elsewhere.
        if (same.dev(), same.ino()) != (found.dev(), found.ino()) {
            return Err(strange());
        }
        journal.lock(&file)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed(&journal.path, "read"))?;
        // What a killed upload was writing has no end.
        let whole = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        file.set_len(whole as u64).map_err(failed(&journal.path, "written"))?;
        for line in text[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(entry) => journal.replay(entry),
                Err(_) => break,
            }
        }
        journal.file = Some(file);
        Ok(journal)
    }

    fn lock(&self, file: &File) -> Result<(), StoreError> {
        match file.try_lock() {
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::Contested {
                what: self.target.clone(),
                why: "another upload of the same output to the same place is in progress".to_owned(),
            }),
            // A file system without locks.
            Ok(()) | Err(fs::TryLockError::Error(_)) => Ok(()),
        }
    }

    fn replay(&mut self, entry: Entry) {
        match entry {
            Entry::Target { .. } => {}
            Entry::Begin { path, half } => drop(self.halves.insert(path, half)),
            Entry::Part { path, n, part } => {
                if let Some(half) = self.halves.get_mut(&path) {
                    half.parts.insert(n, part);
                }
            }
            Entry::End { path } => drop(self.halves.remove(&path)),
        }
    }

    /// What was sent of a file.
    pub(crate) fn half(&self, path: &str) -> Option<Half> {
        self.halves.get(path).cloned()
    }

    /// Notes that a file is begun.
    pub(crate) fn begin(&mut self, path: &str, half: &Half) -> Result<(), StoreError> {
        self.create()?;
        self.add(Entry::Begin { path: path.to_owned(), half: half.clone() })
    }

    /// Notes that a part was sent.
    pub(crate) fn part(&mut self, path: &str, n: usize, part: &Part) -> Result<(), StoreError> {
        self.add(Entry::Part { path: path.to_owned(), n, part: part.clone() })
    }

    /// Notes that a file is whole, or given up.
    pub(crate) fn end(&mut self, path: &str) -> Result<(), StoreError> {
        self.add(Entry::End { path: path.to_owned() })
    }

    /// What cannot be resumed, and why, once.
    pub(crate) fn take_note(&mut self) -> Option<String> {
        self.note.take()
    }

    /// What is half sent still.
    pub(crate) fn take(&mut self) -> BTreeMap<String, Half> {
        std::mem::take(&mut self.halves)
    }

    /// Removes the file.
    pub(crate) fn remove(&mut self) -> Result<(), StoreError> {
        if self.file.take().is_none() {
            return Ok(());
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed(&self.path, "removed")(error))
            }
            _ => Ok(()),
        }
    }

    fn create(&mut self) -> Result<(), StoreError> {
        if self.file.is_some() || self.note.is_some() {
            return Ok(());
        }
        let mut options = OpenOptions::new();
        options.append(true).create_new(true).mode(0o600);
        match options.open(&self.path) {
            Ok(file) => {
                self.lock(&file)?;
                self.file = Some(file);
                self.add(Entry::Target { target: self.target.clone() })?;
                // The name itself has to be on the disk, too.
                let dir =
                    self.path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let synced = File::open(dir).and_then(|dir| dir.sync_all());
                synced.map_err(failed(&self.path, "written"))
            }
            Err(error) => {
                let path = self.path.display();
                self.note = Some(format!(
                    "{path}: could not be created: {error}; an interrupted upload begins again"
                ));
                Ok(())
            }
        }
    }

    fn add(&mut self, entry: Entry) -> Result<(), StoreError> {
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&entry)
                .map_err(io::Error::other)
                .map_err(failed(&self.path, "written"))?;
            line.push(b'\n');
            let written = file.write_all(&line).and_then(|()| file.sync_data());
            written.map_err(failed(&self.path, "written"))?;
        }
        self.replay(entry);
        Ok(())
    }
}

/// Beside the output, whose name may be `.` or end in a slash.
fn path_of(dir: &Path, target: &Location) -> PathBuf {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let end =
        name.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|&end| end <= NAME_BYTES_MAX).last();
    let digest = hex(&Sha256::digest(target.to_string()));
    dir.with_file_name(format!(".{}{MARK}{}", &name[..end.unwrap_or(0)], &digest[..DIGEST_DIGITS]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_killed_is_known_up_to_its_last_whole_line() {
        let parent = tempfile::tempdir().expect("a directory");
        let dir = parent.path().join("OUT");
        fs::create_dir(&dir).expect("made");
        let target = Location::of("s3://bucket/x").expect("a place");
        let mut journal = Journal::open(&dir, &target).expect("opened");
        let half = Half {
            upload_id: "id".to_owned(),
            bytes: 3,
            sha256: "abc".to_owned(),
            part_bytes: 1,
            parts: BTreeMap::new(),
        };
        let part = |id: &str| Part { id: id.to_owned(), sha256: "p".to_owned() };
        journal.begin("a", &half).expect("written");
        journal.begin("b", &half).expect("written");
        journal.part("a", 2, &part("two")).expect("written");
        journal.end("b").expect("written");
        assert!(matches!(Journal::open(&dir, &target), Err(StoreError::Contested { .. })), "it is locked");
        let path = journal.path.clone();
        drop(journal);
        let mut text = fs::read(&path).expect("read");
        text.extend(b"{\"part\":{\"path\":\"a\",\"n\":1,");
        fs::write(&path, &text).expect("written");
        let mut journal = Journal::open(&dir, &target).expect("opened");
        assert_eq!(journal.half("a").expect("begun").parts, BTreeMap::from([(2, part("two"))]));
        assert_eq!(journal.half("b"), None);
        journal.part("a", 0, &part("zero")).expect("written");
        drop(journal);
        let mut journal = Journal::open(&dir, &target).expect("opened");
        assert_eq!(journal.half("a").expect("begun").parts.len(), 2);
        journal.remove().expect("removed");
        assert!(!path.exists());
        std::os::unix::fs::symlink(parent.path().join("elsewhere"), &path).expect("linked");
        assert!(Journal::open(&dir, &target).is_err(), "a link is not followed");
    }
}
