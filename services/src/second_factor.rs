//! What proves who somebody is beside their password: one-time codes and recovery codes. Passkeys have a module of their
//! own.
//!
//! Invariant: a code counts once. Of two who come with the same one, one gets in.

use crate::activity::{Details, Event, Tell};
use crate::context::{Change, WorkspaceAdmin};
use crate::database::statement;
use crate::entity::{member, one_time_code, passkey, passkey_ceremony, recovery_code, user, workspace};
use crate::mail::Letter;
use crate::oneself::{Membership, events_about, joined_with, letter_to, locked};
use crate::session::{self, Confirmed, new_token};
use crate::{Ctx, Error, Oneself, Services, vault};
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::second_factor::{OneTimeCodeSetUp, PasskeyView, SecondFactorView, SignInRulesView};
use domain::secret::Secret;
use domain::workspace::WorkspaceRole;
use domain::{AppError, Conflict, Denial, MemberId, Moment, Problem, UserId, WorkspaceId};
use rand::{Rng, RngCore};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    PaginatorTrait, QueryFilter, QueryOrder,
};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

/// Recovery codes made at once.
const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code: 60 bits, hashed like a password.
const RECOVERY_LETTERS: usize = 12;
/// Lower case, without those that look like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

const NAME_OF_CODES: &str = "one-time codes";
const NAME_OF_RECOVERY: &str = "new recovery codes";
const WRONG_CODE: &str = "This code is not right. Enter the one that the app shows now.";

/// What somebody has entered as their second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// Six digits.
    OneTime(String),
    /// A recovery code, in lower case and without what stands between its letters.
    Recovery(String),
}

impl Entered {
    /// People type spaces and hyphens as the app or the list shows them.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let plain: String = typed.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        match plain.chars().count() {
            6 if plain.bytes().all(|byte| byte.is_ascii_digit()) => Some(Self::OneTime(plain)),
            RECOVERY_LETTERS if plain.bytes().all(|byte| LETTERS.contains(&byte)) => Some(Self::Recovery(plain)),
            _ => None,
        }
    }
}

/// The codes of a secret: six digits, a new one each 30 seconds, by SHA-1, which every app knows (RFC 6238). The one before
/// and the one after are taken too, as clocks differ.
fn codes_of(secret: &Secret, email: &str) -> Result<Totp, Error> {
    let unreadable = |error: String| Error::SecondFactor(error);
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).map_err(|error| unreadable(error.to_string()))?;
    // A colon would end the name in the address that the app reads.
    let builder = Builder::new().with_secret(secret).with_skew(1).with_issuer(Some("Latchkey"));
    builder.with_account_name(email.replace(':', " ")).build().map_err(|error| unreadable(error.to_string()))
}

/// A secret of 160 bits, as RFC 4226, 4, recommends; in base 32.
fn new_secret() -> Secret {
    let mut bytes = [0; 20];
    rand::rng().fill_bytes(&mut bytes);
    Secret::new(totp_rs::Secret::new_stack(bytes).to_base32())
}

/// What the vault calls the secret of a user's codes.
fn secret_name(user: UserId) -> String {
    format!("one-time codes of {user}")
}

/// The secret of a user's codes.
async fn secret_of(services: &Services, connection: &impl ConnectionTrait, user: UserId) -> Result<Secret, Error> {
    let plain = services.vault().of_installation(connection, &secret_name(user)).await?;
    let text = plain.as_deref().and_then(|plain| str::from_utf8(plain).ok());
    text.map(Secret::new).ok_or_else(|| Error::SecondFactor("its secret is not in the vault".to_owned()))
}

/// Forgets a user's codes, and what they are made of. Returns whether there were any.
async fn forget_codes(connection: &impl ConnectionTrait, user: UserId) -> Result<bool, Error> {
    vault::forget_of_installation(connection, &secret_name(user)).await?;
    Ok(one_time_code::Entity::delete_by_id(user).exec(connection).await?.rows_affected > 0)
}

