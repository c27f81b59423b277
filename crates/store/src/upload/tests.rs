//! Uploads into the memory of a store that fails where a test wants it to.

mod failing;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use object_store::ObjectStoreExt;
use object_store::path::Path;
use sha2::{Digest, Sha256};

use super::remote::{hex, look};
use super::*;
use failing::Failing;

struct Place {
    parent: tempfile::TempDir,
    source: Source,
    target: Location,
    runtime: tokio::runtime::Runtime,
}

impl Place {
    /// An output with these files.
    fn with(files: &[(&str, &str)]) -> Place {
        let parent = tempfile::tempdir().expect("a directory");
        let dir = parent.path().join("OUT");
        let files = files.iter().map(|(path, content)| {
            let at = dir.join(path);
            fs::create_dir_all(at.parent().expect("a directory")).expect("made");
            fs::write(at, content).expect("written");
            let sha256 = hex(&Sha256::digest(content));
            SourceFile { path: (*path).to_owned(), bytes: content.len() as u64, sha256 }
        });
        let files: Vec<SourceFile> = files.collect();
        let manifest = format!("{files:?}").into_bytes();
        let source = Source { dir, files, manifest };
        let target = Location::of("s3://bucket/data/OUT").expect("a place");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        Place { parent, source, target, runtime }
    }

    fn upload(&self, store: &Failing, options: &UploadOptions) -> Result<Sent, StoreError> {
        let mut journal = Journal::open(&self.source.dir, &self.target)?;
        let sizes = Sizes { large_bytes: 10, part_bytes: 4, concurrency: 2 };
        let (source, target, watch) = (&self.source, &self.target, &Watch::default());
        let run =
            Run { objects: store, source, target, options, sizes, watch, has_changed: AtomicBool::default() };
        self.runtime.block_on(run.upload(&mut journal))
    }

    /// What is there, without the parts of the names that all have.
    fn there(&self, store: &Failing) -> String {
        let found = self.runtime.block_on(look(&store.store_only(), &self.target, 1000)).expect("listed");
        let shown = found.iter().map(|(path, remote)| format!("{path}:{}", remote.bytes));
        shown.collect::<Vec<_>>().join(" ")
    }

    /// A manifest is there only with everything that it is about.
    fn assert_whole_or_without_manifest(&self, store: &Failing, what: &str) {
        let found = self.runtime.block_on(look(&store.store_only(), &self.target, 1000)).expect("listed");
        let Some(manifest) = found.get(MANIFEST) else { return };
        let text = self.content(store, MANIFEST);
        assert_eq!(manifest.sha256.as_deref(), Some(&*hex(&Sha256::digest(&text))), "{what}");
        let entries = String::from_utf8(text).expect("text");
        for (path, remote) in found.iter().filter(|(path, _)| *path != MANIFEST) {
            let sha256 = hex(&Sha256::digest(self.content(store, path)));
            assert_eq!(remote.sha256.as_ref(), Some(&sha256), "{what}: {path}");
            assert!(entries.contains(&sha256), "{what}: {path} is not of the manifest's output");
        }
        assert_eq!(entries.matches("path:").count(), found.len() - 1, "{what}");
    }

    fn content(&self, store: &Failing, path: &str) -> Vec<u8> {
        let key = self.target.child(path).path().expect("a key");
        let read = async { store.store.get(&key).await?.bytes().await };
        self.runtime.block_on(read).expect("read").to_vec()
    }

    fn journals(&self) -> usize {
        fs::read_dir(self.parent.path()).expect("listed").count() - 1
    }
}

const FILES: &[(&str, &str)] =
    &[("train/part-00000.jsonl", "0123456789abcdef"), ("rejected.jsonl", ""), ("report/x.parquet", "tables")];

