//! Where records come from, as a configuration tells it: the settings of some inputs, which differ from those of the
//! run.

use bedload_bedrock::Format;
use bedload_stages::convert;
use bedload_stages::group::GroupBys;
use bedload_stages::select::Weight;
use serde_json::{Map, Value, json};

/// A source of records: one `[[input]]` table. Which inputs belong to it is for `bedload_scan` to say.
#[derive(Clone, Debug, PartialEq)]
pub struct DataSource {
    /// Its name in reports, which no other source has.
    pub name: String,
    /// The format of its records; none to detect it.
    pub format: Option<&'static Format>,
    /// Where the fields of the target are in its records; empty for records of a format.
    pub map: convert::Map,
    /// What groups its records, in place of what groups those of the run.
    pub group_by: Option<GroupBys>,
    /// JSON Pointer to the label, in place of that of the run.
    pub label: Option<String>,
    /// JSON Pointer to what names a record, in place of that of the run.
    pub id: Option<String>,
    /// Its part of a mix of sources.
    pub weight: Option<Weight>,
}

impl DataSource {
    /// What its table says, without its paths.
    pub(crate) fn written(&self) -> Value {
        let Self { name, format, map, group_by, label, id, weight } = self;
        let mut table = Map::from_iter([("name".to_owned(), json!(name))]);
        let mut put = |key: &str, value: Option<Value>| {
            table.extend(value.map(|value| (key.to_owned(), value)));
        };
        put("format", format.map(|format| json!(format.name)));
        put("map", (!map.0.is_empty()).then(|| json!(map)));
        put("group-by", group_by.as_ref().map(|ways| json!(ways)));
        put("label", label.as_ref().map(|pointer| json!(pointer)));
        put("id", id.as_ref().map(|pointer| json!(pointer)));
        put("weight", weight.map(|weight| json!(weight)));
        Value::Object(table)
    }
}
