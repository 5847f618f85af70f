//! What users say of themselves: their name, and the address they sign in with.

mod email;

use crate::activity::Details;
use crate::entity::user;
use crate::oneself::{Membership, memberships};
use crate::{Error, Oneself, member_search};
use domain::activity::EventKind;
use domain::profile::ProfileView;
use domain::text;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};

impl Oneself {
    /// The own profile.
    pub fn profile(&self) -> ProfileView {
        let frame = self.frame();
        ProfileView { name: frame.name, email: frame.email, confirmed: self.recently_confirmed().is_ok() }
    }

    /// Takes another name, in every workspace.
    ///
    /// # Errors
    ///
    /// [`domain::AppError::Invalid`] for what is no name.
    pub async fn rename(&self, typed: &str) -> Result<(), Error> {
        let name = text::name("name", "your name", typed)?;
        let (change, user) = self.change().await?;
        if user.name == name {
            return Ok(());
        }
        for Membership { member, workspace } in memberships(&change, user.id).await? {
            let transaction = change.transaction();
            member_search::remove(transaction, workspace, member, &user.name, &user.email).await?;
            member_search::index(transaction, workspace, member, &name, &user.email).await?;
        }
        let details = Details { members: vec![user.name.clone()], ..Details::default() };
        let mut events = self.events(&change, EventKind::NameChanged, &details).await?;
        for event in &mut events {
            event.details.actor.clone_from(&name);
        }
        let renamed = user::ActiveModel { name: Set(name), ..user.into_active_model() };
        renamed.update(change.transaction()).await?;
        change.commit(events).await
    }
}
