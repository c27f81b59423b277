//! Bars: one with its parts side by side, one for the row of a table, and two that are compared.

use maud::{Markup, html};

use crate::html::numbers::{part, percent, share};
use bedload_record::plural::count;

/// A part of a bar.
#[derive(Clone, Debug)]
pub(crate) struct Part<'a> {
    /// What it is.
    pub(crate) name: &'a str,
    /// The class that colors it.
    pub(crate) class: &'static str,
    /// How much of the whole it is.
    pub(crate) n: u64,
}

/// The least width of a part that is not nothing, so that it is seen.
const WIDTH_MIN: f64 = 0.004;

/// A bar of the whole width, divided into parts; with a legend that has their numbers.
pub(crate) fn stack(label: &str, parts: &[Part<'_>]) -> Markup {
    let whole: u64 = parts.iter().map(|part| part.n).sum();
    let some: Vec<&Part<'_>> = parts.iter().filter(|part| part.n > 0).collect();
    // What the smallest gain, the others lose.
    let raw = |of: &Part<'_>| part(of.n, whole).max(WIDTH_MIN);
    let all: f64 = some.iter().map(|part| raw(part)).sum();
    let mut at = 0.0;
    let mut places = Vec::new();
    for of in some {
        let width = raw(of) / all;
        places.push((of, at, width));
        at += width;
    }
    html! {
        svg class="stack" width="100%" height="30" role="img" aria-label=(label) {
            title { (label) }
            @for (of, at, width) in places {
                rect class=(of.class) x=(percent(at)) y="0" width=(percent(width)) height="30" {
                    title { (of.name) ": " (count(of.n)) " (" (share(of.n, whole)) ")" }
                }
            }
        }
        ul class="legend" {
            @for of in parts {
                li { i class={ "key " (of.class) } {} (of.name) " " b { (count(of.n)) } " " span class="soft" { (share(of.n, whole)) } }
            }
        }
    }
}

/// A bar in the row of a table. The number is beside it, so that nobody needs to read it.
pub(crate) fn bar(n: u64, most: u64, class: &'static str) -> Markup {
    html! {
        svg class="bar" width="100%" height="10" aria-hidden="true" {
            @let width = if n == 0 { 0.0 } else { part(n, most).max(WIDTH_MIN) };
            rect class=(class) x="0" y="0" width=(percent(width)) height="10" rx="2" {}
        }
    }
}

/// Several bars of one row, one below the other.
pub(crate) fn pair(bars: &[(f64, &'static str)]) -> Markup {
    html! {
        svg class="bar" width="100%" height=(bars.len() * 8) aria-hidden="true" {
            @for (nth, (width, class)) in bars.iter().enumerate() {
                rect class=(class) x="0" y=(nth * 8) width=(percent(*width)) height="6" rx="1.5" {}
            }
        }
    }
}
