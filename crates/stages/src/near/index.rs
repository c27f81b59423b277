//! Which candidates have a key.

/// Candidates by their keys, as they are added in ascending order of a number.
pub(super) struct Index {
    /// Where the numbers of each key begin, and how many there are now.
    begins: Vec<usize>,
    lens: Vec<u32>,
    numbers: Vec<u32>,
}

/// The most candidates whose keys are counted in a table for each thread.
const COUNTED_MAX: usize = 1 << 24;

/// Where a thread counts common keys.
#[derive(Default)]
pub(super) struct Common {
    counts: Vec<u8>,
    /// What was found, in order.
    pub(super) found: Vec<u32>,
}

impl Index {
    /// Empty, with room for the keys of so many candidates, which are below `n_keys`.
    pub(super) fn new<'a>(n_keys: usize, len: usize, keys: impl Fn(usize) -> &'a [u32]) -> Self {
        let mut begins = vec![0; n_keys];
        for candidate in 0..len {
            keys(candidate).iter().for_each(|&key| begins[key as usize] += 1);
        }
        let mut total = 0;
        for begin in &mut begins {
            total += std::mem::replace(begin, total);
        }
        Self { lens: vec![0; begins.len()], begins, numbers: vec![0; total] }
    }

    /// Adds a candidate of these keys under a number above all before.
    pub(super) fn add(&mut self, keys: &[u32], number: u32) {
        for &key in keys {
            let len = &mut self.lens[key as usize];
            self.numbers[self.begins[key as usize] + *len as usize] = number;
            *len += 1;
        }
    }

    #[inline]
    fn numbers(&self, key: u32, below: u32) -> &[u32] {
        let begin = self.begins[key as usize];
        let numbers = &self.numbers[begin..begin + self.lens[key as usize] as usize];
        match numbers.last() {
            Some(&last) if last >= below => &numbers[..numbers.partition_point(|&number| number < below)],
            _ => numbers,
        }
    }

    /// Finds the numbers below `below` of those that have at least `least` of these keys, ascending.
    pub(super) fn find(&self, keys: &[u32], below: u32, least: u8, common: &mut Common) {
        let Common { counts, found } = common;
        found.clear();
        if least < 2 || below as usize > COUNTED_MAX {
            keys.iter().for_each(|&key| found.extend_from_slice(self.numbers(key, below)));
            keep_common(found, least);
            return;
        }
        if counts.len() < below as usize {
            counts.resize(below as usize, 0);
        }
        let counts = &mut counts[..below as usize];
        for &key in keys {
            for &number in self.numbers(key, below) {
                let count = &mut counts[number as usize];
                *count = count.saturating_add(1);
                // Noted once, when it has enough of them.
                if *count == least {
                    found.push(number);
                }
            }
        }
        for &key in keys {
            self.numbers(key, below).iter().for_each(|&number| counts[number as usize] = 0);
        }
        found.sort_unstable();
    }
}

/// Sorts numbers, and keeps those that occur at least so often, once each.
pub(super) fn keep_common(found: &mut Vec<u32>, least: u8) {
    found.sort_unstable();
    let mut kept = 0;
    let mut at = 0;
    while at < found.len() {
        let same = found[at..].iter().take_while(|&&number| number == found[at]).count();
        if same >= usize::from(least) {
            found[kept] = found[at];
            kept += 1;
        }
        at += same;
    }
    found.truncate(kept);
}
