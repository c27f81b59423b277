//! Tokens of texts, by what they are for and by who speaks, and the characters that rules of thumb go by.

use std::ops::AddAssign;

/// Tokens and characters of the texts of one record, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Tokens that the model is given.
    pub prompt: u64,
    /// Tokens that the model is to give.
    pub completion: u64,
    /// Of both, those of the system prompt and of the tool configuration; zero where the record is not a conversation.
    pub system: u64,
    /// Of both, those of the assistant: answers, candidates, reasoning, tool calls; zero where the record is not a
    /// conversation.
    pub assistant: u64,
    /// Characters (Unicode scalar values) of the texts.
    pub characters: u64,
}

impl Tokens {
    /// All tokens.
    pub fn total(self) -> u64 {
        self.prompt + self.completion
    }

    /// In a conversation, what neither system nor assistant says: the turns of the user, and tool results.
    pub fn user(self) -> u64 {
        self.total().saturating_sub(self.system + self.assistant)
    }

    /// Tokens by the rule of thumb of the Bedrock guide, characters / 6, rounded up.
    pub fn by_6(self) -> u64 {
        self.characters.div_ceil(6)
    }

    /// Tokens by the rule of thumb of the validator for Claude, characters / 3, rounded up.
    pub fn by_3(self) -> u64 {
        self.characters.div_ceil(3)
    }
}

impl AddAssign for Tokens {
    fn add_assign(&mut self, more: Self) {
        self.prompt += more.prompt;
        self.completion += more.completion;
        self.system += more.system;
        self.assistant += more.assistant;
        self.characters += more.characters;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speakers_share_all_tokens_and_rules_of_thumb_round_up() {
        let mut tokens = Tokens { prompt: 7, completion: 5, system: 3, assistant: 5, characters: 18 };
        assert_eq!((tokens.total(), tokens.user(), tokens.by_6(), tokens.by_3()), (12, 4, 3, 6));
        tokens += Tokens { prompt: 1, characters: 1, ..Tokens::default() };
        assert_eq!((tokens.total(), tokens.user(), tokens.by_6(), tokens.by_3()), (13, 5, 4, 7));
    }
}
