//! A corpus in which it is known what was copied from what, and how much of it was changed.

use bedload_benches::Random;

/// What a family of records was made as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A record of its own.
    Alone,
    /// Copies, byte for byte.
    Copy,
    /// A pair of this similarity, in hundredths.
    Near(u32),
    /// A, B made from A, and C made from B.
    Chain,
    /// One text with one slot.
    Template,
    /// Texts of one to eight words of a small lexicon.
    Short,
    /// The same words in another order.
    Shuffled,
    /// Other capitals and other punctuation.
    Case,
    /// Chinese, without spaces.
    Chinese,
    /// Emoji, some of them joined.
    Emoji,
}

impl Kind {
    /// How tables name it.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Near(hundredths) => format!("near, {}.{:02}", hundredths / 100, hundredths % 100),
            Self::Alone => "by chance".to_owned(),
            Self::Copy => "copies".to_owned(),
            Self::Chain => "chains".to_owned(),
            Self::Template => "templates".to_owned(),
            Self::Short => "short".to_owned(),
            Self::Shuffled => "shuffled words".to_owned(),
            Self::Case => "other case".to_owned(),
            Self::Chinese => "Chinese".to_owned(),
            Self::Emoji => "emoji".to_owned(),
        }
    }
}

/// A text, and the family that it was made in.
pub(crate) struct Planted {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) family: u32,
}

/// Similarities as (shingles of either text, shingles that they share) in the least whole numbers that have them, and
/// how many pairs of each among 20,000 records. Those at a threshold that is measured are the most.
const NEAR: [(u32, usize, usize, usize); 7] = [
    (95, 39, 38, 300),
    (90, 19, 18, 700),
    (85, 37, 34, 300),
    (80, 9, 8, 700),
    (75, 7, 6, 300),
    (70, 17, 14, 700),
    (50, 3, 2, 700),
];

/// The most shingles of a text in such a pair.
const SHINGLES_MAX: usize = 240;
/// Words of a shingle.
const SHINGLE: usize = 5;
/// Words of the lexicon.
const WORDS: u64 = 20_000;

/// So many records from a seed, in an order from the seed too.
pub(crate) fn plant(records: usize, seed: u64) -> Vec<Planted> {
    let mut planter = Planter { random: Random(seed), all: Vec::new(), family: 0, next_word: 0 };
    let of = |per_20_000: usize| (per_20_000 * records).div_ceil(20_000);
    for (hundredths, shingles, shared, pairs) in NEAR {
        (0..of(pairs)).for_each(|_| planter.near(hundredths, shingles, shared));
    }
    (0..of(300)).for_each(|_| planter.copies());
    (0..of(400)).for_each(|_| planter.chain());
    (0..of(20)).for_each(|_| planter.template());
    (0..of(1500)).for_each(|_| planter.short());
    (0..of(300)).for_each(|_| planter.shuffled());
    (0..of(300)).for_each(|_| planter.case());
    (0..of(700)).for_each(|_| planter.glyphs(Kind::Chinese));
    (0..of(350)).for_each(|_| planter.glyphs(Kind::Emoji));
    let Planter { mut random, mut all, family, .. } = planter;
    let families = (family..).take(records.saturating_sub(all.len()));
    for family in families {
        let words = words(&mut random, 10, 250);
        all.push(Planted { text: words.join(" "), kind: Kind::Alone, family });
    }
    for last in (1..all.len()).rev() {
        all.swap(last, random.next_number() as usize % (last + 1));
    }
    all.truncate(records);
    all
}

struct Planter {
    random: Random,
    all: Vec<Planted>,
    family: u32,
    /// Numbers the words that no other text has.
    next_word: u32,
}

/// Between `least` and `most` of the words of the lexicon.
fn words(random: &mut Random, least: usize, most: usize) -> Vec<String> {
    let count = least + random.next_number() as usize % (most - least + 1);
    (0..count).map(|_| format!("w{}", random.next_number() % WORDS)).collect()
}

impl Planter {
    fn below(&mut self, n: usize) -> usize {
        self.random.next_number() as usize % n
    }

    fn family(&mut self, kind: Kind, texts: impl IntoIterator<Item = String>) {
        let family = self.family;
        self.all.extend(texts.into_iter().map(|text| Planted { text, kind, family }));
        self.family += 1;
    }

    /// A word that no other text has.
    fn new_word(&mut self) -> String {
        self.next_word += 1;
        format!("new{}", self.next_word)
    }

    fn replace(&mut self, words: &mut [String], from: usize, count: usize) {
        words[from..from + count].iter_mut().for_each(|word| *word = self.new_word());
    }

