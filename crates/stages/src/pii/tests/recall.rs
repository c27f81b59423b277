//! How much is found of what people write, by kind: at least twenty of each, marked by hand, with traps beside them.

use super::marked::tally;
use super::*;

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
    let keys = private_keys();
    let lines = include_str!("recall.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
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
    .assert_eq(&tally(lines.chain(keys.iter().map(String::as_str))));
}
