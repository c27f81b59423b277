//! Inputs that are objects in S3.

use std::ffi::OsString;
use std::sync::Arc;

use bedload_scan::ObjectStore;

use crate::args::InputAccountArgs;
use crate::exit::Failure;

/// Where objects are read from, if one of the arguments names any. No request is made yet.
#[cfg(feature = "s3")]
pub(super) fn store<'a>(
    args: &InputAccountArgs,
    inputs: impl IntoIterator<Item = &'a OsString>,
) -> Result<Option<Arc<dyn ObjectStore>>, Failure> {
    use bedload_scan::Url;
    use bedload_store::{Account, S3Inputs};

    if !inputs.into_iter().any(|input| Url::of(input).is_some_and(|url| url.s3().is_some())) {
        return Ok(None);
    }
    let account = Account::open(&(&args.account).into())?;
    Ok(Some(Arc::new(S3Inputs::new(account, crate::memory::limit_bytes()))))
}

/// None, so that such arguments are refused.
#[cfg(not(feature = "s3"))]
#[allow(clippy::unnecessary_wraps, reason = "the other one can fail")]
pub(super) fn store<'a>(
    _: &InputAccountArgs,
    _: impl IntoIterator<Item = &'a OsString>,
) -> Result<Option<Arc<dyn ObjectStore>>, Failure> {
    Ok(None)
}
