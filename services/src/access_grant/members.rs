//! The Members tab: who has access to an account, and which lines wait there.
//!
//! Readers see the members whom their standing shows them, and the lines about these. Whoever decides sees every line.

use super::GRANT_COUNTS_OR_WAITS;
use crate::Error;
use crate::access_request::end_of;
use crate::account::{GRANT_JOINS, STRENGTH, VisibleAccount, role_of};
use crate::database::statement;
use crate::partnership::PolicyRow;
use chrono::{Days, TimeDelta};
use domain::access_grant::GrantSource;
use domain::access_request::{
    AccessEnd, AccountMemberView, AccountMembersView, DecideChoices, EndChoice, LineState, PendingLineView,
};
use domain::account::AccountRole;
use domain::member::PickedMember;
use domain::partnership::{PartnershipPolicy, PartnershipState};
use domain::policy::{Act, SeesMembers, Side, roles_for};
use domain::time::{day, day_and_time};
use domain::{Denial, MemberId, Moment, RequestLineId, UserId, WorkspaceId};
use sea_orm::prelude::Date;
use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

/// Members on one page of the Members tab.
const PER_PAGE: usize = 50;
/// Lines that wait, shown on the Members tab: the oldest. Decided ones make room for the next.
const MOST_PENDING: usize = 100;

impl VisibleAccount {
    /// The members with access that this member may see, and on the first page the lines that wait, among them `line`.
    ///
    /// # Errors
    ///
    /// [`Denial::MembersNotShown`].
    pub async fn members(&self, after: Option<&str>, line: Option<RequestLineId>) -> Result<AccountMembersView, Error> {
        let sees = self.standing().sees_members();
        if sees == SeesMembers::Nobody {
            return Err(Denial::MembersNotShown.into());
        }
        let after = after.and_then(read_cursor);
        let after_first = after.is_some();
        let (mut pending, mut more_pending, mut told) = (Vec::new(), 0, None);
        let waiting = if after.is_none() { self.waiting_guests().await? } else { Vec::new() };
        if after.is_none() {
            (pending, more_pending) = self.pending_lines(sees, line).await?;
            told = match line.filter(|line| pending.iter().all(|pending| pending.line != *line)) {
                Some(line) => self.what_became_of(line, sees).await?,
                None => None,
            };
        }
        let mut rows = self.member_rows(sees, after).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", row.member, row.name));
        let members = rows.into_iter().filter_map(|row| self.member_view(row)).collect();
        let shares = if after_first { Vec::new() } else { self.shares().await? };
        let can_add = self.standing().may(Act::ChangeRole).is_ok();
        Ok(AccountMembersView {
            header: self.header(),
            told,
            waiting,
            pending,
            more_pending,
            members,
            next,
            shares,
            can_add,
        })
    }

    async fn member_rows(&self, sees: SeesMembers, after: Option<(String, MemberId)>) -> Result<Vec<MemberRow>, Error> {
        let ctx = self.ctx();
        let (name, id) = after.unwrap_or((String::new(), MemberId(Uuid::nil())));
        let sql = format!(
            r#"SELECT m.id AS member, u.name, u.email, w.name AS workspace, m.workspace_id,
                      MAX({STRENGTH} * 10 + CASE g.source
                          WHEN 'owner' THEN 4 WHEN 'direct' THEN 3 WHEN 'share' THEN 2 ELSE 1 END) AS top,
                      CASE WHEN COUNT(*) = COUNT(g.ends_at) THEN MAX(g.ends_at) END AS ends_at,
                      MAX(g.last_used_at) AS last_used_at,
                      MAX(CASE WHEN p.state = 'suspended' THEN 1 ELSE 0 END) AS suspended
               FROM access_grant g {GRANT_JOINS}
               JOIN member m ON m.id = g.member_id AND m.status = 'active'
               JOIN "user" u ON u.id = m.user_id
               JOIN workspace w ON w.id = m.workspace_id
               WHERE g.account_id = $2 AND {GRANT_COUNTS_OR_WAITS} AND {SEES} AND (u.name, m.id) > ($6, $7)
               GROUP BY m.id, u.name, u.email, w.name, m.workspace_id
               ORDER BY u.name, m.id
               LIMIT {limit}"#,
            SEES = sees_condition(sees),
            limit = PER_PAGE + 1
        );
        let values = [
            ctx.now().into(),
            self.id().into(),
            ctx.workspace().into(),
            self.host().into(),
            ctx.member().into(),
            name.into(),
            id.into(),
        ];
        Ok(MemberRow::find_by_statement(statement(ctx.reader(), &sql, values)).all(ctx.reader()).await?)
    }

