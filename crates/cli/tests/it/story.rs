//! A story: three sources of different shapes, with duplicates across them, conversations in several records and addresses
//! in texts, become data for Nova 2 Lite that has no ids and no addresses in it, split by conversation and prompt. Then a
//! second delivery comes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::corpus::Random;
use crate::scratch::{Scratch, jsonl};

/// What a record says, where it is from, and the conversation that it is a part of.
#[derive(Clone)]
struct Said {
    source: &'static str,
    id: String,
    conversation: String,
    /// Of some chats, who asked.
    user: Option<String>,
    prompt: String,
    answer: String,
}

const CONFIG: &str = r#"
profile = "nova-2-lite-sft"

[stages.convert]
to = "converse"
extra = "drop"

[stages.pii]
action = "mask"

[stages.split]
validation = 0.2
select = "fit"

[[input]]
path = "tickets/*.jsonl"
name = "tickets"
map = { "/messages/0/content" = "/question/text", "/messages/1/content" = "/answers/0" }
group-by = "/thread/id"
id = "/ticket"

[[input]]
path = "forum"
name = "forum"
format = "sharegpt"
group-by = "/topic"
id = "/post"

[[input]]
path = "chats.jsonl.gz"
name = "chats"
format = "openai-chat"
group-by = ["/conversation_id", "/user"]
id = "/id"
"#;

/// Exchanges of all three sources. Some are copies of others, in any source; some prompts come again with another answer,
/// and some answers have an address in them.
fn exchanges(records: usize) -> Vec<Said> {
    let mut random = Random(5);
    let mut all: Vec<Said> = Vec::new();
    for n in 0..records {
        let source = *random.pick(&["tickets", "forum", "chats"]);
        let (prompt, answer) = match random.below(6) {
            0 if n > 0 => {
                let other = random.pick(&all).clone();
                (other.prompt, other.answer)
            }
            1 if n > 0 => (random.pick(&all).prompt.clone(), format!("another answer {n}")),
            2 => {
                (format!("Who knows about {n}?"), format!("Ask the clerk, clerk{n}@example.org, about {n}."))
            }
            _ => (format!("What about topic {n}?"), format!("The answer to {n}.")),
        };
        let conversation = format!("{}{}", &source[..1], random.below(150));
        let user = (source == "chats" && n % 3 == 0).then(|| format!("u{}", random.below(60)));
        all.push(Said { source, id: format!("{source}-{n}"), conversation, user, prompt, answer });
    }
    all
}

