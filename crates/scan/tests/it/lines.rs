//! Every way of reading sees the lines that a naive splitter sees, whatever the chunk size.

use bedload_scan::{Terminator, Watch};
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

use crate::support::{Dir, Seen, find, gzip, lines, options, pipe, zstd};

/// Splits byte by byte, sharing no thought with the crate.
fn naive(input: usize, bytes: &[u8], max_record_bytes: u64) -> Vec<Seen> {
    let mut seen = Vec::new();
    let (mut start, mut line) = (0_u64, Vec::new());
    let mut push = |start: u64, line: Vec<u8>, end: Terminator| {
        let len = line.len() as u64;
        seen.push((input, start, len, end, if len > max_record_bytes { None } else { Some(line) }));
    };
    for (pos, &byte) in bytes.iter().enumerate() {
        if byte != b'\n' {
            line.push(byte);
            continue;
        }
        let end = if line.last() == Some(&b'\r') { Terminator::CrLf } else { Terminator::Lf };
        if end == Terminator::CrLf {
            line.pop();
        }
        push(start, std::mem::take(&mut line), end);
        start = pos as u64 + 1;
    }
    if !line.is_empty() {
        push(start, line, Terminator::None);
    }
    seen
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![3 => Just(b'\n'), 2 => Just(b'\r'), 8 => any::<u8>()];
    let sparse = prop_oneof![1 => Just(b'\n'), 1 => Just(b'\r'), 60 => Just(b'x')];
    prop_oneof![prop::collection::vec(byte, 0..200), prop::collection::vec(sparse, 0..400)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_ways_of_reading_see_the_same_lines(
        first in bytes(),
        second in bytes(),
        chunk_bytes in 1_u64..70,
        max_record_bytes in prop_oneof![0_u64..40, Just(1 << 20)],
        n_threads in 1_usize..4,
    ) {
        let dir = Dir::new();
        let middle = first.len() / 2;
        let members = [gzip(&first[..middle]), gzip(&first[middle..])].concat();
        let frames = [zstd(&second[..second.len() / 3]), zstd(&second[second.len() / 3..])].concat();
        let (_reader, pipe_path) = pipe(&second);
        let (_reader, packed_pipe_path) = pipe(&members);
        let inputs = find(&[
            dir.file("a.jsonl", &first),
            dir.file("b.jsonl", &second),
            dir.file("c.jsonl.gz", members),
            dir.file("d.jsonl.zst", frames),
            pipe_path,
            packed_pipe_path,
            dir.file("e.jsonl", &first),
        ]).unwrap();
        let contents = [&first, &second, &first, &second, &second, &first, &first];
        let expected: Vec<Seen> = contents
            .iter()
            .enumerate()
            .flat_map(|(input, bytes)| naive(input, bytes, max_record_bytes))
            .collect();
        let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        let seen = pool.install(|| lines(&inputs, &options(chunk_bytes, true, max_record_bytes))).unwrap();
        prop_assert_eq!(&seen, &expected);
        // Again without maps and with the compressed ones spooled; the pipes are used up.
        let names = ["a.jsonl", "b.jsonl", "c.jsonl.gz", "d.jsonl.zst"];
        let reread = find(&names.map(|name| dir.path(name))).unwrap();
        reread.spool_all(&dir.path(""), &Watch::default()).unwrap();
        let n_expected = expected.iter().filter(|line| line.0 < 4).count();
        for mmap in [true, false] {
            let options = options(chunk_bytes, mmap, max_record_bytes);
            let seen = pool.install(|| lines(&reread, &options)).unwrap();
            prop_assert_eq!(&seen[..], &expected[..n_expected]);
        }
    }
}

#[test]
fn a_line_over_many_chunks_is_looked_through_once() {
    // With a search from every chunk to the end of the line this would be 65 536 times 2 MiB on average.
    let dir = Dir::new();
    let mut bytes = vec![b'x'; 4 << 20];
    bytes.extend_from_slice(b"\nlast\n");
    let path = dir.file("long.jsonl", &bytes);
    let packed = dir.file("long.jsonl.gz", gzip(&bytes));
    for mmap in [true, false] {
        let seen = lines(&find(&[&path]).unwrap(), &options(64, mmap, 100)).unwrap();
        assert_eq!(seen, naive(0, &bytes, 100));
    }
    let seen = lines(&find(&[packed]).unwrap(), &options(64, true, 100)).unwrap();
    assert_eq!(seen, naive(0, &bytes, 100));
}

#[test]
fn the_limit_is_the_same_at_each_length_and_end() {
    let dir = Dir::new();
    for len in 0..8 {
        for tail in ["", "\r", "\n", "\r\n", "\r\r\n", "\nnext", "\r\nnext\n"] {
            let bytes = [&vec![b'x'; len][..], tail.as_bytes()].concat();
            let paths = [dir.file("a.jsonl", &bytes), dir.file("b.jsonl.gz", gzip(&bytes))];
            let expected = [naive(0, &bytes, 4), naive(1, &bytes, 4)].concat();
            for mmap in [true, false] {
                for chunk_bytes in [1, 3, 1 << 20] {
                    let seen = lines(&find(&paths).unwrap(), &options(chunk_bytes, mmap, 4)).unwrap();
                    assert_eq!(seen, expected, "{bytes:?}, chunks of {chunk_bytes}");
                }
            }
        }
    }
}

#[test]
fn large_streams_and_files_take_many_waves() {
    let dir = Dir::new();
    let bytes: Vec<u8> =
        (0..40_000_u32).flat_map(|n| format!("{n}{}\n", "y".repeat(n as usize % 90)).into_bytes()).collect();
    let packed = gzip(&bytes);
    let paths: Vec<_> = (0..5).map(|n| dir.file(&format!("{n}.jsonl.gz"), &packed)).collect();
    let expected: Vec<Seen> = (0..5).flat_map(|input| naive(input, &bytes, 1 << 20)).collect();
    let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let seen = pool.install(|| lines(&find(&paths).unwrap(), &options(10_000, true, 1 << 20))).unwrap();
    assert!(seen == expected);
}

#[test]
fn streams_of_any_lengths_are_folded_in_their_order() {
    let dir = Dir::new();
    for lengths in [&[900, 1][..], &[1, 900], &[400, 0, 900, 30, 900], &[900, 900, 1, 900], &[1; 40], &[0; 3]]
    {
        for plain in [usize::MAX, 0, lengths.len() / 2, lengths.len() - 1] {
            let bytes = |input: usize| format!("{input:0100}\n").repeat(lengths[input]).into_bytes();
            let paths: Vec<_> = (0..lengths.len())
                .map(|input| {
                    let packed = if input == plain { bytes(input) } else { gzip(&bytes(input)) };
                    dir.file(&format!("{input:02}"), packed)
                })
                .collect();
            let expected: Vec<Seen> =
                (0..lengths.len()).flat_map(|input| naive(input, &bytes(input), 1 << 20)).collect();
            for n_threads in [1, 2, 3] {
                let pool = ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                let inputs = find(&paths).unwrap();
                let seen = pool.install(|| lines(&inputs, &options(1000, true, 1 << 20))).unwrap();
                assert!(seen == expected, "{lengths:?}, {plain} plain, {n_threads} threads");
            }
        }
    }
}
