//! A partnership from its proposal to the guest's answer.
//!
//! Invariant: whether a typed workspace ID is anybody's shows nowhere at the host before the guest has answered. What
//! the host reads depends on what was typed alone, and so does the mail to the contact.

use super::{PolicyRow, VisiblePartnership, WithAccounts, begin, row};
use crate::activity::{Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::partnership::{self, Column, Entity};
use crate::link::{self, NewLink};
use crate::mail::{self, Letter, Outgoing};
use crate::session::fold_email;
use crate::{Ctx, Error, Services};
use chrono::TimeDelta;
use domain::activity::EventKind;
use domain::link::LinkPurpose;
use domain::partnership::{
    MOST_PROPOSALS_A_DAY, OPEN_PROPOSAL_DAYS, PartnershipState, Proposal, ProposalForm, ProposalFormView,
    REMINDER_HOURS, TERMS_VERSION, not_named_yet,
};
use domain::policy::{PartnershipAct, Side};
use domain::text::{self, one_line};
use domain::time::{day, day_and_time};
use domain::workspace::Founding;
use domain::{AppError, Conflict, Moment, PartnershipId, Problem, WorkspaceId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, SqlErr,
};
use uuid::Uuid;

/// SQL: the states of which there can be one partnership at a time.
const LIVE: &str = "('proposed', 'awaiting_guest', 'active', 'suspended')";

impl Ctx {
    /// What the form for a new partner asks this member.
    pub fn proposal_form(&self) -> ProposalFormView {
        ProposalFormView { asks_reason: !self.role().administers(), can_invite: self.services.invites_companies() }
    }

    /// Proposes a partnership, of which the member becomes the partnership owner. An Admin's proposal goes to the guest at
    /// once, a User's to the own Admins first. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with every problem of the form; on `workspace_id` for the own ID, and for one to which there
    /// is a partnership that is not over.
    pub async fn propose_partnership(&self, form: &ProposalForm) -> Result<(PartnershipId, String), Error> {
        let proposal = form.check(self.proposal_form().asks_reason)?;
        self.propose(proposal, None).await
    }

    /// Proposes, under this policy or the usual one.
    async fn propose(&self, proposal: Proposal, policy: Option<PolicyRow>) -> Result<(PartnershipId, String), Error> {
        if let Some(over) = self.live_one_like(self.reader(), &proposal).await?.filter(|live| live.is_over(self.now()))
        {
            self.services.mark_over(over.id).await?;
        }
        let mut change = self.services.change().await?;
        lock_workspace(&change, self.workspace()).await?;
        let ctx = self.inside(&change).await?;
        change.take_time();
        ctx.check_against_others(&change, &proposal).await?;
        let sent = ctx.role().administers();
        if !sent && proposal.reason.is_empty() {
            return Err(Problem::new("reason", "Enter a reason: your Admins decide by it.").into());
        }
        let now = change.now();
        let guest = match sent {
            true => guest_with_id(&change, ctx.workspace(), proposal.workspace_id.as_deref()).await?,
            false => None,
        };
        let id = PartnershipId(Uuid::now_v7());
        let policy = policy.map_or_else(Default::default, |policy| policy.policy());
        let written = partnership::ActiveModel {
            id: Set(id),
            host_workspace_id: Set(ctx.workspace()),
            guest_workspace_id: Set(guest),
            owner_member_id: Set(ctx.member()),
            state: Set(if sent { PartnershipState::AwaitingGuest } else { PartnershipState::Proposed }),
            highest_role: Set(policy.highest_role),
            longest_days: Set(policy.longest_days.map(i32::from)),
            reason_required: Set(policy.reason_required),
            open_days: Set(policy.open_days.into()),
            shortest_reason: Set(policy.shortest_reason.into()),
            cool_down_days: Set(policy.cool_down_days.into()),
            created_at: Set(now),
            guest_public_id: Set(proposal.workspace_id.clone()),
            contact_email: Set(proposal.contact_email.clone()),
            reason: Set(proposal.reason.clone()),
            sent_at: Set(sent.then_some(now)),
            lapses_at: Set(Some(lapses(now))),
            ..Default::default()
        };
        written.insert(change.transaction()).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => already(&proposal, None).into(),
            _ => Error::from(error),
        })?;
        let this = VisiblePartnership::find(&ctx, change.transaction(), id, now).await?;
        let mut event = this.event(EventKind::PartnershipProposed);
        let told = if sent {
            this.ask_guest(&mut change, guest, &mut event, false).await?;
            this.told_when_sent(now)
        } else {
            event.details.reason = proposal.reason;
            event.tell = Some(vec![Tell::Admins(ctx.workspace())]);
            "Your Admins have been told. One of them has to approve the proposal before it goes to the partner."
                .to_owned()
        };
        change.commit(vec![event]).await?;
        Ok((id, told))
    }

    /// What stands against a proposal: the own ID, a partnership with the same company that is not over, too many in a
    /// day.
    async fn check_against_others(&self, change: &Change, proposal: &Proposal) -> Result<(), Error> {
        let transaction = change.transaction();
        let own = crate::entity::workspace::Entity::find_by_id(self.workspace()).one(transaction).await?;
        let own = own.ok_or(AppError::NotFound)?;
        if proposal.workspace_id.as_deref() == Some(own.public_id.to_lowercase().as_str()) {
            return Err(Problem::new("workspace_id", "This is your own workspace’s ID. Enter your partner’s.").into());
        }
        let contact = fold_email(&proposal.contact_email);
        let sql = r#"SELECT 1 FROM member m JOIN "user" u ON u.id = m.user_id
                     WHERE m.workspace_id = $1 AND u.email_folded = $2 AND m.status <> 'deactivated'"#;
        let values = [self.workspace().into(), contact.into()];
        if transaction.query_one_raw(statement(transaction, sql, values)).await?.is_some() {
            let text = "This is the address of a member of your own workspace. Enter one of your partner’s.";
            return Err(Problem::new("contact_email", text).into());
        }
        if proposal.workspace_id.is_none() && !self.services.invites_companies() {
            return Err(Problem::new(
                "workspace_id",
                "Enter your partner’s workspace ID. A company without a workspace asks the operator of this \
                 installation for one.",
            )
            .into());
        }
        if let Some(live) = self.live_one_like(transaction, proposal).await? {
            return Err(already(proposal, Some(live.state)).into());
        }
        let today = Entity::find()
            .filter(partnership::COLUMN.host_workspace_id.eq(self.workspace()))
            .filter(partnership::COLUMN.created_at.gt(change.now() - TimeDelta::days(1)))
            .count(transaction)
            .await?;
        if today >= MOST_PROPOSALS_A_DAY {
            let text = "Your workspace has made as many proposals as it can in one day. Go on tomorrow.";
            return Err(Problem::new("form", text).into());
        }
        Ok(())
    }

    /// The partnership with the company that the proposal names which is not over, as far as the host can know that it is
    /// the same company.
    async fn live_one_like(
        &self,
        connection: &impl ConnectionTrait,
        proposal: &Proposal,
    ) -> Result<Option<LiveOne>, Error> {
        let typed = proposal.workspace_id.clone().unwrap_or_default();
        let sql = format!(
            r"SELECT p.id, p.state, p.lapses_at, p.ends_at
              FROM partnership p LEFT JOIN workspace g ON g.id = p.guest_workspace_id AND p.accepted_at IS NOT NULL
              WHERE p.host_workspace_id = $1 AND p.state IN {LIVE} AND (
                  ($2 <> '' AND (p.guest_public_id = $2 OR g.public_id = $2))
                  OR ($2 = '' AND p.guest_public_id IS NULL AND lower(p.contact_email) = lower($3)))
              LIMIT 1"
        );
        let values = [self.workspace().into(), typed.into(), proposal.contact_email.clone().into()];
        Ok(LiveOne::find_by_statement(statement(connection, &sql, values)).one(connection).await?)
    }
}

