//! What happens to content that the target format cannot hold: to all of it alike, or to each kind of it.

use std::fmt;
use std::str::FromStr;

use bedload_record::names::offer;
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What happens to content that the target format cannot hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extra {
    /// The record is rejected.
    #[default]
    Error,
    /// It is left out, and counted.
    Drop,
    /// Keys of the record are carried along; for anything else the record is refused.
    Keep,
}

/// A kind of content that a format may not be able to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Keys of the record.
    Keys,
    /// Keys inside messages, their parts and tools.
    NestedKeys,
    /// System prompts and system messages.
    System,
    /// Calls of tools, their results, and the tools.
    ToolCalls,
    /// Images, and all other parts of messages that are not text.
    Media,
    /// Reasoning and its signatures.
    Reasoning,
    /// Answers, where the format has none or takes fewer.
    Answers,
}

/// Every kind with its name, in the order of [`Kind`], and whether it may be under a key of the record, which can be kept.
const KINDS: [(Kind, &str, bool); 7] = [
    (Kind::Keys, "keys", true),
    (Kind::NestedKeys, "nested-keys", false),
    (Kind::System, "system", true),
    (Kind::ToolCalls, "tool-calls", true),
    (Kind::Media, "media", false),
    (Kind::Reasoning, "reasoning", false),
    (Kind::Answers, "answers", true),
];

/// The key of a table for all kinds that it does not name.
const DEFAULT: &str = "default";

/// What happens to each kind of content that the target format cannot hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    default: Extra,
    own: [Option<Extra>; KINDS.len()],
}

/// `WAY`, for all kinds that are not named, or `KIND=WAY`, as an argument.
#[derive(Clone, Copy, Debug)]
pub struct ExtraRule {
    kind: Option<Kind>,
    way: Extra,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        KINDS[self as usize].1
    }

    fn from_name(name: &str) -> Result<Self, String> {
        let found = KINDS.iter().find(|(_, known, _)| *known == name).map(|(kind, ..)| *kind);
        found.ok_or_else(|| {
            let names = KINDS.map(|(_, name, _)| name);
            let near = offer(name, names);
            format!("unknown kind of content `{name}`\nhint: {near}the kinds are {}", names.join(", "))
        })
    }

    fn can_be_kept(self) -> bool {
        KINDS[self as usize].2
    }

    /// What can happen to it.
    fn way(self, name: &str) -> Result<Extra, String> {
        let way = Extra::from_name(name)?;
        if way == Extra::Keep && !self.can_be_kept() {
            let kept: Vec<&str> = KINDS.iter().filter(|(_, _, can)| *can).map(|(_, name, _)| *name).collect();
            return Err(format!(
                "`{}` cannot be kept, only what is under a key of the record\nhint: {} can be",
                self.name(),
                kept.join(", ")
            ));
        }
        Ok(way)
    }
}

impl Extra {
    const ALL: [Self; 3] = [Self::Error, Self::Drop, Self::Keep];

    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Drop => "drop",
            Self::Keep => "keep",
        }
    }

    fn from_name(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|way| way.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name);
            let near = offer(name, names);
            format!("unknown value `{name}`\nhint: {near}the values are {}", names.join(", "))
        })
    }
}

impl Extras {
    /// All that can be left out is, but for tool calls, without which a conversation is another one.
    pub fn drop_all_but_tool_calls() -> Self {
        let mut extras = Self::from(Extra::Drop);
        extras.own[Kind::ToolCalls as usize] = Some(Extra::Error);
        extras
    }

    /// The same, but for one kind.
    pub(super) fn with(mut self, kind: Kind, way: Extra) -> Self {
        self.own[kind as usize] = Some(way);
        self
    }

    /// What happens to a kind.
    pub(super) fn of(self, kind: Kind) -> Extra {
        self.own[kind as usize].unwrap_or(self.default)
    }

    /// Puts arguments over what is configured: one without a kind over all of that, the others over their kinds. Of two
    /// about the same, the last one holds.
    pub fn put(&mut self, rules: &[ExtraRule]) {
        if let Some(general) = rules.iter().rfind(|rule| rule.kind.is_none()) {
            *self = Self::from(general.way);
        }
        for rule in rules {
            if let Some(kind) = rule.kind {
                self.own[kind as usize] = Some(rule.way);
            }
        }
    }
}

