//! Conversations: who speaks, in which order, and what a message is made of.

use crate::role::Role;
use bedload_bedrock::{Dialect, Point};
use bedload_record::{At, Code, Json, Value};

use super::blocks::{self, Content};
use super::flat::{missing, written};
use super::tools::Calls;
use super::visit::Visit;
use super::{chat, weight, wrong_type};

pub(super) fn check<'t>(
    visit: &mut Visit<'_, '_>,
    dialect: Dialect,
    value: Json<'t>,
    record: Json<'t>,
    at: &At<'_>,
) {
    let Value::Array(list) = value.value() else {
        return wrong_type(visit, at, "`messages`", "an array", &value.value());
    };
    let count = list.clone().count();
    if count == 0 {
        return visit.add(Code::SchemaEmptyContent, at, || "`messages` is empty".to_owned());
    }
    if dialect == Dialect::Chat {
        return chat::messages(visit, list, at);
    }
    let mut content = Content::default();
    let mut calls = Calls::new(record);
    let mut before: Option<Role> = None;
    for (index, message) in list.enumerate() {
        let at = at.index(index);
        let is_last = index + 1 == count;
        let Value::Object(members) = message.value() else {
            wrong_type(visit, &at, "a message", "an object", &message.value());
            before = None;
            continue;
        };
        let has_candidates = dialect == Dialect::Preference && is_last;
        let is_known = |key: &str| {
            matches!(key, "role" | "content") || (key == "candidates" && dialect == Dialect::Preference)
        };
        let has_more = members.len() > 2;
        visit.extra_keys(members.map(|(key, _)| key), is_known, &at);
        let role = role(visit, message, &at);
        if has_more && visit.refuses_weights && role == Some(Role::Assistant) {
            weight::turn(visit, message, &at);
        }
        if let Some(role) = role {
            order(visit, role, index, before, &at);
            if is_last && role == Role::User {
                let message = || "the last message must have the role assistant".to_owned();
                match dialect {
                    Dialect::Preference => visit.add(Code::SchemaTurnOrder, &at, message),
                    _ => visit.judge(Point::EndsWithUser, &at, message),
                }
            }
        }
        before = role;
        // What a message of an unknown role holds is looked at as the user's.
        let role = role.unwrap_or(Role::User);
        calls.turn(visit, role, &at);
        if has_candidates {
            candidates(visit, message, role, &mut content, &mut calls, &at);
            continue;
        }
        if dialect == Dialect::Preference && message.get("candidates").is_some() {
            visit.add(Code::SchemaCandidates, &at.key("candidates"), || {
                "only the last message may have candidates".to_owned()
            });
            continue;
        }
        let Some(value) = message.get("content") else {
            missing(visit, "content", message, &at);
            continue;
        };
        let at = at.key("content");
        match (dialect, value.value()) {
            (Dialect::Claude, Value::String(text)) => {
                written(visit, text, &"`content`", role.part(), &at);
            }
            (Dialect::Claude, other) => wrong_type(visit, &at, "`content`", "a string", &other),
            _ => blocks::content(visit, value, role, &mut content, &mut calls, &at),
        }
    }
    calls.end(visit, at);
    if count > 2 {
        visit.judge_kind(Point::SeveralTurns, at, "more than one user message and its answer");
    }
    content.judge(visit, at);
}

fn role(visit: &mut Visit<'_, '_>, message: Json<'_>, at: &At<'_>) -> Option<Role> {
    let Some(value) = message.get("role") else {
        missing(visit, "role", message, at);
        return None;
    };
    let at = at.key("role");
    match value.value() {
        Value::String("user") => Some(Role::User),
        Value::String("assistant") => Some(Role::Assistant),
        Value::String("system") => {
            visit.add(Code::SchemaUnknownRole, &at, || {
                "the system prompt is the field `system` of the record, not a message".to_owned()
            });
            None
        }
        Value::String(_) => {
            visit.add(Code::SchemaUnknownRole, &at, || "`role` must be user or assistant".to_owned());
            None
        }
        other => {
            wrong_type(visit, &at, "`role`", "a string", &other);
            None
        }
    }
}

fn order(visit: &mut Visit<'_, '_>, role: Role, index: usize, before: Option<Role>, at: &At<'_>) {
    if index == 0 && role == Role::Assistant {
        visit.add(Code::SchemaTurnOrder, at, || "the first message must have the role user".to_owned());
    }
    if before == Some(role) {
        visit.add(Code::SchemaTurnOrder, at, || {
            format!("two {} messages in a row; roles must alternate", role.name())
        });
    }
}

/// The last message of a preference record.
fn candidates<'t>(
    visit: &mut Visit<'_, '_>,
    message: Json<'t>,
    role: Role,
    content: &mut Content,
    calls: &mut Calls<'t>,
    at: &At<'_>,
) {
    let Some(value) = message.get("candidates") else {
        return visit.add(Code::SchemaCandidates, at, || "the last message has no `candidates`".to_owned());
    };
    if message.get("content").is_some() {
        visit.add(Code::SchemaCandidates, &at.key("content"), || {
            "the last message must have candidates instead of content".to_owned()
        });
    }
    let at = at.key("candidates");
    let Value::Array(list) = value.value() else {
        return wrong_type(visit, &at, "`candidates`", "an array", &value.value());
    };
    let count = list.clone().count();
    if count < 2 {
        visit.add(Code::SchemaCandidates, &at, || format!("{count} candidates; at least 2 are required"));
    }
    let mut labels = [0u32; 2];
    for (index, candidate) in list.clone().enumerate() {
        let at = at.index(index);
        let Value::Object(members) = candidate.value() else {
            wrong_type(visit, &at, "a candidate", "an object", &candidate.value());
            continue;
        };
        visit.extra_keys(
            members.map(|(key, _)| key),
            |key| matches!(key, "content" | "preferenceLabel"),
            &at,
        );
        match candidate.get("preferenceLabel").map(Json::value) {
            Some(Value::String("preferred")) => labels[0] += 1,
            Some(Value::String("non-preferred")) => labels[1] += 1,
            Some(_) => visit.add(Code::SchemaCandidates, &at.key("preferenceLabel"), || {
                "`preferenceLabel` must be \"preferred\" or \"non-preferred\"".to_owned()
            }),
            None => missing(visit, "preferenceLabel", candidate, &at),
        }
        match candidate.get("content") {
            Some(value) => blocks::content(visit, value, role, content, calls, &at.key("content")),
            None => missing(visit, "content", candidate, &at),
        }
    }
    if count >= 2 && labels.iter().sum::<u32>() as usize == count && labels.contains(&0) {
        visit.add(Code::SchemaCandidates, &at, || {
            "all candidates have the same label; one must be preferred and one non-preferred".to_owned()
        });
    }
    let contents = |label: &'static str| {
        list.clone().filter_map(move |candidate| match candidate.get("preferenceLabel").map(Json::value) {
            Some(Value::String(own)) if own == label => candidate.get("content"),
            _ => None,
        })
    };
    let is_rejected =
        |chosen| contents("non-preferred").any(|rejected| blocks::have_same_text(chosen, rejected));
    if contents("preferred").any(is_rejected) {
        visit.add(Code::SchemaIdenticalPair, &at, || {
            "a non-preferred candidate equals a preferred one".to_owned()
        });
    }
}
