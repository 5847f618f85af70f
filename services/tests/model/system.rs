//! The program itself, on a database of its own, asked through its public use cases.

use crate::act::{Act, ColleagueAct, End, LineOf, PartnerAct, REASON, ShareTerms};
use crate::model::{self, Bond, Company, Login, Member, Model, Named, Refusal, Who};
use crate::postgres::PostgresDatabase;
use argon2::{Argon2, Params, PasswordHasher};
use chrono::TimeDelta;
use domain::access_grant::GiveForm;
use domain::access_request::{AcceptWith, AccessEnd, RequestForm};
use domain::account::{AccountFilter, AccountForm, AccountRole};
use domain::account_share::ShareForm;
use domain::credential::NewSecrets;
use domain::partnership::{PolicyForm, ProposalForm, TERMS_VERSION};
use domain::workspace::WorkspaceRole;
use domain::{
    AccessRequestId, AccountId, AccountShareId, AppError, IdempotencyKey, MemberId, Moment, PartnershipId,
    RequestLineId, UserId, WorkspaceId,
};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement, Value};
use services::account::VisibleAccount;
use services::invitation::JoinForm;
use services::partnership::VisiblePartnership;
use services::session::Browser;
use services::{Clock, Ctx, Database, Error, Services, Settings};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use tempfile::TempDir;
use uuid::Uuid;

/// Everyone's password.
const PASSWORD: &str = "correct horse battery staple";

/// A member, as the database knows them.
#[derive(Clone, Debug)]
pub struct Known {
    pub member: MemberId,
    pub user: UserId,
    workspace: WorkspaceId,
    email: String,
    session: Option<String>,
    /// What the latest link to join says.
    token: String,
}

/// What the model's places are in the database.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    pub workspaces: Vec<WorkspaceId>,
    pub members: Vec<Known>,
    pub accounts: Vec<AccountId>,
    pub partnerships: Vec<PartnershipId>,
    pub shares: Vec<AccountShareId>,
    pub requests: Vec<AccessRequestId>,
    pub lines: Vec<RequestLineId>,
}

/// A founded database that is copied for each run.
pub struct Template {
    ids: Ids,
    kept: Kept,
}

enum Kept {
    Sqlite(Vec<u8>),
    Postgres(PostgresDatabase),
}

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// The program on a copy.
pub struct System {
    pub services: Services,
    pub rows: DatabaseConnection,
    pub ids: Ids,
    clock: Clock,
    /// The last event that was looked at.
    pub sequence: i64,
    /// How often the database had changed, at the last look.
    pub version: i64,
    /// Who can sign in.
    active: Vec<Who>,
    /// What the rows were, at the last look.
    pub before: Vec<String>,
    place: Place,
}

enum Place {
    Folder { _folder: TempDir, index: File },
    Postgres(PostgresDatabase),
}

/// In memory where the system has such a place: nothing here has to last.
fn folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

async fn connect(url: &str) -> (Services, Clock, DatabaseConnection) {
    let clock = Clock::manual(model::start());
    let settings = Settings::new("https://latchkey.example/".parse().unwrap(), domain::workspace::Founding::Invitation);
    let database = Database::connect(url).await.unwrap();
    if !database.is_current().await.unwrap() {
        database.migrate().await.unwrap();
    }
    let vault = crate::vault::vault_of(&database).await;
    let services = Services::with_clock(database, vault, settings, clock.clone());
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let rows = sea_orm::Database::connect(options).await.unwrap();
    (services, clock, rows)
}

/// Why an act did not end as it should.
enum Trouble {
    /// It was refused, which may be right.
    Refused(Error),
    /// What it showed is wrong.
    Wrong(String),
}

impl<E: Into<Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, seen: &T, should: &T) -> Result<(), Trouble> {
    if seen == should { Ok(()) } else { Err(Trouble::Wrong(format!("{what}: {seen:?}, and should be {should:?}"))) }
}

impl Template {
    /// What the model says was founded, in a database; none where there is no PostgreSQL.
    pub async fn make(backend: Backend) -> Option<Self> {
        match backend {
            Backend::Sqlite => {
                let folder = folder();
                let file = folder.path().join("template.db");
                let (services, _, rows) = connect(&format!("sqlite://{}", file.display())).await;
                services.database().migrate().await.unwrap();
                let ids = found(&services, &rows).await;
                rows.close().await.unwrap();
                services.database().close().await.unwrap();
                Some(Self { ids, kept: Kept::Sqlite(std::fs::read(file).unwrap()) })
            }
            Backend::Postgres => {
                let database = PostgresDatabase::from_template().await?;
                let (services, _, rows) = connect(&database.url()).await;
                let ids = found(&services, &rows).await;
                rows.close().await.unwrap();
                services.database().close().await.unwrap();
                Some(Self { ids, kept: Kept::Postgres(database) })
            }
        }
    }

