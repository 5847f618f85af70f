//! Second factors: set up, used to sign in, lost, required, reset.

use crate::world::{PASSWORD, Person, World, told};
use chrono::TimeDelta;
use domain::{AppError, Denial, MemberId};
use services::session::{Browser, SignIn};
use services::{Error, Oneself};
use std::net::IpAddr;
use totp_rs::{Builder, Secret};
use uuid::Uuid;

fn office() -> Browser {
    Browser::at(IpAddr::from([192, 0, 2, 10]))
}

/// What an app that has the secret shows now.
fn shown_by_app(world: &World, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret.replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(world.clock.now().timestamp()).unwrap()).to_string()
}

async fn oneself(world: &World, session: &str) -> Oneself {
    world.services.oneself(session).await.unwrap().unwrap()
}

struct SetUp {
    session: String,
    secret: String,
    recovery: Vec<String>,
}

/// Sets up one-time codes in a session of its own. The next code is one of a later time step.
async fn set_up(world: &World, person: &Person) -> SetUp {
    let session = world.sign_in(person).await;
    let confirmed = oneself(world, &session).await.recently_confirmed().unwrap();
    confirmed.begin_one_time_codes().await.unwrap();
    let secret = confirmed.one_time_codes_under_way().await.unwrap().unwrap().secret;
    let recovery = confirmed.confirm_one_time_codes(&shown_by_app(world, &secret)).await.unwrap();
    world.pass(TimeDelta::seconds(30));
    SetUp { session, secret, recovery }
}

/// The password was right, and a second factor is asked for.
async fn half_way(world: &World, person: &Person) -> String {
    match world.services.sign_in(&person.email, PASSWORD, &office()).await.unwrap() {
        SignIn::HalfOpen(half_open) => half_open.id,
        SignIn::Session(_) => panic!("a second factor is asked for"),
    }
}

async fn enters(world: &World, half_open: &str, code: &str) -> Result<String, Error> {
    world.services.second_step(half_open, code, &office()).await.map(|session| session.id)
}

async fn is_alive(world: &World, session: &str) -> bool {
    world.services.oneself(session).await.unwrap().is_some()
}

