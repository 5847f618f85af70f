//! An owner accepts or declines, line by line.

use crate::world::{LABEL, World, form, told, words};
use chrono::TimeDelta;
use domain::access_request::{AcceptWith, AccessEnd, Decided, RequestForm};
use domain::account::AccountRole;
use domain::partnership::PartnershipPolicy;
use domain::{AppError, Conflict, RequestLineId};
use services::access_request::accept_with;
use uuid::Uuid;

const OWNERS_ONLY: &str = "Only an owner of the account can do this.";
const SUSPENDED: &str = "The partnership is suspended. Requests wait until it is resumed.";
const MORE_THAN_ASKED: &str = "You can accept at most what was asked for.";
const MORE_THAN_POLICY: &str =
    "The partnership's policy no longer allows this much. Accept with a lower role or a shorter time.";
const CANCELLED: &str = "This request can no longer be decided: it is cancelled.";
const EXPIRED: &str = "This request can no longer be decided: it is expired.";

async fn asked(world: &World, form: RequestForm) -> RequestLineId {
    world.send(&world.mia, &form).await.unwrap();
    world.line_of(&world.ann).await
}

fn role(role: AccountRole) -> AcceptWith {
    AcceptWith { role: Some(role), end: None }
}

fn end(end: AccessEnd) -> AcceptWith {
    AcceptWith { role: None, end: Some(end) }
}

