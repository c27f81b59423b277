//! Commands that talk to AWS, in a program that was built without them.

use crate::exit::Failure;

/// Refuses a command that the feature `feature` would have, with the one that does as much by AWS's own means.
pub(super) fn not_built(command: &str, feature: &str, instead: &str) -> Failure {
    Failure::Usage(format!(
        "{command}: this program was built without access to AWS\n\
         hint: install it with `cargo install --path crates/cli --features {feature}`, or use {instead}"
    ))
}
