//! The resource `aws_bedrock_custom_model` (terraform-provider-aws, documentation of 2026): its arguments, in HCL.

use std::fmt::Write;

use serde_json::Value;

use crate::plan::{Plan, Refusal};

/// Arguments that are one string each.
const STRINGS: &[(&str, &str)] = &[
    ("custom_model_name", "customModelName"),
    ("job_name", "jobName"),
    ("base_model_identifier", "baseModelIdentifier"),
    ("role_arn", "roleArn"),
    ("customization_type", "customizationType"),
    ("custom_model_kms_key_id", "customModelKmsKeyId"),
];

pub(super) fn render(plan: &Plan) -> Result<String, Refusal> {
    let request = &plan.request;
    if request.get("customizationConfig").is_some() {
        let message = "`--form terraform`: `aws_bedrock_custom_model` takes FINE_TUNING and CONTINUED_PRE_TRAINING only";
        return Err(Refusal::arguments(message).hint("start the job with `--form cli`"));
    }
    let mut out = String::from("resource \"aws_bedrock_custom_model\" \"this\" {\n");
    let mut strings = Vec::new();
    for (argument, member) in STRINGS {
        let Some(value) = request.get(*member).and_then(Value::as_str) else { continue };
        let value =
            if *member == "baseModelIdentifier" { arn(value, &plan.regions)? } else { value.to_owned() };
        strings.push((*argument, string(&value)));
    }
    // As `terraform fmt` aligns them.
    let width = strings.iter().map(|(argument, _)| argument.len()).max().unwrap_or_default();
    for (argument, value) in strings {
        let _ = writeln!(out, "  {argument:width$} = {value}");
    }
    let values = request.get("hyperParameters").and_then(Value::as_object);
    let entries =
        values.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
    map(&mut out, "hyperparameters", entries);
    let tags = request.get("jobTags").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if !tags.is_empty() {
        let text = |tag: &Value, key| tag.get(key).and_then(Value::as_str).map(str::to_owned);
        let pairs: Vec<(String, String)> =
            tags.iter().filter_map(|tag| Some((text(tag, "key")?, text(tag, "value")?))).collect();
        map(&mut out, "tags", pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    }
    let uri = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
    for (block, pointer) in [
        ("output_data_config", "/outputDataConfig/s3Uri"),
        ("training_data_config", "/trainingDataConfig/s3Uri"),
    ] {
        if let Some(uri) = uri(pointer) {
            let _ = write!(out, "\n  {block} {{\n    s3_uri = {}\n  }}\n", string(uri));
        }
    }
    if let Some(uri) = uri("/validationDataConfig/validators/0/s3Uri") {
        let _ = write!(
            out,
            "\n  validation_data_config {{\n    validator {{\n      s3_uri = {}\n    }}\n  }}\n",
            string(uri)
        );
    }
    let list = |pointer: &str| -> String {
        let elements = request.pointer(pointer).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        elements.iter().filter_map(Value::as_str).map(string).collect::<Vec<_>>().join(", ")
    };
    if request.get("vpcConfig").is_some() {
        let _ = write!(
            out,
            "\n  vpc_config {{\n    subnet_ids         = [{}]\n    security_group_ids = [{}]\n  }}\n",
            list("/vpcConfig/subnetIds"),
            list("/vpcConfig/securityGroupIds")
        );
    }
    out.push_str("}\n");
    Ok(out)
}

fn map<'a>(out: &mut String, argument: &str, entries: impl Iterator<Item = (&'a str, &'a str)>) {
    let _ = write!(out, "\n  {argument} = {{");
    let mut is_empty = true;
    for (key, value) in entries {
        let _ = write!(out, "\n    {} = {}", string(key), string(value));
        is_empty = false;
    }
    out.push_str(if is_empty { "}\n" } else { "\n  }\n" });
}

/// The provider takes an ARN only, which names the region.
fn arn(model: &str, regions: &[String]) -> Result<String, Refusal> {
    match regions {
        _ if model.starts_with("arn:") => Ok(model.to_owned()),
        [region] => Ok(format!("arn:aws:bedrock:{region}::foundation-model/{model}")),
        _ => Err(Refusal::arguments(
            "`--form terraform`: the resource takes the ARN of a model, which names its region",
        )
        .hint(format!("`--model arn:aws:bedrock:REGION::foundation-model/{model}`"))),
    }
}

/// A quoted string of HCL, in which `${` and `%{` would begin templates.
fn string(text: &str) -> String {
    let mut out = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_hold_no_templates() {
        assert_eq!(string("a\"b\\c${d}%{e}$f\n"), r#""a\"b\\c$${d}%%{e}$f\n""#);
    }
}
