//! The columns of facts: what the scan leaves of a line.

use std::sync::Arc;

use super::column::{Column, ColumnList, NoRoom, Room};
use super::stored::{Stored as _, StoredValues};
use super::{ACCEPTED, AS_IT_IS, NO_KEY, NO_LABEL, NO_TIME, NO_VALUE};

/// Lists the columns, each with the value that most lines have. To add a fact is to add a line here, and to use it in
/// [`FactTable::push`](super::FactTable::push).
macro_rules! columns {
    ($($(#[$about:meta])* $name:ident: $kind:ident<$value:ty> = $usual:expr,)*) => {
        /// The facts of some lines, by column.
        #[derive(Debug)]
        pub(super) struct Columns {
            $($(#[$about])* pub(super) $name: $kind<$value>,)*
        }

        impl Columns {
            pub(super) fn new() -> Self {
                Self { $($name: $kind::new($usual),)* }
            }

            /// Appends `more` lines to `len` lines.
            pub(super) fn append(&mut self, len: usize, more: &Self, more_len: usize) -> Result<(), NoRoom> {
                $(self.$name.append(len, &more.$name, more_len)?;)*
                Ok(())
            }

            /// Moves all columns to other memory, and lets them grow there.
            pub(super) fn lend(&mut self, room: &Arc<dyn Room>) -> Result<(), NoRoom> {
                $(self.$name.lend(room)?;)*
                Ok(())
            }

            /// What the columns hold, by name.
            pub(super) fn stored(&self) -> Vec<(String, StoredValues<'_>)> {
                let mut stored = Vec::new();
                $(self.$name.store(stringify!($name), &mut stored);)*
                stored
            }

            /// Puts values into the column of this name; false where there is none of their kind.
            pub(super) fn restore(&mut self, name: &str, values: StoredValues<'_>) -> Result<bool, NoRoom> {
                Ok($(self.$name.restore(stringify!($name), name, values)? ||)* false)
            }

            /// The bytes of own memory that the columns hold.
            pub(super) fn own_bytes(&self) -> usize {
                [$(self.$name.own_bytes(),)*].iter().sum()
            }
        }
    };
}

columns! {
    /// Byte offsets in their inputs.
    start: Column<u64> = 0,
    digest: Column<u128> = 0,
    tokens_prompt: Column<u32> = 0,
    tokens_completion: Column<u32> = 0,
    tokens_system: Column<u32> = 0,
    tokens_assistant: Column<u32> = 0,
    characters: Column<u32> = 0,
    /// Messages of conversations.
    turns: Column<u32> = 0,
    /// Ids of labels.
    label: Column<u32> = NO_LABEL,
    /// Ids of pairs of codes and features.
    kind: Column<u32> = 0,
    /// What records share with others that must be on their side of a split, by way to group them.
    keys: ColumnList<u64> = NO_KEY,
    /// Ids of values, by field.
    values: ColumnList<u32> = NO_VALUE,
    /// How lines end, and whether they are accepted.
    flags: Column<u8> = ACCEPTED,
    /// Which of several records stays: the one of the lowest rank.
    rank: Column<u64> = 0,
    /// When lines are from: later ones have more.
    time: Column<u64> = NO_TIME,
    /// Lengths of what is written in place of lines.
    written: Column<u64> = AS_IT_IS,
    /// How many records are written in place of lines.
    records: Column<u32> = 1,
}
