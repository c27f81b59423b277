//! All limits and rules of one target. Sources are numbered, and listed once at the end.

use std::fmt::Write;

use bedload_bedrock::{BaseModel, Citation, Format, Level, Limit, MediaFormats, Pair, Profile, Rule};

use super::{counted, state};
use crate::escape::escape;
use crate::output::fold;

/// Columns of the names of what is said in a line.
const NAME: usize = 16;

/// The sources of a page, by their numbers.
#[derive(Default)]
struct Sources(Vec<String>);

impl Sources {
    /// The number of a source, or of two that contradict each other.
    fn cite(&mut self, source: &str) -> String {
        match source.split_once("; but not ") {
            Some((source, against)) => format!("{}, not {}", self.number(source), self.number(against)),
            None => self.number(source),
        }
    }

    fn number(&mut self, source: &str) -> String {
        let at = self.0.iter().position(|known| known == source).unwrap_or_else(|| {
            self.0.push(source.to_owned());
            self.0.len() - 1
        });
        format!("[{}]", at + 1)
    }
}

/// A page of lines of so many columns, but for addresses, which are not broken.
pub(super) fn page(profile: &Profile, date: &str, columns: usize) -> String {
    let mut sources = Sources::default();
    let mut out = format!("{}: {}\n\n", profile.name, escape(&profile.title));
    let mut say = |name: &str, value: &str| {
        let value = fold(&escape(value), columns, NAME, NAME).join("\n");
        let _ = writeln!(out, "{name:NAME$}{value}");
    };
    say("state", &format!("{} as of {date}", state(profile)));
    for (name, since) in [("legacy", &profile.legacy), ("end of life", &profile.end_of_life)] {
        if let Some(since) = since {
            say(name, &format!("{since}  {}", sources.cite(&since.source.to_string())));
        }
    }
    if let Some(source) = &profile.elsewhere {
        say("elsewhere", &sources.cite(&source.to_string()));
    }
    say("formats", &profile.formats.join(" "));
    say("record", &sources.cite(&profile.source.to_string()));
    say("encoding", &format!("{} ({})", profile.encoding, profile.tokens.name()));
    say("tokens", &counted(profile));
    say("training files", profile.training_files.name());
    section(
        &mut out,
        (columns, &mut sources),
        "limits",
        profile.limits.iter().map(|(bound, limit)| {
            (format!("{:<13}{}{}", limit.value, bound.title(), note(limit)), limit.cite())
        }),
    );
    section(
        &mut out,
        (columns, &mut sources),
        "rules",
        profile
            .rules
            .iter()
            .map(|(point, rule)| (format!("{:10}{}", level(rule), point.title()), rule.cite())),
    );
    let media = [("images", &profile.images), ("videos", &profile.videos), ("documents", &profile.documents)];
    section(
        &mut out,
        (columns, &mut sources),
        "media formats",
        media.into_iter().flat_map(|(kind, formats)| of_media(kind, formats.as_ref())),
    );
    section(
        &mut out,
        (columns, &mut sources),
        "reserved words",
        profile.reserved_words.iter().map(|group| {
            let words: Vec<String> = group.words.iter().map(|word| word.escape_debug().to_string()).collect();
            let level = if group.is_confirmed { "" } else { "unconfirmed: " };
            (format!("{level}{}", words.join("  ")), group.source.to_string())
        }),
    );
    section(&mut out, (columns, &mut sources), "teachers and students", profile.pairs.iter().map(pair));
    section(&mut out, (columns, &mut sources), "base models", profile.models.iter().map(base_model));
    section(
        &mut out,
        (columns, &mut sources),
        "hyperparameters",
        profile.hyperparameters.iter().map(|(name, values)| {
            let note = values.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
            (format!("{name:<25}{values}{note}"), values.cite())
        }),
    );
    if let Some(missing) = &profile.hyperparameters_unpublished {
        let text = format!("hyperparameters: {} {}", missing.note, sources.cite(&missing.source.to_string()));
        let _ = writeln!(out, "\n{}", fold(&escape(&text), columns, 0, 2).join("\n"));
    }
    for format in profile.formats() {
        let text = format!("format {}: {}", format.name, format.title);
        let _ = writeln!(out, "\n{}", fold(&text, columns, 0, 2).join("\n"));
        out.push_str(&fields(format, columns));
    }
    out.push_str("\nsources\n");
    for (n, source) in sources.0.iter().enumerate() {
        let number = format!("  [{}] ", n + 1);
        let source = fold(&escape(source), columns, number.len(), number.len()).join("\n");
        let _ = writeln!(out, "{number}{source}");
    }
    out
}

/// Rows of statements and the numbers of their sources: in two columns where there is room for them.
fn section(
    out: &mut String,
    (columns, sources): (usize, &mut Sources),
    title: &str,
    rows: impl Iterator<Item = (String, String)>,
) {
    const REFERENCE: usize = 14;
    let rows: Vec<(String, String)> = rows.map(|(what, source)| (what, sources.cite(&source))).collect();
    if rows.is_empty() {
        return;
    }
    let widest = rows.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    let width = widest.min(columns.saturating_sub(4 + REFERENCE));
    let _ = writeln!(out, "\n{title}");
    for (what, source) in rows {
        // Further lines begin where the second part of the statement does.
        let hanging = what.find("  ").map_or(0, |at| what.len() - what[at..].trim_start().len());
        let hanging = if hanging < width / 2 { 2 + hanging } else { 4 };
        let mut lines = fold(&escape(&what), width + 2, 2, hanging);
        if let Some(first) = lines.first_mut() {
            *first = format!("  {first:width$}  {source}");
        }
        let _ = writeln!(out, "{}", lines.join("\n"));
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

fn fields(format: &Format, columns: usize) -> String {
    let mut out = String::new();
    for field in format.fields {
        let kind = field.kind.title();
        let need = if field.required { "" } else { ", optional" };
        let kind = fold(&format!("{kind}{need}"), columns, 20, 20).join("\n");
        let _ = writeln!(out, "  {:18}{kind}", field.key);
    }
    out
}
