//! Inviting people, and joining.

use crate::world::{PASSWORD, Person, World, office, token_in, told, words};
use chrono::TimeDelta;
use domain::invitation::{InvitationView, InviteOutcome, MOST_AT_ONCE, MOST_INVITATIONS_A_DAY, TakenUpBy};
use domain::member::{MemberFilter, MemberRowView, MemberStatus};
use domain::workspace::WorkspaceRole;
use domain::{AppError, Denial, MemberId};
use services::invitation::{JoinForm, Joined};
use services::{Ctx, Error, Services};

const NOA: &str = "noa@people.example";
const GONE: &str = "This invitation has ended, or was used or withdrawn. Ask whoever invited you to send it again.";

fn as_noa() -> JoinForm {
    JoinForm { name: "Noa Newcomer".to_owned(), password: "several words in a row".to_owned() }
}

/// The workspace's Admin invites this address, and it gets a mail: the token in it.
async fn invite(world: &World, admin: &Person, address: &str) -> String {
    world.ctx(admin).await.admin().unwrap().invite(address, "user").await.unwrap();
    mailed_token(world, address).await
}

async fn mailed_token(world: &World, address: &str) -> String {
    let mails = world.mails().await;
    let mail = mails.iter().rfind(|mail| mail.to_address == address).expect("a mail to the address");
    token_in(&mail.text)
}

async fn seen(world: &World, token: &str, reader: Option<&Ctx>) -> Option<InvitationView> {
    world.services.invitation(token, reader.map(Ctx::oneself).as_ref()).await.unwrap()
}

async fn join(world: &World, token: &str, form: &JoinForm, reader: Option<&Ctx>) -> Result<Joined, Error> {
    join_on(&world.services, token, form, reader).await
}

async fn join_on(services: &Services, token: &str, form: &JoinForm, reader: Option<&Ctx>) -> Result<Joined, Error> {
    services.join(token, form, reader.map(Ctx::oneself).as_ref(), &office()).await
}

async fn signed_in(world: &World, joined: &Joined) -> Ctx {
    let session = joined.session.as_ref().expect("a session");
    world.services.session(&session.id).await.unwrap().expect("signed in")
}

/// A row of All members by its address, as an Admin sees it.
async fn row(world: &World, admin: &Person, address: &str) -> Option<MemberRowView> {
    let search = address.split('@').next().unwrap().to_owned();
    let found = world.ctx(admin).await.members(&MemberFilter { search, ..MemberFilter::default() }).await.unwrap();
    found.members.into_iter().find(|member| member.email == address)
}

async fn member_of(world: &World, admin: &Person, address: &str) -> MemberId {
    row(world, admin, address).await.expect("listed").member
}

async fn managed(world: &World, admin: &Person, address: &str) -> services::member::ManagedMember {
    let member = member_of(world, admin, address).await;
    world.ctx(admin).await.colleague(member).await.unwrap().managed().unwrap()
}

