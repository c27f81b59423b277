//! Preference pairs: which answer is longer, and what is wrong with pairs.

use bedload_record::plural::{count, plural};
use maud::{Markup, html};

use crate::html::Page;
use crate::html::chart::{Part, stack};
use crate::html::numbers::share;
use crate::html::parts::section;
use crate::html::tables::CodeRows;

const SQL: &str = "SELECT metric, value::BIGINT AS pairs\nFROM 'report/summary.parquet'\nWHERE metric LIKE 'pairs%' ORDER BY metric;";

/// The health of preference data; nothing where there are no pairs.
pub(crate) fn preference(page: &Page) -> Markup {
    let number = |metric: &str| {
        let found = page.tables.numbers.iter().find(|(name, _, _)| name == metric);
        found.map(|(_, _, value)| *value as u64)
    };
    let Some(pairs) = number("pairs").filter(|pairs| *pairs > 0) else { return html! {} };
    let longer = number("pairs_chosen_longer").unwrap_or(0);
    let shorter = number("pairs_rejected_longer").unwrap_or(0);
    let parts = [
        Part { name: "chosen answer longer", class: "train", n: longer },
        Part {
            name: "equally long",
            class: "unselected",
            n: pairs.saturating_sub(longer).saturating_sub(shorter),
        },
        Part { name: "rejected answer longer", class: "validation", n: shorter },
    ];
    let codes: Vec<&CodeRows> =
        page.tables.findings.iter().filter(|of| of.code.starts_with("preference/")).collect();
    let body = html! {
        (stack(&format!("Which answer is longer, of {}", plural(pairs, "pair", "pairs")), &parts))
        @if codes.is_empty() {
            p class="empty" { "No findings about the pairs: none has two equal answers, and none contradicts another." }
        } @else {
            ul class="codes" { @for of in codes { li { code { (of.code) } " " (count(of.n)) } } }
        }
    };
    let about = html! { "The chosen answer is longer in " (share(longer, pairs)) " of the pairs. Where most are, a model learns to write long answers." };
    section("preference", "Preference pairs", &about, &body, &[SQL])
}
