//! Invitations: an Admin asks people to join, and whoever has the link does.
//!
//! Whoever is invited is a member of status *Invited* from then on, with a user who has no password. An address may be
//! somebody's already who has a sign-in: nothing of it is seen in the workspace before they have joined. A link is bound to
//! one member; following it changes nothing, and joining uses it up. Who has only ever been invited: `never_joined`.

mod never_joined;

pub(crate) use never_joined::{take_over, user_of};

use crate::activity::{Details, Event, Tell};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{member, user};
use crate::mail::{self, Letter, Outgoing};
use crate::member::{self as members, ManagedMember};
use crate::member_search::{self, fold};
use crate::session::{self, Beginner, Browser, NewSession, fold_email};
use crate::{Ctx, Error, Oneself, Services, WorkspaceAdmin, link, second_factor};
use chrono::TimeDelta;
use domain::activity::EventKind;
use domain::invitation::{
    CopiedLink, InvitationView, InviteAnswer, InviteAnswers, InviteOutcome, MOST_INVITATIONS_A_DAY, TakenUpBy,
    addresses,
};
use domain::link::LinkPurpose;
use domain::member::MemberStatus;
use domain::policy::{GIVEN_ROLES, MemberAct};
use domain::time::day_and_time;
use domain::workspace::WorkspaceRole;
use domain::{AppError, Conflict, MemberId, Moment, Problem, UserId, WorkspaceId, text};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter};
use uuid::Uuid;

/// Told about a link that does not work, or no longer.
pub(crate) const GONE: &str = "This invitation has ended, or was used or withdrawn. Ask whoever invited you to send it \
                               again.";

impl WorkspaceAdmin {
    /// Invites people, all with this role. Each address is answered by itself.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `emails` when nobody could be invited, or too many were in a day, on `role`.
    pub async fn invite(self, emails: &str, role: &str) -> Result<InviteAnswers, Error> {
        let role = role.parse().ok().filter(|role| GIVEN_ROLES.contains(role));
        let (typed, role) = match (addresses("emails", emails), role) {
            (Ok(typed), Some(role)) => (typed, role),
            (typed, role) => {
                let no_role = role.is_none().then(|| Problem::new("role", "Choose a role."));
                return Err(typed.err().into_iter().chain(no_role).collect::<Vec<Problem>>().into());
            }
        };
        let (change, admin) = self.change().await?;
        let left = left_today(&change, admin.ctx().workspace()).await?;
        if typed.0.iter().filter(|typed| typed.is_ok()).count() > left {
            return Err(Problem::new("emails", told_of_limit(left)).into());
        }
        let mut inviting = Inviting { change, admin, role, events: Vec::new() };
        let mut answers = Vec::new();
        for typed in typed.0 {
            let (address, outcome) = match typed {
                Ok(address) => {
                    let outcome = inviting.invite(&address).await?;
                    (address, outcome)
                }
                Err(other) => (other, InviteOutcome::NotAnAddress),
            };
            answers.push(InviteAnswer { address, outcome });
        }
        let answers = InviteAnswers(answers);
        if answers.invited() == 0 {
            let problems = answers.lines().into_iter().map(|line| Problem::new("emails", format!("{line}.")));
            return Err(problems.collect::<Vec<_>>().into());
        }
        inviting.change.commit(inviting.events).await?;
        Ok(answers)
    }
}

/// Several invitations on their way.
struct Inviting {
    change: Change,
    admin: WorkspaceAdmin,
    role: WorkspaceRole,
    events: Vec<Event>,
}

impl Inviting {
    async fn invite(&mut self, address: &str) -> Result<InviteOutcome, Error> {
        let user = user_of(&self.change, address).await?;
        let (transaction, now) = (self.change.transaction(), self.change.now());
        let ctx = self.admin.ctx();
        let id = MemberId(Uuid::now_v7());
        let row = member::ActiveModel {
            id: Set(id),
            workspace_id: Set(ctx.workspace()),
            user_id: Set(user),
            role: Set(self.role),
            status: Set(MemberStatus::Invited),
            created_at: Set(now),
            joined_at: Set(None),
            deactivated_at: Set(None),
            sort_key: Set(fold(address)),
            invited_email: Set(Some(address.to_owned())),
            invited_until: Set(Some(now + LinkPurpose::Invitation.lasts())),
            invited_by: Set(Some(ctx.member())),
        };
        let known = OnConflict::columns([member::Column::UserId, member::Column::WorkspaceId]).do_nothing().to_owned();
        let made = member::Entity::insert(row).on_conflict(known).exec_without_returning(transaction).await?;
        if made == 0 {
            return outcome_for_known(&self.change, ctx.workspace(), user).await;
        }
        member_search::index(transaction, ctx.workspace(), id, "", address).await?;
        invite_by_mail(&mut self.change, self.admin.ctx(), id, address).await?;
        let ctx = self.admin.ctx();
        let mut event =
            Event { actor: Some(ctx.member()), details: ctx.details(), ..ctx.event(EventKind::MemberInvited) };
        event.details.members = vec![address.to_owned()];
        self.events.push(event);
        Ok(InviteOutcome::Invited)
    }
}

