//! Pass one: every line of every input, looked at once.
//!
//! First the rules of the run are resolved: settings and profile (`rules`), the format of the data (`resolve`), or what
//! it is converted from (`conversion`), and which command would help where neither fits (`advice`). Then each line is
//! examined (`examine`), and leaves a row of facts (`facts`), or what a run without facts keeps of it (`distinct`,
//! `held_out`, `stances`). What ties records to sides is known before (`ties`), and so is which lines
//! make a record together (`pairing`). The plan has variants of records made by `augment`, and sets to be compared
//! by `near`.

pub(crate) mod advice;
pub(crate) mod against;
pub(crate) mod augment;
pub(crate) mod by_source;
pub(crate) mod conflicts;
pub(crate) mod contamination;
pub(crate) mod conversion;
pub(crate) mod distinct;
pub(crate) mod evaluation;
pub(crate) mod examine;
pub(crate) mod facts;
pub(crate) mod held_out;
pub(crate) mod ids;
pub(crate) mod kept;
pub(crate) mod near;
pub(crate) mod near_index;
pub(crate) mod origins;
pub(crate) mod pairing;
pub(crate) mod pii;
pub(crate) mod resolve;
pub(crate) mod rules;
pub(crate) mod several;
mod source;
pub(crate) mod stances;
pub(crate) mod ties;
pub(crate) mod value_counts;
