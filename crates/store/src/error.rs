//! What can go wrong between here and S3.

use thiserror::Error;

/// A failure of the account or of S3. None of these holds a secret.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The runtime for requests did not start.
    #[error("threads for requests cannot be started: {0}")]
    Threads(#[source] std::io::Error),
}
