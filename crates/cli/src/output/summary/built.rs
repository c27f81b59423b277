//! What `build` says at the end, and `stats` of what was built: the funnel, tokens, labels, findings, the verdict.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use bedload_engine::{Built, Numbers};
use bedload_record::Counts;
use bedload_record::plural::{count, plural};
use bedload_stages::facets::Facet;

use super::super::balance::balance;
use super::super::pairs::pairs;
use super::super::repairs;
use super::super::sides::sides;
use super::super::{Known, Paint};
use super::{ClassNames, HIDDEN_NAMES, Listed, codes, leftovers, rate, tokens};
use crate::escape::escape;

/// Where the reasons are for which records are not selected.
const WHY: &str = "why: `reason` in report/records.parquet";

/// Labels that are shown; the report has them all.
const LABELS_SHOWN: usize = 12;
/// Characters of a label that are shown.
const LABEL_CHARS_SHOWN: usize = 32;
/// What `build` reports at the end: the funnel, tokens, labels, throughput, the verdict.
pub(crate) fn built_summary(
    built: &Built,
    dir: &Path,
    (names, listed): (ClassNames, Listed<'_>),
    elapsed: Duration,
    paint: Paint,
) -> String {
    let Built { numbers, phases, bytes, format_detected, .. } = built;
    let dir_name = escape(&dir.display().to_string()).into_owned();
    let head = format!("built {}  ({})", paint.bold(&dir_name), about(numbers, *format_detected));
    let mut end = format!("  time        {}\n", rate(*bytes, numbers.manifest.counts.read, elapsed));
    let parts = [
        ("spool", phases.spool),
        ("scan", phases.scan),
        ("plan", phases.plan),
        ("write", phases.write),
        ("report", phases.report),
    ];
    let parts: Vec<String> =
        parts.iter().map(|(name, time)| format!("{name} {:.2} s", time.as_secs_f64())).collect();
    let _ = writeln!(end, "              {}", parts.join(", "));
    leftovers(&mut end, &built.leftovers, dir);
    numbers_page(numbers, &head, &end, (names, listed), paint)
}

/// The same of an earlier output, but for what only its run knew.
pub(crate) fn stats_summary(numbers: &Numbers, dir: &Path, names: ClassNames, paint: Paint) -> String {
    let dir = escape(&dir.display().to_string()).into_owned();
    let head = format!("{}  ({})", paint.bold(&dir), about(numbers, false));
    let listed = Listed { most: None, is_folded: false, known: Known::none() };
    numbers_page(numbers, &head, "", (names, listed), paint)
}

/// What the output is for.
fn about(numbers: &Numbers, is_detected: bool) -> String {
    let manifest = &numbers.manifest;
    let format = match (manifest.format.as_deref(), is_detected) {
        (Some(format), true) => format!("format {} (detected)", escape(format)),
        (Some(format), false) => format!("format {}", escape(format)),
        (None, _) => "no format".to_owned(),
    };
    match &manifest.profile {
        Some(name) => format!("{format}, profile {}", escape(name)),
        None => format,
    }
}

fn numbers_page(
    numbers: &Numbers,
    head: &str,
    end: &str,
    (names, listed): (ClassNames, Listed<'_>),
    paint: Paint,
) -> String {
    let manifest = &numbers.manifest;
    let counts = &manifest.counts;
    let mut out = format!("{head}\n");
    let kept = counts.train + counts.validation + counts.test;
    let (unselected, blank) = match numbers.removed() {
        0 => (WHY, 0),
        n if n == counts.unselected => ("blank lines that were removed", 0),
        n => (WHY, n),
    };
    let rows = [
        ("read", counts.read, ""),
        ("rejected", counts.rejected, "rejected.jsonl; why: report/findings.parquet"),
        ("duplicate", counts.duplicates, "report/duplicates.parquet"),
        (
            "  near",
            counts.near_duplicates,
            "of these, similar to the record that stays (or copies of such a record)",
        ),
        ("unselected", counts.unselected, unselected),
        ("  blank", blank, "of these, blank lines that were removed"),
        ("  class cap", counts.capped, "of these, because their class has reached --cap-class"),
        ("  conflict", counts.conflicting, "of these, because others answer their prompt differently"),
        ("  eval match", counts.contaminated, "of these, because evaluation data has their text"),
        ("kept", kept, ""),
        ("  train", counts.train, ""),
        ("  validation", counts.validation, ""),
        ("  test", counts.test, ""),
        ("  evaluation", numbers.prompts(), "of these, prompts in evaluation.jsonl"),
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
    if let Some(of) = &manifest.repairs {
        let of: Vec<(Cow<'_, str>, u64)> = of.iter().map(|(code, &n)| (escape(code), n)).collect();
        let beyond = manifest.beyond_repair.unwrap_or_default();
        out += &repairs::said(of.iter().map(|(code, n)| (&**code, *n)), beyond);
    }
    sources(&mut out, &numbers.summary.sources);
    let encoding = manifest.encoding.as_deref();
    let has = (numbers.summary.texts, numbers.summary.is_conversation);
    tokens(&mut out, (&manifest.record_tokens, &numbers.tokens), has, encoding);
    if manifest.encoding.is_some() && counts.variants > 0 {
        let _ = writeln!(out, "              {} in train, variants included", count(manifest.tokens.train));
    }
    // Where labels are counted like other values, the same table is there.
    if !numbers
        .balance
        .iter()
        .any(|counts| counts.facet == Facet::Label.as_str() && !counts.values.is_empty())
    {
        labels(&mut out, numbers, names);
    }
    balance(&mut out, &numbers.balance, names, true);
    pairs(&mut out, numbers.summary.pairs);
    out.extend(manifest.certificates.as_ref().map(sides));
    codes(&mut out, &numbers.summary.by_code, numbers.severities, listed);
    out += end;
    if manifest.ready {
        let _ = writeln!(out, "{}", paint.green("ready"));
    } else {
        let _ = writeln!(out, "{}", paint.red("not ready:"));
        manifest.reasons.iter().for_each(|reason| out += &format!("  {}\n", escape(reason)));
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

fn labels(out: &mut String, numbers: &Numbers, names: ClassNames) {
    if numbers.labels.is_empty() {
        return;
    }
    let mut by_size: Vec<_> = numbers.labels.iter().collect();
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
    let has_test = numbers.manifest.counts.test > 0;
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
