//! The account of a run: credentials by the standard chain, region, endpoints, and the threads that wait for replies.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_types::service_config::ServiceConfigKey;
use bedload_scan::Watch;
use futures_util::future::{Either, select};
use tokio::runtime::{Builder, Handle, Runtime};

use crate::credentials::Credentials;
use crate::endpoint;
use crate::error::StoreError;
use crate::profile;

/// How often a wait looks whether the run was asked to stop.
const STOP_SEEN_EVERY: Duration = Duration::from_millis(50);

/// What the command line says about the account; everything else is from the environment and `~/.aws`.
#[derive(Clone, Debug, Default)]
pub struct AccountOptions {
    /// Name of a profile in `~/.aws/config`, in place of that of the environment.
    pub profile: Option<String>,
    /// Region, in place of that of the environment or the profile.
    pub region: Option<String>,
    /// URL that all requests go to, in place of the services' own.
    pub endpoint: Option<String>,
}

/// Credentials, region and endpoints, and the threads for requests.
pub struct Account {
    runtime: Runtime,
    config: SdkConfig,
    /// The URL that the command line gave for all services.
    endpoint: Option<String>,
    credentials: Option<Arc<Credentials>>,
    /// Whether the run is asked to stop.
    is_stopped: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

/// What it holds may be secret, down to what providers of credentials print of themselves.
impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Account").field("region", &self.region()).finish_non_exhaustive()
    }
}

impl Account {
    /// Reads the configuration. Credentials are not asked for before the first request.
    ///
    /// # Errors
    /// Where a profile is named that there is not, where a region or an endpoint cannot be one, and where no thread can
    /// be started.
    pub fn open(options: &AccountOptions) -> Result<Account, StoreError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("requests")
            .enable_all()
            .build()
            .map_err(StoreError::Threads)?;
        // Those of retries and of the whole operation are set by whoever makes a client.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_mins(1));
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts.build());
        if let Some(name) = &options.profile {
            profile::check(name)?;
            let of_profile = runtime.block_on(profile::credentials(name, options.region.as_deref()));
            loader = loader.profile_name(name).credentials_provider(of_profile);
        }
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &options.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = runtime.block_on(loader.load());
        let credentials = config.credentials_provider().map(|provider| Arc::new(Credentials::new(provider)));
        let account =
            Account { runtime, config, endpoint: options.endpoint.clone(), credentials, is_stopped: None };
        account.region().map_or(Ok(()), endpoint::check_region)?;
        let endpoints = ["S3", "Bedrock", "Bedrock Runtime"].map(|service| account.endpoint(service));
        endpoints.iter().flatten().try_for_each(|url| endpoint::check(url))?;
        Ok(account)
    }

    /// The same, with requests that end where the run is asked to stop.
    #[must_use]
    pub fn stopped_by(mut self, is_stopped: impl Fn() -> bool + Send + Sync + 'static) -> Account {
        self.is_stopped = Some(Box::new(is_stopped));
        self
    }

    /// The configuration for clients of the SDK.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// The region of the account, where one is configured.
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(AsRef::as_ref)
    }

    /// Waits for a request. Must not be called from within one.
    pub fn wait<F: Future>(&self, request: F) -> F::Output {
        self.runtime.block_on(request)
    }

    /// Waits for a request until the run is asked to stop, which drops the request and gives none. Must not be called
    /// from within one.
    pub fn wait_or_stop<F: Future>(&self, request: F) -> Option<F::Output> {
        let Some(is_stopped) = &self.is_stopped else { return Some(self.wait(request)) };
        self.wait(before(is_stopped, request))
    }

    /// The threads for requests.
    pub(crate) fn handle(&self) -> Handle {
        self.runtime.handle().clone()
    }

    /// Waits for a request until the run is asked to stop, which drops the request. Must not be called from within one.
    ///
    /// # Errors
    /// [`StoreError::Interrupted`], and those of the request.
    pub fn wait_unless_stopped<T>(
        &self,
        watch: &Watch,
        request: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.wait(unless_stopped(watch, request))
    }

    pub(crate) fn credentials(&self) -> Result<Arc<Credentials>, StoreError> {
        let none =
            || StoreError::NoCredentials { why: "no provider of credentials is configured".to_owned() };
        self.credentials.clone().ok_or_else(none)
    }

    /// The URL that requests to a service go to in place of its own, in the SDK's order: of the command line, the
    /// variable of the service, such as `AWS_ENDPOINT_URL_S3`, its entry in the profile, and what is for all services.
    pub fn endpoint(&self, service: &'static str) -> Option<String> {
        let of_service = || {
            let key = ServiceConfigKey::builder()
                .service_id(service)
                .env("AWS_ENDPOINT_URL")
                .profile("endpoint_url");
            self.config.service_config()?.load_config(key.build().ok()?)
        };
        let of_all = || self.config.endpoint_url().map(str::to_owned);
        self.endpoint.clone().or_else(of_service).or_else(of_all).filter(|url| !url.is_empty())
    }
}

/// The request, or an interrupt where the run is asked to stop first.
pub(crate) async fn unless_stopped<T>(
    watch: &Watch,
    request: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    before(|| watch.check().is_err(), request).await.unwrap_or(Err(StoreError::Interrupted))
}

/// The request, or none where the run is asked to stop first.
async fn before<F: Future>(is_stopped: impl Fn() -> bool, request: F) -> Option<F::Output> {
    let stopped = async {
        while !is_stopped() {
            tokio::time::sleep(STOP_SEEN_EVERY).await;
        }
    };
    match select(std::pin::pin!(request), std::pin::pin!(stopped)).await {
        Either::Left((result, _)) => Some(result),
        Either::Right(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown_of_an_account() {
        let options = AccountOptions {
            region: Some("eu-west-1".to_owned()),
            endpoint: Some("http://user:secret@127.0.0.1:9".to_owned()),
            ..AccountOptions::default()
        };
        let account = Account::open(&options).expect("opened");
        assert_eq!(format!("{account:?}"), "Account { region: Some(\"eu-west-1\"), .. }");
        assert_eq!(format!("{:?}", account.credentials().expect("a provider")), "Credentials");
    }
}
