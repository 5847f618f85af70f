//! A world to act in: two companies with a partnership, a third one beside them, and a clock that stands still.
//!
//! There is no use case yet that makes a workspace, a member or an account, so these rows are written by SQL.
//! Everything that a test is about goes through public use cases.

use crate::postgres::PostgresDatabase;
use crate::vault::vault_of;
use argon2::{Argon2, Params, PasswordHasher};
use chrono::TimeDelta;
use domain::access_request::{AcceptWith, Decided, RequestForm, SentRequest};
use domain::account::{AccountCardView, AccountFilter, AccountRole};
use domain::notification::NotificationView;
use domain::partnership::PartnershipPolicy;
use domain::workspace::{Founding, WorkspaceRole};
use domain::{
    AccessGrantId, AccountId, AccountShareId, AppError, IdempotencyKey, MemberId, Moment, PartnershipId, RequestLineId,
    UserId, WorkspaceId,
};
use futures::FutureExt;
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, QueryResult, Statement, TryGetable, Value};
use services::account::VisibleAccount;
use services::mail::{Mailer, Memory, Message, Transport, Worker};
use services::session::Browser;
use services::{Clock, Ctx, Database, Error, Services, Settings};
use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use tokio::sync::OnceCell;
use uuid::Uuid;

/// Everyone's password.
pub const PASSWORD: &str = "correct horse battery staple";
/// The label of the account that is shared.
pub const LABEL: &str = "Harbor Instagram";

/// With parameters that cost nothing: a session begins in each test several times.
static PASSWORD_HASH: LazyLock<String> = LazyLock::new(|| {
    let cheap = Argon2::from(Params::new(8, 1, 1, None).unwrap());
    cheap.hash_password(PASSWORD.as_bytes()).unwrap().to_string()
});

/// A member.
#[derive(Clone, Debug)]
pub struct Person {
    pub name: String,
    pub email: String,
    pub user: UserId,
    pub member: MemberId,
    pub workspace: WorkspaceId,
}

/// Two companies that work together, and a third.
pub struct World {
    pub services: Services,
    pub clock: Clock,
    pub url: String,
    /// Harbor Coffee, which owns the accounts.
    pub host: WorkspaceId,
    /// Northlight Studio, with which one is shared.
    pub guest: WorkspaceId,
    /// Third Street, which has nothing to do with them.
    pub third: WorkspaceId,
    pub partnership: PartnershipId,
    pub share: AccountShareId,
    /// The account that is shared.
    pub account: AccountId,
    /// An account of the host that is not.
    pub unshared: AccountId,
    /// Owners of both accounts, users of the host.
    pub olga: Person,
    pub oscar: Person,
    /// The host's workspace Owner, and an Admin. Neither has an account.
    pub hana: Person,
    pub ada: Person,
    /// The partnership owner, otherwise a user of the host.
    pub petra: Person,
    /// A collaborator of the host.
    pub carl: Person,
    /// Account managers of the guest.
    pub mia: Person,
    pub max: Person,
    /// A collaborator of the guest.
    pub cora: Person,
    /// Members of the guest without access.
    pub ann: Person,
    pub ben: Person,
    /// An Admin of the guest without access.
    pub gus: Person,
    /// The third company's Admin.
    pub tess: Person,
    pub rows: DatabaseConnection,
    sessions: Mutex<HashMap<MemberId, String>>,
    memory: Memory,
    worker: Worker,
    mails_read: AtomicUsize,
}

/// When the clock stands at first.
pub fn start() -> Moment {
    "2026-03-02T09:30:00Z".parse().unwrap()
}

/// Runs a test on a SQLite file of its own.
pub async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("latchkey.db");
    std::fs::write(&file, sqlite_template().await).unwrap();
    test(World::new(format!("sqlite://{}", file.display())).await).await;
}

/// Runs a test on a PostgreSQL database of its own, which is gone afterwards.
pub async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(World) -> F) {
    let Some(database) = PostgresDatabase::from_template().await else { return };
    let ended = AssertUnwindSafe(async { test(World::new(database.url()).await).await }).catch_unwind().await;
    database.remove().await;
    if let Err(panic) = ended {
        std::panic::resume_unwind(panic);
    }
}

