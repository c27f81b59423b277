//! The account of a run: credentials by the standard chain, region, endpoints, and the threads that wait for replies.

use std::future::Future;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use tokio::runtime::{Builder, Runtime};

use crate::error::StoreError;

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
#[derive(Debug)]
pub struct Account {
    runtime: Runtime,
    config: SdkConfig,
}

impl Account {
    /// Reads the configuration. Credentials are not asked for before the first request.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn open(options: &AccountOptions) -> Result<Account, StoreError> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("requests")
            .enable_all()
            .build()
            .map_err(StoreError::Threads)?;
        let mut loader = aws_config::defaults(BehaviorVersion::latest());
        if let Some(profile) = &options.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &options.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(endpoint) = &options.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        let config = runtime.block_on(loader.load());
        Ok(Account { runtime, config })
    }

    /// The configuration for clients of the SDK.
    pub fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Waits for a request. Must not be called from within one.
    pub fn wait<F: Future>(&self, request: F) -> F::Output {
        self.runtime.block_on(request)
    }
}
