//! Why a record is refused, in the order of what it would take to overcome that.

use std::cmp::Reverse;

use super::Remark;

/// How much it would take to overcome an obstacle: from a key to be left out to a translation that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gravity {
    Key,
    Content,
    Training,
    Answer,
    Tools,
}

/// A reason why the record is refused.
#[derive(Clone, Debug)]
pub(super) struct Obstacle {
    pub(super) gravity: Gravity,
    pub(super) remark: Remark,
}

/// What is said of obstacles: the gravest first, and of several the one that comes first in the line; none twice.
pub(super) fn gravest_first(mut obstacles: Vec<Obstacle>) -> Vec<Remark> {
    obstacles.sort_by_key(|one| (Reverse(one.gravity), one.remark.offset));
    let mut remarks: Vec<Remark> = obstacles.into_iter().map(|obstacle| obstacle.remark).collect();
    remarks.dedup();
    remarks
}
