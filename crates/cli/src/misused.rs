//! What is wrong with the command line, as clap says it, and what may have been meant: an option of another command.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory as _, Error};

use crate::args::Args;

/// The same error; where it is about an option that only other commands have, with their names.
pub(crate) fn explained(mut error: Error, arguments: &[String]) -> Error {
    let tip = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if error.kind() == ErrorKind::UnknownArgument => {
            tip(option, arguments)
        }
        _ => None,
    };
    if let Some(tip) = tip {
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// Which commands have the option, if any has.
fn tip(option: &str, arguments: &[String]) -> Option<String> {
    let program = Args::command();
    let (mut owners, mut path) = (Vec::new(), Vec::new());
    find_owners(&program, option, &mut path, &mut owners);
    let is_given = |owner: &Vec<&str>| {
        let mut given = arguments.iter().skip_while(|argument| *argument != owner[0]);
        owner.iter().all(|part| given.any(|argument| argument == part))
    };
    if let Some(owner) = owners.iter().find(|owner| is_given(owner)) {
        return Some(format!("write `{option}` after `{}`", owner.join(" ")));
    }
    let names: Vec<String> = owners.iter().map(|owner| format!("`{}`", owner.join(" "))).collect();
    let names = match &names[..] {
        [] => return None,
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    };
    Some(format!("`{option}` is an option of {names}"))
}

fn find_owners<'c>(
    command: &'c Command,
    option: &str,
    path: &mut Vec<&'c str>,
    owners: &mut Vec<Vec<&'c str>>,
) {
    for inner in command.get_subcommands() {
        path.push(inner.get_name());
        if inner.get_arguments().any(|argument| is_written(argument, option)) {
            owners.push(path.clone());
        }
        find_owners(inner, option, path, owners);
        path.pop();
    }
}

fn is_written(argument: &clap::Arg, option: &str) -> bool {
    match option.strip_prefix("--") {
        Some(name) => argument.get_long() == Some(name),
        None => {
            argument.get_short().is_some_and(|short| option.strip_prefix('-') == Some(&short.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// What is said after the problem, up to the usage.
    fn said(line: &str) -> String {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let error = Args::try_parse_from(&arguments).expect_err("a mistake");
        let text = explained(error, &arguments[1..]).to_string();
        text.lines().filter_map(|line| line.trim().strip_prefix("tip: ")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_option_of_other_commands_leads_to_them() {
        for (line, tip) in [
            (
                "bedload check a --map a=b",
                "`--map` is an option of `build`, `convert`, `config show` and `explain`",
            ),
            (
                "bedload check a --to=converse",
                "`--to` is an option of `build`, `convert`, `config show` and `explain`",
            ),
            (
                "bedload check a --fix",
                "`--fix` is an option of `build`, `convert`, `config show` and `explain`",
            ),
            ("bedload build a --diff", "`--diff` is an option of `convert`"),
            ("bedload check a --input-tokens 3", "`--input-tokens` is an option of `cost`"),
            ("bedload --near 0.8 check a", "write `--near` after `check`"),
        ] {
            assert_eq!(said(line), tip, "{line}");
        }
    }

    #[test]
    fn a_misspelt_option_is_still_guessed() {
        assert_eq!(said("bedload check a --profle x"), "a similar argument exists: '--profile'");
        assert_eq!(
            said("bedload check a --qqqqqqqq"),
            "to pass '--qqqqqqqq' as a value, use '-- --qqqqqqqq'"
        );
    }

    #[test]
    fn every_option_is_known_to_another_command() {
        let program = Args::command();
        let options =
            program.get_subcommands().flat_map(Command::get_arguments).filter_map(clap::Arg::get_long);
        for option in options {
            assert!(tip(&format!("--{option}"), &[]).is_some(), "--{option}");
        }
    }
}
