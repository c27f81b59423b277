//! Every command explains itself: with examples, which are valid command lines, and with help on every argument.

use clap::{Command, CommandFactory};

use super::Args;

/// The commands that can be run, with the words that name them.
fn commands() -> Vec<(String, Command)> {
    fn collect(command: &Command, name: &str, found: &mut Vec<(String, Command)>) {
        for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
            collect(below, &format!("{name} {}", below.get_name()), found);
        }
        if command.get_subcommands().next().is_none() || !command.is_subcommand_required_set() {
            found.push((name.to_owned(), command.clone()));
        }
    }
    let mut found = Vec::new();
    collect(&Args::command(), "bedload", &mut found);
    found
}

/// The words of a line of shell, as far as examples use it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut is_quoted) = (Vec::new(), String::new(), false);
    for c in line.chars().chain([' ']) {
        match c {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            c => word.push(c),
        }
    }
    words
}

#[test]
fn every_command_has_examples_that_it_takes() {
    let commands = commands();
    assert!(commands.len() > 15, "{}", commands.len());
    for (name, command) in commands {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (_, examples) =
            help.split_once("Examples:\n").unwrap_or_else(|| panic!("{name} has no examples"));
        let mut has_own = name == "bedload";
        // A line that the terminal breaks is no longer one command.
        assert!(examples.lines().all(|line| line.len() <= 80), "{name}: {examples}");
        for line in examples.replace("\\\n", "").lines() {
            for part in line.split(['|', ';']).map(str::trim).filter(|part| part.starts_with("bedload ")) {
                let typed =
                    part.split([" > ", " >> "].iter().find(|to| part.contains(**to)).unwrap_or(&" > "));
                let typed = words(typed.into_iter().next().unwrap_or_default());
                has_own |= part.starts_with(&name);
                let parsed = Args::command().try_get_matches_from(&typed);
                assert!(parsed.is_ok(), "{part}: {}", parsed.unwrap_err());
            }
        }
        assert!(has_own, "{name} has no example of its own");
    }
}

#[test]
fn every_argument_has_help() {
    for (name, command) in commands() {
        assert!(command.get_about().is_some(), "{name}");
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            let is_told =
                argument.get_help().is_some() || ["help", "version"].contains(&argument.get_id().as_str());
            assert!(is_told, "{name}: {}", argument.get_id());
        }
    }
}
