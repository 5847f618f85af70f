//! Live updates: what concerns this member appears without a reload.
//!
//! The stream only says that something has changed. The island then fetches the page that is open anew and puts its live
//! parts, marked `data-live`, in the place of the old ones, unless the reader is in the middle of something there; then it
//! waits. So there is one way to render a page, and nothing in a message that a reader must not see.

mod part;

use crate::ui::clipboard;
use domain::credential::IN_CLIPBOARD_SECONDS;
use leptos::prelude::*;
use leptos::task::spawn_local;
use part::Parts;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::{Closure, WasmClosure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomParser, Element, Event, EventSource, Headers, MessageEvent, RequestInit, Response, SupportedType};

/// Between two looks at whether the reader has finished, and between two fetches when changes come in a row.
const PAUSE: Duration = Duration::from_millis(500);

/// The first and the longest wait before a stream that the server or the network has refused is asked for again.
const FIRST_WAIT: Duration = Duration::from_secs(5);
const LONGEST_WAIT: Duration = Duration::from_secs(80);

/// How long a form that the reader has sent may take to lead on. A page that still stands then has started a download.
///
/// Counted from a `submit` that this page has heard. Nothing is fetched meanwhile, so that the page is not found gone
/// through what the form itself has done. [`GIVING_WAY`] is for the form that it has not heard of.
const LEADING_ON: Duration = Duration::from_secs(10);

/// How long a page that is gone still stands, for a form that was sent before the page was awake to hear of it.
///
/// Counted from the answer that says so. Shorter than [`LEADING_ON`]: whether there is such a form is not known, and
/// what may no longer be seen stands there meanwhile.
const GIVING_WAY: Duration = Duration::from_secs(2);

/// Fired on the document after parts were replaced: islands in them are woken.
const REPLACED: &str = "latchkey:replaced";

/// A header of the fetch: the one-time message that waits for the reader is not for this copy of the page.
pub const REFRESH: &str = "x-latchkey-refresh";

/// What fetching the page anew came to.
enum Fetched {
    /// The page.
    Page(web_sys::Document),
    /// The reader is signed out.
    SignedOut,
    /// There is no such page any more, or not for this reader.
    Gone,
    /// No answer, or none for now.
    Nothing,
}

/// Follows the stream of changes. One in a page.
#[island]
pub fn Live(
    /// Where the activity stood when the page was made.
    sequence: i64,
) -> impl IntoView {
    let said = RwSignal::new("");
    if !is_server() {
        // Taken before any island has changed its own markup: what is compared later is what the server wrote.
        let parts = Parts::in_page();
        Effect::new(move |_| Follower::start(sequence, parts.clone(), said));
        clipboard::go_on(Duration::from_secs(IN_CLIPBOARD_SECONDS.into()));
    }
    view! {
        <p class="visually-hidden" role="status">
            {move || said.get()}
        </p>
    }
}

/// Follows the stream from a page's first moment to its last.
#[derive(Clone, Copy)]
struct Follower {
    source: StoredValue<Option<EventSource>, LocalStorage>,
    parts: StoredValue<Parts>,
    /// Up to where changes are known.
    sequence: StoredValue<i64>,
    /// Whether something has changed since the page was last fetched.
    stale: StoredValue<bool>,
    /// Whether a fetch, or a pause before one, is under way.
    busy: StoredValue<bool>,
    /// Whether the session has ended.
    ended: StoredValue<bool>,
    /// Whether a form that the reader has sent is about to lead on.
    leaving: StoredValue<bool>,
    wait: StoredValue<Duration>,
    said: RwSignal<&'static str>,
}

