//! A confusion matrix: a table whose cells are the darker, the more there is in them.

use bedload_record::plural::count;
use maud::{Markup, html};

/// How often what was predicted, where what is right. Rows and columns have the same names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matrix {
    pub(crate) names: Vec<String>,
    /// By row, then column.
    pub(crate) cells: Vec<Vec<u64>>,
}

/// The table; each cell is colored by its part of its row.
pub(crate) fn matrix(caption: &str, matrix: &Matrix) -> Markup {
    html! {
        p class="sub" { (caption) }
        div class="scroll" {
            table class="matrix" aria-label=(caption) {
                thead { tr {
                    th scope="col" class="soft" { "reference ↓ prediction →" }
                    @for name in &matrix.names { th scope="col" title=(name) { span class="clip" { (name) } } }
                } }
                tbody {
                    @for (row, (name, cells)) in matrix.names.iter().zip(&matrix.cells).enumerate() {
                        @let all: u64 = cells.iter().sum();
                        tr {
                            th scope="row" title=(name) { span class="clip" { (name) } }
                            @for (column, n) in cells.iter().enumerate() {
                                td class={ (if row == column { "right" } else { "wrong" }) " h" (heat(*n, all)) } { (count(*n)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// How dark a cell is, from 0 for nothing to 5.
fn heat(n: u64, all: u64) -> u64 {
    if n == 0 || all == 0 { 0 } else { 1 + (u128::from(n) * 4 / u128::from(all)) as u64 }
}
