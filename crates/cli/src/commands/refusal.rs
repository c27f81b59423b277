//! What messages of the service mean, for people: below a failure, and for `bedload explain --message`.

use std::fmt::Write as _;

use bedload_aws::Explanation;

use crate::escape::escape;

/// Lines that explain a message, each with this lead; empty where it is not known.
#[cfg(feature = "bedrock")]
pub(crate) fn explained(message: &str, lead: &str) -> String {
    bedload_aws::explain_message(message).map_or_else(String::new, |explanation| lines(explanation, lead))
}

/// An explanation, a line each.
pub(super) fn lines(explanation: &Explanation, lead: &str) -> String {
    let Explanation { cause, remedy, codes, source, date, sure, .. } = explanation;
    let mut out = String::new();
    let mut row = |name: &str, text: &str| {
        let _ = writeln!(out, "{lead}{name:<8} {}", escape(text));
    };
    row("cause", cause);
    row("do", remedy);
    if !codes.is_empty() {
        row("found by", &codes.join(", "));
    }
    row("source", &format!("{source} ({date}, {})", sure.name()));
    out
}
