//! Points in time as pages tell them.

use crate::Now;
use crate::ui::time::Time;
use chrono::SecondsFormat;
use domain::Moment;
use domain::time::{ago, day_and_time};
use leptos::prelude::*;

/// "1 hour ago".
#[component]
pub fn Ago(
    /// When.
    at: Moment,
) -> impl IntoView {
    let exact = day_and_time(at);
    match use_context::<Now>() {
        Some(Now(now)) => view! { <Time datetime=machine_readable(at) told=ago(at, now) exact=Some(exact) /> },
        None => view! { <Time datetime=machine_readable(at) told=exact exact=None /> },
    }
}

/// "12 March 2026, 14:05 UTC".
#[component]
pub fn Exactly(
    /// When.
    at: Moment,
) -> impl IntoView {
    view! { <Time datetime=machine_readable(at) told=day_and_time(at) exact=None /> }
}

fn machine_readable(at: Moment) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
