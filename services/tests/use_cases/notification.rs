//! Notifications: what a member is told in the application.

use crate::world::LABEL;
use chrono::TimeDelta;

on_both! {
    async fn unread_notifications_are_counted_until_they_are_read(world: World) {
        let line = world.pending().await;
        world.request_for(&[&world.ben]).await;
        let unread = async |person| world.ctx(person).await.frame().unread;
        assert_eq!((unread(&world.olga).await, unread(&world.mia).await), (2, 0));
        world.accept(&world.oscar, line).await.unwrap();
        assert_eq!((unread(&world.olga).await, unread(&world.mia).await, unread(&world.ann).await), (3, 1, 1));
        let read = async |up_to| world.ctx(&world.olga).await.mark_notifications_read(up_to).await.unwrap();
        let newest = async || world.ctx(&world.olga).await.notifications(None).await.unwrap().newest;
        read(newest().await).await;
        assert_eq!((unread(&world.olga).await, unread(&world.oscar).await), (0, 2), "each reads their own");
        assert!(world.notifications(&world.olga).await.iter().all(|notification| !notification.unread));
        world.request_for(&[&world.gus]).await;
        let list = world.notifications(&world.olga).await;
        assert_eq!(
            list.iter().map(|notification| notification.unread).collect::<Vec<_>>(),
            [true, false, false, false]
        );
        let shown = newest().await;
        let fay = world.person("Fay Fourth", world.guest).await;
        world.request_for(&[&fay]).await;
        read(shown).await;
        read(shown).await;
        assert_eq!(unread(&world.olga).await, 1, "what came after the page was made is not read");
    }

    async fn a_notification_leads_to_what_it_is_about(world: World) {
        let line = world.pending().await;
        let account = world.account;
        let link = async |person| world.notifications(person).await.remove(0).link;
        assert_eq!(link(&world.olga).await, format!("/accounts/{account}/members?line={line}#line-{line}"));
        world.accept(&world.olga, line).await.unwrap();
        assert_eq!(link(&world.ann).await, format!("/accounts/{account}"));
        assert_eq!(link(&world.mia).await, format!("/accounts/{account}"));
        assert!(world.seen_by(&world.ann).await.general().await.unwrap().details.is_some(), "and it is there");
        world.remove(&world.olga, &world.ann).await.unwrap();
        assert_eq!(link(&world.ann).await, "/accounts", "where there is something to see for her");
        let declined = world.request_for(&[&world.ben]).await[0];
        world.decline(&world.olga, declined, "").await.unwrap();
        assert!(!world.sees(&world.ben).await);
        assert_eq!(link(&world.ben).await, "/accounts", "he has no access to the account");
        // Mia sees the member list as long as she is an account manager.
        world.request_for(&[&world.ben]).await;
        world.change_role(&world.olga, &world.mia, domain::account::AccountRole::Collaborator).await.unwrap();
        let links = async |person| -> Vec<String> {
            world.notifications(person).await.into_iter().map(|notification| notification.link).take(2).collect()
        };
        assert_eq!(links(&world.mia).await, [format!("/accounts/{account}"), format!("/accounts/{account}")]);
        world.remove(&world.olga, &world.mia).await.unwrap();
        assert_eq!(links(&world.mia).await, ["/accounts", "/accounts"]);
        let mails = world.mails().await;
        let removed = |mail: &&services::mail::Message| mail.subject == format!("Access to {LABEL} removed");
        let mail = mails.iter().filter(|mail| mail.to_address == world.mia.email).find(removed).unwrap();
        assert!(mail.text.contains("\nhttps://latchkey.example/accounts\n"), "{}", mail.text);
    }

    async fn nobody_sees_the_notifications_of_somebody_else(world: World) {
        world.pending().await;
        assert!(world.notifications(&world.mia).await.is_empty());
        // Not even oneself, as a member of another company.
        let there = world.also_in(&world.olga, world.third).await;
        assert_eq!(world.notifications(&world.olga).await.len(), 1);
        assert!(world.notifications(&there).await.is_empty());
        assert_eq!(world.ctx(&there).await.frame().unread, 0);
    }

    async fn pages_of_notifications_visit_each_once(world: World) {
        for n in 0..53 {
            let person = world.person(&format!("Person{n} Newcomer"), world.guest).await;
            world.request_for(&[&person]).await;
            world.pass(TimeDelta::seconds(1));
        }
        let ctx = world.ctx(&world.olga).await;
        let first = ctx.notifications(None).await.unwrap();
        let second = ctx.notifications(first.next.as_deref()).await.unwrap();
        assert_eq!((first.notifications.len(), second.notifications.len(), second.next), (50, 3, None));
        let all: Vec<_> =
            first.notifications.iter().chain(&second.notifications).map(|notification| notification.at).collect();
        assert!(all.is_sorted_by(|one, other| one > other), "newest first, each once");
        for after in ["", "x", "\0"] {
            assert!(ctx.notifications(Some(after)).await.is_ok(), "{after:?}");
        }
    }
}