impl Follower {
    fn start(sequence: i64, parts: Parts, said: RwSignal<&'static str>) {
        let follower = Self {
            source: StoredValue::new_local(None),
            parts: StoredValue::new(parts),
            sequence: StoredValue::new(sequence),
            stale: StoredValue::new(false),
            busy: StoredValue::new(false),
            ended: StoredValue::new(false),
            leaving: StoredValue::new(false),
            wait: StoredValue::new(FIRST_WAIT),
            said,
        };
        follower.open();
        // An open stream keeps a page out of the back-forward cache, and a page that nobody looks at needs none: browsers
        // allow only six connections to a server over HTTP/1.1, for all tabs together.
        window_event_listener_untyped("pagehide", move |_| follower.close());
        window_event_listener_untyped("pageshow", move |_| follower.open());
        window_event_listener_untyped("submit", move |event| follower.sent(event));
        let visibility =
            Closure::<dyn Fn()>::new(move || if document().hidden() { follower.close() } else { follower.open() });
        listen(&document(), "visibilitychange", visibility);
    }

    fn open(self) {
        if self.source.with_value(Option::is_some) || self.ended.get_value() || document().hidden() {
            return;
        }
        let watched = watched().map_or_else(String::new, |watched| format!("&activity={watched}"));
        let address = format!("/live?since={}{watched}", self.sequence.get_value());
        let Ok(source) = EventSource::new(&address) else { return };
        let changed = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(sequence) = event.data().as_string().and_then(|data| sequence_in(&data)) {
                self.sequence.update_value(|known| *known = sequence.max(*known));
            }
            self.wait.set_value(FIRST_WAIT);
            self.stale.set_value(true);
            self.parts.update_value(Parts::wait_no_longer);
            self.refresh();
        });
        listen(&source, "changed", changed);
        listen(&source, "ended", Closure::<dyn Fn()>::new(move || self.end()));
        listen(&source, "error", Closure::<dyn Fn(Event)>::new(move |_| self.failed()));
        self.source.set_value(Some(source));
    }

    fn close(self) {
        if let Some(source) = self.source.try_update_value(Option::take).flatten() {
            source.close();
        }
    }

    /// What the reader's own act changes is told to this page, too, which has no part in it any more: a form leads on to what
    /// came of it. To load the page anew would take its answer away.
    fn sent(self, event: Event) {
        let elsewhere = event
            .target()
            .and_then(|form| form.dyn_into::<Element>().ok())
            .is_some_and(|form| form.has_attribute("target"));
        if elsewhere {
            return;
        }
        self.leaving.set_value(true);
        // Only once every island has had its turn is it known whether one of them sends the form in its own way.
        let wait = move || if event.default_prevented() { Duration::ZERO } else { LEADING_ON };
        set_timeout(move || set_timeout(move || self.stay(), wait()), Duration::ZERO);
    }

    fn stay(self) {
        self.leaving.set_value(false);
        self.refresh();
    }

    fn end(self) {
        self.ended.set_value(true);
        self.close();
    }

    /// The browser connects again by itself after a broken connection, but not after a refusal. Whether that means that
    /// the session has ended, or only that the server is being restarted, the page itself tells.
    fn failed(self) {
        if self
            .source
            .with_value(|source| source.as_ref().is_some_and(|source| source.ready_state() != EventSource::CLOSED))
        {
            return;
        }
        self.close();
        let wait = self.wait.get_value();
        self.wait.set_value((wait * 2).min(LONGEST_WAIT));
        set_timeout(
            move || {
                self.stale.set_value(true);
                self.refresh();
            },
            wait,
        );
    }

    /// Shows what has changed, now or once the reader has finished.
    fn refresh(self) {
        if self.busy.get_value() || self.ended.get_value() || self.leaving.get_value() || !self.stale.get_value() {
            return;
        }
        if document().hidden() {
            // It is asked for again when somebody looks.
            return;
        }
        self.busy.set_value(true);
        if self.parts.with_value(Parts::must_wait) {
            self.pause();
            return;
        }
        self.stale.set_value(false);
        spawn_local(async move {
            match fetch_page().await {
                Fetched::Page(page) => {
                    let outcome = self.parts.try_update_value(|parts| parts.replace(&page)).unwrap_or_default();
                    if outcome.replaced {
                        wake_islands();
                    }
                    if let Some(message) = outcome.message {
                        self.say(message);
                    }
                    if outcome.waiting {
                        self.stale.set_value(true);
                    }
                    self.open();
                }
                _ if self.leaving.get_value() => self.stale.set_value(true),
                Fetched::SignedOut => self.end(),
                Fetched::Gone => {
                    self.end();
                    // What may no longer be seen must not stay in view. A form that was sent before this page was awake leads
                    // on first: to load the page anew would take its answer away.
                    let reload = || {
                        // Where the browser refuses, the page stays as it is.
                        let _ = window().location().reload();
                    };
                    set_timeout(reload, GIVING_WAY);
                }
                Fetched::Nothing => {
                    self.close();
                    self.failed();
                }
            }
            self.pause();
        });
    }

    fn pause(self) {
        set_timeout(
            move || {
                self.busy.set_value(false);
                self.refresh();
            },
            PAUSE,
        );
    }

    fn say(self, message: &'static str) {
        self.said.set(message);
        // The same words are announced again only after they were gone.
        set_timeout(move || self.said.set(""), Duration::from_secs(5));
    }
}

