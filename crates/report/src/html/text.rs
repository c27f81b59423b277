//! Texts that come from data: file names, labels, messages. What a reader cannot see, or what changes how the rest is
//! read, is shown as an escape; `maud` escapes what has a meaning in HTML.

use std::borrow::Cow;

use maud::{Markup, html};

/// Characters of a name that are shown; the tables have all of it.
const NAME_CHARS: usize = 120;

/// Whether a character is invisible, or has power over the text around it.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
            | '\u{FDD0}'..='\u{FDEF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// The text with control, direction and invisible characters as `\u{…}`.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// The same of a name, whose end is left out where it is long.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => Cow::Owned(format!("{}…", shown(&text[..end]))),
        None => shown(text),
    }
}

/// A message in which what is between backticks is code.
pub(crate) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without a second one is a character as any other.
    if parts.len().is_multiple_of(2) {
        return html! { (shown(text)) };
    }
    html! {
        @for (nth, part) in parts.into_iter().enumerate() {
            @if nth % 2 == 1 { code { (shown(part)) } } @else { (shown(part)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_between_backticks_is_code() {
        assert_eq!(prose("run `a <b>`, then `c`").0, "run <code>a &lt;b&gt;</code>, then <code>c</code>");
        assert_eq!(prose("a ` b").0, "a ` b");
    }

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(shown("a é 漢 😀 <b>"), "a é 漢 😀 <b>");
        assert_eq!(
            shown("a\u{202e}b\u{200b}\n\0\u{7f}\u{ffff}"),
            "a\\u{202e}b\\u{200b}\\u{a}\\u{0}\\u{7f}\\u{ffff}"
        );
        assert_eq!(name(&"x".repeat(500)).chars().count(), NAME_CHARS + 1);
    }
}
