//! `bedload config show`: every setting with its value, and where it comes from.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;

use bedload_bedrock::{Bound, Profile};
use clap::CommandFactory;
use clap::parser::ValueSource;
use serde_json::{Value, json};

use crate::args::{Args, OutputFormat, ShowArgs};
use crate::config::{Config, INPUT, Setting, flags_of, inline, lines_of, settings};
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::Out;
use crate::settings::to_show;

pub(crate) fn run(args: &ShowArgs) -> Result<Exit, Failure> {
    let (config, catalogue) = to_show(&args.settings)?;
    let profile = config.profile.as_deref().map(|name| catalogue.get(name)).transpose();
    let profile = profile.map_err(|error| Failure::Usage(error.to_string()))?;
    let file = config.file.as_deref();
    // It was read a moment ago; where it is gone since, the places of settings are, too.
    let text = file.and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
    let sources = Sources {
        given: given_flags(),
        skipped: args.settings.data.skip.clone(),
        lines: lines_of(&text),
        profile: profile.as_deref(),
    };
    let shown = values(&config, &sources)?;
    let is_text = args.output.output_format == OutputFormat::Text;
    let mut out = Out::new();
    if is_text {
        let shown = as_text(&shown, file, args.origin);
        out.write(shown.as_bytes())?;
    } else {
        for one in &shown {
            out.write_object(&one.object(file))?;
        }
        let file = file.map(|file| file.display().to_string());
        let n = shown.len();
        out.write_object(&json!({"kind": "summary", "settings": n, "config_file": file, "exit_code": 0}))?;
    }
    out.flush()?;
    Ok(Exit::Clean)
}

/// Where values can come from.
struct Sources<'a> {
    /// The options of the command line.
    given: Vec<String>,
    /// The stages that it switches off.
    skipped: Vec<String>,
    /// The lines of the file, by setting.
    lines: BTreeMap<String, usize>,
    profile: Option<&'a Profile>,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Default,
    Line(usize),
    Flag(String),
    Profile(String),
}

/// A setting and its value.
struct Shown {
    table: String,
    key: String,
    path: String,
    is_number: bool,
    /// None where it is not set.
    value: Option<Value>,
    origin: Origin,
}

/// The options that were typed.
fn given_flags() -> Vec<String> {
    let mut command = Args::command();
    // They were read before, without a mistake.
    let Ok(matches) = command.try_get_matches_from_mut(env::args_os()) else { return Vec::new() };
    let show = matches.subcommand_matches("config").and_then(|config| config.subcommand_matches("show"));
    let known = command.find_subcommand("config").and_then(|config| config.find_subcommand("show"));
    let (Some(show), Some(known)) = (show, known) else { return Vec::new() };
    let is_typed = |id: &str| show.value_source(id) == Some(ValueSource::CommandLine);
    let typed = known.get_arguments().filter(|arg| is_typed(arg.get_id().as_str()));
    typed.filter_map(|arg| arg.get_long().map(str::to_owned)).collect()
}

fn values(config: &Config, sources: &Sources<'_>) -> Result<Vec<Shown>, Failure> {
    let whole = serde_json::to_value(config)
        .map_err(|error| Failure::Usage(format!("the configuration cannot be shown: {error}")))?;
    let (of_inputs, settings): (Vec<Setting>, Vec<Setting>) =
        settings().into_iter().partition(|setting| setting.table == INPUT);
    let mut shown: Vec<Shown> = settings
        .into_iter()
        .map(|setting| {
            let path = setting.path();
            let value =
                whole.pointer(&format!("/{}", path.replace('.', "/"))).filter(|value| !value.is_null());
            sources.shown(setting, path, value.cloned())
        })
        .collect();
    for (n, input) in whole[INPUT].as_array().into_iter().flatten().enumerate() {
        for setting in &of_inputs {
            let (path, key) = (format!("{INPUT}.{n}.{}", setting.key), setting.key.clone());
            let Some(&line) = sources.lines.get(&path) else { continue };
            let (value, is_number) = (input.get(&key).cloned(), setting.is_number);
            let table = format!("{INPUT}.{n}");
            shown.push(Shown { table, key, path, is_number, value, origin: Origin::Line(line) });
        }
    }
    Ok(shown)
}

