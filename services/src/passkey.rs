//! Passkeys: set up, taken away, and signing in with one, which asks for nothing else.
//!
//! Invariant: a passkey answers a question that this installation has asked, for its own address, once, within
//! `ANSWER_WITHIN`. Each has verified its user by itself (a fingerprint, a PIN), so it is two factors in one.

use crate::context::Change;
use crate::entity::{passkey, passkey_ceremony, user};
use crate::oneself::locked;
use crate::second_factor::{added, removed};
use crate::session::{self, Browser, Confirmed, NewSession, hash_of, network_of, new_token};
use crate::{Error, Services};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::second_factor::PasskeyQuestion;
use domain::{AppError, Conflict, Moment, PasskeyId, Problem, UserId, text};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::{Host, Url};
use uuid::Uuid;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::ResidentKeyRequirement;

/// How long an answer is waited for.
const ANSWER_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// Questions that wait for an answer at a time, asked by one network.
const MOST_QUESTIONS: u64 = 50;
/// Passkeys of one user.
const MOST_PASSKEYS: usize = 20;
/// Bytes of an answer.
const LONGEST_ANSWER: usize = 64 * 1024;

const NOT_CHECKED: &str = "The passkey could not be checked. Try again, or use another way to sign in.";
const TOO_LATE: &str = "The passkey was asked too long ago, or on another page. Try again.";

/// Whether browsers offer passkeys at this address: it has a name, and nobody on the way can change its pages.
pub(crate) fn works_at(site: &Url) -> bool {
    match site.host() {
        Some(Host::Domain(name)) => site.scheme() == "https" || name == "localhost" || name.ends_with(".localhost"),
        _ => false,
    }
}

fn webauthn(site: &Url) -> Result<Webauthn, Error> {
    let nowhere = || {
        let why = "Passkeys need a site with a name and TLS. Ask whoever runs Latchkey here for one.";
        Error::from(Problem::new("form", why))
    };
    let name = site.host_str().filter(|_| works_at(site)).ok_or_else(nowhere)?.to_owned();
    let built = WebauthnBuilder::new(&name, site).and_then(|builder| builder.rp_name("Latchkey").build());
    built.map_err(|_| nowhere())
}

/// What the page's answer says, if it can be read.
fn read<T: DeserializeOwned>(answer: &str) -> Result<T, Error> {
    let readable = (answer.len() <= LONGEST_ANSWER).then(|| serde_json::from_str(answer).ok()).flatten();
    readable.ok_or_else(|| Problem::new("form", NOT_CHECKED).into())
}

fn not_checked(error: WebauthnError) -> Error {
    tracing::warn!(error = %error, "a passkey was refused");
    Problem::new("form", NOT_CHECKED).into()
}

impl Services {
    /// Whether browsers offer passkeys at this installation's address.
    pub fn passkeys_work_here(&self) -> bool {
        works_at(self.site_url())
    }

    /// A question for any passkey of this installation, to sign in with.
    ///
    /// # Errors
    ///
    /// [`AppError::TooManyAttempts`] when the network has too many open ones.
    pub async fn ask_for_passkey(&self, browser: &Browser) -> Result<PasskeyQuestion, Error> {
        let (mut question, state) =
            webauthn(self.site_url())?.start_discoverable_authentication().map_err(not_checked)?;
        // It is asked for by a button, not offered in a field.
        question.mediation = None;
        self.keep_question(&question.public_key, &state, None, browser).await
    }

