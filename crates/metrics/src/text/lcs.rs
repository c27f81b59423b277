//! The length of the longest common subsequence, 64 words of the reference at a time (Hyyrö 2004).

use super::tokens::Numbers;

/// Buffers of the computation.
#[derive(Debug, Default)]
pub(super) struct Lcs {
    /// A bit for each word of the reference; those that are 0 are the length so far.
    row: Vec<u64>,
    /// Where in the reference each word stands, word by word.
    places: Vec<u32>,
    /// Where in `places` each word's begin, and one more.
    starts: Vec<u32>,
}

impl Lcs {
    /// The length for these texts.
    pub(super) fn length(&mut self, numbers: &Numbers) -> usize {
        let Self { row, places, starts } = self;
        let Numbers { reference, prediction, counts, .. } = numbers;
        starts.clear();
        starts.push(0);
        let mut sum = 0;
        for n in counts {
            sum += n;
            starts.push(sum);
        }
        places.clear();
        places.resize(reference.len(), 0);
        // Each word's places are put from the end of its range on, which leaves its beginning there.
        for (at, &word) in reference.iter().enumerate().rev() {
            let end = &mut starts[word as usize + 1];
            *end -= 1;
            places[*end as usize] = at as u32;
        }
        starts.push(sum);
        row.clear();
        row.resize(reference.len().div_ceil(64), u64::MAX);
        for &word in prediction {
            let from = starts[word as usize + 1] as usize;
            let to = starts[word as usize + 2] as usize;
            step(row, &places[from..to]);
        }
        let unused = row.len() * 64 - reference.len();
        let zeros: usize = row.iter().map(|bits| bits.count_zeros() as usize).sum();
        let last = row.last().map_or(0, |bits| (!bits).leading_zeros() as usize);
        // Bits beyond the reference are never matched, but a carry may clear none of them either.
        debug_assert!(last >= unused, "the bits beyond the reference stay 1");
        zeros
    }
}

/// Takes in one word of the prediction, which stands at these places of the reference, in ascending order. Of the row
/// it touches the parts that have one of them, and those that a carry runs through.
fn step(row: &mut [u64], places: &[u32]) {
    let (mut part, mut carry) = (0, false);
    let mut places = places.iter().map(|&at| at as usize).peekable();
    while let Some(&next) = places.peek() {
        run_carry(row, &mut part, &mut carry, next / 64);
        part = next / 64;
        let mut mask = 0u64;
        while let Some(at) = places.next_if(|at| at / 64 == part) {
            mask |= 1 << (at % 64);
        }
        let bits = row[part];
        let (sum, over) = bits.overflowing_add(bits & mask);
        let (sum, over_again) = sum.overflowing_add(u64::from(carry));
        row[part] = sum | (bits & !mask);
        carry = over | over_again;
        part += 1;
    }
    let end = row.len();
    run_carry(row, &mut part, &mut carry, end);
}

/// Adds a carry to the parts before `end`, for as long as there is one.
fn run_carry(row: &mut [u64], part: &mut usize, carry: &mut bool, end: usize) {
    while *carry && *part < end {
        let bits = row[*part];
        let (sum, over) = bits.overflowing_add(1);
        row[*part] = sum | bits;
        *carry = over;
        *part += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::rouge;
    use crate::text::tokens::Tokens;

    /// The textbook's way.
    fn plain(a: &[u8], b: &[u8]) -> usize {
        let mut row = vec![0; b.len() + 1];
        for x in a {
            let mut diagonal = 0;
            for (j, y) in b.iter().enumerate() {
                let above = row[j + 1];
                row[j + 1] = if x == y { diagonal + 1 } else { above.max(row[j]) };
                diagonal = above;
            }
        }
        row[b.len()]
    }

    fn length(a: &[u8], b: &[u8]) -> usize {
        let words = |list: &[u8]| {
            let text: Vec<String> = list.iter().map(u8::to_string).collect();
            let mut tokens = Tokens::default();
            rouge::words(&text.join(" "), &mut tokens);
            tokens
        };
        let mut numbers = Numbers::default();
        numbers.number(&words(a), &words(b));
        Lcs::default().length(&numbers)
    }

    proptest! {
        #[test]
        fn it_is_that_of_the_textbook(
            a in prop::collection::vec(0u8..4, 0..300),
            b in prop::collection::vec(0u8..5, 0..300),
        ) {
            prop_assert_eq!(length(&a, &b), plain(&a, &b));
        }

        #[test]
        fn many_different_words_too(
            a in prop::collection::vec(0u8..200, 0..300),
            b in prop::collection::vec(0u8..200, 0..300),
        ) {
            prop_assert_eq!(length(&a, &b), plain(&a, &b));
        }
    }

    #[test]
    fn a_text_has_itself_in_common() {
        for n in [0usize, 1, 63, 64, 65, 128, 200] {
            let a: Vec<u8> = (0..n).map(|n| (n % 3) as u8).collect();
            assert_eq!(length(&a, &a), n);
        }
    }
}
