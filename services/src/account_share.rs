//! Shares: accounts offered through partnerships, and whom that reaches.
//!
//! Sharing needs two rights at once, that of an owner of each account and that of whoever looks after the partnership.
//! Stopping needs one of them. Both change who has access, so they take the locks of the accounts, then the partnership's.

mod ending;
mod list;

pub use ending::{GuestRemover, ShareStopper};

use crate::Error;
use crate::access_grant::{read_cursor, targets};
use crate::account::{VisibleAccount, matching, mine, read_name_cursor, role_of};
use crate::activity::{Event, Tell, listed};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{access_grant, account_share};
use crate::partnership::VisiblePartnership;
use domain::access_grant::{GrantSource, GrantState, has_ended, warned_from_start};
use domain::account::AccountRole;
use domain::account_share::{
    MOST_ACCOUNTS, MOST_PEOPLE, PER_PAGE, ShareAccountView, ShareAccountsView, ShareAgainView, ShareForm,
    SharePartnerView, SharePeople, ShareableAccountView, SharedAccounts, check_people,
};
use domain::activity::EventKind;
use domain::member::{MemberStatus, PickedMember};
use domain::partnership::ShareState;
use domain::policy::{Act, PartnershipAct, Side, Standing};
use domain::{
    AccessGrantId, AccountId, AccountShareId, AppError, Conflict, Denial, MemberId, Moment, PartnershipId, Problem,
    WorkspaceId,
};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, FromQueryResult, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows written by one statement.
const ROWS_AT_ONCE: usize = 500;

/// May share accounts through a partnership: those that the same member owns.
#[derive(Debug)]
pub struct AccountSharer(VisiblePartnership);

impl VisiblePartnership {
    /// The right to share accounts through this partnership.
    ///
    /// # Errors
    ///
    /// [`Denial::HostOnly`] at the guest, [`Conflict::PartnershipIs`] when nothing can be shared in its state.
    pub fn sharer(self) -> Result<AccountSharer, AppError> {
        self.may(PartnershipAct::Share)?;
        Ok(AccountSharer(self))
    }

    /// The guest of a partnership in force.
    fn guest(&self) -> Result<WorkspaceId, AppError> {
        self.row().guest_workspace_id.ok_or(AppError::NotFound)
    }
}

