//! Uploads that were interrupted: the file beside an output that says what is half sent. It is not removed here, because
//! nothing else knows what has to be removed from S3.

use std::ffi::OsStr;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde::Deserialize;

use crate::run::tree::{self, Opened};

const MARK: &[u8] = b".upload-";
const DIGEST_DIGITS: usize = 12;
/// The longest URL has a thousand.
const LINE_BYTES_MAX: u64 = 4096;

/// The first line of the file.
#[derive(Deserialize)]
struct First {
    target: Target,
}

#[derive(Deserialize)]
struct Target {
    target: String,
}

/// Whether a name is that of such a file: for this output, or for any.
pub(super) fn is_upload(name: &[u8], output: Option<&OsStr>) -> bool {
    let Some(at) = memchr::memmem::rfind(name, MARK) else { return false };
    let digest = &name[at + MARK.len()..];
    let is_digest = digest.len() == DIGEST_DIGITS && digest.iter().all(u8::is_ascii_hexdigit);
    let of = name[..at].strip_prefix(b".").filter(|of| !of.is_empty());
    is_digest && of.is_some_and(|of| output.is_none_or(|output| output.as_bytes() == of))
}

/// Why the file stays, and what to do; none where it has gone meanwhile.
pub(super) fn why_left(parent: &Path, name: &OsStr) -> io::Result<Option<String>> {
    let dir = tree::open_dir(parent)?;
    let file: File = match tree::open_file(&dir, &name.to_string_lossy())? {
        Opened::File(file, _) => file,
        Opened::NotRegular | Opened::Missing => return Ok(None),
    };
    if matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return Ok(Some("its upload is still in progress".to_owned()));
    }
    let mut line = String::new();
    BufReader::new(file.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    let at = name.as_bytes();
    let of = memchr::memmem::rfind(at, MARK).and_then(|end| at.get(1..end)).unwrap_or_default();
    let output = parent.join(OsStr::from_bytes(of));
    Ok(Some(match serde_json::from_str::<First>(&line) {
        Ok(First { target: Target { target } }) => format!(
            "an upload to {target} was interrupted; run it again, or give it up with `bedload upload {} {target} --abort`",
            output.display()
        ),
        Err(_) => "it does not say which upload it is of".to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interrupted_uploads_are_known_by_their_names() {
        let out = Some(OsStr::new("OUT"));
        assert!(is_upload(b".OUT.upload-73c9405e3040", out) && is_upload(b".OUT.upload-73c9405e3040", None));
        assert!(!is_upload(b".other.upload-73c9405e3040", out));
        for name in [
            "OUT",
            ".OUT.upload-",
            "OUT.upload-73c9405e3040",
            ".upload-73c9405e3040",
            ".OUT.upload-73c9405e304x",
        ] {
            assert!(!is_upload(name.as_bytes(), None), "{name}");
        }
    }

    #[test]
    fn it_is_said_how_an_upload_goes_on() {
        let dir = tempfile::tempdir().expect("a directory");
        let name = OsStr::new(".OUT.upload-73c9405e3040");
        std::fs::write(dir.path().join(name), "{\"target\":{\"target\":\"s3://bucket/OUT\"}}\n")
            .expect("written");
        let why = why_left(dir.path(), name).expect("read").expect("left");
        assert!(why.starts_with("an upload to s3://bucket/OUT was interrupted; run it again"), "{why}");
        assert!(why.ends_with("/OUT s3://bucket/OUT --abort`"), "{why}");
        let lock = File::open(dir.path().join(name)).expect("opened");
        lock.lock().expect("locked");
        assert_eq!(
            why_left(dir.path(), name).expect("read").as_deref(),
            Some("its upload is still in progress")
        );
    }
}
