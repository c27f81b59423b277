//! What records should not have: text of evaluation data, personal data and secrets.

use bedload_record::plural::{agree, count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::bar;
use crate::html::numbers::share;
use crate::html::parts::{empty, more, section};
use crate::html::text::{name, shown};

/// Files of evaluation data that are shown.
const FILES: usize = 10;

const SQL: &str = "SELECT eval_file, method, count(*) AS matches, count(DISTINCT (file, line)) AS records\nFROM 'report/contamination.parquet' GROUP BY ALL ORDER BY matches DESC;";
const SQL_PII: &str = "SELECT kind, action, count(*) AS occurrences\nFROM 'report/pii.parquet' GROUP BY ALL ORDER BY kind, action;";

/// Matches with evaluation data, where there was some.
pub(crate) fn contamination(page: &Page) -> Markup {
    let Some(found) = &page.tables.contamination else { return html! {} };
    let mut files: Vec<(&String, &u64)> = found.by_file.iter().collect();
    files.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
    let most = files.first().map_or(0, |(_, n)| **n);
    let covered = found.coverage.iter().copied().max().unwrap_or(0);
    let about = html! {
        @if found.rows > 0 {
            (plural(found.records, "record", "records")) ", " (share(found.records, page.counts.read)) " of what was read, " (agree(found.records, "shares", "share")) " text with evaluation data."
        }
    };
    let body = html! {
        @if found.rows == 0 {
            (empty("No record has text in common with the evaluation data."))
        } @else {
            div class="two" {
                div {
                    h3 { "Matches by evaluation file" }
                    table {
                        thead { tr { th { "file" } th class="num" { "matches" } th class="bars" {} } }
                        tbody { @for (file, n) in files.iter().take(FILES) { tr { th scope="row" class="place" { (name(file)) } td class="num" { (count(**n)) } td class="bars" { (bar(**n, most, "match")) } } } }
                    }
                    (more(files.len().saturating_sub(FILES), ["file", "files"], "report/contamination.parquet"))
                    p class="sub" { "How: " @for (nth, (method, n)) in found.by_method.iter().enumerate() { @if nth > 0 { ", " } (shown(method)) " " (count(*n)) } }
                }
                div {
                    h3 { "Share of the evaluation record that is covered" }
                    table {
                        thead { tr { th { "covered" } th class="num" { "matches" } th class="bars" {} } }
                        tbody {
                            @for (tenth, n) in found.coverage.iter().enumerate().filter(|(_, n)| **n > 0) {
                                tr { th scope="row" { @if tenth == 10 { "all of it" } @else { (tenth * 10) "–" (tenth * 10 + 9) " %" } } td class="num" { (count(*n)) } td class="bars" { (bar(*n, covered, "match")) } }
                            }
                        }
                    }
                }
            }
            ul class="places" {
                @for [file, line, eval_file, eval_line, words] in &found.first {
                    li { span class="place" { (name(file)) ":" (line) } " has " (words) " words in a row of " span class="place" { (name(eval_file)) ":" (eval_line) } }
                }
            }
        }
    };
    section("contamination", "Evaluation data", &about, &body, if found.rows == 0 { &[] } else { &[SQL] })
}

/// Personal data, where it was looked for.
pub(crate) fn personal(page: &Page) -> Markup {
    let Some(found) = &page.tables.personal else { return html! {} };
    let most = found.kinds.values().map(|counts| counts.iter().sum::<u64>()).max().unwrap_or(0);
    let about = html! {
        @if found.rows > 0 { (plural(found.rows, "occurrence", "occurrences")) " in " (plural(found.records, "record", "records")) ". The report has their places and lengths, but not the data itself." }
    };
    let body = html! {
        @if found.rows == 0 {
            (empty("No personal data and no secrets were found."))
        } @else {
            table {
                thead { tr { th { "kind" } th class="num" { "reported" } th class="num" { "masked" } th class="num" { "rejected" } th class="bars" {} } }
                tbody {
                    @for (kind, counts) in &found.kinds {
                        tr {
                            th scope="row" { (shown(kind)) }
                            @for n in counts { td class="num" { (count(*n)) } }
                            td class="bars" { (bar(counts.iter().sum(), most, "match")) }
                        }
                    }
                }
            }
        }
    };
    section("pii", "Personal data and secrets", &about, &body, if found.rows == 0 { &[] } else { &[SQL_PII] })
}
