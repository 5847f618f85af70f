//! Links that work once: made with a change, looked at by whoever opens one, used up by the change they allow.
//!
//! Invariant: a token is known to whoever has got the link, and to nobody else: the table has its hash, a mail with it loses
//! its words when it has left. Opening a link changes nothing.

use crate::context::Change;
use crate::entity::single_use_link::{self, COLUMN, Column, Entity};
use crate::session::{hash_of, new_token};
use crate::{Error, Services};
use domain::link::LinkPurpose;
use domain::{MemberId, Moment, PartnershipId, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

/// A link to be made.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewLink {
    /// The address it is for. Empty where it is for whoever has it.
    pub(crate) email: String,
    pub(crate) user: Option<UserId>,
    pub(crate) member: Option<MemberId>,
    pub(crate) partnership: Option<PartnershipId>,
    pub(crate) made_by: Option<MemberId>,
}

/// Makes a link, and returns the token that it carries. Others made before for the same go on working until one is used:
/// [`use_up`].
pub(crate) async fn make(change: &Change, purpose: LinkPurpose, new: NewLink) -> Result<String, Error> {
    let token = new_token();
    let row = single_use_link::ActiveModel {
        token_hash: Set(hash_of(&token)),
        purpose: Set(purpose),
        email: Set(new.email),
        user_id: Set(new.user),
        member_id: Set(new.member),
        partnership_id: Set(new.partnership),
        made_by: Set(new.made_by),
        created_at: Set(change.now()),
        ends_at: Set(change.now() + purpose.lasts()),
        used_at: Set(None),
    };
    row.insert(change.transaction()).await?;
    Ok(token)
}

/// The link with this token, if it is for this, and still works.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    purpose: LinkPurpose,
    token: &str,
    now: Moment,
) -> Result<Option<single_use_link::Model>, Error> {
    let found = Entity::find_by_id(hash_of(token))
        .filter(COLUMN.purpose.eq(purpose))
        .filter(COLUMN.used_at.is_null())
        .filter(COLUMN.ends_at.gt(now))
        .one(connection)
        .await?;
    Ok(found)
}

/// Uses a link up, and with it every other for the same purpose and the same user or member. Whether it still worked: of
/// two who use it at once, one does.
pub(crate) async fn use_up(change: &Change, link: &single_use_link::Model) -> Result<bool, Error> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.now()))
        .filter(COLUMN.token_hash.eq(&link.token_hash))
        .filter(COLUMN.used_at.is_null())
        .exec(change.transaction())
        .await?;
    if used.rows_affected == 0 {
        return Ok(false);
    }
    if let Some(user) = link.user_id {
        end_of_user(change, link.purpose, user).await?;
    }
    if let Some(member) = link.member_id {
        end_of_member(change, link.purpose, member).await?;
    }
    Ok(true)
}

/// Ends every link of this kind that a user has.
pub(crate) async fn end_of_user(change: &Change, purpose: LinkPurpose, user: UserId) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.now()))
        .filter(COLUMN.user_id.eq(user))
        .filter(COLUMN.purpose.eq(purpose))
        .filter(COLUMN.used_at.is_null())
        .exec(change.transaction())
        .await?;
    Ok(())
}

/// Ends every link of this kind that a member has.
pub(crate) async fn end_of_member(change: &Change, purpose: LinkPurpose, member: MemberId) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.now()))
        .filter(COLUMN.member_id.eq(member))
        .filter(COLUMN.purpose.eq(purpose))
        .filter(COLUMN.used_at.is_null())
        .exec(change.transaction())
        .await?;
    Ok(())
}

/// Ends every link that came with a partnership.
pub(crate) async fn end_of_partnership(change: &Change, partnership: PartnershipId) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(change.now()))
        .filter(COLUMN.partnership_id.eq(partnership))
        .filter(COLUMN.used_at.is_null())
        .exec(change.transaction())
        .await?;
    Ok(())
}

/// Deletes links that have not worked for a month. Returns how many went.
pub(crate) async fn forget_old(services: &Services) -> Result<u64, Error> {
    let long_ago = services.now() - chrono::TimeDelta::days(30);
    let gone = Entity::delete_many().filter(COLUMN.ends_at.lt(long_ago)).exec(services.database().write()).await?;
    Ok(gone.rows_affected)
}
