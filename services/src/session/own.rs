//! The own sessions: which there are, ending them, and proving once more that it is oneself.

use super::{Attempt, Browser, IDLE, Tries, end_all_of, fold_email, wrong_password};
use crate::activity::Details;
use crate::entity::{session, user};
use crate::{Ctx, Error, Oneself};
use chrono::TimeDelta;
use domain::activity::EventKind;
use domain::session::SessionView;
use domain::{AppError, Denial, SessionId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// For this long after having proven who they are, somebody need not prove it again.
const CONFIRMED_FOR: TimeDelta = TimeDelta::minutes(10);
/// Sessions listed at most: nobody has as many.
const MOST_LISTED: u64 = 100;

/// Somebody who has proven a moment ago that it is them: by signing in, or by their password.
#[derive(Clone, Debug)]
pub struct Confirmed(Oneself);

impl Confirmed {
    pub(crate) fn oneself(&self) -> &Oneself {
        &self.0
    }
}

impl Ctx {
    /// That the member has proven a moment ago who they are: for what a browser left alone must not give away.
    ///
    /// # Errors
    ///
    /// [`Denial::ConfirmFirst`].
    pub fn recently_confirmed(&self) -> Result<Confirmed, Denial> {
        self.oneself().recently_confirmed()
    }
}

impl Oneself {
    /// That the user has proven a moment ago who they are.
    ///
    /// # Errors
    ///
    /// [`Denial::ConfirmFirst`].
    pub fn recently_confirmed(&self) -> Result<Confirmed, Denial> {
        let recent = self.now() - self.who().confirmed_at < CONFIRMED_FOR;
        if recent { Ok(Confirmed(self.clone())) } else { Err(Denial::ConfirmFirst) }
    }

    /// Proves who they are by their password.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when it is wrong, [`AppError::TooManyAttempts`].
    pub async fn confirm(&self, password: &str, browser: &Browser) -> Result<(), Error> {
        let attempt = self.try_password("password", password, browser).await?;
        let (change, _) = self.change().await?;
        let transaction = change.transaction();
        attempt.succeeded(transaction).await?;
        session::Entity::update_many()
            .col_expr(session::Column::ConfirmedAt, Expr::value(change.now()))
            .filter(session::COLUMN.id_hash.eq(&self.who().id_hash))
            .exec(transaction)
            .await?;
        change.commit(Vec::new()).await
    }

    /// Looks at the user's password, within the limits of signing in.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `field` when it is wrong, [`AppError::TooManyAttempts`].
    pub(crate) async fn try_password(
        &self,
        field: &'static str,
        password: &str,
        browser: &Browser,
    ) -> Result<Attempt, Error> {
        let user = user::Entity::find_by_id(self.user()).one(self.reader()).await?;
        let user = user.ok_or(AppError::SignInRequired)?;
        let tries = Tries::of(self.services(), &fold_email(&user.email), browser, Some(user.id)).await?;
        let attempt = self.services().try_password(&tries, password, user.password_hash).await?;
        attempt.ok_or_else(|| wrong_password(field))
    }

    /// Where the user is signed in, the latest use first.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn sessions(&self) -> Result<Vec<SessionView>, Error> {
        let alive = session::Entity::find()
            .filter(session::COLUMN.user_id.eq(self.user()))
            .filter(session::COLUMN.ends_at.gt(self.now()))
            .filter(session::COLUMN.last_seen_at.gt(self.now() - IDLE))
            .order_by_desc(session::COLUMN.last_seen_at)
            .limit(MOST_LISTED)
            .all(self.reader())
            .await?;
        let view = |row: session::Model| SessionView {
            session: row.public_id.map(SessionId),
            current: row.id_hash == self.who().id_hash,
            browser: row.browser,
            network: row.address,
            began_at: row.created_at,
            last_seen_at: row.last_seen_at,
        };
        Ok(alive.into_iter().map(view).collect())
    }

    /// Ends one of the user's sessions.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for one that is not the user's, or over.
    pub async fn end_session(&self, session: SessionId) -> Result<(), Error> {
        let (change, user) = self.change().await?;
        let ended = session::Entity::update_many()
            .col_expr(session::Column::EndsAt, Expr::value(change.now()))
            .filter(session::COLUMN.user_id.eq(user.id))
            .filter(session::COLUMN.public_id.eq(session.0))
            .filter(session::COLUMN.ends_at.gt(change.now()))
            .exec(change.transaction())
            .await?;
        if ended.rows_affected == 0 {
            return Err(AppError::NotFound.into());
        }
        let events = self.events(&change, EventKind::SessionsEnded, &Details::default()).await?;
        change.commit(events).await
    }

    /// Ends every session of the user but this one. Returns how many ended.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn end_other_sessions(&self) -> Result<u64, Error> {
        let (change, user) = self.change().await?;
        let ended = end_all_of(&change, user.id, Some(&self.who().id_hash)).await?;
        if ended > 0 {
            let events = self.events(&change, EventKind::SessionsEnded, &Details::default()).await?;
            change.commit(events).await?;
        }
        Ok(ended)
    }
}
