//! Another email address for signing in.
//!
//! Both addresses have to agree, the old one first: whoever has come by a session, but not by the mailbox, gets no further,
//! and no mail goes to an address that somebody only claims to have. The old address is told of the change once more when
//! it is made. Until then nothing is different.

use crate::activity::Details;
use crate::entity::{email_change, user};
use crate::invitation::take_over;
use crate::mail::Letter;
use crate::member::known_as;
use crate::oneself::{events_of, letter_to, locked};
use crate::session::{Confirmed, fold_email};
use crate::{Error, Services, link};
use domain::activity::EventKind;
use domain::link::LinkPurpose;
use domain::profile::{EmailChangeStep, EmailChangeView};
use domain::{Conflict, Problem, text};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, SqlErr,
};

/// What whoever has a link that works no more is told.
const LINK_IS_OVER: &str =
    "This link does not work any more: it was used, or its time is over. Begin again under Settings, Profile.";

impl Confirmed {
    /// Asks for another address. The old one gets a mail, in which it can agree. Asking again puts the new wish in place of
    /// the one before.
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] for what is no address, or the one that the user has; as [`crate::Oneself::ctx`].
    pub async fn change_email(&self, typed: &str) -> Result<(), Error> {
        self.oneself().ctx()?;
        let email = text::email("email", typed)?;
        let (mut change, user) = self.oneself().change().await?;
        if fold_email(&email) == user.email_folded {
            return Err(Problem::new("email", "This is your address already. Enter the new one.").into());
        }
        let transaction = change.transaction();
        email_change::Entity::delete_by_id(user.id).exec(transaction).await?;
        let wish = email_change::ActiveModel {
            user_id: Set(user.id),
            email: Set(email.clone()),
            created_at: Set(change.now()),
            agreed_at: Set(None),
            ends_at: Set(change.now() + LinkPurpose::ChangeEmail.lasts()),
        };
        wish.insert(transaction).await?;
        link::end_of_user(&change, LinkPurpose::ChangeEmail, user.id).await?;
        let new = link::NewLink { email: user.email.clone(), user: Some(user.id), ..link::NewLink::default() };
        let token = link::make(&change, LinkPurpose::ChangeEmail, new).await?;
        let letter = Letter {
            subject: "Do you agree to a new email address?".to_owned(),
            preheader: "Nothing changes until you agree".to_owned(),
            heading: "A new email address for Latchkey".to_owned(),
            paragraphs: vec![
                "You asked to sign in to Latchkey with another email address. Agree to it with the button; the new \
                 address is asked after that."
                    .to_owned(),
                "If it was not you, do not agree, and set a new password: somebody was signed in as you.".to_owned(),
            ],
            facts: vec![("New address".to_owned(), email)],
            button: Some((
                "Agree to the new address".to_owned(),
                change.services().link(&format!("/change-email?token={token}")),
            )),
            footer:
                "You get this mail because you sign in to Latchkey with this address. Opening the link changes nothing."
                    .to_owned(),
            ..Letter::default()
        };
        change.send(letter_to(&user, &user.email, letter, true));
        change.commit(Vec::new()).await
    }
}

