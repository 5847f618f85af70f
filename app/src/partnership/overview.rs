//! A partner: who it is, who has to act next, and what the reader can do.

use super::api::partner_overview;
use super::header::{PartnerHeader, Tab, in_address};
use crate::layout::form::{PostForm, Posted, Problems};
use crate::layout::moment::Exactly;
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::copy_button::CopyButton;
use domain::PartnershipId;
use domain::partnership::{AgreedTerms, PartnerOverviewView, name_alone};
use domain::policy::{PartnershipAct, Side};
use leptos::prelude::*;

/// The forms of this page that have nothing to fill in.
const FUNCTIONS: [&str; 3] = ["partnership/approve", "partnership/remind", "partnership/resume"];

/// The first tab of a partner.
#[component]
pub fn PartnerOverviewPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = FUNCTIONS.map(Posted::to).into_iter().find(Posted::is_some).unwrap_or_default();
    Suspend::new(async move {
        page_or_error(partner_overview(partnership).await, |overview| {
            view! { <Overview overview=overview posted=posted /> }
        })
    })
    .into_any()
}

#[component]
fn Overview(overview: PartnerOverviewView, posted: Posted) -> impl IntoView {
    let header = overview.header.clone();
    let (partnership, next_step) = (header.partnership, overview.next_step.clone());
    let next_reminder = overview.next_reminder.filter(|_| overview.acts.contains(&PartnershipAct::Remind));
    let mut acts = overview.acts.clone();
    // Until the next one can be sent, its time stands where the button would.
    acts.retain(|act| *act != PartnershipAct::Remind || next_reminder.is_none());
    view! {
        <div data-live="partner">
            <PartnerHeader header=header tab=Tab::Overview failed=posted.is_some() />
            <Problems posted=posted />
            {(!next_step.is_empty()).then(|| view! { <p class="partner-next-step">{next_step}</p> })}
            <Acts partnership=partnership acts=acts />
            {next_reminder
                .map(|at| {
                    view! {
                        <p class="partner-hint">"A reminder was sent. You can send the next one on " <Exactly at=at /> "."</p>
                    }
                })}
            <Facts overview=overview />
        </div>
    }
}

/// What the reader can do now, the likeliest first.
#[component]
fn Acts(partnership: PartnershipId, acts: Vec<PartnershipAct>) -> impl IntoView {
    let order = [
        PartnershipAct::Approve,
        PartnershipAct::Accept,
        PartnershipAct::DeclineProposal,
        PartnershipAct::Decline,
        PartnershipAct::Share,
        PartnershipAct::Resume,
        PartnershipAct::SendAgain,
        PartnershipAct::Remind,
        PartnershipAct::Withdraw,
        PartnershipAct::SetEnd,
        PartnershipAct::NameOwner,
        PartnershipAct::Suspend,
        PartnershipAct::Remove,
    ];
    let acts: Vec<_> = order.into_iter().filter(|act| acts.contains(act)).collect();
    (!acts.is_empty()).then(|| {
        view! {
            <div class="partner-acts">
                {acts.into_iter().map(|act| view! { <Act partnership=partnership act=act /> }).collect_view()}
            </div>
        }
    })
}

