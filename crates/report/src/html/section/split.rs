//! The split, with its certificate: what the sides have in common, counted from the result alone.

use bedload_record::plural::count;
use maud::{Markup, html};

use crate::html::chart::{Part, stack};
use crate::html::numbers::real;
use crate::html::parts::{empty, section};
use crate::html::text::shown;
use crate::html::{Page, Shared};

const SQL: &str = "SELECT split, count(*) AS records, sum(tokens) AS tokens\nFROM 'report/records.parquet'\nWHERE verdict = 'kept' GROUP BY ALL ORDER BY split;";
const SQL_SHARED: &str = "SELECT count(*) AS groups_on_two_sides FROM (\n  SELECT \"group\" FROM 'report/records.parquet'\n  WHERE verdict = 'kept' GROUP BY 1 HAVING count(DISTINCT split) > 1);";

/// The sides.
pub(crate) fn split(page: &Page) -> Markup {
    let counts = &page.counts;
    let sides = [
        Part { name: "training", class: "train", n: counts.train },
        Part { name: "validation", class: "validation", n: counts.validation },
        Part { name: "test", class: "test", n: counts.test },
    ];
    let parts: Vec<Part<'_>> = sides.into_iter().filter(|part| part.n > 0).collect();
    let body = match &page.certificate {
        None => empty(if parts.is_empty() {
            "No record was kept, so there is nothing to split."
        } else {
            "All records are on one side: --validation and --test divide them."
        }),
        Some(certificate) => {
            let shared: u64 = certificate.between.iter().flat_map(|of| &of.keys).map(|(_, n)| n).sum();
            let pairs: u64 = certificate.between.iter().filter_map(|of| of.similar_pairs).sum();
            html! {
                (stack("Records by side", &parts))
                div class={ "certificate " (if shared == 0 && pairs == 0 { "ok" } else { "leaks" }) } {
                    h3 { @if shared == 0 && pairs == 0 { "Nothing crosses the split" } @else { "Something crosses the split" } }
                    @for Shared { sides, keys, similar_pairs } in &certificate.between {
                        dl {
                            @for (kind, n) in keys {
                                div { dt { (shown(&sides[0])) " and " (shown(&sides[1])) " share, by " code { (shown(kind)) } } dd { (count(*n)) } }
                            }
                            @if let Some(pairs) = similar_pairs {
                                div { dt { (shown(&sides[0])) " and " (shown(&sides[1])) ": pairs of similar records" } dd { (count(*pairs)) } }
                            }
                        }
                    }
                    @if let Some((threshold, recall)) = certificate.similarity {
                        p class="sub" {
                            "Similar: at least " (real(threshold, 2)) "; "
                            @if recall >= 1.0 { "every such pair is found." } @else { "at least " (real(recall * 100.0, 1)) " % of such pairs are found." }
                        }
                    }
                    @if !certificate.fields_not_in_files.is_empty() {
                        p class="sub" { "Not in the files, so not counted again: " (shown(&certificate.fields_not_in_files.join(", "))) "." }
                    }
                    p class="sub" { code { "bedload verify --leaks DIR" } " counts it again, from the files alone." }
                }
            }
        }
    };
    let about = html! { @if page.certificate.is_some() { "Counted in the output itself, independently of how the split was made." } };
    section(
        "split",
        "Split",
        &about,
        &body,
        if page.certificate.is_some() { &[SQL, SQL_SHARED] } else { &[] },
    )
}
