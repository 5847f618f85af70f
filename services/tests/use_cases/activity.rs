//! What happened to an account, as far as each member sees it.

use crate::world::{LABEL, Person, World, form};
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::activity::{ActivityFilter, ActivityRow};

async fn rows(world: &World, person: &Person) -> Vec<ActivityRow> {
    world.seen_by(person).await.activity(&ActivityFilter::default()).await.unwrap().rows
}

async fn sentences(world: &World, person: &Person) -> Vec<String> {
    rows(world, person).await.into_iter().map(|row| row.sentence).collect()
}

on_both! {
    async fn each_sees_what_concerns_them(world: World) {
        let line = world.pending().await;
        world.accept(&world.olga, line).await.unwrap();
        world.seen_by(&world.carl).await.holder().unwrap().log_in().await.unwrap();
        world.seen_by(&world.cora).await.holder().unwrap().log_in().await.unwrap();
        let asked = format!("Mia Manager requests access to {LABEL} for Ann Teammate, as Collaborator.");
        let accepted = format!("Olga Owner accepted the request for Ann Teammate: access to {LABEL} as Collaborator.");
        let (carl, cora) =
            (format!("Carl Colleague logged in to {LABEL}."), format!("Cora Collaborator logged in to {LABEL}."));
        let everything = [cora.clone(), carl.clone(), accepted.clone(), asked.clone()];
        for person in [&world.olga, &world.oscar, &world.ada, &world.hana] {
            assert_eq!(sentences(&world, person).await, everything, "{}", person.name);
        }
        for person in [&world.mia, &world.max] {
            assert_eq!(
                sentences(&world, person).await,
                [cora.clone(), accepted.clone(), asked.clone()],
                "{}",
                person.name
            );
        }
        assert_eq!(sentences(&world, &world.ann).await, [accepted]);
        assert_eq!(sentences(&world, &world.cora).await, [cora]);
        assert_eq!(sentences(&world, &world.carl).await, [carl]);
        assert!(sentences(&world, &world.petra).await.is_empty());
    }

    async fn an_admin_of_the_guest_with_access_sees_what_their_people_do(world: World) {
        world.grant(world.account, &world.gus, AccountRole::Collaborator, None).await;
        for person in [&world.cora, &world.carl] {
            world.seen_by(person).await.holder().unwrap().log_in().await.unwrap();
        }
        assert_eq!(sentences(&world, &world.gus).await, [format!("Cora Collaborator logged in to {LABEL}.")]);
    }

    async fn one_guest_sees_nothing_of_another(world: World) {
        let other = world.partnership(world.host, world.third, &world.petra).await;
        let share = world.share(world.account, other).await;
        world.grant_on(share, world.account, &world.tess, AccountRole::AccountManager).await;
        world.pending().await;
        world.seen_by(&world.tess).await.holder().unwrap().log_in().await.unwrap();
        assert_eq!(sentences(&world, &world.tess).await, [format!("Tess Third logged in to {LABEL}.")]);
        assert_eq!(sentences(&world, &world.mia).await.len(), 1);
        let members = world.seen_by(&world.tess).await.members(None, None).await.unwrap();
        assert!(members.pending.is_empty() && members.members.len() == 1);
    }

    async fn a_row_says_who_from_which_company_and_when(world: World) {
        world.pass(TimeDelta::minutes(7));
        world.pending().await;
        let row = rows(&world, &world.olga).await.remove(0);
        assert_eq!((row.at, row.event.as_str()), (world.clock.now(), "Access requested"));
        assert_eq!((row.member.as_deref(), row.company.as_deref()), (Some("Mia Manager"), Some("Northlight Studio")));
        world.pass(TimeDelta::days(14));
        world.services.mark_ended().await.unwrap();
        let row = rows(&world, &world.olga).await.remove(0);
        assert_eq!(
            (row.event.as_str(), row.member, row.company),
            ("Request expired", None, None),
            "it happened by itself"
        );
    }

    async fn what_was_said_stays_said(world: World) {
        world.pending().await;
        world.run(r#"UPDATE "user" SET name = 'Another Name' WHERE id = $1"#, [world.mia.user.into()]).await;
        world.run("UPDATE account SET label = 'Another Label' WHERE id = $1", [world.account.into()]).await;
        assert_eq!(
            sentences(&world, &world.olga).await,
            [format!("Mia Manager requests access to {LABEL} for Ann Teammate, as Collaborator.")]
        );
    }

    async fn pages_of_activity_visit_each_event_once(world: World) {
        for n in 0..111 {
            world
                .seen_by(if n % 2 == 0 { &world.cora } else { &world.carl })
                .await
                .holder()
                .unwrap()
                .log_in()
                .await
                .unwrap();
            world.pass(TimeDelta::seconds(1));
        }
        let account = world.seen_by(&world.olga).await;
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = account.activity(&ActivityFilter { after, ..ActivityFilter::default() }).await.unwrap();
            seen.extend(page.rows.into_iter().map(|row| row.at));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!((pages, seen.len()), (3, 111));
        assert!(seen.is_sorted_by(|one, other| one > other), "newest first, each once");
        for after in ["", "x", "-1", "\0", "99999999999999999999"] {
            let filter = ActivityFilter { after: Some(after.to_owned()), ..ActivityFilter::default() };
            assert!(account.activity(&filter).await.is_ok(), "{after:?}");
        }
    }

    async fn a_request_for_many_is_one_event(world: World) {
        world.send(&world.mia, &form(&[&world.ann, &world.ben, &world.gus])).await.unwrap();
        assert_eq!(
            sentences(&world, &world.olga).await,
            [format!(
                "Mia Manager requests access to {LABEL} for Ann Teammate, Ben Teammate and Gus Guestadmin, \
                 as Collaborator."
            )]
        );
    }
}
