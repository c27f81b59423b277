//! E-mail addresses, and passwords in URLs: both have an `@`.

use super::Kind;
use super::text::{Bytes, is_word};

/// File names such as `icon@2x.png`, and packages of versions, look like addresses but for what they end with.
const NO_DOMAINS: &[&str] =
    &["png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "css", "js", "jar", "zip", "exe", "dll"];

/// Most bytes before and after the `@` (RFC 5321).
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 253;

/// What the `@` at a place is part of, if it is an address or follows a password.
pub(super) fn at(text: Bytes<'_>, at: usize) -> Option<(Kind, usize, usize)> {
    if let Some(user) = user_of_url(text, at) {
        let (start, end) = password(text, user, at)?;
        return Some((Kind::Password, start, end));
    }
    let (start, end) = address(text, at)?;
    Some((Kind::Email, start, end))
}

fn address(text: Bytes<'_>, at: usize) -> Option<(usize, usize)> {
    let is_local = |byte: u8| is_word(byte) || b".%+-!#$&'*/=?^`{|}~".contains(&byte);
    let most = at.saturating_sub(LOCAL_MAX);
    let mut start = at;
    while start > most {
        match &text[most..start] {
            [.., byte] if is_local(*byte) => start -= 1,
            [.., lead, next] if is_letter(*lead) && is_rest(*next) => start -= 2,
            _ => break,
        }
    }
    let begins = |byte: u8| is_word(byte) || is_letter(byte);
    // Of the marks that may begin a name, most are what stands before it: a quote, a brace, an equals sign, a slash.
    while start < at && !begins(text[start]) {
        start += 1;
    }
    let is_mark =
        |(n, byte): (usize, &u8)| b"!#$&'*/=?^`{|}~".contains(byte) && !is_apostrophe(&text[start..at], n);
    if let Some(mark) = text[start..at].iter().enumerate().rev().find(|&mark| is_mark(mark)) {
        start += mark.0 + 1;
    }
    let local = &text[start..at];
    if local.is_empty()
        || local.ends_with(b".")
        || !begins(local[0])
        || local.windows(2).any(|two| two == b"..")
    {
        return None;
    }
    // `@user@host` is the name of an account elsewhere, and `git@` the account of all users of a server.
    if text.before(start) == Some(b'@') || local == b"git" || text.get(at + 1) == Some(&b'@') {
        return None;
    }
    if text.says_on_line(start, &["message-id", "content-id", "in-reply-to", "references:", "cid:", "msgid"])
    {
        return None;
    }
    let end = domain(text, at + 1, true).or_else(|| domain(text, at + 1, false))?;
    if text.get(end) == Some(&b'_') {
        // Emphasis in Markdown.
        start += local.iter().take_while(|&&byte| byte == b'_').count();
    }
    // A remote place: host:path.
    let is_remote =
        text.get(end) == Some(&b':') && text.get(end + 1).is_some_and(|&byte| is_word(byte) || byte == b'/');
    (!is_remote || text[end + 1].is_ascii_digit()).then_some((start, end))
}

/// The first byte of a letter of Latin, Greek or Cyrillic beyond ASCII. Scripts without spaces are in other blocks.
fn is_letter(byte: u8) -> bool {
    matches!(byte, 0xC3..=0xD4)
}

/// The second byte of a letter.
fn is_rest(byte: u8) -> bool {
    matches!(byte, 0x80..=0xBF)
}

/// Returns true for the mark in `o'brien`, and false where it begins a string, such as `f'joe`.
fn is_apostrophe(local: &[u8], at: usize) -> bool {
    let before = local[..at].iter().rev().take_while(|&&byte| is_word(byte)).count();
    let word = &local[at - before..at];
    let is_prefix = word.len() < 3 && word.iter().all(|byte| b"bfruBFRU".contains(byte));
    local[at] == b'\'' && !is_prefix && local.get(at + 1).is_some_and(|&byte| is_word(byte))
}

/// One past the end of the domain that begins at a place, which may have letters beyond ASCII.
fn domain(text: Bytes<'_>, start: usize, has_letters: bool) -> Option<usize> {
    let is_domain = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || *byte == b'-'
            || *byte == b'.'
            || has_letters && (is_letter(*byte) || is_rest(*byte))
    };
    let most = text.len().min(start + DOMAIN_MAX);
    let mut end = start + text[start..most].iter().take_while(|byte| is_domain(byte)).count();
    while end > start && !text[end - 1].is_ascii_alphanumeric() {
        end -= 1;
    }
    let name = &text[start..end];
    let dot = name.iter().rposition(|&byte| byte == b'.')?;
    let top = &name[dot + 1..];
    let is_top =
        (2..=24).contains(&top.len()) && top.iter().all(u8::is_ascii_alphabetic) || top.starts_with(b"xn--");
    let is_label = |label: &[u8]| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with(b"-") && !label.ends_with(b"-")
    };
    let is_file = NO_DOMAINS.iter().any(|other| other.as_bytes().eq_ignore_ascii_case(top));
    let is_name = is_top && !is_file && name.split(|&byte| byte == b'.').all(is_label);
    // What goes on with an underscore and more, or is called, is no domain that ends here.
    let goes_on = match text.get(end) {
        Some(b'_') => text.get(end + 1).is_some_and(|&byte| is_word(byte)),
        Some(b'(') => true,
        _ => false,
    };
    (is_name && !goes_on).then_some(end)
}

/// Where the user begins of `scheme://user@host` or `scheme://user:password@host`: no address of a person.
fn user_of_url(text: Bytes<'_>, at: usize) -> Option<usize> {
    let most = at.saturating_sub(256);
    let stops = |byte: &u8| byte.is_ascii_whitespace() || b"/\"'<>()[]{}@".contains(byte);
    let begin = text[most..at].iter().rposition(stops).map(|n| most + n + 1)?;
    text[..begin].ends_with(b"://").then_some(begin)
}

/// The password of a URL, unless it is what manuals write there.
fn password(text: Bytes<'_>, user: usize, at: usize) -> Option<(usize, usize)> {
    let colon = user + text[user..at].iter().position(|&byte| byte == b':')?;
    let secret = &text[colon + 1..at];
    let is_stand_in = [&b"password"[..], b"pass", b"passwd", b"pwd", b"secret", b"xxx", b"***"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(secret))
        || matches!(secret.first(), Some(b'$' | b'%' | b'*'));
    let has_host = text.get(at + 1).is_some_and(|&byte| is_word(byte));
    (secret.len() >= 3 && !is_stand_in && has_host).then_some((colon + 1, at))
}