fn first_line(result: Result<Sent, StoreError>) -> String {
    match result {
        Ok(sent) => format!("{} sent, {} kept", sent.count(Action::Sent).0, sent.count(Action::Kept).0),
        Err(error) => error.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn what_is_there_is_not_sent_again_and_what_the_output_lacks_goes() {
    let place = Place::with(FILES);
    let store = Failing::default();
    let options = UploadOptions::default();
    assert_eq!(first_line(place.upload(&store, &options)), "4 sent, 0 kept");
    assert_eq!(
        place.there(&store),
        format!(
            "manifest.json:{} rejected.jsonl:0 report/x.parquet:6 train/part-00000.jsonl:16",
            place.source.manifest.len()
        )
    );
    assert_eq!(place.content(&store, "train/part-00000.jsonl"), b"0123456789abcdef");
    assert_eq!(first_line(place.upload(&store, &options)), "0 sent, 4 kept");
    let smaller = Place::with(&[("train.jsonl", "0123"), ("report/x.parquet", "tables")]);
    let read_back = UploadOptions { read_back: true, ..UploadOptions::default() };
    let sent = smaller.upload(&store, &read_back).expect("uploaded");
    assert_eq!((sent.count(Action::Sent).0, sent.count(Action::Kept), sent.was_read_back), (2, (1, 6), true));
    assert_eq!(sent.count(Action::Deleted), (2, 16));
    smaller.assert_whole_or_without_manifest(&store, "another output");
    assert_eq!(place.journals() + smaller.journals(), 0);
}

/// Whatever call fails, with or without effect: nothing incomplete has a manifest, and a second run completes.
#[test]
fn after_any_failure_no_manifest_lies_and_a_second_run_completes() {
    for is_after in [false, true] {
        for earlier in [false, true] {
            let mut n = 0;
            loop {
                n += 1;
                let store = Failing { is_after, ..Failing::default() };
                if earlier {
                    let other =
                        Place::with(&[("train/part-00000.jsonl", "other content of it"), ("old.jsonl", "x")]);
                    other.upload(&store, &UploadOptions::default()).expect("uploaded");
                }
                let place = Place::with(FILES);
                let before = store.calls.load(Ordering::SeqCst);
                store.fails_at.store(before + n, Ordering::SeqCst);
                let first = place.upload(&store, &UploadOptions::default());
                let what = format!("call {n}, after {is_after}, earlier {earlier}");
                place.assert_whole_or_without_manifest(&store, &what);
                if store.calls.load(Ordering::SeqCst) < before + n {
                    assert!(first.is_ok() && n > 10, "{what}");
                    break;
                }
                let second = place.upload(&store, &UploadOptions::default());
                assert!(second.is_ok(), "{what}: {second:?}");
                place.assert_whole_or_without_manifest(&store, &what);
                assert!(place.there(&store).contains("manifest.json"), "{what}");
                assert_eq!(place.journals(), 0, "{what}");
            }
        }
    }
}

#[test]
fn parts_that_were_sent_are_not_sent_again() {
    let place = Place::with(&[("train.jsonl", &"0123".repeat(20))]);
    let store = Failing::default();
    // A look, the beginning of the file, and fifteen of its twenty parts.
    store.fails_at.store(17, Ordering::SeqCst);
    assert!(place.upload(&store, &UploadOptions::default()).is_err());
    assert_eq!((place.journals(), place.there(&store)), (1, String::new()));
    let n_first = store.parts.swap(0, Ordering::SeqCst);
    store.fails_at.store(0, Ordering::SeqCst);
    let sent = place.upload(&store, &UploadOptions::default()).expect("uploaded");
    let n_second = store.parts.load(Ordering::SeqCst);
    // One failed, and one may have been under way.
    assert!(n_first >= 15 && n_first + n_second <= 22, "{n_first} {n_second}");
    assert!(sent.resumed_bytes >= 4 * 13, "{}", sent.resumed_bytes);
    assert_eq!(place.content(&store, "train.jsonl"), "0123".repeat(20).into_bytes());
    assert_eq!(place.journals(), 0);
}

#[test]
fn an_output_that_was_built_again_is_sent_from_its_beginning() {
    let mut place = Place::with(&[("train.jsonl", &"0123".repeat(20))]);
    let store = Failing::default();
    store.fails_at.store(10, Ordering::SeqCst);
    assert!(place.upload(&store, &UploadOptions::default()).is_err());
    store.fails_at.store(0, Ordering::SeqCst);
    let content = "4567".repeat(20);
    fs::write(place.source.dir.join("train.jsonl"), &content).expect("written");
    place.source.files[0].sha256 = hex(&Sha256::digest(&content));
    place.source.manifest = format!("{:?}", place.source.files).into_bytes();
    let sent = place.upload(&store, &UploadOptions::default()).expect("uploaded");
    assert_eq!((sent.resumed_bytes, place.journals()), (0, 0));
    assert_eq!(place.content(&store, "train.jsonl"), content.as_bytes());
    place.assert_whole_or_without_manifest(&store, "built again");
}

#[test]
fn an_upload_that_the_store_has_forgotten_begins_again() {
    let place = Place::with(&[("train.jsonl", &"0123".repeat(20))]);
    let store = Failing::default();
    store.fails_at.store(10, Ordering::SeqCst);
    assert!(place.upload(&store, &UploadOptions::default()).is_err());
    let forgetful = Failing::default();
    let sent = place.upload(&forgetful, &UploadOptions::default()).expect("uploaded");
    assert_eq!(sent.resumed_bytes, 0);
    place.assert_whole_or_without_manifest(&forgetful, "begun again");
}

#[test]
fn what_was_half_sent_can_be_given_up() {
    let place = Place::with(&[("train.jsonl", &"0123".repeat(20))]);
    let store = Failing::default();
    store.fails_at.store(10, Ordering::SeqCst);
    assert!(place.upload(&store, &UploadOptions::default()).is_err());
    let mut journal = Journal::open(&place.source.dir, &place.target).expect("opened");
    let aborted = place.runtime.block_on(abort_all(&store, &place.target, &mut journal));
    assert_eq!((aborted.expect("ended"), place.journals()), (1, 0));
}

#[test]
fn an_upload_to_a_place_below_is_not_of_this_one() {
    let place = Place::with(FILES);
    let store = Failing::default();
    place.upload(&store, &UploadOptions::default()).expect("uploaded");
    let above = Place { target: Location::of("s3://bucket/data").expect("a place"), ..Place::with(FILES) };
    let refused = first_line(above.upload(&store, &UploadOptions::default()));
    assert!(
        refused.starts_with("s3://bucket/data: 4 objects that `bedload upload` did not put there"),
        "{refused}"
    );
    let keeping = UploadOptions { keep_others: true, ..UploadOptions::default() };
    let sent = above.upload(&store, &keeping).expect("uploaded");
    assert_eq!((sent.others, sent.count(Action::Deleted).0), (4, 0));
    assert_eq!(first_line(place.upload(&store, &UploadOptions::default())), "0 sent, 4 kept");
}

#[test]
fn objects_of_others_are_refused_or_left() {
    let place = Place::with(FILES);
    let store = Failing::default();
    let put = |path: &str| {
        let path = Path::from(format!("data/OUT/{path}"));
        place.runtime.block_on(store.store.put(&path, "x".into())).expect("put");
    };
    put("notes.txt");
    assert_eq!(
        first_line(place.upload(&store, &UploadOptions::default())),
        "s3://bucket/data/OUT: 1 object that `bedload upload` did not put there: s3://bucket/data/OUT/notes.txt"
    );
    let keeping = UploadOptions { keep_others: true, ..UploadOptions::default() };
    let sent = place.upload(&store, &keeping).expect("uploaded");
    assert_eq!((sent.others, sent.count(Action::Sent).0), (1, 4));
    put("train/part-00000.jsonl");
    assert_eq!(
        first_line(place.upload(&store, &keeping)),
        "s3://bucket/data/OUT: 1 object that `bedload upload` did not put there: s3://bucket/data/OUT/train/part-00000.jsonl"
    );
}

/// Whatever somebody else writes at whatever moment: no manifest stays that is not true.
#[test]
fn nobody_else_slips_in_between() {
    for path in ["data/OUT/manifest.json", "data/OUT/report/x.parquet", "data/OUT/more.jsonl"] {
        for n in 1.. {
            let place = Place::with(FILES);
            let store = Failing { meddler: Some((n, path)), ..Failing::default() };
            let result = place.upload(&store, &UploadOptions::default());
            if store.calls.load(Ordering::SeqCst) < n {
                break;
            }
            // What comes after the last look is for whoever has put it there.
            let n_calls = store.calls.load(Ordering::SeqCst);
            let there = place.there(&store);
            let what = format!("{path} at call {n} of {n_calls}: {there}");
            if result.is_err() {
                assert!(!there.contains("manifest.json"), "{what}");
            } else if n < n_calls && !path.ends_with("more.jsonl") {
                place.assert_whole_or_without_manifest(&store, &what);
            }
        }
    }
}

#[test]
fn a_store_without_conditions_is_written_to_all_the_same() {
    let place = Place::with(FILES);
    let store = Failing { knows_no_conditions: true, ..Failing::default() };
    let sent = place.upload(&store, &UploadOptions::default()).expect("uploaded");
    assert_eq!(sent.notes.len(), 1);
    place.assert_whole_or_without_manifest(&store, "without conditions");
    assert!(place.there(&store).contains("manifest.json"));
}

#[test]
fn a_file_that_changes_is_never_published() {
    for (path, content) in [("train/part-00000.jsonl", "0123456789abcdeX"), ("report/x.parquet", "tableS")] {
        let place = Place::with(FILES);
        let store = Failing::default();
        let at = place.source.dir.join(path);
        let before = fs::read(&at).expect("read");
        for content in [content, "longer than it was", "s"] {
            fs::write(&at, content).expect("written");
            let error = place.upload(&store, &UploadOptions::default()).expect_err("refused");
            assert!(matches!(error, StoreError::LocalChanged { .. }), "{error}");
            assert!(!place.there(&store).contains("manifest.json"));
        }
        fs::write(&at, before).expect("written");
        assert!(place.upload(&store, &UploadOptions::default()).is_ok());
        assert_eq!(place.journals(), 0);
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    let place = Place::with(FILES);
    let store = Failing::default();
    let dry = UploadOptions { dry_run: true, ..UploadOptions::default() };
    assert_eq!(first_line(place.upload(&store, &dry)), "4 sent, 0 kept");
    assert_eq!((place.there(&store), place.journals()), (String::new(), 0));
}
