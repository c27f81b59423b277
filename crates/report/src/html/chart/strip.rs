//! Where in the inputs something occurs: a row of small columns, the first for the first lines of the first input.

use maud::{Markup, html};

use bedload_record::plural::count;

use crate::html::numbers::{part, percent, pixels};

/// Into how many slices the lines of all inputs are divided.
pub(crate) const SLICES: usize = 72;

const HEIGHT: f64 = 22.0;

/// A column for each slice.
pub(crate) fn strip(what: &str, slices: &[u64]) -> Markup {
    let all: u64 = slices.iter().sum();
    let most = slices.iter().copied().max().unwrap_or(0);
    let n = slices.len().max(1);
    let fullest = slices.iter().position(|of| *of == most).unwrap_or(0);
    let label = if all == 0 {
        format!("{what}: none at a line of the inputs")
    } else {
        format!(
            "{what}: {} in the inputs, in {} of {n} equal parts; most ({}) in part {}",
            count(all),
            slices.iter().filter(|of| **of > 0).count(),
            count(most),
            fullest + 1
        )
    };
    html! {
        svg class="strip" width="100%" height="22" role="img" aria-label=(label) {
            title { (label) }
            rect class="floor" x="0" y="21" width="100%" height="1" {}
            @for (nth, of) in slices.iter().enumerate().filter(|(_, of)| **of > 0) {
                @let height = (part(*of, most) * (HEIGHT - 1.0)).max(3.0);
                rect x=(percent(nth as f64 / n as f64)) y=(pixels(HEIGHT - height)) width=(percent(0.82 / n as f64)) height=(pixels(height)) {}
            }
        }
    }
}
