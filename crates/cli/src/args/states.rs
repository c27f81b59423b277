//! States of jobs and deployments.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// States, as the service writes them; in any case on the command line.
pub(crate) fn states(names: &'static [&'static str]) -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(names).map(move |given| {
        let name = names.iter().find(|name| name.eq_ignore_ascii_case(&given));
        name.map_or(given, |name| (*name).to_owned())
    })
}
