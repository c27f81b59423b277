//! What is said of a name that is not that of a format, or not of one that fits the purpose.

use bedload_record::names::offer;

use super::{FOREIGN, FORMATS, Format};

impl Format {
    /// The format with this name, if records can be converted to it.
    ///
    /// # Errors
    /// In words, with a hint, where there is none, or records are only read in it.
    pub fn to_write(name: &str) -> Result<&'static Self, String> {
        if let Some(format) = Self::written().find(|format| format.name == name) {
            return Ok(format);
        }
        let names: Vec<&str> = Self::written().map(|format| format.name).collect();
        if Self::from_any_name(name).is_some() {
            return Err(format!(
                "records can be read in the format `{name}`, but not written in it\nhint: the formats that are written are {}",
                names.join(", ")
            ));
        }
        let near = offer(name, names.iter().copied());
        Err(format!("unknown format `{name}`\nhint: {near}the formats are {}", names.join(", ")))
    }

    /// What is said where no format has this name: those that targets take, and those that are only converted.
    pub fn unknown(name: &str) -> String {
        let near = offer(name, FORMATS.iter().chain(FOREIGN).map(|format| format.name));
        let [taken, foreign] =
            [FORMATS, FOREIGN].map(|formats| formats.iter().map(|format| format.name).collect::<Vec<_>>());
        format!(
            "unknown format `{name}`\nhint: {near}the formats are {}; for conversions also {}",
            taken.join(", "),
            foreign.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_that_is_only_read_is_no_unknown_one() {
        assert_eq!(Format::to_write("openai-chat").map(|format| format.name), Ok("openai-chat"));
        for format in FOREIGN.iter().filter(|format| !format.is_written()) {
            let said = Format::to_write(format.name).expect_err("only read");
            assert!(said.starts_with("records can be read in the format `"), "{said}");
        }
        let said = Format::to_write("csv").expect_err("no format");
        assert!(
            said.starts_with("unknown format `csv`\nhint: the formats are prompt-completion, "),
            "{said}"
        );
    }

    #[test]
    fn an_unknown_format_leads_to_all_others() {
        let said = Format::unknown("openai");
        assert!(said.contains("did you mean `openai-chat`"), "{said}");
        assert!(said.contains("; for conversions also openai-chat, "), "{said}");
    }
}