impl From<Extra> for Extras {
    fn from(default: Extra) -> Self {
        Self { default, own: [None; KINDS.len()] }
    }
}

impl FromStr for ExtraRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((kind, way)) = text.split_once('=') {
            let kind = Kind::from_name(kind.trim())?;
            return Ok(Self { kind: Some(kind), way: kind.way(way.trim())? });
        }
        let name = text.trim();
        if Kind::from_name(name).is_ok() {
            return Err(format!("`{name}` is a kind of content\nhint: write {name}=drop"));
        }
        Ok(Self { kind: None, way: Extra::from_name(name)? })
    }
}

impl<'de> Deserialize<'de> for Extras {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Extras;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`error`, `drop` or `keep`, or a table of these by the kind of content")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Extras, E> {
                Extra::from_name(name).map(Extras::from).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extras, A::Error> {
                let mut extras = Extras::default();
                while let Some((key, way)) = map.next_entry::<String, String>()? {
                    if key == DEFAULT {
                        extras.default = Extra::from_name(&way).map_err(A::Error::custom)?;
                        continue;
                    }
                    let kind = Kind::from_name(&key).map_err(A::Error::custom)?;
                    extras.own[kind as usize] = Some(kind.way(&way).map_err(A::Error::custom)?);
                }
                Ok(extras)
            }
        }

        from.deserialize_any(Reader)
    }
}

impl Serialize for Extras {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let own: Vec<(&str, Extra)> =
            KINDS.iter().filter_map(|(kind, name, _)| Some((*name, self.own[*kind as usize]?))).collect();
        if own.is_empty() {
            return self.default.serialize(to);
        }
        let mut map = to.serialize_map(None)?;
        if self.default != Extra::default() {
            map.serialize_entry(DEFAULT, &self.default)?;
        }
        own.iter().try_for_each(|(name, way)| map.serialize_entry(name, way))?;
        map.end()
    }
}

/// The ways of each key that a table may have.
pub(crate) fn table() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let ways = |can_keep: bool| {
        let can_be = |way: &Extra| can_keep || *way != Extra::Keep;
        Extra::ALL.into_iter().filter(can_be).map(Extra::name).collect()
    };
    let kinds = KINDS.into_iter().map(move |(_, name, can_keep)| (name, ways(can_keep)));
    std::iter::once((DEFAULT, ways(true))).chain(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The way of each kind, by its first letter.
    fn put(rules: &[&str]) -> String {
        let rules: Vec<ExtraRule> = rules.iter().map(|rule| rule.parse().expect("a rule")).collect();
        let mut extras = Extras::from(Extra::Drop);
        extras.own[Kind::Keys as usize] = Some(Extra::Keep);
        extras.put(&rules);
        KINDS.iter().map(|(kind, ..)| &extras.of(*kind).name()[..1]).collect()
    }

    #[test]
    fn arguments_go_over_what_is_configured() {
        for (rules, expected) in [
            (&[][..], "kdddddd"),
            (&["media=error"], "kdddedd"),
            (&["keys=drop", "keys=error"], "edddddd"),
            (&["keep"], "kkkkkkk"),
            (&["tool-calls=drop", "error"], "eeedeee"),
        ] {
            assert_eq!(put(rules), expected, "{rules:?}");
        }
        assert!((0..).zip(KINDS).all(|(n, (kind, ..))| kind as usize == n));
    }

    #[test]
    fn what_is_unknown_is_refused_with_what_may_be_meant() {
        for (rule, expected) in [
            (
                "tool-call=drop",
                "unknown kind of content `tool-call`\nhint: did you mean `tool-calls`? the kinds are ",
            ),
            ("dorp", "unknown value `dorp`\nhint: did you mean `drop`? the values are error, drop, keep"),
            ("keys=dorp", "unknown value `dorp`\nhint: did you mean `drop`?"),
            ("keys", "`keys` is a kind of content\nhint: write keys=drop"),
            (
                "media=keep",
                "`media` cannot be kept, only what is under a key of the record\nhint: keys, system, ",
            ),
            ("", "unknown value ``"),
        ] {
            let error = rule.parse::<ExtraRule>().expect_err(rule);
            assert!(error.starts_with(expected), "{rule}: {error}");
        }
    }
}
