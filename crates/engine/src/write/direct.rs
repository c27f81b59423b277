//! Large files go past the page cache where a local file system is known to take them that way: nothing is copied into
//! pages that would have to be found, cleared and sent to the disk later, and threads write to one file side by side,
//! where a file system lets one thread at a time into the cache.
//!
//! What goes this way begins and ends at the edges of blocks. What is left behind the last edge waits for what comes
//! next, or goes through the cache at the end of the file.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::{self, Scope, ScopedJoinHandle};

use rustix::fs::{FallocateFlags, FsWord, OFlags, fallocate, fcntl_getfl, fcntl_setfl, fstatfs};
use rustix::io::Errno;

use crate::write::sync::waiter;

/// A multiple of the blocks of all disks.
const EDGE_BYTES: usize = 4096;

/// What is written at a time.
const PIECE_BYTES: usize = 1 << 20;

/// Threads that wait for the disk with one block.
const WRITERS: usize = 4;

/// Smaller files are quicker in the cache.
const FILE_BYTES_MIN: u64 = 8 << 20;

/// The file systems that are known to take it well, by what `statfs` calls them: ext4 and XFS. Others may send each
/// piece over a network, or keep no such promise.
const KNOWN: [FsWord; 2] = [0xEF53, 0x5846_5342];

/// Memory that begins at the edge of a block; used again from block to block.
#[derive(Debug, Default)]
pub(super) struct Block(Vec<u8>);

impl Block {
    /// So many bytes, whatever they are.
    pub(super) fn of(&mut self, len: usize) -> &mut [u8] {
        if self.0.len() < len + EDGE_BYTES {
            self.0.resize(len + EDGE_BYTES, 0);
        }
        let begin = self.begin();
        &mut self.0[begin..begin + len]
    }

    /// As many bytes as were asked for, or fewer.
    fn bytes(&self, len: usize) -> &[u8] {
        &self.0[self.begin()..][..len]
    }

    fn begin(&self) -> usize {
        self.0.as_ptr().align_offset(EDGE_BYTES).min(EDGE_BYTES)
    }
}

/// A file whose size is not known gets room for so many bytes, and then for as many again as it has.
const ROOM_BYTES: u64 = 64 << 20;

/// How far one file is written.
#[derive(Debug)]
pub(super) struct Direct {
    /// The size that the file will have; none as long as it is not known.
    size: Option<u64>,
    /// How far there is room for it.
    room: u64,
    /// Where the next block begins, at an edge.
    at: u64,
    /// Its first bytes, which came with the last one.
    left: Vec<u8>,
}

impl Direct {
    /// Begins to write a file of this size past the cache; none where it is not to be done.
    pub(super) fn begin(file: &File, size: u64) -> Option<Self> {
        Self::with_room(file, size).map(|direct| Self { size: Some(size), ..direct })
    }

    /// Begins to write a file whose size is not known, and at least this.
    pub(super) fn begin_growing(file: &File, size_min: u64) -> Option<Self> {
        Self::with_room(file, size_min)
    }

    fn with_room(file: &File, size: u64) -> Option<Self> {
        let is_known = || fstatfs(file).is_ok_and(|found| KNOWN.contains(&found.f_type));
        if size < FILE_BYTES_MIN || !is_known() {
            return None;
        }
        // A file that grows is written by one thread at a time. Where there is no space, writing will say so.
        fallocate(file, FallocateFlags::empty(), 0, size).ok()?;
        fcntl_setfl(file, fcntl_getfl(file).ok()? | OFlags::DIRECT).ok()?;
        Some(Self { size: None, room: size, at: 0, left: Vec::new() })
    }

    /// Makes room for so many bytes more.
    ///
    /// # Errors
    /// Where there is no space.
    pub(super) fn grow(&mut self, file: &File, len: usize) -> io::Result<()> {
        let end = self.at + (self.left.len() + len) as u64;
        if end <= self.room {
            return Ok(());
        }
        let to = end + end.max(ROOM_BYTES);
        let reserve = |to: u64| fallocate(file, FallocateFlags::empty(), self.room, to - self.room);
        // Where there is no space for more than is needed, that is enough.
        self.room = reserve(to).map(|()| to).or_else(|_| reserve(end).map(|()| end))?;
        Ok(())
    }

    /// From now on the size is known.
    pub(super) fn end_at(&mut self, size: u64) {
        self.size = Some(size);
    }

    /// The block for what was left and so many bytes more: the part for these is to be filled.
    pub(super) fn block<'b>(&self, block: &'b mut Block, len: usize) -> &'b mut [u8] {
        let (left, more) = block.of(self.left.len() + len).split_at_mut(self.left.len());
        left.copy_from_slice(&self.left);
        more
    }

    /// What is to be written of a block that was filled with so many bytes. The next block comes after it.
    pub(super) fn next(&mut self, mut block: Block, len: usize) -> Filled {
        let (at, len) = (self.at, self.left.len() + len);
        let whole = len / EDGE_BYTES * EDGE_BYTES;
        self.at += whole as u64;
        self.left.clear();
        self.left.extend_from_slice(&block.of(len)[whole..]);
        let is_last = self.size == Some(at + len as u64);
        Filled { block, at, whole, len: if is_last { len } else { whole } }
    }
}

/// A block on its way into a file.
#[derive(Debug)]
pub(super) struct Filled {
    block: Block,
    at: u64,
    /// Up to its last edge.
    whole: usize,
    /// With what is behind that, at the end of the file.
    len: usize,
}

