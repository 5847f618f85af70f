//! How workspaces begin: the first with the set-up link that an empty installation prints, further ones with a link for an
//! address, as the setting says. And what an operator does about users.
//!
//! Opening a link changes nothing; founding uses it up, and makes workspace, Owner and session in one transaction. Whoever
//! has a sign-in founds with it. A link for an address is made by the operator, by a company that wants to share accounts,
//! or where founding is open by its holder: it proves the address.

use crate::activity::{Details, Event};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{member, partnership, user, workspace};
use crate::invitation::{SignInState, set_up_sign_in, user_of};
use crate::mail::{self, Letter, Outgoing};
use crate::member_search::{self, fold};
use crate::oneself::joined_with;
use crate::session::{self, Beginner, Browser, NewSession, fold_email};
use crate::{Error, Oneself, Services, link, partnership as partnerships, second_factor};
use domain::activity::EventKind;
use domain::invitation::TakenUpBy;
use domain::link::LinkPurpose;
use domain::member::MemberStatus;
use domain::partnership::PartnershipState;
use domain::time::day_and_time;
use domain::workspace::{FoundedWorkspace, Founding, FoundingForm, FoundingPageView, FoundingView, WorkspaceRole};
use domain::{AppError, MemberId, Moment, PartnershipId, Problem, UserId, WorkspaceId, text};
use rand::Rng;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
};
use uuid::Uuid;

/// Any number, the same in every server: who holds this advisory lock sets the installation up.
const SET_UP_LOCK: i64 = 0x6c61_7463_686b_6580;
/// Letters and digits that are not mistaken for each other.
const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstvwxyz";
/// How many of them there are between the hyphens of a public workspace ID.
const GROUPS: [usize; 3] = [3, 4, 4];

/// Told about a link that does not work, or no longer.
pub(super) const GONE: &str = "This link has ended, or was used. Ask whoever gave it to you for a new one.";
/// Told about a set-up link in an installation that has a workspace.
const SET_UP: &str = "This installation is set up already. Sign in, or ask for an invitation.";

/// A workspace was founded.
#[derive(Debug)]
pub struct Founded {
    /// What it is.
    pub workspace: FoundedWorkspace,
    /// A session, unless there was one.
    pub session: Option<NewSession>,
}

/// A user and one of their memberships, for the operator.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct UserLine {
    /// The email address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The workspace; none for somebody who is in none.
    pub workspace: Option<String>,
    /// The role there.
    pub role: Option<WorkspaceRole>,
    /// The status there.
    pub status: Option<MemberStatus>,
}

/// Who founds.
struct Founder {
    user: UserId,
    name: String,
    email: String,
}

