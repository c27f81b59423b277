//! The summaries that end a run, for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use bedload_engine::{Built, Checked, Converted, Distinct, Settings};
use bedload_record::plural::{count, plural};
use bedload_record::{Code, Counts, Quantiles, Severities, Severity, Tokens};
use bedload_stages::facets::Facet;

use super::balance::balance;
use super::pairs::pairs;
use super::sides::sides;
use super::{Paint, TEXT_PER_CODE};
use crate::escape::escape;

/// Labels that are shown; the report has them all.
const LABELS_SHOWN: usize = 12;
/// Characters of a label that are shown.
const LABEL_CHARS_SHOWN: usize = 32;
/// Why classes have numbers, and how to see their names.
pub(super) const HIDDEN_NAMES: &str =
    "label names are record text; --label-field or --show-content shows them";

fn rate(bytes: u64, records: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64().max(1e-6);
    format!(
        "{:.2} s, {} records/s, {:.0} MB/s",
        elapsed.as_secs_f64(),
        count((records as f64 / seconds) as u64),
        bytes as f64 / 1e6 / seconds
    )
}

fn tokens(
    out: &mut String,
    tokens: &Quantiles,
    texts: Tokens,
    is_conversation: bool,
    encoding: Option<&str>,
) {
    if let Some(encoding) = encoding.filter(|_| tokens.count > 0) {
        let Quantiles { sum, p50, p90, p99, max, .. } = tokens;
        let _ = writeln!(
            out,
            "  tokens      {} total ({encoding}); per record p50 {}, p90 {}, p99 {}, max {}",
            count(*sum),
            count(*p50),
            count(*p90),
            count(*p99),
            count(*max)
        );
        if is_conversation {
            let (system, user, assistant) =
                (count(texts.system), count(texts.user()), count(texts.assistant));
            let _ = writeln!(out, "              system {system}, user {user}, assistant {assistant}");
        }
        let (characters, by_6, by_3) = (count(texts.characters), count(texts.by_6()), count(texts.by_3()));
        let _ = writeln!(out, "  characters  {characters} total; / 6 = {by_6}, / 3 = {by_3}");
    }
}

/// How many findings of a code were shown before.
#[derive(Clone, Copy)]
enum Listed {
    All,
    First(u64),
    /// As `First`, and none about fields where one finding tells of all records that they are in another format.
    FirstFolded(u64),
}

fn codes(out: &mut String, by_code: &BTreeMap<Code, u64>, severities: Severities, listed: Listed) {
    if by_code.is_empty() {
        return;
    }
    out.push_str("  findings\n");
    let width = by_code.keys().map(|code| code.name().len()).max().unwrap_or(0);
    for (&code, &n) in by_code {
        let severity = severities.of(code).name();
        let in_general = by_code.contains_key(&Code::DatasetWrongFormat)
            && ["schema/", "disputed/"].iter().any(|area| code.name().starts_with(area));
        let capped = match listed {
            Listed::FirstFolded(_) if in_general => "  (not listed)".to_owned(),
            Listed::First(most) | Listed::FirstFolded(most)
                if n > most && code.info().scope == bedload_record::Scope::Record =>
            {
                format!("  (first {most} shown)")
            }
            _ => String::new(),
        };
        let _ = writeln!(out, "    {:width$}  {:>9}  {severity}{capped}", code.name(), count(n));
    }
}

/// What `check` says at the end.
pub(crate) fn checked_summary(
    checked: &Checked,
    names: ClassNames,
    severities: Severities,
    shown: Option<u64>,
    elapsed: Duration,
    paint: Paint,
) -> String {
    let mut out = String::new();
    let verdict = if checked.errors > 0 {
        paint.red(&plural(checked.errors, "error", "errors"))
    } else {
        paint.green("no errors")
    };
    let warnings = plural(checked.warnings, "warning", "warnings");
    let _ = writeln!(out, "{verdict}, {warnings} in {}", plural(checked.files, "file", "files"));
    let format = match (checked.format, checked.format_detected) {
        (Some(format), true) => format!("; format {format} (detected)"),
        (Some(format), false) => format!("; format {format}"),
        (None, _) => String::new(),
    };
    let distinct = match checked.distinct {
        Some(Distinct { all, is_exact: true, .. }) if all < checked.valid => {
            format!(" ({} distinct)", count(all))
        }
        Some(Distinct { all, is_exact: false, .. }) => format!(" (at least {} distinct)", count(all)),
        _ => String::new(),
    };
    let (read, valid, rejected) = (count(checked.records), count(checked.valid), count(checked.rejected));
    let records = match checked.format {
        Some(_) => format!("{read} read, {valid} valid{distinct}, {rejected} rejected{format}"),
        None => format!("{read} read, {rejected} rejected; format unknown, so fields were not checked"),
    };
    let _ = writeln!(out, "  records     {records}");
    tokens(&mut out, &checked.tokens, checked.texts, checked.is_conversation, checked.encoding.as_deref());
    balance(&mut out, &checked.balance, names, false);
    pairs(&mut out, checked.pairs);
    codes(&mut out, &checked.by_code, severities, shown.map_or(Listed::All, Listed::FirstFolded));
    let _ = writeln!(out, "  time        {}", rate(checked.bytes, checked.records, elapsed));
    out
}

