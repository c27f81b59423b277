//! Values with their intervals: a dot on a line for each, under each other, on one scale from 0 to 1.

use maud::{Markup, html};

use crate::html::numbers::percent;

/// A value that is not certain.
#[derive(Clone, Debug)]
pub(crate) struct Dot {
    /// The class that colors it.
    pub(crate) class: &'static str,
    pub(crate) value: f64,
    /// Its least and its most, where they are known.
    pub(crate) interval: Option<(f64, f64)>,
}

/// A line for each value. The numbers are beside it.
pub(crate) fn dots(label: &str, dots: &[Dot]) -> Markup {
    html! {
        svg class="dots" width="100%" height=(dots.len() * 16) role="img" aria-label=(label) {
            title { (label) }
            @for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
                line class="grid" x1=(percent(tenth)) x2=(percent(tenth)) y1="0" y2="100%" {}
            }
            @for (nth, dot) in dots.iter().enumerate() {
                @let y = nth * 16 + 8;
                @if let Some((low, high)) = dot.interval {
                    line class={ "reach " (dot.class) } x1=(percent(low)) x2=(percent(high)) y1=(y) y2=(y) {}
                }
                circle class=(dot.class) cx=(percent(dot.value)) cy=(y) r="4" {}
            }
        }
    }
}
