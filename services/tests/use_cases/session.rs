//! Signing in, staying signed in, and being out.

use crate::world::{PASSWORD, World, told, words};
use chrono::TimeDelta;
use domain::{AppError, MemberId};
use services::Error;
use services::session::{Browser, NewSession, SignIn};
use std::net::IpAddr;
use uuid::Uuid;

const OFFICE: [u8; 4] = [192, 0, 2, 10];
const ELSEWHERE: [u8; 4] = [198, 51, 100, 7];

async fn try_from(world: &World, email: &str, password: &str, address: [u8; 4]) -> Result<NewSession, Error> {
    world.services.sign_in(email, password, &Browser::at(IpAddr::from(address))).await.map(begun)
}

fn begun(sign_in: SignIn) -> NewSession {
    sign_in.session().expect("no second factor is asked for")
}

async fn is_alive(world: &World, session: &str) -> bool {
    world.services.session(session).await.unwrap().is_some()
}

fn is_limited<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(told(result), AppError::TooManyAttempts { .. })
}

on_both! {
    async fn whoever_knows_the_password_is_signed_in(world: World) {
        let session = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        let ctx = world.services.session(&session.id).await.unwrap().unwrap();
        assert_eq!((ctx.member(), ctx.user(), ctx.workspace()), (world.mia.member, world.mia.user, world.guest));
        let frame = ctx.frame();
        assert_eq!((frame.workspace.as_str(), frame.name.as_str()), ("Northlight Studio", "Mia Manager"));
        assert_eq!((frame.email, frame.unread), (world.mia.email.clone(), 0));
        assert_eq!(frame.workspaces.len(), 1);
        assert!(!is_alive(&world, "").await);
        assert!(!is_alive(&world, "somebody else's").await);
    }

    async fn the_database_does_not_hold_what_the_browser_holds(world: World) {
        let session = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        let stored: String = world.one("SELECT id_hash FROM session", []).await;
        assert_ne!(stored, session.id);
        assert!(!is_alive(&world, &stored).await);
    }

    async fn a_wrong_address_and_a_wrong_password_are_answered_alike(world: World) {
        world.deactivate(&world.cora).await;
        world.run(r#"UPDATE "user" SET password_hash = NULL WHERE id = $1"#, [world.ben.user.into()]).await;
        let known = told(try_from(&world, &world.mia.email, "wrong", OFFICE).await);
        assert_eq!(known, AppError::invalid("password", "The email address or the password is wrong."));
        let long = "x".repeat(5_000);
        for (email, password) in [
            ("nobody@people.example", PASSWORD),
            ("", PASSWORD),
            ("mia@people.example", ""),
            ("mia@people.example\0", PASSWORD),
            ("mia@people.example", "correct horse\0battery"),
            (long.as_str(), PASSWORD),
            (world.mia.email.as_str(), long.as_str()),
            ("cora@people.example", PASSWORD),
            ("ben@people.example", PASSWORD),
        ] {
            assert_eq!(told(try_from(&world, email, password, ELSEWHERE).await), known, "{email:.30}");
        }
    }

    async fn case_and_space_around_an_address_do_not_matter(world: World) {
        for email in ["MIA@People.Example", " mia@people.example\n"] {
            assert!(try_from(&world, email, PASSWORD, OFFICE).await.is_ok(), "{email:?}");
        }
        assert!(try_from(&world, &world.mia.email, &PASSWORD.to_uppercase(), OFFICE).await.is_err());
    }

    async fn eight_wrong_passwords_for_one_member_from_one_place_are_enough(world: World) {
        for _ in 0..8 {
            let answer = told(try_from(&world, &world.mia.email, "wrong", OFFICE).await);
            assert!(matches!(answer, AppError::Invalid { .. }), "{answer}");
        }
        let limited = told(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await);
        assert_eq!(limited, AppError::TooManyAttempts { wait_seconds: 15 * 60 });
        assert_eq!(limited.to_string(), "Too many attempts. Try again in 15 minutes.");
        // A colleague at the same place, and the member elsewhere, are not held up.
        assert!(try_from(&world, &world.max.email, PASSWORD, OFFICE).await.is_ok());
        assert!(try_from(&world, &world.mia.email, PASSWORD, ELSEWHERE).await.is_ok());
    }

    async fn a_limit_ends_with_its_window_and_is_not_prolonged_by_trying(world: World) {
        for _ in 0..8 {
            let _ = try_from(&world, &world.mia.email, "wrong", OFFICE).await;
        }
        for _ in 0..3 {
            world.pass(TimeDelta::minutes(4));
            assert!(is_limited(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await));
        }
        world.pass(TimeDelta::minutes(3) - TimeDelta::microseconds(1));
        assert!(is_limited(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await));
        world.pass(TimeDelta::microseconds(1));
        assert!(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.is_ok());
    }

    async fn fifty_wrong_attempts_from_one_place_are_enough_whomever_they_are_for(world: World) {
        for n in 0..50 {
            let answer = try_from(&world, &format!("guess-{n}@people.example"), "wrong", ELSEWHERE).await;
            assert!(!is_limited(answer), "attempt {n}");
        }
        assert!(is_limited(try_from(&world, &world.mia.email, PASSWORD, ELSEWHERE).await));
        assert!(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.is_ok());
    }

    async fn all_addresses_of_an_ipv6_network_count_as_one(world: World) {
        let from = |device: u16| IpAddr::from([0x2001, 0xdb8, 0, 7, 0, 0, 0, device]);
        let attempt = async |address, password| world.services.sign_in(&world.mia.email, password, &Browser::at(address)).await;
        for device in 0..8 {
            assert!(!is_limited(attempt(from(device), "wrong").await));
        }
        assert!(is_limited(attempt(from(99), PASSWORD).await));
        let elsewhere = IpAddr::from([0x2001, 0xdb8, 0, 8, 0, 0, 0, 1]);
        assert!(attempt(elsewhere, PASSWORD).await.is_ok());
    }

    async fn whoever_is_refused_unseen_writes_nothing(world: World) {
        for _ in 0..8 {
            let _ = try_from(&world, &world.mia.email, "wrong", OFFICE).await;
        }
        let before = world.count("sign_in_attempt").await;
        let newest = "SELECT count(*) FROM sign_in_attempt WHERE id > $1";
        let mark = Uuid::now_v7();
        assert!(is_limited(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await));
        assert_eq!((world.count("sign_in_attempt").await, world.one::<i64>(newest, [mark.into()]).await), (before, 0));
    }

    async fn a_stranger_cannot_lock_a_member_out_of_where_they_work(world: World) {
        assert!(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.is_ok());
        for n in 0..20 {
            let _ = try_from(&world, &world.mia.email, "wrong", [203, 0, 113, n]).await;
        }
        assert!(is_limited(try_from(&world, &world.mia.email, PASSWORD, ELSEWHERE).await), "where nobody knows her");
        assert!(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.is_ok());
    }

    async fn an_address_nobody_has_is_limited_like_one_that_somebody_has(world: World) {
        for n in 0..20 {
            for email in ["nobody@people.example", world.mia.email.as_str()] {
                assert!(!is_limited(try_from(&world, email, "wrong", [203, 0, 113, n]).await));
            }
        }
        for email in ["nobody@people.example", world.mia.email.as_str()] {
            assert!(is_limited(try_from(&world, email, "wrong", ELSEWHERE).await), "{email}");
        }
    }

    async fn many_attempts_at_once_do_not_get_past_the_limit(world: World) {
        let tasks: Vec<_> = (0..30)
            .map(|_| {
                let (services, email) = (world.services.clone(), world.mia.email.clone());
                tokio::spawn(async move { services.sign_in(&email, "wrong", &Browser::at(IpAddr::from(OFFICE))).await })
            })
            .collect();
        let mut looked_at = 0;
        for task in tasks {
            if matches!(told(task.await.unwrap()), AppError::Invalid { .. }) {
                looked_at += 1;
            }
        }
        assert!(looked_at <= 8, "{looked_at} passwords were looked at");
    }

    async fn the_limit_holds_with_several_servers(world: World) {
        let other = world.another_server().await;
        for n in 0..8 {
            let services = if n % 2 == 0 { &world.services } else { &other };
            let _ = services.sign_in(&world.mia.email, "wrong", &Browser::at(IpAddr::from(OFFICE))).await;
        }
        assert!(is_limited(other.sign_in(&world.mia.email, PASSWORD, &Browser::at(IpAddr::from(OFFICE))).await));
    }

    async fn signing_in_again_ends_the_session_before(world: World) {
        let before = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        let elsewhere = try_from(&world, &world.mia.email, PASSWORD, ELSEWHERE).await.unwrap();
        let browser = Browser { session: Some(before.id.clone()), ..Browser::at(IpAddr::from(OFFICE)) };
        let after = begun(world.services.sign_in(&world.mia.email, PASSWORD, &browser).await.unwrap());
        assert_ne!(before.id, after.id);
        assert!(!is_alive(&world, &before.id).await);
        assert!(is_alive(&world, &after.id).await);
        assert!(is_alive(&world, &elsewhere.id).await, "another browser goes on");
    }

    async fn a_failed_sign_in_leaves_the_session_before(world: World) {
        let before = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        let browser = Browser { session: Some(before.id.clone()), ..Browser::at(IpAddr::from(OFFICE)) };
        assert!(world.services.sign_in(&world.mia.email, "wrong", &browser).await.is_err());
        assert!(is_alive(&world, &before.id).await);
    }

    async fn a_session_that_is_not_used_ends_after_a_day(world: World) {
        let session = world.sign_in(&world.mia).await;
        world.pass(TimeDelta::hours(23));
        assert!(is_alive(&world, &session).await);
        world.pass(TimeDelta::hours(23));
        assert!(is_alive(&world, &session).await, "it was used an hour before its end");
        world.pass(TimeDelta::hours(24));
        assert!(!is_alive(&world, &session).await);
    }

    async fn an_open_page_does_not_keep_a_session_from_going_idle(world: World) {
        let session = world.sign_in(&world.mia).await;
        for hours in [12, 11] {
            world.pass(TimeDelta::hours(hours));
            assert!(world.services.oneself_of_open_page(&session).await.unwrap().is_some());
        }
        world.pass(TimeDelta::hours(1));
        assert!(world.services.oneself_of_open_page(&session).await.unwrap().is_none());
        assert!(!is_alive(&world, &session).await);
    }

    async fn a_session_ends_after_two_weeks_however_much_it_is_used(world: World) {
        let session = world.sign_in(&world.mia).await;
        for hour in 0..(14 * 24 / 12 - 1) {
            world.pass(TimeDelta::hours(12));
            assert!(is_alive(&world, &session).await, "after {hour} half days");
        }
        world.pass(TimeDelta::hours(12) - TimeDelta::microseconds(1));
        assert!(is_alive(&world, &session).await);
        world.pass(TimeDelta::microseconds(1));
        assert!(!is_alive(&world, &session).await);
    }

    async fn what_is_old_is_forgotten(world: World) {
        let begun = world.clock.now();
        let session = world.sign_in(&world.mia).await;
        world.pending().await;
        let [sent, lost] = [("sent", "olga@people.example"), ("undeliverable", "oscar@people.example")];
        for (state, address) in [sent, lost] {
            let finish = "UPDATE outbox_email SET state = $1, finished_at = $2 WHERE to_address = $3";
            world.run(finish, [state.into(), begun.into(), address.into()]).await;
        }
        world.pass(TimeDelta::days(30));
        assert_eq!(world.services.forget_what_is_old().await.unwrap(), 0);
        world.pass(TimeDelta::microseconds(1));
        assert_eq!(world.services.forget_what_is_old().await.unwrap(), 1);
        assert_eq!(world.one::<String>("SELECT to_address FROM outbox_email", []).await, lost.1);
        let sessions = world.count("session").await;
        world.pass(TimeDelta::days(60));
        // The session is over, but still says for ninety days where its user is known.
        assert!(!is_alive(&world, &session).await);
        assert_eq!(world.services.forget_what_is_old().await.unwrap(), u64::try_from(sessions).unwrap());
        assert_eq!(world.count("session").await, 0);
    }

    async fn whoever_is_deactivated_is_out_at_once(world: World) {
        let session = world.sign_in(&world.mia).await;
        world.deactivate(&world.mia).await;
        assert!(!is_alive(&world, &session).await);
        assert!(try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.is_err());
    }

    async fn whoever_signs_out_is_out(world: World) {
        let session = world.sign_in(&world.mia).await;
        let other = world.sign_in(&world.mia).await;
        let ctx = world.services.session(&session).await.unwrap().unwrap();
        ctx.sign_out().await.unwrap();
        assert!(!is_alive(&world, &session).await);
        assert!(is_alive(&world, &other).await, "another browser goes on");
        // Twice is no harm.
        ctx.sign_out().await.unwrap();
    }

    async fn a_user_of_two_workspaces_switches_between_them(world: World) {
        let there = world.also_in(&world.mia, world.third).await;
        let session = world.sign_in(&world.mia).await;
        let ctx = world.services.session(&session).await.unwrap().unwrap();
        let choices = ctx.frame().workspaces;
        let names: Vec<_> = choices.iter().map(|choice| (choice.name.as_str(), choice.current)).collect();
        assert_eq!(names, [("Northlight Studio", true), ("Third Street", false)]);
        assert!(ctx.account(world.account).await.is_ok());

        ctx.switch_to(there.member).await.unwrap();
        let ctx = world.services.session(&session).await.unwrap().unwrap();
        assert_eq!((ctx.member(), ctx.workspace()), (there.member, world.third));
        assert_eq!(words(ctx.account(world.account).await), AppError::NotFound.to_string());
    }

    async fn nobody_switches_to_the_membership_of_somebody_else(world: World) {
        let gone = world.also_in(&world.mia, world.third).await;
        world.deactivate(&gone).await;
        let ctx = world.ctx(&world.mia).await;
        for member in [world.olga.member, world.max.member, gone.member, MemberId(Uuid::now_v7())] {
            assert_eq!(told(ctx.switch_to(member).await), AppError::NotFound);
        }
        assert_eq!(world.ctx(&world.mia).await.member(), world.mia.member);
    }

    async fn a_user_comes_back_to_the_workspace_they_were_at_last(world: World) {
        let here = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        // A membership made since is no reason to begin elsewhere.
        world.pass(TimeDelta::hours(1));
        let there = world.also_in(&world.mia, world.third).await;
        world
            .run("UPDATE member SET created_at = $1 WHERE id = $2", [world.clock.now().into(), there.member.into()])
            .await;
        let begun = async |id: String| world.services.session(&id).await.unwrap().unwrap().member();
        let again = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        assert_eq!(begun(again.id).await, world.mia.member);
        // After switching it is the other one.
        world.services.session(&here.id).await.unwrap().unwrap().switch_to(there.member).await.unwrap();
        world.pass(TimeDelta::hours(1));
        let third = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        assert_eq!(begun(third.id.clone()).await, world.mia.member, "she was here later than there");
        world.services.session(&third.id).await.unwrap().unwrap().switch_to(there.member).await.unwrap();
        let fourth = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        assert_eq!(begun(fourth.id).await, there.member);
    }

    async fn whoever_left_one_workspace_signs_in_to_the_other(world: World) {
        let there = world.also_in(&world.mia, world.third).await;
        let session = world.sign_in(&world.mia).await;
        world.deactivate(&world.mia).await;
        assert!(!is_alive(&world, &session).await);
        let session = try_from(&world, &world.mia.email, PASSWORD, OFFICE).await.unwrap();
        assert_eq!(world.services.session(&session.id).await.unwrap().unwrap().member(), there.member);
    }
}