    /// Begins a session for whoever's passkey has answered; the session that the browser had ends. Where the password of
    /// `only` was right before, no other user's passkey is taken.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when the answer is not right, or late.
    pub async fn sign_in_with_passkey(
        &self,
        token: &str,
        answer: &str,
        half_open: Option<&str>,
        browser: &Browser,
    ) -> Result<NewSession, Error> {
        let webauthn = webauthn(self.site_url())?;
        let answer: PublicKeyCredential = read(answer)?;
        let only = match half_open {
            Some(id) => self.half_open_user(id).await?,
            None => None,
        };
        let (owner, credential) = webauthn.identify_discoverable_authentication(&answer).map_err(not_checked)?;
        let (owner, credential) = (UserId(owner), URL_SAFE_NO_PAD.encode(credential));
        let mut change = self.change().await?;
        let state: DiscoverableAuthentication = take_question(&change, token, None).await?;
        let refused = |text: &str| Error::from(Problem::new("form", text));
        let user = locked(&change, owner).await?;
        change.take_time();
        let row = passkey::Entity::find()
            .filter(passkey::COLUMN.credential_id.eq(credential))
            .filter(passkey::COLUMN.user_id.eq(owner))
            .one(change.transaction())
            .await?;
        let Some((user, row)) = user.zip(row) else {
            return Err(refused("This passkey is not known here any more. Sign in with your password."));
        };
        if only.is_some_and(|only| only != user.id) {
            return Err(refused(
                "This passkey belongs to another sign-in. Choose the one for the address you entered.",
            ));
        }
        let mut passkey: Passkey = serde_json::from_str(&row.credential)?;
        let key = DiscoverableKey::from(&passkey);
        let proven = webauthn.finish_discoverable_authentication_v2(&answer, state, key).map_err(not_checked)?;
        if !proven.user_verified() {
            return Err(refused(NOT_CHECKED));
        }
        passkey.update_credential(&proven);
        let Some(member) = self.first_membership(change.transaction(), user.id).await? else {
            return Err(refused(session::NOWHERE));
        };
        let used = passkey::ActiveModel {
            credential: Set(serde_json::to_string(&passkey)?),
            last_used_at: Set(Some(change.now())),
            ..row.into_active_model()
        };
        used.update(change.transaction()).await?;
        if let Some(id) = half_open {
            session::end_half_open(&change, id).await?;
        }
        let session = session::begin(&change, user.id, member.member, browser).await?;
        let event = session::signed_in(&user, member);
        change.commit(vec![event]).await?;
        Ok(session)
    }

    /// Deletes questions that nobody has answered in time.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub(crate) async fn forget_questions(&self) -> Result<(), Error> {
        passkey_ceremony::Entity::delete_many()
            .filter(passkey_ceremony::COLUMN.ends_at.lt(self.now()))
            .exec(self.database().write())
            .await?;
        Ok(())
    }

    async fn keep_question(
        &self,
        options: &impl Serialize,
        state: &impl Serialize,
        user: Option<UserId>,
        browser: &Browser,
    ) -> Result<PasskeyQuestion, Error> {
        let (now, network) = (self.now(), network_of(browser.address));
        let open = passkey_ceremony::Entity::find()
            .filter(passkey_ceremony::COLUMN.address.eq(&network))
            .filter(passkey_ceremony::COLUMN.ends_at.gt(now));
        if open.count(self.reader()).await? >= MOST_QUESTIONS {
            let wait_seconds = u32::try_from(ANSWER_WITHIN.num_seconds()).unwrap_or(300);
            return Err(AppError::TooManyAttempts { wait_seconds }.into());
        }
        let token = new_token();
        let asked = passkey_ceremony::ActiveModel {
            token_hash: Set(hash_of(&token)),
            user_id: Set(user),
            address: Set(network),
            state: Set(serde_json::to_string(state)?),
            ends_at: Set(now + ANSWER_WITHIN),
        };
        asked.insert(self.database().write()).await?;
        Ok(PasskeyQuestion { token, options: serde_json::to_string(options)? })
    }
}

/// What an answer is checked with. The question is used up, whatever comes of it.
async fn take_question<T: DeserializeOwned>(change: &Change, token: &str, user: Option<UserId>) -> Result<T, Error> {
    let late = || Error::from(Problem::new("form", TOO_LATE));
    let transaction = change.transaction();
    let row = passkey_ceremony::Entity::find_by_id(hash_of(token)).one(transaction).await?;
    let row = row.filter(|row| row.user_id == user && row.ends_at > change.now()).ok_or_else(late)?;
    let taken = passkey_ceremony::Entity::delete_by_id(row.token_hash).exec(transaction).await?;
    // Somebody else's answer to the same question was first.
    if taken.rows_affected == 0 {
        return Err(late());
    }
    Ok(serde_json::from_str(&row.state)?)
}

