//! Notifications: events told to a member.

use crate::activity::EventKind;
use crate::word::words;
use crate::{Moment, NotificationId};
use serde::{Deserialize, Serialize};

words! {
    /// What mails are about: each member chooses topic by topic how they get them.
    MailTopic {
        /// Requests that the member decides.
        Requests = "requests",
        /// What became of requests that the member made, or that were made for them.
        Answers = "answers",
        /// The member's own access.
        Access = "access",
        /// Accounts that the member owns or looks after.
        Accounts = "accounts",
        /// Partnerships that the member looks after.
        Partnerships = "partnerships",
        /// The people of the workspace.
        People = "people",
    }
}

impl MailTopic {
    /// What the topic is called.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Requests => "Requests for your accounts",
            Self::Answers => "Answers to requests",
            Self::Access => "Your access",
            Self::Accounts => "Your accounts",
            Self::Partnerships => "Partnerships",
            Self::People => "People",
        }
    }

    /// What belongs to it.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Requests => {
                "Somebody asks for access to an account that you own, or reminds you, or another owner answers."
            }
            Self::Answers => {
                "A request that you made, or that was made for you, was accepted, declined or ended otherwise."
            }
            Self::Access => "You were given access, your role was changed, or your access ends or has ended.",
            Self::Accounts => {
                "An account that you own was shared, deleted or restored, a guest’s access to it ends soon, or its password should be changed."
            }
            Self::Partnerships => "A partnership was proposed, answered, suspended, resumed or has come to its end.",
            Self::People => "Somebody joined, got another role, or was deactivated.",
        }
    }

    /// The topic of an event for somebody who is told of it, who may be told because they decide. `None` is mailed at
    /// once to everybody: what somebody else may be doing with one's own sign-in is no choice of mails.
    pub const fn of(kind: EventKind, decides: bool) -> Option<Self> {
        Some(match kind {
            EventKind::AccessRequested
            | EventKind::RequestAccepted
            | EventKind::RequestDeclined
            | EventKind::RequestCancelled
            | EventKind::RequestExpired
            | EventKind::RequestWithdrawn
            | EventKind::RequestReminded => {
                if decides {
                    Self::Requests
                } else {
                    Self::Answers
                }
            }
            EventKind::AccessEndsSoon
            | EventKind::RoleChanged
            | EventKind::AccessRemoved
            | EventKind::AccessEnded
            | EventKind::AccessGiven
            | EventKind::AccessGivenBack
            | EventKind::AccessConfirmed
            | EventKind::OwnerAssigned => {
                if decides {
                    Self::Accounts
                } else {
                    Self::Access
                }
            }
            EventKind::AccountAdded
            | EventKind::AccountChanged
            | EventKind::AccountDeleted
            | EventKind::AccountRestored
            | EventKind::AccountsImported
            | EventKind::AccountShared
            | EventKind::SharingStopped
            | EventKind::LoggedIn
            | EventKind::PasswordShown
            | EventKind::PasswordCopied
            | EventKind::UsernameCopied
            | EventKind::OneTimeCodeGiven
            | EventKind::FieldShown
            | EventKind::PasswordStored
            | EventKind::PasswordRemoved
            | EventKind::OneTimeCodeStored
            | EventKind::OneTimeCodeRemoved
            | EventKind::FieldChanged
            | EventKind::CopyingChanged
            | EventKind::RotationTaskOpened => Self::Accounts,
            EventKind::PartnershipProposed
            | EventKind::PartnershipReceived
            | EventKind::PartnershipApproved
            | EventKind::PartnershipAccepted
            | EventKind::PartnershipDeclined
            | EventKind::PartnershipWithdrawn
            | EventKind::PartnershipReminded
            | EventKind::PartnershipLapsed
            | EventKind::PartnershipSuspended
            | EventKind::PartnershipResumed
            | EventKind::PartnershipRemoved
            | EventKind::PartnershipEnded
            | EventKind::PartnershipEndSet
            | EventKind::PartnershipOwnerNamed
            | EventKind::PolicyChanged => Self::Partnerships,
            EventKind::WorkspaceFounded
            | EventKind::WorkspaceRenamed
            | EventKind::MemberInvited
            | EventKind::InvitationWithdrawn
            | EventKind::MemberJoined
            | EventKind::WorkspaceRoleChanged
            | EventKind::MemberDeactivated
            | EventKind::MemberReactivated
            | EventKind::MembersExported
            | EventKind::SecondFactorRequired
            | EventKind::NameChanged => Self::People,
            // What happens to a sign-in, and whatever has no topic yet.
            _ => return None,
        })
    }
}

/// Whether something waits for a decision by those who are told: when none of them wants the mail, all get it, because
/// nobody else does.
pub const fn wants_decision(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::AccessRequested
            | EventKind::RequestReminded
            | EventKind::PartnershipProposed
            | EventKind::PartnershipReceived
            | EventKind::PartnershipApproved
            | EventKind::PartnershipReminded
    )
}

words! {
    /// How a member gets the mails about a topic.
    MailDelivery {
        /// Each when it happens.
        AtOnce = "at_once",
        /// Together, in one mail a day.
        Daily = "daily",
        /// Not at all: they stand under Notifications.
        Never = "never",
    }
}

impl MailDelivery {
    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AtOnce => "At once",
            Self::Daily => "In the daily mail",
            Self::Never => "No mail",
        }
    }
}

/// The page on which a member chooses their mails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailChoicesView {
    /// Where the mails go.
    pub email: String,
    /// Every topic with how its mails come.
    pub choices: Vec<(MailTopic, MailDelivery)>,
}

/// The hour of the day, UTC, at which daily mails are made.
pub const DIGEST_HOUR: u32 = 6;

/// One notification in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationView {
    /// The notification.
    pub id: NotificationId,
    /// When the event happened.
    pub at: Moment,
    /// What happened, in a sentence.
    pub sentence: String,
    /// A note of the decider, when there is one.
    pub note: Option<String>,
    /// The page about it, on this site.
    pub link: String,
    /// Not read yet.
    pub unread: bool,
}

/// A page of notifications, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationListView {
    /// The notifications.
    pub notifications: Vec<NotificationView>,
    /// The member's newest event, or zero: all up to it can be marked as read.
    pub newest: i64,
    /// Where the next page starts.
    pub next: Option<String>,
}
