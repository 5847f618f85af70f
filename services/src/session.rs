//! Sign-in, sessions, and the making of [`Ctx`].

mod own;
mod second_step;

pub use own::Confirmed;
pub(crate) use second_step::end_half_open;
pub use second_step::{HalfOpen, SignIn};

use crate::access_request::waiting_for;
use crate::activity::{Details, Event};
use crate::context::Change;
use crate::database::statement;
use crate::entity::{half_open_sign_in, session, sign_in_attempt, user};
use crate::oneself::{Membership, locked};
use crate::password::LONGEST;
use crate::{Ctx, Error, Oneself, Services, second_factor};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::session::{FrameView, WRONG_CREDENTIALS};
use domain::workspace::{WorkspaceChoice, WorkspaceRole};
use domain::{AppError, MemberId, Moment, UserId, WorkspaceId};
use rand::RngCore;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::time::Duration;
use uuid::Uuid;

/// A session ends this long after its last use.
const IDLE: TimeDelta = TimeDelta::hours(24);
/// A session ends this long after sign-in, however much it is used.
const LONGEST_SESSION: TimeDelta = TimeDelta::days(14);
/// The last use is written down at most this often.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// Letters of a browser's description that are looked at.
const LONGEST_USER_AGENT: usize = 512;

/// Failed attempts count for this long.
const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Failures from one network, whomever they were meant for. An office shares one.
const MOST_FROM_NETWORK: u64 = 50;
/// Failures for one email address, from networks its user is not known at.
const MOST_FOR_EMAIL: u64 = 20;
/// Failures for one email address from one network.
const MOST_FOR_EMAIL_FROM_NETWORK: u64 = 8;
/// A user is known at a network this long after having signed in there.
const FAMILIAR_FOR: TimeDelta = TimeDelta::days(90);

/// The browser that somebody comes with.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Its network address.
    pub address: IpAddr,
    /// What it says of itself (RFC 9110, 10.1.5); empty when it says nothing.
    pub user_agent: String,
    /// The id of the session that it has, if it has one. It ends when another begins.
    pub session: Option<String>,
}

impl Browser {
    /// A browser at this address, of which no more is known.
    pub fn at(address: IpAddr) -> Self {
        Self { address, user_agent: String::new(), session: None }
    }

    /// What it says of itself, as far as it is looked at.
    pub(crate) fn looked_at(&self) -> String {
        self.user_agent.chars().take(LONGEST_USER_AGENT).collect()
    }

