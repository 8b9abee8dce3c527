//! All differences of this program from the AWS CLI, and their reasons.
//!
//! One difference is not in the list, because it applies to every set-up: an empty variable counts as
//! unset, but the AWS CLI takes some of them for a name or a path. The oracle runs without them, so
//! that everything else must still agree. Two more are between version 2 of the AWS CLI, the
//! reference, and its library: see oracle.py. Profiles with `login_session` are in credentials.rs, because
//! the oracle needs another library for them.

use super::Outcome;

/// A difference that is meant.
pub(crate) struct Difference {
    pub(crate) name: &'static str,
    pub(crate) reason: &'static str,
    /// Whether it explains what the program does: by its exit code and what it prints.
    pub(crate) explains: fn(&Outcome, &str) -> bool,
}

pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        name: "a flag that is neither `true` nor `false` is refused",
        reason: "the AWS CLI reads `1` and `yes` as `false`, which nobody means",
        explains: |program, stderr| {
            program.code == Some(2) && stderr.contains("is not `true` or `false`")
        },
    },
    Difference {
        name: "`AWS_CREDENTIAL_FILE` is refused by name",
        reason: "a form of file that was given up in 2013",
        explains: |program, stderr| {
            program.code == Some(4) && stderr.contains("`AWS_CREDENTIAL_FILE` is not supported")
        },
    },
    Difference {
        name: "keys with a line break are refused",
        reason: "they cannot be sent; the AWS CLI fails later, when it signs",
        explains: |program, stderr| program.code == Some(4) && stderr.contains("cannot be sent"),
    },
];
