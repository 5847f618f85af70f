//! The permission table as a whole: printed, and reviewed as snapshots.

use domain::account::AccountRole;
use domain::member::MemberStatus;
use domain::partnership::PartnershipState;
use domain::policy::{
    Act, MemberAct, MemberStanding, PartnershipAct, PartnershipRefusal, PartnershipStanding, Side, Standing, roles_for,
};
use domain::workspace::WorkspaceRole;

/// Everyone the table of `domain.md` knows, in each workspace role, with and without an active owner.
fn standings() -> Vec<(String, Standing)> {
    let mut standings = Vec::new();
    for (side, name) in [(Side::Host, "host"), (Side::Guest, "guest")] {
        for workspace_role in WorkspaceRole::ALL {
            let held = std::iter::once(None).chain(roles_for(side).iter().copied().map(Some));
            for account_role in held {
                for partnership_owner in [false, true] {
                    // Only a member of the host adds a partner there.
                    if partnership_owner && side == Side::Guest {
                        continue;
                    }
                    let role = account_role.map_or("-", AccountRole::label);
                    let partnership = if partnership_owner { "partnership owner" } else { "" };
                    let standing = Standing {
                        side,
                        workspace_role: *workspace_role,
                        account_role,
                        partnership_owner,
                        account_has_active_owner: true,
                    };
                    standings.push((
                        format!("{name:<5} {:<5} {role:<15} {partnership:<17}", workspace_role.label()),
                        standing,
                    ));
                }
            }
        }
    }
    standings
}

fn allowed(standing: Standing, act: Act) -> &'static str {
    if !standing.sees() {
        "not found"
    } else if standing.may(act).is_ok() {
        "yes"
    } else {
        "denied"
    }
}