    /// Browser and system in words, such as "Firefox on Linux"; empty when nothing is known.
    pub(crate) fn in_words(&self) -> String {
        let agent = self.looked_at();
        let Some(found) = woothee::parser::Parser::new().parse(&agent) else { return String::new() };
        let [name, system] =
            [found.name, found.os].map(|word| Some(word).filter(|word| !word.is_empty() && *word != "UNKNOWN"));
        match (name, system) {
            (Some(name), Some(system)) if name != system => format!("{name} on {}", system_in_words(system)),
            (Some(name), _) => name.to_owned(),
            (None, Some(system)) => system_in_words(system).to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// The names that systems have today.
pub(crate) fn system_in_words(system: &str) -> &str {
    match system {
        "Mac OSX" => "macOS",
        "iPhone" | "iPad" => "iOS",
        // Windows 11 says that it is 10.
        "Windows 10" => "Windows",
        other => other,
    }
}

/// A session that has begun.
#[derive(Debug)]
pub struct NewSession {
    /// For the browser's cookie. It is stored nowhere else.
    pub id: String,
    /// How long the session lasts at most.
    pub longest: Duration,
}

/// Unread notifications, and lines that wait, are counted up to here.
const MOST_COUNTED: u32 = 100;

/// Who a session belongs to, and what every page of theirs shows around itself.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) id_hash: String,
    pub(crate) user: UserId,
    pub(crate) member: MemberId,
    pub(crate) workspace: WorkspaceId,
    pub(crate) role: WorkspaceRole,
    pub(crate) last_seen_at: Moment,
    /// When the user has last proven who they are.
    pub(crate) confirmed_at: Moment,
    /// Whether the workspace asks for a second factor, and the user has none.
    pub(crate) second_factor_required: bool,
    pub(crate) frame: FrameView,
}

/// A session beside one of its user's workspaces.
#[derive(Debug, FromQueryResult)]
struct SessionRow {
    id_hash: String,
    user: UserId,
    member: MemberId,
    workspace: WorkspaceId,
    role: WorkspaceRole,
    name: String,
    email: String,
    last_seen_at: Moment,
    confirmed_at: Moment,
    second_factor_required: bool,
    unread: i64,
    waiting: i64,
    sequence: i64,
    choice: MemberId,
    choice_name: String,
}

impl SignedIn {
    /// From the rows of one session, of which there is one for each workspace.
    fn of(rows: Vec<SessionRow>) -> Option<Self> {
        let choice = |row: &SessionRow| WorkspaceChoice {
            member: row.choice,
            name: row.choice_name.clone(),
            current: row.choice == row.member,
        };
        let workspaces: Vec<_> = rows.iter().map(choice).collect();
        let current = rows.into_iter().find(|row| row.choice == row.member)?;
        Some(Self {
            id_hash: current.id_hash,
            user: current.user,
            member: current.member,
            workspace: current.workspace,
            role: current.role,
            last_seen_at: current.last_seen_at,
            confirmed_at: current.confirmed_at,
            second_factor_required: current.second_factor_required,
            frame: FrameView {
                workspace: current.choice_name,
                workspaces,
                name: current.name,
                email: current.email,
                unread: u32::try_from(current.unread).unwrap_or(u32::MAX),
                waiting: u32::try_from(current.waiting).unwrap_or(u32::MAX),
                sequence: current.sequence,
                live: !current.second_factor_required,
            },
        })
    }
}

impl Services {
    /// Begins a session for whoever knows the password, or the second step for whoever has a second factor. With a session,
    /// the one that the browser had ends.
    ///
    /// A wrong address and a wrong password are answered alike, and take as long.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] with [`WRONG_CREDENTIALS`], [`AppError::TooManyAttempts`], or [`AppError::Unavailable`]
    /// when too many sign in at once.
    pub async fn sign_in(&self, email: &str, password: &str, browser: &Browser) -> Result<SignIn, Error> {
        let folded = fold_email(email);
        if folded.is_empty() || folded.len() > 320 || folded.contains(char::is_control) {
            return Err(wrong_credentials());
        }
        let user = user::Entity::find().filter(user::COLUMN.email_folded.eq(&folded)).one(self.reader()).await?;
        let tries = Tries::of(self, &folded, browser, user.as_ref().map(|user| user.id)).await?;
        let hash = user.as_ref().and_then(|user| user.password_hash.clone());
        let attempt = self.try_password(&tries, password, hash.clone()).await?;
        let (Some(user), Some(attempt)) = (user, attempt) else {
            return Err(wrong_credentials());
        };
        let mut change = self.change().await?;
        // Somebody may have set another password while this one was looked at.
        let user = locked(&change, user.id).await?.filter(|user| user.password_hash == hash);
        let user = user.ok_or_else(wrong_credentials)?;
        change.take_time();
        // Whoever has no active membership left is told no more than a stranger.
        let Some(member) = self.first_membership(change.transaction(), user.id).await? else {
            return Err(wrong_credentials());
        };
        attempt.succeeded(change.transaction()).await?;
        if second_factor::of_user(change.transaction(), user.id).await?.any() {
            return Ok(SignIn::HalfOpen(second_step::begin(change, user.id).await?));
        }
        let session = begin(&change, user.id, member.member, browser).await?;
        let event = signed_in(&user, member);
        change.commit(vec![event]).await?;
        Ok(SignIn::Session(session))
    }

    /// Looks at a password within the limits. Nothing comes back when it is wrong, which counts; what does has to be told
    /// that it has succeeded, or it counts, too.
    ///
    /// # Errors
    ///
    /// [`AppError::TooManyAttempts`], or [`AppError::Unavailable`] when too many sign in at once.
    async fn try_password(
        &self,
        tries: &Tries,
        password: &str,
        hash: Option<String>,
    ) -> Result<Option<Attempt>, Error> {
        if password.len() > LONGEST {
            return Ok(None);
        }
        // Before anything is written: a flood waits here, and leaves SQLite's one writer to the others.
        tries.check(self.reader()).await?;
        let place = self.password_gate().place()?;
        let attempt = tries.begin(self.database().write()).await?;
        match self.password_gate().verify(place, password.to_owned(), hash).await {
            Ok(right) => Ok(right.then_some(attempt)),
            Err(error) => {
                // It says nothing about the password.
                attempt.succeeded(self.database().write()).await?;
                Err(error)
            }
        }
    }

    /// Counts something that anyone can ask for by somebody's address, such as a mail to it, under the limits of signing
    /// in.
    ///
    /// # Errors
    ///
    /// [`AppError::TooManyAttempts`].
    pub(crate) async fn count_attempt(&self, email: &str, browser: &Browser) -> Result<(), Error> {
        let tries = Tries::of(self, &fold_email(email), browser, None).await?;
        tries.check(self.reader()).await?;
        tries.begin(self.database().write()).await.map(drop)
    }

    /// Whether this is the password of the user with this address, under the limits of signing in.
    ///
    /// # Errors
    ///
    /// As [`Services::sign_in`].
    pub(crate) async fn prove_password(&self, email: &str, password: &str, browser: &Browser) -> Result<(), Error> {
        let folded = fold_email(email);
        let user = user::Entity::find().filter(user::COLUMN.email_folded.eq(&folded)).one(self.reader()).await?;
        let tries = Tries::of(self, &folded, browser, user.as_ref().map(|user| user.id)).await?;
        let hash = user.and_then(|user| user.password_hash);
        let attempt = self.try_password(&tries, password, hash).await?.ok_or_else(wrong_credentials)?;
        attempt.succeeded(self.database().write()).await
    }

    /// The member whose browser has this session id, if the session is alive and the member active. It counts as a use.
    ///
    /// # Errors
    ///
    /// [`Error::Database`], or what the member's workspace asks of them before anything else.
    pub async fn session(&self, id: &str) -> Result<Option<Ctx>, Error> {
        Ok(self.oneself(id).await?.map(|oneself| oneself.ctx()).transpose()?)
    }

    /// The user whose browser has this session id, if the session is alive and the member active, whatever their workspace
    /// asks of them first. It counts as a use.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn oneself(&self, id: &str) -> Result<Option<Oneself>, Error> {
        let found = self.oneself_of_open_page(id).await?;
        if let Some(oneself) = &found
            && oneself.now() - oneself.who().last_seen_at > SEEN_EVERY
        {
            session::Entity::update_many()
                .col_expr(session::Column::LastSeenAt, Expr::value(oneself.now()))
                .filter(session::COLUMN.id_hash.eq(&oneself.who().id_hash))
                .exec(self.database().write())
                .await?;
        }
        Ok(found)
    }

    /// The same for a page that keeps itself up to date while nobody need be there: a session that is not used goes idle
    /// behind it.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn oneself_of_open_page(&self, id: &str) -> Result<Option<Oneself>, Error> {
        let now = self.now();
        let who = self.alive(&hash_of(id), now).await?;
        Ok(who.map(|who| Oneself::new(self.clone(), who, now)))
    }