/// Invitations that the workspace can still send today.
async fn left_today(change: &Change, workspace: WorkspaceId) -> Result<usize, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        sent: i64,
    }
    let sql = "SELECT count(*) AS sent FROM member m
               JOIN single_use_link l ON l.made_by = m.id AND l.purpose = 'invitation' AND l.created_at > $2
               WHERE m.workspace_id = $1 AND m.role <> 'user'";
    let since = change.now() - TimeDelta::days(1);
    let transaction = change.transaction();
    let question = statement(transaction, sql, [workspace.into(), since.into()]);
    let sent = Row::find_by_statement(question).one(transaction).await?.map_or(0, |row| row.sent);
    Ok(MOST_INVITATIONS_A_DAY.saturating_sub(usize::try_from(sent).unwrap_or(usize::MAX)))
}

fn told_of_limit(left: usize) -> String {
    match left {
        0 => format!("Your workspace has sent {MOST_INVITATIONS_A_DAY} invitations in a day. Go on tomorrow."),
        left => format!("Your workspace can send {left} more today. Invite fewer, and the others tomorrow."),
    }
}

async fn outcome_for_known(change: &Change, workspace: WorkspaceId, user: UserId) -> Result<InviteOutcome, Error> {
    let known = member::Entity::find()
        .filter(member::COLUMN.workspace_id.eq(workspace))
        .filter(member::COLUMN.user_id.eq(user))
        .one(change.transaction())
        .await?;
    Ok(match known.map(|known| known.status) {
        Some(MemberStatus::Invited) => InviteOutcome::AlreadyInvited,
        Some(MemberStatus::Deactivated) => InviteOutcome::Deactivated,
        _ => InviteOutcome::AlreadyMember,
    })
}

/// Makes a link for somebody who is invited. It ends with the invitation's seven days, which begin anew.
async fn make_link(change: &Change, by: MemberId, whom: MemberId, address: &str) -> Result<(String, Moment), Error> {
    // Not the user's: an invitation to one workspace must not use up another's.
    let new =
        link::NewLink { email: address.to_owned(), member: Some(whom), made_by: Some(by), ..link::NewLink::default() };
    let token = link::make(change, LinkPurpose::Invitation, new).await?;
    let ends_at = change.now() + LinkPurpose::Invitation.lasts();
    member::Entity::update_many()
        .col_expr(member::Column::InvitedUntil, Expr::value(ends_at))
        .col_expr(member::Column::InvitedBy, Expr::value(by))
        .filter(member::COLUMN.id.eq(whom))
        .exec(change.transaction())
        .await?;
    Ok((change.services().link(&format!("/join?token={token}")), ends_at))
}

async fn invite_by_mail(change: &mut Change, ctx: &Ctx, whom: MemberId, address: &str) -> Result<(), Error> {
    let (link, ends_at) = make_link(change, ctx.member(), whom, address).await?;
    change.send(invitation_mail(&ctx.details(), address, &link, ends_at));
    Ok(())
}

fn invitation_mail(by: &Details, address: &str, link: &str, ends_at: Moment) -> Outgoing {
    let (actor, company) = (&by.actor, &by.company);
    let sentence = format!("{actor} invites you to join {company} in Latchkey, where companies share login accounts.");
    let letter = Letter {
        subject: format!("{actor} invites you to join {company}"),
        preheader: sentence.clone(),
        heading: format!("Join {company}"),
        greeting_name: String::new(),
        paragraphs: vec![
            sentence,
            format!("The link is for you alone. It works once, until {}.", day_and_time(ends_at)),
        ],
        facts: vec![
            ("Invited by".to_owned(), format!("{actor} ({company})")),
            ("Your email address".to_owned(), address.to_owned()),
        ],
        button: Some(("Open the invitation".to_owned(), link.to_owned())),
        footer:
            "You get this mail because somebody entered your address. If you do not know them, do nothing: opening \
                 the link changes nothing, and the invitation ends by itself."
                .to_owned(),
    };
    let (subject, text, html) = mail::render(&letter);
    Outgoing {
        recipient: None,
        to_name: String::new(),
        to_address: address.to_owned(),
        subject,
        text,
        html,
        confidential: true,
    }
}

