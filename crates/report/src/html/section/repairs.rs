//! What was repaired.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::bar;
use crate::html::parts::{empty, section};
use crate::html::text::shown;

const SQL: &str = "SELECT code, title, safety, count(*) AS changes, count(DISTINCT (file, line)) AS lines\nFROM 'report/repairs.parquet' GROUP BY ALL ORDER BY changes DESC;";

/// Changes by code, where lines were to be repaired.
pub(crate) fn repairs(page: &Page) -> Markup {
    let Some(repairs) = &page.repairs else { return html! {} };
    let all: u64 = repairs.iter().map(|(_, n)| n).fold(0, |sum, n| sum.saturating_add(*n));
    let most = repairs.iter().map(|(_, n)| *n).max().unwrap_or(0);
    let about = html! {
        @if all > 0 { (plural(all, "change", "changes")) " of lines before they were checked; the inputs are as they were." }
    };
    let body = html! {
        @if all == 0 {
            (empty("There was nothing to repair."))
        } @else {
            table {
                thead { tr { th { "repaired" } th class="num" { "changes" } th class="bars" {} } }
                tbody {
                    @for (code, n) in repairs {
                        tr {
                            th scope="row" { code { (shown(code)) } }
                            td class="num" { (count(*n)) }
                            td class="bars" { (bar(*n, most, "train")) }
                        }
                    }
                }
            }
        }
    };
    section("repairs", "Repairs", &about, &body, if all == 0 { &[] } else { &[SQL] })
}
