//! Amazon Bedrock by the official SDK: jobs, deployments, answers.

use bedload_store::Account;

/// Clients of Amazon Bedrock for one account.
#[derive(Clone, Debug)]
pub struct Client {
    /// Jobs and deployments.
    pub control: aws_sdk_bedrock::Client,
    /// Answers of models.
    pub runtime: aws_sdk_bedrockruntime::Client,
}

impl Client {
    /// Clients with the credentials, region and endpoints of `account`.
    pub fn new(account: &Account) -> Client {
        let control = aws_sdk_bedrock::Client::new(account.config());
        let runtime = aws_sdk_bedrockruntime::Client::new(account.config());
        Client { control, runtime }
    }
}
