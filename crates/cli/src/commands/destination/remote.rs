//! Outputs in S3.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bedload_engine::{EngineError, Phase, Progress};
use bedload_record::plural::{count, plural};
use bedload_scan::Url;
use bedload_store::{Account, AccountOptions, Action, Location, UploadOptions};
use serde_json::json;

use super::{Delivered, Kind, Wanted};
use crate::args::{InputAccountArgs, OutputArgs};
use crate::commands::upload::{concurrency, place, say_notes, send};
use crate::escape::{escape, word};
use crate::exit::Failure;
use crate::output::say;
use crate::progress::Display;

/// A place in S3, and the directory in which the output for it is made.
pub(super) struct Remote {
    target: Location,
    kind: Kind,
    overwrite: bool,
    account: AccountOptions,
    dir: PathBuf,
    /// The output is complete and did not arrive: it stays.
    is_kept: bool,
}

impl Remote {
    /// None where the output is no place in S3.
    pub(super) fn new(wanted: &Wanted<'_>, account: &InputAccountArgs) -> Result<Option<Self>, Failure> {
        let text = wanted.out.to_string_lossy();
        if Url::of(wanted.out.as_os_str()).is_none_or(|url| url.s3().is_none()) {
            return Ok(None);
        }
        let target = match wanted.kind {
            Kind::Directory => place(&text)?.folder(),
            Kind::File => Location::of(&text)?,
        };
        if wanted.kind == Kind::File && (target.key().is_empty() || target.key().ends_with('/')) {
            return Err(Failure::Usage(format!(
                "--out {text}: names no object\nhint: write s3://BUCKET/KEY"
            )));
        }
        let account = AccountOptions::from(&account.account);
        // Asked before the work, which may take long, and again when it is done.
        let asked = Account::open(&account)?;
        let marker = match wanted.kind {
            Kind::Directory => target.child("manifest.json"),
            Kind::File => target.clone(),
        };
        if bedload_store::exists(&asked, &marker)? && !wanted.overwrite {
            return Err(Failure::Usage(format!(
                "--out {text}: there is an output already\nhint: --overwrite replaces it"
            )));
        }
        let temp = wanted.temp_dir.map_or_else(std::env::temp_dir, Path::to_owned);
        let dir = private_dir(&temp)?;
        Ok(Some(Self {
            target,
            kind: wanted.kind,
            overwrite: wanted.overwrite,
            account,
            dir,
            is_kept: false,
        }))
    }

    /// Where the output is made, under the name that it will have.
    pub(super) fn path(&self) -> PathBuf {
        let name = self.target.key().rsplit('/').next().filter(|name| !name.is_empty());
        self.dir.join(name.unwrap_or(self.target.bucket()))
    }

    /// Brings an output that is complete to its place. If that fails, it stays where it was made.
    pub(super) fn deliver(
        &mut self,
        path: &Path,
        output: &OutputArgs,
        progress: &Progress,
    ) -> Result<Delivered, Failure> {
        // Counts on its own, and is stopped by the same signals.
        let progress = Arc::new(Progress::new(progress.watch.apart()));
        let sent = match self.kind {
            Kind::Directory => self.send_directory(path, output, &progress),
            Kind::File => self.put_file(path, output, &progress),
        };
        sent.inspect_err(|_| {
            self.is_kept = true;
            let (path, target) = (path.display().to_string(), self.target.to_string());
            let (path, target) = (word(&path), word(&target));
            let command = if self.kind == Kind::Directory { "bedload upload" } else { "aws s3 cp" };
            say(&format!("note: {path} is complete; send it with `{command} {path} {target}`\n"));
        })
    }

    fn send_directory(
        &self,
        path: &Path,
        output: &OutputArgs,
        progress: &Arc<Progress>,
    ) -> Result<Delivered, Failure> {
        let options = UploadOptions { concurrency: concurrency(), ..UploadOptions::default() };
        let (sent, manifest) = send(path, &self.target, &options, &self.account, output, progress)?;
        if !output.quiet {
            say_notes(&sent);
        }
        let [(n_sent, bytes), (n_kept, _), (n_deleted, _)] =
            [Action::Sent, Action::Kept, Action::Deleted].map(|action| sent.count(action));
        let url = self.target.to_string();
        let files = plural(n_sent, "file", "files");
        let mut prose = format!("sent {files} ({} bytes) to {}", count(bytes), escape(&url));
        if n_kept > 0 {
            prose += &format!(", {n_kept} were there");
        }
        if n_deleted > 0 {
            prose += &format!(", {n_deleted} of an earlier output were deleted");
        }
        let object = json!({
            "kind": "upload", "url": url, "sent": n_sent, "sent_bytes": bytes, "kept": n_kept, "deleted": n_deleted,
            "seal": manifest.seal,
        });
        Ok(Delivered::There { object, prose: prose + "\n" })
    }

    fn put_file(
        &self,
        path: &Path,
        output: &OutputArgs,
        progress: &Arc<Progress>,
    ) -> Result<Delivered, Failure> {
        let account = Account::open(&self.account)?;
        progress.enter(Phase::Upload);
        let bytes = fs::metadata(path).map(|metadata| metadata.len()).unwrap_or_default();
        let _display = Display::start(progress, Some(bytes), output);
        bedload_store::put_file(
            &account,
            path,
            &self.target,
            self.overwrite,
            concurrency(),
            &progress.watch,
        )?;
        let url = self.target.to_string();
        let prose = format!("sent {} bytes to {}\n", count(bytes), escape(&url));
        let object =
            json!({"kind": "upload", "url": url, "sent": 1, "sent_bytes": bytes, "kept": 0, "deleted": 0});
        Ok(Delivered::There { object, prose })
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed is a temporary file like others.
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// A new directory that only this user can enter.
fn private_dir(temp: &Path) -> Result<PathBuf, Failure> {
    let mut n = 0;
    loop {
        let dir = temp.join(format!("bedload-{}-{n}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&dir) {
            Ok(()) => return Ok(dir),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && n < 1000 => n += 1,
            Err(source) => {
                let path = dir.display().to_string();
                return Err(EngineError::Io { path, action: "created", source }.into());
            }
        }
    }
}
