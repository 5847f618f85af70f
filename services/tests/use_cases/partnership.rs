//! A partnership from its proposal to its end: every row of its table, and the rulings that speak of it.

use crate::world::{LABEL, Person, World, form, told, words};
use chrono::TimeDelta;
use domain::access_request::{AcceptWith, AccessEnd, RequestForm};
use domain::account::AccountRole;
use domain::activity::{ActivityFilter, EventKind};
use domain::partnership::{
    PartnerOverviewView, PartnershipPolicy, PartnershipState, PolicyForm, ProposalForm, TERMS_VERSION,
};
use domain::policy::PartnershipAct;
use domain::workspace::Founding;
use domain::{AppError, Moment, PartnershipId};
use services::Error;
use services::partnership::VisiblePartnership;

const ADMINS_ONLY: &str = "Only an Admin of your workspace can do this.";
const HOST_ONLY: &str = "Only the company that shares its accounts can do this.";
const GUEST_ONLY: &str = "Only the company that the accounts are shared with can do this.";
const SUSPENDED: &str = "The partnership is suspended. Requests wait until it is resumed.";
const CONTACT: &str = "contact@elsewhere.example";

fn cannot_in(state: PartnershipState) -> String {
    format!("This cannot be done now. The partnership’s state is: {}.", state.label())
}

/// To the workspace with this ID, or without one.
fn proposal(workspace_id: &str) -> ProposalForm {
    ProposalForm {
        workspace_id: workspace_id.to_owned(),
        contact_email: CONTACT.to_owned(),
        reason: "They run our shop".to_owned(),
    }
}

fn policy_form(policy: PartnershipPolicy) -> PolicyForm {
    PolicyForm {
        highest_role: policy.highest_role.word().to_owned(),
        longest_days: policy.longest_days.map(|days| days.to_string()).unwrap_or_default(),
        reason_required: policy.reason_required.then(|| "on".to_owned()),
        shortest_reason: policy.shortest_reason.to_string(),
        open_days: policy.open_days.to_string(),
        cool_down_days: policy.cool_down_days.to_string(),
    }
}

impl World {
    /// Tess's workspace, which is nobody's partner.
    fn third_id(&self) -> String {
        self.third.to_string()
    }

    async fn propose(&self, person: &Person, form: &ProposalForm) -> Result<PartnershipId, Error> {
        Ok(self.ctx(person).await.propose_partnership(form).await?.0)
    }

    /// Ada of Harbor Coffee asks Third Street.
    async fn proposed(&self) -> PartnershipId {
        self.propose(&self.ada, &proposal(&self.third_id())).await.unwrap()
    }

    async fn partner(&self, person: &Person, id: PartnershipId) -> Result<VisiblePartnership, Error> {
        self.ctx(person).await.partnership(id).await
    }

    async fn as_seen_by(&self, person: &Person, id: PartnershipId) -> PartnerOverviewView {
        self.partner(person, id).await.unwrap().overview()
    }

    async fn state_of(&self, id: PartnershipId) -> String {
        self.one("SELECT state FROM partnership WHERE id = $1", [id.into()]).await
    }

    async fn unseen_by(&self, person: &Person, id: PartnershipId) -> bool {
        matches!(self.partner(person, id).await.map(|_| ()), Err(Error::App(AppError::NotFound)))
    }

    async fn open_until(&self, line: domain::RequestLineId) -> Moment {
        self.one("SELECT open_until FROM request_line WHERE id = $1", [line.into()]).await
    }

    async fn partners(&self, person: &Person) -> Vec<(String, PartnershipState)> {
        let list = self.ctx(person).await.partnerships(None).await.unwrap();
        list.partners.into_iter().map(|partner| (partner.name, partner.state)).collect()
    }
}

