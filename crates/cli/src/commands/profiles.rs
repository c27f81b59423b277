//! `bedload profiles`

use std::fmt::Write;
use std::sync::Arc;

use bedload_bedrock::{
    BaseModel, Bound, Citation, FORMATS, Format, Level, Life, Limit, MediaFormats, Pair, Profile, Rule,
};
use serde::Serialize;

use crate::args::{OutputFormat, ProfilesArgs};
use crate::config::Config;
use crate::escape::escape;
use crate::exit::{Exit, Failure};
use crate::output::Out;

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
        (OutputFormat::Text, None) => out.write(table(&shown, catalogue.date()).as_bytes())?,
        (OutputFormat::Text, Some(_)) => out.write(page(&shown[0], catalogue.date()).as_bytes())?,
    }
    out.flush()?;
    Ok(Exit::Clean)
}

const COLUMNS: [&str; 7] = ["profile", "model", "formats", "records", "tokens", "validation", "state"];

fn table(shown: &[Arc<Profile>], date: &str) -> String {
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
    for row in &rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    let _ = writeln!(
        out,
        "\nas of {date}; `bedload profiles NAME` shows all limits and rules with their sources"
    );
    out.push_str("\nformats\n");
    for format in FORMATS {
        let _ = writeln!(out, "  {:20}{}", format.name, format.title);
    }
    out
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

fn page(profile: &Profile, date: &str) -> String {
    let mut out = format!("{}: {}\n\n", profile.name, escape(&profile.title));
    let mut say = |name: &str, value: &str| {
        let _ = writeln!(out, "{name:16}{}", escape(value));
    };
    say("state", &format!("{} as of {date}", state(profile)));
    for (name, since) in [("legacy", &profile.legacy), ("end of life", &profile.end_of_life)] {
        if let Some(since) = since {
            say(name, &format!("{since}  {}", since.source));
        }
    }
    if let Some(source) = &profile.elsewhere {
        say("elsewhere", &source.to_string());
    }
    say("formats", &profile.formats.join(" "));
    say("record", &profile.source.to_string());
    say("encoding", &format!("{} ({})", profile.encoding, profile.tokens.name()));
    say("tokens", &counted(profile));
    say("training files", profile.training_files.name());
    section(
        &mut out,
        "limits",
        profile.limits.iter().map(|(bound, limit)| {
            (format!("{:<13}{}{}", limit.value, bound.title(), note(limit)), limit.cite())
        }),
    );
    section(
        &mut out,
        "rules",
        profile
            .rules
            .iter()
            .map(|(point, rule)| (format!("{:10}{}", level(rule), point.title()), rule.cite())),
    );
    let media = [("images", &profile.images), ("videos", &profile.videos), ("documents", &profile.documents)];
    section(
        &mut out,
        "media formats",
        media.into_iter().flat_map(|(kind, formats)| of_media(kind, formats.as_ref())),
    );
    section(
        &mut out,
        "reserved words",
        profile.reserved_words.iter().map(|group| {
            let words: Vec<String> = group.words.iter().map(|word| word.escape_debug().to_string()).collect();
            let level = if group.is_confirmed { "" } else { "unconfirmed: " };
            (format!("{level}{}", words.join("  ")), group.source.to_string())
        }),
    );
    section(&mut out, "teachers and students", profile.pairs.iter().map(pair));
    section(&mut out, "base models", profile.models.iter().map(base_model));
    section(
        &mut out,
        "hyperparameters",
        profile.hyperparameters.iter().map(|(name, values)| {
            let note = values.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
            (format!("{name:<25}{values}{note}"), values.cite())
        }),
    );
    if let Some(missing) = &profile.hyperparameters_unpublished {
        let _ = writeln!(out, "\nhyperparameters: {}  {}", escape(&missing.note), missing.source);
    }
    for format in profile.formats() {
        let _ = writeln!(out, "\nformat {}: {}", format.name, format.title);
        out.push_str(&fields(format));
    }
    out
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

/// Rows of statements and their sources, the sources aligned.
fn section(out: &mut String, title: &str, rows: impl Iterator<Item = (String, String)>) {
    let rows: Vec<(String, String)> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let width = rows.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    let _ = writeln!(out, "\n{title}");
    for (what, source) in rows {
        let _ = writeln!(out, "  {:width$}  {}", escape(&what), escape(&source));
    }
}

fn note(limit: &Limit) -> String {
    let disputed = if limit.is_disputed() { ", disputed" } else { "" };
    let note = limit.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
    format!("{disputed}{note}")
}

fn pair(pair: &Pair) -> (String, String) {
    let students = pair.students.join(", ");
    match &pair.end_of_life {
        Some(since) => {
            (format!("gone since {since}: {} to {students}", pair.teacher), since.source.to_string())
        }
        None => (format!("{} to {students}", pair.teacher), pair.source.to_string()),
    }
}

fn base_model(model: &BaseModel) -> (String, String) {
    let deployments: Vec<&str> = model.deployments.iter().map(|deployment| deployment.name()).collect();
    let served = if deployments.is_empty() { "by the job".to_owned() } else { deployments.join(", ") };
    let regions = model.regions.join(", ");
    (format!("{}  in {regions}, served {served}", model.id), model.source.to_string())
}

fn level(rule: &Rule) -> &'static str {
    match rule.level {
        Level::Allow => "taken",
        Level::Disputed => "disputed",
        Level::Refuse => "refused",
    }
}

fn of_media(kind: &str, media: Option<&MediaFormats>) -> Vec<(String, String)> {
    let Some(media) = media else { return Vec::new() };
    let row = |level: &str, formats: &[String], source: String| {
        (format!("{kind:10}{level:10}{}", formats.join(" ")), source)
    };
    let taken = row("taken", &media.formats, Citation::to_string(&media.source));
    let disputed = media.disputed.as_ref().map(|more| row("disputed", &more.formats, more.cite()));
    [Some(taken), disputed].into_iter().flatten().collect()
}

fn fields(format: &Format) -> String {
    let mut out = String::new();
    for field in format.fields {
        let kind = field.kind.title();
        let need = if field.required { "" } else { ", optional" };
        let _ = writeln!(out, "  {:18}{kind}{need}", field.key);
    }
    out
}
