//! Resetting a member's sign-in, asked once more first.

use super::api::managed_member;
use super::{ALL_MEMBERS, in_address};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use domain::MemberId;
use domain::member::PickedMember;
use leptos::prelude::*;
use leptos_meta::Title;

/// Says what follows, and asks.
#[component]
pub fn ResetSignInPage() -> impl IntoView {
    let Some(member) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to("member/reset-sign-in");
    Suspend::new(async move {
        page_or_error(managed_member(member).await, |member| view! { <Reset member=member posted=posted /> })
    })
    .into_any()
}

#[component]
fn Reset(member: PickedMember, posted: Posted) -> impl IntoView {
    let PickedMember { member, name, email } = member;
    let heading = format!("Reset the sign-in of {name}?");
    let whose = name.clone();
    view! {
        <Title text=posted.title(&heading) />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <Problems posted=posted />
        <div class="people-leaving">
            <ul class="people-lost">
                <li>"Their password and their passkeys stop working at once, and every session of theirs ends."</li>
                <li>{format!("A mail to {email} has a link to set a new password. It works once, for one hour.")}</li>
                <li>"You get the link too, to pass it on by hand, unless they are a member of another company as well."</li>
                <li>"Their access to accounts stays."</li>
            </ul>
            <PostForm function="member/reset-sign-in">
                <input type="hidden" name="member" value=member.to_string() />
                <div class="form-acts">
                    <Button look=Look::Danger object=format!("of {name}")>
                        "Reset sign-in"
                    </Button>
                    <ButtonLink href=ALL_MEMBERS>"Cancel"</ButtonLink>
                </div>
            </PostForm>
        </div>
        <ResetSecondFactor member=member name=whose />
    }
}

/// For somebody who knows their password, and has lost what is asked for beside it.
#[component]
fn ResetSecondFactor(member: MemberId, name: String) -> impl IntoView {
    let posted = Posted::to("second-factor/reset");
    view! {
        <section class="people-leaving" aria-labelledby="second-factor-heading">
            <h2 id="second-factor-heading">"Only the second factor?"</h2>
            <p>
                "If they know their password, and have lost the app and the recovery codes, reset the second factor alone: they
                sign in with the password, and set up a new one. Every session of theirs ends."
            </p>
            <Problems posted=posted />
            <PostForm function="second-factor/reset">
                <input type="hidden" name="member" value=member.to_string() />
                <div class="form-acts">
                    <Button object=format!("of {name}")>"Reset second factor"</Button>
                </div>
            </PostForm>
        </section>
    }
}
