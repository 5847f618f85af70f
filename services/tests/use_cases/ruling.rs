//! The rulings on hard cases, row by row. Where a row has its test elsewhere, it is named here.
//!
//! | case | test |
//! | --- | --- |
//! | requester loses the manager role while lines are pending | [`a_requester_who_loses_the_right_loses_what_waits_and_keeps_what_was_accepted`] |
//! | requested member is deactivated while pending | [`a_member_who_is_out_falls_out_of_the_request_and_the_others_go_on`] |
//! | two owners decide at once | `decision::fifty_owners_at_once_make_one_decision`, `decision::the_same_decision_twice_happens_once`, `decision::the_opposite_decision_is_told_who_was_first` |
//! | member has the same or a higher role already | [`the_same_role_is_refused_a_lower_one_is_raised_and_what_adds_nothing_is_superseded`] |
//! | the same person twice, or already pending | [`doubles_are_merged_and_who_waits_already_is_named`] |
//! | asked for oneself | [`nobody_asks_for_themselves_but_to_extend_their_own_access`], and `extension` |
//! | asked again after a decline | `access_request::asked_again_after_a_decline_the_owners_see_the_earlier_one` |
//! | partnership removed while pending | `partnership::partnership_removed_while_pending` |
//! | account unshared · deleted while pending | `account_life::account_unshared_or_deleted_while_pending`, `account_share::an_account_unshared_while_pending_cancels_the_line_and_ends_access` |
//! | last Owner of a workspace | `member::last_owner_of_a_workspace_cannot_be_lowered_or_deactivated` |
//! | partnership owner leaves | `partnership::partnership_owner_leaves`, `member::partnership_owner_leaves` |
//! | nobody at the guest has access any more | `account_share::when_nobody_at_the_guest_has_access_any_more_the_share_stays_and_says_so` |
//! | partnership suspended while pending | `decision::suspended_a_line_waits_and_its_time_stands_still` |
//! | manager becomes collaborator | `access_grant::a_manager_who_becomes_collaborator_loses_what_they_asked_for` |
//! | owner loses Owner · a new owner is added | `decision::an_owner_who_was_lowered_loses_the_right_and_a_new_one_has_it_at_once`, [`deciders_are_computed_and_never_stored`] |
//! | last active Owner of an account | `access_grant::the_last_active_owner_stays`, `decision::a_host_admin_decides_only_when_there_is_no_active_owner` |
//! | policy gets stricter while pending | `decision::a_policy_that_became_stricter_binds_the_owner` |
//! | a line expires while being accepted | [`a_late_accept_is_refused_and_the_requester_asks_again_with_one_act`] |
//! | overlapping grants | [`overlapping_grants_end_each_by_itself_and_access_ends_with_the_last`] |
//! | revoked while in use | [`what_is_revoked_while_in_use_is_refused_with_the_next_use`] |
//! | an id of another workspace | the sweep over all server functions, and `decision::a_line_of_another_account_or_of_none_is_not_found` |
//! | clock set back | `access_grant::a_clock_set_back_brings_nothing_back`, [`a_clock_set_back_undoes_no_decision`] |

use crate::world::{LABEL, form, services_on, start, told, words};
use chrono::TimeDelta;
use domain::access_request::{LineState, RequestForm};
use domain::account::AccountRole;
use domain::workspace::Founding;
use domain::{AppError, Conflict};
use services::Clock;

