//! What counting costs: this counter warm, on one core and on all, and cold, and two others, on texts of several kinds.
//! Throughput is of text, in bytes. `scripts/tokens.sh` times whole programs.

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
    /// One word without an end.
    Hostile,
}

const KINDS: [Kind; 5] = [Kind::English, Kind::Source, Kind::Multilingual, Kind::Escaped, Kind::Hostile];

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
            Self::Hostile => "^".repeat(100_000),
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

#[divan::bench(args = KINDS, max_time = 2)]
fn tiktoken_rs(bencher: Bencher<'_, '_>, kind: Kind) {
    let mut counter = Tokenizer::of(Encoding::O200kBase, Engine::Tiktoken).counter();
    bench(bencher, kind, |text| counter.count(text).expect("countable"));
}

#[divan::bench(args = KINDS, max_time = 2)]
fn bpe_openai(bencher: Bencher<'_, '_>, kind: Kind) {
    let tokenizer = bpe_openai::o200k_base();
    bench(bencher, kind, |text| tokenizer.count(text) as u64);
}
