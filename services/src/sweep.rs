//! Housekeeping by time: what has ended is marked and told, what no longer counts is forgotten.

use crate::{Services, chain};
use std::time::Duration;

/// How often ended access and undecided requests are looked for.
const MARK_EVERY: Duration = Duration::from_secs(20);
/// Marks between two looks at old sessions and attempts: about an hour.
const MARKS_PER_FORGETTING: u32 = 180;

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
            if round.is_multiple_of(MARKS_PER_FORGETTING)
                && let Err(error) = self.forget_old_sessions().await
            {
                tracing::warn!(error = %chain(&error), "old sessions could not be forgotten");
            }
        }
    }
}
