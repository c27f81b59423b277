//! Generated data: the same from the same seed, on every machine.

use serde_json::json;

/// Numbers from a seed: `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

const WORDS: [&str; 12] =
    ["gravel", "sand", "Fluß", "silt", "漢字", "delta", "🪨", "bed", "load", "\"q\"", "a\\b", "é"];

/// A few words, not always the same number of them.
pub(crate) fn words(random: &mut Random) -> String {
    let n = 1 + random.below(6);
    (0..n).map(|_| *random.pick(&WORDS)).collect::<Vec<_>>().join(" ")
}

/// Plain records, each with a prompt of its own.
pub(crate) fn plain(records: usize) -> Vec<String> {
    (0..records).map(|n| record(&format!("prompt {n}"), &format!("completion {n}"))).collect()
}

/// One record, as most writers write it.
pub(crate) fn record(prompt: &str, completion: &str) -> String {
    json!({"prompt": prompt, "completion": completion}).to_string()
}

/// Records of classes: so many of each label.
pub(crate) fn labelled(classes: &[(&str, usize)]) -> Vec<String> {
    let mut records: Vec<String> = classes
        .iter()
        .flat_map(|&(label, n)| (0..n).map(move |n| record(&format!("is this {label}, case {n}?"), label)))
        .collect();
    Random(1).shuffle(&mut records);
    records
}

/// A record written in one of many ways that mean the same: order, spacing, escapes, other keys.
fn written(random: &mut Random, prompt: &str, completion: &str) -> String {
    let quoted = |random: &mut Random, text: &str| match random.below(3) {
        0 => {
            text.chars().fold("\"".to_owned(), |out, c| {
                let mut units = [0; 2];
                let escaped = |out: String, unit: &u16| format!("{out}\\u{unit:04X}");
                c.encode_utf16(&mut units).iter().fold(out, escaped)
            }) + "\""
        }
        _ => json!(text).to_string(),
    };
    let space = *random.pick(&["", " ", "  ", "\t"]);
    let prompt = format!("\"prompt\"{space}:{space}{}", quoted(random, prompt));
    let key = random.pick(&["completion", "complet\\u0069on"]);
    let completion = format!("\"{key}\":{space}{}", quoted(random, completion));
    let other = *random.pick(&["", ",\"id\":1.10", ",\"tags\":[\"a\\/b\",{}]"]);
    match random.below(2) {
        0 => format!("{{{prompt},{completion}{other}}}{space}"),
        _ => format!("{space}{{ {completion}{space},{prompt}{other} }}"),
    }
}

/// A corpus as it comes: records in all spellings, copies of earlier ones, prompts that recur, and faults of every
/// kind. Lines without their ends.
pub(crate) fn mixed(lines: usize, seed: u64) -> Vec<Vec<u8>> {
    let random = &mut Random(seed);
    let mut seen: Vec<(String, String)> = Vec::new();
    (0..lines)
        .map(|n| {
            let (prompt, completion) = match random.below(10) {
                0 | 1 if !seen.is_empty() => random.pick(&seen).clone(),
                2 if !seen.is_empty() => (random.pick(&seen).0.clone(), words(random)),
                _ => (format!("{} {n}", words(random)), words(random)),
            };
            seen.push((prompt.clone(), completion.clone()));
            let line = written(random, &prompt, &completion).into_bytes();
            if random.below(5) == 0 { faulty(random, line) } else { line }
        })
        .collect()
}

/// One of many faults, made from a good line or not.
fn faulty(random: &mut Random, mut line: Vec<u8>) -> Vec<u8> {
    let n = random.below(20);
    let at = random.below(line.len());
    let fixed: &[u8] = match n {
        0 => b"",
        1 => b" \t ",
        2 => b"[1,2]",
        3 => b"null",
        4 => br#"{"prompt":"p"}"#,
        5 => br#"{"prompt":"p","completion":null}"#,
        6 => br#"{"prompt":"p","completion":" \n\u00a0"}"#,
        7 => br#"{"prompt":"","completion":"c"}"#,
        8 => br#"{"prompt":"p","completion":"c","completion":"d"}"#,
        9 => br#"{"prompt":"p","completion":"c","x":[{"a":1,"\u0061":1}]}"#,
        10 => br#"{"prompt":"p\ud800","completion":"c"}"#,
        11 => br#"{"prompt":"p","completion":"c","n":-1e999}"#,
        12 => b"\xEF\xBB\xBF{\"prompt\":\"p\",\"completion\":\"c\"}",
        13 => br#"{"prompt":"p","completion":"c"} {}"#,
        14 => br#"{"Prompt":"p","completion":"c"}"#,
        15 => br#"{"prompt":["p"],"completion":"c"}"#,
        16 => {
            // Cut off at any byte, which may leave half a character.
            line.truncate(at);
            return line;
        }
        17 => {
            line[at] = 0xFF;
            return line;
        }
        18 => {
            line.insert(at, b'\r');
            return line;
        }
        _ => {
            let deep = 120 + random.below(12);
            let deep = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
            return format!(r#"{{"prompt":"deep","completion":"{at}","x":{deep}}}"#).into_bytes();
        }
    };
    fixed.to_vec()
}

/// The lines as a file: most end with LF, some with CRLF, the last with nothing.
pub(crate) fn file_of(lines: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        file.extend_from_slice(line);
        if n + 1 < lines.len() {
            file.extend_from_slice(if n % 7 == 3 { b"\r\n" } else { b"\n" });
        }
    }
    file
}