impl AccountSharer {
    /// What the page "Share accounts" shows: the reader's own accounts that match what is typed, those chosen already, and
    /// the partner's Admins.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn share_form(
        &self,
        chosen: &[AccountId],
        typed: &str,
        after: Option<&str>,
    ) -> Result<ShareAccountsView, Error> {
        let partnership = &self.0;
        let ctx = partnership.ctx();
        let chosen = &chosen[..chosen.len().min(MOST_ACCOUNTS)];
        let mut found = self.own_accounts(Narrowed::To { typed, after, without: chosen }).await?;
        let more = found.len() > PER_PAGE;
        found.truncate(PER_PAGE);
        let next = found.last().filter(|_| more).map(|row| format!("{}~{}", row.account, row.sort_key));
        let chosen = if chosen.is_empty() { Vec::new() } else { self.own_accounts(Narrowed::Among(chosen)).await? };
        let now = ctx.now();
        Ok(ShareAccountsView {
            partnership: partnership.id(),
            partner: partnership.partner(),
            chosen: chosen.into_iter().map(|row| row.view(now)).collect(),
            found: found.into_iter().map(|row| row.view(now)).collect(),
            next,
            people: admins_of(ctx.reader(), partnership.guest()?).await?,
            highest_role: partnership.row().policy.policy().highest_role,
            first_day: now.date_naive().to_string(),
        })
    }

    /// Accounts of the host that the reader owns, by label.
    async fn own_accounts(&self, which: Narrowed<'_>) -> Result<Vec<OwnAccountRow>, Error> {
        let ctx = self.0.ctx();
        let mut values: Vec<Value> =
            vec![ctx.now().into(), ctx.member().into(), self.0.id().into(), ctx.workspace().into()];
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut conditions = String::new();
        match which {
            Narrowed::Among(accounts) => {
                let places: Vec<String> = accounts.iter().map(|account| place((*account).into())).collect();
                conditions += &format!(" AND a.id IN ({})", places.join(", "));
            }
            Narrowed::To { typed, after, without } => {
                conditions += &matching(typed, &mut place);
                if !without.is_empty() {
                    let places: Vec<String> = without.iter().map(|account| place((*account).into())).collect();
                    conditions += &format!(" AND a.id NOT IN ({})", places.join(", "));
                }
                if let Some((key, id)) = after.and_then(read_name_cursor) {
                    conditions += &format!(" AND (a.sort_key, a.id) > ({}, {})", place(key.into()), place(id.into()));
                }
            }
        }
        let limit = match which {
            Narrowed::Among(_) => MOST_ACCOUNTS,
            Narrowed::To { .. } => PER_PAGE + 1,
        };
        let sql =
            format!("{} AND mine.strength = 3{conditions} ORDER BY a.sort_key, a.id LIMIT {limit}", own_accounts());
        Ok(OwnAccountRow::find_by_statement(statement(ctx.reader(), &sql, values)).all(ctx.reader()).await?)
    }

    /// Shares accounts, and gives the chosen Admins of the partner access to them. What is shared already is left as it
    /// is, so the same form sent twice is one sharing.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form; [`AppError::NotFound`] for an account that does not exist for
    /// the reader or is not of the host, and for people who are not of the partner; [`Denial::OwnersOnly`] for an account
    /// of somebody else; [`Conflict::PartnershipIs`].
    pub async fn share(self, form: &ShareForm) -> Result<SharedAccounts, Error> {
        // So much of it that no more is locked than can be shared.
        form.check(&self.0.row().policy.policy(), self.0.ctx().now())?;
        let (change, partnership) = self.0.change_with(&form.accounts).await?;
        let AccountSharer(partnership) = partnership.sharer()?;
        let (transaction, now) = (change.transaction(), change.now());
        let terms = form.check(&partnership.row().policy.policy(), now)?;
        let accounts = owned(&change, &partnership, &terms.accounts).await?;
        let people = chosen_people(&change, partnership.guest()?, &terms.people.members).await?;
        let ends_at = terms.end.moment(now);

        let mut told = SharedAccounts { partner: partnership.partner(), shared: Vec::new(), already: Vec::new() };
        let (mut events, mut shares, mut shared) = (Vec::new(), Vec::new(), Vec::new());
        for row in accounts {
            match row.share {
                Some(_) if row.is_shared(now) => {
                    told.already.push(row.label);
                    continue;
                }
                // Its time is over, and nobody has marked that yet.
                Some(share) => events.extend(ending::end_by_time(&change, share).await?),
                None => {}
            }
            let share = AccountShareId(Uuid::now_v7());
            shares.push(account_share::ActiveModel {
                id: Set(share),
                account_id: Set(row.account),
                partnership_id: Set(partnership.id()),
                state: Set(ShareState::Active),
                highest_role: Set(terms.highest_role),
                ends_at: Set(ends_at),
                created_at: Set(now),
            });
            told.shared.push(row.label.clone());
            shared.push(Offered { account: row.account, label: row.label, share, ends_at });
        }
        if shared.is_empty() {
            return Ok(told);
        }
        account_share::Entity::insert_many(shares).exec_without_returning(transaction).await?;
        give(&change, &shared, &terms.people).await?;
        events.extend(sharing_events(&partnership, &shared, &terms.people, people));
        change.commit(events).await?;
        Ok(told)
    }

    /// What the page "Share again" shows.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a share of another partnership, [`Denial::NotShared`] for one that is over,
    /// [`Denial::OwnersOnly`] for an account of somebody else.
    pub async fn share_again_form(&self, share: AccountShareId) -> Result<ShareAgainView, Error> {
        let partnership = &self.0;
        let ctx = partnership.ctx();
        let found = offer(ctx.reader(), partnership, share).await?.ok_or(AppError::NotFound)?;
        let account = found_account(ctx.reader(), partnership, &[found.account_id], ctx.now()).await?.remove(0);
        found.goes_on(ctx.now())?;
        Ok(ShareAgainView {
            partnership: partnership.id(),
            partner: partnership.partner(),
            share,
            account: account.account,
            label: account.label,
            people: admins_of(ctx.reader(), partnership.guest()?).await?,
            highest_role: found.highest_role.min(partnership.row().policy.policy().highest_role),
            ends_at: found.ends_at,
        })
    }

    /// Gives Admins of the partner access once more, when nobody there has any. Access that was there before does not come
    /// back: these are new grants. Sent twice it is one act. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`AccountSharer::share_again_form`]; [`AppError::Invalid`] on `members` and `role`; [`Conflict::Exists`] when
    /// somebody has access already.
    pub async fn share_again(self, share: AccountShareId, members: &[MemberId], role: &str) -> Result<String, Error> {
        let found = offer(self.0.ctx().reader(), &self.0, share).await?.ok_or(AppError::NotFound)?;
        let (change, partnership) = self.0.change_with(&[found.account_id]).await?;
        let AccountSharer(partnership) = partnership.sharer()?;
        let (transaction, now) = (change.transaction(), change.now());
        let found = offer(transaction, &partnership, share).await?.ok_or(AppError::NotFound)?;
        let account = owned(&change, &partnership, &[found.account_id]).await?.remove(0);
        found.goes_on(now)?;
        let highest = found.highest_role.min(partnership.row().policy.policy().highest_role);
        let people = check_people(members, role, highest)?;
        let names = chosen_people(&change, partnership.guest()?, &people.members).await?;
        let told = format!("{} is shared with {} again.", account.label, partnership.partner());
        let holders = holders(transaction, share, now).await?;
        if !holders.is_empty() {
            if people.members.iter().all(|member| holders.contains(member)) {
                return Ok(told);
            }
            let what = format!(
                "Somebody at {} has access to {} again, and can ask for others.",
                partnership.partner(),
                account.label
            );
            return Err(Conflict::Exists { what }.into());
        }
        let offered = [Offered { account: account.account, label: account.label, share, ends_at: found.ends_at }];
        give(&change, &offered, &people).await?;
        change.commit(sharing_events(&partnership, &offered, &people, names)).await?;
        Ok(told)
    }
}