impl ManagedMember {
    /// Sends the invitation once more, for another seven days. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Conflict::Exists`] for somebody who has joined, and when too many were sent in a day.
    pub async fn resend_invitation(self) -> Result<String, Error> {
        let (mut change, target) = self.change().await?;
        target.may(MemberAct::ResendInvitation)?;
        if left_today(&change, target.ctx().workspace()).await? == 0 {
            return Err(Conflict::Exists { what: told_of_limit(0) }.into());
        }
        let row = target.row();
        invite_by_mail(&mut change, target.ctx(), row.member, &row.email).await?;
        change.commit(vec![target.event_of_invitation(EventKind::MemberInvited)]).await?;
        Ok(format!("The invitation was sent to {} again. It ends after 7 days.", row.email))
    }

    /// A new link to join with, to be passed on by hand: for where there is no mail. Links made before go on working.
    ///
    /// # Errors
    ///
    /// [`Conflict::Exists`] for somebody who has joined.
    pub async fn invitation_link(self) -> Result<CopiedLink, Error> {
        let (change, target) = self.change().await?;
        target.may(MemberAct::CopyInvitationLink)?;
        let row = target.row();
        let (link, ends_at) = make_link(&change, target.ctx().member(), row.member, &row.email).await?;
        change.commit(vec![target.event_of_invitation(EventKind::MemberInvited)]).await?;
        let told = format!(
            "This link lets {} join, once, until {}. Pass it on to nobody else.",
            row.email,
            day_and_time(ends_at)
        );
        Ok(CopiedLink { member: row.member, told, link: Some(link) })
    }

    /// Takes the invitation back: its links do not work any more. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`Conflict::Exists`] for somebody who has joined.
    pub async fn withdraw_invitation(self) -> Result<String, Error> {
        let (change, target) = self.change().await?;
        target.may(MemberAct::WithdrawInvitation)?;
        let row = target.row();
        let transaction = change.transaction();
        member_search::remove(transaction, target.ctx().workspace(), row.member, "", &row.email).await?;
        // Nothing stands on somebody who has never joined; the links go with the row.
        member::Entity::delete_by_id(row.member).exec(transaction).await?;
        never_joined::let_go(&change, row.user).await?;
        change.commit(vec![target.event_of_invitation(EventKind::InvitationWithdrawn)]).await?;
        Ok(format!("The invitation of {} is withdrawn.", row.email))
    }

    /// An event about somebody who has not joined, and whose row may go: it names them, and does not hold on to them.
    fn event_of_invitation(&self, kind: EventKind) -> Event {
        Event { subject: None, ..self.event(kind) }
    }
}

/// Somebody who is invited, as they stand inside a change or a question.
#[derive(Debug, FromQueryResult)]
struct Invited {
    workspace: WorkspaceId,
    workspace_name: String,
    /// The address as the invitation has it.
    email: String,
    /// The user's own address and name.
    user_email: String,
    user_name: String,
    invited_by: Option<String>,
    inviter: Option<MemberId>,
    #[sea_orm(nested)]
    state: SignInState,
}

/// What a user can sign in with, as far as it decides how a link for their address is taken up.
#[derive(Debug, FromQueryResult)]
pub(crate) struct SignInState {
    user: UserId,
    has_password: bool,
    /// Memberships that were joined, and those of them that can act.
    joined: i64,
    active: i64,
}

/// SQL: what a [`SignInState`] reads of the user `u`.
const SIGN_IN_STATE: &str = r#"u.id AS "user", u.password_hash IS NOT NULL AS has_password,
    (SELECT count(*) FROM member o WHERE o.user_id = u.id AND o.status <> 'invited') AS joined,
    (SELECT count(*) FROM member o WHERE o.user_id = u.id AND o.status = 'active') AS active"#;