/// What `build` reports at the end: the funnel, tokens, labels, throughput, the verdict.
pub(crate) fn built_summary(
    built: &Built,
    dir: &Path,
    names: ClassNames,
    severities: Severities,
    elapsed: Duration,
    paint: Paint,
) -> String {
    let manifest = &built.manifest;
    let counts = &manifest.counts;
    let mut out = String::new();
    let format = match (&manifest.format, built.format_detected) {
        (Some(format), true) => format!("format {format} (detected)"),
        (Some(format), false) => format!("format {format}"),
        (None, _) => "no format".to_owned(),
    };
    let profile = manifest.profile.as_ref().map_or_else(String::new, |name| format!(", profile {name}"));
    let _ = writeln!(out, "built {}  ({format}{profile})", paint.bold(&escape(&dir.display().to_string())));
    let kept = counts.train + counts.validation + counts.test;
    let rows = [
        ("read", counts.read, ""),
        ("rejected", counts.rejected, "rejected.jsonl; why: report/findings.parquet"),
        ("duplicate", counts.duplicates, "report/duplicates.parquet"),
        (
            "  near",
            counts.near_duplicates,
            "of these, similar to the record that stays (or copies of such a record)",
        ),
        ("unselected", counts.unselected, "why: `reason` in report/records.parquet"),
        ("  class cap", counts.capped, "of these, because their class has reached --cap-class"),
        ("  conflict", counts.conflicting, "of these, because others answer their prompt differently"),
        ("  eval match", counts.contaminated, "of these, because evaluation data has their text"),
        ("kept", kept, ""),
        ("  train", counts.train, ""),
        ("  validation", counts.validation, ""),
        ("  test", counts.test, ""),
        ("  evaluation", built.prompts(), "of these, prompts in evaluation.jsonl"),
        ("variants", counts.variants, "added to train; report/variants.parquet"),
    ];
    let width = count(counts.read).len();
    for (name, n, place) in rows {
        let is_always_shown =
            matches!(name, "read" | "rejected" | "duplicate" | "kept" | "  train" | "  validation");
        if n == 0 && !is_always_shown {
            continue;
        }
        // Variants were never read, so they are no share of it.
        let share = match name {
            "variants" => String::new(),
            _ if counts.read == 0 => "0.0 %".to_owned(),
            _ => format!("{:.1} %", n as f64 * 100.0 / counts.read as f64),
        };
        let place = if n == 0 || place.is_empty() { String::new() } else { format!("   {place}") };
        let _ = writeln!(out, "  {name:12} {:>width$}  {share:>7}{place}", count(n));
    }
    sources(&mut out, &built.summary.sources);
    let encoding = manifest.encoding.as_deref();
    tokens(&mut out, &manifest.record_tokens, built.summary.texts, built.summary.is_conversation, encoding);
    if manifest.encoding.is_some() && counts.variants > 0 {
        let _ = writeln!(out, "              {} in train, variants included", count(manifest.tokens.train));
    }
    // Where labels are counted like other values, the same table is there.
    if !built.balance.iter().any(|counts| counts.facet == Facet::Label.as_str() && !counts.values.is_empty())
    {
        labels(&mut out, built, names);
    }
    balance(&mut out, &built.balance, names, true);
    pairs(&mut out, built.summary.pairs);
    out.extend(manifest.certificates.as_ref().map(sides));
    codes(&mut out, &built.summary.by_code, severities, Listed::First(TEXT_PER_CODE));
    let phases = &built.phases;
    let _ = writeln!(out, "  time        {}", rate(built.bytes, counts.read, elapsed));
    let parts = [
        ("spool", phases.spool),
        ("scan", phases.scan),
        ("plan", phases.plan),
        ("write", phases.write),
        ("report", phases.report),
    ];
    let parts: Vec<String> =
        parts.iter().map(|(name, time)| format!("{name} {:.2} s", time.as_secs_f64())).collect();
    let _ = writeln!(out, "              {}", parts.join(", "));
    leftovers(&mut out, &built.leftovers, dir);
    if manifest.ready {
        let _ = writeln!(out, "{}", paint.green("ready"));
    } else {
        let _ = writeln!(out, "{}", paint.red("not ready:"));
        for finding in built.findings.iter().filter(|finding| finding.severity == Severity::Error) {
            let _ = writeln!(out, "  {}: {}", finding.code, escape(&finding.message));
        }
    }
    out
}

