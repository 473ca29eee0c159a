//! What the rules let pass, and why. These lists may only become shorter: a test knows their length.

/// `(rule, place, why)`: a finding of this rule at this place is no violation.
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[];

/// `(service, name, why)`: a file or folder of its `src` beside those that every service has.
pub const OWN_FILES: &[(&str, &str, &str)] =
    &[("services/catalog", "import", "reading product files is pure, and too long for its model")];
