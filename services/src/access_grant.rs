//! Who has access to an account: the Members tab, role changes, removal, and the marking of what has ended.

use crate::access_request::{cancel, end_of, held_or_kept_by, lock_share, names_of, pending_by};
use crate::account::{AccessRemover, AccountOwner, GRANT_JOINS, STRENGTH, VisibleAccount, lock, role_of};
use crate::activity::{Details, Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_grant, request_line};
use crate::partnership::PolicyRow;
use crate::{Error, Services};
use chrono::{Days, TimeDelta};
use domain::access_grant::{GrantSource, GrantState, RevokeReason, later_end};
use domain::access_request::{
    AccessEnd, AccountMemberView, AccountMembersView, CancelReason, DecideChoices, EndChoice, LineState,
    PendingLineView,
};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::{MemberStatus, PickedMember};
use domain::partnership::{PartnershipPolicy, PartnershipState};
use domain::policy::{Act, SeesMembers, Side, roles_for};
use domain::time::{day, day_and_time};
use domain::workspace::WorkspaceRole;
use domain::{
    AccessGrantId, AccessRequestId, AccountId, AccountShareId, AppError, Denial, MemberId, Moment, PartnershipId,
    RequestLineId, UserId, WorkspaceId,
};
use sea_orm::prelude::Date;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Value,
};
use std::collections::HashMap;
use uuid::Uuid;

mod give;
mod warning;

/// Members on one page of the Members tab.
const PER_PAGE: usize = 50;
/// Lines that wait, shown on the Members tab: the oldest. Decided ones make room for the next.
const MOST_PENDING: usize = 100;
/// Ended grants and lines marked in one transaction.
const MARKED_AT_ONCE: u64 = 200;
/// Ids in one statement.
const AT_ONCE: usize = 1_000;

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

/// SQL: the grant `g` counts at the time `$1`, or will when its suspended partnership goes on: such a grant is shown.
pub(crate) const GRANT_COUNTS_OR_WAITS: &str = r"g.state = 'active' AND (g.ends_at IS NULL OR g.ends_at > $1) AND (
    g.account_share_id IS NULL
    OR (s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1)
        AND p.state IN ('active', 'suspended') AND (p.ends_at IS NULL OR p.ends_at > $1)))";

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

impl AccountOwner {
    /// Changes a member's role on the account. The end of their access stays. Returns what to tell the reader.
    ///
    /// An account manager who becomes a collaborator loses what they have asked for and nobody has decided.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for somebody without access, [`Denial::RoleNotForMember`], [`Denial::RoleNotShared`],
    /// [`Denial::LastOwner`].
    pub async fn change_role(self, member: MemberId, role: AccountRole) -> Result<String, Error> {
        let (change, account) = self.account().change().await?;
        let owner = account.owner()?;
        let account = owner.account();
        let grants = grants_of(change.transaction(), account.id(), member, change.now()).await?;
        let target = target(change.transaction(), member).await?.ok_or(AppError::NotFound)?;
        let Some(top) = grants.iter().max_by_key(|grant| grant.role).filter(|_| target.status == MemberStatus::Active)
        else {
            return Err(AppError::NotFound.into());
        };
        let side = if target.workspace_id == account.host() { Side::Host } else { Side::Guest };
        if !roles_for(side).contains(&role) {
            return Err(Denial::RoleNotForMember.into());
        }
        let told = format!("{} is now {} of {}.", target.name, role.label(), account.label());
        if grants.iter().all(|grant| grant.role == role) {
            return Ok(told);
        }
        // Whoever has another role as well, and stays Owner, is not lowered.
        if top.role == AccountRole::Owner && role != AccountRole::Owner {
            keep_an_owner(change.transaction(), account.id(), member).await?;
        }
        if role > top.role
            && let Some(share) = top.account_share_id
        {
            let share = lock_share(change.transaction(), share).await?.ok_or(AppError::NotFound)?;
            if role > share.policy().highest_role {
                return Err(Denial::RoleNotShared.into());
            }
        }
        let was_manager = top.role == AccountRole::AccountManager;
        let ends_at = grants.iter().map(|grant| grant.ends_at).reduce(later_end).flatten();
        let row = access_grant::ActiveModel {
            id: Set(AccessGrantId(Uuid::now_v7())),
            account_id: Set(account.id()),
            member_id: Set(member),
            role: Set(role),
            source: Set(if role == AccountRole::Owner { GrantSource::Owner } else { kept_source(top.source) }),
            account_share_id: Set(top.account_share_id),
            state: Set(GrantState::Active),
            ends_at: Set(if role == AccountRole::Owner { None } else { ends_at }),
            last_used_at: Set(grants.iter().filter_map(|grant| grant.last_used_at).max()),
            created_at: Set(change.now()),
            ended_at: Set(None),
            end_reason: Set(None),
            // The end stays, and who was told of it is told no second time.
            warned_days: Set(grants
                .iter()
                .filter(|grant| grant.ends_at == ends_at)
                .filter_map(|grant| grant.warned_days)
                .min()),
        };
        revoke(&change, Grants::Of(account.id(), member), RevokeReason::Replaced).await?;
        row.insert(change.transaction()).await?;
        let mut event = event_about(account, EventKind::RoleChanged, member, &target);
        event.details.role = Some(role);
        let mut events = vec![event];
        if was_manager && role < AccountRole::AccountManager {
            events.extend(withdraw_right_to_ask(&change, account, member, target.workspace_id).await?);
        }
        change.commit(events).await?;
        Ok(told)
    }
}

