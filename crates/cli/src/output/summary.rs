//! The summaries that end a run, for people.

mod built;
mod checked;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use bedload_engine::{Converted, Manifest, Settings};
use bedload_record::plural::{count, plural};
use bedload_record::{Bin, Code, Quantiles, Severities, Tokens};

use super::histogram::histogram;
use super::losses;
use super::repairs;
use super::{Known, Paint};
use crate::escape::escape;

pub(crate) use built::{built_summary, stats_summary};
pub(crate) use checked::checked_summary;

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
    (tokens, bins): (&Quantiles, &[(Bin, u64)]),
    (texts, is_conversation): (Tokens, bool),
    encoding: Option<&str>,
) {
    if let Some(encoding) = encoding.filter(|_| tokens.count > 0) {
        let Quantiles { sum, p50, p90, p99, max, .. } = tokens;
        let _ = writeln!(out, "  tokens      {} total ({})", count(*sum), escape(encoding));
        let [p50, p90, p99, max] = [p50, p90, p99, max].map(|n| count(*n));
        let _ = writeln!(out, "              per record p50 {p50}, p90 {p90}, p99 {p99}, max {max}");
        out.extend(histogram(bins).map(|line| format!("              {line}\n")));
        if is_conversation {
            let (system, user, assistant) =
                (count(texts.system), count(texts.user()), count(texts.assistant));
            let _ = writeln!(out, "              system {system}, user {user}, assistant {assistant}");
        }
        let (characters, by_6, by_3) = (count(texts.characters), count(texts.by_6()), count(texts.by_3()));
        let _ = writeln!(out, "  characters  {characters} total; / 6 = {by_6}, / 3 = {by_3}");
    }
}

/// Which findings were shown before.
#[derive(Clone, Copy)]
pub(crate) struct Listed<'a> {
    /// The most of a code; none where all were.
    pub(crate) most: Option<u64>,
    /// Whether none about fields were, where one finding tells of all records that they are in another format.
    pub(crate) is_folded: bool,
    /// Those that the baseline knows.
    pub(crate) known: Known<'a>,
}

impl Listed<'_> {
    /// What is said of a code with so many findings.
    fn remark(self, code: Code, n: u64, by_code: &BTreeMap<Code, u64>) -> String {
        let known = self.known.of(code);
        let new = n.saturating_sub(known);
        let mut parts = Vec::new();
        if known > 0 {
            let of = if new == 0 { String::new() } else { format!("{} ", count(known)) };
            let hidden = if self.known.is_shown { "" } else { ", not listed" };
            parts.push(format!("{of}known{hidden}"));
        }
        let in_general = self.is_folded
            && by_code.contains_key(&Code::DatasetWrongFormat)
            && ["schema/", "disputed/"].iter().any(|area| code.name().starts_with(area));
        if let Some(most) = self.most {
            let is_cut = new > most || self.known.is_shown && known > most;
            if in_general {
                parts.push("not listed".to_owned());
            } else if is_cut && code.info().scope == bedload_record::Scope::Record {
                let of = match (known, self.known.is_shown) {
                    (0, _) => "",
                    (_, false) => "new ",
                    (_, true) => "of each ",
                };
                parts.push(format!("first {most} {of}shown"));
            }
        }
        if parts.is_empty() { String::new() } else { format!("  ({})", parts.join("; ")) }
    }
}

fn codes(out: &mut String, by_code: &BTreeMap<Code, u64>, severities: Severities, listed: Listed<'_>) {
    if by_code.is_empty() {
        return;
    }
    out.push_str("  findings\n");
    let width = by_code.keys().map(|code| code.name().len()).max().unwrap_or(0);
    for (&code, &n) in by_code {
        let severity = severities.of(code).name();
        let remark = listed.remark(code, n, by_code);
        let _ = writeln!(out, "    {:width$}  {:>9}  {severity}{remark}", code.name(), count(n));
    }
}

/// What `convert` says at the end.
pub(crate) fn converted_summary(
    converted: &Converted,
    file: &Path,
    rejected: Option<&Path>,
    (severities, listed): (Severities, Listed<'_>),
    elapsed: Duration,
    paint: Paint,
) -> String {
    let mut out = String::new();
    let done = if converted.from.is_empty() && converted.repairs.is_some() { "valid" } else { "converted" };
    let from = converted.from.join(", ");
    let shown = |path: &Path| paint.bold(&escape(&path.display().to_string()));
    let _ = match converted.written {
        0 => writeln!(out, "{} was not written: no record was {done}", shown(file)),
        _ if converted.to.is_empty() => writeln!(out, "wrote {}", shown(file)),
        _ if converted.from.is_empty() => writeln!(out, "wrote {}  ({})", shown(file), converted.to),
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
    let (read, lines) = (count(converted.records), count(converted.converted));
    let _ = writeln!(out, "  records     {read} read, {lines} {done}, {refused}");
    if converted.written != converted.converted {
        let _ = writeln!(out, "  written     {}", plural(converted.written, "record", "records"));
    }
    if converted.removed > 0 {
        let lines = plural(converted.removed, "blank line", "blank lines");
        let _ = writeln!(out, "  removed     {lines}");
    }
    let repaired = converted.repairs.as_ref();
    out.extend(repaired.map(|of| repairs::said(repairs::by_code(of), of.beyond)));
    codes(&mut out, &converted.by_code, severities, listed);
    out.push_str(&losses::tables(&converted.losses));
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

    /// What an output shows whose run has these.
    pub(crate) fn of_output(manifest: &Manifest, show_content: bool) -> Self {
        if show_content || manifest.shows_names() { Self::Shown } else { Self::Hidden }
    }
}
