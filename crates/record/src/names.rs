//! Names that may be meant by one that is not known: for the hint of an error message.

/// The most names that a hint offers.
const OFFERED_MAX: usize = 3;

/// Asks whether one of `names` is meant: those that begin with `name`, or else the nearest, where it is near enough, or
/// those that begin with nearly that.
pub fn did_you_mean<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    let wanted = name.trim().to_lowercase();
    let names: Vec<&str> = names.into_iter().collect();
    let begins = |known: &&&str| !wanted.is_empty() && known.to_lowercase().starts_with(&wanted);
    let mut offered: Vec<&str> = names.iter().filter(begins).copied().collect();
    if offered.is_empty() {
        let nearest = names
            .iter()
            .map(|known| (strsim::osa_distance(&wanted, &known.to_lowercase()), *known))
            .filter(|(distance, known)| {
                distance * 3 <= known.chars().count().max(wanted.chars().count()).max(3)
            })
            .min_by_key(|(distance, _)| *distance);
        offered.extend(nearest.map(|(_, known)| known));
    }
    if offered.is_empty() {
        offered.extend(names.into_iter().filter(|known| begins_nearly(&known.to_lowercase(), &wanted)));
    }
    offered.truncate(OFFERED_MAX);
    let offered: Vec<String> = offered.iter().map(|name| format!("`{name}`")).collect();
    let (last, others) = offered.split_last()?;
    Some(match others {
        [] => format!("did you mean {last}?"),
        others => format!("did you mean {} or {last}?", others.join(", ")),
    })
}

/// Returns true for a name that begins with what is one edit away from `wanted`, which is not short.
fn begins_nearly(known: &str, wanted: &str) -> bool {
    const CHARS_MIN: usize = 5;
    let n_chars = wanted.chars().count();
    let beginning = |n: usize| known.char_indices().nth(n).map_or(known, |(end, _)| &known[..end]);
    n_chars >= CHARS_MIN
        && (n_chars - 1..=n_chars + 1).any(|n| strsim::osa_distance(beginning(n), wanted) <= 1)
}

/// The same as the beginning of a hint that goes on: with a space behind it, or empty.
pub fn offer<'n>(name: &str, names: impl IntoIterator<Item = &'n str>) -> String {
    lead(did_you_mean(name, names))
}

/// The same for the message of a deserializer.
pub fn offer_of(message: &str) -> String {
    lead(did_you_mean_of(message))
}

fn lead(question: Option<String>) -> String {
    question.map(|question| question + " ").unwrap_or_default()
}

/// Asks the same for the message of a deserializer, which quotes the name and then those that it expected.
pub fn did_you_mean_of(message: &str) -> Option<String> {
    let rest = ["unknown field `", "unknown variant `"].iter().find_map(|lead| message.split_once(lead))?.1;
    let (name, rest) = rest.split_once('`')?;
    let (_, expected) = rest.split_once("expected ")?;
    did_you_mean(name, expected.split('`').skip(1).step_by(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILES: [&str; 6] =
        ["nova-cpt", "nova-lite-sft", "nova-lite-dpo", "nova-pro-sft", "llama-3.1-8b-sft", "titan-image-v2"];

    #[test]
    fn a_beginning_counts_before_likeness() {
        for (name, expected) in [
            ("nova-lite", Some("did you mean `nova-lite-sft` or `nova-lite-dpo`?")),
            ("NOVA-LITE-SFT", Some("did you mean `nova-lite-sft`?")),
            ("nova-lite-stf", Some("did you mean `nova-lite-sft`?")),
            ("nova-ctp", Some("did you mean `nova-cpt`?")),
            ("lama-3.1-8b-sft", Some("did you mean `llama-3.1-8b-sft`?")),
            ("nova", Some("did you mean `nova-cpt`, `nova-lite-sft` or `nova-lite-dpo`?")),
            ("nova-lte", Some("did you mean `nova-lite-sft` or `nova-lite-dpo`?")),
            ("llama3", Some("did you mean `llama-3.1-8b-sft`?")),
            ("tita", Some("did you mean `titan-image-v2`?")),
            ("tian", None),
            ("gpt-4o", None),
            ("", None),
            ("ü", None),
        ] {
            assert_eq!(did_you_mean(name, PROFILES).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn messages_of_deserializers_tell_the_names() {
        let message = "unknown field `validaton`, expected one of `enabled`, `validation`, `group-by`";
        assert_eq!(did_you_mean_of(message).as_deref(), Some("did you mean `validation`?"));
        let message = "unknown variant `Error`, expected `error` or `drop`";
        assert_eq!(did_you_mean_of(message).as_deref(), Some("did you mean `error`?"));
        assert_eq!(offer_of(message), "did you mean `error`? ");
        assert_eq!(did_you_mean_of("invalid type: map"), None);
        assert_eq!(
            (offer("validaton", ["validation"]).as_str(), offer("x", []).as_str()),
            ("did you mean `validation`? ", "")
        );
        assert_eq!(did_you_mean_of("unknown field `x`, there are no fields"), None);
    }
}