impl AccessRemover {
    /// Removes a member's access. Removing it again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for somebody who never had access, [`Denial::GuestsOnly`] for a member of the host when
    /// the right is to remove guests only, [`Denial::LastOwner`].
    pub async fn remove(self, member: MemberId) -> Result<String, Error> {
        let (change, account) = self.account().change().await?;
        let remover = account.remover()?;
        let account = remover.account();
        let target = target(change.transaction(), member).await?.ok_or(AppError::NotFound)?;
        let any = access_grant::Entity::find()
            .filter(access_grant::COLUMN.account_id.eq(account.id()))
            .filter(access_grant::COLUMN.member_id.eq(member))
            .limit(1)
            .one(change.transaction())
            .await?;
        let hidden = account.standing().sees_members() == SeesMembers::OwnGuests
            && target.workspace_id != account.host()
            && !is_guest_of(change.transaction(), account, target.workspace_id).await?;
        if any.is_none() || hidden {
            return Err(AppError::NotFound.into());
        }
        let act = if target.workspace_id == account.host() { Act::RemoveHostMember } else { Act::RemoveGuest };
        account.standing().may(act)?;
        let grants = grants_of(change.transaction(), account.id(), member, change.now()).await?;
        let told = format!("{} no longer has access to {}.", target.name, account.label());
        let Some(top) = grants.iter().max_by_key(|grant| grant.role) else {
            // What waits since the account was restored is taken away as well.
            if !revoke(&change, Grants::Waiting(account.id(), member), RevokeReason::Removed).await?.is_empty() {
                change.commit(vec![event_about(account, EventKind::AccessRemoved, member, &target)]).await?;
            }
            return Ok(told);
        };
        if top.role == AccountRole::Owner {
            keep_an_owner(change.transaction(), account.id(), member).await?;
        }
        revoke(&change, Grants::Of(account.id(), member), RevokeReason::Removed).await?;
        let mut events = vec![event_about(account, EventKind::AccessRemoved, member, &target)];
        events.extend(withdraw_right_to_ask(&change, account, member, target.workspace_id).await?);
        change.commit(events).await?;
        Ok(told)
    }
}

/// A grant that is changed stays what it was; only ownership is a source of its own.
fn kept_source(source: GrantSource) -> GrantSource {
    if source == GrantSource::Owner { GrantSource::Direct } else { source }
}

