//! Members of the own workspace: who they are, and what an Admin does with them.
//!
//! [`Ctx::colleague`] is the only way to a member. What it returns can be read; to change anything, ask it for an
//! [`ManagedMember`]. A change locks the accounts that it touches first, then the rows of both members in the order of
//! their ids: two Admins who do something to each other at once do not wait for each other.

mod export;
mod leaving;
mod list;

use crate::access_grant::{Grants, lock_accounts, revoke};
use crate::access_request::{Lines, accounts_touched_by, cancel_all};
use crate::activity::{Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{member, user};
use crate::mail::{self, Letter, Outgoing};
use crate::member_search::{self, fold};
use crate::oneself::{Membership, events_about};
use crate::{Ctx, Error, link, second_factor, session};
use domain::access_grant::RevokeReason;
use domain::access_request::CancelReason;
use domain::activity::EventKind;
use domain::invitation::CopiedLink;
use domain::link::LinkPurpose;
use domain::member::{MemberStatus, PickedMember};
use domain::policy::{GIVEN_ROLES, MemberAct, MemberRefusal, MemberStanding};
use domain::text::one_line;
use domain::time::day_and_time;
use domain::workspace::WorkspaceRole;
use domain::{AccountId, AppError, Conflict, Denial, MemberId, Moment, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use std::sync::Arc;

/// A member of the own workspace.
#[derive(Clone, Debug)]
pub struct Colleague {
    ctx: Ctx,
    row: Arc<ColleagueRow>,
}

/// A member whom somebody looks after.
#[derive(Clone, Debug)]
pub struct ManagedMember(Colleague);

#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct ColleagueRow {
    pub(crate) member: MemberId,
    pub(crate) user: UserId,
    /// The name; of somebody who is invited, the address.
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) role: WorkspaceRole,
    pub(crate) status: MemberStatus,
}

/// SQL: name and address of the member `m` with the user `u`, as their workspace sees them. Of somebody who has not joined
/// nothing is shown but the address that was typed.
pub(crate) const SEEN_AS: &str = "CASE WHEN m.status = 'invited' THEN COALESCE(m.invited_email, u.email) ELSE u.name END \
                                  AS name, \
                                  CASE WHEN m.status = 'invited' THEN COALESCE(m.invited_email, u.email) ELSE u.email END \
                                  AS email";

impl Ctx {
    /// A member of the own workspace.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] alike for an id that was never given out and for a member of another workspace.
    pub async fn colleague(&self, member: MemberId) -> Result<Colleague, Error> {
        Colleague::find(self, self.reader(), member).await
    }
}

impl Colleague {
    async fn find(ctx: &Ctx, connection: &impl ConnectionTrait, member: MemberId) -> Result<Self, Error> {
        let sql = format!(
            r#"SELECT m.id AS member, u.id AS "user", {SEEN_AS}, m.role, m.status
               FROM member m JOIN "user" u ON u.id = m.user_id
               WHERE m.id = $1 AND m.workspace_id = $2"#
        );
        let values = [member.into(), ctx.workspace().into()];
        let row = ColleagueRow::find_by_statement(statement(connection, &sql, values)).one(connection).await?;
        let row = row.ok_or(AppError::NotFound)?;
        Ok(Self { ctx: ctx.clone(), row: Arc::new(row) })
    }

    /// What the reader is to this member.
    pub fn standing(&self) -> MemberStanding {
        MemberStanding {
            actor_role: self.ctx.role(),
            oneself: self.ctx.member() == self.row.member,
            role: self.row.role,
            status: self.row.status,
        }
    }

    /// Their name; of somebody who is invited, the address.
    pub fn name(&self) -> &str {
        &self.row.name
    }

    /// The right to look after this member.
    ///
    /// # Errors
    ///
    /// [`Denial::AdminsOnly`].
    pub fn managed(self) -> Result<ManagedMember, Denial> {
        self.ctx.admin()?;
        Ok(ManagedMember(self))
    }
}

impl ManagedMember {
    pub(crate) fn ctx(&self) -> &Ctx {
        &self.0.ctx
    }

    pub(crate) fn row(&self) -> &ColleagueRow {
        &self.0.row
    }

