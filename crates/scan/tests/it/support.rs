//! What the tests share: files to scan, and a scan that remembers all it saw.

use std::ffi::OsString;
use std::fs::File;
use std::io::{PipeReader, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use bedload_scan::{DiscoverOptions, Inputs, ScanError, ScanOptions, Terminator, Watch, discover, visit};
use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

/// A line as a test sees it: input, start, length, end, bytes.
pub(crate) type Seen = (usize, u64, u64, Terminator, Option<Vec<u8>>);

pub(crate) struct Dir(TempDir);

impl Dir {
    pub(crate) fn new() -> Dir {
        Dir(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Replaces the directory, which has another name in every run, by `DIR`.
    pub(crate) fn hide(&self, text: &str) -> String {
        text.replace(self.0.path().to_str().unwrap(), "DIR")
    }
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// A pipe that holds `bytes`, at most 64 KiB of them, and a path that opens it. Keep the reader until it was
/// opened.
pub(crate) fn pipe(bytes: &[u8]) -> (PipeReader, PathBuf) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(bytes).unwrap();
    let path = PathBuf::from(format!("/proc/self/fd/{}", reader.as_raw_fd()));
    (reader, path)
}

pub(crate) fn find(paths: &[impl AsRef<Path>]) -> Result<Inputs, ScanError> {
    let args: Vec<OsString> = paths.iter().map(|path| path.as_ref().as_os_str().to_owned()).collect();
    discover(&args, &DiscoverOptions::default())
}

pub(crate) fn options(chunk_bytes: u64, mmap: bool, max_record_bytes: u64) -> ScanOptions {
    ScanOptions { chunk_bytes, mmap, max_record_bytes }
}

/// All lines in the order of the fold, which must be the order of the inputs.
pub(crate) fn lines(inputs: &Inputs, options: &ScanOptions) -> Result<Vec<Seen>, ScanError> {
    let watch = Watch::default();
    let mut seen = Vec::new();
    let mut last = None;
    visit(
        inputs,
        options,
        &watch,
        || (),
        |(), chunk| {
            let line = |line: bedload_scan::Line<'_>| {
                (
                    chunk.at.input.index(),
                    line.start,
                    line.len,
                    line.terminator,
                    line.bytes.map(<[u8]>::to_vec),
                )
            };
            let lines: Vec<Seen> = chunk.lines().map(line).collect();
            let next = lines.last().map(|&(_, start, len, end, _)| start + len + end.len_bytes());
            assert_eq!((Some(chunk.at.start), next), (lines.first().map(|line| line.1), Some(chunk.end())));
            lines
        },
        |at, mut lines| {
            assert!(last.replace(at) < Some(at), "{last:?} before {at:?}");
            seen.append(&mut lines);
            Ok::<(), ScanError>(())
        },
    )?;
    // A spooled input counts as what is read: its decompressed bytes.
    let sizes = inputs.iter().map(|input| input.data_bytes().or(input.size_bytes()));
    if let Some(size) = sizes.sum::<Option<u64>>() {
        assert_eq!(watch.bytes_done(), size);
    }
    Ok(seen)
}

/// Truncates a file behind the back of whoever reads it.
pub(crate) fn cut(path: &Path, len: u64) {
    File::options().write(true).open(path).unwrap().set_len(len).unwrap();
}
