//! What is said of records of one prompt that disagree: on its answer, or on which answer is better.

use std::collections::HashMap;

use bedload_record::plural::{agree, count, plural};
use bedload_record::{Code, Finding, Ordinal};
use bedload_stages::balance::Classes;
use bedload_stages::conflicts::{Action, Answered, Conflict, Conflicts, Vote, find};
use bedload_stages::preference::{Compared, Contradiction, Contradictions, contradictions};

use crate::run::settings::Settings;
use crate::scan::by_source::balance;
use crate::scan::stances::{Kind, NO_LABEL, Stances, label_key};

/// How many places of a cycle are named.
const PLACES_MAX: usize = 3;
/// Of how many contradictions places are named.
const EXAMPLES_MAX: usize = 5;

/// Pairs of answers that are preferred both ways, and cycles; `listed` ends what is said of either.
pub(crate) fn of_preferences(
    found: &Contradictions,
    listed: &str,
    place: &dyn Fn(Ordinal) -> String,
) -> Vec<Finding> {
    let example = |it: &Contradiction| {
        let places: Vec<String> = it.lines.iter().take(PLACES_MAX).map(|&line| place(line)).collect();
        let more = if it.lines.len() > PLACES_MAX {
            format!(" (the first of {})", it.lines.len())
        } else {
            String::new()
        };
        format!("{}{more}", places.join(", "))
    };
    let said = |code, found: &[Contradiction], what: &dyn Fn(u64) -> String| {
        let records: u64 = found.iter().map(|it| it.records.len() as u64).sum();
        let examples: Vec<String> = found.iter().take(EXAMPLES_MAX).map(example).collect();
        if examples.is_empty() {
            return None;
        }
        let message = format!(
            "{} in {}, e.g. {}{listed}",
            what(found.len() as u64),
            plural(records, "record", "records"),
            examples.join("; "),
        );
        Some(Finding::dataset(code, message))
    };
    let of_pairs = said(Code::PreferenceFlippedPair, &found.flipped, &|n| {
        let verb = agree(n, "is", "are");
        format!("{} of answers {verb} preferred both ways,", plural(n, "pair", "pairs"))
    });
    let of_cycles = said(Code::PreferenceCycle, &found.cycles, &|n| {
        let verb = agree(n, "goes", "go");
        let kind = plural(n, "cycle of preferences", "cycles of preferences");
        format!("{kind} {verb} from an answer back to itself,")
    });
    of_pairs.into_iter().chain(of_cycles).collect()
}

/// Prompts with different labels, or with other answers; `listed` ends what is said of either.
pub(crate) fn of_answers(
    found: &Conflicts,
    action: Action,
    gone: u64,
    listed: &str,
    place: &dyn Fn(Ordinal) -> String,
) -> Vec<Finding> {
    let (conflicts, variations): (Vec<&Conflict>, Vec<&Conflict>) =
        found.0.iter().partition(|conflict| conflict.is_conflict);
    let said = |code, of: &[&Conflict], what: [&str; 2], more: &str| {
        let first = of.first()?;
        let n = of.len() as u64;
        let records: u64 = of.iter().map(|conflict| conflict.records()).sum();
        let message = format!(
            "{} {} in {}, e.g. {} and {}{more}{listed}",
            plural(n, "prompt", "prompts"),
            agree(n, what[0], what[1]),
            plural(records, "record", "records"),
            place(first.answers[0].lines[0]),
            place(first.answers[1].lines[0]),
        );
        Some(Finding::dataset(code, message))
    };
    let (code, more) = if action == Action::Report {
        (Code::ConflictsLabels, String::new())
    } else {
        let verb = agree(gone, "was", "were");
        (Code::ConflictsResolved, format!("; {} {verb} left out", plural(gone, "record", "records")))
    };
    let of_conflicts = said(code, &conflicts, ["has different labels", "have different labels"], &more);
    let different = ["has different answers", "have different answers"];
    let of_variations = said(Code::ConflictsVariation, &variations, different, "");
    of_conflicts.into_iter().chain(of_variations).collect()
}

/// What is wrong with the records that a run without facts compares. `labels` are those of the data, by the ids that the
/// classes know.
pub(crate) fn of_stances(
    stances: Stances,
    settings: &Settings,
    (classes, labels): (&Classes, &[String]),
    place: &dyn Fn(Ordinal) -> String,
) -> Vec<Finding> {
    let (kind, mut list, is_whole) = stances.into_parts();
    let n = list.len() as u64;
    let (what, mut findings) = match kind {
        Kind::Preferences => {
            // Equal ones count once, as exact duplicates do where these are removed first.
            list.sort_unstable_by_key(|&(line, stance)| (stance, line));
            list.dedup_by_key(|(_, stance)| *stance);
            let (lines, compared): (Vec<_>, Vec<_>) = list
                .into_iter()
                .map(|(line, [prompt, chosen, rejected])| (line, Some(Compared { prompt, chosen, rejected })))
                .unzip();
            let found = contradictions(&lines, &compared);
            ("preferences that contradict each other", of_preferences(&found, "", place))
        }
        Kind::Answers => {
            let ids = labels.iter().enumerate();
            let classes: HashMap<u64, Option<usize>> =
                ids.map(|(id, label)| (label_key(label), classes.of_label(id))).collect();
            let vote = |label: u64| Vote::new(label != NO_LABEL, classes.get(&label).copied().flatten());
            let votes: Vec<Vote> = list.iter().map(|&(_, [.., label])| vote(label)).collect();
            let (lines, answered): (Vec<_>, Vec<_>) = list
                .into_iter()
                .map(|(line, [prompt, answer, _])| (line, Some(Answered { prompt, answer })))
                .unzip();
            let by_class = balance(settings).label_field.is_some();
            let found = find(&lines, &answered, &votes, by_class);
            ("prompts with different answers", of_answers(&found, Action::Report, 0, "", place))
        }
    };
    if !is_whole {
        let message = format!(
            "{what} were looked for among the first {} records; `bedload build` compares all",
            count(n)
        );
        findings.push(Finding::dataset(Code::DatasetPartlyCompared, message));
    }
    findings
}