/// The grants of a member on an account that have not ended, those of a suspended partnership among them.
async fn grants_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
    member: MemberId,
    now: Moment,
) -> Result<Vec<access_grant::Model>, Error> {
    let sql = format!(
        r"SELECT g.* FROM access_grant g {GRANT_JOINS}
          WHERE g.account_id = $2 AND g.member_id = $3 AND {GRANT_COUNTS_OR_WAITS}
          ORDER BY g.id"
    );
    let values = [now.into(), account.into(), member.into()];
    Ok(access_grant::Entity::find().from_raw_sql(statement(connection, &sql, values)).all(connection).await?)
}

/// Grants that end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grants {
    /// One member's on one account.
    Of(AccountId, MemberId),
    /// One guest's on a restored account, which wait for an owner.
    Waiting(AccountId, MemberId),
    /// Every guest's on an account.
    OfGuestsOn(AccountId),
    /// Everyone's on an account.
    On(AccountId),
    /// All that stand on one share.
    OnShare(AccountShareId),
    /// All that stand on a partnership's shares.
    Through(PartnershipId),
    /// Everything a member has.
    OfMember(MemberId),
    /// What a member has through a partnership.
    OfMemberThrough(MemberId, PartnershipId),
}

impl Grants {
    /// SQL: whether the grant `g` is one of them; its ids are `$1` and, for a second one, `$2`.
    fn condition(self) -> (&'static str, Vec<Value>) {
        match self {
            Self::Of(account, member) => {
                ("g.account_id = $1 AND g.member_id = $2", vec![account.into(), member.into()])
            }
            Self::Waiting(account, member) => (
                "g.account_id = $1 AND g.member_id = $2 AND g.state = 'suspended'",
                vec![account.into(), member.into()],
            ),
            Self::OfGuestsOn(account) => ("g.account_id = $1 AND g.account_share_id IS NOT NULL", vec![account.into()]),
            Self::On(account) => ("g.account_id = $1", vec![account.into()]),
            Self::OnShare(share) => ("g.account_share_id = $1", vec![share.into()]),
            Self::Through(partnership) => (
                "g.account_share_id IN (SELECT s.id FROM account_share s WHERE s.partnership_id = $1)",
                vec![partnership.into()],
            ),
            Self::OfMember(member) => ("g.member_id = $1", vec![member.into()]),
            Self::OfMemberThrough(member, partnership) => (
                "g.member_id = $1
                 AND g.account_share_id IN (SELECT s.id FROM account_share s WHERE s.partnership_id = $2)",
                vec![member.into(), partnership.into()],
            ),
        }
    }
}

/// A grant that was revoked, with what its event says.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Revoked {
    pub(crate) id: AccessGrantId,
    pub(crate) account_id: AccountId,
    pub(crate) member_id: MemberId,
    pub(crate) label: String,
    pub(crate) host: WorkspaceId,
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) name: String,
}

impl Revoked {
    /// "… removed the access of … to …", in the words of who did it. Nobody is told by it: the act that has ended the
    /// access tells those it concerns once, however many accounts it is about.
    pub(crate) fn event(&self, actor: Option<MemberId>, details: Details) -> Event {
        Event {
            actor,
            subject: Some(self.member_id),
            account: Some(self.account_id),
            guest: (self.workspace_id != self.host).then_some(self.workspace_id),
            tell: Some(Vec::new()),
            details: Details { members: vec![self.name.clone()], label: self.label.clone(), ..details },
            ..Event::new(EventKind::AccessRemoved, self.host)
        }
    }
}