    pub async fn remove(self) {
        if let Kept::Postgres(database) = self.kept {
            database.remove().await;
        }
    }
}

impl System {
    pub async fn copy(template: &Template) -> Self {
        let (url, path) = match &template.kept {
            Kept::Sqlite(bytes) => {
                let folder = folder();
                let file = folder.path().join("latchkey.db");
                std::fs::write(&file, bytes).unwrap();
                (format!("sqlite://{}", file.display()), Ok(folder))
            }
            Kept::Postgres(database) => {
                let copy = database.copy().await;
                (copy.url(), Err(copy))
            }
        };
        let (services, clock, rows) = connect(&url).await;
        // The first question makes SQLite open its write-ahead log.
        run(&rows, "UPDATE session SET ends_at = ends_at", []).await;
        let place = match path {
            Ok(folder) => {
                let index = File::open(folder.path().join("latchkey.db-shm")).unwrap();
                Place::Folder { _folder: folder, index }
            }
            Err(database) => Place::Postgres(database),
        };
        let ids = template.ids.clone();
        let mut system =
            Self { services, rows, ids, clock, sequence: 0, version: 0, active: Vec::new(), before: Vec::new(), place };
        system.look().await;
        system
    }

    pub async fn remove(self) {
        self.rows.close().await.unwrap();
        self.services.database().close().await.unwrap();
        if let Place::Postgres(database) = self.place {
            database.remove().await;
        }
    }

    pub fn is_sqlite(&self) -> bool {
        self.rows.get_database_backend() == DbBackend::Sqlite
    }

    /// A number that is another one after each change of the database.
    ///
    /// SQLite counts its transactions in the header of the index of its write-ahead log (sqlite.org/walformat.html, field
    /// `iChange`), where they can be read without asking it; PostgreSQL gives each transaction that writes a number, of
    /// which others on the same server take some too.
    pub async fn latest_version(&self) -> i64 {
        match &self.place {
            Place::Folder { index, .. } => {
                let mut count = [0; 4];
                index.read_exact_at(&mut count, 8).unwrap();
                u32::from_ne_bytes(count).into()
            }
            Place::Postgres(_) => {
                let sql = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
                let statement = Statement::from_string(DbBackend::Postgres, sql);
                self.rows.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
            }
        }
    }

    pub async fn run(&self, sql: &str, values: impl IntoIterator<Item = Value>) {
        run(&self.rows, sql, values).await;
    }

