//! Arguments that are URLs, where paths are wanted: which command fetches what they name, or sends it there. Nothing
//! here is connected to.

use std::ffi::OsStr;
use std::fmt;

/// An argument that is a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// As it was given.
    text: String,
    /// Before the colon, in lower case.
    scheme: String,
    rest: String,
}

/// The scheme of object names of Amazon.
const ARN: &str = "arn:aws:s3:::";

impl Url {
    /// Tells a URL from a path.
    pub fn of(arg: &OsStr) -> Option<Url> {
        let text = arg.to_string_lossy();
        if let Some(rest) = text.strip_prefix(ARN) {
            return Some(Url {
                text: text.clone().into_owned(),
                scheme: "s3".to_owned(),
                rest: rest.to_owned(),
            });
        }
        let (scheme, rest) = text.split_once("://")?;
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "s3a" | "s3n" => "s3".to_owned(),
            scheme => scheme.to_owned(),
        };
        is_scheme.then(|| Url { text: text.clone().into_owned(), scheme, rest: rest.to_owned() })
    }

    /// The bucket and the key that a URL of S3 names; either may be empty.
    pub fn s3(&self) -> Option<(&str, &str)> {
        (self.scheme == "s3").then(|| self.rest.split_once('/').unwrap_or((&self.rest, "")))
    }

    /// The URL with the scheme that tools know.
    fn whole(&self) -> String {
        quoted(&format!("{}://{}", self.scheme, self.rest))
    }

    /// The command that fetches what it names.
    pub fn fetch(&self) -> String {
        let url = self.whole();
        if let (true, Some((prefix, pattern))) = (self.scheme == "s3", self.pattern()) {
            return format!(
                "fetch them with `aws s3 cp --recursive {prefix} DIR --exclude '*' --include {pattern}`"
            );
        }
        // What ends in a slash, or has no suffix, is most likely a prefix.
        let last = self.rest.rsplit('/').next().unwrap_or_default();
        let is_prefix = !last.contains('.');
        match (self.scheme.as_str(), is_prefix) {
            ("s3", true) => format!("fetch it with `aws s3 cp --recursive {url} DIR`"),
            ("s3", false) => format!(
                "fetch it with `aws s3 cp {url} .`, or pass it through: `aws s3 cp {url} - | bedload check -`"
            ),
            ("gs", true) => format!("fetch it with `gcloud storage cp --recursive {url} DIR`"),
            ("gs", false) => format!("fetch it with `gcloud storage cp {url} .`"),
            ("http" | "https" | "ftp" | "ftps", _) => format!("fetch it with `curl -fLO {url}`"),
            ("hf", _) => "fetch it with `hf download REPOSITORY FILE`".to_owned(),
            ("az" | "azure" | "abfs" | "abfss" | "wasb" | "wasbs", _) => {
                "fetch it with `azcopy copy URL FILE`".to_owned()
            }
            ("hdfs", _) => format!("fetch it with `hdfs dfs -get {url}`"),
            ("file", _) => self.path(),
            _ => "fetch it first, and give the path of the local file".to_owned(),
        }
    }

    /// The directory and what is below it, where that is a pattern.
    fn pattern(&self) -> Option<(String, String)> {
        let special = self.rest.find(['*', '?', '['])?;
        let at = self.rest[..special].rfind('/').map_or(0, |at| at + 1);
        Some((quoted(&format!("s3://{}", &self.rest[..at])), quoted(&self.rest[at..])))
    }

    /// The command that sends `local` there, a file or the files of a directory.
    pub fn send(&self, is_dir: bool) -> String {
        let url = self.whole();
        let (local, recursive) = if is_dir { ("DIR", " --recursive") } else { ("FILE", "") };
        match self.scheme.as_str() {
            "s3" => format!("write to a local path, then send it with `aws s3 cp{recursive} {local} {url}`"),
            "gs" => format!(
                "write to a local path, then send it with `gcloud storage cp{recursive} {local} {url}`"
            ),
            "file" => self.path(),
            _ => "write to a local path, and send it from there".to_owned(),
        }
    }

    fn path(&self) -> String {
        let at = self.rest.find('/').unwrap_or(0);
        format!("give the path itself: {}", quoted(&self.rest[at..]))
    }
}

impl fmt::Display for Url {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// The text as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:._-+=@%,".contains(c);
    if text.chars().all(is_plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(arg: &str, expected: &Expect) {
        expected.assert_eq(&match Url::of(OsStr::new(arg)) {
            Some(url) => format!("{}\n{}", url.fetch(), url.send(true)),
            None => "a path".to_owned(),
        });
    }

    #[test]
    fn each_store_has_its_command() {
        check(
            "s3://b/a.jsonl",
            &expect![[r#"
            fetch it with `aws s3 cp s3://b/a.jsonl .`, or pass it through: `aws s3 cp s3://b/a.jsonl - | bedload check -`
            write to a local path, then send it with `aws s3 cp --recursive DIR s3://b/a.jsonl`"#]],
        );
        check(
            "S3://b/data/",
            &expect![[r#"
            fetch it with `aws s3 cp --recursive s3://b/data/ DIR`
            write to a local path, then send it with `aws s3 cp --recursive DIR s3://b/data/`"#]],
        );
        check(
            "s3a://b/it's here.jsonl",
            &expect![[r#"
            fetch it with `aws s3 cp 's3://b/it'\''s here.jsonl' .`, or pass it through: `aws s3 cp 's3://b/it'\''s here.jsonl' - | bedload check -`
            write to a local path, then send it with `aws s3 cp --recursive DIR 's3://b/it'\''s here.jsonl'`"#]],
        );
        check(
            "arn:aws:s3:::b/a.jsonl",
            &expect![[r#"
            fetch it with `aws s3 cp s3://b/a.jsonl .`, or pass it through: `aws s3 cp s3://b/a.jsonl - | bedload check -`
            write to a local path, then send it with `aws s3 cp --recursive DIR s3://b/a.jsonl`"#]],
        );
        check(
            "s3://b/data/*.jsonl",
            &expect![[r#"
            fetch them with `aws s3 cp --recursive s3://b/data/ DIR --exclude '*' --include '*.jsonl'`
            write to a local path, then send it with `aws s3 cp --recursive DIR 's3://b/data/*.jsonl'`"#]],
        );
        check(
            "gs://b/a.jsonl",
            &expect![[r#"
            fetch it with `gcloud storage cp gs://b/a.jsonl .`
            write to a local path, then send it with `gcloud storage cp --recursive DIR gs://b/a.jsonl`"#]],
        );
        check(
            "https://host/a.jsonl?x=1&y",
            &expect![[r#"
            fetch it with `curl -fLO 'https://host/a.jsonl?x=1&y'`
            write to a local path, and send it from there"#]],
        );
        check(
            "file:///tmp/a.jsonl",
            &expect![[r#"
            give the path itself: /tmp/a.jsonl
            give the path itself: /tmp/a.jsonl"#]],
        );
        check(
            "ssh+x://host/a",
            &expect![[r#"
            fetch it first, and give the path of the local file
            write to a local path, and send it from there"#]],
        );
    }

    #[test]
    fn paths_are_no_urls() {
        for path in ["a.jsonl", "s3:/b/a", "./s3://b", "C:\\x", "://x", "a b://c", "-", "1s3://b"] {
            check(path, &expect!["a path"]);
        }
    }
}
