//! Handing over the ownership of the workspace: to whom, and whether really.

use super::api::hand_over_choices;
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::page_or_error;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::text_field::TextField;
use domain::member::PickedMember;
use domain::workspace::HandOverView;
use leptos::prelude::*;
use leptos_meta::Title;

const PAGE: &str = "/settings/workspace/hand-over";
const SETTINGS: &str = "/settings/workspace";

/// Picks an active member, then asks once more.
#[component]
pub fn HandOverPage() -> impl IntoView {
    let page = Address::of_page();
    let posted = Posted::to("workspace/hand-over");
    Suspend::new(async move {
        let typed = page.get("search").unwrap_or_default().to_owned();
        let chosen = page.get("member").and_then(|member| member.parse().ok());
        let choices = hand_over_choices(chosen, typed.clone()).await;
        page_or_error(choices, |HandOverView { workspace, chosen, found }| match chosen {
            Some(heir) => view! { <Confirm workspace=workspace heir=heir posted=posted /> }.into_any(),
            None => view! { <Choose found=found typed=typed /> }.into_any(),
        })
    })
}

#[component]
fn Choose(found: Vec<PickedMember>, typed: String) -> impl IntoView {
    let nobody = found.is_empty();
    view! {
        <Title text=crate::layout::title("Hand over ownership") />
        <div class="page-head">
            <h1>"Hand over ownership"</h1>
        </div>
        <p>"Choose who becomes Owner of the workspace. You become an Admin."</p>
        <form class="people-filter" role="search" method="get" action=PAGE>
            <TextField name="search" label="Search members" kind="search" value=typed />
            <div class="people-filter-submit">
                <Button>"Search"</Button>
            </div>
        </form>
        {if nobody {
            view! { <p>"No other active member found. Try other words, or invite somebody under All members first."</p> }
                .into_any()
        } else {
            view! {
                <ul class="pick-list people-choices" role="list">
                    {found
                        .into_iter()
                        .map(|PickedMember { member, name, email }| {
                            view! {
                                <li class="pick-list-entry">
                                    <div class="people-person">
                                        <span class="people-name">{name.clone()}</span>
                                        <span class="people-soft">{email}</span>
                                    </div>
                                    <ButtonLink href=format!("{PAGE}?member={member}") small=true object=name>
                                        "Choose"
                                    </ButtonLink>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            }
                .into_any()
        }}
        <div class="form-acts">
            <ButtonLink href=SETTINGS>"Cancel"</ButtonLink>
        </div>
    }
}

#[component]
fn Confirm(workspace: String, heir: PickedMember, posted: Posted) -> impl IntoView {
    let PickedMember { member, name, email } = heir;
    let heading = format!("Hand over {workspace}?");
    view! {
        <Title text=posted.title(&heading) />
        <div class="page-head">
            <h1>{heading}</h1>
        </div>
        <Problems posted=posted />
        <div class="people-leaving">
            <p>
                <strong>{name.clone()}</strong>
                {format!(" ({email}) becomes Owner of {workspace}, and you become an Admin. Only they can hand it back.")}
            </p>
            <PostForm function="workspace/hand-over" class="form form-wide">
                <input type="hidden" name="member" value=member.to_string() />
                <div class="form-acts">
                    <Button look=Look::Danger object=format!("to {name}")>
                        "Hand over ownership"
                    </Button>
                    <ButtonLink href=PAGE>"Choose somebody else"</ButtonLink>
                    <ButtonLink href=SETTINGS look=Look::Quiet>
                        "Cancel"
                    </ButtonLink>
                </div>
            </PostForm>
        </div>
    }
}
