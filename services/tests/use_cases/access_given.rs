//! Access within the workspace: given by an owner, given back by whoever has it.

use crate::world::{LABEL, Person, World, form, told, words};
use domain::access_grant::{AddedMembers, GiveForm};
use domain::account::AccountRole;
use domain::{AppError, MemberId};
use services::Error;
use uuid::Uuid;

const OWNERS_ONLY: &str = "Only an owner of the account can do this.";
const LAST_OWNER: &str = "This is the account's last owner. Make someone else Owner first.";

fn to(people: &[&Person], role: &str) -> GiveForm {
    GiveForm { members: people.iter().map(|person| person.member).collect(), role: role.to_owned() }
}

async fn give(world: &World, person: &Person, form: &GiveForm) -> Result<AddedMembers, Error> {
    world.ctx(person).await.account(world.account).await?.owner()?.give_access(form).await
}

async fn give_back(world: &World, person: &Person) -> Result<String, Error> {
    world.ctx(person).await.account(world.account).await?.holder()?.give_back().await
}

on_both! {
    async fn an_owner_gives_colleagues_access(world: World) {
        let added = give(&world, &world.olga, &to(&[&world.hana, &world.petra], "collaborator")).await.unwrap();
        assert_eq!(added.message(), format!("2 members now have access to {LABEL} as Collaborator."));
        for person in [&world.hana, &world.petra] {
            assert_eq!(world.cards(person).await[0].role, AccountRole::Collaborator, "{}", person.name);
            assert_eq!(
                world.heard(person).await[0],
                format!("Olga Owner gave {} access to {LABEL} as Collaborator.", person.name)
            );
        }
        assert_eq!(world.mailed().await, ["hana@people.example", "petra@people.example"]);
        let rows = world.seen_by(&world.olga).await.members(None, None).await.unwrap().members;
        let via = rows.iter().find(|row| row.member.member == world.hana.member).unwrap().via.clone();
        assert_eq!(via, "Added by an owner");
    }

    async fn a_new_owner_decides_and_the_other_owners_are_told(world: World) {
        let added = give(&world, &world.olga, &to(&[&world.carl], "owner")).await.unwrap();
        assert_eq!(added.message(), format!("Carl Colleague now has access to {LABEL} as Owner."));
        assert_eq!(world.mailed().await, ["carl@people.example", "oscar@people.example"]);
        assert_eq!(world.cards(&world.carl).await[0].role, AccountRole::Owner);
        let line = world.pending().await;
        assert!(world.accept(&world.carl, line).await.is_ok());
    }

    async fn who_has_as_much_already_is_left_and_twice_is_once(world: World) {
        let form = to(&[&world.carl, &world.oscar, &world.hana], "collaborator");
        let added = give(&world, &world.olga, &form).await.unwrap();
        assert_eq!(added.added, ["Hana Head"]);
        assert_eq!(
            added.not_added(),
            [
                "Not added: Carl Colleague: Already has access as Collaborator",
                "Not added: Oscar Owner: Already has access as Owner"
            ]
        );
        let before = world.everything().await;
        let again = give(&world, &world.olga, &form).await.unwrap();
        assert_eq!((again.added.len(), again.message()), (0, format!("Nothing was changed on {LABEL}.")));
        assert_eq!(world.everything().await, before);
    }

    async fn two_owners_who_give_the_same_at_once_give_it_once(world: World) {
        let form = to(&[&world.hana], "collaborator");
        let olga = world.seen_by(&world.olga).await.owner().unwrap();
        let oscar = world.seen_by(&world.oscar).await.owner().unwrap();
        let (one, two) = tokio::join!(olga.give_access(&form), oscar.give_access(&form));
        assert_eq!(one.unwrap().added.len() + two.unwrap().added.len(), 1);
        let sql = "SELECT count(*) FROM access_grant WHERE member_id = $1";
        assert_eq!(world.one::<i64>(sql, [world.hana.member.into()]).await, 1);
    }

    async fn only_owners_give_access_and_only_to_active_colleagues(world: World) {
        let hana = to(&[&world.hana], "collaborator");
        for person in [&world.carl, &world.mia, &world.cora, &world.ada, &world.petra] {
            assert_eq!(words(give(&world, person, &hana).await), OWNERS_ONLY, "{}", person.name);
        }
        for person in [&world.ann, &world.tess] {
            assert_eq!(told(give(&world, person, &hana).await), AppError::NotFound);
        }
        for other in [&world.ann, &world.mia, &world.tess] {
            for role in ["collaborator", "owner"] {
                let form = to(&[&world.hana, other], role);
                assert_eq!(told(give(&world, &world.olga, &form).await), AppError::NotFound, "{}", other.name);
            }
        }
        let nobody = GiveForm { members: vec![MemberId(Uuid::now_v7())], role: "owner".to_owned() };
        assert_eq!(told(give(&world, &world.olga, &nobody).await), AppError::NotFound);
        assert!(told(give(&world, &world.olga, &to(&[], "")).await).problem_with("members").is_some());
        assert!(
            told(give(&world, &world.olga, &to(&[&world.hana], "account_manager")).await)
                .problem_with("role")
                .is_some()
        );
        world.deactivate(&world.hana).await;
        let added = give(&world, &world.olga, &hana).await.unwrap();
        assert_eq!(added.not_added(), ["Not added: Hana Head: Is no longer an active member"]);
    }

    async fn colleagues_are_searched_for_and_owners_cannot_be_added(world: World) {
        for (token, person) in [("ha", &world.hana), ("os", &world.oscar), ("ca", &world.carl), ("mi", &world.mia)] {
            let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, $2, $3)";
            world.run(sql, [person.workspace.into(), token.into(), person.member.into()]).await;
        }
        let find = async |typed: &str, picked: &[MemberId]| {
            let owner = world.seen_by(&world.olga).await.owner().unwrap();
            owner.add_members_form(typed, picked).await.unwrap()
        };
        assert_eq!(find("ha", &[]).await.found[0].name, "Hana Head");
        assert_eq!(find("os", &[]).await.found[0].blocked.as_deref(), Some("Already has access as Owner"));
        assert_eq!(find("ca", &[]).await.found[0].blocked, None, "a collaborator can be made Owner");
        assert!(find("mi", &[]).await.found.is_empty(), "the guest's people are not offered");
        let picked = find("ha", &[world.hana.member, world.mia.member]).await;
        assert!(picked.found.is_empty());
        assert_eq!(picked.picked.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["Hana Head"]);
    }

    async fn anybody_gives_back_their_own_access(world: World) {
        for person in [&world.carl, &world.cora] {
            world.mails().await;
            let message = give_back(&world, person).await.unwrap();
            assert_eq!(message, format!("You gave back your access to {LABEL}."));
            assert!(!world.has_card(person).await && !world.sees(person).await, "{}", person.name);
            assert_eq!(world.mailed().await, ["olga@people.example", "oscar@people.example"]);
            assert_eq!(
                world.heard(&world.olga).await[0],
                format!("{} gave back their own access to {LABEL}.", person.name)
            );
            assert_eq!(told(give_back(&world, person).await), AppError::NotFound, "there is nothing left to give");
        }
        let reasons: i64 = world.one("SELECT count(*) FROM access_grant WHERE end_reason = 'given_back'", []).await;
        assert_eq!(reasons, 2);
        assert!(world.send(&world.mia, &form(&[&world.cora])).await.is_ok(), "she can be asked for again");
    }

    async fn a_manager_who_gives_back_loses_what_they_asked_for(world: World) {
        let line = world.pending().await;
        give_back(&world, &world.mia).await.unwrap();
        assert_eq!(world.cancel_reason(line).await, "requester_lost_right");
    }

    async fn an_owner_gives_back_unless_there_is_no_other(world: World) {
        give_back(&world, &world.olga).await.unwrap();
        assert_eq!(words(give_back(&world, &world.oscar).await), LAST_OWNER);
        world.grant(world.account, &world.hana, AccountRole::Owner, None).await;
        world.deactivate(&world.hana).await;
        assert_eq!(words(give_back(&world, &world.oscar).await), LAST_OWNER, "one who cannot act is none");
        assert!(world.has_card(&world.oscar).await);
    }

    async fn two_owners_who_give_back_at_once_leave_one(world: World) {
        let olga = world.seen_by(&world.olga).await.holder().unwrap();
        let oscar = world.seen_by(&world.oscar).await.holder().unwrap();
        let (one, two) = tokio::join!(olga.give_back(), oscar.give_back());
        assert_ne!(one.is_ok(), two.is_ok());
    }

    async fn who_only_looks_after_an_account_has_nothing_to_give_back(world: World) {
        let words = words(give_back(&world, &world.ada).await);
        assert!(words.starts_with("Only members who have access to the account can do this."), "{words}");
        assert_eq!(told(give_back(&world, &world.ann).await), AppError::NotFound);
    }
}