on_both! {
    async fn an_admin_s_proposal_goes_to_the_guest_at_once(world: World) {
        let typed = world.third_id();
        let ctx = world.ctx(&world.ada).await;
        let (id, message) = ctx.propose_partnership(&ProposalForm { reason: String::new(), ..proposal(&typed) }).await.unwrap();
        assert_eq!(message, format!("Request sent. An Admin of the workspace {typed} has until 16 March 2026 to accept it."));
        assert_eq!(world.state_of(id).await, "awaiting_guest");
        let overview = world.as_seen_by(&world.ada, id).await;
        assert_eq!(overview.header.name, format!("the workspace {typed}"), "the host has not been answered yet");
        assert_eq!(overview.owner, "Ada Admin");
        assert_eq!(
            overview.next_step,
            "An Admin of the partner has to accept or decline it by 16 March 2026, 09:30 UTC."
        );
        let sentence = format!("Ada Admin of Harbor Coffee proposed a partnership with the workspace {typed}.");
        assert_eq!(world.heard(&world.tess).await, [sentence]);
        let overview = world.as_seen_by(&world.tess, id).await;
        assert_eq!(overview.header.name, "Harbor Coffee");
        assert_eq!(overview.acts, [PartnershipAct::Accept, PartnershipAct::Decline]);
        let mails = world.mails().await;
        let to: Vec<&str> = mails.iter().map(|mail| mail.to_address.as_str()).collect();
        assert_eq!(to, [CONTACT, "tess@people.example"]);
        assert_eq!(mails[0].subject, "Harbor Coffee proposes a partnership in Latchkey");
        assert!(mails[0].text.contains(&format!("The request is for the workspace with the ID {typed}.")));
        assert!(mails[1].text.contains("to read the terms, and to accept or decline it."), "{}", mails[1].text);
        assert!(mails[1].text.contains(&format!("https://latchkey.example/partners/{id}\n")));
    }

    async fn a_user_s_proposal_waits_for_the_own_admins(world: World) {
        let typed = world.third_id();
        let without = ProposalForm { reason: " ".to_owned(), ..proposal(&typed) };
        let error = told(world.propose(&world.olga, &without).await);
        assert_eq!(error.problem_with("reason"), Some("Enter a reason: your Admins decide by it."));
        let id = world.propose(&world.olga, &proposal(&typed)).await.unwrap();
        assert_eq!(world.state_of(id).await, "proposed");
        assert_eq!(world.mailed().await, ["ada@people.example", "hana@people.example"], "the partner is not asked yet");
        let sentence = format!("Olga Owner of Harbor Coffee proposed a partnership with the workspace {typed}.");
        assert_eq!(world.heard(&world.hana).await, [sentence]);
        assert!(world.unseen_by(&world.tess, id).await);
        assert!(world.unseen_by(&world.petra, id).await, "it is another user's");
        let overview = world.as_seen_by(&world.ada, id).await;
        assert_eq!(overview.reason.as_deref(), Some("They run our shop"));
        assert!(overview.next_step.starts_with("An Admin of Harbor Coffee has to approve or decline it"));

        assert_eq!(words(world.partner(&world.olga, id).await.unwrap().approve().await), ADMINS_ONLY);
        world.pass(TimeDelta::days(3));
        world.partner(&world.ada, id).await.unwrap().approve().await.unwrap();
        assert_eq!(world.state_of(id).await, "awaiting_guest");
        assert_eq!(world.mailed().await, [CONTACT, "olga@people.example", "tess@people.example"]);
        let overview = world.as_seen_by(&world.tess, id).await;
        assert_eq!(overview.reason, None, "the reason was for the own Admins");
        assert_eq!(overview.lapses_at, Some(world.clock.now() + TimeDelta::days(14)), "its time begins with the approval");
        // Once more, and late: a success that changes nothing.
        let hana = world.partner(&world.hana, id).await.unwrap();
        let before = world.everything().await;
        hana.approve().await.unwrap();
        assert_eq!(world.everything().await, before);
    }

    async fn a_host_admin_declines_and_the_proposer_is_told(world: World) {
        let id = world.propose(&world.olga, &proposal(&world.third_id())).await.unwrap();
        world.mails().await;
        let message = world.partner(&world.ada, id).await.unwrap().decline("Not this year").await.unwrap();
        assert!(message.ends_with("was declined."));
        assert_eq!(world.state_of(id).await, "declined");
        let heard = &world.notifications(&world.olga).await[0];
        let sentence = format!("Ada Admin of Harbor Coffee declined the partnership with the workspace {}.", world.third);
        assert_eq!((heard.sentence.as_str(), heard.note.as_deref()), (sentence.as_str(), Some("Not this year")));
        assert_eq!(world.mailed().await, ["olga@people.example"]);
        let cannot = cannot_in(PartnershipState::Declined);
        assert_eq!(words(world.partner(&world.ada, id).await.unwrap().approve().await), cannot);
        assert!(world.unseen_by(&world.tess, id).await);
    }

    async fn the_proposer_withdraws(world: World) {
        let id = world.proposed().await;
        world.mails().await;
        assert_eq!(words(world.partner(&world.tess, id).await.unwrap().withdraw().await), HOST_ONLY);
        world.partner(&world.ada, id).await.unwrap().withdraw().await.unwrap();
        assert_eq!(world.state_of(id).await, "withdrawn");
        assert_eq!(world.mailed().await, ["hana@people.example", "tess@people.example"]);
        let late = world.partner(&world.tess, id).await.unwrap().accept(TERMS_VERSION, true).await;
        assert_eq!(words(late), cannot_in(PartnershipState::Withdrawn));
    }

    async fn a_guest_admin_accepts_and_the_terms_are_recorded(world: World) {
        let id = world.proposed().await;
        world.mails().await;
        world.pass(TimeDelta::hours(2));
        let seen = world.partner(&world.tess, id).await.unwrap();
        for (version, agreed) in [(TERMS_VERSION, false), (TERMS_VERSION + 1, true)] {
            assert!(told(seen.accept(version, agreed).await).problem_with("agreed").is_some(), "{version} {agreed}");
        }
        assert_eq!(words(world.partner(&world.ada, id).await.unwrap().accept(TERMS_VERSION, true).await), GUEST_ONLY);
        assert_eq!(world.state_of(id).await, "awaiting_guest");
        assert_eq!(seen.accept(TERMS_VERSION, true).await.unwrap(), "The partnership with Harbor Coffee is active.");
        let overview = world.as_seen_by(&world.ada, id).await;
        assert_eq!(overview.header.name, "Third Street");
        assert_eq!(overview.public_id, Some(world.third_id()));
        let agreed = overview.agreed.unwrap();
        assert_eq!((agreed.by.as_deref(), agreed.at, agreed.version), (Some("Tess Third"), world.clock.now(), Some(1)));
        assert_eq!(
            world.heard(&world.ada).await[0],
            "Tess Third of Third Street accepted the partnership with Harbor Coffee."
        );
        assert_eq!(world.mailed().await, ["ada@people.example", "hana@people.example"]);
        let before = world.everything().await;
        seen.accept(TERMS_VERSION, true).await.unwrap();
        assert_eq!(world.everything().await, before, "twice is once");
    }

    async fn a_guest_admin_declines_without_saying_who_they_are(world: World) {
        let id = world.proposed().await;
        world.mails().await;
        world.partner(&world.tess, id).await.unwrap().decline("").await.unwrap();
        let sentence = format!("The workspace {} declined the partnership with Harbor Coffee.", world.third);
        assert_eq!(world.heard(&world.ada).await, std::slice::from_ref(&sentence));
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        for name in ["Tess", "Third Street"] {
            assert!(!mails[0].text.contains(name) && !mails[0].html.contains(name), "{name}");
        }
        assert!(mails[0].text.contains("You can send it again from the partner’s page."));
        assert_eq!(world.partners(&world.ada).await[1], (format!("the workspace {}", world.third), PartnershipState::Declined));
    }

    async fn what_somebody_of_the_guest_is_refused_is_not_told_to_the_host(world: World) {
        let id = world.proposed().await;
        let ctx = world.ctx(&world.tess).await;
        ctx.partnership(id).await.unwrap();
        ctx.refused(domain::Denial::HostOnly, "change a partnership's policy");
        ctx.record_refusal().await.unwrap();
        let filter = ActivityFilter { event: Some(EventKind::AttemptRefused), ..ActivityFilter::default() };
        let own = world.ctx(&world.tess).await.activity(&filter).await.unwrap().rows;
        assert_eq!(own.len(), 1);
        assert!(own[0].sentence.contains("(the partnership with Harbor Coffee)"), "{}", own[0].sentence);
        assert!(world.ctx(&world.ada).await.activity(&filter).await.unwrap().rows.is_empty(), "whose it is comes with a yes");
    }

    async fn what_was_declined_can_be_sent_again_as_a_new_partnership(world: World) {
        let id = world.proposed().await;
        world.partner(&world.tess, id).await.unwrap().decline("").await.unwrap();
        let mut policy = PartnershipPolicy { longest_days: Some(9), ..PartnershipPolicy::default() };
        policy.cool_down_days = 3;
        world.run("UPDATE partnership SET longest_days = 9, cool_down_days = 3 WHERE id = $1", [id.into()]).await;
        let (again, _) = world.partner(&world.ada, id).await.unwrap().send_again("").await.unwrap();
        assert_ne!(again, id);
        assert_eq!((world.state_of(id).await, world.state_of(again).await), ("declined".into(), "awaiting_guest".into()));
        assert_eq!(world.partner(&world.ada, again).await.unwrap().policy().policy, policy);
        let twice = told(world.partner(&world.ada, id).await.unwrap().send_again("").await);
        assert!(twice.problem_with("workspace_id").unwrap().contains("already (waits for the partner)"), "{twice}");
        assert_eq!(words(world.partner(&world.tess, id).await.unwrap().send_again("").await), HOST_ONLY);
    }

    async fn there_is_a_reminder_at_most_once_a_day(world: World) {
        let id = world.proposed().await;
        world.mails().await;
        let remind = async || world.partner(&world.ada, id).await.unwrap().remind().await;
        assert_eq!(remind().await.unwrap(), "Reminder sent.");
        let mails = world.mails().await;
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].subject, "Reminder: Harbor Coffee proposes a partnership in Latchkey");
        world.pass(TimeDelta::hours(23));
        assert_eq!(
            words(remind().await),
            "A reminder was sent already. You can send the next one on 3 March 2026, 09:30 UTC."
        );
        assert!(world.mails().await.is_empty());
        world.pass(TimeDelta::hours(1));
        remind().await.unwrap();
        assert_eq!(world.heard(&world.tess).await.len(), 3);
        assert_eq!(words(world.partner(&world.tess, id).await.unwrap().remind().await), HOST_ONLY);
    }

    async fn a_reminder_of_a_proposal_goes_to_the_own_admins(world: World) {
        let id = world.propose(&world.olga, &proposal("")).await.unwrap();
        world.mails().await;
        world.partner(&world.olga, id).await.unwrap().remind().await.unwrap();
        assert_eq!(world.mailed().await, ["ada@people.example", "hana@people.example"]);
    }

    async fn what_nobody_answers_lapses_after_fourteen_days(world: World) {
        let id = world.proposed().await;
        world.mails().await;
        world.pass(TimeDelta::days(14) - TimeDelta::seconds(1));
        assert_eq!(world.services.mark_ended().await.unwrap(), 0);
        world.pass(TimeDelta::seconds(1));
        // The time decides, not the sweeper.
        let late = world.partner(&world.tess, id).await.unwrap().accept(TERMS_VERSION, true).await;
        assert_eq!(words(late), cannot_in(PartnershipState::Lapsed));
        assert_eq!(world.as_seen_by(&world.ada, id).await.acts, [PartnershipAct::SendAgain]);
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert_eq!(world.another_server().await.mark_ended().await.unwrap(), 0);
        assert_eq!(world.state_of(id).await, "lapsed");
        let sentence = format!("The partnership of Harbor Coffee with the workspace {} was not answered in time.", world.third);
        assert_eq!(world.heard(&world.ada).await, std::slice::from_ref(&sentence));
        assert_eq!(world.heard(&world.tess).await[0], sentence);
        assert_eq!(world.mailed().await, ["ada@people.example", "tess@people.example"]);
    }

    async fn what_has_lapsed_can_be_proposed_again_before_it_is_marked(world: World) {
        let id = world.proposed().await;
        world.pass(TimeDelta::days(14));
        let again = world.proposed().await;
        assert_eq!((world.state_of(id).await, world.state_of(again).await), ("lapsed".into(), "awaiting_guest".into()));
    }

    async fn a_workspace_id_that_exists_and_one_that_does_not_answer_alike(world: World) {
        let known = world.third_id();
        let unknown = "00000000-0000-7000-8000-00000000abcd".to_owned();
        let mut stories = Vec::new();
        world.ctx(&world.hana).await;
        world.ctx(&world.ada).await;
        for typed in [&known, &unknown] {
            let mut story = Vec::new();
            let ctx = world.ctx(&world.ada).await;
            let before: i64 = world.one("SELECT COALESCE(max(sequence), 0) FROM activity_event", []).await;
            let (id, message) = ctx.propose_partnership(&proposal(typed)).await.unwrap();
            story.push(message);
            story.push(format!("{:?}", ctx.partnerships(None).await.unwrap().partners[0]));
            story.push(format!("{:?}", world.as_seen_by(&world.ada, id).await));
            story.push(world.partner(&world.ada, id).await.unwrap().remind().await.unwrap());
            story.push(told(world.propose(&world.hana, &proposal(typed)).await).to_string());
            world.partner(&world.ada, id).await.unwrap().withdraw().await.unwrap();
            story.push(format!("{:?}", world.as_seen_by(&world.ada, id).await));
            let mails = world.mails().await.into_iter().filter(|mail| mail.to_address != world.tess.email);
            let mut mails: Vec<String> = mails
                .map(|mail| format!("{} {} {} {}", mail.to_address, mail.subject, mail.text, mail.html))
                .collect();
            mails.sort();
            story.extend(mails);
            let sql = "SELECT details FROM activity_event WHERE sequence = $1";
            for step in 1..=3 {
                story.push(world.one(sql, [(before + step).into()]).await);
            }
            stories.push(story.iter().map(|told| told.replace(typed.as_str(), "ID").replace(&id.to_string(), "PARTNERSHIP")).collect::<Vec<_>>());
        }
        for (known, unknown) in stories[0].iter().zip(&stories[1]) {
            assert_eq!(known, unknown);
        }
        assert_eq!(stories[0].len(), stories[1].len());
        assert!(stories[0].len() >= 12, "{}", stories[0].len());
    }

    async fn an_id_is_found_however_it_is_typed(world: World) {
        let typed = format!("  {}  ", world.third_id().to_uppercase());
        let id = world.propose(&world.ada, &proposal(&typed)).await.unwrap();
        assert!(!world.unseen_by(&world.tess, id).await);
    }

    async fn the_own_workspace_id_is_refused(world: World) {
        let error = told(world.propose(&world.ada, &proposal(&world.host.to_string())).await);
        assert_eq!(
            error.problem_with("workspace_id"),
            Some("This is your own workspace’s ID. Enter your partner’s.")
        );
    }

    async fn the_address_of_a_member_of_the_own_workspace_is_refused(world: World) {
        for own in [&world.petra.email, &world.olga.email.to_uppercase()] {
            let form = ProposalForm { contact_email: own.clone(), ..proposal("") };
            let error = told(world.propose(&world.ada, &form).await);
            assert_eq!(
                error.problem_with("contact_email"),
                Some("This is the address of a member of your own workspace. Enter one of your partner’s."),
                "{own}"
            );
        }
        let form = ProposalForm { contact_email: world.tess.email.clone(), ..proposal("") };
        world.propose(&world.ada, &form).await.unwrap();
    }

    async fn there_is_one_live_partnership_with_a_company(world: World) {
        world.ctx(&world.hana).await;
        for form in [proposal(&world.third_id()), proposal("nobody-s"), proposal("")] {
            world.propose(&world.ada, &form).await.unwrap();
            let before = world.everything().await;
            let error = told(world.propose(&world.hana, &form).await);
            assert!(error.to_string().contains("already (waits for the partner). Find it under Partners."), "{error}");
            assert_eq!(world.everything().await, before);
        }
        // The one from the beginning, which is active.
        let error = told(world.propose(&world.ada, &proposal(&world.guest.to_string())).await);
        assert!(error.to_string().contains("already (active)"), "{error}");
        // The other way round is another partnership.
        world.propose(&world.gus, &proposal(&world.host.to_string())).await.unwrap();
    }

    async fn of_two_who_propose_at_once_one_does(world: World) {
        let other = world.another_server().await;
        let (ada, hana) = (world.ctx(&world.ada).await, world.ctx_on(&other, &world.hana).await);
        for form in [proposal(&world.third_id()), proposal("nobody-s"), proposal("")] {
            let (one, two) = tokio::join!(ada.propose_partnership(&form), hana.propose_partnership(&form));
            assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1);
            let refused = one.err().or(two.err()).unwrap();
            assert!(matches!(refused, Error::App(AppError::Invalid { .. })), "{refused:?}");
        }
    }

    async fn a_company_that_is_not_here_is_invited_to_found_a_workspace(world: World) {
        let id = world.propose(&world.ada, &proposal("")).await.unwrap();
        let mails = world.mails().await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to_address, CONTACT);
        assert!(mails[0].text.contains("https://latchkey.example/found-workspace?token="), "{}", mails[0].text);
        assert_eq!(world.as_seen_by(&world.ada, id).await.header.name, CONTACT);
        // The words of the mail are gone once it has left.
        let kept: i64 = world.one("SELECT count(*) FROM outbox_email WHERE text_body LIKE '%token=%'", []).await;
        assert_eq!(kept, 0);
        world.partner(&world.ada, id).await.unwrap().remind().await.unwrap();
        let open = "SELECT count(*) FROM single_use_link WHERE partnership_id = $1 AND used_at IS NULL";
        assert_eq!(world.one::<i64>(open, [id.into()]).await, 2);
        world.partner(&world.ada, id).await.unwrap().withdraw().await.unwrap();
        assert_eq!(world.one::<i64>(open, [id.into()]).await, 0, "the links end with the proposal");
    }

    async fn a_user_s_invitation_is_sent_with_the_approval(world: World) {
        let id = world.propose(&world.olga, &proposal("")).await.unwrap();
        assert_eq!(world.mailed().await, ["ada@people.example", "hana@people.example"]);
        world.partner(&world.ada, id).await.unwrap().approve().await.unwrap();
        let mails = world.mails().await;
        assert_eq!(mails[0].to_address, CONTACT);
        assert!(mails[0].text.contains("/found-workspace?token="));
    }

    async fn where_the_operator_founds_workspaces_nobody_is_invited(world: World) {
        let closed = world.founding_by(Founding::Operator).await;
        let ctx = world.ctx_on(&closed, &world.ada).await;
        assert!(!ctx.proposal_form().can_invite);
        let before = world.everything().await;
        let error = told(ctx.propose_partnership(&proposal("")).await);
        assert!(error.problem_with("workspace_id").unwrap().starts_with("Enter your partner’s workspace ID."));
        assert_eq!(world.everything().await, before);
        ctx.propose_partnership(&proposal(&world.third_id())).await.unwrap();
    }

    async fn an_admin_who_is_the_contact_gets_one_mail(world: World) {
        let form = ProposalForm { contact_email: "TESS@people.example".to_owned(), ..proposal(&world.third_id()) };
        world.propose(&world.ada, &form).await.unwrap();
        assert_eq!(world.mailed().await, ["tess@people.example"]);
    }

    async fn a_workspace_proposes_at_most_so_many_times_a_day(world: World) {
        let sql = "INSERT INTO partnership (id, host_workspace_id, owner_member_id, state, highest_role, reason_required,
                       open_days, created_at, guest_public_id, contact_email, lapses_at)
                   VALUES ($1, $2, $3, 'withdrawn', 'collaborator', $5, 14, $4, 'x', 'x', $4)";
        for _ in 0..100 {
            let id = PartnershipId(uuid::Uuid::now_v7());
            world.run(sql, [id.into(), world.host.into(), world.ada.member.into(), world.clock.now().into(), false.into()]).await;
        }
        let error = told(world.propose(&world.ada, &proposal("")).await);
        assert_eq!(error.to_string(), "Your workspace has made as many proposals as it can in one day. Go on tomorrow.");
        world.pass(TimeDelta::days(1));
        world.propose(&world.ada, &proposal("")).await.unwrap();
    }

    async fn partnership_suspended_while_pending(world: World) {
        let line = world.pending().await;
        world.pass(TimeDelta::days(1));
        let open_until = world.open_until(line).await;
        let id = world.partnership;
        world.mails().await;
        assert_eq!(words(world.partner(&world.petra, id).await.unwrap().suspend().await), ADMINS_ONLY);
        world.partner(&world.ada, id).await.unwrap().suspend().await.unwrap();
        assert_eq!(world.mailed().await, ["gus@people.example", "hana@people.example", "petra@people.example"]);
        assert!(!world.has_card(&world.mia).await, "access waits");
        assert!(world.has_card(&world.carl).await, "the host's own people go on");
        assert_eq!(words(world.accept(&world.olga, line).await), SUSPENDED);
        // Longer than the line had left.
        world.pass(TimeDelta::days(40));
        assert_eq!(world.services.mark_ended().await.unwrap(), 0);
        assert_eq!(world.line_state(line).await, "pending");
        assert_eq!(words(world.accept(&world.olga, line).await), SUSPENDED);
        assert_eq!(
            words(world.partner(&world.gus, id).await.unwrap().resume().await),
            "The other company has suspended this partnership. Only its Admins can resume it."
        );
        assert_eq!(words(world.partner(&world.gus, id).await.unwrap().suspend().await), cannot_in(PartnershipState::Suspended));
        world.partner(&world.hana, id).await.unwrap().resume().await.unwrap();
        assert_eq!(world.open_until(line).await, open_until + TimeDelta::days(40), "its time stood still");
        assert!(world.has_card(&world.mia).await);
        world.pass(TimeDelta::days(12));
        world.accept(&world.olga, line).await.unwrap();
        assert!(world.has_card(&world.ann).await);
    }

    async fn a_line_whose_time_was_over_before_the_suspension_does_not_come_back(world: World) {
        let line = world.pending().await;
        world.pass(TimeDelta::days(15));
        let id = world.partnership;
        world.partner(&world.gus, id).await.unwrap().suspend().await.unwrap();
        assert!(world.seen_by(&world.olga).await.members(None, None).await.unwrap().pending.is_empty());
        world.pass(TimeDelta::days(1));
        world.partner(&world.gus, id).await.unwrap().resume().await.unwrap();
        assert!(world.accept(&world.olga, line).await.is_err());
        world.services.mark_ended().await.unwrap();
        assert_eq!(world.line_state(line).await, "expired");
    }

    async fn access_that_has_ended_meanwhile_is_not_resumed(world: World) {
        let end = world.clock.now() + TimeDelta::days(3);
        world.grant(world.account, &world.ann, AccountRole::Collaborator, Some(end)).await;
        let id = world.partnership;
        world.partner(&world.gus, id).await.unwrap().suspend().await.unwrap();
        world.pass(TimeDelta::days(4));
        world.partner(&world.gus, id).await.unwrap().resume().await.unwrap();
        assert!(world.has_card(&world.cora).await);
        assert!(!world.has_card(&world.ann).await);
    }

    async fn suspending_and_resuming_twice_is_once(world: World) {
        let id = world.partnership;
        let seen = world.partner(&world.gus, id).await.unwrap();
        seen.suspend().await.unwrap();
        let before = world.everything().await;
        seen.suspend().await.unwrap();
        assert_eq!(world.everything().await, before);
        seen.resume().await.unwrap();
        let before = world.everything().await;
        seen.resume().await.unwrap();
        assert_eq!(world.everything().await, before);
    }

    async fn partnership_removed_while_pending(world: World) {
        let line = world.pending().await;
        world.mails().await;
        let id = world.partnership;
        let removal = world.partner(&world.ada, id).await.unwrap().removal().await.unwrap();
        assert_eq!((removal.loss.accounts, removal.loss.people, removal.loss.requests), (1, 3, 1));
        // Petra is no Admin, but the partnership owner.
        world.partner(&world.petra, id).await.unwrap().remove().await.unwrap();
        assert_eq!(world.state_of(id).await, "removed");
        assert_eq!((world.line_state(line).await, world.cancel_reason(line).await), ("cancelled".into(), "partnership_removed".into()));
        let reason: String = world
            .one("SELECT end_reason FROM access_grant WHERE member_id = $1", [world.mia.member.into()])
            .await;
        assert_eq!(reason, "partnership_over");
        let share: String = world.one("SELECT state FROM account_share WHERE id = $1", [world.share.into()]).await;
        assert_eq!(share, "stopped");
        for guest in [&world.mia, &world.max, &world.cora] {
            assert!(!world.sees(guest).await, "{}", guest.name);
            let sentence = "Petra Partner of Harbor Coffee removed the partnership with Northlight Studio.";
            assert!(world.heard(guest).await.iter().any(|heard| heard == sentence), "{}", guest.name);
        }
        for host in [&world.olga, &world.oscar, &world.carl] {
            assert!(world.has_card(host).await, "{} is not touched", host.name);
        }
        let cancelled = format!("The request for Ann Teammate to have access to {LABEL} was cancelled: the partnership is over.");
        assert!(world.heard(&world.olga).await.contains(&cancelled));
        let mails = world.mails().await;
        let cora = mails.iter().find(|mail| mail.to_address == "cora@people.example").unwrap();
        assert!(cora.text.contains("are no longer on your All accounts page."), "{}", cora.text);
        assert!(cora.text.contains("https://latchkey.example/accounts\n"), "she looks after no partnership: {}", cora.text);
        let gus = world.partner(&world.gus, id).await.unwrap();
        let before = world.everything().await;
        gus.remove().await.unwrap();
        assert_eq!(world.everything().await, before, "twice is once");
        assert_eq!(words(world.accept(&world.olga, line).await), "This request can no longer be decided: it is cancelled.");
    }

    async fn a_new_partnership_brings_nothing_back(world: World) {
        world.partner(&world.gus, world.partnership).await.unwrap().remove().await.unwrap();
        let again = world.propose(&world.ada, &proposal(&world.guest.to_string())).await.unwrap();
        world.partner(&world.gus, again).await.unwrap().accept(TERMS_VERSION, true).await.unwrap();
        assert_eq!(world.state_of(again).await, "active");
        for guest in [&world.mia, &world.max, &world.cora] {
            assert!(!world.has_card(guest).await, "{}", guest.name);
        }
        assert_eq!(world.state_of(world.partnership).await, "removed");
    }

    async fn both_sides_remove_at_once_and_it_is_one_end(world: World) {
        world.pending().await;
        let other = world.another_server().await;
        let (ada, gus) = (world.ctx(&world.ada).await, world.ctx_on(&other, &world.gus).await);
        let (ada, gus) = (ada.partnership(world.partnership).await.unwrap(), gus.partnership(world.partnership).await.unwrap());
        let (one, two) = tokio::join!(ada.remove(), gus.remove());
        one.unwrap();
        two.unwrap();
        let ends: i64 = world.one("SELECT count(*) FROM activity_event WHERE kind = 'partnership_removed'", []).await;
        assert_eq!(ends, 1);
    }

    async fn approving_and_declining_at_once_has_one_outcome(world: World) {
        let id = world.propose(&world.olga, &proposal(&world.third_id())).await.unwrap();
        let other = world.another_server().await;
        let (ada, hana) = (world.ctx(&world.ada).await, world.ctx_on(&other, &world.hana).await);
        let (ada, hana) = (ada.partnership(id).await.unwrap(), hana.partnership(id).await.unwrap());
        let (yes, no) = tokio::join!(ada.approve(), hana.decline(""));
        assert!(yes.is_ok() != no.is_ok());
        assert_eq!(world.state_of(id).await, if yes.is_ok() { "awaiting_guest" } else { "declined" });
    }

    async fn a_partnership_ends_on_its_end_date(world: World) {
        let id = world.partnership;
        let line = world.pending().await;
        world.mails().await;
        let set = async |day: &str| world.partner(&world.petra, id).await.unwrap().set_end(day).await;
        assert!(told(set("2026-03-01").await).problem_with("end_date").is_some(), "it has passed");
        assert!(told(set("soon").await).problem_with("end_date").is_some());
        assert_eq!(words(world.partner(&world.gus, id).await.unwrap().set_end("2026-03-05").await), HOST_ONLY);
        set("2026-03-09").await.unwrap();
        assert_eq!(world.mailed().await, ["ada@people.example", "gus@people.example", "hana@people.example"]);
        let before = world.everything().await;
        set("2026-03-09").await.unwrap();
        assert_eq!(world.everything().await, before, "twice is once");
        set("").await.unwrap();
        assert_eq!(world.as_seen_by(&world.gus, id).await.ends_at, None);
        set("2026-03-05").await.unwrap();
        world.mails().await;
        world.pass("2026-03-06T00:00:00Z".parse::<Moment>().unwrap() - world.clock.now() - TimeDelta::seconds(1));
        assert!(world.has_card(&world.mia).await);
        world.pass(TimeDelta::seconds(1));
        // The time decides, not the sweeper.
        assert!(!world.has_card(&world.mia).await);
        assert!(!world.sees(&world.cora).await);
        assert_eq!(words(world.partner(&world.ada, id).await.unwrap().suspend().await), cannot_in(PartnershipState::Ended));
        assert_eq!(world.services.mark_ended().await.unwrap(), 1);
        assert_eq!(world.another_server().await.mark_ended().await.unwrap(), 0);
        assert_eq!(world.state_of(id).await, "ended");
        assert_eq!((world.line_state(line).await, world.cancel_reason(line).await), ("cancelled".into(), "partnership_removed".into()));
        let sentence = "The partnership of Harbor Coffee with Northlight Studio has come to its end.";
        for person in [&world.petra, &world.gus, &world.ada, &world.mia, &world.cora] {
            assert!(world.heard(person).await.iter().any(|heard| heard == sentence), "{}", person.name);
        }
        assert!(world.has_card(&world.olga).await, "host owners are not touched");
    }

    async fn a_line_of_a_partnership_that_has_come_to_its_end_is_not_accepted(world: World) {
        let line = world.pending().await;
        world.partner(&world.ada, world.partnership).await.unwrap().set_end("2026-03-03").await.unwrap();
        world.pass(TimeDelta::days(2));
        assert_eq!(words(world.accept(&world.olga, line).await), "This request can no longer be decided: it is cancelled.");
        assert!(!world.has_card(&world.ann).await);
    }

    async fn a_suspended_partnership_ends_as_well(world: World) {
        let id = world.partnership;
        world.partner(&world.ada, id).await.unwrap().set_end("2026-03-03").await.unwrap();
        world.partner(&world.gus, id).await.unwrap().suspend().await.unwrap();
        world.pass(TimeDelta::days(2));
        assert_eq!(words(world.partner(&world.gus, id).await.unwrap().resume().await), cannot_in(PartnershipState::Ended));
        world.services.mark_ended().await.unwrap();
        assert_eq!(world.state_of(id).await, "ended");
    }

    async fn policy_gets_stricter_while_pending(world: World) {
        let ask = RequestForm { role: "account_manager".to_owned(), access_end: "30".to_owned(), ..form(&[&world.ann]) };
        world.send(&world.mia, &ask).await.unwrap();
        let line = world.line_of(&world.ann).await;
        world.mails().await;
        let stricter = PartnershipPolicy {
            highest_role: AccountRole::Collaborator,
            longest_days: Some(7),
            ..PartnershipPolicy::default()
        };
        let petra = world.partner(&world.petra, world.partnership).await.unwrap();
        petra.set_policy(&policy_form(stricter)).await.unwrap();
        assert_eq!(world.mailed().await, ["ada@people.example", "gus@people.example", "hana@people.example"]);
        let more = "The partnership's policy no longer allows this much. Accept with a lower role or a shorter time.";
        assert_eq!(words(world.accept(&world.olga, line).await), more);
        let with = AcceptWith { role: Some(AccountRole::Collaborator), end: Some(AccessEnd::Days(7)) };
        world.accept_with(&world.olga, line, with).await.unwrap();
        assert_eq!(world.cards(&world.ann).await[0].role, AccountRole::Collaborator);
    }

    async fn the_policy_is_set_by_the_host_and_read_by_the_guest(world: World) {
        let id = world.partnership;
        let strict = PartnershipPolicy { open_days: 3, cool_down_days: 5, ..PartnershipPolicy::default() };
        let gus = world.partner(&world.gus, id).await.unwrap();
        assert_eq!(words(gus.set_policy(&policy_form(strict)).await), HOST_ONLY);
        assert!(!gus.policy().can_change);
        let ada = world.partner(&world.ada, id).await.unwrap();
        let wrong = PolicyForm { open_days: "0".to_owned(), ..policy_form(strict) };
        assert_eq!(
            told(ada.set_policy(&wrong).await).problem_with("open_days"),
            Some("Enter a number of days from 1 to 90.")
        );
        ada.set_policy(&policy_form(strict)).await.unwrap();
        assert_eq!(world.partner(&world.gus, id).await.unwrap().policy().policy, strict);
        let before = world.everything().await;
        ada.set_policy(&policy_form(strict)).await.unwrap();
        assert_eq!(world.everything().await, before, "twice is once");
        let line = world.pending().await;
        assert_eq!(world.open_until(line).await, world.clock.now() + TimeDelta::days(3));
    }

    async fn a_reason_is_as_long_as_the_policy_asks(world: World) {
        let strict = PartnershipPolicy { reason_required: true, shortest_reason: 20, ..PartnershipPolicy::default() };
        world.partner(&world.ada, world.partnership).await.unwrap().set_policy(&policy_form(strict)).await.unwrap();
        let manager = world.seen_by(&world.mia).await.manager().unwrap();
        assert_eq!(manager.request_form().await.unwrap().shortest_reason, 20);
        let short = RequestForm { reason: "Nineteen characters".to_owned(), ..form(&[&world.ann]) };
        let error = told(world.send(&world.mia, &short).await);
        assert_eq!(
            error.problem_with("reason"),
            Some("Say more: this partnership asks for a reason of at least 20 characters.")
        );
        world.send(&world.mia, &RequestForm { reason: "Twenty characters it".to_owned(), ..short }).await.unwrap();
    }

    async fn after_a_decline_the_cool_down_passes_first(world: World) {
        let calm = PartnershipPolicy { cool_down_days: 7, ..PartnershipPolicy::default() };
        world.partner(&world.ada, world.partnership).await.unwrap().set_policy(&policy_form(calm)).await.unwrap();
        let line = world.pending().await;
        world.decline(&world.olga, line, "").await.unwrap();
        let reason = "Declined on 2 March 2026. Can be requested again from 9 March 2026, 09:30 UTC";
        let sql = "INSERT INTO member_search (workspace_id, token, member_id) VALUES ($1, 'ann', $2)";
        world.run(sql, [world.guest.into(), world.ann.member.into()]).await;
        let manager = world.seen_by(&world.mia).await.manager().unwrap();
        let found = manager.search_members("ann", AccountRole::Collaborator).await.unwrap();
        assert_eq!(found[0].blocked.as_deref(), Some(reason));
        let sent = world.send(&world.mia, &form(&[&world.ann, &world.ben])).await.unwrap();
        assert_eq!(sent.not_requested(), [format!("Not requested for Ann Teammate: {reason}")]);
        world.pass(TimeDelta::days(7));
        let sent = world.send(&world.mia, &form(&[&world.ann])).await.unwrap();
        assert!(sent.refused.is_empty());
    }

    async fn partnership_owner_leaves(world: World) {
        let id = world.partnership;
        world.deactivate(&world.petra).await;
        let overview = world.as_seen_by(&world.ada, id).await;
        assert!(!overview.owner_is_active);
        assert!(world.has_card(&world.mia).await, "nothing is revoked");
        // Host Admins act, and are told in the owner's place.
        world.partner(&world.ada, id).await.unwrap().set_end("2026-04-01").await.unwrap();
        world.partner(&world.gus, id).await.unwrap().suspend().await.unwrap();
        let sentence = "Gus Guestadmin of Northlight Studio suspended the partnership with Harbor Coffee.";
        for admin in [&world.ada, &world.hana] {
            assert_eq!(world.heard(admin).await[0], sentence, "{}", admin.name);
        }
        world.mails().await;
        let named = world.partner(&world.ada, id).await.unwrap().name_owner(world.olga.member).await.unwrap();
        assert_eq!(named, "Olga Owner is the partnership owner for Northlight Studio now.");
        assert_eq!(world.mailed().await, ["hana@people.example", "olga@people.example"]);
        assert!(world.partner(&world.olga, id).await.unwrap().may(PartnershipAct::SetPolicy).is_ok());
        assert!(world.as_seen_by(&world.olga, id).await.owner_is_active);
    }

    async fn a_proposal_whose_owner_has_left_is_answered_to_the_admins(world: World) {
        let id = world.propose(&world.olga, &proposal(&world.third_id())).await.unwrap();
        world.partner(&world.ada, id).await.unwrap().approve().await.unwrap();
        world.deactivate(&world.olga).await;
        world.mails().await;
        world.partner(&world.tess, id).await.unwrap().decline("").await.unwrap();
        assert_eq!(world.mailed().await, ["ada@people.example", "hana@people.example"]);
    }

    async fn only_an_active_member_of_the_host_becomes_partnership_owner(world: World) {
        let id = world.partnership;
        let name = async |by: &Person, whom: &Person| world.partner(by, id).await.unwrap().name_owner(whom.member).await;
        assert_eq!(told(name(&world.ada, &world.mia).await), AppError::NotFound);
        assert_eq!(words(name(&world.petra, &world.olga).await), ADMINS_ONLY);
        assert_eq!(words(name(&world.gus, &world.olga).await), HOST_ONLY);
        world.deactivate(&world.carl).await;
        assert!(told(name(&world.ada, &world.carl).await).problem_with("member").is_some());
        let choices = world.partner(&world.ada, id).await.unwrap().owner_choices("owner").await.unwrap();
        assert_eq!(choices.owner, "Petra Partner");
        let before = world.everything().await;
        name(&world.ada, &world.petra).await.unwrap();
        assert_eq!(world.everything().await, before, "she is it already");
    }

    async fn who_does_not_look_after_a_partnership_does_not_see_it(world: World) {
        for stranger in [&world.olga, &world.carl, &world.mia, &world.ann, &world.tess] {
            assert!(world.unseen_by(stranger, world.partnership).await, "{}", stranger.name);
            assert!(world.partners(stranger).await.is_empty(), "{}", stranger.name);
        }
        assert!(world.unseen_by(&world.ada, PartnershipId(uuid::Uuid::now_v7())).await, "an id that was never given out");
        for (person, name) in [(&world.petra, "Northlight Studio"), (&world.hana, "Northlight Studio"), (&world.gus, "Harbor Coffee")] {
            assert_eq!(world.partners(person).await, [(name.to_owned(), PartnershipState::Active)], "{}", person.name);
        }
    }

    async fn a_role_that_is_gone_when_the_act_begins_does_not_count(world: World) {
        let id = world.propose(&world.olga, &proposal(&world.third_id())).await.unwrap();
        let seen = world.partner(&world.ada, id).await.unwrap();
        world.run("UPDATE member SET role = 'user' WHERE id = $1", [world.ada.member.into()]).await;
        let before = world.everything().await;
        assert_eq!(told(seen.approve().await), AppError::NotFound);
        assert_eq!(world.everything().await, before);
    }

    async fn the_list_comes_in_pages_by_key(world: World) {
        for number in 0..60 {
            let form = ProposalForm { contact_email: format!("contact{number}@elsewhere.example"), ..proposal("") };
            let id = world.propose(&world.ada, &form).await.unwrap();
            if number % 2 == 0 {
                world.partner(&world.ada, id).await.unwrap().withdraw().await.unwrap();
            }
        }
        let ctx = world.ctx(&world.ada).await;
        let first = ctx.partnerships(None).await.unwrap();
        let second = ctx.partnerships(first.next.as_deref()).await.unwrap();
        assert_eq!((first.partners.len(), second.partners.len(), second.next), (50, 11, None));
        let mut all: Vec<_> = first.partners.iter().chain(&second.partners).collect();
        assert!(all.iter().take(31).all(|partner| !partner.state.is_final()), "those that go on come first");
        all.dedup_by_key(|partner| partner.partnership);
        assert_eq!(all.len(), 61);
        assert_eq!(ctx.partnerships(Some("nonsense")).await.unwrap().partners.len(), 50);
    }
}