impl SignInState {
    /// That of the user with this address, if there is one.
    pub(crate) async fn with_address(connection: &impl ConnectionTrait, email: &str) -> Result<Option<Self>, Error> {
        let sql = format!(r#"SELECT {SIGN_IN_STATE} FROM "user" u WHERE u.email_folded = $1"#);
        let question = statement(connection, &sql, [fold_email(email).into()]);
        Ok(Self::find_by_statement(question).one(connection).await?)
    }

    /// Whether the user can sign in, or could.
    fn has_sign_in(&self) -> bool {
        self.has_password || self.joined > 0
    }

    /// What is needed of whoever has opened a link for the address of a user, who may be none.
    pub(crate) fn taken_up_by(state: Option<&Self>, reader: Option<UserId>) -> TakenUpBy {
        match (state, reader) {
            (Some(state), Some(reader)) if state.user == reader => TakenUpBy::SignedIn,
            (_, Some(_)) => TakenUpBy::SomebodyElse,
            (Some(state), None) if state.active > 0 => TakenUpBy::SignIn,
            (Some(state), None) if state.has_sign_in() => TakenUpBy::Password,
            (_, None) => TakenUpBy::NewSignIn,
        }
    }
}

async fn invited(connection: &impl ConnectionTrait, member: MemberId) -> Result<Option<Invited>, Error> {
    let sql = format!(
        r#"SELECT {SIGN_IN_STATE}, w.id AS workspace, w.name AS workspace_name,
                        COALESCE(m.invited_email, u.email) AS email, u.email AS user_email, u.name AS user_name,
                        iu.name AS invited_by, m.invited_by AS inviter
                 FROM member m
                 JOIN "user" u ON u.id = m.user_id
                 JOIN workspace w ON w.id = m.workspace_id
                 LEFT JOIN member im ON im.id = m.invited_by
                 LEFT JOIN "user" iu ON iu.id = im.user_id
                 WHERE m.id = $1 AND m.status = 'invited'"#
    );
    Ok(Invited::find_by_statement(statement(connection, &sql, [member.into()])).one(connection).await?)
}

/// What somebody enters who joins for the first time, or who joins with a sign-in that is good for nothing else.
#[derive(Clone, Debug, Default)]
pub struct JoinForm {
    /// Their name.
    pub name: String,
    /// The password they want, or have.
    pub password: String,
}

/// Somebody has joined.
#[derive(Debug)]
pub struct Joined {
    /// The workspace's name.
    pub workspace: String,
    /// A session, unless there was one.
    pub session: Option<NewSession>,
}

impl Services {
    /// The invitation behind a link, for whoever has opened it, who may be signed in; none when the link does not work.
    /// Nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn invitation(&self, token: &str, reader: Option<&Oneself>) -> Result<Option<InvitationView>, Error> {
        let connection = self.reader();
        let Some(link) = link::find(connection, LinkPurpose::Invitation, token, self.now()).await? else {
            return Ok(None);
        };
        let Some(member) = link.member_id else { return Ok(None) };
        let invited = invited(connection, member).await?;
        Ok(invited.map(|invited| InvitationView {
            by: SignInState::taken_up_by(Some(&invited.state), reader.map(Oneself::user)),
            reader: reader.map(|reader| reader.frame().email),
            workspace: invited.workspace_name,
            invited_by: invited.invited_by.unwrap_or_else(|| "An Admin".to_owned()),
            email: invited.email,
            ends_at: link.ends_at,
        }))
    }

    /// Joins the workspace that a link is for. The link is used up. Whoever has a sign-in joins with it, and goes on in the
    /// workspace they have joined.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `form` when the link does not work or somebody else is signed in, on `name` and `password`.
    pub async fn join(
        &self,
        token: &str,
        form: &JoinForm,
        reader: Option<&Oneself>,
        browser: &Browser,
    ) -> Result<Joined, Error> {
        // Asked before as well: passwords are hashed and compared outside the transaction.
        let Some(known) = self.invitation(token, reader).await? else { return Err(gone()) };
        let ready = self.ready_to_join(&known, form, browser).await?;

        let mut change = self.change().await?;
        let link = link::find(change.transaction(), LinkPurpose::Invitation, token, change.now()).await?;
        let Some((link, member)) = link.and_then(|link| Some((link.clone(), link.member_id?))) else {
            return Err(gone());
        };
        members::lock(&change, &[member]).await?;
        lock_user_of(&change, member).await?;
        change.take_time();
        let Some(invited) = invited(change.transaction(), member).await? else { return Err(gone()) };
        // Somebody may have set the sign-in up meanwhile, in another workspace.
        if SignInState::taken_up_by(Some(&invited.state), reader.map(Oneself::user)) != known.by {
            return Err(AppError::invalid("form", "Something has changed meanwhile. Reload the page.").into());
        }
        if !link::use_up(&change, &link).await? {
            return Err(gone());
        }
        let name = match &ready {
            Ready::New { name, password_hash } => {
                set_up_sign_in(&change, invited.state.user, &invited.email, name, password_hash).await?;
                name.clone()
            }
            Ready::Known => invited.user_name.clone(),
        };
        let email = if matches!(ready, Ready::New { .. }) { &invited.email } else { &invited.user_email };
        member::Entity::update_many()
            .col_expr(member::Column::Status, Expr::value(MemberStatus::Active))
            .col_expr(member::Column::JoinedAt, Expr::value(change.now()))
            .col_expr(member::Column::SortKey, Expr::value(fold(&name)))
            .col_expr(member::Column::InvitedEmail, Expr::value(Option::<String>::None))
            .col_expr(member::Column::InvitedUntil, Expr::value(Option::<Moment>::None))
            .filter(member::COLUMN.id.eq(member))
            .exec(change.transaction())
            .await?;
        member_search::remove(change.transaction(), invited.workspace, member, "", &invited.email).await?;
        member_search::index(change.transaction(), invited.workspace, member, &name, email).await?;

        let mut events = vec![Event {
            actor: Some(member),
            tell: Some(invited.inviter.map(Tell::Member).into_iter().collect()),
            details: Details { actor: name.clone(), company: invited.workspace_name.clone(), ..Details::default() },
            ..Event::new(EventKind::MemberJoined, invited.workspace)
        }];
        // Whoever has a second factor signs in with it.
        let signs_in =
            reader.is_none() && second_factor::of_user(change.transaction(), invited.state.user).await?.any();
        let session = match reader {
            Some(reader) => {
                reader.go_on_as(&change, member).await?;
                None
            }
            None if signs_in => None,
            None => {
                let who = Beginner { user: invited.state.user, name, member, workspace: invited.workspace };
                let (session, event) = session::begin_as(&change, who, browser).await?;
                events.push(event);
                Some(session)
            }
        };
        change.commit(events).await?;
        Ok(Joined { workspace: invited.workspace_name, session })
    }