/// What became of the records of each source, where there are several.
fn sources(out: &mut String, sources: &[(Option<String>, Counts)]) {
    if sources.len() < 2 {
        return;
    }
    let parts = sources.iter().map(|(name, counts)| {
        let name = name.as_deref().map_or_else(|| "no source".into(), escape);
        let some = |parts: &[(u64, &str)]| {
            let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(*n)));
            parts.collect::<Vec<_>>().join(", ")
        };
        let Counts { read, rejected, duplicates, unselected, train, validation, test, .. } = *counts;
        let gone = some(&[(rejected, "rejected"), (duplicates, "duplicate"), (unselected, "unselected")]);
        let gone = if gone.is_empty() { gone } else { format!(", {gone}") };
        let sides = some(&[(train, "train"), (validation, "validation"), (test, "test")]);
        let sides = if sides.is_empty() { sides } else { format!(" ({sides})") };
        format!("{name}: {} read{gone}, {} kept{sides}", count(read), count(train + validation + test))
    });
    for (n, line) in parts.enumerate() {
        let _ = writeln!(out, "  {:11} {line}", if n == 0 { "sources" } else { "" });
    }
}

/// What `convert` says at the end.
pub(crate) fn converted_summary(
    converted: &Converted,
    file: &Path,
    rejected: Option<&Path>,
    severities: Severities,
    elapsed: Duration,
    paint: Paint,
) -> String {
    let mut out = String::new();
    let from = converted.from.join(", ");
    let shown = |path: &Path| paint.bold(&escape(&path.display().to_string()));
    let _ = match converted.written {
        0 => writeln!(out, "{} was not written: no record was converted", shown(file)),
        _ => writeln!(out, "wrote {}  ({from} to {})", shown(file), converted.to),
    };
    if let Some(rejected) = rejected {
        let lines = plural(converted.rejected, "rejected line", "rejected lines");
        let _ = writeln!(out, "wrote {}  ({lines}, byte for byte)", shown(rejected));
    }
    let refused = match converted.rejected {
        0 => "none rejected".to_owned(),
        n if converted.written == 0 => paint.red(&format!("{} rejected", count(n))),
        n => paint.red(&format!("{} rejected, and not in the file", count(n))),
    };
    let _ = writeln!(
        out,
        "  records     {} read, {} converted, {refused}",
        count(converted.records),
        count(converted.written)
    );
    codes(&mut out, &converted.by_code, severities, Listed::First(TEXT_PER_CODE));
    let _ = writeln!(out, "  time        {}", rate(converted.bytes, converted.records, elapsed));
    leftovers(&mut out, &converted.leftovers, file);
    out
}

/// What other runs left next to the output.
fn leftovers(out: &mut String, names: &[String], output: &Path) {
    for name in names {
        let _ = writeln!(out, "  leftover    {} of a run that was killed or is still running", escape(name));
    }
    if !names.is_empty() {
        let output = output.display().to_string();
        let command = format!("`bedload clean {}`", escape(&output));
        let _ = writeln!(out, "              {command} removes leftovers of runs that have ended");
    }
}

/// Whether classes are shown by name. Labels are text of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClassNames {
    /// The user named the label field, or asked for content.
    Shown,
    /// Classes have numbers, the largest first.
    Hidden,
}

impl ClassNames {
    /// What a run with these settings shows.
    pub(crate) fn of(settings: &Settings) -> Self {
        let is_named = settings.stages.balance.label_field.is_some()
            || settings.sources.iter().any(|source| source.label.is_some())
            || settings.show_content;
        if is_named { Self::Shown } else { Self::Hidden }
    }
}

fn labels(out: &mut String, built: &Built, names: ClassNames) {
    if built.labels.is_empty() {
        return;
    }
    let mut by_size: Vec<_> = built.labels.iter().collect();
    by_size.sort_by(|a, b| b.read.cmp(&a.read).then_with(|| a.name.cmp(&b.name)));
    let shown: Vec<String> = by_size
        .iter()
        .take(LABELS_SHOWN)
        .zip(1..)
        .map(|(class, number)| match names {
            ClassNames::Shown => escape(&class.name).chars().take(LABEL_CHARS_SHOWN).collect(),
            ClassNames::Hidden => format!("class {number}"),
        })
        .collect();
    let width = shown.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let classes = plural(by_size.len() as u64, "class", "classes");
    let _ = writeln!(out, "  labels      {classes}");
    let has_test = built.manifest.counts.test > 0;
    let test = if has_test { format!("  {:>9}", "test") } else { String::new() };
    let _ = writeln!(out, "    {:width$}  {:>9}  {:>9}  {:>10}{test}", "", "read", "train", "validation");
    for (name, class) in shown.iter().zip(&by_size) {
        let [train, validation, test] = class.sides.map(count);
        let test = if has_test { format!("  {test:>9}") } else { String::new() };
        let read = count(class.read);
        let _ = writeln!(out, "    {name:width$}  {read:>9}  {train:>9}  {validation:>10}{test}");
    }
    if by_size.len() > LABELS_SHOWN {
        let _ = writeln!(out, "    and {} more: report/labels.parquet", by_size.len() - LABELS_SHOWN);
    }
    if names == ClassNames::Hidden {
        let _ = writeln!(out, "    {HIDDEN_NAMES}");
    }
}
