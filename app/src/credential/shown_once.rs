//! A secret on a page that was made for it.

use domain::secret::Secret;
use leptos::prelude::*;

/// Shows a secret on the page that answers a form. The browser goes on by itself when the seconds are over.
#[component]
pub(super) fn ShownOnce(
    /// The secret.
    secret: Secret,
    /// Seconds for which it stands there.
    seconds: u32,
    /// The page that follows.
    back: String,
    /// Whether it is a one-time code.
    #[prop(optional)]
    is_code: bool,
) -> impl IntoView {
    // Less than a second left would leave no time to read it.
    let seconds = seconds.max(1);
    crate::go_on_after(seconds, &back);
    let unit = if seconds == 1 { "second" } else { "seconds" };
    let told = if is_code {
        format!("It holds for {seconds} {unit}. Then this page goes on: ask for a new one.")
    } else {
        format!("It leaves this page after {seconds} {unit}.")
    };
    view! {
        <div class="secret" tabindex="-1" autofocus=true>
            <p class="secret-value">
                <code class="secret-text">{secret.expose().to_owned()}</code>
            </p>
            <p class="secret-told" role="status">
                {told}
            </p>
        </div>
    }
}
