//! What can be answered instead of a result.

use crate::access_request::LineState;
use crate::partnership::PartnershipState;
use crate::time::{Moment, day_and_time};
use serde::{Deserialize, Serialize};

/// The only error a browser ever sees. Each variant exists because someone reacts to it.
///
/// It is written as serde writes enums by itself, and a moment in it as a number: readers for tagged enums and for dates
/// would make the browser's program a tenth larger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// Nobody is signed in, or the session has ended.
    #[error("Sign in to go on.")]
    SignInRequired,
    /// Not there, or not visible to this member: the answer is the same.
    #[error("This page or entry does not exist, or you do not have access to it.")]
    NotFound,
    /// Visible, but not allowed.
    #[error("{denial}")]
    Denied {
        /// Why.
        denial: Denial,
    },
    /// What was typed cannot be used as it is.
    #[error("{}", problems.iter().map(|problem| problem.text.as_str()).collect::<Vec<_>>().join(" "))]
    Invalid {
        /// Field by field, in the order of the form. Never empty.
        problems: Vec<Problem>,
    },
    /// Somebody or something was first.
    #[error("{conflict}")]
    Conflict {
        /// What came first.
        conflict: Conflict,
    },
    /// The limit of attempts is reached.
    #[error("Too many attempts. Try again in {}.", minutes(*wait_seconds))]
    TooManyAttempts {
        /// Seconds until the next attempt is looked at.
        wait_seconds: u32,
    },
    /// The database or the program is too busy, or out of reach, for now.
    #[error("Latchkey cannot answer right now. Nothing was changed. Try again in a moment.")]
    Unavailable,
    /// A failure that is not the reader's doing. The cause stands in the log beside the number.
    #[error("Something went wrong on our side. Try again, or tell your administrator this incident number: {incident}")]
    Unexpected {
        /// Found in the log as `incident`.
        incident: String,
    },
}

impl AppError {
    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self {
            Self::SignInRequired => 401,
            Self::NotFound => 404,
            Self::Denied { .. } => 403,
            Self::Invalid { .. } => 422,
            Self::Conflict { .. } => 409,
            Self::TooManyAttempts { .. } => 429,
            Self::Unavailable => 503,
            Self::Unexpected { .. } => 500,
        }
    }

    /// One problem with one field.
    pub fn invalid(field: &'static str, text: impl Into<String>) -> Self {
        Self::Invalid { problems: vec![Problem::new(field, text)] }
    }

    /// What is wrong with the field, if that is what the error says.
    pub fn problem_with(&self, field: &str) -> Option<&str> {
        match self {
            Self::Invalid { problems } => {
                problems.iter().find(|problem| problem.field == field).map(|problem| problem.text.as_str())
            }
            _ => None,
        }
    }
}

impl From<Denial> for AppError {
    fn from(denial: Denial) -> Self {
        Self::Denied { denial }
    }
}

impl From<Conflict> for AppError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict { conflict }
    }
}

impl From<Vec<Problem>> for AppError {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Invalid { problems }
    }
}

/// What is wrong with one field of a form, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field's name in the form.
    pub field: String,
    /// A sentence for the reader.
    pub text: String,
}

impl Problem {
    /// A problem with a field.
    pub fn new(field: &'static str, text: impl Into<String>) -> Self {
        Self { field: field.to_owned(), text: text.into() }
    }
}