    /// Checks what was entered, as far as it is needed.
    async fn ready_to_join(&self, known: &InvitationView, form: &JoinForm, browser: &Browser) -> Result<Ready, Error> {
        match known.by {
            TakenUpBy::SignedIn => Ok(Ready::Known),
            TakenUpBy::SomebodyElse => {
                let text = format!("This invitation is for {}. Sign out first, then open its link again.", known.email);
                Err(AppError::invalid("form", text).into())
            }
            TakenUpBy::SignIn => {
                let text = format!("{} has a sign-in already. Sign in to join.", known.email);
                Err(AppError::invalid("form", text).into())
            }
            TakenUpBy::Password => {
                self.prove_password(&known.email, &form.password, browser).await?;
                Ok(Ready::Known)
            }
            TakenUpBy::NewSignIn => {
                let (name, password_hash) = self.new_sign_in(&form.name, &form.password, &known.email).await?;
                Ok(Ready::New { name, password_hash })
            }
        }
    }

    /// A name and the hash of a password for a new sign-in.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `name` and `password`.
    pub(crate) async fn new_sign_in(&self, name: &str, typed: &str, email: &str) -> Result<(String, String), Error> {
        let name = text::name("name", "your name", name);
        let checked = text::new_password("password", typed, name.as_deref().unwrap_or_default(), email);
        let (Ok(name), Ok(())) = (&name, &checked) else {
            let problems: Vec<Problem> = [name.err(), checked.err()].into_iter().flatten().collect();
            return Err(problems.into());
        };
        let gate = self.password_gate();
        Ok((name.clone(), gate.hash(gate.place()?, typed.to_owned()).await?))
    }
}

/// What was entered, checked.
enum Ready {
    /// A sign-in to set up.
    New { name: String, password_hash: String },
    /// One that is there.
    Known,
}

fn gone() -> Error {
    AppError::invalid("form", GONE).into()
}

/// Gives a user who has none a sign-in. The address is spelt as the invitation has it.
pub(crate) async fn set_up_sign_in(
    change: &Change,
    user: UserId,
    email: &str,
    name: &str,
    password_hash: &str,
) -> Result<(), Error> {
    user::Entity::update_many()
        .col_expr(user::Column::Name, Expr::value(name))
        .col_expr(user::Column::Email, Expr::value(email))
        .col_expr(user::Column::PasswordHash, Expr::value(password_hash))
        .filter(user::COLUMN.id.eq(user))
        .exec(change.transaction())
        .await?;
    Ok(())
}

/// Waits until nobody else sets up the sign-in of this member's user.
async fn lock_user_of(change: &Change, member: MemberId) -> Result<(), Error> {
    if change.locks_rows() {
        let transaction = change.transaction();
        let sql = r#"SELECT id FROM "user" WHERE id = (SELECT user_id FROM member WHERE id = $1) FOR NO KEY UPDATE"#;
        transaction.query_one_raw(statement(transaction, sql, [member.into()])).await?;
    }
    Ok(())
}