impl VisibleAccount {
    /// With whom the reader, an owner, can share the account.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersOnly`].
    pub async fn share_partners(&self) -> Result<ShareAccountView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            partnership: PartnershipId,
            partner: String,
            share: Option<AccountShareId>,
        }
        self.standing().may(Act::ChangeRole)?;
        let ctx = self.ctx();
        let sql = r"SELECT p.id AS partnership, g.name AS partner, s.id AS share
                    FROM partnership p JOIN workspace g ON g.id = p.guest_workspace_id
                    LEFT JOIN account_share s ON s.partnership_id = p.id AND s.account_id = $3 AND s.state = 'active'
                        AND (s.ends_at IS NULL OR s.ends_at > $1)
                    WHERE p.host_workspace_id = $4 AND p.state = 'active' AND (p.ends_at IS NULL OR p.ends_at > $1)
                      AND ($5 OR p.owner_member_id = $2)
                    ORDER BY g.name, p.id LIMIT 200";
        let values = [
            ctx.now().into(),
            ctx.member().into(),
            self.id().into(),
            self.host().into(),
            ctx.role().administers().into(),
        ];
        let rows = Row::find_by_statement(statement(ctx.reader(), sql, values)).all(ctx.reader()).await?;
        let partner = |row: Row| SharePartnerView {
            partnership: row.partnership,
            partner: row.partner,
            shared: row.share.is_some(),
        };
        let partners = rows.into_iter().map(partner).collect();
        Ok(ShareAccountView { account: self.id(), label: self.label().to_owned(), partners })
    }
}

