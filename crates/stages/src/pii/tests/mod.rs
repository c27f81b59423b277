//! What each kind finds and passes over, in small texts.

mod marked;
mod masking;
mod nested;
mod numbers;
mod recall;
mod sample;
mod secrets;

use expect_test::{Expect, expect};

use super::*;

fn found(text: &str) -> String {
    let mut hits = Vec::new();
    Scanner::new(Kinds::default()).find(text, &mut hits);
    let lines: Vec<String> =
        hits.iter().map(|hit| format!("{}: {}\n", hit.kind.name(), &text[hit.start..hit.end])).collect();
    lines.concat()
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&found(text));
}

/// Each of them in a sentence, alone, quoted, and before a full stop; all of it is found, and nothing else.
fn is_found(kind: Kind, texts: &[&str]) {
    for text in texts {
        for (before, after) in [
            ("", ""),
            ("this is ", " here"),
            ("\"", "\""),
            ("(", ")"),
            ("x: ", "."),
            ("、", "，"),
            ("\n", "\n"),
        ] {
            let whole = format!("{before}{text}{after}");
            assert_eq!(found(&whole), format!("{}: {text}\n", kind.name()), "in {whole:?}");
        }
    }
}

/// After a word that says what it is.
fn is_found_after(kind: Kind, texts: &[(&str, &str)]) {
    for (word, text) in texts {
        assert_eq!(found(&format!("{word} {text}, ok")), format!("{}: {text}\n", kind.name()), "{text}");
        assert_eq!(found(&format!("about {text}, ok")), "", "{text}");
    }
}

fn is_nothing(texts: &[&str]) {
    for text in texts {
        assert_eq!(found(text), "", "in {text:?}");
    }
}

