//! Prompts that records answer differently.

use bedload_record::plural::{agree, count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::bar;
use crate::html::numbers::share;
use crate::html::parts::{empty, section};
use crate::html::tables::{Answer, Disagreement, Prompt};
use crate::html::text::name;

const SQL: &str = "SELECT kind, count(DISTINCT prompt) AS prompts, sum(records) AS records\nFROM 'report/conflicts.parquet' GROUP BY ALL;";
const SQL_AGREEMENT: &str = "SELECT least(floor(majority_share * 10 + 1e-9), 9)::INT AS tenths, sum(records) AS records\nFROM 'report/conflicts.parquet' GROUP BY ALL ORDER BY tenths;";

/// Conflicts, where there is a table of them.
pub(crate) fn conflicts(page: &Page) -> Markup {
    let Some(found) = &page.tables.conflicts else { return html! {} };
    let [labels, others] = found.prompts;
    let about = html! {
        @if labels > 0 { (plural(labels, "prompt", "prompts")) " " (agree(labels, "has", "have")) " different labels in " (plural(found.records[0], "record", "records")) ". " }
        @if others > 0 { (plural(others, "prompt", "prompts")) " " (agree(others, "has", "have")) " several answers in " (plural(found.records[1], "record", "records")) ", as is usual where answers are free text." }
    };
    let body = html! {
        @if labels + others == 0 {
            (empty("No prompt has several answers."))
        } @else {
            div class="two" {
                div { h3 { "Agreement of records with the same prompt" } (agreement(found)) }
                div { h3 { "Prompts with the most records" } @for prompt in &found.largest { (self::prompt(prompt)) } }
            }
        }
    };
    section(
        "conflicts",
        "Conflicting answers",
        &about,
        &body,
        if labels + others == 0 { &[] } else { &[SQL, SQL_AGREEMENT] },
    )
}

fn agreement(found: &Disagreement) -> Markup {
    let most = found.agreement.iter().copied().max().unwrap_or(0);
    let all: u64 = found.agreement.iter().sum();
    html! {
        table {
            thead { tr { th { "most frequent answer" } th class="num" { "records" } th class="num" { "share" } th class="bars" {} } }
            tbody {
                @for (tenth, n) in found.agreement.iter().enumerate().filter(|(_, n)| **n > 0) {
                    tr {
                        th scope="row" { (tenth * 10) "–" (tenth * 10 + 10) " %" }
                        td class="num" { (count(*n)) } td class="num" { (share(*n, all)) }
                        td class="bars" { (bar(*n, most, "conflict")) }
                    }
                }
            }
        }
    }
}

fn prompt(of: &Prompt) -> Markup {
    let answer = |answer: &Answer| {
        html! {
            li {
                span class="place" { (name(&answer.file)) ":" (answer.line) } " "
                @if let Some(label) = &answer.label { b { (name(label)) } " " }
                (plural(answer.records, "record", "records"))
                @if !answer.stays { span class="soft" { ", removed" } }
            }
        }
    };
    html! {
        div class="prompt" {
            p { code { (format!("{:016x}", of.hash)) } " " (plural(of.records, "record", "records")) ", " (plural(of.all, "answer", "answers")) }
            ul { @for of in &of.answers { (answer(of)) } }
        }
    }
}
