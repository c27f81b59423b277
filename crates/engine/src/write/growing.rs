//! A file that is written while its bytes are still being made: how many there will be is known at its end.

use std::fs::File;
use std::io::IoSlice;
use std::path::{Path, PathBuf};
use std::thread::Scope;

use rayon::prelude::*;

use crate::run::error::{EngineError, io_error};
use crate::write::copy::{create, write_all_at};
use crate::write::direct::{Direct, Writing};
use crate::write::sync::{Ahead, Pending};

/// What is written at a time: a shorter file is written at its end.
const BLOCK_BYTES: usize = 8 << 20;

/// A file under way.
pub(crate) struct Growing<'scope, 'env> {
    path: PathBuf,
    file: File,
    /// What is written past the page cache, where the file is.
    direct: Option<Direct>,
    writing: Writing<'scope, 'env>,
    ahead: Ahead<'scope, 'env>,
    /// What is to be written next.
    held: Vec<Vec<u8>>,
    n_held: usize,
    /// How many bytes were written before.
    len: u64,
}

impl<'scope, 'env> Growing<'scope, 'env> {
    /// Makes the file.
    pub(crate) fn create(
        scope: &'scope Scope<'scope, 'env>,
        dir: &Path,
        name: &str,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            path: dir.join(name),
            file: create(dir, name)?,
            direct: None,
            writing: Writing::new(scope),
            ahead: Ahead::new(scope),
            held: Vec::new(),
            n_held: 0,
            len: 0,
        })
    }

    /// Adds the next bytes. Returns memory of bytes that are written.
    pub(crate) fn add(&mut self, bytes: Vec<u8>) -> Result<Vec<Vec<u8>>, EngineError> {
        self.n_held += bytes.len();
        self.held.push(bytes);
        if self.n_held < BLOCK_BYTES {
            return Ok(Vec::new());
        }
        if self.len == 0 {
            self.direct = Direct::begin_growing(&self.file, self.n_held as u64);
        }
        self.write()
    }

    /// Writes the rest, and waits until all is on the disk, but for the name of the file. Returns how many bytes it has.
    pub(crate) fn finish(mut self) -> Result<u64, EngineError> {
        let size = self.len + self.n_held as u64;
        if let Some(direct) = &mut self.direct {
            direct.end_at(size);
        }
        self.write()?;
        let Self { path, file, direct, mut writing, mut ahead, .. } = self;
        ahead.wait()?;
        if direct.is_some() {
            writing.wait().map_err(|(_, error)| io_error(&path, "written")(error))?;
            file.set_len(size).map_err(io_error(&path, "written"))?;
        }
        let mut pending = Pending::new();
        pending.add(path, file)?;
        pending.sync()?;
        Ok(size)
    }

    fn write(&mut self) -> Result<Vec<Vec<u8>>, EngineError> {
        let (held, n_held) = (std::mem::take(&mut self.held), std::mem::take(&mut self.n_held));
        let offset = self.len;
        self.len += n_held as u64;
        let Some(direct) = &mut self.direct else {
            let mut slices: Vec<IoSlice<'_>> = held.iter().map(|bytes| IoSlice::new(bytes)).collect();
            let written = write_all_at(&self.file, &mut slices, offset);
            written.map_err(io_error(&self.path, "written"))?;
            self.ahead.written((0, &self.path), &self.file, n_held as u64)?;
            return Ok(held);
        };
        let sent = direct.grow(&self.file, n_held).and_then(|()| {
            let mut block = self.writing.spare();
            put(&held, direct.block(&mut block, n_held));
            self.writing.send(0, &self.file, direct.next(block, n_held)).map_err(|(_, error)| error)
        });
        sent.map_err(io_error(&self.path, "written"))?;
        Ok(held)
    }
}

/// Puts parts one behind the other, in parallel.
fn put(parts: &[Vec<u8>], mut room: &mut [u8]) {
    let mut rooms = Vec::with_capacity(parts.len());
    for part in parts {
        let (own, rest) = room.split_at_mut(part.len());
        rooms.push(own);
        room = rest;
    }
    rooms.into_par_iter().zip(parts).for_each(|(room, part)| room.copy_from_slice(part));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(parts: &[usize]) {
        let dir = tempfile::tempdir().expect("a directory");
        let mut expected = Vec::new();
        let size = std::thread::scope(|scope| {
            let mut file = Growing::create(scope, dir.path(), "x").expect("created");
            for &len in parts {
                let part: Vec<u8> = (0..len).map(|n| ((expected.len() + n) * 31 / 7 % 251) as u8).collect();
                expected.extend_from_slice(&part);
                file.add(part).expect("written");
            }
            file.finish().expect("written")
        });
        assert_eq!(size, expected.len() as u64);
        assert!(std::fs::read(dir.path().join("x")).expect("read") == expected, "{parts:?}");
    }

    #[test]
    fn a_file_holds_its_parts_however_large_they_are() {
        check(&[]);
        check(&[0, 1, 5000]);
        for last in [0, 1, 4095, 4096, 4097] {
            check(&[BLOCK_BYTES, last]);
            check(&[3_000_001, 5_000_000, BLOCK_BYTES + 1, last]);
        }
        check(&[1 << 20; 90]);
    }
}
