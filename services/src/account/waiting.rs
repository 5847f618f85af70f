//! What guests had on an account before it was deleted waits, after it was restored, until an owner confirms it.
//!
//! A grant that waits is a new one, suspended: the old one has ended for good.

use super::{AccountOwner, VisibleAccount, role_of};
use crate::access_grant::{event_about, target};
use crate::account::STRENGTH;
use crate::context::Change;
use crate::database::statement;
use crate::entity::access_grant;
use crate::{Error, Services};
use domain::access_grant::{GrantState, RevokeReason};
use domain::account::WaitingGuest;
use domain::activity::EventKind;
use domain::member::{MemberStatus, PickedMember};
use domain::policy::Act;
use domain::{AccessGrantId, AppError, MemberId, Moment};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// SQL: what a guest's grant `g` stands on is still there at the time `$1`: its share `s`, its partnership `p`, and its
/// holder `m`.
const STILL_STANDS: &str = r"(g.ends_at IS NULL OR g.ends_at > $1)
    AND s.state = 'active' AND (s.ends_at IS NULL OR s.ends_at > $1)
    AND p.state IN ('active', 'suspended') AND (p.ends_at IS NULL OR p.ends_at > $1) AND m.status = 'active'";

/// SQL: what [`STILL_STANDS`] needs joined.
const STANDS_ON: &str = r"JOIN account_share s ON s.id = g.account_share_id
    JOIN partnership p ON p.id = s.partnership_id
    JOIN member m ON m.id = g.member_id";

/// Lets wait what guests lost when the account was deleted. Returns how many guests that is.
pub(super) async fn put_back(change: &Change, account: &VisibleAccount) -> Result<u32, Error> {
    let transaction = change.transaction();
    let lock = if change.locks_rows() { "FOR SHARE OF m" } else { "" };
    let sql = format!(
        r"SELECT g.* FROM access_grant g {STANDS_ON}
          JOIN account a ON a.id = g.account_id AND a.deleted_at = g.ended_at
          WHERE g.account_id = $2 AND g.state = 'revoked' AND g.end_reason = 'account_deleted' AND {STILL_STANDS}
          ORDER BY g.id {lock}"
    );
    let values = [change.now().into(), account.id().into()];
    let ended =
        access_grant::Entity::find().from_raw_sql(statement(transaction, &sql, values)).all(transaction).await?;
    let members: BTreeSet<MemberId> = ended.iter().map(|grant| grant.member_id).collect();
    let replaced: Vec<AccessGrantId> = ended.iter().map(|grant| grant.id).collect();
    let rows = ended.into_iter().map(|grant| access_grant::ActiveModel {
        id: Set(AccessGrantId(Uuid::now_v7())),
        state: Set(GrantState::Suspended),
        created_at: Set(change.now()),
        ended_at: Set(None),
        end_reason: Set(None),
        warned_days: Set(None),
        ..grant.into_active_model().reset_all()
    });
    let rows: Vec<access_grant::ActiveModel> = rows.collect();
    for rows in rows.chunks(500) {
        access_grant::Entity::insert_many(rows.to_vec()).exec_without_returning(transaction).await?;
    }
    // Each comes back once, however soon the account is deleted again.
    for replaced in replaced.chunks(500) {
        access_grant::Entity::update_many()
            .col_expr(access_grant::Column::EndReason, Expr::value(RevokeReason::Replaced))
            .filter(access_grant::COLUMN.id.is_in(replaced.iter().copied()))
            .exec(transaction)
            .await?;
    }
    Ok(u32::try_from(members.len()).unwrap_or(u32::MAX))
}