impl Confirmed {
    /// The question that a new passkey answers.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when there are passkeys enough, or where none work.
    pub async fn begin_passkey(&self, browser: &Browser) -> Result<PasskeyQuestion, Error> {
        let oneself = self.oneself();
        let services = oneself.services();
        let webauthn = webauthn(services.site_url())?;
        let rows = passkey::Entity::find().filter(passkey::COLUMN.user_id.eq(oneself.user())).all(oneself.reader());
        let rows = rows.await?;
        if rows.len() >= MOST_PASSKEYS {
            let text = format!("You have {MOST_PASSKEYS} passkeys. Remove one that you do not use any more.");
            return Err(Problem::new("form", text).into());
        }
        let known = rows.iter().map(|row| Ok(serde_json::from_str::<Passkey>(&row.credential)?.cred_id().clone()));
        let known = known.collect::<Result<Vec<_>, Error>>()?;
        let frame = oneself.frame();
        let (mut question, state) = webauthn
            .start_passkey_registration(oneself.user().0, &frame.email, &frame.name, Some(known))
            .map_err(not_checked)?;
        // So that it can be found without an address: signing in with a passkey asks for none.
        if let Some(selection) = &mut question.public_key.authenticator_selection {
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        services.keep_question(&question.public_key, &state, Some(oneself.user()), browser).await
    }

    /// Keeps a passkey that has answered, under a name.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when the answer is not right or late, or the name is none.
    pub async fn add_passkey(&self, typed: &str, token: &str, answer: &str) -> Result<(), Error> {
        let name = text::name("passkey_name", "a name for the passkey", typed)?;
        let oneself = self.oneself();
        let webauthn = webauthn(oneself.services().site_url())?;
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let (mut change, user) = oneself.change().await?;
        let state: PasskeyRegistration = take_question(&change, token, Some(user.id)).await?;
        let new = webauthn.finish_passkey_registration(&answer, &state).map_err(not_checked)?;
        let credential_id = URL_SAFE_NO_PAD.encode(new.cred_id());
        let known = passkey::Entity::find().filter(passkey::COLUMN.credential_id.eq(&credential_id));
        if known.one(change.transaction()).await?.is_some() {
            let what = "This passkey is set up already. Choose another device or key.".to_owned();
            return Err(Conflict::Exists { what }.into());
        }
        let row = passkey::ActiveModel {
            id: Set(PasskeyId(Uuid::now_v7())),
            user_id: Set(user.id),
            credential_id: Set(credential_id),
            name: Set(name.clone()),
            credential: Set(serde_json::to_string(&new)?),
            created_at: Set(change.now()),
            last_used_at: Set(None::<Moment>),
        };
        row.insert(change.transaction()).await?;
        let events = added(oneself, &mut change, &user, &named(&name)).await?;
        change.commit(events).await
    }

    /// Takes a passkey away.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for one that is not the user's.
    pub async fn remove_passkey(&self, passkey: PasskeyId) -> Result<(), Error> {
        let oneself = self.oneself();
        let (mut change, user): (Change, user::Model) = oneself.change().await?;
        let row = passkey::Entity::find_by_id(passkey).filter(passkey::COLUMN.user_id.eq(user.id));
        let row = row.one(change.transaction()).await?.ok_or(AppError::NotFound)?;
        passkey::Entity::delete_by_id(row.id).exec(change.transaction()).await?;
        let events = removed(oneself, &mut change, &user, &named(&row.name)).await?;
        change.commit(events).await
    }
}

fn named(name: &str) -> String {
    format!("the passkey “{name}”")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_work_where_browsers_offer_them() {
        for (site, works) in [
            ("https://latchkey.example", true),
            ("https://latchkey.example:8443/", true),
            ("http://localhost:3000", true),
            ("http://latchkey.example", false),
            ("https://192.0.2.1", false),
            ("http://127.0.0.1:3000", false),
            ("https://[2001:db8::1]", false),
        ] {
            let site = site.parse().expect("an address");
            assert_eq!(works_at(&site), works, "{site}");
            assert_eq!(webauthn(&site).is_ok(), works, "{site}");
        }
    }
}
