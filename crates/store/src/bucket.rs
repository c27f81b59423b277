//! One bucket: where it is, how it is asked, and for how long.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use object_store::aws::{AmazonS3, AmazonS3Builder, Checksum, S3ConditionalPut, resolve_bucket_region};
use object_store::multipart::MultipartStore;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};

use crate::account::Account;
use crate::error::StoreError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Until a reply begins, for one part: at this rate, 8 MiB take 70 KB a second.
const READ_TIMEOUT: Duration = Duration::from_mins(2);
const REQUEST_TIMEOUT: Duration = Duration::from_mins(5);
/// Some ten seconds for what fails at once, such as a connection that is refused.
const RETRIES_MAX: usize = 6;
const RETRY_TIMEOUT: Duration = Duration::from_mins(3);

/// A store of objects whose uploads can be resumed: S3, and the memory of a test.
pub(crate) trait Objects: ObjectStore + MultipartStore {}

impl<T: ObjectStore + MultipartStore> Objects for T {}

/// A bucket in S3.
#[derive(Clone)]
pub(crate) struct Bucket {
    pub(crate) objects: Arc<dyn Objects>,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Bucket")
    }
}

impl Account {
    /// Finds a bucket. Whether it is there, and may be read, the first request tells.
    pub(crate) fn bucket(&self, bucket: &str) -> Result<Bucket, StoreError> {
        let objects: Arc<dyn Objects> = Arc::new(self.s3(bucket)?);
        Ok(Bucket { objects })
    }

    fn s3(&self, bucket: &str) -> Result<AmazonS3, StoreError> {
        let url = format!("s3://{bucket}");
        let options = ClientOptions::new()
            .with_connect_timeout(CONNECT_TIMEOUT)
            .with_read_timeout(READ_TIMEOUT)
            .with_timeout(REQUEST_TIMEOUT);
        let retries = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(200),
                max_backoff: Duration::from_secs(10),
                base: 2.0,
            },
            max_retries: RETRIES_MAX,
            retry_timeout: RETRY_TIMEOUT,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_credentials(self.credentials()?)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            .with_retry(retries);
        if let Some(endpoint) = self.endpoint("S3") {
            // Whoever names an address without TLS means it; nothing else is ever sent in the clear.
            builder = builder
                .with_client_options(options.with_allow_http(endpoint.starts_with("http://")))
                .with_endpoint(endpoint)
                .with_virtual_hosted_style_request(false)
                .with_region(self.region().unwrap_or("us-east-1"));
        } else {
            let region = self.region_of(bucket, &url, &options)?;
            // The certificate covers one label before the name of the service.
            let is_virtual = !bucket.contains('.');
            builder = builder.with_client_options(options).with_region(&region);
            builder = if region.starts_with("cn-") {
                builder.with_endpoint(format!("https://s3.{region}.amazonaws.com.cn"))
            } else {
                builder.with_virtual_hosted_style_request(is_virtual)
            };
        }
        builder.build().map_err(|error| StoreError::of(&error, &url))
    }

    /// The region of a bucket, which need not be that of the account. Asked without credentials, and of the partition
    /// of most accounts; in others, and where that cannot be reached, the account's is taken.
    fn region_of(&self, bucket: &str, url: &str, options: &ClientOptions) -> Result<String, StoreError> {
        let own = self.region();
        let is_elsewhere = ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"];
        if let Some(own) = own.filter(|own| is_elsewhere.iter().any(|lead| own.starts_with(lead))) {
            return Ok(own.to_owned());
        }
        match self.wait(resolve_bucket_region(bucket, options)) {
            Ok(region) => Ok(region),
            Err(error) if error.to_string().contains("not found") => {
                Err(StoreError::NoBucket { bucket: url.to_owned() })
            }
            Err(error) => match own {
                Some(own) => Ok(own.to_owned()),
                None => Err(match StoreError::of(&error, url) {
                    StoreError::Connect { what, why } => StoreError::Connect { what, why },
                    _ => StoreError::NoRegion { what: url.to_owned() },
                }),
            },
        }
    }
}
