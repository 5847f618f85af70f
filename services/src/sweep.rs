//! Housekeeping by time: what has ended is marked and told, what no longer counts is forgotten.

use crate::{Error, Services, chain, link, mail};
use std::time::Duration;

/// How often ended access and undecided requests, ends that come and daily mails are looked for.
const MARK_EVERY: Duration = Duration::from_secs(20);
/// Marks between two looks at old sessions and attempts: about an hour.
const MARKS_PER_FORGETTING: u32 = 180;
/// Marks between two looks at accounts without an owner, which goes through all of them: about five minutes.
const MARKS_PER_LOOK: u32 = 15;

impl Services {
    /// Sweeps until the future is dropped. Every server may sweep: each thing is marked by one of them.
    pub async fn sweep(&self) {
        let mut every = tokio::time::interval(MARK_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for round in 0_u32.. {
            every.tick().await;
            match self.mark_ended().await {
                Ok(0) => {}
                Ok(marked) => tracing::info!(marked, "ended access and requests were marked"),
                Err(error) => tracing::warn!(error = %chain(&error), "what has ended could not be marked"),
            }
            if let Err(error) = self.warn_of_ends().await {
                tracing::warn!(error = %chain(&error), "ends of access that come could not be told");
            }
            if let Err(error) = self.write_digests().await {
                tracing::warn!(error = %chain(&error), "daily mails could not be written");
            }
            if round.is_multiple_of(MARKS_PER_LOOK)
                && let Err(error) = self.tell_of_lost_owners().await
            {
                tracing::warn!(error = %chain(&error), "accounts without an owner could not be looked for");
            }
            if round.is_multiple_of(MARKS_PER_FORGETTING)
                && let Err(error) = self.forget_what_is_old().await
            {
                tracing::warn!(error = %chain(&error), "what is old could not be forgotten");
            }
        }
    }

    /// Deletes sessions, attempts to sign in, sent mails and links that no longer count for anything, wipes accounts that
    /// were deleted long ago, and removes activity that is older than it is kept. Returns how many of all these went.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], and [`Error::Record`] when the activity cannot be sealed.
    pub async fn forget_what_is_old(&self) -> Result<u64, Error> {
        let sessions = self.forget_old_sessions().await?;
        self.forget_questions().await?;
        let mails = mail::forget_sent(self.database().write(), self.now()).await?;
        let links = link::forget_old(self).await?;
        let accounts = self.forget_deleted_accounts().await?;
        self.mark_ended_waiting().await?;
        let events = self.remove_old_activity().await?;
        Ok(events + sessions + mails + links + accounts)
    }
}
