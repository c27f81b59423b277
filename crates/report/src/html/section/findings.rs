//! Findings by code: how many, where in the inputs, the first places, and what to do.

use bedload_record::Code;
use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::strip;
use crate::html::parts::{empty, more, section};
use crate::html::tables::{CodeRows, Example};
use crate::html::text::{name, shown};

/// Codes that are shown.
const SHOWN: usize = 40;

const SQL: &str = "SELECT code, severity, count(*) AS findings\nFROM 'report/findings.parquet'\nGROUP BY ALL ORDER BY findings DESC;";
const SQL_PLACES: &str = "SELECT file, line, \"column\", message\nFROM 'report/findings.parquet'\nWHERE code = 'schema/empty-content' LIMIT 20;";

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
        @if !codes.is_empty() { "Each strip shows where in the inputs the findings are, from the first line to the last." }
    };
    let body = html! {
        @if codes.is_empty() {
            (empty("No findings: nothing in these records is against a rule of the target."))
        } @else {
            div class="findings" { @for code in codes.iter().take(SHOWN) { (finding(code)) } }
            (more(codes.len().saturating_sub(SHOWN), "codes", "report/findings.parquet"))
        }
    };
    section("findings", "Findings", &about, &body, &[SQL, SQL_PLACES])
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
                @if let Some(info) = info { p class="sub" { (info.title) } }
            }
            p class="n" { (count(of.n)) }
            div class="where" {
                @if of.slices.is_empty() { span class="sub" { "the data set as a whole" } } @else { (strip(&of.code, &of.slices)) }
            }
            details {
                summary {
                    @match of.first.first().filter(|first| first.file.is_some()) {
                        Some(first) => { "first at " span class="ink" { (place(first)) } ": why, and what to do" }
                        None => "why, and what to do",
                    }
                }
                @if let Some(info) = info {
                    p { b { "Why. " } (info.why) }
                    p { b { "What to do. " } (info.help) }
                }
                ul class="places" {
                    @for example in &of.first { li { span class="place" { (place(example)) } " " (shown(&example.message)) } }
                }
                @if of.n > of.first.len() as u64 {
                    p class="more" { "and " (plural(of.n - of.first.len() as u64, "more", "more")) ": " code { "report/findings.parquet" } }
                }
            }
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
