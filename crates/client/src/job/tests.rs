//! Jobs against scripted replies.

use std::time::Duration;

use expect_test::expect;

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

/// A reply in this state.
fn in_state(status: &str, training: &str) -> Reply {
    let mut reply = json!({
        "jobArn": ARN, "jobName": "support", "outputModelName": "m", "roleArn": "r", "status": status,
        "creationTime": "2026-11-27T10:00:00Z", "baseModelArn": "b",
        "statusDetails": {"trainingDetails": {"status": training}},
    });
    if status == "Failed" {
        reply["failureMessage"] = json!("no");
    }
    Reply::Json(200, reply.to_string())
}

/// Watches a job, and gives how that ended and what was told.
fn watch(replies: Vec<Reply>, limit: Duration) -> String {
    let server = Server::start(replies);
    let account = server.account();
    let client = Client::scripted(&account, crate::Limits { attempts: 1, ..short() });
    let pace = crate::Pace::new(Some(Duration::from_millis(1)));
    let waiting = crate::Waiting { pace, limit: Some(limit), is_stopped: &|| false, is_new: true };
    let (mut before, mut told): (Option<Job>, Vec<String>) = (None, Vec::new());
    let waited = crate::poll(
        waiting,
        || {
            let now = client.job("support")?;
            let changes = crate::changes(before.as_ref(), &now);
            told.extend(changes.iter().map(|change| serde_json::to_string(change).expect("JSON")));
            let seen = if now.status.is_end() { crate::Seen::Ended } else { crate::Seen::Same };
            before = Some(now);
            Ok(seen)
        },
        |_, _| {},
    );
    let reason = before.and_then(|job| job.failure_message).unwrap_or_default();
    format!("{}\n{:?} {reason}", told.join("\n"), waited.map_err(|error| error.kind))
}

#[test]
fn a_job_is_watched_to_each_of_its_ends() {
    let minute = Duration::from_mins(1);
    let missing = || Reply::Failure(404, "ResourceNotFoundException", "not yet");
    let throttled = || Reply::Failure(429, "ThrottlingException", "slow down");
    let completed = vec![
        missing(),
        in_state("InProgress", "NotStarted"),
        throttled(),
        Reply::Drop,
        in_state("InProgress", "InProgress"),
        in_state("Completed", "Completed"),
    ];
    expect![[r#"
        {"kind":"status","status":"InProgress","previous":null}
        {"kind":"phase","phase":"training","status":"InProgress","creation_time":null,"last_modified_time":null}
        {"kind":"phase","phase":"training","status":"Completed","creation_time":null,"last_modified_time":null}
        {"kind":"status","status":"Completed","previous":"InProgress"}
        Ok(Ended) "#]].assert_eq(&watch(completed, minute));
    let failed = vec![in_state("InProgress", "InProgress"), in_state("Failed", "Failed")];
    expect![[r#"
        {"kind":"status","status":"InProgress","previous":null}
        {"kind":"phase","phase":"training","status":"InProgress","creation_time":null,"last_modified_time":null}
        {"kind":"phase","phase":"training","status":"Failed","creation_time":null,"last_modified_time":null}
        {"kind":"status","status":"Failed","previous":"InProgress"}
        Ok(Ended) no"#]].assert_eq(&watch(failed, minute));
    let stopped = vec![
        in_state("Stopping", "Stopping"),
        in_state("Stopping", "Stopping"),
        in_state("Stopped", "Stopped"),
    ];
    expect![[r#"
        {"kind":"status","status":"Stopping","previous":null}
        {"kind":"phase","phase":"training","status":"Stopping","creation_time":null,"last_modified_time":null}
        {"kind":"phase","phase":"training","status":"Stopped","creation_time":null,"last_modified_time":null}
        {"kind":"status","status":"Stopped","previous":"Stopping"}
        Ok(Ended) "#]]
    .assert_eq(&watch(stopped, minute));
    let endless = vec![in_state("InProgress", "InProgress")];
    expect![[r#"
        {"kind":"status","status":"InProgress","previous":null}
        {"kind":"phase","phase":"training","status":"InProgress","creation_time":null,"last_modified_time":null}
        Ok(TimedOut) "#]].assert_eq(&watch(endless, Duration::from_millis(30)));
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
