//! Findings by code: how many, where in the inputs, the first places, and what to do.

use bedload_record::Code;
use bedload_record::plural::count;
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::strip;
use crate::html::parts::{empty, more, section};
use crate::html::tables::{CodeRows, Example};
use crate::html::text::{name, prose, shown};

/// Codes that are shown.
const SHOWN: usize = 40;

const SQL: &str = "SELECT code, severity, count(*) AS findings\nFROM 'report/findings.parquet'\nGROUP BY ALL ORDER BY findings DESC;";

/// Errors first, and what is frequent first among these.
fn rank(severity: &str) -> u8 {
    match severity {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    }
}

/// The findings.
pub(crate) fn findings(page: &Page) -> Markup {
    let mut codes: Vec<&CodeRows> = page.tables.findings.iter().collect();
    codes.sort_by(|a, b| {
        (rank(&a.severity), b.n).cmp(&(rank(&b.severity), a.n)).then_with(|| a.code.cmp(&b.code))
    });
    let about = html! {
        @if !codes.is_empty() { @if codes.iter().any(|of| !of.slices.is_empty()) { "Each strip shows where in the inputs the findings are, from the first line to the last." } }
    };
    let body = html! {
        @if codes.is_empty() {
            (empty("No findings: the records break no rule."))
        } @else {
            div class="findings" { @for code in codes.iter().take(SHOWN) { (finding(code)) } }
            (more(codes.len().saturating_sub(SHOWN), ["code", "codes"], "report/findings.parquet"))
        }
    };
    let queries: Vec<String> =
        codes.first().map(|of| vec![SQL.to_owned(), sql_places(&of.code)]).unwrap_or_default();
    section("findings", "Findings", &about, &body, &queries)
}

/// Where the findings of a code are.
fn sql_places(code: &str) -> String {
    format!(
        "SELECT file, line, \"column\", message\nFROM 'report/findings.parquet'\nWHERE code = '{}' LIMIT 20;",
        code.replace('\'', "''")
    )
}

fn finding(of: &CodeRows) -> Markup {
    let info = Code::from_name(&of.code).map(Code::info);
    let severity = match of.severity.as_str() {
        "error" => "error",
        "warning" => "warning",
        _ => "note",
    };
    html! {
        article class="finding" {
            div class="what" {
                p { span class={ "dot " (severity) } {} code { (shown(&of.code)) } " " span class={ "severity " (severity) } { (severity) } }
                @if let Some(info) = info { p class="sub" { (prose(info.title)) } }
            }
            p class="n" { (count(of.n)) }
            div class="where" {
                @if of.slices.is_empty() { span class="sub" { (whole(of)) } } @else { (strip(&of.code, &of.slices)) }
            }
            details {
                summary {
                    @match of.first.first().filter(|first| first.file.is_some()) {
                        Some(first) => { "first at " span class="ink" { (place(first)) } span class="ask" { ": why, and what to do" } }
                        None => span class="ask" { "why, and what to do" },
                    }
                }
                @if let Some(info) = info {
                    p { b { "Why. " } (prose(info.why)) }
                    p { b { "What to do. " } (prose(info.help)) }
                }
                ul class="places" {
                    @for example in &of.first { li { span class="place" { (place(example)) } " " (prose(&example.message)) } }
                }
                @if of.n > of.first.len() as u64 {
                    p class="more" { "and " (count(of.n - of.first.len() as u64)) " more: " code { "report/findings.parquet" } }
                }
            }
        }
    }
}

/// What findings without lines are about: files, or all of the data.
fn whole(of: &CodeRows) -> Markup {
    let mut files: Vec<&str> = of.first.iter().filter_map(|example| example.file.as_deref()).collect();
    files.dedup();
    let is_all = of.n == of.first.len() as u64;
    html! {
        @match files[..] {
            [] => "the data set as a whole",
            [only] if is_all => { "the file " (name(only)) },
            [first, ..] => { (name(first)) " and other files" },
        }
    }
}

/// Where a finding is.
fn place(of: &Example) -> Markup {
    html! {
        @if let Some(file) = &of.file {
            (name(file))
            @if let Some(line) = &of.line { ":" (line) }
            @if let Some(column) = &of.column { ":" (column) }
        } @else {
            "data set"
        }
    }
}
