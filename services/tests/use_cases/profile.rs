//! What users say of themselves.

use crate::world::{Person, World, office, token_in, told, words};
use chrono::TimeDelta;
use domain::member::{MemberFilter, MemberStatus};
use domain::profile::EmailChangeStep;
use domain::{AppError, Conflict};
use services::invitation::JoinForm;
use services::{Ctx, Services};

const OLD: &str = "ann@people.example";
const NEW: &str = "ann.teammate@new.example";
const OVER: &str =
    "This link does not work any more: it was used, or its time is over. Begin again under Settings, Profile.";

async fn found_by(ctx: &Ctx, world: &World, typed: &str) -> Vec<String> {
    let manager = ctx.account(world.account).await.unwrap().manager().unwrap();
    let found = manager.search_members(typed, domain::account::AccountRole::Collaborator).await.unwrap();
    found.into_iter().map(|member| member.name).collect()
}

/// The token of the one mail that has come to an address since the last look, if one has.
async fn mailed(world: &World, address: &str) -> Option<String> {
    let mails = world.mails().await;
    mails.iter().rfind(|mail| mail.to_address == address).map(|mail| token_in(&mail.text))
}

/// Ann asks for another address: the token in the mail to the old one.
async fn asks(world: &World, address: &str) -> String {
    world.mails().await;
    world.ctx(&world.ann).await.oneself().recently_confirmed().unwrap().change_email(address).await.unwrap();
    mailed(world, OLD).await.expect("a mail to the address that she has")
}

/// Both addresses agree.
async fn agrees(world: &World, address: &str) -> Result<(), AppError> {
    let token = asks(world, address).await;
    world.services.agree_to_email_change(&token).await.unwrap();
    let token = mailed(world, address).await.expect("a mail to the new address");
    world.services.agree_to_email_change(&token).await.map(|_| ()).map_err(|error| told(Err::<(), _>(error)))
}

async fn signs_in(services: &Services, address: &str) -> bool {
    services.sign_in(address, crate::world::PASSWORD, &office()).await.is_ok()
}

/// An Admin invites an address: the token in the mail.
async fn invited(world: &World, admin: &Person, address: &str) -> String {
    world.ctx(admin).await.admin().unwrap().invite(address, "user").await.unwrap();
    mailed(world, address).await.expect("an invitation")
}

/// What All members of the third company shows of an address.
async fn status_at_third(world: &World, address: &str) -> Option<(String, MemberStatus)> {
    let all = world.ctx(&world.tess).await.members(&MemberFilter::default()).await.unwrap().members;
    all.into_iter().find(|member| member.email == address).map(|member| (member.name, member.status))
}

