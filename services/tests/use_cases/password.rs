//! Passwords: changed, forgotten, set anew; and the sessions that end with them.

use crate::world::{PASSWORD, Person, World, told, words};
use chrono::TimeDelta;
use domain::AppError;
use services::Oneself;
use services::session::Browser;
use std::net::IpAddr;

const NEW: &str = "a wholly different phrase";

fn office() -> Browser {
    Browser::at(IpAddr::from([192, 0, 2, 10]))
}

async fn oneself(world: &World, person: &Person) -> Oneself {
    world.ctx(person).await.oneself()
}

async fn knows(world: &World, person: &Person, password: &str) -> bool {
    let elsewhere = Browser::at(IpAddr::from([198, 51, 100, 7]));
    world.services.sign_in(&person.email, password, &elsewhere).await.is_ok()
}

async fn is_alive(world: &World, session: &str) -> bool {
    world.services.oneself(session).await.unwrap().is_some()
}

/// Asks for a link as somebody who has forgotten their password; the token in the mail, if one came.
async fn forgot(world: &World, email: &str) -> Option<String> {
    world.mails().await;
    world.services.forgot_password(email, &office()).await.unwrap().send_link().await.unwrap();
    let mails = world.mails().await;
    assert!(mails.iter().all(|mail| mail.to_address.eq_ignore_ascii_case(email)), "{mails:?}");
    mails.first().map(|mail| token_in(&mail.text))
}

/// The token of the one link in a mail.
pub fn token_in(text: &str) -> String {
    let token: String =
        text.split("token=").nth(1).expect("a link").chars().take_while(|c| !c.is_whitespace()).collect();
    assert_eq!(token.len(), 43, "{text}");
    token
}

