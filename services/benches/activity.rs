//! What sealing takes from those who append: `cargo xtask bench --only append` runs this on either database.
//!
//! Writers hand out user names, each of an account of its own, as fast as they can: an act that writes little beside its
//! event. Rounds with the sealer at work and rounds without it take turns, so that a slow moment of the machine slows down
//! both. What a round without it leaves is sealed before the next begins, outside the time that is measured.
//!
//! Each round is a line of JSON. Arguments: the address of an empty database, writers, rounds, seconds of a round.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark may break off, and what it prints is what it is for"
)]

use domain::AccountId;
use domain::account::AccountFilter;
use domain::secret::Secret;
use domain::workspace::Founding;
use serde_json::json;
use services::demo::{DemoSize, PASSWORD, fill};
use services::session::Browser;
use services::vault::{KeySource, Vault, new_key};
use services::{Ctx, Database, Services, Settings};
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

/// What happens in this time is not measured: from then on the sealer has each second as much to seal as is appended in one.
const WARMING: Duration = Duration::from_millis(1_500);
/// An account manager of the demo's guest company, who has every account.
const MANAGER: &str = "manager@northlight.example";

struct Arguments {
    url: String,
    writers: u32,
    rounds: usize,
    lasting: Duration,
}

impl Arguments {
    /// None where one is missing: `cargo test --benches` only wants to see that it starts.
    fn of_command_line() -> Option<Self> {
        // Cargo adds `--bench`.
        let mut said = std::env::args().skip(1).filter(|argument| argument != "--bench");
        let (url, mut next) = (said.next()?, move || said.next());
        let mut number = move || Some(next()?.parse::<u32>().expect("a number"));
        let (writers, rounds, seconds) = (number()?, number()?, number()?);
        let lasting = Duration::from_secs(seconds.into());
        Some(Self { url, writers, rounds: usize::try_from(rounds).expect("so many"), lasting })
    }
}

fn main() {
    let Some(arguments) = Arguments::of_command_line() else {
        println!("Arguments: the address of an empty database, writers, rounds, seconds of a round.");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(&arguments));
}

async fn measure(Arguments { url, writers, rounds, lasting }: &Arguments) {
    let services = filled(url, *writers).await;
    let manager = signed_in(&services).await;
    let accounts = manager.accounts(&AccountFilter::default()).await.unwrap().cards;
    let accounts: Vec<AccountId> = accounts.into_iter().map(|card| card.account).take(*writers as usize).collect();
    assert_eq!(accounts.len(), *writers as usize, "an account for each writer");
    // The first one warms up, and is not told.
    round(&services, &manager, &accounts, *lasting, true).await;
    for number in 0..*rounds {
        let order = if number % 2 == 0 { [false, true] } else { [true, false] };
        for sealing in order {
            let mut times = round(&services, &manager, &accounts, *lasting, sealing).await;
            times.sort_unstable();
            let within = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
            let per_second = times.len() as f64 / lasting.as_secs_f64();
            println!(
                "{}",
                json!({ "sealing": sealing, "per_second": per_second, "p50_ms": within(50), "p99_ms": within(99) })
            );
        }
    }
}

async fn filled(url: &str, accounts: u32) -> Services {
    let database = Database::connect(url).await.unwrap();
    database.migrate().await.unwrap();
    let key = KeySource::Value(Secret::new(new_key().expose()));
    let vault = Vault::open(&database, key, domain::Moment::UNIX_EPOCH).await.unwrap();
    let site_url = "https://latchkey.example".parse().unwrap();
    let services = Services::new(database, vault, Settings::new(site_url, Founding::Invitation));
    let size = DemoSize { accounts: accounts.max(DemoSize::default().accounts + 1), ..DemoSize::default() };
    fill(&services, size, &|_| ()).await.unwrap();
    services
}

async fn signed_in(services: &Services) -> Ctx {
    let browser = Browser::at(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let session = services.sign_in(MANAGER, PASSWORD, &browser).await.unwrap().session().unwrap();
    services.session(&session.id).await.unwrap().unwrap()
}

/// How long each act took, once it is under way.
async fn round(
    services: &Services,
    manager: &Ctx,
    accounts: &[AccountId],
    lasting: Duration,
    sealing: bool,
) -> Vec<Duration> {
    let sealer = sealing.then(|| {
        let services = services.clone();
        tokio::spawn(async move { services.keep_sealing().await })
    });
    let begin = Instant::now();
    let writers = accounts.iter().map(|account| {
        let (manager, account) = (manager.clone(), *account);
        tokio::spawn(async move {
            let mut times = Vec::new();
            while begin.elapsed() < WARMING + lasting {
                let asked = Instant::now();
                manager.account(account).await.unwrap().holder().unwrap().copy_username().await.unwrap();
                if asked >= begin + WARMING {
                    times.push(asked.elapsed());
                }
            }
            times
        })
    });
    let times = futures::future::join_all(writers).await.into_iter().flat_map(Result::unwrap).collect();
    if let Some(sealer) = sealer {
        sealer.abort();
        // Whether it was in the middle of a batch: that ends with its transaction.
        let _ = sealer.await;
    }
    while services.seal_activity().await.unwrap() > 0 {}
    times
}