/// A migrated SQLite file, made once.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = || async {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("template.db");
        let database = Database::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        database.migrate().await.unwrap();
        database.close().await.unwrap();
        std::fs::read(file).unwrap()
    };
    TEMPLATE.get_or_init(make).await
}

pub fn settings(founding: Founding) -> Settings {
    Settings::new("https://latchkey.example/".parse().unwrap(), founding)
}

/// Services on a database, with links to a site of the tests.
pub async fn services_on(url: &str, clock: Clock, founding: Founding) -> Services {
    services_set(url, clock, settings(founding)).await
}

/// The same, with all that an operator can set.
pub async fn services_set(url: &str, clock: Clock, settings: Settings) -> Services {
    let database = Database::connect(url).await.unwrap();
    let vault = vault_of(&database).await;
    Services::with_clock(database, vault, settings, clock)
}

impl World {
    async fn new(url: String) -> Self {
        let clock = Clock::manual(start());
        let services = services_on(&url, clock.clone(), Founding::Invitation).await;
        let mut options = ConnectOptions::new(&url);
        options.max_connections(2).sqlx_logging(false);
        let rows = sea_orm::Database::connect(options).await.unwrap();
        if !url.starts_with("postgres") {
            rows.execute_unprepared("PRAGMA synchronous = OFF").await.unwrap();
        }
        let memory = Memory::default();
        let transport = Transport::Memory(memory.clone());
        let mailer = Mailer::new(
            transport,
            "Latchkey <latchkey@latchkey.example>",
            &"https://latchkey.example".parse().unwrap(),
        );
        let worker = Worker::new(services.database().clone(), mailer.unwrap(), clock.clone(), services.mail_waits());
        let maker = Maker { rows: &rows };
        let host = maker.workspace("Harbor Coffee").await;
        let guest = maker.workspace("Northlight Studio").await;
        let third = maker.workspace("Third Street").await;
        let (user, admin, owner) = (WorkspaceRole::User, WorkspaceRole::Admin, WorkspaceRole::Owner);
        let olga = maker.person("Olga Owner", host, user).await;
        let oscar = maker.person("Oscar Owner", host, user).await;
        let hana = maker.person("Hana Head", host, owner).await;
        let ada = maker.person("Ada Admin", host, admin).await;
        let petra = maker.person("Petra Partner", host, user).await;
        let carl = maker.person("Carl Colleague", host, user).await;
        let mia = maker.person("Mia Manager", guest, user).await;
        let max = maker.person("Max Manager", guest, user).await;
        let cora = maker.person("Cora Collaborator", guest, user).await;
        let ann = maker.person("Ann Teammate", guest, user).await;
        let ben = maker.person("Ben Teammate", guest, user).await;
        let gus = maker.person("Gus Guestadmin", guest, admin).await;
        let tess = maker.person("Tess Third", third, admin).await;
        let partnership = maker.partnership(host, guest, &petra).await;
        let account = maker.account(host, LABEL, "Instagram", "harbor.coffee").await;
        let unshared = maker.account(host, "Payroll", "Bank", "payroll").await;
        let share = maker.share(account, partnership).await;
        for owner in [&olga, &oscar] {
            maker.grant(account, owner, AccountRole::Owner, None, None).await;
            maker.grant(unshared, owner, AccountRole::Owner, None, None).await;
        }
        maker.grant(account, &carl, AccountRole::Collaborator, None, None).await;
        for manager in [&mia, &max] {
            maker.grant(account, manager, AccountRole::AccountManager, Some(share), None).await;
        }
        maker.grant(account, &cora, AccountRole::Collaborator, Some(share), None).await;
        services.take_in_open_secrets().await.unwrap();
        Self {
            sessions: Mutex::default(),
            mails_read: AtomicUsize::new(0),
            services,
            clock,
            url,
            host,
            guest,
            third,
            partnership,
            share,
            account,
            unshared,
            olga,
            oscar,
            hana,
            ada,
            petra,
            carl,
            mia,
            max,
            cora,
            ann,
            ben,
            gus,
            tess,
            rows,
            memory,
            worker,
        }
    }

    // What is there

