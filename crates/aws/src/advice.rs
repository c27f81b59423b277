//! What is meant by a member that is not known, and what a pattern asks for.

use bedload_record::names::did_you_mean;

use crate::operation::{CUSTOMIZATION, Operation};
use crate::path::MemberPath;
use crate::problem::{Problem, Rule};
use crate::service::{Kind, Shape};

/// A setting of other tools that no customization job takes, and why. Capitals, `_` and `-` do not matter.
struct Foreign {
    names: &'static [&'static str],
    why: &'static str,
}

const FOREIGN: &[Foreign] = &[
    Foreign {
        names: &["rlalgorithm", "algorithm", "rlmethod"],
        why: "the algorithm of reinforcement learning; Bedrock chooses it, and no task takes it. Reinforcement \
              fine-tuning is set by `customizationConfig.rftConfig` with a Lambda grader",
    },
    Foreign {
        names: &["beta", "dpobeta", "klcoefficient", "klcoef", "klpenalty"],
        why: "the strength of the pull towards the base model in preference tuning; no task of Bedrock takes it, nor \
              pairs of chosen and rejected answers. SageMaker recipes do",
    },
    Foreign {
        names: &["temperature", "distillationtemperature"],
        why: "in distillation the softening of the teacher's distribution, in inference the randomness of answers; no \
              customization task takes it. The teacher writes answers, and the student is trained on them",
    },
    Foreign {
        names: &["alpha", "distillationalpha"],
        why: "in distillation the weight between the teacher's distribution and the labels; no customization task \
              takes it. The teacher writes answers, and the student is trained on them",
    },
    Foreign {
        names: &["lorarank", "loraalpha", "loradropout", "rank", "lorar"],
        why: "a setting of low-rank adaptation; Bedrock chooses it, and no task takes it",
    },
    Foreign {
        names: &[
            "weightdecay",
            "dropout",
            "optimizer",
            "gradientaccumulationsteps",
            "scheduler",
            "lrscheduler",
        ],
        why: "a setting of the optimizer; Bedrock chooses it, and no task takes it",
    },
    Foreign { names: &["topp", "topk"], why: "a setting of inference; no customization task takes it" },
    Foreign {
        names: &["rewardmodel", "rewardmodelidentifier", "rewardfunction"],
        why: "rewards come from a Lambda function: \
              `customizationConfig.rftConfig.graderConfig.lambdaGrader.lambdaArn`",
    },
];

fn plain(name: &str) -> String {
    name.replace(['-', '_'], "").to_ascii_lowercase()
}

/// Why no customization job takes a setting of this name, where that is known.
pub(crate) fn foreign(name: &str) -> Option<&'static str> {
    let plain = plain(name);
    FOREIGN.iter().find(|foreign| foreign.names.contains(&plain.as_str())).map(|foreign| foreign.why)
}

/// Members that have another name in this operation than in others or in other tools.
const OTHER_NAMES: &[(&str, &str, &str)] = &[
    (CUSTOMIZATION, "tags", "jobTags"),
    (CUSTOMIZATION, "kmskeyid", "customModelKmsKeyId"),
    (CUSTOMIZATION, "kmskeyarn", "customModelKmsKeyId"),
    (CUSTOMIZATION, "modelname", "customModelName"),
    (CUSTOMIZATION, "basemodelid", "baseModelIdentifier"),
    (CUSTOMIZATION, "modelid", "baseModelIdentifier"),
    (CUSTOMIZATION, "validators", "validationDataConfig.validators"),
    (CUSTOMIZATION, "graderlambdaarn", "customizationConfig.rftConfig.graderConfig.lambdaGrader.lambdaArn"),
    (CUSTOMIZATION, "lambdagrader", "customizationConfig.rftConfig.graderConfig.lambdaGrader"),
    (
        CUSTOMIZATION,
        "teachermodel",
        "customizationConfig.distillationConfig.teacherModelConfig.teacherModelIdentifier",
    ),
];

