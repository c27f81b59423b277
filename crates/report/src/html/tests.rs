//! Pages as a whole.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::*;

#[test]
fn the_policy_allows_the_style_sheet_and_nothing_else() {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    expect_test::expect_file!["style.sha256"].assert_eq(&format!("{hash}\n"));
    let html = render(&Page::default());
    let policy =
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    let policy = policy.replace('\'', "&#39;");
    assert!(html.contains(&policy) || html.contains(&policy.replace("&#39;", "'")), "{}", &html[..600]);
}

#[test]
fn a_page_of_nothing_says_so() {
    let html = render(&Page::default());
    for sentence in ["The inputs have no lines.", "No findings", "No lengths", "nothing to split"] {
        assert!(html.contains(sentence), "{sentence}");
    }
    assert!(!html.contains("NaN") && !html.contains("inf"));
}
