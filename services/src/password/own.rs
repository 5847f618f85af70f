//! The own password: changed by whoever knows it, set anew by whoever has a link.
//!
//! Invariant: with another password, every session that began with the one before ends.

use crate::activity::Details;
use crate::context::Change;
use crate::database::statement;
use crate::entity::{single_use_link, user};
use crate::mail::Letter;
use crate::oneself::{events_of, letter_to, locked};
use crate::session::{self, Browser, NewSession, Tries, fold_email};
use crate::{Error, Oneself, Services, chain, link};
use chrono::TimeDelta;
use domain::activity::EventKind;
use domain::link::LinkPurpose;
use domain::session::ResetPasswordView;
use domain::{Moment, Problem, text};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};

/// Links to set a new password that one user gets in an hour.
const MOST_LINKS: u64 = 3;
/// What whoever has a link that works no more is told.
const LINK_IS_OVER: &str = "This link does not work any more: it was used, or its time is over. Ask for a new one.";

impl Oneself {
    /// Sets another password. Every other session ends, and the own one goes on as a new one.
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] when the current password is wrong or the new one is none, [`domain::AppError::TooManyAttempts`].
    pub async fn change_password(&self, current: &str, new: &str, browser: &Browser) -> Result<NewSession, Error> {
        let frame = self.frame();
        text::new_password("new_password", new, &frame.name, &frame.email)?;
        if current == new {
            return Err(Problem::new("new_password", "Choose a password that is not the one you have.").into());
        }
        let attempt = self.try_password("current_password", current, browser).await?;
        let gate = self.services().password_gate();
        let hash = gate.hash(gate.place()?, new.to_owned()).await?;
        let (mut change, user) = self.change().await?;
        attempt.succeeded(change.transaction()).await?;
        set(&mut change, &user, hash).await?;
        let session = session::begin(&change, user.id, self.member(), browser).await?;
        let events = self.events(&change, EventKind::PasswordChanged, &Details::default()).await?;
        change.commit(events).await?;
        Ok(session)
    }
}

impl Services {
    /// Takes down that somebody has forgotten their password. Whether the address is anybody's makes no difference: what
    /// does comes later, in [`Forgotten`].
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] for what is no address, [`domain::AppError::TooManyAttempts`].
    pub async fn forgot_password(&self, email: &str, browser: &Browser) -> Result<Forgotten, Error> {
        let email = text::email("email", email)?;
        let folded = fold_email(&email);
        // Counted by themselves, so that nobody who asks for a link is kept from signing in.
        let tries = Tries::of(self, &format!("forgotten {folded}"), browser, None).await?;
        tries.check(self.reader()).await?;
        tries.begin(self.database().write()).await?;
        Ok(Forgotten { services: self.clone(), folded })
    }

    /// Whose password a link sets; nobody's when it works no more.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn reset_link(&self, token: &str) -> Result<Option<ResetPasswordView>, Error> {
        let link = link::find(self.reader(), LinkPurpose::ResetPassword, token, self.now()).await?;
        let Some(user) = link.and_then(|link| link.user_id) else { return Ok(None) };
        let user = user::Entity::find_by_id(user).one(self.reader()).await?;
        Ok(user.map(|user| ResetPasswordView { email: user.email }))
    }

    /// Sets a new password for whoever has the link, which is used up. Every session of theirs ends.
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] when the link works no more, or the password is none.
    pub async fn reset_password(&self, token: &str, new: &str) -> Result<(), Error> {
        let over = || Error::from(Problem::new("form", LINK_IS_OVER));
        let link = link::find(self.reader(), LinkPurpose::ResetPassword, token, self.now()).await?.ok_or_else(over)?;
        let user = link.user_id.ok_or_else(over)?;
        let user = user::Entity::find_by_id(user).one(self.reader()).await?.ok_or_else(over)?;
        text::new_password("new_password", new, &user.name, &user.email)?;
        let gate = self.password_gate();
        let hash = gate.hash(gate.place()?, new.to_owned()).await?;
        let mut change = self.change().await?;
        let user = locked(&change, user.id).await?.ok_or_else(over)?;
        change.take_time();
        if link.ends_at <= change.now() || !link::use_up(&change, &link).await? {
            return Err(over());
        }
        set(&mut change, &user, hash).await?;
        let details = Details { actor: user.name.clone(), ..Details::default() };
        let events = events_of(&change, user.id, EventKind::PasswordChanged, &details).await?;
        change.commit(events).await
    }
}

/// Somebody has forgotten the password of this address, if it is anybody's.
#[derive(Debug)]
pub struct Forgotten {
    services: Services,
    folded: String,
}

