//! # Convert
//!
//! Which formats can be carried over into which.

/// Returns true if records of one format can, as a rule, be carried over into another.
pub fn is_possible(from: &str, to: &str) -> bool {
    const TALKS: &[&str] = &[
        "prompt-completion",
        "claude-messages",
        "converse",
        "chat-rft",
        "openai-chat",
        "alpaca",
        "sharegpt",
    ];
    match (from, to) {
        ("text", "input")
        | ("input", "text")
        | ("prompt", "converse")
        | ("preference", "converse-preference")
        | ("converse-preference", "preference") => true,
        _ => from != to && TALKS.contains(&from) && TALKS[..4].contains(&to),
    }
}