/// The time step of a code that is right at this moment, and later than `last`.
fn step_of(totp: &Totp, code: &str, at: Moment, last: i64) -> Option<i64> {
    let step = totp.check(code, u64::try_from(at.timestamp()).ok()?)?;
    i64::try_from(step).ok().filter(|step| *step > last)
}

/// Whether a user has a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Has {
    pub(crate) codes: bool,
    pub(crate) passkeys: bool,
}

impl Has {
    pub(crate) fn any(self) -> bool {
        self.codes || self.passkeys
    }
}

/// Which second factors a user has.
pub(crate) async fn of_user(connection: &impl ConnectionTrait, user: UserId) -> Result<Has, Error> {
    let codes = one_time_code::Entity::find_by_id(user).filter(one_time_code::COLUMN.confirmed_at.is_not_null());
    let passkeys = passkey::Entity::find().filter(passkey::COLUMN.user_id.eq(user));
    Ok(Has { codes: codes.count(connection).await? > 0, passkeys: passkeys.count(connection).await? > 0 })
}

/// Takes a code, if it is the user's and has not been taken before. The user is locked.
pub(crate) async fn take(change: &Change, user: &user::Model, entered: &Proof) -> Result<bool, Error> {
    let transaction = change.transaction();
    match entered {
        Proof::OneTime(code) => {
            let row = one_time_code::Entity::find_by_id(user.id).one(transaction).await?;
            let Some(row) = row.filter(|row| row.confirmed_at.is_some()) else { return Ok(false) };
            let totp = codes_of(&secret_of(change.services(), transaction, user.id).await?, &user.email)?;
            let Some(step) = step_of(&totp, code, change.now(), row.last_step) else { return Ok(false) };
            let taken = one_time_code::ActiveModel { last_step: Set(step), ..row.into_active_model() };
            taken.update(transaction).await?;
            Ok(true)
        }
        Proof::Recovery(hash) => {
            let used = recovery_code::Entity::update_many()
                .col_expr(recovery_code::Column::UsedAt, Expr::value(change.now()))
                .filter(recovery_code::COLUMN.user_id.eq(user.id))
                .filter(recovery_code::COLUMN.code_hash.eq(hash))
                .filter(recovery_code::COLUMN.used_at.is_null())
                .exec(transaction)
                .await?;
            Ok(used.rows_affected == 1)
        }
    }
}

/// A code as it is compared: a recovery code hashed, which takes long and so happens before the change.
#[derive(Clone, Debug)]
pub(crate) enum Proof {
    OneTime(String),
    Recovery(String),
}

impl Services {
    /// Takes the secrets of codes into the vault that were kept before there was one. Returns how many.
    pub(crate) async fn take_in_secrets_of_codes(&self) -> Result<u64, Error> {
        let open = one_time_code::Entity::find().filter(one_time_code::COLUMN.open_secret.ne(""));
        let mut taken = 0;
        for row in open.all(self.database().write()).await? {
            let change = self.change().await?;
            let emptied = one_time_code::Entity::update_many()
                .col_expr(one_time_code::Column::OpenSecret, Expr::value(""))
                .filter(one_time_code::COLUMN.user_id.eq(row.user_id))
                .filter(one_time_code::COLUMN.open_secret.ne(""))
                .exec(change.transaction())
                .await?;
            // Another server may have been first.
            if emptied.rows_affected > 0 {
                let secret = Secret::new(row.open_secret);
                let name = secret_name(row.user_id);
                self.vault().keep_for_installation(&change, &name, secret.expose().as_bytes()).await?;
                taken += 1;
            }
            change.commit(Vec::new()).await?;
        }
        Ok(taken)
    }

    /// Makes a code ready to be compared.
    pub(crate) async fn proof(&self, user: UserId, entered: Entered) -> Result<Proof, Error> {
        Ok(match entered {
            Entered::OneTime(code) => Proof::OneTime(code),
            Entered::Recovery(code) => {
                let any = recovery_code::Entity::find()
                    .filter(recovery_code::COLUMN.user_id.eq(user))
                    .one(self.reader())
                    .await?;
                // Nobody's salt takes as long.
                let salt = any.map_or_else(|| "nobody has this salt".to_owned(), |row| row.salt);
                let gate = self.password_gate();
                Proof::Recovery(gate.derive(gate.place()?, vec![code], salt).await?.remove(0))
            }
        })
    }
}

