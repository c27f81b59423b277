//! IP addresses: those that can be somebody's, not the ones that are the same on every machine, and not versions.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::text::{Bytes, is_word};

/// Before numbers that look like addresses and are none.
const VERSIONS: &[&str] = &[
    "version",
    "ver.",
    "ver ",
    "v.",
    "v ",
    "release",
    "rev",
    "build",
    "section",
    "sec.",
    "chapter",
    "figure",
    "fig.",
    "table",
    "article",
    "clause",
    "step",
    "appendix",
    "firmware",
    "assembly",
    "update",
    "patch",
    "upgrade",
    "downgrade",
    "kernel",
    "driver",
    "oid",
    "§",
];

/// Before numbers of few digits that are addresses all the same.
const ADDRESSES: &[&str] = &[
    "ip", "address", "host", "server", "ping", "dns", "subnet", "gateway", "inet", "route", "proxy",
    "network", "peer", "client", "://",
];

/// Versions, sections and identifiers of objects have six digits at most; so has one of a thousand addresses.
const FEW_DIGITS: usize = 6;

/// Public name servers, which are addresses whatever is said of them.
const RESOLVERS: &[[u8; 4]] = &[[1, 0, 0, 1], [1, 1, 1, 1], [8, 8, 4, 4], [8, 8, 8, 8], [9, 9, 9, 9]];

/// The IPv4 address that begins at a digit.
pub(super) fn v4(text: Bytes<'_>, start: usize) -> Option<usize> {
    let mut octets = [0u8; 4];
    let mut end = start;
    for (n, octet) in octets.iter_mut().enumerate() {
        if n > 0 {
            if text.get(end) != Some(&b'.') {
                return None;
            }
            end += 1;
        }
        let digits = text.get(end..)?.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let part = &text[end..end + digits];
        if part.is_empty() || (part.len() > 1 && part[0] == b'0') {
            return None;
        }
        *octet = std::str::from_utf8(part).ok()?.parse().ok()?;
        end += digits;
    }
    // A part of something longer, or of a product's name: Chrome/4.0.249.0.
    let is_url = start >= 3 && text[start - 3..start] == *b"://";
    let is_path = !is_url && text.before(start) == Some(b'/');
    let goes_on = match text.get(end) {
        Some(b'.' | b'-') => text.get(end + 1).is_some_and(|&byte| is_word(byte)),
        Some(&byte) => is_word(byte),
        None => false,
    };
    let is_short = end - start <= FEW_DIGITS + 3 && octets.iter().all(|&octet| octet < 100);
    // Of a user, and not a version of a package.
    let is_host = text.before(start) == Some(b'@') && !is_short;
    if is_path || goes_on || (!text.begins(start) && !is_url && !is_host) {
        return None;
    }
    let address = Ipv4Addr::from(octets);
    let is_nobodys = address.is_unspecified()
        || octets[0] == 0
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || octets[0] >= 240;
    if is_nobodys
        || text.says(start, VERSIONS)
        || is_release(text, end)
        || is_among_decimals(text, start, end)
    {
        return None;
    }
    let is_sure = octets[0] == 10 || RESOLVERS.contains(&octets) || has_port(text, end);
    (!is_short || is_sure || text.says(start, ADDRESSES)).then_some(end)
}

/// Returns true if a port, or the length of a network, follows.
fn has_port(text: Bytes<'_>, end: usize) -> bool {
    let digits = text[end..].iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    match text.get(end) {
        Some(b':') => (2..=5).contains(&digits),
        Some(b'/') => (1..=2).contains(&digits),
        _ => false,
    }
}

/// Returns true if the word after it says that it is a version.
fn is_release(text: Bytes<'_>, end: usize) -> bool {
    let after = &text[end..text.len().min(end + 10)];
    let after = after.trim_ascii_start();
    after.len() < 10
        && ["release", "version", "build", "final", "beta"].iter().any(|word| {
            after.get(..word.len()).is_some_and(|after| after.eq_ignore_ascii_case(word.as_bytes()))
        })
}

/// Returns true if decimals stand on both sides, as in the path of a drawing, where `3.51.98.32` is four numbers.
fn is_among_decimals(text: Bytes<'_>, start: usize, end: usize) -> bool {
    let before = text[..start].strip_suffix(b" ").and_then(|before| {
        let digits = before.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        before[..before.len() - digits].last().filter(|_| digits > 0)
    });
    let after = text[end..].strip_prefix(b" ").map(|after| {
        let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
        after.get(digits)
    });
    before == Some(&b'.') && after == Some(Some(&b'.'))
}

/// The IPv6 address that begins at a hexadecimal digit.
pub(super) fn v6(text: Bytes<'_>, start: usize) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':' || *byte == b'.';
    let mut end = start + text[start..].iter().take(46).take_while(|byte| is_part(byte)).count();
    // The full stop of a sentence, or a colon before what is said of the address.
    while end > start && !text[end - 1].is_ascii_hexdigit() {
        end -= 1;
    }
    let colons = memchr::memchr_iter(b':', &text[start..end]).count();
    let before = text.before(start);
    let is_alone = before.is_none_or(|byte| !is_word(byte) && !b":.-".contains(&byte))
        && text.get(end).is_none_or(|&byte| !is_word(byte));
    if colons < 2 || !is_alone {
        return None;
    }
    let address: Ipv6Addr = std::str::from_utf8(&text[start..end]).ok()?.parse().ok()?;
    let head = address.segments()[0];
    // What is routed, and what is local to a site; every other prefix is the same everywhere, or names in code.
    let is_somebodys = (0x2000..0x4000).contains(&head) || (0xfc00..0xfe00).contains(&head);
    (is_somebodys && text[start..end].iter().filter(|byte| byte.is_ascii_digit()).count() > 1).then_some(end)
}
