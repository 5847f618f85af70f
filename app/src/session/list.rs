//! Settings: where one is signed in.

use crate::layout::moment::Ago;
use crate::ui::badge::{Badge, Tone};
use crate::ui::button::{Button, Look};
use crate::ui::table::{Cell, NamingCell, Table};
use domain::session::SessionView;
use leptos::prelude::*;

const NETWORK: &str = "Network";
const SIGNED_IN: &str = "Signed in";
const LAST_SEEN: &str = "Last seen";
const END: &str = "End";
const COLUMNS: [&str; 5] = ["Browser", NETWORK, SIGNED_IN, LAST_SEEN, END];

/// The own sessions, each with a way to end it.
#[component]
pub fn SessionList(
    /// The sessions, the latest use first.
    sessions: Vec<SessionView>,
) -> impl IntoView {
    let others = sessions.len() > 1;
    view! {
        <Table caption="Your sessions".to_owned() columns=&COLUMNS>
            {sessions.into_iter().map(|session| view! { <Row session=session /> }).collect_view()}
        </Table>
        {others
            .then(|| {
                view! {
                    <form method="post" action="/api/session/end-others">
                        <Button look=Look::Danger>"End all others"</Button>
                    </form>
                }
            })}
    }
}

#[component]
fn Row(session: SessionView) -> impl IntoView {
    let SessionView { session, current, browser, network, began_at, last_seen_at } = session;
    let browser = if browser.is_empty() { "Unknown browser".to_owned() } else { browser };
    let object = format!("the session of {browser} at {network}");
    view! {
        <tr class="table-row" role="row">
            <NamingCell>
                <span class="session-browser">{browser}</span>
                {current.then(|| view! { <Badge tone=Tone::Accent>"This browser"</Badge> })}
            </NamingCell>
            <Cell label=NETWORK>{network}</Cell>
            <Cell label=SIGNED_IN>
                <Ago at=began_at />
            </Cell>
            <Cell label=LAST_SEEN>
                <Ago at=last_seen_at />
            </Cell>
            <Cell label=END>
                {match session {
                    _ if current => "By signing out".into_any(),
                    Some(session) => {
                        view! {
                            <form method="post" action="/api/session/end">
                                <input type="hidden" name="session" value=session.to_string() />
                                <Button small=true object=object>
                                    "End"
                                </Button>
                            </form>
                        }
                            .into_any()
                    }
                    None => "With all others".into_any(),
                }}
            </Cell>
        </tr>
    }
}
