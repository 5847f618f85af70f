//! Accounts offered through partnerships: shared, shared again, and shared no more.

use crate::world::{LABEL, Person, World, form, told, words};
use chrono::TimeDelta;
use domain::access_request::AcceptWith;
use domain::account::AccountRole;
use domain::account_share::{ShareForm, SharedAccounts};
use domain::partnership::{PartnershipPolicy, PartnershipState};
use domain::{AccountId, AccountShareId, AppError, Conflict, MemberId, PartnershipId};
use services::Error;
use uuid::Uuid;

const OWNERS_ONLY: &str = "Only an owner of the account can do this.";
const HOST_ONLY: &str = "Only the company that shares its accounts can do this.";

/// A form as it is filled in: with these people, the guest's Admins, as account managers.
fn of(accounts: &[AccountId], people: &[&Person]) -> ShareForm {
    ShareForm {
        accounts: accounts.to_vec(),
        highest_role: "account_manager".to_owned(),
        members: people.iter().map(|person| person.member).collect(),
        role: "account_manager".to_owned(),
        access_end: "never".to_owned(),
        access_end_date: String::new(),
    }
}

async fn share(world: &World, person: &Person, form: &ShareForm) -> Result<SharedAccounts, Error> {
    world.ctx(person).await.partnership(world.partnership).await?.sharer()?.share(form).await
}

/// Somebody of the host owns this account too.
async fn make_owner(world: &World, person: &Person, account: AccountId) {
    world.grant(account, person, AccountRole::Owner, None).await;
}

async fn stop(world: &World, person: &Person, account: AccountId, share: AccountShareId) -> Result<String, Error> {
    world.ctx(person).await.account(account).await?.share_stopper()?.stop(share).await
}

async fn share_again(
    world: &World,
    person: &Person,
    share: AccountShareId,
    people: &[&Person],
) -> Result<String, Error> {
    let members: Vec<MemberId> = people.iter().map(|person| person.member).collect();
    let sharer = world.ctx(person).await.partnership(world.partnership).await?.sharer()?;
    sharer.share_again(share, &members, "account_manager").await
}

async fn share_of(world: &World, account: AccountId) -> AccountShareId {
    let sql = "SELECT id FROM account_share WHERE account_id = $1 AND state = 'active'";
    world.one(sql, [account.into()]).await
}

/// The labels on All accounts.
async fn cards(world: &World, person: &Person) -> Vec<(String, AccountRole)> {
    world.cards(person).await.into_iter().map(|card| (card.label, card.role)).collect()
}

/// Everyone of the guest who has the shared account loses it.
async fn remove_all_guests(world: &World) {
    for guest in [&world.mia, &world.max, &world.cora] {
        world.remove(&world.olga, guest).await.unwrap();
    }
}

