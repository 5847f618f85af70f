//! Invitations: who is asked to join a workspace, and how somebody takes an invitation up.

use crate::text::{self, disturbs, is_unseen};
use crate::word::words;
use crate::{MemberId, Moment, Problem};
use serde::{Deserialize, Serialize};

/// Addresses that can be invited at once.
pub const MOST_AT_ONCE: usize = 100;

/// Invitations that a workspace can send in a day, again or for the first time: each writes to an address outside.
pub const MOST_INVITATIONS_A_DAY: usize = 500;

/// Letters of what was typed that are repeated to the reader.
const LONGEST_REPEATED: usize = 80;

/// What was typed to invite people: each piece an address, or not one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses(pub Vec<Result<String, String>>);

/// Reads several addresses, separated by commas, semicolons or lines. `Ann Smith <ann@example.com>` is the address in it.
/// The same address twice is one.
///
/// # Errors
///
/// A [`Problem`] on `field` when nothing was typed, or more than [`MOST_AT_ONCE`].
pub fn addresses(field: &'static str, typed: &str) -> Result<Addresses, Problem> {
    let pieces = typed.split([',', ';', '\n', '\r']).map(str::trim).filter(|piece| !piece.is_empty());
    // Addresses with nothing but spaces between them, one of which may be mistyped; names are not taken apart.
    let pieces = pieces.flat_map(|piece| {
        let words: Vec<&str> = piece.split_whitespace().collect();
        if words.iter().filter(|word| word.contains('@')).count() > 1 { words } else { vec![piece] }
    });
    // What is not seen is not there: nobody could tell what was refused.
    let pieces = pieces.filter(|piece| piece.chars().any(|c| !c.is_whitespace() && !disturbs(c) && !is_unseen(c)));
    let mut found: Vec<Result<String, String>> = Vec::new();
    for piece in pieces {
        let inner = piece.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
        let address = text::email(field, inner.unwrap_or(piece));
        let read = address.map_err(|_| text::one_line(piece).chars().take(LONGEST_REPEATED).collect::<String>());
        let folded = |read: &Result<String, String>| match read {
            Ok(address) => Ok(address.to_lowercase()),
            Err(other) => Err(other.clone()),
        };
        if !found.iter().any(|known| folded(known) == folded(&read)) {
            found.push(read);
        }
        if found.len() > MOST_AT_ONCE {
            let text = format!("Invite at most {MOST_AT_ONCE} people at once. Send these, then the others.");
            return Err(Problem::new(field, text));
        }
    }
    if found.is_empty() {
        return Err(Problem::new(field, "Enter the email address of at least one person."));
    }
    Ok(Addresses(found))
}

words! {
    /// What became of an address that somebody wanted to invite.
    InviteOutcome {
        /// An invitation is on its way.
        Invited = "invited",
        /// There is an invitation for it that waits.
        AlreadyInvited = "already_invited",
        /// It is a member's.
        AlreadyMember = "already_member",
        /// It is a deactivated member's.
        Deactivated = "deactivated",
        /// It is no address.
        NotAnAddress = "not_an_address",
    }
}

impl InviteOutcome {
    /// What the reader is told behind the address.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::AlreadyInvited => "already invited; use Resend invitation to send the mail again",
            Self::AlreadyMember => "already a member",
            Self::Deactivated => "a deactivated member; use Reactivate to let them in again",
            Self::NotAnAddress => "not an email address",
        }
    }
}

/// An address, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteAnswer {
    /// As it was typed.
    pub address: String,
    /// What became of it.
    pub outcome: InviteOutcome,
}

/// The answer to an invitation of several people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteAnswers(pub Vec<InviteAnswer>);

impl InviteAnswers {
    /// How many were invited.
    pub fn invited(&self) -> usize {
        self.0.iter().filter(|answer| answer.outcome == InviteOutcome::Invited).count()
    }

