//! Every request is accepted by the service model, and none with a broken member.

use std::sync::Arc;

use bedload_bedrock::{Catalogue, Customization, HyperparameterKind, JobApi, Life, Profile};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{data, show, wanted};
use crate::plan::target::Target;
use crate::plan::{DataSet, request};
use crate::{Operation, check};

/// Profiles with jobs that `CreateModelCustomizationJob` starts, with the end of their lives put off.
pub(super) fn customizable() -> Vec<(Profile, String)> {
    let profiles = Catalogue::built_in().profiles().to_vec();
    let of = |profile: Arc<Profile>| {
        let models = profile.models.iter().filter(|model| model.api == JobApi::Bedrock);
        let ids: Vec<String> = models.map(|model| model.id.clone()).collect();
        ids.into_iter().map(move |id| (Profile { life: Life::Live, ..(*profile).clone() }, id))
    };
    profiles.into_iter().filter(|profile| profile.customization.is_some()).flat_map(of).collect()
}

/// A value that a hyperparameter takes, between its bounds.
fn value_of(profile: &Profile, name: &str, upper: bool) -> String {
    let of = &profile.hyperparameters[name];
    let bound = if upper { of.maximum.or(of.default) } else { of.minimum.or(of.default) };
    match of.kind {
        HyperparameterKind::Choice => of.choices[0].clone(),
        _ => bound.map_or_else(|| "1".to_owned(), |bound| bound.to_string()),
    }
}

/// The request for a profile, without a judgement of whether its model still lives.
pub(super) fn request_for((profile, id): &(Profile, String), upper: bool, text: &str) -> Value {
    let mut wanted = wanted(id);
    wanted.hyperparameters =
        profile.hyperparameters.keys().map(|name| (name.clone(), value_of(profile, name, upper))).collect();
    wanted.tags = vec![(text.to_owned(), text.to_owned())];
    wanted.output = format!("s3://bucket/{text}/");
    let kind = profile.customization.expect("a kind");
    if kind == Customization::ReinforcementFineTuning {
        wanted.grader_lambda = Some("arn:aws:lambda:us-east-1:123456789012:function:grade".to_owned());
    }
    if kind == Customization::Distillation {
        let is_nova = id.contains("nova");
        let teacher = if is_nova { "amazon.nova-pro-v1:0" } else { "meta.llama3-3-70b-instruct-v1:0" };
        wanted.teacher = Some(teacher.to_owned());
    }
    let target =
        Target { of_model: profile, model: profile.models.iter().find(|model| model.id == *id), kind };
    let (mut refusals, mut notes) = (Vec::new(), Vec::new());
    let data = DataSet { name: text.to_owned(), ..data(&profile.name, &profile.formats[0]) };
    let request = request(&wanted, &data, &target, &Catalogue::built_in(), &mut refusals, &mut notes);
    assert_eq!(show(&refusals), "", "{}", profile.name);
    request
}

proptest! {
    #[test]
    fn every_request_is_accepted_and_none_with_a_broken_member(
        n in 0..customizable().len(),
        upper: bool,
        text in "[a-zA-Z0-9_.-]{1,30}",
        broken in any::<proptest::sample::Index>(),
    ) {
        let request = request_for(&customizable()[n], upper, &text);
        let operation = Operation::customization();
        prop_assert_eq!(check(operation, &request), vec![], "{}", request);
        let names: Vec<String> = request.as_object().expect("an object").keys().cloned().collect();
        let name = &names[broken.index(names.len())];
        for wrong in [Value::Null, json!(1.5), json!({"unknown": 1}), json!("\u{7f} ")] {
            let mut request = request.clone();
            request[name] = wrong;
            let problems = check(operation, &request);
            prop_assert!(problems.iter().any(|problem| problem.member.to_string().starts_with(name)), "{}", request);
        }
        let mut longer = request.clone();
        longer["outputDataConfig"]["s3Uri"] = json!(format!("s3://bucket/{}", "a".repeat(1024)));
        prop_assert_eq!(check(operation, &longer).len(), 1);
    }
}

#[test]
fn every_customizable_profile_has_a_request() {
    let all = customizable();
    assert!(all.len() > 15, "{}", all.len());
    for one in &all {
        for upper in [false, true] {
            let request = request_for(one, upper, "a");
            assert_eq!(check(Operation::customization(), &request), vec![], "{request}");
        }
    }
}