/// A partnership that stands in the way of another.
#[derive(Debug, FromQueryResult)]
struct LiveOne {
    id: PartnershipId,
    state: PartnershipState,
    lapses_at: Option<Moment>,
    ends_at: Option<Moment>,
}

impl LiveOne {
    fn is_over(&self, now: Moment) -> bool {
        let end = if self.state.is_in_force() { self.ends_at } else { self.lapses_at };
        end.is_some_and(|end| end <= now)
    }
}

fn already(proposal: &Proposal, state: Option<PartnershipState>) -> AppError {
    let (field, whom) = match &proposal.workspace_id {
        Some(id) => ("workspace_id", not_named_yet(id)),
        None => ("contact_email", proposal.contact_email.clone()),
    };
    let stands = state.map_or_else(String::new, |state| format!(" ({})", state.label().to_lowercase()));
    AppError::invalid(field, format!("There is a partnership with {whom} already{stands}. Find it under Partners."))
}

fn lapses(now: Moment) -> Moment {
    now + TimeDelta::days(OPEN_PROPOSAL_DAYS)
}

/// Waits until nobody else of this workspace proposes or approves.
async fn lock_workspace(change: &Change, workspace: WorkspaceId) -> Result<(), Error> {
    if change.locks_rows() {
        let transaction = change.transaction();
        let sql = "SELECT id FROM workspace WHERE id = $1 FOR NO KEY UPDATE";
        transaction.query_one_raw(statement(transaction, sql, [workspace.into()])).await?;
    }
    Ok(())
}

