//! Objects in S3: the account of a run, and what is read from and written to its buckets.
//!
//! Requests are asynchronous inside and blocking outside, so that nothing else of the program knows of it.

mod account;
mod bucket;
mod credentials;
mod endpoint;
mod error;
mod location;
mod objects;
mod profile;

mod inputs;
mod upload;

pub use account::{Account, AccountOptions};
pub use credentials::tried;
pub use endpoint::without_user;
pub use error::StoreError;
pub use inputs::S3Inputs;
pub use location::Location;
pub use objects::{Folder, Listed};
pub use upload::{
    Action, Sent, SentFile, Source, SourceFile, UploadOptions, abort, exists, put_file, upload,
};