fn record(said: &Said) -> String {
    let Said { source, id, conversation, user, prompt, answer } = said;
    let record = match *source {
        "tickets" => {
            json!({"ticket": id, "thread": {"id": conversation}, "question": {"text": prompt}, "answers": [answer]})
        }
        "forum" => json!({"post": id, "topic": conversation, "conversations": [
            {"from": "human", "value": prompt}, {"from": "gpt", "value": answer}]}),
        _ => json!({"id": id, "conversation_id": conversation, "user": user, "messages": [
            {"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]}),
    };
    record.to_string()
}

/// What an answer is without its address.
fn masked(answer: &str) -> String {
    let is_address = |word: &&str| word.contains('@');
    let word = answer.split(' ').find(is_address).map(|word| word.trim_end_matches(','));
    word.map_or_else(|| answer.to_owned(), |word| answer.replace(word, "[EMAIL]"))
}

fn corpus(all: &[Said]) -> Scratch {
    let scratch = Scratch::with("bedload.toml", CONFIG);
    deliver(&scratch, all);
    scratch
}

fn deliver(scratch: &Scratch, all: &[Said]) {
    let of = |source: &str| all.iter().filter(|said| said.source == source).map(record).collect::<Vec<_>>();
    let tickets = of("tickets");
    let (early, late) = tickets.split_at(tickets.len() / 2);
    scratch.write("tickets/2025.jsonl", jsonl(early));
    scratch.write("tickets/2026.jsonl", jsonl(late));
    scratch.write("forum/posts.jsonl", jsonl(of("forum")));
    scratch.write("chats.jsonl.gz", crate::scratch::gzip(&jsonl(of("chats"))));
}

/// The first of the exchanges that each is linked to by conversation, user or prompt, also through others.
fn groups(all: &[Said]) -> Vec<usize> {
    let links = |said: &Said| {
        let of = |name: &'static str, value: &str| (name, value.to_owned());
        let user = said.user.as_ref().map(|user| of("user", user));
        [of("conversation", &said.conversation), of("prompt", &said.prompt)].into_iter().chain(user)
    };
    let mut of: Vec<usize> = (0..all.len()).collect();
    loop {
        let mut least: HashMap<(&str, String), usize> = HashMap::new();
        for (said, &group) in all.iter().zip(&of) {
            links(said).for_each(|link| {
                let known = least.entry(link).or_insert(group);
                *known = group.min(*known);
            });
        }
        let first = |said: &Said| links(said).map(|link| least[&link]).min().unwrap();
        let next: Vec<usize> = all.iter().map(first).collect();
        if next == of {
            return of;
        }
        of = next;
    }
}

/// The prompt and the answer of a record of the output.
fn exchange(line: &[u8]) -> (String, String) {
    let record: Value = serde_json::from_slice(line).unwrap();
    let keys: Vec<&String> = record.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["schemaVersion", "messages"], "no ids are left");
    let text = |n: usize| record["messages"][n]["content"][0]["text"].as_str().unwrap().to_owned();
    (text(0), text(1))
}

#[test]
fn three_sources_become_one_leak_free_data_set() {
    let all = exchanges(900);
    let scratch = corpus(&all);
    let built = scratch.run("build --out OUT").exits(0);
    let manifest = scratch.manifest("OUT");
    assert_eq!(manifest["ready"], true, "{}", built.stderr);

    // Each exchange is in the output once, whatever source it is from, and nothing else is.
    let distinct: BTreeSet<(String, String)> =
        all.iter().map(|said| (said.prompt.clone(), masked(&said.answer))).collect();
    let of_side =
        |side: &str| scratch.side("OUT", side).iter().map(|line| exchange(line)).collect::<Vec<_>>();
    let (train, validation) = (of_side("train"), of_side("validation"));
    assert_eq!(train.len() + validation.len(), distinct.len());
    assert_eq!(train.iter().chain(&validation).cloned().collect::<BTreeSet<_>>(), distinct);
    assert!(validation.len() * 10 > distinct.len(), "{}", built.stderr);

    // Groups are those of a naive reader of the sources, and none is on both sides.
    let side_of: HashMap<&(String, String), &str> = train
        .iter()
        .map(|said| (said, "train"))
        .chain(validation.iter().map(|said| (said, "validation")))
        .collect();
    let mut sides: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (said, group) in all.iter().zip(groups(&all)) {
        sides.entry(group).or_default().insert(side_of[&(said.prompt.clone(), masked(&said.answer))]);
    }
    assert!(sides.values().all(|sides| sides.len() == 1));
    assert!(sides.len() > 20, "{}", sides.len());
    let rows = scratch.table("OUT", "records");
    let named: BTreeSet<&String> = rows.iter().map(|row| &row["group"]).collect();
    assert_eq!(named.len(), sides.len());

    // The report knows every record by its source and id, and every copy with the one that stands for it.
    let told: BTreeMap<(&str, &str), &BTreeMap<String, String>> =
        rows.iter().map(|row| ((&*row["source"], &*row["id"]), row)).collect();
    assert_eq!(told.len(), all.len());
    let of_content = |said: &Said| (said.prompt.clone(), masked(&said.answer));
    let mut by_id: HashMap<&str, &Said> = HashMap::new();
    for said in &all {
        by_id.insert(&said.id, said);
        let row = told[&(said.source, &*said.id)];
        let is_on = side_of[&of_content(said)];
        assert!(row["verdict"] == "duplicate" && row["split"] == "null" || row["split"] == is_on, "{row:?}");
    }
    let copies = scratch.table("OUT", "duplicates");
    assert_eq!(copies.len(), all.len() - distinct.len());
    for copy in &copies {
        let (own, survivor) = (by_id[&*copy["id"]], by_id[&*copy["survivor_id"]]);
        assert_eq!(of_content(own), of_content(survivor));
    }
    assert!(built.stderr.contains("sources     tickets: "), "{}", built.stderr);
    let verified = scratch.run("verify OUT --require-ready --leaks").exits(0);
    let told = format!("{}{}", verified.stdout, verified.stderr);
    let (counted, not_counted) = told.split_once("values at ").unwrap();
    assert!(counted.contains("share 0 prompts"), "{told}");
    assert!(not_counted.contains(" are not counted"), "{told}");
    for field in ["/thread/id", "/topic", "/conversation_id", "/user"] {
        assert!(!counted.contains(field) && not_counted.contains(field), "{told}");
    }

    // A second delivery has more of everything; whatever is old stays on its side.
    let more = exchanges(990);
    deliver(&scratch, &more);
    scratch.run("build --out SECOND --pin OUT").exits(0);
    let mut new = 0;
    for side in ["train", "validation"] {
        for line in scratch.side("SECOND", side) {
            match side_of.get(&exchange(&line)) {
                Some(old) => assert_eq!(*old, side),
                None => new += 1,
            }
        }
    }
    let known: BTreeSet<(String, String)> = more.iter().map(of_content).collect();
    assert_eq!(new, known.len() - distinct.len());
}
