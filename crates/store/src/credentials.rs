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
            _ => StoreError::NoCredentials { why },
        }
    }
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