on_both! {
    async fn a_new_address_takes_the_yes_of_the_old_one_and_of_the_new_one(world: World) {
        let first = asks(&world, NEW).await;
        let seen = world.services.email_change(&first).await.unwrap().unwrap();
        assert_eq!((seen.old.as_str(), seen.new.as_str(), seen.step), (OLD, NEW, EmailChangeStep::Old));
        assert_eq!(mailed(&world, NEW).await, None, "nothing goes there before the old one has agreed");
        assert_eq!(world.services.agree_to_email_change(&first).await.unwrap().step, EmailChangeStep::Old);
        assert!(signs_in(&world.services, OLD).await && !signs_in(&world.services, NEW).await);
        let second = mailed(&world, NEW).await.unwrap();
        assert_eq!(world.services.agree_to_email_change(&second).await.unwrap().step, EmailChangeStep::New);
        assert!(!signs_in(&world.services, OLD).await && signs_in(&world.services, NEW).await);
        let mia = world.ctx(&world.mia).await;
        assert_eq!(found_by(&mia, &world, "ann.t").await, ["Ann Teammate"]);
        assert_eq!(found_by(&mia, &world, "ann@").await, [""; 0], "nobody is found by an address they had");
        assert!(world.mails().await.iter().any(|mail| mail.to_address == OLD && mail.subject.ends_with("has been changed")));
    }

    async fn a_link_about_another_address_works_once_and_in_its_turn(world: World) {
        let first = asks(&world, NEW).await;
        let (one, two) = tokio::join!(world.services.agree_to_email_change(&first), world.services.agree_to_email_change(&first));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(words(one.and(two)), OVER);
        let second = mailed(&world, NEW).await.unwrap();
        // Another wish takes the place of the one before, with its links.
        let other = asks(&world, "ann@other.example").await;
        assert_eq!(words(world.services.agree_to_email_change(&second).await), OVER);
        world.pass(TimeDelta::days(1));
        assert_eq!(words(world.services.agree_to_email_change(&other).await), OVER);
        assert!(signs_in(&world.services, OLD).await);
    }

    async fn what_is_no_other_address_is_refused(world: World) {
        let ann = world.ctx(&world.ann).await.oneself().recently_confirmed().unwrap();
        for typed in ["", "ann", "Ann@People.example"] {
            assert!(matches!(told(ann.change_email(typed).await), AppError::Invalid { .. }), "{typed:?}");
        }
    }

    async fn an_address_with_which_somebody_signs_in_is_not_free(world: World) {
        let taken = agrees(&world, &world.ben.email).await;
        assert!(matches!(taken, Err(AppError::Conflict { conflict: Conflict::Exists { .. } })), "{taken:?}");
        assert!(signs_in(&world.services, OLD).await && signs_in(&world.services, &world.ben.email).await);
        // Nor is that of somebody who is a member nowhere at the moment.
        world.deactivate(&world.cora).await;
        assert!(agrees(&world, &world.cora.email).await.is_err());
    }

    async fn an_address_that_was_only_invited_is_free_for_whoever_has_it(world: World) {
        let token = invited(&world, &world.tess, NEW).await;
        agrees(&world, NEW).await.unwrap();
        // The invitation is hers now, and shows nothing of her before she has joined.
        assert_eq!(status_at_third(&world, NEW).await, Some((NEW.to_owned(), MemberStatus::Invited)));
        let ann = world.ctx(&Person { email: NEW.to_owned(), ..world.ann.clone() }).await;
        world.services.join(&token, &JoinForm::default(), Some(&ann.oneself()), &office()).await.unwrap();
        assert_eq!(status_at_third(&world, NEW).await, Some(("Ann Teammate".to_owned(), MemberStatus::Active)));
    }

    async fn an_invitation_to_where_one_is_a_member_already_goes_with_the_new_address(world: World) {
        world.also_in(&world.ann, world.third).await;
        let token = invited(&world, &world.tess, NEW).await;
        agrees(&world, NEW).await.unwrap();
        assert_eq!(status_at_third(&world, NEW).await, Some(("Ann Teammate".to_owned(), MemberStatus::Active)));
        assert!(world.services.invitation(&token, None).await.unwrap().is_none());
    }

    async fn an_address_whose_invitation_was_withdrawn_is_nobody_s(world: World) {
        let token = invited(&world, &world.tess, NEW).await;
        let tess = world.ctx(&world.tess).await;
        let all = tess.members(&MemberFilter::default()).await.unwrap().members;
        let invited = all.into_iter().find(|member| member.email == NEW).unwrap().member;
        tess.colleague(invited).await.unwrap().managed().unwrap().withdraw_invitation().await.unwrap();
        let users = world.services.user_lines("", 100).await.unwrap();
        assert!(users.iter().all(|user| user.email != NEW), "{users:?}");
        assert!(world.services.invitation(&token, None).await.unwrap().is_none());
        agrees(&world, NEW).await.unwrap();
    }

    async fn withdrawing_and_inviting_at_once_leaves_an_invitation_or_none(world: World) {
        for round in 0..5 {
            invited(&world, &world.tess, NEW).await;
            let tess = world.ctx(&world.tess).await;
            let all = tess.members(&MemberFilter::default()).await.unwrap().members;
            let member = all.into_iter().find(|member| member.email == NEW).unwrap().member;
            let withdrawn = tess.colleague(member).await.unwrap().managed().unwrap();
            let other = world.another_server().await;
            let inviting = world.ctx_on(&other, &world.gus).await.admin().unwrap();
            let (gone, made) = tokio::join!(withdrawn.withdraw_invitation(), inviting.invite(NEW, "user"));
            gone.unwrap();
            made.unwrap();
            assert_eq!(status_at_third(&world, NEW).await, None, "round {round}");
            let token = mailed(&world, NEW).await.expect("the other company's invitation");
            assert!(world.services.invitation(&token, None).await.unwrap().is_some(), "round {round}");
            let gus = world.ctx(&world.gus).await;
            let all = gus.members(&MemberFilter::default()).await.unwrap().members;
            let member = all.into_iter().find(|member| member.email == NEW).unwrap().member;
            gus.colleague(member).await.unwrap().managed().unwrap().withdraw_invitation().await.unwrap();
        }
    }

    async fn a_new_name_is_read_and_found_everywhere(world: World) {
        let there = world.also_in(&world.ann, world.third).await;
        let ann = world.ctx(&world.ann).await.oneself();
        assert_eq!(ann.profile().name, "Ann Teammate");
        ann.rename("  Ann   Sørensen ").await.unwrap();
        let again = world.ctx(&world.ann).await;
        assert_eq!(again.frame().name, "Ann Sørensen");
        let mia = world.ctx(&world.mia).await;
        assert_eq!(found_by(&mia, &world, "sore").await, ["Ann Sørensen"]);
        ann.rename("Anna Berg").await.unwrap();
        assert_eq!(found_by(&mia, &world, "anna").await, ["Anna Berg"]);
        assert_eq!(found_by(&mia, &world, "sore").await, [""; 0], "nobody is found by a name they had");
        // Both companies can read of it.
        let told = "SELECT count(*) FROM activity_event WHERE kind = 'name_changed' AND host_workspace_id = $1";
        for workspace in [world.guest, there.workspace] {
            assert_eq!(world.one::<i64>(told, [workspace.into()]).await, 2);
        }
    }

    async fn the_same_name_again_changes_nothing(world: World) {
        let before = world.everything().await;
        world.ctx(&world.ben).await.oneself().rename("Ben Teammate").await.unwrap();
        // Signing in is an event of its own.
        assert_eq!(world.count("activity_event WHERE kind <> 'signed_in'").await, before[3]);
    }

    async fn what_is_no_name_is_refused(world: World) {
        let ann = world.ctx(&world.ann).await.oneself();
        for typed in ["", "   ", "A\u{202E}nn", "A\u{0}nn", &"x".repeat(101)] {
            assert!(matches!(told(ann.rename(typed).await), AppError::Invalid { .. }), "{typed:?}");
        }
        assert_eq!(world.ctx(&world.ann).await.frame().name, "Ann Teammate");
    }

    async fn a_session_that_has_ended_meanwhile_changes_nothing(world: World) {
        let ann = world.ctx(&world.ann).await.oneself();
        ann.sign_out().await.unwrap();
        assert_eq!(told(ann.rename("Somebody Else").await), AppError::SignInRequired);
    }

    async fn two_names_at_once_leave_one_that_is_found(world: World) {
        let ann = world.ctx(&world.ann).await.oneself();
        let (one, other) = tokio::join!(ann.rename("Ann One"), ann.rename("Ann Other"));
        one.unwrap();
        other.unwrap();
        let name = world.ctx(&world.ann).await.frame().name;
        let mia = world.ctx(&world.mia).await;
        let mut found = found_by(&mia, &world, "one").await;
        found.extend(found_by(&mia, &world, "other").await);
        assert_eq!(found, [name]);
    }
}
