//! What can go wrong between here and Amazon Bedrock.

use std::error::Error;
use std::fmt;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_bedrock::config::http::HttpResponse;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::operation::RequestId;
use bedload_store::tried;

/// The kinds of failures that callers tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Nothing gave credentials.
    NoCredentials,
    /// The credentials are past their time.
    Expired,
    /// The service does not know the credentials, or the signature is wrong.
    Unrecognized,
    /// The clock of this machine is wrong, so that signatures are not of this time.
    Clock,
    /// Nothing says which region.
    NoRegion,
    /// The credentials do not allow it.
    Denied,
    /// There is no such thing.
    NotFound,
    /// The name is taken, or the state does not allow it.
    Conflict,
    /// The request is not accepted as it is.
    Invalid,
    /// The account has as many as it may.
    Quota,
    /// Too many requests, even after some pauses.
    Throttled,
    /// The service failed.
    Internal,
    /// No connection, or it broke.
    Connection,
    /// No reply in time.
    TimedOut,
    /// The reply is not as the service model says.
    Reply,
    /// Something else that the service says.
    Other,
    /// The run was asked to stop before there was a reply.
    Interrupted,
}

/// A failure of a request. It holds no headers and no credentials.
#[derive(Clone, Debug)]
pub struct ClientError {
    /// What kind it is.
    pub kind: ErrorKind,
    /// The operation that failed; empty where none was tried.
    pub operation: &'static str,
    /// What it was about: a job, a model; empty where that says nothing.
    pub subject: String,
    /// The service's name for the failure.
    pub code: Option<String>,
    /// What the service says, or what happened on the way.
    pub message: String,
    /// The number of the request, by which AWS finds it.
    pub request_id: Option<String>,
}

impl ClientError {
    pub(crate) fn no_region() -> Self {
        Self::new(ErrorKind::NoRegion, "", "", "")
    }

    /// A reply that was not waited for.
    pub(crate) fn interrupted(operation: &'static str, subject: &str) -> Self {
        let message = match operation {
            reading if reading.starts_with("Get") || reading.starts_with("List") => "",
            _ => "the service may have done what was asked; the same command finds out",
        };
        Self::new(ErrorKind::Interrupted, operation, subject, message)
    }

    pub(crate) fn new(kind: ErrorKind, operation: &'static str, subject: &str, message: &str) -> Self {
        Self {
            kind,
            operation,
            subject: subject.to_owned(),
            code: None,
            message: message.to_owned(),
            request_id: None,
        }
    }

    /// What the SDK says of `operation` on `subject`.
    pub fn of<E>(operation: &'static str, subject: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + RequestId + Error + 'static,
    {
        let new = |kind, message: &str| Self::new(kind, operation, subject, message);
        match error {
            SdkError::ServiceError(service) => {
                let (told, status) = (service.err(), service.raw().status());
                let (kind, message) = match (told.code(), told.message()) {
                    (Some(code), message) => {
                        let message = unsigned(message.unwrap_or("without a reason"));
                        (kind_of(code, message), message.to_owned())
                    }
                    (None, _) if status.is_success() => (ErrorKind::Reply, chain(told)),
                    (None, message) => {
                        let message =
                            message.map_or_else(String::new, |message| format!(": {}", unsigned(message)));
                        (kind_of_status(status.as_u16()), format!("HTTP {}{message}", status.as_u16()))
                    }
                };
                let code = told.code().map(str::to_owned);
                Self { code, request_id: told.request_id().map(str::to_owned), ..new(kind, &message) }
            }
            SdkError::TimeoutError(_) => new(ErrorKind::TimedOut, "no reply in time"),
            SdkError::ResponseError(_) => {
                new(ErrorKind::Connection, &format!("the reply broke off: {}", chain(error)))
            }
            other => match (credentials(other), other) {
                (Some(kind), _) => new(kind, &tried(&chain(other))),
                (None, SdkError::DispatchFailure(failure)) if failure.is_timeout() => {
                    new(ErrorKind::TimedOut, "no reply in time")
                }
                (None, SdkError::DispatchFailure(_)) => new(ErrorKind::Connection, &chain(other)),
                (None, _) => new(ErrorKind::Other, &chain(other)),
            },
        }
    }

    /// Names the region that was asked, where an ARN is of another one and that may be why.
    pub(crate) fn asked_in(mut self, region: &str) -> Self {
        let is_missed = matches!(self.kind, ErrorKind::NotFound | ErrorKind::Denied | ErrorKind::Invalid);
        let of = self.subject.strip_prefix("arn:").and_then(|arn| arn.split(':').nth(2)).unwrap_or_default();
        if is_missed && !of.is_empty() && of != region {
            self.message.push_str(&format!("; the ARN is of {of}, and {region} was asked"));
        }
        self
    }

    /// Whether the same request can succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Throttled | ErrorKind::Internal | ErrorKind::Connection | ErrorKind::TimedOut
        )
    }

    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind {
            ErrorKind::NoCredentials => Some(
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --aws-profile, or sign in with \
                 `aws sso login`",
            ),
            ErrorKind::Expired => Some("get new ones, e.g. with `aws sso login`, and run the command again"),
            ErrorKind::Unrecognized => Some(
                "the access key, the secret key and the session token belong together, and to this account",
            ),
            ErrorKind::Clock => Some("set the clock of this machine; requests are signed with the time"),
            ErrorKind::NoRegion => Some("give --region, or set AWS_REGION"),
            ErrorKind::Denied => {
                Some("the policies of these credentials must allow the action that the message names")
            }
            ErrorKind::Throttled => Some("the account sends too many requests at once; try again in a while"),
            ErrorKind::Connection => {
                Some("check the network, the region and the endpoint (--endpoint-url, AWS_ENDPOINT_URL)")
            }
            ErrorKind::TimedOut | ErrorKind::Internal => Some("try again in a while"),
            ErrorKind::Quota => Some("delete what is not needed, or ask for more in Service Quotas"),
            ErrorKind::NotFound => Some("check the name, the account and the region"),
            ErrorKind::Conflict
            | ErrorKind::Invalid
            | ErrorKind::Reply
            | ErrorKind::Other
            | ErrorKind::Interrupted => None,
        }
    }
}