impl VisibleAccount {
    /// The guests whose access waits, by name; nobody for those who cannot confirm it.
    pub(crate) async fn waiting_guests(&self) -> Result<Vec<WaitingGuest>, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            member: MemberId,
            name: String,
            email: String,
            workspace: String,
            strength: i32,
            ends_at: Option<Moment>,
        }
        if self.standing().may(Act::ChangeRole).is_err() {
            return Ok(Vec::new());
        }
        let (ctx, reader) = (self.ctx(), self.ctx().reader());
        let sql = format!(
            r#"SELECT m.id AS member, u.name, u.email, w.name AS workspace, MAX({STRENGTH}) AS strength,
                      CASE WHEN COUNT(*) = COUNT(g.ends_at) THEN MAX(g.ends_at) END AS ends_at
               FROM access_grant g {STANDS_ON}
               JOIN "user" u ON u.id = m.user_id
               JOIN workspace w ON w.id = m.workspace_id
               WHERE g.account_id = $2 AND g.state = 'suspended' AND {STILL_STANDS}
               GROUP BY m.id, u.name, u.email, w.name
               ORDER BY u.name, m.id"#
        );
        let values = [ctx.now().into(), self.id().into()];
        let rows = Row::find_by_statement(statement(reader, &sql, values)).all(reader).await?;
        let view = |row: Row| {
            Some(WaitingGuest {
                member: PickedMember { member: row.member, name: row.name, email: row.email },
                workspace: row.workspace,
                role: role_of(row.strength)?,
                ends_at: row.ends_at,
            })
        };
        Ok(rows.into_iter().filter_map(view).collect())
    }
}

impl AccountOwner {
    /// Confirms the access of guests that waits since the account was restored. Confirming it again is a success. Returns
    /// what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when somebody among them is no guest whose access waits, or has been confirmed.
    pub async fn confirm_access(self, members: &[MemberId]) -> Result<String, Error> {
        let (change, fresh) = self.0.change().await?;
        let AccountOwner(account) = fresh.owner()?;
        let transaction = change.transaction();
        let (mut events, mut names) = (Vec::new(), Vec::new());
        let members: BTreeSet<MemberId> = members.iter().copied().collect();
        for member in members {
            let target = target(transaction, member).await?.filter(|target| target.status == MemberStatus::Active);
            let target = target.ok_or(AppError::NotFound)?;
            let confirmed = access_grant::Entity::update_many()
                .col_expr(access_grant::Column::State, Expr::value(GrantState::Active))
                .filter(access_grant::COLUMN.account_id.eq(account.id()))
                .filter(access_grant::COLUMN.member_id.eq(member))
                .filter(access_grant::COLUMN.state.eq(GrantState::Suspended))
                .filter(
                    Condition::any()
                        .add(access_grant::COLUMN.ends_at.is_null())
                        .add(access_grant::COLUMN.ends_at.gt(change.now())),
                )
                .exec(transaction)
                .await?;
            if confirmed.rows_affected == 0 && !has_access(&change, &account, member).await? {
                return Err(AppError::NotFound.into());
            }
            names.push(target.name.clone());
            if confirmed.rows_affected > 0 {
                let mut event = event_about(&account, EventKind::AccessConfirmed, member, &target);
                event.tell = Some(vec![crate::activity::Tell::Member(member)]);
                events.push(event);
            }
        }
        let have = if names.len() == 1 { "has" } else { "have" };
        let told = format!("{} {have} access to {} again.", crate::activity::listed(&names), account.label());
        if !events.is_empty() {
            change.commit(events).await?;
        }
        Ok(told)
    }
}

/// Whether a guest has a grant that counts, or would if the partnership went on.
async fn has_access(change: &Change, account: &VisibleAccount, member: MemberId) -> Result<bool, Error> {
    let grant = access_grant::Entity::find()
        .filter(access_grant::COLUMN.account_id.eq(account.id()))
        .filter(access_grant::COLUMN.member_id.eq(member))
        .filter(access_grant::COLUMN.state.eq(GrantState::Active))
        .filter(access_grant::COLUMN.account_share_id.is_not_null())
        .one(change.transaction())
        .await?;
    Ok(grant.is_some())
}

impl Services {
    /// Marks what waits and has come to its end meanwhile. It gave no access, so nobody is told.
    pub(crate) async fn mark_ended_waiting(&self) -> Result<u64, Error> {
        let now = self.now();
        let marked = access_grant::Entity::update_many()
            .col_expr(access_grant::Column::State, Expr::value(GrantState::Expired))
            .col_expr(access_grant::Column::EndedAt, Expr::value(now))
            .filter(access_grant::COLUMN.state.eq(GrantState::Suspended))
            .filter(access_grant::COLUMN.ends_at.lte(now))
            .exec(self.database().write())
            .await?;
        Ok(marked.rows_affected)
    }
}
