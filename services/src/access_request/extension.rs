//! Longer access for oneself, asked for before it ends.
//!
//! The one request that needs no account manager: a guest whose access ends asks for themselves, with the role they have.
//! It is a request like any other, with one line. Accepted, it is a new grant that starts then.

use super::sending::{candidates, offer, send};
use crate::Error;
use crate::account::{AccountHolder, VisibleAccount};
use chrono::TimeDelta;
use domain::access_request::{
    AccessEnd, EndChoice, ExtensionFormView, PendingSince, RequestForm, SentRequest, end_choices,
};
use domain::account::AccountRole;
use domain::time::day;
use domain::{AppError, Denial, IdempotencyKey, Moment, Problem};
use uuid::Uuid;

impl AccountHolder {
    /// What the form "Extend access" starts with.
    ///
    /// # Errors
    ///
    /// [`Denial::OwnersExtend`] for an account of the own company, [`Denial::NothingToExtend`] when access has no end,
    /// [`Denial::NotShared`] when the account is no longer offered.
    pub async fn extension_form(&self) -> Result<ExtensionFormView, Error> {
        let account = self.account();
        let ctx = account.ctx();
        let (role, ends_at) = extendable(account)?;
        let offer = offer(account, ctx.reader(), ctx.now()).await?;
        let candidate = candidates(ctx.reader(), account, &[ctx.member()], ctx.now()).await?.remove(&ctx.member());
        let pending = candidate.and_then(|candidate| candidate.pending);
        let later = |choice: &EndChoice| match AccessEnd::from_form(&choice.value, "", ctx.now()) {
            Ok(end) => !choice.blocked && end.moment(ctx.now()).is_none_or(|end| end > ends_at),
            // A date is typed beside it.
            Err(_) => false,
        };
        let last_day =
            offer.policy.longest_days.map(|days| (ctx.now() + TimeDelta::days(i64::from(days))).date_naive());
        let no_later =
            last_day.is_some_and(|day| AccessEnd::On(day).moment(ctx.now()).is_some_and(|end| end <= ends_at));
        let blocked = match pending {
            Some(PendingSince { by, at }) => Some(format!("Already requested by {by} on {}.", day(at.date_naive()))),
            None if no_later => Some(
                "Your access lasts as long as the partnership allows. You can ask for more time later, before it ends."
                    .to_owned(),
            ),
            None => None,
        };
        Ok(ExtensionFormView {
            account: account.asked(),
            key: IdempotencyKey(Uuid::now_v7()),
            role,
            ends_at,
            ends: end_choices(&offer.policy).into_iter().filter(later).collect(),
            first_day: ends_at.date_naive().to_string(),
            last_day: last_day.map(|day| day.to_string()),
            reason_required: offer.policy.reason_required,
            blocked,
        })
    }

    /// Asks the owners for longer access, with the role that this member has. A day that was entered counts, whatever was
    /// chosen beside it.
    ///
    /// # Errors
    ///
    /// As [`AccountHolder::extension_form`]; [`AppError::Invalid`] with what is wrong with the form.
    pub async fn extend(
        &self,
        key: IdempotencyKey,
        access_end: &str,
        access_end_date: &str,
        reason: &str,
    ) -> Result<SentRequest, Error> {
        let (change, account) = self.account().change().await?;
        let holder = account.holder()?;
        let account = holder.account().clone();
        let (role, _) = extendable(&account)?;
        let access_end = if access_end_date.trim().is_empty() { access_end } else { "date" };
        let form = RequestForm {
            key,
            members: vec![account.ctx().member()],
            role: role.word().to_owned(),
            access_end: access_end.to_owned(),
            access_end_date: access_end_date.to_owned(),
            reason: reason.to_owned(),
        };
        send(change, account, &form).await.map_err(about_oneself)
    }
}

/// The role and the end of access that ends.
fn extendable(account: &VisibleAccount) -> Result<(AccountRole, Moment), Denial> {
    let (role, ends_at) = account.held();
    let role = role.ok_or(Denial::HoldersOnly)?;
    if !account.is_guest() {
        return Err(Denial::OwnersExtend);
    }
    Ok((role, ends_at.ok_or(Denial::NothingToExtend)?))
}

/// Who cannot be asked for is nobody but the reader, and what they can change about it is the end.
fn about_oneself(error: Error) -> Error {
    match error {
        Error::App(AppError::Invalid { problems }) => {
            let about = |problem: Problem| match problem.field.as_str() {
                "members" => Problem::new(
                    "access_end",
                    "You have access for as long already, or a request for you waits. Choose a later end.",
                ),
                _ => problem,
            };
            Error::App(AppError::Invalid { problems: problems.into_iter().map(about).collect() })
        }
        other => other,
    }
}