/// The kind of a failure by the service's name for it; the time of a signature is only told apart by the message.
fn kind_of(code: &str, message: &str) -> ErrorKind {
    const OF_TIME: &[&str] = &["Signature expired", "Signature not yet current"];
    match code {
        "InvalidSignatureException" | "SignatureDoesNotMatch"
            if OF_TIME.iter().any(|lead| message.starts_with(lead)) =>
        {
            ErrorKind::Clock
        }
        "ExpiredToken" | "ExpiredTokenException" => ErrorKind::Expired,
        "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture" => ErrorKind::Clock,
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "IncompleteSignature"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch" => ErrorKind::Unrecognized,
        "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "Forbidden" => ErrorKind::Denied,
        "ResourceNotFoundException" | "NotFound" => ErrorKind::NotFound,
        "ConflictException" | "ResourceInUseException" => ErrorKind::Conflict,
        "ValidationException" | "SerializationException" => ErrorKind::Invalid,
        "ServiceQuotaExceededException" | "TooManyTagsException" => ErrorKind::Quota,
        "Throttling" | "ThrottlingException" | "TooManyRequestsException" | "RequestLimitExceeded" => {
            ErrorKind::Throttled
        }
        "InternalServerException"
        | "InternalFailure"
        | "ServiceUnavailableException"
        | "ServiceUnavailable"
        | "ModelErrorException" => ErrorKind::Internal,
        "ModelTimeoutException" => ErrorKind::TimedOut,
        _ => ErrorKind::Other,
    }
}

/// The kind of a failure without a name, which something on the way may have answered.
fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Unrecognized,
        403 => ErrorKind::Denied,
        404 => ErrorKind::NotFound,
        429 => ErrorKind::Throttled,
        500.. => ErrorKind::Internal,
        _ => ErrorKind::Other,
    }
}

/// A message without the canonical request that follows where a signature is refused: it has the session token in it.
fn unsigned(message: &str) -> &str {
    let end = ["The Canonical String", "The String-to-Sign", "x-amz-security-token", "X-Amz-Security-Token"];
    let end = end.iter().filter_map(|lead| message.find(lead)).min().unwrap_or(message.len());
    message[..end].trim_end()
}

/// Whether it failed for the credentials, which the SDK reports as a failed connection.
fn credentials(error: &(dyn Error + 'static)) -> Option<ErrorKind> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<CredentialsError>() {
            Some(CredentialsError::CredentialsNotLoaded(_)) => return Some(ErrorKind::NoCredentials),
            Some(_) if is_about_expiry(error) => return Some(ErrorKind::Expired),
            Some(_) => return Some(ErrorKind::NoCredentials),
            None => next = error.source(),
        }
    }
    None
}

/// Cached tokens of single sign-on that are past their time are only told apart by their words.
fn is_about_expiry(error: &(dyn Error + 'static)) -> bool {
    let text = chain(error).to_ascii_lowercase();
    text.contains("expired") || text.contains("refresh")
}

/// The messages of an error and of those that caused it, each once, without the words of the SDK that say nothing.
fn chain(error: &(dyn Error + 'static)) -> String {
    const EMPTY: &[&str] =
        &["dispatch failure", "construction failure", "response error", "service error", "unhandled error"];
    const KINDS: &[&str] = &["other", "io error", "timeout"];
    const QUOTED: &str = "Request { body";
    let mut out: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        // A request that is quoted has the texts of records in it.
        let is_empty = EMPTY.iter().any(|lead| message.starts_with(lead))
            || KINDS.contains(&message.as_str())
            || message.contains(QUOTED);
        if !is_empty && out.last().is_none_or(|last| !last.contains(&message)) {
            out.push(message);
        }
        next = error.source();
    }
    if out.is_empty() { "the request could not be made".to_owned() } else { out.join(": ") }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            ErrorKind::NoCredentials => "no AWS credentials",
            ErrorKind::Expired => "the AWS credentials have expired",
            ErrorKind::Unrecognized => "the AWS credentials are not accepted",
            ErrorKind::Clock => "the clock is wrong",
            ErrorKind::NoRegion => "no region is configured",
            ErrorKind::Denied => "access denied",
            ErrorKind::NotFound => "not found",
            ErrorKind::Conflict => "conflict",
            ErrorKind::Invalid => "not accepted",
            ErrorKind::Quota => "quota reached",
            ErrorKind::Throttled => "throttled",
            ErrorKind::Internal => "the service failed",
            ErrorKind::Connection => "cannot connect",
            ErrorKind::TimedOut => "timed out",
            ErrorKind::Reply => "unreadable reply",
            ErrorKind::Other => "failed",
            ErrorKind::Interrupted => "interrupted",
        };
        if !self.subject.is_empty() {
            write!(f, "{}: ", self.subject)?;
        }
        f.write_str(what)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        let mut details: Vec<String> = Vec::new();
        if !self.operation.is_empty() {
            details.push(self.operation.to_owned());
        }
        details.extend(self.code.clone());
        details.extend(self.request_id.as_ref().map(|id| format!("request {id}")));
        if !details.is_empty() {
            write!(f, " ({})", details.join(", "))?;
        }
        match self.hint() {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl Error for ClientError {}

#[cfg(test)]
mod tests;
