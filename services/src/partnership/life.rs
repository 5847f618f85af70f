//! A partnership that is in force: suspended, resumed, handed to another owner, and brought to its end.

use super::{PartnershipRow, VisiblePartnership, WithAccounts, begin, row};
use crate::access_grant::{Grants, LINE_WAITS, revoke};
use crate::access_request::{Lines, cancel_all};
use crate::activity::{Details, Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::partnership::{self, Column, Entity};
use crate::entity::{account_share, request_line};
use crate::{Error, Services, member_search};
use chrono::{Days, NaiveDate};
use domain::access_grant::RevokeReason;
use domain::access_request::{AccessEnd, CancelReason};
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::partnership::{PartnershipLoss, PartnershipOwnerView, PartnershipState, RemovePartnerView, ShareState};
use domain::policy::{PartnershipAct, Side};
use domain::time::{day, day_and_time};
use domain::{AppError, MemberId, Moment, PartnershipId, Problem, RequestLineId, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QueryFilter};

/// Partnerships marked in one round.
const MARKED_AT_ONCE: u64 = 200;
/// Ids in one statement.
const AT_ONCE: usize = 1_000;
/// Members found for what is typed.
const MOST_FOUND: usize = 10;

impl VisiblePartnership {
    /// An Admin stops everything for a while: access waits, lines wait and their time stands still. Returns what to tell
    /// the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn suspend(&self) -> Result<String, Error> {
        let told = format!("The partnership with {} is suspended.", self.partner());
        let Some((change, this)) = self.begin(PartnershipAct::Suspend, WithAccounts::Locked).await? else {
            return Ok(told);
        };
        this.update()
            .col_expr(Column::State, Expr::value(PartnershipState::Suspended))
            .col_expr(Column::SuspendedAt, Expr::value(change.now()))
            .col_expr(Column::SuspendedBy, Expr::value(this.ctx().workspace()))
            .exec(change.transaction())
            .await?;
        let mut event = this.event(EventKind::PartnershipSuspended);
        event.tell = Some(this.row().both_sides());
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// The side that has suspended it goes on. What waits has as much time left as it had then. Returns what to tell the
    /// reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn resume(&self) -> Result<String, Error> {
        let told = format!("The partnership with {} goes on.", self.partner());
        let Some((change, this)) = self.begin(PartnershipAct::Resume, WithAccounts::Locked).await? else {
            return Ok(told);
        };
        if let Some(since) = this.row().suspended_at {
            give_back_time(&change, this.id(), since).await?;
        }
        this.update()
            .col_expr(Column::State, Expr::value(PartnershipState::Active))
            .col_expr(Column::SuspendedAt, Expr::value(None::<Moment>))
            .col_expr(Column::SuspendedBy, Expr::value(None::<WorkspaceId>))
            .exec(change.transaction())
            .await?;
        let mut event = this.event(EventKind::PartnershipResumed);
        event.tell = Some(this.row().both_sides());
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Sets the last day (`YYYY-MM-DD`, UTC), or takes the end away when nothing is entered. Returns what to tell the
    /// reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`], and [`AppError::Invalid`] on `end_date`.
    pub async fn set_end(&self, end_date: &str) -> Result<String, Error> {
        let (change, this) = self.change(WithAccounts::Left).await?;
        this.may(PartnershipAct::SetEnd)?;
        let ends_at = match end_date.trim() {
            "" => None,
            typed => AccessEnd::On(last_day(typed, change.now())?).moment(change.now()),
        };
        let told = match ends_at {
            Some(end) => format!("The partnership with {} ends on {}.", self.partner(), day_and_time(end)),
            None => format!("The partnership with {} has no end date.", self.partner()),
        };
        if this.row().ends_at == ends_at {
            return Ok(told);
        }
        this.update().col_expr(Column::EndsAt, Expr::value(ends_at)).exec(change.transaction()).await?;
        let mut event = this.event(EventKind::PartnershipEndSet);
        event.details.ends_at = ends_at;
        event.tell = Some(this.row().both_sides());
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// What is lost when the partnership ends.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn removal(&self) -> Result<RemovePartnerView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            accounts: i64,
            people: i64,
            requests: i64,
        }
        self.may(PartnershipAct::Remove)?;
        let sql = format!(
            r"SELECT
              (SELECT count(*) FROM account_share s JOIN account a ON a.id = s.account_id
               WHERE s.partnership_id = $2 AND s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1)
                 AND a.deleted_at IS NULL) AS accounts,
              (SELECT count(DISTINCT g.member_id) FROM account_share s JOIN access_grant g ON g.account_share_id = s.id
               WHERE s.partnership_id = $2 AND s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1)
                 AND g.state IN ('active', 'suspended') AND (g.ends_at IS NULL OR g.ends_at > $1)) AS people,
              (SELECT count(*) FROM account_share s
               JOIN access_request r ON r.account_share_id = s.id
               JOIN request_line l ON l.access_request_id = r.id
               JOIN partnership p ON p.id = s.partnership_id
               WHERE s.partnership_id = $2 AND {LINE_WAITS}) AS requests"
        );
        let ctx = self.ctx();
        let question = statement(ctx.reader(), &sql, [ctx.now().into(), self.id().into()]);
        let row = Row::find_by_statement(question).one(ctx.reader()).await?.ok_or(AppError::NotFound)?;
        let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        let loss =
            PartnershipLoss { accounts: count(row.accounts), people: count(row.people), requests: count(row.requests) };
        Ok(RemovePartnerView { header: self.header(), loss })
    }

    /// Takes the partnership down: nothing is shared through it any more, its guests lose their access, what waits is
    /// cancelled. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn remove(&self) -> Result<String, Error> {
        let told = format!("The partnership with {} was removed.", self.partner());
        let Some((change, this)) = self.begin(PartnershipAct::Remove, WithAccounts::Locked).await? else {
            return Ok(told);
        };
        let event = this.event(EventKind::PartnershipRemoved);
        let events = bring_to_end(&change, this.row(), PartnershipState::Removed, event).await?;
        change.commit(events).await?;
        Ok(told)
    }

    /// Who looks after the partnership, and the active members of the host who match what is typed.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn owner_choices(&self, typed: &str) -> Result<PartnershipOwnerView, Error> {
        self.may(PartnershipAct::NameOwner)?;
        let ctx = self.ctx();
        let mut found = member_search::find(ctx.reader(), ctx.workspace(), typed, MOST_FOUND).await?;
        found.retain(|member| member.member != self.row().owner_member_id);
        Ok(PartnershipOwnerView { header: self.header(), owner: self.row().owner_name.clone(), found })
    }

    /// An Admin of the host names another partnership owner. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`]; [`AppError::NotFound`] for somebody who is no member of the host;
    /// [`AppError::Invalid`] on `member` for one who is not active.
    pub async fn name_owner(&self, member: MemberId) -> Result<String, Error> {
        let (change, this) = self.change(WithAccounts::Left).await?;
        this.may(PartnershipAct::NameOwner)?;
        let named = candidate(change.transaction(), this.row().host_workspace_id, member).await?;
        let named = named.ok_or(AppError::NotFound)?;
        let told = format!("{} is the partnership owner for {} now.", named.name, this.partner());
        if this.row().owner_member_id == member {
            return Ok(told);
        }
        if named.status != MemberStatus::Active {
            return Err(Problem::new("member", "Choose an active member of your workspace.").into());
        }
        this.update().col_expr(Column::OwnerMemberId, Expr::value(member)).exec(change.transaction()).await?;
        let mut event = this.event(EventKind::PartnershipOwnerNamed);
        event.subject = Some(member);
        event.details.members = vec![named.name];
        event.tell = Some(vec![Tell::Member(member), this.row().looked_after_by()]);
        change.commit(vec![event]).await?;
        Ok(told)
    }
}

