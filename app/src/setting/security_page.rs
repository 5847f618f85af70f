//! Settings: password, second factors and sessions.

use super::{SettingHeader, SettingPart, Tab};
use crate::layout::form::Posted;
use crate::layout::page_or_error;
use crate::password::ChangePassword;
use crate::second_factor::SecondFactors;
use crate::session::SessionList;
use crate::session::api::own_security;
use domain::session::SecurityView;
use leptos::prelude::*;

/// How one signs in, and where one is signed in.
#[component]
pub fn SecurityPage() -> impl IntoView {
    Suspend::new(async move {
        let security = own_security().await;
        page_or_error(security, |security| view! { <Security security=security /> })
    })
}

#[component]
fn Security(security: SecurityView) -> impl IntoView {
    let SecurityView { email, second_factors, sessions } = security;
    let posted = use_context::<Posted>().unwrap_or_default();
    let asked = second_factors.asked_for_by.clone();
    view! {
        <SettingHeader tab=Tab::Security posted=posted />
        {asked
            .map(|workspace| {
                view! {
                    <p class="notice notice-neutral setting-told">
                        {format!(
                            "{workspace} asks its members for a second factor. Set one up here; then everything else is open \
                             to you.",
                        )}
                    </p>
                }
            })}
        <SettingPart heading="Second factor" id="second-factor">
            <SecondFactors view=second_factors />
        </SettingPart>
        <SettingPart heading="Password" id="password-part">
            <ChangePassword email=email />
        </SettingPart>
        <SettingPart heading="Sessions" id="sessions">
            <p>"Where you are signed in. End what you do not know or do not use any more."</p>
            <SessionList sessions=sessions />
        </SettingPart>
    }
}