on_both! {
    async fn an_owner_who_looks_after_the_partnership_shares_accounts(world: World) {
        let second = world.account_of_host("Shop", "Stall", "shop").await;
        for account in [world.unshared, second] {
            make_owner(&world, &world.petra, account).await;
        }
        world.mails().await;
        let shared = share(&world, &world.petra, &of(&[world.unshared, second], &[&world.gus])).await.unwrap();
        assert_eq!(shared.message(), "2 accounts are shared with Northlight Studio.");
        let manager = AccountRole::AccountManager;
        assert_eq!(
            cards(&world, &world.gus).await,
            [("Payroll".to_owned(), manager), ("Shop".to_owned(), manager)]
        );
        assert!(cards(&world, &world.ann).await.is_empty(), "nobody else of the guest has them");
        // Gus is told once, the owners of each account of theirs.
        assert_eq!(
            world.mailed().await,
            ["gus@people.example", "olga@people.example", "oscar@people.example"]
        );
        assert_eq!(
            world.heard(&world.gus).await[0],
            "Petra Partner shared Payroll and Shop with Northlight Studio, for Gus Guestadmin as Account manager."
        );
        assert_eq!(world.notifications(&world.gus).await[0].link, format!("/partners/{}", world.partnership));
        assert_eq!(
            world.heard(&world.olga).await[0],
            "Petra Partner shared Payroll with Northlight Studio, for Gus Guestadmin as Account manager."
        );
        // He can ask for others from now on.
        let manager = world.ctx(&world.gus).await.account(second).await.unwrap().manager().unwrap();
        assert!(manager.request_access(&form(&[&world.ann])).await.is_ok());
    }

    async fn a_host_admin_who_owns_the_account_shares_it_and_it_ends_by_its_time(world: World) {
        make_owner(&world, &world.ada, world.unshared).await;
        let for_a_week = ShareForm { access_end: "7".to_owned(), ..of(&[world.unshared], &[&world.gus]) };
        share(&world, &world.ada, &for_a_week).await.unwrap();
        let gus = world.ctx(&world.gus).await.account(world.unshared).await.unwrap().manager().unwrap();
        gus.request_access(&form(&[&world.ann, &world.ben])).await.unwrap();
        let (accepted, waiting) = (world.line_of(&world.ann).await, world.line_of(&world.ben).await);
        let decider = world.ctx(&world.olga).await.account(world.unshared).await.unwrap().decider().unwrap();
        decider.accept(accepted, AcceptWith::default()).await.unwrap();
        world.pass(TimeDelta::days(7) - TimeDelta::microseconds(1));
        assert_eq!((cards(&world, &world.gus).await.len(), cards(&world, &world.ann).await.len()), (1, 1));
        world.pass(TimeDelta::microseconds(1));
        assert!(cards(&world, &world.gus).await.is_empty() && cards(&world, &world.ann).await.is_empty());
        world.mails().await;

        let other = world.another_server().await;
        let (one, two) = tokio::join!(world.services.mark_ended(), other.mark_ended());
        assert_eq!(one.unwrap() + two.unwrap(), 1, "marked by one of them");
        assert_eq!(world.cancel_reason(waiting).await, "account_unshared");
        let sentence = "Payroll is no longer shared with Northlight Studio: the time it was shared for is over.";
        for person in [&world.gus, &world.ann, &world.olga, &world.petra] {
            assert!(world.heard(person).await.contains(&sentence.to_owned()), "{}", person.name);
        }
        let reasons: i64 =
            world.one("SELECT count(*) FROM access_grant WHERE end_reason = 'unshared' AND state = 'revoked'", []).await;
        assert_eq!(reasons, 2);
        // It can be shared once more, as something new.
        share(&world, &world.ada, &of(&[world.unshared], &[&world.gus])).await.unwrap();
        assert!(cards(&world, &world.ann).await.is_empty(), "what has ended does not come back");
    }

    async fn an_ended_share_makes_room_for_a_new_one_before_anybody_has_marked_it(world: World) {
        make_owner(&world, &world.ada, world.account).await;
        world.run("UPDATE account_share SET ends_at = $1", [world.clock.now().into()]).await;
        let shared = share(&world, &world.ada, &of(&[world.account], &[&world.gus])).await.unwrap();
        assert_eq!(shared.message(), format!("{LABEL} is shared with Northlight Studio."));
        assert!(world.has_card(&world.gus).await);
        for former in [&world.mia, &world.max, &world.cora] {
            assert!(!world.has_card(former).await, "old grants never come back: {}", former.name);
        }
        assert_eq!(world.services.mark_ended().await.unwrap(), 0);
    }

    async fn sharing_needs_both_rights(world: World) {
        make_owner(&world, &world.ada, world.account).await;
        for person in [&world.petra, &world.ada, &world.hana, &world.olga, &world.gus, &world.mia, &world.tess] {
            world.ctx(person).await;
        }
        let before = world.everything().await;
        let form = of(&[world.unshared], &[&world.gus]);
        // Who looks after the partnership and does not own the account.
        for person in [&world.ada, &world.hana] {
            assert_eq!(words(share(&world, person, &form).await), OWNERS_ONLY, "{}", person.name);
        }
        assert_eq!(told(share(&world, &world.petra, &form).await), AppError::NotFound, "not one she sees");
        let of_hers = of(&[world.account], &[&world.gus]);
        assert_eq!(words(share(&world, &world.petra, &of_hers).await), OWNERS_ONLY, "she sees it, and no more");
        // Who owns the account and does not look after the partnership: it does not exist for her.
        assert_eq!(told(share(&world, &world.olga, &form).await), AppError::NotFound);
        // The guest, and others.
        assert_eq!(words(share(&world, &world.gus, &form).await), HOST_ONLY);
        for person in [&world.mia, &world.tess] {
            assert_eq!(told(share(&world, person, &form).await), AppError::NotFound, "{}", person.name);
        }
        assert_eq!(world.everything().await, before);
    }

    async fn one_account_too_many_and_nothing_is_shared(world: World) {
        make_owner(&world, &world.petra, world.unshared).await;
        let theirs = world.account_of(world.guest, "Theirs").await;
        let foreign = world.account_of(world.third, "Foreign").await;
        world.ctx(&world.petra).await;
        let before = world.everything().await;
        for other in [theirs, foreign, AccountId(Uuid::now_v7())] {
            let form = of(&[world.unshared, other], &[&world.gus]);
            assert_eq!(told(share(&world, &world.petra, &form).await), AppError::NotFound);
        }
        // People who are not of the partner do not exist here; those who are no Admins cannot be chosen.
        for other in [&world.tess, &world.hana] {
            let form = of(&[world.unshared], &[&world.gus, other]);
            assert_eq!(told(share(&world, &world.petra, &form).await), AppError::NotFound, "{}", other.name);
        }
        let problem = told(share(&world, &world.petra, &of(&[world.unshared], &[&world.ann])).await);
        assert!(problem.problem_with("members").is_some(), "{problem}");
        world.deactivate(&world.gus).await;
        let problem = told(share(&world, &world.petra, &of(&[world.unshared], &[&world.gus])).await);
        assert!(problem.problem_with("members").is_some(), "{problem}");
        assert_eq!(world.everything().await, before);
    }

    async fn nothing_is_shared_above_the_policy(world: World) {
        make_owner(&world, &world.petra, world.unshared).await;
        let highest_role = AccountRole::Collaborator;
        world.set_policy(PartnershipPolicy { highest_role, ..PartnershipPolicy::default() }).await;
        let problem = told(share(&world, &world.petra, &of(&[world.unshared], &[&world.gus])).await);
        assert!(problem.problem_with("highest_role").is_some(), "{problem}");
        let lower = ShareForm {
            highest_role: "collaborator".to_owned(),
            role: "collaborator".to_owned(),
            ..of(&[world.unshared], &[&world.gus])
        };
        share(&world, &world.petra, &lower).await.unwrap();
        assert_eq!(cards(&world, &world.gus).await, [("Payroll".to_owned(), AccountRole::Collaborator)]);
    }

    async fn what_is_shared_already_is_marked_and_not_doubled(world: World) {
        for account in [world.account, world.unshared] {
            make_owner(&world, &world.petra, account).await;
        }
        let sharer = world.ctx(&world.petra).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let offered = sharer.share_form(&[], "", None).await.unwrap();
        let marks: Vec<_> = offered.found.iter().map(|row| (row.label.as_str(), row.shared)).collect();
        assert_eq!(marks, [(LABEL, true), ("Payroll", false)]);
        assert_eq!(offered.people.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Gus Guestadmin"]);
        let both = of(&[world.account, world.unshared], &[&world.gus]);
        let shared = share(&world, &world.petra, &both).await.unwrap();
        assert_eq!(shared.message(), "Payroll is shared with Northlight Studio.");
        assert_eq!(shared.left(), [format!("Shared already, and left as it is: {LABEL}")]);
        assert!(!world.has_card(&world.gus).await, "what was shared already is left as it is");
        let before = world.everything().await;
        let again = share(&world, &world.petra, &both).await.unwrap();
        assert_eq!(again.message(), "Nothing was changed: these accounts are shared with Northlight Studio already.");
        assert_eq!(world.everything().await, before, "twice is once");
    }

    async fn accounts_to_share_are_searched_and_paged(world: World) {
        for number in 1..=60 {
            let account = world.account_of_host(&format!("Branch {number:02}"), "Till", "branch").await;
            make_owner(&world, &world.petra, account).await;
        }
        let sharer = world.ctx(&world.petra).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let first = sharer.share_form(&[], "branch till", None).await.unwrap();
        assert_eq!((first.found.len(), first.found[0].label.as_str()), (50, "Branch 01"));
        let chosen = [first.found[0].account];
        let second = sharer.share_form(&chosen, "branch", first.next.as_deref()).await.unwrap();
        assert_eq!((second.found.len(), second.next), (10, None));
        assert_eq!(second.chosen[0].label, "Branch 01");
        let rest = sharer.share_form(&chosen, "branch 0", None).await.unwrap();
        assert_eq!(rest.found[0].label, "Branch 02", "what is chosen is not offered twice");
        // Payroll is somebody else's.
        assert!(sharer.share_form(&[world.unshared], "payroll", None).await.unwrap().chosen.is_empty());
    }

    async fn sharing_at_once_by_two_owners_makes_one_share(world: World) {
        for owner in [&world.petra, &world.ada] {
            make_owner(&world, owner, world.unshared).await;
        }
        let second = world.account_of_host("Shop", "Stall", "shop").await;
        for owner in [&world.petra, &world.ada] {
            make_owner(&world, owner, second).await;
        }
        let other = world.another_server().await;
        let petra = world.ctx(&world.petra).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let ada = world.ctx_on(&other, &world.ada).await.partnership(world.partnership).await.unwrap();
        let ada = ada.sharer().unwrap();
        let (one, two) = (of(&[world.unshared, second], &[&world.gus]), of(&[second, world.unshared], &[&world.gus]));
        let (one, two) = tokio::join!(petra.share(&one), ada.share(&two));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!(one.shared.len() + two.shared.len(), 2);
        assert_eq!(one.already.len() + two.already.len(), 2);
        let shares = world.count("account_share WHERE state = 'active'").await;
        assert_eq!(shares, 3, "with the one that was there");
        assert_eq!(cards(&world, &world.gus).await.len(), 2);
        let grants: i64 =
            world.one("SELECT count(*) FROM access_grant WHERE member_id = $1", [world.gus.member.into()]).await;
        assert_eq!(grants, 2);
    }

    async fn nothing_is_shared_through_a_partnership_that_is_not_active(world: World) {
        make_owner(&world, &world.petra, world.unshared).await;
        let sharer = world.ctx(&world.petra).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let form = of(&[world.unshared], &[&world.gus]);
        for state in [PartnershipState::Suspended, PartnershipState::Removed, PartnershipState::Ended] {
            world.set_partnership(state.word()).await;
            let refused = AppError::from(Conflict::PartnershipIs { state });
            assert_eq!(told(share(&world, &world.petra, &form).await), refused);
        }
        // With a page from before.
        let refused = AppError::from(Conflict::PartnershipIs { state: PartnershipState::Ended });
        assert_eq!(told(sharer.share(&form).await), refused);
        assert_eq!(world.count("account_share").await, 1);
    }

    async fn a_guest_never_becomes_owner_by_any_path(world: World) {
        make_owner(&world, &world.petra, world.unshared).await;
        let owner = |form: ShareForm| ShareForm { role: "owner".to_owned(), ..form };
        let problem = told(share(&world, &world.petra, &owner(of(&[world.unshared], &[&world.gus]))).await);
        assert!(problem.problem_with("role").is_some(), "shared as Owner: {problem}");
        let highest = ShareForm { highest_role: "owner".to_owned(), ..of(&[world.unshared], &[&world.gus]) };
        let problem = told(share(&world, &world.petra, &highest).await);
        assert!(problem.problem_with("highest_role").is_some(), "shared up to Owner: {problem}");
        make_owner(&world, &world.petra, world.account).await;
        remove_all_guests(&world).await;
        let sharer = world.ctx(&world.petra).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let problem = told(sharer.share_again(world.share, &[world.gus.member], "owner").await);
        assert!(problem.problem_with("role").is_some(), "shared again as Owner: {problem}");
        share_again(&world, &world.petra, world.share, &[&world.gus]).await.unwrap();
        let mut asked = form(&[&world.ann]);
        asked.role = "owner".to_owned();
        assert!(told(world.send(&world.gus, &asked).await).problem_with("role").is_some(), "asked for Owner");
        assert!(world.change_role(&world.olga, &world.gus, AccountRole::Owner).await.is_err(), "raised to Owner");
        let given = domain::access_grant::GiveForm { members: vec![world.gus.member], role: "owner".to_owned() };
        let account = world.seen_by(&world.olga).await.owner().unwrap();
        assert_eq!(told(account.give_access(&given).await), AppError::NotFound, "given Owner like a colleague");
        let by_hand = "UPDATE access_grant SET role = 'owner' WHERE account_share_id IS NOT NULL";
        assert!(world.try_run(by_hand, []).await.is_err(), "and the table refuses it");
    }

    async fn an_account_unshared_while_pending_cancels_the_line_and_ends_access(world: World) {
        let line = world.pending().await;
        world.mails().await;
        let before = world.everything().await;
        for person in [&world.carl, &world.mia] {
            assert_eq!(words(stop(&world, person, world.account, world.share).await), OWNERS_ONLY, "{}", person.name);
        }
        for person in [&world.ann, &world.tess] {
            assert_eq!(told(stop(&world, person, world.account, world.share).await), AppError::NotFound);
        }
        assert_eq!(world.line_state(line).await, "pending");
        let message = stop(&world, &world.olga, world.account, world.share).await.unwrap();
        assert_eq!(message, format!("{LABEL} is no longer shared with Northlight Studio."));
        assert_eq!(
            (world.line_state(line).await.as_str(), world.cancel_reason(line).await.as_str()),
            ("cancelled", "account_unshared")
        );
        for guest in [&world.mia, &world.max, &world.cora] {
            assert!(!world.has_card(guest).await && !world.sees(guest).await, "{}", guest.name);
            let heard = world.heard(guest).await;
            assert!(
                heard.contains(&format!("Olga Owner stopped sharing {LABEL} with Northlight Studio.")),
                "{}: {heard:?}",
                guest.name
            );
        }
        for host in [&world.olga, &world.oscar, &world.carl] {
            assert!(world.has_card(host).await, "the host's own are untouched: {}", host.name);
        }
        // Those who lost access, the other owner and the partnership owner; who asked and the other owner of the line.
        assert_eq!(
            world.mailed().await,
            [
                "cora@people.example",
                "max@people.example",
                "mia@people.example",
                "mia@people.example",
                "oscar@people.example",
                "oscar@people.example",
                "petra@people.example"
            ]
        );
        assert_ne!(world.everything().await, before);
        let after = world.count("activity_event").await;
        assert_eq!(stop(&world, &world.olga, world.account, world.share).await.unwrap(), message);
        assert_eq!(world.count("activity_event").await, after, "twice is once");
        assert_eq!(told(world.accept(&world.olga, line).await).to_string(), "This request can no longer be decided: it is cancelled.");
    }

    async fn the_partnership_owner_and_host_admins_stop_sharing_their_own_partnerships(world: World) {
        let second = world.partnership(world.host, world.third, &world.carl).await;
        let other = world.share(world.account, second).await;
        // Petra looks after the other partnership only.
        assert_eq!(told(stop(&world, &world.petra, world.account, other).await), AppError::NotFound);
        assert!(stop(&world, &world.petra, world.account, world.share).await.is_ok());
        assert!(stop(&world, &world.ada, world.account, other).await.is_ok());
        // A share of another account, and none at all.
        let payroll = world.share(world.unshared, world.partnership).await;
        assert_eq!(told(stop(&world, &world.olga, world.account, payroll).await), AppError::NotFound);
        let none = AccountShareId(Uuid::now_v7());
        assert_eq!(told(stop(&world, &world.olga, world.account, none).await), AppError::NotFound);
        assert!(stop(&world, &world.hana, world.unshared, payroll).await.is_ok());
        assert_eq!(world.count("account_share WHERE state = 'active'").await, 0);
    }

    async fn a_share_is_stopped_while_the_partnership_is_suspended(world: World) {
        let line = world.pending().await;
        world.set_partnership("suspended").await;
        assert!(stop(&world, &world.ada, world.account, world.share).await.is_ok());
        assert_eq!(world.cancel_reason(line).await, "account_unshared");
        world.set_partnership("active").await;
        assert!(!world.has_card(&world.mia).await);
    }

    async fn old_grants_never_come_back(world: World) {
        make_owner(&world, &world.ada, world.account).await;
        stop(&world, &world.olga, world.account, world.share).await.unwrap();
        share(&world, &world.ada, &of(&[world.account], &[&world.gus])).await.unwrap();
        assert!(world.has_card(&world.gus).await);
        for former in [&world.mia, &world.max, &world.cora] {
            assert!(!world.has_card(former).await, "{}", former.name);
        }
        let new = share_of(&world, world.account).await;
        assert_ne!(new, world.share);
        assert!(stop(&world, &world.olga, world.account, world.share).await.is_ok(), "the old one has ended");
        assert!(world.has_card(&world.gus).await, "and stopping it once more touches nothing");
    }

    async fn overlapping_grants_end_each_by_itself_and_access_with_the_last_one(world: World) {
        make_owner(&world, &world.ada, world.unshared).await;
        let for_a_week = ShareForm { access_end: "30".to_owned(), ..of(&[world.unshared], &[&world.gus]) };
        share(&world, &world.ada, &for_a_week).await.unwrap();
        let share = share_of(&world, world.unshared).await;
        world.grant_on(share, world.unshared, &world.ann, AccountRole::Collaborator).await;
        let in_a_day = world.clock.now() + TimeDelta::days(1);
        let sql = "UPDATE access_grant SET ends_at = $1 WHERE member_id = $2";
        world.run(sql, [in_a_day.into(), world.ann.member.into()]).await;
        let gus = world.ctx(&world.gus).await.account(world.unshared).await.unwrap().manager().unwrap();
        let longer = domain::access_request::RequestForm { access_end: "7".to_owned(), ..form(&[&world.ann]) };
        assert!(gus.request_access(&longer).await.is_err(), "who has the role is asked for by themselves only");
        world.grant_on(share, world.unshared, &world.ann, AccountRole::AccountManager).await;
        assert_eq!(cards(&world, &world.ann).await, [("Payroll".to_owned(), AccountRole::AccountManager)]);
        world.pass(TimeDelta::days(1));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert_eq!(cards(&world, &world.ann).await.len(), 1, "the other one goes on");
        world.pass(TimeDelta::days(29));
        assert!(cards(&world, &world.ann).await.is_empty(), "and ends with the share");
    }

    async fn when_nobody_at_the_guest_has_access_any_more_the_share_stays_and_says_so(world: World) {
        make_owner(&world, &world.petra, world.account).await;
        let shares = async |person: &Person| {
            let partnership = world.ctx(person).await.partnership(world.partnership).await.unwrap();
            partnership.accounts("", None).await.unwrap().shares
        };
        let before = shares(&world.petra).await.remove(0);
        assert_eq!((before.people, before.can_share_again, before.can_stop), (3, false, true));
        assert!(share_again(&world, &world.petra, world.share, &[&world.gus]).await.is_err(), "three have it");
        remove_all_guests(&world).await;
        let alone = shares(&world.petra).await.remove(0);
        assert_eq!((alone.people, alone.can_share_again, alone.can_stop), (0, true, true));
        let by_admin = shares(&world.ada).await.remove(0);
        assert_eq!((by_admin.people, by_admin.can_share_again, by_admin.can_stop), (0, false, true), "not her account");

        world.mails().await;
        let message = share_again(&world, &world.petra, world.share, &[&world.gus]).await.unwrap();
        assert_eq!(message, format!("{LABEL} is shared with Northlight Studio again."));
        assert!(world.has_card(&world.gus).await);
        assert!(!world.has_card(&world.mia).await, "old grants never come back");
        assert_eq!(
            world.mailed().await,
            ["gus@people.example", "olga@people.example", "oscar@people.example"]
        );
        let before = world.everything().await;
        assert_eq!(share_again(&world, &world.petra, world.share, &[&world.gus]).await.unwrap(), message);
        assert_eq!(world.everything().await, before, "twice is once");
        let grace = world.guest_admin("Grace Guestadmin").await;
        assert_eq!(
            words(share_again(&world, &world.petra, world.share, &[&grace]).await),
            format!("Somebody at Northlight Studio has access to {LABEL} again, and can ask for others.")
        );
    }

    async fn who_shares_again_at_once_gives_access_once(world: World) {
        for owner in [&world.petra, &world.ada] {
            make_owner(&world, owner, world.account).await;
        }
        remove_all_guests(&world).await;
        let people = [world.gus.member];
        let petra = world.ctx(&world.petra).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let ada = world.ctx(&world.ada).await.partnership(world.partnership).await.unwrap().sharer().unwrap();
        let (one, two) = tokio::join!(
            petra.share_again(world.share, &people, "account_manager"),
            ada.share_again(world.share, &people, "account_manager")
        );
        assert_eq!(one.unwrap(), two.unwrap());
        let sql = "SELECT count(*) FROM access_grant WHERE member_id = $1";
        assert_eq!(world.one::<i64>(sql, [world.gus.member.into()]).await, 1);
    }

    async fn sharing_again_needs_both_rights_and_a_share_that_goes_on(world: World) {
        make_owner(&world, &world.petra, world.account).await;
        remove_all_guests(&world).await;
        assert_eq!(words(share_again(&world, &world.ada, world.share, &[&world.gus]).await), OWNERS_ONLY);
        assert_eq!(told(share_again(&world, &world.olga, world.share, &[&world.gus]).await), AppError::NotFound);
        assert_eq!(words(share_again(&world, &world.gus, world.share, &[&world.gus]).await), HOST_ONLY);
        let second = world.partnership(world.host, world.third, &world.petra).await;
        let other = world.share(world.account, second).await;
        assert_eq!(told(share_again(&world, &world.petra, other, &[&world.gus]).await), AppError::NotFound);
        world.stop_share().await;
        assert_eq!(
            words(share_again(&world, &world.petra, world.share, &[&world.gus]).await),
            "The account is no longer shared with this partner."
        );
    }

    async fn a_host_admin_sees_every_guest_member_and_a_guest_admin_their_own_people(world: World) {
        let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, 'mia', $2)";
        world.run(sql, [world.guest.into(), world.mia.member.into()]).await;
        let members = async |person: &Person, typed: &str| {
            let partnership = world.ctx(person).await.partnership(world.partnership).await.unwrap();
            partnership.members(typed, None).await.unwrap()
        };
        for person in [&world.ada, &world.hana, &world.petra] {
            let seen = members(person, "").await;
            let names: Vec<_> = seen.members.iter().map(|row| row.member.name.as_str()).collect();
            assert_eq!(names, ["Cora Collaborator", "Max Manager", "Mia Manager"], "{}", person.name);
            assert!(seen.host && seen.members.iter().all(|row| row.can_remove));
            assert_eq!(seen.members[0].accounts[0].label, LABEL);
            assert_eq!(seen.members[0].accounts[0].role, AccountRole::Collaborator);
        }
        let found = members(&world.ada, "MI").await;
        assert_eq!(found.members.iter().map(|row| row.member.name.as_str()).collect::<Vec<_>>(), ["Mia Manager"]);
        // Gus looks after the guest's people, and does not have the account: he does not learn what it is.
        let own = members(&world.gus, "").await;
        assert_eq!(own.members.len(), 3);
        assert!(own.members.iter().all(|row| row.accounts.is_empty() && row.more == 1 && !row.can_remove));
        let partnership = world.ctx(&world.gus).await.partnership(world.partnership).await.unwrap();
        assert!(partnership.accounts("", None).await.unwrap().shares.is_empty());
        world.grant(world.account, &world.gus, AccountRole::Collaborator, None).await;
        let partnership = world.ctx(&world.gus).await.partnership(world.partnership).await.unwrap();
        let shares = partnership.accounts("insta", None).await.unwrap().shares;
        assert_eq!((shares.len(), shares[0].can_stop, shares[0].people), (1, false, 4));
        assert!(partnership.accounts("bank", None).await.unwrap().shares.is_empty());
        for person in [&world.mia, &world.olga, &world.tess] {
            assert_eq!(
                told(world.ctx(person).await.partnership(world.partnership).await),
                AppError::NotFound,
                "{}",
                person.name
            );
        }
    }

    async fn a_guest_member_is_removed_from_everything_that_is_shared(world: World) {
        let payroll = world.share(world.unshared, world.partnership).await;
        world.grant_on(payroll, world.unshared, &world.mia, AccountRole::AccountManager).await;
        let line = world.pending().await;
        world.mails().await;
        let remove = async |person: &Person, whom: MemberId| {
            world.ctx(person).await.partnership(world.partnership).await?.guest_remover()?.remove(whom).await
        };
        assert_eq!(words(remove(&world.gus, world.mia.member).await), HOST_ONLY);
        for person in [&world.olga, &world.mia, &world.tess] {
            assert_eq!(told(remove(person, world.mia.member).await), AppError::NotFound, "{}", person.name);
        }
        for other in [world.ann.member, world.carl.member, world.tess.member, MemberId(Uuid::now_v7())] {
            assert_eq!(told(remove(&world.ada, other).await), AppError::NotFound);
        }
        let message = remove(&world.petra, world.mia.member).await.unwrap();
        assert_eq!(message, "Mia Manager no longer has access to accounts that are shared with Northlight Studio.");
        assert!(world.cards(&world.mia).await.is_empty());
        assert!(world.has_card(&world.max).await);
        assert_eq!(world.cancel_reason(line).await, "requester_lost_right");
        let heard = world.heard(&world.mia).await;
        assert!(
            heard.contains(&format!("Petra Partner removed the access of Mia Manager to {LABEL} and Payroll.")),
            "{heard:?}"
        );
        assert_eq!(
            world.mailed().await,
            ["mia@people.example", "mia@people.example", "olga@people.example", "oscar@people.example"],
            "of her access and of her request"
        );
        let before = world.count("activity_event").await;
        assert_eq!(remove(&world.petra, world.mia.member).await.unwrap(), message);
        assert_eq!(world.count("activity_event").await, before, "twice is once");
        world.set_partnership("ended").await;
        let refused = AppError::from(Conflict::PartnershipIs { state: PartnershipState::Ended });
        assert_eq!(told(remove(&world.ada, world.max.member).await), refused);
    }

    async fn pages_of_a_partner_visit_each_row_exactly_once(world: World) {
        for number in 0..60 {
            let account = world.account_of_host("Same label", "App", &format!("user {number}")).await;
            let share = world.share(account, world.partnership).await;
            let person = world.person(&format!("Guest{number:02} Same"), world.guest).await;
            world.grant_on(share, account, &person, AccountRole::Collaborator).await;
        }
        let partnership = world.ctx(&world.ada).await.partnership(world.partnership).await.unwrap();
        let (mut accounts, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = partnership.accounts("", after.as_deref()).await.unwrap();
            accounts.extend(page.shares.iter().map(|share| share.account));
            after = page.next;
            if after.is_none() { break }
        }
        assert_eq!(accounts.len(), 61);
        accounts.sort();
        accounts.dedup();
        assert_eq!(accounts.len(), 61);
        let (mut members, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = partnership.members("", after.as_deref()).await.unwrap();
            members.extend(page.members.iter().map(|row| row.member.member));
            after = page.next;
            if after.is_none() { break }
        }
        assert_eq!(members.len(), 63);
        members.sort();
        members.dedup();
        assert_eq!(members.len(), 63);
        // A place that none of our pages has named is the beginning.
        for after in ["nonsense", "~", "x~\0"] {
            assert_eq!(partnership.accounts("", Some(after)).await.unwrap().shares.len(), 50);
            assert_eq!(partnership.members("", Some(after)).await.unwrap().members.len(), 50);
        }
    }

    async fn the_members_tab_of_an_account_names_its_partners_to_those_who_look_after_them(world: World) {
        let second = world.partnership(world.host, world.third, &world.carl).await;
        world.share(world.account, second).await;
        let partners = async |person: &Person| {
            let members = world.seen_by(person).await.members(None, None).await.unwrap();
            let named = members.shares.into_iter().map(|share| (share.partner, share.can_stop, share.sees_partnership));
            named.collect::<Vec<_>>()
        };
        let (north, third) = ("Northlight Studio".to_owned(), "Third Street".to_owned());
        assert_eq!(partners(&world.olga).await, [(north.clone(), true, false), (third.clone(), true, false)]);
        assert_eq!(partners(&world.ada).await, [(north.clone(), true, true), (third, true, true)]);
        assert_eq!(partners(&world.petra).await, [(north, true, true)]);
        assert!(partners(&world.mia).await.is_empty(), "the guest sees nothing of it");
    }

    async fn an_owner_is_told_with_whom_an_account_can_be_shared(world: World) {
        let second = world.partnership(world.host, world.third, &world.olga).await;
        let partners = async |person: &Person| {
            let view = world.seen_by(person).await.share_partners().await.unwrap();
            view.partners.into_iter().map(|it| (it.partnership, it.shared)).collect::<Vec<(PartnershipId, bool)>>()
        };
        assert_eq!(partners(&world.olga).await, [(second, false)], "her own partnership");
        assert!(partners(&world.oscar).await.is_empty());
        make_owner(&world, &world.ada, world.account).await;
        assert_eq!(partners(&world.ada).await, [(world.partnership, true), (second, false)]);
        assert_eq!(words(world.seen_by(&world.carl).await.share_partners().await), OWNERS_ONLY);
    }
}
