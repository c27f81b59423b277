//! What can go wrong between here and S3: every failure by its kind, with what to do.

use std::error::Error;
use std::io;

use object_store::client::{HttpError, HttpErrorKind};

use crate::credentials::CredentialsFailure;

/// A failure of the account, of S3, or of a file that is sent. None of these holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The runtime for requests did not start.
    #[error("threads for requests cannot be started: {0}")]
    Threads(#[source] io::Error),
    /// The standard chain has no credentials.
    #[error(
        "no AWS credentials: {why}\n\
         hint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --aws-profile, or sign in with \
         `aws sso login`"
    )]
    NoCredentials {
        /// What the chain said.
        why: String,
    },
    /// The credentials were good once.
    #[error("the AWS credentials have expired: {why}\nhint: sign in again, for one with `aws sso login`")]
    Expired {
        /// What the service said.
        why: String,
    },
    /// The service does not know the credentials, or their signature is wrong.
    #[error(
        "{what}: the AWS credentials are not accepted: {why}\nhint: `aws sts get-caller-identity` tests them"
    )]
    BadCredentials {
        /// What was asked for.
        what: String,
        /// What the service said.
        why: String,
    },
    /// No region is configured, and it cannot be told otherwise.
    #[error("{what}: no region is configured\nhint: name it with --region or AWS_REGION")]
    NoRegion {
        /// What was asked for.
        what: String,
    },
    /// The bucket is in another region.
    #[error("{what}: the bucket is in another region: {why}\nhint: name its region with --region")]
    OtherRegion {
        /// What was asked for.
        what: String,
        /// What the service said.
        why: String,
    },
    /// The account may not do this.
    #[error(
        "{what}: access denied: {why}\n\
         hint: the role or user needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and \
         s3:AbortMultipartUpload for this place, as far as the command uses them, and the permissions of the bucket's key"
    )]
    Denied {
        /// What was asked for.
        what: String,
        /// What the service said.
        why: String,
    },
    /// There is no such bucket.
    #[error(
        "{bucket}: no such bucket\nhint: check its name, the account and the region; `aws s3 ls` lists those you have"
    )]
    NoBucket {
        /// Its URL.
        bucket: String,
    },
    /// There is no such object.
    #[error("{what}: no such object\nhint: check the name; `aws s3 ls` lists what is there")]
    NotFound {
        /// Its URL.
        what: String,
    },
    /// The service asked for fewer requests, again and again.
    #[error("{what}: too many requests: {why}\nhint: run again later")]
    Throttled {
        /// What was asked for.
        what: String,
        /// What the service said.
        why: String,
    },
    /// No connection.
    #[error("{what}: cannot connect: {why}\nhint: check the network, the proxy, --region and --endpoint-url")]
    Connect {
        /// What was asked for.
        what: String,
        /// What the system said.
        why: String,
    },
    /// A reply did not come in time.
    #[error("{what}: timed out: {why}\nhint: check the network, and run again")]
    TimedOut {
        /// What was asked for.
        what: String,
        /// What was waited for.
        why: String,
    },
    /// The clock of this machine is wrong.
    #[error("{what}: {why}\nhint: set the clock of this machine; requests are signed with the time")]
    Clock {
        /// What was asked for.
        what: String,
        /// What the service said.
        why: String,
    },
    /// An object is not what it was.
    #[error("{what}: changed while it was read\nhint: run again when nothing is writing to it")]
    Changed {
        /// Its URL.
        what: String,
    },
    /// Any other failure of the service.
    #[error("{what}: {why}")]
    Service {
        /// What was asked for.
        what: String,
        /// What the service said.
        why: String,
    },
    /// A local file failed, or changed.
    #[error("{path}: could not be {action}: {source}")]
    Local {
        /// Which file.
        path: String,
        /// What was tried, as a participle.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A local file is not what the manifest says.
    #[error(
        "{path}: changed during the upload; nothing at the target is usable\nhint: build the output again, then upload it"
    )]
    LocalChanged {
        /// Which file.
        path: String,
    },
    /// Somebody else writes to the same place.
    #[error("{what}: {why}")]
    Contested {
        /// The place.
        what: String,
        /// What was found.
        why: String,
    },
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// The run was asked to stop.
    #[error("interrupted")]
    Interrupted,
}

