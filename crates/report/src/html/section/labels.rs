//! How records are distributed over labels, and over what else they are counted by.

use bedload_record::plural::count;
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::pair;
use crate::html::numbers::{part, share};
use crate::html::parts::{empty, section};
use crate::html::tables::{Classes, Values};
use crate::html::text::{name, shown};

const SQL: &str =
    "SELECT label, stage, split, records, share\nFROM 'report/labels.parquet'\nORDER BY records DESC;";
const SQL_BALANCE: &str = "SELECT facet, value, stage, split, records, share\nFROM 'report/balance.parquet'\nORDER BY facet, records DESC;";

/// Why labels have numbers.
const HIDDEN: &str = "Names of labels are text of records, so classes have numbers here, the largest first. --label-field or --show-content shows names.";

/// Labels before and after.
pub(crate) fn labels(page: &Page) -> Markup {
    let Some(classes) = &page.tables.labels else { return html! {} };
    // The same counts under another name would be the same chart again.
    if page.tables.balance.iter().any(|facet| facet.name == "label" && facet.values.all > 0) {
        return html! {};
    }
    let is_hidden = classes.shown.iter().any(|(name, _)| name.is_none());
    let about = html! { @if is_hidden { (HIDDEN) } };
    let body = if classes.all == 0 {
        empty("No labels: the answers are not classes, or no record was kept.")
    } else {
        values(page, classes, &Values::default(), "label", "report/labels.parquet")
    };
    section("labels", "Labels", &about, &body, if classes.all == 0 { &[] } else { &[SQL] })
}

/// What records were counted by.
pub(crate) fn balance(page: &Page) -> Markup {
    if page.tables.balance.is_empty() {
        return html! {};
    }
    let number = |metric: &str, facet: &str| {
        let scope = format!("{facet} train");
        let found = page.tables.numbers.iter().find(|(name, of, _)| name == metric && *of == scope);
        found.map(|(_, _, value)| *value)
    };
    let body = html! {
        @for facet in &page.tables.balance {
            h3 { (shown(&facet.name)) }
            @if facet.values.all == 0 {
                (empty("No record has a value."))
            } @else {
                p class="sub" {
                    (count(facet.values.all)) " values"
                    @if let Some(ratio) = number("balance_ratio", &facet.name) { "; in training data, the most frequent has " (crate::html::numbers::real(ratio, 1)) " times the records of the rarest" }
                    @if let Some(bits) = number("balance_entropy_bits", &facet.name) { "; entropy " (crate::html::numbers::real(bits, 2)) " bits" }
                    @if facet.name == "label" && facet.values.shown.iter().any(|(name, _)| name.is_none()) { ". " (HIDDEN) }
                }
                (values(page, &facet.values, &facet.without, "value", "report/balance.parquet"))
            }
        }
    };
    let about =
        html! { "Records by what they were counted by, before and after everything that was decided." };
    section("balance", "Balance", &about, &body, &[SQL_BALANCE])
}

/// A row for each value: bars for its share before and after, and its numbers on each side.
fn values(page: &Page, classes: &Classes, without: &Values, what: &str, place: &str) -> Markup {
    let mut sums = *without;
    for (_, values) in &classes.shown {
        sums.iter_mut().zip(values).for_each(|(sum, n)| *sum += n);
    }
    sums.iter_mut().zip(&classes.rest).for_each(|(sum, n)| *sum += n);
    let shares = |values: &Values| [part(values[0], sums[0]), part(values[1], sums[1])];
    let mut rows: Vec<(String, Values, bool)> = (1..)
        .zip(&classes.shown)
        .map(|(nth, (label, values))| match label {
            Some(label) if label.is_empty() => ("(empty)".to_owned(), *values, false),
            Some(label) => (name(label).into_owned(), *values, true),
            None => (format!("class {nth}"), *values, false),
        })
        .collect();
    let others = classes.all.saturating_sub(classes.shown.len() as u64);
    if others > 0 {
        rows.push((format!("{} others", count(others)), classes.rest, false));
    }
    if without.iter().any(|n| *n > 0) {
        rows.push(("no value".to_owned(), *without, false));
    }
    let most =
        rows.iter().flat_map(|(_, values, _)| shares(values)).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let has_test = page.counts.test > 0;
    html! {
        table class="values" {
            thead { tr {
                th { (what) }
                th class="bars" { i class="key before" {} "before " i class="key after" {} "after" }
                th class="num" { "before" } th class="num" { "training" } th class="num" { "validation" }
                @if has_test { th class="num" { "test" } }
                th class="num wide" { "share after" }
            } }
            tbody {
                @for (name, values, is_name) in &rows {
                    tr {
                        th scope="row" { @if *is_name { (name) } @else { span class="soft" { (name) } } }
                        td class="bars" { (pair(&[(shares(values)[0] / most, "before"), (shares(values)[1] / most, "after")])) }
                        td class="num" { (count(values[0])) } td class="num" { (count(values[2])) } td class="num" { (count(values[3])) }
                        @if has_test { td class="num" { (count(values[4])) } }
                        td class="num wide" { (share(values[1], sums[1])) }
                    }
                }
            }
        }
        @if others > 0 { p class="more" { "All of them: " code { (place) } } }
    }
}