    /// Replaces words of a text so that it loses so many of its shingles: words at an end, in a row in the middle, or
    /// here and there.
    fn lose(&mut self, words: &mut [String], shingles: usize) {
        let free = words.len() - SHINGLE + 1;
        let inner = shingles.checked_sub(SHINGLE - 1).filter(|&count| count > 0);
        let apart = shingles / SHINGLE;
        match (self.below(4), inner) {
            (0, _) | (_, None) => self.replace(words, words.len() - shingles, shingles),
            (1, _) => self.replace(words, 0, shingles),
            (2, Some(count)) => {
                let from = SHINGLE - 1 + self.below(free.saturating_sub(count + SHINGLE - 1).max(1));
                self.replace(words, from.min(words.len() - count), count);
            }
            _ if shingles.is_multiple_of(SHINGLE) && (apart + 1) * SHINGLE * 2 < words.len() => {
                let every = (words.len() - 2 * SHINGLE) / apart;
                (0..apart).for_each(|nth| self.replace(words, SHINGLE + nth * every, 1));
            }
            _ => self.replace(words, 0, shingles),
        }
    }

    fn near(&mut self, hundredths: u32, shingles: usize, shared: usize) {
        let times = 1 + self.below(SHINGLES_MAX / shingles);
        let len = shingles * times + SHINGLE - 1;
        let one = words(&mut self.random, len, len);
        let mut other = one.clone();
        self.lose(&mut other, (shingles - shared) * times);
        self.family(Kind::Near(hundredths), [one.join(" "), other.join(" ")]);
    }

    fn copies(&mut self) {
        let text = words(&mut self.random, 3, 200).join(" ");
        self.family(Kind::Copy, [text.clone(), text]);
    }

    /// Neighbours of 0.8 or more, whose ends are less alike.
    fn chain(&mut self) {
        let a = words(&mut self.random, 94, 94);
        let mut b = a.clone();
        self.replace(&mut b, 0, 10);
        let mut c = b.clone();
        self.replace(&mut c, 84, 10);
        self.family(Kind::Chain, [a, b, c].map(|words| words.join(" ")));
    }

    fn template(&mut self) {
        let of = words(&mut self.random, 12, 60);
        let slot = self.below(of.len());
        let texts: Vec<String> = (0..60)
            .map(|_| {
                let mut filled = of.clone();
                filled[slot] = words(&mut self.random, 1, 3).join(" ");
                filled.join(" ")
            })
            .collect();
        self.family(Kind::Template, texts);
    }

    fn short(&mut self) {
        let count = 1 + self.below(8);
        let words: Vec<String> = (0..count).map(|_| format!("s{}", self.below(12))).collect();
        self.family(Kind::Short, [words.join(" ")]);
    }

    fn shuffled(&mut self) {
        let one = words(&mut self.random, 5, 100);
        let mut other = one.clone();
        for last in (1..other.len()).rev() {
            let place = self.below(last + 1);
            other.swap(last, place);
        }
        self.family(Kind::Shuffled, [one.join(" "), other.join(" ")]);
    }

    fn case(&mut self) {
        let one = words(&mut self.random, 2, 120);
        let mut other = String::new();
        for word in &one {
            let upper = self.below(2) == 0;
            other += &if upper { word.to_uppercase() } else { word.clone() };
            other += [", ", "! ", " — ", "\n", "…"][self.below(5)];
        }
        self.family(Kind::Case, [one.join(" "), other]);
    }

    /// A pair of texts of characters that are words, of which some in one place are others, or more.
    fn glyphs(&mut self, kind: Kind) {
        let glyph = |random: &mut Random| {
            let number = random.next_number();
            let code = if kind == Kind::Chinese { 0x4E00 + number % 3000 } else { 0x1F300 + number % 0x300 };
            char::from_u32(code as u32).unwrap_or('文')
        };
        let count = 20 + self.below(120);
        let one: Vec<char> = (0..count).map(|_| glyph(&mut self.random)).collect();
        let mut other = one.clone();
        let (from, changed, more) = (self.below(count - 10), self.below(9), self.below(4));
        let new: Vec<char> = (0..changed + more).map(|_| glyph(&mut self.random)).collect();
        other.splice(from..from + changed, new);
        // What joins or follows a character parts words, and is none.
        let between = if kind == Kind::Emoji { "\u{200D}" } else { "" };
        let text = |glyphs: &[char]| -> String {
            let mut text = String::new();
            for &glyph in glyphs {
                text.push(glyph);
                if self.random.next_number().is_multiple_of(7) {
                    text += if kind == Kind::Chinese { "，" } else { between };
                }
            }
            text
        };
        let texts = [one, other].map({
            let mut text = text;
            move |glyphs| text(&glyphs)
        });
        self.family(kind, texts);
    }
}
