//! The service model as data: operations, and the shapes of what they take.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// The service model that is built in.
#[derive(Debug, Deserialize)]
pub struct Model {
    /// Where it is from.
    pub source: Origin,
    services: BTreeMap<String, Service>,
}

/// The package that a service model was extracted from.
#[derive(Debug, Deserialize)]
pub struct Origin {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: String,
}

/// One service: control plane or runtime.
#[derive(Debug, Deserialize)]
pub(crate) struct Service {
    pub(crate) operations: BTreeMap<String, Call>,
    shapes: BTreeMap<String, Shape>,
}

/// What an operation takes.
#[derive(Debug, Deserialize)]
pub(crate) struct Call {
    pub(crate) input: String,
}

/// One type, with what it demands of a value.
#[derive(Debug, Deserialize)]
pub(crate) struct Shape {
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    #[serde(default)]
    pub(crate) members: BTreeMap<String, Target>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    /// Exactly one member must be there.
    #[serde(default)]
    pub(crate) union: bool,
    /// Any JSON is taken.
    #[serde(default)]
    pub(crate) document: bool,
    /// Its value is never shown.
    #[serde(default)]
    pub(crate) sensitive: bool,
    pub(crate) member: Option<Target>,
    pub(crate) key: Option<Target>,
    pub(crate) value: Option<Target>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) pattern: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Structure,
    List,
    Map,
    String,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Blob,
    Timestamp,
}

/// The name of a shape. Where a member travels outside the body, the file has an object in its place.
#[derive(Debug)]
pub(crate) struct Target(String);

impl Target {
    pub(crate) fn name(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(name) => Ok(Self(name)),
            serde_json::Value::Object(object) => match object.get("shape") {
                Some(serde_json::Value::String(name)) => Ok(Self(name.clone())),
                _ => Err(D::Error::missing_field("shape")),
            },
            _ => Err(D::Error::custom("neither a shape nor a member")),
        }
    }
}

impl Service {
    /// The shape with this name; a test looks for names without one.
    pub(crate) fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).expect("the file has every shape that it names")
    }

    #[cfg(test)]
    pub(crate) fn shapes(&self) -> &BTreeMap<String, Shape> {
        &self.shapes
    }
}

impl Model {
    /// The service model that is built in, parsed on first use.
    pub fn built_in() -> &'static Self {
        static MODEL: LazyLock<Model> = LazyLock::new(|| {
            serde_json::from_str(include_str!("../data/bedrock-api-shapes.json"))
                .expect("a test reads the file")
        });
        &MODEL
    }

    pub(crate) fn services(&self) -> impl Iterator<Item = &Service> {
        self.services.values()
    }

    /// The source as messages show it.
    pub fn cite(&self) -> String {
        format!("{} {}", self.source.package, self.source.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_that_is_named_is_there() {
        for service in Model::built_in().services() {
            for call in service.operations.values() {
                service.shape(&call.input);
            }
            for shape in service.shapes().values() {
                let inner = [&shape.member, &shape.key, &shape.value];
                let targets = shape.members.values().chain(inner.into_iter().flatten());
                targets.for_each(|target| {
                    service.shape(target.name());
                });
                assert!(shape.required.iter().all(|name| shape.members.contains_key(name)));
                match shape.kind {
                    Kind::List => assert!(shape.member.is_some()),
                    Kind::Map => assert!(shape.key.is_some() && shape.value.is_some()),
                    _ => {}
                }
            }
        }
    }
}