/// Revokes grants that have not ended, and returns them. The locks of their accounts are taken before.
pub(crate) async fn revoke(change: &Change, which: Grants, reason: RevokeReason) -> Result<Vec<Revoked>, Error> {
    let transaction = change.transaction();
    let (condition, values) = which.condition();
    let of_accounts_alone =
        matches!(which, Grants::Of(..) | Grants::Waiting(..) | Grants::OfGuestsOn(_) | Grants::On(_));
    if !of_accounts_alone {
        keep_from_restoring(change, which, reason).await?;
    }
    let sql = format!(
        r#"SELECT g.id, g.account_id, g.member_id, a.label, a.workspace_id AS host, m.workspace_id, u.name
           FROM access_grant g
           JOIN account a ON a.id = g.account_id
           JOIN member m ON m.id = g.member_id
           JOIN "user" u ON u.id = m.user_id
           WHERE g.state IN ('active', 'suspended') AND {condition}
           ORDER BY g.account_id, g.id"#
    );
    let found = Revoked::find_by_statement(statement(transaction, &sql, values)).all(transaction).await?;
    for grants in found.chunks(AT_ONCE) {
        access_grant::Entity::update_many()
            .col_expr(access_grant::Column::State, Expr::value(GrantState::Revoked))
            .col_expr(access_grant::Column::EndedAt, Expr::value(change.now()))
            .col_expr(access_grant::Column::EndReason, Expr::value(reason))
            .filter(access_grant::COLUMN.id.is_in(grants.iter().map(|grant| grant.id)))
            .exec(transaction)
            .await?;
    }
    Ok(found)
}

/// What was taken with accounts that are deleted now does not come back with them, when what it stood on is gone.
async fn keep_from_restoring(change: &Change, which: Grants, reason: RevokeReason) -> Result<(), Error> {
    let (condition, mut values) = which.condition();
    values.push(reason.into());
    let sql = format!(
        r"UPDATE access_grant AS g SET end_reason = ${place}
          WHERE g.end_reason = 'account_deleted' AND {condition} AND g.account_id IN (
              SELECT a.id FROM account a WHERE a.deleted_at IS NOT NULL AND a.forgotten_at IS NULL)",
        place = values.len()
    );
    change.transaction().execute_raw(statement(change.transaction(), &sql, values)).await?;
    Ok(())
}

/// Takes the locks of several accounts, in the order of their ids, so that nothing deadlocks.
pub(crate) async fn lock_accounts(change: &Change, accounts: &[AccountId]) -> Result<(), Error> {
    if !change.locks_rows() {
        return Ok(());
    }
    let mut accounts = accounts.to_vec();
    accounts.sort();
    accounts.dedup();
    for accounts in accounts.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=accounts.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT id FROM account WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE", places.join(", "));
        let values: Vec<Value> = accounts.iter().map(|account| (*account).into()).collect();
        change.transaction().query_all_raw(statement(change.transaction(), &sql, values)).await?;
    }
    Ok(())
}

/// Whether the workspace is a guest through a partnership that the reader is the partnership owner of.
async fn is_guest_of(
    connection: &impl ConnectionTrait,
    account: &VisibleAccount,
    guest: WorkspaceId,
) -> Result<bool, Error> {
    let sql = r"SELECT 1 AS one FROM partnership
                WHERE host_workspace_id = $1 AND guest_workspace_id = $2 AND owner_member_id = $3
                  AND state IN ('active', 'suspended') LIMIT 1";
    let values = [account.host().into(), guest.into(), account.ctx().member().into()];
    Ok(connection.query_one_raw(statement(connection, sql, values)).await?.is_some())
}

/// An account keeps at least one owner who can act.
async fn keep_an_owner(connection: &impl ConnectionTrait, account: AccountId, leaving: MemberId) -> Result<(), Error> {
    let sql = r"SELECT 1 AS one FROM access_grant g JOIN member m ON m.id = g.member_id
                WHERE g.account_id = $1 AND g.member_id <> $2 AND g.role = 'owner' AND g.state = 'active'
                  AND g.ends_at IS NULL AND m.status = 'active' LIMIT 1";
    let other = connection.query_one_raw(statement(connection, sql, [account.into(), leaving.into()])).await?;
    if other.is_none() { Err(Denial::LastOwner.into()) } else { Ok(()) }
}

