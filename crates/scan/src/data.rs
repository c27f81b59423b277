//! Bytes at any offset of an open file, and opening files where descriptors are few. What an input is, is not known
//! here.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::error::ScanError;

/// Bytes that can be read at any offset: an open file, or a part of a spool.
#[derive(Clone, Debug)]
pub(crate) struct Data<'a> {
    pub(crate) name: &'a str,
    pub(crate) file: Arc<File>,
    /// Where the input begins in `file`.
    pub(crate) base: u64,
    pub(crate) len: u64,
}

impl Data<'_> {
    /// Fills `buffer` with the bytes from `pos` on, which must be inside the input.
    pub(crate) fn read_at(&self, mut buffer: &mut [u8], mut pos: u64) -> Result<(), ScanError> {
        while !buffer.is_empty() {
            match self.file.read_at(buffer, self.base + pos) {
                Ok(0) => return Err(ScanError::InputShrank { name: self.name.to_owned(), at: pos }),
                Ok(n) => {
                    buffer = &mut buffer[n..];
                    pos += n as u64;
                }
                Err(source) if source.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(ScanError::Unreadable { name: self.name.to_owned(), at: pos, source });
                }
            }
        }
        Ok(())
    }
}

/// Opens for reading; waits a moment when no descriptor is free, because other threads hold theirs for one
/// read only.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    for _ in 0..200 {
        match File::open(path) {
            Err(source) if matches!(source.raw_os_error(), Some(libc::EMFILE | libc::ENFILE)) => {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => return opened,
        }
    }
    File::open(path)
}
