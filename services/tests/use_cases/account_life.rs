//! Accounts are added, changed, deleted, restored and forgotten, and get an owner when they have none.

use crate::world::{LABEL, Person, World, told, words};
use chrono::TimeDelta;
use domain::account::{AccountFilter, AccountForm, AccountRole, DAYS_TO_RESTORE};
use domain::{AccountId, AppError, Denial, IdempotencyKey, MemberId};
use services::Error;
use services::credential::NewSecrets;
use uuid::Uuid;

fn shop() -> AccountForm {
    AccountForm {
        label: "Web shop".to_owned(),
        app: "shopify".to_owned(),
        login_url: String::new(),
        username: "harbor".to_owned(),
        note: "Prices change on Mondays.".to_owned(),
    }
}

/// An account of which no secret is known.
fn none() -> NewSecrets {
    NewSecrets::default()
}

fn key() -> IdempotencyKey {
    IdempotencyKey(Uuid::now_v7())
}

async fn edit(world: &World, person: &Person, form: &AccountForm, version: i32) -> Result<String, Error> {
    world.ctx(person).await.account(world.account).await?.owner()?.edit(form, version).await
}

async fn delete(world: &World, person: &Person) -> Result<String, Error> {
    world.ctx(person).await.delete_account(world.account, "The contract has ended.").await
}

async fn restore(world: &World, person: &Person) -> Result<domain::account::Restored, Error> {
    world.ctx(person).await.restore_account(world.account).await
}

async fn confirm(world: &World, person: &Person, members: &[&Person]) -> Result<String, Error> {
    let members: Vec<MemberId> = members.iter().map(|person| person.member).collect();
    world.ctx(person).await.account(world.account).await?.owner()?.confirm_access(&members).await
}

async fn waiting(world: &World) -> Vec<String> {
    let members = world.seen_by(&world.olga).await.members(None, None).await.unwrap();
    members.waiting.into_iter().map(|guest| guest.member.name).collect()
}

/// The partner's tabs: how many have access to the account, how many wait for it, and for each member whether they do.
async fn at_the_partner(world: &World) -> (u32, u32, Vec<bool>) {
    let partnership = world.ctx(&world.ada).await.partnership(world.partnership).await.unwrap();
    let share = partnership.accounts("", None).await.unwrap().shares.remove(0);
    assert!(!share.can_share_again);
    let members = partnership.members("", None).await.unwrap().members;
    (share.people, share.waiting, members.into_iter().map(|row| row.waits).collect())
}

async fn events(world: &World, kind: &str) -> i64 {
    world.one("SELECT count(*) FROM activity_event WHERE kind = $1", [kind.into()]).await
}

