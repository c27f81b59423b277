//! Each kind of failure, against scripted replies.

use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use expect_test::{Expect, expect};

use crate::client::{Client, Limits};
use crate::error::ClientError;
use crate::scripted::{Reply, Server, short};

fn check_error(reply: Reply, expected: Expect) {
    let attempt = match reply {
        Reply::Silence(_) => Duration::from_millis(200),
        _ => short().attempt,
    };
    let server = Server::start(vec![reply]);
    let account = server.account();
    let error =
        Client::scripted(&account, Limits { attempt, ..short() }).job("support").expect_err("a failure");
    expected.assert_eq(&format!("{:?}, passing: {}\n{error}\n", error.kind, error.is_passing()));
}

#[test]
fn failures_are_told_apart() {
    check_error(
        Reply::Failure(404, "ResourceNotFoundException", "no job named support"),
        expect![[r#"
            NotFound, passing: false
            support: not found: no job named support (GetModelCustomizationJob, ResourceNotFoundException, request r-0)
            hint: check the name, the account and the region
        "#]],
    );
    check_error(
        Reply::Failure(403, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized"),
        expect![[r#"
            Denied, passing: false
            support: access denied: User: arn:aws:iam::1:user/x is not authorized (GetModelCustomizationJob, AccessDeniedException, request r-0)
            hint: the policies of these credentials must allow the action that the message names
        "#]],
    );
    check_error(
        Reply::Failure(403, "ExpiredTokenException", "The security token included in the request is expired"),
        expect![[r#"
            Expired, passing: false
            support: the AWS credentials have expired: The security token included in the request is expired (GetModelCustomizationJob, ExpiredTokenException, request r-0)
            hint: get new ones, e.g. with `aws sso login`, and run the command again
        "#]],
    );
    check_error(
        Reply::Failure(
            403,
            "InvalidSignatureException",
            "The request signature does not match.\n\nThe Canonical String for this request should have been\n'x-amz-security-token:HUSH'",
        ),
        expect![[r#"
            Unrecognized, passing: false
            support: the AWS credentials are not accepted: The request signature does not match. (GetModelCustomizationJob, InvalidSignatureException, request r-0)
            hint: the access key, the secret key and the session token belong together, and to this account
        "#]],
    );
    check_error(
        Reply::Failure(
            403,
            "InvalidSignatureException",
            "Signature expired: 20261127T100000Z is now earlier than 20261127T101000Z",
        ),
        expect![[r#"
            Clock, passing: false
            support: the clock is wrong: Signature expired: 20261127T100000Z is now earlier than 20261127T101000Z (GetModelCustomizationJob, InvalidSignatureException, request r-0)
            hint: set the clock of this machine; requests are signed with the time
        "#]],
    );
    check_error(
        Reply::Failure(403, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        expect![[r#"
            Unrecognized, passing: false
            support: the AWS credentials are not accepted: Missing Authentication Token (GetModelCustomizationJob, MissingAuthenticationTokenException, request r-0)
            hint: the access key, the secret key and the session token belong together, and to this account
        "#]],
    );
    check_error(
        Reply::Failure(500, "InternalServerException", "an internal error"),
        expect![[r#"
            Internal, passing: true
            support: the service failed: an internal error (GetModelCustomizationJob, InternalServerException, request r-2)
            hint: try again in a while
        "#]],
    );
    check_error(
        Reply::Json(500, "<html>not JSON</html>".to_owned()),
        expect![[r#"
            Internal, passing: true
            support: the service failed: HTTP 500 (GetModelCustomizationJob)
            hint: try again in a while
        "#]],
    );
    check_error(
        Reply::Drop,
        expect![[r#"
            Connection, passing: true
            support: cannot connect: client error (SendRequest): connection closed before message completed (GetModelCustomizationJob)
            hint: check the network, the region and the endpoint (--endpoint-url, AWS_ENDPOINT_URL)
        "#]],
    );
    check_error(
        Reply::Silence(Duration::from_mins(10)),
        expect![[r#"
            TimedOut, passing: true
            support: timed out: no reply in time (GetModelCustomizationJob)
            hint: try again in a while
        "#]],
    );
    check_error(
        Reply::Json(200, "{\"jobArn\": 3}".to_owned()),
        expect![[r#"
            Reply, passing: false
            support: unreadable reply: failed to parse JSON: expected ValueString or ValueNull (GetModelCustomizationJob)
        "#]],
    );
}

#[test]
fn a_reply_is_waited_for_as_long_as_the_user_wants() {
    let server = Server::start(vec![Reply::Silence(Duration::from_mins(10))]);
    let account = server.account();
    let client = Client::scripted(&account, Limits::default());
    let since = std::time::Instant::now();
    let error = client.for_at_most(Some(Duration::from_millis(100))).job("support").expect_err("no reply");
    assert!(error.is_passing() && since.elapsed() < Duration::from_mins(1), "{error}");
}

#[test]
fn another_region_is_named() {
    let server = Server::start(vec![Reply::Failure(404, "ResourceNotFoundException", "there is none")]);
    let account = server.account();
    let client = Client::scripted(&account, short());
    let check = |id: &str, expected: Expect| {
        let error = client.job(id).expect_err("not found").to_string();
        expected.assert_eq(error.lines().next().unwrap_or_default());
    };
    check(
        "arn:aws:bedrock:eu-west-1:1:model-customization-job/m/a",
        expect![
            "arn:aws:bedrock:eu-west-1:1:model-customization-job/m/a: not found: there is none; the ARN is of eu-west-1, and us-east-1 was asked (GetModelCustomizationJob, ResourceNotFoundException, request r-0)"
        ],
    );
    check(
        "arn:aws:bedrock:us-east-1:1:model-customization-job/m/a",
        expect![
            "arn:aws:bedrock:us-east-1:1:model-customization-job/m/a: not found: there is none (GetModelCustomizationJob, ResourceNotFoundException, request r-1)"
        ],
    );
}

#[test]
fn nobody_listens() {
    let server = Server::start(vec![Reply::Drop]);
    let mut options = bedload_store::AccountOptions {
        region: Some("us-east-1".to_owned()),
        endpoint: Some("http://127.0.0.1:9".to_owned()),
        ..Default::default()
    };
    let account = bedload_store::Account::open(&options).expect("threads");
    let error = Client::scripted(&account, short()).job("support").expect_err("no server");
    expect![[r#"
        support: cannot connect: client error (Connect): tcp connect error: Connection refused (os error 111) (GetModelCustomizationJob)
        hint: check the network, the region and the endpoint (--endpoint-url, AWS_ENDPOINT_URL)"#]].assert_eq(&error.to_string());
    options.endpoint = Some(server.url);
    let account = bedload_store::Account::open(&options).expect("threads");
    assert_eq!(Client::scripted(&account, short()).endpoint(), options.endpoint.unwrap_or_default());
}

#[test]
fn a_run_that_is_stopped_does_not_wait_for_a_reply() {
    let server = Server::start(vec![Reply::Silence(Duration::from_mins(10))]);
    let account = server.account().stopped_by(|| true);
    let client = Client::scripted(&account, short());
    let check = |error: ClientError, expected: Expect| {
        expected.assert_eq(&format!("{:?}, passing: {}: {error}", error.kind, error.is_passing()));
    };
    check(
        client.job("support").expect_err("interrupted"),
        expect!["Interrupted, passing: false: support: interrupted (GetModelCustomizationJob)"],
    );
    check(
        client.create_job("{}", "support").expect_err("interrupted"),
        expect![
            "Interrupted, passing: false: support: interrupted: the service may have done what was asked; the same command finds out (CreateModelCustomizationJob)"
        ],
    );
}

#[test]
fn an_endpoint_has_no_password_and_what_is_only_shown_needs_no_region() {
    let options = bedload_store::AccountOptions {
        region: Some("us-east-1".to_owned()),
        endpoint: Some("http://user:hush@127.0.0.1:9/x".to_owned()),
        ..Default::default()
    };
    let account = bedload_store::Account::open(&options).expect("threads");
    assert_eq!(Client::unsent(&account, short()).endpoint(), "http://127.0.0.1:9/x");
    for (region, endpoint) in [("us east", "http://a"), ("us-east-1", "a")] {
        let (region, endpoint) = (Some(region.to_owned()), Some(endpoint.to_owned()));
        let options = bedload_store::AccountOptions { region, endpoint, ..Default::default() };
        assert!(bedload_store::Account::open(&options).expect_err("refused").is_usage());
    }
}

#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded(
            "no providers in chain provided credentials",
        )))
    }
}

#[test]
fn without_credentials_nothing_is_sent() {
    let server = Server::start(vec![Reply::Drop]);
    let account = server.account();
    let mut client = Client::scripted(&account, short());
    let control = client.control.config().to_builder().credentials_provider(Nobody);
    client.control = aws_sdk_bedrock::Client::from_conf(control.build());
    let error = client.job("support").expect_err("no credentials");
    expect![[r#"
        NoCredentials: support: no AWS credentials: the credential provider was not enabled: no providers in chain provided credentials (GetModelCustomizationJob)
        hint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --aws-profile, or sign in with `aws sso login`"#]].assert_eq(&format!("{:?}: {error}", error.kind));
    assert_eq!(server.lines(), "");
}
