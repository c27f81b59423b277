//! Names and ARNs of what is in Amazon Bedrock.

/// A name or an ARN: what can be neither is not asked for.
pub(crate) fn identifier(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ":/._+-".contains(c);
    match text.chars().find(|&c| !is_plain(c)) {
        None if text.is_empty() => Err("write a name or an ARN".to_owned()),
        None => Ok(text.to_owned()),
        Some(odd) => Err(format!("neither a name nor an ARN has {odd:?} in it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_arns_are_told_from_other_texts() {
        let arn =
            "arn:aws:bedrock:us-east-1:123456789012:model-customization-job/amazon.x-v1:0:128k/e1b39ecf778b";
        assert!(identifier("support-1a2b").is_ok() && identifier(arn).is_ok());
        assert_eq!(identifier("a b"), Err("neither a name nor an ARN has ' ' in it".to_owned()));
        assert!(identifier("").is_err() && identifier("a?b").is_err() && identifier("a\u{1b}").is_err());
    }
}
