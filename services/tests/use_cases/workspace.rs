//! Workspaces: their name, whom they belong to, and how further ones begin.

use crate::world::{Person, World, office, token_in, told, words};
use chrono::TimeDelta;
use domain::invitation::TakenUpBy;
use domain::partnership::ProposalForm;
use domain::workspace::{Founding, FoundingForm, WorkspaceRole};
use domain::{AppError, Denial, PartnershipId};
use services::workspace::Founded;
use services::{Ctx, Error, Services};

const GONE: &str = "This link has ended, or was used. Ask whoever gave it to you for a new one.";

fn as_fay() -> FoundingForm {
    FoundingForm {
        workspace: "Fay & Co".to_owned(),
        name: "Fay Founder".to_owned(),
        email: String::new(),
        password: "several words in a row".to_owned(),
    }
}

async fn link(services: &Services, email: &str) -> String {
    token_in(&services.founding_link(email, false).await.unwrap())
}

async fn found(services: &Services, token: &str, reader: Option<&Ctx>) -> Result<Founded, Error> {
    services.found_workspace(token, &as_fay(), reader.map(Ctx::oneself).as_ref(), &office()).await
}

async fn signed_in(world: &World, founded: &Founded) -> Ctx {
    let session = founded.session.as_ref().expect("a session");
    world.services.session(&session.id).await.unwrap().expect("signed in")
}

async fn hand_over(world: &World, by: &Person, to: &Person) -> Result<String, Error> {
    world.ctx(by).await.workspace_owner()?.hand_over_to(to.member).await
}

/// A proposal of Harbor Coffee to this address, as to a company that has no workspace, and the token of its link.
async fn proposal_to(world: &World, contact: &str) -> (PartnershipId, String) {
    let form = ProposalForm { contact_email: contact.to_owned(), ..ProposalForm::default() };
    world.mails().await;
    let (partnership, _) = world.ctx(&world.ada).await.propose_partnership(&form).await.unwrap();
    let mails = world.mails().await;
    let mail = mails.iter().rfind(|mail| mail.to_address == contact).expect("a mail to the contact");
    (partnership, token_in(&mail.text))
}

/// All that the host's page of a partnership shows.
async fn seen_by_host(world: &World, partnership: PartnershipId) -> String {
    format!("{:?}", world.ctx(&world.ada).await.partnership(partnership).await.unwrap().overview())
}

/// A proposal of Harbor Coffee to a company that has no workspace, in this state, and the token of its link.
async fn proposal(world: &World, state: &str) -> (PartnershipId, String) {
    let partnership = world.partnership(world.host, world.third, &world.ada).await;
    world
        .run(
            "UPDATE partnership SET guest_workspace_id = NULL, state = $1, accepted_at = NULL WHERE id = $2",
            [state.into(), partnership.into()],
        )
        .await;
    let token = link(&world.services, "fay@fay.example").await;
    world.run("UPDATE single_use_link SET partnership_id = $1", [partnership.into()]).await;
    (partnership, token)
}