impl Sources<'_> {
    fn shown(&self, setting: Setting, path: String, value: Option<Value>) -> Shown {
        let flag = flags_of(&path).iter().find(|&&flag| match path.strip_suffix(".enabled") {
            Some(stage) => self.skipped.iter().any(|skipped| stage.strip_prefix("stages.") == Some(skipped)),
            None => self.given.iter().any(|given| given == flag),
        });
        let (value, origin) = match (flag, self.lines.get(&path), value) {
            (Some(flag), _, Some(value)) => (Some(value), Origin::Flag((*flag).to_owned())),
            (_, Some(&line), Some(value)) => (Some(value), Origin::Line(line)),
            (_, _, value) => match self.of_profile(&path).filter(|_| value.is_none()) {
                Some((value, name)) => (Some(value), Origin::Profile(name)),
                None => (value.or(setting.default), Origin::Default),
            },
        };
        let Setting { table, key, is_number, .. } = setting;
        Shown { table, key, path, is_number, value, origin }
    }

    /// What the profile has in place of a setting that is not set.
    fn of_profile(&self, path: &str) -> Option<(Value, String)> {
        let profile = self.profile?;
        let number = |bound| profile.limit(bound).map(|limit| Value::from(limit.value));
        let value = match path {
            "format" => match &profile.formats[..] {
                [one] => Some(Value::from(one.as_str())),
                _ => None,
            },
            "stages.tokens.encoding" => Some(Value::from(profile.encoding.as_str())),
            "stages.tokens.record-max" => number(Bound::RecordTokensMax),
            "stages.tokens.margin" => number(Bound::TokensMargin),
            _ => None,
        };
        Some((value?, profile.name.clone()))
    }
}

impl Shown {
    fn object(&self, file: Option<&Path>) -> Value {
        let mut object = json!({"kind": "setting", "key": self.path, "value": self.value});
        let (origin, more) = match &self.origin {
            Origin::Default => ("default", Vec::new()),
            Origin::Line(line) => {
                let file = file.map(|file| file.display().to_string());
                ("file", vec![("file", Value::from(file)), ("line", Value::from(*line))])
            }
            Origin::Flag(flag) => ("option", vec![("option", Value::from(format!("--{flag}")))]),
            Origin::Profile(name) => ("profile", vec![("profile", Value::from(name.as_str()))]),
        };
        object["origin"] = origin.into();
        for (key, value) in more {
            object[key] = value;
        }
        object
    }

    fn line(&self) -> String {
        match &self.value {
            Some(value) => format!("{} = {}", self.key, inline(value, self.is_number)),
            None => format!("# {} is not set", self.key),
        }
    }
}

/// All settings as a file that could be used in place of the one that was read.
fn as_text(shown: &[Shown], file: Option<&Path>, with_origin: bool) -> String {
    let file = file.map(|file| file.display().to_string()).unwrap_or_default();
    let mut out = String::new();
    let mut table = "";
    for one in shown {
        if one.table != table {
            table = &one.table;
            match table.strip_prefix("input.") {
                Some(_) => out.push_str("\n[[input]]\n"),
                None => out.push_str(&format!("\n[{table}]\n")),
            }
        }
        let mut line = one.line();
        let origin = match &one.origin {
            _ if !with_origin => String::new(),
            Origin::Default if one.value.is_none() => String::new(),
            Origin::Default => "default".to_owned(),
            Origin::Line(number) => format!("{}:{number}", escape(&file)),
            Origin::Flag(flag) => format!("--{flag}"),
            Origin::Profile(name) => format!("profile {}", escape(name)),
        };
        if !origin.is_empty() {
            line = format!("{line:40}  # {origin}");
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}