/// Why a member may not do what they may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Denial {
    /// Deciding, changing roles and the like.
    #[error("Only an owner of the account can do this.")]
    OwnersOnly,
    /// Requesting access for others.
    #[error("Only an account manager of the account can request access for other members.")]
    ManagersOnly,
    /// The account's member list.
    #[error("Only owners and account managers of the account can see who has access to it.")]
    MembersNotShown,
    /// The account page's details and log-in.
    #[error("Only members who have access to the account can do this. Ask an owner of the account for access.")]
    HoldersOnly,
    /// Removing members.
    #[error("You can remove only guests of this account. Ask an owner of the account to remove this member.")]
    GuestsOnly,
    /// Nobody decides a request they made.
    #[error("You made this request, so another owner has to decide it.")]
    OwnRequest,
    /// The last active owner keeps the role.
    #[error("This is the account's last owner. Make someone else Owner first.")]
    LastOwner,
    /// A guest never becomes owner; a host's own member never account manager.
    #[error("This member cannot have this role on the account.")]
    RoleNotForMember,
    /// A guest's role is raised above what the partnership or the share allows.
    #[error("The partnership does not allow this role on the account.")]
    RoleNotShared,
    /// Copying a password that the owners keep to themselves.
    #[error("The owners of this account do not let its password be copied. Ask one of them to log you in.")]
    CopyingNotAllowed,
    /// The partnership is suspended.
    #[error("The partnership is suspended. Requests wait until it is resumed.")]
    PartnershipSuspended,
    /// The account is not offered to the requester's company any more.
    #[error("The account is no longer shared with this partner.")]
    NotShared,
    /// The role or the time is more than what was asked for.
    #[error("You can accept at most what was asked for.")]
    MoreThanAsked,
    /// The policy became stricter.
    #[error("The partnership's policy no longer allows this much. Accept with a lower role or a shorter time.")]
    MoreThanPolicy,
    /// The date that was asked for has come.
    #[error("The end of access that was asked for has passed. Decline the request, and ask for a new one.")]
    EndHasPassed,
    /// What only those can do who look after the workspace.
    #[error("Only an Admin of your workspace can do this.")]
    AdminsOnly,
    /// What only the workspace's Owner can do.
    #[error("Only the Owner of your workspace can do this.")]
    WorkspaceOwnerOnly,
    /// What is for the partnership owner and those who look after the workspace.
    #[error("Only the partnership owner or an Admin of your workspace can do this.")]
    PartnershipOwnersOnly,
    /// What the other side of a partnership does.
    #[error("Only the company that shares its accounts can do this.")]
    HostOnly,
    /// What the other side of a partnership does.
    #[error("Only the company that the accounts are shared with can do this.")]
    GuestOnly,
    /// Resuming what the other side has suspended.
    #[error("The other company has suspended this partnership. Only its Admins can resume it.")]
    OtherSideSuspended,
    /// The workspace's Owner keeps role and membership.
    #[error("This is the workspace's Owner. Make someone else Owner first.")]
    WorkspaceOwnerStays,
    /// Nobody does this to themselves.
    #[error("You cannot do this to yourself. Ask another Admin.")]
    NotOneself,
    /// Extending access to an account of the own company.
    #[error("This is an account of your own company. Ask one of its owners to give you access for longer.")]
    OwnersExtend,
    /// Extending access that does not end.
    #[error("Your access has no end, so there is nothing to extend.")]
    NothingToExtend,
    /// A browser left alone must not give this away.
    #[error("Confirm with your password that it is you, then do this once more.")]
    ConfirmFirst,
    /// The workspace asks for a second factor before anything else.
    #[error("Your workspace asks for a second factor. Set one up under Settings, Security, to go on.")]
    SecondFactorFirst,
    /// An Admin's reach ends below the Owner.
    #[error("An Admin cannot do this to the workspace's Owner.")]
    AboveAdmin,
}

impl Denial {
    /// Whether the reader can go on at once by a step that comes first, so that nothing is refused for good.
    pub const fn asks_for_a_step(self) -> bool {
        matches!(self, Self::ConfirmFirst | Self::SecondFactorFirst)
    }
}

/// Who or what was first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The line was decided the other way.
    AlreadyDecided {
        /// [`LineState::Accepted`] or [`LineState::Declined`].
        state: LineState,
        /// The decider's name.
        by: String,
        /// When.
        #[serde(with = "chrono::serde::ts_microseconds")]
        at: Moment,
    },
    /// The line has ended without a decision.
    NoLongerPending {
        /// How it ended.
        state: LineState,
    },
    /// The partnership is in a state in which this cannot be done.
    PartnershipIs {
        /// The state.
        state: PartnershipState,
    },
    /// Whoever has to decide was reminded less than a day ago.
    RemindedAlready {
        /// When.
        #[serde(with = "chrono::serde::ts_microseconds")]
        at: Moment,
    },
    /// Something with this name or address is there already, as a sentence that says what to do.
    Exists {
        /// The sentence.
        what: String,
    },
}

impl std::fmt::Display for Conflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AlreadyDecided { state, by, at } => {
                write!(f, "Already {} by {by} at {}.", state.label().to_ascii_lowercase(), day_and_time(*at))
            }
            Self::NoLongerPending { state } => {
                write!(f, "This request can no longer be decided: it is {}.", state.label().to_ascii_lowercase())
            }
            Self::PartnershipIs { state } => {
                write!(f, "This cannot be done now. The partnership’s state is: {}.", state.label())
            }
            Self::RemindedAlready { at } => {
                write!(f, "A reminder was sent at {}. You can send another one a day after it.", day_and_time(*at))
            }
            Self::Exists { what } => f.write_str(what),
        }
    }
}

/// "1 minute", "5 minutes": whole minutes, rounded up, at least one.
fn minutes(seconds: u32) -> String {
    match seconds.div_ceil(60).max(1) {
        1 => "1 minute".to_owned(),
        minutes => format!("{minutes} minutes"),
    }
}