    async fn ids(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Vec<Uuid> {
        let statement = Statement::from_sql_and_values(self.rows.get_database_backend(), sql, values);
        let rows = self.rows.query_all_raw(statement).await.unwrap();
        rows.into_iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Does what is to be done, and says how it was refused, if it was.
    pub async fn perform(&mut self, act: &Act, model: &Model) -> Result<Result<(), Refusal>, String> {
        self.active = (0..self.ids.members.len()).map(Who).filter(|who| model.is_active(*who)).collect();
        match self.try_to(act, model).await {
            Ok(()) => Ok(Ok(())),
            Err(Trouble::Wrong(what)) => Err(format!("{act:?}\n{what}")),
            Err(Trouble::Refused(error)) => match error.for_people() {
                Ok(AppError::SignInRequired) => Ok(Err(Refusal::SignedOut)),
                Ok(AppError::NotFound) => Ok(Err(Refusal::NotFound)),
                Ok(AppError::Denied { .. }) => Ok(Err(Refusal::Denied)),
                Ok(AppError::Invalid { .. }) => Ok(Err(Refusal::Invalid)),
                Ok(AppError::Conflict { .. }) => Ok(Err(Refusal::Conflict)),
                other => Err(format!("{act:?}\nfailed: {other:?}")),
            },
        }
    }

    async fn try_to(&mut self, act: &Act, model: &Model) -> Result<(), Trouble> {
        match act {
            Act::Look { by, account } => {
                let account = *account;
                let seen = self.account(*by, account).await?;
                let header = seen.header();
                same(
                    "role and end",
                    &(header.role, header.ends_at),
                    &(model.role(*by, account), model.end(*by, account)),
                )?;
            }
            Act::List { by } => {
                let list = self.ctx(*by).await?.accounts(&AccountFilter::default()).await?;
                let mut seen: Vec<_> = list.cards.iter().map(|card| (card.account, card.role, card.ends_at)).collect();
                let mut own = Vec::new();
                for (place, id) in self.ids.accounts.iter().enumerate() {
                    let login = Login(place);
                    own.extend(
                        model
                            .role(*by, login)
                            .filter(|_| model.exists(login))
                            .map(|role| (*id, role, model.end(*by, login))),
                    );
                }
                seen.sort();
                own.sort();
                same("the cards", &seen, &own)?;
            }
            Act::LogIn { by, account } => self.account(*by, *account).await?.holder()?.log_in().await?,
            Act::Ask { by, account, whom, role, end, reason, twice } => {
                let form = RequestForm {
                    key: IdempotencyKey(Uuid::now_v7()),
                    members: whom.iter().map(|who| self.member(*who)).collect(),
                    role: role.word().to_owned(),
                    access_end: end.asked().choice(),
                    access_end_date: end.day(),
                    reason: reason_of(*reason),
                };
                let sent = self.account(*by, *account).await?.manager()?.request_access(&form).await?;
                self.remember(sent.request, model).await;
                if *twice {
                    let again = self.account(*by, *account).await?.manager()?.request_access(&form).await?;
                    same("the answer to a request sent twice", &again, &sent)?;
                }
            }
            Act::Extend { by, account, end, reason } => {
                let holder = self.account(*by, *account).await?.holder()?;
                let key = IdempotencyKey(Uuid::now_v7());
                let choice = end.asked().choice();
                let sent = holder.extend(key, &choice, &end.day(), &reason_of(*reason)).await?;
                self.remember(sent.request, model).await;
            }
            Act::TakeBack { by, line } => {
                let (request, line) = self.sent(*line, model);
                self.ctx(*by).await?.sent_request(request).await?.withdraw(Some(line)).await?;
            }
            Act::Remind { by, line } => {
                let (request, _) = self.sent(*line, model);
                self.ctx(*by).await?.sent_request(request).await?.remind().await?;
            }
            Act::Give { by, account, whom, role } => {
                let form = GiveForm { members: vec![self.member(*whom)], role: role.word().to_owned() };
                self.account(*by, *account).await?.owner()?.give_access(&form).await?;
            }
            Act::GiveBack { by, account } => {
                self.account(*by, *account).await?.holder()?.give_back().await?;
            }
            Act::Add { by } => {
                let form = AccountForm {
                    label: format!("Account {}", self.ids.accounts.len()),
                    app: "App".to_owned(),
                    login_url: "https://app.example/login".to_owned(),
                    username: "user".to_owned(),
                    note: String::new(),
                };
                let key = IdempotencyKey(Uuid::now_v7());
                let ctx = self.ctx(*by).await?;
                let (id, _) = ctx.add_account(key, &form, &NewSecrets::default()).await?;
                same(
                    "an account that is added twice",
                    &ctx.add_account(key, &form, &NewSecrets::default()).await?.0,
                    &id,
                )?;
                self.ids.accounts.push(id);
            }
            Act::Delete { by, account } => {
                let id = self.login(*account);
                self.ctx(*by).await?.delete_account(id, "No longer used").await?;
            }
            Act::Restore { by, account } => {
                let id = self.login(*account);
                self.ctx(*by).await?.restore_account(id).await?;
            }
            Act::Confirm { by, account, whom } => {
                let members = [self.member(*whom)];
                self.account(*by, *account).await?.owner()?.confirm_access(&members).await?;
            }
            Act::Assign { by, account, whom } => {
                let whom = self.member(*whom);
                self.account(*by, *account).await?.assign_owner(whom).await?;
            }
            Act::Propose { by, to, reason } => {
                let form = ProposalForm {
                    workspace_id: self.typed(*to),
                    contact_email: "contact@partner.example".to_owned(),
                    reason: reason_of(*reason),
                };
                let (id, _) = self.ctx(*by).await?.propose_partnership(&form).await?;
                self.ids.partnerships.push(id);
            }
            Act::Partner { by, partnership, act } => self.with_partner(*by, *partnership, act).await?,
            Act::Share { by, through, accounts, whom, terms } => {
                let ShareTerms { highest, role, end } = *terms;
                let form = ShareForm {
                    accounts: accounts.iter().map(|account| self.login(*account)).collect(),
                    highest_role: highest.word().to_owned(),
                    members: whom.iter().map(|who| self.member(*who)).collect(),
                    role: role.word().to_owned(),
                    access_end: end.asked().choice(),
                    access_end_date: end.day(),
                };
                self.partnership(*by, *through).await?.sharer()?.share(&form).await?;
                let own =
                    "SELECT id FROM account_share WHERE account_id = $1 AND partnership_id = $2 AND state = 'active'";
                for share in model.shares.iter().skip(self.ids.shares.len()) {
                    let values: [Value; 2] =
                        [self.login(share.account).into(), self.ids.partnerships[share.through.0].into()];
                    let ids = self.ids(own, values).await;
                    self.ids.shares.extend(ids.into_iter().map(AccountShareId));
                }
            }
            Act::ShareAgain { by, share, whom, role } => {
                let through = model.shares[share.0].through;
                let (id, members) = (self.ids.shares[share.0], [self.member(*whom)]);
                self.partnership(*by, through).await?.sharer()?.share_again(id, &members, role.word()).await?;
            }
            Act::StopSharing { by, account, share } => {
                let id = self.ids.shares.get(share.0).copied();
                let id = id.unwrap_or_else(|| AccountShareId(Uuid::now_v7()));
                self.account(*by, *account).await?.share_stopper()?.stop(id).await?;
            }
            Act::RemoveGuest { by, through, whom } => {
                let whom = self.member(*whom);
                self.partnership(*by, *through).await?.guest_remover()?.remove(whom).await?;
            }
            Act::Colleague { by, whom, act } => {
                let whom = self.member(*whom);
                let colleague = self.ctx(*by).await?.colleague(whom).await?.managed()?;
                match act {
                    ColleagueAct::ChangeRole { to } => colleague.change_role(*to).await?,
                    ColleagueAct::Deactivate => colleague.deactivate().await?,
                    ColleagueAct::Reactivate => colleague.reactivate().await?,
                    ColleagueAct::WithdrawInvitation => colleague.withdraw_invitation().await?,
                    ColleagueAct::InviteAgain => {
                        let link = colleague.invitation_link().await?.link;
                        self.take_down(whom, link);
                        return Ok(());
                    }
                };
            }
            Act::Invite { by, whom, role } => self.invite(*by, *whom, *role, model).await?,
            Act::Join { whom } => self.join(*whom, model).await?,
            Act::HandOver { by, to } => {
                let to = self.member(*to);
                self.ctx(*by).await?.workspace_owner()?.hand_over_to(to).await?;
            }
            Act::Accept { by, through, line, role, end } => {
                let with = AcceptWith { role: *role, end: end.map(End::asked) };
                let line = self.line(*line, model);
                self.account(*by, *through).await?.decider()?.accept(line, with).await?;
            }
            Act::Decline { by, through, line } => {
                let line = self.line(*line, model);
                self.account(*by, *through).await?.decider()?.decline(line, "Not now").await?;
            }
            Act::ChangeRole { by, account, whom, role } => {
                self.account(*by, *account).await?.owner()?.change_role(self.member(*whom), *role).await?;
            }
            Act::Remove { by, account, whom } => {
                self.account(*by, *account).await?.remover()?.remove(self.member(*whom)).await?;
            }
            Act::Wait { minutes } => {
                self.clock.advance(TimeDelta::minutes(i64::from(*minutes)));
                // Whoever is signed in stays so: nobody types their password again every day.
                let sql = "UPDATE session SET last_seen_at = $1, ends_at = $2";
                let now = self.clock.now();
                self.run(sql, [now.into(), (now + TimeDelta::days(14)).into()]).await;
            }
            Act::Sweep => while self.services.mark_ended().await? > 0 {},
        }
        Ok(())
    }

    async fn with_partner(&mut self, by: Who, partnership: Bond, act: &PartnerAct) -> Result<(), Trouble> {
        let now = self.clock.now();
        let partnership = self.partnership(by, partnership).await?;
        match act {
            PartnerAct::Look => return Ok(()),
            PartnerAct::Approve => partnership.approve().await?,
            PartnerAct::Decline => partnership.decline("Not now").await?,
            PartnerAct::Withdraw => partnership.withdraw().await?,
            PartnerAct::Accept { agreed } => partnership.accept(TERMS_VERSION, *agreed).await?,
            PartnerAct::Remind => partnership.remind().await?,
            PartnerAct::SendAgain { reason } => {
                let (id, told) = partnership.send_again(&reason_of(*reason)).await?;
                self.ids.partnerships.push(id);
                told
            }
            PartnerAct::Suspend => partnership.suspend().await?,
            PartnerAct::Resume => partnership.resume().await?,
            PartnerAct::SetEnd { days } => {
                let day = days.map(|days| now.date_naive() + chrono::Days::new(days.into()));
                partnership.set_end(&day.map_or_else(String::new, |day| day.to_string())).await?
            }
            PartnerAct::Remove => partnership.remove().await?,
            PartnerAct::NameOwner { whom } => partnership.name_owner(self.member(*whom)).await?,
            PartnerAct::SetPolicy { policy } => {
                let number = |number: u16| number.to_string();
                let form = PolicyForm {
                    highest_role: policy.highest.word().to_owned(),
                    longest_days: policy.longest_days.map_or_else(String::new, number),
                    reason_required: policy.reason_required.then(|| "on".to_owned()),
                    shortest_reason: number(policy.shortest_reason),
                    open_days: number(policy.open_days),
                    cool_down_days: number(policy.cool_down_days),
                };
                partnership.set_policy(&form).await?
            }
        };
        Ok(())
    }

    async fn invite(&mut self, by: Who, whom: Option<Who>, role: WorkspaceRole, model: &Model) -> Result<(), Trouble> {
        let new = format!("invited{}@people.example", self.ids.members.len());
        let email = whom.map_or(new, |whom| self.ids.members[whom.0].email.clone());
        let ctx = self.ctx(by).await?;
        ctx.admin()?.invite(&email, role.word()).await?;
        let workspace = ctx.workspace();
        let sql = "SELECT id FROM member WHERE workspace_id = $1 AND invited_email = $2";
        let member = self.ids(sql, [workspace.into(), email.clone().into()]).await[0];
        let sql = r#"SELECT id FROM "user" WHERE email = $1"#;
        let user = self.ids(sql, [email.clone().into()]).await[0];
        let (member, user) = (MemberId(member), UserId(user));
        self.ids.members.push(Known { member, user, workspace, email, session: None, token: String::new() });
        let link = ctx.colleague(member).await?.managed()?.invitation_link().await?.link;
        self.take_down(member, link);
        same("the members", &self.ids.members.len(), &model.members.len())
    }

    /// Keeps what a link to join says, for whoever joins with it.
    fn take_down(&mut self, whom: MemberId, link: Option<String>) {
        let link = link.expect("a link is given to whoever makes it");
        let (_, token) = link.split_once("token=").expect("it has a token");
        let known = self.ids.members.iter_mut().find(|known| known.member == whom).expect("they are known");
        known.token = token.to_owned();
    }

    /// Whoever has a sign-in that is good for something joins with it, others enter their password.
    async fn join(&mut self, whom: Who, model: &Model) -> Result<(), Trouble> {
        let other = (0..self.ids.members.len()).map(Who).find(|other| {
            *other != whom && model.is_active(*other) && model.members[other.0].user == model.members[whom.0].user
        });
        let reader = match other {
            Some(other) => Some(self.ctx(other).await?.oneself()),
            None => None,
        };
        let form = JoinForm { name: format!("{whom:?}"), password: PASSWORD.to_owned() };
        let token = self.ids.members[whom.0].token.clone();
        self.services.join(&token, &form, reader.as_ref(), &browser()).await?;
        Ok(())
    }

    async fn partnership(&mut self, by: Who, partnership: Bond) -> Result<VisiblePartnership, Error> {
        let id = self.ids.partnerships.get(partnership.0).copied();
        self.ctx(by).await?.partnership(id.unwrap_or_else(|| PartnershipId(Uuid::now_v7()))).await
    }

    /// Takes down the ids of a request that was sent.
    async fn remember(&mut self, request: AccessRequestId, model: &Model) {
        self.ids.requests.push(request);
        let own = "SELECT id FROM request_line WHERE access_request_id = $1 AND member_id = $2";
        for line in model.lines.iter().skip(self.ids.lines.len()) {
            let ids = self.ids(own, [request.into(), self.member(line.whom).into()]).await;
            self.ids.lines.extend(ids.into_iter().map(RequestLineId));
        }
    }

    /// A line with its request.
    fn sent(&self, line: LineOf, model: &Model) -> (AccessRequestId, RequestLineId) {
        let request = model.line(line).map(|place| model.lines[place].request);
        let request = request.and_then(|request| self.ids.requests.get(request.0).copied());
        (request.unwrap_or_else(|| AccessRequestId(Uuid::now_v7())), self.line(line, model))
    }

    /// A company's workspace ID, as somebody types it.
    fn typed(&self, named: Named) -> String {
        match named {
            Named::Company(company) => format!("workspace-{}", company.0),
            Named::Nobody => "workspace-of-nobody".to_owned(),
        }
    }

    /// One operation of a member, who signs in when they are not.
    async fn ctx(&mut self, who: Who) -> Result<Ctx, Error> {
        let known = &self.ids.members[who.0];
        if let Some(id) = &known.session
            && let Some(ctx) = self.services.session(id).await?
            && ctx.member() == known.member
        {
            return Ok(ctx);
        }
        if !self.active.contains(&who) {
            return Err(AppError::SignInRequired.into());
        }
        // Whoever was let in again signs in again.
        let session = sign_in(&self.services, known).await;
        let ctx = self.services.session(&session).await?.ok_or(AppError::SignInRequired)?;
        self.ids.members[who.0].session = Some(session);
        Ok(ctx)
    }

    async fn account(&mut self, by: Who, account: Login) -> Result<VisibleAccount, Error> {
        let id = self.login(account);
        self.ctx(by).await?.account(id).await
    }

    fn login(&self, account: Login) -> AccountId {
        self.ids.accounts.get(account.0).copied().unwrap_or_else(|| AccountId(Uuid::now_v7()))
    }

    fn member(&self, who: Who) -> MemberId {
        self.ids.members.get(who.0).map_or_else(|| MemberId(Uuid::now_v7()), |known| known.member)
    }

    fn line(&self, line: LineOf, model: &Model) -> RequestLineId {
        let known = model.line(line).and_then(|place| self.ids.lines.get(place).copied());
        known.unwrap_or_else(|| RequestLineId(Uuid::now_v7()))
    }
}

fn reason_of(given: bool) -> String {
    if given { REASON.to_owned() } else { String::new() }
}

impl End {
    fn day(self) -> String {
        if let Self::On(day) = self { day.to_string() } else { String::new() }
    }

    fn asked(self) -> AccessEnd {
        match self {
            Self::Never => AccessEnd::Never,
            Self::Days(days) => AccessEnd::Days(days),
            Self::On(day) => AccessEnd::On(day),
        }
    }
}

async fn run(rows: &DatabaseConnection, sql: &str, values: impl IntoIterator<Item = Value>) {
    let statement = Statement::from_sql_and_values(rows.get_database_backend(), sql, values);
    rows.execute_raw(statement).await.unwrap();
}

/// Writes what the model says is there at first, and signs everybody in.
async fn found(services: &Services, rows: &DatabaseConnection) -> Ids {
    let model = Model::founded();
    let now: Moment = model.now;
    let mut ids = Ids::default();
    for (place, name) in ["Harbor Coffee", "Northlight Studio", "Third Street"].into_iter().enumerate() {
        let id = WorkspaceId(Uuid::now_v7());
        let sql = "INSERT INTO workspace (id, name, public_id, created_at) VALUES ($1, $2, $3, $4)";
        run(rows, sql, [id.into(), name.into(), format!("workspace-{place}").into(), now.into()]).await;
        ids.workspaces.push(id);
    }
    let cheap = Argon2::from(Params::new(8, 1, 1, None).unwrap());
    let hash = cheap.hash_password(PASSWORD.as_bytes()).unwrap().to_string();
    for place in 0..model.members.len() {
        let known = join(rows, &ids, &model.members[place], Who(place), &model, &hash).await;
        ids.members.push(known);
    }
    for (place, account) in model.accounts.iter().enumerate() {
        let id = AccountId(Uuid::now_v7());
        let label = format!("{:?}", Login(place));
        let sql =
            "INSERT INTO account (id, workspace_id, label, app, login_url, username, open_note, sort_key, search_text,
                       created_at)
                   VALUES ($1, $2, $3, 'App', 'https://app.example/login', 'user', '', $4, $4, $5)";
        let workspace = ids.workspaces[account.company.0];
        let folded = label.to_lowercase();
        run(rows, sql, [id.into(), workspace.into(), label.into(), folded.into(), now.into()]).await;
        ids.accounts.push(id);
    }
    for partnership in &model.partnerships {
        let id = PartnershipId(Uuid::now_v7());
        let sql =
            "INSERT INTO partnership (id, host_workspace_id, guest_workspace_id, owner_member_id, state, highest_role,
                       longest_days, reason_required, open_days, guest_public_id, created_at, sent_at, accepted_at)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11)";
        let policy = &partnership.policy;
        let values: [Value; 11] = [
            id.into(),
            ids.workspaces[partnership.host.0].into(),
            ids.workspaces[partnership.guest.expect("founded with a guest").0].into(),
            ids.members[partnership.owner.0].member.into(),
            partnership.state.into(),
            policy.highest.into(),
            policy.longest_days.map(i32::from).into(),
            policy.reason_required.into(),
            i32::from(policy.open_days).into(),
            format!("workspace-{}", partnership.guest.expect("founded with a guest").0).into(),
            now.into(),
        ];
        run(rows, sql, values).await;
        ids.partnerships.push(id);
    }
    for share in &model.shares {
        let id = AccountShareId(Uuid::now_v7());
        let sql = "INSERT INTO account_share (id, account_id, partnership_id, state, highest_role, created_at)
                   VALUES ($1, $2, $3, 'active', $4, $5)";
        let values: [Value; 5] = [
            id.into(),
            ids.accounts[share.account.0].into(),
            ids.partnerships[share.through.0].into(),
            share.highest.into(),
            now.into(),
        ];
        run(rows, sql, values).await;
        ids.shares.push(id);
    }
    for grant in &model.grants {
        let source = match (grant.role, grant.share) {
            (AccountRole::Owner, _) => "owner",
            (_, Some(_)) => "share",
            (_, None) => "direct",
        };
        let sql =
            "INSERT INTO access_grant (id, account_id, member_id, role, source, account_share_id, state, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, 'active', $7)";
        let values: [Value; 7] = [
            Uuid::now_v7().into(),
            ids.accounts[grant.account.0].into(),
            ids.members[grant.whom.0].member.into(),
            grant.role.into(),
            source.into(),
            grant.share.map(|share| ids.shares[share.0]).into(),
            now.into(),
        ];
        run(rows, sql, values).await;
    }
    for known in &mut ids.members {
        known.session = Some(sign_in(services, known).await);
    }
    ids
}