on_both! {
    async fn an_admin_renames_the_workspace(world: World) {
        let told = world.ctx(&world.ada).await.admin().unwrap().rename("  Harbor  Roasters ").await.unwrap();
        assert_eq!(told, "The workspace is called Harbor Roasters now.");
        let seen = world.ctx(&world.olga).await;
        assert_eq!(seen.frame().workspace, "Harbor Roasters");
        let view = seen.own_workspace().await.unwrap();
        assert_eq!((view.owner.as_str(), view.administers, view.owns), ("Hana Head", false, false));
        assert!(world.ctx(&world.ada).await.admin().unwrap().rename(" ").await.is_err());
        assert_eq!(seen.admin().unwrap_err(), Denial::AdminsOnly);
        let before = world.everything().await;
        world.ctx(&world.ada).await.admin().unwrap().rename("Harbor Roasters").await.unwrap();
        assert_eq!(world.everything().await, before, "the same again is no second event");
    }

    async fn the_owner_hands_the_workspace_over_and_becomes_an_admin(world: World) {
        let told_owner = hand_over(&world, &world.hana, &world.carl).await.unwrap();
        assert_eq!(told_owner, "Carl Colleague is the workspace's Owner now. You are an Admin.");
        assert_eq!(world.ctx(&world.carl).await.role(), WorkspaceRole::Owner);
        assert_eq!(world.ctx(&world.hana).await.role(), WorkspaceRole::Admin);
        assert!(world.heard(&world.carl).await[0].contains("handed over the ownership"));
        assert_eq!(words(hand_over(&world, &world.hana, &world.ada).await), Denial::WorkspaceOwnerOnly.to_string());
    }

    async fn the_ownership_goes_to_another_active_member_of_the_workspace(world: World) {
        world.deactivate(&world.carl).await;
        // Their sessions begin before.
        for acting in [&world.ada, &world.hana] {
            world.ctx(acting).await;
        }
        let before = world.everything().await;
        assert_eq!(words(hand_over(&world, &world.ada, &world.olga).await), Denial::WorkspaceOwnerOnly.to_string());
        assert_eq!(told(hand_over(&world, &world.hana, &world.mia).await), AppError::NotFound);
        for whom in [&world.carl, &world.hana] {
            assert!(told(hand_over(&world, &world.hana, whom).await).problem_with("member").is_some());
        }
        assert_eq!(world.everything().await, before);
        let owner = world.ctx(&world.hana).await.workspace_owner().unwrap();
        let found = owner.hand_over_choices(None, "").await.unwrap().found;
        let names: Vec<&str> = found.iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["Ada Admin", "Olga Owner", "Oscar Owner", "Petra Partner"]);
        assert_eq!(told(owner.hand_over_choices(Some(world.mia.member), "").await), AppError::NotFound);
        let chosen = owner.hand_over_choices(Some(world.olga.member), "").await.unwrap().chosen.unwrap();
        assert_eq!(chosen.name, "Olga Owner");
    }

    async fn handing_over_to_two_at_once_makes_one_owner(world: World) {
        let other = world.another_server().await;
        let one = world.ctx(&world.hana).await.workspace_owner().unwrap();
        let two = world.ctx_on(&other, &world.hana).await.workspace_owner().unwrap();
        let (one, two) = tokio::join!(one.hand_over_to(world.ada.member), two.hand_over_to(world.olga.member));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let sql = "SELECT count(*) FROM member WHERE workspace_id = $1 AND role = 'owner'";
        assert_eq!(world.one::<i64>(sql, [world.host.into()]).await, 1);
    }

    async fn whoever_has_the_operator_s_link_founds_a_workspace(world: World) {
        let token = link(&world.services, "fay@fay.example").await;
        let before = world.everything().await;
        let view = world.services.founding_view(&token, None).await.unwrap().unwrap();
        assert_eq!((view.email.as_str(), view.by, view.host), ("fay@fay.example", TakenUpBy::NewSignIn, None));
        assert_eq!(world.everything().await, before);
        let founded = found(&world.services, &token, None).await.unwrap();
        let fay = signed_in(&world, &founded).await;
        assert_eq!((fay.role(), fay.frame().workspace.as_str()), (WorkspaceRole::Owner, "Fay & Co"));
        assert_eq!(fay.frame().email, "fay@fay.example");
        let id = fay.own_workspace().await.unwrap().public_id;
        assert_eq!(id.len(), 13, "{id}");
        assert_eq!(words(found(&world.services, &token, None).await), GONE);
        assert!(fay.members(&Default::default()).await.unwrap().members[0].oneself);
    }

    async fn a_founding_link_ends_after_two_weeks_and_works_once_for_two_at_once(world: World) {
        let late = link(&world.services, "fay@fay.example").await;
        world.pass(TimeDelta::days(14));
        assert_eq!(words(found(&world.services, &late, None).await), GONE);
        let token = link(&world.services, "fay@fay.example").await;
        let other = world.another_server().await;
        let (one, two) = tokio::join!(found(&world.services, &token, None), found(&other, &token, None));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    }

    async fn founding_with_a_sign_in_one_has_asks_for_it(world: World) {
        let token = link(&world.services, &world.tess.email).await;
        let by = async |reader: Option<&Ctx>| world.services.founding_view(&token, reader.map(Ctx::oneself).as_ref()).await.unwrap().unwrap().by;
        assert_eq!(by(None).await, TakenUpBy::SignIn);
        assert!(found(&world.services, &token, None).await.is_err());
        let somebody = world.ctx(&world.olga).await;
        assert_eq!(by(Some(&somebody)).await, TakenUpBy::SomebodyElse);
        assert!(found(&world.services, &token, Some(&somebody)).await.is_err());
        let tess = world.ctx(&world.tess).await;
        assert_eq!(by(Some(&tess)).await, TakenUpBy::SignedIn);
        let founded = found(&world.services, &token, Some(&tess)).await.unwrap();
        assert!(founded.session.is_none());
        let sql = "SELECT count(*) FROM member WHERE user_id = $1 AND role = 'owner'";
        assert_eq!(world.one::<i64>(sql, [world.tess.user.into()]).await, 1);
        // The name they have is theirs still.
        let name: String = world.one(r#"SELECT name FROM "user" WHERE id = $1"#, [world.tess.user.into()]).await;
        assert_eq!(name, "Tess Third");
    }

    async fn a_company_that_is_not_here_yet_founds_its_workspace_and_can_accept(world: World) {
        let (partnership, token) = proposal(&world, "awaiting_guest").await;
        let view = world.services.founding_view(&token, None).await.unwrap().unwrap();
        assert_eq!(view.host.as_deref(), Some("Harbor Coffee"));
        let founded = found(&world.services, &token, None).await.unwrap();
        assert_eq!(founded.workspace.partnership, Some(partnership));
        let fay = signed_in(&world, &founded).await;
        let seen = fay.partnership(partnership).await.unwrap();
        assert!(seen.may(domain::policy::PartnershipAct::Accept).is_ok());
    }

    async fn a_company_that_is_here_already_answers_with_the_workspace_it_has(world: World) {
        let (partnership, token) = proposal_to(&world, &world.tess.email).await;
        let tess = world.ctx(&world.tess).await.oneself();
        let view = world.services.founding_view(&token, Some(&tess)).await.unwrap().unwrap();
        assert_eq!(view.answering.iter().map(|own| own.name.as_str()).collect::<Vec<_>>(), ["Third Street"]);
        let before = seen_by_host(&world, partnership).await;
        let answered = tess.answer_as(&token, world.tess.member).await.unwrap();
        assert_eq!((answered.host.as_str(), answered.partnership), ("Harbor Coffee", partnership));
        assert_eq!(seen_by_host(&world, partnership).await, before, "the host learns nothing before the answer");
        assert!(world.heard(&world.ada).await.is_empty() && world.heard(&world.tess).await.is_empty());
        let seen = world.ctx(&world.tess).await.partnership(partnership).await.unwrap();
        seen.accept(domain::partnership::TERMS_VERSION, true).await.unwrap();
        assert!(seen_by_host(&world, partnership).await.contains("Third Street"));
        assert_eq!(words(tess.answer_as(&token, world.tess.member).await), GONE);
    }

    async fn other_admins_are_told_what_their_company_can_answer(world: World) {
        let (_, token) = proposal_to(&world, &world.gus.email).await;
        let other = world.guest_admin("Gina Admin").await;
        world.run("UPDATE partnership SET state = 'removed' WHERE guest_workspace_id = $1", [world.guest.into()]).await;
        world.ctx(&world.gus).await.oneself().answer_as(&token, world.gus.member).await.unwrap();
        let heard = world.heard(&other).await;
        assert_eq!(heard, ["Gus Guestadmin received a request of Harbor Coffee for a partnership with Northlight Studio."]);
    }

    async fn only_who_looks_after_a_workspace_and_has_the_link_s_address_answers_with_it(world: World) {
        let (partnership, token) = proposal_to(&world, &world.tess.email).await;
        let tess = world.ctx(&world.tess).await.oneself();
        // Somebody else's membership, one that does not administer, and the host itself.
        let user = world.also_in(&world.tess, world.guest).await;
        for member in [world.gus.member, user.member, domain::MemberId(uuid::Uuid::nil())] {
            assert_eq!(told(tess.answer_as(&token, member).await), AppError::NotFound);
        }
        world.run("UPDATE partnership SET host_workspace_id = $1 WHERE id = $2", [world.third.into(), partnership.into()]).await;
        assert_eq!(told(tess.answer_as(&token, world.tess.member).await), AppError::NotFound, "no company answers itself");
        world.run("UPDATE partnership SET host_workspace_id = $1 WHERE id = $2", [world.host.into(), partnership.into()]).await;
        let somebody = world.ctx(&world.gus).await.oneself();
        let refused = words(somebody.answer_as(&token, world.gus.member).await);
        assert_eq!(refused, "This link is for tess@people.example. Sign in with that address first.");
        assert_eq!(words(tess.answer_as("none", world.tess.member).await), GONE);
        world.ctx(&world.ada).await.partnership(partnership).await.unwrap().withdraw().await.unwrap();
        assert_eq!(words(tess.answer_as(&token, world.tess.member).await), GONE);
    }

    async fn a_company_that_has_a_partnership_already_is_told_so(world: World) {
        let (_, token) = proposal_to(&world, &world.gus.email).await;
        let gus = world.ctx(&world.gus).await.oneself();
        let refused = words(gus.answer_as(&token, world.gus.member).await);
        assert_eq!(
            refused,
            "Northlight Studio has a partnership with Harbor Coffee already, or is asked for one. Find it under Partners."
        );
        assert!(world.services.founding_view(&token, Some(&gus)).await.unwrap().is_some(), "the link still works");
    }

    async fn of_two_answers_at_once_one_counts(world: World) {
        let (_, token) = proposal_to(&world, &world.tess.email).await;
        let other = world.another_server().await;
        let one = world.ctx(&world.tess).await.oneself();
        let two = world.ctx_on(&other, &world.tess).await.oneself();
        let (one, two) =
            tokio::join!(one.answer_as(&token, world.tess.member), two.answer_as(&token, world.tess.member));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    }

    async fn a_proposal_that_was_taken_back_founds_nothing(world: World) {
        for state in ["withdrawn", "lapsed", "declined"] {
            let (partnership, token) = proposal(&world, state).await;
            assert!(world.services.founding_view(&token, None).await.unwrap().is_none(), "{state}");
            assert_eq!(words(found(&world.services, &token, None).await), GONE);
            world.run("DELETE FROM single_use_link", []).await;
            world.run("DELETE FROM partnership WHERE id = $1", [partnership.into()]).await;
        }
    }

    async fn where_the_operator_founds_alone_no_proposal_does(world: World) {
        let (_, token) = proposal(&world, "awaiting_guest").await;
        let closed = world.founding_by(Founding::Operator).await;
        assert!(closed.founding_view(&token, None).await.unwrap().is_none());
        assert_eq!(words(found(&closed, &token, None).await), GONE);
        let own = link(&closed, "fay@fay.example").await;
        assert!(found(&closed, &own, None).await.is_ok(), "the operator's own link works");
    }

    async fn anyone_founds_where_it_is_open_and_nobody_else_where_it_is_not(world: World) {
        for founding in [Founding::Invitation, Founding::Operator] {
            let services = world.founding_by(founding).await;
            assert_eq!(told(services.ask_to_found("fay@fay.example", &office()).await), AppError::NotFound);
            let tess = world.ctx_on(&services, &world.tess).await;
            assert_eq!(told(services.found_another("Second", &tess.oneself()).await), AppError::NotFound);
        }
        let open = world.founding_by(Founding::Open).await;
        // Known and unknown addresses are answered alike.
        for email in ["fay@fay.example", "tess@people.example"] {
            open.ask_to_found(email, &office()).await.unwrap();
        }
        let mails = world.mails().await;
        assert_eq!(mails.iter().map(|mail| mail.to_address.as_str()).collect::<Vec<_>>(), ["fay@fay.example", "tess@people.example"]);
        assert!(found(&open, &token_in(&mails[0].text), None).await.is_ok());
        let tess = world.ctx_on(&open, &world.tess).await;
        assert!(open.found_another("Tess Alone", &tess.oneself()).await.is_ok());
    }

    async fn asking_for_links_again_and_again_is_limited(world: World) {
        let open = world.founding_by(Founding::Open).await;
        for _ in 0..8 {
            open.ask_to_found("fay@fay.example", &office()).await.unwrap();
        }
        let limited = told(open.ask_to_found("fay@fay.example", &office()).await);
        assert!(matches!(limited, AppError::TooManyAttempts { .. }), "{limited}");
    }

    async fn an_operator_lists_users_and_makes_a_link_to_reset_a_password(world: World) {
        let lines = world.services.user_lines("", 1_000).await.unwrap();
        assert_eq!(lines.len(), 13);
        let ada = &lines[0];
        assert_eq!((ada.email.as_str(), ada.workspace.as_deref()), ("ada@people.example", Some("Harbor Coffee")));
        assert_eq!(world.services.user_lines("olga@people.example", 1).await.unwrap()[0].email, "oscar@people.example");
        let link = world.services.operator_reset_link(" OLGA@people.example").await.unwrap().unwrap();
        assert!(link.starts_with("https://latchkey.example/reset-password?token="), "{link}");
        assert_eq!(world.services.operator_reset_link("nobody@people.example").await.unwrap(), None);
    }

    async fn an_installation_with_a_workspace_is_not_set_up_again(world: World) {
        assert_eq!(world.services.set_up_link().await.unwrap(), None);
        let form = FoundingForm { email: "fay@fay.example".to_owned(), ..as_fay() };
        let refused = world.services.set_up("anything", &form, &office()).await;
        assert_eq!(words(refused), "This installation is set up already. Sign in, or ask for an invitation.");
    }
}
