//! Members of a workspace: the list, their roles, and those who leave. The rulings on hard cases have their names.

use crate::world::{PASSWORD, Person, World, form, office, token_in, told, words};
use domain::account::AccountRole;
use domain::member::{LeavingView, MemberFilter, MemberStatus};
use domain::policy::MemberAct;
use domain::workspace::WorkspaceRole;
use domain::{AppError, Denial};
use futures::TryStreamExt;
use services::member::ManagedMember;
use services::{Error, Services};
use std::time::Duration;

const LAST_OWNER: &str = "This is the account's last owner. Make someone else Owner first.";

async fn managed(world: &World, admin: &Person, whom: &Person) -> Result<ManagedMember, Error> {
    managed_on(world, &world.services, admin, whom).await
}

async fn managed_on(world: &World, services: &Services, admin: &Person, whom: &Person) -> Result<ManagedMember, Error> {
    Ok(world.ctx_on(services, admin).await.colleague(whom.member).await?.managed()?)
}

async fn deactivate(world: &World, admin: &Person, whom: &Person) -> Result<String, Error> {
    managed(world, admin, whom).await?.deactivate().await
}

async fn reactivate(world: &World, admin: &Person, whom: &Person) -> Result<String, Error> {
    managed(world, admin, whom).await?.reactivate().await
}

async fn leaving(world: &World, admin: &Person, whom: &Person) -> LeavingView {
    managed(world, admin, whom).await.unwrap().leaving().await.unwrap()
}

async fn status(world: &World, whom: &Person) -> String {
    world.one("SELECT status FROM member WHERE id = $1", [whom.member.into()]).await
}

/// Grants of a member that are not over.
async fn grants(world: &World, whom: &Person) -> i64 {
    let sql = "SELECT count(*) FROM access_grant WHERE member_id = $1 AND state IN ('active', 'suspended')";
    world.one(sql, [whom.member.into()]).await
}

async fn names(world: &World, reader: &Person, filter: MemberFilter) -> Vec<String> {
    let list = world.ctx(reader).await.members(&filter).await.unwrap();
    list.members.into_iter().map(|member| member.name).collect()
}

fn searched(search: &str) -> MemberFilter {
    MemberFilter { search: search.to_owned(), ..MemberFilter::default() }
}

/// Invites somebody and has them join.
async fn joined(world: &World, admin: &Person, name: &str, address: &str) {
    world.ctx(admin).await.admin().unwrap().invite(address, "user").await.unwrap();
    let mails = world.mails().await;
    let token = token_in(&mails.iter().rfind(|mail| mail.to_address == address).unwrap().text);
    let form = services::invitation::JoinForm { name: name.to_owned(), password: PASSWORD.to_owned() };
    world.services.join(&token, &form, None, &office()).await.unwrap();
}

