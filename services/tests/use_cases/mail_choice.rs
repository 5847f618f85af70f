//! Which mails a member gets: at once, in a daily mail, or not.

use crate::world::{LABEL, Person, World, told};
use chrono::TimeDelta;
use domain::AppError;
use domain::notification::{MailDelivery, MailTopic};
use services::mail::Message;

async fn choose(world: &World, person: &Person, choices: &[(MailTopic, MailDelivery)]) {
    world.ctx(person).await.choose_mails(choices).await.unwrap();
}

fn to<'a>(mails: &'a [Message], person: &Person) -> Vec<&'a Message> {
    mails.iter().filter(|mail| mail.to_address == person.email).collect()
}

on_both! {
    async fn at_first_every_mail_comes_at_once(world: World) {
        let choices = world.ctx(&world.olga).await.mail_choices().await.unwrap();
        assert_eq!(choices.email, world.olga.email);
        assert!(choices.choices.iter().all(|(_, delivery)| *delivery == MailDelivery::AtOnce));
        assert_eq!(choices.choices.len(), MailTopic::ALL.len());
    }

    async fn a_topic_that_is_not_wanted_is_told_in_the_application_alone(world: World) {
        choose(&world, &world.mia, &[(MailTopic::Answers, MailDelivery::Never)]).await;
        let line = world.pending().await;
        world.mails().await;
        world.accept(&world.olga, line).await.unwrap();
        let mails = world.mails().await;
        assert_eq!((to(&mails, &world.mia).len(), to(&mails, &world.ann).len()), (0, 1), "each chooses for themselves");
        assert_eq!(world.heard(&world.mia).await.len(), 1);
        assert_eq!(world.ctx(&world.mia).await.frame().unread, 1);
        // Chosen once more, it comes again; what is not named stays.
        choose(&world, &world.mia, &[(MailTopic::Access, MailDelivery::Daily)]).await;
        let choices = world.ctx(&world.mia).await.mail_choices().await.unwrap().choices;
        assert!(choices.contains(&(MailTopic::Answers, MailDelivery::Never)));
        assert!(choices.contains(&(MailTopic::Access, MailDelivery::Daily)));
        choose(&world, &world.mia, &[(MailTopic::Answers, MailDelivery::AtOnce)]).await;
        let line = world.request_for(&[&world.ben]).await[0];
        world.accept(&world.olga, line).await.unwrap();
        assert_eq!(to(&world.mails().await, &world.mia).len(), 1);
    }

    async fn somebody_is_mailed_what_waits_for_a_decision(world: World) {
        let never = [(MailTopic::Requests, MailDelivery::Never)];
        choose(&world, &world.olga, &never).await;
        world.pending().await;
        assert_eq!(world.mailed().await, ["oscar@people.example"], "the other owner gets it");
        choose(&world, &world.oscar, &never).await;
        world.request_for(&[&world.ben]).await;
        assert_eq!(world.mailed().await, ["olga@people.example", "oscar@people.example"], "nobody else would");
        choose(&world, &world.oscar, &[(MailTopic::Requests, MailDelivery::Daily)]).await;
        world.request_for(&[&world.gus]).await;
        assert!(world.mailed().await.is_empty(), "Oscar reads it with his daily mail");
    }

    async fn one_mail_a_day_tells_everything_since(world: World) {
        // It is half past nine; daily mails are made at six.
        choose(&world, &world.olga, &[(MailTopic::Requests, MailDelivery::Daily)]).await;
        let line = world.pending().await;
        world.request_for(&[&world.ben]).await;
        world.decline(&world.oscar, line, "Not before the audit.").await.unwrap();
        let mails = world.mails().await;
        assert!(to(&mails, &world.olga).is_empty());
        assert_eq!(world.services.write_digests().await.unwrap(), 0, "its hour has not come");
        world.pass(TimeDelta::hours(21));
        assert_eq!((world.services.write_digests().await.unwrap(), world.services.write_digests().await.unwrap()), (1, 0));
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        let mail = &mails[0];
        assert_eq!((mail.to_address.as_str(), mail.subject.as_str()), (world.olga.email.as_str(), "Your day in Harbor Coffee: 3 March 2026"));
        for sentence in [
            format!("Mia Manager requests access to {LABEL} for Ann Teammate, as Collaborator."),
            format!("Mia Manager requests access to {LABEL} for Ben Teammate, as Collaborator."),
            format!("Oscar Owner declined the request for Ann Teammate to have access to {LABEL}."),
            "Not before the audit.".to_owned(),
            format!("3 things have happened since your last daily mail, about {LABEL}."),
        ] {
            assert!(mail.text.contains(&sentence), "{sentence}\n{}", mail.text);
        }
        assert!(mail.text.contains("https://latchkey.example/notifications"));
        // The next day there is nothing to tell; the day after there is.
        world.pass(TimeDelta::days(1));
        assert_eq!(world.services.write_digests().await.unwrap(), 0);
        world.request_for(&[&world.gus]).await;
        world.pass(TimeDelta::days(1));
        assert_eq!(world.services.write_digests().await.unwrap(), 1);
        assert_eq!(world.count("notification WHERE in_digest").await, 0);
    }

    async fn what_happens_after_the_hour_waits_for_the_next(world: World) {
        choose(&world, &world.olga, &[(MailTopic::Requests, MailDelivery::Daily)]).await;
        world.pass(TimeDelta::days(30));
        world.pending().await;
        assert_eq!(world.services.write_digests().await.unwrap(), 0);
        world.pass(TimeDelta::hours(21));
        assert_eq!(world.services.write_digests().await.unwrap(), 1);
    }

    async fn two_servers_at_once_write_one_daily_mail(world: World) {
        for person in [&world.olga, &world.oscar] {
            choose(&world, person, &[(MailTopic::Requests, MailDelivery::Daily)]).await;
        }
        world.pending().await;
        world.pass(TimeDelta::days(1));
        world.mails().await;
        let other = world.another_server().await;
        let (one, two) = tokio::join!(world.services.write_digests(), other.write_digests());
        assert_eq!(one.unwrap() + two.unwrap(), 2);
        assert_eq!(world.mailed().await, ["olga@people.example", "oscar@people.example"]);
    }

    async fn what_waited_for_the_daily_mail_goes_when_it_is_not_wanted_any_more(world: World) {
        choose(&world, &world.ann, &[(MailTopic::Access, MailDelivery::Daily), (MailTopic::Answers, MailDelivery::Daily)]).await;
        let line = world.pending().await;
        world.accept(&world.olga, line).await.unwrap();
        assert_eq!(world.count("notification WHERE in_digest").await, 1);
        let never = [MailTopic::Requests, MailTopic::Answers].map(|topic| (topic, MailDelivery::Never));
        choose(&world, &world.ann, &never).await;
        assert_eq!(world.count("notification WHERE in_digest").await, 0);
        assert_eq!(world.heard(&world.ann).await.len(), 1);
    }

    async fn whoever_is_out_gets_no_daily_mail(world: World) {
        choose(&world, &world.olga, &[(MailTopic::Requests, MailDelivery::Daily)]).await;
        world.pending().await;
        world.mails().await;
        world.deactivate(&world.olga).await;
        world.pass(TimeDelta::days(1));
        assert_eq!(world.services.write_digests().await.unwrap(), 0);
    }

    async fn one_notification_is_read_and_the_others_are_not(world: World) {
        world.pending().await;
        world.request_for(&[&world.ben]).await;
        let id = world.notifications(&world.olga).await[1].id;
        let ctx = world.ctx(&world.olga).await;
        ctx.mark_notification_read(id).await.unwrap();
        ctx.mark_notification_read(id).await.unwrap();
        let unread: Vec<bool> = world.notifications(&world.olga).await.into_iter().map(|told| told.unread).collect();
        assert_eq!(unread, [true, false]);
        for person in [&world.oscar, &world.mia, &world.tess] {
            assert_eq!(told(world.ctx(person).await.mark_notification_read(id).await), AppError::NotFound);
        }
        let nothing = domain::NotificationId(uuid::Uuid::now_v7());
        assert_eq!(told(ctx.mark_notification_read(nothing).await), AppError::NotFound);
    }
}
