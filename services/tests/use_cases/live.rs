//! Live updates: an open page is told what concerns its member.

use crate::world::{Person, World};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use services::Services;
use services::live::{Changed, Subscription, Watched};
use std::time::Duration;
use tokio::task::AbortHandle;

/// Longer than it may take, shorter than anything that is waited for otherwise.
const AT_LAST: Duration = Duration::from_secs(5);

/// Ends the follower with the test.
struct Following(AbortHandle);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts following, and returns when the follower has found its place.
async fn follow(world: &World, services: &Services) -> Following {
    let mut probe = open_page(world, services, &world.petra).await;
    let follower = services.clone();
    let following = Following(tokio::spawn(async move { follower.follow().await }).abort_handle());
    told(&mut probe).await;
    following
}

/// A page of this person, made now.
async fn open_page(world: &World, services: &Services, person: &Person) -> Subscription {
    let ctx = world.ctx_on(services, person).await;
    let since = ctx.frame().sequence;
    services.subscribe(&ctx, since, None).await.unwrap()
}

/// A page of this person that shows activity.
async fn open_activity(world: &World, person: &Person, watched: Watched) -> Subscription {
    let ctx = world.ctx(person).await;
    let since = ctx.frame().sequence;
    world.services.subscribe(&ctx, since, Some(watched)).await.unwrap()
}

async fn told(page: &mut Subscription) -> Changed {
    tokio::time::timeout(AT_LAST, page.next()).await.expect("told in time").expect("the session goes on")
}

async fn is_over(page: &mut Subscription) -> bool {
    tokio::time::timeout(AT_LAST, page.next()).await.expect("ended in time").is_none()
}

/// Asserts that the page was told of nothing before what happens to its reader now.
async fn was_quiet(world: &World, page: &mut Subscription, person: &Person) {
    was_quiet_from(world, page, person, 0).await;
}

/// The same, from an event on: what happened before the page was opened may come to be seen only afterwards.
async fn was_quiet_from(world: &World, page: &mut Subscription, person: &Person, from: i64) {
    let sql = "INSERT INTO activity_event (at, kind, subject_id, host_workspace_id, details)
                VALUES ($1, 'access_ended', $2, $3, '{}') RETURNING sequence";
    let values = [world.clock.now().into(), person.member.into(), world.host.into()];
    let sequence: i64 = world.one(sql, values).await;
    let mut first = told(page).await;
    while first.sequence < from {
        first = told(page).await;
    }
    assert_eq!(first, Changed { sequence }, "{} was told of something else", person.name);
}

