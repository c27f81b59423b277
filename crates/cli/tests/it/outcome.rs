//! What a run came to, and the wait for it. No run may ever end in a panic or by an uncaught signal.

use std::collections::BTreeMap;
use std::process::{Child, Output};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a run may take before a test gives it up; far more than any of them needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Outcome {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let code = output.status.code().unwrap_or_else(|| panic!("{}: {stderr}", output.status));
        assert!(matches!(code, 0..=3 | 129 | 130 | 143), "exit code {code}: {stderr}");
        Self { code, stdout, stderr }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts the exit code of a run that says nothing of value on standard output, and returns what it complains.
    #[track_caller]
    pub(crate) fn refuses(self, code: i32) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{}", self.stderr);
        self.stderr
    }

    /// The objects of `--output-format jsonl`.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
    }

    pub(crate) fn findings(&self) -> Vec<Value> {
        self.objects().into_iter().filter(|object| object["kind"] == "finding").collect()
    }

    pub(crate) fn summary(&self) -> Value {
        let last = self.objects().pop().expect("a summary");
        assert_eq!(last["kind"], "summary");
        last
    }

    /// How many findings of each code the summary counts.
    pub(crate) fn by_code(&self) -> BTreeMap<String, u64> {
        serde_json::from_value(self.summary()["by_code"].clone()).unwrap()
    }

    /// Standard error without the two lines that tell times.
    pub(crate) fn said(&self) -> String {
        let is_time = |line: &&str| line.starts_with("  time ") || line.contains(" spool 0");
        self.stderr.lines().filter(|line| !is_time(line)).flat_map(|line| [line, "\n"]).collect()
    }
}

/// Waits until something holds, and fails where it never does.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Waits for a run that must end by itself, and kills it where it does not.
#[track_caller]
pub(crate) fn end_of(mut child: Child) -> Outcome {
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() >= PATIENCE {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("the run did not end within {PATIENCE:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
    Outcome::of(child.wait_with_output().unwrap())
}