    /// Deletes sessions and attempts that no longer count. Returns how many sessions went.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub(crate) async fn forget_old_sessions(&self) -> Result<u64, Error> {
        let now = self.now();
        let write = self.database().write();
        sign_in_attempt::Entity::delete_many()
            .filter(sign_in_attempt::COLUMN.at.lt(now - WINDOW * 4))
            .exec(write)
            .await?;
        // A session is kept for a while after its end: it says where a user is known.
        half_open_sign_in::Entity::delete_many().filter(half_open_sign_in::COLUMN.ends_at.lt(now)).exec(write).await?;
        let gone = session::Entity::delete_many()
            .filter(session::COLUMN.created_at.lt(now - FAMILIAR_FOR))
            .filter(session::COLUMN.ends_at.lt(now))
            .exec(write)
            .await?;
        Ok(gone.rows_affected)
    }

    async fn alive(&self, id_hash: &str, now: Moment) -> Result<Option<SignedIn>, Error> {
        // This runs at each request, so it asks for everything at once. The other workspaces make a row each.
        let sql = format!(
            r#"
            SELECT s.id_hash, s.user_id AS "user", m.id AS member, m.workspace_id AS workspace, m.role,
                   u.name, u.email, s.last_seen_at, COALESCE(s.confirmed_at, s.created_at) AS confirmed_at,
                   (w.second_factor_required
                    AND NOT EXISTS (SELECT 1 FROM one_time_code c
                                    WHERE c.user_id = s.user_id AND c.confirmed_at IS NOT NULL)
                    AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.user_id = s.user_id)) AS second_factor_required,
                   o.id AS choice, w.name AS choice_name,
                   (SELECT count(*) FROM (SELECT 1 FROM notification n WHERE n.member_id = m.id AND n.read_at IS NULL
                                          LIMIT {MOST_COUNTED}) few) AS unread,
                   (SELECT count(*) FROM (
                       SELECT 1 FROM ({WAITING}) mine
                       JOIN request_line l ON l.id = mine.id
                       JOIN access_request r ON r.id = l.access_request_id
                       JOIN account_share rs ON rs.id = r.account_share_id
                       JOIN partnership rp ON rp.id = rs.partnership_id
                       JOIN member rm ON rm.id = r.requester_id
                       WHERE l.open_until > $2 AND rp.state <> 'suspended'
                         AND (rp.ends_at IS NULL OR rp.ends_at > $2) AND rm.user_id <> s.user_id
                       LIMIT {MOST_COUNTED}) few) AS waiting,
                   (SELECT COALESCE(max(sequence), 0) FROM activity_event) AS sequence
            FROM session s
            JOIN member m ON m.id = s.member_id AND m.user_id = s.user_id
            JOIN "user" u ON u.id = s.user_id
            JOIN member o ON o.user_id = s.user_id AND o.status = 'active'
            JOIN workspace w ON w.id = o.workspace_id
            WHERE s.id_hash = $1 AND s.ends_at > $2 AND s.last_seen_at > $3 AND m.status = 'active'
            ORDER BY w.name, o.id"#,
            WAITING = waiting_for("m.id", "m.workspace_id", "m.role IN ('admin', 'owner')", "$2")
        );
        let values = [id_hash.into(), now.into(), (now - IDLE).into()];
        let rows = SessionRow::find_by_statement(statement(self.reader(), &sql, values)).all(self.reader()).await?;
        Ok(SignedIn::of(rows))
    }

    /// The membership to start with: the workspace the user was at last, or the first they joined.
    pub(crate) async fn first_membership(
        &self,
        connection: &impl ConnectionTrait,
        user: UserId,
    ) -> Result<Option<Membership>, Error> {
        let sql = r#"
            SELECT m.id AS member, m.workspace_id AS workspace
            FROM member m
            LEFT JOIN session s ON s.member_id = m.id
            WHERE m.user_id = $1 AND m.status = 'active'
            GROUP BY m.id, m.workspace_id, m.created_at
            ORDER BY MAX(s.created_at) DESC NULLS LAST, m.created_at, m.id
            LIMIT 1"#;
        Ok(Membership::find_by_statement(statement(connection, sql, [user.into()])).one(connection).await?)
    }
}