impl Oneself {
    /// The user's second factors.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn second_factors(&self) -> Result<SecondFactorView, Error> {
        let reader = self.reader();
        let codes = one_time_code::Entity::find_by_id(self.user()).one(reader).await?;
        let passkeys = passkey::Entity::find()
            .filter(passkey::COLUMN.user_id.eq(self.user()))
            .order_by_asc(passkey::COLUMN.id)
            .all(reader)
            .await?;
        let left = recovery_code::Entity::find()
            .filter(recovery_code::COLUMN.user_id.eq(self.user()))
            .filter(recovery_code::COLUMN.used_at.is_null())
            .count(reader)
            .await?;
        let view = |row: passkey::Model| PasskeyView {
            passkey: row.id,
            name: row.name,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
        };
        Ok(SecondFactorView {
            codes_since: codes.and_then(|row| row.confirmed_at),
            recovery_codes_left: u32::try_from(left).unwrap_or(u32::MAX),
            passkeys: passkeys.into_iter().map(view).collect(),
            passkeys_work_here: crate::passkey::works_at(self.services().site_url()),
            asked_for_by: self.who().second_factor_required.then(|| self.frame().workspace),
            confirmed: self.recently_confirmed().is_ok(),
        })
    }
}

impl Confirmed {
    /// Makes a new secret for one-time codes. It is no second factor before a code has shown that an app has it.
    ///
    /// # Errors
    ///
    /// [`Conflict::Exists`] when codes are set up already.
    pub async fn begin_one_time_codes(&self) -> Result<(), Error> {
        let (change, user) = self.oneself().change().await?;
        let transaction = change.transaction();
        let row = one_time_code::Entity::find_by_id(user.id).one(transaction).await?;
        if row.is_some_and(|row| row.confirmed_at.is_some()) {
            return Err(are_set_up());
        }
        forget_codes(transaction, user.id).await?;
        let secret = new_secret();
        let vault = change.services().vault();
        vault.keep_for_installation(&change, &secret_name(user.id), secret.expose().as_bytes()).await?;
        let begun = one_time_code::ActiveModel {
            user_id: Set(user.id),
            open_secret: Set(String::new()),
            last_step: Set(0),
            created_at: Set(change.now()),
            confirmed_at: Set(None),
        };
        begun.insert(transaction).await?;
        change.commit(Vec::new()).await
    }

