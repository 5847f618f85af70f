//! The terms, and the guest's yes.

use super::act::{ActPage, act_page, can};
use crate::ui::button::Look;
use crate::ui::text_field::Checkbox;
use domain::partnership::{TERMS, TERMS_VERSION};
use domain::policy::PartnershipAct;
use leptos::prelude::*;

/// Accepting a partnership.
#[component]
pub fn AcceptPartnershipPage() -> impl IntoView {
    act_page("partnership/accept", |overview, posted| {
        let possible = can(&overview, &[PartnershipAct::Accept]);
        let name = overview.header.name.clone();
        let (ticked, problem) = (posted.ticked("agreed", false), posted.problem("agreed"));
        view! {
            <ActPage
                header=overview.header
                instead=(!possible).then_some(overview.next_step)
                heading="Accept request"
                function="partnership/accept"
                look=Look::Primary
                words="Accept request"
                posted=posted
            >
                <p>
                    <strong>{name}</strong>
                    " wants to share accounts with your company. Who agrees to these terms, and when, is recorded."
                </p>
                <section class="partner-terms" aria-labelledby="terms-heading">
                    <h2 id="terms-heading">{format!("Terms, version {TERMS_VERSION}")}</h2>
                    <ol>{TERMS.into_iter().map(|term| view! { <li>{term}</li> }).collect_view()}</ol>
                </section>
                <input type="hidden" name="terms_version" value=TERMS_VERSION.to_string() />
                <Checkbox name="agreed" label="My company agrees to these terms" checked=ticked error=problem />
            </ActPage>
        }
        .into_any()
    })
}