/// Begins a session in a change; the one that the browser had ends.
pub(crate) async fn begin(
    change: &Change,
    user: UserId,
    member: MemberId,
    browser: &Browser,
) -> Result<NewSession, Error> {
    let (now, transaction) = (change.now(), change.transaction());
    let id = new_token();
    let begun = session::ActiveModel {
        id_hash: Set(hash_of(&id)),
        user_id: Set(user),
        member_id: Set(member),
        address: Set(network_of(browser.address)),
        created_at: Set(now),
        last_seen_at: Set(now),
        ends_at: Set(now + LONGEST_SESSION),
        public_id: Set(Some(Uuid::now_v7())),
        browser: Set(browser.in_words()),
        confirmed_at: Set(Some(now)),
    };
    begun.insert(transaction).await?;
    if let Some(old) = &browser.session {
        end_session(transaction, &hash_of(old), now).await?;
    }
    let longest = LONGEST_SESSION.to_std().expect("a session's length is positive");
    Ok(NewSession { id, longest })
}

/// That a user has signed in.
pub(crate) fn signed_in(user: &user::Model, member: Membership) -> Event {
    Event {
        actor: Some(member.member),
        details: Details { actor: user.name.clone(), ..Details::default() },
        ..Event::new(EventKind::SignedIn, member.workspace)
    }
}

