//! `bedload init`: a commented `bedload.toml`, with the sources that are there.

mod found;
mod template;
mod together;

use std::path::Path;

use bedload_bedrock::{Bound, Profile};
use bedload_engine::{Conversion, FileBeside};
use bedload_stages::convert::Extra;
use serde_json::Value;

use crate::args::InitArgs;
use crate::commands::{new_progress, start_workers};
use crate::config::{Config, NAME};
use crate::escape::escape;
use crate::exit::{Exit, Failure, complain};
use crate::output::{Out, say};

use found::{Source, find, in_this_directory};
use template::Choices;

pub(crate) fn run(args: &InitArgs) -> Result<Exit, Failure> {
    let catalogue = Config::default().catalogue(args.profile_file.as_deref())?;
    let profile = args.profile.as_deref().map(|name| catalogue.get(name)).transpose();
    let profile = profile.map_err(|error| Failure::Usage(error.to_string()))?;
    let profile = profile.as_deref();
    if !args.stdout && !args.overwrite && Path::new(NAME).symlink_metadata().is_ok() {
        return Err(Failure::Usage(format!(
            "{NAME} exists\nhint: --overwrite replaces it, --stdout prints the configuration instead"
        )));
    }
    let workers = start_workers(None)?;
    let sources = workers.install(|| match &args.inputs[..] {
        [] => in_this_directory(profile),
        named => find(named, profile),
    })?;
    let choices = choices(args, profile, &sources)?;
    let text = template::render(&choices, profile, &sources);
    if args.stdout {
        let mut out = Out::new();
        out.write(text.as_bytes())?;
        out.flush()?;
        return Ok(Exit::Clean);
    }
    let progress = new_progress()?;
    let mut file = FileBeside::create("init", Path::new(NAME), None, &progress)?;
    file.write(text.as_bytes())?;
    file.publish()?.iter().for_each(|note| complain(note));
    let described = match sources.len() {
        0 => "no inputs found".to_owned(),
        1 => "1 source".to_owned(),
        n => format!("{n} sources"),
    };
    // What is to be converted is checked as it is: in another format than the target's.
    let converts = choices.has("stages.convert.to");
    let unpaired = sources.iter().find_map(|source| match &source.conversion {
        Conversion::Pairs { to } => Some((source.paths.join(" "), to.name)),
        _ => None,
    });
    let next = match unpaired {
        Some((paths, to)) => {
            let paths = escape(&paths);
            &format!(
                "bedload convert {paths} --to {to} --out FILE, which makes pairs of their answers; then name FILE in {NAME}"
            )
        }
        None if sources.is_empty() => "bedload check FILE, or name the data in [[input]] tables of the file",
        None if converts => {
            "bedload build --out DIR, which converts the records (bedload check looks at them as they are)"
        }
        None => "bedload check, then bedload build --out DIR",
    };
    let halved: Vec<&Source> = sources.iter().filter(|source| source.is_halved()).collect();
    let warning = match &halved[..] {
        [] => String::new(),
        halved => format!("note: {}\n", only_preferred(halved)),
    };
    say(&format!("wrote {NAME}: {described}\n{warning}next: {next}\n"));
    Ok(Exit::Clean)
}

/// What becomes of sources that compare answers, for a target that learns one of each record.
fn only_preferred(halved: &[&Source]) -> String {
    let paths: Vec<String> =
        halved.iter().flat_map(|source| &source.paths).map(|path| escape(path).into_owned()).collect();
    format!(
        "only the preferred answers of {} are kept, because the target holds no pairs; without `extra = \"drop\"` \
         their records are rejected",
        paths.join(", ")
    )
}

/// The settings that follow from the target and the sources.
fn choices(args: &InitArgs, profile: Option<&Profile>, sources: &[Source]) -> Result<Choices, Failure> {
    let mut choices = Choices::default();
    if let Some(profile) = profile {
        choices.set("profile", profile.name.as_str().into());
    }
    if let Some(path) = &args.profile_file {
        let Some(path) = path.to_str() else {
            return Err(Failure::Usage(format!("--profile-file {}: the name is not UTF-8", path.display())));
        };
        choices.set("profile-file", path.into());
    }
    let taken = profile.map(|profile| profile.limit(Bound::ValidationRecordsMax).map(|limit| limit.value));
    match taken {
        Some(None) => choices.set("stages.split.validation", Value::from(0.1)),
        Some(Some(0)) => {
            choices.note("stages.split.validation", "Left out: the target takes no validation file.");
        }
        Some(Some(most)) => {
            let note = format!(
                "Left out: the target takes at most {most} validation records, and a share has no such limit; a number \
                 up to that is safe."
            );
            choices.note("stages.split.validation", &note);
        }
        None => {}
    }
    let conversions = sources.iter().filter_map(|source| match &source.conversion {
        Conversion::Format { to, extra, .. } | Conversion::Map { to, extra, .. } => Some((*to, *extra)),
        Conversion::None | Conversion::Pairs { .. } | Conversion::Impossible => None,
    });
    let halved: Vec<&Source> = sources.iter().filter(|source| source.is_halved()).collect();
    let mut target = None;
    for (to, extra) in conversions {
        let to = *target.get_or_insert(to);
        choices.set("stages.convert.to", to.name.into());
        choices.note(
            "stages.convert.to",
            "So `bedload build` is the gate: it converts, and judges what it writes. `bedload check` looks at the records \
             as they are.",
        );
        if extra == Extra::Drop {
            let mut note = "Some sources have content that the target has no place for.".to_owned();
            if !halved.is_empty() {
                note += &format!(" Note: {}.", only_preferred(&halved));
            }
            choices.note("stages.convert.extra", &note);
            choices.set("stages.convert.extra", "drop".into());
        }
    }
    Ok(choices)
}
