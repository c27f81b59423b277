//! Where a member is in its request.

use std::fmt;

use bedload_record::json::Step;

/// One step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathStep {
    /// A member of a structure, or an entry of a map.
    Key(String),
    /// An element of a list, from 0.
    Index(usize),
}

/// The steps from the request to a member; `validationDataConfig.validators[0].s3Uri` as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberPath(pub(crate) Vec<PathStep>);

impl MemberPath {
    /// The path of a member inside.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.with(PathStep::Key(key.to_owned()))
    }

    /// The path of an element inside.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(PathStep::Index(index))
    }

    fn with(&self, step: PathStep) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// The last key on it.
    pub(crate) fn last_key(&self) -> Option<&str> {
        self.0.iter().rev().find_map(|step| match step {
            PathStep::Key(key) => Some(key.as_str()),
            PathStep::Index(_) => None,
        })
    }

    /// The steps as the JSON of the request is searched with.
    pub(crate) fn steps(&self) -> Vec<Step<'_>> {
        let step = |step| match step {
            &PathStep::Index(index) => Step::Index(index),
            PathStep::Key(key) => Step::Key(key),
        };
        self.0.iter().map(step).collect()
    }
}

impl fmt::Display for MemberPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, step) in self.0.iter().enumerate() {
            match step {
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Key(key) if is_plain(key) => {
                    write!(f, "{}{key}", if n > 0 { "." } else { "" })?;
                }
                PathStep::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
            }
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}
