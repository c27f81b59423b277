//! `bedload profiles`: the table of targets. The page of one is in `page.rs`.

mod page;

use std::fmt::Write;
use std::sync::Arc;

use bedload_bedrock::{Bound, FORMATS, Format, Life, Limit, Profile};
use serde::Serialize;

use crate::args::{OutputFormat, ProfilesArgs};
use crate::config::Config;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::{Out, columns, fold, known_columns};

#[derive(Serialize)]
struct ProfileObject<'p> {
    kind: &'static str,
    #[serde(flatten)]
    profile: &'p Profile,
    counted: String,
}

pub(crate) fn run(args: &ProfilesArgs) -> Result<Exit, Failure> {
    let config = Config::load(&args.config)?;
    let catalogue = config.catalogue(args.profile_file.as_deref())?;
    let shown: Vec<Arc<Profile>> = match &args.name {
        Some(name) => vec![catalogue.get(name).map_err(|error| Failure::Usage(error.to_string()))?],
        None => catalogue.profiles().to_vec(),
    };
    let mut out = Out::new();
    match (args.output.output_format, &args.name) {
        (OutputFormat::Jsonl, _) => {
            for profile in &shown {
                out.write_object(&ProfileObject { kind: "profile", profile, counted: counted(profile) })?;
            }
        }
        (OutputFormat::Text, None) => {
            out.write(table(&shown, catalogue.date(), columns()).as_bytes())?;
        }
        (OutputFormat::Text, Some(_)) => {
            out.write(page::page(&shown[0], catalogue.date(), columns()).as_bytes())?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

const COLUMNS: [&str; 7] = ["profile", "model", "formats", "records", "tokens", "validation", "state"];

fn table(shown: &[Arc<Profile>], date: &str, columns: usize) -> String {
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(shown.iter().map(|profile| {
        [
            profile.name.clone(),
            escape(&profile.model).into_owned(),
            profile.formats.join(" "),
            records(profile),
            tokens(profile),
            validation(profile),
            state(profile),
        ]
    }));
    let widths: Vec<usize> = (0..COLUMNS.len())
        .map(|n| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    let width = widths.iter().sum::<usize>() + 2 * (COLUMNS.len() - 1);
    // Programs get a table, too.
    let is_wide = known_columns().is_none_or(|columns| width <= columns);
    if !is_wide {
        narrow(&mut out, &rows[1..], columns);
    }
    for row in rows.iter().filter(|_| is_wide) {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    let hint = format!("as of {date}; `bedload profiles NAME` shows all limits and rules with their sources");
    let _ = writeln!(out, "\n{}", fold(&hint, columns, 0, 0).join("\n"));
    out.push_str("\nformats\n");
    for format in FORMATS {
        let _ = writeln!(out, "  {:20}{}", format.name, fold(format.title, columns, 22, 22).join("\n"));
    }
    out
}

/// The rows where there is no room for a table: a name, and below it what is known.
fn narrow(out: &mut String, rows: &[[String; 7]], columns: usize) {
    for row in rows {
        let [name, model, formats, rest @ ..] = row;
        let known = COLUMNS[3..].iter().zip(rest).filter(|(_, cell)| *cell != "-");
        let known: Vec<String> = known.map(|(name, cell)| format!("{name} {cell}")).collect();
        let text = format!("{model}; {formats}; {}", known.join("; "));
        let _ = writeln!(out, "{name}\n  {}", fold(&text, columns, 2, 2).join("\n"));
    }
}

/// The range of training records, or of training and validation records together.
fn records(profile: &Profile) -> String {
    let value = |bounds: [Bound; 2]| bounds.into_iter().find_map(|bound| profile.limit(bound));
    let min = value([Bound::TrainingRecordsMin, Bound::RecordsMin]);
    let max = value([Bound::TrainingRecordsMax, Bound::RecordsMax]);
    range(min.map(|limit| limit.value), max.map(|limit| limit.value))
}

/// The most tokens in a record, or in its parts.
fn tokens(profile: &Profile) -> String {
    let of = |bound| profile.limit(bound).map(|limit| limit.value.to_string());
    match (of(Bound::RecordTokensMax), of(Bound::PromptTokensMax), of(Bound::CompletionTokensMax)) {
        (Some(record), ..) => record,
        (None, Some(prompt), Some(completion)) => format!("{prompt}+{completion}"),
        _ => "-".to_owned(),
    }
}

fn validation(profile: &Profile) -> String {
    let of = |bound| profile.limit(bound).map(|limit| limit.value);
    match (of(Bound::ValidationRecordsMin), of(Bound::ValidationRecordsMax)) {
        (_, Some(0)) if profile.limit(Bound::ValidationRecordsMax).is_some_and(Limit::is_disputed) => {
            "disputed".to_owned()
        }
        (_, Some(0)) => "none".to_owned(),
        (min, max) => range(min, max),
    }
}

fn range(min: Option<u64>, max: Option<u64>) -> String {
    let text = |n: Option<u64>| n.map_or(String::new(), |n| n.to_string());
    if min.is_none() && max.is_none() { "-".to_owned() } else { format!("{}..{}", text(min), text(max)) }
}

fn state(profile: &Profile) -> String {
    match profile.life {
        Life::EndOfLife => "end of life".to_owned(),
        Life::Legacy => "legacy".to_owned(),
        Life::Live if profile.elsewhere.is_some() => "another service".to_owned(),
        Life::Live => "live".to_owned(),
    }
}

/// What of a record counts for its tokens, and how sure the count is.
fn counted(profile: &Profile) -> String {
    let mut texts: Vec<String> = profile.formats().map(Format::counted).collect();
    texts.dedup();
    let margin = match profile.limit(Bound::TokensMargin) {
        Some(margin) => format!("margin {} %", margin.value),
        None => "no margin".to_owned(),
    };
    let overhead = match profile.limit(Bound::TurnTokens) {
        Some(tokens) => format!("{} tokens of overhead per message", tokens.value),
        None => "no overhead per message".to_owned(),
    };
    format!("{}; {margin}; {overhead}", texts.join(" or "))
}
