//! What is wrong with a request.

use serde::Serialize;

use crate::path::MemberPath;

/// Which rule a request breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The request is a JSON object.
    Json,
    /// A key occurs once in an object.
    DuplicateKey,
    /// A member is there.
    Required,
    /// A member is one that the operation has.
    UnknownMember,
    /// A value has the type of its member.
    Type,
    /// A value is one of those that are listed.
    Enum,
    /// The whole string matches the pattern.
    Pattern,
    /// A string is long enough, or a list has enough elements.
    MinLength,
    /// A string is short enough, or a list has few enough elements.
    MaxLength,
    /// A number is large enough.
    Min,
    /// A number is small enough.
    Max,
    /// A union has exactly one member.
    Union,
    /// Members that depend on each other agree.
    Consistency,
    /// The model takes jobs of this kind.
    Model,
    /// A hyperparameter is one that the task has.
    Hyperparameter,
    /// A custom model is deployed before it is invoked.
    Deployment,
}

impl Rule {
    /// The word for it in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::DuplicateKey => "duplicate-key",
            Self::Required => "required",
            Self::UnknownMember => "unknown-member",
            Self::Type => "type",
            Self::Enum => "enum",
            Self::Pattern => "pattern",
            Self::MinLength => "min-length",
            Self::MaxLength => "max-length",
            Self::Min => "min",
            Self::Max => "max",
            Self::Union => "union",
            Self::Consistency => "consistency",
            Self::Model => "model",
            Self::Hyperparameter => "hyperparameter",
            Self::Deployment => "deployment",
        }
    }
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where; empty for the request itself.
    pub member: MemberPath,
    /// Which rule it breaks.
    pub rule: Rule,
    /// What is wrong.
    pub message: String,
    /// What to do, where that can be said.
    pub hint: Option<String>,
    /// Line in the file, from 1, where the request is from one.
    pub line: Option<u64>,
    /// Column in characters, from 1.
    pub column: Option<u64>,
}

impl Problem {
    pub(crate) fn new(member: &MemberPath, rule: Rule, message: impl Into<String>) -> Self {
        Self { member: member.clone(), rule, message: message.into(), hint: None, line: None, column: None }
    }

    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The most characters of a value that a message quotes.
const QUOTED_MAX: usize = 80;

/// A value as a message quotes it: cut where it is long, and left out where it may be a secret.
pub(crate) fn quoted(value: &str) -> String {
    if is_secret(value) {
        return "the value (not shown: it looks like a credential)".to_owned();
    }
    if value.chars().count() <= QUOTED_MAX {
        return format!("`{value}`");
    }
    let kept: String = value.chars().take(QUOTED_MAX).collect();
    format!("`{kept}…`")
}

/// Access keys, secret keys and private keys of AWS, where they stand in a member by mistake.
fn is_secret(value: &str) -> bool {
    let words = value.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '+')));
    let is_key_id = |word: &str| {
        word.len() >= 20
            && ["AKIA", "ASIA"].iter().any(|lead| word.starts_with(lead))
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    let is_key = |word: &str| {
        // So long a part of a path is no key.
        word.len() == 40
            && !value.starts_with("arn:")
            && !value.starts_with("s3:")
            && word.bytes().any(|b| b.is_ascii_uppercase())
            && word.bytes().any(|b| b.is_ascii_lowercase())
            && word.bytes().any(|b| b.is_ascii_digit())
    };
    value.contains("-----BEGIN") || words.into_iter().any(|word| is_key_id(word) || is_key(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_never_quoted() {
        for secret in [
            "AKIAIOSFODNN7EXAMPLE",
            "key=AKIAIOSFODNN7EXAMPLE;",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(!quoted(secret).contains("EXAMPLE") && !quoted(secret).contains("BEGIN"), "{secret}");
        }
        let role = "arn:aws:iam::123456789012:role/BedrockCustomizationRole";
        assert_eq!(quoted(role), format!("`{role}`"));
        assert_eq!(quoted(&"é".repeat(81)), format!("`{}…`", "é".repeat(80)));
    }
}
