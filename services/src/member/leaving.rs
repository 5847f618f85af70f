//! What ends when a member leaves, and what stands in the way: told before it is done.

use super::{ManagedMember, MemberAct};
use crate::Error;
use crate::database::statement;
use crate::partnership::partnership_rows;
use domain::member::LeavingView;
use domain::{AccountId, MemberId, PartnershipId};
use sea_orm::{ConnectionTrait, FromQueryResult};

/// Accounts and partnerships that are named; the others are counted.
const MOST_NAMED: usize = 50;

impl ManagedMember {
    /// What deactivating this member would end.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn leaving(&self) -> Result<LeavingView, Error> {
        #[derive(FromQueryResult)]
        struct Counts {
            accounts: i64,
            waiting: i64,
            asked_for: i64,
        }
        let reader = self.ctx().reader();
        let row = self.row();
        let sql = r"SELECT
            (SELECT count(DISTINCT account_id) FROM access_grant
             WHERE member_id = $1 AND state IN ('active', 'suspended')) AS accounts,
            (SELECT count(*) FROM request_line WHERE member_id = $1 AND state = 'pending') AS waiting,
            (SELECT count(*) FROM request_line l JOIN access_request r ON r.id = l.access_request_id
             WHERE r.requester_id = $1 AND l.member_id <> $1 AND l.state = 'pending') AS asked_for";
        let counts = Counts::find_by_statement(statement(reader, sql, [row.member.into()])).one(reader).await?;
        let counts = counts.unwrap_or(Counts { accounts: 0, waiting: 0, asked_for: 0 });
        let (last_owner_count, last_owner_of) = last_owner_of(reader, row.member, MOST_NAMED).await?;
        let whole = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(LeavingView {
            member: row.member,
            name: row.name.clone(),
            email: row.email.clone(),
            accounts: whole(counts.accounts),
            waiting: whole(counts.waiting),
            asked_for: whole(counts.asked_for),
            last_owner_of,
            last_owner_count,
            partnerships: self.partnerships().await?,
            refused: self.may(MemberAct::Deactivate).err().map(|error| error.to_string()),
        })
    }

    /// The live partnerships that this member owns.
    async fn partnerships(&self) -> Result<Vec<(PartnershipId, String)>, Error> {
        let sql = format!(
            "{} WHERE p.owner_member_id = $1 AND p.state IN ('proposed', 'awaiting_guest', 'active', 'suspended')
             ORDER BY p.id LIMIT {MOST_NAMED}",
            partnership_rows()
        );
        let reader = self.ctx().reader();
        let statement = statement(reader, &sql, [self.row().member.into()]);
        let rows = crate::partnership::PartnershipRow::find_by_statement(statement).all(reader).await?;
        Ok(rows.into_iter().map(|row| (row.id, row.guest_as_host_sees())).collect())
    }
}

/// How many accounts have no other Owner who can act, and the first of them by label.
pub(super) async fn last_owner_of(
    connection: &impl ConnectionTrait,
    member: MemberId,
    most: usize,
) -> Result<(u32, Vec<(AccountId, String)>), Error> {
    #[derive(FromQueryResult)]
    struct Row {
        id: AccountId,
        label: String,
        many: i64,
    }
    let sql = format!(
        r"SELECT a.id, a.label, count(*) OVER () AS many
          FROM account a
          WHERE a.deleted_at IS NULL
            AND a.id IN (SELECT g.account_id FROM access_grant g
                         WHERE g.member_id = $1 AND g.role = 'owner' AND g.state = 'active')
            AND NOT EXISTS (SELECT 1 FROM access_grant o JOIN member om ON om.id = o.member_id
                            WHERE o.account_id = a.id AND o.member_id <> $1 AND o.role = 'owner' AND o.state = 'active'
                              AND o.ends_at IS NULL AND om.status = 'active')
          ORDER BY a.sort_key, a.id
          LIMIT {most}"
    );
    let rows = Row::find_by_statement(statement(connection, &sql, [member.into()])).all(connection).await?;
    let many = rows.first().map_or(0, |row| u32::try_from(row.many).unwrap_or(u32::MAX));
    Ok((many, rows.into_iter().map(|row| (row.id, row.label)).collect()))
}
