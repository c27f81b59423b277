//! Sentences as they are in real text, in which everything personal is marked by hand: how much is found, and how much
//! of what is found is none.

use super::marked::tally;
use super::*;

const SAMPLE: &[&str] = &[
    "The number for the National Suicide Prevention Lifeline is ⟦phone:1-800-273-8255⟧.",
    "Si hablas español, llama a ⟦phone:1-888-628-9454⟧.",
    "Call (⟦phone:425-555-5555⟧) or write to <⟦email:donald@stufft.io⟧>.",
    "Received: from zinfandel.lacita.com ([⟦ip-address:204.245.199.98⟧]) by ns1 (8.11.0/8.10.2) id f36KGnx20969",
    "From: Karel Zak <⟦email:kzak@redhat.com⟧>; Copyright 2007-2014; see RFC 2822 and ISO 8601:2004",
    "aws ec2 advertise-byoip-cidr --cidr ⟦ip-address:198.51.100.0⟧/24",
    "address: \"⟦ip-address:2606:2800:21f:cb07:6820:80da:af6b:8b2c⟧\" family: IPv6",
    "Message-ID: <20592.1022586929.8@example.com>",
    "Git 1.7.12.4 Release Notes; Chrome/91.0.4472.124 Safari/537.36; version 10.2.3.4",
    "c.87 2.83-2.12 3.51.98.32 2.03.5 3.11.5 3.5 0 6.58",
    "Kundin, geb. 12.03.1985, Tel. ⟦phone:030 901820⟧, IBAN ⟦iban:DE89 3704 0044 0532 0130 00⟧",
    "Mi DNI es ⟦national-id:12345678Z⟧ y mi correo es ⟦email:ana.lopez@correo.example⟧",
    "SSN ⟦national-id:123-45-6789⟧, order 123-45-6789 was not",
    "card ⟦card:4111 1111 1111 1111⟧ exp 12/27 cvv 123; booking 4111 1111 1111 1112",
    "ISBN 978-3-16-148410-0, DOI 10.1000/182, arXiv 2411.04257, EAN 4006381333931",
    "sha256 d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592 at 2023-01-15T10:30:00.123456Z",
    "550e8400-e29b-41d4-a716-446655440000 1700000000000 0x7ffeefbff5c8 3.14159265358979",
    "In 1995, 2004 and 2019-2021, $1,234,567.89 of 60 x 3 = <<60*3=180>>180 minutes",
    "52BE 52BB 5352 5354 5353 5351 5366 5377; <Buffer 66 00 68 00 71 00 77 00>",
    "npm i lodash@4.17.21; git clone git@github.com:org/repo.git; icon@2x.png; @decorator",
    "postgres://app:⟦password:hunter22⟧@db.internal:5432/x",
    "jane at example dot com ⟦email:⟧",
    "my number is 901 820 ⟦phone:⟧",
    "Pages 123-456, lat 52.5200066, lon 13.404954, part 415-155-2671, tracking 1Z999AA10123456784",
];

#[test]
fn a_sample_is_found_but_for_what_has_no_form() {
    expect![[r#"
        card: 1 found, 0 missed, 0 wrong
        email: 3 found, 1 missed, 0 wrong
        iban: 1 found, 0 missed, 0 wrong
        ip-address: 3 found, 0 missed, 0 wrong
        national-id: 2 found, 0 missed, 1 wrong
        password: 1 found, 0 missed, 0 wrong
        phone: 4 found, 1 missed, 0 wrong
        wrong national-id: 123-45-6789 in SSN 123-45-6789, order 123-45-6789 was not
        missed email: jane at example dot com 
        missed phone: my number is 901 820 
    "#]]
    .assert_eq(&tally(SAMPLE.iter().copied()));
}