#[test]
fn addresses_of_people() {
    is_found(
        Kind::Email,
        &[
            "jane@example.com",
            "jane.doe+news@mail.example.co.uk",
            "j_d-1@EXAMPLE.ORG",
            "a1@b2.museum",
            "x@xn--bcher-kva.example",
        ],
    );
    check(
        "mailto:jane@example.com?subject=x",
        expect![[r#"
        email: jane@example.com
    "#]],
    );
    check(
        "<jane@example.com>, 'joe@example.com'; k=ann@example.com:",
        expect![[r#"
        email: jane@example.com
        email: joe@example.com
        email: ann@example.com
    "#]],
    );
    is_nothing(&[
        "@jane and @app.route('/')",
        "git@github.com:org/repo.git",
        "icon@2x.png",
        "lodash@4.17.21",
        "jane@localhost",
        "@jane@social.example",
        "a @ b.com",
        "A@B.T",
        "jane@.com",
        "jane..doe@@example.com",
        "https://user:password@example.com",
        "x@y.method(z)",
    ]);
}

#[test]
fn passwords_in_urls() {
    check(
        "postgres://app:s3cr3t!x@db.example.com:5432/app",
        expect![[r#"
        password: s3cr3t!x
    "#]],
    );
    is_nothing(&["https://user:$PASSWORD@host/x", "http://host:8080/a@b"]);
}

#[test]
fn machines() {
    is_found(
        Kind::IpAddress,
        &[
            "8.8.8.8",
            "192.168.1.20",
            "203.0.113.7",
            "54.239.28.85",
            "2001:db8::8a2e:370:7334",
            "2a00:1450:4001:82a::200e",
            "fd12:3456:789a::1",
        ],
    );
    check(
        "http://93.184.216.34:8080/x and 10.0.0.1/24",
        expect![[r#"
        ip-address: 93.184.216.34
        ip-address: 10.0.0.1
    "#]],
    );
    is_nothing(&[
        "127.0.0.1",
        "0.0.0.0",
        "255.255.255.0",
        "224.0.0.1",
        "169.254.169.254",
        "version 10.12.14.1",
        "v10.12.14.1",
        "Chrome/91.0.212.124",
        "section 1.2.3.4",
        "1.2.3.4",
        "10.12.14.300",
        "Bump to 1.1.99.1",
        "OBJ 2.5.29.31",
        "3.43.1.4 Why do some tests fail?",
        "10.12.14.1.5",
        "::1",
        "fe80::1",
        "12:30:45",
        "std::dead::beef",
        "aa:bb:cc:dd:ee:ff",
        "a::b",
    ]);
    is_found_after(Kind::IpAddress, &[("IP address", "1.2.3.4"), ("ping", "2.5.29.31")]);
}

#[test]
fn phones() {
    is_found(
        Kind::Phone,
        &[
            "+1 415 555 2671",
            "+1-415-555-2671",
            "+14155552671",
            "+49 30 901820",
            "+49 (0)30 901820",
            "+44 20 7946 0958",
            "+33 6 12 34 56 78",
            "+86 138 0013 8000",
            "0049 30 901820",
            "(415) 555-2671",
            "415-555-2671",
            "415.555.2671",
            "1-800-555-0199",
            "020 7946 0958",
            "0171-123-4567",
        ],
    );
    is_found_after(
        Kind::Phone,
        &[
            ("phone:", "4155552671"),
            ("Tel.", "030 901820"),
            ("mobile", "06 12 34 56 78"),
            ("call me at", "555-0199"),
            ("Fax:", "415 555 2671"),
            ("手机", "13800138000"),
        ],
    );
    is_nothing(&[
        "2023-01-15 10:30:00",
        "phone sold on 2023-01-15",
        "115-555-2671",
        "415-155-2671",
        "+1234",
        "x+4915112345678",
        "978-3-16-148410-0",
        "0-306-40615-2",
        "3.1415926535",
        "123-45-6789",
        "1,234,567,890",
        "100-200-3000",
        "ID 415-555-26711",
        "0.0659999999",
        "0.0.20020226-2",
        "0 0 468 35.866",
        "0061 0300 0315 031A",
        "0066 0002 00 00",
        "00840.847781820",
        "+999999-12-31",
        "+35236450.6",
        "+32768000",
        "VHOST_SET_VRING_CALL: u32 = 2148052769",
        "the text mentioned the 1988 8601 standard",
        "GREEK DIALYTIKA; 0399 0306",
        "fax 20180609",
        "phone Corporation 2017-2020",
        "+9999-12-31 23:59",
        "0061 10377 0315 0300 05AE 0062",
        "A415-555-2671",
    ]);
}

#[test]
fn what_is_none() {
    is_nothing(&[
        "52BE 52BB 5352 5354 5353 5351 5366 5377",
        "541D 542D 541E 543E 5426 544E 5427 5446 5443 5433 5448 5442 541B",
        "<Buffer 66 00 68 00 71 00 77 00 68 00 67 00 61>",
        "LATIN SMALL LETTER I WITH DOT ABOVE AND ACUTE;0069 0307 0301",
        "c0 0111 18c0 1.52-.87 2.83-2.12 3.51.98.32 2.03.5 3.11.5 3.5",
        "Git 1.7.12.4 Release Notes",
        "Message-ID: <15090.61304.110929.45684@aaa.zzz.org>",
        "start = b\"-----BEGIN OPENSSH PRIVATE KEY-----\", end = b\"-----END OPENSSH PRIVATE KEY-----\"",
        "1.2.3",
        "In 1995, 2004 and 2019-2021.",
        "60 x 3 = <<60*3=180>>180",
        "$1,234,567.89",
        "12/31/2023",
        "2023-01-15T10:30:00.000Z",
        "1700000000",
        "1700000000000",
        "d41d8cd98f00b204e9800998ecf8427e",
        "550e8400-e29b-41d4-a716-446655440000",
        "ISBN 978-3-16-148410-0",
        "order #20230115-00012345",
        "0.123456789012345678",
        "x = 12345678901234567890",
        "10:30:45.123456",
        "tracking 1Z999AA10123456784",
        "18446744073709551615",
        "9223372036854775807",
        "0x1234567890abcdef",
        "1e10",
        "2^31 = 2147483648",
        "pages 123-456",
        "lat 52.5200066, lon 13.404954",
        "3,141,592,653",
    ]);
}

#[test]
fn long_runs_of_anything_do_no_harm() {
    for part in [
        "@",
        "1",
        ".",
        ":",
        "+",
        "(",
        "@a.bc",
        "1.",
        "eyJ",
        "AKIA",
        "-----BEGIN ",
        "::",
        "4111 ",
        "://",
        "a:b@",
    ] {
        for len in [1, 31, 32, 33, 64, 100, 1000, 20_000] {
            let text = part.repeat(len);
            for (before, after) in [("", ""), ("x", "x"), (" ", " jane@example.com")] {
                let found = found(&format!("{before}{text}{after}"));
                let is_free = before == " " && !["@a.bc", "a:b@"].contains(&part);
                assert!(!is_free || found.contains("jane@example.com"), "{part} {len}: {found}");
            }
        }
    }
}