/// A member that the shape does not have.
pub(crate) fn unknown(operation: Operation, shape: &Shape, path: &MemberPath) -> Problem {
    let name = path.last_key().unwrap_or_default();
    let problem = Problem::new(path, Rule::UnknownMember, "no such member");
    let is_customization = operation.name() == CUSTOMIZATION;
    if is_customization && let Some(why) = foreign(name) {
        return Problem::new(path, Rule::UnknownMember, format!("no such member: {why}"));
    }
    if let Some((.., right)) =
        OTHER_NAMES.iter().find(|(of, other, _)| *of == operation.name() && *other == plain(name))
    {
        return problem.hint(format!("the member is `{right}`"));
    }
    // Hyperparameters of most tasks are entries of a map, whose keys no shape lists.
    if is_customization && path.0.len() == 1 && is_hyperparameter(name) {
        let hint = format!("hyperparameters are strings in `hyperParameters`: `hyperParameters.{name}`");
        return problem.hint(hint);
    }
    if let Some(right) = elsewhere(operation, name, path) {
        return problem.hint(format!("the member is `{right}`"));
    }
    let near = did_you_mean(name, shape.members.keys().map(String::as_str));
    let names: Vec<String> = shape.members.keys().map(|name| format!("`{name}`")).collect();
    problem.hint(near.unwrap_or_else(|| format!("members here: {}", names.join(", "))))
}

fn is_hyperparameter(name: &str) -> bool {
    let service = Operation::customization().service;
    service.shape("RFTHyperParameters").members.contains_key(name)
        || name.to_ascii_lowercase().contains("learningrate")
}

/// The place of the request that has a member of this name: the one nearest to where it was written.
fn elsewhere(operation: Operation, name: &str, path: &MemberPath) -> Option<MemberPath> {
    let mut found: Vec<MemberPath> = Vec::new();
    let input = operation.call.input.as_str();
    // Shapes can hold themselves; those on the way are not entered again.
    let mut waiting = vec![(MemberPath::default(), vec![input])];
    while let Some((at, way)) = waiting.pop() {
        let shape = way.last().map(|name| operation.service.shape(name))?;
        let mut enter = |at: MemberPath, target: &'static str| {
            if !way.contains(&target) {
                waiting.push((at, [&way[..], &[target]].concat()));
            }
        };
        match shape.kind {
            Kind::Structure => {
                for (member, target) in &shape.members {
                    let at = at.key(member);
                    if member == name && at != *path {
                        found.push(at.clone());
                    }
                    enter(at, target.name());
                }
            }
            Kind::List => {
                if let Some(target) = &shape.member {
                    enter(at.index(0), target.name());
                }
            }
            _ => {}
        }
    }
    let shared = |other: &MemberPath| path.0.iter().zip(&other.0).take_while(|(a, b)| a == b).count();
    let best = found
        .iter()
        .map(|other| (shared(other), other.0.len()))
        .max_by_key(|(n, len)| (*n, std::cmp::Reverse(*len)))?;
    let mut nearest = found.iter().filter(|other| (shared(other), other.0.len()) == best);
    let one = nearest.next()?;
    // Several places that are equally near, none of them in the same part of the request, are no hint.
    (nearest.next().is_none()).then(|| one.clone())
}

/// What a string of this shape looks like.
pub(crate) fn about(shape: &str) -> Option<String> {
    let text = match shape {
        "JobName" => "a job name has letters, digits, `+`, `-` and `.`, and begins with a letter or digit",
        "CustomModelName" | "ModelDeploymentName" | "ProvisionedModelName" | "ImportedModelName" => {
            "a name has letters and digits, with single `-` or `_` between them"
        }
        "EvaluationJobName" => {
            "an evaluation job name has lower-case letters and digits, with `-` between them"
        }
        "S3Uri" => {
            "a URI is `s3://BUCKET/KEY`; the bucket may have lower-case letters, digits, `-` and `.`, and the key letters, \
             digits, `/` (one at a time) and `-!_*'().`"
        }
        "RoleArn" => "a role is `arn:aws:iam::ACCOUNT:role/NAME`, with the 12 digits of the account",
        "LambdaArn" => "a function is `arn:aws:lambda:REGION:ACCOUNT:function:NAME`",
        "IdempotencyToken" => "a token has letters, digits and `-`",
        "ModelArn" | "CustomModelArn" => {
            "a custom model is `arn:aws:bedrock:REGION:ACCOUNT:custom-model/BASE-MODEL/ID`, with an ID of 12 \
             characters; `aws bedrock list-custom-models` shows it"
        }
        "InvokeModelIdentifier" | "ConversationalModelId" => {
            "a model is named by the ID of a base model, or by the ARN of a deployment, of provisioned throughput or \
             of an inference profile, which ends in an ID of 12 characters"
        }
        "KmsKeyId" => "a key is its ARN, its ID of 36 characters, or `alias/NAME`",
        "BaseModelIdentifier" | "ModelId" | "ModelIdentifier" => {
            "a model is named by its ID, e.g. `amazon.nova-lite-v1:0:300k`, or by its ARN"
        }
        "TagKey" | "TagValue" => "tags have letters, digits, white space and `._:/=+@-`",
        _ => return None,
    };
    Some(text.to_owned())
}