/// Ends every session of a user, but the one with this hash. Returns how many ended.
async fn end_all_of(change: &Change, user: UserId, except: Option<&str>) -> Result<u64, Error> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::EndsAt, Expr::value(change.now()))
        .filter(session::COLUMN.user_id.eq(user))
        .filter(session::COLUMN.ends_at.gt(change.now()))
        .filter(session::COLUMN.id_hash.ne(except.unwrap_or_default()))
        .exec(change.transaction())
        .await?;
    Ok(ended.rows_affected)
}

/// Ends every session of a user, and every sign-in of theirs that waits for its second step.
pub(crate) async fn sign_out_everywhere(change: &Change, user: UserId) -> Result<(), Error> {
    end_all_of(change, user, None).await?;
    second_step::end_all_half_open_of(change, user).await
}

/// Ends every session that is at work as this member.
pub(crate) async fn end_all_as(change: &Change, user: UserId, member: MemberId) -> Result<(), Error> {
    session::Entity::update_many()
        .col_expr(session::Column::EndsAt, Expr::value(change.now()))
        .filter(session::COLUMN.user_id.eq(user))
        .filter(session::COLUMN.member_id.eq(member))
        .filter(session::COLUMN.ends_at.gt(change.now()))
        .exec(change.transaction())
        .await?;
    Ok(())
}

/// Who begins a session.
#[derive(Debug)]
pub(crate) struct Beginner {
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) member: MemberId,
    pub(crate) workspace: WorkspaceId,
}

/// Begins the session of somebody who has just become a member. Its event is to be committed with it.
pub(crate) async fn begin_as(change: &Change, who: Beginner, browser: &Browser) -> Result<(NewSession, Event), Error> {
    let session = begin(change, who.user, who.member, browser).await?;
    let event = Event {
        actor: Some(who.member),
        details: Details { actor: who.name, ..Details::default() },
        ..Event::new(EventKind::SignedIn, who.workspace)
    };
    Ok((session, event))
}

/// An attempt that is under way. It counts as failed until it has succeeded.
#[derive(Debug)]
pub(crate) struct Attempt(Uuid);

impl Attempt {
    pub(crate) async fn succeeded(self, connection: &impl ConnectionTrait) -> Result<(), Error> {
        sign_in_attempt::Entity::delete_by_id(self.0).exec(connection).await?;
        Ok(())
    }
}

