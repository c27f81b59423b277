//! The order of an upload.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use bedload_record::plural::plural;
use bedload_scan::Watch;
use futures_util::{StreamExt, TryStreamExt};
use object_store::{ObjectStoreExt, PutMode};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::journal::Journal;
use super::plan::{Found, Plan, There, is_same, plan};
use super::remote::{hash, hex, list, look};
use super::{Action, MANIFEST, Sent, SentFile, Sizes, Source, SourceFile, UploadOptions};
use crate::bucket::Objects;
use crate::error::StoreError;
use crate::location::Location;

/// How many names a refusal shows.
const N_NAMED: usize = 5;

/// Objects besides those of the output that are looked at.
const N_OTHERS_MAX: usize = 10_000;

/// How often the manifest is put, where others write at the same time.
const N_ATTEMPTS: usize = 3;

/// Whether a store failed because it knows no conditions.
fn is_unconditional(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::NotImplemented { .. })
        || error.to_string().contains("<Code>NotImplemented</Code>")
}

/// One upload.
pub(crate) struct Run<'a> {
    pub(crate) objects: &'a dyn Objects,
    pub(crate) source: &'a Source,
    pub(crate) target: &'a Location,
    pub(crate) options: &'a UploadOptions,
    pub(crate) sizes: Sizes,
    pub(crate) watch: &'a Watch,
    /// Whether an object may be another one than before.
    pub(crate) has_changed: AtomicBool,
}

