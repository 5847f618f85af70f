//! Access within the workspace: an owner gives it, and whoever has access gives it back.

use super::{Grants, Target, grants_of, keep_an_owner, revoke, targets, withdraw_right_to_ask};
use crate::Error;
use crate::access_request::{held_by, people};
use crate::account::{AccountHolder, AccountOwner};
use crate::activity::Tell;
use crate::entity::access_grant;
use crate::member_search;
use domain::access_grant::{AddMembersView, AddedMembers, GiveForm, GrantSource, GrantState, RevokeReason};
use domain::access_request::{MOST_SUGGESTIONS, RefusedMember};
use domain::account::AccountRole;
use domain::activity::EventKind;
use domain::member::{MemberStatus, MemberSuggestion, PickedMember};
use domain::{AccessGrantId, AccountId, AppError, MemberId, Moment};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

impl AccountOwner {
    /// What the page "Add members" shows: active members of the own workspace who match what is typed, each with the reason
    /// why they cannot be added, if so, and those picked already.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn add_members_form(&self, typed: &str, picked: &[MemberId]) -> Result<AddMembersView, Error> {
        let account = self.account();
        let ctx = account.ctx();
        let reader = ctx.reader();
        let found = member_search::find(reader, ctx.workspace(), typed, MOST_SUGGESTIONS).await?;
        let ids: Vec<MemberId> = found.iter().map(|found| found.member).collect();
        let held = strongest(reader, account.id(), &ids, ctx.now()).await?;
        let suggestion = |PickedMember { member, name, email }| {
            // A collaborator can still be made Owner.
            let blocked = held.get(&member).filter(|role| **role == AccountRole::Owner).map(|role| why_not_add(*role));
            MemberSuggestion { member, name, email, blocked }
        };
        let found = found.into_iter().filter(|found| !picked.contains(&found.member)).map(suggestion).collect();
        let mut known = people(reader, ctx.workspace(), picked).await?;
        let picked = picked.iter().filter_map(|id| known.remove(id)).map(|person| person.picked).collect();
        Ok(AddMembersView { header: account.header(), found, picked })
    }

    /// Gives members of the own workspace access to the account. Who has as much already is left as they are, so the same
    /// form sent twice is one act.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form, or on `members` when nobody in it can be added;
    /// [`AppError::NotFound`] when somebody in it is no member of the own workspace.
    pub async fn give_access(self, form: &GiveForm) -> Result<AddedMembers, Error> {
        let (members, role) = form.check()?;
        let (change, account) = self.account().change().await?;
        let owner = account.owner()?;
        let account = owner.account();
        let (transaction, now) = (change.transaction(), change.now());
        let mut known = targets(&change, account.host(), &members).await?;
        let held = strongest(transaction, account.id(), &members, now).await?;
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        let mut told = AddedMembers { label: account.label().to_owned(), role, added: Vec::new(), left: Vec::new() };
        for member in &members {
            let Target { name, status, .. } = known.remove(member).ok_or(AppError::NotFound)?;
            let reason = match (status, held.get(member)) {
                (MemberStatus::Active, Some(held)) if *held >= role => Some(why_not_add(*held)),
                (MemberStatus::Active, _) => None,
                (MemberStatus::Invited, _) => Some("Has not accepted the invitation yet".to_owned()),
                (MemberStatus::Deactivated, _) => Some("Is no longer an active member".to_owned()),
            };
            if let Some(reason) = reason {
                told.left.push(RefusedMember { name, reason });
                continue;
            }
            rows.push(given(account.id(), *member, role, now));
            let mut event = account.event(EventKind::AccessGiven);
            event.subject = Some(*member);
            event.details.members = vec![name.clone()];
            event.details.role = Some(role);
            // Whoever decides learns of it when there is one more who does.
            let owners = (role == AccountRole::Owner).then_some(Tell::Owners);
            event.tell = Some([Tell::Member(*member)].into_iter().chain(owners).collect());
            events.push(event);
            told.added.push(name);
        }
        if rows.is_empty() {
            return Ok(told);
        }
        access_grant::Entity::insert_many(rows).exec_without_returning(transaction).await?;
        change.commit(events).await?;
        Ok(told)
    }
}

impl AccountHolder {
    /// Gives back one's own access. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`domain::Denial::LastOwner`]; [`AppError::NotFound`] or [`domain::Denial::HoldersOnly`] when access has ended
    /// meanwhile.
    pub async fn give_back(self) -> Result<String, Error> {
        let (change, account) = self.account().change().await?;
        let holder = account.holder()?;
        let account = holder.account();
        let ctx = account.ctx();
        let member = ctx.member();
        let grants = grants_of(change.transaction(), account.id(), member, change.now()).await?;
        let role = grants.iter().map(|grant| grant.role).max();
        if role == Some(AccountRole::Owner) {
            keep_an_owner(change.transaction(), account.id(), member).await?;
        }
        revoke(&change, Grants::Of(account.id(), member), RevokeReason::GivenBack).await?;
        let mut event = account.event(EventKind::AccessGivenBack);
        event.subject = Some(member);
        event.details.members = vec![event.details.actor.clone()];
        event.tell = Some(vec![Tell::Owners]);
        let told = format!("You gave back your access to {}.", account.label());
        let mut events = vec![event];
        if role == Some(AccountRole::AccountManager) {
            events.extend(withdraw_right_to_ask(&change, account, member, ctx.workspace()).await?);
        }
        change.commit(events).await?;
        Ok(told)
    }
}

/// The strongest role that each of these members has on the account now. Who has none is left out.
async fn strongest(
    connection: &impl ConnectionTrait,
    account: AccountId,
    members: &[MemberId],
    now: Moment,
) -> Result<HashMap<MemberId, AccountRole>, Error> {
    let held = held_by(connection, account, members, now).await?;
    Ok(held.into_iter().filter_map(|(member, held)| Some((member, held.first()?.role))).collect())
}

fn why_not_add(held: AccountRole) -> String {
    format!("Already has access as {}", held.label())
}

fn given(account: AccountId, member: MemberId, role: AccountRole, now: Moment) -> access_grant::ActiveModel {
    access_grant::ActiveModel {
        id: Set(AccessGrantId(Uuid::now_v7())),
        account_id: Set(account),
        member_id: Set(member),
        role: Set(role),
        source: Set(if role == AccountRole::Owner { GrantSource::Owner } else { GrantSource::Direct }),
        account_share_id: Set(None),
        state: Set(GrantState::Active),
        ends_at: Set(None),
        last_used_at: Set(None),
        created_at: Set(now),
        ended_at: Set(None),
        end_reason: Set(None),
        warned_days: Set(None),
    }
}
