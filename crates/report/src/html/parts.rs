//! What sections are made of.

use bedload_record::plural::{agree, count};
use maud::{Markup, html};

/// A part of the page with a heading, and how to repeat its numbers in SQL.
pub(crate) fn section(
    id: &str,
    title: &str,
    about: &Markup,
    body: &Markup,
    queries: &[impl AsRef<str>],
) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            p class="sub" { (about) }
            (body)
            (sql(queries))
        }
    }
}

/// Queries that give the numbers which are shown.
pub(crate) fn sql(queries: &[impl AsRef<str>]) -> Markup {
    html! {
        @if !queries.is_empty() {
            details class="sql" {
                summary { "SQL" }
                @for query in queries { pre { code { (query.as_ref()) } } }
            }
        }
    }
}

/// Says that there is nothing, and why that is fine.
pub(crate) fn empty(sentence: &str) -> Markup {
    html! { p class="empty" { (sentence) } }
}

/// No queries.
pub(crate) const NONE: &[&str] = &[];

/// What is left out of a list: how many of what, and where all of them are.
pub(crate) fn more(n: usize, [one, many]: [&str; 2], place: &str) -> Markup {
    html! {
        @if n > 0 {
            p class="more" { "and " (count(n as u64)) " more " (agree(n as u64, one, many)) ": " code { (place) } }
        }
    }
}
