//! The clients of an account, and how long they try.

use std::fmt;
use std::future::Future;
use std::time::{Duration, Instant};

use aws_sdk_bedrock::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sdk_bedrock::config::http::HttpResponse;
use aws_sdk_bedrock::config::retry::RetryConfig;
use aws_sdk_bedrock::config::timeout::TimeoutConfig;
use aws_sdk_bedrock::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrock::operation::RequestId;
use bedload_store::{Account, without_user};
use tokio::time::timeout_at;

use crate::error::{ClientError, ErrorKind};

/// How long a request may take, and how often it is sent. Every wait has an end.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the first byte of the reply, and for each attempt as a whole.
    pub attempt: Duration,
    /// For all attempts, with the pauses between them.
    pub operation: Duration,
    /// How often it is sent at most.
    pub attempts: u32,
    /// The first pause before it is sent again; each further one is up to twice as long, at random.
    pub pause: Duration,
}

impl Default for Limits {
    /// For requests that are answered within seconds.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            attempt: Duration::from_secs(30),
            operation: Duration::from_mins(2),
            attempts: 5,
            pause: Duration::from_secs(1),
        }
    }
}

/// Clients of Amazon Bedrock for one account.
#[derive(Clone)]
pub struct Client<'a> {
    account: &'a Account,
    /// When nobody waits for replies any more.
    until: Option<Instant>,
    /// Jobs and deployments.
    pub control: aws_sdk_bedrock::Client,
    /// Answers of models.
    pub runtime: aws_sdk_bedrockruntime::Client,
}

/// What the SDK's clients hold may be secret.
impl fmt::Debug for Client<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("account", &self.account).finish_non_exhaustive()
    }
}

impl<'a> Client<'a> {
    /// Clients with the credentials, region and endpoints of `account`.
    ///
    /// # Errors
    /// Where nothing says which region it is.
    pub fn open(account: &'a Account, limits: Limits) -> Result<Client<'a>, ClientError> {
        if account.region().is_none() {
            return Err(ClientError::no_region());
        }
        Ok(Self::unsent(account, limits))
    }

    /// The same for requests that are only shown, which need no region.
    pub fn unsent(account: &'a Account, limits: Limits) -> Client<'a> {
        let with_pauses = |retries: RetryConfig| {
            retries
                .with_max_attempts(limits.attempts)
                .with_initial_backoff(limits.pause)
                .with_max_backoff(limits.pause.saturating_mul(20))
        };
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(limits.connect)
            .read_timeout(limits.attempt)
            .operation_attempt_timeout(limits.attempt)
            .operation_timeout(limits.operation)
            .build();
        let control = aws_sdk_bedrock::config::Builder::from(account.config())
            // One request at a time needs no limit of its own: that of the SDK held a request back for 26 s after two
            // that were throttled (2026-11).
            .retry_config(with_pauses(RetryConfig::standard()))
            .timeout_config(timeouts.clone());
        let runtime = aws_sdk_bedrockruntime::config::Builder::from(account.config())
            .retry_config(with_pauses(RetryConfig::adaptive()))
            .timeout_config(timeouts);
        Client {
            account,
            until: None,
            control: aws_sdk_bedrock::Client::from_conf(control.build()),
            runtime: aws_sdk_bedrockruntime::Client::from_conf(runtime.build()),
        }
    }

    /// The account that it is for.
    pub fn account(&self) -> &'a Account {
        self.account
    }

    /// The same for as long at most; then no reply is waited for.
    #[must_use]
    pub fn for_at_most(&self, limit: Option<Duration>) -> Client<'a> {
        Client { until: limit.and_then(|limit| Instant::now().checked_add(limit)), ..self.clone() }
    }

    /// Waits for requests to the end.
    pub(crate) fn wait<F: Future>(&self, request: F) -> F::Output {
        self.account.wait(request)
    }

    /// The reply to a request of an operation about `subject`; a run that is asked to stop does not wait for it.
    pub(crate) fn reply<T, E>(
        &self,
        operation: &'static str,
        subject: &str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, ClientError>
    where
        E: ProvideErrorMetadata + RequestId + std::error::Error + 'static,
    {
        let in_time = async {
            match self.until {
                Some(until) => timeout_at(until.into(), request).await.ok(),
                None => Some(request.await),
            }
        };
        match self.account.wait_or_stop(in_time) {
            Some(None) => Err(ClientError::new(ErrorKind::TimedOut, operation, subject, "no reply in time")),
            Some(Some(reply)) => {
                reply.map_err(|error| ClientError::of(operation, subject, &error).asked_in(self.region()))
            }
            None => Err(ClientError::interrupted(operation, subject)),
        }
    }

    /// The region that requests go to.
    pub fn region(&self) -> &str {
        self.account.region().unwrap_or_default()
    }

    /// The URL that prompts go to; empty where that needs a region, and there is none.
    pub fn runtime_endpoint(&self) -> String {
        use aws_sdk_bedrockruntime::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
        if let Some(url) = self.account.endpoint("Bedrock Runtime") {
            return without_user(&url);
        }
        let url = self.account.region().and_then(|region| Params::builder().region(region).build().ok());
        let url = url.and_then(|params| {
            let resolver = DefaultResolver::new();
            self.wait(async { resolver.resolve_endpoint(&params).await.ok() })
        });
        url.map_or_else(String::new, |endpoint| endpoint.url().to_owned())
    }

    /// The URL that requests about jobs and deployments go to; empty where that needs a region, and there is none.
    pub fn endpoint(&self) -> String {
        if let Some(url) = self.account.endpoint("Bedrock") {
            return without_user(&url);
        }
        let url = self.account.region().and_then(|region| Params::builder().region(region).build().ok());
        let url = url.and_then(|params| {
            let resolver = DefaultResolver::new();
            self.wait(async { resolver.resolve_endpoint(&params).await.ok() })
        });
        url.map_or_else(String::new, |endpoint| endpoint.url().to_owned())
    }

    /// The same with credentials that mean nothing, for scripted replies.
    #[cfg(test)]
    pub(crate) fn scripted(account: &'a Account, limits: Limits) -> Client<'a> {
        let credentials =
            aws_sdk_bedrock::config::Credentials::new("AKIDTEST", "SECRETTEST", None, None, "test");
        let mut client = Client::open(account, limits).expect("a region");
        let control = client.control.config().to_builder().credentials_provider(credentials.clone());
        client.control = aws_sdk_bedrock::Client::from_conf(control.build());
        let runtime = client.runtime.config().to_builder().credentials_provider(credentials);
        client.runtime = aws_sdk_bedrockruntime::Client::from_conf(runtime.build());
        client
    }
}
