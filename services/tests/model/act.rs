//! What members do, and how it is picked at random: mostly what can be done, often enough what cannot.

mod pick;

use crate::model::{Bond, Login, Model, Named, Offer, Policy, Who};
use chrono::NaiveDate;
use domain::account::AccountRole;
use domain::workspace::WorkspaceRole;
use proptest::prelude::Rng;

/// Why access is asked for, where a reason is given.
pub const REASON: &str = "The spring campaign";

/// How long access is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Never,
    /// Days from acceptance.
    Days(u16),
    /// To the end of this day.
    On(NaiveDate),
}

/// The latest line for a member on an account, or one so many before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineOf {
    pub whom: Who,
    pub account: Login,
    pub before: u8,
}

/// With what accounts are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareTerms {
    /// The highest role that can be asked for.
    pub highest: AccountRole,
    /// The role of those whom it reaches at first.
    pub role: AccountRole,
    pub end: End,
}

/// One act of one member, or of time.
#[derive(Clone, Debug)]
pub enum Act {
    /// Opens the account's page.
    Look {
        by: Who,
        account: Login,
    },
    /// Opens All accounts.
    List {
        by: Who,
    },
    LogIn {
        by: Who,
        account: Login,
    },
    /// Requests access; `twice` sends the same form once more.
    Ask {
        by: Who,
        account: Login,
        whom: Vec<Who>,
        role: AccountRole,
        end: End,
        reason: bool,
        twice: bool,
    },
    /// Requests longer access for oneself.
    Extend {
        by: Who,
        account: Login,
        end: End,
        reason: bool,
    },
    /// Accepts a line on the page of the account `through`, as it was asked or with less.
    Accept {
        by: Who,
        through: Login,
        line: LineOf,
        role: Option<AccountRole>,
        end: Option<End>,
    },
    Decline {
        by: Who,
        through: Login,
        line: LineOf,
    },
    /// Withdraws a line.
    TakeBack {
        by: Who,
        line: LineOf,
    },
    /// Reminds of the request that a line belongs to.
    Remind {
        by: Who,
        line: LineOf,
    },
    ChangeRole {
        by: Who,
        account: Login,
        whom: Who,
        role: AccountRole,
    },
    Remove {
        by: Who,
        account: Login,
        whom: Who,
    },
    /// Gives a member of the own company access.
    Give {
        by: Who,
        account: Login,
        whom: Who,
        role: AccountRole,
    },
    GiveBack {
        by: Who,
        account: Login,
    },
    /// Adds an account to the own company.
    Add {
        by: Who,
    },
    Delete {
        by: Who,
        account: Login,
    },
    Restore {
        by: Who,
        account: Login,
    },
    /// Confirms what a guest had on an account that was restored.
    Confirm {
        by: Who,
        account: Login,
        whom: Who,
    },
    /// Gives an account without an owner one.
    Assign {
        by: Who,
        account: Login,
        whom: Who,
    },
    /// Proposes a partnership.
    Propose {
        by: Who,
        to: Named,
        reason: bool,
    },
    Partner {
        by: Who,
        partnership: Bond,
        act: PartnerAct,
    },
    Share {
        by: Who,
        through: Bond,
        accounts: Vec<Login>,
        whom: Vec<Who>,
        terms: ShareTerms,
    },
    ShareAgain {
        by: Who,
        share: Offer,
        whom: Who,
        role: AccountRole,
    },
    /// Stops a share on the page of an account.
    StopSharing {
        by: Who,
        account: Login,
        share: Offer,
    },
    /// Removes a guest from everything that is shared through a partnership.
    RemoveGuest {
        by: Who,
        through: Bond,
        whom: Who,
    },
    Colleague {
        by: Who,
        whom: Who,
        act: ColleagueAct,
    },
    /// Invites somebody who is new, or the user who is this member of some company.
    Invite {
        by: Who,
        whom: Option<Who>,
        role: WorkspaceRole,
    },
    /// Whoever holds the latest link of an invitation joins with it.
    Join {
        whom: Who,
    },
    /// Hands the ownership of the company over.
    HandOver {
        by: Who,
        to: Who,
    },
    /// Time passes.
    Wait {
        minutes: u32,
    },
    /// What has ended is marked.
    Sweep,
}

/// What is done with a partnership.
#[derive(Clone, Debug)]
pub enum PartnerAct {
    Look,
    Approve,
    /// At the host a proposal, at the guest the partnership.
    Decline,
    Withdraw,
    Accept {
        agreed: bool,
    },
    Remind,
    SendAgain {
        reason: bool,
    },
    Suspend,
    Resume,
    /// Sets the last day, so many from now, or takes the end away.
    SetEnd {
        days: Option<u16>,
    },
    Remove,
    NameOwner {
        whom: Who,
    },
    SetPolicy {
        policy: Policy,
    },
}

/// What is done with a member of the own company.
#[derive(Clone, Copy, Debug)]
pub enum ColleagueAct {
    ChangeRole {
        to: WorkspaceRole,
    },
    Deactivate,
    Reactivate,
    /// Makes a new link, which lasts as long as the first did.
    InviteAgain,
    WithdrawInvitation,
}

impl Act {
    /// Who acts, if it is a member.
    pub fn by(&self) -> Option<Who> {
        match self {
            Self::Look { by, .. }
            | Self::List { by }
            | Self::LogIn { by, .. }
            | Self::Ask { by, .. }
            | Self::Extend { by, .. }
            | Self::Accept { by, .. }
            | Self::Decline { by, .. }
            | Self::TakeBack { by, .. }
            | Self::Remind { by, .. }
            | Self::ChangeRole { by, .. }
            | Self::Remove { by, .. }
            | Self::Give { by, .. }
            | Self::GiveBack { by, .. }
            | Self::Add { by }
            | Self::Delete { by, .. }
            | Self::Restore { by, .. }
            | Self::Confirm { by, .. }
            | Self::Assign { by, .. }
            | Self::Propose { by, .. }
            | Self::Partner { by, .. }
            | Self::Share { by, .. }
            | Self::ShareAgain { by, .. }
            | Self::StopSharing { by, .. }
            | Self::RemoveGuest { by, .. }
            | Self::Colleague { by, .. }
            | Self::Invite { by, .. }
            | Self::HandOver { by, .. } => Some(*by),
            // Who joins is nobody here yet.
            Self::Join { .. } | Self::Wait { .. } | Self::Sweep => None,
        }
    }

    /// Its name, without what it is about.
    pub fn name(&self) -> String {
        let told = match self {
            Self::Partner { act, .. } => format!("{act:?} (partner)"),
            Self::Colleague { act, .. } => format!("{act:?} (colleague)"),
            act => format!("{act:?}"),
        };
        let about = told.find(" (").map_or("", |place| &told[place..]);
        let name = told.split([' ', '(']).next().unwrap_or_default();
        format!("{name}{about}")
    }

    /// An act that somebody could try in this state.
    pub fn pick(model: &Model, random: &mut impl Rng) -> Self {
        pick::Pick { model, random }.act()
    }
}
