//! Patterns of the service model, and where a string leaves one.

use regex_automata::hybrid::LazyStateID;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::util::start;
use regex_automata::util::syntax;
use regex_automata::{Anchored, nfa::thompson};

/// A pattern that the whole of a string must match.
pub(crate) struct Pattern {
    dfa: DFA,
    cache: Cache,
}

/// How a string fails a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// No string that begins like this one matches, from this byte on.
    At(usize),
    /// Longer strings that begin with this one may match.
    Short,
}

impl Pattern {
    /// Reads a pattern. The service reads them as Java does, where `\d` and `\s` are ASCII.
    pub(crate) fn new(pattern: &str) -> Result<Self, String> {
        let ascii = pattern
            .replace(r"\d", "[0-9]")
            .replace(r"\s", r"[ \t\n\x0B\f\r]")
            .replace(r"\S", r"[^ \t\n\x0B\f\r]");
        let dfa = DFA::builder()
            .syntax(syntax::Config::new())
            .thompson(thompson::Config::new().shrink(false))
            .configure(DFA::config().skip_cache_capacity_check(true))
            .build(&format!(r"\A(?:{ascii})\z"))
            .map_err(|error| error.to_string())?;
        let cache = dfa.create_cache();
        Ok(Self { dfa, cache })
    }

    /// Where `text` leaves the pattern; none where all of it matches.
    pub(crate) fn mismatch(&mut self, text: &str) -> Option<Mismatch> {
        let config = start::Config::new().anchored(Anchored::Yes);
        // The cache is emptied where it is full, and no limit is set on how often; so steps cannot fail.
        let mut state = self.dfa.start_state(&mut self.cache, &config).expect("an anchored start");
        for (at, &byte) in text.as_bytes().iter().enumerate() {
            state = self.step(state, byte);
            if state.is_dead() {
                return Some(Mismatch::At(at));
            }
        }
        let end = self.dfa.next_eoi_state(&mut self.cache, state).expect("the cache has no limit of clears");
        (!end.is_match()).then_some(Mismatch::Short)
    }

    fn step(&mut self, state: LazyStateID, byte: u8) -> LazyStateID {
        self.dfa.next_state(&mut self.cache, state, byte).expect("the cache has no limit of clears")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Model;

    #[test]
    fn all_patterns_of_the_model_are_read() {
        let mut n = 0;
        for service in Model::built_in().services() {
            for (name, shape) in service.shapes() {
                if let Some(pattern) = &shape.pattern {
                    assert!(Pattern::new(pattern).is_ok(), "{name}: {pattern}");
                    n += 1;
                }
            }
        }
        assert_eq!(n, 87);
    }

    #[test]
    fn the_whole_string_matches_or_the_place_is_known() {
        let check = |pattern: &str, text: &str| Pattern::new(pattern).expect("a pattern").mismatch(text);
        assert_eq!(check("a+b?", "aab"), None);
        assert_eq!(check("a+b?", "aabc"), Some(Mismatch::At(3)));
        assert_eq!(check("a+b?", "xaab"), Some(Mismatch::At(0)));
        assert_eq!(check("ab|c", "a"), Some(Mismatch::Short));
        assert_eq!(check("a", "a\n"), Some(Mismatch::At(1)));
        assert_eq!(check(r"\d", "٣"), Some(Mismatch::At(0)));
        assert_eq!(check(r"[\s\S]+", "\u{a0}é\n"), None);
        assert_eq!(check("(a$)|(^b$)", "b"), None);
        assert_eq!(check("[a-z0-9-]{1,3}", "a-ü"), Some(Mismatch::At(2)));
    }
}
