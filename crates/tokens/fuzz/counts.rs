//! Counts of any text under any encoding, against tiktoken-rs. A counter goes on with what it has seen before.
#![no_main]

use std::cell::RefCell;

use bedload_tokens::{Counter, Encoding, Engine, Tokenizer};
use libfuzzer_sys::fuzz_target;

thread_local! {
    /// Ours and theirs, by encoding.
    static COUNTERS: RefCell<Vec<[Counter; 2]>> = RefCell::new(
        Encoding::ALL
            .map(|encoding| [Engine::Fast, Engine::Tiktoken].map(|engine| Tokenizer::of(encoding, engine).counter()))
            .into(),
    );
}

fuzz_target!(|input: (u8, u8, String)| {
    let (encoding, times, text) = input;
    // Some repetition, which merging and caches have to live with.
    let text = text.repeat(1 + usize::from(times % 4) * usize::from(text.len() < 256));
    COUNTERS.with_borrow_mut(|counters| {
        let encoding = usize::from(encoding) % counters.len();
        let [ours, theirs] = counters[encoding].each_mut().map(|counter| counter.count(&text));
        assert_eq!(ours, theirs, "{} {text:?}", Encoding::ALL[encoding]);
    });
});
