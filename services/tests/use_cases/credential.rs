//! Secrets of accounts: stored, handed out, and what follows when somebody who has seen one loses access.

use crate::world::{LABEL, Person, World, told, words};
use chrono::TimeDelta;
use domain::account::{AccountForm, AccountRole};
use domain::activity::{ActivityFilter, EventKind};
use domain::credential::{
    CustomFieldForm, CustomFieldKind, ExposedMember, GeneratorForm, NewSecrets, PASSWORDS_KEPT, RevealView, RevealWay,
    Strength,
};
use domain::secret::Secret;
use domain::{AccountId, AppError, CustomFieldId, Denial, IdempotencyKey};
use futures::future::join_all;
use services::Error;
use services::account::AccountOwner;
use uuid::Uuid;

const FIRST: &str = "first canary 81a3";
const SECOND: &str = "second canary c0de";

async fn owner(world: &World, person: &Person) -> Result<AccountOwner, Error> {
    Ok(world.ctx(person).await.account(world.account).await?.owner()?)
}

async fn store(world: &World, person: &Person, password: &str) -> Result<String, Error> {
    let version = owner(world, person).await?.secrets().await?.password_version;
    owner(world, person).await?.store_password(&Secret::new(password), version).await
}

async fn copy(world: &World, person: &Person) -> Result<RevealView, Error> {
    world.ctx(person).await.account(world.account).await?.holder()?.copy_password().await
}

async fn show(world: &World, person: &Person, version: Option<i32>) -> Result<String, Error> {
    let confirmed = world.ctx(person).await.recently_confirmed()?;
    let shown = owner(world, person).await?.show_password(&confirmed, version).await?;
    Ok(shown.value.expose().to_owned())
}

async fn set_copying(world: &World, copying: bool) {
    owner(world, &world.olga).await.unwrap().set_copying(copying).await.unwrap();
}

fn hidden(name: &str, value: &str) -> CustomFieldForm {
    CustomFieldForm { name: name.to_owned(), kind: CustomFieldKind::Hidden, value: Secret::new(value) }
}

async fn field(world: &World) -> CustomFieldId {
    let fields = owner(world, &world.olga).await.unwrap().secrets().await.unwrap().fields;
    fields.first().expect("there is a field").field
}

async fn events(world: &World, kind: EventKind) -> i64 {
    world.one("SELECT count(*) FROM activity_event WHERE kind = $1", [kind.word().into()]).await
}

/// How many passwords this person has to change.
async fn to_change(world: &World, person: &Person) -> usize {
    let tasks = world.ctx(person).await.rotation_tasks(None).await.unwrap().tasks.len();
    let counted = world.ctx(person).await.accounts(&Default::default()).await.unwrap().passwords_to_change;
    assert_eq!(tasks, counted as usize);
    tasks
}

/// Name, whether they have learned it, and whether they have access.
fn in_short(people: &[ExposedMember]) -> Vec<(&str, bool, bool)> {
    people.iter().map(|person| (person.name.as_str(), person.knows(), person.has_access)).collect()
}