/// In which session a founder goes on.
#[derive(Clone, Copy)]
enum GoesOn<'a> {
    /// In the one they have.
    In(&'a Oneself),
    /// In a new one.
    Anew(&'a Browser),
}

impl Services {
    /// A link that sets up the first workspace, once. None when there is a workspace.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn set_up_link(&self) -> Result<Option<String>, Error> {
        if !self.database().is_empty().await? {
            return Ok(None);
        }
        let change = self.change().await?;
        let token = link::make(&change, LinkPurpose::SetUp, link::NewLink::default()).await?;
        let link = self.link(&format!("/set-up?token={token}"));
        change.commit(Vec::new()).await?;
        Ok(Some(link))
    }

    /// Whether a set-up link works. Nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn can_set_up(&self, token: &str) -> Result<bool, Error> {
        let found = link::find(self.reader(), LinkPurpose::SetUp, token, self.now()).await?;
        Ok(found.is_some() && self.database().is_empty().await?)
    }

    /// Sets the installation up: makes the first workspace and its Owner, and signs them in. The link is used up.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `form` when the link does not work, and with every problem of the fields.
    pub async fn set_up(&self, token: &str, form: &FoundingForm, browser: &Browser) -> Result<Founded, Error> {
        if !self.can_set_up(token).await? {
            return Err(self.no_set_up().await?);
        }
        let workspace = text::name("workspace", "the workspace's name", &form.workspace);
        let email = text::email("email", &form.email);
        let known = email.as_deref().unwrap_or_default();
        let (workspace, email, sign_in) = match (workspace, self.new_sign_in(&form.name, &form.password, known).await) {
            (Ok(workspace), Ok(sign_in)) if email.is_ok() => (workspace, email?, sign_in),
            (workspace, sign_in) => {
                return Err(every_problem([
                    workspace.err().map(Error::from),
                    sign_in.err(),
                    email.err().map(Error::from),
                ]));
            }
        };
        let change = self.change().await?;
        lock_set_up(&change).await?;
        if !self.nobody_has_founded(&change).await? {
            return Err(AppError::invalid("form", SET_UP).into());
        }
        let link = link::find(change.transaction(), LinkPurpose::SetUp, token, change.now()).await?;
        let Some(link) = link else { return Err(AppError::invalid("form", GONE).into()) };
        if !link::use_up(&change, &link).await? {
            return Err(AppError::invalid("form", GONE).into());
        }
        let founder = new_founder(&change, email, sign_in).await?;
        self.found(change, &workspace, founder, None, GoesOn::Anew(browser)).await
    }

    async fn no_set_up(&self) -> Result<Error, Error> {
        let text = if self.database().is_empty().await? { GONE } else { SET_UP };
        Ok(AppError::invalid("form", text).into())
    }

    async fn nobody_has_founded(&self, change: &Change) -> Result<bool, Error> {
        let transaction = change.transaction();
        let any = statement(transaction, "SELECT 1 AS one FROM workspace LIMIT 1", []);
        Ok(transaction.query_one_raw(any).await?.is_none())
    }

    /// Makes a link with which the owner of an address founds a workspace, for the operator. With `mailed` it is also sent
    /// there.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `email`.
    pub async fn founding_link(&self, email: &str, mailed: bool) -> Result<String, Error> {
        let email = text::email("email", email)?;
        let mut change = self.change().await?;
        let new = link::NewLink { email: email.clone(), ..link::NewLink::default() };
        let token = link::make(&change, LinkPurpose::FoundWorkspace, new).await?;
        let link = self.link(&format!("/found-workspace?token={token}"));
        if mailed {
            change.send(founding_mail(&email, &link, change.now() + LinkPurpose::FoundWorkspace.lasts()));
        }
        change.commit(Vec::new()).await?;
        Ok(link)
    }

    /// Mails a link to found a workspace to whoever asks for one, where founding is open. Known and unknown addresses are
    /// answered alike.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where founding is not open, [`AppError::Invalid`] on `email`, [`AppError::TooManyAttempts`].
    pub async fn ask_to_found(&self, email: &str, browser: &Browser) -> Result<(), Error> {
        if self.founding() != Founding::Open {
            return Err(AppError::NotFound.into());
        }
        let email = text::email("email", email)?;
        self.count_attempt(&format!("found {email}"), browser).await?;
        self.founding_link(&email, true).await.map(drop)
    }

    /// What a link to found a workspace is for, for whoever has opened it, who may be signed in; none when it does not work.
    /// Nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn founding_view(&self, token: &str, reader: Option<&Oneself>) -> Result<Option<FoundingView>, Error> {
        let connection = self.reader();
        let Some(link) = link::find(connection, LinkPurpose::FoundWorkspace, token, self.now()).await? else {
            return Ok(None);
        };
        let host = match link.partnership_id {
            Some(partnership) => match self.waiting_host(connection, partnership).await? {
                Some(host) => Some(host),
                None => return Ok(None),
            },
            None => None,
        };
        let by = taken_up_by(connection, &link.email, reader).await?;
        let answering = match (reader, link.partnership_id) {
            (Some(reader), Some(proposal)) if by == TakenUpBy::SignedIn => {
                self.answering_workspaces(connection, reader.user(), proposal).await?
            }
            _ => Vec::new(),
        };
        Ok(Some(FoundingView { email: link.email, by, host, answering }))
    }

    /// What the page to found a workspace shows.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn founding_page(&self, token: &str, reader: Option<&Oneself>) -> Result<FoundingPageView, Error> {
        Ok(FoundingPageView {
            open: self.founding() == Founding::Open,
            link: self.founding_view(token, reader).await?,
            reader: reader.map(|reader| reader.frame().email),
        })
    }

    /// The host of a partnership that waits for a workspace to be founded, if companies may be invited to.
    pub(super) async fn waiting_host(
        &self,
        connection: &impl ConnectionTrait,
        partnership: PartnershipId,
    ) -> Result<Option<String>, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
        }
        if self.founding() == Founding::Operator {
            return Ok(None);
        }
        let sql = "SELECT h.name FROM partnership p JOIN workspace h ON h.id = p.host_workspace_id
                   WHERE p.id = $1 AND p.guest_workspace_id IS NULL AND p.state = 'awaiting_guest'";
        let row = Row::find_by_statement(statement(connection, sql, [partnership.into()])).one(connection).await?;
        Ok(row.map(|row| row.name))
    }

    /// Founds a workspace with a link. The link is used up; a partnership that has waited for the workspace becomes its
    /// own to accept.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `form` when the link does not work or somebody else is signed in, and with every problem of
    /// the fields.
    pub async fn found_workspace(
        &self,
        token: &str,
        form: &FoundingForm,
        reader: Option<&Oneself>,
        browser: &Browser,
    ) -> Result<Founded, Error> {
        let Some(known) = self.founding_view(token, reader).await? else {
            return Err(AppError::invalid("form", GONE).into());
        };
        let workspace = text::name("workspace", "the workspace's name", &form.workspace);
        let new = match known.by {
            TakenUpBy::NewSignIn => Some(self.new_sign_in(&form.name, &form.password, &known.email).await),
            TakenUpBy::Password => match self.prove_password(&known.email, &form.password, browser).await {
                Ok(()) => None,
                Err(error) => Some(Err(error)),
            },
            TakenUpBy::SignedIn => None,
            TakenUpBy::SignIn | TakenUpBy::SomebodyElse => {
                let text = format!("This link is for {}. Sign in with that address first.", known.email);
                return Err(AppError::invalid("form", text).into());
            }
        };
        let (workspace, new) = match (workspace, new.transpose()) {
            (Ok(workspace), Ok(new)) => (workspace, new),
            (workspace, new) => return Err(every_problem([workspace.err().map(Error::from), new.err()])),
        };

        let change = self.change().await?;
        let link = link::find(change.transaction(), LinkPurpose::FoundWorkspace, token, change.now()).await?;
        let Some(link) = link else { return Err(AppError::invalid("form", GONE).into()) };
        if let Some(waiting) = link.partnership_id {
            partnerships::lock(&change, waiting).await?;
            if self.waiting_host(change.transaction(), waiting).await?.is_none() {
                return Err(AppError::invalid("form", GONE).into());
            }
        }
        if !link::use_up(&change, &link).await? {
            return Err(AppError::invalid("form", GONE).into());
        }
        // Somebody may have set the sign-in up meanwhile.
        if taken_up_by(change.transaction(), &link.email, reader).await? != known.by {
            return Err(AppError::invalid("form", "Something has changed meanwhile. Reload the page.").into());
        }
        let founder = match new {
            Some(sign_in) => new_founder(&change, link.email.clone(), sign_in).await?,
            None => known_founder(&change, &link.email).await?,
        };
        let goes_on = reader.map_or(GoesOn::Anew(browser), GoesOn::In);
        self.found(change, &workspace, founder, link.partnership_id, goes_on).await
    }

    /// Founds a further workspace for somebody who is signed in, where founding is open.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] where founding is not open, [`AppError::Invalid`] on `workspace`.
    pub async fn found_another(&self, name: &str, reader: &Oneself) -> Result<Founded, Error> {
        if self.founding() != Founding::Open {
            return Err(AppError::NotFound.into());
        }
        let workspace = text::name("workspace", "the workspace's name", name)?;
        let frame = reader.frame();
        let change = self.change().await?;
        let founder = Founder { user: reader.user(), name: frame.name, email: frame.email };
        self.found(change, &workspace, founder, None, GoesOn::In(reader)).await
    }

    /// Makes the workspace and its Owner, and ends the change.
    async fn found(
        &self,
        change: Change,
        name: &str,
        founder: Founder,
        waiting: Option<PartnershipId>,
        goes_on: GoesOn<'_>,
    ) -> Result<Founded, Error> {
        let (transaction, now) = (change.transaction(), change.now());
        let (workspace, owner) = (WorkspaceId(Uuid::now_v7()), MemberId(Uuid::now_v7()));
        let row = workspace::ActiveModel {
            id: Set(workspace),
            name: Set(name.to_owned()),
            public_id: Set(new_public_id()),
            second_factor_required: Set(false),
            created_at: Set(now),
        };
        row.insert(transaction).await?;
        let row = member::ActiveModel {
            id: Set(owner),
            workspace_id: Set(workspace),
            user_id: Set(founder.user),
            role: Set(WorkspaceRole::Owner),
            status: Set(MemberStatus::Active),
            created_at: Set(now),
            joined_at: Set(Some(now)),
            deactivated_at: Set(None),
            sort_key: Set(fold(&founder.name)),
            invited_email: Set(None),
            invited_until: Set(None),
            invited_by: Set(None),
        };
        row.insert(transaction).await?;
        member_search::index(transaction, workspace, owner, &founder.name, &founder.email).await?;
        if let Some(waiting) = waiting {
            partnership::Entity::update_many()
                .col_expr(partnership::Column::GuestWorkspaceId, sea_orm::sea_query::Expr::value(workspace))
                .filter(partnership::COLUMN.id.eq(waiting))
                .filter(partnership::COLUMN.state.eq(PartnershipState::AwaitingGuest))
                .exec(transaction)
                .await?;
        }
        let mut events = vec![Event {
            actor: Some(owner),
            details: Details {
                actor: founder.name.clone(),
                company: name.to_owned(),
                label: name.to_owned(),
                ..Details::default()
            },
            ..Event::new(EventKind::WorkspaceFounded, workspace)
        }];
        let has_second_factor = second_factor::of_user(transaction, founder.user).await?.any();
        let session = match goes_on {
            GoesOn::In(reader) => {
                reader.go_on_as(&change, owner).await?;
                None
            }
            // Whoever has a second factor signs in with it.
            GoesOn::Anew(_) if has_second_factor => None,
            GoesOn::Anew(browser) => {
                let who = Beginner { user: founder.user, name: founder.name, member: owner, workspace };
                let (session, event) = session::begin_as(&change, who, browser).await?;
                events.push(event);
                Some(session)
            }
        };
        change.commit(events).await?;
        Ok(Founded { workspace: FoundedWorkspace { name: name.to_owned(), partnership: waiting }, session })
    }

    /// Users with their memberships, by address, for the operator: those after this address.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn user_lines(&self, after: &str, most: u64) -> Result<Vec<UserLine>, Error> {
        let sql = format!(
            r#"SELECT u.email_folded AS email, u.name, w.name AS workspace, m.role, m.status
               FROM (SELECT * FROM "user" WHERE email_folded > $1 ORDER BY email_folded LIMIT {most}) u
               LEFT JOIN member m ON m.user_id = u.id
               LEFT JOIN workspace w ON w.id = m.workspace_id
               ORDER BY u.email_folded, w.name"#
        );
        let reader = self.reader();
        Ok(UserLine::find_by_statement(statement(reader, &sql, [after.into()])).all(reader).await?)
    }

    /// Makes a link with which a user sets a new password, for the operator. None for an address that nobody has joined
    /// with.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn operator_reset_link(&self, email: &str) -> Result<Option<String>, Error> {
        let change = self.change().await?;
        let Some(user) = joined_with(change.transaction(), email).await? else { return Ok(None) };
        let new = link::NewLink { email: user.email, user: Some(user.id), ..link::NewLink::default() };
        let token = link::make(&change, LinkPurpose::ResetPassword, new).await?;
        let link = self.link(&format!("/reset-password?token={token}"));
        change.commit(Vec::new()).await?;
        Ok(Some(link))
    }
}

