//! What sections are made of.

use maud::{Markup, html};

/// A part of the page with a heading, and how to repeat its numbers in SQL.
pub(crate) fn section(id: &str, title: &str, about: &Markup, body: &Markup, queries: &[&str]) -> Markup {
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
pub(crate) fn sql(queries: &[&str]) -> Markup {
    html! {
        @if !queries.is_empty() {
            details class="sql" {
                summary { "SQL" }
                @for query in queries { pre { code { (query) } } }
            }
        }
    }
}

/// Says that there is nothing, and why that is fine.
pub(crate) fn empty(sentence: &str) -> Markup {
    html! { p class="empty" { (sentence) } }
}

/// What is left out of a list.
pub(crate) fn more(n: usize, what: &str, place: &str) -> Markup {
    html! {
        @if n > 0 {
            p class="more" { "and " (bedload_record::plural::count(n as u64)) " more " (what) ": " code { (place) } }
        }
    }
}