impl StoreError {
    /// Whether the command line is to blame, and not the environment.
    pub fn is_usage(&self) -> bool {
        matches!(self, StoreError::Usage(_))
    }

    /// Whether the run was asked to stop.
    pub fn is_interrupt(&self) -> bool {
        matches!(self, StoreError::Interrupted)
    }

    /// Tells what a failed request for `what`, a URL, means.
    pub(crate) fn of(error: &object_store::Error, what: &str) -> StoreError {
        let what = what.to_owned();
        let chain = || {
            let first: &(dyn Error + 'static) = error;
            std::iter::successors(Some(first), |&error| error.source())
        };
        if let Some(failure) = chain().find_map(|error| error.downcast_ref::<CredentialsFailure>()) {
            return failure.explain();
        }
        if let Some(http) = chain().find_map(|error| error.downcast_ref::<HttpError>()) {
            let why = innermost(http);
            return match http.kind() {
                HttpErrorKind::Connect => StoreError::Connect { what, why },
                HttpErrorKind::Timeout => StoreError::TimedOut { what, why },
                _ => StoreError::Service { what, why: format!("the connection failed: {why}") },
            };
        }
        if let Some(name) = chain().find_map(|error| error.downcast_ref::<object_store::path::Error>()) {
            let why = format!("an object there has a name that is not supported: {name}");
            return StoreError::Service {
                what,
                why: why + "\nhint: move it to another prefix, or give it another name",
            };
        }
        let text = chain().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let code = element(&text, "Code").unwrap_or_default();
        let why = match element(&text, "Message") {
            Some(message) if !code.is_empty() => format!("{message} ({code})"),
            Some(message) => message.to_owned(),
            None => status(&text),
        };
        match code {
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" | "RequestExpired" => {
                return StoreError::Expired { why };
            }
            "InvalidAccessKeyId"
            | "SignatureDoesNotMatch"
            | "InvalidToken"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException" => return StoreError::BadCredentials { what, why },
            "NoSuchBucket" => return StoreError::NoBucket { bucket: bucket_of(&what) },
            "NoSuchKey" => return StoreError::NotFound { what },
            "AccessDenied" | "AccessDeniedException" | "AllAccessDisabled" | "AccountProblem" => {
                return StoreError::Denied { what, why };
            }
            "RequestTimeTooSkewed" => return StoreError::Clock { what, why },
            "PermanentRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" => {
                return StoreError::OtherRegion { what, why };
            }
            "SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded" => {
                return StoreError::Throttled { what, why };
            }
            _ => {}
        }
        match error {
            object_store::Error::NotFound { .. } => StoreError::NotFound { what },
            object_store::Error::Precondition { .. } => StoreError::Changed { what },
            object_store::Error::PermissionDenied { .. } => StoreError::Denied { what, why },
            object_store::Error::Unauthenticated { .. } => StoreError::BadCredentials { what, why },
            _ if text.contains("Received redirect without LOCATION") => {
                StoreError::OtherRegion { what, why: "the service redirects the request".to_owned() }
            }
            _ if text.contains("403 Forbidden") => StoreError::Denied { what, why },
            _ if text.contains("429 Too Many") || text.contains("503 Service") => {
                StoreError::Throttled { what, why }
            }
            _ => StoreError::Service { what, why },
        }
    }
}

/// What the cause of all others says, which names the thing.
pub(crate) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// The text of an element of an error document.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    (!inner.is_empty()).then_some(inner)
}

/// What is left of a message without an error document: its status, or its last part.
fn status(text: &str) -> String {
    let last = text.lines().next_back().unwrap_or_default();
    let after = last.rsplit_once("status code: ").map_or(last, |(_, after)| after);
    after.trim().trim_end_matches(':').to_owned()
}

fn bucket_of(url: &str) -> String {
    let rest = url.strip_prefix("s3://").unwrap_or(url);
    format!("s3://{}", rest.split('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