    /// The secret that an app has to learn; nothing when no set-up is under way.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn one_time_codes_under_way(&self) -> Result<Option<OneTimeCodeSetUp>, Error> {
        let oneself = self.oneself();
        let row = one_time_code::Entity::find_by_id(oneself.user()).one(oneself.reader()).await?;
        let Some(row) = row.filter(|row| row.confirmed_at.is_none()) else { return Ok(None) };
        let kept = secret_of(oneself.services(), oneself.reader(), row.user_id).await?;
        let address = codes_of(&kept, &oneself.frame().email)?
            .to_url()
            .map_err(|error| Error::SecondFactor(error.to_string()))?;
        let letters: Vec<char> = kept.expose().chars().filter(|c| *c != '=').collect();
        let secret = letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
        let (drawing, width) = drawn(&address)?;
        Ok(Some(OneTimeCodeSetUp { secret, address, drawing, width }))
    }

    /// Makes one-time codes a second factor, with a code that shows that the app has the secret. Returns recovery codes,
    /// which are shown once; none when the user has some already.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when the code is wrong, [`AppError::NotFound`] when no set-up is under way.
    pub async fn confirm_one_time_codes(&self, typed: &str) -> Result<Vec<String>, Error> {
        let wrong = || Error::from(Problem::new("code", WRONG_CODE));
        let Some(Entered::OneTime(code)) = Entered::read(typed) else { return Err(wrong()) };
        let oneself = self.oneself();
        let fresh = FreshCodes::make(oneself.services()).await?;
        let (mut change, user) = oneself.change().await?;
        let row = one_time_code::Entity::find_by_id(user.id).one(change.transaction()).await?;
        let row = row.ok_or(AppError::NotFound)?;
        if row.confirmed_at.is_some() {
            return Err(are_set_up());
        }
        let totp = codes_of(&secret_of(change.services(), change.transaction(), user.id).await?, &user.email)?;
        let step = step_of(&totp, &code, change.now(), row.last_step).ok_or_else(wrong)?;
        let now = change.now();
        let confirmed = one_time_code::ActiveModel {
            last_step: Set(step),
            confirmed_at: Set(Some(now)),
            ..row.into_active_model()
        };
        confirmed.update(change.transaction()).await?;
        let shown = match count_recovery(&change, user.id).await? {
            0 => fresh.keep(&change, user.id).await?,
            _ => Vec::new(),
        };
        let events = added(oneself, &mut change, &user, NAME_OF_CODES).await?;
        change.commit(events).await?;
        Ok(shown)
    }

    /// Takes one-time codes away.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when there are none.
    pub async fn remove_one_time_codes(&self) -> Result<(), Error> {
        let (mut change, user) = self.oneself().change().await?;
        if !forget_codes(change.transaction(), user.id).await? {
            return Err(AppError::NotFound.into());
        }
        let events = removed(self.oneself(), &mut change, &user, NAME_OF_CODES).await?;
        change.commit(events).await
    }

    /// Makes new recovery codes, which are shown once. Those from before are worth nothing any more.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when there is no second factor that they could stand in for.
    pub async fn new_recovery_codes(&self) -> Result<Vec<String>, Error> {
        let oneself = self.oneself();
        let fresh = FreshCodes::make(oneself.services()).await?;
        let (mut change, user) = oneself.change().await?;
        if !of_user(change.transaction(), user.id).await?.any() {
            return Err(Problem::new("form", "Set up one-time codes or a passkey first.").into());
        }
        let shown = fresh.keep(&change, user.id).await?;
        let events = added(oneself, &mut change, &user, NAME_OF_RECOVERY).await?;
        change.commit(events).await?;
        Ok(shown)
    }
}

fn are_set_up() -> Error {
    let what = "One-time codes are set up already. Remove them first, to set them up in another app.";
    Conflict::Exists { what: what.to_owned() }.into()
}

/// Tells a user that they have one more way to prove who they are.
pub(crate) async fn added(
    oneself: &Oneself,
    change: &mut Change,
    user: &user::Model,
    what: &str,
) -> Result<Vec<Event>, Error> {
    change.send(told(change, user, "A second factor has been set up", what));
    oneself
        .events(change, EventKind::SecondFactorAdded, &Details { label: what.to_owned(), ..Details::default() })
        .await
}

/// Tells a user that a second factor is gone; without any, recovery codes are pointless.
pub(crate) async fn removed(
    oneself: &Oneself,
    change: &mut Change,
    user: &user::Model,
    what: &str,
) -> Result<Vec<Event>, Error> {
    if !of_user(change.transaction(), user.id).await?.any() {
        forget_recovery(change, user.id).await?;
    }
    change.send(told(change, user, "A second factor has been removed", what));
    let details = Details { label: what.to_owned(), ..Details::default() };
    oneself.events(change, EventKind::SecondFactorRemoved, &details).await
}

fn told(change: &Change, user: &user::Model, heading: &str, what: &str) -> crate::mail::Outgoing {
    let letter = Letter {
        subject: format!("{heading}: {what}"),
        preheader: "If it was not you, set a new password now".to_owned(),
        heading: heading.to_owned(),
        paragraphs: vec![
            format!("This concerns your sign-in to Latchkey: {what}."),
            "If it was not you, set a new password now, and tell an Admin of your workspace.".to_owned(),
        ],
        button: Some(("Open in Latchkey".to_owned(), change.services().link("/settings/security"))),
        footer: "You get this mail because your way to sign in to Latchkey has changed.".to_owned(),
        ..Letter::default()
    };
    letter_to(user, &user.email, letter, false)
}

/// Recovery codes before they are anybody's.
struct FreshCodes {
    codes: Vec<String>,
    salt: String,
    hashes: Vec<String>,
}