/// Which of the reader's own accounts.
#[derive(Clone, Copy)]
enum Narrowed<'a> {
    Among(&'a [AccountId]),
    To { typed: &'a str, after: Option<&'a str>, without: &'a [AccountId] },
}

/// SQL: an [`OwnAccountRow`] for each account of the workspace `$4`: what the member `$2` has on it at `$1`, and its share
/// through the partnership `$3`. Ends within its `WHERE`.
fn own_accounts() -> String {
    format!(
        r"SELECT a.id AS account, a.label, a.app, a.username, a.sort_key, mine.strength, s.id AS share,
                 s.ends_at AS share_ends_at,
                 EXISTS (SELECT 1 FROM account_share os JOIN partnership op ON op.id = os.partnership_id
                         WHERE os.account_id = a.id AND os.state = 'active' AND op.owner_member_id = $2
                           AND op.state IN ('active', 'suspended')
                           AND (op.ends_at IS NULL OR op.ends_at > $1)) AS partnership_owner
          FROM account a
          LEFT JOIN ({MINE}) mine ON mine.account_id = a.id
          LEFT JOIN account_share s ON s.account_id = a.id AND s.partnership_id = $3 AND s.state = 'active'
          WHERE a.workspace_id = $4 AND a.deleted_at IS NULL",
        MINE = mine()
    )
}

#[derive(Debug, FromQueryResult)]
struct OwnAccountRow {
    account: AccountId,
    label: String,
    app: String,
    username: String,
    sort_key: String,
    strength: Option<i32>,
    share: Option<AccountShareId>,
    share_ends_at: Option<Moment>,
    partnership_owner: bool,
}

impl OwnAccountRow {
    fn is_shared(&self, now: Moment) -> bool {
        self.share.is_some() && !has_ended(self.share_ends_at, now)
    }

    fn view(self, now: Moment) -> ShareableAccountView {
        let shared = self.is_shared(now);
        ShareableAccountView {
            account: self.account,
            label: self.label,
            app: self.app,
            username: self.username,
            shared,
        }
    }
}

/// The accounts as they stand inside a change, in the order given: each of the host, and owned by the reader.
async fn owned(
    change: &Change,
    partnership: &VisiblePartnership,
    accounts: &[AccountId],
) -> Result<Vec<OwnAccountRow>, Error> {
    found_account(change.transaction(), partnership, accounts, change.now()).await
}

async fn found_account(
    connection: &impl ConnectionTrait,
    partnership: &VisiblePartnership,
    accounts: &[AccountId],
    now: Moment,
) -> Result<Vec<OwnAccountRow>, Error> {
    let ctx = partnership.ctx();
    let places: Vec<String> = (5..5 + accounts.len()).map(|place| format!("${place}")).collect();
    let sql = format!("{} AND a.id IN ({})", own_accounts(), places.join(", "));
    let mut values: Vec<Value> = vec![now.into(), ctx.member().into(), partnership.id().into(), ctx.workspace().into()];
    values.extend(accounts.iter().map(|account| Value::from(*account)));
    let rows = OwnAccountRow::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    let mut rows: HashMap<AccountId, OwnAccountRow> = rows.into_iter().map(|row| (row.account, row)).collect();
    let mut found = Vec::with_capacity(accounts.len());
    let mut denied = None;
    for account in accounts {
        let row = rows.remove(account).ok_or(AppError::NotFound)?;
        let standing = Standing {
            side: Side::Host,
            workspace_role: ctx.role(),
            account_role: row.strength.and_then(role_of),
            partnership_owner: row.partnership_owner,
            account_has_active_owner: true,
        };
        if !standing.sees() {
            return Err(AppError::NotFound.into());
        }
        denied = denied.or(standing.may(Act::ChangeRole).err());
        found.push(row);
    }
    // What does not exist for the reader is told before what they may not do.
    denied.map_or(Ok(found), |denial| Err(denial.into()))
}

/// The Admins of a workspace who can act, by name.
async fn admins_of(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<PickedMember>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member: MemberId,
        name: String,
        email: String,
    }
    let sql = format!(
        r#"SELECT m.id AS member, u.name, u.email FROM member m JOIN "user" u ON u.id = m.user_id
           WHERE m.workspace_id = $1 AND m.status = 'active' AND m.role IN ('admin', 'owner')
           ORDER BY u.name, m.id LIMIT {MOST_PEOPLE}"#
    );
    let rows = Row::find_by_statement(statement(connection, &sql, [workspace.into()])).all(connection).await?;
    Ok(rows.into_iter().map(|row| PickedMember { member: row.member, name: row.name, email: row.email }).collect())
}

/// The names of Admins of a workspace, who stay that until the change ends.
async fn chosen_people(change: &Change, workspace: WorkspaceId, members: &[MemberId]) -> Result<Vec<String>, Error> {
    let mut known = targets(change, workspace, members).await?;
    let mut names = Vec::with_capacity(members.len());
    for member in members {
        let row = known.remove(member).ok_or(AppError::NotFound)?;
        if row.status != MemberStatus::Active || !row.role.administers() {
            let text = format!("{} is no longer an Admin there. Choose somebody else.", row.name);
            return Err(Problem::new("members", text).into());
        }
        names.push(row.name);
    }
    Ok(names)
}

/// A share of a partnership.
#[derive(Debug, FromQueryResult)]
struct OfferRow {
    account_id: AccountId,
    state: ShareState,
    highest_role: AccountRole,
    ends_at: Option<Moment>,
}

impl OfferRow {
    fn goes_on(&self, now: Moment) -> Result<(), Denial> {
        if self.state == ShareState::Active && !has_ended(self.ends_at, now) { Ok(()) } else { Err(Denial::NotShared) }
    }
}

