//! Refused attempts. What a member sees but may not do is refused with the reason, and the attempt is on record; what they
//! do not see does not exist for them, and leaves nothing.
//!
//! A use case says no by returning a [`Denial`], wherever it stands. Only whoever answers for it knows that the member was
//! told no, so the edge notes it ([`Ctx::refused`]) and has it written down once the use case is over
//! ([`Ctx::record_refusal`]), in a transaction of its own: the one of the use case was undone.

use crate::activity::{Details, Event};
use crate::database::statement;
use crate::oneself::locked;
use crate::{Ctx, Error};
use chrono::TimeDelta;
use domain::activity::EventKind;
use domain::{AccountId, AppError, Denial, PartnershipId};
use sea_orm::ConnectionTrait;
use std::sync::{Arc, Mutex, PoisonError};

/// Within this time the same refusal is one event, however often it is asked for.
const ONCE_IN: TimeDelta = TimeDelta::minutes(1);
/// A member's latest events among which the same refusal is looked for.
const LOOKED_AT: u32 = 100;

/// What an operation has turned out to be about, and how it was refused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    about: Option<About>,
    refused: Vec<Refused>,
}

#[derive(Debug)]
struct Refused {
    about: Option<About>,
    denial: Denial,
    tried: String,
}

/// What the member sees, and has tried something on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    Account(AccountId),
    Partnership(PartnershipId),
}

impl Attempt {
    /// The member sees this thing, and what they try is about it.
    pub(crate) fn is_about(&self, thing: About) {
        self.with(|state| state.about = Some(thing));
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ctx {
    /// Notes that the member was refused what they tried, in words that go on after "tried to", such as "change a role". Being
    /// asked for a step that comes first, such as a confirmation, is no refusal.
    pub fn refused(&self, denial: Denial, tried: &str) {
        if !denial.asks_for_a_step() {
            self.attempt().with(|state| {
                let tried = tried.to_owned();
                state.refused.push(Refused { about: state.about, denial, tried });
            });
        }
    }

    /// Writes down what was refused in this operation, if anything was. The same within a minute is written once.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn record_refusal(&self) -> Result<(), Error> {
        for refused in self.attempt().with(|state| std::mem::take(&mut state.refused)) {
            self.record(refused).await?;
        }
        Ok(())
    }

    async fn record(&self, Refused { about, denial, tried }: Refused) -> Result<(), Error> {
        let kind = EventKind::AttemptRefused;
        let own = Event { actor: Some(self.member()), details: self.details(), ..self.event(kind) };
        let event = match about {
            Some(About::Account(id)) => self.account(id).await.map(|account| account.event(kind)),
            // The other company learns nothing of it: until they have agreed, it does not even know whose workspace it is.
            Some(About::Partnership(id)) => self.partnership(id).await.map(|partnership| {
                let partner = partnership.partner();
                Event { partnership: Some(id), details: Details { partner, ..own.details.clone() }, ..own.clone() }
            }),
            None => Ok(own),
        };
        let event = match event {
            Ok(event) => event,
            // Not theirs to see any more.
            Err(Error::App(AppError::NotFound)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let details = Details { note: tried, because: denial.to_string(), ..event.details };
        self.record_once(Event { details, ..event }).await
    }

    async fn record_once(&self, event: Event) -> Result<(), Error> {
        let change = self.services.change().await?;
        // One at a time for a member, so that of many at once one is written.
        locked(&change, self.user()).await?;
        let sql = format!(
            "SELECT 1 FROM (SELECT at, kind, account_id, partnership_id, details FROM activity_event
                            WHERE actor_id = $1 ORDER BY sequence DESC LIMIT {LOOKED_AT}) e
             WHERE e.at > $2 AND e.kind = '{}' AND e.details = $3
               AND COALESCE(e.account_id, e.partnership_id) IS NOT DISTINCT FROM $4",
            EventKind::AttemptRefused
        );
        let thing = event.account.map(|id| id.0).or(event.partnership.map(|id| id.0));
        let values = [
            self.member().into(),
            (change.now() - ONCE_IN).into(),
            serde_json::to_string(&event.details)?.into(),
            thing.into(),
        ];
        let transaction = change.transaction();
        if transaction.query_one_raw(statement(transaction, &sql, values)).await?.is_some() {
            return Ok(());
        }
        change.commit(vec![event]).await
    }
}
