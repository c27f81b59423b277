//! Arguments about personal data and secrets.

use bedload_stages::pii::{Action, Kinds};

use super::choice::choice;

#[derive(Debug, clap::Args)]
pub(crate) struct PiiArgs {
    /// Look for personal data and secrets: report them, or, in `build`, drop their records or mask them.
    #[arg(help_heading = "Personal data and secrets", long = "pii", value_name = "ACTION", value_parser = choice::<Action>())]
    pub(crate) action: Option<Action>,
    /// Kinds to look for with --pii: email, phone, card, iban, ip-address, national-id, cloud-key, token, private-key,
    /// password [default: all].
    #[arg(help_heading = "Personal data and secrets", long = "pii-kinds", value_name = "KINDS")]
    pub(crate) kinds: Option<Kinds>,
}