on_both! {
    async fn whoever_is_invited_sets_name_and_password_and_is_in(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        let invitation = seen(&world, &token, None).await.unwrap();
        assert_eq!((invitation.workspace.as_str(), invitation.invited_by.as_str()), ("Harbor Coffee", "Ada Admin"));
        assert_eq!((invitation.email.as_str(), invitation.by), (NOA, TakenUpBy::NewSignIn));
        assert_eq!(row(&world, &world.ada, NOA).await.unwrap().status, MemberStatus::Invited);

        let joined = join(&world, &token, &as_noa(), None).await.unwrap();
        let noa = signed_in(&world, &joined).await;
        assert_eq!((noa.workspace(), noa.role()), (world.host, WorkspaceRole::User));
        let frame = noa.frame();
        assert_eq!((frame.name.as_str(), frame.email.as_str()), ("Noa Newcomer", NOA));
        let listed = row(&world, &world.ada, NOA).await.unwrap();
        assert_eq!((listed.name.as_str(), listed.status), ("Noa Newcomer", MemberStatus::Active));
        assert_eq!(world.heard(&world.ada).await, ["Noa Newcomer joined the workspace."]);
        // And again, with the password.
        let again = world.services.sign_in(NOA, &as_noa().password, &office()).await.unwrap().session().unwrap();
        assert!(world.services.session(&again.id).await.unwrap().is_some());
    }

    async fn each_address_is_answered_by_itself(world: World) {
        invite(&world, &world.ada, NOA).await;
        world.deactivate(&world.carl).await;
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        let typed = "New@People.example, noa@people.example\nOLGA@people.example; carl@people.example\nnobody";
        let answers = admin.invite(typed, "admin").await.unwrap();
        let outcomes: Vec<InviteOutcome> = answers.0.iter().map(|answer| answer.outcome).collect();
        assert_eq!(
            outcomes,
            [
                InviteOutcome::Invited,
                InviteOutcome::AlreadyInvited,
                InviteOutcome::AlreadyMember,
                InviteOutcome::Deactivated,
                InviteOutcome::NotAnAddress
            ]
        );
        assert_eq!(answers.message(), "1 of 5 were invited. The invitations end after 7 days.");
        assert_eq!(world.mailed().await, ["New@People.example"]);
        let new = row(&world, &world.ada, "New@People.example").await.unwrap();
        assert_eq!(new.role, WorkspaceRole::Admin);
    }

    async fn when_nobody_could_be_invited_nothing_is_written_and_each_is_told(world: World) {
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        let before = world.everything().await;
        let refused = told(admin.invite("olga@people.example, nobody", "user").await);
        assert_eq!(refused.to_string(), "olga@people.example: already a member. nobody: not an email address.");
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        let refused = told(admin.invite(" ", "owner").await);
        assert!(refused.problem_with("emails").is_some() && refused.problem_with("role").is_some(), "{refused}");
        assert_eq!(world.everything().await, before);
    }

    async fn only_admins_invite_and_look_after_invitations(world: World) {
        assert_eq!(world.ctx(&world.olga).await.admin().unwrap_err(), Denial::AdminsOnly);
        invite(&world, &world.ada, NOA).await;
        let member = member_of(&world, &world.ada, NOA).await;
        let colleague = world.ctx(&world.olga).await.colleague(member).await.unwrap();
        assert_eq!(colleague.managed().unwrap_err(), Denial::AdminsOnly);
        // Of another workspace: not there.
        let foreign = world.ctx(&world.gus).await.colleague(member).await;
        assert_eq!(told(foreign), AppError::NotFound);
    }

    async fn opening_a_link_changes_nothing(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        let before = world.everything().await;
        for _ in 0..3 {
            assert!(seen(&world, &token, None).await.is_some());
        }
        assert_eq!(world.everything().await, before);
        assert!(join(&world, &token, &as_noa(), None).await.is_ok());
    }

    async fn an_invitation_ends_after_seven_days_and_can_be_sent_again(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        world.pass(TimeDelta::days(7) - TimeDelta::microseconds(1));
        assert!(seen(&world, &token, None).await.is_some());
        world.pass(TimeDelta::microseconds(1));
        assert!(seen(&world, &token, None).await.is_none());
        assert_eq!(words(join(&world, &token, &as_noa(), None).await), GONE);
        let told = managed(&world, &world.hana, NOA).await.resend_invitation().await.unwrap();
        assert_eq!(told, "The invitation was sent to noa@people.example again. It ends after 7 days.");
        let token = mailed_token(&world, NOA).await;
        world.pass(TimeDelta::days(6));
        assert_eq!(seen(&world, &token, None).await.unwrap().invited_by, "Hana Head");
        assert!(join(&world, &token, &as_noa(), None).await.is_ok());
    }

    async fn a_link_works_once_and_with_it_all_others_of_the_invitation_end(world: World) {
        let first = invite(&world, &world.ada, NOA).await;
        managed(&world, &world.ada, NOA).await.resend_invitation().await.unwrap();
        let second = mailed_token(&world, NOA).await;
        join(&world, &first, &as_noa(), None).await.unwrap();
        for token in [&first, &second] {
            assert!(seen(&world, token, None).await.is_none());
            assert_eq!(words(join(&world, token, &as_noa(), None).await), GONE);
        }
        let late = managed(&world, &world.ada, NOA).await.resend_invitation().await;
        assert_eq!(words(late), "Noa Newcomer is an active member already. Reload the page to see it.");
    }

    async fn of_two_who_use_a_link_at_once_one_joins(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        let other = world.another_server().await;
        let (form, mine, theirs) = (as_noa(), &world.services, &other);
        let (one, two) = tokio::join!(join_on(mine, &token, &form, None), join_on(theirs, &token, &form, None));
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        let joined: i64 = world.one("SELECT count(*) FROM activity_event WHERE kind = 'member_joined'", []).await;
        assert_eq!(joined, 1);
    }

    async fn a_link_can_be_copied_where_there_is_no_mail(world: World) {
        invite(&world, &world.ada, NOA).await;
        let copied = managed(&world, &world.ada, NOA).await.invitation_link().await.unwrap();
        assert!(world.mailed().await.is_empty());
        let token = token_in(&copied.link.unwrap());
        assert!(join(&world, &token, &as_noa(), None).await.is_ok());
    }

    async fn a_withdrawn_invitation_leaves_nothing_and_can_be_made_again(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        managed(&world, &world.ada, NOA).await.withdraw_invitation().await.unwrap();
        assert!(row(&world, &world.ada, NOA).await.is_none());
        assert_eq!(words(join(&world, &token, &as_noa(), None).await), GONE);
        assert_eq!(world.count("single_use_link").await, 0);
        let again = invite(&world, &world.ada, NOA).await;
        assert!(join(&world, &again, &as_noa(), None).await.is_ok());
    }

    async fn a_workspace_sends_so_many_invitations_in_a_day(world: World) {
        let address = |n: usize| format!("person{n:04}@people.example");
        let hundred = |from: usize| (from..from + MOST_AT_ONCE).map(address).collect::<Vec<_>>().join("\n");
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        for from in (0..MOST_INVITATIONS_A_DAY - MOST_AT_ONCE).step_by(MOST_AT_ONCE) {
            assert_eq!(admin.clone().invite(&hundred(from), "user").await.unwrap().invited(), MOST_AT_ONCE);
        }
        managed(&world, &world.ada, &address(0)).await.resend_invitation().await.unwrap();
        let refused = told(admin.clone().invite(&hundred(1_000), "user").await);
        let limit = "Your workspace can send 99 more today. Invite fewer, and the others tomorrow.";
        assert_eq!(refused, AppError::invalid("emails", limit));
        assert!(row(&world, &world.ada, &address(1_000)).await.is_none(), "nobody of them was invited");
        for n in 0..99 {
            managed(&world, &world.ada, &address(n % 50)).await.resend_invitation().await.unwrap();
        }
        let limit = "Your workspace has sent 500 invitations in a day. Go on tomorrow.";
        assert_eq!(words(managed(&world, &world.ada, &address(1)).await.resend_invitation().await), limit);
        assert!(world.ctx(&world.gus).await.admin().unwrap().invite(NOA, "user").await.is_ok(), "others have their own");
        world.pass(TimeDelta::days(1));
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        assert!(admin.invite(NOA, "user").await.is_ok());
    }

    async fn the_database_does_not_hold_what_the_mail_holds(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        let stored: String = world.one("SELECT token_hash FROM single_use_link", []).await;
        assert_ne!(stored, token);
        assert!(seen(&world, &stored, None).await.is_none());
        let kept: i64 = world.one("SELECT count(*) FROM outbox_email WHERE text_body LIKE '%token=%'", []).await;
        assert_eq!(kept, 0, "the words of a mail with a link go when it has left");
    }

    async fn name_and_password_are_asked_for_as_they_can_be_used(world: World) {
        let token = invite(&world, &world.ada, NOA).await;
        let form = JoinForm { name: " ".to_owned(), password: "short".to_owned() };
        let refused = told(join(&world, &token, &form, None).await);
        assert!(refused.problem_with("name").is_some() && refused.problem_with("password").is_some(), "{refused}");
        let form = JoinForm { name: "Noa".to_owned(), password: NOA.to_owned() };
        assert!(told(join(&world, &token, &form, None).await).problem_with("password").is_some());
        assert!(join(&world, &token, &as_noa(), None).await.is_ok(), "the link still works");
    }

    async fn joining_a_second_workspace_asks_for_the_sign_in_one_has(world: World) {
        let token = invite(&world, &world.ada, &world.tess.email).await;
        assert_eq!(seen(&world, &token, None).await.unwrap().by, TakenUpBy::SignIn);
        let refused = words(join(&world, &token, &as_noa(), None).await);
        assert_eq!(refused, "tess@people.example has a sign-in already. Sign in to join.");
        let somebody = world.ctx(&world.olga).await;
        assert_eq!(seen(&world, &token, Some(&somebody)).await.unwrap().by, TakenUpBy::SomebodyElse);
        assert!(join(&world, &token, &JoinForm::default(), Some(&somebody)).await.is_err());

        let tess = world.ctx(&world.tess).await;
        assert_eq!(seen(&world, &token, Some(&tess)).await.unwrap().by, TakenUpBy::SignedIn);
        let joined = join(&world, &token, &JoinForm::default(), Some(&tess)).await.unwrap();
        assert!(joined.session.is_none(), "the session they have goes on");
        let row = row(&world, &world.ada, &world.tess.email).await.unwrap();
        assert_eq!((row.name.as_str(), row.status), ("Tess Third", MemberStatus::Active));
        // In the workspace they have joined, and back again.
        let here = world.ctx(&Person { member: row.member, workspace: world.host, ..world.tess.clone() }).await;
        let workspaces = here.frame().workspaces;
        assert_eq!(workspaces.iter().map(|choice| choice.name.as_str()).collect::<Vec<_>>(), ["Harbor Coffee", "Third Street"]);
        here.switch_to(world.tess.member).await.unwrap();
        assert_eq!(world.ctx(&world.tess).await.workspace(), world.third);
    }

    async fn an_invitation_to_one_workspace_does_not_use_up_another_s(world: World) {
        let one = invite(&world, &world.ada, NOA).await;
        let other = invite(&world, &world.gus, NOA).await;
        let noa = signed_in(&world, &join(&world, &one, &as_noa(), None).await.unwrap()).await;
        assert_eq!(seen(&world, &other, None).await.unwrap().by, TakenUpBy::SignIn);
        join(&world, &other, &JoinForm::default(), Some(&noa)).await.unwrap();
        assert_eq!(row(&world, &world.gus, NOA).await.unwrap().name, "Noa Newcomer");
    }

    async fn whether_an_address_has_a_sign_in_is_not_seen_before_its_link_is_opened(world: World) {
        let admin = world.ctx(&world.ada).await.admin().unwrap();
        let answers = admin.invite("noa@people.example, TESS@people.example", "user").await.unwrap();
        assert_eq!(answers.lines(), ["noa@people.example: invited", "TESS@people.example: invited"]);
        let new = row(&world, &world.ada, NOA).await.unwrap();
        let known = row(&world, &world.ada, "TESS@people.example").await.unwrap();
        assert_eq!((new.name.as_str(), known.name.as_str()), (NOA, "TESS@people.example"));
        assert_eq!((&new.acts, new.invited_until), (&known.acts, known.invited_until));
        let found = async |search: &str| {
            let filter = MemberFilter { search: search.to_owned(), ..MemberFilter::default() };
            world.ctx(&world.ada).await.members(&filter).await.unwrap().members.len()
        };
        assert_eq!((found("tess").await, found("third").await), (1, 0));
        let told = world.heard(&world.tess).await;
        assert!(told.is_empty(), "{told:?}");
    }

    async fn whoever_has_lost_every_membership_joins_with_the_password_they_have(world: World) {
        let token = invite(&world, &world.ada, &world.ben.email).await;
        world.deactivate(&world.ben).await;
        assert_eq!(seen(&world, &token, None).await.unwrap().by, TakenUpBy::Password);
        // Nobody else takes the sign-in over by way of an invitation.
        let refused = told(join(&world, &token, &as_noa(), None).await);
        assert_eq!(refused, AppError::invalid("password", "The email address or the password is wrong."));
        let form = JoinForm { name: String::new(), password: PASSWORD.to_owned() };
        let ben = signed_in(&world, &join(&world, &token, &form, None).await.unwrap()).await;
        assert_eq!((ben.user(), ben.workspace()), (world.ben.user, world.host));
        assert_eq!(ben.frame().name, "Ben Teammate");
    }

    async fn whoever_has_lost_every_membership_and_the_password_sets_a_new_one_and_joins(world: World) {
        world.deactivate(&world.ben).await;
        let forgotten = async || {
            world.services.forgot_password(&world.ben.email, &office()).await.unwrap().send_link().await.unwrap();
            world.mails().await.iter().rfind(|mail| mail.to_address == world.ben.email).map(|mail| token_in(&mail.text))
        };
        assert_eq!(forgotten().await, None, "there is nothing to do with one");
        let token = invite(&world, &world.ada, &world.ben.email).await;
        let reset = forgotten().await.expect("a mail with a link");
        world.services.reset_password(&reset, "another one that is long").await.unwrap();
        let form = JoinForm { name: String::new(), password: "another one that is long".to_owned() };
        assert!(join(&world, &token, &form, None).await.is_ok());
    }

    async fn whoever_has_not_joined_cannot_sign_in_nor_be_asked_for(world: World) {
        invite(&world, &world.gus, NOA).await;
        let refused = world.services.sign_in(NOA, "", &office()).await;
        assert_eq!(words(refused), "The email address or the password is wrong.");
        let manager = world.seen_by(&world.mia).await.manager().unwrap();
        let found = manager.search_members("noa", domain::account::AccountRole::Collaborator).await.unwrap();
        assert!(found.is_empty());
    }
}