async fn offer(
    connection: &impl ConnectionTrait,
    partnership: &VisiblePartnership,
    share: AccountShareId,
) -> Result<Option<OfferRow>, Error> {
    let sql =
        "SELECT account_id, state, highest_role, ends_at FROM account_share WHERE id = $1 AND partnership_id = $2";
    let values = [share.into(), partnership.id().into()];
    Ok(OfferRow::find_by_statement(statement(connection, sql, values)).one(connection).await?)
}

/// SQL: the grant `g` of the member `m` stands, at the time `$1`: it counts, or will when what it waits for is over.
const STANDS: &str =
    "g.state IN ('active', 'suspended') AND (g.ends_at IS NULL OR g.ends_at > $1) AND m.status = 'active'";

/// Who has access through a share.
async fn holders(
    connection: &impl ConnectionTrait,
    share: AccountShareId,
    now: Moment,
) -> Result<Vec<MemberId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        member_id: MemberId,
    }
    let sql = format!(
        r"SELECT DISTINCT g.member_id FROM access_grant g JOIN member m ON m.id = g.member_id
          WHERE g.account_share_id = $2 AND {STANDS}"
    );
    let values = [now.into(), share.into()];
    let rows = Row::find_by_statement(statement(connection, &sql, values)).all(connection).await?;
    Ok(rows.into_iter().map(|row| row.member_id).collect())
}

/// An account that is offered from now on.
#[derive(Debug)]
struct Offered {
    account: AccountId,
    label: String,
    share: AccountShareId,
    ends_at: Option<Moment>,
}

/// Gives people access to what is offered, for as long as it is.
async fn give(change: &Change, offered: &[Offered], people: &SharePeople) -> Result<(), Error> {
    let grant = |offered: &Offered, member: MemberId| access_grant::ActiveModel {
        id: Set(AccessGrantId(Uuid::now_v7())),
        account_id: Set(offered.account),
        member_id: Set(member),
        role: Set(people.role),
        source: Set(GrantSource::Share),
        account_share_id: Set(Some(offered.share)),
        state: Set(GrantState::Active),
        ends_at: Set(offered.ends_at),
        last_used_at: Set(None),
        created_at: Set(change.now()),
        ended_at: Set(None),
        end_reason: Set(None),
        warned_days: Set(warned_from_start(offered.ends_at, change.now())),
    };
    let rows: Vec<_> =
        offered.iter().flat_map(|offered| people.members.iter().map(move |member| grant(offered, *member))).collect();
    for rows in rows.chunks(ROWS_AT_ONCE) {
        access_grant::Entity::insert_many(rows.to_vec()).exec_without_returning(change.transaction()).await?;
    }
    Ok(())
}

/// An event for each account, of which its owners are told. Whoever has access now, and whoever looks after the
/// partnership, is told once, however many accounts it is about.
fn sharing_events(
    partnership: &VisiblePartnership,
    offered: &[Offered],
    people: &SharePeople,
    names: Vec<String>,
) -> Vec<Event> {
    let mut others: Vec<Tell> = people.members.iter().map(|member| Tell::Member(*member)).collect();
    others.push(partnership.row().looked_after_by());
    let about = |account: Option<AccountId>, label: String, ends_at: Option<Moment>, tell: Vec<Tell>| {
        let mut event = partnership.event(EventKind::AccountShared);
        event.account = account;
        event.tell = Some(tell);
        event.details.label = label;
        event.details.members = names.clone();
        event.details.role = Some(people.role);
        event.details.ends_at = ends_at;
        event
    };
    let owners = |with: &[Tell]| [&[Tell::Owners], with].concat();
    if let [only] = offered {
        return vec![about(Some(only.account), only.label.clone(), only.ends_at, owners(&others))];
    }
    let each = offered.iter().map(|each| about(Some(each.account), each.label.clone(), each.ends_at, owners(&[])));
    let mut events: Vec<Event> = each.collect();
    let labels: Vec<String> = offered.iter().map(|each| each.label.clone()).collect();
    let ends_at = offered.first().and_then(|each| each.ends_at);
    events.push(about(None, listed(&labels), ends_at, others));
    events
}

/// Where a page of members starts.
fn after_member(after: Option<&str>) -> (String, MemberId) {
    after.and_then(read_cursor).unwrap_or((String::new(), MemberId(Uuid::nil())))
}