/// The workspace with this ID, if it is anybody's with whom the host has no partnership that is not over.
async fn guest_with_id(change: &Change, host: WorkspaceId, typed: Option<&str>) -> Result<Option<WorkspaceId>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        id: WorkspaceId,
    }
    let sql = format!(
        r"SELECT w.id FROM workspace w
          WHERE w.public_id = $1 AND w.id <> $2 AND NOT EXISTS (
              SELECT 1 FROM partnership p
              WHERE p.host_workspace_id = $2 AND p.guest_workspace_id = w.id AND p.state IN {LIVE})"
    );
    let values = [typed.unwrap_or_default().into(), host.into()];
    let transaction = change.transaction();
    let row = Row::find_by_statement(statement(transaction, &sql, values)).one(transaction).await?;
    Ok(row.map(|row| row.id))
}

impl VisiblePartnership {
    /// An Admin of the host lets the proposal go to the guest. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn approve(&self) -> Result<String, Error> {
        let Some((mut change, this)) = self.begin(PartnershipAct::Approve, WithAccounts::Left).await? else {
            return Ok(self.told_when_sent(self.ctx().now()));
        };
        let now = change.now();
        lock_workspace(&change, this.row().host_workspace_id).await?;
        let typed = this.row().guest_public_id.as_deref();
        let guest = guest_with_id(&change, this.row().host_workspace_id, typed).await?;
        this.update()
            .col_expr(Column::State, Expr::value(PartnershipState::AwaitingGuest))
            .col_expr(Column::GuestWorkspaceId, Expr::value(guest))
            .col_expr(Column::SentAt, Expr::value(now))
            .col_expr(Column::LapsesAt, Expr::value(lapses(now)))
            .col_expr(Column::RemindedAt, Expr::value(None::<Moment>))
            .exec(change.transaction())
            .await?;
        let mut event = this.event(EventKind::PartnershipApproved);
        this.ask_guest(&mut change, guest, &mut event, false).await?;
        event.tell.get_or_insert_default().push(this.row().looked_after_by());
        change.commit(vec![event]).await?;
        Ok(this.told_when_sent(now))
    }

    /// An Admin says no: of the host to a proposal, of the guest to the partnership. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`], and [`AppError::Invalid`] on `note`.
    pub async fn decline(&self, note: &str) -> Result<String, Error> {
        let note = text::prose("note", "note", note)?;
        let told = format!("The partnership with {} was declined.", self.partner());
        let act = match self.side() {
            Side::Host => PartnershipAct::DeclineProposal,
            Side::Guest => PartnershipAct::Decline,
        };
        let Some((change, this)) = self.begin(act, WithAccounts::Left).await? else {
            return Ok(told);
        };
        this.close(&change, PartnershipState::Declined).await?;
        let mut event = this.event(EventKind::PartnershipDeclined);
        if this.side() == Side::Guest {
            // Whose workspace it is, and who there has answered, the host learns with a yes.
            event.details.actor = String::new();
            event.details.company = this.row().guest_as_host_sees();
        }
        event.details.note = note;
        event.tell = Some(vec![this.row().looked_after_by()]);
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// The host takes the proposal back. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`].
    pub async fn withdraw(&self) -> Result<String, Error> {
        let told = format!("The proposal to {} was withdrawn.", self.partner());
        let Some((change, this)) = self.begin(PartnershipAct::Withdraw, WithAccounts::Left).await? else {
            return Ok(told);
        };
        this.close(&change, PartnershipState::Withdrawn).await?;
        let mut event = this.event(EventKind::PartnershipWithdrawn);
        event.tell = Some(this.row().both_sides());
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// An Admin of the guest agrees to the terms that were shown, and the partnership is in force. Returns what to tell
    /// the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`], and [`AppError::Invalid`] on `agreed`.
    pub async fn accept(&self, terms_version: i32, agreed: bool) -> Result<String, Error> {
        let told = format!("The partnership with {} is active.", self.partner());
        let Some((change, this)) = self.begin(PartnershipAct::Accept, WithAccounts::Left).await? else {
            return Ok(told);
        };
        if terms_version != TERMS_VERSION {
            let text = "The terms have changed since this page was opened. Read them again, then agree.";
            return Err(Problem::new("agreed", text).into());
        }
        if !agreed {
            return Err(Problem::new("agreed", "Tick the box to agree to the terms. Without that, decline.").into());
        }
        this.update()
            .col_expr(Column::State, Expr::value(PartnershipState::Active))
            .col_expr(Column::AcceptedAt, Expr::value(change.now()))
            .col_expr(Column::AcceptedBy, Expr::value(this.ctx().member()))
            .col_expr(Column::TermsVersion, Expr::value(terms_version))
            .exec(change.transaction())
            .await?;
        let mut event = this.event(EventKind::PartnershipAccepted);
        event.tell = Some(this.row().both_sides());
        change.commit(vec![event]).await?;
        Ok(told)
    }

    /// Reminds whoever has to decide; at most once in [`REMINDER_HOURS`]. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`], and [`Conflict::Exists`] when there was a reminder before.
    pub async fn remind(&self) -> Result<String, Error> {
        let (mut change, this) = self.change(WithAccounts::Left).await?;
        this.may(PartnershipAct::Remind)?;
        if let Some(next) = this.next_reminder(change.now()) {
            let what = format!("A reminder was sent already. You can send the next one on {}.", day_and_time(next));
            return Err(Conflict::Exists { what }.into());
        }
        this.update().col_expr(Column::RemindedAt, Expr::value(change.now())).exec(change.transaction()).await?;
        let mut event = this.event(EventKind::PartnershipReminded);
        if this.row().sent_at.is_some() {
            this.ask_guest(&mut change, this.row().guest_workspace_id, &mut event, true).await?;
        } else {
            event.tell = Some(vec![Tell::Admins(this.row().host_workspace_id)]);
        }
        change.commit(vec![event]).await?;
        Ok("Reminder sent.".to_owned())
    }

    /// Proposes once more what was declined, withdrawn, or not answered: a new partnership with the same company, under the
    /// same policy. Returns it, and what to tell the reader.
    ///
    /// # Errors
    ///
    /// As [`VisiblePartnership::may`] and [`Ctx::propose_partnership`].
    pub async fn send_again(&self, reason: &str) -> Result<(PartnershipId, String), Error> {
        self.may(PartnershipAct::SendAgain)?;
        let row = self.row();
        let form = ProposalForm {
            workspace_id: row.guest_public_id.clone().unwrap_or_default(),
            contact_email: row.contact_email.clone(),
            reason: reason.to_owned(),
        };
        let proposal = form.check(self.ctx().proposal_form().asks_reason)?;
        self.ctx().propose(proposal, Some(row.policy.clone())).await
    }

    /// When the next reminder can be sent, if not now.
    pub(super) fn next_reminder(&self, now: Moment) -> Option<Moment> {
        let next = self.row().reminded_at? + TimeDelta::hours(REMINDER_HOURS);
        Some(next).filter(|next| *next > now)
    }

    /// Puts the question to the guest: its Admins are told by the event, the contact by a mail that depends on what was
    /// typed alone.
    async fn ask_guest(
        &self,
        change: &mut Change,
        guest: Option<WorkspaceId>,
        event: &mut Event,
        again: bool,
    ) -> Result<(), Error> {
        event.guest = guest;
        event.tell = Some(guest.map(Tell::Admins).into_iter().collect());
        let row = self.row();
        // One mail is enough for an Admin who is the contact.
        if is_admin(change, guest, &row.contact_email).await? {
            return Ok(());
        }
        let unknown = row.guest_public_id.is_none() && guest.is_none();
        let invited = unknown && change.services().invites_companies();
        let page = if invited {
            let link = NewLink {
                email: row.contact_email.clone(),
                partnership: Some(row.id),
                made_by: Some(self.ctx().member()),
                ..NewLink::default()
            };
            let token = link::make(change, LinkPurpose::FoundWorkspace, link).await?;
            change.services().link(&format!("/found-workspace?token={token}"))
        } else {
            change.services().link("/partners")
        };
        let lapses_at = if again { row.lapses_at } else { Some(lapses(change.now())) };
        let letter = self.letter_to_contact(invited, page, lapses_at, again);
        change.send(outgoing(&letter, &row.contact_email, invited));
        Ok(())
    }

    fn letter_to_contact(&self, invited: bool, page: String, lapses_at: Option<Moment>, again: bool) -> Letter {
        let row = self.row();
        let host = one_line(&row.host_name);
        let what = format!("{host} wants to share login accounts with your company through Latchkey.");
        let (next, button) = if invited {
            let next = "If your company has no workspace here yet, found one with the link below: then you find the \
                        request under Partners, with the terms, and accept or decline it there. If it has one that you \
                        look after, sign in and open the link: you can go on with that one.";
            (next.to_owned(), "Found a workspace")
        } else {
            let whose = match &row.guest_public_id {
                Some(id) => format!(
                    "The request is for the workspace with the ID {id}. If it is your company’s, one of \
                                     its Admins finds the request under Partners, and accepts or declines it there."
                ),
                None => "One of your workspace’s Admins finds the request under Partners, and accepts or declines it \
                         there."
                    .to_owned(),
            };
            (whose, "Open in Latchkey")
        };
        let mut facts = vec![("Company".to_owned(), host.clone())];
        if row.owner_status == domain::member::MemberStatus::Active {
            facts.push(("Proposed by".to_owned(), row.owner_name.clone()));
        }
        facts.extend(lapses_at.map(|end| ("Open until".to_owned(), day_and_time(end))));
        let subject = if again {
            format!("Reminder: {host} proposes a partnership in Latchkey")
        } else {
            format!("{host} proposes a partnership in Latchkey")
        };
        Letter {
            subject,
            preheader: what.clone(),
            heading: "A partnership is proposed".to_owned(),
            greeting_name: String::new(),
            paragraphs: vec![what, next],
            facts,
            button: Some((button.to_owned(), page)),
            footer: format!(
                "You get this mail because somebody at {host} named you as the contact at your company. If you do not \
                 know them, do nothing: opening the link changes nothing."
            ),
        }
    }

    /// Ends a proposal, and with it the links that it has sent.
    async fn close(&self, change: &Change, state: PartnershipState) -> Result<(), Error> {
        close(change, self.id(), state).await
    }

    fn told_when_sent(&self, now: Moment) -> String {
        let until = day(lapses(now).date_naive());
        format!("Request sent. An Admin of {} has until {until} to accept it.", self.partner())
    }

    /// A change of this partnership's row.
    pub(super) fn update(&self) -> sea_orm::UpdateMany<Entity> {
        Entity::update_many().filter(partnership::COLUMN.id.eq(self.id()))
    }
}

/// Ends a proposal that nobody has said yes to.
async fn close(change: &Change, partnership: PartnershipId, state: PartnershipState) -> Result<(), Error> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(state))
        .col_expr(Column::EndedAt, Expr::value(change.now()))
        .filter(partnership::COLUMN.id.eq(partnership))
        .exec(change.transaction())
        .await?;
    link::end_of_partnership(change, partnership).await
}

