//! Failures as a service makes them: replies from a script, and no replies.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use expect_test::{Expect, expect};
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, RetryConfig};

use super::StoreError;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

/// Answers every request with `reply`, or with nothing where it is empty.
fn serve(reply: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            thread::spawn(move || {
                let mut request = [0; 4096];
                let _ = connection.read(&mut request);
                if reply.is_empty() {
                    thread::sleep(Duration::from_mins(10));
                }
                let _ = connection.write_all(reply.as_bytes());
            });
        }
    });
    format!("http://{address}")
}

/// No machine is too slow for it.
const PATIENCE: Duration = Duration::from_mins(1);

fn asked(
    endpoint: &str,
    patience: Duration,
    ask: impl AsyncFnOnce(&dyn ObjectStore) -> object_store::Result<()>,
) -> StoreError {
    let options = ClientOptions::new().with_allow_http(true).with_timeout(patience);
    let store = AmazonS3Builder::new()
        .with_bucket_name("bucket")
        .with_endpoint(endpoint)
        .with_access_key_id("AKIAIOSFODNN7EXAMPLE")
        .with_secret_access_key(SECRET)
        .with_token(TOKEN)
        .with_region("us-east-1")
        .with_client_options(options)
        .with_retry(RetryConfig { max_retries: 0, ..RetryConfig::default() })
        .build()
        .expect("a store");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(ask(&store)).expect_err("a failure");
    StoreError::of(&error, "s3://bucket/key")
}

fn shown(error: &StoreError) -> String {
    let (text, debug) = (error.to_string(), format!("{error:?}"));
    for secret in [SECRET, TOKEN, "Signature=", "AKIAIOSFODNN7EXAMPLE"] {
        assert!(!text.contains(secret) && !debug.contains(secret), "{debug}");
    }
    text
}

fn check(status: &str, code: &str, message: &str, expected: &Expect) {
    let body =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
    let body = if code.is_empty() { String::new() } else { body };
    let reply =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    let endpoint = serve(reply.leak());
    let list = asked(&endpoint, PATIENCE, async |store: &dyn ObjectStore| {
        store.list(Some(&Path::from("key"))).try_collect::<Vec<_>>().await.map(drop)
    });
    expected.assert_eq(&shown(&list));
}

#[test]
fn what_the_service_refuses_is_told_by_its_kind() {
    check(
        "403 Forbidden",
        "AccessDenied",
        "User: arn:aws:iam::1:user/u is not authorized to perform: s3:ListBucket",
        &expect![[r#"
            s3://bucket/key: access denied: User: arn:aws:iam::1:user/u is not authorized to perform: s3:ListBucket (AccessDenied)
            hint: the role or user needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload for this place, as far as the command uses them, and the permissions of the bucket's key"#]],
    );
    check(
        "400 Bad Request",
        "ExpiredToken",
        "The provided token has expired.",
        &expect![[r#"
        the AWS credentials have expired: The provided token has expired. (ExpiredToken)
        hint: sign in again, for one with `aws sso login`"#]],
    );
    check(
        "403 Forbidden",
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        &expect![[r#"
            s3://bucket/key: the AWS credentials are not accepted: The AWS Access Key Id you provided does not exist in our records. (InvalidAccessKeyId)
            hint: `aws sts get-caller-identity` tests them"#]],
    );
    check(
        "403 Forbidden",
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match.",
        &expect![[r#"
            s3://bucket/key: the AWS credentials are not accepted: The request signature we calculated does not match. (SignatureDoesNotMatch)
            hint: `aws sts get-caller-identity` tests them"#]],
    );
    check(
        "403 Forbidden",
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        &expect![[r#"
            s3://bucket/key: The difference between the request time and the current time is too large. (RequestTimeTooSkewed)
            hint: set the clock of this machine; requests are signed with the time"#]],
    );
    check(
        "404 Not Found",
        "NoSuchBucket",
        "The specified bucket does not exist",
        &expect![[r#"
        s3://bucket: no such bucket
        hint: check its name, the account and the region; `aws s3 ls` lists those you have"#]],
    );
    check(
        "301 Moved Permanently",
        "PermanentRedirect",
        "The bucket must be addressed using the specified endpoint.",
        &expect![[r#"
            s3://bucket/key: the bucket is in another region: the service redirects the request
            hint: name its region with --region"#]],
    );
    check(
        "400 Bad Request",
        "AuthorizationHeaderMalformed",
        "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
        &expect![[r#"
            s3://bucket/key: the bucket is in another region: the region 'us-east-1' is wrong; expecting 'eu-west-1' (AuthorizationHeaderMalformed)
            hint: name its region with --region"#]],
    );
    check(
        "503 Service Unavailable",
        "SlowDown",
        "Please reduce your request rate.",
        &expect![[r#"
        s3://bucket/key: too many requests: Please reduce your request rate. (SlowDown)
        hint: run again later"#]],
    );
    check(
        "429 Too Many Requests",
        "",
        "",
        &expect![[r#"
        s3://bucket/key: too many requests: 429 Too Many Requests
        hint: run again later"#]],
    );
    check(
        "500 Internal Server Error",
        "InternalError",
        "We encountered an internal error.",
        &expect!["s3://bucket/key: We encountered an internal error. (InternalError)"],
    );
    check("404 Not Found", "", "", &expect!["s3://bucket/key: 404 Not Found"]);
}

#[test]
fn no_reply_is_told_from_no_connection() {
    let head = async |store: &dyn ObjectStore| store.head(&Path::from("key")).await.map(drop);
    expect![[r#"
        s3://bucket/key: cannot connect: Connection refused (os error 111)
        hint: check the network, the proxy, --region and --endpoint-url"#]]
    .assert_eq(&shown(&asked("http://127.0.0.1:1", PATIENCE, head)));
    expect![[r#"
        s3://bucket/key: timed out: operation timed out
        hint: check the network, and run again"#]]
    .assert_eq(&shown(&asked(&serve(""), Duration::from_millis(300), head)));
}
