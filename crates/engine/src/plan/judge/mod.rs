//! What is wrong with the data set as a whole.

pub(crate) mod files;
pub(crate) mod names;
pub(crate) mod quota;
pub(crate) mod unmapped;
