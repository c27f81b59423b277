//! Whose rule it is, in a few words: the address is for `bedload explain`.

use std::borrow::Cow;

/// Places that many rules come from, by how their addresses begin.
const GUIDES: &[(&str, &str)] = &[
    ("https://docs.aws.amazon.com/nova/latest/nova2-userguide/", "Amazon Nova 2 user guide"),
    ("https://docs.aws.amazon.com/nova/", "Amazon Nova user guide"),
    ("https://docs.aws.amazon.com/bedrock/latest/APIReference/", "Amazon Bedrock API reference"),
    ("https://docs.aws.amazon.com/bedrock/", "Amazon Bedrock user guide"),
    ("https://docs.aws.amazon.com/sagemaker/", "Amazon SageMaker guide"),
    ("https://docs.aws.amazon.com/", "AWS documentation"),
    ("https://aws.amazon.com/blogs/", "AWS blog"),
    ("https://aws.amazon.com/", "aws.amazon.com"),
    ("https://repost.aws/", "AWS re:Post"),
    ("https://docs.cohere.com/", "Cohere documentation"),
    ("https://platform.claude.com/", "Claude documentation"),
    ("boto/botocore:", "Amazon Bedrock API model"),
];

/// Between two sources that contradict each other.
const AGAINST: &str = "; but not ";

/// A source without its address, and its date: `Amazon Nova user guide (2026-11)`.
pub(super) fn short(source: &str) -> Cow<'_, str> {
    if let Some((source, against)) = source.split_once(AGAINST) {
        return Cow::Owned(format!("{}{AGAINST}{}", short(source), short(against)));
    }
    let (place, date) = match source.rfind(" (") {
        Some(at) if source.ends_with(')') => source.split_at(at),
        _ => (source, ""),
    };
    if let Some((_, name)) = GUIDES.iter().find(|(address, _)| place.starts_with(address)) {
        return Cow::Owned(format!("{name}{date}"));
    }
    if let Some((_, rest)) = place.split_once("://") {
        let host = rest.split('/').next().unwrap_or(rest);
        return Cow::Owned(format!("{host}{date}"));
    }
    // A file of a repository, `owner/name:path`.
    match place.split_once(':') {
        Some((repository, path)) if repository.contains('/') && !repository.contains(' ') => {
            let file = path.rsplit('/').next().unwrap_or(path);
            Cow::Owned(format!("{repository} {file}{date}"))
        }
        _ => Cow::Borrowed(source),
    }
}

/// The address of a source, where it has one.
pub(super) fn address(source: &str) -> Option<&str> {
    let place = source.split_whitespace().next()?;
    (place.starts_with("https://") && !place.contains(['<', '>', '"', '`', '\\', '^', '{', '|', '}']))
        .then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedload_bedrock::Catalogue;
    use bedload_record::code::CODES;
    use expect_test::{Expect, expect};

    #[test]
    fn a_source_is_short_and_keeps_its_date() {
        let check = |source: &str, expected: Expect| expected.assert_eq(&short(source));
        check(
            "https://docs.aws.amazon.com/nova/latest/userguide/nova-fine-tune-1.html (2026-11)",
            expect!["Amazon Nova user guide (2026-11)"],
        );
        check(
            "aws-samples/amazon-nova-samples:customization/x/validator.py (2026-11)",
            expect!["aws-samples/amazon-nova-samples validator.py (2026-11)"],
        );
        check("https://example.com/a/b?c (2025)", expect!["example.com (2025)"]);
        check(
            "https://docs.aws.amazon.com/bedrock/x (2025); but not boto/botocore:a/b.json (2026-08-07)",
            expect!["Amazon Bedrock user guide (2025); but not Amazon Bedrock API model (2026-08-07)"],
        );
        check("RFC 7493 (I-JSON)", expect!["RFC 7493 (I-JSON)"]);
        check("configuration (this run)", expect!["configuration (this run)"]);
    }

    #[test]
    fn no_source_of_a_code_shows_its_address() {
        for info in CODES {
            let short = short(info.source);
            assert!(!short.contains("://") && short.len() <= 80, "{}: {short}", info.name);
        }
        assert!(Catalogue::built_in().profiles().len() > 20);
    }
}