on_both! {
    async fn an_owner_accepts_as_asked(world: World) {
        let line = asked(&world, RequestForm { access_end: "7".to_owned(), ..form(&[&world.ann]) }).await;
        world.mails().await;
        world.pass(TimeDelta::hours(5));
        let decided = world.accept(&world.olga, line).await.unwrap();
        assert_eq!(decided.message(), format!("Ann Teammate now has access to {LABEL}."));
        let card = world.cards(&world.ann).await.remove(0);
        assert_eq!((card.account, card.role), (world.account, AccountRole::Collaborator));
        assert_eq!(card.ends_at, Some(world.clock.now() + TimeDelta::days(7)), "days count from acceptance");
        assert!(world.seen_by(&world.ann).await.holder().unwrap().log_in().await.is_ok());
        let members = world.seen_by(&world.olga).await.members(None, None).await.unwrap();
        assert!(members.pending.is_empty());
        let ann = members.members.iter().find(|row| row.member.member == world.ann.member).unwrap();
        assert_eq!((ann.via.as_str(), ann.role), ("Request", AccountRole::Collaborator));

        let sentence = format!(
            "Olga Owner accepted the request for Ann Teammate: access to {LABEL} as Collaborator, \
             until 9 March 2026, 14:30 UTC."
        );
        for person in [&world.mia, &world.ann, &world.oscar] {
            assert_eq!(world.heard(person).await[0], sentence, "{}", person.name);
        }
        assert_eq!(world.heard(&world.olga).await.len(), 1, "who decides is not told");
        let mails = world.mails().await;
        let to: Vec<&str> = mails.iter().map(|mail| mail.to_address.as_str()).collect();
        assert_eq!(to, ["ann@people.example", "mia@people.example", "oscar@people.example"]);
        assert!(mails.iter().all(|mail| mail.subject == format!("Accepted: access to {LABEL} for Ann Teammate")));
        assert!(mails[0].text.contains("The account is on your All accounts page now."));
        assert!(mails[0].text.contains(&format!("https://latchkey.example/accounts/{}\n", world.account)));
    }

    async fn an_owner_declines_with_a_note(world: World) {
        let line = world.pending().await;
        world.mails().await;
        let decided = world.decline(&world.oscar, line, "  Ask again after\r\nthe <audit>.  ").await.unwrap();
        assert_eq!(decided.message(), "The request for Ann Teammate was declined.");
        assert!(!world.has_card(&world.ann).await);
        for person in [&world.mia, &world.ann, &world.olga] {
            let heard = &world.notifications(person).await[0];
            assert_eq!(
                heard.sentence,
                format!("Oscar Owner declined the request for Ann Teammate to have access to {LABEL}.")
            );
            assert_eq!(heard.note.as_deref(), Some("Ask again after\nthe <audit>."));
        }
        let mails = world.mails().await;
        assert_eq!(mails.len(), 3);
        for mail in mails {
            assert!(mail.text.contains("Note: Ask again after\n    the <audit>."), "{}", mail.text);
            assert!(mail.html.contains("the &lt;audit&gt;."));
        }
    }

    async fn a_note_that_is_too_long_declines_nothing(world: World) {
        let line = world.pending().await;
        let error = told(world.decline(&world.olga, line, &"x".repeat(1_001)).await);
        assert_eq!(error.problem_with("note"), Some("The note has 1,001 characters. Shorten it to at most 1,000."));
        assert_eq!(world.line_state(line).await, "pending");
    }

    async fn an_owner_accepts_less_than_was_asked(world: World) {
        let ask = RequestForm {
            role: "account_manager".to_owned(),
            access_end: "30".to_owned(),
            ..form(&[&world.ann, &world.ben])
        };
        let line = asked(&world, ask).await;
        let with = accept_with("collaborator", "7", "", world.clock.now()).unwrap();
        world.accept_with(&world.olga, line, with).await.unwrap();
        let card = world.cards(&world.ann).await.remove(0);
        assert_eq!(
            (card.role, card.ends_at),
            (AccountRole::Collaborator, Some(world.clock.now() + TimeDelta::days(7)))
        );
        let ben = world.line_of(&world.ben).await;
        // A day that was entered counts, whatever stands beside it.
        let with = accept_with("", "30", "2026-03-10", world.clock.now()).unwrap();
        world.accept_with(&world.olga, ben, with).await.unwrap();
        let card = world.cards(&world.ben).await.remove(0);
        assert_eq!(
            (card.role, card.ends_at),
            (AccountRole::AccountManager, Some("2026-03-11T00:00:00Z".parse().unwrap()))
        );
    }

    async fn nobody_accepts_more_than_was_asked(world: World) {
        let line = asked(&world, RequestForm { access_end: "7".to_owned(), ..form(&[&world.ann]) }).await;
        world.ctx(&world.olga).await;
        let before = world.everything().await;
        for with in [
            role(AccountRole::AccountManager),
            role(AccountRole::Owner),
            end(AccessEnd::Never),
            end(AccessEnd::Days(30)),
        ] {
            assert_eq!(words(world.accept_with(&world.olga, line, with).await), MORE_THAN_ASKED, "{with:?}");
        }
        assert_eq!(world.everything().await, before);
    }

    async fn whoever_comes_late_by_the_link_reads_what_became_of_the_request(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben, &world.gus]).await;
        let told = async |person, line| world.seen_by(person).await.members(None, Some(line)).await.unwrap().told;
        assert_eq!(told(&world.olga, lines[0]).await, None, "it waits, and is in view");
        world.accept(&world.olga, lines[0]).await.unwrap();
        world.decline(&world.oscar, lines[1], "No").await.unwrap();
        world.deactivate(&world.gus).await;
        assert!(world.accept(&world.olga, lines[2]).await.is_err());
        for person in [&world.olga, &world.oscar, &world.mia] {
            for (line, words) in lines.iter().zip([
                "The request for Ann Teammate no longer waits: accepted by Olga Owner on 2 March 2026, 09:30 UTC.",
                "The request for Ben Teammate no longer waits: declined by Oscar Owner on 2 March 2026, 09:30 UTC.",
                "The request for Gus Guestadmin no longer waits: cancelled on 2 March 2026, 09:30 UTC.",
            ]) {
                assert_eq!(told(person, *line).await.as_deref(), Some(words), "{}", person.name);
            }
        }
        let other = world.ctx(&world.olga).await.account(world.unshared).await.unwrap();
        assert_eq!(other.members(None, Some(lines[0])).await.unwrap().told, None, "a line of another account");
        assert_eq!(told(&world.olga, RequestLineId(Uuid::now_v7())).await, None);
    }

    async fn the_line_that_a_mail_is_about_is_in_view_however_many_wait(world: World) {
        let mut people = Vec::new();
        for n in 0..100 {
            people.push(world.person(&format!("Crowd{n} Newcomer"), world.guest).await);
        }
        world.request_for(&people.iter().collect::<Vec<_>>()).await;
        world.pass(TimeDelta::minutes(1));
        let last = world.request_for(&[&world.ann]).await[0];
        let owner = world.seen_by(&world.olga).await;
        let page = owner.members(None, None).await.unwrap();
        assert_eq!((page.pending.len(), page.more_pending), (100, 1));
        assert!(page.pending.iter().all(|line| line.line != last));
        let page = owner.members(None, Some(last)).await.unwrap();
        assert_eq!((page.pending.len(), page.more_pending, page.told), (100, 1, None));
        assert_eq!(page.pending.last().unwrap().line, last);
    }

    async fn the_fields_of_accept_with_changes_are_checked(world: World) {
        let now = world.clock.now();
        for (role, end, date, field) in [
            ("boss", "", "", "role"),
            ("", "3", "", "access_end"),
            ("", "date", "", "access_end_date"),
            ("", "date", "2026-03-01", "access_end_date"),
        ] {
            assert!(told(accept_with(role, end, date, now)).problem_with(field).is_some(), "{role} {end} {date}");
        }
        assert_eq!(accept_with("", "", "", now).unwrap(), AcceptWith::default());
    }

    async fn every_choice_that_is_offered_for_accepting_is_accepted(world: World) {
        let mut people = Vec::new();
        for n in 0..12 {
            people.push(world.person(&format!("Choice{n} Newcomer"), world.guest).await);
        }
        world
            .send(
                &world.mia,
                &RequestForm {
                    role: "account_manager".to_owned(),
                    access_end: "30".to_owned(),
                    ..form(&people.iter().collect::<Vec<_>>())
                },
            )
            .await
            .unwrap();
        for longest_days in [None, Some(8)] {
            world.set_policy(PartnershipPolicy { longest_days, ..PartnershipPolicy::default() }).await;
            let pending = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending;
            let choices = pending[0].decide.clone().unwrap();
            assert_eq!(choices.roles, [AccountRole::Collaborator, AccountRole::AccountManager]);
            let ends: Vec<&str> = choices.ends.iter().map(|choice| choice.value.as_str()).collect();
            if longest_days.is_none() {
                assert_eq!(ends, ["30", "7", "1"]);
            } else {
                assert_eq!(ends, ["7", "1"]);
            }
            let first_and_last = [choices.first_day.clone(), choices.last_day.clone().unwrap()];
            let days = first_and_last.iter().map(|day| ("30", day.as_str()));
            let fields = ends.iter().map(|end| (*end, "")).chain(days);
            for ((end, day), line) in fields.zip(&pending) {
                let with = accept_with("", end, day, world.clock.now()).unwrap();
                let accepted = world.accept_with(&world.olga, line.line, with).await;
                assert!(accepted.is_ok(), "{longest_days:?} {end} {day}: {accepted:?}");
            }
        }
    }

    async fn a_policy_that_became_stricter_binds_the_owner(world: World) {
        let ask = RequestForm { role: "account_manager".to_owned(), ..form(&[&world.ann]) };
        let line = asked(&world, ask).await;
        world
            .set_policy(PartnershipPolicy {
                highest_role: AccountRole::Collaborator,
                longest_days: Some(7),
                ..PartnershipPolicy::default()
            })
            .await;
        assert_eq!(words(world.accept(&world.olga, line).await), MORE_THAN_POLICY);
        assert_eq!(
            words(world.accept_with(&world.olga, line, role(AccountRole::Collaborator)).await),
            MORE_THAN_POLICY
        );
        let offered = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending.remove(0).decide.unwrap();
        assert_eq!((offered.roles, offered.last_day.as_deref()), (vec![AccountRole::Collaborator], Some("2026-03-09")));
        assert_eq!(world.line_state(line).await, "pending");
        let with = AcceptWith { role: Some(AccountRole::Collaborator), end: Some(AccessEnd::Days(7)) };
        assert!(world.accept_with(&world.olga, line, with).await.is_ok());
    }

    async fn a_day_that_has_passed_meanwhile_is_not_accepted(world: World) {
        let line = asked(
            &world,
            RequestForm {
                access_end: "date".to_owned(),
                access_end_date: "2026-03-03".to_owned(),
                ..form(&[&world.ann])
            },
        )
        .await;
        world.pass(TimeDelta::days(2));
        assert_eq!(
            words(world.accept(&world.olga, line).await),
            "The end of access that was asked for has passed. Decline the request, and ask for a new one."
        );
        assert!(world.decline(&world.olga, line, "").await.is_ok());
    }

    async fn what_the_request_stood_on_is_looked_at_again(world: World) {
        let line = async || {
            let person = world.person(&format!("Fresh{} Newcomer", Uuid::now_v7().simple()), world.guest).await;
            world.send(&world.max, &form(&[&person])).await.unwrap();
            (world.line_of(&person).await, person)
        };
        let mut lines = Vec::new();
        for _ in 0..5 {
            lines.push(line().await);
        }
        let refused = async |n: usize, reason: &str| {
            let (line, person) = &lines[n];
            let decided = if n.is_multiple_of(2) {
                world.accept(&world.olga, *line).await
            } else {
                world.decline(&world.olga, *line, "no").await
            };
            let told_as = words(decided);
            assert_eq!(
                (told_as.as_str(), world.line_state(*line).await.as_str()),
                (CANCELLED, "cancelled"),
                "{reason}"
            );
            assert_eq!(world.cancel_reason(*line).await, reason);
            let grants: i64 =
                world.one("SELECT count(*) FROM access_grant WHERE member_id = $1", [person.member.into()]).await;
            assert_eq!(grants, 0);
            // Late again: the same answer, and nothing happens twice.
            let before = world.everything().await;
            assert_eq!(words(world.accept(&world.olga, *line).await), CANCELLED);
            assert_eq!(words(world.decline(&world.olga, *line, "").await), CANCELLED);
            assert_eq!(world.everything().await, before);
        };
        world.deactivate(&lines[0].1).await;
        refused(0, "member_removed").await;
        world.run("UPDATE account_share SET state = 'stopped'", []).await;
        refused(1, "account_unshared").await;
        // Removing a partnership stops its shares too. It is the partnership that is named.
        world.set_partnership("removed").await;
        refused(2, "partnership_removed").await;
        world.set_partnership("active").await;
        world.run("UPDATE account_share SET state = 'active'", []).await;
        // Its end passed without any act.
        world
            .run(
                "UPDATE access_grant SET ends_at = $1 WHERE member_id = $2",
                [world.clock.now().into(), world.max.member.into()],
            )
            .await;
        refused(3, "requester_lost_right").await;
        world.run("UPDATE access_grant SET ends_at = NULL WHERE member_id = $1", [world.max.member.into()]).await;
        world.mails().await;
        world.deactivate(&world.max).await;
        refused(4, "requester_lost_right").await;
        assert_eq!(world.mailed().await, ["oscar@people.example"], "the requester cannot act, and is not told");
    }

    async fn suspended_a_line_waits_and_its_time_stands_still(world: World) {
        let line = world.pending().await;
        world.set_partnership("suspended").await;
        let refused = async || {
            assert_eq!(words(world.accept(&world.olga, line).await), SUSPENDED);
            assert_eq!(words(world.decline(&world.olga, line, "").await), SUSPENDED);
            assert_eq!(world.line_state(line).await, "pending");
            let shown = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending.remove(0);
            assert_eq!((shown.decide, shown.blocked.as_deref()), (None, Some(SUSPENDED)));
        };
        refused().await;
        world.pass(TimeDelta::days(60));
        refused().await;
        assert_eq!(world.services.mark_ended().await.unwrap(), 0);
        refused().await;
    }

    async fn what_adds_nothing_any_more_is_superseded(world: World) {
        let line = world.pending().await;
        world.grant(world.account, &world.ann, AccountRole::AccountManager, None).await;
        world.mails().await;
        let decided = world.accept(&world.olga, line).await.unwrap();
        assert_eq!(
            decided.message(),
            format!("Ann Teammate already had this access to {LABEL}, so there was nothing to add.")
        );
        assert_eq!(world.line_state(line).await, "superseded");
        let grants: i64 =
            world.one("SELECT count(*) FROM access_grant WHERE member_id = $1", [world.ann.member.into()]).await;
        assert_eq!(grants, 1);
        assert_eq!(world.mailed().await, ["mia@people.example", "oscar@people.example"]);
        let before = world.everything().await;
        assert!(matches!(world.accept(&world.olga, line).await, Ok(Decided::Superseded { .. })));
        assert_eq!(world.everything().await, before);
    }

    async fn nobody_decides_too_late(world: World) {
        let line = world.pending().await;
        let other = world.request_for(&[&world.ben]).await[0];
        world.pass(TimeDelta::days(14) - TimeDelta::microseconds(1));
        assert!(world.accept(&world.olga, other).await.is_ok(), "the last microsecond counts");
        world.pass(TimeDelta::microseconds(1));
        assert_eq!(words(world.accept(&world.olga, line).await), EXPIRED);
        assert_eq!(words(world.decline(&world.olga, line, "").await), EXPIRED);
        assert!(world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending.is_empty());
        world.services.mark_ended().await.unwrap();
        assert_eq!(words(world.accept(&world.olga, line).await), EXPIRED);
        assert!(!world.has_card(&world.ann).await);
        assert!(world.send(&world.mia, &form(&[&world.ann])).await.is_ok(), "she can ask again with one act");
    }

    async fn the_same_decision_twice_happens_once(world: World) {
        let (accepted, declined) = (world.pending().await, world.request_for(&[&world.ben]).await[0]);
        world.accept(&world.olga, accepted).await.unwrap();
        world.decline(&world.olga, declined, "No").await.unwrap();
        world.ctx(&world.oscar).await;
        world.mails().await;
        let before = world.everything().await;
        for owner in [&world.olga, &world.oscar] {
            let again = world.accept(owner, accepted).await.unwrap();
            assert_eq!(again.message(), format!("Ann Teammate now has access to {LABEL}."));
            assert!(world.decline(owner, declined, "Another note").await.is_ok());
        }
        assert_eq!(world.everything().await, before);
        assert!(world.mails().await.is_empty());
    }

    async fn the_opposite_decision_is_told_who_was_first(world: World) {
        let (accepted, declined) = (world.pending().await, world.request_for(&[&world.ben]).await[0]);
        world.accept(&world.olga, accepted).await.unwrap();
        world.decline(&world.olga, declined, "No").await.unwrap();
        world.pass(TimeDelta::hours(3));
        assert_eq!(
            words(world.decline(&world.oscar, accepted, "").await),
            "Already accepted by Olga Owner at 2 March 2026, 09:30 UTC."
        );
        assert_eq!(
            words(world.accept(&world.oscar, declined).await),
            "Already declined by Olga Owner at 2 March 2026, 09:30 UTC."
        );
        assert!(world.has_card(&world.ann).await && !world.has_card(&world.ben).await);
        // Taking the access away later leaves the decision as it was.
        world.remove(&world.olga, &world.ann).await.unwrap();
        assert_eq!(world.line_state(accepted).await, "accepted");
        assert_eq!(
            words(world.decline(&world.oscar, accepted, "").await),
            "Already accepted by Olga Owner at 2 March 2026, 09:30 UTC."
        );
    }

    async fn nobody_decides_their_own_request_even_as_a_member_of_both_companies(world: World) {
        let there = world.also_in(&world.olga, world.guest).await;
        world.grant(world.account, &there, AccountRole::AccountManager, None).await;
        world.send(&there, &form(&[&world.ann])).await.unwrap();
        let line = world.line_of(&world.ann).await;
        let own = "You made this request, so another owner has to decide it.";
        assert_eq!(words(world.accept(&world.olga, line).await), own);
        assert_eq!(words(world.decline(&world.olga, line, "").await), own);
        let shown = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending.remove(0);
        assert_eq!((shown.decide, shown.blocked.as_deref()), (None, Some(own)));
        assert!(world.accept(&world.oscar, line).await.is_ok());
    }

    async fn a_guest_manager_cannot_decide(world: World) {
        let line = world.pending().await;
        for person in [&world.mia, &world.max, &world.cora, &world.carl, &world.petra, &world.ada, &world.hana] {
            world.ctx(person).await;
        }
        let before = world.everything().await;
        for person in [&world.mia, &world.max, &world.cora, &world.carl, &world.petra, &world.ada, &world.hana] {
            assert_eq!(words(world.accept(person, line).await), OWNERS_ONLY, "{}", person.name);
            assert_eq!(words(world.decline(person, line, "").await), OWNERS_ONLY, "{}", person.name);
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            world.ctx(person).await;
            assert_eq!(told(world.accept(person, line).await), AppError::NotFound, "{}", person.name);
            assert_eq!(told(world.decline(person, line, "").await), AppError::NotFound, "{}", person.name);
        }
        assert_eq!(world.everything().await[..3], before[..3]);
        assert_eq!(world.line_state(line).await, "pending");
    }

    async fn a_host_admin_decides_only_when_there_is_no_active_owner(world: World) {
        let (line, other) = (world.pending().await, world.request_for(&[&world.ben]).await[0]);
        assert_eq!(words(world.accept(&world.ada, line).await), OWNERS_ONLY);
        world.deactivate(&world.olga).await;
        assert_eq!(words(world.accept(&world.ada, line).await), OWNERS_ONLY);
        world.deactivate(&world.oscar).await;
        let shown = world.seen_by(&world.ada).await.members(None, None).await.unwrap().pending;
        assert!(shown.len() == 2 && shown.iter().all(|line| line.decide.is_some()));
        assert!(world.accept(&world.ada, line).await.is_ok());
        assert!(world.decline(&world.hana, other, "").await.is_ok());
        assert!(world.ctx(&world.petra).await.account(world.account).await.unwrap().decider().is_err());
        assert_eq!(words(world.change_role(&world.ada, &world.cora, AccountRole::AccountManager).await), OWNERS_ONLY);
    }

    async fn a_line_of_another_account_or_of_none_is_not_found(world: World) {
        let line = world.pending().await;
        world.ctx(&world.olga).await;
        let before = world.everything().await;
        let other = world.ctx(&world.olga).await.account(world.unshared).await.unwrap();
        assert_eq!(
            told(other.clone().decider().unwrap().accept(line, AcceptWith::default()).await),
            AppError::NotFound
        );
        assert_eq!(told(other.decider().unwrap().decline(line, "").await), AppError::NotFound);
        let never_given = RequestLineId(Uuid::now_v7());
        assert_eq!(told(world.accept(&world.olga, never_given).await), AppError::NotFound);
        assert_eq!(told(world.decline(&world.olga, never_given, "").await), AppError::NotFound);
        assert_eq!(world.everything().await, before);
    }

    async fn an_owner_who_was_lowered_loses_the_right_and_a_new_one_has_it_at_once(world: World) {
        let line = world.pending().await;
        let held = world.seen_by(&world.oscar).await.decider().unwrap();
        world.change_role(&world.olga, &world.oscar, AccountRole::Collaborator).await.unwrap();
        assert_eq!(words(held.accept(line, AcceptWith::default()).await), OWNERS_ONLY, "with a page from before");
        world.change_role(&world.olga, &world.carl, AccountRole::Owner).await.unwrap();
        assert!(world.accept(&world.carl, line).await.is_ok());
    }

    async fn several_lines_of_one_request_are_decided_each_for_itself(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben, &world.gus]).await;
        world.accept(&world.olga, lines[0]).await.unwrap();
        world.decline(&world.oscar, lines[1], "").await.unwrap();
        assert!(
            world.has_card(&world.ann).await && !world.has_card(&world.ben).await && !world.has_card(&world.gus).await
        );
        assert_eq!(world.line_state(lines[2]).await, "pending");
    }

    async fn fifty_owners_at_once_make_one_decision(world: World) {
        let line = world.pending().await;
        world.mails().await;
        let other = world.another_server().await;
        let mut accounts = Vec::new();
        for n in 0..50 {
            let owner = world.person(&format!("Owner{n} Fiftieth"), world.host).await;
            world.grant(world.account, &owner, AccountRole::Owner, None).await;
            let services = if n % 4 < 2 { &world.services } else { &other };
            accounts
                .push((owner.name.clone(), world.ctx_on(services, &owner).await.account(world.account).await.unwrap()));
        }
        let events = world.count("activity_event").await;
        let start = std::sync::Arc::new(tokio::sync::Barrier::new(accounts.len()));
        let tasks: Vec<_> = accounts
            .into_iter()
            .enumerate()
            .map(|(n, (name, account))| {
                let start = start.clone();
                tokio::spawn(async move {
                    let decider = account.decider().unwrap();
                    start.wait().await;
                    let accepts = n % 2 == 0;
                    let answer = if accepts {
                        decider.accept(line, AcceptWith::default()).await
                    } else {
                        decider.decline(line, "No").await
                    };
                    (name, accepts, answer)
                })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        let state = world.line_state(line).await;
        let accepted = state == "accepted";
        assert!(accepted || state == "declined", "{state}");
        let by: String = world.one(r#"SELECT u.name
                    FROM request_line l JOIN member m ON m.id = l.decided_by JOIN "user" u ON u.id = m.user_id
                     WHERE l.id = $1"#, [line.into()]).await;
        for (name, accepts, answer) in answers {
            if accepts == accepted {
                assert!(answer.is_ok(), "{name}: the same decision is a success: {answer:?}");
            } else {
                let AppError::Conflict { conflict: Conflict::AlreadyDecided { by: first, .. } } = told(answer) else {
                    panic!("{name}")
                };
                assert_eq!(first, by, "{name} is told who was first");
            }
        }
        assert_eq!(world.count("activity_event").await - events, 1, "one event");
        assert_eq!(world.has_card(&world.ann).await, accepted);
        let grants: i64 =
            world.one("SELECT count(*) FROM access_grant WHERE member_id = $1", [world.ann.member.into()]).await;
        assert_eq!(grants, i64::from(accepted), "one grant at most");
        let mut mailed = world.mailed().await;
        // Mia, Ann, Olga, Oscar, and the forty-nine who were not first.
        assert_eq!(mailed.len(), 4 + 49, "one set of mails");
        mailed.dedup();
        assert_eq!(mailed.len(), 4 + 49);
    }
}
