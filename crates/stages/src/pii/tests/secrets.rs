//! Keys and tokens, put together here so that no scanner takes this file for a leak.

use std::ops::Add as _;

use super::*;

#[test]
fn keys_and_tokens() {
    let token = |prefix: &str, n: usize| {
        let random = "q7Rk2mZx9LpWv4TbN8sYc1JdHf5GgE3uAa6QoB0iVnXrKtMyUeSzPwDlCjFhIO";
        format!("{prefix}{}", random.chars().cycle().take(n).collect::<String>())
    };
    let hex = |prefix: &str, n: usize| {
        format!("{prefix}{}", "0a1b2c3d4e5f6978".repeat(4).get(..n).unwrap_or_default())
    };
    let texts = [
        (Kind::CloudKey, "AKIA".to_owned() + "IOSFODNN7EXAMPLE"),
        (Kind::CloudKey, "ASIA".to_owned() + "Y34FZKBOKMUTVV7A"),
        (Kind::CloudKey, token("AIza", 35)),
        (Kind::CloudKey, hex("dop_v1_", 64)),
        (Kind::Token, token("ghp_", 36)),
        (Kind::Token, token("github_pat_", 82)),
        (Kind::Token, token("glpat-", 20)),
        (Kind::Token, token("xoxb-", 40)),
        (Kind::Token, token("sk_live_", 24)),
        (Kind::Token, token("sk-", 48)),
        (Kind::Token, token("sk-proj-", 60)),
        (Kind::Token, token("sk-ant-api03-", 90)),
        (Kind::Token, token("hf_", 34)),
        (Kind::Token, token("npm_", 36)),
        (Kind::Token, token("pypi-AgE", 120)),
        (Kind::Token, token(&token("SG.", 22).as_str().to_owned().add("."), 43)),
        (Kind::Token, token("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.", 43)),
    ];
    for (kind, text) in &texts {
        is_found(*kind, &[text]);
        for wrong in [format!("x{text}"), text[..12].to_owned()] {
            assert_eq!(found(&wrong), "", "{wrong}");
        }
    }
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY".to_owned() + "EXAMPLEKEY";
    for named in ["aws_secret_access_key = ", "\"SecretAccessKey\": \"", "AWS_SECRET_ACCESS_KEY="] {
        assert_eq!(found(&format!("{named}{secret}\"")), format!("cloud-key: {secret}\n"));
    }
    is_nothing(&[
        "risk-adjusted-returns-of-the-portfolio-1990",
        &format!("sk-{}", "x".repeat(48)),
        "ghp_your_token_here",
        &secret,
        "the sk-learn-compatible-estimators-of-2024-and-later",
    ]);
}

#[test]
fn private_keys() {
    let body = "MIIEpAIBAAKCAQEA7bq+9Xk2/abcDEF0123\n".repeat(3);
    for label in ["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        let block = format!("-----BEGIN {label}-----\n{body}-----END {label}-----");
        assert_eq!(found(&format!("see {block} there")), format!("private-key: {block}\n"));
        let cut = block[..block.len() / 2].trim_end();
        assert_eq!(found(cut), format!("private-key: {cut}\n"));
    }
    is_nothing(&[
        "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----",
    ]);
}
