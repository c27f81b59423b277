//! What has to be done, from what the output has and what is there. No requests.

use std::collections::{BTreeMap, BTreeSet};

use super::{MANIFEST, SourceFile};

/// An object that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) bytes: u64,
    /// What it contains, where an upload to this very place has put it there.
    pub(crate) sha256: Option<String>,
    /// Changes when it is written again, whatever it contains.
    pub(crate) e_tag: Option<String>,
}

/// The objects below a place, by their path from there.
pub(crate) type Found = BTreeMap<String, Remote>;

/// The manifest at the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum There {
    Nothing,
    /// The one that is uploaded.
    Same,
    /// That of another output.
    Other,
}

/// What has to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan<'a> {
    pub(crate) send: Vec<&'a SourceFile>,
    pub(crate) keep: Vec<&'a SourceFile>,
    /// Objects of an earlier upload that the output lacks.
    pub(crate) delete: Vec<String>,
    pub(crate) manifest: There,
    /// Objects that no upload has put there, where no file of the output goes.
    pub(crate) others: Vec<String>,
    /// Objects that no upload has put there, where a file of the output goes.
    pub(crate) in_the_way: Vec<String>,
}

impl Plan<'_> {
    /// Whether the output is there, with nothing else of ours.
    pub(crate) fn is_done(&self) -> bool {
        self.send.is_empty() && self.delete.is_empty() && self.manifest == There::Same
    }
}

/// Whether an object is this file.
pub(crate) fn is_same(file: &SourceFile, remote: &Remote) -> bool {
    remote.bytes == file.bytes && remote.sha256.as_ref() == Some(&file.sha256)
}

pub(crate) fn plan<'a>(files: &'a [SourceFile], manifest: &SourceFile, found: &Found) -> Plan<'a> {
    let (keep, send) = files.iter().partition(|file| found.get(&file.path).is_some_and(|r| is_same(file, r)));
    let mut plan = Plan {
        send,
        keep,
        delete: Vec::new(),
        manifest: There::Nothing,
        others: Vec::new(),
        in_the_way: Vec::new(),
    };
    let ours: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for (path, remote) in found {
        let is_ours = path == MANIFEST || ours.contains(path.as_str());
        match (&remote.sha256, is_ours) {
            (None, true) => plan.in_the_way.push(path.clone()),
            (None, false) => plan.others.push(path.clone()),
            (Some(_), false) => plan.delete.push(path.clone()),
            (Some(_), true) if path == MANIFEST => {
                plan.manifest = if is_same(manifest, remote) { There::Same } else { There::Other };
            }
            (Some(_), true) => {}
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn file(text: &str) -> SourceFile {
        let (path, content) = text.split_once('=').unwrap_or((text, ""));
        SourceFile { path: path.to_owned(), bytes: content.len() as u64, sha256: content.to_owned() }
    }

    /// Files are `path=content`; an object that no upload has put there has `?` before its content.
    fn check(files: &[&str], found: &[&str], expected: &Expect) {
        let files: Vec<SourceFile> = files.iter().map(|text| file(text)).collect();
        let found = found.iter().map(|text| {
            let SourceFile { path, bytes, sha256 } = file(text);
            let sha256 = (!sha256.starts_with('?')).then_some(sha256);
            (path, Remote { bytes, sha256, e_tag: None })
        });
        let plan = plan(&files, &file("manifest.json=m"), &found.collect());
        let paths =
            |files: &[&SourceFile]| files.iter().map(|f| f.path.clone()).collect::<Vec<_>>().join(" ");
        expected.assert_eq(&format!(
            "send [{}] keep [{}] delete [{}] manifest {:?} others [{}] in the way [{}] done {}",
            paths(&plan.send),
            paths(&plan.keep),
            plan.delete.join(" "),
            plan.manifest,
            plan.others.join(" "),
            plan.in_the_way.join(" "),
            plan.is_done()
        ));
    }

    #[test]
    fn only_what_differs_is_sent() {
        let files = &["train.jsonl=abc", "report/x=1"];
        check(
            files,
            &[],
            &expect![
                "send [train.jsonl report/x] keep [] delete [] manifest Nothing others [] in the way [] done false"
            ],
        );
        check(
            files,
            &["train.jsonl=abd", "report/x=1", "manifest.json=old"],
            &expect![
                "send [train.jsonl] keep [report/x] delete [] manifest Other others [] in the way [] done false"
            ],
        );
        check(
            files,
            &["train.jsonl=abc", "report/x=1", "manifest.json=m"],
            &expect![
                "send [] keep [train.jsonl report/x] delete [] manifest Same others [] in the way [] done true"
            ],
        );
    }

    #[test]
    fn what_an_earlier_upload_left_goes_and_what_others_put_there_does_not() {
        check(
            &["train.jsonl=abc"],
            &["train.jsonl=abc", "train/part-00000.jsonl=x", "notes.txt=?", "manifest.json=m"],
            &expect![
                "send [] keep [train.jsonl] delete [train/part-00000.jsonl] manifest Same others [notes.txt] in the way [] done false"
            ],
        );
        check(
            &["train.jsonl=abc"],
            &["train.jsonl=?bc", "manifest.json=?"],
            &expect![
                "send [train.jsonl] keep [] delete [] manifest Nothing others [] in the way [manifest.json train.jsonl] done false"
            ],
        );
    }
}
