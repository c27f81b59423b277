//! `upload`, as far as it goes without a network.

use crate::scratch::Scratch;

fn built() -> Scratch {
    let lines: Vec<String> =
        (0..40).map(|n| format!("{{\"prompt\":\"p{n}\",\"completion\":\"c{n}\"}}\n")).collect();
    let scratch = Scratch::with("in.jsonl", lines.concat());
    scratch.run("build in.jsonl --profile generic-sft --out out").exits(0);
    scratch
}

#[cfg(not(feature = "s3"))]
#[test]
fn a_program_without_access_to_aws_says_how_to_get_it() {
    let refusal = built().run("upload out s3://bucket/out").refuses(2);
    assert!(refusal.contains("cargo install --path crates/cli --features s3"), "{refusal}");
    assert!(refusal.contains("`aws s3 sync out s3://bucket/out`"), "{refusal}");
    let help = built().run("--help").exits(0).stdout;
    assert!(!help.contains("upload"), "{help}");
}

#[cfg(feature = "s3")]
#[test]
fn what_no_job_could_read_is_refused_before_anything_is_asked() {
    let scratch = built();
    for (target, why) in [
        ("s3://bucket/dt=2026-01-01", "`=` (character 15) is not allowed there"),
        ("s3://bucket/a//b", "Amazon Bedrock would not take it"),
        ("s3://a_b/c", "Amazon Bedrock would not take it"),
        ("elsewhere", "not a place in S3"),
        ("https://host/x", "not a place in S3"),
        ("s3:///x", "names no bucket"),
    ] {
        let refusal = scratch.run(&format!("upload out {target}")).refuses(2);
        assert!(refusal.contains(why), "{target}: {refusal}");
    }
    let refusal = scratch.run("upload nowhere s3://bucket/out").refuses(2);
    assert!(refusal.contains("no such directory"), "{refusal}");
    let refusal = scratch.run("upload s3://bucket/in s3://bucket/out").refuses(2);
    assert!(refusal.contains("not a local path"), "{refusal}");
}

#[cfg(feature = "s3")]
#[test]
fn what_is_not_as_it_was_built_or_not_ready_is_not_uploaded() {
    let scratch = built();
    std::fs::write(scratch.path("out/train.jsonl"), "{}\n").expect("written");
    let outcome = scratch.run("upload out s3://bucket/out --output-format jsonl").exits(1);
    assert!(outcome.stdout.contains("the output is not as it was built: train.jsonl"), "{}", outcome.stdout);
    assert_eq!(outcome.summary()["exit_code"], 1);
    // Too few records for the target.
    scratch.write("few.jsonl", "{\"prompt\":\"p\",\"completion\":\"c\"}\n");
    scratch.run("build few.jsonl --profile generic-sft --out few").exits(1);
    let outcome = scratch.run("upload few s3://bucket/out").exits(1);
    assert!(outcome.stderr.contains("`--allow-unready` uploads it"), "{}", outcome.stderr);
}

/// A profile that is named is meant, whatever account the environment has.
#[cfg(feature = "s3")]
#[test]
fn the_credentials_are_those_of_the_profile_that_is_named() {
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut request = [0; 8192];
            let n = connection.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..n]);
            let key =
                request.split("Credential=").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("none");
            let body = format!("<Error><Code>AccessDenied</Code><Message>asked with {key}</Message></Error>");
            let head =
                format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {}\r\nConnection: close", body.len());
            let _ = connection.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    let scratch = built();
    scratch.write(".aws/config", "[profile training]\nregion = eu-west-1\n");
    scratch.write(
        ".aws/credentials",
        "[training]\naws_access_key_id = PROFILEKEY\naws_secret_access_key = hunter2\n",
    );
    let run = |profile: &str| {
        let mut command = scratch.command();
        command.args(["upload", "out", "s3://bucket/out", "--endpoint-url", &endpoint]);
        command.args(profile.split_whitespace()).env("HOME", scratch.path("")).env_remove("AWS_PROFILE");
        command.env("AWS_ACCESS_KEY_ID", "OTHERKEY").env("AWS_SECRET_ACCESS_KEY", "hunter2");
        crate::outcome::Outcome::of(command.output().expect("run"))
    };
    for (profile, key) in [("", "OTHERKEY"), ("--aws-profile training", "PROFILEKEY")] {
        let refusal = run(profile).refuses(3);
        assert!(refusal.contains("access denied") && refusal.contains(key), "{refusal}");
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
    let refusal = run("--aws-profile trainign").refuses(2);
    assert!(refusal.contains("there is no AWS profile `trainign`"), "{refusal}");
}
