//! Settings: the workspace.

use super::api::own_workspace;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::setting::{SettingHeader, SettingPart, Tab};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::copy_button::CopyButton;
use crate::ui::text_field::TextField;
use domain::workspace::WorkspaceView;
use leptos::prelude::*;

/// Name, public workspace ID and Owner of the workspace.
#[component]
pub fn WorkspaceSettingsPage() -> impl IntoView {
    Suspend::new(async move {
        page_or_error(own_workspace().await, |workspace| view! { <Workspace workspace=workspace /> })
    })
}

#[component]
fn Workspace(workspace: WorkspaceView) -> impl IntoView {
    let WorkspaceView { name, public_id, owner, administers, owns } = workspace;
    let posted = Posted::to("workspace/rename");
    view! {
        <SettingHeader tab=Tab::Workspace posted=posted.clone() />
        <SettingPart heading="Name" id="workspace-name">
            <Problems posted=posted.clone() />
            {if administers {
                view! {
                    <PostForm function="workspace/rename">
                        <TextField
                            name="name"
                            label="Workspace name"
                            hint="Your company’s name, as your partners know it."
                            value=posted.or("name", &name)
                            autocomplete="organization"
                            required=true
                            error=posted.problem("name")
                        />
                        <div class="form-acts">
                            <Button look=Look::Primary>"Save name"</Button>
                        </div>
                    </PostForm>
                }
                    .into_any()
            } else {
                view! { <p>{name}</p> }.into_any()
            }}
        </SettingPart>
        <SettingPart heading="Workspace ID" id="workspace-id">
            <p>"Give it to a company that wants to share accounts with yours. It is no secret."</p>
            <p class="workspace-id">
                <code>{public_id.clone()}</code>
                <CopyButton value=public_id what="ID".to_owned() />
            </p>
        </SettingPart>
        <SettingPart heading="Owner" id="workspace-owner">
            <p>
                {if owns { "You are the Owner" } else { "The Owner is " }}
                {(!owns).then(|| view! { <bdi>{owner}</bdi> })} " of this workspace."
            </p>
            {owns
                .then(|| {
                    view! {
                        <div class="form-acts">
                            <ButtonLink href="/settings/workspace/hand-over">"Hand over ownership"</ButtonLink>
                        </div>
                    }
                })}
        </SettingPart>
    }
}