    fn maker(&self) -> Maker<'_> {
        Maker { rows: &self.rows }
    }

    pub async fn person(&self, name: &str, workspace: WorkspaceId) -> Person {
        self.maker().person(name, workspace, WorkspaceRole::User).await
    }

    /// An Admin of the guest.
    pub async fn guest_admin(&self, name: &str) -> Person {
        self.maker().person(name, self.guest, WorkspaceRole::Admin).await
    }

    /// The same user in another workspace.
    pub async fn also_in(&self, person: &Person, workspace: WorkspaceId) -> Person {
        let member = self.maker().member(person.user, workspace, WorkspaceRole::User).await;
        Person { member, workspace, ..person.clone() }
    }

    pub async fn account_of_host(&self, label: &str, app: &str, username: &str) -> AccountId {
        self.maker().account(self.host, label, app, username).await
    }

    pub async fn account_of(&self, workspace: WorkspaceId, label: &str) -> AccountId {
        self.maker().account(workspace, label, "App", "user").await
    }

    pub async fn partnership(&self, host: WorkspaceId, guest: WorkspaceId, owner: &Person) -> PartnershipId {
        self.maker().partnership(host, guest, owner).await
    }

    pub async fn share(&self, account: AccountId, partnership: PartnershipId) -> AccountShareId {
        self.maker().share(account, partnership).await
    }

    pub async fn grant(
        &self,
        account: AccountId,
        person: &Person,
        role: AccountRole,
        ends_at: Option<Moment>,
    ) -> AccessGrantId {
        let share = (person.workspace == self.guest).then_some(self.share);
        self.maker().grant(account, person, role, share, ends_at).await
    }

    pub async fn grant_on(
        &self,
        share: AccountShareId,
        account: AccountId,
        person: &Person,
        role: AccountRole,
    ) -> AccessGrantId {
        self.maker().grant(account, person, role, Some(share), None).await
    }

    /// Mia owns this account of her own company.
    pub async fn grant_on_own(&self, account: AccountId) {
        self.maker().grant(account, &self.mia, AccountRole::Owner, None, None).await;
    }

    pub async fn set_policy(&self, policy: PartnershipPolicy) {
        let sql = "UPDATE partnership SET highest_role = $1, longest_days = $2, reason_required = $3, open_days = $4,
                       shortest_reason = $5, cool_down_days = $6
                   WHERE id = $7";
        let values: [Value; 7] = [
            policy.highest_role.into(),
            policy.longest_days.map(i32::from).into(),
            policy.reason_required.into(),
            i32::from(policy.open_days).into(),
            i32::from(policy.shortest_reason).into(),
            i32::from(policy.cool_down_days).into(),
            self.partnership.into(),
        ];
        self.run(sql, values).await;
    }

    pub async fn set_partnership(&self, state: &str) {
        let since = (state == "suspended").then(|| self.clock.now());
        let sql = "UPDATE partnership SET state = $1, suspended_at = $2 WHERE id = $3";
        self.run(sql, [state.into(), since.into(), self.partnership.into()]).await;
    }

    pub async fn stop_share(&self) {
        self.run("UPDATE account_share SET state = 'stopped' WHERE id = $1", [self.share.into()]).await;
    }

    pub async fn deactivate(&self, person: &Person) {
        self.run("UPDATE member SET status = 'deactivated' WHERE id = $1", [person.member.into()]).await;
    }

    /// Takes every owner's role, as if it were forced from outside.
    pub async fn force_owners_out(&self) {
        self.deactivate(&self.olga).await;
        self.deactivate(&self.oscar).await;
    }

    pub async fn run(&self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.try_run(sql, values).await.unwrap();
    }

    pub async fn try_run(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(), sea_orm::DbErr> {
        self.maker().try_run(sql, values).await
    }

    pub async fn one<T: TryGetable>(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> T {
        let statement = Statement::from_sql_and_values(self.rows.get_database_backend(), sql, values);
        let row: QueryResult = self.rows.query_one_raw(statement).await.unwrap().expect("a row");
        row.try_get_by_index(0).unwrap()
    }

    pub async fn count(&self, table: &str) -> i64 {
        self.one(&format!("SELECT count(*) FROM {table}"), []).await
    }

    /// What an act that is refused must not change.
    pub async fn everything(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for table in
            ["access_request", "request_line", "access_grant", "activity_event", "notification", "outbox_email"]
        {
            counts.push(self.count(table).await);
        }
        counts.push(self.count("request_line WHERE state = 'pending'").await);
        counts.push(self.count("access_grant WHERE state = 'active'").await);
        counts
    }

    pub async fn line_state(&self, line: RequestLineId) -> String {
        self.one("SELECT state FROM request_line WHERE id = $1", [line.into()]).await
    }

    pub async fn cancel_reason(&self, line: RequestLineId) -> String {
        self.one("SELECT cancel_reason FROM request_line WHERE id = $1", [line.into()]).await
    }

    /// Another server on the same database.
    pub async fn another_server(&self) -> Services {
        services_on(&self.url, self.clock.clone(), Founding::Invitation).await
    }

    /// The same installation with another rule on who can found a workspace.
    pub async fn founding_by(&self, founding: Founding) -> Services {
        services_on(&self.url, self.clock.clone(), founding).await
    }

    /// The same installation, which keeps activity for a while.
    pub async fn keeping_activity_for(&self, time: Duration) -> Services {
        let settings = Settings { keep_activity: Some(time), ..settings(Founding::Invitation) };
        services_set(&self.url, self.clock.clone(), settings).await
    }

    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    // Who acts

    pub async fn sign_in(&self, person: &Person) -> String {
        let address: IpAddr = [192, 0, 2, 1].into();
        let session =
            self.services.sign_in(&person.email, PASSWORD, &Browser::at(address)).await.unwrap().session().unwrap();
        let ctx = self.services.session(&session.id).await.unwrap().unwrap();
        if ctx.member() != person.member {
            ctx.switch_to(person.member).await.unwrap();
        }
        session.id
    }

    /// One operation of this person, who is signed in.
    pub async fn ctx(&self, person: &Person) -> Ctx {
        self.ctx_on(&self.services, person).await
    }

    pub async fn ctx_on(&self, services: &Services, person: &Person) -> Ctx {
        let known = self.sessions.lock().unwrap().get(&person.member).cloned();
        if let Some(id) = known
            && let Some(ctx) = services.session(&id).await.unwrap()
            && ctx.member() == person.member
        {
            return ctx;
        }
        let id = self.sign_in(person).await;
        self.sessions.lock().unwrap().insert(person.member, id.clone());
        services.session(&id).await.unwrap().expect("just signed in")
    }

    /// The shared account as this person sees it.
    pub async fn seen_by(&self, person: &Person) -> VisibleAccount {
        self.ctx(person).await.account(self.account).await.unwrap()
    }

    pub async fn sees(&self, person: &Person) -> bool {
        match self.ctx(person).await.account(self.account).await {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(told(Err::<(), _>(error)), AppError::NotFound);
                false
            }
        }
    }

    pub async fn cards(&self, person: &Person) -> Vec<AccountCardView> {
        self.ctx(person).await.accounts(&AccountFilter::default()).await.unwrap().cards
    }

    pub async fn has_card(&self, person: &Person) -> bool {
        self.cards(person).await.iter().any(|card| card.account == self.account)
    }

    pub async fn send(&self, person: &Person, form: &RequestForm) -> Result<SentRequest, Error> {
        self.seen_by(person).await.manager()?.request_access(form).await
    }

    /// Mia asks for these people; their lines, in the same order.
    pub async fn request_for(&self, people: &[&Person]) -> Vec<RequestLineId> {
        self.send(&self.mia, &form(people)).await.unwrap();
        let mut lines = Vec::new();
        for person in people {
            lines.push(self.line_of(person).await);
        }
        lines
    }

    /// A line for Ann that waits.
    pub async fn pending(&self) -> RequestLineId {
        self.request_for(&[&self.ann]).await[0]
    }

    /// The latest line for this person.
    pub async fn line_of(&self, person: &Person) -> RequestLineId {
        let sql = "SELECT id FROM request_line WHERE member_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
        self.one(sql, [person.member.into()]).await
    }

    pub async fn accept(&self, person: &Person, line: RequestLineId) -> Result<Decided, Error> {
        self.accept_with(person, line, AcceptWith::default()).await
    }

    pub async fn accept_with(&self, person: &Person, line: RequestLineId, with: AcceptWith) -> Result<Decided, Error> {
        self.ctx(person).await.account(self.account).await?.decider()?.accept(line, with).await
    }

    pub async fn decline(&self, person: &Person, line: RequestLineId, note: &str) -> Result<Decided, Error> {
        self.ctx(person).await.account(self.account).await?.decider()?.decline(line, note).await
    }

    pub async fn remove(&self, person: &Person, whom: &Person) -> Result<String, Error> {
        self.ctx(person).await.account(self.account).await?.remover()?.remove(whom.member).await
    }

    pub async fn change_role(&self, person: &Person, whom: &Person, role: AccountRole) -> Result<String, Error> {
        self.ctx(person).await.account(self.account).await?.owner()?.change_role(whom.member, role).await
    }

    // What they notice

    pub async fn notifications(&self, person: &Person) -> Vec<NotificationView> {
        self.ctx(person).await.notifications(None).await.unwrap().notifications
    }

    /// The sentences of a person's notifications, newest first.
    pub async fn heard(&self, person: &Person) -> Vec<String> {
        self.notifications(person).await.into_iter().map(|notification| notification.sentence).collect()
    }

    /// The mails that left since they were last looked at, by address.
    pub async fn mails(&self) -> Vec<Message> {
        self.worker.send_due().await;
        let mut new: Vec<Message> = self.memory.messages().split_off(self.mails_read.load(Ordering::SeqCst));
        self.mails_read.fetch_add(new.len(), Ordering::SeqCst);
        new.sort_by(|one, other| one.to_address.cmp(&other.to_address));
        new
    }

    /// To whom mail left since it was last looked at.
    pub async fn mailed(&self) -> Vec<String> {
        self.mails().await.into_iter().map(|mail| mail.to_address).collect()
    }
}

