//! The Partners page.

use super::add::ProposalFields;
use super::api::list_partners;
use super::header::{Company, SideBadge, StateBadge};
use crate::layout::address::Address;
use crate::layout::form::{PostForm, Posted};
use crate::layout::paging::Paging;
use crate::layout::{Empty, page_or_error, title};
use crate::ui::button::{Button, DialogCloser, Look};
use crate::ui::copy_button::CopyButton;
use crate::ui::icon::Drawing;
use domain::partnership::{PartnerListView, PartnerView, ProposalFormView, name_alone};
use domain::policy::Side;
use leptos::prelude::*;
use leptos_meta::Title;

/// The dialog's id.
const DIALOG: &str = "add-partner";

/// The own workspace ID, and the partners.
#[component]
pub fn PartnerListPage() -> impl IntoView {
    let page = Address::of_page();
    view! {
        <Title text=title("Partners") />
        {Suspend::new(async move {
            let list = list_partners(page.get("after").map(str::to_owned)).await;
            page_or_error(list, |list| view! { <PartnerList list=list page=page /> })
        })}
    }
}

#[component]
fn PartnerList(list: PartnerListView, page: Address) -> impl IntoView {
    let PartnerListView { public_id, form, partners, next } = list;
    let nobody = partners.is_empty();
    view! {
        <div class="page-head">
            <h1>"Partners"</h1>
            <button
                type="button"
                class=Look::Primary.class(false)
                command="show-modal"
                commandfor=DIALOG
                popovertarget=DIALOG
            >
                "Add partner"
            </button>
        </div>
        <OwnId public_id=public_id />
        <section class="partner-section" data-live="partners" aria-labelledby="partners-heading">
            <h2 id="partners-heading">"Your partners"</h2>
            {nobody.then(|| view! { <NoPartners /> })}
            <ul class="partner-list" role="list">
                {partners.into_iter().map(|partner| view! { <Partner partner=partner /> }).collect_view()}
            </ul>
            <Paging page=page next=next />
        </section>
        <AddPartnerDialog form=form />
    }
}

#[component]
fn OwnId(public_id: String) -> impl IntoView {
    view! {
        <section class="partner-own" aria-labelledby="own-id-heading">
            <h2 id="own-id-heading">"Your workspace ID"</h2>
            <p class="partner-own-id">
                <code>{public_id.clone()}</code>
                <CopyButton value=public_id what="ID".to_owned() />
            </p>
            <p class="partner-own-hint">"Give it to a company that wants to share accounts with yours."</p>
        </section>
    }
}

#[component]
fn Partner(partner: PartnerView) -> impl IntoView {
    let PartnerView { partnership, name, side, state, next_step } = partner;
    let alone = name_alone(&name);
    let what = match side {
        _ if state.is_final() => None,
        Side::Host if state.is_in_force() => Some("Shares accounts with you"),
        Side::Host => Some("Wants to share accounts with you"),
        Side::Guest if state.is_in_force() => Some("Your accounts are shared with them"),
        Side::Guest => Some("Your accounts are to be shared with them"),
    };
    view! {
        <li class="partner" id=format!("partner-{partnership}")>
            <Company name=name />
            <div class="partner-text">
                <a class="partner-name" href=format!("/partners/{partnership}")>
                    {alone}
                </a>
                {what.map(|what| view! { <p class="partner-what">{what}</p> })}
                {(!next_step.is_empty()).then(|| view! { <p class="partner-next">{next_step}</p> })}
            </div>
            <p class="partner-marks">
                <SideBadge side=side />
                <StateBadge state=state side=side />
            </p>
        </li>
    }
}

#[component]
fn NoPartners() -> impl IntoView {
    view! {
        <Empty heading="You have no partners yet" drawing=Drawing::Partners>
            <p>
                "Add a company that you want to share accounts with, or give your workspace ID to one that wants to share
                accounts with yours. Partnerships that you do not look after are not listed here."
            </p>
        </Empty>
    }
}

/// The same form as the page **Add partner** has, which shows it again when something is wrong with it.
#[component]
fn AddPartnerDialog(form: ProposalFormView) -> impl IntoView {
    view! {
        <dialog class="dialog" id=DIALOG popover="auto" aria-labelledby="add-partner-heading">
            <div class="dialog-body">
                <h2 class="dialog-title" id="add-partner-heading">
                    "Add partner"
                </h2>
                <PostForm function="partnership/propose" page="/partners/add" class="form form-wide">
                    <ProposalFields form=form posted=Posted::default() />
                    <div class="dialog-acts">
                        <DialogCloser dialog=DIALOG>"Cancel"</DialogCloser>
                        <Button look=Look::Primary>"Send request"</Button>
                    </div>
                </PostForm>
            </div>
        </dialog>
    }
}
