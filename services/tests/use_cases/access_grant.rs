//! The end of access, changes of role, and removal.

use crate::world::{LABEL, World, form, services_on, start, told, words};
use chrono::TimeDelta;
use domain::access_request::RequestForm;
use domain::account::AccountRole;
use domain::activity::ActivityFilter;
use domain::partnership::PartnershipPolicy;
use domain::workspace::Founding;
use domain::{AppError, MemberId};
use services::Clock;
use uuid::Uuid;

const OWNERS_ONLY: &str = "Only an owner of the account can do this.";
const LAST_OWNER: &str = "This is the account's last owner. Make someone else Owner first.";
const WRONG_ROLE: &str = "This member cannot have this role on the account.";
const GUESTS_ONLY: &str =
    "You can remove only guests of this account. Ask an owner of the account to remove this member.";

/// Ann has access for one day.
async fn for_a_day(world: &World) {
    world.send(&world.mia, &RequestForm { access_end: "1".to_owned(), ..form(&[&world.ann]) }).await.unwrap();
    let line = world.line_of(&world.ann).await;
    world.accept(&world.olga, line).await.unwrap();
}

on_both! {
    async fn the_last_owner_who_has_another_role_as_well_stays_owner(world: World) {
        world.grant(world.account, &world.carl, AccountRole::Owner, None).await;
        for other in [&world.olga, &world.oscar] {
            world.remove(&world.carl, other).await.unwrap();
        }
        world.change_role(&world.carl, &world.carl, AccountRole::Owner).await.unwrap();
        assert_eq!(world.seen_by(&world.carl).await.header().role, Some(AccountRole::Owner));
    }

    async fn ended_access_is_not_honoured_from_that_very_moment_without_any_sweep(world: World) {
        let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, 'ann', $2)";
        world.run(sql, [world.guest.into(), world.ann.member.into()]).await;
        for_a_day(&world).await;
        world.pass(TimeDelta::days(1) - TimeDelta::microseconds(1));
        assert!(world.has_card(&world.ann).await);
        let holder = world.seen_by(&world.ann).await.holder().unwrap();
        let can_be_asked_for = async || {
            let manager = world.seen_by(&world.mia).await.manager().unwrap();
            manager.search_members("ann", AccountRole::Collaborator).await.unwrap().remove(0).blocked.is_none()
        };
        assert!(!can_be_asked_for().await);
        world.pass(TimeDelta::microseconds(1));
        assert!(!world.has_card(&world.ann).await);
        assert!(!world.sees(&world.ann).await);
        assert_eq!(told(holder.log_in().await), AppError::NotFound, "with a page from before");
        assert!(can_be_asked_for().await);
        let members = world.seen_by(&world.olga).await.members(None, None).await.unwrap().members;
        assert!(members.iter().all(|row| row.member.member != world.ann.member));
        assert_eq!(
            told(world.change_role(&world.olga, &world.ann, AccountRole::AccountManager).await),
            AppError::NotFound
        );
        let state: String =
            world.one("SELECT state FROM access_grant WHERE member_id = $1", [world.ann.member.into()]).await;
        assert_eq!(state, "active", "nobody has swept");
        assert!(world.send(&world.mia, &form(&[&world.ann])).await.is_ok());
    }

    async fn a_manager_whose_access_has_ended_asks_for_nobody(world: World) {
        let manager = world.seen_by(&world.mia).await.manager().unwrap();
        let end = world.clock.now() + TimeDelta::hours(1);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.mia.member.into()])
            .await;
        world.pass(TimeDelta::hours(1));
        assert_eq!(told(manager.request_access(&form(&[&world.ann])).await), AppError::NotFound);
    }

    async fn two_servers_that_sweep_at_once_tell_an_end_once(world: World) {
        for_a_day(&world).await;
        world.request_for(&[&world.ben]).await;
        world.mails().await;
        world.pass(TimeDelta::days(14));
        let other = world.another_server().await;
        let (one, two, three) =
            tokio::join!(world.services.mark_ended(), other.mark_ended(), world.services.mark_ended());
        assert_eq!(one.unwrap() + two.unwrap() + three.unwrap(), 2, "a grant and a line, each marked by one of them");
        assert_eq!(world.services.mark_ended().await.unwrap(), 0);
        let state: String =
            world.one("SELECT state FROM access_grant WHERE member_id = $1", [world.ann.member.into()]).await;
        assert_eq!(state, "expired");
        assert_eq!(world.heard(&world.ann).await[0], format!("The access of Ann Teammate to {LABEL} has ended."));
        assert_eq!(world.notifications(&world.ann).await[0].link, "/accounts");
        assert_eq!(
            world.mailed().await,
            ["ann@people.example", "mia@people.example", "olga@people.example", "oscar@people.example"]
        );
        let heard = format!("The request for Ben Teammate to have access to {LABEL} was not decided in time.");
        for person in [&world.mia, &world.olga, &world.oscar] {
            assert_eq!(world.heard(person).await[0], heard, "{}", person.name);
        }
    }

    async fn a_request_that_nobody_decided_is_told_of_once_for_all_its_people(world: World) {
        world.request_for(&[&world.ann, &world.ben, &world.gus]).await;
        let fay = world.person("Fay Fourth", world.guest).await;
        world.request_for(&[&fay]).await;
        world.mails().await;
        world.pass(TimeDelta::days(14));
        assert_eq!(world.services.mark_ended().await.unwrap(), 4);
        assert_eq!(world.mailed().await.len(), 2 * 3, "two requests, each told to two owners and the requester");
        let heard = world.heard(&world.mia).await;
        let sentence = format!(
            "The request for Ann Teammate, Ben Teammate and Gus Guestadmin to have access to {LABEL} was not decided in time."
        );
        assert!(heard.contains(&sentence), "{heard:?}");
    }

    async fn what_is_kept_while_suspended_has_not_ended_with_another_grant(world: World) {
        let lines = world.request_for(&[&world.ann]).await;
        let end = world.clock.now() + TimeDelta::hours(1);
        let sql = "INSERT INTO access_grant (id, account_id, member_id, role, source, account_share_id, state, created_at, ends_at)
                   SELECT $1, account_id, member_id, role, source, account_share_id, state, created_at, $2
                   FROM access_grant WHERE member_id = $3";
        let id = uuid::Uuid::now_v7();
        world.run(sql, [id.into(), end.into(), world.mia.member.into()]).await;
        world.set_partnership("suspended").await;
        world.mails().await;
        world.pass(TimeDelta::hours(1));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert!(world.mailed().await.is_empty(), "her other access goes on once the partnership does");
        world.set_partnership("active").await;
        assert_eq!(world.cards(&world.mia).await[0].role, AccountRole::AccountManager);
        assert_eq!(world.line_state(lines[0]).await, "pending");
    }

    async fn what_a_manager_asked_for_falls_when_their_access_ends_by_time(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        let others = world.send(&world.max, &form(&[&world.gus])).await.unwrap();
        world.mails().await;
        let end = world.clock.now() + TimeDelta::hours(1);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.mia.member.into()])
            .await;
        world.pass(TimeDelta::hours(1));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        for line in lines {
            assert_eq!(
                (world.line_state(line).await.as_str(), world.cancel_reason(line).await.as_str()),
                ("cancelled", "requester_lost_right")
            );
        }
        let pending = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending;
        assert_eq!(pending.len(), 1, "what somebody else asked for waits on: {others:?}");
        // Mia reads that her access has ended, and that her request has.
        assert_eq!(
            world.mailed().await,
            ["mia@people.example", "mia@people.example", "olga@people.example", "oscar@people.example"]
        );
    }

    async fn a_member_whose_access_goes_on_by_another_grant_is_not_told(world: World) {
        for_a_day(&world).await;
        world.grant(world.account, &world.ann, AccountRole::Collaborator, None).await;
        world.mails().await;
        world.pass(TimeDelta::days(1));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert!(world.has_card(&world.ann).await);
        assert!(world.mails().await.is_empty());
        assert_eq!(world.heard(&world.ann).await.len(), 1, "of the acceptance only");
    }

    async fn a_clock_set_back_brings_nothing_back(world: World) {
        for_a_day(&world).await;
        world.pass(TimeDelta::days(2));
        // Something happens after the end; then the program starts again on a machine whose clock is wrong.
        world.seen_by(&world.cora).await.holder().unwrap().log_in().await.unwrap();
        let clock = Clock::manual(start() + TimeDelta::hours(1));
        let restarted = services_on(&world.url, clock, Founding::Invitation).await;
        restarted.catch_up_with_time().await.unwrap();
        assert_eq!(restarted.now(), world.clock.now());
        let ctx = world.ctx_on(&restarted, &world.ann).await;
        assert!(ctx.accounts(&domain::account::AccountFilter::default()).await.unwrap().cards.is_empty());
        assert_eq!(told(ctx.account(world.account).await), AppError::NotFound);
    }

    async fn an_owner_changes_roles_and_the_end_stays(world: World) {
        for_a_day(&world).await;
        world.mails().await;
        let message = world.change_role(&world.olga, &world.ann, AccountRole::AccountManager).await.unwrap();
        assert_eq!(message, format!("Ann Teammate is now Account manager of {LABEL}."));
        let card = world.cards(&world.ann).await.remove(0);
        assert_eq!(
            (card.role, card.ends_at),
            (AccountRole::AccountManager, Some(world.clock.now() + TimeDelta::days(1)))
        );
        assert_eq!(world.mailed().await, ["ann@people.example"]);
        assert_eq!(
            world.heard(&world.ann).await[0],
            format!("Olga Owner changed the role of Ann Teammate on {LABEL} to Account manager.")
        );
        let before = world.everything().await;
        assert_eq!(world.change_role(&world.olga, &world.ann, AccountRole::AccountManager).await.unwrap(), message);
        assert_eq!(world.everything().await, before, "twice is once");
    }

    async fn a_guest_never_becomes_owner_nor_a_host_member_account_manager(world: World) {
        world.ctx(&world.olga).await;
        let before = world.everything().await;
        for guest in [&world.mia, &world.cora] {
            assert_eq!(words(world.change_role(&world.olga, guest, AccountRole::Owner).await), WRONG_ROLE);
        }
        for host in [&world.carl, &world.oscar] {
            assert_eq!(words(world.change_role(&world.olga, host, AccountRole::AccountManager).await), WRONG_ROLE);
        }
        assert_eq!(world.everything().await, before);
    }

    async fn only_owners_change_roles(world: World) {
        for person in [&world.carl, &world.cora, &world.mia, &world.ada, &world.hana, &world.petra] {
            assert_eq!(
                words(world.change_role(person, &world.cora, AccountRole::AccountManager).await),
                OWNERS_ONLY,
                "{}",
                person.name
            );
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            assert_eq!(
                told(world.change_role(person, &world.cora, AccountRole::AccountManager).await),
                AppError::NotFound
            );
        }
        assert_eq!(world.cards(&world.cora).await[0].role, AccountRole::Collaborator);
    }

    async fn the_role_of_somebody_without_access_is_not_found(world: World) {
        let former = &world.ben;
        world.grant(world.account, former, AccountRole::Collaborator, None).await;
        world.remove(&world.olga, former).await.unwrap();
        for member in [world.ann.member, former.member, world.tess.member, world.hana.member, MemberId(Uuid::now_v7())]
        {
            let owner = world.seen_by(&world.olga).await.owner().unwrap();
            assert_eq!(told(owner.change_role(member, AccountRole::Collaborator).await), AppError::NotFound);
        }
        world.deactivate(&world.cora).await;
        assert_eq!(
            told(world.change_role(&world.olga, &world.cora, AccountRole::AccountManager).await),
            AppError::NotFound
        );
        world.run("UPDATE account_share SET ends_at = $1", [world.clock.now().into()]).await;
        assert_eq!(
            told(world.change_role(&world.olga, &world.mia, AccountRole::Collaborator).await),
            AppError::NotFound
        );
    }

    async fn a_manager_who_becomes_collaborator_loses_what_they_asked_for(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        world.accept(&world.olga, lines[1]).await.unwrap();
        world.send(&world.max, &form(&[&world.gus])).await.unwrap();
        let others = world.line_of(&world.gus).await;
        world.mails().await;
        world.change_role(&world.olga, &world.mia, AccountRole::Collaborator).await.unwrap();
        assert_eq!(
            (world.line_state(lines[0]).await.as_str(), world.cancel_reason(lines[0]).await.as_str()),
            ("cancelled", "requester_lost_right")
        );
        assert_eq!(world.line_state(others).await, "pending", "another manager's request goes on");
        assert!(world.has_card(&world.ben).await, "what was accepted stays");
        assert_eq!(world.cards(&world.mia).await[0].role, AccountRole::Collaborator, "her own access goes on");
        let cancelled = format!(
            "The request for Ann Teammate to have access to {LABEL} was cancelled: the requester is \
             no longer an account manager of the account."
        );
        assert_eq!(world.heard(&world.oscar).await[0], cancelled);
        assert_eq!(
            world.heard(&world.mia).await[..2],
            [cancelled.clone(), format!("Olga Owner changed the role of Mia Manager on {LABEL} to Collaborator.")]
        );
        assert_eq!(world.mailed().await, ["mia@people.example", "mia@people.example", "oscar@people.example"]);
        let seen: Vec<String> = world
            .seen_by(&world.max)
            .await
            .activity(&ActivityFilter::default())
            .await
            .unwrap()
            .rows
            .into_iter()
            .map(|row| row.sentence)
            .collect();
        assert!(seen.contains(&cancelled), "her colleague sees it in the activity: {seen:?}");
    }

    async fn an_owner_removes_access_at_once_and_removing_twice_is_once(world: World) {
        let lines = world.request_for(&[&world.ann]).await;
        world.mails().await;
        let message = world.remove(&world.olga, &world.mia).await.unwrap();
        assert_eq!(message, format!("Mia Manager no longer has access to {LABEL}."));
        assert!(!world.has_card(&world.mia).await && !world.sees(&world.mia).await);
        assert_eq!(world.cancel_reason(lines[0]).await, "requester_lost_right");
        assert!(
            world
                .heard(&world.mia)
                .await
                .contains(&format!("Olga Owner removed the access of Mia Manager to {LABEL}."))
        );
        assert_eq!(world.mailed().await, ["mia@people.example", "mia@people.example", "oscar@people.example"]);
        let before = world.everything().await;
        assert_eq!(world.remove(&world.oscar, &world.mia).await.unwrap(), message);
        assert_eq!(
            world.everything().await[..7],
            [before[0], before[1], before[2], before[3] + 1, before[4], before[5], before[6]],
            "but for signing in"
        );
        assert!(world.send(&world.max, &form(&[&world.mia])).await.is_ok(), "she can be asked for again");
    }

    async fn all_of_a_members_grants_go_with_their_access(world: World) {
        world
            .grant(world.account, &world.cora, AccountRole::Collaborator, Some(world.clock.now() + TimeDelta::days(9)))
            .await;
        world.remove(&world.olga, &world.cora).await.unwrap();
        assert!(!world.has_card(&world.cora).await);
        let active: i64 = world
            .one(
                "SELECT count(*) FROM access_grant WHERE state = 'active' AND member_id = $1",
                [world.cora.member.into()],
            )
            .await;
        assert_eq!(active, 0);
    }

    async fn admins_and_the_partnership_owner_remove_guests_only(world: World) {
        for person in [&world.ada, &world.hana, &world.petra] {
            for host in [&world.carl, &world.olga] {
                assert_eq!(words(world.remove(person, host).await), GUESTS_ONLY, "{}", person.name);
            }
            assert_eq!(told(world.remove(person, &world.tess).await), AppError::NotFound);
        }
        assert!(world.remove(&world.ada, &world.cora).await.is_ok());
        assert!(world.remove(&world.petra, &world.max).await.is_ok());
        assert!(world.remove(&world.olga, &world.carl).await.is_ok());
        assert!(
            !world.has_card(&world.cora).await
                && !world.has_card(&world.max).await
                && !world.has_card(&world.carl).await
        );
    }

    async fn collaborators_managers_and_strangers_remove_nobody(world: World) {
        for person in [&world.carl, &world.cora, &world.mia] {
            assert_eq!(words(world.remove(person, &world.cora).await), OWNERS_ONLY, "{}", person.name);
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            assert_eq!(told(world.remove(person, &world.cora).await), AppError::NotFound);
        }
        assert_eq!(told(world.remove(&world.olga, &world.ann).await), AppError::NotFound, "who never had access");
        assert!(world.has_card(&world.cora).await);
    }

    async fn the_last_active_owner_stays(world: World) {
        world.remove(&world.olga, &world.oscar).await.unwrap();
        assert_eq!(words(world.remove(&world.olga, &world.olga).await), LAST_OWNER);
        assert_eq!(words(world.change_role(&world.olga, &world.olga, AccountRole::Collaborator).await), LAST_OWNER);
        world.change_role(&world.olga, &world.carl, AccountRole::Owner).await.unwrap();
        world.deactivate(&world.carl).await;
        assert_eq!(words(world.remove(&world.olga, &world.olga).await), LAST_OWNER, "one who cannot act is none");
        assert!(world.has_card(&world.olga).await);
    }

    async fn two_owners_who_remove_each_other_at_once_leave_one(world: World) {
        let (olga, oscar) =
            (world.seen_by(&world.olga).await.remover().unwrap(), world.seen_by(&world.oscar).await.remover().unwrap());
        let (one, other) = tokio::join!(olga.remove(world.oscar.member), oscar.remove(world.olga.member));
        assert_ne!(one.is_ok(), other.is_ok());
        let owners: i64 = world
            .one(
                "SELECT count(*) FROM access_grant WHERE role = 'owner' AND state = 'active' AND account_id = $1",
                [world.account.into()],
            )
            .await;
        assert_eq!(owners, 1);
    }

    async fn a_removal_and_an_acceptance_at_once_leave_no_access_without_a_right(world: World) {
        let line = world.pending().await;
        let (remover, decider) =
            (world.seen_by(&world.oscar).await.remover().unwrap(), world.seen_by(&world.olga).await.decider().unwrap());
        let (removed, accepted) = tokio::join!(
            remover.remove(world.mia.member),
            decider.accept(line, domain::access_request::AcceptWith::default())
        );
        assert!(removed.is_ok());
        let state = world.line_state(line).await;
        assert_eq!(accepted.is_ok(), state == "accepted");
        assert_eq!(accepted.is_err(), state == "cancelled", "{state}");
        assert_eq!(world.has_card(&world.ann).await, state == "accepted");
    }

    async fn a_guest_is_not_raised_above_what_the_partnership_allows(world: World) {
        let raise = async || world.change_role(&world.olga, &world.cora, AccountRole::AccountManager).await;
        world.run("UPDATE account_share SET highest_role = 'collaborator'", []).await;
        assert_eq!(words(raise().await), "The partnership does not allow this role on the account.");
        world.run("UPDATE account_share SET highest_role = 'account_manager'", []).await;
        let highest_role = AccountRole::Collaborator;
        world.set_policy(PartnershipPolicy { highest_role, ..PartnershipPolicy::default() }).await;
        assert_eq!(words(raise().await), "The partnership does not allow this role on the account.");
        world.set_policy(PartnershipPolicy::default()).await;
        assert!(raise().await.is_ok());
        // Lowering is always possible.
        world.set_policy(PartnershipPolicy { highest_role, ..PartnershipPolicy::default() }).await;
        assert!(world.change_role(&world.olga, &world.cora, AccountRole::Collaborator).await.is_ok());
    }

    async fn a_new_owner_can_do_what_owners_can_and_has_no_end(world: World) {
        world
            .run(
                "UPDATE access_grant SET ends_at = $1 WHERE member_id = $2",
                [(world.clock.now() + TimeDelta::days(1)).into(), world.carl.member.into()],
            )
            .await;
        world.change_role(&world.olga, &world.carl, AccountRole::Owner).await.unwrap();
        let card = world.cards(&world.carl).await.remove(0);
        assert_eq!((card.role, card.ends_at), (AccountRole::Owner, None));
        let line = world.pending().await;
        assert!(world.mailed().await.contains(&world.carl.email));
        assert!(world.decline(&world.carl, line, "").await.is_ok());
    }
}
