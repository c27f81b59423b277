//! From arguments to inputs: order, names, kinds, and what is refused.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use bedload_record::InputId;
use bedload_scan::{Codec, DiscoverOptions, Inputs, ScanError, discover};
use expect_test::{Expect, expect};

use crate::support::{Dir, cut, find, gzip, lines, options, pipe, zstd};

fn check(dir: &Dir, args: &[&str], expected: &Expect) {
    let args: Vec<OsString> = args
        .iter()
        .map(|&arg| if arg == "-" { arg.into() } else { dir.path(arg).into_os_string() })
        .collect();
    let found = discover(
        &args,
        &DiscoverOptions { stdin_name: Some("from curl".to_owned()), ..DiscoverOptions::default() },
    );
    let text = match &found {
        Ok(inputs) => {
            let mut text = String::new();
            for input in inputs {
                let codec = input.codec().map_or(String::new(), |codec| format!(" {codec}"));
                writeln!(text, "{}{codec} {:?}", input.name(), input.size_bytes()).unwrap();
            }
            text
        }
        Err(error) => format!("usage={} {error}\n", error.is_usage()),
    };
    expected.assert_eq(&dir.hide(&text));
}

fn tree() -> Dir {
    let dir = Dir::new();
    dir.file("d/b.jsonl", "bb");
    dir.file("d/a/z.ndjson", "");
    dir.file("d/a.jsonl", "a");
    dir.file("d/.hidden.jsonl", "x");
    dir.file("d/.git/c.jsonl", "x");
    dir.file("d/readme.md", "x");
    dir.file("d/packed.jsonl.gz", "in truth not packed");
    dir.file("empty/readme.md", "x");
    dir.file("odd.txt", gzip(b"gz"));
    dir.file("frame", [0x28, 0xb5, 0x2f, 0xfd]);
    dir
}