    /// The answer in a sentence.
    pub fn message(&self) -> String {
        match (self.invited(), self.0.len()) {
            (0, _) => "Nobody was invited.".to_owned(),
            (1, 1) => format!("{} was invited. The invitation ends after 7 days.", self.0[0].address),
            (invited, all) if invited == all => format!("{all} people were invited. The invitations end after 7 days."),
            (invited, all) => format!("{invited} of {all} were invited. The invitations end after 7 days."),
        }
    }

    /// A line for each address.
    pub fn lines(&self) -> Vec<String> {
        self.0.iter().map(|answer| format!("{}: {}", answer.address, answer.outcome.told())).collect()
    }
}

words! {
    /// What is needed of whoever has opened a link to take it up.
    TakenUpBy {
        /// They have no sign-in yet: a name and a password.
        NewSignIn = "new_sign_in",
        /// They have one: to sign in with it.
        SignIn = "sign_in",
        /// They have one that nothing can be done with elsewhere: its password.
        Password = "password",
        /// They are signed in: one click.
        SignedIn = "signed_in",
        /// Somebody else is signed in in this browser: to sign out.
        SomebodyElse = "somebody_else",
    }
}

/// An invitation, for whoever has opened its link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    /// The workspace to join.
    pub workspace: String,
    /// Who has invited.
    pub invited_by: String,
    /// The address it is for.
    pub email: String,
    /// When it ends.
    pub ends_at: Moment,
    /// What is needed to take it up.
    pub by: TakenUpBy,
    /// The address of whoever is signed in in this browser.
    pub reader: Option<String>,
}

/// A link that was made for an Admin to pass on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedLink {
    /// The member it is for.
    pub member: MemberId,
    /// What has happened, in a sentence.
    pub told: String,
    /// The link; none where it is mailed only.
    pub link: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_separated_by_commas_semicolons_and_lines() {
        let typed = " ann@x.example, Ben Smith <ben@x.example>;\r\ncora@x.example\nANN@X.example\n\ndan@x.example eve@x.example";
        let Addresses(found) = addresses("emails", typed).expect("some");
        let found: Vec<&str> = found.iter().map(|address| address.as_deref().expect("an address")).collect();
        assert_eq!(found, ["ann@x.example", "ben@x.example", "cora@x.example", "dan@x.example", "eve@x.example"]);
    }

    #[test]
    fn what_is_no_address_is_named() {
        let Addresses(found) = addresses("emails", "ann, Ben Smith, cora@x.example").expect("some");
        assert_eq!(found, [Err("ann".to_owned()), Err("Ben Smith".to_owned()), Ok("cora@x.example".to_owned())]);
        let Addresses(found) = addresses("emails", "ann@x.example ben.example cora@x.example").expect("some");
        assert_eq!(
            found,
            [Ok("ann@x.example".to_owned()), Err("ben.example".to_owned()), Ok("cora@x.example".to_owned())]
        );
    }

    #[test]
    fn nobody_and_too_many_are_refused() {
        assert!(addresses("emails", " ,\n;").is_err());
        assert!(addresses("emails", "\u{200B},\u{1}\u{FEFF}").is_err());
        let many = (0..=MOST_AT_ONCE).map(|n| format!("p{n}@x.example")).collect::<Vec<_>>();
        assert!(addresses("emails", &many[1..].join(",")).is_ok());
        assert!(addresses("emails", &many.join(",")).is_err());
    }

    #[test]
    fn the_answer_counts_who_was_invited() {
        let answer = |address: &str, outcome| InviteAnswer { address: address.to_owned(), outcome };
        let one = InviteAnswers(vec![answer("ann@x.example", InviteOutcome::Invited)]);
        assert_eq!(one.message(), "ann@x.example was invited. The invitation ends after 7 days.");
        let both = InviteAnswers(vec![one.0[0].clone(), answer("ben", InviteOutcome::NotAnAddress)]);
        assert_eq!(both.message(), "1 of 2 were invited. The invitations end after 7 days.");
        assert_eq!(both.lines()[1], "ben: not an email address");
    }
}
