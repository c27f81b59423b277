//! A comparison as text and as Markdown: the same tables in both.

use std::fmt::Write as _;

use bedload_engine::{Change, Compared, Difference, DifferenceTable, Kind, Place, Snapshot};
use bedload_record::Side;
use bedload_record::plural::{count, plural};

use super::policy::totals;
use super::target::{cost, quotas};
use crate::escape::escape;
use crate::output::Paint;

/// Places that are shown of each kind of change.
const PLACES: usize = 5;

/// A table: its title, its heads, and rows of cells. Cells are escaped for a terminal.
struct Table {
    title: &'static str,
    heads: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    /// What is to be said below it.
    note: Option<String>,
    /// Sizes that a page draws, one pair a row.
    bars: Vec<[f64; 2]>,
}

impl Table {
    /// Whether a column has numbers, so that its cells are aligned at their end.
    fn is_number(&self, nth: usize) -> bool {
        nth > 0 && self.rows.iter().any(|row| is_number(&row[nth]))
    }
}

/// Everything that is shown.
pub(super) struct Page {
    /// What the two are called.
    names: [String; 2],
    /// Why the comparison fails; empty where it does not.
    failures: Vec<String>,
    /// Whether anything differs.
    differs: bool,
    tables: Vec<Table>,
}

impl Page {
    pub(super) fn of(compared: &Compared, failures: &[String], show_content: bool) -> Self {
        let tables = [
            records(compared),
            changes(compared),
            target(compared),
            findings(compared),
            drift(compared, show_content),
            places(compared),
        ];
        let tables: Vec<Table> = tables.into_iter().filter(|table| !table.rows.is_empty()).collect();
        let found = compared.findings.iter().flatten();
        let differs = !compared.records.list.is_empty()
            || compared.old.manifest.ready != compared.new.manifest.ready
            || compared.drifts.iter().any(|drift| drift.size > 0.0)
            || found.into_iter().any(|code| !code.appeared.is_empty() || !code.gone.is_empty());
        Self {
            names: [&compared.old, &compared.new].map(|snapshot| escape(&snapshot.name).into_owned()),
            failures: failures.iter().map(|failure| escape(failure).into_owned()).collect(),
            differs,
            tables,
        }
    }

    fn verdict(&self) -> String {
        match (self.failures.len(), self.differs) {
            (0, false) => "no differences".to_owned(),
            (0, true) => "they differ, and nothing fails".to_owned(),
            (n, _) => format!("fails for {}", plural(n as u64, "reason", "reasons")),
        }
    }

    /// The same for a page of HTML.
    pub(super) fn difference(&self) -> Difference {
        let table = |table: &Table| DifferenceTable {
            title: table.title.to_owned(),
            heads: table.heads.iter().map(|head| (*head).to_owned()).collect(),
            rows: table.rows.clone(),
            numbers: (0..table.heads.len()).map(|nth| table.is_number(nth)).collect(),
            bars: table.bars.clone(),
            note: table.note.clone(),
        };
        Difference {
            names: self.names.clone(),
            verdict: self.verdict(),
            failures: self.failures.clone(),
            tables: self.tables.iter().map(table).collect(),
        }
    }

    pub(super) fn text(&self, paint: Paint) -> String {
        let mut out = String::new();
        let verdict = self.verdict();
        let verdict = if self.failures.is_empty() { paint.green(&verdict) } else { paint.red(&verdict) };
        let _ = writeln!(out, "{} → {}: {verdict}", paint.bold(&self.names[0]), paint.bold(&self.names[1]));
        self.failures.iter().for_each(|failure| out += &format!("  {failure}\n"));
        for table in &self.tables {
            let _ = writeln!(out, "\n{}", paint.bold(table.title));
            let heads: Vec<String> = table.heads.iter().map(|head| (*head).to_owned()).collect();
            let lines: Vec<&Vec<String>> = Some(&heads).into_iter().chain(&table.rows).collect();
            let width = |nth: usize| lines.iter().map(|line| line[nth].chars().count()).max().unwrap_or(0);
            let widths: Vec<usize> = (0..heads.len()).map(width).collect();
            for line in lines {
                let cells = line.iter().zip(&widths).enumerate().map(|(nth, (cell, &width))| {
                    let pad = " ".repeat(width - cell.chars().count());
                    if is_number(cell) && nth > 0 { pad + cell } else { cell.clone() + &pad }
                });
                let line = cells.collect::<Vec<String>>().join("  ");
                let _ = writeln!(out, "  {}", line.trim_end());
            }
            table.note.iter().flat_map(|note| note.lines()).for_each(|line| out += &format!("  {line}\n"));
        }
        out
    }

