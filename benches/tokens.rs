//! What counting costs: this counter warm, on one core and on all, and cold, and two others, on texts of several kinds.
//! Throughput is of text, in bytes. `scripts/bench` times whole programs.

#![allow(missing_docs, reason = "divan generates items")]

use std::fmt;
use std::num::NonZeroUsize;
use std::thread;

use bedload_benches::{Random, lines};
use bedload_tokens::{Counter, Encoding, Engine, Tokenizer};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// The kinds of text.
#[derive(Clone, Copy, Debug)]
enum Kind {
    English,
    Source,
    Multilingual,
    /// JSON as it is written, escapes and all.
    Escaped,
}

const KINDS: [Kind; 4] = [Kind::English, Kind::Source, Kind::Multilingual, Kind::Escaped];

/// The public encodings that differ in their merges.
const ENCODINGS: [Encoding; 4] =
    [Encoding::O200kBase, Encoding::Cl100kBase, Encoding::P50kBase, Encoding::R50kBase];

/// Pretokens without an end: what is repeated, and after how many times a break comes.
const HOSTILE: [(&str, usize); 16] = [
    ("-", 0),
    ("=", 97),
    ("-=", 0),
    ("#*-", 41),
    ("^", 0),
    (" ", 0),
    (" \t", 0),
    ("\n ", 0),
    ("a", 0),
    ("ab", 0),
    ("qxjzkvwpfyg", 0),
    ("7", 0),
    ("\u{301}", 0),
    ("的一", 0),
    ("─", 0),
    ("ÃÂ", 0),
];

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Kind {
    fn text(self) -> String {
        let escaped = || {
            let lines = lines(2000).into_iter().map(|line| String::from_utf8(line).expect("UTF-8"));
            lines.collect::<Vec<_>>().join("\n")
        };
        match self {
            Self::English => escaped().replace(['{', '}', '"', ':'], ""),
            Self::Source => {
                [include_str!("data.rs"), include_str!("tokens.rs"), include_str!("record.rs")].concat()
            }
            Self::Multilingual => {
                const WORDS: [&str; 12] = [
                    "bibliothèque",
                    "Öffnungszeiten",
                    "читальный зал",
                    "図書館は",
                    "開いています。",
                    "도서관",
                    "المكتبة",
                    "βιβλιοθήκη",
                    "पुस्तकालय",
                    "ngày mai",
                    "żółw",
                    "🙂👍",
                ];
                let mut random = Random(7);
                (0..20_000)
                    .map(|_| WORDS[random.next_number() as usize % WORDS.len()].to_owned() + " ")
                    .collect()
            }
            Self::Escaped => escaped().escape_default().to_string(),
        }
    }
}

fn bench(bencher: Bencher<'_, '_>, kind: Kind, mut count: impl FnMut(&str) -> u64) {
    let text = kind.text();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| count(black_box(&text)));
}

#[divan::bench(args = KINDS)]
fn warm(bencher: Bencher<'_, '_>, kind: Kind) {
    let mut counter = Counter::new(Encoding::O200kBase);
    bench(bencher, kind, |text| counter.count(text).expect("every text is counted"));
}

/// As many threads as there are cores, with a counter each; the throughput is that of all of them.
#[divan::bench(args = KINDS)]
fn warm_on_all_cores(bencher: Bencher<'_, '_>, kind: Kind) {
    /// So often that starting the threads does not count.
    const TIMES: usize = 20;
    let text = kind.text();
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut counters: Vec<Counter> = (0..threads).map(|_| Counter::new(Encoding::O200kBase)).collect();
    bencher.counter(BytesCount::new(text.len() * TIMES * threads)).bench_local(|| {
        thread::scope(|scope| {
            for counter in &mut counters {
                scope.spawn(|| {
                    for _ in 0..TIMES {
                        counter.count(black_box(&text)).expect("every text is counted");
                    }
                });
            }
        });
    });
}

#[divan::bench(args = KINDS)]
fn cold(bencher: Bencher<'_, '_>, kind: Kind) {
    let tokenizer = Tokenizer::of(Encoding::O200kBase, Engine::Fast);
    let text = kind.text();
    bencher
        .counter(BytesCount::of_str(&text))
        .with_inputs(|| tokenizer.counter())
        .bench_local_values(|mut counter| counter.count(black_box(&text)).expect("every text is counted"));
}

/// A tenth of a second or less for a megabyte, whatever it is: nothing may take its square.
#[divan::bench(args = hostile(), max_time = 0.2)]
fn endless(bencher: Bencher<'_, '_>, (encoding, unit, bytes): &(Encoding, &str, usize)) {
    let (_, break_after) = HOSTILE.into_iter().find(|(other, _)| other == unit).expect("one of these");
    let run = unit.repeat(if break_after > 0 { break_after } else { bytes / unit.len() });
    let text = if break_after > 0 { (run + "@").repeat(bytes / (break_after * unit.len() + 1)) } else { run };
    let mut counter = Counter::new(*encoding);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| counter.count(black_box(&text)).expect("every text is counted"));
}

/// Each kind of endless text under each encoding, as long and sixteen times as long.
fn hostile() -> Vec<(Encoding, &'static str, usize)> {
    let of = |encoding| HOSTILE.map(|(unit, _)| [1, 16].map(|times| (encoding, unit, times * 1_000_000)));
    ENCODINGS.into_iter().flat_map(of).flatten().collect()
}

#[cfg(feature = "tiktoken")]
#[divan::bench(args = KINDS, max_time = 2)]
fn tiktoken_rs(bencher: Bencher<'_, '_>, kind: Kind) {
    let mut counter =
        bedload_tokens::Tokenizer::of(Encoding::O200kBase, bedload_tokens::Engine::Tiktoken).counter();
    bench(bencher, kind, |text| counter.count(text).expect("countable"));
}

#[divan::bench(args = KINDS, max_time = 2)]
fn bpe_openai(bencher: Bencher<'_, '_>, kind: Kind) {
    let tokenizer = bpe_openai::o200k_base();
    bench(bencher, kind, |text| tokenizer.count(text) as u64);
}
