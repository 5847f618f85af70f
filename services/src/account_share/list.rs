//! What a partner's tabs show: the accounts that are shared, and the guest's members who have them.

use super::{STANDS, after_member};
use crate::Error;
use crate::access_grant::LINE_WAITS;
use crate::account::{GRANT_COUNTS, STRENGTH, VisibleAccount, matching, read_name_cursor, role_of};
use crate::database::statement;
use crate::member_search;
use crate::partnership::VisiblePartnership;
use domain::account::AccountRole;
use domain::account_share::{
    AccountShareView, HeldAccountView, PER_PAGE, PartnerAccountsView, PartnerMemberView, PartnerMembersView,
};
use domain::member::PickedMember;
use domain::partnership::PartnershipState;
use domain::policy::{Act, PartnershipAct, SeesMembers, Side};
use domain::{AccountId, AccountShareId, MemberId, Moment, PartnershipId};
use sea_orm::{FromQueryResult, Value};
use std::collections::HashMap;

/// Accounts named beside a member.
const MOST_NAMED: usize = 5;
/// Partners that an account is shared with, on its Members tab.
const MOST_PARTNERS: usize = 100;

/// SQL: the share `s` of the partnership `p` is offered at the time `$1`, or will be when the partnership goes on.
const OFFERED: &str =
    "s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1) AND p.state IN ('active', 'suspended')
     AND (p.ends_at IS NULL OR p.ends_at > $1)";

/// SQL: a [`ShareRow`] for each share that is offered, seen by the member `$2`. Ends within its `WHERE`.
fn share_rows() -> String {
    format!(
        r"SELECT s.id AS share, p.id AS partnership, a.id AS account, a.label, a.app, a.sort_key,
                 COALESCE(g.name, p.contact_email) AS partner, s.highest_role, s.created_at, s.ends_at,
                 p.state AS partnership_state, p.owner_member_id = $2 AS own_partnership,
                 (SELECT count(DISTINCT g.member_id) FROM access_grant g JOIN member m ON m.id = g.member_id
                  WHERE g.account_share_id = s.id AND {STANDS}) AS standing,
                 (SELECT count(DISTINCT g.member_id) FROM access_grant g JOIN member m ON m.id = g.member_id
                  WHERE g.account_share_id = s.id AND {STANDS} AND g.state = 'active') AS people,
                 (SELECT count(*) FROM request_line l JOIN access_request r ON r.id = l.access_request_id
                  WHERE l.account_id = a.id AND r.account_share_id = s.id AND {LINE_WAITS}) AS pending,
                 EXISTS (SELECT 1 FROM access_grant g
                         WHERE g.account_id = a.id AND g.member_id = $2 AND g.role = 'owner' AND g.state = 'active'
                           AND (g.ends_at IS NULL OR g.ends_at > $1)) AS owned
          FROM account_share s
          JOIN partnership p ON p.id = s.partnership_id
          JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL
          LEFT JOIN workspace g ON g.id = p.guest_workspace_id
          WHERE {OFFERED}"
    )
}

#[derive(Debug, FromQueryResult)]
struct ShareRow {
    share: AccountShareId,
    partnership: PartnershipId,
    account: AccountId,
    label: String,
    app: String,
    sort_key: String,
    partner: String,
    highest_role: AccountRole,
    created_at: Moment,
    ends_at: Option<Moment>,
    partnership_state: PartnershipState,
    own_partnership: bool,
    /// With those whose access waits to be confirmed.
    standing: i64,
    people: i64,
    pending: i64,
    owned: bool,
}