    /// Whom somebody is about to do something to.
    pub fn picked(&self) -> PickedMember {
        let row = self.row();
        PickedMember { member: row.member, name: row.name.clone(), email: row.email.clone() }
    }

    /// Whether this may be done with the member now.
    pub(crate) fn may(&self, act: MemberAct) -> Result<(), AppError> {
        self.0.standing().may(act).map_err(|refusal| match refusal {
            MemberRefusal::Denied(denial) => denial.into(),
            MemberRefusal::Status(status) => Conflict::Exists { what: why_not_now(&self.row().name, status) }.into(),
        })
    }

    /// Begins a change of this member. They come back as they stand inside it.
    pub(crate) async fn change(&self) -> Result<(Change, Self), Error> {
        let change = self.ctx().services.change().await?;
        self.inside(change).await
    }

    /// The same, with every account locked that their leaving touches.
    async fn change_with_accounts(&self) -> Result<(Change, Self), Error> {
        loop {
            let change = self.ctx().services.change().await?;
            let touched = accounts_touched_by(change.transaction(), self.row().member).await?;
            lock_accounts(&change, &touched).await?;
            let (change, fresh) = self.inside(change).await?;
            // Access may have been given while we waited: then from the beginning, so that accounts come first.
            let now: Vec<AccountId> = accounts_touched_by(change.transaction(), self.row().member).await?;
            if now.iter().all(|account| touched.contains(account)) {
                return Ok((change, fresh));
            }
        }
    }

    async fn inside(&self, mut change: Change) -> Result<(Change, Self), Error> {
        lock(&change, &[self.ctx().member(), self.row().member]).await?;
        let ctx = self.ctx().inside(&change).await?;
        change.take_time();
        let fresh = Colleague::find(&ctx, change.transaction(), self.row().member).await?.managed()?;
        Ok((change, fresh))
    }

    /// An event about this member, done by whoever looks after them.
    pub(crate) fn event(&self, kind: EventKind) -> Event {
        let mut event = Event {
            actor: Some(self.ctx().member()),
            subject: Some(self.row().member),
            details: self.ctx().details(),
            ..self.ctx().event(kind)
        };
        event.details.members = vec![self.row().name.clone()];
        event
    }