on_both! {
    async fn a_requester_who_loses_the_right_loses_what_waits_and_keeps_what_was_accepted(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        world.accept(&world.olga, lines[0]).await.unwrap();
        world.mails().await;
        world.remove(&world.olga, &world.mia).await.unwrap();
        assert_eq!(
            (world.line_state(lines[1]).await.as_str(), world.cancel_reason(lines[1]).await.as_str()),
            ("cancelled", "requester_lost_right"),
            "in the same transaction"
        );
        assert!(world.has_card(&world.ann).await, "what was accepted stays");
        let cancelled = |to: &str| format!("{to}@people.example");
        let mailed = world.mailed().await;
        assert!(mailed.contains(&cancelled("mia")) && mailed.contains(&cancelled("oscar")), "both sides are told: {mailed:?}");
        assert_eq!(world.ctx(&world.oscar).await.frame().waiting, 0);
    }

    async fn a_member_who_is_out_falls_out_of_the_request_and_the_others_go_on(world: World) {
        let lines = world.request_for(&[&world.ann, &world.ben]).await;
        world.deactivate(&world.ann).await;
        let late = told(world.accept(&world.olga, lines[0]).await);
        assert_eq!(late, Conflict::NoLongerPending { state: LineState::Cancelled }.into());
        assert_eq!(world.cancel_reason(lines[0]).await, "member_removed");
        assert!(world.accept(&world.olga, lines[1]).await.is_ok());
        // Back again, nothing comes back with her.
        world.run("UPDATE member SET status = 'active' WHERE id = $1", [world.ann.member.into()]).await;
        assert!(!world.has_card(&world.ann).await);
        assert_eq!(world.line_state(lines[0]).await, "cancelled");
    }

    async fn the_same_role_is_refused_a_lower_one_is_raised_and_what_adds_nothing_is_superseded(world: World) {
        let ask = |role: &str| RequestForm { role: role.to_owned(), ..form(&[&world.cora, &world.ann]) };
        let sent = world.send(&world.mia, &ask("collaborator")).await.unwrap();
        assert_eq!(sent.not_requested(), ["Not requested for Cora Collaborator: Already has access as Collaborator"]);
        let ann = world.line_of(&world.ann).await;
        world.accept(&world.olga, ann).await.unwrap();
        let raise = world.send(&world.mia, &ask("account_manager")).await.unwrap();
        assert!(raise.refused.is_empty());
        let line = world.line_of(&world.cora).await;
        world.change_role(&world.oscar, &world.cora, AccountRole::AccountManager).await.unwrap();
        let decided = world.accept(&world.olga, line).await.unwrap();
        assert_eq!(decided.message(), format!("Cora Collaborator already had this access to {LABEL}, so there was nothing to add."));
        assert_eq!(world.line_state(line).await, "superseded");
    }

    async fn doubles_are_merged_and_who_waits_already_is_named(world: World) {
        world.send(&world.mia, &form(&[&world.ann, &world.ann, &world.ann])).await.unwrap();
        assert_eq!(world.count("request_line").await, 1);
        let sent = world.send(&world.max, &form(&[&world.ann, &world.ben])).await.unwrap();
        assert_eq!(sent.not_requested(), ["Not requested for Ann Teammate: Already requested by Mia Manager on 2 March 2026"]);
        assert_eq!(world.count("request_line WHERE state = 'pending'").await, 2);
    }

    async fn nobody_asks_for_themselves_but_to_extend_their_own_access(world: World) {
        let refused = told(world.send(&world.mia, &form(&[&world.mia])).await);
        assert!(refused.problem_with("members").unwrap().contains("you cannot request access for yourself"), "{refused}");
        let end = world.clock.now() + TimeDelta::days(2);
        world.run("UPDATE access_grant SET ends_at = $1 WHERE member_id = $2", [end.into(), world.mia.member.into()]).await;
        let extend = RequestForm { role: "account_manager".to_owned(), access_end: "7".to_owned(), ..form(&[&world.mia]) };
        assert!(world.send(&world.mia, &extend).await.is_ok());
    }

    async fn deciders_are_computed_and_never_stored(world: World) {
        let line = world.pending().await;
        let waits = async |person| world.ctx(person).await.frame().waiting;
        assert_eq!((waits(&world.olga).await, waits(&world.carl).await), (1, 0));
        world.change_role(&world.oscar, &world.olga, AccountRole::Collaborator).await.unwrap();
        world.change_role(&world.oscar, &world.carl, AccountRole::Owner).await.unwrap();
        assert_eq!((waits(&world.olga).await, waits(&world.carl).await), (0, 1), "lost and gained at once");
        assert_eq!(words(world.accept(&world.olga, line).await), "Only an owner of the account can do this.");
        assert!(world.accept(&world.carl, line).await.is_ok());
    }

    async fn a_late_accept_is_refused_and_the_requester_asks_again_with_one_act(world: World) {
        let line = world.pending().await;
        world.pass(TimeDelta::days(14));
        let late = told(world.accept(&world.olga, line).await);
        assert_eq!(late, Conflict::NoLongerPending { state: LineState::Expired }.into());
        let sent = world.ctx(&world.mia).await.sent_requests(None).await.unwrap().requests.remove(0);
        assert!(sent.can_ask_again, "before anything has marked it");
        let again = world.seen_by(&world.mia).await.manager().unwrap().asked_before(sent.request).await.unwrap();
        let form = RequestForm { members: again.members, role: again.role, access_end: again.access_end, ..form(&[]) };
        world.send(&world.mia, &form).await.unwrap();
        assert!(world.accept(&world.olga, world.line_of(&world.ann).await).await.is_ok());
    }

    async fn overlapping_grants_end_each_by_itself_and_access_ends_with_the_last(world: World) {
        let at = |days| Some(world.clock.now() + TimeDelta::days(days));
        world.grant(world.account, &world.ann, AccountRole::AccountManager, at(2)).await;
        world.grant(world.account, &world.ann, AccountRole::Collaborator, at(5)).await;
        assert_eq!(world.cards(&world.ann).await[0].role, AccountRole::AccountManager, "the highest counts");
        world.pass(TimeDelta::days(2));
        assert_eq!(world.cards(&world.ann).await[0].role, AccountRole::Collaborator);
        world.services.mark_ended().await.unwrap();
        assert!(world.heard(&world.ann).await.is_empty(), "her access goes on");
        world.pass(TimeDelta::days(3));
        assert!(!world.has_card(&world.ann).await);
        world.services.mark_ended().await.unwrap();
        assert_eq!(world.heard(&world.ann).await, [format!("The access of Ann Teammate to {LABEL} has ended.")]);
    }

    async fn what_is_revoked_while_in_use_is_refused_with_the_next_use(world: World) {
        let holder = world.seen_by(&world.cora).await.holder().unwrap();
        world.remove(&world.olga, &world.cora).await.unwrap();
        assert_eq!(told(holder.log_in().await), AppError::NotFound);
    }

    async fn a_clock_set_back_undoes_no_decision(world: World) {
        let line = world.pending().await;
        world.pass(TimeDelta::days(3));
        world.decline(&world.olga, line, "").await.unwrap();
        let restarted = services_on(&world.url, Clock::manual(start()), Founding::Invitation).await;
        restarted.catch_up_with_time().await.unwrap();
        let owner = world.ctx_on(&restarted, &world.oscar).await.account(world.account).await.unwrap().decider().unwrap();
        let late = told(owner.accept(line, Default::default()).await);
        assert!(matches!(late, AppError::Conflict { conflict: Conflict::AlreadyDecided { .. } }), "{late}");
    }
}
