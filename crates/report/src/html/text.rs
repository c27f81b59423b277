//! Texts that come from data: file names, labels, messages. What a reader cannot see, or what changes how the rest is
//! read, is shown as an escape; `maud` escapes what has a meaning in HTML.

use std::borrow::Cow;

pub(crate) use bedload_record::hostile::shown;
use maud::{Markup, html};

/// Characters of a name that are shown; the tables have all of it.
const NAME_CHARS: usize = 120;

/// A name, shown, whose end is left out where it is long.
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
    fn a_long_name_is_cut() {
        assert_eq!(name("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(name(&"x".repeat(500)).chars().count(), NAME_CHARS + 1);
    }
}
