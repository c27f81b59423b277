//! What serves a model, by its name.

/// How a model is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serving {
    /// By the token, at the price of the model that the name says.
    Base,
    /// By the token, at the price of the model that was customized.
    Deployment,
    /// By the hour, whether it is asked or not.
    Provisioned,
}

impl Serving {
    /// What the name is of.
    pub fn of(model: &str) -> Self {
        if model.contains(":custom-model-deployment/") {
            Self::Deployment
        } else if model.contains(":provisioned-model/") {
            Self::Provisioned
        } else {
            Self::Base
        }
    }
}

/// Why a name answers nothing, and what would; none where it may.
pub fn refuse_model(model: &str) -> Option<String> {
    if model.is_empty() || model.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("the model must be an identifier or an ARN, without spaces".to_owned());
    }
    if model.contains(":custom-model/") {
        let hint = "deploy it with `bedload deploy`, and name the deployment";
        return Some(format!("{model}: a custom model answers nothing before it is deployed\nhint: {hint}"));
    }
    if model.contains(":model-customization-job/") {
        let hint = "`bedload job show` names its model; deploy that, and name the deployment";
        return Some(format!("{model}: this is a customization job\nhint: {hint}"));
    }
    // `amazon.nova-micro-v1:0:128k`: a version, and the length of a context.
    let is_context = |text: &str| {
        let digits = text.strip_suffix('k').unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    match model.rsplit_once(':') {
        Some((of, context)) if is_context(context) => Some(format!(
            "{model}: this identifier is for customization and provisioned throughput, and answers nothing\n\
             hint: the model itself is {of}; some answer only by the name of an inference profile, such as us.{}",
            of.rsplit('/').next().unwrap_or(of)
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(model: &str, expected: Expect) {
        let shown = refuse_model(model).unwrap_or_else(|| format!("{:?}", Serving::of(model)));
        expected.assert_eq(&shown);
    }

    #[test]
    fn what_answers() {
        check("us.amazon.nova-micro-v1:0", expect!["Base"]);
        check(
            "arn:aws:bedrock:us-east-1:123456789012:custom-model-deployment/abcdefghijkl",
            expect!["Deployment"],
        );
        check(
            "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abcdefghijkl",
            expect!["Provisioned"],
        );
        check(
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-micro-v1:0",
            expect![["Base"]],
        );
    }

    #[test]
    fn what_does_not() {
        check(
            "arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl",
            expect![[r#"
            arn:aws:bedrock:us-east-1:123456789012:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl: a custom model answers nothing before it is deployed
            hint: deploy it with `bedload deploy`, and name the deployment"#]],
        );
        check(
            "amazon.nova-micro-v1:0:128k",
            expect![[r#"
            amazon.nova-micro-v1:0:128k: this identifier is for customization and provisioned throughput, and answers nothing
            hint: the model itself is amazon.nova-micro-v1:0; some answer only by the name of an inference profile, such as us.amazon.nova-micro-v1:0"#]],
        );
        check("my model", expect!["the model must be an identifier or an ARN, without spaces"]);
    }
}