on_both! {
    async fn a_code_from_the_app_is_asked_for_after_the_password(world: World) {
        let SetUp { secret, recovery, .. } = set_up(&world, &world.mia).await;
        assert_eq!(recovery.len(), 10);
        let half_open = half_way(&world, &world.mia).await;
        assert!(!is_alive(&world, &half_open).await, "half a sign-in is no session");
        let view = world.services.half_open(&half_open).await.unwrap().unwrap();
        assert!(view.codes && !view.passkeys);
        let code = shown_by_app(&world, &secret);
        let session = enters(&world, &half_open, &code).await.unwrap();
        assert_eq!(oneself(&world, &session).await.member(), world.mia.member);
        assert!(world.services.half_open(&half_open).await.unwrap().is_none());
    }

    async fn a_code_counts_once(world: World) {
        let SetUp { secret, .. } = set_up(&world, &world.mia).await;
        let code = shown_by_app(&world, &secret);
        let (first, second) = (half_way(&world, &world.mia).await, half_way(&world, &world.mia).await);
        assert!(enters(&world, &first, &code).await.is_ok());
        let again = told(enters(&world, &second, &code).await);
        assert_eq!(again.problem_with("code"), Some("This code is not right, or it was used before. Enter the next one."));
        world.pass(TimeDelta::seconds(30));
        assert!(enters(&world, &second, &shown_by_app(&world, &secret)).await.is_ok());
    }

    async fn one_code_at_two_places_at_once_lets_one_in(world: World) {
        let SetUp { secret, .. } = set_up(&world, &world.mia).await;
        let code = shown_by_app(&world, &secret);
        let (first, second) = (half_way(&world, &world.mia).await, half_way(&world, &world.mia).await);
        let (one, two) = tokio::join!(enters(&world, &first, &code), enters(&world, &second, &code));
        assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|done| *done).count(), 1);
    }

    async fn the_code_that_set_it_up_is_used_up(world: World) {
        let session = world.sign_in(&world.mia).await;
        let confirmed = oneself(&world, &session).await.recently_confirmed().unwrap();
        confirmed.begin_one_time_codes().await.unwrap();
        let secret = confirmed.one_time_codes_under_way().await.unwrap().unwrap().secret;
        let code = shown_by_app(&world, &secret);
        confirmed.confirm_one_time_codes(&code).await.unwrap();
        let half_open = half_way(&world, &world.mia).await;
        assert!(enters(&world, &half_open, &code).await.is_err());
    }

    async fn before_a_code_has_shown_that_the_app_has_the_secret_nothing_is_asked_for(world: World) {
        let session = world.sign_in(&world.mia).await;
        let confirmed = oneself(&world, &session).await.recently_confirmed().unwrap();
        confirmed.begin_one_time_codes().await.unwrap();
        for wrong in ["000000", "", "abc", "12345"] {
            assert!(told(confirmed.confirm_one_time_codes(wrong).await).problem_with("code").is_some(), "{wrong}");
        }
        assert!(matches!(world.services.sign_in(&world.mia.email, PASSWORD, &office()).await.unwrap(), SignIn::Session(_)));
        // Beginning again makes another secret.
        let first = confirmed.one_time_codes_under_way().await.unwrap().unwrap().secret;
        confirmed.begin_one_time_codes().await.unwrap();
        assert_ne!(confirmed.one_time_codes_under_way().await.unwrap().unwrap().secret, first);
    }

    async fn a_recovery_code_lets_in_once(world: World) {
        let SetUp { recovery, .. } = set_up(&world, &world.mia).await;
        let stored: String = world.one("SELECT code_hash FROM recovery_code LIMIT 1", []).await;
        assert!(!recovery.contains(&stored));
        let half_open = half_way(&world, &world.mia).await;
        let typed = recovery[3].to_uppercase().replace('-', " ");
        assert!(enters(&world, &half_open, &typed).await.is_ok());
        let half_open = half_way(&world, &world.mia).await;
        assert!(enters(&world, &half_open, &recovery[3]).await.is_err(), "it was used");
        assert!(enters(&world, &half_open, &recovery[4]).await.is_ok());
    }

    async fn new_recovery_codes_take_the_place_of_the_old_ones(world: World) {
        let SetUp { session, recovery, .. } = set_up(&world, &world.mia).await;
        let confirmed = oneself(&world, &session).await.recently_confirmed().unwrap();
        let new = confirmed.new_recovery_codes().await.unwrap();
        assert_eq!(confirmed_left(&world, &session).await, 10);
        let half_open = half_way(&world, &world.mia).await;
        assert!(enters(&world, &half_open, &recovery[0]).await.is_err());
        assert!(enters(&world, &half_open, &new[0]).await.is_ok());
        assert_eq!(confirmed_left(&world, &session).await, 9);
    }

    async fn five_wrong_codes_end_a_half_open_sign_in(world: World) {
        let SetUp { secret, .. } = set_up(&world, &world.mia).await;
        let half_open = half_way(&world, &world.mia).await;
        for _ in 0..5 {
            assert!(matches!(told(enters(&world, &half_open, "000000").await), AppError::Invalid { .. }));
        }
        assert_eq!(told(enters(&world, &half_open, &shown_by_app(&world, &secret)).await), AppError::SignInRequired);
    }

    async fn beginning_again_gives_no_more_guesses(world: World) {
        let SetUp { secret, .. } = set_up(&world, &world.mia).await;
        let mut guesses = 0;
        while guesses < 8 {
            let half_open = half_way(&world, &world.mia).await;
            for _ in 0..4 {
                assert!(matches!(told(enters(&world, &half_open, "000000").await), AppError::Invalid { .. }));
                guesses += 1;
            }
        }
        let half_open = half_way(&world, &world.mia).await;
        let code = shown_by_app(&world, &secret);
        assert!(matches!(told(enters(&world, &half_open, &code).await), AppError::TooManyAttempts { .. }));
        world.pass(TimeDelta::minutes(15));
        let half_open = half_way(&world, &world.mia).await;
        assert!(enters(&world, &half_open, &shown_by_app(&world, &secret)).await.is_ok());
    }

    async fn a_half_open_sign_in_waits_ten_minutes(world: World) {
        let SetUp { secret, .. } = set_up(&world, &world.mia).await;
        let half_open = half_way(&world, &world.mia).await;
        world.pass(TimeDelta::minutes(10));
        assert!(world.services.half_open(&half_open).await.unwrap().is_none());
        assert_eq!(told(enters(&world, &half_open, &shown_by_app(&world, &secret)).await), AppError::SignInRequired);
        for unknown in ["", "somebody else's"] {
            assert_eq!(told(enters(&world, unknown, "123456").await), AppError::SignInRequired);
        }
    }

    async fn a_new_password_ends_what_was_half_open(world: World) {
        let SetUp { session, secret, .. } = set_up(&world, &world.mia).await;
        let half_open = half_way(&world, &world.mia).await;
        let mia = oneself(&world, &session).await;
        mia.change_password(PASSWORD, "a wholly different phrase", &office()).await.unwrap();
        assert_eq!(told(enters(&world, &half_open, &shown_by_app(&world, &secret)).await), AppError::SignInRequired);
    }

    async fn what_changes_second_factors_wants_a_proof_first(world: World) {
        let SetUp { session, .. } = set_up(&world, &world.mia).await;
        world.pass(TimeDelta::minutes(10));
        let mia = oneself(&world, &session).await;
        assert_eq!(told(mia.recently_confirmed().map(|_| ())), AppError::from(Denial::ConfirmFirst));
        mia.confirm(PASSWORD, &office()).await.unwrap();
        let confirmed = oneself(&world, &session).await.recently_confirmed().unwrap();
        confirmed.remove_one_time_codes().await.unwrap();
        assert_eq!(world.count("recovery_code").await, 0, "they stood in for nothing");
        assert!(matches!(world.services.sign_in(&world.mia.email, PASSWORD, &office()).await.unwrap(), SignIn::Session(_)));
        assert_eq!(told(confirmed.remove_one_time_codes().await), AppError::NotFound);
    }

    async fn a_required_second_factor_comes_before_everything_else(world: World) {
        let ada = set_up(&world, &world.ada).await;
        let olga = world.sign_in(&world.olga).await;
        let admin = oneself(&world, &ada.session).await.ctx().unwrap().admin().unwrap();
        admin.require_second_factor(true).await.unwrap();
        // Who has one goes on; who has none can see to that alone.
        assert!(world.services.session(&ada.session).await.unwrap().is_some());
        let denied = told(world.services.session(&olga).await);
        assert_eq!(denied, AppError::from(Denial::SecondFactorFirst));
        let restricted = oneself(&world, &olga).await;
        assert_eq!(told(restricted.ctx().map(|_| ())), AppError::from(Denial::SecondFactorFirst));
        assert_eq!(restricted.second_factors().await.unwrap().asked_for_by.as_deref(), Some("Harbor Coffee"));

        let confirmed = restricted.recently_confirmed().unwrap();
        assert_eq!(told(restricted.rename("Somebody Else").await), AppError::from(Denial::SecondFactorFirst));
        assert_eq!(told(confirmed.change_email("olga@new.example").await), AppError::from(Denial::SecondFactorFirst));
        confirmed.begin_one_time_codes().await.unwrap();
        let secret = confirmed.one_time_codes_under_way().await.unwrap().unwrap().secret;
        confirmed.confirm_one_time_codes(&shown_by_app(&world, &secret)).await.unwrap();
        assert!(world.services.session(&olga).await.unwrap().is_some());
        // Members of other workspaces are not asked.
        let mia = world.sign_in(&world.mia).await;
        assert!(world.services.session(&mia).await.unwrap().is_some());
    }

    async fn a_workspace_asks_for_itself_alone(world: World) {
        let there = world.also_in(&world.olga, world.third).await;
        let ada = set_up(&world, &world.ada).await;
        oneself(&world, &ada.session).await.ctx().unwrap().admin().unwrap().require_second_factor(true).await.unwrap();
        let session = world.services.sign_in(&world.olga.email, PASSWORD, &office()).await.unwrap().session().unwrap().id;
        let olga = oneself(&world, &session).await;
        assert!(olga.ctx().is_err());
        olga.switch_to(there.member).await.unwrap();
        assert_eq!(world.services.session(&session).await.unwrap().unwrap().member(), there.member);
    }

    async fn only_admins_with_a_second_factor_require_one(world: World) {
        assert_eq!(told(world.ctx(&world.olga).await.admin().map(|_| ())), AppError::from(Denial::AdminsOnly));
        let ada = world.ctx(&world.ada).await.admin().unwrap();
        let refused = told(ada.require_second_factor(true).await);
        assert!(refused.problem_with("required").is_some(), "{refused}");
        assert!(world.services.session(&world.sign_in(&world.olga).await).await.unwrap().is_some());

        let with = set_up(&world, &world.ada).await;
        let ada = oneself(&world, &with.session).await.ctx().unwrap().admin().unwrap();
        ada.require_second_factor(true).await.unwrap();
        ada.require_second_factor(true).await.unwrap();
        assert_eq!(world.count("activity_event WHERE kind = 'second_factor_required'").await, 1, "twice is once");
        ada.require_second_factor(false).await.unwrap();
        assert!(world.services.session(&world.sign_in(&world.olga).await).await.unwrap().is_some());
        let rules = oneself(&world, &with.session).await.ctx().unwrap().sign_in_rules().await.unwrap();
        assert!(!rules.second_factor_required && rules.may_change);
        assert_eq!(rules.without, 5, "all of the host but Ada");
    }

    async fn an_admin_resets_the_second_factor_of_a_member_who_has_lost_it(world: World) {
        let SetUp { session, .. } = set_up(&world, &world.olga).await;
        world.mails().await;
        world.ctx(&world.ada).await.admin().unwrap().reset_second_factor(world.olga.member).await.unwrap();
        assert!(!is_alive(&world, &session).await);
        assert!(matches!(world.services.sign_in(&world.olga.email, PASSWORD, &office()).await.unwrap(), SignIn::Session(_)));
        assert_eq!(world.mailed().await, std::slice::from_ref(&world.olga.email));
        let again = told(world.ctx(&world.ada).await.admin().unwrap().reset_second_factor(world.olga.member).await);
        assert_eq!(again.to_string(), "Olga Owner has no second factor that could be reset.");
    }

    async fn nobody_resets_their_own_nor_the_owner_s_nor_a_stranger_s(world: World) {
        set_up(&world, &world.hana).await;
        set_up(&world, &world.mia).await;
        let ada = world.ctx(&world.ada).await.admin().unwrap();
        for (member, answer) in [
            (world.ada.member, AppError::from(Denial::NotOneself)),
            (world.hana.member, AppError::from(Denial::AboveAdmin)),
            (world.mia.member, AppError::NotFound),
            (MemberId(Uuid::now_v7()), AppError::NotFound),
        ] {
            assert_eq!(told(ada.reset_second_factor(member).await), answer);
        }
        half_way(&world, &world.mia).await;
    }

    async fn the_other_workspaces_of_a_user_hear_of_a_reset(world: World) {
        world.also_in(&world.olga, world.third).await;
        set_up(&world, &world.olga).await;
        world.mails().await;
        world.ctx(&world.ada).await.admin().unwrap().reset_second_factor(world.olga.member).await.unwrap();
        assert_eq!(world.mailed().await, [world.olga.email.clone(), world.tess.email.clone()]);
    }

    async fn nobody_weakens_the_way_into_a_workspace_that_relies_on_it(world: World) {
        let there = world.also_in(&world.olga, world.third).await;
        set_up(&world, &world.olga).await;
        let reset = async || world.ctx(&world.ada).await.admin().unwrap().reset_second_factor(world.olga.member).await;
        world.run("UPDATE member SET role = 'admin' WHERE id = $1", [there.member.into()]).await;
        assert!(told(reset().await).to_string().contains("another workspace"), "an Admin there");
        world.run("UPDATE member SET role = 'user' WHERE id = $1", [there.member.into()]).await;
        world.run("UPDATE workspace SET second_factor_required = $1 WHERE id = $2", [true.into(), world.third.into()]).await;
        assert!(told(reset().await).to_string().contains("another workspace"), "it is asked for there");
        half_way(&world, &world.olga).await;
        world.run("UPDATE workspace SET second_factor_required = $1 WHERE id = $2", [false.into(), world.third.into()]).await;
        reset().await.unwrap();
    }

    async fn a_reset_sign_in_ends_what_was_half_open_and_takes_passkeys_away(world: World) {
        let SetUp { secret, .. } = set_up(&world, &world.olga).await;
        let half_open = half_way(&world, &world.olga).await;
        let sql = "INSERT INTO passkey (id, user_id, credential_id, name, credential, created_at)
                   VALUES ($1, $2, 'credential', 'Laptop', '{}', $3)";
        let now = world.clock.now();
        world.run(sql, [Uuid::now_v7().into(), world.olga.user.into(), now.into()]).await;
        let ada = world.ctx(&world.ada).await;
        ada.colleague(world.olga.member).await.unwrap().managed().unwrap().reset_sign_in().await.unwrap();
        let refused = told(enters(&world, &half_open, &shown_by_app(&world, &secret)).await);
        assert_eq!(refused, AppError::SignInRequired);
        assert_eq!(world.count("passkey").await, 0, "each signs in by itself");
    }

    async fn an_operator_resets_the_second_factor_of_whoever_nobody_else_can_help(world: World) {
        let SetUp { session, .. } = set_up(&world, &world.hana).await;
        world.mails().await;
        assert_eq!(world.services.operator_reset_second_factor(" HANA@people.example").await.unwrap(), Some(true));
        assert!(!is_alive(&world, &session).await);
        assert!(matches!(world.services.sign_in(&world.hana.email, PASSWORD, &office()).await.unwrap(), SignIn::Session(_)));
        let mails = world.mails().await;
        let told: Vec<_> = mails.iter().map(|mail| mail.to_address.as_str()).collect();
        assert!(told.contains(&"hana@people.example") && told.contains(&"ada@people.example"), "{told:?}");
        assert!(mails[0].text.contains("Whoever runs Latchkey here reset the second factors of Hana"), "{}", mails[0].text);

        assert_eq!(world.services.operator_reset_second_factor(&world.hana.email).await.unwrap(), Some(false));
        assert_eq!(world.services.operator_reset_second_factor("nobody@people.example").await.unwrap(), None);
    }

    async fn every_change_of_second_factors_is_told_to_its_user(world: World) {
        world.mails().await;
        let SetUp { session, .. } = set_up(&world, &world.mia).await;
        let confirmed = oneself(&world, &session).await.recently_confirmed().unwrap();
        confirmed.new_recovery_codes().await.unwrap();
        confirmed.remove_one_time_codes().await.unwrap();
        let mut subjects: Vec<_> = world.mails().await.into_iter().map(|mail| mail.subject).collect();
        subjects.sort();
        assert_eq!(
            subjects,
            [
                "A second factor has been removed: one-time codes",
                "A second factor has been set up: new recovery codes",
                "A second factor has been set up: one-time codes",
            ]
        );
    }

    async fn a_passkey_that_nobody_asked_is_not_taken(world: World) {
        // The site of these tests has a name and TLS, so browsers would offer passkeys there.
        let question = world.services.ask_for_passkey(&office()).await.unwrap();
        assert!(question.options.contains("\"rpId\":\"latchkey.example\""), "{}", question.options);
        assert!(question.options.contains("\"userVerification\":\"required\""), "{}", question.options);
        for answer in ["", "{}", "null", "[1,2]", &"x".repeat(100_000)] {
            let refused = told(world.services.sign_in_with_passkey(&question.token, answer, None, &office()).await);
            assert!(matches!(refused, AppError::Invalid { .. }), "{refused}");
        }
    }

    async fn questions_to_passkeys_are_limited_and_forgotten(world: World) {
        for _ in 0..50 {
            world.services.ask_for_passkey(&office()).await.unwrap();
        }
        let limited = told(world.services.ask_for_passkey(&office()).await);
        assert!(matches!(limited, AppError::TooManyAttempts { .. }), "{limited}");
        let elsewhere = Browser::at(IpAddr::from([198, 51, 100, 7]));
        assert!(world.services.ask_for_passkey(&elsewhere).await.is_ok());
        world.pass(TimeDelta::minutes(6));
        world.services.forget_what_is_old().await.unwrap();
        assert_eq!(world.count("passkey_ceremony").await, 0);
    }
}

async fn confirmed_left(world: &World, session: &str) -> u32 {
    oneself(world, session).await.second_factors().await.unwrap().recovery_codes_left
}