    pub(super) fn markdown(&self) -> String {
        let mark = match (self.failures.is_empty(), self.differs) {
            (true, false) => "✅",
            (true, true) => "ℹ️",
            (false, _) => "❌",
        };
        let mut out = format!("### {mark} bedload compare: {}\n\n", self.verdict());
        let _ = writeln!(out, "{} → {}\n", code(&self.names[0]), code(&self.names[1]));
        self.failures.iter().for_each(|failure| out += &format!("* {}\n", plain(failure)));
        for table in &self.tables {
            let _ = writeln!(out, "\n**{}**\n", plain(table.title));
            let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
            out += &line(table.heads.iter().map(|head| plain(head)).collect());
            let is_right = |nth: usize| nth > 0 && table.rows.iter().all(|row| is_number(&row[nth]));
            let rule =
                (0..table.heads.len()).map(|nth| if is_right(nth) { "---:" } else { "---" }.to_owned());
            out += &line(rule.collect());
            table.rows.iter().for_each(|row| out += &line(row.iter().map(|cell| plain(cell)).collect()));
            table.note.iter().for_each(|note| out += &format!("\n{}\n", plain(note)));
        }
        out
    }
}

/// A text in which Markdown finds nothing to format, not even in a cell of a table.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation()
            && !matches!(
                c,
                '.' | ',' | ':' | ';' | '/' | '%' | '-' | '\'' | '"' | '(' | ')' | '=' | '?' | '$'
            )
        {
            out.push('\\');
        }
        out.push(c);
    }
    // What begins a heading or a list does so at the beginning only.
    out
}

/// A name as code; what cannot be in code is left out of it.
fn code(text: &str) -> String {
    if text.contains('`') { plain(text) } else { format!("`{text}`") }
}

fn is_number(cell: &str) -> bool {
    let is_of_number = |c: char| c.is_ascii_digit() || ",.+-−–% $".contains(c);
    !cell.is_empty() && cell.chars().all(is_of_number)
}

/// How much a number grew.
fn change(old: u64, new: u64) -> String {
    match (new.checked_sub(old), old.checked_sub(new)) {
        (Some(0), _) => "0".to_owned(),
        (Some(more), _) => format!("+{}", count(more)),
        (_, Some(less)) => format!("−{}", count(less)),
        _ => String::new(),
    }
}

fn row(name: &str, old: u64, new: u64) -> Vec<String> {
    vec![name.to_owned(), count(old), count(new), change(old, new)]
}

fn records(compared: &Compared) -> Table {
    let [old, new] = [&compared.old, &compared.new].map(|snapshot| snapshot.manifest.counts);
    let mut rows = vec![row("read", old.read, new.read)];
    for (name, old, new) in [
        ("rejected", old.rejected, new.rejected),
        ("duplicates", old.duplicates, new.duplicates),
        ("unselected", old.unselected, new.unselected),
        ("train", old.train, new.train),
        ("validation", old.validation, new.validation),
        ("test", old.test, new.test),
        ("variants", old.variants, new.variants),
    ] {
        if old > 0 || new > 0 {
            rows.push(row(name, old, new));
        }
    }
    Table { title: "Records", heads: vec!["", "old", "new", "change"], rows, note: None, bars: Vec::new() }
}

