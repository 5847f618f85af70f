//! The page "Share again", for an account that nobody at the partner has any more.

use super::api::share_again_form;
use super::people::{People, RoleChoice};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::moment::Exactly;
use crate::layout::{NotFound, page_or_error};
use crate::partnership::header::in_address;
use crate::ui::button::{Button, ButtonLink, Look};
use domain::AccountShareId;
use domain::account_share::ShareAgainView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

const SHARE_AGAIN: &str = "account-share/share-again";

/// Who gets access to it now.
#[component]
pub fn ShareAgainPage() -> impl IntoView {
    let share = use_params_map().with_untracked(|params| params.get_str("share")?.parse::<AccountShareId>().ok());
    let (Some(partnership), Some(share)) = (in_address(), share) else {
        return view! { <NotFound /> }.into_any();
    };
    Suspend::new(async move {
        page_or_error(share_again_form(partnership, share).await, |form| view! { <Form form=form /> })
    })
    .into_any()
}

#[component]
fn Form(form: ShareAgainView) -> impl IntoView {
    let ShareAgainView { partnership, partner, share, label, people, highest_role, ends_at, .. } = form;
    let posted = Posted::to(SHARE_AGAIN);
    let heading = format!("Share {label} again");
    let chosen = posted.is_some().then(|| posted.all("members[]").filter_map(|id| id.parse().ok()).collect());
    let role = posted.get("role").and_then(|word| word.parse().ok());
    let (people_error, role_error) = (posted.problem("members"), posted.problem("role"));
    view! {
        <Title text=posted.title(&heading) />
        <div class="share-page">
            <h1>{heading}</h1>
            <p class="share-with">
                "Nobody at " <strong>{partner.clone()}</strong>
                " has access any more. Access that was there before does not come back: choose who gets it now."
                {ends_at.map(|at| view! { " It ends with the share, on " <Exactly at=at /> "." })}
            </p>
            <Problems posted=posted />
            <PostForm function=SHARE_AGAIN class="form form-wide">
                <input type="hidden" name="partnership" value=partnership.to_string() />
                <input type="hidden" name="share" value=share.to_string() />
                <People partner=partner people=people chosen=chosen error=people_error />
                <RoleChoice name="role" legend="Their role" chosen=role highest=highest_role error=role_error />
                <div class="form-acts">
                    <Button look=Look::Primary>"Share again"</Button>
                    <ButtonLink href=format!("/partners/{partnership}/accounts")>"Cancel"</ButtonLink>
                </div>
            </PostForm>
        </div>
    }
}
