//! Why a record is refused; of several reasons, the one that is reported.

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

/// The gravest of several obstacles, with the number of the others.
pub(super) fn gravest(obstacles: Vec<Obstacle>) -> Option<Remark> {
    let more = obstacles.len().saturating_sub(1);
    let first = |one: &Obstacle| (one.gravity, Reverse(one.remark.offset));
    let Obstacle { mut remark, .. } = obstacles.into_iter().max_by_key(first)?;
    match more {
        0 => {}
        1 => remark.message += " (and 1 more problem)",
        more => remark.message += &format!(" (and {more} more problems)"),
    }
    Some(remark)
}
