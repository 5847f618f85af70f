//! The own workspace: its name, and who it belongs to. How one begins stands in `founding`, what a company does instead that is
//! here already in `answering`.

mod answering;
mod founding;

pub use founding::{Founded, UserLine};

use crate::activity::Tell;
use crate::context::WorkspaceOwner;
use crate::database::statement;
use crate::entity::{member, user, workspace};
use crate::member::lock;
use crate::{Ctx, Error, WorkspaceAdmin, member_search};
use domain::activity::EventKind;
use domain::member::{MemberFilter, MemberStatus, PickedMember};
use domain::workspace::{HandOverView, WorkspaceRole, WorkspaceView};
use domain::{AppError, MemberId, text};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter};

/// Members that a hand-over offers.
const MOST_OFFERED: usize = 10;

impl Ctx {
    /// The settings of the own workspace.
    ///
    /// # Errors
    ///
    /// [`Error::Database`].
    pub async fn own_workspace(&self) -> Result<WorkspaceView, Error> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
            public_id: String,
            owner: Option<String>,
        }
        let sql = r#"SELECT w.name, w.public_id, u.name AS owner
                     FROM workspace w
                     LEFT JOIN member m ON m.workspace_id = w.id AND m.role = 'owner'
                     LEFT JOIN "user" u ON u.id = m.user_id
                     WHERE w.id = $1"#;
        let reader = self.reader();
        let row = Row::find_by_statement(statement(reader, sql, [self.workspace().into()])).one(reader).await?;
        let row = row.ok_or(AppError::NotFound)?;
        Ok(WorkspaceView {
            name: row.name,
            public_id: row.public_id,
            owner: row.owner.unwrap_or_else(|| "Nobody".to_owned()),
            administers: self.role().administers(),
            owns: self.role() == WorkspaceRole::Owner,
        })
    }
}

impl WorkspaceAdmin {
    /// Gives the workspace another name. The same name again is a success. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `name`.
    pub async fn rename(self, name: &str) -> Result<String, Error> {
        let name = text::name("name", "the workspace's name", name)?;
        let (change, admin) = self.change().await?;
        let ctx = admin.ctx();
        let told = format!("The workspace is called {name} now.");
        if ctx.frame().workspace == name {
            return Ok(told);
        }
        workspace::Entity::update_many()
            .col_expr(workspace::Column::Name, Expr::value(&name))
            .filter(workspace::COLUMN.id.eq(ctx.workspace()))
            .exec(change.transaction())
            .await?;
        let mut event = ctx.event(EventKind::WorkspaceRenamed);
        event.actor = Some(ctx.member());
        event.details = ctx.details();
        event.details.label = name;
        event.tell = Some(vec![Tell::Admins(ctx.workspace())]);
        change.commit(vec![event]).await?;
        Ok(told)
    }
}

impl WorkspaceOwner {
    /// Whom the ownership can be handed over to: active members who match what is typed, at first the first ones by name.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] when `chosen` is nobody who can become Owner.
    pub async fn hand_over_choices(&self, chosen: Option<MemberId>, typed: &str) -> Result<HandOverView, Error> {
        let ctx = self.ctx();
        let found = if typed.trim().is_empty() {
            let filter = MemberFilter { status: Some(MemberStatus::Active), ..MemberFilter::default() };
            let rows = ctx.members(&filter).await?.members.into_iter();
            let picked = rows.map(|row| PickedMember { member: row.member, name: row.name, email: row.email });
            picked.filter(|member| member.member != ctx.member()).take(MOST_OFFERED).collect()
        } else {
            let mut found = member_search::find(ctx.reader(), ctx.workspace(), typed, MOST_OFFERED + 1).await?;
            found.retain(|member| member.member != ctx.member());
            found.truncate(MOST_OFFERED);
            found
        };
        let chosen = match chosen {
            Some(chosen) => Some(self.heir(chosen).await?),
            None => None,
        };
        Ok(HandOverView { workspace: ctx.frame().workspace, chosen, found })
    }

    /// Somebody who can become Owner.
    async fn heir(&self, member: MemberId) -> Result<PickedMember, Error> {
        let ctx = self.ctx();
        let row = member::Entity::find_by_id(member)
            .filter(member::COLUMN.workspace_id.eq(ctx.workspace()))
            .filter(member::COLUMN.status.eq(MemberStatus::Active))
            .filter(member::COLUMN.id.ne(ctx.member()))
            .find_also_related(user::Entity)
            .one(ctx.reader())
            .await?;
        let (_, user) = row.ok_or(AppError::NotFound)?;
        let user = user.ok_or(AppError::NotFound)?;
        Ok(PickedMember { member, name: user.name, email: user.email })
    }

    /// Makes another active member Owner; whoever was becomes an Admin. Returns what to tell the reader.
    ///
    /// # Errors
    ///
    /// [`AppError::NotFound`] for a member of another workspace, [`AppError::Invalid`] on `member` for one who is not
    /// active.
    pub async fn hand_over_to(self, heir: MemberId) -> Result<String, Error> {
        let colleague = self.ctx().colleague(heir).await?;
        let change = self.ctx().services.change().await?;
        lock(&change, &[self.ctx().member(), heir]).await?;
        let owner = self.ctx().inside(&change).await?.workspace_owner()?;
        let ctx = owner.ctx();
        let transaction = change.transaction();
        let row = member::Entity::find_by_id(heir)
            .filter(member::COLUMN.workspace_id.eq(ctx.workspace()))
            .one(transaction)
            .await?;
        let row = row.ok_or(AppError::NotFound)?;
        if row.status != MemberStatus::Active || heir == ctx.member() {
            return Err(AppError::invalid("member", "Choose another active member of the workspace.").into());
        }
        // In this order: the database allows one Owner at a time.
        for (member, role) in [(ctx.member(), WorkspaceRole::Admin), (heir, WorkspaceRole::Owner)] {
            member::Entity::update_many()
                .col_expr(member::Column::Role, Expr::value(role))
                .filter(member::COLUMN.id.eq(member))
                .exec(transaction)
                .await?;
        }
        let name = colleague.name().to_owned();
        let mut event = ctx.event(EventKind::OwnershipHandedOver);
        event.actor = Some(ctx.member());
        event.subject = Some(heir);
        event.details = ctx.details();
        event.details.members = vec![name.clone()];
        event.tell = Some(vec![Tell::Admins(ctx.workspace())]);
        change.commit(vec![event]).await?;
        Ok(format!("{name} is the workspace's Owner now. You are an Admin."))
    }
}
