//! Keys and tokens that begin with a prefix of their issuer, and private keys.

use std::ops::RangeInclusive;

use super::Kind;
use super::text::{Bytes, is_word};

/// One issuer's tokens.
pub(super) struct Issued {
    pub(super) prefix: &'static str,
    pub(super) kind: Kind,
    /// How the rest is written.
    rest: Rest,
}

enum Rest {
    /// So many of these bytes, and none of them after these.
    Run(fn(u8) -> bool, RangeInclusive<usize>),
    /// Three parts of base64url with dots between them.
    Jwt,
    /// Up to the line that ends the block.
    Pem,
    /// A value after a name: `=` or `:`, quotes, and so many bytes.
    Value(fn(u8) -> bool, RangeInclusive<usize>),
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_alnum(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_url(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

fn is_dotted(byte: u8) -> bool {
    is_url(byte) || byte == b'.'
}

const fn issued(prefix: &'static str, kind: Kind, rest: Rest) -> Issued {
    Issued { prefix, kind, rest }
}

/// By prefix. As the issuers' documentation and GitHub's list of patterns for secret scanning have them (2026-11).
pub(super) const ISSUED: &[Issued] = &[
    issued("AKIA", Kind::CloudKey, Rest::Run(is_upper, 16..=16)),
    issued("ASIA", Kind::CloudKey, Rest::Run(is_upper, 16..=16)),
    issued("secret_access_key", Kind::CloudKey, Rest::Value(is_base64, 40..=40)),
    issued("SECRET_ACCESS_KEY", Kind::CloudKey, Rest::Value(is_base64, 40..=40)),
    issued("SecretAccessKey", Kind::CloudKey, Rest::Value(is_base64, 40..=40)),
    issued("secretAccessKey", Kind::CloudKey, Rest::Value(is_base64, 40..=40)),
    issued("AIza", Kind::CloudKey, Rest::Run(is_url, 35..=35)),
    issued("GOCSPX-", Kind::CloudKey, Rest::Run(is_url, 28..=28)),
    issued("ya29.", Kind::CloudKey, Rest::Run(is_url, 30..=400)),
    issued("AccountKey", Kind::CloudKey, Rest::Value(is_base64, 86..=88)),
    issued("SharedAccessKey", Kind::CloudKey, Rest::Value(is_base64, 43..=44)),
    issued("dop_v1_", Kind::CloudKey, Rest::Run(is_hex, 64..=64)),
    issued("ghp_", Kind::Token, Rest::Run(is_alnum, 36..=251)),
    issued("gho_", Kind::Token, Rest::Run(is_alnum, 36..=251)),
    issued("ghu_", Kind::Token, Rest::Run(is_alnum, 36..=251)),
    issued("ghs_", Kind::Token, Rest::Run(is_alnum, 36..=251)),
    issued("ghr_", Kind::Token, Rest::Run(is_alnum, 36..=251)),
    issued("github_pat_", Kind::Token, Rest::Run(is_word, 60..=251)),
    issued("glpat-", Kind::Token, Rest::Run(is_dotted, 20..=60)),
    issued("xoxb-", Kind::Token, Rest::Run(is_url, 20..=200)),
    issued("xoxp-", Kind::Token, Rest::Run(is_url, 20..=200)),
    issued("xoxa-", Kind::Token, Rest::Run(is_url, 20..=200)),
    issued("xoxr-", Kind::Token, Rest::Run(is_url, 20..=200)),
    issued("xoxs-", Kind::Token, Rest::Run(is_url, 20..=200)),
    issued("xapp-", Kind::Token, Rest::Run(is_url, 20..=200)),
    issued("sk_live_", Kind::Token, Rest::Run(is_alnum, 16..=250)),
    issued("rk_live_", Kind::Token, Rest::Run(is_alnum, 16..=250)),
    issued("sk_test_", Kind::Token, Rest::Run(is_alnum, 16..=250)),
    issued("whsec_", Kind::Token, Rest::Run(is_base64, 24..=80)),
    issued("sk-", Kind::Token, Rest::Run(is_url, 32..=250)),
    issued("hf_", Kind::Token, Rest::Run(is_alnum, 34..=40)),
    issued("npm_", Kind::Token, Rest::Run(is_alnum, 36..=36)),
    issued("pypi-AgE", Kind::Token, Rest::Run(is_url, 50..=400)),
    issued("SG.", Kind::Token, Rest::Run(is_dotted, 60..=70)),
    issued("dapi", Kind::Token, Rest::Run(is_hex, 32..=32)),
    issued("shpat_", Kind::Token, Rest::Run(is_hex, 32..=32)),
    issued("shpss_", Kind::Token, Rest::Run(is_hex, 32..=32)),
    issued("gsk_", Kind::Token, Rest::Run(is_alnum, 40..=60)),
    issued("dckr_pat_", Kind::Token, Rest::Run(is_url, 27..=27)),
    issued("hvs.", Kind::Token, Rest::Run(is_url, 24..=200)),
    issued("lin_api_", Kind::Token, Rest::Run(is_alnum, 40..=40)),
    issued("eyJ", Kind::Token, Rest::Jwt),
    issued("-----BEGIN ", Kind::PrivateKey, Rest::Pem),
];

/// No secret is longer. So that a text of nothing but prefixes takes no more time for each of them.
const SECRET_MAX: usize = 1 << 14;

/// The secret whose prefix is at a place: its kind, and where it begins and ends.
pub(super) fn at(text: Bytes<'_>, start: usize, issued: &Issued) -> Option<(Kind, usize, usize)> {
    let rest = start + issued.prefix.len();
    // What the prefix is the end of is another word, unless it is the name of what follows.
    let is_name = matches!(issued.rest, Rest::Value(..) | Rest::Pem);
    if !is_name && text.before(start).is_some_and(|byte| is_word(byte) || b"-/+".contains(&byte)) {
        return None;
    }
    let (from, end) = match &issued.rest {
        Rest::Run(is_part, len) => (start, run(text, rest, *is_part, len)?),
        Rest::Jwt => (start, jwt(text, start)?),
        Rest::Pem => return Some((issued.kind, start, pem(text, rest)?)),
        Rest::Value(is_part, len) => {
            let between = text[rest..].iter().take(12).take_while(|&byte| b"\"'`\\ \t:=>".contains(byte));
            let value = rest + between.count();
            (value, run(text, value, *is_part, len).filter(|_| value > rest)?)
        }
    };
    // The same few characters again stand for a secret.
    let own = if is_name { from } else { rest };
    is_random(&text[own..end]).then_some((issued.kind, from, end))
}

fn run(text: Bytes<'_>, start: usize, is_part: fn(u8) -> bool, len: &RangeInclusive<usize>) -> Option<usize> {
    let found = text[start..].iter().take(len.end() + 1).take_while(|&&byte| is_part(byte)).count();
    // A hyphen or full stop at its end is of the sentence.
    let own = text[start..start + found]
        .iter()
        .rposition(|&byte| byte != b'-' && byte != b'.')
        .map_or(0, |at| at + 1);
    len.contains(&own).then_some(start + own)
}

/// Returns true if a text has many different characters, digits and letters among them.
fn is_random(secret: &[u8]) -> bool {
    let mut seen = [false; 256];
    secret.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|&&seen| seen).count();
    let has = |is_it: fn(&u8) -> bool| secret.iter().any(is_it);
    // Words with hyphens between them are the name of something.
    let is_name = secret.contains(&b'-') && !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
    different >= 8 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !is_name
}

fn jwt(text: Bytes<'_>, start: usize) -> Option<usize> {
    let part = |start: usize| {
        start + text[start..].iter().take(SECRET_MAX).take_while(|&&byte| is_url(byte)).count()
    };
    let head = part(start);
    if head - start < 10 || !text[head..].starts_with(b".eyJ") {
        return None;
    }
    let body = part(head + 1);
    if text.get(body) != Some(&b'.') {
        return None;
    }
    let end = part(body + 1);
    (end - body > 10).then_some(end)
}

/// A block with a key in it, to the end of its last line, or of the text that looks like a key.
fn pem(text: Bytes<'_>, label: usize) -> Option<usize> {
    let line = &text[label..text.len().min(label + 48)];
    let dashes = line.windows(5).position(|five| five == b"-----")?;
    if !line[..dashes].ends_with(b"PRIVATE KEY") && !line[..dashes].ends_with(b"PRIVATE KEY BLOCK") {
        return None;
    }
    let body = label + dashes + 5;
    // Headers of an encrypted key have more than base64; a line feed may be written as an escape.
    let rest = &text[body..text.len().min(body + SECRET_MAX)];
    let is_part = |byte: &u8| is_base64(*byte) || b" \r\n\t\\-:,.()_\"".contains(byte);
    let len = rest.iter().take_while(|byte| is_part(byte)).count();
    let end = memchr::memmem::find(&rest[..len], b"-----END ").and_then(|at| {
        let close = memchr::memmem::find(&rest[at + 9..len], b"-----")?;
        Some(at + 9 + close + 5)
    });
    if let Some(end) = end {
        // Without a line of it, these are the words for a key and no key.
        let longest = rest[..end].split(|&byte| !is_base64(byte)).map(<[u8]>::len).max();
        return (longest >= Some(32)).then_some(body + end);
    }
    // Cut off: what is there of it.
    let key = rest.iter().take_while(|byte| is_base64(**byte) || b"\r\n\\".contains(byte)).count();
    (key >= 32).then(|| body + rest[..key].trim_ascii_end().len())
}
