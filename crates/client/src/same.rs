//! Whether a job that is there is the one that a request asks for.

use serde_json::Value;

use crate::job::Job;

impl Job {
    /// The members of the request that the job differs in; none where it is the same. A job that was sent with the same
    /// token is the same: the token stands for the whole request.
    pub fn differs_from(&self, request: &Value) -> Vec<&'static str> {
        let text = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
        let token = text("/clientRequestToken");
        if token.is_some() && token == self.client_request_token.as_deref() {
            return Vec::new();
        }
        let mut out = Vec::new();
        // The token stands for the bytes of the data too, which are not in the request.
        if token.is_some() && self.client_request_token.is_some() {
            out.push("clientRequestToken");
        }
        let mut compare = |member, is_same: bool| {
            if !is_same {
                out.push(member);
            }
        };
        let base = text("/baseModelIdentifier").unwrap_or_default();
        // The service answers with the ARN of what may have been named by its identifier.
        let is_base = self.base_model_arn == base || self.base_model_arn.ends_with(&format!("/{base}"));
        compare("baseModelIdentifier", is_base);
        let kind = text("/customizationType").unwrap_or("FINE_TUNING");
        compare("customizationType", self.customization_type.as_deref().unwrap_or("FINE_TUNING") == kind);
        compare("customModelName", text("/customModelName") == Some(&self.output_model_name));
        compare("roleArn", text("/roleArn") == Some(&self.role_arn));
        let training = text("/trainingDataConfig/s3Uri");
        let logs = text("/trainingDataConfig/invocationLogsConfig/invocationLogSource/s3Uri");
        let is_data = training == self.training_data.as_deref() && logs == self.invocation_logs.as_deref();
        compare("trainingDataConfig", is_data);
        let validators = request.pointer("/validationDataConfig/validators").and_then(Value::as_array);
        let validators: Vec<&str> =
            validators.into_iter().flatten().filter_map(|validator| validator["s3Uri"].as_str()).collect();
        compare("validationDataConfig", validators == self.validation_data);
        compare("outputDataConfig", text("/outputDataConfig/s3Uri") == self.output_data.as_deref());
        let wanted = request.get("hyperParameters").and_then(Value::as_object);
        // The service adds the values of those that were not given.
        let is_set = |(name, value): (&String, &Value)| {
            self.hyper_parameters.get(name).is_some_and(|is| Some(is.as_str()) == value.as_str())
        };
        compare("hyperParameters", wanted.into_iter().flatten().all(is_set));
        out
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_is_the_same_by_its_token_or_by_all_that_matters() {
        let request = json!({
            "jobName": "a", "customModelName": "m", "roleArn": "r", "baseModelIdentifier": "amazon.x",
            "trainingDataConfig": {"s3Uri": "s3://b/t"}, "outputDataConfig": {"s3Uri": "s3://b/o"},
            "validationDataConfig": {"validators": [{"s3Uri": "s3://b/v"}]}, "hyperParameters": {"epochCount": "2"},
            "clientRequestToken": "t1",
        });
        let same = Job {
            output_model_name: "m".to_owned(),
            role_arn: "r".to_owned(),
            base_model_arn: "arn:aws:bedrock:us-east-1::foundation-model/amazon.x".to_owned(),
            training_data: Some("s3://b/t".to_owned()),
            validation_data: vec!["s3://b/v".to_owned()],
            output_data: Some("s3://b/o".to_owned()),
            hyper_parameters: [("epochCount", "2"), ("batchSize", "1")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            ..Job::default()
        };
        assert!(same.differs_from(&request).is_empty());
        let other = Job { training_data: Some("s3://b/other".to_owned()), role_arn: "q".to_owned(), ..same };
        assert_eq!(other.differs_from(&request), ["roleArn", "trainingDataConfig"]);
        let token = Job { client_request_token: Some("t1".to_owned()), ..Job::default() };
        assert!(token.differs_from(&request).is_empty());
        let token = Job { client_request_token: Some("t2".to_owned()), ..token };
        assert_eq!(token.differs_from(&request)[0], "clientRequestToken");
    }
}