impl Forgotten {
    /// Mails a link to whoever has the address, while nobody waits for it.
    pub fn in_background(self) {
        tokio::spawn(async move {
            if let Err(error) = self.send_link().await {
                tracing::error!(error = %chain(&error), "no link to set a new password could be sent");
            }
        });
    }

    /// Mails a link to whoever has the address; not to somebody who has got a few lately.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn send_link(self) -> Result<(), Error> {
        let Self { services, folded } = self;
        let user = user::Entity::find().filter(user::COLUMN.email_folded.eq(folded)).one(services.reader()).await?;
        let Some(user) = user else { return Ok(()) };
        let mut change = services.change().await?;
        let Some(user) = locked(&change, user.id).await? else { return Ok(()) };
        if !has_use_for_a_password(&change, &user).await?
            || links_since(&change, &user, change.now() - TimeDelta::hours(1)).await? >= MOST_LINKS
        {
            return Ok(());
        }
        let new = link::NewLink { email: user.email.clone(), user: Some(user.id), ..link::NewLink::default() };
        let token = link::make(&change, LinkPurpose::ResetPassword, new).await?;
        let address = services.link(&format!("/reset-password?token={token}"));
        let letter = Letter {
            subject: "Set a new password for Latchkey".to_owned(),
            preheader: "The link works once, for one hour".to_owned(),
            heading: "Set a new password".to_owned(),
            paragraphs: vec![
                "Somebody, probably you, asked for a new password at Latchkey. The button leads to a page where you set \
                 it. It works once, for one hour."
                    .to_owned(),
                "If it was not you, there is nothing to do: your password stays as it is.".to_owned(),
            ],
            button: Some(("Set a new password".to_owned(), address)),
            footer: "You get this mail because somebody entered your address at Latchkey’s page for forgotten passwords. \
                     Opening the link changes nothing."
                .to_owned(),
            ..Letter::default()
        };
        change.send(letter_to(&user, &user.email, letter, true));
        change.commit(Vec::new()).await
    }
}

/// Whether a password is good for anything: somewhere the user is active, or a link waits for them to which they have to
/// prove who they are.
async fn has_use_for_a_password(change: &Change, user: &user::Model) -> Result<bool, Error> {
    let sql = r"SELECT 1 AS one FROM member m
                WHERE m.user_id = $1 AND m.status <> 'invited' AND (
                    m.status = 'active'
                    OR EXISTS (SELECT 1 FROM member i WHERE i.user_id = $1 AND i.status = 'invited' AND i.invited_until > $2)
                    OR EXISTS (SELECT 1 FROM single_use_link l WHERE l.purpose = $3 AND lower(l.email) = $4
                               AND l.used_at IS NULL AND l.ends_at > $2))
                LIMIT 1";
    let transaction = change.transaction();
    let founding = LinkPurpose::FoundWorkspace.word();
    let values = [user.id.into(), change.now().into(), founding.into(), user.email_folded.clone().into()];
    Ok(transaction.query_one_raw(statement(transaction, sql, values)).await?.is_some())
}

async fn links_since(change: &Change, user: &user::Model, since: Moment) -> Result<u64, Error> {
    let links = single_use_link::Entity::find()
        .filter(single_use_link::COLUMN.user_id.eq(user.id))
        .filter(single_use_link::COLUMN.purpose.eq(LinkPurpose::ResetPassword))
        .filter(single_use_link::COLUMN.created_at.gt(since));
    Ok(links.count(change.transaction()).await?)
}

/// Stores the hash, ends whatever began with the password before, and tells the user.
async fn set(change: &mut Change, user: &user::Model, hash: String) -> Result<(), Error> {
    let transaction = change.transaction();
    let changed = user::ActiveModel { password_hash: Set(Some(hash)), ..user.clone().into_active_model() };
    changed.update(transaction).await?;
    session::sign_out_everywhere(change, user.id).await?;
    link::end_of_user(change, LinkPurpose::ResetPassword, user.id).await?;
    let letter = Letter {
        subject: "Your password for Latchkey has been changed".to_owned(),
        preheader: "If it was not you, set a new one now".to_owned(),
        heading: "New password".to_owned(),
        paragraphs: vec![
            "Your password for Latchkey has been changed. Every other browser in which you were signed in is signed out."
                .to_owned(),
            "If it was not you, set a new password now, and tell an Admin of your workspace.".to_owned(),
        ],
        button: Some(("Set a new password".to_owned(), change.services().link("/forgot-password"))),
        footer: "You get this mail because your way to sign in to Latchkey has changed.".to_owned(),
        ..Letter::default()
    };
    change.send(letter_to(user, &user.email, letter, false));
    Ok(())
}
