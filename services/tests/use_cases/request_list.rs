//! The Requests page: what waits for whom, several decisions at once, and what became of what was sent.

use crate::world::{LABEL, Person, World, form, told, words};
use chrono::TimeDelta;
use domain::access_request::{Decision, LineState, RequestForm, RequestState};
use domain::account::AccountRole;
use domain::{AccessRequestId, AccountId, AppError, Conflict, RequestLineId};
use services::Error;
use uuid::Uuid;

const SUSPENDED: &str = "The partnership is suspended. Requests wait until it is resumed.";

/// A second account of the host that is shared, with Mia as its manager.
async fn second(world: &World) -> AccountId {
    let share = world.share(world.unshared, world.partnership).await;
    world.grant_on(share, world.unshared, &world.mia, AccountRole::AccountManager).await;
    world.unshared
}

async fn ask_on(world: &World, account: AccountId, person: &Person, form: &RequestForm) {
    let account = world.ctx(person).await.account(account).await.unwrap();
    account.manager().unwrap().request_access(form).await.unwrap();
}

async fn waiting(world: &World, person: &Person) -> Vec<RequestLineId> {
    let page = world.ctx(person).await.requests_to_decide(None).await.unwrap();
    page.lines.iter().map(|line| line.pending.line).collect()
}

async fn counted(world: &World, person: &Person) -> u32 {
    world.ctx(person).await.frame().waiting
}

async fn decide(
    world: &World,
    person: &Person,
    lines: &[RequestLineId],
    decision: Decision,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let decided = world.ctx(person).await.decide_selected(lines, decision, "").await?;
    Ok((decided.done, decided.failed))
}

/// Mia's latest request.
async fn latest(world: &World) -> AccessRequestId {
    world.one("SELECT id FROM access_request ORDER BY created_at DESC, id DESC LIMIT 1", []).await
}

async fn withdraw(world: &World, person: &Person, line: Option<RequestLineId>) -> Result<String, Error> {
    world.ctx(person).await.sent_request(latest(world).await).await?.withdraw(line).await
}

async fn remind(world: &World, person: &Person) -> Result<String, Error> {
    world.ctx(person).await.sent_request(latest(world).await).await?.remind().await
}

