//! `bedload completions` and `bedload man`, made of the arguments themselves.

use std::fs;
use std::io;
use std::path::Path;

use bedload_engine::EngineError;
use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};
use clap_complete_nushell::Nushell;
use clap_mangen::Man;

use crate::args::{Args, CompletionsArgs, ManArgs, ShellName};
use crate::exit::{Exit, Failure};
use crate::output::{Out, say};

/// The name of the program, and of its page.
const NAME: &str = "bedload";

pub(crate) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut command = Args::command();
    let mut script = Vec::new();
    let shell = match args.shell {
        ShellName::Bash => Shell::Bash,
        ShellName::Zsh => Shell::Zsh,
        ShellName::Fish => Shell::Fish,
        ShellName::Powershell => Shell::PowerShell,
        ShellName::Elvish => Shell::Elvish,
        ShellName::Nushell => {
            generate(Nushell, &mut command, NAME, &mut script);
            return print(&script);
        }
    };
    generate(shell, &mut command, NAME, &mut script);
    print(&script)
}

pub(crate) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let mut command = Args::command();
    // Commands that are built in know the names of those below them.
    command.build();
    let Some(dir) = &args.out else { return print(&page(&command)?) };
    let failed = |path: &Path, action| {
        let path = path.display().to_string();
        move |source| EngineError::Io { path, action, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir, "created"))?;
    let mut pages = Vec::new();
    collect(&command, NAME, &mut pages)?;
    for (name, page) in &pages {
        let path = dir.join(format!("{name}.1"));
        fs::write(&path, page).map_err(failed(&path, "written"))?;
    }
    say(&format!("wrote {} pages to {}\n", pages.len(), crate::escape::escape(&dir.display().to_string())));
    Ok(Exit::Clean)
}

/// The pages of a command and of those below it, by name.
fn collect(command: &Command, name: &str, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Failure> {
    let named = command.clone().name(name.to_owned()).display_name(name.to_owned());
    pages.push((name.to_owned(), page(&named)?));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help")
    {
        collect(below, &format!("{name}-{}", below.get_name()), pages)?;
    }
    Ok(())
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let rendered = Man::new(command.clone()).render(&mut page);
    let failed = |source: io::Error| EngineError::Io { path: NAME.to_owned(), action: "written", source };
    rendered.map_err(failed)?;
    Ok(page)
}

fn print(bytes: &[u8]) -> Result<Exit, Failure> {
    let mut out = Out::new();
    out.write(bytes)?;
    out.flush()?;
    Ok(Exit::Clean)
}
