//! Text for corpora: words of a made-up lexicon, the frequent ones as frequent as in a language.

use std::ops::Range;

use bedload_benches::Random;

/// What texts are made from.
pub(crate) struct Texts {
    pub(crate) random: Random,
    latin: Vec<String>,
    others: Vec<Script>,
}

/// The words of one script, and what stands between them.
struct Script {
    words: Vec<String>,
    between: &'static str,
}

/// Words of a lexicon, a power of two.
const WORDS: u32 = 1 << 14;

/// First and last letters of scripts, how many letters a word has at most, and what stands between words.
const SCRIPTS: [(char, char, u64, &str); 7] = [
    ('а', 'я', 9, " "),
    ('α', 'ω', 9, " "),
    ('ا', 'ي', 7, " "),
    ('क', 'ह', 6, " "),
    ('一', '龥', 3, ""),
    ('가', '힣', 4, " "),
    ('ぁ', 'ん', 4, ""),
];

impl Texts {
    pub(crate) fn new() -> Self {
        let mut random = Random(7);
        let latin = (0..WORDS).map(|rank| latin_word(&mut random, rank)).collect();
        let others = SCRIPTS.map(|(first, last, letters_max, between)| {
            let letters: Vec<char> = (first..=last).collect();
            let word = |_| {
                let count = 1 + random.next_number() % letters_max;
                let mut letter = || letters[(random.next_number() % letters.len() as u64) as usize];
                (0..count).map(|_| letter()).collect()
            };
            Script { words: (0..WORDS).map(word).collect(), between }
        });
        Self { random, latin, others: others.into() }
    }

    /// A number of bytes in a range.
    pub(crate) fn length(&mut self, range: Range<u64>) -> usize {
        (range.start + self.random.next_number() % (range.end - range.start)) as usize
    }

    /// The place of a word: each octave of the lexicon as likely as any other, which is Zipf's law.
    fn rank(&mut self) -> usize {
        let octave = self.random.next_number() % u64::from(WORDS.ilog2());
        (self.random.next_number() % (2 << octave)) as usize
    }

    /// Adds words of Latin script with punctuation, numbers and a few accents.
    pub(crate) fn prose(&mut self, bytes: usize, out: &mut String) {
        let end = out.len() + bytes;
        while out.len() < end {
            let rank = self.rank();
            out.push_str(&self.latin[rank]);
            out.push_str(match self.random.next_number() % 64 {
                0..4 => ", ",
                4..8 => ". ",
                8 => "? ",
                9 => "'s ",
                10 => " - ",
                11 => " 2026 ",
                12 => ": 17.5 ",
                13 => "\\n",
                _ => " ",
            });
        }
    }

    /// Adds sentences of all scripts, and emoji.
    pub(crate) fn multilingual(&mut self, bytes: usize, out: &mut String) {
        let end = out.len() + bytes;
        while out.len() < end {
            let script = (self.random.next_number() % (SCRIPTS.len() as u64 + 1)) as usize;
            if script == SCRIPTS.len() {
                self.prose(60, out);
            } else {
                for _ in 0..8 {
                    let rank = self.rank();
                    out.push_str(&self.others[script].words[rank]);
                    out.push_str(self.others[script].between);
                }
            }
            out.push_str(["。", ". ", "! ", " 🙂 ", "👩‍🔬 "][(self.random.next_number() % 5) as usize]);
        }
    }

    /// Adds code and quotations, as other tools escape them.
    pub(crate) fn escaped(&mut self, bytes: usize, out: &mut String) {
        let end = out.len() + bytes;
        while out.len() < end {
            let rank = self.rank();
            out.push_str(&self.latin[rank]);
            let escapes = ["\\n\\t", "\\\"", "\\\\", "\\u00e9", "\\ud83d\\ude42", "\\/", " ", " = "];
            out.push_str(escapes[(self.random.next_number() % escapes.len() as u64) as usize]);
        }
    }
}

/// A word of syllables; the more frequent, the shorter.
fn latin_word(random: &mut Random, rank: u32) -> String {
    let mut pick = |from: &[&'static str]| from[(random.next_number() % from.len() as u64) as usize];
    let mut word = String::new();
    for _ in 0..=rank.checked_ilog2().unwrap_or(0) / 4 {
        word +=
            pick(&["b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr"]);
        word += pick(&["a", "e", "i", "o", "u", "ea", "io", "ou", "é"]);
        word += pick(&["", "", "n", "r", "s", "t", "ng", "nd"]);
    }
    if rank % 16 == 5 {
        word[..1].make_ascii_uppercase();
    }
    word
}
