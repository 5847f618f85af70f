//! Somebody who is signed in, as far as it concerns themselves alone: profile, password, sessions, second factors.
//!
//! Invariant: nothing that has to do with signing in depends on what a workspace asks of its members before they may do
//! anything else, or nobody could ever do what it asks for. Name and address wait for it.

use crate::activity::{Details, Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{session, user};
use crate::mail::{self, Letter, Outgoing};
use crate::session::{SignedIn, fold_email};
use crate::{Ctx, Error, Services};
use domain::activity::EventKind;
use domain::session::FrameView;
use domain::text::one_line;
use domain::{AppError, Denial, MemberId, Moment, UserId, WorkspaceId};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, QueryFilter};
use std::sync::Arc;

/// A user in one operation, signed in.
#[derive(Clone, Debug)]
pub struct Oneself {
    services: Services,
    who: Arc<SignedIn>,
    now: Moment,
}

impl Oneself {
    pub(crate) fn new(services: Services, who: SignedIn, now: Moment) -> Self {
        Self { services, who: Arc::new(who), now }
    }

    /// The same user as the member who is at work.
    ///
    /// # Errors
    ///
    /// [`Denial::SecondFactorFirst`].
    pub fn ctx(&self) -> Result<Ctx, AppError> {
        if self.who.second_factor_required {
            return Err(Denial::SecondFactorFirst.into());
        }
        Ok(Ctx::of(self.services.clone(), Arc::clone(&self.who), self.now))
    }

    /// The member at work.
    pub fn member(&self) -> MemberId {
        self.who.member
    }

    /// The user.
    pub fn user(&self) -> UserId {
        self.who.user
    }

    /// When the operation began.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// What stands around every page, as it was when the operation began.
    pub fn frame(&self) -> FrameView {
        self.who.frame.clone()
    }

    pub(crate) fn who(&self) -> &SignedIn {
        &self.who
    }

    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    pub(crate) fn reader(&self) -> &DatabaseConnection {
        self.services.reader()
    }

    /// Begins a change of what belongs to the user. Nobody else makes one until it ends; the user comes back as they are
    /// inside it.
    ///
    /// # Errors
    ///
    /// [`AppError::SignInRequired`] when the session has ended meanwhile.
    pub(crate) async fn change(&self) -> Result<(Change, user::Model), Error> {
        let mut change = self.services.change().await?;
        let user = locked(&change, self.user()).await?;
        change.take_time();
        let alive = session::Entity::find_by_id(&self.who.id_hash)
            .filter(session::COLUMN.ends_at.gt(change.now()))
            .one(change.transaction())
            .await?;
        match (user, alive) {
            (Some(user), Some(_)) => Ok((change, user)),
            _ => Err(AppError::SignInRequired.into()),
        }
    }

    /// The same event in each workspace that has the user for an active member.
    pub(crate) async fn events(
        &self,
        change: &Change,
        kind: EventKind,
        details: &Details,
    ) -> Result<Vec<Event>, Error> {
        let details = Details { actor: self.who.frame.name.clone(), ..details.clone() };
        events_of(change, self.user(), kind, &details).await
    }
}

impl Ctx {
    /// The member as the user that they are.
    pub fn oneself(&self) -> Oneself {
        Oneself { services: self.services.clone(), who: Arc::clone(&self.who), now: self.now() }
    }
}

/// The user's row, which nobody else changes until this change ends.
pub(crate) async fn locked(change: &Change, user: UserId) -> Result<Option<user::Model>, Error> {
    if change.locks_rows() {
        // Not FOR UPDATE: foreign keys to the user must not wait for it.
        let sql = r#"SELECT id FROM "user" WHERE id = $1 FOR NO KEY UPDATE"#;
        let transaction = change.transaction();
        transaction.query_one_raw(statement(transaction, sql, [user.into()])).await?;
    }
    Ok(user::Entity::find_by_id(user).one(change.transaction()).await?)
}

/// The user with this address, if they have joined any workspace.
pub(crate) async fn joined_with(connection: &impl ConnectionTrait, email: &str) -> Result<Option<user::Model>, Error> {
    let sql = r#"SELECT u.* FROM "user" u WHERE u.email_folded = $1
                 AND EXISTS (SELECT 1 FROM member m WHERE m.user_id = u.id AND m.status <> 'invited')"#;
    let found = statement(connection, sql, [fold_email(email).into()]);
    Ok(user::Entity::find().from_raw_sql(found).one(connection).await?)
}

/// A mail to a user about their sign-in, at this address of theirs.
pub(crate) fn letter_to(user: &user::Model, address: &str, letter: Letter, confidential: bool) -> Outgoing {
    let name = one_line(&user.name);
    let (subject, text, html) = mail::render(&Letter { greeting_name: name.clone(), ..letter });
    Outgoing { recipient: None, to_name: name, to_address: address.to_owned(), subject, text, html, confidential }
}

/// An active membership of a user.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct Membership {
    pub(crate) member: MemberId,
    pub(crate) workspace: WorkspaceId,
}

/// Where a user is an active member.
pub(crate) async fn memberships(change: &Change, user: UserId) -> Result<Vec<Membership>, Error> {
    let sql = "SELECT id AS member, workspace_id AS workspace FROM member
               WHERE user_id = $1 AND status = 'active' ORDER BY id";
    let transaction = change.transaction();
    Ok(Membership::find_by_statement(statement(transaction, sql, [user.into()])).all(transaction).await?)
}

/// The same event, done by a user, in each workspace that has them for an active member.
pub(crate) async fn events_of(
    change: &Change,
    user: UserId,
    kind: EventKind,
    details: &Details,
) -> Result<Vec<Event>, Error> {
    let events = memberships(change, user).await?.into_iter().map(|Membership { member, workspace }| Event {
        actor: Some(member),
        details: details.clone(),
        ..Event::new(kind, workspace)
    });
    Ok(events.collect())
}

/// The same event, done to a user by somebody else, in each workspace that has them for an active member. `tell` says who
/// hears of it there.
pub(crate) async fn events_about(
    change: &Change,
    user: UserId,
    kind: EventKind,
    actor: Option<MemberId>,
    details: &Details,
    mut tell: impl FnMut(Membership) -> Vec<Tell>,
) -> Result<Vec<Event>, Error> {
    let events = memberships(change, user).await?.into_iter().map(|membership| Event {
        actor,
        subject: Some(membership.member),
        tell: Some(tell(membership)),
        details: details.clone(),
        ..Event::new(kind, membership.workspace)
    });
    Ok(events.collect())
}
