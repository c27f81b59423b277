//! How much is found of what people write, by kind: at least twenty of each, marked by hand, with traps beside them.

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

/// Private keys of all tools, in a file, in a file of another system, and in a string of JSON.
fn private_keys() -> Vec<String> {
    let labels = ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", "ANY "];
    let key = "MIIBPAIBAAJBANPQbQ92nlbeg1Q5JNHSO1Yey46nZ7GJltLWw1ccSvp7pnvmfUm";
    let lines = ["\n", "\r\n", "\\n"];
    let block = |label: &str, line: &str| {
        let [begin, end] = ["BEGIN", "END"].map(|edge| format!("-----{edge} {label}PRIVATE KEY-----"));
        format!("key = \"⟦private-key:{begin}{line}{key}{line}{key}{line}{end}⟧\"")
    };
    labels.iter().flat_map(|label| lines.map(|line| block(label, line))).collect()
}

#[test]
fn as_much_is_found_as_the_guide_says() {
    let scanner = Scanner::new(Kinds::default());
    let mut counts: BTreeMap<&str, [u64; 3]> = BTreeMap::new();
    let mut others = String::new();
    let keys = private_keys();
    let lines = include_str!("recall.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    for line in lines.chain(keys.iter().map(String::as_str)) {
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
    let shown: Vec<String> = counts
        .iter()
        .map(|(kind, [right, missed, wrong])| {
            format!("{kind}: {right} found, {missed} missed, {wrong} wrong\n")
        })
        .collect();
    expect![[r#"
        card: 22 found, 0 missed, 0 wrong
        cloud-key: 20 found, 0 missed, 0 wrong
        email: 22 found, 1 missed, 0 wrong
        iban: 21 found, 1 missed, 0 wrong
        ip-address: 24 found, 1 missed, 0 wrong
        national-id: 23 found, 1 missed, 0 wrong
        password: 20 found, 1 missed, 0 wrong
        phone: 26 found, 0 missed, 0 wrong
        private-key: 21 found, 0 missed, 0 wrong
        token: 21 found, 1 missed, 0 wrong
        missed email: jane (at) example (dot) com 
        missed iban: iban de89 3704 0044 0532 0130 00 in lower case
        missed national-id: NI number AB123456C
        missed token: discord bot token q7Rk2mZx9LpWv4TbN8sYc1Jd.Gg.E3uAa6 
        missed ip-address: curl -u x http://joe:letmein@10.0.0.1/
        missed password: password: hunter2 
    "#]]
    .assert_eq(&(shown.concat() + &others));
}
