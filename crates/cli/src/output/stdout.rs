//! Standard output.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use bedload_engine::{EngineError, STDOUT};
use serde::Serialize;

#[cfg(feature = "s3")]
use crate::args::{OutputArgs, OutputFormat};
use crate::escape::escape_json;
#[cfg(feature = "s3")]
use crate::exit::{Exit, Failure};

/// How the last object begins.
const SUMMARY: &str = r#"{"kind":"summary""#;
static HAS_SUMMARY: AtomicBool = AtomicBool::new(false);

#[cfg(feature = "s3")]
/// Ends objects with a summary where something came before it: the last one always has the exit code.
pub(crate) fn summarized(done: Result<Exit, Failure>, output: &OutputArgs) -> Result<Exit, Failure> {
    let exit = done.as_ref().map_or_else(Failure::exit, |exit| *exit);
    if output.output_format == OutputFormat::Jsonl && !HAS_SUMMARY.load(Ordering::Relaxed) {
        let mut out = Out::new();
        out.write_object(&serde_json::json!({"kind": "summary", "exit_code": exit.code()}))?;
        out.flush()?;
    }
    done
}

/// One object as a line of JSON.
pub(crate) fn line_of(object: &impl Serialize) -> String {
    let mut line = escape_json(serde_json::to_string(object).expect("plain values are JSON"));
    line.push('\n');
    line
}

/// Standard output. A reader that went away is not an error; everything else is.
pub(crate) struct Out {
    writer: BufWriter<Stdout>,
    reader_left: bool,
}

impl Out {
    pub(crate) fn new() -> Self {
        Self { writer: BufWriter::with_capacity(1 << 16, io::stdout()), reader_left: false }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        if self.reader_left {
            return Ok(());
        }
        if bytes.starts_with(SUMMARY.as_bytes()) {
            HAS_SUMMARY.store(true, Ordering::Relaxed);
        }
        let written = self.writer.write_all(bytes);
        self.judge(written)
    }

    /// Writes one object as a line of JSON.
    pub(crate) fn write_object(&mut self, object: &impl Serialize) -> Result<(), EngineError> {
        self.write(line_of(object).as_bytes())
    }

    pub(crate) fn flush(&mut self) -> Result<(), EngineError> {
        if self.reader_left {
            return Ok(());
        }
        let flushed = self.writer.flush();
        self.judge(flushed)
    }

    fn judge(&mut self, result: io::Result<()>) -> Result<(), EngineError> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.reader_left = true;
                Ok(())
            }
            Err(source) => Err(EngineError::Io { path: STDOUT.to_owned(), action: "written", source }),
            Ok(()) => Ok(()),
        }
    }
}