/// Attempts to sign in with one email address from one network, or to do something else that could be guessed.
pub(crate) struct Tries {
    /// Of the email address, or of what is guessed at.
    email_hash: String,
    network: String,
    /// Whether the user is known there.
    familiar: bool,
    now: Moment,
}

impl Tries {
    /// The attempts with this key, such as a folded email address, from the browser's network. The user is the one whom it
    /// is about, if there is one.
    pub(crate) async fn of(
        services: &Services,
        key: &str,
        browser: &Browser,
        user: Option<UserId>,
    ) -> Result<Self, Error> {
        let (now, network) = (services.now(), network_of(browser.address));
        // Asked for nobody too, so that an unknown address takes as long.
        let user = user.unwrap_or(UserId(Uuid::nil()));
        let known = session::Entity::find()
            .filter(session::COLUMN.user_id.eq(user))
            .filter(session::COLUMN.address.eq(&network))
            .filter(session::COLUMN.created_at.gt(now - FAMILIAR_FOR))
            .count(services.reader())
            .await?;
        Ok(Self { email_hash: hash_of(key), network, familiar: known > 0, now })
    }

    /// Writes an attempt down as failed before it is looked at, so that many at once count too.
    pub(crate) async fn begin(&self, connection: &impl ConnectionTrait) -> Result<Attempt, Error> {
        let id = Uuid::now_v7();
        let attempt = sign_in_attempt::ActiveModel {
            id: Set(id),
            at: Set(self.now),
            address: Set(self.network.clone()),
            email_hash: Set(self.email_hash.clone()),
            familiar: Set(self.familiar),
            failed: Set(true),
        };
        attempt.insert(connection).await?;
        if let Err(refused) = self.within_limits(connection, 1).await {
            // An attempt that is refused unseen does not count, or it would never end.
            sign_in_attempt::Entity::delete_by_id(id).exec(connection).await?;
            return Err(refused);
        }
        Ok(Attempt(id))
    }

    /// Whether one more attempt would be within the limits.
    pub(crate) async fn check(&self, connection: &impl ConnectionTrait) -> Result<(), Error> {
        self.within_limits(connection, 0).await
    }

    /// Whether there are no more failed attempts than the limits allow, where the last `own` of them are this one.
    async fn within_limits(&self, connection: &impl ConnectionTrait, own: u64) -> Result<(), Error> {
        let column = &sign_in_attempt::COLUMN;
        let failed =
            || sign_in_attempt::Entity::find().filter(column.failed.eq(true)).filter(column.at.gt(self.now - WINDOW));
        let from_network = failed().filter(column.address.eq(&self.network));
        let for_email = failed().filter(column.email_hash.eq(&self.email_hash)).filter(column.familiar.eq(false));
        let for_both = failed().filter(column.address.eq(&self.network)).filter(column.email_hash.eq(&self.email_hash));
        // A stranger's failures for an email address do not count where its user is known: they cannot be locked out
        // of the places they work at.
        let most_for_email = if self.familiar { u64::MAX - 1 } else { MOST_FOR_EMAIL };
        for (attempts, most) in
            [(for_both, MOST_FOR_EMAIL_FROM_NETWORK), (from_network, MOST_FROM_NETWORK), (for_email, most_for_email)]
        {
            if attempts.clone().count(connection).await? + 1 - own > most {
                let oldest = attempts.order_by_asc(column.at).limit(1).one(connection).await?;
                let free_at = oldest.map_or(self.now, |oldest| oldest.at) + WINDOW;
                let wait_seconds = u32::try_from((free_at - self.now).num_seconds().max(1)).unwrap_or(60);
                tracing::warn!(wait_seconds, "refused: too many attempts");
                return Err(AppError::TooManyAttempts { wait_seconds }.into());
            }
        }
        Ok(())
    }
}