impl Filled {
    /// Writes it.
    ///
    /// # Errors
    /// Where the file cannot be written.
    fn write(&self, file: &File) -> io::Result<()> {
        let Self { block, at, whole, len } = self;
        let (at, whole) = (*at, *whole);
        let (pieces, rest) = block.bytes(*len).split_at(whole);
        // The disk takes several at a time.
        let share = whole.div_ceil(WRITERS).next_multiple_of(PIECE_BYTES);
        thread::scope(|scope| {
            let write = |nth: usize, share_of: &[u8]| {
                let begin = at + (nth * share) as u64;
                share_of
                    .chunks(PIECE_BYTES)
                    .zip((begin..).step_by(PIECE_BYTES))
                    .try_for_each(|(piece, at)| write_all(file, piece, at))
            };
            let mut shares = pieces.chunks(share.max(1)).enumerate();
            let first = shares.next();
            let others: Vec<_> = shares
                .map(|(nth, share)| {
                    // Where the system refuses threads, this one writes it all.
                    waiter().spawn_scoped(scope, move || write(nth, share)).map_err(|_| (nth, share))
                })
                .collect();
            let mut result = first.map_or(Ok(()), |(nth, share)| write(nth, share));
            for other in others {
                let done = match other {
                    Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                    Err((nth, share)) => write(nth, share),
                };
                result = result.and(done);
            }
            result
        })?;
        if !rest.is_empty() {
            through_cache(file)?;
            file.write_all_at(rest, at + whole as u64)?;
        }
        Ok(())
    }
}

/// The block that is being written while another one is filled: the disk is waited for by threads that do nothing else.
#[derive(Debug)]
pub(super) struct Writing<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    running: Option<(usize, Arc<Filled>, ScopedJoinHandle<'scope, io::Result<()>>)>,
    spare: Vec<Block>,
}

impl<'scope, 'env> Writing<'scope, 'env> {
    pub(super) fn new(scope: &'scope Scope<'scope, 'env>) -> Self {
        Self { scope, running: None, spare: Vec::new() }
    }

    /// A block to be filled.
    pub(super) fn spare(&mut self) -> Block {
        self.spare.pop().unwrap_or_default()
    }

    /// Has a block of a shard written once the one before it is.
    ///
    /// # Errors
    /// Where a block could not be written, with its shard.
    pub(super) fn send(
        &mut self,
        shard: usize,
        file: &File,
        filled: Filled,
    ) -> Result<(), (usize, io::Error)> {
        self.wait()?;
        let wrong = |error| (shard, error);
        let filled = Arc::new(filled);
        let (theirs, their_file) = (Arc::clone(&filled), file.try_clone().map_err(wrong)?);
        if let Ok(thread) = waiter().spawn_scoped(self.scope, move || theirs.write(&their_file)) {
            self.running = Some((shard, filled, thread));
        } else {
            // Where the system refuses a thread, this one waits.
            filled.write(file).map_err(wrong)?;
            self.take_back(filled);
        }
        Ok(())
    }

    /// Waits for the block that is being written.
    ///
    /// # Errors
    /// Where it could not be written, with its shard.
    pub(super) fn wait(&mut self) -> Result<(), (usize, io::Error)> {
        if let Some((shard, filled, thread)) = self.running.take() {
            let written = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            written.map_err(|error| (shard, error))?;
            self.take_back(filled);
        }
        Ok(())
    }

    /// Keeps the memory of a block that is written, which nobody else has any more.
    fn take_back(&mut self, filled: Arc<Filled>) {
        self.spare.extend(Arc::into_inner(filled).map(|filled| filled.block));
    }
}

/// Writes all of a piece, through the cache if the file system does not want it otherwise after all.
fn write_all(file: &File, mut piece: &[u8], mut at: u64) -> io::Result<()> {
    while !piece.is_empty() {
        match file.write_at(piece, at) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => {
                piece = &piece[n..];
                at += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.raw_os_error() == Some(Errno::INVAL.raw_os_error()) && is_direct(file)? => {
                through_cache(file)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_direct(file: &File) -> io::Result<bool> {
    Ok(fcntl_getfl(file)?.contains(OFlags::DIRECT))
}

fn through_cache(file: &File) -> io::Result<()> {
    Ok(fcntl_setfl(file, fcntl_getfl(file)? - OFlags::DIRECT)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Writes a file in these parts.
    fn check(parts: &[usize]) {
        let size: usize = parts.iter().sum();
        let expected: Vec<u8> = (0..size).map(|n| (n * 31 / 7 % 251) as u8).collect();
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("x");
        let file = File::create(&path).expect("created");
        let small = Direct { size: Some(size as u64), room: 0, at: 0, left: Vec::new() };
        let mut direct = Direct::begin(&file, size as u64).unwrap_or(small);
        let mut block = Block::default();
        let mut from = 0;
        for &len in parts {
            direct.block(&mut block, len).copy_from_slice(&expected[from..from + len]);
            let filled = direct.next(block, len);
            filled.write(&file).expect("written");
            block = filled.block;
            from += len;
        }
        assert!(std::fs::read(&path).expect("read") == expected, "{parts:?}");
    }

    proptest! {
        #[test]
        fn a_file_holds_its_parts_however_it_is_cut(
            parts in prop::collection::vec(prop_oneof![0usize..10, 4000usize..4200, 0usize..20_000], 0..12),
        ) {
            check(&parts);
        }
    }

    #[test]
    fn large_files_are_whole() {
        for last in [0, 1, 4095, 4096, 4097] {
            check(&[3_000_001, 5_000_000, (2 << 20) - 1, last]);
        }
        check(&[8 << 20, 1 << 20]);
    }
}