/// A button for what needs no more words, a link to a page for what does.
#[component]
fn Act(partnership: PartnershipId, act: PartnershipAct) -> impl IntoView {
    let button = |function: &'static str, look: Look, words: &'static str| {
        view! {
            <PostForm function=function class="partner-act">
                <input type="hidden" name="partnership" value=partnership.to_string() />
                <Button look=look>{words}</Button>
            </PostForm>
        }
        .into_any()
    };
    let link = |page: &'static str, look: Look, words: &'static str| {
        view! {
            <ButtonLink href=format!("/partners/{partnership}/{page}") look=look>
                {words}
            </ButtonLink>
        }
        .into_any()
    };
    match act {
        PartnershipAct::Approve => button("partnership/approve", Look::Primary, "Approve request"),
        PartnershipAct::Accept => link("accept", Look::Primary, "Accept request"),
        PartnershipAct::DeclineProposal | PartnershipAct::Decline => link("decline", Look::Plain, "Decline request"),
        PartnershipAct::Resume => button("partnership/resume", Look::Primary, "Resume"),
        PartnershipAct::SendAgain => link("send-again", Look::Primary, "Send again"),
        PartnershipAct::Remind => button("partnership/remind", Look::Plain, "Send reminder"),
        PartnershipAct::Withdraw => link("withdraw", Look::Plain, "Withdraw request"),
        PartnershipAct::SetEnd => link("end", Look::Plain, "Set end date"),
        PartnershipAct::NameOwner => link("owner", Look::Plain, "Name partnership owner"),
        PartnershipAct::Suspend => link("suspend", Look::Plain, "Suspend"),
        PartnershipAct::Remove => link("remove", Look::Danger, "Remove partner"),
        PartnershipAct::Share => link("share-accounts", Look::Primary, "Share accounts"),
        // They stand on tabs of their own.
        PartnershipAct::SetPolicy | PartnershipAct::RemoveMember => ().into_any(),
    }
}

#[component]
fn Facts(overview: PartnerOverviewView) -> impl IntoView {
    let PartnerOverviewView {
        header,
        public_id,
        contact,
        owner,
        owner_is_active,
        reason,
        proposed_at,
        lapses_at,
        agreed,
        ends_at,
        ended_at,
        ..
    } = overview;
    let looked_after = match (owner_is_active, header.side) {
        (true, _) => owner,
        (false, Side::Guest) => format!("{owner} can no longer act. Your Admins act for them."),
        (false, Side::Host) => format!("{owner} can no longer act. The Admins of {} act for them.", header.name),
    };
    // The address that the host has written to is one of the guest's.
    let contact_name = match header.side {
        Side::Guest => "Contact",
        Side::Host => "Contact at your company",
    };
    let moment = |name: &'static str, at: domain::Moment| {
        view! {
            <div class="partner-fact">
                <dt>{name}</dt>
                <dd>
                    <Exactly at=at />
                </dd>
            </div>
        }
    };
    let text = |name: &'static str, text: String| {
        view! {
            <div class="partner-fact">
                <dt>{name}</dt>
                <dd class="partner-fact-text">{text}</dd>
            </div>
        }
    };
    view! {
        <dl class="partner-facts">
            {text("Name", name_alone(&header.name))}
            <div class="partner-fact">
                <dt>"Workspace ID"</dt>
                {match public_id {
                    Some(id) => {
                        view! {
                            <dd class="partner-fact-fixed">{id.clone()}</dd>
                            <dd class="partner-fact-act">
                                <CopyButton value=id what="the partner’s ID".to_owned() />
                            </dd>
                        }
                            .into_any()
                    }
                    None => view! { <dd>"Not known yet: the company was invited to found a workspace."</dd> }.into_any(),
                }}
            </div>
            {(!contact.is_empty()).then(|| text(contact_name, contact))}
            {text("Partnership owner", looked_after)}
            {reason.map(|reason| text("Reason", reason))}
            {moment("Proposed", proposed_at)}
            {lapses_at.map(|at| moment("Can be answered until", at))}
            {agreed.map(|agreed| view! { <Agreed agreed=agreed /> })}
            {ends_at.map(|at| moment("Ends", at))}
            {ended_at.map(|at| moment("Over since", at))}
        </dl>
    }
}

/// Who has agreed to which terms.
#[component]
fn Agreed(agreed: AgreedTerms) -> impl IntoView {
    let AgreedTerms { by, at, version } = agreed;
    let by = by.map_or_else(String::new, |by| format!(" by {by}"));
    let terms = version.map_or_else(String::new, |version| format!(" (terms, version {version})"));
    view! {
        <div class="partner-fact">
            <dt>"Accepted"</dt>
            <dd>
                <Exactly at=at />
                {by}
                {terms}
            </dd>
        </div>
    }
}
