//! Files that are cut while they are mapped or read: an error that names the file, and the process lives.

use std::sync::Once;

use bedload_record::InputId;
use bedload_scan::{Fetch, ScanError, ScanOptions, Watch, visit};

use crate::support::{Dir, cut, find, lines, options};

const LEN: u64 = 4 << 20;

#[test]
fn a_file_cut_during_a_visit_is_an_error() {
    for mmap in [true, false] {
        let dir = Dir::new();
        let small = dir.file("small", "x\n");
        let path = dir.file("large", b"0123456\n".repeat(LEN as usize / 8));
        let inputs = find(&[&small, &path]).unwrap();
        let cut_once = Once::new();
        let result = visit(
            &inputs,
            &options(4096, mmap, 100),
            &Watch::default(),
            || (),
            |(), chunk| {
                let first =
                    chunk.lines().filter(|line| line.bytes.is_some_and(|bytes| bytes[0] == b'0')).count();
                // The map exists by now, since this chunk is in it.
                if chunk.at.input.index() == 1 {
                    cut_once.call_once(|| cut(&path, 8192));
                }
                // Lines beyond the cut are touched again after it.
                (
                    first,
                    chunk
                        .lines()
                        .filter_map(|line| line.bytes)
                        .flatten()
                        .map(|&byte| u64::from(byte))
                        .sum::<u64>(),
                )
            },
            |_, _| Ok::<(), ScanError>(()),
        );
        let error = result.unwrap_err();
        let is_told = matches!(&error, ScanError::InputShrank { name, .. } if name.ends_with("large"));
        assert!(is_told && !error.is_usage(), "{error}");
        assert!(inputs.check_unchanged().is_err());
    }
}

#[test]
fn a_file_cut_before_its_first_chunk_is_an_error() {
    for mmap in [true, false] {
        let dir = Dir::new();
        let path = dir.file("a", "x\n".repeat(5000));
        let inputs = find(&[&path]).unwrap();
        cut(&path, 10);
        let error = lines(&inputs, &options(100, mmap, 100)).unwrap_err();
        assert!(matches!(error, ScanError::InputShrank { at: 10, .. }), "{error}");
    }
}

#[test]
fn bytes_fetched_from_a_file_that_was_cut_are_an_error() {
    let dir = Dir::new();
    let path = dir.file("a", vec![b'x'; LEN as usize]);
    let other = dir.file("b", vec![b'y'; LEN as usize]);
    let inputs = find(&[&path, &other]).unwrap();
    for mmap in [true, false] {
        let fetch = Fetch::new(&inputs, &ScanOptions { mmap, ..ScanOptions::default() });
        let mut scratch = Vec::new();
        assert_eq!(fetch.bytes(InputId::new(0), 0, 2, &mut scratch).unwrap(), b"xx");
        assert_eq!(fetch.bytes(InputId::new(1), 0, 2, &mut scratch).unwrap(), b"yy");
        fetch.check().unwrap();
        cut(&path, 4096);
        let fetched = fetch.bytes(InputId::new(0), LEN - 10, 10, &mut scratch).map(<[u8]>::to_vec);
        if mmap {
            // Zeros, and a mark that says so.
            assert_eq!(fetched.unwrap(), [0; 10]);
            assert!(matches!(fetch.check(), Err(ScanError::InputShrank { .. })));
        }
        let error = fetch.bytes(InputId::new(0), LEN - 10, 10, &mut scratch).unwrap_err();
        assert!(matches!(&error, ScanError::InputShrank { name, .. } if name.ends_with('a')), "{error}");
        assert_eq!(fetch.bytes(InputId::new(1), LEN - 2, 2, &mut scratch).unwrap(), b"yy");
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(LEN).unwrap();
        if mmap {
            // The size is what it was, so the file did not shrink, as far as anybody can tell by now.
            assert!(matches!(fetch.check(), Err(ScanError::InputChanged { .. })));
        }
    }
}