/// What somebody has asked for on an account falls with their right to ask.
async fn withdraw_right_to_ask(
    change: &Change,
    account: &VisibleAccount,
    member: MemberId,
    guest: WorkspaceId,
) -> Result<Vec<Event>, Error> {
    let lines = pending_by(change.transaction(), account.id(), member, None).await?;
    let event = Event { guest: Some(guest), ..account.event(EventKind::RequestCancelled) };
    cancel(change, lines, CancelReason::RequesterLostRight, &event).await
}

#[derive(Debug, FromQueryResult)]
pub(crate) struct Target {
    id: MemberId,
    pub(crate) workspace_id: WorkspaceId,
    pub(crate) role: WorkspaceRole,
    pub(crate) status: MemberStatus,
    pub(crate) name: String,
}

/// Somebody whose access is changed, who stays as they are until the transaction ends.
pub(crate) async fn target(connection: &impl ConnectionTrait, member: MemberId) -> Result<Option<Target>, Error> {
    let lock = if connection.get_database_backend() == DbBackend::Postgres { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r#"SELECT m.id, m.workspace_id, m.role, m.status, u.name FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.id = $1 {lock}"#
    );
    Ok(Target::find_by_statement(statement(connection, &sql, [member.into()])).one(connection).await?)
}

/// Those of these members who are of the workspace; they stay as they are until the change ends.
pub(crate) async fn targets(
    change: &Change,
    workspace: WorkspaceId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, Target>, Error> {
    let places: Vec<String> = (2..2 + members.len()).map(|place| format!("${place}")).collect();
    let lock = if change.locks_rows() { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r#"SELECT m.id, m.workspace_id, m.role, m.status, u.name FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.workspace_id = $1 AND m.id IN ({}) ORDER BY m.id {lock}"#,
        places.join(", ")
    );
    let mut values: Vec<Value> = vec![workspace.into()];
    values.extend(members.iter().map(|member| Value::from(*member)));
    let transaction = change.transaction();
    let found = Target::find_by_statement(statement(transaction, &sql, values)).all(transaction).await?;
    Ok(found.into_iter().map(|target| (target.id, target)).collect())
}

pub(crate) fn event_about(account: &VisibleAccount, kind: EventKind, member: MemberId, target: &Target) -> Event {
    let mut event = account.event(kind);
    event.subject = Some(member);
    event.guest = (target.workspace_id != account.host()).then_some(target.workspace_id);
    event.details.members = vec![target.name.clone()];
    event
}

/// Something whose time has come, with what its event says.
#[derive(Debug, FromQueryResult)]
struct EndedRow {
    id: Uuid,
    account_id: AccountId,
    member_id: MemberId,
    host: WorkspaceId,
    guest: WorkspaceId,
    label: String,
    name: String,
    request: Option<Uuid>,
}

impl EndedRow {
    fn event(&self, kind: EventKind) -> Event {
        Event {
            subject: Some(self.member_id),
            account: Some(self.account_id),
            guest: (self.guest != self.host).then_some(self.guest),
            request: self.request.map(AccessRequestId),
            details: Details { members: vec![self.name.clone()], label: self.label.clone(), ..Details::default() },
            ..Event::new(kind, self.host)
        }
    }
}

impl Services {
    /// Marks partnerships, shares, grants and lines whose end has come, and tells those concerned. Nothing depends on it:
    /// what has ended is not honoured from that moment on. Returns how many were marked.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn mark_ended(&self) -> Result<usize, Error> {
        // Partnerships first, then shares: what waits through one that has ended is cancelled, and was not too late.
        let partnerships = self.mark_ended_partnerships().await?;
        let shares = self.mark_ended_shares().await?;
        Ok(partnerships + shares + self.mark_ended_grants().await? + self.mark_ended_lines().await?)
    }

    async fn mark_ended_grants(&self) -> Result<usize, Error> {
        // What waits for an owner's word after its account was restored ends like the rest. Each state has its index.
        let over = |state: &str| {
            format!(
                "SELECT * FROM (SELECT id, account_id, member_id, ends_at FROM access_grant
                                WHERE state = '{state}' AND ends_at IS NOT NULL AND ends_at <= $1
                                ORDER BY ends_at LIMIT {MARKED_AT_ONCE}) {state}"
            )
        };
        let sql = format!(
            r#"SELECT g.id, g.account_id, g.member_id, a.workspace_id AS host, m.workspace_id AS guest, a.label, u.name,
                      CAST(NULL AS {uuid}) AS request
               FROM ({active} UNION ALL {suspended}) g
               JOIN account a ON a.id = g.account_id
               JOIN member m ON m.id = g.member_id
               JOIN "user" u ON u.id = m.user_id
               ORDER BY g.ends_at LIMIT {MARKED_AT_ONCE}"#,
            uuid = self.uuid_type(),
            active = over("active"),
            suspended = over("suspended"),
        );
        let found = self.ended(&sql).await?;
        let mut marked = 0;
        for row in &found {
            let change = self.change().await?;
            lock(&change, row.account_id).await?;
            let now = change.now();
            let expire = |from: GrantState| {
                access_grant::Entity::update_many()
                    .col_expr(access_grant::Column::State, Expr::value(GrantState::Expired))
                    .col_expr(access_grant::Column::EndedAt, Expr::value(now))
                    .filter(access_grant::COLUMN.id.eq(AccessGrantId(row.id)))
                    .filter(access_grant::COLUMN.state.eq(from))
                    .filter(access_grant::COLUMN.ends_at.lte(now))
                    .exec(change.transaction())
            };
            let counted = expire(GrantState::Active).await?.rows_affected > 0;
            // Another server may have been first.
            if !counted && expire(GrantState::Suspended).await?.rows_affected == 0 {
                continue;
            }
            // Access that goes on by another grant has not ended, nor has what a suspended partnership keeps.
            let members = [row.member_id];
            let held = held_or_kept_by(change.transaction(), row.account_id, &members, now).await?;
            let mut events = Vec::new();
            if held.is_empty() {
                let mut event = row.event(EventKind::AccessEnded);
                // Who lost it with the account has not heard that it waits.
                if !counted {
                    event.tell = Some(vec![Tell::Owners]);
                }
                events.push(event);
            }
            // What a manager has asked for falls with the right to ask.
            let highest = held.get(&row.member_id).and_then(|held| held.first()).map(|held| held.role);
            if highest != Some(AccountRole::AccountManager) {
                let lines = pending_by(change.transaction(), row.account_id, row.member_id, highest).await?;
                let event = row.event(EventKind::RequestCancelled);
                events.extend(cancel(&change, lines, CancelReason::RequesterLostRight, &event).await?);
            }
            change.commit(events).await?;
            marked += 1;
        }
        Ok(marked)
    }

    async fn mark_ended_lines(&self) -> Result<usize, Error> {
        let sql = format!(
            r#"SELECT l.id, l.account_id, l.member_id, a.workspace_id AS host, m.workspace_id AS guest, a.label, u.name,
                      l.access_request_id AS request
               FROM request_line l
               JOIN account a ON a.id = l.account_id
               JOIN access_request r ON r.id = l.access_request_id
               JOIN account_share s ON s.id = r.account_share_id
               JOIN partnership p ON p.id = s.partnership_id
               JOIN member m ON m.id = l.member_id
               JOIN "user" u ON u.id = m.user_id
               WHERE l.state = 'pending' AND l.open_until <= $1 AND p.state <> 'suspended'
               ORDER BY l.open_until, l.access_request_id, l.id LIMIT {MARKED_AT_ONCE}"#
        );
        let found = self.ended(&sql).await?;
        let mut marked = 0;
        // A request is told of once, however many people it is for.
        for rows in found.chunk_by(|one, other| one.request == other.request) {
            let Some(first) = rows.first() else { continue };
            let change = self.change().await?;
            lock(&change, first.account_id).await?;
            let lines: Vec<RequestLineId> = rows.iter().map(|row| RequestLineId(row.id)).collect();
            let expired = expire_lines(&change, &lines).await?;
            if expired.is_empty() {
                continue;
            }
            let mut event = first.event(EventKind::RequestExpired);
            let names = rows.iter().filter(|row| expired.contains(&RequestLineId(row.id))).map(|row| row.name.clone());
            event.details.members = names.collect();
            event.subject = Some(first.member_id).filter(|_| expired.len() == 1);
            change.commit(vec![event]).await?;
            marked += expired.len();
        }
        Ok(marked)
    }

    async fn ended(&self, sql: &str) -> Result<Vec<EndedRow>, Error> {
        let statement = statement(self.reader(), sql, [self.now().into()]);
        Ok(EndedRow::find_by_statement(statement).all(self.reader()).await?)
    }

    fn uuid_type(&self) -> &'static str {
        if self.database().backend() == sea_orm::DbBackend::Postgres { "uuid" } else { "blob" }
    }
}

