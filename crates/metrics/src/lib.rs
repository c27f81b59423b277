//! How good predictions are, compared with references: scores of classification and of generated text, how sure they
//! are, and whether one model is better than another.
//!
//! * [`confusion`]: accuracy, precision, recall and F1, as scikit-learn defines them.
//! * [`text`]: exact match and token F1 as `SQuAD`'s script computes them, ROUGE-L as the Python package `rouge_score`.
//! * [`bootstrap`]: intervals, and differences between two models, by resampling.
//! * [`drift`]: how far a distribution has moved, and how far it would by chance.
//! * [`mcnemar`]: the exact test for two models that were right or wrong on the same records.
//!
//! Everything is a pure function of its arguments: no I/O, no clock, and the same numbers whatever the threads.

pub mod bootstrap;
pub mod confusion;
pub mod drift;
pub mod mcnemar;
pub mod text;

mod draw;
