//! Bytes by offset, spools, and raw bytes for hashing.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bedload_record::InputId;
use bedload_scan::{Fetch, Inputs, ScanError, ScanOptions, Watch};
use expect_test::expect;

use crate::support::{Dir, find, gzip, lines, options, pipe, zstd};

fn fetched(inputs: &Inputs, input: usize, start: u64, len: u64) -> [Result<String, ScanError>; 2] {
    [true, false].map(|mmap| {
        let fetch = Fetch::new(inputs, &ScanOptions { mmap, ..ScanOptions::default() });
        let mut scratch = Vec::new();
        let bytes = fetch.bytes(InputId::new(input), start, len, &mut scratch)?;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        fetch.check()?;
        Ok(text)
    })
}

#[test]
fn streams_are_fetched_from_their_spool() {
    let dir = Dir::new();
    let spools = dir.path("spools");
    std::fs::create_dir(&spools).unwrap();
    let (_reader, pipe_path) = pipe(b"from a pipe");
    let paths = [
        dir.file("plain", "plain text"),
        dir.file("gz", gzip(b"some gzip text")),
        pipe_path,
        dir.file("zst", zstd(b"some zstd text")),
        dir.file("none", ""),
    ];
    let inputs = find(&paths).unwrap();
    assert_eq!(inputs.head(InputId::new(2), 4).unwrap(), b"from");
    let refused = fetched(&inputs, 1, 0, 1);
    assert!(refused.iter().all(|result| matches!(result, Err(ScanError::NotRandomAccess { .. }))));
    let refused =
        Fetch::new(&inputs, &ScanOptions::default()).raw(InputId::new(2), |_| Ok::<_, ScanError>(()));
    assert!(matches!(refused, Err(ScanError::NotRandomAccess { .. })));

    inputs.spool_all(&spools, &Watch::default()).unwrap();
    assert_eq!(std::fs::read_dir(&spools).unwrap().count(), 0);
    let wanted = ["lain", "ome ", "rom ", "ome ", ""];
    for (input, &text) in wanted.iter().enumerate() {
        let start = u64::from(!text.is_empty());
        for result in fetched(&inputs, input, start, text.len() as u64) {
            assert_eq!(result.unwrap(), text);
        }
    }
    let raw = |input: usize| {
        let read = |mmap| {
            let fetch = Fetch::new(&inputs, &ScanOptions { mmap, ..ScanOptions::default() });
            let mut bytes = Vec::new();
            let keep = |piece: &[u8]| {
                bytes.extend_from_slice(piece);
                Ok::<_, ScanError>(())
            };
            let len = fetch.raw(InputId::new(input), keep).unwrap();
            assert_eq!(len, bytes.len() as u64);
            bytes
        };
        assert_eq!(read(true), read(false));
        read(true)
    };
    assert_eq!(
        [raw(0), raw(1), raw(2)],
        [b"plain text".to_vec(), gzip(b"some gzip text"), b"from a pipe".to_vec()]
    );
    assert_eq!(inputs.head(InputId::new(2), 6).unwrap(), b"from a");
    assert_eq!(lines(&inputs, &options(3, true, 20)).unwrap().len(), 4);
}

#[test]
fn a_line_too_long_to_hold_is_copied_in_pieces() {
    let dir = Dir::new();
    let bytes: Vec<u8> = (0..5_000_000_u32).map(|n| (n % 251) as u8).collect();
    let inputs = find(&[dir.file("a", &bytes)]).unwrap();
    for mmap in [true, false] {
        let fetch = Fetch::new(&inputs, &ScanOptions { mmap, ..ScanOptions::default() });
        let mut copied = Vec::new();
        fetch
            .copy(InputId::new(0), 7, 4_999_000, &mut Vec::new(), |piece| {
                assert!(piece.len() <= 1 << 20);
                copied.extend_from_slice(piece);
                Ok::<(), ScanError>(())
            })
            .unwrap();
        assert!(copied == bytes[7..4_999_007]);
    }
}

#[test]
fn many_files_are_fetched_with_few_of_them_open() {
    let dir = Dir::new();
    let paths: Vec<_> = (0..100).map(|n| dir.file(&format!("{n}"), format!("{n:03}"))).collect();
    let inputs = find(&paths).unwrap();
    let fetch = Fetch::new(&inputs, &ScanOptions { mmap: false, ..ScanOptions::default() });
    for n in (0..100).chain(0..100) {
        assert_eq!(
            fetch.bytes(InputId::new(n), 0, 3, &mut Vec::new()).unwrap(),
            format!("{n:03}").as_bytes()
        );
    }
}

#[test]
fn a_spool_that_cannot_be_written_or_is_stopped_is_an_error() {
    let dir = Dir::new();
    let inputs = find(&[dir.file("a.gz", gzip(b"x"))]).unwrap();
    let stopped = Watch::new(Arc::new(AtomicBool::new(true)));
    assert!(matches!(inputs.spool(InputId::new(0), &dir.path(""), &stopped), Err(ScanError::Interrupted)));
    let error = inputs.spool(InputId::new(0), &dir.path("nowhere"), &Watch::default()).unwrap_err();
    let text = dir.hide(&error.to_string());
    // tempfile adds the name it tried, which is another one each time.
    let (head, tail) =
        (text.split(": ").take(2).collect::<Vec<_>>().join(": "), text.lines().last().unwrap());
    expect![[r#"
        DIR/a.gz: could not be copied to a temporary file in DIR/nowhere
        hint: check that the directory exists and is writable, or name another one with --temp-dir"#]]
    .assert_eq(&format!("{head}\n{tail}"));
    assert!(!inputs.get(InputId::new(0)).is_random_access());
}