impl FreshCodes {
    async fn make(services: &Services) -> Result<Self, Error> {
        let code = || (0..RECOVERY_LETTERS).map(|_| char::from(LETTERS[rand::rng().random_range(0..LETTERS.len())]));
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| code().collect()).collect();
        let salt = new_token();
        let gate = services.password_gate();
        let hashes = gate.derive(gate.place()?, codes.clone(), salt.clone()).await?;
        Ok(Self { codes, salt, hashes })
    }

    /// Gives them to a user instead of those from before. Returns them as they are shown.
    async fn keep(self, change: &Change, user: UserId) -> Result<Vec<String>, Error> {
        forget_recovery(change, user).await?;
        let Self { codes, salt, hashes } = self;
        let rows = hashes.into_iter().map(|hash| recovery_code::ActiveModel {
            id: Set(Uuid::now_v7()),
            user_id: Set(user),
            salt: Set(salt.clone()),
            code_hash: Set(hash),
            created_at: Set(change.now()),
            used_at: Set(None),
        });
        recovery_code::Entity::insert_many(rows).exec_without_returning(change.transaction()).await?;
        let shown = |code: String| format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..]);
        Ok(codes.into_iter().map(shown).collect())
    }
}

async fn count_recovery(change: &Change, user: UserId) -> Result<u64, Error> {
    let left = recovery_code::Entity::find()
        .filter(recovery_code::COLUMN.user_id.eq(user))
        .filter(recovery_code::COLUMN.used_at.is_null());
    Ok(left.count(change.transaction()).await?)
}

async fn forget_recovery(change: &Change, user: UserId) -> Result<(), Error> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::COLUMN.user_id.eq(user))
        .exec(change.transaction())
        .await?;
    Ok(())
}

/// A QR code as the path of a drawing, a unit each module, with the quiet zone around it that readers want; and its width.
fn drawn(text: &str) -> Result<(String, u32), Error> {
    const QUIET: usize = 4;
    let code = qrcode::QrCode::new(text).map_err(|error| Error::SecondFactor(error.to_string()))?;
    let width = code.width();
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == qrcode::Color::Dark {
            let (x, y) = (index % width + QUIET, index / width + QUIET);
            path += &format!("M{x} {y}h1v1h-1z");
        }
    }
    Ok((path, u32::try_from(width + 2 * QUIET).unwrap_or(u32::MAX)))
}

impl Ctx {
    /// What the workspace asks of its members when they sign in.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn sign_in_rules(&self) -> Result<SignInRulesView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            required: bool,
            without: i64,
        }
        let sql = "SELECT w.second_factor_required AS required,
                       (SELECT count(*) FROM member m WHERE m.workspace_id = w.id AND m.status = 'active'
                          AND NOT EXISTS (SELECT 1 FROM one_time_code c
                                          WHERE c.user_id = m.user_id AND c.confirmed_at IS NOT NULL)
                          AND NOT EXISTS (SELECT 1 FROM passkey p WHERE p.user_id = m.user_id)) AS without
                   FROM workspace w WHERE w.id = $1";
        let reader = self.reader();
        let row = Row::find_by_statement(statement(reader, sql, [self.workspace().into()])).one(reader).await?;
        let row = row.ok_or(AppError::NotFound)?;
        Ok(SignInRulesView {
            second_factor_required: row.required,
            without: u32::try_from(row.without).unwrap_or(u32::MAX),
            may_change: self.role().administers(),
        })
    }
}

