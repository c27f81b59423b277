//! Charts as SVG. Each is a function of plain numbers, with a name for those who do not see it; what it draws is also a
//! table somewhere near it, so that no number is in a picture only.
//!
//! Across, everything is in per cent of the width, and down in pixels: one drawing is right on a telephone, on a screen
//! and on paper, and its texts have one size on all of them. Colors are classes of the style sheet.

mod bar;
mod histogram;
mod interval;
mod matrix;
mod strip;

pub(crate) use bar::{Part, bar, pair, stack};
pub(crate) use histogram::{Bin, Histogram, Mark};
pub(crate) use interval::{Dot, dots};
pub(crate) use matrix::{Matrix, matrix};
pub(crate) use strip::{SLICES, strip};

#[cfg(test)]
mod tests;