    /// Gives the member another role in the workspace. The same role again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Denial::WorkspaceOwnerStays`], [`Denial::NotOneself`], [`AppError::Invalid`] on `role` for the Owner's.
    pub async fn change_role(self, role: WorkspaceRole) -> Result<String, Error> {
        if !GIVEN_ROLES.contains(&role) {
            let text = "Choose User or Admin. The ownership is handed over under Settings, Workspace.";
            return Err(AppError::invalid("role", text).into());
        }
        let (change, target) = self.change().await?;
        target.may(MemberAct::ChangeRole)?;
        let row = target.row();
        let told = format!("{} is now {} of the workspace.", row.name, role.label());
        if row.role == role {
            return Ok(told);
        }
        member::Entity::update_many()
            .col_expr(member::Column::Role, Expr::value(role))
            .filter(member::COLUMN.id.eq(row.member))
            .exec(change.transaction())
            .await?;
        let mut event = target.event(EventKind::WorkspaceRoleChanged);
        // The event of an invitation that is withdrawn later must not hold it.
        event.subject = event.subject.filter(|_| row.status != MemberStatus::Invited);
        event.details.workspace_role = Some(role);
        event.tell = Some(vec![Tell::Member(row.member)]);
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Puts the member out, at once and everywhere: their access is revoked, what waits for them or was asked by them is
    /// cancelled, their sessions end. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Denial::WorkspaceOwnerStays`], [`Denial::NotOneself`], [`Denial::LastOwner`] while an account has no other Owner.
    pub async fn deactivate(self) -> Result<String, Error> {
        let (change, target) = self.change_with_accounts().await?;
        let row = target.row();
        let told = format!("{} is deactivated, and has no access to anything any more.", row.name);
        if row.status == MemberStatus::Deactivated {
            return Ok(told);
        }
        target.may(MemberAct::Deactivate)?;
        if leaving::last_owner_of(change.transaction(), row.member, 1).await?.0 > 0 {
            return Err(Denial::LastOwner.into());
        }
        let (actor, details) = (Some(target.ctx().member()), target.ctx().details());
        // Before the status changes: whoever asked is told why their requests have ended.
        let asked = Lines::By(row.member);
        let mut events = cancel_all(&change, asked, CancelReason::RequesterLostRight, actor, &details).await?;
        let waiting = Lines::For(row.member);
        events.extend(cancel_all(&change, waiting, CancelReason::MemberRemoved, actor, &details).await?);
        let revoked = revoke(&change, Grants::OfMember(row.member), RevokeReason::MemberDeactivated).await?;
        events.extend(revoked.iter().map(|revoked| revoked.event(actor, details.clone())));
        member::Entity::update_many()
            .col_expr(member::Column::Status, Expr::value(MemberStatus::Deactivated))
            .col_expr(member::Column::DeactivatedAt, Expr::value(change.now()))
            .filter(member::COLUMN.id.eq(row.member))
            .exec(change.transaction())
            .await?;
        session::end_all_as(&change, row.user, row.member).await?;
        let mut event = target.event(EventKind::MemberDeactivated);
        event.tell = Some(vec![Tell::Admins(target.ctx().workspace())]);
        events.push(event);
        change.commit(events).await?;
        Ok(told)
    }

    /// Lets the member in again, with the role they had and nothing else: no access and no request comes back. Returns what
    /// to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Conflict::Exists`] for somebody who has not joined yet.
    pub async fn reactivate(self) -> Result<String, Error> {
        let (change, target) = self.change().await?;
        let row = target.row();
        let told = format!("{} can sign in again. Access to accounts has to be given anew.", row.name);
        if row.status == MemberStatus::Active {
            return Ok(told);
        }
        target.may(MemberAct::Reactivate)?;
        member::Entity::update_many()
            .col_expr(member::Column::Status, Expr::value(MemberStatus::Active))
            .col_expr(member::Column::DeactivatedAt, Expr::value(Option::<Moment>::None))
            .filter(member::COLUMN.id.eq(row.member))
            .exec(change.transaction())
            .await?;
        let mut event = target.event(EventKind::MemberReactivated);
        event.tell = Some(vec![Tell::Member(row.member)]);
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Takes the member's password and passkeys away, each of which signs in by itself, ends their sessions and whatever
    /// sign-in is under way, and mails them a link to set a new password.
    ///
    /// The link is given to the Admin too, for where there is no mail, unless the member's sign-in is good for another
    /// workspace: nobody gets into one by way of another's Admin.
    ///
    /// # Errors
    ///
    /// [`Denial::NotOneself`], [`Denial::AboveAdmin`], [`Conflict::Exists`] for somebody who is not active.
    pub async fn reset_sign_in(self) -> Result<CopiedLink, Error> {
        let (mut change, target) = self.change().await?;
        target.may(MemberAct::ResetSignIn)?;
        let row = target.row();
        let elsewhere = is_elsewhere(change.transaction(), row.user, row.member).await?;
        user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(Option::<String>::None))
            .filter(user::COLUMN.id.eq(row.user))
            .exec(change.transaction())
            .await?;
        second_factor::forget_passkeys(&change, row.user).await?;
        session::sign_out_everywhere(&change, row.user).await?;
        link::end_of_user(&change, LinkPurpose::ResetPassword, row.user).await?;
        let new = link::NewLink {
            email: row.email.clone(),
            user: Some(row.user),
            made_by: Some(target.ctx().member()),
            ..link::NewLink::default()
        };
        let token = link::make(&change, LinkPurpose::ResetPassword, new).await?;
        let link = change.services().link(&format!("/reset-password?token={token}"));
        let ends = change.now() + LinkPurpose::ResetPassword.lasts();
        change.send(reset_mail(&target, &link, ends));
        // It is one sign-in for all: the member has their mail, and the Admins of their other workspaces are told.
        let here = target.ctx().workspace();
        let Event { kind, actor, details, .. } = target.event(EventKind::SignInReset);
        let events = events_about(&change, row.user, kind, actor, &details, |Membership { workspace, .. }| {
            if workspace == here { Vec::new() } else { vec![Tell::Admins(workspace)] }
        });
        let events = events.await?;
        change.commit(events).await?;
        let told = format!(
            "{} is signed out everywhere, and gets a mail with a link to set a new password. It works for one hour.",
            row.name
        );
        Ok(CopiedLink { member: row.member, told, link: (!elsewhere).then_some(link) })
    }
}

fn reset_mail(target: &ManagedMember, link: &str, ends: Moment) -> Outgoing {
    let row = target.row();
    let details = target.ctx().details();
    let sentence = format!("{} of {} has reset your sign-in. Set a new password.", details.actor, details.company);
    let letter = Letter {
        subject: "Set a new password".to_owned(),
        preheader: sentence.clone(),
        heading: "Set a new password".to_owned(),
        greeting_name: one_line(&row.name),
        paragraphs: vec![
            sentence,
            format!(
                "The link works once, until {}. Until then nobody can sign in with your address.",
                day_and_time(ends)
            ),
        ],
        facts: Vec::new(),
        button: Some(("Set a new password".to_owned(), link.to_owned())),
        footer: "You get this mail because an Admin of your workspace has reset your sign-in to Latchkey. Opening the \
                 link changes nothing."
            .to_owned(),
    };
    let (subject, text, html) = mail::render(&letter);
    Outgoing {
        recipient: Some(row.member),
        to_name: one_line(&row.name),
        to_address: row.email.clone(),
        subject,
        text,
        html,
        confidential: true,
    }
}

/// Why something cannot be done with a member of this status, and what to do instead.
fn why_not_now(name: &str, status: MemberStatus) -> String {
    match status {
        MemberStatus::Invited => format!("{name} has not joined yet. Resend the invitation, or withdraw it."),
        MemberStatus::Active => format!("{name} is an active member already. Reload the page to see it."),
        MemberStatus::Deactivated => format!("{name} is deactivated. Reactivate them first."),
    }
}

/// Waits until no other change of these members is under way, in the order of their ids.
pub(crate) async fn lock(change: &Change, members: &[MemberId]) -> Result<(), Error> {
    if change.locks_rows() && !members.is_empty() {
        let transaction = change.transaction();
        let places: Vec<String> = (1..=members.len()).map(|place| format!("${place}")).collect();
        // Not FOR UPDATE: foreign keys to a member must not wait for it.
        let sql = format!("SELECT id FROM member WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE", places.join(", "));
        let values = members.iter().map(|member| (*member).into());
        transaction.query_all_raw(statement(transaction, &sql, values)).await?;
    }
    Ok(())
}

/// Whether the user has joined another workspace.
async fn is_elsewhere(connection: &impl ConnectionTrait, user: UserId, here: MemberId) -> Result<bool, Error> {
    let sql = "SELECT 1 AS one FROM member WHERE user_id = $1 AND id <> $2 AND status <> 'invited' LIMIT 1";
    let row = connection.query_one_raw(statement(connection, sql, [user.into(), here.into()])).await?;
    Ok(row.is_some())
}

/// Gives a user another name, or another address: in the order and the search of each workspace they have joined.
pub(crate) async fn known_as(change: &Change, user: &user::Model, name: &str, email: &str) -> Result<(), Error> {
    let transaction = change.transaction();
    user::Entity::update_many()
        .col_expr(user::Column::Name, Expr::value(name))
        .col_expr(user::Column::Email, Expr::value(email))
        .col_expr(user::Column::EmailFolded, Expr::value(session::fold_email(email)))
        .filter(user::COLUMN.id.eq(user.id))
        .exec(transaction)
        .await?;
    let joined = member::Entity::find()
        .filter(member::COLUMN.user_id.eq(user.id))
        .filter(member::COLUMN.status.ne(MemberStatus::Invited))
        .all(transaction)
        .await?;
    for member in &joined {
        member_search::remove(transaction, member.workspace_id, member.id, &user.name, &user.email).await?;
        member_search::index(transaction, member.workspace_id, member.id, name, email).await?;
    }
    member::Entity::update_many()
        .col_expr(member::Column::SortKey, Expr::value(fold(name)))
        .filter(member::COLUMN.id.is_in(joined.iter().map(|member| member.id)))
        .exec(transaction)
        .await?;
    Ok(())
}
