//! Users who have never joined: they have an address for an invitation to go to, and nothing else.
//!
//! Invariant: such a user stands in the way of nobody. The row goes with its last invitation, and whoever proves that the
//! address is theirs takes the invitations over.

use super::SignInState;
use crate::Error;
use crate::context::Change;
use crate::database::statement;
use crate::entity::{member, user};
use crate::member as members;
use crate::member_search;
use crate::session::fold_email;
use domain::{AppError, MemberId, UserId, WorkspaceId, text};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use uuid::Uuid;

/// How often a row is made anew that somebody else lets go of at that moment.
const TRIES: u32 = 3;

/// The user with this address; made without a password where there is none. Nobody lets go of them until the change ends.
pub(crate) async fn user_of(change: &Change, address: &str) -> Result<UserId, Error> {
    let folded = fold_email(address);
    for _ in 0..TRIES {
        let row = user::ActiveModel {
            id: Set(UserId(Uuid::now_v7())),
            email: Set(address.to_owned()),
            email_folded: Set(folded.clone()),
            // Until they say what they are called.
            name: Set(address.chars().take(text::LONGEST_NAME).collect()),
            password_hash: Set(None),
            created_at: Set(change.now()),
        };
        let known = OnConflict::column(user::Column::EmailFolded).do_nothing().to_owned();
        user::Entity::insert(row).on_conflict(known).exec_without_returning(change.transaction()).await?;
        if let Some(user) = with_address(change, &folded, "KEY SHARE").await? {
            return Ok(user);
        }
    }
    Err(AppError::Unavailable.into())
}

/// Lets go of a user whose last invitation was taken back, unless they can sign in.
pub(super) async fn let_go(change: &Change, user: UserId) -> Result<(), Error> {
    let transaction = change.transaction();
    if change.locks_rows() {
        // By itself, so that what follows sees an invitation that was made meanwhile.
        let sql = r#"SELECT id FROM "user" WHERE id = $1 FOR UPDATE"#;
        transaction.query_one_raw(statement(transaction, sql, [user.into()])).await?;
    }
    let sql = r#"DELETE FROM "user" WHERE id = $1 AND password_hash IS NULL
                 AND NOT EXISTS (SELECT 1 FROM member m WHERE m.user_id = "user".id)"#;
    transaction.execute_raw(statement(transaction, sql, [user.into()])).await?;
    Ok(())
}

/// Frees an address for a user who has proved that it is theirs, when nobody has ever joined with it. What it was invited to
/// is theirs to join, unless they are in that workspace already.
pub(crate) async fn take_over(change: &Change, address: &str, by: UserId) -> Result<(), Error> {
    let transaction = change.transaction();
    let folded = fold_email(address);
    let found = user::Entity::find().filter(user::COLUMN.email_folded.eq(&folded)).one(transaction).await?;
    let Some(other) = found.map(|user| user.id).filter(|other| *other != by) else { return Ok(()) };
    let of = |user: UserId| member::Entity::find().filter(member::COLUMN.user_id.eq(user));
    // Members first, then their user: as everywhere.
    let invited: Vec<MemberId> = of(other).all(transaction).await?.into_iter().map(|invited| invited.id).collect();
    members::lock(change, &invited).await?;
    if with_address(change, &folded, "UPDATE").await? != Some(other) {
        return Ok(());
    }
    if SignInState::with_address(transaction, address).await?.is_some_and(|state| state.has_sign_in()) {
        return Ok(());
    }
    let here: Vec<WorkspaceId> = of(by).all(transaction).await?.into_iter().map(|own| own.workspace_id).collect();
    let invited = of(other).all(transaction).await?;
    for needless in invited.iter().filter(|invited| here.contains(&invited.workspace_id)) {
        let shown = needless.invited_email.as_deref().unwrap_or(address);
        member_search::remove(transaction, needless.workspace_id, needless.id, "", shown).await?;
        member::Entity::delete_by_id(needless.id).exec(transaction).await?;
    }
    member::Entity::update_many()
        .col_expr(member::Column::UserId, Expr::value(by))
        .filter(member::COLUMN.user_id.eq(other))
        .exec(transaction)
        .await?;
    user::Entity::delete_by_id(other).exec(transaction).await?;
    Ok(())
}

/// The user with this address, whose row is kept as it is from now on.
async fn with_address(change: &Change, folded: &str, strength: &str) -> Result<Option<UserId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        id: UserId,
    }
    let lock = if change.locks_rows() { format!("FOR {strength}") } else { String::new() };
    let sql = format!(r#"SELECT id FROM "user" WHERE email_folded = $1 {lock}"#);
    let transaction = change.transaction();
    let row = Row::find_by_statement(statement(transaction, &sql, [folded.into()])).one(transaction).await?;
    Ok(row.map(|row| row.id))
}