on_both! {
    async fn a_page_is_told_within_two_seconds_of_an_acceptance(world: World) {
        let line = world.pending().await;
        let _following = follow(&world, &world.services).await;
        let mut ann = open_page(&world, &world.services, &world.ann).await;
        let mut mia = open_page(&world, &world.services, &world.mia).await;
        let mut cora = open_page(&world, &world.services, &world.cora).await;
        let owner = world.ctx(&world.olga).await;
        let began = std::time::Instant::now();
        world.accept(&world.olga, line).await.unwrap();
        told(&mut ann).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        told(&mut mia).await;
        was_quiet(&world, &mut cora, &world.cora).await;
        drop(owner);
    }

    async fn a_page_that_shows_activity_is_told_what_it_would_show(world: World) {
        let _following = follow(&world, &world.services).await;
        let account = Watched::Account(world.account);
        let mut showing = Vec::new();
        for (person, watched) in [
            (&world.hana, Watched::Workspace),
            (&world.oscar, Watched::Workspace),
            (&world.gus, Watched::Workspace),
            (&world.olga, account),
            (&world.mia, account),
        ] {
            showing.push(open_activity(&world, person, watched).await);
        }
        let mut others = Vec::new();
        for (person, watched) in [(&world.carl, account), (&world.max, Watched::Workspace), (&world.petra, Watched::Workspace)] {
            others.push((person, open_activity(&world, person, watched).await));
        }
        let mut plain = open_page(&world, &world.services, &world.oscar).await;
        world.seen_by(&world.cora).await.holder().unwrap().log_in().await.unwrap();
        let logged_in: i64 = world.one("SELECT sequence FROM activity_event WHERE kind = 'logged_in'", []).await;
        for page in &mut showing {
            // An Admin's page shows that people have signed in, too.
            while told(page).await.sequence < logged_in {}
        }
        for (person, page) in &mut others {
            was_quiet_from(&world, page, person, logged_in).await;
        }
        was_quiet_from(&world, &mut plain, &world.oscar, logged_in).await;
    }

    async fn activity_since_the_page_was_made_is_told_at_once(world: World) {
        let hana = world.ctx(&world.hana).await;
        let since = hana.frame().sequence;
        world.seen_by(&world.cora).await.holder().unwrap().log_in().await.unwrap();
        let mut page = world.services.subscribe(&hana, since, Some(Watched::Workspace)).await.unwrap();
        assert!(told(&mut page).await.sequence > since);
        let tess = world.ctx(&world.tess).await;
        let unseen = world.services.subscribe(&tess, since, Some(Watched::Account(world.account))).await;
        assert!(unseen.is_err(), "who does not see the account cannot watch it");
    }

    async fn a_page_of_another_server_is_told_too(world: World) {
        let line = world.pending().await;
        let other = world.another_server().await;
        let _following = follow(&world, &other).await;
        let mut ann = open_page(&world, &other, &world.ann).await;
        world.ctx(&world.olga).await;
        let began = std::time::Instant::now();
        world.accept(&world.olga, line).await.unwrap();
        told(&mut ann).await;
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    }

    async fn what_happened_since_the_page_was_made_is_told_at_once(world: World) {
        let line = world.pending().await;
        let ann = world.ctx(&world.ann).await;
        let since = ann.frame().sequence;
        world.accept(&world.olga, line).await.unwrap();
        // Nobody follows: it is read when the stream begins.
        let mut page = world.services.subscribe(&ann, since, None).await.unwrap();
        let Changed { sequence } = told(&mut page).await;
        assert!(sequence > since);
        let _following = follow(&world, &world.services).await;
        let mut later = world.services.subscribe(&ann, sequence, None).await.unwrap();
        was_quiet(&world, &mut later, &world.ann).await;
    }

    async fn a_stream_ends_with_its_session(world: World) {
        let _following = follow(&world, &world.services).await;
        let mut page = open_page(&world, &world.services, &world.ann).await;
        let mut other = open_page(&world, &world.services, &world.mia).await;
        world.ctx(&world.ann).await.sign_out().await.unwrap();
        assert!(is_over(&mut page).await);
        was_quiet(&world, &mut other, &world.mia).await;
    }

    async fn a_stream_tells_nothing_to_whoever_was_deactivated(world: World) {
        let line = world.pending().await;
        let _following = follow(&world, &world.services).await;
        let mut page = open_page(&world, &world.services, &world.oscar).await;
        world.deactivate(&world.oscar).await;
        world.run("INSERT INTO activity_event (at, kind, subject_id, host_workspace_id, details)
                    VALUES ($1, 'access_ended', $2, $3, '{}')",
            [world.clock.now().into(), world.oscar.member.into(), world.host.into()]).await;
        assert!(is_over(&mut page).await);
        assert_eq!(world.line_state(line).await, "pending");
    }

    async fn whoever_is_told_of_a_request_sees_it_then(world: World) {
        let _following = follow(&world, &world.services).await;
        let mut page = open_page(&world, &world.services, &world.olga).await;
        world.pending().await;
        told(&mut page).await;
        assert_eq!(world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending.len(), 1);
    }

    async fn a_transaction_that_commits_after_a_later_one_is_not_lost(world: World) {
        if !world.url.starts_with("postgres") {
            // SQLite has one writer: no number is given before the one before it is there.
            return;
        }
        let _following = follow(&world, &world.services).await;
        let mut ann = open_page(&world, &world.services, &world.ann).await;
        let mut ben = open_page(&world, &world.services, &world.ben).await;
        let slow = world.rows.begin().await.unwrap();
        let event = |person: &Person| {
            let sql = "INSERT INTO activity_event (at, kind, subject_id, host_workspace_id, details)
                        VALUES ($1, 'access_ended', $2, $3, '{}')";
            let values = [world.clock.now().into(), person.member.into(), world.host.into()];
            Statement::from_sql_and_values(world.rows.get_database_backend(), sql, values)
        };
        slow.execute_raw(event(&world.ann)).await.unwrap();
        world.rows.execute_raw(event(&world.ben)).await.unwrap();
        // Made now, the page carries the later number and does not show what comes to be seen after it.
        let since = world.ctx(&world.ann).await.frame().sequence;
        let earlier = since - 1;
        assert_eq!(told(&mut ben).await, Changed { sequence: since });
        slow.commit().await.unwrap();
        assert_eq!(told(&mut ann).await, Changed { sequence: earlier });
        let ctx = world.ctx(&world.ann).await;
        let mut page = world.services.subscribe(&ctx, since, None).await.unwrap();
        assert_eq!(told(&mut page).await, Changed { sequence: earlier });
    }
}
