//! The sections of the page, a file for each kind of thing that it tells of.

pub(crate) mod conflicts;
pub(crate) mod duplicates;
pub(crate) mod files;
pub(crate) mod findings;
pub(crate) mod funnel;
pub(crate) mod head;
pub(crate) mod labels;
pub(crate) mod lengths;
pub(crate) mod matches;
pub(crate) mod preference;
pub(crate) mod repairs;
pub(crate) mod sources;
pub(crate) mod split;
pub(crate) mod verdict;