fn table(active_owner: bool) -> String {
    let mut printed = format!("{:<45}", "");
    for act in Act::ALL {
        printed += &format!(" | {:<16}", format!("{act:?}"));
    }
    printed += " | members seen\n";
    for (name, standing) in standings() {
        // An account with an active owner among its members has an active owner.
        if !active_owner && standing.account_role == Some(AccountRole::Owner) {
            continue;
        }
        let standing = Standing { account_has_active_owner: active_owner, ..standing };
        printed += &name;
        for act in Act::ALL {
            printed += &format!(" | {:<16}", allowed(standing, act));
        }
        let seen = if standing.sees() { format!("{:?}", standing.sees_members()) } else { "not found".to_owned() };
        printed += &format!(" | {seen}\n");
    }
    printed.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn who_may_do_what_on_an_account_with_an_active_owner() {
    insta::assert_snapshot!(table(true));
}

#[test]
fn who_may_do_what_on_an_account_whose_owners_are_all_gone() {
    insta::assert_snapshot!(table(false));
}

#[test]
fn each_refusal_says_why() {
    let mut printed = String::new();
    for (name, standing) in standings().into_iter().filter(|(_, standing)| standing.sees()) {
        for act in Act::ALL {
            if let Err(denial) = standing.may(act) {
                let act = format!("{act:?}");
                printed += &format!("{name} | {act:<16} | {denial}\n");
            }
        }
    }
    insta::assert_snapshot!(printed);
}

#[test]
fn no_guest_decides_changes_roles_or_removes_anyone() {
    for (name, standing) in standings().into_iter().filter(|(_, standing)| standing.side == Side::Guest) {
        for owner in [true, false] {
            let standing = Standing { account_has_active_owner: owner, ..standing };
            for act in [Act::Decide, Act::ChangeRole, Act::RemoveGuest, Act::RemoveHostMember, Act::SeeAllActivity] {
                assert!(standing.may(act).is_err(), "{name} {act:?}");
            }
        }
    }
}

#[test]
fn whoever_may_do_anything_sees_the_account() {
    for (name, standing) in standings() {
        for act in Act::ALL {
            assert!(standing.sees() || standing.may(act).is_err(), "{name} {act:?}");
        }
    }
}

#[test]
fn a_guest_cannot_be_owner_and_a_host_member_cannot_be_account_manager() {
    assert!(!roles_for(Side::Guest).contains(&AccountRole::Owner));
    assert!(!roles_for(Side::Host).contains(&AccountRole::AccountManager));
}

#[test]
fn an_account_role_of_the_wrong_side_gives_no_right_of_the_other() {
    // Such a grant cannot be made. If one were there, it must not decide.
    let guest_owner = Standing {
        side: Side::Guest,
        workspace_role: WorkspaceRole::Owner,
        account_role: Some(AccountRole::Owner),
        partnership_owner: true,
        account_has_active_owner: false,
    };
    let host_manager = Standing {
        side: Side::Host,
        workspace_role: WorkspaceRole::User,
        account_role: Some(AccountRole::AccountManager),
        ..guest_owner
    };
    for act in [Act::Decide, Act::ChangeRole, Act::RemoveGuest, Act::RemoveHostMember, Act::SeeAllActivity] {
        assert!(guest_owner.may(act).is_err(), "{act:?}");
    }
    assert!(host_manager.may(Act::Request).is_err());
}

/// Every act on a partnership, by everyone who can see it, in every state.
#[test]
fn who_may_do_what_with_a_partnership() {
    let mut printed = String::new();
    for state in PartnershipState::ALL {
        for (side, role, owner) in [
            (Side::Host, WorkspaceRole::User, true),
            (Side::Host, WorkspaceRole::Admin, false),
            (Side::Host, WorkspaceRole::Owner, false),
            (Side::Host, WorkspaceRole::User, false),
            (Side::Guest, WorkspaceRole::Admin, false),
            (Side::Guest, WorkspaceRole::User, false),
        ] {
            let sent = *state != PartnershipState::Proposed;
            for suspended_by in [Side::Host, Side::Guest] {
                let suspended_by = (*state == PartnershipState::Suspended).then_some(suspended_by);
                let standing =
                    PartnershipStanding { side, workspace_role: role, owner, state: *state, sent, suspended_by };
                let who =
                    format!("{state:<14} {side:?} {} {}", role.label(), if owner { "partnership owner" } else { "" });
                let by = suspended_by.map_or_else(String::new, |side| format!(" suspended by {side:?}"));
                let allowed: Vec<&str> = PartnershipAct::ALL
                    .iter()
                    .filter(|act| standing.sees() && standing.may(**act).is_ok())
                    .map(|act| act.word())
                    .collect();
                let seen = if standing.sees() { allowed.join(" ") } else { "not found".to_owned() };
                printed += format!("{}{by}: {seen}", who.trim_end()).trim_end();
                printed.push('\n');
                if suspended_by.is_none() {
                    break;
                }
            }
        }
    }
    insta::assert_snapshot!(printed);
}

#[test]
fn what_is_refused_with_a_partnership_says_whose_it_is_before_it_says_when() {
    let standing = PartnershipStanding {
        side: Side::Guest,
        workspace_role: WorkspaceRole::Admin,
        owner: false,
        state: PartnershipState::Active,
        sent: true,
        suspended_by: None,
    };
    let refused = |act| standing.may(act).expect_err("refused");
    assert_eq!(refused(PartnershipAct::Approve), PartnershipRefusal::Denied(domain::Denial::HostOnly));
    assert_eq!(refused(PartnershipAct::Accept), PartnershipRefusal::State(PartnershipState::Active));
}

/// Every act on a member of the workspace, by everyone, in every role and status.
#[test]
fn who_may_do_what_with_a_member() {
    let mut printed = String::new();
    for actor_role in WorkspaceRole::ALL {
        for role in WorkspaceRole::ALL {
            for status in MemberStatus::ALL {
                for oneself in [false, true] {
                    // The Owner is active, and there is one; whoever acts is active.
                    let owner = *role == WorkspaceRole::Owner;
                    if owner && *status != MemberStatus::Active
                        || oneself && (role != actor_role || *status != MemberStatus::Active)
                        || !oneself && owner && *actor_role == WorkspaceRole::Owner
                    {
                        continue;
                    }
                    let standing = MemberStanding { actor_role: *actor_role, oneself, role: *role, status: *status };
                    let acts: Vec<&str> =
                        MemberAct::ALL.iter().filter(|act| standing.may(**act).is_ok()).map(|act| act.word()).collect();
                    let whom = if oneself { "oneself".to_owned() } else { format!("{} {status}", role.label()) };
                    printed += format!("{} on {whom}: {}", actor_role.label(), acts.join(" ")).trim_end();
                    printed.push('\n');
                }
            }
        }
    }
    insta::assert_snapshot!(printed);
}