on_both! {
    async fn what_waits_on_all_accounts_is_listed_oldest_first_and_counted(world: World) {
        let second = second(&world).await;
        let line = world.pending().await;
        world.pass(TimeDelta::minutes(1));
        ask_on(&world, second, &world.mia, &form(&[&world.ben])).await;
        let other = world.line_of(&world.ben).await;
        for person in [&world.olga, &world.oscar] {
            assert_eq!(waiting(&world, person).await, [line, other], "{}", person.name);
            assert_eq!(counted(&world, person).await, 2);
        }
        let page = world.ctx(&world.olga).await.requests_to_decide(None).await.unwrap();
        let first = &page.lines[0];
        assert_eq!((first.account.account, first.account.label.as_str()), (world.account, LABEL));
        assert_eq!((first.pending.requester.as_str(), first.pending.workspace.as_str()), ("Mia Manager", "Northlight Studio"));
        assert!(first.pending.decide.is_some());
        for person in [&world.hana, &world.ada, &world.petra, &world.carl, &world.mia, &world.ann, &world.gus, &world.tess] {
            assert_eq!((waiting(&world, person).await.len(), counted(&world, person).await), (0, 0), "{}", person.name);
        }
        world.accept(&world.oscar, line).await.unwrap();
        assert_eq!((waiting(&world, &world.olga).await, counted(&world, &world.olga).await), (vec![other], 1));
    }

    async fn without_an_active_owner_it_waits_for_the_host_admins(world: World) {
        let line = world.pending().await;
        world.force_owners_out().await;
        for person in [&world.hana, &world.ada] {
            assert_eq!((waiting(&world, person).await, counted(&world, person).await), (vec![line], 1), "{}", person.name);
        }
        for person in [&world.petra, &world.carl, &world.gus, &world.tess] {
            assert!(waiting(&world, person).await.is_empty(), "{}", person.name);
        }
        assert!(decide(&world, &world.ada, &[line], Decision::Accept).await.is_ok());
    }

    async fn ones_own_request_waits_for_others(world: World) {
        let there = world.also_in(&world.olga, world.guest).await;
        world.grant(world.account, &there, AccountRole::AccountManager, None).await;
        world.send(&there, &form(&[&world.ann])).await.unwrap();
        let line = world.line_of(&world.ann).await;
        assert_eq!((waiting(&world, &world.olga).await.len(), counted(&world, &world.olga).await), (0, 0));
        assert_eq!(waiting(&world, &world.oscar).await, [line]);
    }

    async fn what_is_suspended_is_shown_and_not_counted_and_what_is_late_is_neither(world: World) {
        let line = world.pending().await;
        world.set_partnership("suspended").await;
        let page = world.ctx(&world.olga).await.requests_to_decide(None).await.unwrap();
        assert_eq!(page.lines[0].pending.line, line);
        assert_eq!((page.lines[0].pending.blocked.as_deref(), &page.lines[0].pending.decide), (Some(SUSPENDED), &None));
        assert_eq!(counted(&world, &world.olga).await, 0);
        world.pass(TimeDelta::days(60));
        assert_eq!(waiting(&world, &world.olga).await, [line], "its time stands still");
        world.set_partnership("active").await;
        assert_eq!((waiting(&world, &world.olga).await.len(), counted(&world, &world.olga).await), (0, 0));
    }

    async fn pages_visit_each_line_once(world: World) {
        let mut people = Vec::new();
        for n in 0..53 {
            people.push(world.person(&format!("Person{n} Newcomer"), world.guest).await);
        }
        world.request_for(&people.iter().collect::<Vec<_>>()).await;
        let ctx = world.ctx(&world.olga).await;
        let first = ctx.requests_to_decide(None).await.unwrap();
        let second = ctx.requests_to_decide(first.next.as_deref()).await.unwrap();
        assert_eq!((first.lines.len(), second.lines.len(), second.next), (50, 3, None));
        let mut all: Vec<_> = first.lines.iter().chain(&second.lines).map(|line| line.pending.line).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 53);
        for after in ["", "x", "1~x", "99999999999999999999~1", "\0"] {
            assert!(ctx.requests_to_decide(Some(after)).await.is_ok(), "{after:?}");
            assert!(ctx.sent_requests(Some(after)).await.is_ok(), "{after:?}");
        }
    }

    async fn several_are_decided_at_once_each_for_itself(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben, &world.gus]).await;
        world.decline(&world.oscar, lines[1], "").await.unwrap();
        world.mails().await;
        // A line that is named twice is decided once.
        let selected = [lines[0], lines[1], lines[2], lines[0]];
        let decided = world.ctx(&world.olga).await.decide_selected(&selected, Decision::Accept, "").await.unwrap();
        assert_eq!(
            decided.done,
            [format!("Ann Teammate now has access to {LABEL}."), format!("Gus Guestadmin now has access to {LABEL}.")]
        );
        assert_eq!(
            decided.failed,
            [format!("Ben Teammate on {LABEL}: Already declined by Oscar Owner at 2 March 2026, 09:30 UTC.")]
        );
        assert_eq!(decided.message(Decision::Accept), "2 of 3 requests were accepted. The others were not:");
        assert!(world.has_card(&world.ann).await && world.has_card(&world.gus).await && !world.has_card(&world.ben).await);
        let mailed = world.mailed().await;
        assert_eq!(mailed.iter().filter(|to| **to == world.mia.email).count(), 2, "a mail for each: {mailed:?}");
        // The same once more is a success, and nothing happens twice.
        let before = world.everything().await;
        let (done, failed) = decide(&world, &world.olga, &[lines[0], lines[2]], Decision::Accept).await.unwrap();
        assert_eq!((done.len(), failed.len()), (2, 0));
        assert_eq!(world.everything().await, before);
    }

    async fn a_note_goes_to_whoever_asked_for_what_is_declined(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        let ctx = world.ctx(&world.olga).await;
        ctx.decide_selected(&lines, Decision::Decline, "Not before the audit.").await.unwrap();
        let notes: Vec<_> = world.notifications(&world.mia).await.into_iter().filter_map(|told| told.note).collect();
        assert_eq!(notes, ["Not before the audit.", "Not before the audit."]);
        let error = told(ctx.decide_selected(&lines, Decision::Decline, &"x".repeat(1_001)).await);
        assert!(error.problem_with("note").is_some());
    }

    async fn what_is_not_theirs_to_decide_is_refused_as_if_it_were_asked_alone(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        for person in [&world.carl, &world.ada, &world.petra, &world.mia] {
            world.ctx(person).await;
        }
        let before = world.everything().await;
        for person in [&world.carl, &world.ada, &world.petra, &world.mia] {
            let refused = words(decide(&world, person, &lines, Decision::Accept).await);
            assert_eq!(refused, "Only an owner of the account can do this.", "{}", person.name);
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            assert_eq!(told(decide(&world, person, &lines, Decision::Decline).await), AppError::NotFound);
        }
        let nobody = RequestLineId(Uuid::now_v7());
        assert_eq!(told(decide(&world, &world.olga, &[nobody], Decision::Accept).await), AppError::NotFound);
        assert!(told(decide(&world, &world.olga, &[], Decision::Accept).await).problem_with("lines").is_some());
        let many: Vec<_> = (0..51).map(|_| RequestLineId(Uuid::now_v7())).collect();
        assert!(told(decide(&world, &world.olga, &many, Decision::Accept).await).problem_with("lines").is_some());
        // The olga and tess sessions begin in between: events of theirs are none of requests.
        let after = world.everything().await;
        assert_eq!((&after[..3], &after[4..]), (&before[..3], &before[4..]));
        // What is hidden holds up nothing, and is not told by name.
        let (done, failed) = decide(&world, &world.olga, &[nobody, lines[0]], Decision::Accept).await.unwrap();
        assert_eq!(done.len(), 1);
        assert_eq!(failed, [AppError::NotFound.to_string()]);
    }

    async fn two_owners_who_decide_the_same_selection_at_once_make_one_decision_each(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        let (olga, oscar) = (world.ctx(&world.olga).await, world.ctx(&world.oscar).await);
        let (one, other) = tokio::join!(
            olga.decide_selected(&lines, Decision::Accept, ""),
            oscar.decide_selected(&lines, Decision::Accept, "")
        );
        assert_eq!((one.unwrap().done.len(), other.unwrap().done.len()), (2, 2));
        assert_eq!(world.count("activity_event WHERE kind = 'request_accepted'").await, 2);
        assert_eq!(world.count("access_grant WHERE source = 'request'").await, 2);
    }

    async fn a_sent_request_tells_what_became_of_each(world: World) {
        let fay = world.person("Fay Fourth", world.guest).await;
        let everyone = [&world.ann, &world.ben, &world.gus, &fay];
        let ask = RequestForm { access_end: "30".to_owned(), ..form(&everyone) };
        world.send(&world.mia, &ask).await.unwrap();
        let lines = [world.line_of(&world.ann).await, world.line_of(&world.ben).await, world.line_of(&world.gus).await];
        world.pass(TimeDelta::hours(1));
        world.accept(&world.olga, lines[0]).await.unwrap();
        world.decline(&world.oscar, lines[1], "Not before the audit.").await.unwrap();
        world.deactivate(&world.gus).await;
        assert!(world.accept(&world.olga, lines[2]).await.is_err());
        let sent = world.ctx(&world.mia).await.sent_requests(None).await.unwrap();
        assert_eq!((sent.requests.len(), sent.next), (1, None));
        let request = &sent.requests[0];
        assert_eq!((request.account.label.as_str(), request.account.workspace.as_str()), (LABEL, "Harbor Coffee"));
        assert_eq!((request.role, request.end.as_str()), (AccountRole::Collaborator, "30 days"));
        assert_eq!((request.state, request.can_remind, request.can_ask_again), (RequestState::Open, true, true));
        let now = world.clock.now();
        let [ann, ben, last, gus] = &request.lines[..] else { panic!("{:?}", request.lines) };
        assert_eq!((ann.name.as_str(), ann.state, ann.decided_by.as_deref()), ("Ann Teammate", LineState::Accepted, Some("Olga Owner")));
        assert_eq!(ann.accepted, Some((AccountRole::Collaborator, Some(now + TimeDelta::days(30)))));
        assert_eq!((ben.state, ben.decided_by.as_deref(), ben.decided_at), (LineState::Declined, Some("Oscar Owner"), Some(now)));
        assert_eq!(ben.note.as_deref(), Some("Not before the audit."));
        assert_eq!((last.name.as_str(), last.state), ("Fay Fourth", LineState::Pending));
        assert_eq!((gus.state, gus.because.as_deref()), (LineState::Cancelled, Some("the member was deactivated")));
        // Nobody else has sent it.
        for person in [&world.max, &world.ann, &world.olga, &world.gus, &world.tess] {
            if person.member != world.gus.member {
                assert!(world.ctx(person).await.sent_requests(None).await.unwrap().requests.is_empty());
            }
        }
        world.pass(TimeDelta::days(20));
        let request = world.ctx(&world.mia).await.sent_requests(None).await.unwrap().requests.remove(0);
        assert_eq!((request.lines[2].state, request.state), (LineState::Expired, RequestState::Mixed), "nobody need mark it");
        assert!(!request.can_remind);
    }

    async fn sent_requests_come_in_pages_newest_first(world: World) {
        for n in 0..22 {
            let person = world.person(&format!("Person{n} Newcomer"), world.guest).await;
            world.request_for(&[&person]).await;
            world.pass(TimeDelta::seconds(1));
        }
        let ctx = world.ctx(&world.mia).await;
        let first = ctx.sent_requests(None).await.unwrap();
        let second = ctx.sent_requests(first.next.as_deref()).await.unwrap();
        assert_eq!((first.requests.len(), second.requests.len(), second.next), (20, 2, None));
        let times: Vec<_> = first.requests.iter().chain(&second.requests).map(|request| request.asked_at).collect();
        assert!(times.is_sorted_by(|one, other| one > other));
    }

    async fn who_sent_a_request_takes_it_back(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben, &world.gus]).await;
        world.mails().await;
        let message = withdraw(&world, &world.mia, Some(lines[0])).await.unwrap();
        assert_eq!(message, format!(
                "The request for Ann Teammate to have access to {LABEL} was withdrawn. Its owners have been told."
            ));
        assert_eq!(world.line_state(lines[0]).await, "withdrawn");
        assert_eq!((world.line_state(lines[1]).await.as_str(), counted(&world, &world.olga).await), ("pending", 2));
        let sentence = format!("Mia Manager withdrew the request for Ann Teammate to have access to {LABEL}.");
        assert_eq!(world.heard(&world.olga).await[0], sentence);
        assert_eq!(world.mailed().await, ["olga@people.example", "oscar@people.example"]);
        // Twice is once.
        let before = world.everything().await;
        assert!(withdraw(&world, &world.mia, Some(lines[0])).await.is_ok());
        assert_eq!(world.everything().await, before);
        // Nobody decides it any more, and it can be asked for anew.
        let late = Conflict::NoLongerPending { state: LineState::Withdrawn };
        assert_eq!(told(world.accept(&world.olga, lines[0]).await), late.into());
        // What was decided is not taken back; the rest is, at once.
        world.accept(&world.olga, lines[1]).await.unwrap();
        let refused = words(withdraw(&world, &world.mia, Some(lines[1])).await);
        assert_eq!(refused, "Already accepted by Olga Owner at 2 March 2026, 09:30 UTC.");
        withdraw(&world, &world.mia, None).await.unwrap();
        assert_eq!(world.line_state(lines[2]).await, "withdrawn");
        assert!(world.has_card(&world.ben).await);
        world.request_for(&[&world.ann]).await;
    }

    async fn nobody_takes_back_the_request_of_somebody_else(world: World) {
        let line = world.pending().await;
        for person in [&world.max, &world.ann, &world.olga, &world.ada, &world.gus, &world.tess] {
            assert_eq!(told(withdraw(&world, person, Some(line)).await), AppError::NotFound, "{}", person.name);
            assert_eq!(told(remind(&world, person).await), AppError::NotFound, "{}", person.name);
        }
        world.pass(TimeDelta::seconds(1));
        world.request_for(&[&world.ben]).await;
        assert_eq!(told(withdraw(&world, &world.mia, Some(line)).await), AppError::NotFound, "a line of another request");
        assert_eq!(world.line_state(line).await, "pending");
    }

    async fn a_withdrawal_and_an_acceptance_at_once_leave_one_of_them(world: World) {
        for _ in 0..4 {
            let line = world.pending().await;
            let owner = world.seen_by(&world.olga).await.decider().unwrap();
            let sent = world.ctx(&world.mia).await.sent_request(latest(&world).await).await.unwrap();
            let (accepted, withdrawn) = tokio::join!(owner.accept(line, Default::default()), sent.withdraw(None));
            assert!(accepted.is_ok() != withdrawn.is_ok(), "{accepted:?} {withdrawn:?}");
            assert_eq!(world.has_card(&world.ann).await, accepted.is_ok());
            if accepted.is_ok() {
                world.remove(&world.olga, &world.ann).await.unwrap();
            }
            world.pass(TimeDelta::seconds(1));
        }
    }

    async fn owners_are_reminded_at_most_once_a_day(world: World) {
        let line = world.pending().await;
        world.mails().await;
        assert_eq!(remind(&world, &world.mia).await.unwrap(), format!("The owners of {LABEL} have been reminded."));
        let mails = world.mails().await;
        let to: Vec<&str> = mails.iter().map(|mail| mail.to_address.as_str()).collect();
        assert_eq!(to, ["olga@people.example", "oscar@people.example"]);
        assert_eq!(mails[0].subject, format!("Reminder: Mia Manager requests access to {LABEL} for Ann Teammate"));
        assert!(mails[0].text.contains(&format!("?line={line}#line-{line}")), "it leads to the request");
        assert!(mails[0].text.contains("Open the request in Latchkey to accept or decline it."));
        world.pass(TimeDelta::hours(23));
        let refused = words(remind(&world, &world.mia).await);
        assert_eq!(refused, "A reminder was sent at 2 March 2026, 09:30 UTC. You can send another one a day after it.");
        let request = world.ctx(&world.mia).await.sent_requests(None).await.unwrap().requests.remove(0);
        assert!(!request.can_remind && request.reminded_at.is_some());
        world.pass(TimeDelta::hours(1));
        assert!(remind(&world, &world.mia).await.is_ok());
        world.set_partnership("suspended").await;
        world.pass(TimeDelta::days(2));
        assert_eq!(words(remind(&world, &world.mia).await), SUSPENDED);
        world.set_partnership("active").await;
        world.decline(&world.olga, line, "").await.unwrap();
        let state = LineState::Declined;
        assert_eq!(told(remind(&world, &world.mia).await), Conflict::NoLongerPending { state }.into());
    }

    async fn two_reminders_at_once_are_one(world: World) {
        world.pending().await;
        let ctx = world.ctx(&world.mia).await;
        let (one, other) = (ctx.sent_request(latest(&world).await).await.unwrap(), ctx.sent_request(latest(&world).await).await.unwrap());
        let (one, other) = tokio::join!(one.remind(), other.remind());
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(world.count("activity_event WHERE kind = 'request_reminded'").await, 1);
    }

    async fn asking_again_starts_with_those_who_did_not_get_access(world: World) {
        let ask = RequestForm { role: "account_manager".to_owned(), access_end: "30".to_owned(), ..form(&[&world.ann, &world.ben, &world.gus]) };
        world.send(&world.mia, &ask).await.unwrap();
        let request = latest(&world).await;
        let again = async |person| world.seen_by(person).await.manager()?.asked_before(request).await;
        assert!(again(&world.mia).await.unwrap().members.is_empty(), "all of them wait");
        world.accept(&world.olga, world.line_of(&world.ann).await).await.unwrap();
        world.decline(&world.olga, world.line_of(&world.ben).await, "").await.unwrap();
        let before = again(&world.mia).await.unwrap();
        assert_eq!(before.members, [world.ben.member]);
        assert_eq!(
            (before.role.as_str(), before.access_end.as_str(), before.reason.as_str()),
            ("account_manager", "30", "The spring campaign")
        );
        // Whose access has ended is asked for once more, too, and what nobody decided in time.
        world.pass(TimeDelta::days(31));
        assert_eq!(again(&world.mia).await.unwrap().members, [world.ann.member, world.ben.member, world.gus.member]);
        let sent = world.ctx(&world.mia).await.sent_requests(None).await.unwrap();
        assert!(sent.requests[0].can_ask_again);
        assert_eq!(told(again(&world.max).await), AppError::NotFound, "it is not his");
        let second = second(&world).await;
        let elsewhere = world.ctx(&world.mia).await.account(second).await.unwrap().manager().unwrap();
        assert_eq!(told(elsewhere.asked_before(request).await), AppError::NotFound, "it is about another account");
    }

    async fn a_request_on_an_account_that_one_no_longer_sees_keeps_the_name_it_had(world: World) {
        world.pending().await;
        world.remove(&world.olga, &world.mia).await.unwrap();
        world.run("UPDATE account SET label = 'A secret project' WHERE id = $1", [world.account.into()]).await;
        let request = world.ctx(&world.mia).await.sent_requests(None).await.unwrap().requests.remove(0);
        assert_eq!((request.account.label.as_str(), request.sees_account, request.can_ask_again), (LABEL, false, false));
        assert_eq!(request.lines[0].because.as_deref(), Some("the requester is no longer an account manager of the account"));
    }
}