    fn member_view(&self, row: MemberRow) -> Option<AccountMemberView> {
        let role = role_of(row.top / 10)?;
        let guest = row.workspace_id != self.host();
        let standing = self.standing();
        let side = if guest { Side::Guest } else { Side::Host };
        let roles = if standing.may(Act::ChangeRole).is_ok() { roles_for(side).to_vec() } else { Vec::new() };
        let remove = if guest { Act::RemoveGuest } else { Act::RemoveHostMember };
        Some(AccountMemberView {
            member: PickedMember { member: row.member, name: row.name, email: row.email },
            workspace: row.workspace,
            guest,
            role,
            via: source_of(row.top % 10).label().to_owned(),
            last_used_at: row.last_used_at,
            ends_at: row.ends_at,
            suspended: row.suspended == 1,
            roles,
            can_remove: standing.may(remove).is_ok(),
        })
    }

    /// SQL: which lines `l` the reader sees, for those who decide and for those whose people they are about.
    fn sees_lines(&self, sees: SeesMembers) -> &'static str {
        sees_condition(if self.standing().may(Act::Decide).is_ok() { SeesMembers::All } else { sees })
    }

    /// `$1` to `$5` of questions about lines.
    fn line_values(&self) -> Vec<Value> {
        let ctx = self.ctx();
        let (workspace, host) = (ctx.workspace().into(), self.host().into());
        vec![ctx.now().into(), self.id().into(), workspace, host, ctx.member().into()]
    }

    /// The lines that wait, oldest first, `named` among them, if it waits; and how many more there are.
    async fn pending_lines(
        &self,
        sees: SeesMembers,
        named: Option<RequestLineId>,
    ) -> Result<(Vec<PendingLineView>, u32), Error> {
        #[derive(FromQueryResult)]
        struct Waiting {
            #[sea_orm(nested)]
            pending: PendingRow,
            /// How many wait, beside those that are shown too.
            lines: i64,
        }
        let decides = self.standing().may(Act::Decide).is_ok();
        let ctx = self.ctx();
        let sql = format!(
            r#"SELECT {PENDING_COLUMNS}, count(*) OVER () AS lines
               FROM request_line l
               {PENDING_JOINS}
               WHERE l.account_id = $2 AND {LINE_WAITS} AND {SEES}
               ORDER BY CASE WHEN l.id = $6 THEN 0 ELSE 1 END, l.created_at, l.id
               LIMIT {MOST_PENDING}"#,
            SEES = self.sees_lines(sees)
        );
        let mut values = self.line_values();
        values.push(named.unwrap_or(RequestLineId(Uuid::nil())).into());
        let mut rows = Waiting::find_by_statement(statement(ctx.reader(), &sql, values)).all(ctx.reader()).await?;
        let all = rows.first().map_or(0, |row| usize::try_from(row.lines).unwrap_or(usize::MAX));
        let more = u32::try_from(all.saturating_sub(rows.len())).unwrap_or(u32::MAX);
        rows.sort_by_key(|row| (row.pending.created_at, row.pending.line));
        Ok((rows.into_iter().map(|row| row.pending.view(decides, ctx.user(), ctx.now())).collect(), more))
    }

    /// What became of a line that does not wait any more, for whoever comes late by the link in a mail.
    async fn what_became_of(&self, line: RequestLineId, sees: SeesMembers) -> Result<Option<String>, Error> {
        #[derive(FromQueryResult)]
        struct Ended {
            name: String,
            state: LineState,
            decided_at: Option<Moment>,
            decided_by: Option<String>,
        }
        let sql = format!(
            r#"SELECT u.name, l.state, l.decided_at, du.name AS decided_by
               FROM request_line l
               JOIN member m ON m.id = l.member_id
               JOIN "user" u ON u.id = m.user_id
               LEFT JOIN member dm ON dm.id = l.decided_by
               LEFT JOIN "user" du ON du.id = dm.user_id
               WHERE l.id = $6 AND l.account_id = $2 AND $1 = $1 AND {SEES}"#,
            SEES = self.sees_lines(sees)
        );
        let mut values = self.line_values();
        values.push(line.into());
        let reader = self.ctx().reader();
        let ended = Ended::find_by_statement(statement(reader, &sql, values)).one(reader).await?;
        Ok(ended.map(|Ended { name, state, decided_at, decided_by }| {
            // Its time may be over before it is marked.
            let state = if state == LineState::Pending { LineState::Expired } else { state };
            let state = state.label().to_lowercase();
            let by = decided_by.map_or_else(String::new, |by| format!(" by {by}"));
            let at = decided_at.map_or_else(String::new, |at| format!(" on {}", day_and_time(at)));
            format!("The request for {name} no longer waits: {state}{by}{at}.")
        }))
    }
}

