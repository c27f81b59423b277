//! Deployments and models against scripted replies.

use expect_test::expect;
use serde_json::json;

use super::*;
use crate::model::Found;
use crate::scripted::{Reply, Server, short};

const MODEL: &str =
    "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl";

fn missing() -> Reply {
    Reply::Failure(404, "ResourceNotFoundException", "no such thing")
}

fn provisioned(status: &str) -> Reply {
    Reply::Json(
        200,
        json!({
            "modelUnits": 2, "desiredModelUnits": 2, "provisionedModelName": "p", "provisionedModelArn": "arn:p",
            "modelArn": MODEL, "desiredModelArn": MODEL, "foundationModelArn": "arn:f", "status": status,
            "creationTime": "2026-11-27T10:00:00Z", "lastModifiedTime": "2026-11-27T10:00:00Z",
            "commitmentDuration": "OneMonth",
        })
        .to_string(),
    )
}

#[test]
fn a_request_is_sent_as_it_was_checked() {
    let server = Server::start(vec![
        Reply::Json(202, json!({"customModelDeploymentArn": "arn:d"}).to_string()),
        Reply::Json(201, json!({"provisionedModelArn": "arn:p"}).to_string()),
    ]);
    let account = server.account();
    let client = Client::scripted(&account, short());
    assert_eq!(client.deploy(DeploymentKind::OnDemand, "{ \"a\": 1}", "d").ok().as_deref(), Some("arn:d"));
    assert_eq!(client.deploy(DeploymentKind::Provisioned, "{ \"b\": 1}", "p").ok().as_deref(), Some("arn:p"));
    let sent: Vec<String> =
        server.asked().into_iter().map(|asked| format!("{} {}", asked.line, asked.body)).collect();
    expect![[r#"
        POST /model-customization/custom-model-deployments HTTP/1.1 { "a": 1}
        POST /provisioned-model-throughput HTTP/1.1 { "b": 1}"#]]
    .assert_eq(&sent.join("\n"));
}

#[test]
fn a_name_is_looked_for_among_both_kinds() {
    let server = Server::start(vec![missing(), provisioned("InService"), missing(), missing()]);
    let account = server.account();
    let client = Client::scripted(&account, short());
    let found = client.deployment("p").expect("found");
    assert!(found.is_serving() && found.units == Some(2), "{found:?}");
    let error = client.deployment("q").expect_err("neither");
    assert_eq!((error.kind, error.operation), (ErrorKind::NotFound, "GetCustomModelDeployment"));
    expect![[r#"
        GET /model-customization/custom-model-deployments/p HTTP/1.1
        GET /provisioned-model-throughput/p HTTP/1.1
        GET /model-customization/custom-model-deployments/q HTTP/1.1
        GET /provisioned-model-throughput/q HTTP/1.1
    "#]]
    .assert_eq(&server.lines());
}

#[test]
fn a_model_is_found_by_its_name_or_by_its_job() {
    let job = |arn: Option<&str>| {
        let mut reply = json!({
            "jobArn": "arn:j", "jobName": "j", "outputModelName": "m", "roleArn": "r", "status": "InProgress",
            "creationTime": "2026-11-27T10:00:00Z", "baseModelArn": "b",
        });
        if let Some(arn) = arn {
            reply["outputModelArn"] = json!(arn);
        }
        Reply::Json(200, reply.to_string())
    };
    let model = json!({"modelArn": MODEL, "modelName": "m", "creationTime": "2026-11-27T10:00:00Z", "modelStatus": "Active"});
    let server = Server::start(vec![
        missing(),
        job(Some(MODEL)),
        Reply::Json(200, model.to_string()),
        missing(),
        job(None),
        missing(),
    ]);
    let account = server.account();
    let client = Client::scripted(&account, short());
    let found = client.find_model("j").expect("found");
    assert!(matches!(found, Found::Model(model) if model.model_arn == MODEL));
    assert!(matches!(client.find_model("j").expect("found"), Found::Job(_)));
    let error = client.find_model("nothing").expect_err("neither");
    assert_eq!(error.operation, "GetCustomModel");
}

#[test]
fn what_is_being_made_cannot_be_deleted() {
    let refusal = Reply::Failure(400, "ConflictException", "it is being created");
    let server = Server::start(vec![provisioned("Creating"), refusal, Reply::Json(200, "{}".to_owned())]);
    let account = server.account();
    let client = Client::scripted(&account, short());
    let found = client.deployment_of(DeploymentKind::Provisioned, "p").expect("found");
    assert!(found.is_new());
    assert_eq!(client.delete_deployment(&found).expect_err("refused").kind, ErrorKind::Conflict);
    client.delete_deployment(&found).expect("deleted");
}
