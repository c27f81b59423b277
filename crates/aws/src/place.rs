//! A place in S3 that a job is to read, before anything is there.

use serde_json::json;

use crate::check::check;
use crate::operation::Operation;
use crate::path::MemberPath;
use crate::problem::Problem;

/// What is wrong with the URI of a place or an object, as the service reads it in a request of a customization job.
pub fn check_place(uri: &str) -> Vec<Problem> {
    let request = json!({"trainingDataConfig": {"s3Uri": uri}});
    let member = MemberPath::default().key("trainingDataConfig").key("s3Uri");
    let problems = check(Operation::customization(), &request);
    problems.into_iter().filter(|problem| problem.member == member).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_that_the_service_takes() {
        for uri in ["s3://bucket", "s3://bucket/a/b.jsonl", "s3://my.bucket-1/OUT/"] {
            assert_eq!(check_place(uri), [], "{uri}");
        }
        for uri in [
            "s3://bucket/dt=2026-01-01",
            "s3://bucket/a b",
            "s3://a_b/c",
            "s3://bucket/a//b",
            "bucket/a",
            "s3://b",
        ] {
            assert!(!check_place(uri).is_empty(), "{uri}");
        }
    }
}
