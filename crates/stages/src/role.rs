//! Who a message is from.

use bedload_bedrock::Part;

/// The role of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    User,
    Assistant,
}

impl Role {
    /// What its texts are for.
    pub(crate) fn part(self) -> Part {
        match self {
            Self::User => Part::Prompt,
            Self::Assistant => Part::Completion,
        }
    }

    /// How messages name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}
