//! An empty directory to run the program in, and the bytes that are put there.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::Value;
use tempfile::TempDir;

use crate::outcome::Outcome;

/// An empty directory, which is the working directory of every run in it.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A directory with one file in it.
    pub(crate) fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let scratch = Self::new();
        scratch.write(name, bytes);
        scratch
    }

    /// A directory with copies of some fixtures, each under its last name.
    pub(crate) fn with_fixtures(names: &[&str]) -> Self {
        let scratch = Self::new();
        for name in names {
            let last = Path::new(name).file_name().unwrap().to_str().unwrap();
            scratch.write(last, fixture(name));
        }
        scratch
    }

    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.path().join(Path::new(name.as_ref()))
    }

    /// Writes a file and the directories above it.
    pub(crate) fn write(&self, name: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The lines of a file, without their LF; none where there is no such file.
    pub(crate) fn lines(&self, name: &str) -> Vec<Vec<u8>> {
        let bytes = fs::read(self.path(name)).unwrap_or_default();
        let mut lines: Vec<Vec<u8>> = bytes.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
        assert_eq!(lines.pop(), Some(Vec::new()), "{name} ends with LF");
        lines
    }

    /// The lines of all shards of a side of an output.
    pub(crate) fn side(&self, out: &str, side: &str) -> Vec<Vec<u8>> {
        let of = |path: &&String| **path == format!("{side}.jsonl") || path.starts_with(&format!("{side}/"));
        let tree = self.tree(out);
        tree.keys().filter(of).flat_map(|path| self.lines(&format!("{out}/{path}"))).collect()
    }

    pub(crate) fn manifest(&self, out: &str) -> Value {
        serde_json::from_slice(&self.read(&format!("{out}/manifest.json"))).unwrap()
    }

    /// The rows of a table of an output, each by column.
    pub(crate) fn table(&self, out: &str, name: &str) -> Vec<BTreeMap<String, String>> {
        self.rows(&format!("{out}/report/{name}.parquet"))
    }

    /// The names of the columns of a table.
    pub(crate) fn columns(&self, table: &str) -> Vec<String> {
        let reader = SerializedFileReader::new(fs::File::open(self.path(table)).unwrap()).unwrap();
        let schema = reader.metadata().file_metadata().schema_descr_ptr();
        schema.columns().iter().map(|column| column.name().to_owned()).collect()
    }

    /// The rows of a table, each by column.
    pub(crate) fn rows(&self, table: &str) -> Vec<BTreeMap<String, String>> {
        let file = fs::File::open(self.path(table)).unwrap();
        let rows = SerializedFileReader::new(file).unwrap().into_iter();
        let cell = |cell: &Field| match cell {
            Field::Str(text) => text.clone(),
            other => other.to_string(),
        };
        let row = |row: Row| row.get_column_iter().map(|(name, value)| (name.clone(), cell(value))).collect();
        rows.map(|found| row(found.unwrap())).collect()
    }

    /// All files below a directory, by path.
    pub(crate) fn tree(&self, dir: &str) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut waiting = vec![(self.path(dir), String::new())];
        while let Some((dir, below)) = waiting.pop() {
            for entry in fs::read_dir(&dir).unwrap() {
                let entry = entry.unwrap();
                let name = format!("{below}{}", entry.file_name().to_str().unwrap());
                if entry.file_type().unwrap().is_dir() {
                    waiting.push((entry.path(), format!("{name}/")));
                } else {
                    files.insert(name, fs::read(entry.path()).unwrap());
                }
            }
        }
        files
    }

    /// The names in the directory itself, hidden ones too, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program, to be run here.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedload"));
        command.current_dir(self.0.path()).stdin(Stdio::null()).env("RUST_BACKTRACE", "full");
        // Lines are folded to the width of a terminal; what a test looks for is on one.
        command.env("COLUMNS", "1000");
        for name in ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"] {
            command.env_remove(name);
        }
        command
    }

    /// The shell, to run a script here in which `$BEDLOAD` is the program.
    pub(crate) fn shell(&self, script: &str) -> Outcome {
        let mut command = Command::new("sh");
        command
            .current_dir(self.0.path())
            .env("BEDLOAD", env!("CARGO_BIN_EXE_bedload"))
            .env("COLUMNS", "1000");
        Outcome::of(command.args(["-c", script]).output().unwrap())
    }

    /// Runs the program with arguments that are separated by blanks.
    pub(crate) fn run(&self, args: &str) -> Outcome {
        Outcome::of(self.command().args(args.split_whitespace()).output().unwrap())
    }

    /// Runs the program with arguments that may hold blanks or anything else.
    pub(crate) fn run_args(&self, args: &[impl AsRef<OsStr>]) -> Outcome {
        Outcome::of(self.command().args(args).output().unwrap())
    }

    /// Runs the program with bytes on its standard input.
    pub(crate) fn feed(&self, args: &str, bytes: &[u8]) -> Outcome {
        let mut command = self.command();
        command.args(args.split_whitespace()).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        thread::scope(|scope| {
            // A program that does not read to the end is judged by its exit code, not by this pipe.
            scope.spawn(move || stdin.write_all(bytes).is_ok());
            Outcome::of(child.wait_with_output().unwrap())
        })
    }
}

/// The bytes of a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("fixtures/{name}: {error}"))
}

/// Lines with an LF after each.
pub(crate) fn jsonl<L: AsRef<[u8]>>(lines: impl IntoIterator<Item = L>) -> Vec<u8> {
    lines.into_iter().fold(Vec::new(), |mut out, line| {
        out.extend_from_slice(line.as_ref());
        out.push(b'\n');
        out
    })
}

/// The bytes as gzip of two members.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let member = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let (first, second) = bytes.split_at(bytes.len() / 3);
    [member(first), member(second)].concat()
}

/// The bytes as zstd.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}