on_both! {
    async fn a_changed_password_ends_every_other_session(world: World) {
        let (here, elsewhere) = (world.sign_in(&world.mia).await, world.sign_in(&world.mia).await);
        let browser = Browser { session: Some(here.clone()), ..office() };
        let mia = world.services.oneself(&here).await.unwrap().unwrap();
        let session = mia.change_password(PASSWORD, NEW, &browser).await.unwrap();
        assert!(!is_alive(&world, &here).await, "the session has a new id");
        assert!(!is_alive(&world, &elsewhere).await);
        assert_eq!(world.services.oneself(&session.id).await.unwrap().unwrap().member(), world.mia.member);
        assert!(knows(&world, &world.mia, NEW).await);
        assert!(!knows(&world, &world.mia, PASSWORD).await);
        let told: Vec<_> = world.mails().await.into_iter().map(|mail| (mail.to_address, mail.subject)).collect();
        assert_eq!(told, [(world.mia.email.clone(), "Your password for Latchkey has been changed".to_owned())]);
        assert_eq!(world.count("activity_event WHERE kind = 'password_changed'").await, 1);
    }

    async fn without_the_current_password_there_is_no_new_one(world: World) {
        let mia = oneself(&world, &world.mia).await;
        let wrong = told(mia.change_password("not the password", NEW, &office()).await);
        assert_eq!(wrong.problem_with("current_password"), Some("This is not your password. Check it and type it again."));
        for (new, field) in [("short", "new_password"), (PASSWORD, "new_password"), ("", "new_password")] {
            let refused = told(mia.change_password(PASSWORD, new, &office()).await);
            assert!(refused.problem_with(field).is_some(), "{new}: {refused}");
        }
        assert!(knows(&world, &world.mia, PASSWORD).await);
    }

    async fn guessing_the_current_password_is_limited_like_signing_in(world: World) {
        let mia = oneself(&world, &world.mia).await;
        for _ in 0..8 {
            assert!(matches!(told(mia.change_password("wrong", NEW, &office()).await), AppError::Invalid { .. }));
        }
        let limited = told(mia.change_password(PASSWORD, NEW, &office()).await);
        assert!(matches!(limited, AppError::TooManyAttempts { .. }), "{limited}");
        assert!(matches!(told(mia.confirm(PASSWORD, &office()).await), AppError::TooManyAttempts { .. }));
    }

    async fn two_changes_at_once_leave_one_password_and_one_session(world: World) {
        let mia = oneself(&world, &world.mia).await;
        let other = "yet another good phrase";
        let (one, two) = (office(), office());
        let (one, two) =
            tokio::join!(mia.change_password(PASSWORD, NEW, &one), mia.change_password(PASSWORD, other, &two));
        // The second finds its session ended by the first.
        assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|done| *done).count(), 1);
        let known = [knows(&world, &world.mia, NEW).await, knows(&world, &world.mia, other).await];
        assert_eq!(known.into_iter().filter(|known| *known).count(), 1);
    }

    async fn a_link_sets_a_new_password_once_and_ends_every_session(world: World) {
        let session = world.sign_in(&world.mia).await;
        let token = forgot(&world, "MIA@people.example").await.unwrap();
        let view = world.services.reset_link(&token).await.unwrap().unwrap();
        assert_eq!(view.email, world.mia.email);
        assert!(is_alive(&world, &session).await, "opening a link changes nothing");
        let short = told(world.services.reset_password(&token, "short").await);
        assert!(short.problem_with("new_password").is_some(), "the link is not used up by what is refused");
        world.services.reset_password(&token, NEW).await.unwrap();
        assert!(!is_alive(&world, &session).await);
        assert!(knows(&world, &world.mia, NEW).await);
        assert_eq!(world.services.reset_link(&token).await.unwrap(), None);
        let again = told(world.services.reset_password(&token, "once more a new phrase").await);
        assert!(again.to_string().contains("Ask for a new one"), "{again}");
        assert!(knows(&world, &world.mia, NEW).await);
    }

    async fn a_link_used_twice_at_once_works_for_one(world: World) {
        let token = forgot(&world, &world.mia.email).await.unwrap();
        let other = world.another_server().await;
        let (one, two) = tokio::join!(
            world.services.reset_password(&token, NEW),
            other.reset_password(&token, "yet another good phrase"),
        );
        assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|done| *done).count(), 1);
    }

    async fn a_link_works_for_an_hour(world: World) {
        let token = forgot(&world, &world.mia.email).await.unwrap();
        world.pass(TimeDelta::hours(1) - TimeDelta::microseconds(1));
        assert!(world.services.reset_link(&token).await.unwrap().is_some());
        world.pass(TimeDelta::microseconds(1));
        assert!(world.services.reset_link(&token).await.unwrap().is_none());
        assert!(world.services.reset_password(&token, NEW).await.is_err());
    }

    async fn a_new_password_ends_the_links_to_set_one(world: World) {
        let (first, second) =
            (forgot(&world, &world.mia.email).await.unwrap(), forgot(&world, &world.mia.email).await.unwrap());
        world.services.reset_password(&second, NEW).await.unwrap();
        assert!(world.services.reset_link(&first).await.unwrap().is_none());
        let third = forgot(&world, &world.mia.email).await.unwrap();
        let session = world.services.sign_in(&world.mia.email, NEW, &office()).await.unwrap().session().unwrap();
        let mia = world.services.oneself(&session.id).await.unwrap().unwrap();
        mia.change_password(NEW, "once more a new phrase", &office()).await.unwrap();
        assert!(world.services.reset_link(&third).await.unwrap().is_none());
    }

    async fn whose_address_it_is_makes_no_difference_to_who_asks(world: World) {
        world.deactivate(&world.cora).await;
        for email in ["nobody@people.example", world.cora.email.as_str()] {
            assert_eq!(forgot(&world, email).await, None, "{email}");
        }
        assert!(forgot(&world, &world.mia.email).await.is_some());
        // What is answered, and what is written before the answer, is the same.
        let known = world.services.forgot_password(&world.mia.email, &office()).await.map(|_| ()).map_err(|_| ());
        let written = world.count("sign_in_attempt").await;
        let unknown = world.services.forgot_password("nobody@people.example", &office()).await.map(|_| ()).map_err(|_| ());
        assert_eq!(known, unknown);
        assert_eq!(world.count("sign_in_attempt").await, written + 1);
        assert!(matches!(told(world.services.forgot_password("no address", &office()).await), AppError::Invalid { .. }));
    }

    async fn asking_for_links_is_limited_and_keeps_nobody_from_signing_in(world: World) {
        let mut mails = 0;
        for n in 0..8 {
            mails += usize::from(forgot(&world, &world.mia.email).await.is_some());
            assert_eq!(mails, (n + 1).min(3), "one gets three an hour");
        }
        let limited = told(world.services.forgot_password(&world.mia.email, &office()).await);
        assert!(matches!(limited, AppError::TooManyAttempts { .. }), "{limited}");
        assert!(world.services.sign_in(&world.mia.email, PASSWORD, &office()).await.is_ok());
        world.pass(TimeDelta::hours(1));
        assert!(forgot(&world, &world.mia.email).await.is_some());
    }

    async fn a_mail_with_a_link_leaves_no_link_behind(world: World) {
        let token = forgot(&world, &world.mia.email).await.unwrap();
        assert_eq!(world.count(&format!("outbox_email WHERE text_body LIKE '%{token}%'")).await, 0);
        assert_eq!(world.count(&format!("single_use_link WHERE token_hash = '{token}'")).await, 0);
    }

    async fn somebody_proves_by_their_password_that_it_is_them(world: World) {
        let mia = oneself(&world, &world.mia).await;
        assert!(mia.recently_confirmed().is_ok(), "they have just signed in");
        world.pass(TimeDelta::minutes(10));
        let later = oneself(&world, &world.mia).await;
        assert_eq!(words(later.recently_confirmed().map(|_| ())), domain::Denial::ConfirmFirst.to_string());
        assert!(later.confirm("not the password", &office()).await.is_err());
        later.confirm(PASSWORD, &office()).await.unwrap();
        assert!(oneself(&world, &world.mia).await.recently_confirmed().is_ok());
        world.pass(TimeDelta::minutes(10));
        assert!(oneself(&world, &world.mia).await.recently_confirmed().is_err());
    }

    async fn sessions_are_listed_and_ended(world: World) {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let browser = Browser { user_agent: firefox.to_owned(), ..office() };
        let elsewhere = world.services.sign_in(&world.mia.email, PASSWORD, &browser).await.unwrap().session().unwrap();
        world.pass(TimeDelta::minutes(1));
        let here = world.sign_in(&world.mia).await;
        let mia = world.services.oneself(&here).await.unwrap().unwrap();
        let sessions = mia.sessions().await.unwrap();
        let seen: Vec<_> = sessions.iter().map(|session| (session.current, session.browser.as_str())).collect();
        assert_eq!(seen, [(true, ""), (false, "Firefox on Linux")]);
        assert_eq!(sessions[1].network, "192.0.2.10");

        // Nobody else's can be ended.
        let max = oneself(&world, &world.max).await;
        let theirs = sessions[1].session.unwrap();
        assert_eq!(told(max.end_session(theirs).await), AppError::NotFound);
        mia.end_session(theirs).await.unwrap();
        assert!(!is_alive(&world, &elsewhere.id).await);
        assert_eq!(told(mia.end_session(theirs).await), AppError::NotFound, "it has ended");
        assert_eq!(mia.sessions().await.unwrap().len(), 1);
    }

    async fn all_other_sessions_are_ended_at_once(world: World) {
        let others = [world.sign_in(&world.mia).await, world.sign_in(&world.mia).await];
        let max = world.sign_in(&world.max).await;
        let here = world.sign_in(&world.mia).await;
        let mia = world.services.oneself(&here).await.unwrap().unwrap();
        assert_eq!(mia.end_other_sessions().await.unwrap(), 2);
        for other in &others {
            assert!(!is_alive(&world, other).await);
        }
        assert!(is_alive(&world, &here).await && is_alive(&world, &max).await);
        let events = world.count("activity_event WHERE kind = 'sessions_ended'").await;
        assert_eq!(mia.end_other_sessions().await.unwrap(), 0);
        assert_eq!(world.count("activity_event WHERE kind = 'sessions_ended'").await, events);
    }

    async fn browsers_are_named_in_words(world: World) {
        for (agent, words) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 \
                 Safari/537.36",
                "Chrome on Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 \
                 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("", ""),
            ("\u{0}<script>", ""),
        ] {
            let browser = Browser { user_agent: agent.to_owned(), ..office() };
            let session = world.services.sign_in(&world.mia.email, PASSWORD, &browser).await.unwrap().session().unwrap();
            let mia = world.services.oneself(&session.id).await.unwrap().unwrap();
            let mine = mia.sessions().await.unwrap().into_iter().find(|session| session.current).unwrap();
            assert_eq!(mine.browser, words, "{agent}");
        }
    }
}
