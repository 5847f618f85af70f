//! The demo: two companies that share accounts, and as many people and accounts as somebody wants to measure.

mod activity;
mod bulk;
mod crowd;
mod people;
mod story;

use crate::{Error, Services, password};
use activity::Past;
use crowd::Crowd;
use people::People;
use story::{Founded, HARBOR, NORTHLIGHT, Story};

/// Everyone's password.
pub const PASSWORD: &str = "latchkey-demo";

/// How large the demo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoSize {
    /// Members of the guest workspace, at least those of the story.
    pub members: u32,
    /// Accounts of the host workspace, at least those of the story. With more, all are shared with the guest.
    pub accounts: u32,
    /// Events of the two years before the story.
    pub events: u32,
}

impl Default for DemoSize {
    fn default() -> Self {
        Self { members: story::NORTHLIGHT_PEOPLE, accounts: story::ACCOUNTS_TOLD, events: 0 }
    }
}

/// Who can sign in to the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSummary {
    sign_ins: Vec<(&'static str, &'static str)>,
}

impl std::fmt::Display for DemoSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "The demo is ready. Everyone's password is {PASSWORD}")?;
        self.sign_ins.iter().try_for_each(|(email, who)| writeln!(f, "  {email:<32} {who}"))
    }
}

/// Fills an empty database. `progress` is told what takes long.
///
/// # Errors
///
/// [`Error::NotEmpty`] when somebody has made a workspace; [`Error::Database`].
pub async fn fill(services: &Services, size: DemoSize, progress: &(dyn Fn(&str) + Sync)) -> Result<DemoSummary, Error> {
    if !services.database().is_empty().await? {
        return Err(Error::NotEmpty);
    }
    let password_hash = tokio::task::spawn_blocking(|| password::hash(PASSWORD)).await??;
    let now = services.now();
    let story = Story { password_hash: &password_hash, accounts: size.accounts, now };
    let change = services.change().await?;
    let founded = story.found(&change).await?;
    change.commit(Vec::new()).await?;
    let crowd = Crowd {
        workspace: founded.northlight,
        domain: NORTHLIGHT,
        members: usize::try_from(size.members.saturating_sub(story::NORTHLIGHT_PEOPLE)).unwrap_or(usize::MAX),
        password_hash: &password_hash,
        now,
        seed: 20_261_123,
    };
    crowd.join(services.database().write(), progress).await?;
    if size.events > 0 {
        let Founded { harbor, northlight, .. } = founded;
        let past = Past { services, harbor, northlight, events: size.events, now, seed: 20_261_127 };
        past.happen(progress).await?;
    }

    founded.add_fields(services).await?;
    founded.ask(services).await?;
    founded.use_accounts(services).await?;
    Ok(DemoSummary { sign_ins: Founded::SIGN_INS.to_vec() })
}

/// People beside those of the story, under addresses that the crowd does not use.
fn colleagues(domain: &'static str, count: usize) -> impl Iterator<Item = people::Person> {
    let seed = if domain == HARBOR { 7 } else { 11 };
    People::of(domain, seed).take(count)
}
