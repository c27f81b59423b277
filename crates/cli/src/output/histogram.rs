//! A distribution in one line of text.

use bedload_record::Bin;
use bedload_record::plural::count;

/// The most columns that it takes.
const COLUMNS: usize = 32;
/// Heights, the lowest first.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How many values there are from the lowest to the highest, each column as many times as large as the one before it:
/// an eighth of a power of two, or several where that is too fine. None where all values are in one column.
pub(super) fn histogram(bins: &[(Bin, u64)]) -> Option<String> {
    let ((first, _), (last, _)) = (bins.first()?, bins.last()?);
    let n_bins = last.number() - first.number() + 1;
    if n_bins == 1 {
        return None;
    }
    let width = n_bins.div_ceil(COLUMNS);
    let mut columns = vec![0u64; n_bins.div_ceil(width)];
    bins.iter().for_each(|(bin, n)| columns[(bin.number() - first.number()) / width] += n);
    let most = columns.iter().copied().max().unwrap_or(0).max(1);
    let block = |n: u64| match n {
        0 => ' ',
        n => BLOCKS[((u128::from(n) * 8).div_ceil(u128::from(most)) as usize).clamp(1, 8) - 1],
    };
    let bars: String = columns.into_iter().map(block).collect();
    Some(format!("{} {bars} {}", count(first.low()), count(last.high())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(values: &[(u64, u64)], expected: Expect) {
        let bins: Vec<(Bin, u64)> = values.iter().map(|&(value, n)| (Bin::of(value), n)).collect();
        expected.assert_eq(&histogram(&bins).unwrap_or_default());
    }

    #[test]
    fn columns_are_as_high_as_there_are_values() {
        check(&[(3, 1), (4, 10), (5, 80), (8, 40)], expect!["3 ▁▁█  ▄ 8"]);
        check(&[(1, 1), (1 << 40, 1)], expect!["1 █                             █ 1,236,950,581,247"]);
        check(&[(7, 5)], expect![""]);
        check(&[], expect![""]);
    }
}
