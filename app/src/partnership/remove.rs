//! Taking a partnership down, after saying what is lost.

use super::act::ActPage;
use super::api::partner_removal;
use super::header::in_address;
use crate::layout::form::Posted;
use crate::layout::{NotFound, page_or_error};
use crate::ui::button::Look;
use domain::partnership::RemovePartnerView;
use domain::policy::Side;
use leptos::prelude::*;

const FUNCTION: &str = "partnership/remove";

/// What is lost, and the button that does it.
#[component]
pub fn RemovePartnerPage() -> impl IntoView {
    let Some(partnership) = in_address() else { return view! { <NotFound /> }.into_any() };
    let posted = Posted::to(FUNCTION);
    Suspend::new(async move {
        page_or_error(partner_removal(partnership).await, |removal| {
            view! { <RemovePartner removal=removal posted=posted /> }
        })
    })
    .into_any()
}

#[component]
fn RemovePartner(removal: RemovePartnerView, posted: Posted) -> impl IntoView {
    let RemovePartnerView { header, loss } = removal;
    let name = header.name.clone();
    let kept = match header.side {
        Side::Guest => "Your own people keep their access, and the activity is kept.",
        Side::Host => "The activity is kept.",
    };
    view! {
        <ActPage
            header=header
            instead=None
            heading="Remove partner?"
            function=FUNCTION
            look=Look::Danger
            words="Remove partner"
            posted=posted
        >
            <p>"When the partnership with " <strong>{name}</strong> " is removed:"</p>
            <ul class="partner-follows">
                {loss.told().into_iter().map(|lost| view! { <li>{lost}</li> }).collect_view()}
            </ul>
            <p>
                {kept}
                " This cannot be taken back: a new request makes a new partnership, and old access does not return."
            </p>
            <p>
                "Whoever knows a password can still use it outside Latchkey. Change the passwords at the apps themselves
                when they must not."
            </p>
        </ActPage>
    }
}