/// SQL: the line `l` of the partnership `p` waits at the time `$1`. While a partnership is suspended, time stands still.
pub(crate) const LINE_WAITS: &str = r"l.state = 'pending' AND (p.ends_at IS NULL OR p.ends_at > $1)
    AND (l.open_until > $1 OR (p.state = 'suspended' AND l.open_until > p.suspended_at))";

/// SQL: what a [`PendingRow`] reads of the line `l`.
pub(crate) const PENDING_COLUMNS: &str = r"l.id AS line, m.id AS member, u.name, u.email, w.name AS workspace, r.role,
    r.access_days, r.access_last_day, r.reason, r.created_at, ru.id AS requester_user, ru.name AS requester,
    du.name AS declined_by, d.decided_at AS declined_at, d.note AS declined_note, s.highest_role AS share_role,
    p.highest_role, p.longest_days, p.reason_required, p.open_days, p.shortest_reason, p.cool_down_days,
    p.state AS partnership_state";

/// SQL: what [`PENDING_COLUMNS`] needs joined to the line `l`.
pub(crate) const PENDING_JOINS: &str = r#"JOIN access_request r ON r.id = l.access_request_id
    JOIN account_share s ON s.id = r.account_share_id
    JOIN partnership p ON p.id = s.partnership_id
    JOIN member m ON m.id = l.member_id
    JOIN "user" u ON u.id = m.user_id
    JOIN workspace w ON w.id = m.workspace_id
    JOIN member rm ON rm.id = r.requester_id
    JOIN "user" ru ON ru.id = rm.user_id
    LEFT JOIN request_line d ON d.id = l.earlier_line_id
    LEFT JOIN member dm ON dm.id = d.decided_by
    LEFT JOIN "user" du ON du.id = dm.user_id"#;

/// SQL: whether the member `m` is one the reader sees. `$3` is the reader's workspace, `$4` the account's, `$5` the
/// reader. Each condition names all three, so that all have the same values.
fn sees_condition(sees: SeesMembers) -> &'static str {
    match sees {
        SeesMembers::All => "$3 = $3 AND $4 = $4 AND $5 = $5",
        SeesMembers::OwnWorkspace => "m.workspace_id = $3 AND $4 = $4 AND $5 = $5",
        SeesMembers::Guests => "m.workspace_id <> $4 AND $3 = $3 AND $5 = $5",
        SeesMembers::OwnGuests => {
            r"$3 = $3 AND m.workspace_id IN (
                SELECT own.guest_workspace_id FROM partnership own
                WHERE own.host_workspace_id = $4 AND own.owner_member_id = $5 AND own.state IN ('active', 'suspended')
                  AND (own.ends_at IS NULL OR own.ends_at > $1))"
        }
        SeesMembers::Nobody => "$3 <> $3 AND $4 = $4 AND $5 = $5",
    }
}

pub(crate) fn read_cursor(cursor: &str) -> Option<(String, MemberId)> {
    // PostgreSQL takes no NUL in a text, and none was written.
    let (id, name) = cursor.split_once('~').filter(|(_, name)| !name.contains('\0'))?;
    Some((name.to_owned(), id.parse().ok()?))
}

