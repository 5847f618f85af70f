//! What the demo tells: Harbor Coffee shares accounts with Northlight Studio, which asks for more.

use super::colleagues;
use crate::account::search_text;
use crate::context::Change;
use crate::credential::{self, Sealer};
use crate::entity::{access_grant, account, account_share, member, partnership, user, workspace};
use crate::member_search::{self, fold};
use crate::session::SignedIn;
use crate::{Ctx, Error, Services};
use chrono::TimeDelta;
use domain::access_grant::{GrantSource, GrantState};
use domain::access_request::RequestForm;
use domain::account::AccountRole;
use domain::credential::{CustomFieldForm, CustomFieldKind, NewSecrets};
use domain::member::MemberStatus;
use domain::partnership::{PartnershipPolicy, PartnershipState, ShareState, TERMS_VERSION};
use domain::secret::Secret;
use domain::session::FrameView;
use domain::workspace::WorkspaceRole;
use domain::{
    AccessGrantId, AccountId, AccountShareId, IdempotencyKey, MemberId, Moment, PartnershipId, UserId, WorkspaceId,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait};
use uuid::Uuid;

/// The host's domain. RFC 2606 keeps `.example` free.
pub(super) const HARBOR: &str = "harbor.example";
/// The guest's domain.
pub(super) const NORTHLIGHT: &str = "northlight.example";
/// The guest's public workspace ID.
const NORTHLIGHT_ID: &str = "nls-4w8p-z3vd";
/// The accounts with a story of their own.
pub(super) const ACCOUNTS_TOLD: u32 = 14;
/// Members of Northlight Studio in the story.
pub(super) const NORTHLIGHT_PEOPLE: u32 = 12;
/// Members of Harbor Coffee beside those with a fixed address.
const HARBOR_COLLEAGUES: usize = 6;
/// Rows in one statement.
const AT_ONCE: usize = 500;

/// Somebody with a fixed address.
struct Named {
    name: &'static str,
    local: &'static str,
    role: WorkspaceRole,
}

const fn named(local: &'static str, name: &'static str, role: WorkspaceRole) -> Named {
    Named { name, local, role }
}

const HARBOR_NAMED: [Named; 3] = [
    named("owner", "Marta Lindqvist", WorkspaceRole::Owner),
    named("second-owner", "Tomás Ferreira", WorkspaceRole::User),
    named("admin", "Ayşe Yılmaz", WorkspaceRole::Admin),
];

const NORTHLIGHT_NAMED: [Named; 5] = [
    named("director", "Jean-Luc Moreau", WorkspaceRole::Owner),
    named("manager", "Ben Okafor", WorkspaceRole::User),
    named("collaborator", "Chloé Dubois", WorkspaceRole::User),
    named("teammate", "Ann Sørensen", WorkspaceRole::User),
    named("newcomer", "Ida O’Brien", WorkspaceRole::User),
];

/// An account of the story: label, app, host of the login URL, user name, note, and whether Northlight has it.
struct Told(&'static str, &'static str, &'static str, &'static str, &'static str, bool);

const TOLD: [Told; ACCOUNTS_TOLD as usize] = [
    Told("Grindhouse", "Social Feed", "social-feed.example", "harbor.coffee", "Post on weekdays before 9:00.", true),
    Told("Newsletter", "Postbox Campaigns", "postbox.example", "news@harbor.example", "Sends on Thursdays.", true),
    Told("Shop statistics", "Sitecount Analytics", "sitecount.example", "stats@harbor.example", "", true),
    Told(
        "Brand files",
        "Drawboard",
        "drawboard.example",
        "design@harbor.example",
        "Logos are under “Brand 2026”.",
        true,
    ),
    Told(
        "Web shop",
        "Stallholder",
        "stallholder.example",
        "shop-admin",
        "Prices change on the first of a month.",
        true,
    ),
    Told("Search ads", "Beacon Ads", "beacon-ads.example", "ads@harbor.example", "Budget: 1,200 a month.", true),
    Told("Tasting videos", "Clipreel", "clipreel.example", "harbor-tastings", "", true),
    Told("Photo stream", "Squarelight", "squarelight.example", "harborcoffee", "No stock pictures.", true),
    Told("Card payments", "Tillstream", "tillstream.example", "finance@harbor.example", "", false),
    Told("Web hosting", "Quayside Hosting", "quayside.example", "root@harbor.example", "Renews in March.", false),
    Told("Table booking", "Seatkeeper", "seatkeeper.example", "bookings@harbor.example", "", false),
    Told("Customer questions", "Helpdesk One", "helpdesk-one.example", "support@harbor.example", "", false),
    Told("Bookkeeping", "Ledgerly", "ledgerly.example", "books@harbor.example", "", false),
    Told("Beans and suppliers", "Greenlot", "greenlot.example", "buying@harbor.example", "", false),
];

/// An account of the story, to be written.
struct NewAccount {
    id: AccountId,
    shared: bool,
    note: &'static str,
    secrets: NewSecrets,
    row: account::ActiveModel,
}

/// Custom fields: the place of their account among those that are shared, name, kind and value.
const FIELDS: [(usize, &str, CustomFieldKind, &str); 5] = [
    (0, "Status page", CustomFieldKind::Url, "https://status.social-feed.example/"),
    (0, "Customer number", CustomFieldKind::ShortText, "SF-20417"),
    (0, "House rules", CustomFieldKind::LongText, "Answer within a day.\nNo politics."),
    (0, "Support PIN", CustomFieldKind::Hidden, "4711"),
    (3, "Printer’s PIN", CustomFieldKind::Hidden, "0815"),
];

/// What is needed to tell the story.
pub(super) struct Story<'s> {
    pub(super) password_hash: &'s str,
    pub(super) accounts: u32,
    pub(super) now: Moment,
}

