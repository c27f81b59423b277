//! Characters that cannot be seen, or that change how the text around them is read: shown as escapes wherever text from
//! data or file names meets people.

use std::borrow::Cow;

/// Returns true for control, direction and invisible characters, and for what no text may have.
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
            | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
            | '\u{FDD0}'..='\u{FDEF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// The text with these characters as `\u{…}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hostile(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        assert_eq!(shown("a é 漢 😀 <b>"), "a é 漢 😀 <b>");
        assert_eq!(
            shown("a\u{202e}b\u{200b}\n\0\u{7f}\u{9b}\u{ffff}\u{3164}\u{e0001}"),
            "a\\u{202e}b\\u{200b}\\u{a}\\u{0}\\u{7f}\\u{9b}\\u{ffff}\\u{3164}\\u{e0001}"
        );
    }
}
