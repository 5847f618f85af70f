//! Settings: the own profile.

use super::api::own_profile;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::session::ConfirmItIsYou;
use crate::setting::{SettingHeader, SettingPart, Tab};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::TextField;
use domain::profile::ProfileView;
use leptos::prelude::*;

/// The own name, and the address to sign in with.
#[component]
pub fn ProfilePage() -> impl IntoView {
    Suspend::new(async move {
        let profile = own_profile().await;
        page_or_error(profile, |profile| view! { <Profile profile=profile /> })
    })
}

#[component]
fn Profile(profile: ProfileView) -> impl IntoView {
    let ProfileView { name, email, confirmed } = profile;
    let (renaming, moving) = (Posted::to("profile/rename"), Posted::to("profile/change-email"));
    let posted = use_context::<Posted>().unwrap_or_default();
    view! {
        <SettingHeader tab=Tab::Profile posted=posted />
        <SettingPart heading="Your name" id="name-part">
            <Rename name=name posted=renaming />
        </SettingPart>
        <SettingPart heading="Your email address" id="email-part">
            <p>"You sign in with " <strong>{email}</strong> ", and mail goes there."</p>
            {if confirmed {
                view! { <ChangeEmail posted=moving /> }.into_any()
            } else {
                view! { <ConfirmItIsYou purpose="to change your email address" /> }.into_any()
            }}
        </SettingPart>
    }
}

#[component]
fn Rename(name: String, posted: Posted) -> impl IntoView {
    view! {
        <Problems posted=posted.clone() />
        <PostForm function="profile/rename">
            <TextField
                name="name"
                label="Name"
                hint="How the people of your company, and of those you work with, know you."
                value=posted.or("name", &name)
                autocomplete="name"
                required=true
                error=posted.problem("name")
            />
            <div class="form-acts">
                <Button look=Look::Primary>"Save name"</Button>
            </div>
        </PostForm>
    }
}

#[component]
fn ChangeEmail(posted: Posted) -> impl IntoView {
    view! {
        <Problems posted=posted.clone() />
        <PostForm function="profile/change-email">
            <TextField
                name="email"
                label="New email address"
                hint="The address you have now is asked first, then the new one. Until both have agreed, nothing changes."
                kind="email"
                value=posted.or("email", "")
                autocomplete="email"
                required=true
                error=posted.problem("email")
            />
            <div class="form-acts">
                <Button>"Change address"</Button>
            </div>
        </PostForm>
    }
}
