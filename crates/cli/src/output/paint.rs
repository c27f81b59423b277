//! Colours on a terminal.

use std::io::{self, IsTerminal};

use crate::args::ColorWhen;

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
