//! Memory in temporary files, for facts and sorts that a run has no memory of its own for. What is in it is not
//! known here.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use bedload_record::plural::plural;
use bedload_record::{Memory, NoRoom, Room};
use memmap2::MmapMut;

use crate::mmap::map_private_file;

/// Makes memory in unnamed temporary files in one directory: the system writes it out where it needs the memory, and
/// takes it back with the process, however that ends.
#[derive(Debug)]
pub struct TempRoom {
    dir: PathBuf,
}

impl TempRoom {
    /// The files will be in `dir`.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    fn map(&self, bytes: usize) -> io::Result<MmapMut> {
        let file = tempfile::tempfile_in(&self.dir)?;
        reserve(&file, bytes as u64)?;
        map_private_file(&file, bytes)
    }
}

/// Takes the space on the disk now: a page that finds none later would end the process with a signal.
fn reserve(mut file: &File, bytes: u64) -> io::Result<()> {
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, bytes) {
        Err(rustix::io::Errno::OPNOTSUPP) => {
            let zeros = vec![0; 1 << 16];
            let mut left = bytes;
            while left > 0 {
                let n = left.min(zeros.len() as u64);
                file.write_all(&zeros[..n as usize])?;
                left -= n;
            }
            Ok(())
        }
        done => Ok(done?),
    }
}

impl Room for TempRoom {
    fn make(&self, bytes: usize) -> Result<Box<dyn Memory>, NoRoom> {
        match self.map(bytes) {
            Ok(map) => Ok(Box::new(Mapped(map))),
            Err(source) => {
                let (dir, size) = (self.dir.display(), plural(bytes as u64, "byte", "bytes"));
                let message = format!("{dir}: a temporary file of {size} could not be created: {source}");
                let hint = "hint: name a directory with more space with --temp-dir, or raise --memory-limit";
                Err(NoRoom(format!("{message}\n{hint}").into()))
            }
        }
    }
}

#[derive(Debug)]
struct Mapped(MmapMut);

impl Memory for Mapped {
    fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_zeroed_memory_without_a_name() {
        let dir = tempfile::tempdir().expect("a directory");
        let room = TempRoom::new(dir.path().to_owned());
        let mut memory = room.make(100_000).expect("there is room");
        assert!(memory.bytes().iter().all(|&byte| byte == 0));
        memory.bytes_mut()[99_999] = 7;
        assert_eq!((memory.bytes().len(), memory.bytes()[99_999]), (100_000, 7));
        assert_eq!(std::fs::read_dir(dir.path()).expect("listed").count(), 0);
    }

    #[test]
    fn no_room_names_the_directory_and_what_helps() {
        let NoRoom(error) =
            TempRoom::new("/does/not/exist".into()).make(1).expect_err("there is no directory");
        let text = error.to_string();
        assert!(
            text.starts_with("/does/not/exist: a temporary file of 1 byte could not be created: "),
            "{text}"
        );
        assert!(text.contains("--temp-dir"), "{text}");
    }
}
