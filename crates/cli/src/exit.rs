//! Exit codes, and the messages before those that are not about data.

use std::io::Write;
use std::process::ExitCode;

use bedload_engine::EngineError;

use crate::escape::{escape, tame};
use crate::output::{failed, say};

/// How the program ends. "Could not check" outranks "has findings".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing at or above `--fail-on`.
    Clean,
    /// Findings at or above `--fail-on`.
    Findings,
    /// The command line or the configuration is wrong.
    Usage,
    /// The environment failed: I/O, space, permission, an input that changed.
    Environment,
    /// A defect.
    Internal,
    /// A job that was watched was stopped.
    #[cfg(feature = "bedrock")]
    Stopped,
    /// What was waited for goes on after the time that was given.
    #[cfg(feature = "bedrock")]
    GoesOn,
    /// Ended by this signal.
    Signal(u8),
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Environment => 3,
            Self::Internal => 4,
            #[cfg(feature = "bedrock")]
            Self::Stopped => 5,
            #[cfg(feature = "bedrock")]
            Self::GoesOn => 6,
            Self::Signal(signal) => 128 + signal,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The account, S3, or a file that is sent.
    #[cfg(feature = "s3")]
    #[error(transparent)]
    Store(#[from] bedload_store::StoreError),
    /// Amazon Bedrock.
    #[cfg(feature = "bedrock")]
    #[error("{0}")]
    Client(Box<bedload_client::ClientError>),
    /// The command line or the configuration is wrong.
    #[error("{0}")]
    Usage(String),
    /// Not even the thread that is there already can work.
    #[error("threads could not be started: {0}")]
    Threads(rayon::ThreadPoolBuildError),
}

impl From<bedload_scan::ScanError> for Failure {
    fn from(error: bedload_scan::ScanError) -> Self {
        Self::Engine(error.into())
    }
}

#[cfg(feature = "bedrock")]
impl From<bedload_client::ClientError> for Failure {
    fn from(error: bedload_client::ClientError) -> Self {
        Self::Client(Box::new(error))
    }
}

impl Failure {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Engine(error) if error.is_interrupt() => {
                Exit::Signal(crate::signals::caught().unwrap_or(2))
            }
            Self::Engine(error) if error.is_usage() => Exit::Usage,
            #[cfg(feature = "s3")]
            Self::Store(error) if error.is_interrupt() => Exit::Signal(crate::signals::caught().unwrap_or(2)),
            #[cfg(feature = "s3")]
            Self::Store(error) if error.is_usage() => Exit::Usage,
            #[cfg(feature = "s3")]
            Self::Store(_) => Exit::Environment,
            #[cfg(feature = "bedrock")]
            Self::Client(error) if error.kind == bedload_client::ErrorKind::Interrupted => {
                Exit::Signal(crate::signals::caught().unwrap_or(2))
            }
            #[cfg(feature = "bedrock")]
            Self::Client(_) => Exit::Environment,
            Self::Usage(_) => Exit::Usage,
            Self::Engine(_) | Self::Threads(_) => Exit::Environment,
        }
    }

    pub(crate) fn print(&self) {
        let message = self.to_string();
        #[cfg(feature = "bedrock")]
        let message = match self {
            Self::Client(_) => format!("{message}\n{}", crate::commands::refusal::explained(&message, "")),
            _ => message,
        };
        match self.exit() {
            Exit::Signal(_) => complain(&message),
            _ => give_up(&message),
        }
    }
}

/// Prints why a command could not do its work: in a workflow of GitHub as an annotation.
pub(crate) fn give_up(message: &str) {
    match failed(message, say) {
        Some(annotation) => annotate(&annotation),
        None => complain(message),
    }
}

/// The same for a process that ends at once, where the lock of standard error may be held by this very thread.
pub(crate) fn give_up_unlocked(message: &str) {
    crate::progress::clear();
    let text = failed(message, |_| {}).unwrap_or_else(|| complaint(message));
    write_unlocked(&text);
}

/// Prints an annotation, which is escaped.
pub(crate) fn annotate(annotation: &str) {
    let _ = std::io::stderr().write_all(annotation.as_bytes());
}

/// Prints an error to standard error, each line of it escaped. Nobody is left to tell where that fails.
pub(crate) fn complain(message: &str) {
    let _ = std::io::stderr().write_all(complaint(message).as_bytes());
}

/// The same for a process that ends at once, where the lock of standard error may be held by this very thread.
pub(crate) fn complain_unlocked(message: &str) {
    crate::progress::clear();
    write_unlocked(&complaint(message));
}

fn write_unlocked(text: &str) {
    let mut rest = text.as_bytes();
    while let Ok(n @ 1..) = rustix::io::write(rustix::stdio::stderr(), rest) {
        rest = &rest[n..];
    }
}

fn complaint(message: &str) -> String {
    let mut out = String::from("bedload: ");
    for (n, line) in message.lines().enumerate() {
        if n > 0 {
            out.push_str("\n  ");
        }
        out.push_str(&escape(line));
    }
    out.push('\n');
    tame(&out).into_owned()
}