async fn fetch_page() -> Fetched {
    let Ok(headers) = Headers::new() else { return Fetched::Nothing };
    let asked = headers.set("accept", "text/html").and_then(|()| headers.set(REFRESH, "1"));
    let request = RequestInit::new();
    request.set_headers(&headers);
    let Ok(address) = window().location().href() else { return Fetched::Nothing };
    let answer = JsFuture::from(window().fetch_with_str_and_init(&address, &request)).await;
    let Some(answer) = asked.and(answer).ok().and_then(|answer| answer.dyn_into::<Response>().ok()) else {
        return Fetched::Nothing;
    };
    match answer.status() {
        _ if answer.redirected() => return Fetched::SignedOut,
        401 => return Fetched::SignedOut,
        403 | 404 => return Fetched::Gone,
        _ => {}
    }
    // A filter that cannot be used is told on the page itself, which goes on living.
    if !answer.ok() && answer.status() != 422 {
        return Fetched::Nothing;
    }
    let Ok(text) = answer.text() else { return Fetched::Nothing };
    let Some(text) = JsFuture::from(text).await.ok().and_then(|text| text.as_string()) else { return Fetched::Nothing };
    match DomParser::new().and_then(|parser| parser.parse_from_string(&text, SupportedType::TextHtml)) {
        Ok(page) => Fetched::Page(page),
        Err(_) => Fetched::Nothing,
    }
}

/// The activity that the page shows and is told of.
fn watched() -> Option<String> {
    document().query_selector("[data-watched]").ok().flatten()?.get_attribute("data-watched")
}

fn wake_islands() {
    if let Ok(event) = Event::new(REPLACED) {
        // Nobody cancels it, and a dispatch of our own event cannot fail.
        let _ = document().dispatch_event(&event);
    }
}

fn listen<F: WasmClosure + ?Sized>(target: &web_sys::EventTarget, event: &str, run: Closure<F>) {
    let _ = target.add_event_listener_with_callback(event, run.as_ref().unchecked_ref());
    run.forget();
}

/// The number in `{"sequence":N}`.
fn sequence_in(message: &str) -> Option<i64> {
    let (_, rest) = message.split_once("\"sequence\":")?;
    rest.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_read_from_a_message() {
        assert_eq!(sequence_in("{\"sequence\":42}"), Some(42));
        assert_eq!(sequence_in("{ \"sequence\": 42 }"), Some(42));
        for other in ["", "{}", "{\"sequence\":null}", "{\"sequence\":99999999999999999999}"] {
            assert_eq!(sequence_in(other), None, "{other}");
        }
    }
}
