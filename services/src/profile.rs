//! What users say of themselves: their name, and the address they sign in with.

mod email;

use crate::activity::Details;
use crate::member::known_as;
use crate::{Error, Oneself};
use domain::activity::EventKind;
use domain::profile::ProfileView;
use domain::text;

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
    /// [`domain::AppError::Invalid`] for what is no name; as [`Oneself::ctx`].
    pub async fn rename(&self, typed: &str) -> Result<(), Error> {
        self.ctx()?;
        let name = text::name("name", "your name", typed)?;
        let (change, user) = self.change().await?;
        if user.name == name {
            return Ok(());
        }
        known_as(&change, &user, &name, &user.email).await?;
        let details = Details { members: vec![user.name.clone()], ..Details::default() };
        let mut events = self.events(&change, EventKind::NameChanged, &details).await?;
        for event in &mut events {
            event.details.actor.clone_from(&name);
        }
        change.commit(events).await
    }
}
