//! Credentials of the standard chain, kept until shortly before they expire.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use object_store::CredentialProvider;
use object_store::aws::AwsCredential;
use tokio::sync::Mutex;

use crate::error::{StoreError, innermost};

/// A request may be repeated for this long with the credentials that it began with.
const RENEWED_BEFORE: Duration = Duration::from_mins(5);

/// Gives the credentials of a provider to requests for objects.
pub(crate) struct Credentials {
    provider: SharedCredentialsProvider,
    kept: Mutex<Option<(Arc<AwsCredential>, Option<SystemTime>)>>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials")
    }
}

/// A failure that has to pass through the library for objects, which knows no such.
#[derive(Debug, thiserror::Error)]
#[error("credentials")]
pub(crate) struct CredentialsFailure(pub(crate) CredentialsError);

impl CredentialsFailure {
    pub(crate) fn explain(&self) -> StoreError {
        let why = innermost(&self.0);
        match &self.0 {
            _ if why.to_ascii_lowercase().contains("expired") => StoreError::Expired { why },
            CredentialsError::ProviderTimedOut(_) => {
                StoreError::TimedOut { what: "credentials".to_owned(), why }
            }
            _ => StoreError::NoCredentials { why: tried(&why) },
        }
    }
}

/// How the standard chain begins to say that it found nothing.
const NOTHING: &str = "no credentials found in chain. Attempted:";
/// What it says of a place that has none.
const NOT_THERE: &str = "the credential provider was not enabled";

/// What the standard chain says, in a line: the places that it tried, and what is wrong where credentials are.
pub fn tried(why: &str) -> String {
    let Some((_, places)) = why.split_once(NOTHING) else { return why.to_owned() };
    let (mut empty, mut wrong) = (Vec::new(), Vec::new());
    for line in places.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (place, why) = line.split_once(": ").unwrap_or((line, ""));
        if why.starts_with(NOT_THERE) {
            empty.push(match place {
                "Environment" => "the environment",
                "Profile" => "the profile",
                "WebIdentityToken" => "a web identity",
                "EcsContainer" => "the container",
                "Ec2InstanceMetadata" => "the instance",
                other => other,
            });
        } else {
            wrong.push(format!("{place}: {why}"));
        }
    }
    let mut out = match empty.split_last() {
        Some((last, [])) => format!("there are none from {last}"),
        Some((last, others)) => format!("there are none from {} or {last}", others.join(", ")),
        None => String::new(),
    };
    for wrong in wrong {
        out.push_str(if out.is_empty() { "" } else { "; " });
        out.push_str(&wrong);
    }
    out
}

impl Credentials {
    pub(crate) fn new(provider: SharedCredentialsProvider) -> Credentials {
        Credentials { provider, kept: Mutex::new(None) }
    }
}

#[async_trait]
impl CredentialProvider for Credentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let mut kept = self.kept.lock().await;
        let is_fresh = |expiry: &Option<SystemTime>| {
            expiry.is_none_or(|expiry| SystemTime::now() + RENEWED_BEFORE < expiry)
        };
        if let Some((credential, expiry)) = &*kept
            && is_fresh(expiry)
        {
            return Ok(Arc::clone(credential));
        }
        let provided = self.provider.provide_credentials().await.map_err(|error| {
            object_store::Error::Generic { store: "S3", source: Box::new(CredentialsFailure(error)) }
        })?;
        let credential = Arc::new(AwsCredential {
            key_id: provided.access_key_id().to_owned(),
            secret_key: provided.secret_access_key().to_owned(),
            token: provided.session_token().map(str::to_owned),
        });
        *kept = Some((Arc::clone(&credential), provided.expiry()));
        Ok(credential)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(why: &str, expected: Expect) {
        expected.assert_eq(&tried(why));
    }

    #[test]
    fn places_without_credentials_are_a_line() {
        check(
            "the credential provider was not enabled: no credentials found in chain. Attempted:\n    \
             Environment: the credential provider was not enabled: environment variable not set\n    \
             Profile: the credential provider was not enabled",
            expect!["there are none from the environment or the profile"],
        );
        check(
            "no credentials found in chain. Attempted:\n    Profile: the credential provider was not enabled\n    \
             Ec2InstanceMetadata: an error occurred",
            expect!["there are none from the profile; Ec2InstanceMetadata: an error occurred"],
        );
        check("failed to load the cached SSO token", expect!["failed to load the cached SSO token"]);
    }
}
