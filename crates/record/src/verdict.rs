//! What happens to a record: every record has exactly one verdict.

/// Which output a kept record goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The training file or its shards.
    Train,
    /// The validation file or its shards.
    Validation,
    /// The test file or its shards, which no training job is given.
    Test,
}

impl Side {
    /// How many sides there are.
    pub const COUNT: usize = 3;

    /// All sides, in output order.
    pub const ALL: [Self; Self::COUNT] = [Self::Train, Self::Validation, Self::Test];

    /// The sides that are kept from training.
    pub const HELD_OUT: [Self; 2] = [Self::Validation, Self::Test];

    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has an error; its line goes to `rejected.jsonl`.
    Rejected,
    /// It equals an earlier record, which is named in the report.
    Duplicate,
    /// It is valid but was not chosen: enough others were.
    Unselected,
    /// It is valid, and was not chosen because enough others of its class were.
    Capped,
    /// It is valid, and was not chosen because it answers its prompt otherwise than others do.
    Conflicting,
    /// It is valid, and was not chosen because it has text in common with evaluation data.
    Contaminated,
    /// It is a blank line, which no output needs.
    Blank,
    /// It goes to the output.
    Kept(Side),
}

impl Verdict {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Duplicate => "duplicate",
            Self::Unselected | Self::Capped | Self::Conflicting | Self::Contaminated | Self::Blank => {
                "unselected"
            }
            Self::Kept(_) => "kept",
        }
    }

    /// Why a line was neither chosen nor rejected; none for every other one.
    pub fn reason(self) -> Option<Reason> {
        match self {
            Self::Unselected => Some(Reason::Selection),
            Self::Capped => Some(Reason::ClassCap),
            Self::Conflicting => Some(Reason::Conflict),
            Self::Contaminated => Some(Reason::Contamination),
            Self::Blank => Some(Reason::Blank),
            Self::Rejected | Self::Duplicate | Self::Kept(_) => None,
        }
    }

    /// The side of a kept record.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Kept(side) => Some(side),
            _ => None,
        }
    }
}

/// Why a line was neither chosen nor rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Enough others were.
    Selection,
    /// Enough others of its class were.
    ClassCap,
    /// It answers its prompt otherwise than others do.
    Conflict,
    /// It has text in common with evaluation data.
    Contamination,
    /// It is blank.
    Blank,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Selection, Self::ClassCap, Self::Conflict, Self::Contamination, Self::Blank];

    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Selection => "selection",
            Self::ClassCap => "class-cap",
            Self::Conflict => "conflict",
            Self::Contamination => "contamination",
            Self::Blank => "blank",
        }
    }
}

const _: () = assert!(size_of::<Verdict>() == 1, "one byte per record is what the memory bound counts on");
