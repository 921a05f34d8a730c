//! The generated pages of `api-docs/`: error codes, the permission table, state tables. Checked in; a test fails when they differ.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base::error::ErrorCode;
use base::state::StateTable;
use people::identity::Rule;

const NOTE: &str = "Generated from the code by `make docs`; a test fails when it differs.\n\n";

/// `errors.md`.
pub fn errors(codes: &[&'static ErrorCode]) -> String {
    let mut page = format!(
        "# Error codes\n\n{NOTE}Every failure is `application/problem+json` (RFC 9457) with one of these stable codes.\n\n"
    );
    page.push_str("| code | status | 中文 | English |\n|---|---|---|---|\n");
    let sorted: BTreeMap<&str, &ErrorCode> = codes.iter().map(|code| (code.code, *code)).collect();
    for (name, code) in sorted {
        // Writing to a String can't fail.
        let _infallible = writeln!(page, "| <a id=\"{name}\"></a>`{name}` | {} | {} | {} |", code.status, code.zh, code.en);
    }
    page
}

/// `permissions.md`.
pub fn permissions(rules: &[&'static Rule], public: &[&str]) -> String {
    let mut page = format!(
        "# Permissions\n\n{NOTE}Who may do what, and how the target must stand to them. 403: no role grants it; 404: outside the scope.\n\n"
    );
    page.push_str("| action | what it does | who, and how far |\n|---|---|---|\n");
    for rule in rules {
        let grants: Vec<String> =
            rule.grants.iter().map(|(role, standing)| format!("{} ({})", role.name(), standing.name())).collect();
        let _infallible = writeln!(page, "| `{}` | {} | {} |", rule.action, rule.about.trim(), grants.join(", "));
    }
    let names: Vec<String> = public.iter().map(|name| format!("`{name}`")).collect();
    let _infallible = writeln!(page, "\nWithout sign-in: {}.", names.join(", "));
    page
}

/// `states.md`.
pub fn states(tables: &[StateTable]) -> String {
    let mut page = format!(
        "# States\n\n{NOTE}Every allowed move; any other is refused with 409. `–` is before the row exists, or after it is gone.\n"
    );
    let shown = |state: &'static str| if state.is_empty() { "–".to_owned() } else { format!("`{state}`") };
    for (name, moves) in tables {
        let _infallible = writeln!(page, "\n## {name}\n\n| from | to | by |\n|---|---|---|");
        for (from, to, by) in *moves {
            let _infallible = writeln!(page, "| {} | {} | {by} |", shown(from), shown(to));
        }
    }
    page
}
