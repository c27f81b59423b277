//! Arguments of the commands that help a shell and a manual reader.

use std::path::PathBuf;

use clap::ValueEnum;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  bedload completions bash \\\n      > ~/.local/share/bash-completion/completions/bedload\n  bedload completions zsh > ~/.zfunc/_bedload\n  bedload completions fish > ~/.config/fish/completions/bedload.fish"
)]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: ShellName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShellName {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
    Nushell,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  bedload man | man -l -\n  bedload man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write a page for each command to this directory, in place of printing the main page.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