impl Run<'_> {
    pub(crate) async fn upload(&self, journal: &mut Journal) -> Result<Sent, StoreError> {
        let text = &self.source.manifest;
        let manifest = SourceFile {
            path: MANIFEST.to_owned(),
            bytes: text.len() as u64,
            sha256: hex(&Sha256::digest(text)),
        };
        let found = self.look().await?;
        let plan = plan(&self.source.files, &manifest, &found);
        self.refuse_others(&plan)?;
        let mut sent = self.report(&plan, &manifest, &found);
        if self.options.dry_run {
            return Ok(sent);
        }
        plan.keep.iter().for_each(|file| self.watch.add(file.bytes));
        if plan.is_done() {
            self.read_back(&mut sent).await?;
            self.forget(journal, &mut sent).await?;
            return Ok(sent);
        }
        let replaced = self.replace(&plan, &manifest, journal, &mut sent).await;
        if replaced.is_err() && self.has_changed.load(Ordering::Relaxed) {
            // If a manifest has come meanwhile, it is of somebody else, and about objects that are not his any more.
            // Where this fails, too, there is nothing that can be done from here.
            let _ = self.delete(MANIFEST).await;
        }
        replaced?;
        self.forget(journal, &mut sent).await?;
        Ok(sent)
    }

    /// Makes the place what the plan says. From its beginning on nothing is usable, until everything is there.
    async fn replace(
        &self,
        plan: &Plan<'_>,
        manifest: &SourceFile,
        journal: &mut Journal,
        sent: &mut Sent,
    ) -> Result<(), StoreError> {
        if plan.manifest != There::Nothing {
            self.delete(MANIFEST).await?;
        }
        sent.resumed_bytes = self.send_all(plan, journal, &mut sent.notes).await?;
        for path in &plan.delete {
            self.has_changed.store(true, Ordering::Relaxed);
            self.delete(path).await?;
        }
        let there = self.verify().await?;
        self.read_back(sent).await?;
        self.publish(manifest, &mut sent.notes).await?;
        self.make_sure(&there).await
    }

    async fn look(&self) -> Result<Found, StoreError> {
        look(self.objects, self.target, self.objects_max()).await
    }

    /// More objects than this are not those of uploads to this place. Each is asked what it contains.
    fn objects_max(&self) -> usize {
        self.source.files.len() + N_OTHERS_MAX
    }

    fn refuse_others(&self, plan: &Plan<'_>) -> Result<(), StoreError> {
        let (which, hint) = match (&plan.in_the_way[..], &plan.others[..]) {
            ([_, ..], _) => (
                &plan.in_the_way,
                "remove them, as with `aws s3 rm`, or name another prefix; files of the output go there",
            ),
            ([], [_, ..]) if !self.options.keep_others => (
                &plan.others,
                "a job that reads this prefix would train on them; name another prefix, or leave them with --keep-others",
            ),
            _ => return Ok(()),
        };
        let mut names: Vec<String> =
            which.iter().take(N_NAMED).map(|path| self.target.child(path).to_string()).collect();
        if which.len() > N_NAMED {
            names.push(format!("and {} more", which.len() - N_NAMED));
        }
        let n = plural(
            which.len() as u64,
            "object that `bedload upload` did not put",
            "objects that `bedload upload` did not put",
        );
        Err(StoreError::Usage(format!("{}: {n} there: {}\nhint: {hint}", self.target, names.join(", "))))
    }

    fn report(&self, plan: &Plan<'_>, manifest: &SourceFile, found: &Found) -> Sent {
        let entry = |file: &SourceFile, action| SentFile {
            path: file.path.clone(),
            url: self.target.child(&file.path),
            bytes: file.bytes,
            sha256: file.sha256.clone(),
            action,
        };
        let kept: BTreeSet<&str> = plan.keep.iter().map(|file| file.path.as_str()).collect();
        let action = |file: &SourceFile| if kept.contains(&*file.path) { Action::Kept } else { Action::Sent };
        let mut files: Vec<SentFile> =
            self.source.files.iter().map(|file| entry(file, action(file))).collect();
        files.extend(plan.delete.iter().filter_map(|path| {
            let remote = found.get(path)?;
            let sha256 = remote.sha256.clone().unwrap_or_default();
            let file = SourceFile { path: path.clone(), bytes: remote.bytes, sha256 };
            Some(entry(&file, Action::Deleted))
        }));
        files.push(entry(manifest, if plan.is_done() { Action::Kept } else { Action::Sent }));
        Sent { files, others: plan.others.len() as u64, ..Sent::default() }
    }

    async fn delete(&self, path: &str) -> Result<(), StoreError> {
        let url = self.target.child(path);
        match self.objects.delete(&url.path()?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(StoreError::of(&error, &url.to_string())),
        }
    }

    /// Sends files side by side, and returns how many bytes an earlier upload had sent of them.
    async fn send_all(
        &self,
        plan: &Plan<'_>,
        journal: &mut Journal,
        notes: &mut Vec<String>,
    ) -> Result<u64, StoreError> {
        let room = Semaphore::new(self.sizes.concurrency);
        let journal = std::sync::Mutex::new(journal);
        let sending = futures_util::stream::iter(&plan.send).map(|file| self.send(file, &room, &journal));
        let resumed: Vec<u64> = sending.buffer_unordered(self.sizes.concurrency).try_collect().await?;
        if let Ok(mut journal) = journal.lock() {
            notes.extend(journal.take_note());
        }
        Ok(resumed.iter().sum())
    }

    /// Makes sure that every file is there, and nothing that has come meanwhile.
    async fn verify(&self) -> Result<Found, StoreError> {
        let there = self.look().await?;
        for file in &self.source.files {
            if !there.get(&file.path).is_some_and(|remote| is_same(file, remote)) {
                return Err(self.contested(&file.path, "is not what was sent"));
            }
        }
        let ours: BTreeSet<&str> = self.source.files.iter().map(|file| file.path.as_str()).collect();
        for (path, remote) in there.iter().filter(|(path, _)| !ours.contains(path.as_str())) {
            let is_left_alone = remote.sha256.is_none() && self.options.keep_others;
            if path == MANIFEST {
                return Err(self.another_came());
            }
            if !is_left_alone {
                return Err(self.contested(path, "has come during the upload"));
            }
        }
        Ok(there)
    }

    fn contested(&self, path: &str, why: &str) -> StoreError {
        StoreError::Contested {
            what: self.target.child(path).to_string(),
            why: format!(
                "{why}; there is no manifest, so nothing is usable\nhint: somebody else may be uploading to the same place; \
                 run again when that has ended"
            ),
        }
    }

    async fn read_back(&self, sent: &mut Sent) -> Result<(), StoreError> {
        if !self.options.read_back {
            return Ok(());
        }
        let read = futures_util::stream::iter(&self.source.files).map(|file| async move {
            match hash(self.objects, &self.target.child(&file.path)).await? {
                sha256 if sha256 == file.sha256 => Ok(()),
                _ => Err(StoreError::Service {
                    what: self.target.child(&file.path).to_string(),
                    why: "its bytes are not those that were sent\nhint: delete it and upload again"
                        .to_owned(),
                }),
            }
        });
        read.buffer_unordered(self.sizes.concurrency).try_collect::<()>().await?;
        sent.was_read_back = true;
        Ok(())
    }

    /// Puts the manifest, on condition that there is none.
    async fn publish(&self, manifest: &SourceFile, notes: &mut Vec<String>) -> Result<(), StoreError> {
        let url = self.target.child(MANIFEST).to_string();
        let mut mode = PutMode::Create;
        for _ in 0..N_ATTEMPTS {
            let put =
                self.put(&manifest.path, self.source.manifest.clone(), &manifest.sha256, mode.clone()).await;
            let Err(error) = put else { return Ok(()) };
            let is_refused = matches!(
                error,
                object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }
            );
            if !is_refused && !is_unconditional(&error) {
                return Err(StoreError::of(&error, &url));
            }
            match self.look().await?.get(MANIFEST) {
                // A reply that was lost makes the second attempt fail on what the first one did.
                Some(remote) if is_same(manifest, remote) => return Ok(()),
                Some(_) => return Err(self.another_came()),
                // Another write was under way, and is none of a manifest.
                None if is_refused => {}
                None => {
                    notes.push("this store has no conditional writes; an upload that began at the same time would not be noticed".to_owned());
                    mode = PutMode::Overwrite;
                }
            }
        }
        Err(self.contested(MANIFEST, "cannot be written, because others write it"))
    }

    /// Another manifest has come. It does not stay where this upload has changed what it is about.
    fn another_came(&self) -> StoreError {
        if self.has_changed.load(Ordering::Relaxed) {
            return self.contested(MANIFEST, "came during the upload, for another output, and was deleted");
        }
        StoreError::Contested {
            what: self.target.child(MANIFEST).to_string(),
            why: "another manifest has come during the upload\nhint: name another prefix".to_owned(),
        }
    }

    /// Makes sure that nobody has written between the verification and the manifest.
    async fn make_sure(&self, there: &Found) -> Result<(), StoreError> {
        let now: BTreeMap<String, Option<String>> = list(self.objects, self.target, self.objects_max())
            .await?
            .into_iter()
            .map(|(path, meta)| (path, meta.e_tag))
            .collect();
        for file in &self.source.files {
            let before = there.get(&file.path).map(|remote| &remote.e_tag);
            if now.get(&file.path) != before {
                self.has_changed.store(true, Ordering::Relaxed);
                return Err(self.contested(&file.path, "has changed during the upload"));
            }
        }
        Ok(())
    }

    /// Removes the journal. What it still knows is of an earlier state of the output.
    async fn forget(&self, journal: &mut Journal, sent: &mut Sent) -> Result<(), StoreError> {
        if let Err(error) = super::abort_all(self.objects, self.target, journal).await {
            sent.notes.push(format!("parts of an earlier upload could not be removed: {error}"));
        }
        Ok(())
    }
}