/// A form as Mia fills it in, with a key of its own.
pub fn form(people: &[&Person]) -> RequestForm {
    RequestForm {
        key: IdempotencyKey(Uuid::now_v7()),
        members: people.iter().map(|person| person.member).collect(),
        role: "collaborator".to_owned(),
        access_end: "never".to_owned(),
        access_end_date: String::new(),
        reason: "The spring campaign".to_owned(),
    }
}

/// A place from which people come who have no session yet.
pub fn office() -> Browser {
    Browser::at([192, 0, 2, 10].into())
}

/// The token of the link that a text has.
pub fn token_in(text: &str) -> String {
    let (_, rest) = text.split_once("token=").expect("a link");
    rest.split_whitespace().next().unwrap().to_owned()
}

/// What the reader is told instead of a result.
pub fn told<T: std::fmt::Debug>(result: Result<T, impl Into<Error>>) -> AppError {
    result.expect_err("it is refused").into().for_people().expect("the reader's doing")
}

/// The same, in words.
pub fn words<T: std::fmt::Debug>(result: Result<T, impl Into<Error>>) -> String {
    told(result).to_string()
}

/// Writes rows.
struct Maker<'a> {
    rows: &'a DatabaseConnection,
}

impl Maker<'_> {
    async fn try_run(&self, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<(), sea_orm::DbErr> {
        let statement = Statement::from_sql_and_values(self.rows.get_database_backend(), sql, values);
        self.rows.execute_raw(statement).await.map(|_| ())
    }

    async fn run(&self, sql: &str, values: impl IntoIterator<Item = Value>) {
        self.try_run(sql, values).await.unwrap();
    }

    async fn workspace(&self, name: &str) -> WorkspaceId {
        let id = WorkspaceId(Uuid::now_v7());
        let sql = "INSERT INTO workspace (id, name, public_id, created_at) VALUES ($1, $2, $3, $4)";
        self.run(sql, [id.into(), name.into(), id.to_string().into(), start().into()]).await;
        id
    }

    async fn person(&self, name: &str, workspace: WorkspaceId, role: WorkspaceRole) -> Person {
        let user = UserId(Uuid::now_v7());
        let first = name.split(' ').next().unwrap_or(name).to_lowercase();
        // Two people of one name have two addresses, and the word of the name stays the first part.
        let email = if first.is_ascii() && name.len() < 40 {
            format!("{first}@people.example")
        } else {
            format!("{user}@people.example")
        };
        let sql = r#"INSERT INTO "user" (id, email, email_folded, name, password_hash, created_at)
                    VALUES ($1, $2, $3, $4, $5, $6)"#;
        let hash = PASSWORD_HASH.as_str();
        self.run(
            sql,
            [user.into(), email.as_str().into(), email.as_str().into(), name.into(), hash.into(), start().into()],
        )
        .await;
        let member = self.member(user, workspace, role).await;
        Person { name: name.to_owned(), email, user, member, workspace }
    }

    async fn member(&self, user: UserId, workspace: WorkspaceId, role: WorkspaceRole) -> MemberId {
        let member = MemberId(Uuid::now_v7());
        let sql = r#"INSERT INTO member (id, workspace_id, user_id, role, status, created_at, joined_at, sort_key)
                    VALUES ($1, $2, $3, $4, 'active', $5, $5, (SELECT lower(name) FROM "user" WHERE id = $3))"#;
        self.run(sql, [member.into(), workspace.into(), user.into(), role.into(), start().into()]).await;
        member
    }

    async fn partnership(&self, host: WorkspaceId, guest: WorkspaceId, owner: &Person) -> PartnershipId {
        let id = PartnershipId(Uuid::now_v7());
        let policy = PartnershipPolicy::default();
        let sql =
            "INSERT INTO partnership (id, host_workspace_id, guest_workspace_id, owner_member_id, state, highest_role,
                       longest_days, reason_required, open_days, created_at, sent_at, accepted_at)
                   VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $8, $9, $9, $9)";
        let values: [Value; 9] = [
            id.into(),
            host.into(),
            guest.into(),
            owner.member.into(),
            policy.highest_role.into(),
            policy.longest_days.map(i32::from).into(),
            policy.reason_required.into(),
            i32::from(policy.open_days).into(),
            start().into(),
        ];
        self.run(sql, values).await;
        id
    }

    async fn account(&self, workspace: WorkspaceId, label: &str, app: &str, username: &str) -> AccountId {
        let id = AccountId(Uuid::now_v7());
        let sql =
            "INSERT INTO account (id, workspace_id, label, app, login_url, username, open_note, sort_key, search_text,
                       created_at)
                   VALUES ($1, $2, $3, $4, 'https://app.example/login', $5, 'Ask Olga for the code.', $6, $7, $8)";
        let folded = |text: &str| {
            use unicode_normalization::UnicodeNormalization;
            text.to_lowercase().nfkd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect::<String>()
        };
        let search = format!("{}\n{}\n{}", folded(label), folded(app), folded(username));
        let values: [Value; 8] = [
            id.into(),
            workspace.into(),
            label.into(),
            app.into(),
            username.into(),
            folded(label).into(),
            search.into(),
            start().into(),
        ];
        self.run(sql, values).await;
        id
    }

    async fn share(&self, account: AccountId, partnership: PartnershipId) -> AccountShareId {
        let id = AccountShareId(Uuid::now_v7());
        let sql = "INSERT INTO account_share (id, account_id, partnership_id, state, highest_role, created_at)
                   VALUES ($1, $2, $3, 'active', 'account_manager', $4)";
        self.run(sql, [id.into(), account.into(), partnership.into(), start().into()]).await;
        id
    }

    async fn grant(
        &self,
        account: AccountId,
        person: &Person,
        role: AccountRole,
        share: Option<AccountShareId>,
        ends_at: Option<Moment>,
    ) -> AccessGrantId {
        let id = AccessGrantId(Uuid::now_v7());
        let source = match (role, share) {
            (AccountRole::Owner, _) => "owner",
            (_, Some(_)) => "share",
            (_, None) => "direct",
        };
        let sql = "INSERT INTO access_grant (id, account_id, member_id, role, source, account_share_id, state, ends_at,
                       created_at)
                   VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8)";
        let values: [Value; 8] = [
            id.into(),
            account.into(),
            person.member.into(),
            role.into(),
            source.into(),
            share.into(),
            ends_at.into(),
            start().into(),
        ];
        self.run(sql, values).await;
        id
    }
}
