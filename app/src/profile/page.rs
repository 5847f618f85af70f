//! Settings: the own profile.

use super::api::own_profile;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::setting::{SettingHeader, SettingPart, Tab};
use crate::ui::button::{Button, Look};
use crate::ui::text_field::TextField;
use domain::profile::ProfileView;
use leptos::prelude::*;

/// The own name.
#[component]
pub fn ProfilePage() -> impl IntoView {
    Suspend::new(async move {
        let profile = own_profile().await;
        page_or_error(profile, |profile| view! { <Profile profile=profile /> })
    })
}

#[component]
fn Profile(profile: ProfileView) -> impl IntoView {
    let ProfileView { name, .. } = profile;
    let renaming = Posted::to("profile/rename");
    view! {
        <SettingHeader tab=Tab::Profile posted=renaming.clone() />
        <SettingPart heading="Your name" id="name-part">
            <Rename name=name posted=renaming />
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
