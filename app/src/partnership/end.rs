//! The end date.

use super::act::{ActPage, act_page, can};
use crate::ui::button::Look;
use crate::ui::text_field::TextField;
use chrono::Days;
use domain::policy::PartnershipAct;
use leptos::prelude::*;

/// Setting, moving or taking away the end of a partnership.
#[component]
pub fn PartnershipEndPage() -> impl IntoView {
    act_page("partnership/set-end", |overview, posted| {
        let possible = can(&overview, &[PartnershipAct::SetEnd]);
        let name = overview.header.name.clone();
        // It ends at midnight after its last day.
        let now = overview.ends_at.map(|end| (end.date_naive() - Days::new(1)).to_string()).unwrap_or_default();
        let (typed, problem) = (posted.or("end_date", &now), posted.problem("end_date"));
        view! {
            <ActPage
                header=overview.header
                instead=(!possible).then_some(overview.next_step)
                heading="Set end date"
                function="partnership/set-end"
                look=Look::Primary
                words="Save end date"
                posted=posted
            >
                <p>
                    "When the partnership with " <strong>{name}</strong>
                    " ends, its guests lose their access and requests that wait are cancelled. Old access never comes
                    back."
                </p>
                <TextField
                    name="end_date"
                    label="Last day (optional)"
                    hint="The partnership ends at midnight (UTC) after it. Leave it empty for no end."
                    kind="date"
                    value=typed
                    error=problem
                />
            </ActPage>
        }
        .into_any()
    })
}