/// The two companies, founded.
pub(super) struct Founded {
    pub(super) northlight: WorkspaceId,
    pub(super) harbor: WorkspaceId,
    manager: Joined,
    owner: Joined,
    newcomer: MemberId,
    shared: Vec<AccountId>,
}

#[derive(Clone)]
struct Joined {
    member: MemberId,
    user: UserId,
    name: String,
    email: String,
    role: WorkspaceRole,
}

impl Story<'_> {
    /// Writes both companies, their people, the partnership, the accounts and who has them.
    pub(super) async fn found(&self, change: &Change) -> Result<Founded, Error> {
        let connection = change.transaction();
        let harbor = self.workspace(connection, "Harbor Coffee", "hbr-7k2m-q9xt").await?;
        let northlight = self.workspace(connection, "Northlight Studio", NORTHLIGHT_ID).await?;
        let hosts = self.people(connection, harbor, HARBOR, &HARBOR_NAMED, HARBOR_COLLEAGUES).await?;
        let guests_beside = NORTHLIGHT_PEOPLE as usize - NORTHLIGHT_NAMED.len();
        let guests = self.people(connection, northlight, NORTHLIGHT, &NORTHLIGHT_NAMED, guests_beside).await?;
        let partnership = self.partnership(connection, harbor, northlight, hosts[0].member).await?;

        let accounts = self.accounts(harbor);
        let ids: Vec<(AccountId, bool)> = accounts.iter().map(|told| (told.id, told.shared)).collect();
        let mut sealer = Sealer::begin(change, Some(hosts[0].member));
        for told in &accounts {
            sealer.seal(change, harbor, told.id, told.note, &credential::checked(&told.secrets)?).await?;
        }
        for rows in chunks(accounts.into_iter().map(|told| told.row)) {
            account::Entity::insert_many(rows).exec_without_returning(connection).await?;
        }
        sealer.write(change).await?;
        let shares: Vec<(AccountId, AccountShareId)> = ids
            .iter()
            .filter(|(_, shared)| *shared)
            .map(|(account, _)| (*account, AccountShareId(Uuid::now_v7())))
            .collect();
        for rows in chunks(shares.iter().map(|(account, share)| self.share(*account, *share, partnership))) {
            account_share::Entity::insert_many(rows).exec_without_returning(connection).await?;
        }
        let owned = ids.iter().flat_map(|(account, _)| {
            hosts[..2].iter().map(|owner| self.grant(*account, owner.member, AccountRole::Owner, None, None))
        });
        let helps = ids.iter().skip(8).take(3);
        let direct = helps.map(|(id, _)| self.grant(*id, hosts[3].member, AccountRole::Collaborator, None, None));
        let managed = shares.iter().map(|(account, share)| {
            self.grant(*account, guests[1].member, AccountRole::AccountManager, Some(*share), None)
        });
        let in_a_month = Some(self.now + TimeDelta::days(30));
        let worked = shares.iter().take(4).enumerate().map(|(index, (account, share))| {
            let ends_at = if index == 1 { in_a_month } else { None };
            self.grant(*account, guests[2].member, AccountRole::Collaborator, Some(*share), ends_at)
        });
        for rows in chunks(owned.chain(direct).chain(managed).chain(worked)) {
            access_grant::Entity::insert_many(rows).exec_without_returning(connection).await?;
        }
        Ok(Founded {
            harbor,
            northlight,
            manager: guests[1].clone(),
            owner: hosts[0].clone(),
            newcomer: guests[4].member,
            shared: shares.into_iter().map(|(account, _)| account).collect(),
        })
    }

    async fn workspace(
        &self,
        connection: &impl ConnectionTrait,
        name: &str,
        public_id: &str,
    ) -> Result<WorkspaceId, Error> {
        let id = WorkspaceId(Uuid::now_v7());
        let row = workspace::ActiveModel {
            id: Set(id),
            name: Set(name.to_owned()),
            public_id: Set(public_id.to_owned()),
            created_at: Set(self.now),
            second_factor_required: Set(false),
        };
        row.insert(connection).await?;
        Ok(id)
    }

    /// The named people first, in their order.
    async fn people(
        &self,
        connection: &impl ConnectionTrait,
        workspace: WorkspaceId,
        domain: &'static str,
        named: &[Named],
        beside: usize,
    ) -> Result<Vec<Joined>, Error> {
        let named =
            named.iter().map(|Named { name, local, role }| ((*name).to_owned(), format!("{local}@{domain}"), *role));
        let others = colleagues(domain, beside).map(|person| {
            let email = format!("team.{}", person.email);
            (person.name, email, WorkspaceRole::User)
        });
        let mut joined = Vec::new();
        for (name, email, role) in named.chain(others) {
            let (user, member) = (UserId(Uuid::now_v7()), MemberId(Uuid::now_v7()));
            let row = user::ActiveModel {
                id: Set(user),
                email: Set(email.clone()),
                email_folded: Set(crate::session::fold_email(&email)),
                name: Set(name.clone()),
                password_hash: Set(Some(self.password_hash.to_owned())),
                created_at: Set(self.now),
            };
            row.insert(connection).await?;
            let row = member::ActiveModel {
                id: Set(member),
                workspace_id: Set(workspace),
                user_id: Set(user),
                role: Set(role),
                status: Set(MemberStatus::Active),
                created_at: Set(self.now),
                joined_at: Set(Some(self.now)),
                deactivated_at: Set(None),
                sort_key: Set(fold(&name)),
                invited_email: Set(None),
                invited_until: Set(None),
                invited_by: Set(None),
            };
            row.insert(connection).await?;
            member_search::index(connection, workspace, member, &name, &email).await?;
            joined.push(Joined { member, user, name, email, role });
        }
        Ok(joined)
    }

    async fn partnership(
        &self,
        connection: &impl ConnectionTrait,
        host: WorkspaceId,
        guest: WorkspaceId,
        owner: MemberId,
    ) -> Result<PartnershipId, Error> {
        let policy = PartnershipPolicy::default();
        let id = PartnershipId(Uuid::now_v7());
        let row = partnership::ActiveModel {
            id: Set(id),
            host_workspace_id: Set(host),
            guest_workspace_id: Set(Some(guest)),
            owner_member_id: Set(owner),
            state: Set(PartnershipState::Active),
            highest_role: Set(policy.highest_role),
            longest_days: Set(policy.longest_days.map(i32::from)),
            reason_required: Set(policy.reason_required),
            open_days: Set(i32::from(policy.open_days)),
            suspended_at: Set(None),
            created_at: Set(self.now),
            guest_public_id: Set(Some(NORTHLIGHT_ID.to_owned())),
            contact_email: Set(format!("director@{NORTHLIGHT}")),
            reason: Set(String::new()),
            sent_at: Set(Some(self.now)),
            accepted_at: Set(Some(self.now)),
            terms_version: Set(Some(TERMS_VERSION)),
            shortest_reason: Set(i32::from(policy.shortest_reason)),
            cool_down_days: Set(i32::from(policy.cool_down_days)),
            ..Default::default()
        };
        row.insert(connection).await?;
        Ok(id)
    }

    fn accounts(&self, workspace: WorkspaceId) -> Vec<NewAccount> {
        let told = TOLD.iter().map(|Told(label, app, host, username, note, shared)| {
            ((*label).to_owned(), *app, *host, (*username).to_owned(), *note, *shared || self.accounts > ACCOUNTS_TOLD)
        });
        let more = (ACCOUNTS_TOLD..self.accounts).map(|number| {
            let Told(label, app, host, ..) = TOLD[number as usize % TOLD.len()];
            (format!("{label} {}", number + 1), app, host, format!("branch-{}", number + 1), "", true)
        });
        told.chain(more)
            .enumerate()
            .map(|(index, (label, app, host, username, note, shared))| {
                let id = AccountId(Uuid::now_v7());
                let secrets = NewSecrets {
                    password: Secret::new(format!("demo-password-of-{username}")),
                    one_time_code: Secret::new(if index % 3 == 0 { "JBSW Y3DP EHPK 3PXP" } else { "" }),
                };
                let row = account::ActiveModel {
                    id: Set(id),
                    workspace_id: Set(workspace),
                    app: Set(app.to_owned()),
                    login_url: Set(format!("https://{host}/sign-in")),
                    open_note: Set(String::new()),
                    sort_key: Set(fold(&label)),
                    search_text: Set(search_text(&label, app, &username)),
                    label: Set(label),
                    username: Set(username),
                    last_used_at: Set(None),
                    last_used_by: Set(None),
                    created_at: Set(self.now),
                    delete_reason: Set(String::new()),
                    version: Set(1),
                    ..Default::default()
                };
                NewAccount { id, shared, note, secrets, row }
            })
            .collect()
    }

    fn share(&self, account: AccountId, id: AccountShareId, partnership: PartnershipId) -> account_share::ActiveModel {
        account_share::ActiveModel {
            id: Set(id),
            account_id: Set(account),
            partnership_id: Set(partnership),
            state: Set(ShareState::Active),
            highest_role: Set(AccountRole::AccountManager),
            ends_at: Set(None),
            created_at: Set(self.now),
        }
    }

    fn grant(
        &self,
        account: AccountId,
        member: MemberId,
        role: AccountRole,
        share: Option<AccountShareId>,
        ends_at: Option<Moment>,
    ) -> access_grant::ActiveModel {
        let source = match (role, share) {
            (AccountRole::Owner, _) => GrantSource::Owner,
            (_, Some(_)) => GrantSource::Share,
            (_, None) => GrantSource::Direct,
        };
        access_grant::ActiveModel {
            id: Set(AccessGrantId(Uuid::now_v7())),
            account_id: Set(account),
            member_id: Set(member),
            role: Set(role),
            source: Set(source),
            account_share_id: Set(share),
            state: Set(GrantState::Active),
            ends_at: Set(ends_at),
            last_used_at: Set(None),
            created_at: Set(self.now),
            ended_at: Set(None),
            end_reason: Set(None),
            warned_days: Set(None),
        }
    }
}