on_both! {
    async fn whoever_adds_an_account_is_its_owner(world: World) {
        // Carl is a user, and owns nothing yet.
        let (account, label) = world.ctx(&world.carl).await.add_account(key(), &shop(), &none()).await.unwrap();
        assert_eq!(label, "Web shop");
        let card = world.cards(&world.carl).await.into_iter().find(|card| card.account == account).unwrap();
        assert_eq!((card.app.as_str(), card.role, card.can_log_in), ("Shopify", AccountRole::Owner, true));
        let search = AccountFilter { search: "SHOPIFY harb".to_owned(), ..AccountFilter::default() };
        assert_eq!(world.ctx(&world.carl).await.accounts(&search).await.unwrap().cards.len(), 1);
        assert_eq!(events(&world, "account_added").await, 1);
        assert!(world.ctx(&world.olga).await.account(account).await.is_err(), "nobody else of the company has it");
        assert!(world.ctx(&world.ada).await.account(account).await.is_ok(), "but for those who look after it");
        assert!(world.mails().await.is_empty());
    }

    async fn the_same_form_sent_twice_or_at_once_adds_one_account(world: World) {
        let key = key();
        let carl = world.ctx(&world.carl).await;
        let (first, again) = (carl.add_account(key, &shop(), &none()).await.unwrap(), carl.add_account(key, &shop(), &none()).await.unwrap());
        assert_eq!(first, again);
        let changed = AccountForm { label: "Another shop".to_owned(), ..shop() };
        assert!(words(carl.add_account(key, &changed, &none()).await).contains("Send it once more to add another"));
        let at_once = IdempotencyKey(Uuid::now_v7());
        let other = world.another_server().await;
        let elsewhere = world.ctx_on(&other, &world.carl).await;
        let form = shop();
        let nothing = none();
        let (one, two) = tokio::join!(
            carl.add_account(at_once, &form, &nothing),
            elsewhere.add_account(at_once, &form, &nothing)
        );
        assert_eq!(one.unwrap(), two.unwrap());
        assert_eq!(events(&world, "account_added").await, 2);
        // A key is its member's own: it tells nothing about others.
        assert_ne!(world.ctx(&world.petra).await.add_account(key, &shop(), &none()).await.unwrap(), first);
    }

    async fn a_form_that_cannot_be_used_adds_nothing_and_says_everything(world: World) {
        world.ctx(&world.carl).await;
        let before = world.everything().await;
        let form = AccountForm { label: String::new(), login_url: "ftp://shop.example".to_owned(), ..shop() };
        let AppError::Invalid { problems } = told(world.ctx(&world.carl).await.add_account(key(), &form, &none()).await) else {
            panic!("the form is refused")
        };
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["label", "login_url"]);
        assert_eq!(world.everything().await, before);
    }

    async fn an_owner_changes_what_an_account_is_and_everyone_reads_it(world: World) {
        let settings = world.seen_by(&world.olga).await.owner().unwrap().settings().await.unwrap();
        let form = AccountForm { label: "Harbor on Bluesky".to_owned(), app: "bluesky".to_owned(), ..settings.form };
        assert_eq!(edit(&world, &world.olga, &form, settings.version).await.unwrap(), "Harbor on Bluesky is saved.");
        let card = world.cards(&world.cora).await.remove(0);
        assert_eq!((card.label.as_str(), card.app.as_str()), ("Harbor on Bluesky", "Bluesky"));
        let search = AccountFilter { search: "bluesky".to_owned(), ..AccountFilter::default() };
        assert_eq!(world.ctx(&world.cora).await.accounts(&search).await.unwrap().cards.len(), 1);
        // Saved once more it is the same, and no event.
        edit(&world, &world.olga, &form, settings.version).await.unwrap();
        assert_eq!(events(&world, "account_changed").await, 1);
        assert!(world.mails().await.is_empty());
    }

    async fn only_owners_change_delete_and_restore(world: World) {
        for person in [&world.olga, &world.hana, &world.ada, &world.petra, &world.carl, &world.mia, &world.cora] {
            world.ctx(person).await;
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            world.ctx(person).await;
        }
        let before = world.everything().await;
        let form = world.seen_by(&world.olga).await.owner().unwrap().settings().await.unwrap().form;
        let form = AccountForm { label: "Mine now".to_owned(), ..form };
        for person in [&world.hana, &world.ada, &world.petra, &world.carl, &world.mia, &world.cora] {
            assert_eq!(told(edit(&world, person, &form, 1).await), Denial::OwnersOnly.into(), "{}", person.name);
            assert_eq!(told(delete(&world, person).await), Denial::OwnersOnly.into(), "{}", person.name);
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            assert_eq!(told(edit(&world, person, &form, 1).await), AppError::NotFound, "{}", person.name);
            assert_eq!(told(delete(&world, person).await), AppError::NotFound, "{}", person.name);
        }
        assert_eq!(world.everything().await, before);
        delete(&world, &world.olga).await.unwrap();
        let before = world.everything().await;
        // Those who look after the company see that it is deleted; nobody else does.
        for person in [&world.hana, &world.ada] {
            assert_eq!(told(restore(&world, person).await), Denial::OwnersOnly.into(), "{}", person.name);
            let list = world.ctx(person).await.deleted_accounts(None).await.unwrap().accounts;
            assert_eq!((list.len(), list[0].can_restore), (1, false), "{}", person.name);
        }
        for person in [&world.petra, &world.carl, &world.mia, &world.cora, &world.gus, &world.tess] {
            assert_eq!(told(restore(&world, person).await), AppError::NotFound, "{}", person.name);
            assert!(world.ctx(person).await.deleted_accounts(None).await.unwrap().accounts.is_empty(), "{}", person.name);
        }
        assert_eq!(world.everything().await, before);
    }

    async fn nobody_replaces_unseen_what_another_owner_has_saved(world: World) {
        let settings = world.seen_by(&world.olga).await.owner().unwrap().settings().await.unwrap();
        let of = |label: &str| AccountForm { label: label.to_owned(), ..settings.form.clone() };
        let other = world.another_server().await;
        let (olga, oscar) = (world.ctx(&world.olga).await, world.ctx_on(&other, &world.oscar).await);
        let (one, two) = (
            olga.account(world.account).await.unwrap().owner().unwrap(),
            oscar.account(world.account).await.unwrap().owner().unwrap(),
        );
        let (hers, his) = (of("Hers"), of("His"));
        let (one, two) = tokio::join!(one.edit(&hers, settings.version), two.edit(&his, settings.version));
        let refused = if one.is_ok() { two } else { one };
        assert!(words(refused).contains("Another owner has changed this account"));
        let now = world.seen_by(&world.olga).await.owner().unwrap().settings().await.unwrap();
        assert_eq!(now.version, settings.version + 1);
        // Having seen it, one can.
        edit(&world, &world.oscar, &of("His after all"), now.version).await.unwrap();
        assert_eq!(world.cards(&world.cora).await[0].label, "His after all");
    }

    async fn the_question_before_deleting_counts_what_is_lost(world: World) {
        world.request_for(&[&world.ann, &world.ben]).await;
        let deletion = world.seen_by(&world.olga).await.owner().unwrap().deletion().await.unwrap();
        assert_eq!((deletion.colleagues, deletion.guests, deletion.requests), (2, 3, 2));
        assert_eq!(deletion.partners, ["Northlight Studio"]);
    }

    async fn an_account_is_deleted_with_a_reason_and_everyone_who_loses_it_is_told(world: World) {
        for reason in ["", "  \n"] {
            let refused = told(world.ctx(&world.olga).await.delete_account(world.account, reason).await);
            assert!(refused.problem_with("reason").is_some());
        }
        world.mails().await;
        assert!(delete(&world, &world.olga).await.unwrap().starts_with(&format!("{LABEL} is deleted.")));
        for person in [&world.olga, &world.oscar, &world.carl, &world.mia, &world.cora, &world.ada] {
            assert!(!world.has_card(person).await && !world.sees(person).await, "{}", person.name);
        }
        // The other owner, the colleague, the guests and their Admins; not who did it.
        let mut told: Vec<&Person> = vec![&world.carl, &world.cora, &world.gus, &world.max, &world.mia, &world.oscar];
        told.sort_by(|one, other| one.email.cmp(&other.email));
        let mails = world.mails().await;
        assert_eq!(
            mails.iter().map(|mail| &mail.to_address).collect::<Vec<_>>(),
            told.iter().map(|person| &person.email).collect::<Vec<_>>()
        );
        for mail in &mails {
            assert!(mail.text.contains("The contract has ended."), "{}", mail.text);
            assert!(!mail.text.contains(&world.account.to_string()), "the link leads to what is there: {}", mail.text);
        }
        // Deleting it again is a success, and tells nobody.
        delete(&world, &world.oscar).await.unwrap();
        assert_eq!(events(&world, "account_deleted").await, 1);
        assert!(world.mails().await.is_empty());
    }

    async fn account_unshared_or_deleted_while_pending(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        world.mails().await;
        delete(&world, &world.olga).await.unwrap();
        for line in &lines {
            assert_eq!(world.line_state(*line).await, "cancelled");
            assert_eq!(world.cancel_reason(*line).await, "account_deleted");
        }
        let cancelled = "was cancelled: the account was deleted.";
        assert!(world.heard(&world.mia).await.iter().any(|sentence| sentence.ends_with(cancelled)));
        let active: i64 = world
            .one("SELECT count(*) FROM access_grant WHERE account_share_id IS NOT NULL AND state = 'active'", [])
            .await;
        assert_eq!(active, 0, "guest grants are revoked");
        // What was asked for stays cancelled when the account comes back.
        restore(&world, &world.olga).await.unwrap();
        for line in &lines {
            assert_eq!(world.line_state(*line).await, "cancelled");
        }
        assert_eq!(told(world.accept(&world.olga, lines[0]).await).status(), 409);
    }

    async fn an_account_is_deleted_while_somebody_accepts(world: World) {
        let line = world.pending().await;
        let other = world.another_server().await;
        let oscar = world.ctx_on(&other, &world.oscar).await;
        let decider = oscar.account(world.account).await.unwrap().decider().unwrap();
        let (deleted, accepted) = tokio::join!(
            delete(&world, &world.olga),
            decider.accept(line, domain::access_request::AcceptWith::default())
        );
        deleted.unwrap();
        match accepted {
            // First accepted, then revoked with the others.
            Ok(_) => assert_eq!(world.line_state(line).await, "accepted"),
            Err(error) => {
                assert_eq!(told(Err::<(), _>(error)), AppError::NotFound);
                assert_eq!(world.cancel_reason(line).await, "account_deleted");
            }
        }
        assert!(!world.has_card(&world.ann).await);
    }

    async fn restored_guest_grants_wait_until_an_owner_confirms(world: World) {
        delete(&world, &world.olga).await.unwrap();
        world.pass(TimeDelta::days(3));
        world.mails().await;
        let restored = restore(&world, &world.oscar).await.unwrap();
        assert_eq!((restored.label.as_str(), restored.waiting), (LABEL, 3));
        for person in [&world.olga, &world.oscar, &world.carl] {
            assert!(world.has_card(person).await, "{}", person.name);
        }
        for person in [&world.mia, &world.max, &world.cora] {
            assert!(!world.has_card(person).await && !world.sees(person).await, "{}", person.name);
        }
        assert_eq!(world.mailed().await, ["carl@people.example", "olga@people.example"], "no guest is told yet");
        assert_eq!(waiting(&world).await, ["Cora Collaborator", "Max Manager", "Mia Manager"]);
        for person in [&world.ada, &world.petra] {
            let members = world.seen_by(person).await.members(None, None).await.unwrap();
            assert!(members.waiting.is_empty(), "{}", person.name);
            assert_eq!(told(confirm(&world, person, &[&world.mia]).await), Denial::OwnersOnly.into());
        }
        assert_eq!(at_the_partner(&world).await, (0, 3, vec![true, true, true]));

        let told_her = confirm(&world, &world.olga, &[&world.mia]).await.unwrap();
        assert_eq!(told_her, format!("Mia Manager has access to {LABEL} again."));
        let card = world.cards(&world.mia).await.remove(0);
        assert_eq!(card.role, AccountRole::AccountManager, "as it was");
        assert_eq!(at_the_partner(&world).await, (1, 2, vec![true, true, false]));
        assert_eq!(world.mailed().await, ["mia@people.example"]);
        // Again, by the other owner.
        confirm(&world, &world.oscar, &[&world.mia]).await.unwrap();
        assert_eq!(events(&world, "access_confirmed").await, 1);
        // Or not at all.
        world.remove(&world.olga, &world.max).await.unwrap();
        assert_eq!(waiting(&world).await, ["Cora Collaborator"]);
        assert_eq!(told(confirm(&world, &world.olga, &[&world.max]).await), AppError::NotFound);
        for stranger in [&world.ann, &world.tess, &world.carl] {
            let refused = told(confirm(&world, &world.olga, &[&world.cora, stranger]).await);
            assert_eq!(refused, AppError::NotFound, "{}", stranger.name);
        }
        assert!(!world.has_card(&world.cora).await, "all or none");
        let sql = "SELECT count(*) FROM access_grant WHERE state = 'revoked' AND end_reason = 'replaced'";
        let ended: i64 = world.one(sql, []).await;
        assert_eq!(ended, 3, "what has ended stays ended");
    }

    async fn access_that_waits_for_a_word_comes_to_its_end_all_the_same(world: World) {
        let soon = world.clock.now() + TimeDelta::days(5);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [soon.into(), world.cora.member.into()])
            .await;
        delete(&world, &world.olga).await.unwrap();
        restore(&world, &world.olga).await.unwrap();
        world.pass(TimeDelta::days(5));
        world.mails().await;
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert_eq!(waiting(&world).await, ["Max Manager", "Mia Manager"]);
        assert_eq!(told(confirm(&world, &world.olga, &[&world.cora]).await), AppError::NotFound);
        assert_eq!(world.mailed().await, ["olga@people.example", "oscar@people.example"], "the guest never heard of it");
        assert_eq!(world.services.mark_ended().await.unwrap(), 0);
    }

    async fn only_what_a_guests_access_stands_on_comes_back(world: World) {
        let soon = world.clock.now() + TimeDelta::days(1);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [soon.into(), world.cora.member.into()])
            .await;
        delete(&world, &world.olga).await.unwrap();
        world.deactivate(&world.max).await;
        world.pass(TimeDelta::days(2));
        assert_eq!(restore(&world, &world.olga).await.unwrap().waiting, 1, "one has ended, one is no member any more");
        assert_eq!(waiting(&world).await, ["Mia Manager"]);
        // Deleted and restored again and again, in a moment: what waits comes back once.
        for _ in 0..3 {
            delete(&world, &world.olga).await.unwrap();
            assert_eq!(restore(&world, &world.olga).await.unwrap().waiting, 1);
        }
        let waits: i64 = world.one("SELECT count(*) FROM access_grant WHERE state = 'suspended'", []).await;
        assert_eq!(waits, 1);
        for state in ["removed", "ended"] {
            delete(&world, &world.olga).await.unwrap();
            world.set_partnership(state).await;
            assert_eq!(restore(&world, &world.olga).await.unwrap().waiting, 0, "{state}");
            world.set_partnership("active").await;
        }
    }

    async fn restoring_twice_or_at_once_is_one_restoration(world: World) {
        delete(&world, &world.olga).await.unwrap();
        let other = world.another_server().await;
        let (olga, oscar) = (world.ctx(&world.olga).await, world.ctx_on(&other, &world.oscar).await);
        let (one, two) = tokio::join!(olga.restore_account(world.account), oscar.restore_account(world.account));
        assert_eq!(one.unwrap(), two.unwrap());
        assert_eq!(restore(&world, &world.olga).await.unwrap().waiting, 3);
        assert_eq!(events(&world, "account_restored").await, 1);
        assert_eq!(waiting(&world).await.len(), 3);
    }

    async fn an_admin_restores_an_account_whose_owners_are_gone(world: World) {
        delete(&world, &world.olga).await.unwrap();
        world.force_owners_out().await;
        assert!(world.ctx(&world.ada).await.deleted_accounts(None).await.unwrap().accounts[0].can_restore);
        restore(&world, &world.ada).await.unwrap();
        assert!(world.sees(&world.ada).await);
    }

    async fn after_thirty_days_a_deleted_account_is_forgotten(world: World) {
        delete(&world, &world.olga).await.unwrap();
        world.pass(TimeDelta::days(DAYS_TO_RESTORE) - TimeDelta::seconds(1));
        assert_eq!(world.ctx(&world.olga).await.deleted_accounts(None).await.unwrap().accounts.len(), 1);
        world.services.forget_what_is_old().await.unwrap();
        world.pass(TimeDelta::seconds(1));
        // The time decides, whether or not it was swept.
        assert_eq!(told(restore(&world, &world.olga).await), AppError::NotFound);
        assert!(world.ctx(&world.olga).await.deleted_accounts(None).await.unwrap().accounts.is_empty());
        world.services.forget_what_is_old().await.unwrap();
        let left = "SELECT count(*) FROM account WHERE id = $1 AND username = '' AND login_url = '' AND note = ''
                    AND forgotten_at IS NOT NULL";
        assert_eq!(world.one::<i64>(left, [world.account.into()]).await, 1);
        let rest = "SELECT count(*) FROM access_grant WHERE account_id = $1 AND state IN ('active', 'suspended')";
        assert_eq!(world.one::<i64>(rest, [world.account.into()]).await, 0);
        assert_eq!(world.one::<i64>("SELECT count(*) FROM account WHERE username <> ''", []).await, 1, "no other");
    }

    async fn pages_of_deleted_accounts_visit_each_exactly_once(world: World) {
        for n in 0..60 {
            let account = world.account_of_host(&format!("Old {n}"), "App", "user").await;
            world.grant(account, &world.olga, AccountRole::Owner, None).await;
            world.ctx(&world.olga).await.delete_account(account, "Old").await.unwrap();
            if n % 3 == 0 {
                world.pass(TimeDelta::minutes(1));
            }
        }
        let olga = world.ctx(&world.olga).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = olga.deleted_accounts(after.as_deref()).await.unwrap();
            seen.extend(page.accounts.into_iter().map(|account| account.account));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 60);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 60);
        for after in ["", "~", "x~y", "\0"] {
            assert!(olga.deleted_accounts(Some(after)).await.is_ok(), "{after:?}");
        }
    }

    async fn last_active_owner_of_an_account(world: World) {
        // Neither removed nor lowered: "Make someone else Owner first."
        world.remove(&world.olga, &world.oscar).await.unwrap();
        let last: AppError = Denial::LastOwner.into();
        assert_eq!(told(world.remove(&world.olga, &world.olga).await), last);
        assert_eq!(told(world.change_role(&world.olga, &world.olga, AccountRole::Collaborator).await), last);
        assert_eq!(world.ctx(&world.ada).await.accounts(&AccountFilter::default()).await.unwrap().without_owner, 0);
        assert_eq!(world.services.tell_of_lost_owners().await.unwrap(), 0);
        world.mails().await;

        // Forced from outside: host Admins are told, once, and decide.
        world.force_owners_out().await;
        assert_eq!(world.services.tell_of_lost_owners().await.unwrap(), 2);
        assert_eq!(world.services.tell_of_lost_owners().await.unwrap(), 0);
        let mut mailed = world.mailed().await;
        mailed.dedup();
        assert_eq!(mailed, ["ada@people.example", "hana@people.example"]);
        assert!(world.heard(&world.ada).await.contains(&format!("{LABEL} has no owner any more.")));
        let ada = world.ctx(&world.ada).await;
        assert_eq!(ada.accounts(&AccountFilter::default()).await.unwrap().without_owner, 2);
        let list = ada.admin().unwrap().accounts_without_owner(None).await.unwrap().accounts;
        assert_eq!(list.iter().map(|account| account.label.as_str()).collect::<Vec<_>>(), [LABEL, "Payroll"]);
        assert_eq!(list[0].former_owners, ["Olga Owner", "Oscar Owner"]);
        let line = world.pending().await;
        world.accept(&world.ada, line).await.unwrap();

        let assign = async |person: &Person, whom: &Person| {
            world.ctx(person).await.account(world.account).await?.assign_owner(whom.member).await
        };
        for person in [&world.carl, &world.petra, &world.cora, &world.mia] {
            assert_eq!(told(assign(person, person).await), Denial::OwnersOnly.into(), "{}", person.name);
        }
        for nobody in [&world.mia, &world.gus, &world.tess, &world.olga] {
            assert_eq!(told(assign(&world.ada, nobody).await), AppError::NotFound, "{}", nobody.name);
        }
        let choices = world.seen_by(&world.ada).await.assigner().unwrap().choices("").await.unwrap().members;
        assert_eq!(choices.iter().map(|member| member.name.as_str()).collect::<Vec<_>>(), ["Ada Admin", "Carl Colleague"]);
        assert_eq!(assign(&world.ada, &world.carl).await.unwrap(), format!("Carl Colleague is now Owner of {LABEL}."));
        assert!(world.seen_by(&world.carl).await.owner().is_ok());
        assert_eq!(world.cards(&world.carl).await.len(), 1, "the weaker access is replaced");
        // Again it is a success; somebody else is no longer for the Admin to choose.
        assign(&world.hana, &world.carl).await.unwrap();
        assert_eq!(told(assign(&world.hana, &world.ada).await), Denial::OwnersOnly.into());
        assert_eq!(events(&world, "owner_assigned").await, 1);
        // When it is lost once more, they are told once more.
        world.services.tell_of_lost_owners().await.unwrap();
        world.deactivate(&world.carl).await;
        assert_eq!(world.services.tell_of_lost_owners().await.unwrap(), 1);
    }

    async fn two_admins_assign_at_once_and_one_owner_is_made(world: World) {
        world.force_owners_out().await;
        let other = world.another_server().await;
        let (ada, hana) = (world.ctx(&world.ada).await, world.ctx_on(&other, &world.hana).await);
        let (one, two) = (ada.account(world.account).await.unwrap(), hana.account(world.account).await.unwrap());
        let (one, two) = tokio::join!(one.assign_owner(world.carl.member), two.assign_owner(world.petra.member));
        assert!(one.is_ok() != two.is_ok());
        let owners: i64 = world
            .one(
                "SELECT count(*) FROM access_grant g JOIN member m ON m.id = g.member_id
                 WHERE g.account_id = $1 AND g.role = 'owner' AND g.state = 'active' AND m.status = 'active'",
                [world.account.into()],
            )
            .await;
        assert_eq!(owners, 1);
    }

    async fn accounts_without_an_owner_are_for_admins_of_their_own_company(world: World) {
        world.force_owners_out().await;
        for person in [&world.carl, &world.petra, &world.mia] {
            assert_eq!(told(world.ctx(person).await.admin().map(|_| ())), Denial::AdminsOnly.into());
            let list = world.ctx(person).await.accounts(&AccountFilter::default()).await.unwrap();
            assert_eq!(list.without_owner, 0, "{}", person.name);
        }
        for person in [&world.gus, &world.tess] {
            let list = world.ctx(person).await.admin().unwrap().accounts_without_owner(None).await.unwrap();
            assert!(list.accounts.is_empty(), "{}", person.name);
        }
        let never_given = AccountId(Uuid::now_v7());
        assert_eq!(told(world.ctx(&world.ada).await.account(never_given).await.map(|_| ())), AppError::NotFound);
    }
}
