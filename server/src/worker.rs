//! What goes on beside the requests: mail is sent, open pages are told of changes, what has ended is swept away.

use services::Services;
use services::mail::{Mailer, Worker};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The workers of this process.
pub struct Workers(JoinSet<()>);

impl Workers {
    /// Starts them. They end soon after `stop` is cancelled.
    pub fn start(services: &Services, mailer: Mailer, stop: &CancellationToken) -> Self {
        let mut workers = JoinSet::new();
        let database = services.database().clone();
        let mail = Worker::new(database, mailer, services.clock().clone(), services.mail_waits());
        workers.spawn(mail.run(stop.clone()));
        let (follower, stopped) = (services.clone(), stop.clone());
        workers.spawn(async move {
            stopped.run_until_cancelled(follower.follow()).await;
        });
        let (sweeper, stopped) = (services.clone(), stop.clone());
        workers.spawn(async move {
            stopped.run_until_cancelled(sweeper.sweep()).await;
        });
        Self(workers)
    }

    /// Waits until all have put down what they hold.
    pub async fn end(mut self) {
        while let Some(ended) = self.0.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker broke off");
            }
        }
    }
}