impl Founded {
    /// The fixed addresses, and what they are for.
    pub(super) const SIGN_INS: [(&'static str, &'static str); 6] = [
        ("owner@harbor.example", "owns every shared account, decides requests"),
        ("second-owner@harbor.example", "the other owner"),
        ("admin@harbor.example", "looks after Harbor Coffee's people"),
        ("manager@northlight.example", "account manager: requests access for teammates"),
        ("collaborator@northlight.example", "logs in to some accounts"),
        ("teammate@northlight.example", "has no access yet"),
    ];

    /// Some accounts have custom fields.
    pub(super) async fn add_fields(&self, services: &Services) -> Result<(), Error> {
        let owner = ctx(services, &self.owner, self.harbor, "Harbor Coffee");
        for (place, name, kind, value) in FIELDS {
            let Some(account) = self.shared.get(place) else { continue };
            let form = CustomFieldForm { name: name.to_owned(), kind, value: Secret::new(value) };
            owner.account(*account).await?.owner()?.add_field(&form).await?;
        }
        Ok(())
    }

    /// The manager has asked for the newcomer, and nobody has decided.
    pub(super) async fn ask(&self, services: &Services) -> Result<(), Error> {
        let Some(account) = self.shared.get(3) else { return Ok(()) };
        let ctx = ctx(services, &self.manager, self.northlight, "Northlight Studio");
        let form = RequestForm {
            key: IdempotencyKey(Uuid::now_v7()),
            members: vec![self.newcomer],
            role: AccountRole::Collaborator.word().to_owned(),
            access_end: "30".to_owned(),
            access_end_date: String::new(),
            reason: "Ida draws the autumn menu and needs the logos.".to_owned(),
        };
        ctx.account(*account).await?.manager()?.request_access(&form).await?;
        Ok(())
    }

