//! Counts in messages: digits in groups of three, and nouns and verbs that agree with them.

/// Writes a count with a comma every three digits.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Chooses the word that goes with a count. Example: `agree(1, "is", "are")` is `is`.
pub fn agree<'w>(n: u64, one: &'w str, many: &'w str) -> &'w str {
    if n == 1 { one } else { many }
}

/// Writes a count with its noun. Example: `plural(1_000, "record", "records")` is `1,000 records`.
pub fn plural(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), agree(n, one, many))
}

/// Writes a part of a total with its noun. Example: `part_of(1, 20, "record", "records")` is `1 of 20 records`.
pub fn part_of(n: u64, total: u64, one: &str, many: &str) -> String {
    format!("{} of {}", count(n), plural(total, one, many))
}

/// Writes the few of something that were examined. Example: `first(3, "record", "records")` is `the 3 records examined at
/// the beginning`.
pub fn first(n: u64, one: &str, many: &str) -> String {
    let what = if n == 1 { one.to_owned() } else { plural(n, one, many) };
    format!("the {what} examined at the beginning")
}

/// Writes how many of the first records are something, with the verb.
pub fn of_first_records(n: u64, total: u64) -> String {
    let records = first(total, "record", "records");
    let verb = agree(n, "is", "are");
    if n == total { format!("{records} {verb}") } else { format!("{} of {records} {verb}", count(n)) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(n: u64, total: u64, expected: &Expect) {
        let part = part_of(n, total, "record", "records");
        expected.assert_eq(&format!("{part} {} new", agree(n, "is", "are")));
    }

    #[test]
    fn nouns_agree_with_the_total_and_verbs_with_the_part() {
        check(0, 1, &expect!["0 of 1 record are new"]);
        check(1, 1, &expect!["1 of 1 record is new"]);
        check(1, 2, &expect!["1 of 2 records is new"]);
        check(999, 1_000, &expect!["999 of 1,000 records are new"]);
        check(1_234_567, 12_345_678, &expect!["1,234,567 of 12,345,678 records are new"]);
    }

    #[test]
    fn the_first_records_are_counted_only_where_there_are_several() {
        let said = [(0, 1), (1, 1), (1, 120), (119, 120), (120, 120)].map(|(n, of)| of_first_records(n, of));
        let expected = expect![[r#"
            0 of the record examined at the beginning are
            the record examined at the beginning is
            1 of the 120 records examined at the beginning is
            119 of the 120 records examined at the beginning are
            the 120 records examined at the beginning are"#]];
        expected.assert_eq(&said.join("\n"));
    }
}
