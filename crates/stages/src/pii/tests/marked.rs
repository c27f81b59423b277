//! Text in which everything personal is marked by hand, as `⟦kind:text⟧`; `¦` parts what would be found in the source itself.

use std::collections::BTreeMap;

use super::*;

/// A line without its marks, and where they were.
fn read(line: &str) -> (String, Vec<(&str, usize, usize)>) {
    let (mut text, mut marked) = (String::new(), Vec::new());
    for (n, part) in line.split(['⟦', '⟧']).enumerate() {
        let mark = part.split_once(':').filter(|_| n % 2 == 1);
        let from = text.len();
        text.extend(mark.map_or(part, |(_, own)| own).split('¦'));
        marked.extend(mark.map(|(kind, _)| (kind, from, text.len())));
    }
    (text, marked)
}

/// How much is found, missed and found wrongly, by kind, and what was not found right.
pub(super) fn tally<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let scanner = Scanner::new(Kinds::default());
    let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    let mut others = String::new();
    for line in lines {
        let (text, marked) = read(line);
        let mut hits = Vec::new();
        scanner.find(&text, &mut hits);
        let found: Vec<(&str, usize, usize)> =
            hits.iter().map(|hit| (hit.kind.name(), hit.start, hit.end)).collect();
        for mark in &marked {
            let is_found = found.contains(mark);
            counts.entry(mark.0).or_default()[usize::from(!is_found)] += 1;
            if !is_found {
                others += &format!("missed {}: {text}\n", mark.0);
            }
        }
        for &(kind, from, to) in found.iter().filter(|hit| !marked.contains(hit)) {
            counts.entry(kind).or_default()[2] += 1;
            others += &format!("wrong {kind}: {} in {text}\n", &text[from..to]);
        }
    }
    let shown = counts.iter().map(|(kind, [right, missed, wrong])| {
        format!("{kind}: {right} found, {missed} missed, {wrong} wrong\n")
    });
    shown.collect::<String>() + &others
}
