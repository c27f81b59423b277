//! `report`: the page of a built directory once more, from its tables and its manifest.
//!
//! The page that the manifest lists is restored with the same bytes, or left alone; any other one is written elsewhere,
//! so that `verify` holds.

use std::path::{Path, PathBuf};

use bedload_scan::Watch;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::report::manifest::{FileEntry, Manifest};
use crate::report::output::read_output;
use crate::report::page::{PAGE, TABLES, render};
use crate::run::bytes::hex;
use crate::run::error::{EngineError, io_error};
use crate::run::paths::resolve;
use crate::run::progress::Progress;
use crate::run::tree::{self, Opened};
use crate::write::atomic_file::AtomicFile;
use crate::write::checksums::checksum_file;
use crate::write::page::write_to;

/// What is to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rendering<'a> {
    /// Where; none for the place where `build` writes it.
    pub out: Option<&'a Path>,
    /// Whether a file with that name is replaced.
    pub overwrite: bool,
    /// Whether names of labels are shown.
    pub show_content: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The page.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Whether these are the bytes that the manifest lists.
    pub is_as_built: bool,
    /// Whether it was there already.
    pub is_unchanged: bool,
    /// Notes for the user about how it was moved into place, a line each.
    pub notes: Vec<String>,
}

/// Renders the page of the output in `dir`.
///
/// # Errors
/// Where the output is not as it was built, where the page is not the one that the manifest lists and no other place is
/// named for it, or where it cannot be written.
pub fn report(dir: &Path, rendering: Rendering<'_>, progress: &Progress) -> Result<Rendered, EngineError> {
    let manifest = read_output(dir)?;
    check_tables(dir, &manifest, &progress.watch)?;
    let page = render(dir, &manifest, rendering.show_content)?;
    let sha256 = hex(&Sha256::digest(&page));
    let listed = manifest.files.iter().find(|file| file.path == PAGE);
    let is_as_built = listed.is_some_and(|listed| listed.sha256 == sha256);
    let own = dir.join(PAGE);
    let (flag, path, overwrite) = match rendering.out {
        None => {
            if !is_as_built {
                return Err(not_as_built(&own, listed, &manifest, rendering.show_content));
            }
            ("DIR", own.clone(), true)
        }
        Some(out) => {
            let is_own = resolve(out) == resolve(&own);
            if resolve(out).starts_with(resolve(dir)) && !(is_own && is_as_built) {
                return Err(EngineError::Usage(format!(
                    "--out {}: inside {}, whose files the manifest lists\nhint: name a place outside of it",
                    out.display(),
                    dir.display()
                )));
            }
            ("--out", out.to_owned(), rendering.overwrite || is_own)
        }
    };
    let mut rendered = Rendered {
        path: path.clone(),
        bytes: page.len() as u64,
        is_as_built,
        is_unchanged: false,
        notes: Vec::new(),
    };
    if resolve(&path) == resolve(&own) && is_there(dir, &sha256, &progress.watch)? {
        rendered.is_unchanged = true;
        return Ok(rendered);
    }
    let file = AtomicFile::create(flag, &path, overwrite, progress)?;
    write_to(&file.dir().join("page"), &page)?;
    rendered.notes = file.publish("page")?;
    Ok(rendered)
}

/// Says why the page is not the one of the build.
fn not_as_built(
    path: &Path,
    listed: Option<&FileEntry>,
    manifest: &Manifest,
    show_content: bool,
) -> EngineError {
    let why = match listed {
        None => "the directory was built without this page, and `verify` refuses files that the manifest does not list".to_owned(),
        Some(_) if show_content => "with --show-content it may differ from the page that the manifest lists".to_owned(),
        Some(_) if manifest.version != env!("CARGO_PKG_VERSION") => format!(
            "bedload {} wrote another page than this version, {}",
            manifest.version,
            env!("CARGO_PKG_VERSION")
        ),
        Some(_) => "this version of bedload renders another page than the manifest lists".to_owned(),
    };
    EngineError::Usage(format!(
        "{}: {why}\nhint: write it to another place with `--out FILE`",
        path.display()
    ))
}

/// Returns true if the page in the directory has this checksum.
fn is_there(dir: &Path, sha256: &str, watch: &Watch) -> Result<bool, EngineError> {
    let path = dir.join(PAGE);
    let opened = tree::open_dir(dir).map_err(io_error(dir, "opened"))?;
    match tree::open_file(&opened, PAGE) {
        Ok(Opened::File(mut file, _)) => Ok(checksum_file(&mut file, &path, watch)?.sha256 == sha256),
        Ok(Opened::NotRegular | Opened::Missing) => Ok(false),
        Err(error) => Err(io_error(&path, "opened")(error)),
    }
}

/// A page tells what the manifest lists, and of no other table.
fn check_tables(dir: &Path, manifest: &Manifest, watch: &Watch) -> Result<(), EngineError> {
    let opened = tree::open_dir(dir).map_err(io_error(dir, "opened"))?;
    let is_read = |file: &&FileEntry| {
        let name = file.path.strip_prefix("report/").and_then(|name| name.strip_suffix(".parquet"));
        name.is_some_and(|name| TABLES.contains(&name))
    };
    let tables: Vec<&FileEntry> = manifest.files.iter().filter(is_read).collect();
    tables.into_par_iter().try_for_each(|table| {
        let path = dir.join(&table.path);
        let found = match tree::open_file(&opened, &table.path).map_err(io_error(&path, "opened"))? {
            Opened::File(mut file, bytes) if bytes == table.bytes => {
                checksum_file(&mut file, &path, watch)?.sha256 == table.sha256
            }
            _ => false,
        };
        if found {
            return Ok(());
        }
        Err(EngineError::Usage(format!(
            "{}: not as it was built\nhint: `bedload verify {}` shows what changed",
            path.display(),
            dir.display()
        )))
    })
}