fn source_of(code: i32) -> GrantSource {
    match code {
        4 => GrantSource::Owner,
        3 => GrantSource::Direct,
        2 => GrantSource::Share,
        _ => GrantSource::Request,
    }
}

#[derive(Debug, FromQueryResult)]
struct MemberRow {
    member: MemberId,
    name: String,
    email: String,
    workspace: String,
    workspace_id: WorkspaceId,
    /// Ten times the strength of the strongest role, plus a code for its source.
    top: i32,
    ends_at: Option<Moment>,
    last_used_at: Option<Moment>,
    suspended: i32,
}

/// A line that waits, with what a decider reads and can do about it.
#[derive(Debug, FromQueryResult)]
pub(crate) struct PendingRow {
    pub(crate) line: RequestLineId,
    member: MemberId,
    name: String,
    email: String,
    workspace: String,
    role: AccountRole,
    access_days: Option<i32>,
    access_last_day: Option<Date>,
    reason: String,
    pub(crate) created_at: Moment,
    requester_user: UserId,
    requester: String,
    declined_by: Option<String>,
    declined_at: Option<Moment>,
    declined_note: Option<String>,
    share_role: AccountRole,
    #[sea_orm(nested)]
    policy: PolicyRow,
    partnership_state: PartnershipState,
}

impl PendingRow {
    pub(crate) fn view(self, decides: bool, reader: UserId, now: Moment) -> PendingLineView {
        let end = end_of(self.access_days, self.access_last_day);
        let policy = self.policy.up_to(self.share_role);
        let blocked = if self.requester_user == reader {
            Some(Denial::OwnRequest)
        } else {
            (self.partnership_state == PartnershipState::Suspended).then_some(Denial::PartnershipSuspended)
        };
        let declined_before = self.declined_by.zip(self.declined_at).map(|(by, at)| {
            let note = self.declined_note.filter(|note| !note.is_empty());
            let note = note.map_or_else(String::new, |note| format!(": {note}"));
            format!("Declined by {by} on {}{note}", day(at.date_naive()))
        });
        PendingLineView {
            line: self.line,
            member: PickedMember { member: self.member, name: self.name, email: self.email },
            workspace: self.workspace,
            role: self.role,
            end: end.told(),
            requester: self.requester,
            asked_at: self.created_at,
            reason: self.reason,
            declined_before,
            decide: (decides && blocked.is_none()).then(|| decide_choices(self.role, end, &policy, now)),
            blocked: blocked.filter(|_| decides).map(|denial| denial.to_string()),
        }
    }
}

/// What "Accept with changes" can offer for what was asked, under the policy as it is now.
fn decide_choices(role: AccountRole, end: AccessEnd, policy: &PartnershipPolicy, now: Moment) -> DecideChoices {
    let roles = AccountRole::REQUESTABLE.into_iter().filter(|each| *each <= role && *each <= policy.highest_role);
    let asked_until = end.moment(now);
    let fits = |choice: AccessEnd| {
        choice.fits(policy, now)
            && match (asked_until, choice.moment(now)) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(asked), Some(offered)) => offered <= asked,
            }
    };
    let offered = AccessEnd::DAYS.into_iter().rev().map(AccessEnd::Days);
    let ends: Vec<EndChoice> = std::iter::once(end)
        .chain(offered.filter(|choice| *choice != end))
        .filter(|choice| fits(*choice))
        .map(|choice| EndChoice {
            // The date that was asked for is chosen by leaving the end as it was asked.
            value: if matches!(choice, AccessEnd::On(_)) { String::new() } else { choice.choice() },
            label: choice.label(),
            blocked: false,
        })
        .collect();
    // A day ends at midnight. The last one ends no later than what was asked; the policy's last day counts whole.
    let asked = asked_until.map(|end| end.date_naive() - Days::new(1));
    let longest = policy.longest_days.map(|days| (now + TimeDelta::days(i64::from(days))).date_naive());
    let last_day = match (asked, longest) {
        (Some(asked), Some(longest)) => Some(asked.min(longest)),
        (asked, longest) => asked.or(longest),
    };
    DecideChoices {
        roles: roles.collect(),
        ends,
        first_day: now.date_naive().to_string(),
        last_day: last_day.map(|day| day.to_string()),
    }
}
