//! All accounts, and one account: what a member finds there, and when it is gone.

use crate::world::{LABEL, World, told, words};
use chrono::TimeDelta;
use domain::account::{ACCOUNTS_PER_PAGE, AccountFilter, AccountRole, AccountSort};
use domain::activity::ActivityFilter;
use domain::{AccountId, AppError};
use uuid::Uuid;

async fn labels(world: &World, filter: &AccountFilter) -> Vec<String> {
    let list = world.ctx(&world.olga).await.accounts(filter).await.unwrap();
    list.cards.into_iter().map(|card| card.label).collect()
}

fn search(words: &str) -> AccountFilter {
    AccountFilter { search: words.to_owned(), ..AccountFilter::default() }
}

on_both! {
    async fn a_card_shows_what_its_member_needs(world: World) {
        let end = world.clock.now() + TimeDelta::days(30);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.cora.member.into()])
            .await;
        let cards = world.cards(&world.cora).await;
        let [card] = cards.as_slice() else { panic!("one card, not {cards:?}") };
        assert_eq!((card.account, card.label.as_str()), (world.account, LABEL));
        assert_eq!((card.app.as_str(), card.username.as_str()), ("Instagram", "harbor.coffee"));
        assert_eq!((card.role, card.ends_at), (AccountRole::Collaborator, Some(end)));
        assert_eq!(card.badge.as_ref().map(|badge| badge.name.as_str()), Some("Harbor Coffee"));
        assert_eq!(card.badge.as_ref().map(|badge| badge.initial()), Some("H".to_owned()));
        assert!(card.can_log_in && card.last_use.is_none());
        let own = world.cards(&world.olga).await;
        assert!(own.iter().all(|card| card.badge.is_none() && card.role == AccountRole::Owner));
    }

    async fn who_has_no_access_has_no_card(world: World) {
        for person in [&world.ann, &world.gus, &world.hana, &world.ada, &world.petra, &world.tess] {
            assert!(world.cards(person).await.is_empty(), "{}", person.name);
        }
    }

    async fn several_grants_are_one_card_with_the_highest_role_and_the_last_end(world: World) {
        let end = world.clock.now() + TimeDelta::days(1);
        world.grant(world.account, &world.cora, AccountRole::AccountManager, Some(end)).await;
        let cards = world.cards(&world.cora).await;
        assert_eq!(cards.len(), 1);
        assert_eq!((cards[0].role, cards[0].ends_at), (AccountRole::AccountManager, None));
        world.pass(TimeDelta::days(1));
        let cards = world.cards(&world.cora).await;
        assert_eq!((cards[0].role, cards[0].ends_at), (AccountRole::Collaborator, None));
    }

    async fn accounts_are_found_by_label_app_and_username(world: World) {
        for (label, app, username) in [
            ("Café Zürich", "Facebook", "zurich_team"),
            ("100% Arabica", "Shop", "arabica!"),
            ("1000 Arabica", "Shop", "other"),
            ("under_score", "X", "y"),
            ("underXscore", "X", "y"),
        ] {
            let account = world.account_of_host(label, app, username).await;
            world.grant(account, &world.olga, AccountRole::Owner, None).await;
        }
        for (typed, found) in [
            ("instagram", vec![LABEL]),
            ("HARBOR insta", vec![LABEL]),
            ("insta harbor", vec![LABEL]),
            ("cafe", vec!["Café Zürich"]),
            ("CAFÉ zür", vec!["Café Zürich"]),
            ("facebook", vec!["Café Zürich"]),
            ("zurich_team", vec!["Café Zürich"]),
            ("100%", vec!["100% Arabica"]),
            ("%", vec!["100% Arabica"]),
            ("r_s", vec!["under_score"]),
            ("arabica!", vec!["100% Arabica"]),
            ("'; DROP TABLE account; --", vec![]),
            ("nothing like it", vec![]),
            ("insta facebook", vec![]),
        ] {
            assert_eq!(labels(&world, &search(typed)).await, found, "{typed}");
        }
        for typed in ["", "   "] {
            assert_eq!(labels(&world, &search(typed)).await.len(), 7, "{typed:?}");
        }
        for typed in ["\0", "a\0b", "\\", "!", "!!", "_", &"x ".repeat(500), &"y".repeat(60_000)] {
            assert!(world.ctx(&world.olga).await.accounts(&search(typed)).await.is_ok(), "{typed:?}");
        }
    }

    async fn accounts_are_filtered_by_workspace_and_role(world: World) {
        // Mia's own company shares nothing, but owns an account of its own.
        let own = world.account_of(world.guest, "Own tool").await;
        world.grant_on_own(own).await;
        let mia = world.ctx(&world.mia).await;
        let list = async |filter: AccountFilter| {
            let list = mia.accounts(&filter).await.unwrap();
            list.cards.into_iter().map(|card| card.label).collect::<Vec<_>>()
        };
        let all = mia.accounts(&AccountFilter::default()).await.unwrap();
        let names: Vec<&str> = all.workspaces.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Harbor Coffee", "Northlight Studio"]);
        let of = |workspace| AccountFilter { workspace: Some(workspace), ..AccountFilter::default() };
        let with = |role| AccountFilter { role: Some(role), ..AccountFilter::default() };
        assert_eq!(list(of(world.host)).await, [LABEL]);
        assert_eq!(list(of(world.guest)).await, ["Own tool"]);
        assert!(list(of(world.third)).await.is_empty());
        assert_eq!(list(with(AccountRole::AccountManager)).await, [LABEL]);
        assert_eq!(list(with(AccountRole::Owner)).await, ["Own tool"]);
        assert!(list(with(AccountRole::Collaborator)).await.is_empty());
        assert!(list(AccountFilter { role: Some(AccountRole::Owner), ..of(world.host) }).await.is_empty());
    }

    async fn the_order_by_last_use_has_the_never_used_last(world: World) {
        let old = world.account_of_host("Used long ago", "A", "a").await;
        world.grant(old, &world.olga, AccountRole::Owner, None).await;
        world.ctx(&world.olga).await.account(old).await.unwrap().holder().unwrap().log_in().await.unwrap();
        world.pass(TimeDelta::days(2));
        let new = world.account_of_host("New, never used", "A", "a").await;
        world.run("UPDATE account SET created_at = $1 WHERE id = $2", [world.clock.now().into(), new.into()]).await;
        world.grant(new, &world.olga, AccountRole::Owner, None).await;
        world.pass(TimeDelta::hours(1));
        world.seen_by(&world.cora).await.holder().unwrap().log_in().await.unwrap();
        let by_use = AccountFilter { sort: Some(AccountSort::LastUse), ..AccountFilter::default() };
        assert_eq!(labels(&world, &by_use).await[..2], [LABEL, "Used long ago"]);
        assert_eq!(labels(&world, &by_use).await.len(), 4);
        let by_name = labels(&world, &AccountFilter::default()).await;
        assert_eq!(by_name, [LABEL, "New, never used", "Payroll", "Used long ago"]);
    }

    async fn pages_visit_each_account_exactly_once_even_with_equal_labels(world: World) {
        let mut expected = 2;
        for n in 0..118 {
            let label = if n % 3 == 0 { format!("Account {n}") } else { "Newsletter".to_owned() };
            let account = world.account_of_host(&label, "Mail", "news").await;
            world.grant(account, &world.olga, AccountRole::Owner, None).await;
            if n % 4 == 0 {
                let used = world.clock.now() - TimeDelta::hours(n % 8);
                world
                    .run(
                        "UPDATE account SET last_used_at = $1, last_used_by = $2 WHERE id = $3",
                        [used.into(), world.olga.member.into(), account.into()],
                    )
                    .await;
            }
            expected += 1;
        }
        let olga = world.ctx(&world.olga).await;
        for sort in [AccountSort::Name, AccountSort::LastUse] {
            let mut filter = AccountFilter { sort: Some(sort), ..AccountFilter::default() };
            let (mut seen, mut pages) = (Vec::<(AccountId, String)>::new(), 0);
            loop {
                let page = olga.accounts(&filter).await.unwrap();
                assert!(page.cards.len() as u64 <= ACCOUNTS_PER_PAGE);
                seen.extend(page.cards.into_iter().map(|card| (card.account, card.label)));
                pages += 1;
                let Some(next) = page.next else { break };
                filter.after = Some(next);
            }
            assert_eq!((pages, seen.len()), (3, expected), "{sort}");
            if sort == AccountSort::Name {
                assert!(seen.is_sorted_by_key(|(_, label)| label.to_lowercase()));
            }
            seen.sort();
            seen.dedup_by_key(|(account, _)| *account);
            assert_eq!(seen.len(), expected, "{sort}");
        }
        // An address somebody has tampered with is no reason to fail.
        let before_all_times = "00000000-0000-0000-0000-000000000000~-8000000000000000000";
        for after in ["", "~", "x~y", "\0", "00000000-0000-0000-0000-000000000000~\0", "'~'", before_all_times] {
            for sort in [AccountSort::Name, AccountSort::LastUse] {
                let filter =
                    AccountFilter { sort: Some(sort), after: Some(after.to_owned()), ..AccountFilter::default() };
                assert!(olga.accounts(&filter).await.is_ok(), "{after:?}");
            }
        }
    }

    async fn access_that_rests_on_something_gone_is_gone(world: World) {
        let everyone_at_the_guest = [&world.mia, &world.cora];
        let gone = async |why: &str| {
            for person in everyone_at_the_guest {
                assert!(!world.has_card(person).await, "{why}: {}", person.name);
                assert!(!world.sees(person).await, "{why}: {}", person.name);
                let filter = world.ctx(person).await.accounts(&AccountFilter::default()).await.unwrap().workspaces;
                assert!(filter.is_empty(), "{why}");
            }
            assert!(world.has_card(&world.olga).await, "{why}: the owner keeps it");
        };
        let back = async || assert!(world.has_card(&world.mia).await);
        back().await;
        for state in ["suspended", "removed", "ended"] {
            world.set_partnership(state).await;
            gone(state).await;
            world.set_partnership("active").await;
            back().await;
        }
        let end = world.clock.now() + TimeDelta::hours(1);
        world.run("UPDATE account_share SET ends_at = $1", [end.into()]).await;
        back().await;
        world.pass(TimeDelta::hours(1));
        gone("the share has ended").await;
        world.run("UPDATE account_share SET ends_at = NULL", []).await;
        back().await;
        world.stop_share().await;
        gone("the share was stopped").await;
    }

    async fn an_ended_grant_and_a_deleted_account_are_gone(world: World) {
        let end = world.clock.now() + TimeDelta::hours(1);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.cora.member.into()])
            .await;
        assert!(world.has_card(&world.cora).await);
        world.pass(TimeDelta::hours(1));
        assert!(!world.has_card(&world.cora).await && !world.sees(&world.cora).await);
        world.run("UPDATE account SET deleted_at = $1 WHERE id = $2", [end.into(), world.account.into()]).await;
        for person in [&world.olga, &world.mia, &world.ada] {
            assert!(!world.has_card(person).await && !world.sees(person).await, "{}", person.name);
        }
    }

    async fn what_a_member_may_not_see_answers_like_what_was_never_there(world: World) {
        let never_given = AccountId(Uuid::now_v7());
        let others = world.account_of(world.third, "Third's own").await;
        for person in [&world.ann, &world.gus, &world.tess, &world.mia, &world.carl] {
            let ctx = world.ctx(person).await;
            for id in [never_given, others, world.unshared] {
                // An Admin sees the accounts of their own company.
                if id == others && person.workspace == world.third {
                    continue;
                }
                assert_eq!(told(ctx.account(id).await), AppError::NotFound, "{}", person.name);
            }
        }
        for person in [&world.ann, &world.gus, &world.tess] {
            assert!(!world.sees(person).await, "{}", person.name);
        }
        for person in [&world.hana, &world.ada, &world.petra, &world.carl, &world.cora, &world.mia, &world.olga] {
            assert!(world.sees(person).await, "{}", person.name);
        }
        assert!(world.ctx(&world.ada).await.account(world.unshared).await.is_ok(), "an Admin of the host");
        assert!(
            world.ctx(&world.petra).await.account(world.unshared).await.is_err(),
            "not shared through her partnership"
        );
    }

    async fn logging_in_is_noted_for_all_to_see(world: World) {
        let before = world.mails().await.len();
        let login = world.seen_by(&world.cora).await.holder().unwrap();
        assert_eq!(login.login().login_url, "https://app.example/login");
        assert_eq!(login.login().username, "harbor.coffee");
        login.log_in().await.unwrap();
        world.pass(TimeDelta::minutes(5));
        let card = world.cards(&world.olga).await.into_iter().find(|card| card.account == world.account).unwrap();
        let last = card.last_use.unwrap();
        assert_eq!((last.by.as_str(), last.at), ("Cora Collaborator", world.clock.now() - TimeDelta::minutes(5)));
        let general = world.seen_by(&world.mia).await.general().await.unwrap();
        assert_eq!(general.details.unwrap().last_use.unwrap().by, "Cora Collaborator");
        let sentences: Vec<String> = world
            .seen_by(&world.olga)
            .await
            .activity(&ActivityFilter::default())
            .await
            .unwrap()
            .rows
            .into_iter()
            .map(|row| row.sentence)
            .collect();
        assert_eq!(sentences, [format!("Cora Collaborator logged in to {LABEL}.")]);
        assert_eq!(before, world.mails().await.len(), "nobody gets mail about it");
    }

    async fn whoever_only_looks_after_an_account_reads_no_details_and_does_not_log_in(world: World) {
        for person in [&world.ada, &world.hana, &world.petra] {
            let account = world.seen_by(person).await;
            assert_eq!(account.general().await.unwrap().details, None, "{}", person.name);
            let refused = words(account.holder().map(|_| ()));
            assert!(refused.starts_with("Only members who have access to the account"), "{refused}");
        }
    }

    async fn the_members_tab_is_shown_to_those_it_is_for(world: World) {
        let names = async |person| {
            let members = world.seen_by(person).await.members(None, None).await.unwrap().members;
            members.into_iter().map(|row| row.member.name).collect::<Vec<_>>()
        };
        let guests = ["Cora Collaborator", "Max Manager", "Mia Manager"];
        let everyone =
            ["Carl Colleague", "Cora Collaborator", "Max Manager", "Mia Manager", "Olga Owner", "Oscar Owner"];
        assert_eq!(names(&world.olga).await, everyone);
        for person in [&world.mia, &world.ada, &world.hana, &world.petra] {
            assert_eq!(names(person).await, guests, "{}", person.name);
        }
        for person in [&world.cora, &world.carl] {
            let account = world.seen_by(person).await;
            assert_eq!(
                words(account.members(None, None).await),
                "Only owners and account managers of the account can see who has access to it."
            );
            assert!(!account.header().sees_members);
        }
        world.force_owners_out().await;
        assert_eq!(names(&world.ada).await, ["Carl Colleague", "Cora Collaborator", "Max Manager", "Mia Manager"]);
    }

    async fn a_partnership_owner_sees_the_guests_of_their_own_partnership_only(world: World) {
        let other = world.partnership(world.host, world.third, &world.carl).await;
        let share = world.share(world.account, other).await;
        world.grant_on(share, world.account, &world.tess, AccountRole::Collaborator).await;
        let names = async |person| {
            let members = world.seen_by(person).await.members(None, None).await.unwrap().members;
            members.into_iter().map(|row| row.member.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&world.petra).await, ["Cora Collaborator", "Max Manager", "Mia Manager"]);
        assert_eq!(names(&world.carl).await, ["Tess Third"]);
        assert_eq!(names(&world.ada).await.len(), 4);
        assert_eq!(told(world.remove(&world.petra, &world.tess).await), AppError::NotFound);
        assert!(world.remove(&world.carl, &world.tess).await.is_ok());
    }

    async fn a_member_row_says_what_there_is_to_know(world: World) {
        let end = world.clock.now() + TimeDelta::days(3);
        world
            .run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.cora.member.into()])
            .await;
        world.seen_by(&world.cora).await.holder().unwrap().log_in().await.unwrap();
        let members = world.seen_by(&world.olga).await.members(None, None).await.unwrap();
        let row = |name: &str| members.members.iter().find(|row| row.member.name.starts_with(name)).unwrap();
        let cora = row("Cora");
        assert_eq!(
            (cora.workspace.as_str(), cora.guest, cora.role),
            ("Northlight Studio", true, AccountRole::Collaborator)
        );
        assert_eq!(
            (cora.via.as_str(), cora.ends_at, cora.last_used_at),
            ("Partnership", Some(end), Some(world.clock.now()))
        );
        assert_eq!(cora.roles, [AccountRole::Collaborator, AccountRole::AccountManager]);
        assert!(cora.can_remove && !cora.suspended);
        assert_eq!((row("Olga").via.as_str(), row("Olga").guest), ("Ownership", false));
        assert_eq!(row("Carl").roles, [AccountRole::Collaborator, AccountRole::Owner]);
        world.set_partnership("suspended").await;
        let members = world.seen_by(&world.olga).await.members(None, None).await.unwrap().members;
        assert_eq!(members.iter().filter(|row| row.suspended).count(), 3, "shown, and said to wait");
    }

    async fn pages_of_members_visit_each_exactly_once(world: World) {
        for n in 0..110 {
            let name =
                if n % 2 == 0 { "Same Name".to_owned() } else { format!("{} Åse {n}", ["ann", "Ann", "Zoë"][n % 3]) };
            let person = world.person(&format!("{name}{}", " ".repeat(40)), world.guest).await;
            world.grant(world.account, &person, AccountRole::Collaborator, None).await;
        }
        let account = world.seen_by(&world.olga).await;
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = account.members(after.as_deref(), None).await.unwrap();
            seen.extend(page.members.into_iter().map(|row| row.member.member));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 116);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 116);
        for after in ["", "~", "\0", "00000000-0000-0000-0000-000000000000~\0"] {
            assert!(account.members(Some(after), None).await.is_ok(), "{after:?}");
        }
    }
}