/// Reads the last day of a partnership.
fn last_day(typed: &str, now: Moment) -> Result<NaiveDate, Problem> {
    let problem = |text: &str| Problem::new("end_date", text);
    let date: NaiveDate = typed.parse().map_err(|_| problem("Enter the last day of the partnership."))?;
    if date < now.date_naive() {
        return Err(problem("Choose a day that has not passed."));
    }
    if date > now.date_naive() + Days::new(3_660) {
        return Err(problem("Choose a day within the next ten years, or leave it empty for no end."));
    }
    Ok(date)
}

/// A member of the host who is to look after the partnership, who stays as they are until the transaction ends.
async fn candidate(
    connection: &impl ConnectionTrait,
    host: WorkspaceId,
    member: MemberId,
) -> Result<Option<Candidate>, Error> {
    let lock = if connection.get_database_backend() == DbBackend::Postgres { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r#"SELECT m.status, u.name FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.id = $1 AND m.workspace_id = $2 {lock}"#
    );
    let values = [member.into(), host.into()];
    Ok(Candidate::find_by_statement(statement(connection, &sql, values)).one(connection).await?)
}

#[derive(Debug, FromQueryResult)]
struct Candidate {
    status: MemberStatus,
    name: String,
}

/// The time that lines have waited in vain is added to their own. Those whose time was over before have ended.
async fn give_back_time(change: &Change, partnership: PartnershipId, since: Moment) -> Result<(), Error> {
    #[derive(FromQueryResult)]
    struct Row {
        id: RequestLineId,
        open_until: Moment,
    }
    let sql = r"SELECT l.id, l.open_until
                FROM account_share s
                JOIN access_request r ON r.account_share_id = s.id
                JOIN request_line l ON l.access_request_id = r.id
                WHERE s.partnership_id = $1 AND l.state = 'pending' AND l.open_until > $2
                ORDER BY l.open_until, l.id";
    let transaction = change.transaction();
    let lines = Row::find_by_statement(statement(transaction, sql, [partnership.into(), since.into()]));
    let lines = lines.all(transaction).await?;
    let lost = change.now() - since;
    // The lines of a request end together, and so do those of requests sent at once.
    for lines in lines.chunk_by(|one, other| one.open_until == other.open_until) {
        for some in lines.chunks(AT_ONCE) {
            request_line::Entity::update_many()
                .col_expr(request_line::Column::OpenUntil, Expr::value(some[0].open_until + lost))
                .filter(request_line::COLUMN.id.is_in(some.iter().map(|line| line.id)))
                .exec(transaction)
                .await?;
        }
    }
    Ok(())
}

