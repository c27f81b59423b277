//! What became of the records, from one stage to the next.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::{Part, bar, stack};
use crate::html::numbers::share;
use crate::html::parts::{empty, section};

use super::head::kept;

const SQL: &str = "SELECT verdict, reason, split, count(*) AS records\nFROM 'report/records.parquet'\nGROUP BY ALL ORDER BY records DESC;";
const SQL_NEAR: &str =
    "SELECT method, count(*) AS records\nFROM 'report/duplicates.parquet'\nGROUP BY ALL ORDER BY method;";

/// The funnel.
pub(crate) fn funnel(page: &Page) -> Markup {
    let counts = &page.counts;
    let exact = counts.duplicates.saturating_sub(counts.near_duplicates);
    let for_a_reason = counts.conflicting.saturating_add(counts.contaminated).saturating_add(counts.capped);
    let selection = counts.unselected.saturating_sub(for_a_reason);
    let steps = [
        ("Rejected by the rules", "rejected", counts.rejected, "rejected.jsonl"),
        ("Exact duplicates", "duplicate", exact, "report/duplicates.parquet"),
        ("Shared with evaluation data", "match", counts.contaminated, "report/contamination.parquet"),
        ("Conflicting answers", "conflict", counts.conflicting, "report/conflicts.parquet"),
        ("Near-duplicates", "near", counts.near_duplicates, "report/duplicates.parquet"),
        ("Not selected", "unselected", selection, "report/records.parquet"),
        ("Class full", "capped", counts.capped, "report/records.parquet"),
    ];
    let kept = kept(page);
    let mut parts: Vec<Part<'_>> = vec![
        Part { name: "training", class: "train", n: counts.train },
        Part { name: "validation", class: "validation", n: counts.validation },
        Part { name: "test", class: "test", n: counts.test },
    ];
    parts.extend(steps.iter().map(|&(name, class, n, _)| Part { name, class, n }));
    parts.retain(|part| part.n > 0);
    let mut left = counts.read;
    let mut rows = Vec::new();
    for (name, class, n, place) in steps.into_iter().filter(|(_, _, n, _)| *n > 0) {
        left = left.saturating_sub(n);
        rows.push((name, class, n, place, left));
    }
    let body = html! {
        @if counts.read == 0 {
            (empty("The inputs have no lines."))
        } @else {
            (stack(&format!("What became of {}", plural(counts.read, "line", "lines")), &parts))
            table class="funnel" {
                thead { tr { th { "step" } th class="num" { "removed" } th class="num wide" { "share" } th class="num" { "left" } th class="bars" { "of what was read" } th class="wide" { "where they are" } } }
                tbody {
                    tr { th scope="row" { "Read" } td {} td class="wide" {} td class="num" { (count(counts.read)) } td class="bars" { (bar(1, 1, "left")) } td class="wide" {} }
                    @for (name, class, n, place, left) in rows {
                        tr {
                            th scope="row" { i class={ "key " (class) } {} (name) }
                            td class="num" { "−" (count(n)) } td class="num wide soft" { (share(n, counts.read)) } td class="num" { (count(left)) }
                            td class="bars" { (bar(left, counts.read, "left")) }
                            td class="wide" { code { (place) } }
                        }
                    }
                    tr class="sum" {
                        th scope="row" { "Kept" } td {} td class="num wide" { (share(kept, counts.read)) } td class="num" { (count(kept)) }
                        td class="bars" { (bar(kept, counts.read, "train")) } td class="wide" {}
                    }
                }
            }
        }
    };
    let about = html! { "Every line has exactly one verdict, so the numbers add up." };
    section("funnel", "What became of the records", &about, &body, &[SQL, SQL_NEAR])
}
