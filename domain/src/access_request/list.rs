//! The Requests page: what waits for those who decide, and what account managers have sent.

use super::{AskedAccount, LineState, PendingLineView};
use crate::account::AccountRole;
use crate::time::Moment;
use crate::word::words;
use crate::{AccessRequestId, IdempotencyKey, MemberId, RequestLineId};
use serde::{Deserialize, Serialize};

/// Lines that can be decided in one act: all that a page shows.
pub const MOST_SELECTED: usize = 50;

words! {
    /// What a decider says to several lines at once.
    Decision {
        /// Yes, as it was asked.
        Accept = "accept",
        /// No.
        Decline = "decline",
    }
}

words! {
    /// Where a request stands as a whole: derived from its lines.
    RequestState {
        /// Somebody in it still waits.
        Open = "open",
        /// Everybody who was decided about was accepted.
        Accepted = "accepted",
        /// Everybody who was decided about was declined.
        Declined = "declined",
        /// Some were accepted, others were not.
        Mixed = "mixed",
        /// It ended without a decision.
        Closed = "closed",
    }
}

impl RequestState {
    /// Of a request with lines in these states.
    pub fn of(lines: impl IntoIterator<Item = LineState>) -> Self {
        let (mut accepted, mut declined, mut otherwise) = (false, false, false);
        for line in lines {
            match line {
                LineState::Pending => return Self::Open,
                // There was nothing left to add: it has what it asked for.
                LineState::Accepted | LineState::Superseded => accepted = true,
                LineState::Declined => declined = true,
                LineState::Withdrawn | LineState::Expired | LineState::Cancelled => otherwise = true,
            }
        }
        match (accepted, declined, otherwise) {
            (true, false, false) => Self::Accepted,
            (false, true, false) => Self::Declined,
            (false, false, _) => Self::Closed,
            _ => Self::Mixed,
        }
    }

    /// The word people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Accepted => "Accepted",
            Self::Declined => "Declined",
            Self::Mixed => "Answered in part",
            Self::Closed => "Closed",
        }
    }
}

/// The tab "To decide".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToDecideView {
    /// Lines that wait for the reader, oldest first.
    pub lines: Vec<LineToDecideView>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// A line that waits for the reader, with the account it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineToDecideView {
    /// The account.
    pub account: AskedAccount,
    /// The line.
    pub pending: PendingLineView,
}

/// What became of several decisions at once, each for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedSelection {
    /// A sentence for each line that was decided.
    pub done: Vec<String>,
    /// A sentence for each line that could not be decided.
    pub failed: Vec<String>,
}

impl DecidedSelection {
    /// The message to the decider.
    pub fn message(&self, decision: Decision) -> String {
        let said = match decision {
            Decision::Accept => "accepted",
            Decision::Decline => "declined",
        };
        let (done, all) = (self.done.len(), self.done.len() + self.failed.len());
        match (done, all) {
            (1, 1) => format!("1 request was {said}."),
            (done, all) if done == all => format!("{done} requests were {said}."),
            (1, all) => format!("1 of {all} requests was {said}. The others were not:"),
            (done, all) => format!("{done} of {all} requests were {said}. The others were not:"),
        }
    }

    /// What is told beside the message: why some were not decided, or else each decision.
    pub fn items(self) -> Vec<String> {
        match (self.failed.is_empty(), self.done.len()) {
            (false, _) => self.failed,
            (true, _) => self.done,
        }
    }
}

/// The tab "Sent": a page of the reader's own requests, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentView {
    /// The requests.
    pub requests: Vec<SentRequestView>,
    /// Where the next page starts.
    pub next: Option<String>,
}

/// A request with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentRequestView {
    /// The request.
    pub request: AccessRequestId,
    /// The account, called as it is now for whoever sees it, and otherwise as it was when the request was sent.
    pub account: AskedAccount,
    /// Whether the reader sees the account.
    pub sees_account: bool,
    /// When it was sent.
    pub asked_at: Moment,
    /// The role that was asked for.
    pub role: AccountRole,
    /// How long: [`AccessEnd::told`](super::AccessEnd::told).
    pub end: String,
    /// Why; may be empty.
    pub reason: String,
    /// Where it stands as a whole.
    pub state: RequestState,
    /// Whether the partnership is suspended, so that what waits cannot be decided.
    pub suspended: bool,
    /// The people in it.
    pub lines: Vec<SentLineView>,
    /// When the owners were last reminded.
    pub reminded_at: Option<Moment>,
    /// Whether they can be reminded now.
    pub can_remind: bool,
    /// Whether it can be asked again for those who did not get access, or have it no longer.
    pub can_ask_again: bool,
}

/// One person in a request that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentLineView {
    /// The line.
    pub line: RequestLineId,
    /// Whom it is for.
    pub name: String,
    /// Where it stands.
    pub state: LineState,
    /// Why it ended without a decision, as a clause.
    pub because: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When it left "pending".
    pub decided_at: Option<Moment>,
    /// What it was accepted with: role, and the end in words.
    pub accepted: Option<(AccountRole, Option<Moment>)>,
    /// The decider's note.
    pub note: Option<String>,
}

/// A request that is asked again: what the form starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedBefore {
    /// Those who did not get access, or have it no longer.
    pub members: Vec<MemberId>,
    /// The role's word.
    pub role: String,
    /// [`AccessEnd::choice`](super::AccessEnd::choice).
    pub access_end: String,
    /// The day, `YYYY-MM-DD`, unless it has passed.
    pub access_end_date: String,
    /// Why.
    pub reason: String,
}

/// What the form "Extend access" starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionFormView {
    /// The account.
    pub account: AskedAccount,
    /// The key of this form.
    pub key: IdempotencyKey,
    /// The reader's role, which stays.
    pub role: AccountRole,
    /// When their access ends.
    pub ends_at: Moment,
    /// Later ends that the partnership allows.
    pub ends: Vec<super::EndChoice>,
    /// The first day that can be chosen, `YYYY-MM-DD`.
    pub first_day: String,
    /// The last day that can be chosen, `YYYY-MM-DD`, if the policy limits it.
    pub last_day: Option<String>,
    /// Whether a reason is needed.
    pub reason_required: bool,
    /// Why it cannot be asked for now, such as that it was already.
    pub blocked: Option<String>,
}
