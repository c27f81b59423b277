//! Options with a value of a closed list, which is that of the configuration file.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use schemars::JsonSchema;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use serde_json::Value;

/// Takes the names that the type has in the configuration file.
pub(super) fn choice<T>() -> impl TypedValueParser<Value = T>
where
    T: DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names::<T>()).try_map(|name| {
        let deserializer: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
        T::deserialize(deserializer)
    })
}

/// The names of the variants, by the schema of the type.
fn names<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T).to_value();
    let listed = |key: &str| schema[key].as_array().into_iter().flatten().cloned().collect::<Vec<_>>();
    let documented = listed("oneOf");
    let described = documented.iter().flat_map(|one| match &one["const"] {
        Value::Null => one["enum"].as_array().into_iter().flatten().cloned().collect(),
        name => vec![name.clone()],
    });
    let names = described.chain(listed("enum"));
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use bedload_stages::convert::{Pairs, Weights};
    use bedload_stages::{augment, conflicts, contamination, dedupe, near, pii};

    use super::*;

    #[test]
    fn the_names_are_those_of_the_configuration_file() {
        assert_eq!(names::<Weights>(), ["error", "drop", "split"]);
        assert_eq!(names::<Pairs>(), ["one", "all"]);
        assert_eq!(names::<dedupe::Normalize>(), ["none", "nfc", "casefold"]);
        assert_eq!(names::<near::Engine>(), ["auto", "exact", "lsh"]);
        assert_eq!(names::<near::Fields>(), ["all", "prompt", "completion"]);
        assert_eq!(names::<conflicts::Action>(), ["report", "drop", "majority", "last"]);
        assert_eq!(names::<contamination::Hits>(), ["flag", "drop", "fail"]);
        assert_eq!(names::<pii::Action>(), ["report", "drop", "mask"]);
        assert_eq!(names::<augment::Mode>(), ["all", "balance"]);
        let strategies = ["template", "prefix", "suffix", "case", "punctuation"];
        assert_eq!(names::<augment::Strategy>(), strategies);
    }
}