async fn join(rows: &DatabaseConnection, ids: &Ids, member: &Member, who: Who, model: &Model, hash: &str) -> Known {
    let Member { company: Company(company), .. } = *member;
    // The same user may be a member of two companies.
    let known = ids.members.iter().enumerate().find(|(other, _)| model.members[*other].user == member.user);
    let (user, email) = match known {
        Some((_, known)) => (known.user, known.email.clone()),
        None => {
            let user = UserId(Uuid::now_v7());
            let email = format!("member{}@people.example", who.0);
            let sql = r#"INSERT INTO "user" (id, email, email_folded, name, password_hash, created_at)
                         VALUES ($1, $2, $2, $3, $4, $5)"#;
            let name = format!("{who:?}");
            run(rows, sql, [user.into(), email.clone().into(), name.into(), hash.into(), model.now.into()]).await;
            (user, email)
        }
    };
    let id = MemberId(Uuid::now_v7());
    let workspace = ids.workspaces[company];
    let sql = "INSERT INTO member (id, workspace_id, user_id, role, status, created_at, joined_at)
               VALUES ($1, $2, $3, $4, $5, $6, $6)";
    let values: [Value; 6] =
        [id.into(), workspace.into(), user.into(), member.role.into(), member.status.into(), model.now.into()];
    run(rows, sql, values).await;
    Known { member: id, user, workspace, email, session: None, token: String::new() }
}

fn browser() -> Browser {
    Browser::at([192, 0, 2, 1].into())
}

async fn sign_in(services: &Services, known: &Known) -> String {
    let session = services.sign_in(&known.email, PASSWORD, &browser()).await.unwrap();
    let session = session.session().expect("no second factor is asked for");
    let ctx = services.session(&session.id).await.unwrap().unwrap();
    if ctx.workspace() != known.workspace {
        ctx.switch_to(known.member).await.unwrap();
    }
    session.id
}
