//! Jobs against scripted replies.

use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use expect_test::{Expect, expect};

use super::*;
use crate::error::ErrorKind;
use crate::scripted::{Reply, Server, short};

const ARN: &str =
    "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.nova-micro-v1:0:128k/abcdefghijkl";

fn get(reply: Reply) -> Result<Job, ClientError> {
    let server = Server::start(vec![reply]);
    let account = server.account();
    Client::scripted(&account, short()).job("support")
}

fn check_error(reply: Reply, expected: Expect) {
    let error = get(reply).expect_err("a failure");
    expected.assert_eq(&format!("{:?}, passing: {}\n{error}\n", error.kind, error.is_passing()));
}

#[test]
fn a_request_is_sent_as_it_was_checked() {
    let server = Server::start(vec![Reply::Json(201, format!(r#"{{"jobArn":"{ARN}"}}"#))]);
    let account = server.account();
    let text = "{\n  \"jobName\": \"support\",   \"roleArn\": \"é\"\n}\n";
    let arn = Client::scripted(&account, short()).create_job(text, "support");
    assert_eq!(arn.as_deref().ok(), Some(ARN));
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /model-customization-jobs HTTP/1.1");
    assert_eq!(asked[0].body, text);
    assert!(asked[0].is_signed);
}

#[test]
fn it_is_sent_again_with_the_same_text_after_throttling_and_a_broken_connection() {
    let server = Server::start(vec![
        Reply::Failure(429, "ThrottlingException", "slow down"),
        Reply::Drop,
        Reply::Json(201, format!(r#"{{"jobArn":"{ARN}"}}"#)),
    ]);
    let account = server.account();
    let arn = Client::scripted(&account, short()).create_job("{\"a\":1}", "support");
    assert_eq!(arn.as_deref().ok(), Some(ARN));
    let bodies: Vec<String> = server.asked().into_iter().map(|asked| asked.body).collect();
    assert_eq!(bodies, ["{\"a\":1}"; 3]);
}

#[test]
fn attempts_are_bounded() {
    let server = Server::start(vec![Reply::Failure(429, "ThrottlingException", "slow down")]);
    let account = server.account();
    let error = Client::scripted(&account, short()).job("support").expect_err("throttled");
    assert_eq!((error.kind, server.asked().len()), (ErrorKind::Throttled, 3));
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
            support: the credentials have expired: The security token included in the request is expired (GetModelCustomizationJob, ExpiredTokenException, request r-0)
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
            support: the credentials are not accepted: The request signature does not match. (GetModelCustomizationJob, InvalidSignatureException, request r-0)
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
        Reply::Silence(Duration::from_millis(700)),
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
        NoCredentials: support: no credentials: the credential provider was not enabled: no providers in chain provided credentials (GetModelCustomizationJob)
        hint: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with --aws-profile, or log in with `aws sso login`"#]].assert_eq(&format!("{:?}: {error}", error.kind));
    assert_eq!(server.lines(), "");
}

#[test]
fn a_job_is_read_in_full() {
    let reply = serde_json::json!({
        "jobArn": ARN, "jobName": "support", "outputModelName": "support-model", "roleArn": "arn:aws:iam::123456789012:role/Bedrock",
        "status": "InProgress", "creationTime": "2026-11-27T10:00:00Z", "lastModifiedTime": "2026-11-27T10:05:00.250Z",
        "statusDetails": {
            "validationDetails": {"status": "Completed", "creationTime": "2026-11-27T10:00:10Z", "lastModifiedTime": "2026-11-27T10:02:00Z"},
            "dataProcessingDetails": {"status": "InProgress", "creationTime": "2026-11-27T10:02:00Z", "lastModifiedTime": "2026-11-27T10:05:00Z"},
            "trainingDetails": {"status": "NotStarted"},
        },
        "baseModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:128k",
        "trainingDataConfig": {"s3Uri": "s3://b/OUT/train.jsonl"},
        "validationDataConfig": {"validators": [{"s3Uri": "s3://b/OUT/validation.jsonl"}]},
        "outputDataConfig": {"s3Uri": "s3://b/results"},
        "hyperParameters": {"epochCount": "2"}, "customizationType": "FINE_TUNING",
        "customizationConfig": {"rftConfig": {"graderConfig": {"lambdaGrader": {"lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:g"}}, "hyperParameters": {"epochCount": 2}}},
        "trainingMetrics": {"trainingLoss": 0.5}, "validationMetrics": [{"validationLoss": 0.75}],
    });
    let job = get(Reply::Json(200, reply.to_string())).expect("a job");
    expect![[r#"
        {
          "job_arn": "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.nova-micro-v1:0:128k/abcdefghijkl",
          "job_name": "support",
          "status": "InProgress",
          "phases": {
            "validation": {
              "status": "Completed",
              "creation_time": "2026-11-27T10:00:10Z",
              "last_modified_time": "2026-11-27T10:02:00Z"
            },
            "data_processing": {
              "status": "InProgress",
              "creation_time": "2026-11-27T10:02:00Z",
              "last_modified_time": "2026-11-27T10:05:00Z"
            },
            "training": {
              "status": "NotStarted",
              "creation_time": null,
              "last_modified_time": null
            }
          },
          "failure_message": null,
          "customization_type": "FINE_TUNING",
          "base_model_arn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0:128k",
          "output_model_name": "support-model",
          "output_model_arn": null,
          "role_arn": "arn:aws:iam::123456789012:role/Bedrock",
          "client_request_token": null,
          "creation_time": "2026-11-27T10:00:00Z",
          "last_modified_time": "2026-11-27T10:05:00.25Z",
          "end_time": null,
          "hyper_parameters": {
            "epochCount": "2"
          },
          "customization_config": {
            "rftConfig": {
              "graderConfig": {
                "lambdaGrader": {
                  "lambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:g"
                }
              },
              "hyperParameters": {
                "epochCount": 2
              }
            }
          },
          "training_data": "s3://b/OUT/train.jsonl",
          "invocation_logs": null,
          "validation_data": [
            "s3://b/OUT/validation.jsonl"
          ],
          "output_data": "s3://b/results",
          "training_loss": 0.5,
          "validation_losses": [
            0.75
          ],
          "output_model_kms_key_arn": null,
          "subnets": [],
          "security_groups": []
        }"#]].assert_eq(&serde_json::to_string_pretty(&job).expect("JSON"));
}

#[test]
fn a_job_with_a_state_of_a_newer_service_has_not_ended() {
    let reply = serde_json::json!({
        "jobArn": ARN, "jobName": "support", "outputModelName": "m", "roleArn": "r", "status": "Pondering",
        "creationTime": "2026-11-27T10:00:00Z", "baseModelArn": "b",
    });
    let job = get(Reply::Json(200, reply.to_string())).expect("a job");
    assert_eq!((job.status.name(), job.status.is_end()), ("Pondering", false));
    assert!(!JobStatus::Stopping.is_end() && JobStatus::Stopped.is_end());
}

#[test]
fn jobs_are_listed_page_by_page_up_to_the_limit() {
    let page = |names: &[&str], next: Option<&str>| {
        let jobs: Vec<Value> = names
            .iter()
            .map(|name| {
                json!({"jobArn": ARN, "jobName": name, "status": "Completed", "baseModelArn": "b", "creationTime": "2026-11-27T10:00:00Z"})
            })
            .collect();
        Reply::Json(200, json!({"modelCustomizationJobSummaries": jobs, "nextToken": next}).to_string())
    };
    let server =
        Server::start(vec![page(&["a", "b"], Some("2")), page(&["c", "d"], Some("3")), page(&["e"], None)]);
    let account = server.account();
    let filter = crate::JobFilter {
        status: Some("Completed".to_owned()),
        name_contains: Some("x".to_owned()),
        since: crate::Since::parse("2026-11-01"),
        limit: 3,
    };
    let jobs = Client::scripted(&account, short()).jobs(&filter).expect("jobs");
    let names: Vec<&str> = jobs.iter().map(|job| job.job_name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"]);
    expect![[r#"
        GET /model-customization-jobs?creationTimeAfter=2026-11-01T00%3A00%3A00Z&statusEquals=Completed&nameContains=x&maxResults=3&sortBy=CreationTime&sortOrder=Descending HTTP/1.1
        GET /model-customization-jobs?creationTimeAfter=2026-11-01T00%3A00%3A00Z&statusEquals=Completed&nameContains=x&maxResults=3&nextToken=2&sortBy=CreationTime&sortOrder=Descending HTTP/1.1
    "#]].assert_eq(&server.lines());
    assert!(crate::Since::parse("yesterday").is_none());
}

#[test]
fn stopping_is_asked_for_by_arn() {
    let server = Server::start(vec![Reply::Json(200, "{}".to_owned())]);
    let account = server.account();
    Client::scripted(&account, short()).stop_job(ARN).expect("no failure");
    expect![[r#"
        POST /model-customization-jobs/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Amodel-customization-job%2Famazon.nova-micro-v1%3A0%3A128k%2Fabcdefghijkl/stop HTTP/1.1
    "#]].assert_eq(&server.lines());
}
