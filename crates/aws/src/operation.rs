//! Which operation a request is for.

use bedload_record::names::did_you_mean;
use serde_json::{Map, Value};

use crate::service::{Call, Model, Service};

/// An operation of the service model.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    pub(crate) service: &'static Service,
    pub(crate) call: &'static Call,
    name: &'static str,
}

/// Why an operation is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationError {
    /// No operation has this name.
    Unknown {
        /// The name.
        name: String,
        /// The nearest name, or where to look.
        hint: String,
    },
    /// The members of the request do not say which operation it is for.
    Unclear,
}

impl std::fmt::Display for OperationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown { name, hint } => write!(f, "unknown operation `{name}`\nhint: {hint}"),
            Self::Unclear => write!(
                f,
                "the members of the request belong to no operation\n\
                 hint: name it, e.g. `--operation CreateModelCustomizationJob`"
            ),
        }
    }
}

impl std::error::Error for OperationError {}

/// What the operation of a request without a name is sought among: those that create something, and those that ask a
/// model.
fn is_candidate(name: &str) -> bool {
    name.starts_with("Create") || matches!(name, "InvokeModel" | "Converse")
}

/// A name without what differs between the spellings of the service, the AWS CLI and boto3.
fn plain(name: &str) -> String {
    name.replace(['-', '_'], "").to_ascii_lowercase()
}

/// The operation that most people write requests for; it wins where several fit equally well.
pub(crate) const CUSTOMIZATION: &str = "CreateModelCustomizationJob";

impl Operation {
    /// The name that the service gives it, e.g. `CreateModelCustomizationJob`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// All operations of the service model.
    pub fn all() -> Vec<Self> {
        let services = Model::built_in().services();
        let of = |service: &'static Service| {
            service.operations.iter().map(move |(name, call)| Self { service, call, name })
        };
        services.flat_map(of).collect()
    }

    /// The operation with this name, as the service (`CreateEvaluationJob`), the AWS CLI (`create-evaluation-job`) or
    /// boto3 (`create_evaluation_job`) writes it.
    ///
    /// # Errors
    /// [`OperationError::Unknown`]
    pub fn named(name: &str) -> Result<Self, OperationError> {
        let all = Self::all();
        let found = all.iter().find(|operation| plain(operation.name) == plain(name));
        found.copied().ok_or_else(|| {
            let near = did_you_mean(name, all.iter().map(|operation| operation.name));
            let names: Vec<&str> = all.iter().map(|o| o.name).filter(|name| is_candidate(name)).collect();
            let hint = near.unwrap_or_else(|| format!("known are {}", names.join(", ")));
            OperationError::Unknown { name: name.to_owned(), hint }
        })
    }

    /// The operation for creating customization jobs.
    pub fn customization() -> Self {
        Self::named(CUSTOMIZATION).expect("the model has it")
    }

    /// The operation that has the most members of a request, and lacks the fewest that it must have.
    ///
    /// # Errors
    /// [`OperationError::Unclear`] where no operation has any of them.
    pub fn recognize(request: &Map<String, Value>) -> Result<Self, OperationError> {
        // Names in other spellings are told when the request is checked.
        let keys: Vec<String> = request.keys().map(|key| plain(key)).collect();
        let fit = |operation: &Self| {
            let input = operation.service.shape(&operation.call.input);
            let names: Vec<String> = input.members.keys().map(|name| plain(name)).collect();
            let known = keys.iter().filter(|key| names.contains(key)).count();
            let missing = input.required.iter().filter(|name| !keys.contains(&plain(name))).count();
            (known, std::cmp::Reverse(missing), operation.name == CUSTOMIZATION)
        };
        let candidates = Self::all().into_iter().filter(|operation| is_candidate(operation.name));
        let best = candidates.max_by_key(fit).filter(|operation| fit(operation).0 > 0);
        best.ok_or(OperationError::Unclear)
    }

    /// All names of members in its requests, at any depth.
    pub(crate) fn member_names(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self
            .reached()
            .iter()
            .flat_map(|name| self.service.shape(name).members.keys())
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn reached(&self) -> Vec<&'static str> {
        let mut reached = vec![self.call.input.as_str()];
        let mut next = 0;
        while let Some(&name) = reached.get(next) {
            let shape = self.service.shape(name);
            let inner = [&shape.member, &shape.key, &shape.value];
            for target in shape.members.values().chain(inner.into_iter().flatten()) {
                if !reached.contains(&target.name()) {
                    reached.push(target.name());
                }
            }
            next += 1;
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_service_the_cli_and_boto3() {
        for name in ["CreateEvaluationJob", "create-evaluation-job", "create_evaluation_job"] {
            assert_eq!(Operation::named(name).map(|o| o.name()), Ok("CreateEvaluationJob"));
        }
        let error = Operation::named("CreateEvaluationJbo").map(|o| o.name()).expect_err("unknown");
        assert_eq!(
            error.to_string(),
            "unknown operation `CreateEvaluationJbo`\nhint: did you mean `CreateEvaluationJob`?"
        );
    }

    #[test]
    fn every_candidate_is_recognized_by_what_it_requires() {
        for operation in Operation::all().into_iter().filter(|operation| is_candidate(operation.name)) {
            let input = operation.service.shape(&operation.call.input);
            let mut request: Map<String, Value> =
                input.required.iter().map(|name| (name.clone(), Value::from("x"))).collect();
            match operation.name {
                "InvokeModel" => request.insert("body".to_owned(), Value::from("x")),
                "Converse" => request.insert("messages".to_owned(), Value::from("x")),
                "CreateCustomModel" => request.insert("modelSourceConfig".to_owned(), Value::from("x")),
                _ => None,
            };
            assert_eq!(Operation::recognize(&request).map(|o| o.name()), Ok(operation.name));
        }
        assert_eq!(Operation::recognize(&Map::new()).map(|o| o.name()), Err(OperationError::Unclear));
    }
}