/// Ends everything that stands on the partnership, whose accounts are locked. Both sides are told by `event`, and with
/// them the guests who lose their access. Returns all events.
async fn bring_to_end(
    change: &Change,
    row: &PartnershipRow,
    state: PartnershipState,
    mut event: Event,
) -> Result<Vec<Event>, Error> {
    let transaction = change.transaction();
    let words = Details {
        actor: event.details.actor.clone(),
        company: event.details.company.clone(),
        partner: event.details.partner.clone(),
        ..Details::default()
    };
    let lines = Lines::Through(row.id);
    let cancelled = cancel_all(change, lines, CancelReason::PartnershipRemoved, event.actor, &words).await?;
    let revoked = revoke(change, Grants::Through(row.id), RevokeReason::PartnershipOver).await?;
    account_share::Entity::update_many()
        .col_expr(account_share::Column::State, Expr::value(ShareState::Stopped))
        .filter(account_share::COLUMN.partnership_id.eq(row.id))
        .filter(account_share::COLUMN.state.eq(ShareState::Active))
        .exec(transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::EndedAt, Expr::value(change.now()))
        .filter(partnership::COLUMN.id.eq(row.id))
        .exec(transaction)
        .await?;
    let mut guests: Vec<MemberId> = revoked.iter().map(|grant| grant.member_id).collect();
    guests.sort();
    guests.dedup();
    event.tell = Some(row.both_sides().into_iter().chain(guests.into_iter().map(Tell::Member)).collect());
    let ended = revoked.iter().map(|grant| {
        let ended = grant.event(event.actor, words.clone());
        // Nobody has removed what has come to its end by itself.
        if event.actor.is_none() { Event { kind: EventKind::AccessEnded, ..ended } } else { ended }
    });
    Ok(std::iter::once(event.clone()).chain(ended).chain(cancelled).collect())
}

