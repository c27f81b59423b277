//! How bad each kind of finding is in one run: decided once, at its edge, and asked everywhere else.

use crate::code::{CODES, Code, CodeSet, Scope, Severity};

/// The severity of every code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severities {
    errors: CodeSet,
    warnings: CodeSet,
    is_strict: bool,
    /// The codes that the user set apart.
    chosen: CodeSet,
}

impl Default for Severities {
    /// Each code's own.
    fn default() -> Self {
        let mut severities = Self {
            errors: CodeSet::default(),
            warnings: CodeSet::default(),
            is_strict: false,
            chosen: CodeSet::default(),
        };
        for info in CODES {
            match info.severity {
                Severity::Error => severities.errors.insert(info.code),
                Severity::Warning => severities.warnings.insert(info.code),
                Severity::Note => {}
            }
        }
        severities
    }
}

impl Severities {
    /// All warnings are errors.
    pub fn strict() -> Self {
        let Self { mut errors, warnings, .. } = Self::default();
        errors.absorb(warnings);
        Self { errors, warnings: CodeSet::default(), is_strict: true, chosen: CodeSet::default() }
    }

    /// Returns true if all warnings are errors.
    pub fn is_strict(self) -> bool {
        self.is_strict
    }

    /// The same but for one code, whatever else raises or lowers it.
    #[must_use]
    pub fn with(mut self, code: Code, severity: Severity) -> Self {
        self.errors.remove(code);
        self.warnings.remove(code);
        match severity {
            Severity::Error => self.errors.insert(code),
            Severity::Warning => self.warnings.insert(code),
            Severity::Note => {}
        }
        self
    }

    /// The same but for one code, because the user says so, whatever else raises or lowers it.
    #[must_use]
    pub fn chosen(self, code: Code, severity: Severity) -> Self {
        let mut severities = self.with(code, severity);
        severities.chosen.insert(code);
        severities
    }

    /// The codes that the user set apart, and how bad they are.
    pub fn all_chosen(self) -> impl Iterator<Item = (Code, Severity)> {
        self.chosen.iter().map(move |code| (code, self.of(code)))
    }

    /// What decides which records are accepted, and nothing else of it.
    #[must_use]
    pub fn rejecting(self) -> Self {
        let mut errors = CodeSet::default();
        let of_records = |code: &Code| code.info().scope == Scope::Record;
        self.errors.iter().filter(of_records).for_each(|code| errors.insert(code));
        Self { errors, warnings: CodeSet::default(), is_strict: false, chosen: CodeSet::default() }
    }

    /// How bad a code is.
    pub fn of(self, code: Code) -> Severity {
        if self.errors.contains(code) {
            Severity::Error
        } else if self.warnings.contains(code) {
            Severity::Warning
        } else {
            Severity::Note
        }
    }

    /// Returns true if one of the codes is an error, so that a record with them is not accepted.
    pub fn rejects(self, codes: CodeSet) -> bool {
        codes.meets(self.errors)
    }
}

/// Why a code is an error in every run; none where a run can choose to accept it.
pub fn always_error(code: Code) -> Option<&'static str> {
    let area = code.name().split('/').next();
    let is_error = code.info().severity == Severity::Error;
    match code {
        Code::LimitRecordBytes => Some("a record that long is not read"),
        Code::FileNotJsonl => Some("such a file is not read"),
        Code::DatasetNoRecords => Some("data without a record is never clean"),
        Code::DatasetTooManyRejected => Some("it says that a limit of the run is exceeded"),
        Code::DatasetUnknownFormat => Some("the fields of such records are not checked"),
        _ if area == Some("json") && is_error => Some("readers do not agree on what such a line contains"),
        _ if area == Some("convert") && is_error => Some("such a record cannot be converted"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_raises_warnings_and_nothing_else() {
        let (own, strict) = (Severities::default(), Severities::strict());
        assert!(strict.is_strict() && !own.is_strict());
        for info in CODES {
            assert_eq!(own.of(info.code), info.severity);
            let raised = if info.severity == Severity::Warning { Severity::Error } else { info.severity };
            assert_eq!(strict.of(info.code), raised);
            let mut set = CodeSet::default();
            assert!(!strict.rejects(set));
            set.insert(info.code);
            assert_eq!(own.rejects(set), info.severity == Severity::Error);
            assert_eq!(strict.rejects(set), raised == Severity::Error);
        }
    }

    #[test]
    fn what_the_user_chooses_is_remembered() {
        let chosen = Severities::strict()
            .with(Code::PiiEmail, Severity::Note)
            .chosen(Code::SchemaWrongType, Severity::Warning)
            .chosen(Code::FileCrlf, Severity::Error);
        let all: Vec<_> = chosen.all_chosen().collect();
        assert_eq!(all, [(Code::SchemaWrongType, Severity::Warning), (Code::FileCrlf, Severity::Error)]);
        assert_eq!(chosen.of(Code::PiiEmail), Severity::Note);
    }

    #[test]
    fn what_rejects_records_is_the_same_with_and_without_the_rest() {
        let runs = [Severities::default(), Severities::strict()];
        for run in runs.map(|run| run.chosen(Code::SchemaWrongType, Severity::Warning)) {
            for info in CODES.iter().filter(|info| info.scope == Scope::Record) {
                let mut set = CodeSet::default();
                set.insert(info.code);
                assert_eq!(run.rejecting().rejects(set), run.rejects(set), "{}", info.name);
            }
        }
        let of_data_set = Severities::default().chosen(Code::FileCrlf, Severity::Error);
        assert_eq!(of_data_set.rejecting(), Severities::default().rejecting());
    }

    #[test]
    fn only_errors_are_always_errors() {
        let always: Vec<&str> =
            CODES.iter().filter(|info| always_error(info.code).is_some()).map(|info| info.name).collect();
        assert!(always.iter().all(|name| {
            Code::from_name(name).is_some_and(|code| code.info().severity == Severity::Error)
        }));
        for name in ["json/syntax", "json/blank-line", "convert/content", "dataset/no-records"] {
            assert!(always.contains(&name), "{name}");
        }
        assert!(!always.contains(&"json/escaped-nul") && !always.contains(&"schema/wrong-type"));
    }

    #[test]
    fn one_code_can_be_set_apart() {
        for severity in [Severity::Note, Severity::Warning, Severity::Error] {
            let run = Severities::strict().with(Code::JsonSyntax, severity);
            assert!(run.is_strict() && run.of(Code::JsonSyntax) == severity);
            assert_eq!(run.of(Code::FileCrlf), Severities::strict().of(Code::FileCrlf));
        }
    }
}
