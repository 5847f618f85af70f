//! An account manager asks for access for teammates.

use crate::world::{LABEL, World, form, told, words};
use chrono::TimeDelta;
use domain::access_request::RequestForm;
use domain::account::AccountRole;
use domain::partnership::PartnershipPolicy;
use domain::{AppError, MemberId};
use sea_orm::Value;
use uuid::Uuid;

const NO_MANAGER: &str = "Only an account manager of the account can request access for other members.";

on_both! {
    async fn a_manager_asks_and_every_active_owner_is_told(world: World) {
        let end = "7".to_owned();
        let form = RequestForm { access_end: end, ..form(&[&world.ann, &world.ben]) };
        let sent = world.send(&world.mia, &form).await.unwrap();
        assert_eq!((sent.label.as_str(), sent.refused.len()), (LABEL, 0));
        assert_eq!(sent.message(), format!("Request sent. The owners of {LABEL} have been told."));

        let pending = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending;
        let names: Vec<&str> = pending.iter().map(|line| line.member.name.as_str()).collect();
        assert_eq!(names, ["Ann Teammate", "Ben Teammate"]);
        let line = &pending[0];
        assert_eq!((line.workspace.as_str(), line.requester.as_str()), ("Northlight Studio", "Mia Manager"));
        assert_eq!(
            (line.role, line.end.as_str(), line.reason.as_str()),
            (AccountRole::Collaborator, "7 days", "The spring campaign")
        );
        assert_eq!(
            (line.asked_at, line.declined_before.as_deref(), line.blocked.as_deref()),
            (world.clock.now(), None, None)
        );
        assert!(line.decide.is_some());

        let sentence =
            format!("Mia Manager requests access to {LABEL} for Ann Teammate and Ben Teammate, as Collaborator.");
        for owner in [&world.olga, &world.oscar] {
            assert_eq!(world.heard(owner).await, std::slice::from_ref(&sentence), "{}", owner.name);
            assert_eq!(world.ctx(owner).await.frame().unread, 1);
        }
        for other in [&world.hana, &world.ada, &world.petra, &world.carl, &world.mia, &world.max, &world.ann] {
            assert!(world.heard(other).await.is_empty(), "{}", other.name);
        }
        assert!(!world.has_card(&world.ann).await, "asked is not given");
    }

    async fn the_mail_says_who_for_whom_which_role_until_when_and_why(world: World) {
        world.deactivate(&world.oscar).await;
        let form = RequestForm {
            role: "account_manager".to_owned(),
            access_end: "date".to_owned(),
            access_end_date: "2026-04-30".to_owned(),
            ..form(&[&world.ann])
        };
        world.send(&world.mia, &form).await.unwrap();
        let mails = world.mails().await;
        let [mail] = mails.as_slice() else { panic!("one mail, not {}", mails.len()) };
        assert_eq!((mail.to_address.as_str(), mail.to_name.as_str()), ("olga@people.example", "Olga Owner"));
        assert_eq!(mail.subject, format!("Mia Manager requests access to {LABEL} for Ann Teammate"));
        let line = world.line_of(&world.ann).await;
        let link = format!("https://latchkey.example/accounts/{}/members?line={line}#line-{line}", world.account);
        for part in [&mail.text, &mail.html] {
            for said in [
                "Mia Manager (Northlight Studio)",
                "Ann Teammate",
                "Account manager",
                "until 30 April 2026",
                "The spring campaign",
                "Open in Latchkey",
                &link,
            ] {
                assert!(part.contains(said), "{said:?} is missing in\n{part}");
            }
        }
        assert_eq!(mail.html.matches("href=").count(), mail.html.matches(&format!("href=\"{link}\"")).count());
        assert!(world.mails().await.is_empty(), "and no other");
    }

    async fn without_an_active_owner_the_host_admins_are_told(world: World) {
        world.force_owners_out().await;
        world.pending().await;
        assert_eq!(world.mailed().await, ["ada@people.example", "hana@people.example"]);
    }

    async fn a_request_is_written_as_a_whole_or_not_at_all(world: World) {
        let before = world.everything().await;
        world.request_for(&[&world.ann, &world.ben]).await;
        let after = world.everything().await;
        // One request with two lines, one event, a notification and a mail for each owner.
        let grown: Vec<i64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        assert_eq!(grown[..2], [1, 2]);
        assert_eq!(grown[3], 1 + signed_in(&world, &[&world.mia]).await);
        assert_eq!(grown[4..], [2, 2, 2, 0]);
        // The mail cannot be written: neither is the request.
        world.run("DROP TABLE outbox_email", []).await;
        let before = (
            world.count("access_request").await,
            world.count("request_line").await,
            world.count("activity_event").await,
            world.count("notification").await,
        );
        assert!(world.send(&world.max, &form(&[&world.gus])).await.is_err());
        let signed_in = 1;
        let after = (
            world.count("access_request").await,
            world.count("request_line").await,
            world.count("activity_event").await - signed_in,
            world.count("notification").await,
        );
        assert_eq!(after, before);
    }

    async fn only_account_managers_ask(world: World) {
        for person in [&world.olga, &world.carl, &world.cora, &world.ada, &world.petra] {
            world.ctx(person).await;
        }
        let before = world.everything().await;
        for person in [&world.olga, &world.carl, &world.cora, &world.ada, &world.petra] {
            assert_eq!(words(world.seen_by(person).await.manager().map(|_| ())), NO_MANAGER, "{}", person.name);
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            assert!(!world.sees(person).await, "{}", person.name);
        }
        assert_eq!(world.everything().await[..3], before[..3]);
    }

    async fn a_manager_who_has_lost_the_role_since_the_page_was_made_is_refused(world: World) {
        let manager = world.seen_by(&world.mia).await.manager().unwrap();
        world.change_role(&world.olga, &world.mia, AccountRole::Collaborator).await.unwrap();
        let before = world.everything().await;
        assert_eq!(words(manager.request_access(&form(&[&world.ann])).await), NO_MANAGER);
        let manager = world.seen_by(&world.max).await.manager().unwrap();
        world.set_partnership("suspended").await;
        assert_eq!(told(manager.request_access(&form(&[&world.ann])).await), AppError::NotFound);
        assert_eq!(world.everything().await[..3], before[..3]);
    }

    async fn every_problem_of_the_form_is_told_at_once_and_nothing_is_written(world: World) {
        world
            .set_policy(PartnershipPolicy {
                reason_required: true,
                longest_days: Some(7),
                highest_role: AccountRole::Collaborator,
                open_days: 3,
                ..PartnershipPolicy::default()
            })
            .await;
        world.ctx(&world.mia).await;
        let before = world.everything().await;
        let form = RequestForm {
            role: "account_manager".to_owned(),
            access_end: "90".to_owned(),
            reason: String::new(),
            ..form(&[])
        };
        let AppError::Invalid { problems } = told(world.send(&world.mia, &form).await) else { panic!("invalid") };
        let told: Vec<(&str, &str)> =
            problems.iter().map(|problem| (problem.field.as_str(), problem.text.as_str())).collect();
        assert_eq!(
            told,
            [
                ("members", "Pick at least one member"),
                ("role", "The partnership allows requests up to the role Collaborator."),
                ("access_end", "The partnership allows access for at most 7 days."),
                ("reason", "Enter a reason: this partnership asks for one."),
            ]
        );
        assert_eq!(world.everything().await, before);
    }

    async fn a_share_binds_the_role_like_the_policy(world: World) {
        world.run("UPDATE account_share SET highest_role = 'collaborator'", []).await;
        let form = RequestForm { role: "account_manager".to_owned(), ..form(&[&world.ann]) };
        assert_eq!(
            words(world.send(&world.mia, &form).await),
            "The partnership allows requests up to the role Collaborator."
        );
        let view = world.seen_by(&world.mia).await.manager().unwrap().request_form().await.unwrap();
        assert_eq!(view.roles.iter().filter(|choice| choice.blocked.is_some()).count(), 1);
    }

    async fn who_cannot_be_asked_for_is_named_with_the_reason_and_the_others_proceed(world: World) {
        world.request_for(&[&world.ben]).await;
        world.deactivate(&world.gus).await;
        let ines = world.person("Ines Invited", world.guest).await;
        world.run("UPDATE member SET status = 'invited' WHERE id = $1", [ines.member.into()]).await;
        let everyone = [&world.ann, &world.ben, &world.cora, &world.max, &world.gus, &ines, &world.mia];
        let form = form(&everyone);
        let sent = world.send(&world.mia, &form).await.unwrap();
        let refused: Vec<String> =
            sent.refused.iter().map(|refused| format!("{}: {}", refused.name, refused.reason)).collect();
        assert_eq!(
            refused,
            [
                "Ben Teammate: Already requested by Mia Manager on 2 March 2026",
                "Cora Collaborator: Already has access as Collaborator",
                "Max Manager: Already has access as Account manager",
                "Gus Guestadmin: Is no longer an active member",
                "Ines Invited: Has not accepted the invitation yet",
                "Mia Manager: You cannot request access for yourself",
            ]
        );
        let pending = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending;
        assert_eq!(pending.len(), 2);
        assert_eq!(world.send(&world.mia, &form).await.unwrap(), sent, "asked again, the same form answers the same");
    }

    async fn when_nobody_can_be_asked_for_nothing_is_sent(world: World) {
        world.ctx(&world.mia).await;
        let before = world.everything().await;
        let error = told(world.send(&world.mia, &form(&[&world.cora, &world.mia])).await);
        assert_eq!(
            error.problem_with("members"),
            Some(
                "Nobody in the list can be asked for. Cora Collaborator: already has access as Collaborator. \
                  Mia Manager: you cannot request access for yourself."
            )
        );
        assert_eq!(world.everything().await, before);
    }

    async fn the_same_form_sent_twice_is_one_request(world: World) {
        let form = form(&[&world.ann, &world.cora]);
        let first = world.send(&world.mia, &form).await.unwrap();
        world.mails().await;
        let before = world.everything().await;
        world.pass(TimeDelta::days(1));
        let doubled = RequestForm { members: [form.members.clone(), form.members.clone()].concat(), ..form.clone() };
        for form in [&form, &doubled] {
            assert_eq!(world.send(&world.mia, form).await.unwrap(), first);
        }
        // Changed since, it is another one, and must not look as if it had been sent.
        for changed in [
            RequestForm { members: vec![world.ben.member], ..form.clone() },
            RequestForm { members: [form.members.clone(), vec![world.ben.member]].concat(), ..form.clone() },
            RequestForm { role: "account_manager".to_owned(), ..form.clone() },
            RequestForm { access_end: "7".to_owned(), ..form.clone() },
            RequestForm { reason: "Something else".to_owned(), ..form.clone() },
        ] {
            let refused = told(world.send(&world.mia, &changed).await);
            assert!(refused.problem_with("key").is_some(), "{changed:?}: {refused}");
        }
        assert_eq!(world.everything().await[..3], before[..3]);
        assert!(world.mails().await.is_empty());
    }

    async fn the_same_form_sent_twenty_times_at_once_is_one_request(world: World) {
        let form = form(&[&world.ann, &world.ben]);
        let other = world.another_server().await;
        let mut accounts = Vec::new();
        for n in 0..20 {
            let services = if n % 2 == 0 { &world.services } else { &other };
            accounts.push(world.ctx_on(services, &world.mia).await.account(world.account).await.unwrap());
        }
        let tasks: Vec<_> = accounts
            .into_iter()
            .map(|account| {
                let form = form.clone();
                tokio::spawn(async move { account.manager().unwrap().request_access(&form).await.unwrap() })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert_eq!((world.count("access_request").await, world.count("request_line").await), (1, 2));
        assert_eq!(world.mailed().await.len(), 2);
    }

    async fn two_managers_who_ask_for_the_same_person_at_once_make_one_line(world: World) {
        let (one, other) = (world.seen_by(&world.mia).await, world.seen_by(&world.max).await);
        let ask = |account: services::account::VisibleAccount, form: RequestForm| async move {
            account.manager().unwrap().request_access(&form).await
        };
        let (one, other) = tokio::join!(ask(one, form(&[&world.ann])), ask(other, form(&[&world.ann])));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|sent| **sent).count(), 1);
        let refused = if one.is_ok() { words(other) } else { words(one) };
        assert!(refused.contains("Ann Teammate: already requested by M"), "{refused}");
        assert_eq!(world.count("request_line").await, 1);
    }

    async fn a_form_sent_for_one_account_is_none_for_another(world: World) {
        let second = world.account_of_host("Second", "App", "user").await;
        let share = world.share(second, world.partnership).await;
        world.grant_on(share, second, &world.mia, AccountRole::AccountManager).await;
        let form = form(&[&world.ann]);
        world.send(&world.mia, &form).await.unwrap();
        let there = world.ctx(&world.mia).await.account(second).await.unwrap().manager().unwrap();
        assert_eq!(
            words(there.request_access(&form).await),
            "This form was sent for another account. Reload the page."
        );
        assert_eq!(world.count("access_request").await, 1);
        // Somebody else's key is nobody's business: it is only a number.
        let theirs = RequestForm { key: form.key, ..crate::world::form(&[&world.ben]) };
        assert!(world.send(&world.max, &theirs).await.is_ok());
        assert_eq!(world.count("access_request").await, 2);
    }

    async fn one_form_sent_for_two_accounts_at_once_is_one_request(world: World) {
        let second = world.account_of_host("Second", "App", "user").await;
        let share = world.share(second, world.partnership).await;
        world.grant_on(share, second, &world.mia, AccountRole::AccountManager).await;
        let ctx = world.ctx(&world.mia).await;
        let (one, other) = (ctx.account(world.account).await.unwrap(), ctx.account(second).await.unwrap());
        let form = form(&[&world.ann]);
        let ask = |account: services::account::VisibleAccount| async {
            account.manager().unwrap().request_access(&form).await
        };
        let (one, other) = tokio::join!(ask(one), ask(other));
        let refused = if one.is_ok() { words(other) } else { words(one) };
        assert_eq!(refused, "This form was sent for another account. Reload the page.");
        assert_eq!(world.count("access_request").await, 1);
    }

    async fn a_member_of_another_workspace_is_not_found_and_nothing_is_written(world: World) {
        world.ctx(&world.mia).await;
        let before = world.everything().await;
        for stranger in [world.tess.member, world.olga.member, world.carl.member, MemberId(Uuid::now_v7())] {
            let form = RequestForm { members: vec![world.ann.member, stranger], ..form(&[]) };
            assert_eq!(told(world.send(&world.mia, &form).await), AppError::NotFound);
        }
        assert_eq!(world.everything().await, before);
    }

    async fn one_hundred_people_are_asked_for_at_once(world: World) {
        let mut people = Vec::new();
        for n in 0..101 {
            people.push(world.person(&format!("Person{n} Newcomer"), world.guest).await);
        }
        let everyone: Vec<_> = people.iter().collect();
        let error = told(world.send(&world.mia, &form(&everyone)).await);
        assert_eq!(
            error.problem_with("members"),
            Some("Pick at most 100 members for one request. Send another request for the others.")
        );
        let sent = world.send(&world.mia, &form(&everyone[..100])).await.unwrap();
        assert!(sent.refused.is_empty());
        assert_eq!(world.count("request_line").await, 100);
        assert_eq!(
            world.mails().await[0].subject,
            format!("Mia Manager requests access to {LABEL} for Person0 Newcomer, Person1 Newcomer and 98 others")
        );
    }

    async fn a_manager_extends_their_own_access_before_it_ends(world: World) {
        let end = world.clock.now() + TimeDelta::days(5);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.mia.member.into()])
            .await;
        let extend = |days: &str| RequestForm {
            role: "account_manager".to_owned(),
            access_end: days.to_owned(),
            ..form(&[&world.mia])
        };
        let shorter = told(world.send(&world.mia, &extend("1")).await);
        assert_eq!(
            shorter.problem_with("members"),
            Some("Nobody in the list can be asked for. Mia Manager: already has access for as long.")
        );
        world.send(&world.mia, &extend("30")).await.unwrap();
        let line = world.line_of(&world.mia).await;
        world.accept(&world.olga, line).await.unwrap();
        assert_eq!(world.cards(&world.mia).await[0].ends_at, Some(world.clock.now() + TimeDelta::days(30)));
        world.pass(TimeDelta::days(6));
        assert!(world.seen_by(&world.mia).await.manager().is_ok(), "the extension goes on");
    }

    async fn whoever_goes_on_as_collaborator_can_still_extend_the_manager_role(world: World) {
        let end = world.clock.now() + TimeDelta::days(5);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.mia.member.into()])
            .await;
        world.grant(world.account, &world.mia, AccountRole::Collaborator, None).await;
        let form =
            RequestForm { role: "account_manager".to_owned(), access_end: "30".to_owned(), ..form(&[&world.mia]) };
        world.send(&world.mia, &form).await.unwrap();
        let line = world.line_of(&world.mia).await;
        assert_eq!(
            world.accept(&world.olga, line).await.unwrap().message(),
            format!("Mia Manager now has access to {LABEL}.")
        );
        world.pass(TimeDelta::days(10));
        assert!(world.seen_by(&world.mia).await.manager().is_ok());
    }

    async fn a_collaborator_is_raised(world: World) {
        let form = RequestForm { role: "account_manager".to_owned(), ..form(&[&world.cora]) };
        assert!(world.send(&world.mia, &form).await.unwrap().refused.is_empty());
        let line = world.line_of(&world.cora).await;
        world.accept(&world.olga, line).await.unwrap();
        assert_eq!(world.cards(&world.cora).await[0].role, AccountRole::AccountManager);
        assert_eq!(world.cards(&world.cora).await.len(), 1);
    }

    async fn asked_again_after_a_decline_the_owners_see_the_earlier_one(world: World) {
        let line = world.pending().await;
        world.pass(TimeDelta::days(2));
        world.decline(&world.olga, line, "Not before the audit.").await.unwrap();
        world.pass(TimeDelta::days(1));
        let again = world.pending().await;
        assert_ne!(line, again);
        let pending = world.seen_by(&world.oscar).await.members(None, None).await.unwrap().pending;
        assert_eq!(
            pending[0].declined_before.as_deref(),
            Some("Declined by Olga Owner on 4 March 2026: Not before the audit.")
        );
    }

    async fn a_line_that_expired_makes_room_for_a_new_one(world: World) {
        world.set_policy(PartnershipPolicy { open_days: 3, ..PartnershipPolicy::default() }).await;
        let line = world.pending().await;
        world.mails().await;
        world.pass(TimeDelta::days(3) - TimeDelta::microseconds(1));
        let refused = words(world.send(&world.max, &form(&[&world.ann])).await);
        assert!(refused.contains("already requested by Mia Manager on 2 March 2026"), "{refused}");
        world.pass(TimeDelta::microseconds(1));
        // Nobody has swept.
        let again = world.pending().await;
        assert_ne!(line, again);
        assert_eq!(
            (world.line_state(line).await.as_str(), world.line_state(again).await.as_str()),
            ("expired", "pending")
        );
        let heard = world.heard(&world.olga).await;
        assert_eq!(
            heard[1],
            format!("The request for Ann Teammate to have access to {LABEL} was not decided in time.")
        );
    }

    async fn the_form_offers_what_the_policy_allows(world: World) {
        let form = async || world.seen_by(&world.mia).await.manager().unwrap().request_form().await.unwrap();
        let view = form().await;
        assert_eq!((view.first_day.as_str(), view.last_day, view.reason_required), ("2026-03-02", None, false));
        assert!(view.roles.iter().all(|choice| choice.blocked.is_none()));
        assert_ne!(view.key, form().await.key, "each form has a key of its own");
        world
            .set_policy(PartnershipPolicy {
                longest_days: Some(7),
                reason_required: true,
                ..PartnershipPolicy::default()
            })
            .await;
        let view = form().await;
        assert_eq!((view.last_day.as_deref(), view.reason_required), (Some("2026-03-09"), true));
        // The last day that is offered can be asked for.
        let last = RequestForm {
            access_end: "date".to_owned(),
            access_end_date: "2026-03-09".to_owned(),
            ..crate::world::form(&[&world.ann])
        };
        assert!(world.send(&world.mia, &last).await.is_ok());
    }

    async fn members_who_have_left_take_nobody_s_place_among_the_suggestions(world: World) {
        let mut people = Vec::new();
        for n in 0..31 {
            people.push(world.person(&format!("Crowd{n:02} Newcomer"), world.guest).await);
        }
        people.sort_by_key(|person| person.member);
        for person in &people {
            let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, 'newcomer', $2)";
            world.run(sql, [person.workspace.into(), person.member.into()]).await;
        }
        let (last, gone) = people.split_last().unwrap();
        for person in gone {
            world.deactivate(person).await;
        }
        let manager = world.seen_by(&world.max).await.manager().unwrap();
        let found = manager.search_members("newcomer", AccountRole::Collaborator).await.unwrap();
        assert_eq!(found.iter().map(|found| found.member).collect::<Vec<_>>(), [last.member]);
    }

    async fn suggestions_say_who_cannot_be_asked_for(world: World) {
        for person in [&world.ann, &world.ben, &world.cora, &world.mia, &world.tess, &world.olga] {
            let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, 'someone', $2)";
            world.run(sql, [person.workspace.into(), person.member.into()]).await;
        }
        world.request_for(&[&world.ben]).await;
        let manager = world.seen_by(&world.max).await.manager().unwrap();
        let blocked = async |role| {
            let mut found = manager.search_members("someone", role).await.unwrap();
            found.sort_by(|one, other| one.name.cmp(&other.name));
            found.into_iter().map(|found| (found.name, found.blocked)).collect::<Vec<_>>()
        };
        let found = blocked(AccountRole::Collaborator).await;
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["Ann Teammate", "Ben Teammate", "Cora Collaborator", "Mia Manager"],
            "nobody of other companies"
        );
        assert_eq!(found[0].1, None);
        assert_eq!(found[1].1.as_deref(), Some("Already requested by Mia Manager on 2 March 2026"));
        assert_eq!(found[2].1.as_deref(), Some("Already has access as Collaborator"));
        assert_eq!(blocked(AccountRole::AccountManager).await[2].1, None, "a raise");
        let picked = manager.picked_members(&[world.tess.member, world.ben.member, world.ann.member]).await.unwrap();
        let names: Vec<&str> = picked.iter().map(|picked| picked.name.as_str()).collect();
        assert_eq!(names, ["Ben Teammate", "Ann Teammate"], "in the order given, without others'");
    }

    async fn names_and_reasons_are_text_and_never_markup(world: World) {
        let nasty = "<script>alert(\"x\")</script> & 'שלום' 👩‍🚀 \u{200F}";
        let person = world.person(nasty, world.guest).await;
        world
            .run(
                "UPDATE account SET label = $1 WHERE id = $2",
                ["<b>Label</b>\r\nBcc: all@example.com".into(), world.account.into()],
            )
            .await;
        let reason = format!("{nasty}\nsecond line");
        world.send(&world.mia, &RequestForm { reason: reason.clone(), ..form(&[&person]) }).await.unwrap();
        let pending = world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending;
        assert_eq!(
            (pending[0].reason.as_str(), pending[0].member.name.as_str()),
            (reason.trim(), nasty),
            "kept as it was typed"
        );
        for mail in world.mails().await {
            assert!(mail.text.contains(nasty.trim()), "{}", mail.text);
            assert!(!mail.html.contains("<script") && !mail.html.contains("<b>Label"), "{}", mail.html);
            assert!(mail.html.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;"));
            assert_eq!(mail.subject.lines().count(), 1);
            assert!(!mail.to_name.contains(['\r', '\n']));
        }
    }

    async fn what_would_disturb_or_is_too_long_is_refused_clearly(world: World) {
        world.ctx(&world.mia).await;
        let before = world.everything().await;
        let ten_thousand = "é".repeat(10_000);
        for (reason, told_as) in [
            (ten_thousand.as_str(), "The reason has 10,000 characters. Shorten it to at most 1,000."),
            ("a\0b", "The reason has invisible control characters. Type it again, or paste it as plain text."),
            ("a\u{1b}[2Jb", "The reason has invisible control characters. Type it again, or paste it as plain text."),
            ("a\u{202E}b", "The reason has invisible control characters. Type it again, or paste it as plain text."),
        ] {
            let form = RequestForm { reason: reason.to_owned(), ..form(&[&world.ann]) };
            assert_eq!(told(world.send(&world.mia, &form).await).problem_with("reason"), Some(told_as));
        }
        let rubbish = RequestForm { role: "\0".to_owned(), access_end: "\0".to_owned(), ..form(&[&world.ann]) };
        assert!(matches!(told(world.send(&world.mia, &rubbish).await), AppError::Invalid { .. }));
        assert_eq!(world.everything().await, before);
        assert!(
            world
                .seen_by(&world.mia)
                .await
                .manager()
                .unwrap()
                .search_members("a\0\u{202E}'%_", AccountRole::Collaborator)
                .await
                .is_ok()
        );
        let exactly = RequestForm { reason: "👩".repeat(1_000), ..form(&[&world.ann]) };
        assert!(world.send(&world.mia, &exactly).await.is_ok());
    }
}

/// Sessions that have begun write an event each.
async fn signed_in(world: &World, people: &[&crate::world::Person]) -> i64 {
    let mut events = 0;
    for person in people {
        let sql = "SELECT count(*) FROM activity_event WHERE kind = 'signed_in' AND actor_id = $1";
        events += world.one::<i64>(sql, [Value::from(person.member)]).await;
    }
    events
}
