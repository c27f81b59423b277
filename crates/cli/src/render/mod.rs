//! Findings and summaries as text for people and as JSON for programs.

mod jsonl;
mod summary;
mod text;

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

use bedload_engine::{EngineError, STDOUT};

use crate::args::ColorWhen;

pub(crate) use jsonl::{finding_object, print_line};
pub(crate) use summary::{ClassNames, built_summary, checked_summary, converted_summary};
pub(crate) use text::TextFindings;

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
        let written = self.writer.write_all(bytes);
        self.judge(written)
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

/// Why a run without errors ends with exit code 1.
pub(crate) const FAILED_ON_WARNINGS: &str = "exiting with 1: warnings present (`--fail-on warning`)\n";

/// Writes text to standard error; a failure of that cannot be reported anywhere.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Whether and how text is coloured.
#[derive(Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    pub(crate) fn for_stdout(when: ColorWhen) -> Self {
        Self::new(when, io::stdout().is_terminal())
    }

    pub(crate) fn for_stderr(when: ColorWhen) -> Self {
        Self::new(when, io::stderr().is_terminal())
    }

    fn new(when: ColorWhen, is_terminal: bool) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let on = match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => is_terminal && !set("NO_COLOR") && !dumb,
        };
        Self { on }
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrap("1;33", text)
    }

    pub(crate) fn blue(self, text: &str) -> String {
        self.wrap("1;34", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("1;32", text)
    }
}