    /// Some accounts have been used.
    pub(super) async fn use_accounts(&self, services: &Services) -> Result<(), Error> {
        let manager = ctx(services, &self.manager, self.northlight, "Northlight Studio");
        let owner = ctx(services, &self.owner, self.harbor, "Harbor Coffee");
        for (index, ctx) in [(0, &manager), (1, &owner), (4, &manager)] {
            if let Some(account) = self.shared.get(index) {
                ctx.account(*account).await?.holder()?.log_in().await?;
            }
        }
        Ok(())
    }
}

/// A member of the story, acting without a browser.
fn ctx(services: &Services, who: &Joined, workspace: WorkspaceId, workspace_name: &str) -> Ctx {
    let now = services.now();
    let who = SignedIn {
        id_hash: String::new(),
        user: who.user,
        member: who.member,
        workspace,
        role: who.role,
        last_seen_at: now,
        confirmed_at: now,
        second_factor_required: false,
        frame: FrameView {
            workspace: workspace_name.to_owned(),
            workspaces: Vec::new(),
            name: who.name.clone(),
            email: who.email.clone(),
            unread: 0,
            waiting: 0,
            sequence: 0,
            live: false,
        },
    };
    Ctx::new(services.clone(), who, now)
}

fn chunks<T>(rows: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        Some(rows.by_ref().take(AT_ONCE).collect())
    })
}
