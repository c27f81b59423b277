//! Where requests go: what cannot be a region, or the URL of a service, is refused before it is in a request.

use crate::error::StoreError;

/// The longest label of a host name.
const LABEL_MAX: usize = 63;

/// Makes sure that a region can be part of a host name.
pub(crate) fn check_region(region: &str) -> Result<(), StoreError> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if (1..=LABEL_MAX).contains(&region.len()) && region.chars().all(is_plain) && !region.starts_with('-') {
        return Ok(());
    }
    Err(StoreError::Usage(format!("`{region}` is no AWS region\nhint: write it as in us-east-1")))
}

/// Makes sure that requests can be sent to a URL.
pub(crate) fn check(url: &str) -> Result<(), StoreError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let is_odd = |c: char| c.is_whitespace() || c.is_control();
    match rest {
        Some(rest)
            if !rest.is_empty() && !rest.starts_with(['/', ':', '?', '#']) && !rest.contains(is_odd) =>
        {
            Ok(())
        }
        _ => Err(StoreError::Usage(format!(
            "`{}` is no URL of an endpoint\nhint: write it as in http://127.0.0.1:9000",
            without_user(url)
        ))),
    }
}

/// A URL without the name and the password that may be in it.
pub fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or(host);
    if scheme.is_empty() { format!("{host}{path}") } else { format!("{scheme}://{host}{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let ok = |url: &str| check(url).is_ok();
        assert!(ok("http://127.0.0.1:9") && ok("https://bedrock.us-east-1.amazonaws.com/x"));
        assert!(!ok("nonsense") && !ok("ftp://a") && !ok("http://") && !ok("http:///x") && !ok("http://a b"));
        let region = |name: &str| check_region(name).is_ok();
        assert!(region("us-east-1") && region("us-iso-east-1"));
        assert!(!region("") && !region("bad region") && !region("us-east-1.evil.example") && !region("-x"));
    }

    #[test]
    fn no_password_is_shown() {
        assert_eq!(without_user("http://user:hush@127.0.0.1:9/a@b"), "http://127.0.0.1:9/a@b");
        assert_eq!(without_user("user:hush@host"), "host");
        let message = check("ftp://user:hush@host").expect_err("no endpoint").to_string();
        assert!(!message.contains("hush"), "{message}");
    }
}
