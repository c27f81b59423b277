//! The kinds of personal data and secrets, and sets of them.

use std::fmt;
use std::str::FromStr;

use bedload_record::Code;
use bedload_record::names::offer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What was found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the table below says it")]
#[repr(u8)]
pub enum Kind {
    Email,
    Phone,
    Card,
    Iban,
    IpAddress,
    NationalId,
    CloudKey,
    Token,
    PrivateKey,
    Password,
}

/// What belongs to a kind.
struct KindInfo {
    kind: Kind,
    name: &'static str,
    noun: &'static str,
    placeholder: &'static str,
    code: Code,
}

const KINDS: [KindInfo; 10] = [
    info(Kind::Email, "email", "an e-mail address", "[EMAIL]", Code::PiiEmail),
    info(Kind::Phone, "phone", "a phone number", "[PHONE]", Code::PiiPhone),
    info(Kind::Card, "card", "a payment card number", "[CARD]", Code::PiiCard),
    info(Kind::Iban, "iban", "an IBAN", "[IBAN]", Code::PiiIban),
    info(Kind::IpAddress, "ip-address", "an IP address", "[IP_ADDRESS]", Code::PiiIpAddress),
    info(Kind::NationalId, "national-id", "a national identity number", "[NATIONAL_ID]", Code::PiiNationalId),
    info(Kind::CloudKey, "cloud-key", "a cloud access key", "[CLOUD_KEY]", Code::PiiCloudKey),
    info(Kind::Token, "token", "an access token", "[TOKEN]", Code::PiiToken),
    info(Kind::PrivateKey, "private-key", "a private key", "[PRIVATE_KEY]", Code::PiiPrivateKey),
    info(Kind::Password, "password", "a password in a URL", "[PASSWORD]", Code::PiiPassword),
];

const fn info(
    kind: Kind,
    name: &'static str,
    noun: &'static str,
    placeholder: &'static str,
    code: Code,
) -> KindInfo {
    KindInfo { kind, name, noun, placeholder, code }
}

impl Kind {
    /// All of them, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        KINDS.iter().map(|info| info.kind)
    }

    /// Its name in settings and in the report.
    pub fn name(self) -> &'static str {
        KINDS[self as usize].name
    }

    /// What it is, with its article.
    pub fn noun(self) -> &'static str {
        KINDS[self as usize].noun
    }

    /// What is written in its place. It needs no escape in JSON.
    pub fn placeholder(self) -> &'static str {
        KINDS[self as usize].placeholder
    }

    /// The code of the finding.
    pub fn code(self) -> Code {
        KINDS[self as usize].code
    }
}

/// Some kinds; all of them unless said otherwise. In a configuration a list of names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u16);

impl Default for Kinds {
    fn default() -> Self {
        Kind::all().fold(Self(0), Self::with)
    }
}

impl Kinds {
    fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Returns true if the kind is one of them.
    pub fn has(self, kind: Kind) -> bool {
        self.0 >> kind as u8 & 1 == 1
    }

    /// Each of them, in order.
    pub fn each(self) -> impl Iterator<Item = Kind> {
        Kind::all().filter(move |&kind| self.has(kind))
    }

    fn read<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, NotKinds> {
        let mut kinds = Self(0);
        for name in names {
            let name = name.as_ref().trim();
            let kind = Kind::all().find(|kind| kind.name() == name);
            kinds = kinds.with(kind.ok_or_else(|| NotKinds::Unknown(name.to_owned()))?);
        }
        if kinds.0 == 0 { Err(NotKinds::Empty) } else { Ok(kinds) }
    }
}

impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.each().map(Kind::name)).finish()
    }
}

/// Names of no kinds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotKinds {
    /// One of them is none.
    #[error("unknown kind `{0}`\nhint: {near}the kinds are {all}", near = near(.0), all = all_names())]
    Unknown(String),
    /// There is none.
    #[error("name at least one kind; the kinds are {all}", all = all_names())]
    Empty,
}

fn near(name: &str) -> String {
    offer(name, Kind::all().map(Kind::name))
}

fn all_names() -> String {
    Kind::all().map(Kind::name).collect::<Vec<_>>().join(", ")
}

impl FromStr for Kinds {
    type Err = NotKinds;

    /// Reads names with commas between them.
    fn from_str(names: &str) -> Result<Self, NotKinds> {
        Self::read(names.split(',').filter(|name| !name.trim().is_empty()))
    }
}

impl Serialize for Kinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.each().map(Kind::name))
    }
}

impl<'de> Deserialize<'de> for Kinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        Self::read(names).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_number() {
        for (number, kind) in Kind::all().enumerate() {
            assert_eq!(kind as usize, number, "{}", kind.name());
            assert!(Kinds::default().has(kind));
            assert!(kind.placeholder().bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'));
        }
    }

    #[test]
    fn kinds_are_read_by_their_names() {
        assert_eq!(format!("{:?}", "phone, email".parse::<Kinds>()), r#"Ok(["email", "phone"])"#);
        let wrong = "emial".parse::<Kinds>().expect_err("no kind").to_string();
        assert!(wrong.contains("`email`"), "{wrong}");
        assert_eq!(",".parse::<Kinds>(), Err(NotKinds::Empty));
    }
}
