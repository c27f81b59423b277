//! The visit itself: order, errors, stopping, the state of workers, and damaged streams.

use std::sync::atomic::{AtomicUsize, Ordering};

use bedload_scan::{ScanError, Watch, visit};
use expect_test::{Expect, expect};
use rayon::ThreadPoolBuilder;

use crate::support::{Dir, find, gzip, lines, options, zstd};

#[derive(Debug)]
enum Failure {
    Scan(ScanError),
    Fold(usize),
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Failure {
        Failure::Scan(error)
    }
}

#[test]
fn workers_are_made_once_per_thread() {
    let dir = Dir::new();
    let paths: Vec<_> = (0..50).map(|n| dir.file(&format!("{n}"), "a\nb\nc\n".repeat(20))).collect();
    let inputs = find(&paths).unwrap();
    let n_made = AtomicUsize::new(0);
    let mut n_lines = 0;
    let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| {
        visit(
            &inputs,
            &options(7, true, 10),
            &Watch::default(),
            || n_made.fetch_add(1, Ordering::Relaxed),
            |_, chunk| chunk.lines().count(),
            |_, n| {
                n_lines += n;
                Ok::<(), ScanError>(())
            },
        )
    })
    .unwrap();
    assert_eq!(n_lines, 50 * 60);
    assert!((1..=3).contains(&n_made.into_inner()));
}

#[test]
fn work_inside_a_visit_may_use_the_same_pool() {
    let dir = Dir::new();
    let inputs = find(&[dir.file("a", "a\n".repeat(500))]).unwrap();
    let mut sum = 0;
    visit(
        &inputs,
        &options(2, true, 10),
        &Watch::default(),
        Vec::<u8>::new,
        |_, chunk| rayon::join(|| chunk.lines().count(), || chunk.lines().count()).0,
        |_, n| {
            sum += n;
            Ok::<(), ScanError>(())
        },
    )
    .unwrap();
    assert_eq!(sum, 500);
}

#[test]
fn an_error_of_the_fold_ends_the_visit() {
    let dir = Dir::new();
    let inputs = find(&[dir.file("a", "a\n".repeat(5000))]).unwrap();
    let mut n_folded = 0;
    let result = visit(
        &inputs,
        &options(2, true, 10),
        &Watch::default(),
        || (),
        |(), _| (),
        |_, ()| {
            n_folded += 1;
            if n_folded == 3 { Err(Failure::Fold(n_folded)) } else { Ok(()) }
        },
    );
    assert!(matches!(result, Err(Failure::Fold(3))), "{result:?}");
    assert_eq!(n_folded, 3);
}

#[test]
fn a_stop_ends_the_visit_at_the_next_chunk() {
    let dir = Dir::new();
    for bytes in [b"a\n".repeat(50_000), gzip(&b"a\n".repeat(50_000))] {
        let inputs = find(&[dir.file("a", bytes)]).unwrap();
        let watch = Watch::default();
        let n_visited = AtomicUsize::new(0);
        let stop = |(): &mut (), _: &bedload_scan::Chunk<'_>| {
            n_visited.fetch_add(1, Ordering::Relaxed);
            watch.stop();
        };
        let result =
            visit(&inputs, &options(2, true, 10), &watch, || (), stop, |_, ()| Ok::<(), Failure>(()));
        assert!(matches!(result, Err(Failure::Scan(ScanError::Interrupted))), "{result:?}");
        assert!(n_visited.into_inner() <= rayon::current_num_threads());
    }
}

#[test]
fn streams_run_ahead_of_the_first_only_as_far_as_there_is_memory_for_their_results() {
    let dir = Dir::new();
    let packed = gzip(&[vec![b'x'; (64 << 10) - 1], vec![b'\n']].concat().repeat(640));
    let paths: Vec<_> = (0..4).map(|n| dir.file(&format!("{n}"), &packed)).collect();
    let inputs = find(&paths).unwrap();
    let (n_visited, mut n_folded, mut n_waiting_max, mut last) = (AtomicUsize::new(0), 0, 0, None);
    let pool = ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    pool.install(|| {
        visit(
            &inputs,
            &options(1 << 20, true, 1 << 20),
            &Watch::default(),
            || (),
            |(), chunk| n_visited.fetch_add(chunk.lines().count(), Ordering::Relaxed),
            |at, _| {
                assert!(last.replace(at) < Some(at));
                n_waiting_max = n_waiting_max.max(n_visited.load(Ordering::Relaxed) - n_folded);
                n_folded = at.input.index() * 640 + at.start as usize / (64 << 10);
                Ok::<(), ScanError>(())
            },
        )
    })
    .unwrap();
    assert_eq!(n_visited.into_inner(), 4 * 640);
    // 8 MiB a thread, and two waves of 4 MiB a thread and one before it is known that they are too much.
    let mebibytes = n_waiting_max / 16;
    assert!((13..=3 * (8 + 3 * 4)).contains(&mebibytes), "{mebibytes}");
}