impl ShareRow {
    /// For a reader at the host, who administers the workspace or not; or at the guest.
    fn view(self, side: Side, administers: bool) -> AccountShareView {
        let host = side == Side::Host;
        let looks_after = host && (administers || self.own_partnership);
        let active = self.partnership_state == PartnershipState::Active;
        AccountShareView {
            share: self.share,
            partnership: self.partnership,
            account: self.account,
            label: self.label,
            app: self.app,
            partner: self.partner,
            highest_role: self.highest_role,
            people: counted(self.people),
            waiting: counted(self.standing - self.people),
            pending: counted(self.pending),
            shared_at: self.created_at,
            ends_at: self.ends_at,
            suspended: !active,
            can_stop: looks_after || (host && self.owned),
            can_share_again: looks_after && self.owned && active && self.standing == 0,
            sees_partnership: looks_after || !host,
        }
    }
}

fn counted(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl VisiblePartnership {
    /// The accounts shared through the partnership: at the host all of them, at the guest those that the reader has.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn accounts(&self, typed: &str, after: Option<&str>) -> Result<PartnerAccountsView, Error> {
        let ctx = self.ctx();
        let side = self.side();
        let mut values: Vec<Value> = vec![ctx.now().into(), ctx.member().into(), self.id().into()];
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut conditions = matching(typed, &mut place);
        if side == Side::Guest {
            conditions += &format!(
                " AND EXISTS (SELECT 1 FROM access_grant g
                              WHERE g.account_share_id = s.id AND g.member_id = $2 AND {GRANT_COUNTS})"
            );
        }
        if let Some((key, id)) = after.and_then(read_name_cursor) {
            conditions += &format!(" AND (a.sort_key, a.id) > ({}, {})", place(key.into()), place(id.into()));
        }
        let sql = format!(
            "{} AND s.partnership_id = $3{conditions} ORDER BY a.sort_key, a.id LIMIT {}",
            share_rows(),
            PER_PAGE + 1
        );
        let reader = ctx.reader();
        let mut rows = ShareRow::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", row.account, row.sort_key));
        let shares = rows.into_iter().map(|row| row.view(side, ctx.role().administers())).collect();
        let can_share = self.may(PartnershipAct::Share).is_ok();
        Ok(PartnerAccountsView { header: self.header(), shares, next, can_share, host: side == Side::Host })
    }

    /// Members of the guest who have access through the partnership. At the guest their accounts are named as far as the
    /// reader has them too.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn members(&self, typed: &str, after: Option<&str>) -> Result<PartnerMembersView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            member: MemberId,
            name: String,
            email: String,
            accounts: i64,
            counts: i32,
            last_used_at: Option<Moment>,
        }
        let ctx = self.ctx();
        let host = self.side() == Side::Host;
        let (after_name, after_id) = after_member(after);
        let mut values: Vec<Value> = vec![ctx.now().into(), self.id().into(), after_name.into(), after_id.into()];
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let matching = member_search::matching(typed, &mut place);
        let sql = format!(
            r#"SELECT m.id AS member, u.name, u.email, count(DISTINCT g.account_id) AS accounts,
                      MAX(CASE WHEN g.state = 'active' THEN 1 ELSE 0 END) AS counts,
                      MAX(g.last_used_at) AS last_used_at
               FROM account_share s
               JOIN partnership p ON p.id = s.partnership_id
               JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL
               JOIN access_grant g ON g.account_share_id = s.id
               JOIN member m ON m.id = g.member_id
               JOIN "user" u ON u.id = m.user_id
               WHERE s.partnership_id = $2 AND {OFFERED} AND {STANDS}{matching} AND (u.name, m.id) > ($3, $4)
               GROUP BY m.id, u.name, u.email
               ORDER BY u.name, m.id
               LIMIT {limit}"#,
            limit = PER_PAGE + 1
        );
        let reader = ctx.reader();
        let mut rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let more = rows.len() > PER_PAGE;
        rows.truncate(PER_PAGE);
        let next = rows.last().filter(|_| more).map(|row| format!("{}~{}", row.member, row.name));
        let ids: Vec<MemberId> = rows.iter().map(|row| row.member).collect();
        let mut named = self.held_by(&ids).await?;
        let can_remove = self.may(PartnershipAct::RemoveMember).is_ok();
        let members = rows.into_iter().map(|row| {
            let accounts = named.remove(&row.member).unwrap_or_default();
            PartnerMemberView {
                more: counted(row.accounts).saturating_sub(counted(accounts.len() as i64)),
                member: PickedMember { member: row.member, name: row.name, email: row.email },
                accounts,
                waits: row.counts == 0,
                last_used_at: row.last_used_at,
                can_remove,
            }
        });
        let suspended = self.row().state == PartnershipState::Suspended;
        Ok(PartnerMembersView { header: self.header(), members: members.collect(), next, host, suspended })
    }

    /// The first accounts of each of these members, by label, as far as the reader sees them.
    async fn held_by(&self, members: &[MemberId]) -> Result<HashMap<MemberId, Vec<HeldAccountView>>, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            member: MemberId,
            account: AccountId,
            label: String,
            strength: i32,
        }
        let mut held: HashMap<MemberId, Vec<HeldAccountView>> = HashMap::new();
        if members.is_empty() {
            return Ok(held);
        }
        let ctx = self.ctx();
        let mut values: Vec<Value> = vec![ctx.now().into(), self.id().into()];
        let mut seen = "";
        if self.side() == Side::Guest {
            values.push(ctx.member().into());
            seen = " AND EXISTS (SELECT 1 FROM access_grant own
                                 WHERE own.account_share_id = s.id AND own.member_id = $3 AND own.state = 'active'
                                   AND (own.ends_at IS NULL OR own.ends_at > $1))";
        }
        let first = values.len() + 1;
        let places: Vec<String> = (first..first + members.len()).map(|place| format!("${place}")).collect();
        values.extend(members.iter().map(|member| Value::from(*member)));
        let sql = format!(
            r"SELECT member, account, label, strength FROM (
                  SELECT g.member_id AS member, a.id AS account, a.label, a.sort_key, MAX({STRENGTH}) AS strength,
                         ROW_NUMBER() OVER (PARTITION BY g.member_id ORDER BY a.sort_key, a.id) AS place
                  FROM account_share s
                  JOIN partnership p ON p.id = s.partnership_id
                  JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL
                  JOIN access_grant g ON g.account_share_id = s.id
                  JOIN member m ON m.id = g.member_id
                  WHERE s.partnership_id = $2 AND {OFFERED} AND {STANDS}{seen} AND g.member_id IN ({})
                  GROUP BY g.member_id, a.id, a.label, a.sort_key
              ) each_one WHERE place <= {MOST_NAMED} ORDER BY member, place",
            places.join(", ")
        );
        let rows = Row::find_by_statement(statement(ctx.reader(), &sql, values)).all(ctx.reader()).await?;
        for Row { member, account, label, strength } in rows {
            let role = role_of(strength).unwrap_or(AccountRole::Collaborator);
            held.entry(member).or_default().push(HeldAccountView { account, label, role });
        }
        Ok(held)
    }
}

impl VisibleAccount {
    /// The partners that the account is shared with, for those at the host who look after that: all for owners and Admins,
    /// a partnership owner's own.
    pub(crate) async fn shares(&self) -> Result<Vec<AccountShareView>, Error> {
        let standing = self.standing();
        if standing.may(Act::StopSharing).is_err() {
            return Ok(Vec::new());
        }
        let own = if standing.sees_members() == SeesMembers::OwnGuests { " AND p.owner_member_id = $2" } else { "" };
        let ctx = self.ctx();
        let sql = format!("{} AND s.account_id = $3{own} ORDER BY partner, s.id LIMIT {MOST_PARTNERS}", share_rows());
        let values = [ctx.now().into(), ctx.member().into(), self.id().into()];
        let rows = ShareRow::find_by_statement(statement(ctx.reader(), &sql, values)).all(ctx.reader()).await?;
        Ok(rows.into_iter().map(|row| row.view(Side::Host, ctx.role().administers())).collect())
    }
}