#[test]
fn directories_give_their_jsonl_files_sorted_by_bytes() {
    check(
        &tree(),
        &["d"],
        &expect![[r#"
        DIR/d/a.jsonl Some(1)
        DIR/d/a/z.ndjson Some(0)
        DIR/d/b.jsonl Some(2)
        DIR/d/packed.jsonl.gz Some(19)
    "#]],
    );
}

#[test]
fn arguments_keep_their_order_and_contents_tell_the_compression() {
    check(
        &tree(),
        &["odd.txt", "-", "d/?.jsonl", "frame"],
        &expect![[r#"
        DIR/odd.txt gzip Some(22)
        from curl None
        DIR/d/a.jsonl Some(1)
        DIR/d/b.jsonl Some(2)
        DIR/frame zstd Some(4)
    "#]],
    );
}

#[test]
fn what_names_nothing_or_a_file_twice_is_a_usage_error() {
    let dir = tree();
    check(
        &dir,
        &[],
        &expect![[r#"
        usage=true no input was given
        hint: name files, directories or globs, or `-` for standard input
    "#]],
    );
    check(
        &dir,
        &["empty"],
        &expect![[r#"
            usage=true DIR/empty: no JSONL file below this directory, only DIR/empty/readme.md
            hint: files ending in .jsonl or .ndjson are read, also with .gz or .zst, unless they are hidden; name other files one by one
        "#]],
    );
    check(
        &dir,
        &["d/*.json"],
        &expect![[r#"
        usage=true DIR/d/*.json: no file matches this pattern
        hint: check its names and capitals; a relative pattern begins at the working directory
    "#]],
    );
    check(
        &dir,
        &["d/a***"],
        &expect![[r#"
            usage=true DIR/d/a***: not a valid pattern: `**` must be alone between slashes
            hint: patterns may contain `*`, `?`, `[a-z]`, `{a,b}`, and `**` between slashes
        "#]],
    );
    check(
        &dir,
        &["-", "-"],
        &expect![[r#"
        usage=true `-` is given twice
        hint: standard input can be read only once
    "#]],
    );
    check(
        &dir,
        &["d/*.jsonl", "d/a.jsonl"],
        &expect![[r#"
        usage=true DIR/d/a.jsonl and DIR/d/a.jsonl are the same file
        hint: give it only once; its records would count twice
    "#]],
    );
    std::fs::hard_link(dir.path("odd.txt"), dir.path("again")).unwrap();
    check(
        &dir,
        &["odd.txt", "again"],
        &expect![[r#"
        usage=true DIR/odd.txt and DIR/again are the same file
        hint: give it only once; its records would count twice
    "#]],
    );
}

#[test]
fn what_is_missing_or_not_to_be_read_is_an_environment_error() {
    let dir = tree();
    check(
        &dir,
        &["d", "nowhere.jsonl"],
        &expect![[r#"
        usage=false DIR/nowhere.jsonl: could not be opened: No such file or directory (os error 2)
        hint: check the path
    "#]],
    );
    std::os::unix::fs::symlink("nowhere", dir.path("d/dead.jsonl")).unwrap();
    check(
        &dir,
        &["d"],
        &expect![[r#"
        usage=false DIR/d/dead.jsonl: could not be listed: No such file or directory (os error 2)
        hint: check the path
    "#]],
    );
    std::fs::remove_file(dir.path("d/dead.jsonl")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path("empty/dead")).unwrap();
    check(
        &dir,
        &["empty"],
        &expect![[r#"
            usage=true DIR/empty: no JSONL file below this directory, only DIR/empty/readme.md
            hint: files ending in .jsonl or .ndjson are read, also with .gz or .zst, unless they are hidden; name other files one by one
        "#]],
    );
    std::os::unix::fs::symlink("..", dir.path("empty/loop")).unwrap();
    check(
        &dir,
        &["empty"],
        &expect![[r#"
            usage=false DIR/empty/loop/empty: could not be listed: a link leads to a directory above it
        "#]],
    );
}

#[test]
fn names_that_are_not_utf8_differ_in_reports_and_are_read() {
    let dir = Dir::new();
    let path = dir.path("").join(OsStr::from_bytes(b"\xff\xc3\xa9.jsonl"));
    std::fs::write(&path, "x\n").unwrap();
    let inputs = find(&[dir.path("")]).unwrap();
    expect![[r#"DIR/\xffé.jsonl"#]].assert_eq(&dir.hide(inputs.get(InputId::new(0)).name()));
    assert_eq!(lines(&inputs, &options(8, true, 8)).unwrap().len(), 1);
}

#[test]
fn a_name_that_looks_like_a_pattern_is_a_name_when_it_exists() {
    let dir = Dir::new();
    let inputs = find(&[dir.file("a[1].jsonl", "x")]).unwrap();
    expect!["DIR/a[1].jsonl"].assert_eq(&dir.hide(inputs.get(InputId::new(0)).name()));
}

#[test]
fn files_of_proc_that_claim_to_be_empty_are_streams() {
    let inputs = find(&[PathBuf::from("/proc/self/status")]).unwrap();
    assert_eq!(inputs.size_bytes(), None);
    assert!(lines(&inputs, &options(100, true, 1000)).unwrap().len() > 10);
}

fn heads(inputs: &Inputs) -> Vec<String> {
    let head = |input| String::from_utf8(inputs.head(input, 4).unwrap()).unwrap();
    inputs.ids().map(head).collect()
}

#[test]
fn a_head_takes_nothing_away() {
    let dir = Dir::new();
    let (_reader, pipe_path) = pipe(b"1\n2\n3\n4\n");
    let (_reader, packed_pipe_path) = pipe(&zstd(b"5\n6\n7\n8\n"));
    let paths =
        [dir.file("a", "ab"), dir.file("b", gzip(b"cdefg")), pipe_path, packed_pipe_path, dir.file("0", "")];
    let inputs = find(&paths).unwrap();
    let expected = ["ab", "cdef", "1\n2\n", "5\n6\n", ""];
    assert_eq!(heads(&inputs), expected);
    assert_eq!(heads(&inputs), expected);
    assert_eq!(inputs.get(InputId::new(1)).codec(), Some(Codec::Gzip));
    assert_eq!(lines(&inputs, &options(3, true, 10)).unwrap().len(), 1 + 1 + 4 + 4);
    let again = inputs.head(InputId::new(2), 4).unwrap_err();
    assert!(matches!(again, ScanError::StreamConsumed { .. }), "{again}");
    assert!(matches!(lines(&inputs, &options(3, true, 10)), Err(ScanError::StreamConsumed { .. })));
}

#[test]
fn a_named_pipe_is_a_stream() {
    let dir = Dir::new();
    let path = dir.path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let inputs = find(&[&path]).unwrap();
    let writer = std::thread::spawn(move || std::fs::write(path, "a\nb").unwrap());
    assert_eq!(lines(&inputs, &options(1, true, 10)).unwrap().len(), 2);
    writer.join().unwrap();
}

#[test]
fn a_file_that_differs_at_the_end_is_reported() {
    let dir = Dir::new();
    let paths = [dir.file("a", "aaa"), dir.file("b", "bbb")];
    let change = |act: &dyn Fn()| {
        let inputs = find(&paths).unwrap();
        inputs.check_unchanged().unwrap();
        act();
        dir.hide(&inputs.check_unchanged().unwrap_err().to_string())
    };
    let grew = change(&|| std::fs::write(&paths[1], "bbbb").unwrap());
    let shrank = change(&|| cut(&paths[1], 1));
    let replaced = change(&|| std::fs::rename(dir.file("c", "b"), &paths[1]).unwrap());
    let gone = change(&|| std::fs::remove_file(&paths[0]).unwrap());
    expect![[r#"
        DIR/b: changed while it was read: it grew
        hint: run again when nothing is writing to it
        DIR/b: shrank at byte 1 while it was read
        hint: run again when nothing is writing to it
        DIR/b: changed while it was read: the path now names another file
        hint: run again when nothing is writing to it
        DIR/a: changed while it was read: the path now names another file
        hint: run again when nothing is writing to it"#]]
    .assert_eq(&[grew, shrank, replaced, gone].join("\n"));
}
