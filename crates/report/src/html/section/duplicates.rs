//! Duplicates: how alike they are to what was kept for them, and the records that most others are like.

use bedload_record::plural::{agree, count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::{Bin, Histogram, bar};
use crate::html::parts::{empty, section};
use crate::html::tables::{Alike, Hundredths};
use crate::html::text::name;

const SQL: &str = "SELECT survivor_file, survivor_line, count(*) AS removed\nFROM 'report/duplicates.parquet'\nGROUP BY ALL ORDER BY removed DESC, survivor_file, survivor_line LIMIT 8;";
const SQL_NEAR: &str = "SELECT floor(similarity * 100 + 1e-9)::INT AS hundredths, count(*) AS records\nFROM 'report/duplicates.parquet'\nWHERE method = 'near' GROUP BY ALL ORDER BY hundredths;";
const SQL_EDGES: &str = "SELECT floor(similarity * 100 + 1e-9)::INT AS hundredths, count(*) AS pairs\nFROM 'report/edges.parquet'\nGROUP BY ALL ORDER BY hundredths;";

/// Duplicates, where there is a table of them.
pub(crate) fn duplicates(page: &Page) -> Markup {
    let Some(found) = &page.tables.duplicates else { return html! {} };
    let edges = page.tables.edges.as_ref().filter(|edges| edges.iter().any(|n| *n > 0));
    let has_near = found.similarity.iter().any(|n| *n > 0);
    let about = html! {
        @if found.removed > 0 {
            (plural(found.removed, "record", "records")) " " (agree(found.removed, "was", "were")) " removed as " (agree(found.removed, "a duplicate", "duplicates")) " of " (plural(found.survivors, "other record", "other records")) "."
            // The table says what the duplicate was compared with, and not what became of that later.
            @if page.counts.unselected > 0 { " Later steps may have left out some of these, too." }
        }
    };
    let body = html! {
        @if found.removed == 0 {
            (empty("No duplicates were removed."))
        } @else {
            div class="two" {
                div {
                    h3 { "Largest clusters" }
                    (clusters(found))
                }
                div {
                    h3 { "Duplicates per record" }
                    (sizes(found))
                }
            }
        }
        @if has_near {
            h3 { "Similarity of near-duplicates to the record that they repeat" }
            (similarity("Similarity of near-duplicates", "records", &found.similarity))
        }
        @if let Some(edges) = edges {
            h3 { "Similarity of all pairs in report/edges.parquet" }
            (similarity("Similarity of pairs", "pairs", edges))
        }
    };
    let mut queries = vec![];
    if found.removed > 0 {
        queries.push(SQL);
    }
    queries.extend(has_near.then_some(SQL_NEAR));
    queries.extend(edges.map(|_| SQL_EDGES));
    section("duplicates", "Duplicates", &about, &body, &queries)
}

fn clusters(found: &Alike) -> Markup {
    let most = found.largest.first().map_or(0, |largest| largest.removed);
    html! {
        table {
            thead { tr { th { "duplicates of" } th class="num" { "removed" } th class="bars" {} } }
            tbody {
                @for cluster in &found.largest {
                    tr {
                        th scope="row" class="place" { (name(&cluster.file)) ":" (cluster.line) }
                        td class="num" { (count(cluster.removed)) }
                        td class="bars" { (bar(cluster.removed, most, "duplicate")) }
                    }
                }
            }
        }
    }
}

/// How many records have how many copies.
fn sizes(found: &Alike) -> Markup {
    let most = found.sizes.iter().copied().max().unwrap_or(0);
    let range = |nth: usize| match nth {
        0 => "1".to_owned(),
        1 => "2".to_owned(),
        _ => format!("{}–{}", count((1 << (nth - 1)) + 1), count(1 << nth)),
    };
    html! {
        table {
            thead { tr { th { "duplicates removed" } th class="num" { "records" } th class="bars" {} } }
            tbody {
                @for (nth, n) in found.sizes.iter().enumerate().filter(|(_, n)| **n > 0) {
                    tr { th scope="row" { (range(nth)) } td class="num" { (count(*n)) } td class="bars" { (bar(*n, most, "duplicate")) } }
                }
            }
        }
    }
}

fn similarity(title: &str, of: &str, hundredths: &Hundredths) -> Markup {
    let bins = (0..101u64).map(|from| Bin { from, to: from + 1 }).collect();
    Histogram {
        title,
        unit: "similarity",
        of,
        bins,
        parts: vec![(of, "near", hundredths.clone())],
        is_hundredths: true,
        ..Histogram::default()
    }
    .trimmed()
    .draw()
}
