//! How bad each kind of finding is in one run: decided once, at its edge, and asked everywhere else.

use crate::code::{CODES, Code, CodeSet, Severity};

/// The severity of every code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severities {
    errors: CodeSet,
    warnings: CodeSet,
    is_strict: bool,
}

impl Default for Severities {
    /// Each code's own.
    fn default() -> Self {
        let mut severities =
            Self { errors: CodeSet::default(), warnings: CodeSet::default(), is_strict: false };
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
        Self { errors, warnings: CodeSet::default(), is_strict: true }
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
    fn one_code_can_be_set_apart() {
        for severity in [Severity::Note, Severity::Warning, Severity::Error] {
            let run = Severities::strict().with(Code::JsonSyntax, severity);
            assert!(run.is_strict() && run.of(Code::JsonSyntax) == severity);
            assert_eq!(run.of(Code::FileCrlf), Severities::strict().of(Code::FileCrlf));
        }
    }
}
