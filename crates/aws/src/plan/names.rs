//! Names and token of a request that are not given: derived from the data and from the request itself.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{DataSet, Wanted};

/// Characters of a name that are from the directory; the names of the service have 63.
const LEAD_MAX: usize = 40;

/// The request with its names and its token, in the order of the service model.
pub(super) fn name(wanted: &Wanted, data: &DataSet, members: Map<String, Value>) -> Value {
    let default = format!("{}-{}", lead(&data.name), &digest(&data.seal, &members)[..8]);
    let mut request = Map::new();
    request.insert("jobName".to_owned(), json!(wanted.name.as_ref().unwrap_or(&default)));
    request.insert("customModelName".to_owned(), json!(wanted.custom_model.as_ref().unwrap_or(&default)));
    request.extend(members);
    let token = format!("bedload-{}", &digest(&data.seal, &request)[..48]);
    request.shift_insert(2, "clientRequestToken".to_owned(), json!(token));
    Value::Object(request)
}

/// Stands for the data and the request: another of either has another one.
fn digest(seal: &str, request: &Map<String, Value>) -> String {
    let text = serde_json::to_string(request).unwrap_or_default();
    let digest = Sha256::digest(format!("{seal}\n{text}"));
    digest.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// The name of the directory in the characters that all names of the service take.
fn lead(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join("-");
    let cut = joined[..joined.len().min(LEAD_MAX)].trim_end_matches('-');
    if cut.is_empty() { "bedload".to_owned() } else { cut.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_directories_become_names_of_jobs() {
        for (name, expected) in [
            ("OUT", "OUT"),
            ("my_data set.v2", "my-data-set-v2"),
            ("漢字", "bedload"),
            ("--a--", "a"),
            ("", "bedload"),
        ] {
            assert_eq!(lead(name), expected);
        }
        assert_eq!(lead(&"ab-".repeat(30)).len(), 40);
    }
}