/// What became of the records, and why.
fn changes(compared: &Compared) -> Table {
    let [added, removed, changed, moved] = totals(compared);
    let of = |kind| compared.records.count(kind);
    let some = |parts: Vec<(u64, String)>| {
        let parts = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(n)));
        parts.collect::<Vec<String>>().join(", ")
    };
    let text = |parts: &[(u64, &str)]| some(parts.iter().map(|(n, what)| (*n, (*what).to_owned())).collect());
    let by_id = compared.records.by_id;
    let sides = Side::ALL.into_iter().flat_map(|from| Side::ALL.map(|to| (from, to)));
    let pairs = sides
        .map(|(from, to)| (compared.records.moved(from, to), format!("{} → {}", from.name(), to.name())));
    let rows = [
        ("as they were", compared.records.same, String::new()),
        ("added", added, text(&[(of(Kind::AddedFromInputs), "in the earlier inputs, and not kept")])),
        (
            "removed",
            removed,
            text(&[
                (of(Kind::NowDuplicate), "now duplicates"),
                (of(Kind::NowUnselected), "now unselected"),
                (of(Kind::NowRejected), "now rejected"),
                (of(Kind::Removed), "not in the inputs"),
            ]),
        ),
        (
            "changed",
            changed,
            text(&[
                (of(Kind::Relabelled), "in their label only"),
                (by_id, "found by id"),
                (of(Kind::Changed) - by_id, "found by place"),
            ]),
        ),
        ("moved", moved, some(pairs.collect())),
    ];
    let rows = rows.into_iter().map(|(name, n, why)| vec![name.to_owned(), count(n), why]).collect();
    Table {
        title: "Kept records",
        heads: vec!["", "records", "of these"],
        rows,
        note: None,
        bars: Vec::new(),
    }
}

fn target(compared: &Compared) -> Table {
    let [old, new] = [&compared.old.manifest, &compared.new.manifest];
    let ready = |is_ready: bool| if is_ready { "yes" } else { "no" }.to_owned();
    let mut rows = vec![vec!["ready".to_owned(), ready(old.ready), ready(new.ready), String::new()]];
    let profile = |name: &Option<String>| name.as_deref().map_or("none".into(), escape).into_owned();
    if old.profile != new.profile {
        rows.push(vec!["profile".to_owned(), profile(&old.profile), profile(&new.profile), String::new()]);
    }
    if old.encoding.is_some() || new.encoding.is_some() {
        rows.push(row("training tokens", old.tokens.train, new.tokens.train));
    }
    for quota in quotas(old, new) {
        let [was, is] = quota.used;
        rows.push(row(&format!("{} (at most {})", quota.title, count(quota.most)), was, is));
    }
    if let Some([was, is]) = cost(old, new) {
        rows.push(vec!["training, an epoch".to_owned(), was.usd(), is.usd(), String::new()]);
    }
    let note =
        (!new.ready && old.ready).then(|| format!("no longer ready: {}", escape(&new.reasons.join("; "))));
    Table { title: "Target", heads: vec!["", "old", "new", "change"], rows, note, bars: Vec::new() }
}

