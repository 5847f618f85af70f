//! The second step of signing in. Between the two, whoever knows the password has a token that lets them try a second
//! factor a few times, and nothing else.

use super::{Browser, NOWHERE, NewSession, Tries, begin as begin_session, hash_of, new_token, signed_in};
use crate::context::Change;
use crate::entity::half_open_sign_in::{COLUMN, Column, Entity, Model};
use crate::entity::{half_open_sign_in, recovery_code};
use crate::oneself::locked;
use crate::second_factor::{self, Entered};
use crate::{Error, Services};
use chrono::TimeDelta;
use domain::second_factor::HalfOpenView;
use domain::{AppError, Problem, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use std::time::Duration;

/// How long the second step is waited for.
const LASTS: TimeDelta = TimeDelta::minutes(10);
/// Wrong codes after which it is begun again.
const MOST_FAILED: i32 = 5;

const WRONG: &str = "This code is not right, or it was used before. Enter the next one.";

/// What came of a right password.
#[derive(Debug)]
pub enum SignIn {
    /// A session has begun.
    Session(NewSession),
    /// A second factor is asked for.
    HalfOpen(HalfOpen),
}

impl SignIn {
    /// The session, if one has begun.
    pub fn session(self) -> Option<NewSession> {
        match self {
            Self::Session(session) => Some(session),
            Self::HalfOpen(_) => None,
        }
    }
}

/// A sign-in that waits for its second step.
#[derive(Debug)]
pub struct HalfOpen {
    /// For the browser's cookie. It is stored nowhere else.
    pub id: String,
    /// How long it waits.
    pub lasts: Duration,
}

pub(super) async fn begin(change: Change, user: UserId) -> Result<HalfOpen, Error> {
    let id = new_token();
    let begun = half_open_sign_in::ActiveModel {
        token_hash: Set(hash_of(&id)),
        user_id: Set(user),
        failed: Set(0),
        ends_at: Set(change.now() + LASTS),
    };
    begun.insert(change.transaction()).await?;
    change.commit(Vec::new()).await?;
    Ok(HalfOpen { id, lasts: LASTS.to_std().expect("the wait is positive") })
}

/// The second step is taken, or not waited for any longer.
pub(crate) async fn end_half_open(change: &Change, id: &str) -> Result<(), Error> {
    Entity::delete_by_id(hash_of(id)).exec(change.transaction()).await?;
    Ok(())
}

/// Ends every sign-in of a user that waits for its second step.
pub(super) async fn end_all_half_open_of(change: &Change, user: UserId) -> Result<(), Error> {
    Entity::delete_many().filter(COLUMN.user_id.eq(user)).exec(change.transaction()).await?;
    Ok(())
}

impl Services {
    /// What a half-open sign-in waits for; nothing when it is over.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn half_open(&self, id: &str) -> Result<Option<HalfOpenView>, Error> {
        let Some(row) = self.half_open_row(id).await? else { return Ok(None) };
        let has = second_factor::of_user(self.reader(), row.user_id).await?;
        let recovery = recovery_code::Entity::find()
            .filter(recovery_code::COLUMN.user_id.eq(row.user_id))
            .filter(recovery_code::COLUMN.used_at.is_null());
        let codes = has.codes || recovery.count(self.reader()).await? > 0;
        Ok(Some(HalfOpenView { codes, passkeys: has.passkeys }))
    }

    /// Whose password was right.
    pub(crate) async fn half_open_user(&self, id: &str) -> Result<Option<UserId>, Error> {
        Ok(self.half_open_row(id).await?.map(|row| row.user_id))
    }

    /// Begins the session of whoever has the right code as well; the one that the browser had ends.
    ///
    /// # Errors
    ///
    /// [`AppError::SignInRequired`] when nothing waits for a code any more, [`AppError::Invalid`] for a wrong one,
    /// [`AppError::TooManyAttempts`].
    pub async fn second_step(&self, id: &str, typed: &str, browser: &Browser) -> Result<NewSession, Error> {
        let wrong = || Error::from(Problem::new("code", WRONG));
        let row = self.half_open_row(id).await?.ok_or(AppError::SignInRequired)?;
        let key = format!("second factor {}", row.user_id);
        let tries = Tries::of(self, &key, browser, Some(row.user_id)).await?;
        tries.check(self.reader()).await?;
        let attempt = tries.begin(self.database().write()).await?;
        // Counted before it is looked at, so that many at once count too.
        let counted = Entity::update_many()
            .col_expr(Column::Failed, Expr::col(Column::Failed).add(1))
            .filter(COLUMN.token_hash.eq(&row.token_hash))
            .filter(COLUMN.failed.lt(MOST_FAILED))
            .exec(self.database().write())
            .await?;
        if counted.rows_affected == 0 {
            return Err(AppError::SignInRequired.into());
        }
        let entered = Entered::read(typed).ok_or_else(wrong)?;
        let proof = self.proof(row.user_id, entered).await?;
        let mut change = self.change().await?;
        let user = locked(&change, row.user_id).await?.ok_or(AppError::SignInRequired)?;
        change.take_time();
        // A new password, or another code, may have been first.
        let waiting = Entity::delete_many()
            .filter(COLUMN.token_hash.eq(&row.token_hash))
            .filter(COLUMN.ends_at.gt(change.now()))
            .exec(change.transaction())
            .await?;
        if waiting.rows_affected == 0 {
            return Err(AppError::SignInRequired.into());
        }
        if !second_factor::take(&change, &user, &proof).await? {
            return Err(wrong());
        }
        let Some(member) = self.first_membership(change.transaction(), user.id).await? else {
            return Err(Problem::new("form", NOWHERE).into());
        };
        attempt.succeeded(change.transaction()).await?;
        let session = begin_session(&change, user.id, member.member, browser).await?;
        change.commit(vec![signed_in(&user, member)]).await?;
        Ok(session)
    }

    async fn half_open_row(&self, id: &str) -> Result<Option<Model>, Error> {
        let row = Entity::find_by_id(hash_of(id))
            .filter(COLUMN.ends_at.gt(self.now()))
            .filter(COLUMN.failed.lt(MOST_FAILED))
            .one(self.reader())
            .await?;
        Ok(row)
    }
}