impl WorkspaceAdmin {
    /// Asks every member for a second factor, or no longer. Whoever has none can do nothing else before setting one up.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] when the Admin has none.
    pub async fn require_second_factor(&self, required: bool) -> Result<(), Error> {
        let (change, admin) = self.change().await?;
        let ctx = admin.ctx();
        let transaction = change.transaction();
        if required && !of_user(transaction, ctx.user()).await?.any() {
            let first =
                "Set up a second factor of your own first, under Security. You would lock yourself out otherwise.";
            return Err(Problem::new("required", first).into());
        }
        let changed = workspace::Entity::update_many()
            .col_expr(workspace::Column::SecondFactorRequired, Expr::value(required))
            .filter(workspace::COLUMN.id.eq(ctx.workspace()))
            .filter(workspace::COLUMN.second_factor_required.ne(required))
            .exec(transaction)
            .await?;
        if changed.rows_affected == 0 {
            return Ok(());
        }
        let because = if required { "a second factor is required" } else { "a second factor is not required any more" };
        let event = Event {
            actor: Some(ctx.member()),
            details: Details { because: because.to_owned(), ..ctx.details() },
            ..ctx.event(EventKind::SecondFactorRequired)
        };
        change.commit(vec![event]).await
    }

    /// Takes away every second factor of a member who has lost theirs, and ends their sessions. The password stays. Other
    /// workspaces of theirs are told, because it is one sign-in for all.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for nobody of the workspace, [`Conflict::Exists`] for somebody without a second factor, and for
    /// whom another workspace relies on it; a [`Denial`] for oneself and for the Owner.
    pub async fn reset_second_factor(&self, member: MemberId) -> Result<(), Error> {
        let (mut change, admin) = self.change().await?;
        let ctx = admin.ctx();
        let row = member::Entity::find_by_id(member)
            .filter(member::COLUMN.workspace_id.eq(ctx.workspace()))
            .filter(member::COLUMN.status.eq(MemberStatus::Active))
            .one(change.transaction())
            .await?
            .ok_or(AppError::NotFound)?;
        if row.user_id == ctx.user() {
            return Err(Denial::NotOneself.into());
        }
        if row.role == WorkspaceRole::Owner {
            return Err(Denial::AboveAdmin.into());
        }
        let user = locked(&change, row.user_id).await?.ok_or(AppError::NotFound)?;
        if relied_on_elsewhere(&change, user.id, ctx.workspace()).await? {
            let what = format!(
                "{} signs in to another workspace, too, which relies on their second factor. Ask whoever runs Latchkey here \
                 to reset it.",
                user.name
            );
            return Err(Conflict::Exists { what }.into());
        }
        if !taken_away(&change, user.id).await? {
            let what = format!("{} has no second factor that could be reset.", user.name);
            return Err(Conflict::Exists { what }.into());
        }
        let (kind, actor) = (EventKind::SecondFactorReset, Some(ctx.member()));
        let details = Details { members: vec![user.name.clone()], ..ctx.details() };
        let events = events_about(&change, user.id, kind, actor, &details, |Membership { member, workspace }| {
            vec![if workspace == ctx.workspace() { Tell::Member(member) } else { Tell::Admins(workspace) }]
        });
        let events = events.await?;
        change.take_time();
        change.commit(events).await
    }
}

impl Services {
    /// Takes away every second factor of a user who has lost theirs, for the operator, and ends their sessions. Says whether
    /// there was one; nothing for an address that nobody has joined with.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn operator_reset_second_factor(&self, email: &str) -> Result<Option<bool>, Error> {
        let mut change = self.change().await?;
        let Some(user) = joined_with(change.transaction(), email).await? else { return Ok(None) };
        let Some(user) = locked(&change, user.id).await? else { return Ok(None) };
        if !taken_away(&change, user.id).await? {
            return Ok(Some(false));
        }
        let details = Details {
            actor: "Whoever runs Latchkey here".to_owned(),
            members: vec![user.name.clone()],
            ..Details::default()
        };
        // The user hears of it once, whatever workspaces they are in.
        let mut told = false;
        let events = events_about(
            &change,
            user.id,
            EventKind::SecondFactorReset,
            None,
            &details,
            |Membership { member, workspace }| {
                let oneself = (!std::mem::replace(&mut told, true)).then_some(Tell::Member(member));
                [Tell::Admins(workspace)].into_iter().chain(oneself).collect()
            },
        );
        let events = events.await?;
        change.take_time();
        change.commit(events).await?;
        Ok(Some(true))
    }
}

