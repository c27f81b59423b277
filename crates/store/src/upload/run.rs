//! The order of an upload.

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

/// One upload.
pub(crate) struct Run<'a> {
    pub(crate) objects: &'a dyn Objects,
    pub(crate) source: &'a Source,
    pub(crate) target: &'a Location,
    pub(crate) options: &'a UploadOptions,
    pub(crate) sizes: Sizes,
    pub(crate) watch: &'a Watch,
}

impl Run<'_> {
    pub(crate) async fn upload(&self, journal: &mut Journal) -> Result<Sent, StoreError> {
        let text = &self.source.manifest;
        let manifest = SourceFile {
            path: MANIFEST.to_owned(),
            bytes: text.len() as u64,
            sha256: hex(&Sha256::digest(text)),
        };
        let found = look(self.objects, self.target).await?;
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
        // From here on nothing is usable, until everything is there.
        if plan.manifest != There::Nothing {
            self.delete(MANIFEST).await?;
        }
        sent.resumed_bytes = self.send_all(&plan, journal, &mut sent.notes).await?;
        for path in &plan.delete {
            self.delete(path).await?;
        }
        let there = self.verify(&found).await?;
        self.read_back(&mut sent).await?;
        self.publish(&manifest, &plan).await?;
        self.make_sure(&there).await?;
        self.forget(journal, &mut sent).await?;
        Ok(sent)
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
        let is_kept = |file: &SourceFile| plan.keep.iter().any(|kept| kept.path == file.path);
        let action = |file: &SourceFile| if is_kept(file) { Action::Kept } else { Action::Sent };
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
    async fn verify(&self, before: &Found) -> Result<Found, StoreError> {
        let there = look(self.objects, self.target).await?;
        for file in &self.source.files {
            if !there.get(&file.path).is_some_and(|remote| is_same(file, remote)) {
                return Err(self.contested(&file.path, "is not what was sent"));
            }
        }
        let is_ours = |path: &String| self.source.files.iter().any(|file| file.path == *path);
        for path in there.keys().filter(|path| !is_ours(path)) {
            let was_there = before.get(path).is_some_and(|remote| remote.sha256.is_none());
            if !(was_there && self.options.keep_others) {
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
    async fn publish(&self, manifest: &SourceFile, plan: &Plan<'_>) -> Result<(), StoreError> {
        let text = self.source.manifest.clone();
        let put = self.put(&manifest.path, text, &manifest.sha256, PutMode::Create).await;
        let Err(error) = put else { return Ok(()) };
        if !matches!(
            error,
            object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. }
        ) {
            return Err(StoreError::of(&error, &self.target.child(MANIFEST).to_string()));
        }
        // A reply that was lost makes the second attempt fail on what the first one did.
        let there = look(self.objects, self.target).await?;
        if there.get(MANIFEST).is_some_and(|remote| is_same(manifest, remote)) {
            return Ok(());
        }
        if plan.send.is_empty() && plan.delete.is_empty() {
            return Err(StoreError::Contested {
                what: self.target.child(MANIFEST).to_string(),
                why: "another manifest has come during the upload\nhint: name another prefix".to_owned(),
            });
        }
        // It is about objects that this upload has overwritten.
        self.delete(MANIFEST).await?;
        Err(self.contested(MANIFEST, "came during the upload, for another output, and was deleted"))
    }

    /// Makes sure that nobody has written between the verification and the manifest.
    async fn make_sure(&self, there: &Found) -> Result<(), StoreError> {
        let now = list(self.objects, self.target).await?;
        for file in &self.source.files {
            let before = there.get(&file.path).and_then(|remote| remote.e_tag.as_ref());
            let is_unchanged =
                now.iter().any(|(path, meta)| *path == file.path && meta.e_tag.as_ref() == before);
            if !is_unchanged {
                self.delete(MANIFEST).await?;
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
