//! What goes on beside the requests: mail is sent, open pages are told of changes, what has ended is swept away, the
//! activity is sealed.

use services::Services;
use services::activity::delivery::Keeper;
use services::mail::{Mailer, Worker};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Between the end of a worker that broke off and its next beginning.
const PAUSE: Duration = Duration::from_secs(5);

/// Starts a worker again whenever it breaks off, until the program stops.
async fn keep_up<F>(name: &'static str, stop: CancellationToken, mut worker: impl FnMut() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let ended = tokio::spawn(worker()).await;
        if stop.is_cancelled() {
            return;
        }
        let cause = ended.err().map_or_else(|| "it ended".to_owned(), |error| error.to_string());
        tracing::error!(worker = name, cause, "a worker broke off and is started again");
        if stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_none() {
            return;
        }
    }
}

/// The workers of this process.
pub struct Workers(JoinSet<()>);

impl Workers {
    /// Starts them. They end soon after `stop` is cancelled.
    pub fn start(services: &Services, mailer: Mailer, keepers: Vec<Keeper>, stop: &CancellationToken) -> Self {
        let mut workers = JoinSet::new();
        let database = services.database().clone();
        let mail = Worker::new(database, mailer, services.clock().clone(), services.mail_waits());
        let stopped = stop.clone();
        workers.spawn(keep_up("mail", stop.clone(), move || mail.clone().run(stopped.clone())));
        let (follower, stopped) = (services.clone(), stop.clone());
        workers.spawn(keep_up("follower", stop.clone(), move || {
            let (follower, stopped) = (follower.clone(), stopped.clone());
            async move {
                stopped.run_until_cancelled(follower.follow()).await;
            }
        }));
        let (sweeper, stopped) = (services.clone(), stop.clone());
        workers.spawn(keep_up("sweeper", stop.clone(), move || {
            let (sweeper, stopped) = (sweeper.clone(), stopped.clone());
            async move {
                stopped.run_until_cancelled(sweeper.sweep()).await;
            }
        }));
        let (sealer, stopped) = (services.clone(), stop.clone());
        workers.spawn(keep_up("sealer", stop.clone(), move || {
            let (sealer, stopped) = (sealer.clone(), stopped.clone());
            async move {
                stopped.run_until_cancelled(sealer.keep_sealing()).await;
            }
        }));
        for keeper in keepers {
            let (deliverer, stopped) = (services.clone(), stop.clone());
            workers.spawn(keep_up("keeper", stop.clone(), move || {
                let (deliverer, keeper, stopped) = (deliverer.clone(), keeper.clone(), stopped.clone());
                async move {
                    stopped.run_until_cancelled(deliverer.keep_delivering(&keeper)).await;
                }
            }));
        }
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
