//! Refused attempts on what somebody sees are on record; on what they do not see there is nothing.

use crate::world::{LABEL, Person, World, told};
use chrono::TimeDelta;
use domain::activity::{ActivityFilter, EventKind};
use domain::{AppError, Denial};
use services::Ctx;

/// As the edge does it: what a use case refuses is noted, and recorded once it is over.
async fn refuse<T: std::fmt::Debug>(ctx: &Ctx, tried: &str, result: Result<T, impl Into<services::Error>>) {
    let AppError::Denied { denial } = told(result) else { panic!("not a denial") };
    ctx.refused(denial, tried);
    ctx.record_refusal().await.unwrap();
}

/// Carl, who may only use the account, tries to become its owner.
async fn carl_tries(world: &World, tried: &str) {
    let ctx = world.ctx(&world.carl).await;
    let owner = ctx.account(world.account).await.unwrap().owner();
    refuse(&ctx, tried, owner).await;
}

async fn refusals(world: &World, person: &Person) -> Vec<String> {
    let filter = ActivityFilter { event: Some(EventKind::AttemptRefused), ..ActivityFilter::default() };
    let rows = world.ctx(person).await.activity(&filter).await.unwrap().rows;
    rows.into_iter().map(|row| row.sentence).collect()
}

fn sentence(who: &str, tried: &str, on: &str, denial: Denial) -> String {
    format!("{who} tried to {tried}{on}, and was refused: {denial}")
}

on_both! {
    async fn a_refused_attempt_on_an_account_is_told_to_both_companies(world: World) {
        carl_tries(&world, "change a role").await;
        let ctx = world.ctx(&world.cora).await;
        let account = ctx.account(world.account).await.unwrap();
        refuse(&ctx, "change a role", account.owner()).await;
        let on = format!(" ({LABEL})");
        let carl = sentence("Carl Colleague", "change a role", &on, Denial::OwnersOnly);
        let cora = sentence("Cora Collaborator", "change a role", &on, Denial::OwnersOnly);
        for person in [&world.olga, &world.hana] {
            assert_eq!(refusals(&world, person).await, [cora.clone(), carl.clone()], "{}", person.name);
        }
        // The guest's Admin learns of their own people alone, and so does whoever tried.
        assert_eq!(refusals(&world, &world.gus).await, std::slice::from_ref(&cora));
        assert_eq!(refusals(&world, &world.cora).await, [cora]);
        assert_eq!(refusals(&world, &world.carl).await, [carl]);
        assert!(refusals(&world, &world.tess).await.is_empty());
        assert_eq!(world.count("notification").await, 0, "nobody is interrupted by it");
    }

    async fn the_same_refusal_within_a_minute_is_one_event(world: World) {
        for _ in 0..5 {
            carl_tries(&world, "change a role").await;
        }
        carl_tries(&world, "remove").await;
        assert_eq!(refusals(&world, &world.olga).await.len(), 2, "another act is another attempt");
        world.pass(TimeDelta::seconds(59));
        carl_tries(&world, "change a role").await;
        assert_eq!(refusals(&world, &world.olga).await.len(), 2);
        world.pass(TimeDelta::seconds(2));
        carl_tries(&world, "change a role").await;
        assert_eq!(refusals(&world, &world.olga).await.len(), 3);
    }

    async fn many_at_once_are_one_event(world: World) {
        let tries = (0..8).map(|_| carl_tries(&world, "change a role"));
        futures::future::join_all(tries).await;
        assert_eq!(refusals(&world, &world.olga).await.len(), 1);
    }

    async fn what_is_refused_inside_the_change_is_recorded_though_the_change_is_undone(world: World) {
        world.seen_by(&world.olga).await.owner().unwrap().set_copying(false).await.unwrap();
        let ctx = world.ctx(&world.cora).await;
        let holder = ctx.account(world.account).await.unwrap().holder().unwrap();
        refuse(&ctx, "copy password", holder.copy_password().await).await;
        assert_eq!(world.count("reveal").await, 0);
        let expected = sentence("Cora Collaborator", "copy password", &format!(" ({LABEL})"), Denial::CopyingNotAllowed);
        assert_eq!(refusals(&world, &world.olga).await, [expected]);
    }

    async fn a_refused_attempt_on_a_partnership_or_the_workspace_is_told_to_admins(world: World) {
        let ctx = world.ctx(&world.petra).await;
        refuse(&ctx, "invite", ctx.admin()).await;
        let ctx = world.ctx(&world.petra).await;
        ctx.partnership(world.partnership).await.unwrap();
        refuse(&ctx, "suspend", Err::<(), _>(Denial::AdminsOnly)).await;
        let expected = [
            sentence("Petra Partner", "suspend", " (the partnership with Northlight Studio)", Denial::AdminsOnly),
            sentence("Petra Partner", "invite", "", Denial::AdminsOnly),
        ];
        assert_eq!(refusals(&world, &world.hana).await, expected);
    }

    async fn of_several_that_are_decided_at_once_each_refusal_counts(world: World) {
        let line = world.pending().await;
        let ctx = world.ctx(&world.max).await;
        let strange = "01a20000-0000-7000-8000-00000000ffff".parse().unwrap();
        let decided = ctx.decide_selected(&[line, strange], domain::access_request::Decision::Accept, "").await;
        assert!(decided.is_err());
        ctx.record_refusal().await.unwrap();
        let expected = sentence("Max Manager", "decide requests", &format!(" ({LABEL})"), Denial::OwnersOnly);
        assert_eq!(refusals(&world, &world.olga).await, [expected]);
    }

    async fn what_somebody_does_not_see_leaves_nothing_and_so_does_a_step_that_comes_first(world: World) {
        let ctx = world.ctx(&world.tess).await;
        assert_eq!(told(ctx.account(world.account).await), AppError::NotFound);
        ctx.record_refusal().await.unwrap();
        let ctx = world.ctx(&world.olga).await;
        ctx.account(world.account).await.unwrap();
        ctx.refused(Denial::ConfirmFirst, "show password");
        ctx.record_refusal().await.unwrap();
        // Access has ended between the attempt and its record.
        let ctx = world.ctx(&world.carl).await;
        let owner = ctx.account(world.account).await.unwrap().owner();
        world.run("DELETE FROM access_grant WHERE member_id = $1", [world.carl.member.into()]).await;
        refuse(&ctx, "change a role", owner).await;
        for person in [&world.olga, &world.hana, &world.tess, &world.carl] {
            assert!(refusals(&world, person).await.is_empty(), "{}", person.name);
        }
    }
}