/// Whether the address is that of an Admin of the guest.
async fn is_admin(change: &Change, guest: Option<WorkspaceId>, email: &str) -> Result<bool, Error> {
    let sql = r#"SELECT 1 AS one FROM "user" u JOIN member m ON m.user_id = u.id
                 WHERE u.email_folded = $1 AND m.workspace_id = $2 AND m.status = 'active' AND m.role <> 'user'"#;
    let values = [fold_email(email).into(), guest.unwrap_or(WorkspaceId(Uuid::nil())).into()];
    let transaction = change.transaction();
    Ok(transaction.query_one_raw(statement(transaction, sql, values)).await?.is_some())
}

fn outgoing(letter: &Letter, address: &str, confidential: bool) -> Outgoing {
    let (subject, text, html) = mail::render(letter);
    Outgoing {
        recipient: None,
        to_name: String::new(),
        to_address: address.to_owned(),
        subject,
        text,
        html,
        confidential,
    }
}

impl Services {
    /// Whether a host can invite a company that has no workspace here.
    pub(crate) fn invites_companies(&self) -> bool {
        self.founding() != Founding::Operator
    }

    /// Marks a proposal that nobody has answered in time. Whether it was one.
    pub(super) async fn mark_lapsed(&self, partnership: PartnershipId) -> Result<bool, Error> {
        let change = begin(self, partnership, WithAccounts::Left).await?;
        let now = self.now();
        let Some(found) = row(change.transaction(), partnership).await? else { return Ok(false) };
        if found.state.is_final() || found.state_at(now) != PartnershipState::Lapsed {
            return Ok(false);
        }
        close(&change, partnership, PartnershipState::Lapsed).await?;
        let mut event = found.event(EventKind::PartnershipLapsed);
        let told = [Some(found.looked_after_by()), found.guest_admins()];
        event.tell = Some(told.into_iter().flatten().collect());
        change.commit(vec![event]).await?;
        Ok(true)
    }
}
