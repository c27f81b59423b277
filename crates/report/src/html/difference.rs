//! The page of a comparison: what differs between two versions of a data set.

use maud::{Markup, html};

use super::chart::pair;
use super::document;
use super::parts::empty;
use super::text::{name, shown};

/// Everything that the page shows. Cells are as they may be shown.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// What the two are called.
    pub names: [String; 2],
    /// What it comes to, in a few words.
    pub verdict: String,
    /// Why the comparison fails; empty where it does not.
    pub failures: Vec<String>,
    /// The numbers.
    pub tables: Vec<DifferenceTable>,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub struct DifferenceTable {
    /// Its title.
    pub title: String,
    /// The heads of its columns.
    pub heads: Vec<String>,
    /// Its rows, as many cells each as there are heads.
    pub rows: Vec<Vec<String>>,
    /// Which columns are numbers.
    pub numbers: Vec<bool>,
    /// For each row, two shares that are drawn; empty where nothing is.
    pub bars: Vec<[f64; 2]>,
    /// What is to be said below it.
    pub note: Option<String>,
}

/// The page as a file.
pub fn render_difference(page: &Difference) -> String {
    let [old, new] = page.names.each_ref().map(|text| name(text));
    let class = if page.failures.is_empty() { "verdict ready" } else { "verdict not" };
    let body = html! {
        header {
            div {
                p class="brand" { "bedload" span class="soft" { " comparison" } }
                h1 { (old) " → " (new) }
            }
        }
        div class=(class) {
            div {
                h2 class="target" { (page.verdict) }
                @if !page.failures.is_empty() {
                    ul class="reasons" { @for failure in &page.failures { li { (shown(failure)) } } }
                }
            }
        }
        @for of in &page.tables { (table(of)) }
        footer { p { "Made by " code { "bedload compare" } ". It has no script and makes no network requests." } }
    };
    document(&format!("{} → {} · bedload", page.names[0], page.names[1]), &body)
}

fn table(of: &DifferenceTable) -> Markup {
    let class = |nth: usize| of.numbers.get(nth).is_some_and(|&is| is).then_some("num");
    html! {
        section {
            h2 { (of.title) }
            @if of.rows.is_empty() {
                (empty("There is nothing to show."))
            } @else {
                div class="scroll" { table {
                    thead { tr {
                        @for (nth, head) in of.heads.iter().enumerate() { th class=[class(nth)] { (head) } }
                        @if !of.bars.is_empty() { th class="bars" { i class="key after" {} "size " i class="key before" {} "by chance" } }
                    } }
                    tbody { @for (nth, row) in of.rows.iter().enumerate() { tr {
                        @for (nth, cell) in row.iter().enumerate() {
                            @if nth == 0 { th scope="row" { (shown(cell)) } } @else { td class=[class(nth)] { (shown(cell)) } }
                        }
                        @if let Some([size, chance]) = of.bars.get(nth) {
                            td class="bars" { (pair(&[(*size, "after"), (*chance, "before")])) }
                        }
                    } } }
                } }
            }
            @if let Some(note) = &of.note { @for line in note.lines() { p class="more" { (shown(line)) } } }
        }
    }
}
