//! The program against a plain model of its rules: random acts of random members, on both databases.
//!
//! `model.rs` says what each act has to be answered and what is true afterwards. `system.rs` does the same through the
//! public use cases. After each act `invariant.rs` compares the two, and looks for what must never be. What differs is
//! told with the shortest list of acts that leads there.
//!
//! `LATCHKEY_MODEL_STEPS` says how many acts (`cargo xtask model --steps …` sets it), `LATCHKEY_MODEL_SEED` which.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may break off")]
#![allow(unreachable_pub, reason = "everything here is for this program alone")]
#![allow(missing_docs, reason = "the model's names are those of the domain")]

mod act;
mod invariant;
mod model;
#[path = "../database/postgres.rs"]
mod postgres;
mod system;
#[path = "../database/vault.rs"]
mod vault;

use act::Act;
use futures::FutureExt;
use model::Model;
use proptest::prelude::{BoxedStrategy, Just, Strategy};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use proptest_state_machine::ReferenceStateMachine;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use system::{Backend, System, Template};
use tokio::runtime::Runtime;

/// Acts in one database, which begins anew afterwards.
const ACTS_TOGETHER: usize = 250;
/// Acts on SQLite in an ordinary run of the tests. `cargo xtask model` does more.
const SQLITE_STEPS: usize = 100_000;
/// Acts on PostgreSQL, whose every question is a way to another process and back.
const POSTGRES_STEPS: usize = 5_000;
/// Where an ordinary run begins: the same acts each time.
const SEED: u64 = 20_261_126;

#[test]
fn whatever_members_do_sqlite_is_as_the_model_says() {
    check(Backend::Sqlite, steps().unwrap_or(SQLITE_STEPS));
}

#[test]
fn whatever_members_do_postgres_is_as_the_model_says() {
    check(Backend::Postgres, steps().map_or(POSTGRES_STEPS, |steps| steps / 20));
}

fn steps() -> Option<usize> {
    std::env::var("LATCHKEY_MODEL_STEPS").ok().map(|steps| steps.parse().expect("a number of steps"))
}

fn seed() -> u64 {
    std::env::var("LATCHKEY_MODEL_SEED").map_or(SEED, |seed| seed.parse().expect("a seed is a number"))
}

/// The model, as proptest drives it.
struct Reference;

impl ReferenceStateMachine for Reference {
    type State = Model;
    type Transition = Act;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::founded()).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Act> {
        let model = model.clone();
        Just(()).prop_perturb(move |(), mut random| Act::pick(&model, &mut random)).boxed()
    }

    fn preconditions(model: &Model, act: &Act) -> bool {
        act.by().is_none_or(|by| by.0 < model.members.len())
    }

    fn apply(mut model: Model, act: &Act) -> Model {
        model.perform(act);
        model
    }
}

/// How often each act was answered how.
type Counts = Mutex<BTreeMap<(String, String), usize>>;

/// So many acts, in databases of their own one after the other, on every core.
fn check(backend: Backend, steps: usize) {
    let making = runtime();
    let Some(template) = making.block_on(Template::make(backend)) else { return };
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    // Each database is one run of proptest's; PostgreSQL has all cores busy by itself.
    let workers = if backend == Backend::Sqlite { cores } else { 1 };
    let (counts, begin) = (Counts::default(), Instant::now());
    let ended: Vec<Result<(), String>> = std::thread::scope(|scope| {
        let (template, counts) = (&template, &counts);
        let started: Vec<_> = (0..workers)
            .map(|worker| scope.spawn(move || work(backend, template, steps / workers, seed() + worker as u64, counts)))
            .collect();
        started.into_iter().map(|worker| worker.join().expect("a worker tells what went wrong")).collect()
    });
    making.block_on(template.remove());
    match ended.into_iter().collect::<Result<Vec<()>, String>>() {
        Ok(_) => eprintln!("{}", summary(backend, &counts.into_inner().unwrap(), begin)),
        Err(story) => panic!("{story}"),
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn work(backend: Backend, template: &Template, steps: usize, seed: u64, counts: &Counts) -> Result<(), String> {
    let runtime = runtime();
    let config = Config {
        cases: u32::try_from(steps.div_ceil(ACTS_TOGETHER)).expect("not so many"),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_time: 300_000,
        max_shrink_iters: u32::MAX - 1,
        ..Config::default()
    };
    let acts = Reference::sequential_strategy(ACTS_TOGETHER..=ACTS_TOGETHER);
    let ended = TestRunner::new(config).run(&acts, |(model, acts, seen)| {
        let counts = seen.is_some().then_some(counts);
        let seen = seen.unwrap_or_default();
        runtime.block_on(run(template, model, &acts, &seen, counts)).map_err(TestCaseError::fail)
    });
    match ended {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, (_, acts, _))) => Err(story(backend, seed, steps, &acts, why.message())),
        Err(TestError::Abort(why)) => Err(why.message().to_owned()),
    }
}

/// One database, from the beginning.
async fn run(
    template: &Template,
    mut model: Model,
    acts: &[Act],
    seen: &AtomicUsize,
    counts: Option<&Counts>,
) -> Result<(), String> {
    let mut system = System::copy(template).await;
    let story = async {
        for act in acts {
            seen.fetch_add(1, Ordering::SeqCst);
            model.perform(act);
            let answer = system.perform(act, &model).await?;
            if let Some(counts) = counts {
                let answer = answer.map_or_else(|refusal| format!("{refusal:?}"), |()| "Done".to_owned());
                *counts.lock().unwrap().entry((act.name(), answer)).or_default() += 1;
            }
            if answer != model.answer {
                return Err(format!("{act:?}\nwas answered {answer:?}, and should be answered {:?}", model.answer));
            }
            system.check(act, &model).await.map_err(|wrong| format!("{act:?}\n{wrong}"))?;
        }
        Ok(())
    };
    let ended = AssertUnwindSafe(story).catch_unwind().await;
    system.remove().await;
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn summary(backend: Backend, counts: &BTreeMap<(String, String), usize>, begin: Instant) -> String {
    let steps: usize = counts.values().sum();
    let seconds = begin.elapsed().as_secs_f64();
    let mut told = format!(
        "{backend:?}: {steps} acts in {seconds:.0} s ({:.0} a second), each as the model says, seed {}\n",
        steps as f64 / seconds,
        seed()
    );
    for ((act, answer), count) in counts {
        writeln!(told, "  {act:<20} {answer:<10} {count:>9}").unwrap();
    }
    told
}

fn story(backend: Backend, seed: u64, steps: usize, acts: &[Act], why: &str) -> String {
    let mut told = format!("\nOn {backend:?}, after these acts the program differs from the model:\n");
    for (place, act) in acts.iter().enumerate() {
        writeln!(told, "{:>4}. {act:?}", place + 1).unwrap();
    }
    write!(told, "{why}\n\nOnce more: cargo xtask model --seed {seed} --steps {steps}").unwrap();
    told
}
