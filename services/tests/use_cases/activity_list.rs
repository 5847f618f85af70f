//! Activity of a workspace: who sees what, filters, pages, the file, and what retention takes away.

use crate::world::{LABEL, Person, World, told};
use chrono::TimeDelta;
use domain::activity::{ActivityFilter, ActivityRow, EventKind};
use futures::TryStreamExt;
use services::activity::verify::{Trust, verify_export};
use services::session::Browser;
use std::time::Duration;

async fn shown(world: &World, person: &Person, filter: &ActivityFilter) -> Vec<ActivityRow> {
    world.ctx(person).await.activity(filter).await.unwrap().rows
}

/// Without what the tests themselves do all the time: signing in, and downloading.
async fn sentences(world: &World, person: &Person, filter: &ActivityFilter) -> Vec<String> {
    let rows = shown(world, person, filter).await.into_iter();
    rows.filter(|row| !["Signed in", "Activity exported"].contains(&row.event.as_str()))
        .map(|row| row.sentence)
        .collect()
}

async fn log_in(world: &World, person: &Person) {
    world.pass(TimeDelta::seconds(1));
    world.seen_by(person).await.holder().unwrap().log_in().await.unwrap();
}

fn everything() -> ActivityFilter {
    ActivityFilter::default()
}

/// People of these tests are not in the search otherwise.
async fn is_found_by_first_name(world: &World, person: &Person) {
    let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, $2, $3)";
    let name = person.name.to_lowercase();
    let first = name.split(' ').next().unwrap().to_owned();
    world.run(sql, [person.workspace.into(), first.into(), person.member.into()]).await;
}