fn findings(compared: &Compared) -> Table {
    let Some(codes) = &compared.findings else {
        return Table {
            title: "Findings",
            heads: vec!["", "old", "new", "change"],
            rows: vec![row(
                "findings",
                compared.old.manifest.findings.values().sum(),
                compared.new.manifest.findings.values().sum(),
            )],
            note: Some(
                "one of the outputs is of a version that kept no fingerprints, so findings are only counted"
                    .to_owned(),
            ),
            bars: Vec::new(),
        };
    };
    let rows = codes.iter().filter(|code| !code.appeared.is_empty() || !code.gone.is_empty()).map(|code| {
        let first = code.appeared.first().map_or_else(String::new, |first| match (&first.file, first.line) {
            (Some(file), Some(line)) => format!("{}:{line}", escape(file)),
            (Some(file), None) => escape(file).into_owned(),
            _ => "data set".to_owned(),
        });
        let [appeared, gone] = [&code.appeared, &code.gone].map(|list| count(list.len() as u64));
        let [code, severity] = [&code.code, &code.severity].map(|text| escape(text).into_owned());
        vec![code, severity, appeared, gone, first]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let heads = vec!["code", "severity", "appeared", "gone", "first that appeared"];
    Table { title: "Findings", heads, rows, note: None, bars: Vec::new() }
}

/// Whether the values of a distribution are record text that was not asked for.
pub(super) fn hides(compared: &Compared, what: &str, show_content: bool) -> bool {
    let both = [&compared.old.manifest, &compared.new.manifest];
    match what {
        "label" => !show_content && !both.iter().all(|manifest| manifest.shows_names()),
        field if field.starts_with('/') => {
            !show_content && !both.iter().all(|manifest| manifest.shows_content())
        }
        _ => false,
    }
}

fn drift(compared: &Compared, show_content: bool) -> Table {
    let mut is_any_hidden = false;
    let rows = compared.drifts.iter().map(|drift| {
        let mut old = String::new();
        let mut new = String::new();
        let mut what = String::new();
        if let Some([was, is]) = drift.medians {
            (old, new, what) = (range(was), range(is), "median".to_owned());
        } else if drift.records.contains(&0) {
            let shown = |n: u64| if n == 0 { "none".to_owned() } else { plural(n, "record", "records") };
            (old, new) = (shown(drift.records[0]), shown(drift.records[1]));
        } else if let Some(most) = drift.moved.first() {
            let share = |share: f64| format!("{:.1} %", share * 100.0);
            (old, new) = (share(most.shares[0]), share(most.shares[1]));
            what = match &most.value {
                None => "no value".to_owned(),
                Some(_) if hides(compared, &drift.what, show_content) => {
                    is_any_hidden = true;
                    if drift.what == "label" { "one class" } else { "one value" }.to_owned()
                }
                Some(name) => escape(name).chars().take(32).collect(),
            };
        }
        let name = escape(&drift.what).into_owned();
        vec![name, format!("{:.3}", drift.size), format!("{:.3}", drift.by_chance), what, old, new]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let mut note =
        "size: the share of the records that differ; by chance: that of two samples of the same data"
            .to_owned();
    if is_any_hidden {
        note += "\nlabel names and values are record text: --show-content shows them";
    }
    let bars = compared.drifts.iter().map(|drift| [drift.size, drift.by_chance]).collect();
    let heads = vec!["", "size", "by chance", "of", "old", "new"];
    Table { title: "Distributions", heads, rows, note: Some(note), bars }
}

/// A number of which only the bin is known.
fn range([low, high]: [u64; 2]) -> String {
    if low == high { count(low) } else { format!("{}–{}", count(low), count(high)) }
}

fn places(compared: &Compared) -> Table {
    let name = |place: Option<Place>, snapshot: &Snapshot| {
        place.map_or_else(String::new, |place| {
            let side = place.side.map_or_else(String::new, |side| format!(" ({})", side.name()));
            format!("{}:{}{side}", escape(&snapshot.files[place.file as usize]), place.line)
        })
    };
    let mut rows = Vec::new();
    for kind in Kind::ALL {
        let of_kind: Vec<&Change> =
            compared.records.list.iter().filter(|change| change.kind == kind).collect();
        rows.extend(of_kind.iter().take(PLACES).map(|change| {
            vec![kind.name().to_owned(), name(change.old, &compared.old), name(change.new, &compared.new)]
        }));
        if let Some(more @ 1..) = of_kind.len().checked_sub(PLACES) {
            rows.push(vec![
                kind.name().to_owned(),
                format!("and {} more", count(more as u64)),
                String::new(),
            ]);
        }
    }
    Table { title: "First places", heads: vec!["", "old", "new"], rows, note: None, bars: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_a_table() {
        assert_eq!(plain("a|b\\c*d_e<f>`g`"), "a\\|b\\\\c\\*d\\_e\\<f\\>\\`g\\`");
        assert_eq!(code("a`b"), "a\\`b");
        assert!(is_number("−1,234") && is_number("0.120") && !is_number("") && !is_number("a 1"));
    }
}