/// What is needed of whoever has opened a link for an address.
pub(super) async fn taken_up_by(
    connection: &impl ConnectionTrait,
    email: &str,
    reader: Option<&Oneself>,
) -> Result<TakenUpBy, Error> {
    let state = SignInState::with_address(connection, email).await?;
    Ok(SignInState::taken_up_by(state.as_ref(), reader.map(Oneself::user)))
}

/// A user with a sign-in that is set up here.
async fn new_founder(change: &Change, email: String, sign_in: (String, String)) -> Result<Founder, Error> {
    let (name, password_hash) = sign_in;
    let user = user_of(change, &email).await?;
    set_up_sign_in(change, user, &email, &name, &password_hash).await?;
    Ok(Founder { user, name, email })
}

async fn known_founder(change: &Change, email: &str) -> Result<Founder, Error> {
    let found = user::Entity::find().filter(user::COLUMN.email_folded.eq(fold_email(email)));
    let user = found.one(change.transaction()).await?.ok_or(AppError::NotFound)?;
    Ok(Founder { user: user.id, name: user.name, email: user.email })
}

/// Waits until nobody else sets the installation up.
async fn lock_set_up(change: &Change) -> Result<(), Error> {
    if change.locks_rows() {
        let sql = format!("SELECT pg_advisory_xact_lock({SET_UP_LOCK})");
        change.transaction().execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// What is wrong with a form, all of it at once. What is no problem of a field comes alone.
fn every_problem<const N: usize>(errors: [Option<Error>; N]) -> Error {
    let mut all: Vec<Problem> = Vec::new();
    for error in errors.into_iter().flatten() {
        match error {
            Error::App(AppError::Invalid { problems }) => all.extend(problems),
            other => return other,
        }
    }
    all.into()
}

fn new_public_id() -> String {
    let mut rng = rand::rng();
    let groups = GROUPS
        .map(|length| (0..length).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect::<String>());
    groups.join("-")
}

fn founding_mail(email: &str, link: &str, ends_at: Moment) -> Outgoing {
    let sentence = "You can found a workspace for your company in Latchkey, where companies share login accounts.";
    let letter = Letter {
        subject: "Found your company's workspace".to_owned(),
        preheader: sentence.to_owned(),
        heading: "Found your company's workspace".to_owned(),
        greeting_name: String::new(),
        paragraphs: vec![
            sentence.to_owned(),
            format!("The link is for you alone. It works once, until {}.", day_and_time(ends_at)),
        ],
        facts: vec![("Your email address".to_owned(), email.to_owned())],
        button: Some(("Found the workspace".to_owned(), link.to_owned())),
        footer: "You get this mail because somebody entered your address. If it was not you, do nothing: opening the \
                 link changes nothing, and it ends by itself."
            .to_owned(),
    };
    let (subject, text, html) = mail::render(&letter);
    Outgoing {
        recipient: None,
        to_name: String::new(),
        to_address: email.to_owned(),
        subject,
        text,
        html,
        confidential: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_is_three_groups_of_letters_that_are_not_mistaken() {
        let id = new_public_id();
        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, GROUPS, "{id}");
        assert!(id.bytes().all(|letter| letter == b'-' || LETTERS.contains(&letter)), "{id}");
        assert_ne!(id, new_public_id());
    }
}