async fn file(world: &World, person: &Person, filter: &ActivityFilter) -> String {
    let pieces: Vec<Vec<u8>> =
        world.ctx(person).await.export_activity(filter).await.unwrap().try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

on_both! {
    async fn each_sees_the_activity_that_is_theirs(world: World) {
        let line = world.pending().await;
        world.accept(&world.olga, line).await.unwrap();
        for person in [&world.carl, &world.cora] {
            log_in(&world, person).await;
        }
        let asked = format!("Mia Manager requests access to {LABEL} for Ann Teammate, as Collaborator.");
        let accepted = format!("Olga Owner accepted the request for Ann Teammate: access to {LABEL} as Collaborator.");
        let carl = format!("Carl Colleague logged in to {LABEL}.");
        let cora = format!("Cora Collaborator logged in to {LABEL}.");
        let all = [&cora, &carl, &accepted, &asked].map(Clone::clone);
        // The host's Admins, and the account's owners.
        for person in [&world.hana, &world.ada, &world.olga, &world.oscar] {
            assert_eq!(sentences(&world, person, &everything()).await, all, "{}", person.name);
        }
        // The guest's Admin: what their people do, and what is done for them.
        assert_eq!(sentences(&world, &world.gus, &everything()).await, [&cora, &accepted, &asked].map(Clone::clone));
        // Everybody else: their own.
        assert_eq!(sentences(&world, &world.carl, &everything()).await, std::slice::from_ref(&carl));
        assert_eq!(sentences(&world, &world.cora, &everything()).await, std::slice::from_ref(&cora));
        assert_eq!(sentences(&world, &world.mia, &everything()).await, [asked]);
        assert_eq!(sentences(&world, &world.ann, &everything()).await, [accepted]);
        for person in [&world.petra, &world.tess] {
            assert!(sentences(&world, person, &everything()).await.is_empty(), "{}", person.name);
        }
        // Whoever no longer owns it sees their own alone.
        world.run("DELETE FROM access_grant WHERE member_id = $1", [world.oscar.member.into()]).await;
        assert!(sentences(&world, &world.oscar, &everything()).await.is_empty());
    }

    async fn admins_are_told_the_key_that_verifies_their_record(world: World) {
        let key = async |person: &Person| world.ctx(person).await.activity(&everything()).await.unwrap().record_key;
        assert_eq!(key(&world.hana).await, None, "nothing is sealed yet");
        let made = world.services.activity_key().await.unwrap().to_string();
        for admin in [&world.hana, &world.gus] {
            assert_eq!(key(admin).await.as_deref(), Some(made.as_str()));
        }
        for other in [&world.olga, &world.carl] {
            assert_eq!(key(other).await, None);
        }
    }

    async fn a_filter_narrows_by_each_of_its_fields(world: World) {
        let line = world.pending().await;
        world.accept(&world.olga, line).await.unwrap();
        world.pass(TimeDelta::days(2));
        for person in [&world.carl, &world.cora] {
            log_in(&world, person).await;
        }
        world.ctx(&world.olga).await.account(world.unshared).await.unwrap().holder().unwrap().log_in().await.unwrap();
        for person in [&world.olga, &world.cora] {
            is_found_by_first_name(&world, person).await;
        }
        for (filter, found) in [
            (ActivityFilter { event: Some(EventKind::LoggedIn), ..everything() }, 3),
            (ActivityFilter { account: "instagram HARBOR".to_owned(), ..everything() }, 4),
            (ActivityFilter { account: "payroll".to_owned(), ..everything() }, 1),
            (ActivityFilter { app: "bank".to_owned(), ..everything() }, 1),
            (ActivityFilter { app: "bank".to_owned(), account: "harbor".to_owned(), ..everything() }, 0),
            (ActivityFilter { account: "100%".to_owned(), ..everything() }, 0),
            (ActivityFilter { member: "olga".to_owned(), ..everything() }, 2),
            (ActivityFilter { member: "cora".to_owned(), ..everything() }, 1),
            (ActivityFilter { member: "cora".to_owned(), account: "payroll".to_owned(), ..everything() }, 0),
            (ActivityFilter { member: "\0nobody".to_owned(), ..everything() }, 0),
            (ActivityFilter { to: "2026-03-02".to_owned(), ..everything() }, 2),
            (ActivityFilter { from: "2026-03-03".to_owned(), ..everything() }, 3),
            (ActivityFilter { from: "2026-03-02".to_owned(), to: "2026-03-02T09:29".to_owned(), ..everything() }, 0),
        ] {
            assert_eq!(sentences(&world, &world.hana, &filter).await.len(), found, "{filter:?}");
            let file = file(&world, &world.hana, &filter).await;
            let lines = file.lines().filter(|line| !line.contains(",Signed in,") && !line.contains(",Activity exported,"));
            assert!(lines.count() > found, "{filter:?}: {file}");
        }
        // An address finds the own people, and nobody of a partner's.
        for (person, part) in [(&world.olga, "people"), (&world.cora, "people")] {
            let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, $2, $3)";
            world.run(sql, [person.workspace.into(), part.into(), person.member.into()]).await;
        }
        let by_address = ActivityFilter { member: "people".to_owned(), ..everything() };
        let found = shown(&world, &world.hana, &by_address).await;
        assert!(!found.is_empty() && found.iter().all(|row| row.member.as_deref() == Some("Olga Owner")), "{found:?}");
        // The third company finds nothing of it, whatever it asks for.
        for filter in [
            ActivityFilter { account: "harbor".to_owned(), ..everything() },
            ActivityFilter { member: "olga".to_owned(), ..everything() },
            ActivityFilter { event: Some(EventKind::LoggedIn), ..everything() },
        ] {
            assert!(sentences(&world, &world.tess, &filter).await.is_empty(), "{filter:?}");
        }
        let wrong = ActivityFilter { from: "soon".to_owned(), to: "later".to_owned(), ..everything() };
        let refused = told(world.ctx(&world.hana).await.activity(&wrong).await);
        assert!(refused.problem_with("from").is_some() && refused.problem_with("to").is_some(), "{refused}");
        for n in 0..51 {
            world.account_of_host(&format!("Many {n}"), "App", "user").await;
        }
        let many = ActivityFilter { account: "many".to_owned(), ..everything() };
        let refused = told(world.ctx(&world.hana).await.activity(&many).await);
        assert_eq!(refused.problem_with("account"), Some("More than 50 accounts match. Type more of the name."));
        // A whole label is what it says, however many others have it in theirs.
        let whole = ActivityFilter { account: "many 5".to_owned(), ..everything() };
        assert!(sentences(&world, &world.hana, &whole).await.is_empty());
    }

    async fn pages_show_each_event_once_newest_first(world: World) {
        for n in 0..111 {
            log_in(&world, if n % 2 == 0 { &world.cora } else { &world.carl }).await;
        }
        for person in [&world.hana, &world.olga] {
            let (mut seen, mut filter) = (Vec::new(), ActivityFilter { event: Some(EventKind::LoggedIn), ..everything() });
            loop {
                let page = world.ctx(person).await.activity(&filter).await.unwrap();
                assert!(page.rows.len() <= 50);
                seen.extend(page.rows.into_iter().map(|row| row.at));
                let Some(next) = page.next else { break };
                filter.after = Some(next);
            }
            assert_eq!(seen.len(), 111);
            assert!(seen.is_sorted_by(|one, other| one > other), "newest first, each once");
        }
        for after in ["", "x", "-1", "\0", "99999999999999999999"] {
            let filter = ActivityFilter { after: Some(after.to_owned()), ..everything() };
            assert!(world.ctx(&world.hana).await.activity(&filter).await.is_ok(), "{after:?}");
        }
        let file = file(&world, &world.hana, &everything()).await;
        assert_eq!(file.lines().filter(|line| line.contains(",Logged in,")).count(), 111);
    }

    async fn an_owner_of_many_accounts_sees_what_happens_to_each(world: World) {
        for n in 0..60 {
            let account = world.account_of_host(&format!("Shop {n}"), "App", "user").await;
            world.grant(account, &world.olga, domain::account::AccountRole::Owner, None).await;
            world.grant(account, &world.carl, domain::account::AccountRole::Collaborator, None).await;
            let carl = world.ctx(&world.carl).await;
            carl.account(account).await.unwrap().holder().unwrap().log_in().await.unwrap();
        }
        let filter = ActivityFilter { event: Some(EventKind::LoggedIn), ..everything() };
        let page = world.ctx(&world.olga).await.activity(&filter).await.unwrap();
        assert_eq!((page.rows.len(), page.next.is_some()), (50, true));
    }

    async fn the_host_is_told_where_others_come_from_and_a_guest_of_its_own_people(world: World) {
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
        for (person, address) in [(&world.olga, [198, 51, 100, 1]), (&world.cora, [198, 51, 100, 2])] {
            world.sign_in(person).await;
            let browser = Browser { user_agent: firefox.to_owned(), ..Browser::at(address.into()) };
            let ctx = world.ctx_on(&world.services.asked_by(browser), person).await;
            let account = ctx.account(world.account).await.unwrap();
            if person.member == world.olga.member {
                account.owner().unwrap().change_role(world.cora.member, domain::account::AccountRole::AccountManager).await.unwrap();
            } else {
                account.holder().unwrap().log_in().await.unwrap();
            }
        }
        let addresses = async |person: &Person| -> Vec<(String, String, String)> {
            let rows = shown(&world, person, &ActivityFilter { account: "harbor".to_owned(), ..everything() }).await;
            rows.into_iter().map(|row| (row.address, row.os, row.device)).collect()
        };
        let from = |address: &str| (address.to_owned(), "Windows".to_owned(), "Computer".to_owned());
        assert_eq!(addresses(&world.hana).await, [from("198.51.100.2"), from("198.51.100.1")]);
        assert_eq!(addresses(&world.gus).await, [from("198.51.100.2"), Default::default()]);
        let row = world.seen_by(&world.mia).await.activity(&everything()).await.unwrap().rows.remove(1);
        assert_eq!((row.member.as_deref(), row.address.as_str()), (Some("Olga Owner"), ""));
    }

    async fn who_has_signed_in_is_told_with_their_company(world: World) {
        let filter = ActivityFilter { event: Some(EventKind::SignedIn), ..everything() };
        let row = shown(&world, &world.gus, &filter).await.remove(0);
        assert_eq!((row.member.as_deref(), row.company.as_deref()), (Some("Gus Guestadmin"), Some("Northlight Studio")));
    }

    async fn a_name_does_not_find_what_somebody_did_whose_name_is_not_told(world: World) {
        is_found_by_first_name(&world, &world.gus).await;
        let sql = "INSERT INTO activity_event (at, kind, actor_id, host_workspace_id, guest_workspace_id, details)
                   VALUES ($1, 'partnership_declined', $2, $3, $4, '{\"company\":\"the workspace\",\"partner\":\"Harbor Coffee\"}')";
        let values = [world.clock.now().into(), world.gus.member.into(), world.host.into(), world.gus.workspace.into()];
        world.run(sql, values).await;
        let declined = ActivityFilter { event: Some(EventKind::PartnershipDeclined), ..everything() };
        assert_eq!(shown(&world, &world.ada, &declined).await.len(), 1);
        let by_name = ActivityFilter { member: "gus".to_owned(), ..declined };
        assert!(shown(&world, &world.ada, &by_name).await.is_empty());
    }

    async fn who_does_not_see_an_account_any_more_does_not_learn_what_became_of_it(world: World) {
        log_in(&world, &world.cora).await;
        let logged_in = ActivityFilter { event: Some(EventKind::LoggedIn), ..everything() };
        let by_label = ActivityFilter { account: "instagram".to_owned(), ..logged_in.clone() };
        for person in [&world.hana, &world.gus, &world.cora] {
            assert_eq!(shown(&world, person, &by_label).await.len(), 1, "{}", person.name);
            assert!(!shown(&world, person, &logged_in).await[0].app.is_empty(), "{}", person.name);
        }
        world.seen_by(&world.ada).await.share_stopper().unwrap().stop(world.share).await.unwrap();
        world.run("UPDATE account SET app = 'Merger' WHERE id = $1", [world.account.into()]).await;
        let row = shown(&world, &world.hana, &logged_in).await.remove(0);
        assert_eq!((row.account.as_str(), row.app.as_str()), (LABEL, "Merger"));
        for person in [&world.gus, &world.cora] {
            let row = shown(&world, person, &logged_in).await.remove(0);
            assert_eq!((row.account.as_str(), row.app.as_str()), (LABEL, ""), "{}", person.name);
            let by_app = ActivityFilter { app: "merger".to_owned(), ..logged_in.clone() };
            assert!(shown(&world, person, &by_app).await.is_empty(), "{}", person.name);
        }
    }

    async fn the_activity_of_an_account_is_narrowed_down_and_downloaded_as_each_sees_it(world: World) {
        let other = world.account_of_host("Elsewhere", "App", "user").await;
        world.grant(other, &world.carl, domain::account::AccountRole::Collaborator, None).await;
        world.ctx(&world.carl).await.account(other).await.unwrap().holder().unwrap().log_in().await.unwrap();
        for person in [&world.carl, &world.cora, &world.mia] {
            is_found_by_first_name(&world, person).await;
            log_in(&world, person).await;
        }
        world.seen_by(&world.olga).await.owner().unwrap().set_copying(false).await.unwrap();
        let said = async |person: &Person, filter: ActivityFilter| -> Vec<String> {
            let page = world.seen_by(person).await.activity(&filter).await.unwrap();
            page.rows.into_iter().map(|row| row.sentence).collect()
        };
        let logged_in = |name: &str| format!("{name} logged in to {LABEL}.");
        let by = |member: &str| ActivityFilter { member: member.to_owned(), ..everything() };
        assert_eq!(said(&world.olga, by("carl")).await, [logged_in("Carl Colleague")], "of this account alone");
        let kind = ActivityFilter { event: Some(EventKind::LoggedIn), ..everything() };
        let [mia, cora, carl] = ["Mia Manager", "Cora Collaborator", "Carl Colleague"].map(logged_in);
        assert_eq!(said(&world.olga, kind.clone()).await, [mia.clone(), cora.clone(), carl]);
        assert_eq!(said(&world.mia, kind.clone()).await, [mia, cora.clone()], "her company's people");
        assert_eq!(said(&world.cora, kind.clone()).await, std::slice::from_ref(&cora));
        assert!(said(&world.cora, by("carl")).await.is_empty());
        assert_eq!(said(&world.cora, by("cora")).await, [cora]);
        let later = world.clock.now() + TimeDelta::days(1);
        let later = ActivityFilter { from: later.format("%Y-%m-%d").to_string(), ..everything() };
        assert!(said(&world.olga, later).await.is_empty());
        let wrong = ActivityFilter { from: "soon".to_owned(), ..everything() };
        let refused = told(world.seen_by(&world.olga).await.activity(&wrong).await);
        assert!(refused.problem_with("from").is_some(), "{refused}");

        let table = async |person: &Person| -> String {
            let rows = world.seen_by(person).await.export_activity(&kind).await.unwrap();
            String::from_utf8(rows.try_collect::<Vec<_>>().await.unwrap().concat()).unwrap()
        };
        assert_eq!(table(&world.olga).await.lines().count(), 4);
        let own = table(&world.cora).await;
        assert!(own.lines().count() == 2 && own.contains("Cora Collaborator"), "{own}");
        let told = said(&world.olga, ActivityFilter { event: Some(EventKind::ActivityExported), ..everything() }).await;
        assert_eq!(told[1], format!("Olga Owner downloaded the activity of {LABEL}."));
    }

    async fn cells_that_could_be_formulas_are_harmless(world: World) {
        let account = world.account_of_host("=1+1", "@app", "user").await;
        world.grant(account, &world.olga, domain::account::AccountRole::Owner, None).await;
        world.ctx(&world.olga).await.account(account).await.unwrap().holder().unwrap().log_in().await.unwrap();
        let file = file(&world, &world.hana, &everything()).await;
        let line = file.lines().find(|line| line.contains("=1+1")).unwrap();
        assert!(line.contains(",'=1+1,'@app,"), "{line}");
        assert!(file.starts_with("Time,Event,What happened,Account,App,Member,Company,Address,Location,Operating system,Device\r\n"));
        let recorded = world.count("activity_event WHERE kind = 'activity_exported'").await;
        assert_eq!(recorded, 1);
    }

    async fn what_is_older_than_it_is_kept_goes_in_whole_batches(world: World) {
        let services = world.keeping_activity_for(Duration::from_secs(30 * 24 * 60 * 60)).await;
        world.pending().await;
        log_in(&world, &world.carl).await;
        world.services.seal_activity().await.unwrap();
        world.pass(TimeDelta::days(20));
        log_in(&world, &world.cora).await;
        world.services.seal_activity().await.unwrap();
        assert_eq!(services.remove_old_activity().await.unwrap(), 0);
        let old = world.one::<i64>("SELECT last_position FROM activity_checkpoint WHERE number = 1", []).await;
        world.pass(TimeDelta::days(12));
        let key = Some(world.services.activity_key().await.unwrap());
        let trust = Trust { key, ..Trust::default() };
        assert_eq!(services.remove_old_activity().await.unwrap(), u64::try_from(old).unwrap());
        assert_eq!(services.remove_old_activity().await.unwrap(), 0, "twice is once");
        let report = world.services.database().verify_activity(&trust).await.unwrap();
        assert!(report.is_clean(), "{report}");
        assert!(report.notes.iter().any(|note| *note == format!("Events up to {old} were removed by retention.")), "{report}");
        let host = sentences(&world, &world.hana, &everything()).await;
        assert!(host.iter().any(|said| said.ends_with("older than activity is kept.")), "{host:?}");
        assert!(!host.iter().any(|said| said.contains("requests access")), "{host:?}");
        for person in [&world.hana, &world.gus] {
            let admin = world.ctx(person).await.admin().unwrap();
            let pieces: Vec<Vec<u8>> = admin.export_record().await.unwrap().try_collect().await.unwrap();
            let report = verify_export(pieces.concat().as_slice(), &trust).unwrap();
            assert!(report.is_clean() && report.notes.iter().any(|note| note.contains("removed by retention")), "{report}");
        }
        // Nobody takes more away under that cover.
        for table in ["activity_number", "activity_seal"] {
            world.run(&format!("DELETE FROM {table} WHERE position <= $1"), [(old + 1).into()]).await;
        }
        let report = world.services.database().verify_activity(&trust).await.unwrap();
        assert!(!report.is_clean(), "{report}");
    }
}