impl Services {
    /// Marks proposals that were not answered in time, and partnerships whose end has come. Returns how many.
    pub(crate) async fn mark_ended_partnerships(&self) -> Result<usize, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            id: PartnershipId,
        }
        let sql = format!(
            r"SELECT id FROM (
                  SELECT id FROM partnership
                  WHERE state IN ('proposed', 'awaiting_guest') AND lapses_at <= $1
                  UNION ALL
                  SELECT id FROM partnership
                  WHERE ends_at IS NOT NULL AND ends_at <= $1 AND state IN ('active', 'suspended')) over_by_now
              LIMIT {MARKED_AT_ONCE}"
        );
        let question = statement(self.reader(), &sql, [self.now().into()]);
        let mut marked = 0;
        for Row { id } in Row::find_by_statement(question).all(self.reader()).await? {
            marked += usize::from(self.mark_over(id).await?);
        }
        Ok(marked)
    }

    /// Marks a partnership that is over by now. Whether it was, and nobody else was first.
    pub(super) async fn mark_over(&self, partnership: PartnershipId) -> Result<bool, Error> {
        Ok(self.mark_lapsed(partnership).await? || self.mark_ended_partnership(partnership).await?)
    }

    async fn mark_ended_partnership(&self, partnership: PartnershipId) -> Result<bool, Error> {
        let mut change = begin(self, partnership, WithAccounts::Locked).await?;
        change.take_time();
        let Some(found) = row(change.transaction(), partnership).await? else { return Ok(false) };
        if found.state.is_final() || found.state_at(change.now()) != PartnershipState::Ended {
            return Ok(false);
        }
        let event = found.event(EventKind::PartnershipEnded);
        let events = bring_to_end(&change, &found, PartnershipState::Ended, event).await?;
        change.commit(events).await?;
        Ok(true)
    }
}

impl VisiblePartnership {
    /// Who has to act next, or what became of it, for the reader's side.
    pub(super) fn next_step(&self) -> String {
        next_step(self.row(), self.side())
    }
}

/// Who has to act next, or what became of it, in a sentence; nothing where there is nothing to say.
pub(super) fn next_step(row: &PartnershipRow, reader: Side) -> String {
    let until = row.lapses_at.map_or_else(String::new, |end| format!(" by {}", day_and_time(end)));
    let host = &row.host_name;
    match row.state {
        PartnershipState::Proposed => format!("An Admin of {host} has to approve or decline it{until}."),
        PartnershipState::AwaitingGuest => match (reader, &row.guest_name) {
            (Side::Guest, Some(guest)) => format!("An Admin of {guest} has to accept or decline it{until}."),
            (Side::Guest, None) => format!("An Admin of your workspace has to accept or decline it{until}."),
            (Side::Host, _) => format!("An Admin of the partner has to accept or decline it{until}."),
        },
        PartnershipState::Active => {
            row.ends_at.map_or_else(String::new, |end| format!("Ends on {}.", day_and_time(end)))
        }
        PartnershipState::Suspended => {
            let by_host = row.suspended_by.is_none_or(|by| by == row.host_workspace_id);
            let by = if by_host { host } else { row.guest_name.as_ref().unwrap_or(host) };
            format!("Suspended by {by}, whose Admins can resume it.")
        }
        PartnershipState::Declined if row.sent_at.is_none() => format!("An Admin of {host} declined it."),
        PartnershipState::Declined => "The partner declined it.".to_owned(),
        PartnershipState::Withdrawn => "The proposal was taken back.".to_owned(),
        PartnershipState::Lapsed => "Nobody answered it in time.".to_owned(),
        PartnershipState::Removed => told_at("Removed", row.ended_at),
        PartnershipState::Ended => told_at("Came to its end", row.ended_at.or(row.ends_at)),
    }
}

fn told_at(what: &str, at: Option<Moment>) -> String {
    at.map_or_else(|| format!("{what}."), |at| format!("{what} on {}.", day(at.date_naive())))
}
