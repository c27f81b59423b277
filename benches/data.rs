//! Data for benchmarks, made from a seed: lines of English-like prompt/completion records, and fact tables.

use bedload_record::{CodeSet, FactRow, FactTable, Features, Terminator, Tokens};

const WORDS: &[&str] = &[
    "the",
    "of",
    "customer",
    "asked",
    "whether",
    "her",
    "order",
    "could",
    "be",
    "changed",
    "before",
    "shipping",
    "and",
    "we",
    "answered",
    "that",
    "it",
    "was",
    "already",
    "on",
    "its",
    "way",
    "refund",
    "account",
    "password",
    "please",
    "Thanks",
    "invoice",
    "number",
    "4711",
    "isn't",
    "naïve",
    "déjà-vu",
    "configuration",
    "unfortunately",
];

/// Numbers from a seed: `SplitMix64`.
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next_number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn text(&mut self, words: u64) -> String {
        let words: Vec<&str> =
            (0..words).map(|_| WORDS[(self.next_number() % WORDS.len() as u64) as usize]).collect();
        words.join(" ")
    }
}

/// `n` lines of about 1 KB each.
pub fn lines(n: usize) -> Vec<Vec<u8>> {
    let mut random = Random(7);
    let mut line = || {
        let (prompt, completion) = (20 + random.next_number() % 200, 1 + random.next_number() % 60);
        let (prompt, completion) = (random.text(prompt), random.text(completion));
        format!(r#"{{"prompt": "{prompt}", "completion": "{completion}\n"}}"#).into_bytes()
    };
    (0..n).map(|_| line()).collect()
}

/// The facts of `n` accepted records; one in twenty is a duplicate, and there are five classes.
pub fn facts(n: u64) -> FactTable {
    let mut random = Random(7);
    let mut rows = FactTable::new(16);
    for line in 0..n {
        let digest = if random.next_number().is_multiple_of(20) { line / 2 } else { line };
        let label = rows.labels.id(["a", "b", "c", "d", "e"][(digest % 5) as usize]);
        rows.push(&FactRow {
            records: 1,
            start: line * 1000,
            terminator: Terminator::Lf,
            accepted: true,
            digest: u128::from(Random(digest).next_number()) << 64,
            tokens: Tokens { prompt: 100, completion: 20, characters: 600, ..Tokens::default() },
            label,
            codes: CodeSet::default(),
            features: Features::default(),
            keys: &[Random(digest ^ 1).next_number()],
            values: &[],
            rank: 0,
            time: 0,
            turns: 0,
            written: None,
        });
    }
    let mut facts = FactTable::new(16);
    facts.begin_file("bench.jsonl");
    facts.append(rows, n * 1000).expect("memory has room");
    facts
}
