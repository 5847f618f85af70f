//! The mark of an app: its first letters on a colour, both derived from its name. No logo is copied.

use leptos::prelude::*;

const COLOURS: [&str; 8] = [
    "app-mark-pine",
    "app-mark-sea",
    "app-mark-iris",
    "app-mark-plum",
    "app-mark-rose",
    "app-mark-rust",
    "app-mark-ochre",
    "app-mark-slate",
];

/// The mark. Decoration: the app's name stands beside it.
#[component]
pub fn AppMark(
    /// The app's name.
    name: String,
    /// For the top of a page.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let size = if large { " app-mark-large" } else { "" };
    view! {
        <span class=format!("app-mark {}{size}", colour(&name)) aria-hidden="true">
            {letters(&name)}
        </span>
    }
}

/// The same name has the same colour, here and everywhere (FNV-1a).
fn colour(name: &str) -> &'static str {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    COLOURS[((hash ^ (hash >> 24)) % 8) as usize]
}

/// The initials of the first two words, or the first letter of the only one.
fn letters(name: &str) -> String {
    let initials: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    if initials.is_empty() { "?".to_owned() } else { initials }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_has_the_initials_of_two_words() {
        for (name, mark) in
            [("Ledger", "L"), ("pixel press", "PP"), ("Ticket & Desk Co", "TD"), ("…", "?"), ("éclair", "É")]
        {
            assert_eq!(letters(name), mark);
        }
    }

    #[test]
    fn the_same_name_has_the_same_colour() {
        assert_eq!(colour("Ledger"), colour("Ledger"));
    }
}
