//! The body of a request, as it was checked.

use aws_sdk_bedrock::config::http::HttpRequest;
use aws_smithy_types::body::SdkBody;

/// Puts `text` in the place of the body that the SDK wrote. It happens before the request is signed, on each attempt.
pub(crate) fn replaced_by(text: &str) -> impl Fn(&mut HttpRequest) + Send + Sync + 'static {
    let text = text.to_owned();
    move |request| {
        request.headers_mut().insert("content-length", text.len().to_string());
        *request.body_mut() = SdkBody::from(text.clone());
    }
}