impl Services {
    /// What a link about another address is for; nothing when it works no more.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn email_change(&self, token: &str) -> Result<Option<EmailChangeView>, Error> {
        let link = link::find(self.reader(), LinkPurpose::ChangeEmail, token, self.now()).await?;
        let Some((user, link)) = link.and_then(|link| Some((link.user_id?, link))) else { return Ok(None) };
        let user = user::Entity::find_by_id(user).one(self.reader()).await?;
        let wish = match &user {
            Some(user) => self.wish_of(self.reader(), user).await?,
            None => None,
        };
        let Some((user, wish)) = user.zip(wish) else { return Ok(None) };
        let step = step_of(&link.email, &user, &wish);
        Ok(step.map(|step| EmailChangeView { old: user.email, new: wish.email, step }))
    }

    /// Agrees to another address with a link, which is used up: the old address first, then the new one, with which the
    /// change is made. Returns what was agreed to.
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] when the link works no more, [`Conflict::Exists`] when somebody
    /// else signs in with the new address by now.
    pub async fn agree_to_email_change(&self, token: &str) -> Result<EmailChangeView, Error> {
        let over = || Error::from(Problem::new("form", LINK_IS_OVER));
        let link = link::find(self.reader(), LinkPurpose::ChangeEmail, token, self.now()).await?.ok_or_else(over)?;
        let mut change = self.change().await?;
        let user = locked(&change, link.user_id.ok_or_else(over)?).await?.ok_or_else(over)?;
        change.take_time();
        let wish = self.wish_of(change.transaction(), &user).await?.ok_or_else(over)?;
        let step = step_of(&link.email, &user, &wish).ok_or_else(over)?;
        if link.ends_at <= change.now() || !link::use_up(&change, &link).await? {
            return Err(over());
        }
        let view = EmailChangeView { old: user.email.clone(), new: wish.email.clone(), step };
        let events = match step {
            EmailChangeStep::Old => {
                let new = link::NewLink { email: wish.email.clone(), user: Some(user.id), ..link::NewLink::default() };
                let token = link::make(&change, LinkPurpose::ChangeEmail, new).await?;
                let now = change.now();
                let agreed = email_change::ActiveModel { agreed_at: Set(Some(now)), ..wish.into_active_model() };
                agreed.update(change.transaction()).await?;
                let address = change.services().link(&format!("/change-email?token={token}"));
                change.send(letter_to(&user, &view.new, to_the_new_address(&view, address), true));
                Vec::new()
            }
            EmailChangeStep::New => {
                let transaction = change.transaction();
                email_change::Entity::delete_by_id(user.id).exec(transaction).await?;
                // A link that went to the old address must not set a password for the new one.
                link::end_of_user(&change, LinkPurpose::ResetPassword, user.id).await?;
                take_over(&change, &wish.email, user.id).await?;
                known_as(&change, &user, &user.name, &wish.email).await.map_err(taken_if_unique)?;
                change.send(letter_to(&user, &user.email, farewell(&view), false));
                let details = Details { actor: user.name.clone(), ..Details::default() };
                events_of(&change, user.id, EventKind::EmailChanged, &details).await?
            }
        };
        change.commit(events).await?;
        Ok(view)
    }

    async fn wish_of(
        &self,
        connection: &impl ConnectionTrait,
        user: &user::Model,
    ) -> Result<Option<email_change::Model>, Error> {
        let wish = email_change::Entity::find_by_id(user.id)
            .filter(email_change::COLUMN.ends_at.gt(self.now()))
            .one(connection)
            .await?;
        Ok(wish)
    }
}

/// Which of the two a link was sent to.
fn step_of(sent_to: &str, user: &user::Model, wish: &email_change::Model) -> Option<EmailChangeStep> {
    let sent_to = fold_email(sent_to);
    match wish.agreed_at {
        None if sent_to == user.email_folded => Some(EmailChangeStep::Old),
        Some(_) if sent_to == fold_email(&wish.email) => Some(EmailChangeStep::New),
        _ => None,
    }
}

fn taken_if_unique(error: Error) -> Error {
    match error {
        Error::Database(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
            Conflict::Exists { what: "Somebody signs in with this address already. Use another one.".to_owned() }.into()
        }
        other => other,
    }
}

fn to_the_new_address(view: &EmailChangeView, address: String) -> Letter {
    Letter {
        subject: "Confirm your new email address for Latchkey".to_owned(),
        preheader: "One more step".to_owned(),
        heading: "Confirm your new email address".to_owned(),
        paragraphs: vec![
            "From now on you want to sign in to Latchkey with this address. Confirm it with the button.".to_owned(),
            "If you do not know what this is about, somebody has mistyped their own address: there is nothing to do."
                .to_owned(),
        ],
        facts: vec![("New address".to_owned(), view.new.clone())],
        button: Some(("Confirm the address".to_owned(), address)),
        footer:
            "You get this mail because somebody entered this address at Latchkey. Opening the link changes nothing."
                .to_owned(),
        ..Letter::default()
    }
}

fn farewell(view: &EmailChangeView) -> Letter {
    Letter {
        subject: "Your email address for Latchkey has been changed".to_owned(),
        preheader: "Mail goes to the new address from now on".to_owned(),
        heading: "New email address".to_owned(),
        paragraphs: vec![
            "You sign in to Latchkey with another address from now on, and mail goes there. Both addresses have agreed."
                .to_owned(),
            "If it was not you, tell an Admin of your workspace at once.".to_owned(),
        ],
        facts: vec![("New address".to_owned(), view.new.clone())],
        footer: "This is the last mail of Latchkey to this address.".to_owned(),
        ..Letter::default()
    }
}