/// Marks those of these lines whose time to be decided is over, and returns them. Nobody else is at their account.
async fn expire_lines(change: &Change, lines: &[RequestLineId]) -> Result<Vec<RequestLineId>, Error> {
    let late: Vec<RequestLineId> = request_line::Entity::find()
        .select_only()
        .column(request_line::Column::Id)
        .filter(request_line::COLUMN.id.is_in(lines.iter().copied()))
        .filter(request_line::COLUMN.state.eq(LineState::Pending))
        .filter(request_line::COLUMN.open_until.lte(change.now()))
        .into_tuple()
        .all(change.transaction())
        .await?;
    request_line::Entity::update_many()
        .col_expr(request_line::Column::State, Expr::value(LineState::Expired))
        .col_expr(request_line::Column::DecidedAt, Expr::value(change.now()))
        .filter(request_line::COLUMN.id.is_in(late.iter().copied()))
        .exec(change.transaction())
        .await?;
    Ok(late)
}

/// Marks what has waited too long for these members on an account, so that a new request can take its place. Returns
/// an event for each request.
pub(crate) async fn expire_lines_of(
    change: &Change,
    account: &VisibleAccount,
    members: &[MemberId],
) -> Result<Vec<Event>, Error> {
    let late = request_line::Entity::find()
        .filter(request_line::COLUMN.account_id.eq(account.id()))
        .filter(request_line::COLUMN.member_id.is_in(members.iter().copied()))
        .filter(request_line::COLUMN.state.eq(LineState::Pending))
        .filter(request_line::COLUMN.open_until.lte(change.now()))
        .order_by_asc(request_line::COLUMN.access_request_id)
        .order_by_asc(request_line::COLUMN.id)
        .all(change.transaction())
        .await?;
    let ids: Vec<RequestLineId> = late.iter().map(|line| line.id).collect();
    expire_lines(change, &ids).await?;
    let whom: Vec<MemberId> = late.iter().map(|line| line.member_id).collect();
    let mut names = names_of(change.transaction(), &whom).await?;
    let events = late.chunk_by(|one, other| one.access_request_id == other.access_request_id).map(|lines| {
        let mut event = account.event(EventKind::RequestExpired);
        event.actor = None;
        event.subject = lines.first().filter(|_| lines.len() == 1).map(|line| line.member_id);
        event.request = lines.first().map(|line| line.access_request_id);
        let members = lines.iter().filter_map(|line| names.remove(&line.member_id)).collect();
        event.details = Details { members, label: account.label().to_owned(), ..Details::default() };
        event
    });
    Ok(events.collect())
}
