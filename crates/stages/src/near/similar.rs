//! What is known of the records that are compared: their sets, or all pairs that are alike.

use bedload_record::NoRoom;

use super::listed::PairList;
use super::sets::Sets;
use super::similarity::Threshold;
use super::{Engine, NearDuplicate, Order, Pairs, near_duplicates};

/// Records that are compared.
#[derive(Debug)]
pub enum Similar {
    /// By their sets, of which an engine finds what is asked for.
    Sets(Sets),
    /// All pairs at the lowest threshold that will be asked for.
    Pairs(PairList),
}

impl Similar {
    /// Finds the records that go, in input order. In the order of survivors, every record that is like none before it that
    /// stays, stays.
    ///
    /// # Errors
    /// That of `go_on`, which is asked now and then, or where there is no room.
    pub fn near_duplicates<E: From<NoRoom>>(
        &self,
        threshold: Threshold,
        engine: Engine,
        order: &Order<'_>,
        go_on: impl Fn() -> Result<(), E>,
    ) -> Result<Vec<NearDuplicate>, E> {
        match self {
            Self::Sets(sets) => near_duplicates(sets, threshold, engine, order, go_on),
            Self::Pairs(list) => Ok(list.near_duplicates(threshold, order)),
        }
    }

    /// The pairs at a threshold, to be asked about.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn pairs(&self, threshold: Threshold, engine: Engine) -> Result<Pairs<'_>, NoRoom> {
        match self {
            Self::Sets(sets) => Pairs::new(sets, threshold, engine),
            Self::Pairs(list) => Ok(Pairs::listed(list, threshold)),
        }
    }

    /// Forgets records from this number on, which were added to compare others with them.
    pub fn truncate(&mut self, records: u64) {
        match self {
            Self::Sets(sets) => sets.truncate(records),
            Self::Pairs(list) => list.truncate(records),
        }
    }
}