#[test]
fn lines_before_a_damage_are_folded_and_then_the_damage_is_told() {
    let dir = Dir::new();
    let mut packed = gzip(&b"a\n".repeat(100));
    packed.truncate(packed.len() - 5);
    let inputs = find(&[dir.file("0", "x\ny\n"), dir.file("1", packed), dir.file("2", "z\n")]).unwrap();
    let mut n_lines = 0;
    let result = visit(
        &inputs,
        &options(10, true, 10),
        &Watch::default(),
        || (),
        |(), chunk| chunk.lines().count(),
        |_, n| {
            n_lines += n;
            Ok::<(), ScanError>(())
        },
    );
    assert!(matches!(result, Err(ScanError::Compressed { .. })), "{result:?}");
    assert!((2..=102).contains(&n_lines), "{n_lines}");
}

fn check_damage(bytes: &[u8], expected: &Expect) {
    let dir = Dir::new();
    let inputs = find(&[dir.file("a.jsonl.gz", bytes)]).unwrap();
    let error = lines(&inputs, &options(1 << 20, true, 100)).unwrap_err();
    assert!(!error.is_usage());
    expected.assert_eq(&dir.hide(&error.to_string()));
}

#[test]
fn damaged_streams_are_errors_that_name_the_file() {
    let packed = gzip(b"a\nb\n");
    check_damage(
        &packed[..packed.len() - 5],
        &expect![[r#"
            DIR/a.jsonl.gz: bad gzip data after 4 decompressed bytes: unexpected end of file
            hint: it may be truncated or damaged; test it with `gzip -t`, or create it again"#]],
    );
    let mut flipped = packed.clone();
    flipped[packed.len() - 6] ^= 1;
    check_damage(
        &flipped,
        &expect![[r#"
            DIR/a.jsonl.gz: bad gzip data after 4 decompressed bytes: corrupt gzip stream does not have a matching checksum
            hint: it may be truncated or damaged; test it with `gzip -t`, or create it again"#]],
    );
    check_damage(
        &[&packed[..], b"x"].concat(),
        &expect![[r#"
            DIR/a.jsonl.gz: bad gzip data after 4 decompressed bytes: the last gzip member is followed by something else
            hint: what follows is neither another member nor zero padding; remove it, or compress the data again"#]],
    );
    check_damage(
        &[&packed[..], b"garbage that is long enough for a header"].concat(),
        &expect![[r#"
            DIR/a.jsonl.gz: bad gzip data after 4 decompressed bytes: the last gzip member is followed by something else
            hint: what follows is neither another member nor zero padding; remove it, or compress the data again"#]],
    );
    check_damage(
        &packed[..3],
        &expect![[r#"
            DIR/a.jsonl.gz: bad gzip data after 0 decompressed bytes: unexpected end of file
            hint: it may be truncated or damaged; test it with `gzip -t`, or create it again"#]],
    );
    let frame = zstd(b"a\nb\n");
    check_damage(
        &frame[..frame.len() - 1],
        &expect![[r#"
            DIR/a.jsonl.gz: bad zstd data after 0 decompressed bytes: incomplete frame
            hint: it may be truncated or damaged; test it with `zstd -t`, or create it again"#]],
    );
    check_damage(
        &[&frame[..], b"garbage"].concat(),
        &expect![[r#"
            DIR/a.jsonl.gz: bad zstd data after 4 decompressed bytes: Unknown frame descriptor
            hint: it may be truncated or damaged; test it with `zstd -t`, or create it again"#]],
    );
    // A frame header that asks for a window of 2 GiB.
    check_damage(
        &[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x09, 0x00, 0x00, b'x'],
        &expect![[r#"
            DIR/a.jsonl.gz: bad zstd data after 0 decompressed bytes: Frame requires too much memory for decoding
            hint: windows above 128 MiB are not supported; compress it again with `--long=27` or less"#]],
    );
}