on_both! {
    async fn members_are_listed_by_name_and_narrowed_down(world: World) {
        assert_eq!(
            names(&world, &world.olga, MemberFilter::default()).await,
            ["Ada Admin", "Carl Colleague", "Hana Head", "Olga Owner", "Oscar Owner", "Petra Partner"]
        );
        let admins = MemberFilter { role: Some(WorkspaceRole::Admin), ..MemberFilter::default() };
        assert_eq!(names(&world, &world.olga, admins).await, ["Ada Admin"]);
        world.deactivate(&world.carl).await;
        let out = MemberFilter { status: Some(MemberStatus::Deactivated), ..MemberFilter::default() };
        assert_eq!(names(&world, &world.olga, out).await, ["Carl Colleague"]);
        joined(&world, &world.ada, "Zoë Ångström", "zoe@north.example").await;
        world.ctx(&world.ada).await.admin().unwrap().invite("yan@north.example", "user").await.unwrap();
        for (search, found) in [
            ("angs", vec!["Zoë Ångström"]),
            ("north", vec!["yan@north.example", "Zoë Ångström"]),
            ("zoe north", vec!["Zoë Ångström"]),
            ("!!", vec![]),
            ("nobody", vec![]),
        ] {
            assert_eq!(names(&world, &world.olga, searched(search)).await, found, "{search}");
        }
        let active = MemberFilter { status: Some(MemberStatus::Active), ..searched("north") };
        assert_eq!(names(&world, &world.olga, active).await, ["Zoë Ångström"]);
    }

    async fn a_long_list_comes_in_pages_without_gaps(world: World) {
        for n in 0..120 {
            world.person(&format!("Person{:03} Same", n), world.third).await;
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let filter = MemberFilter { after, ..MemberFilter::default() };
            let page = world.ctx(&world.tess).await.members(&filter).await.unwrap();
            assert!(page.members.len() <= 50);
            seen.extend(page.members.into_iter().map(|member| member.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), &seen), (121, &sorted));
    }

    async fn every_member_sees_the_list_and_admins_alone_act(world: World) {
        let list = world.ctx(&world.olga).await.members(&MemberFilter::default()).await.unwrap();
        assert!(!list.administers && list.members.iter().all(|member| member.acts.is_empty()));
        let list = world.ctx(&world.ada).await.members(&MemberFilter::default()).await.unwrap();
        let acts = |name: &str| list.members.iter().find(|member| member.name == name).unwrap().acts.clone();
        assert_eq!(acts("Olga Owner"), [MemberAct::ChangeRole, MemberAct::ResetSignIn, MemberAct::Deactivate]);
        assert!(acts("Hana Head").is_empty() && acts("Ada Admin").is_empty());
        let before = world.everything().await;
        assert_eq!(words(deactivate(&world, &world.olga, &world.carl).await), Denial::AdminsOnly.to_string());
        assert_eq!(told(deactivate(&world, &world.ada, &world.mia).await), AppError::NotFound);
        assert_eq!(world.everything().await, before);
    }

    async fn an_admin_changes_roles_but_not_the_owner_s_nor_their_own(world: World) {
        let change = async |by: &Person, whom: &Person, role| managed(&world, by, whom).await?.change_role(role).await;
        let told = change(&world.ada, &world.olga, WorkspaceRole::Admin).await.unwrap();
        assert_eq!(told, "Olga Owner is now Admin of the workspace.");
        assert!(world.ctx(&world.olga).await.admin().is_ok());
        assert_eq!(world.heard(&world.olga).await, ["Ada Admin changed the workspace role of Olga Owner to Admin."]);
        let before = world.everything().await;
        change(&world.ada, &world.olga, WorkspaceRole::Admin).await.unwrap();
        assert_eq!(world.everything().await, before, "the same again is no second event");
        assert!(change(&world.ada, &world.olga, WorkspaceRole::Owner).await.is_err());
        assert!(change(&world.ada, &world.ada, WorkspaceRole::User).await.is_err());
        change(&world.olga, &world.ada, WorkspaceRole::User).await.unwrap();
        assert_eq!(world.ctx(&world.ada).await.admin().unwrap_err(), Denial::AdminsOnly);
    }

    async fn last_owner_of_a_workspace_cannot_be_lowered_or_deactivated(world: World) {
        // Their sessions begin before.
        for acting in [&world.ada, &world.hana] {
            world.ctx(acting).await;
        }
        let before = world.everything().await;
        let stays = "This is the workspace's Owner. Make someone else Owner first.";
        let lower = managed(&world, &world.ada, &world.hana).await.unwrap().change_role(WorkspaceRole::Admin).await;
        assert_eq!(words(lower), stays);
        assert_eq!(words(deactivate(&world, &world.ada, &world.hana).await), stays);
        assert_eq!(words(deactivate(&world, &world.hana, &world.hana).await), stays);
        assert_eq!(leaving(&world, &world.ada, &world.hana).await.refused.as_deref(), Some(stays));
        assert_eq!(words(deactivate(&world, &world.ada, &world.ada).await), Denial::NotOneself.to_string());
        assert_eq!(world.everything().await, before);
    }

    async fn last_active_owner_of_an_account_cannot_be_deactivated(world: World) {
        deactivate(&world, &world.ada, &world.oscar).await.unwrap();
        let before = world.everything().await;
        assert_eq!(words(deactivate(&world, &world.ada, &world.olga).await), LAST_OWNER);
        assert_eq!(world.everything().await, before);
        let view = leaving(&world, &world.ada, &world.olga).await;
        let labels: Vec<&str> = view.last_owner_of.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!((view.last_owner_count, labels), (2, vec!["Harbor Instagram", "Payroll"]));
        // Once somebody else is, she can go.
        world.change_role(&world.olga, &world.carl, AccountRole::Owner).await.unwrap();
        world.grant(world.unshared, &world.carl, AccountRole::Owner, None).await;
        assert!(deactivate(&world, &world.ada, &world.olga).await.is_ok());
    }

    async fn deactivating_says_before_what_will_be_lost(world: World) {
        world.send(&world.mia, &form(&[&world.ann, &world.ben])).await.unwrap();
        let view = leaving(&world, &world.gus, &world.mia).await;
        assert_eq!((view.accounts, view.waiting, view.asked_for), (1, 0, 2));
        assert_eq!((view.last_owner_count, view.refused), (0, None));
        let view = leaving(&world, &world.gus, &world.ann).await;
        assert_eq!((view.accounts, view.waiting, view.asked_for), (0, 1, 0));
        let view = leaving(&world, &world.ada, &world.petra).await;
        assert_eq!(view.partnerships, [(world.partnership, "Northlight Studio".to_owned())]);
    }

    async fn requester_is_deactivated_while_lines_are_pending(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        let accepted = world.request_for(&[&world.gus]).await[0];
        world.accept(&world.olga, accepted).await.unwrap();
        world.mails().await;
        deactivate(&world, &world.gus, &world.mia).await.unwrap();
        for line in lines {
            assert_eq!(world.line_state(line).await, "cancelled");
            assert_eq!(world.cancel_reason(line).await, "requester_lost_right");
        }
        assert_eq!(world.line_state(accepted).await, "accepted", "accepted ones stay");
        assert!(world.has_card(&world.gus).await);
        let heard = world.heard(&world.olga).await;
        assert_eq!(
            heard[0],
            "The request for Ann Teammate and Ben Teammate to have access to Harbor Instagram was cancelled: the \
             requester is no longer an account manager of the account."
        );
        let mailed = world.mailed().await;
        assert!(mailed.contains(&"olga@people.example".to_owned()) && mailed.contains(&"oscar@people.example".to_owned()));
        assert!(!mailed.contains(&"mia@people.example".to_owned()), "whoever cannot act is not told: {mailed:?}");
    }

    async fn requested_member_is_deactivated_while_pending(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        deactivate(&world, &world.gus, &world.ann).await.unwrap();
        assert_eq!(world.line_state(lines[0]).await, "cancelled");
        assert_eq!(world.cancel_reason(lines[0]).await, "member_removed");
        assert_eq!(world.line_state(lines[1]).await, "pending", "the others go on");
        assert!(world.heard(&world.mia).await[0].contains("the member was deactivated"));
        world.accept(&world.olga, lines[1]).await.unwrap();
        // Reactivation brings back neither lines nor grants.
        reactivate(&world, &world.gus, &world.ann).await.unwrap();
        assert_eq!(world.line_state(lines[0]).await, "cancelled");
        assert_eq!(grants(&world, &world.ann).await, 0);
        assert!(world.send(&world.mia, &form(&[&world.ann])).await.is_ok(), "and she can be asked for again");
    }

    async fn reactivation_brings_nothing_back(world: World) {
        deactivate(&world, &world.gus, &world.cora).await.unwrap();
        assert_eq!(grants(&world, &world.cora).await, 0);
        let told = reactivate(&world, &world.gus, &world.cora).await.unwrap();
        assert_eq!(told, "Cora Collaborator can sign in again. Access to accounts has to be given anew.");
        assert!(!world.has_card(&world.cora).await);
        assert_eq!(grants(&world, &world.cora).await, 0);
        assert_eq!(world.heard(&world.cora).await, ["Gus Guestadmin reactivated Cora Collaborator."]);
    }

    async fn partnership_owner_leaves(world: World) {
        deactivate(&world, &world.ada, &world.petra).await.unwrap();
        // Nothing is revoked, and the host's Admins act.
        assert!(world.has_card(&world.cora).await);
        assert!(world.seen_by(&world.ada).await.remover().is_ok());
        assert!(world.ctx(&world.ada).await.partnership(world.partnership).await.is_ok());
        assert!(world.heard(&world.hana).await.contains(&"Ada Admin deactivated Petra Partner.".to_owned()));
    }

    async fn whoever_is_deactivated_is_out_at_once_and_everywhere(world: World) {
        let other = world.another_server().await;
        let ctx = world.ctx_on(&other, &world.cora).await;
        let mut page = other.subscribe(&ctx, ctx.frame().sequence, None).await.unwrap();
        let follower = other.clone();
        let following = tokio::spawn(async move { follower.follow().await });
        // The follower has found its place.
        page.next().await.unwrap();
        let session = world.sign_in(&world.cora).await;
        let began = std::time::Instant::now();
        deactivate(&world, &world.gus, &world.cora).await.unwrap();
        assert!(world.services.session(&session).await.unwrap().is_none());
        assert!(other.session(&session).await.unwrap().is_none());
        let ended = tokio::time::timeout(Duration::from_secs(5), page.next()).await.expect("ended in time");
        assert!(ended.is_none() && began.elapsed() < Duration::from_secs(3), "{ended:?} {:?}", began.elapsed());
        following.abort();
        let again = world.services.sign_in(&world.cora.email, PASSWORD, &office()).await;
        assert_eq!(words(again), "The email address or the password is wrong.");
        // A session of before does not come back with a reactivation.
        reactivate(&world, &world.gus, &world.cora).await.unwrap();
        assert!(world.services.session(&session).await.unwrap().is_none());
    }

    async fn deactivating_twice_is_one_event(world: World) {
        deactivate(&world, &world.gus, &world.cora).await.unwrap();
        let before = world.everything().await;
        deactivate(&world, &world.gus, &world.cora).await.unwrap();
        assert_eq!(world.everything().await, before);
        reactivate(&world, &world.gus, &world.cora).await.unwrap();
        let before = world.everything().await;
        reactivate(&world, &world.gus, &world.cora).await.unwrap();
        assert_eq!(world.everything().await, before);
    }

    async fn a_deactivation_beside_an_acceptance_leaves_no_access(world: World) {
        let other = world.another_server().await;
        let line = world.pending().await;
        let olga = world.ctx_on(&other, &world.olga).await;
        let accept = async {
            olga.account(world.account).await?.decider()?.accept(line, domain::access_request::AcceptWith::default()).await
        };
        let (out, accepted) = tokio::join!(deactivate(&world, &world.gus, &world.ann), accept);
        out.unwrap();
        assert_eq!(grants(&world, &world.ann).await, 0, "{accepted:?}");
        assert_ne!(world.line_state(line).await, "pending");
    }

    async fn two_admins_who_deactivate_each_other_at_once_do_not_both_go(world: World) {
        managed(&world, &world.hana, &world.carl).await.unwrap().change_role(WorkspaceRole::Admin).await.unwrap();
        let other = world.another_server().await;
        let one = managed_on(&world, &world.services, &world.ada, &world.carl).await.unwrap();
        let two = managed_on(&world, &other, &world.carl, &world.ada).await.unwrap();
        let (one, two) = tokio::join!(one.deactivate(), two.deactivate());
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let statuses = [status(&world, &world.ada).await, status(&world, &world.carl).await];
        assert_eq!(statuses.iter().filter(|status| *status == "active").count(), 1);
    }

    async fn the_last_two_owners_of_an_account_are_not_both_deactivated_at_once(world: World) {
        let other = world.another_server().await;
        let one = managed_on(&world, &world.services, &world.ada, &world.olga).await.unwrap();
        let two = managed_on(&world, &other, &world.hana, &world.oscar).await.unwrap();
        let (one, two) = tokio::join!(one.deactivate(), two.deactivate());
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    }

    async fn a_reset_sign_in_ends_sessions_and_the_password_and_mails_a_link(world: World) {
        let session = world.sign_in(&world.olga).await;
        let reset = managed(&world, &world.ada, &world.olga).await.unwrap().reset_sign_in().await.unwrap();
        assert!(world.services.session(&session).await.unwrap().is_none());
        let again = world.services.sign_in(&world.olga.email, PASSWORD, &office()).await;
        assert_eq!(words(again), "The email address or the password is wrong.");
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text.contains(&reset.link.unwrap()), "{}", mails[0].text);
        assert_eq!(grants(&world, &world.olga).await, 2, "access stays");
        for (by, whom, denial) in
            [(&world.ada, &world.hana, Denial::AboveAdmin), (&world.ada, &world.ada, Denial::NotOneself)]
        {
            let refused = managed(&world, by, whom).await.unwrap().reset_sign_in().await;
            assert_eq!(words(refused), denial.to_string());
        }
    }

    async fn nobody_gets_into_a_workspace_by_way_of_another_s_admin(world: World) {
        world.also_in(&world.carl, world.third).await;
        let reset = managed(&world, &world.ada, &world.carl).await.unwrap().reset_sign_in().await.unwrap();
        assert_eq!(reset.link, None, "the link goes to the address alone");
        // It is one sign-in for all, so the Admins there hear of it.
        assert_eq!(world.mailed().await, ["carl@people.example", "tess@people.example"]);
    }

    async fn the_export_has_every_member_and_no_formula(world: World) {
        world.run(r#"UPDATE "user" SET name = '=1+1' WHERE id = $1"#, [world.carl.user.into()]).await;
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        let pieces: Vec<Vec<u8>> =
            Box::pin(admin.export_members(MemberFilter::default()).await.unwrap()).try_collect().await.unwrap();
        let text = String::from_utf8(pieces.concat()).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert_eq!(lines[0], "Name,Email address,Role,Status,Joined,Invited until,Deactivated");
        assert_eq!(lines[1], "Ada Admin,ada@people.example,Admin,Active,2026-03-02T09:30:00Z,,");
        assert!(lines.contains(&"'=1+1,carl@people.example,User,Active,2026-03-02T09:30:00Z,,"), "{text}");
        assert_eq!(lines.len(), 8, "a line for each of six, the headings, and an end: {text}");
        let recorded: i64 = world.one("SELECT count(*) FROM activity_event WHERE kind = 'members_exported'", []).await;
        assert_eq!(recorded, 1);
        assert_eq!(world.ctx(&world.olga).await.admin().unwrap_err(), Denial::AdminsOnly);
    }
}
