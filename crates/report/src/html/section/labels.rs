//! How records are distributed over labels, and over what else they are counted by.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::pair;
use crate::html::numbers::{part, real, share};
use crate::html::parts::{NONE, empty, section};
use crate::html::tables::{Classes, Facet, Values};
use crate::html::text::{name, shown};

const SQL: &str =
    "SELECT label, stage, split, records\nFROM 'report/labels.parquet'\nORDER BY stage DESC, records DESC;";
const SQL_WITHOUT: &str = "SELECT split, count(*) AS records_without_label\nFROM 'report/records.parquet'\nWHERE verdict = 'kept' AND label IS NULL GROUP BY ALL;";
const SQL_BALANCE: &str = "SELECT facet, value, stage, split, records, share\nFROM 'report/balance.parquet'\nORDER BY facet, records DESC;";

/// Why classes and values have numbers.
const HIDDEN_LABELS: &str = "Label names are record text and are hidden: classes are numbered, the largest first. --label-field or --show-content shows the names.";
const HIDDEN_VALUES: &str = "Values are record text and are hidden: they are numbered, the most frequent first. --show-content shows them.";

/// Labels before and after.
pub(crate) fn labels(page: &Page) -> Markup {
    let Some(classes) = &page.tables.labels else { return html! {} };
    // The same counts under another name would be the same chart again.
    if page.tables.balance.iter().any(|facet| facet.name == "label" && facet.values.all > 0) {
        return html! {};
    }
    let without = unlabeled(page, classes);
    let about = html! { @if is_hidden(classes) { (HIDDEN_LABELS) } };
    let body = if classes.all == 0 {
        empty(if page.counts.read == page.counts.rejected {
            "No labels: there are no valid records."
        } else {
            "No labels: the answers are not classes."
        })
    } else {
        let rows = Rows { what: "label", hidden: "class", without: "no label" };
        values(page, classes, &without, &rows, "report/labels.parquet")
    };
    let queries: &[&str] = match (classes.all, without) {
        (0, _) => NONE,
        (_, [_, 0, ..]) => &[SQL],
        _ => &[SQL, SQL_WITHOUT],
    };
    section("labels", "Labels", &about, &body, queries)
}

/// The records that have no label: the table of labels does not count them.
fn unlabeled(page: &Page, classes: &Classes) -> Values {
    let counts = &page.counts;
    let train = counts.train.saturating_add(counts.variants);
    let after = train.saturating_add(counts.validation).saturating_add(counts.test);
    let all = [counts.read.saturating_sub(counts.rejected), after, train, counts.validation, counts.test];
    let labeled = sums(classes);
    std::array::from_fn(|nth| all[nth].saturating_sub(labeled[nth]))
}

fn is_hidden(classes: &Classes) -> bool {
    classes.shown.iter().any(|(name, _)| name.is_none())
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
    let about = |facet: &Facet| {
        let is_label = facet.name == "label";
        html! {
            (plural(facet.values.all, "value", "values"))
            @if let Some(ratio) = number("balance_ratio", &facet.name).filter(|_| facet.values.all > 1) { "; in training data, the most frequent has " (real(ratio, 1)) " times the records of the rarest" }
            @if let Some(bits) = number("balance_entropy_bits", &facet.name) { "; entropy " (real(bits, 2)) " bits" }
            @if is_hidden(&facet.values) { ". " (if is_label { HIDDEN_LABELS } else { HIDDEN_VALUES }) }
        }
    };
    let body = html! {
        @for facet in &page.tables.balance {
            h3 { (shown(&facet.name)) }
            @if facet.values.all == 0 {
                (empty("No record has a value."))
            } @else {
                p class="sub" { (about(facet)) }
                @let hidden = if facet.name == "label" { "class" } else { "value" };
                (values(page, &facet.values, &facet.without, &Rows { what: "value", hidden, without: "no value" }, "report/balance.parquet"))
            }
        }
    };
    let about = html! { "Records by value: before and after duplicates, selection and the split." };
    section("balance", "Balance", &about, &body, &[SQL_BALANCE])
}

/// What the rows of a table are called.
struct Rows {
    /// All of them.
    what: &'static str,
    /// One whose name is hidden.
    hidden: &'static str,
    /// Records that are in none of them.
    without: &'static str,
}

/// How many records have any of the values.
fn sums(classes: &Classes) -> Values {
    let mut sums = classes.rest;
    for (_, values) in &classes.shown {
        sums.iter_mut().zip(values).for_each(|(sum, n)| *sum += n);
    }
    sums
}

/// A row for each value: bars for its share before and after, and its numbers on each side.
fn values(page: &Page, classes: &Classes, without: &Values, of: &Rows, place: &str) -> Markup {
    let mut sums = sums(classes);
    sums.iter_mut().zip(without).for_each(|(sum, n)| *sum += n);
    let shares = |values: &Values| [part(values[0], sums[0]), part(values[1], sums[1])];
    let row = |(nth, (label, values)): (usize, &(Option<String>, Values))| match label {
        Some(label) if label.trim().is_empty() => (format!("{label:?}"), *values, true),
        Some(label) => (name(label).into_owned(), *values, true),
        None => (format!("{} {nth}", of.hidden), *values, false),
    };
    let rows: Vec<(String, Values, bool)> = (1..).zip(&classes.shown).map(row).collect();
    let others = classes.all.saturating_sub(classes.shown.len() as u64);
    let mut sums_of_many = Vec::new();
    if others > 0 {
        sums_of_many.push((plural(others, "other", "others"), classes.rest));
    }
    if without.iter().any(|n| *n > 0) {
        sums_of_many.push((of.without.to_owned(), *without));
    }
    // What many values have together would make all bars short; it has its numbers.
    let most =
        rows.iter().flat_map(|(_, values, _)| shares(values)).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let has_test = page.counts.test > 0;
    let numbers = |values: &Values| {
        html! {
            @for (nth, n) in values.iter().enumerate().filter(|(nth, _)| *nth != 1 && (*nth != 4 || has_test)) {
                td class=(if nth == 3 || nth == 4 { "num wide" } else { "num" }) { (count(*n)) }
            }
            td class="num" { (share(values[1], sums[1])) }
        }
    };
    html! {
        table class="values" {
            thead { tr {
                th { (of.what) }
                th class="bars" { span class="named" { i class="key before" {} "before" } " " span class="named" { i class="key after" {} "after" } }
                th class="num" { "before" } th class="num" { "training" } th class="num wide" { "validation" }
                @if has_test { th class="num wide" { "test" } }
                th class="num" { "share after" }
            } }
            tbody {
                @for (name, values, is_name) in &rows {
                    tr {
                        th scope="row" { @if *is_name { (name) } @else { span class="soft" { (name) } } }
                        td class="bars" { (pair(&[(shares(values)[0] / most, "before"), (shares(values)[1] / most, "after")])) }
                        (numbers(values))
                    }
                }
                @for (name, values) in &sums_of_many {
                    tr { th scope="row" { span class="soft" { (name) } } td class="bars" {} (numbers(values)) }
                }
            }
        }
        @if others > 0 { p class="more" { "All of them: " code { (place) } } }
    }
}