on_both! {
    async fn an_owner_stores_a_password_and_whoever_has_access_copies_it(world: World) {
        assert_eq!(store(&world, &world.olga, FIRST).await.unwrap(), format!("The password of {LABEL} is stored."));
        for person in [&world.olga, &world.carl, &world.mia, &world.cora] {
            assert_eq!(copy(&world, person).await.unwrap().value, Secret::new(FIRST), "{}", person.name);
        }
        assert_eq!(events(&world, EventKind::PasswordCopied).await, 4);
        let activity = world.seen_by(&world.olga).await.activity(&ActivityFilter::default()).await.unwrap().rows;
        assert_eq!(activity[0].sentence, format!("Cora Collaborator copied the password of {LABEL}."));
        assert_eq!(activity[0].company.as_deref(), Some("Northlight Studio"));
    }

    async fn nobody_without_access_gets_anything(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        for person in [&world.ann, &world.tess, &world.gus, &world.ada, &world.hana, &world.petra] {
            world.sign_in(person).await;
            world.ctx(person).await;
        }
        let before = world.everything().await;
        for person in [&world.ann, &world.tess, &world.gus] {
            assert_eq!(told(copy(&world, person).await), AppError::NotFound, "{}", person.name);
            assert_eq!(told(show(&world, person, None).await), AppError::NotFound, "{}", person.name);
            assert_eq!(told(store(&world, person, "x").await), AppError::NotFound, "{}", person.name);
        }
        // They see the account, and not what is in it.
        for person in [&world.ada, &world.hana, &world.petra] {
            assert_eq!(told(copy(&world, person).await), Denial::HoldersOnly.into(), "{}", person.name);
            assert_eq!(told(show(&world, person, None).await), Denial::OwnersOnly.into(), "{}", person.name);
        }
        assert_eq!(world.everything().await, before);
    }

    async fn only_an_owner_has_the_password_shown_and_only_after_proving_who_they_are(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        assert_eq!(show(&world, &world.oscar, None).await.unwrap(), FIRST);
        for person in [&world.carl, &world.mia, &world.cora] {
            assert_eq!(told(show(&world, person, None).await), Denial::OwnersOnly.into(), "{}", person.name);
        }
        world.pass(TimeDelta::minutes(11));
        assert_eq!(told(show(&world, &world.oscar, None).await), Denial::ConfirmFirst.into());
        world.ctx(&world.oscar).await.oneself().confirm(crate::world::PASSWORD, &crate::world::office()).await.unwrap();
        assert_eq!(show(&world, &world.oscar, None).await.unwrap(), FIRST);
        assert_eq!(events(&world, EventKind::PasswordShown).await, 2);
    }

    async fn the_owners_can_keep_the_password_to_themselves(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        set_copying(&world, false).await;
        for person in [&world.carl, &world.mia, &world.cora] {
            assert_eq!(told(copy(&world, person).await), Denial::CopyingNotAllowed.into(), "{}", person.name);
            let details = world.seen_by(person).await.general().await.unwrap().details.unwrap().secrets;
            assert_eq!((details.has_password, details.may_copy_password), (true, false));
        }
        assert_eq!(copy(&world, &world.oscar).await.unwrap().value.expose(), FIRST, "an owner can always");
        set_copying(&world, false).await;
        assert_eq!(events(&world, EventKind::CopyingChanged).await, 1, "the same again is no change");
        set_copying(&world, true).await;
        assert_eq!(copy(&world, &world.cora).await.unwrap().value.expose(), FIRST);
    }

    async fn ten_passwords_are_kept_for_the_owners(world: World) {
        for number in 1..=12 {
            store(&world, &world.olga, &format!("password {number}")).await.unwrap();
        }
        let history = owner(&world, &world.oscar).await.unwrap().password_history().await.unwrap();
        let versions: Vec<i32> = history.passwords.iter().map(|kept| kept.version).collect();
        assert_eq!(versions, (3..=12).rev().collect::<Vec<_>>());
        assert_eq!(versions.len(), PASSWORDS_KEPT);
        assert_eq!(history.passwords[0].set_by, "Olga Owner");
        assert_eq!(show(&world, &world.oscar, Some(3)).await.unwrap(), "password 3");
        assert_eq!(show(&world, &world.oscar, None).await.unwrap(), "password 12");
        for gone in [2, 13, 0, -1] {
            assert_eq!(told(show(&world, &world.oscar, Some(gone)).await), AppError::NotFound, "{gone}");
        }
        let refused = world.ctx(&world.mia).await.account(world.account).await.unwrap().owner();
        assert_eq!(refused.map(drop), Err(Denial::OwnersOnly));
    }

    async fn a_password_that_was_taken_away_is_no_version_that_anybody_learned(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        owner(&world, &world.olga).await.unwrap().remove_password(1).await.unwrap();
        for number in 3..=14 {
            store(&world, &world.oscar, &format!("password {number}")).await.unwrap();
        }
        let exposure = world.seen_by(&world.olga).await.exposure().await.unwrap();
        let versions: Vec<i32> = exposure.versions.iter().map(|version| version.kept.version).collect();
        assert_eq!(versions, (3..=14).rev().chain([1]).collect::<Vec<_>>());
        let history = owner(&world, &world.olga).await.unwrap().password_history().await.unwrap();
        let kept: Vec<i32> = history.passwords.iter().map(|kept| kept.version).collect();
        assert_eq!(kept, (5..=14).rev().collect::<Vec<_>>());
        owner(&world, &world.olga).await.unwrap().remove_password(14).await.unwrap();
        assert_eq!(show(&world, &world.olga, Some(5)).await.unwrap(), "password 5", "taking one away costs no other");
    }

    async fn two_owners_who_store_at_once_do_not_overwrite_each_other(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        let (one, two) = (owner(&world, &world.olga).await.unwrap(), owner(&world, &world.oscar).await.unwrap());
        let (first, second) = (Secret::new("from Olga"), Secret::new("from Oscar"));
        let (one, two) = tokio::join!(one.store_password(&first, 1), two.store_password(&second, 1));
        assert_eq!([one.is_ok(), two.is_ok()].iter().filter(|ok| **ok).count(), 1);
        let refused = words(if one.is_ok() { two } else { one });
        assert!(refused.starts_with("Another owner has stored a password"), "{refused}");
        assert_eq!(owner(&world, &world.olga).await.unwrap().secrets().await.unwrap().password_version, 2);
    }

    async fn a_password_is_taken_away(world: World) {
        let none = owner(&world, &world.olga).await.unwrap().remove_password(0).await;
        assert_eq!(told(none), AppError::NotFound);
        store(&world, &world.olga, FIRST).await.unwrap();
        owner(&world, &world.olga).await.unwrap().remove_password(1).await.unwrap();
        assert_eq!(told(copy(&world, &world.cora).await), AppError::NotFound);
        let secrets = owner(&world, &world.oscar).await.unwrap().secrets().await.unwrap();
        assert_eq!((secrets.password, secrets.password_version, secrets.earlier_passwords), (None, 2, 1));
        assert_eq!(show(&world, &world.oscar, Some(1)).await.unwrap(), FIRST, "the owners still find it");
        store(&world, &world.oscar, SECOND).await.unwrap();
        assert_eq!(copy(&world, &world.cora).await.unwrap().value.expose(), SECOND);
    }

    async fn what_cannot_be_a_password_is_refused_without_being_repeated(world: World) {
        for wrong in ["", "canary\nof two lines", &"canary".repeat(300)] {
            let refused = words(store(&world, &world.olga, wrong).await);
            assert!(!refused.contains("canary") && !refused.is_empty(), "{refused}");
        }
        assert_eq!(world.count("credential WHERE field = 'password'").await, 0);
    }

    async fn one_time_codes_are_made_for_whoever_has_access_and_the_secret_stays(world: World) {
        let secret = Secret::new("jbsw y3dp ehpk 3pxp");
        owner(&world, &world.olga).await.unwrap().store_one_time_code(&secret).await.unwrap();
        let code = |person| {
            let (world, person): (&World, &Person) = (&world, person);
            async move {
                let account = world.ctx(person).await.account(world.account).await?;
                account.holder()?.one_time_code(RevealWay::Copied).await
            }
        };
        let (mine, hers) = (code(&world.cora).await.unwrap(), code(&world.olga).await.unwrap());
        assert_eq!(mine, hers);
        assert!(mine.code.expose().len() == 6 && (1..=30).contains(&mine.seconds_left) && mine.period == 30);
        world.pass(TimeDelta::seconds(i64::from(mine.seconds_left)));
        let next = code(&world.cora).await.unwrap();
        assert_ne!(next.code, mine.code);
        assert_eq!(next.seconds_left, 30);
        assert_eq!(told(code(&world.ann).await), AppError::NotFound);
        assert_eq!(events(&world, EventKind::OneTimeCodeGiven).await, 3);
        owner(&world, &world.olga).await.unwrap().remove_one_time_code().await.unwrap();
        assert_eq!(told(code(&world.cora).await), AppError::NotFound);
        let again = owner(&world, &world.olga).await.unwrap().remove_one_time_code().await;
        assert_eq!(told(again), AppError::NotFound);
    }

    async fn custom_fields_are_read_by_whoever_has_access_and_hidden_ones_on_demand(world: World) {
        owner(&world, &world.olga).await.unwrap().add_field(&hidden("Support PIN", "4711")).await.unwrap();
        let page = CustomFieldForm {
            name: "Status page".to_owned(),
            kind: CustomFieldKind::Url,
            value: Secret::new("status.example"),
        };
        owner(&world, &world.olga).await.unwrap().add_field(&page).await.unwrap();
        let seen = world.seen_by(&world.cora).await.general().await.unwrap().details.unwrap().secrets.fields;
        let seen: Vec<(&str, Option<&str>)> =
            seen.iter().map(|field| (field.name.as_str(), field.value.as_deref())).collect();
        assert_eq!(seen, [("Support PIN", None), ("Status page", Some("https://status.example/"))]);
        let pin = field(&world).await;
        let get = |account: AccountId, person| {
            let (world, person): (&World, &Person) = (&world, person);
            async move {
                let account = world.ctx(person).await.account(account).await?;
                account.holder()?.custom_field(pin, RevealWay::Shown).await
            }
        };
        assert_eq!(get(world.account, &world.cora).await.unwrap().value, Secret::new("4711"));
        let sentence = world.seen_by(&world.olga).await.activity(&ActivityFilter::default()).await.unwrap().rows.remove(0).sentence;
        assert_eq!(sentence, format!("Cora Collaborator was given the field Support PIN of {LABEL}."));
        assert_eq!(told(get(world.unshared, &world.olga).await), AppError::NotFound, "a field of another account");
        assert_eq!(told(get(world.account, &world.ann).await), AppError::NotFound);

        let change = |name: &'static str, value: &'static str| {
            let world = &world;
            async move { owner(world, &world.oscar).await?.change_field(pin, name, &Secret::new(value)).await }
        };
        change("Phone PIN", "").await.unwrap();
        assert_eq!(get(world.account, &world.cora).await.unwrap().value, Secret::new("4711"), "none was typed");
        change("Phone PIN", "0815").await.unwrap();
        assert_eq!(get(world.account, &world.cora).await.unwrap().value, Secret::new("0815"));
        assert_eq!(words(change("", "0815").await), "Enter a name for the field.");
        owner(&world, &world.olga).await.unwrap().remove_field(pin).await.unwrap();
        assert_eq!(told(get(world.account, &world.cora).await), AppError::NotFound);
        assert_eq!(told(owner(&world, &world.olga).await.unwrap().remove_field(pin).await), AppError::NotFound);
    }

    async fn an_account_has_at_most_twenty_fields(world: World) {
        for number in 0..20 {
            owner(&world, &world.olga).await.unwrap().add_field(&hidden(&format!("PIN {number}"), "1")).await.unwrap();
        }
        let refused = words(owner(&world, &world.olga).await.unwrap().add_field(&hidden("One more", "1")).await);
        assert!(refused.starts_with("An account has at most 20 fields."), "{refused}");
    }

    async fn an_account_is_added_with_its_secrets(world: World) {
        let form = AccountForm { label: "Shop".to_owned(), app: "Shop".to_owned(), ..AccountForm::default() };
        let secrets = NewSecrets { password: Secret::new(FIRST), one_time_code: Secret::new("JBSWY3DPEHPK3PXP") };
        let carl = world.ctx(&world.carl).await;
        let key = IdempotencyKey(Uuid::now_v7());
        let (account, _) = carl.add_account(key, &form, &secrets).await.unwrap();
        let seen = carl.account(account).await.unwrap().general().await.unwrap().details.unwrap().secrets;
        assert!(seen.has_password && seen.has_code && seen.may_show_password);
        let copied = carl.account(account).await.unwrap().holder().unwrap().copy_password().await.unwrap();
        assert_eq!(copied.value.expose(), FIRST);
        let wrong = NewSecrets { password: Secret::new("a\nb"), one_time_code: Secret::new("canary!") };
        let AppError::Invalid { problems } =
            told(carl.add_account(IdempotencyKey(Uuid::now_v7()), &AccountForm::default(), &wrong).await)
        else {
            panic!("everything is wrong with it");
        };
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["label", "app", "password", "one_time_code"]);
    }

    async fn the_user_name_is_copied_and_recorded(world: World) {
        let copied = world.seen_by(&world.cora).await.holder().unwrap().copy_username().await.unwrap();
        assert_eq!(copied.value.expose(), "harbor.coffee");
        assert_eq!(events(&world, EventKind::UsernameCopied).await, 1);
        let panel = world.seen_by(&world.cora).await.holder().unwrap().panel().await.unwrap();
        assert_eq!((panel.username.as_str(), panel.has_password, panel.has_code), ("harbor.coffee", false, false));
    }

    async fn when_somebody_who_has_seen_the_password_loses_access_it_should_be_changed(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        copy(&world, &world.cora).await.unwrap();
        world.remove(&world.olga, &world.mia).await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 0, "Mia has not seen it");
        world.remove(&world.olga, &world.cora).await.unwrap();
        assert_eq!(told(copy(&world, &world.cora).await), AppError::NotFound);

        for person in [&world.olga, &world.oscar] {
            assert_eq!(to_change(&world, person).await, 1, "{}", person.name);
            assert!(world.seen_by(person).await.header().password_to_change);
            let heard = world.heard(person).await;
            let sentence = format!("Cora Collaborator has seen the password of {LABEL} and has lost access: it should be changed.");
            assert!(heard.contains(&sentence), "{}: {heard:?}", person.name);
        }
        for person in [&world.mia, &world.carl, &world.ada] {
            assert_eq!(to_change(&world, person).await, 0, "{}", person.name);
        }
        let task = world.ctx(&world.olga).await.rotation_tasks(None).await.unwrap().tasks.remove(0);
        assert_eq!((task.label.as_str(), task.leavers), (LABEL, vec!["Cora Collaborator".to_owned()]));
        let mails = world.mails().await;
        let mail = mails.iter().find(|mail| mail.subject == format!("Password to change: {LABEL}")).expect("a mail");
        assert!(mail.text.contains("end the sessions that the site itself holds"), "{}", mail.text);

        store(&world, &world.oscar, SECOND).await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 0);
        assert_eq!(events(&world, EventKind::RotationTaskOpened).await, 1);
    }

    async fn whoever_has_stored_the_password_knows_it(world: World) {
        store(&world, &world.oscar, FIRST).await.unwrap();
        world.remove(&world.olga, &world.oscar).await.unwrap();
        let task = world.ctx(&world.olga).await.rotation_tasks(None).await.unwrap().tasks.remove(0);
        assert_eq!(task.leavers, ["Oscar Owner"]);
        let exposure = world.seen_by(&world.olga).await.exposure().await.unwrap();
        assert_eq!(in_short(&exposure.versions[0].people)[0], ("Oscar Owner", true, false));
        store(&world, &world.olga, SECOND).await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 0);
    }

    async fn a_colleague_who_stored_it_and_is_deactivated_opens_it(world: World) {
        store(&world, &world.oscar, FIRST).await.unwrap();
        let colleague = world.ctx(&world.ada).await.colleague(world.oscar.member).await.unwrap();
        colleague.managed().unwrap().deactivate().await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 1);
    }

    async fn one_task_is_open_however_many_leave(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        for person in [&world.cora, &world.mia, &world.max, &world.carl] {
            copy(&world, person).await.unwrap();
        }
        let removals = [&world.cora, &world.mia, &world.max, &world.carl].map(|person| world.remove(&world.olga, person));
        for removed in join_all(removals).await {
            removed.unwrap();
        }
        let tasks = world.ctx(&world.oscar).await.rotation_tasks(None).await.unwrap().tasks;
        assert_eq!(tasks.len(), 1);
        assert_eq!(tasks[0].leavers.len(), 4);
        assert_eq!(events(&world, EventKind::RotationTaskOpened).await, 1);
    }

    async fn every_way_of_losing_access_opens_it(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        copy(&world, &world.cora).await.unwrap();
        world.seen_by(&world.cora).await.holder().unwrap().give_back().await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 1, "given back");

        store(&world, &world.olga, "third").await.unwrap();
        copy(&world, &world.mia).await.unwrap();
        let colleague = world.ctx(&world.gus).await.colleague(world.mia.member).await.unwrap();
        colleague.managed().unwrap().deactivate().await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 1, "deactivated");

        store(&world, &world.olga, "fourth").await.unwrap();
        copy(&world, &world.max).await.unwrap();
        world.ctx(&world.ada).await.partnership(world.partnership).await.unwrap().suspend().await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 0, "what is suspended is kept");
        world.ctx(&world.ada).await.partnership(world.partnership).await.unwrap().remove().await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 1, "the partnership is gone");
    }

    async fn access_that_comes_to_its_end_opens_it(world: World) {
        world.send(&world.mia, &domain::access_request::RequestForm {
            access_end: "1".to_owned(),
            ..crate::world::form(&[&world.ann])
        }).await.unwrap();
        let line = world.line_of(&world.ann).await;
        world.accept(&world.olga, line).await.unwrap();
        store(&world, &world.olga, FIRST).await.unwrap();
        copy(&world, &world.ann).await.unwrap();
        world.pass(TimeDelta::days(2));
        assert_eq!(told(copy(&world, &world.ann).await), AppError::NotFound, "the time decides");
        world.services.mark_ended().await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 1);
    }

    async fn a_task_stays_open_until_a_new_password_is_stored(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        copy(&world, &world.cora).await.unwrap();
        world.remove(&world.olga, &world.cora).await.unwrap();
        owner(&world, &world.olga).await.unwrap().remove_password(1).await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 1, "the site still takes it");
        let version = owner(&world, &world.olga).await.unwrap().secrets().await.unwrap().password_version;
        let same = owner(&world, &world.olga).await.unwrap().store_password(&Secret::new(FIRST), version).await;
        assert!(told(same).problem_with("password").is_some_and(|text| text.contains("stored already")));
        assert_eq!(to_change(&world, &world.olga).await, 1, "what they have seen still opens the site");
        owner(&world, &world.olga).await.unwrap().store_password(&Secret::new(SECOND), version).await.unwrap();
        assert_eq!(to_change(&world, &world.olga).await, 0);
    }

    async fn exposure_says_who_has_seen_which_version_and_who_could_have(world: World) {
        set_copying(&world, false).await;
        store(&world, &world.olga, FIRST).await.unwrap();
        world.pass(TimeDelta::hours(1));
        set_copying(&world, true).await;
        world.pass(TimeDelta::hours(1));
        copy(&world, &world.cora).await.unwrap();
        copy(&world, &world.cora).await.unwrap();
        world.remove(&world.olga, &world.cora).await.unwrap();
        world.pass(TimeDelta::hours(1));
        set_copying(&world, false).await;
        world.pass(TimeDelta::hours(1));
        store(&world, &world.olga, SECOND).await.unwrap();
        show(&world, &world.oscar, Some(1)).await.unwrap();

        let exposure = world.seen_by(&world.ada).await.exposure().await.unwrap();
        assert!(!exposure.may_store);
        let [now, before] = exposure.versions.as_slice() else { panic!("two versions") };
        assert_eq!(in_short(&now.people), [("Olga Owner", true, true), ("Oscar Owner", false, true)]);
        assert!(now.people[0].stored && now.people[0].seen_at.is_none(), "she stored it, and was not shown it");
        assert_eq!(now.until, None);
        assert_eq!(
            in_short(&before.people),
            [
                ("Cora Collaborator", true, false),
                ("Olga Owner", true, true),
                ("Oscar Owner", true, true),
                ("Carl Colleague", false, true),
                ("Max Manager", false, true),
                ("Mia Manager", false, true),
            ]
        );
        assert_eq!((before.people[0].times, before.people[0].role), (2, AccountRole::Collaborator));
        assert_eq!(before.people[0].badge.as_ref().map(|badge| badge.name.as_str()), Some("Northlight Studio"));
        for person in [&world.mia, &world.carl, &world.petra] {
            let refused = world.seen_by(person).await.exposure().await;
            assert_eq!(told(refused), Denial::OwnersOnly.into(), "{}", person.name);
        }
    }

    async fn a_note_is_sealed_and_read_as_before(world: World) {
        assert_eq!(world.count("account WHERE open_note <> ''").await, 0, "it was taken in at the start");
        let note = |person| {
            let (world, person): (&World, &Person) = (&world, person);
            async move { world.seen_by(person).await.general().await.unwrap().details.unwrap().secrets.note }
        };
        assert_eq!(note(&world.cora).await, "Ask Olga for the code.");
        let settings = owner(&world, &world.olga).await.unwrap().settings().await.unwrap();
        let form = AccountForm { note: "Ask Oscar.".to_owned(), ..settings.form };
        owner(&world, &world.olga).await.unwrap().edit(&form, settings.version).await.unwrap();
        assert_eq!(note(&world.cora).await, "Ask Oscar.");
        assert_eq!(world.count("credential WHERE field = 'note'").await, 2, "of each account the latest alone");
        assert_eq!(world.services.take_in_open_secrets().await.unwrap(), 0);
    }

    async fn what_is_forgotten_is_gone_with_its_key(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        owner(&world, &world.olga).await.unwrap().add_field(&hidden("PIN", "4711")).await.unwrap();
        world.ctx(&world.olga).await.delete_account(world.account, "The contract has ended.").await.unwrap();
        assert_eq!(world.count("data_key").await, 2);
        world.ctx(&world.olga).await.restore_account(world.account).await.unwrap();
        assert_eq!(copy(&world, &world.olga).await.unwrap().value.expose(), FIRST, "restored as it was");
        world.ctx(&world.olga).await.delete_account(world.account, "The contract has ended.").await.unwrap();
        world.pass(TimeDelta::days(31));
        world.services.forget_what_is_old().await.unwrap();
        assert_eq!(world.count("data_key").await, 1);
        assert_eq!(world.count("custom_field").await, 0);
        let left = world.one::<i64>(
            "SELECT count(*) FROM credential WHERE account_id = $1 AND sealed IS NOT NULL",
            [world.account.into()],
        );
        assert_eq!(left.await, 0);
    }

    async fn no_reveal_that_begins_after_a_revocation_is_answered(world: World) {
        store(&world, &world.olga, FIRST).await.unwrap();
        let elsewhere = world.another_server().await;
        let (here, there) = (world.ctx(&world.cora).await, world.ctx_on(&elsewhere, &world.cora).await);
        let at_once = if world.url.starts_with("postgres") { 1_000 } else { 200 };
        let (tell, revoked) = tokio::sync::watch::channel(false);
        let reveal = |number: usize| {
            let (world, mut revoked) = (&world, revoked.clone());
            let ctx = if number.is_multiple_of(2) { &here } else { &there };
            async move {
                // A quarter comes when the revocation has been answered, the others before and meanwhile.
                if number.is_multiple_of(4) {
                    revoked.wait_for(|revoked| *revoked).await.unwrap();
                }
                tokio::time::sleep(std::time::Duration::from_millis(number as u64 % 100)).await;
                let began_after = *revoked.borrow();
                let given = match ctx.account(world.account).await {
                    Ok(account) => match account.holder() {
                        Ok(holder) => holder.copy_password().await.map(drop),
                        Err(denial) => Err(denial.into()),
                    },
                    Err(error) => Err(error),
                };
                (began_after, given)
            }
        };
        let reveals = join_all((0..at_once).map(reveal));
        let revocation = async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            world.remove(&world.olga, &world.cora).await.unwrap();
            tell.send(true).unwrap();
        };
        let (answers, ()) = tokio::join!(reveals, revocation);
        let given = answers.iter().filter(|(_, given)| given.is_ok()).count();
        assert!(answers.iter().all(|(after, given)| !(*after && given.is_ok())), "given after the revocation");
        assert!(answers.iter().any(|(after, _)| *after), "some began after it");
        let recorded: i64 = world.one("SELECT count(*) FROM reveal WHERE field = 'password'", []).await;
        assert_eq!(recorded, i64::try_from(given).unwrap(), "each that was given is recorded, and no other");
    }

    async fn a_password_is_made_and_its_strength_told(world: World) {
        let ctx = world.ctx(&world.ann).await;
        let made = ctx.generate_password(&GeneratorForm::default()).unwrap();
        assert_eq!((made.password.expose().chars().count(), made.strength.score), (20, Strength::BEST));
        assert!(words(ctx.generate_password(&GeneratorForm { length: 3, ..GeneratorForm::default() })).contains("8 to 100"));
        assert_eq!(ctx.password_strength(&Secret::new("password1")).await.unwrap().label(), "Very weak");
    }
}