/// What attempts are counted by: an IPv4 address, or the /64 network of an IPv6 address, all of whose addresses one
/// customer has (RFC 6177), and whose devices change theirs daily (RFC 8981).
pub(crate) fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            format!("{}/64", std::net::Ipv6Addr::from_bits(network))
        }
    }
}

impl Oneself {
    /// Ends the session.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn sign_out(&self) -> Result<(), Error> {
        let change = self.services().change().await?;
        end_session(change.transaction(), &self.who().id_hash, change.now()).await?;
        let frame = self.frame();
        let details = Details { actor: frame.name, company: frame.workspace, ..Details::default() };
        let event =
            Event { actor: Some(self.member()), details, ..Event::new(EventKind::SignedOut, self.who().workspace) };
        change.commit(vec![event]).await
    }

    /// Goes on as a member that the user becomes in this change.
    pub(crate) async fn go_on_as(&self, change: &Change, member: MemberId) -> Result<(), Error> {
        self.go_on(change.transaction(), member).await
    }

    async fn go_on(&self, connection: &impl ConnectionTrait, member: MemberId) -> Result<(), Error> {
        session::Entity::update_many()
            .col_expr(session::Column::MemberId, Expr::value(member))
            .filter(session::COLUMN.id_hash.eq(&self.who().id_hash))
            .exec(connection)
            .await?;
        Ok(())
    }

    /// Goes on as another membership of the same user.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a membership that is not the user's, or not active.
    pub async fn switch_to(&self, member: MemberId) -> Result<(), Error> {
        use crate::entity::member;
        let own = member::Entity::find_by_id(member)
            .filter(member::COLUMN.user_id.eq(self.user()))
            .filter(member::COLUMN.status.eq(MemberStatus::Active))
            .one(self.reader())
            .await?;
        if own.is_none() {
            return Err(AppError::NotFound.into());
        }
        self.go_on(self.services().database().write(), member).await
    }
}

impl Ctx {
    /// Ends the session.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn sign_out(&self) -> Result<(), Error> {
        self.oneself().sign_out().await
    }

    /// Goes on as another membership of the same user.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a membership that is not the user's, or not active.
    pub async fn switch_to(&self, member: MemberId) -> Result<(), Error> {
        self.oneself().switch_to(member).await
    }

    /// What stands around every page, as it was when the operation began.
    pub fn frame(&self) -> FrameView {
        self.who.frame.clone()
    }

    /// Whether the session goes on: asked again and again by long-lived streams.
    pub(crate) async fn goes_on(&self) -> Result<bool, Error> {
        let alive = self.services.alive(&self.who.id_hash, self.services.now()).await?;
        Ok(alive.is_some_and(|who| who.member == self.member() && !who.second_factor_required))
    }
}

/// An email address as it is compared: case does not count.
pub(crate) fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

async fn end_session(transaction: &impl ConnectionTrait, id_hash: &str, now: Moment) -> Result<(), Error> {
    session::Entity::update_many()
        .col_expr(session::Column::EndsAt, Expr::value(now))
        .filter(session::COLUMN.id_hash.eq(id_hash))
        .filter(session::COLUMN.ends_at.gt(now))
        .exec(transaction)
        .await?;
    Ok(())
}

/// What whoever has proven who they are, and is an active member of no workspace, is told.
pub(crate) const NOWHERE: &str = "You are a member of no workspace any more. Ask an Admin of your workspace.";

fn wrong_password(field: &'static str) -> Error {
    AppError::invalid(field, "This is not your password. Check it and type it again.").into()
}

fn wrong_credentials() -> Error {
    AppError::invalid("password", WRONG_CREDENTIALS).into()
}

/// 256 bits of randomness, as letters for a cookie or a link.
pub(crate) fn new_token() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256, in hexadecimal: what is kept of a token.
pub(crate) fn hash_of(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, byte| {
        hex.push_str(&format!("{byte:02x}"));
        hex
    })
}