/// Whether another workspace has the user for its Owner or an Admin, or asks them for a second factor: no Admin of this one
/// is to weaken their way into it.
async fn relied_on_elsewhere(change: &Change, user: UserId, here: WorkspaceId) -> Result<bool, Error> {
    let sql = "SELECT 1 AS one FROM member m JOIN workspace w ON w.id = m.workspace_id
               WHERE m.user_id = $1 AND m.workspace_id <> $2 AND m.status = 'active'
                 AND (m.role <> 'user' OR w.second_factor_required) LIMIT 1";
    let transaction = change.transaction();
    Ok(transaction.query_one_raw(statement(transaction, sql, [user.into(), here.into()])).await?.is_some())
}

/// Takes away the second factors of a user, ends their sessions, and says whether there was one.
async fn taken_away(change: &Change, user: UserId) -> Result<bool, Error> {
    let transaction = change.transaction();
    if !of_user(transaction, user).await?.any() {
        return Ok(false);
    }
    forget_codes(transaction, user).await?;
    forget_passkeys(change, user).await?;
    forget_recovery(change, user).await?;
    session::sign_out_everywhere(change, user).await?;
    Ok(true)
}

/// Takes away the passkeys of a user.
pub(crate) async fn forget_passkeys(change: &Change, user: UserId) -> Result<(), Error> {
    let transaction = change.transaction();
    passkey::Entity::delete_many().filter(passkey::COLUMN.user_id.eq(user)).exec(transaction).await?;
    passkey_ceremony::Entity::delete_many().filter(passkey_ceremony::COLUMN.user_id.eq(user)).exec(transaction).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret and the codes of RFC 6238, appendix B, for SHA-1, cut to the six digits that apps show.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn at(seconds: i64) -> Moment {
        Moment::from_timestamp(seconds, 0).expect("a time")
    }

    fn taken(code: &str, seconds: i64, last: i64) -> Option<i64> {
        step_of(&codes_of(&Secret::new(SECRET), "ann@example.com").expect("codes"), code, at(seconds), last)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in VECTORS {
            assert_eq!(taken(code, seconds, 0), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_before_and_after_its_own() {
        for (seconds, code) in VECTORS {
            let begins = seconds / 30 * 30;
            for near in [begins - 30, begins - 1, begins, begins + 29, begins + 30, begins + 59] {
                assert_eq!(taken(code, near, 0), Some(seconds / 30), "{code} at {near}");
            }
            for far in [begins - 31, begins + 60, begins + 3_600].into_iter().filter(|far| *far >= 0) {
                assert_eq!(taken(code, far, 0).filter(|step| *step == seconds / 30), None, "{code} at {far}");
            }
        }
    }

    #[test]
    fn no_code_counts_twice_nor_after_a_later_one() {
        let (seconds, code) = VECTORS[3];
        let step = seconds / 30;
        assert_eq!(taken(code, seconds, step - 1), Some(step));
        assert_eq!(taken(code, seconds, step), None);
        assert_eq!(taken(code, seconds, step + 1), None);
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(Entered::read(" 123 456 "), Some(Entered::OneTime("123456".to_owned())));
        assert_eq!(Entered::read("ABCD-efgh 2345"), Some(Entered::Recovery("abcdefgh2345".to_owned())));
        for wrong in ["", "12345", "1234567", "abc-def", "١٢٣٤٥٦", "abcdefgh234o", "abcdefgh23451"] {
            assert_eq!(Entered::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_is_drawn_with_a_quiet_zone() {
        let (path, width) = drawn("otpauth://totp/Latchkey:ann@example.com?secret=GEZDGNBVGY3TQOJQ").expect("drawn");
        // The corner of the first finder pattern.
        assert!(path.starts_with("M4 4h1v1h-1z"), "{path:.40}");
        assert!(width > 29, "{width}");
    }

    #[test]
    fn an_app_can_read_the_address_of_any_email() {
        for email in ["ann@example.com", "a:b@example.com", "用户@例子.example", "o'brien+x@example.com"] {
            let url = codes_of(&Secret::new(SECRET), email).expect("codes").to_url().expect("an address");
            assert!(url.starts_with("otpauth://totp/Latchkey"), "{url}");
        }
    }
}
