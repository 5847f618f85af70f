//! Longer access for oneself, and being told before access ends.

use crate::world::{LABEL, Person, World, form, told, words};
use chrono::TimeDelta;
use domain::access_request::SentRequest;
use domain::account::AccountRole;
use domain::{AppError, IdempotencyKey};
use services::Error;
use uuid::Uuid;

/// From now on this person's access ends after so many days.
async fn ends_in(world: &World, person: &Person, days: i64) {
    let end = world.clock.now() + TimeDelta::days(days);
    world.run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), person.member.into()]).await;
}

async fn extend(world: &World, person: &Person, end: &str) -> Result<SentRequest, Error> {
    let holder = world.ctx(person).await.account(world.account).await?.holder()?;
    holder.extend(IdempotencyKey(Uuid::now_v7()), end, "", "The campaign goes on").await
}

async fn warned(world: &World) -> usize {
    world.services.warn_of_ends().await.unwrap()
}

on_both! {
    async fn a_collaborator_extends_their_own_access_before_it_ends(world: World) {
        ends_in(&world, &world.cora, 5).await;
        let holder = world.seen_by(&world.cora).await.holder().unwrap();
        let shown = holder.extension_form().await.unwrap();
        assert_eq!((shown.role, shown.ends_at), (AccountRole::Collaborator, world.clock.now() + TimeDelta::days(5)));
        let ends: Vec<&str> = shown.ends.iter().map(|end| end.value.as_str()).collect();
        assert_eq!((ends, shown.blocked), (vec!["never", "7", "30", "90"], None), "later ends only");
        world.mails().await;
        let sent = extend(&world, &world.cora, "30").await.unwrap();
        assert_eq!(sent.message(), format!("Request sent. The owners of {LABEL} have been told."));
        assert_eq!(world.mailed().await, ["olga@people.example", "oscar@people.example"]);
        let line = world.line_of(&world.cora).await;
        let blocked = world.seen_by(&world.cora).await.holder().unwrap().extension_form().await.unwrap().blocked;
        assert_eq!(blocked.as_deref(), Some("Already requested by Cora Collaborator on 2 March 2026."));
        world.pass(TimeDelta::days(1));
        world.accept(&world.olga, line).await.unwrap();
        let card = world.cards(&world.cora).await.remove(0);
        assert_eq!((card.role, card.ends_at), (AccountRole::Collaborator, Some(world.clock.now() + TimeDelta::days(30))), "it starts now");
        world.pass(TimeDelta::days(10));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1, "the first grant ends by itself");
        assert!(world.seen_by(&world.cora).await.holder().is_ok());
        let sent = world.ctx(&world.cora).await.sent_requests(None).await.unwrap();
        assert_eq!(sent.requests[0].lines[0].decided_by.as_deref(), Some("Olga Owner"), "it stands under Sent");
    }

    async fn only_a_guest_whose_access_ends_extends_it(world: World) {
        assert_eq!(words(extend(&world, &world.cora, "30").await), "Your access has no end, so there is nothing to extend.");
        ends_in(&world, &world.carl, 5).await;
        assert_eq!(
            words(extend(&world, &world.carl, "30").await),
            "This is an account of your own company. Ask one of its owners to give you access for longer."
        );
        let holders_only = "Only members who have access to the account can do this. Ask an owner of the account for access.";
        assert_eq!(words(extend(&world, &world.ada, "30").await), holders_only);
        for person in [&world.ann, &world.gus, &world.tess] {
            assert_eq!(told(extend(&world, person, "30").await), AppError::NotFound);
        }
        ends_in(&world, &world.cora, 5).await;
        let shorter = told(extend(&world, &world.cora, "1").await);
        assert!(shorter.problem_with("access_end").unwrap().contains("Choose a later end."), "{shorter}");
        assert!(told(extend(&world, &world.cora, "5").await).problem_with("access_end").is_some());
        world.pass(TimeDelta::days(5));
        assert_eq!(told(extend(&world, &world.cora, "30").await), AppError::NotFound, "it is too late");
        assert_eq!(world.count("request_line").await, 0);
    }

    async fn an_extension_sent_twice_is_one_request(world: World) {
        ends_in(&world, &world.cora, 5).await;
        let key = IdempotencyKey(Uuid::now_v7());
        let send = async || world.seen_by(&world.cora).await.holder()?.extend(key, "30", "", "").await;
        assert_eq!(send().await.unwrap(), send().await.unwrap());
        assert_eq!(world.count("request_line").await, 1);
        let again = told(extend(&world, &world.cora, "90").await);
        assert!(again.problem_with("access_end").is_some(), "one waits already: {again}");
    }

    async fn an_extension_that_nobody_decided_before_the_end_falls_with_the_access(world: World) {
        ends_in(&world, &world.cora, 2).await;
        extend(&world, &world.cora, "30").await.unwrap();
        let line = world.line_of(&world.cora).await;
        world.pass(TimeDelta::days(2));
        assert_eq!(words(world.accept(&world.olga, line).await), "This request can no longer be decided: it is cancelled.");
        assert_eq!(world.cancel_reason(line).await, "requester_lost_right");
        assert!(!world.sees(&world.cora).await);
    }

    async fn the_sweep_cancels_an_extension_with_the_access_and_not_before(world: World) {
        ends_in(&world, &world.cora, 2).await;
        extend(&world, &world.cora, "30").await.unwrap();
        let line = world.line_of(&world.cora).await;
        // A second grant goes on: so does the wish.
        let longer = world.clock.now() + TimeDelta::days(9);
        world.grant(world.account, &world.cora, AccountRole::Collaborator, Some(longer)).await;
        world.pass(TimeDelta::days(3));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert_eq!(world.line_state(line).await, "pending");
        world.pass(TimeDelta::days(7));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert_eq!(world.line_state(line).await, "cancelled");
    }

    async fn an_extension_falls_when_the_access_is_removed(world: World) {
        ends_in(&world, &world.cora, 5).await;
        extend(&world, &world.cora, "30").await.unwrap();
        let line = world.line_of(&world.cora).await;
        world.remove(&world.olga, &world.cora).await.unwrap();
        assert_eq!((world.line_state(line).await.as_str(), world.cancel_reason(line).await.as_str()), ("cancelled", "requester_lost_right"));
    }

    async fn holder_and_owners_are_warned_a_week_and_a_day_before_an_end(world: World) {
        ends_in(&world, &world.cora, 8).await;
        world.mails().await;
        assert_eq!(warned(&world).await, 0);
        world.pass(TimeDelta::days(1));
        assert_eq!((warned(&world).await, warned(&world).await), (1, 0), "once");
        let sentence = format!("The access of Cora Collaborator to {LABEL} ends on 10 March 2026, 09:30 UTC.");
        for person in [&world.cora, &world.olga, &world.oscar] {
            assert_eq!(world.heard(person).await, std::slice::from_ref(&sentence), "{}", person.name);
        }
        let mails = world.mails().await;
        assert_eq!(mails.len(), 3);
        let hers = mails.iter().find(|mail| mail.to_address == world.cora.email).unwrap();
        assert_eq!(hers.subject, format!("Access of Cora Collaborator to {LABEL} ends soon"));
        assert!(hers.text.contains("extend your access before it ends"), "{}", hers.text);
        world.pass(TimeDelta::days(5));
        assert_eq!(warned(&world).await, 0);
        world.pass(TimeDelta::days(1));
        assert_eq!((warned(&world).await, warned(&world).await), (1, 0));
        assert_eq!(world.mails().await.len(), 3);
        world.pass(TimeDelta::days(1));
        assert_eq!(warned(&world).await, 0, "what has ended ends no more");
    }

    async fn two_servers_that_warn_at_once_warn_once(world: World) {
        ends_in(&world, &world.cora, 3).await;
        ends_in(&world, &world.mia, 3).await;
        let other = world.another_server().await;
        let (one, two) = tokio::join!(world.services.warn_of_ends(), other.warn_of_ends());
        assert_eq!(one.unwrap() + two.unwrap(), 2);
        assert_eq!(world.count("activity_event WHERE kind = 'access_ends_soon'").await, 2);
    }

    async fn access_that_goes_on_or_was_short_from_the_beginning_is_not_warned_of(world: World) {
        ends_in(&world, &world.cora, 3).await;
        world.grant(world.account, &world.cora, AccountRole::Collaborator, None).await;
        assert_eq!(warned(&world).await, 0, "another grant has no end");
        for (person, days) in [(&world.ann, "1"), (&world.ben, "7")] {
            let ask = domain::access_request::RequestForm { access_end: days.to_owned(), ..form(&[person]) };
            world.send(&world.mia, &ask).await.unwrap();
            world.accept(&world.olga, world.line_of(person).await).await.unwrap();
        }
        assert_eq!(warned(&world).await, 0, "they have just been told");
        world.pass(TimeDelta::days(6));
        assert_eq!(warned(&world).await, 1, "of Ben's last day");
        // A suspended partnership gives nothing that could end.
        ends_in(&world, &world.max, 3).await;
        world.set_partnership("suspended").await;
        assert_eq!(warned(&world).await, 0);
    }

    async fn an_end_that_is_moved_is_warned_of_anew_and_a_changed_role_is_not(world: World) {
        ends_in(&world, &world.cora, 3).await;
        assert_eq!(warned(&world).await, 1);
        world.change_role(&world.olga, &world.cora, AccountRole::AccountManager).await.unwrap();
        assert_eq!(warned(&world).await, 0, "the end stays");
        extend(&world, &world.cora, "30").await.unwrap();
        world.accept(&world.olga, world.line_of(&world.cora).await).await.unwrap();
        world.pass(TimeDelta::days(2));
        assert_eq!(warned(&world).await, 0, "the old end is none any more");
        world.pass(TimeDelta::days(21));
        assert_eq!(warned(&world).await, 1);
    }
}
