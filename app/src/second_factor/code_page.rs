//! Setting up one-time codes: the secret for the app, and the code that shows that it has it.

use super::api::one_time_codes_under_way;
use super::part::RecoveryCodeList;
use crate::layout::form::{Answer, PostForm, Posted, Problems};
use crate::layout::{title, why_not};
use crate::session::ConfirmItIsYou;
use crate::ui::button::{Button, ButtonLink, Look};
use crate::ui::copy_button::CopyButton;
use crate::ui::text_field::TextField;
use crate::wire::Failure;
use domain::second_factor::{OneTimeCodeSetUp, RecoveryCodes};
use domain::{AppError, Denial};
use leptos::prelude::*;
use leptos_meta::Title;

/// The QR code, the secret as text, and the code; afterwards the recovery codes.
#[component]
pub fn OneTimeCodePage() -> impl IntoView {
    if let Some(answered) = Answer::of::<RecoveryCodes>("second-factor/confirm-codes") {
        return view! { <Done codes=answered.codes /> }.into_any();
    }
    let posted = Posted::to("second-factor/confirm-codes");
    Suspend::new(async move {
        match one_time_codes_under_way().await {
            Ok(Some(set_up)) => view! { <SetUp set_up=set_up posted=posted /> }.into_any(),
            Ok(None) => view! { <NotUnderWay /> }.into_any(),
            Err(Failure(AppError::Denied { denial: Denial::ConfirmFirst })) => {
                crate::answer_with(200);
                view! {
                    <Title text=title("Set up one-time codes") />
                    <div class="page-head">
                        <h1>"Set up one-time codes"</h1>
                    </div>
                    <ConfirmItIsYou purpose="to set up one-time codes" />
                }
                .into_any()
            }
            Err(failure) => why_not(failure),
        }
    })
    .into_any()
}

#[component]
fn SetUp(set_up: OneTimeCodeSetUp, posted: Posted) -> impl IntoView {
    let OneTimeCodeSetUp { secret, address, drawing, width } = set_up;
    let plain = secret.replace(' ', "");
    view! {
        <Title text=posted.title("Set up one-time codes") />
        <h1>"Set up one-time codes"</h1>
        <ol class="set-up-steps">
            <li>
                <h2>"Scan this with your app"</h2>
                <svg
                    class="qr-code"
                    viewBox=format!("0 0 {width} {width}")
                    role="img"
                    aria-label="QR code with the secret that stands below as text"
                    shape-rendering="crispEdges"
                >
                    <rect class="qr-code-ground" width=width height=width />
                    <path class="qr-code-squares" d=drawing />
                </svg>
                <p>"Or type this secret into the app, as one that is based on time:"</p>
                <p class="set-up-secret">
                    <code>{secret}</code>
                    <CopyButton value=plain what="secret".to_owned() />
                </p>
                <p>
                    <a href=address>"Open in an app on this device"</a>
                </p>
            </li>
            <li>
                <h2>"Enter the code that the app shows"</h2>
                <Problems posted=posted.clone() />
                <PostForm function="second-factor/confirm-codes">
                    <TextField
                        name="code"
                        label="Code"
                        hint="Six digits. After 30 seconds there is a new one."
                        autocomplete="one-time-code"
                        required=true
                        error=posted.problem("code")
                    />
                    <div class="form-acts">
                        <Button look=Look::Primary>"Turn on one-time codes"</Button>
                        <ButtonLink href="/settings/security">"Cancel"</ButtonLink>
                    </div>
                </PostForm>
            </li>
        </ol>
    }
}

#[component]
fn Done(codes: Vec<String>) -> impl IntoView {
    let any = !codes.is_empty();
    view! {
        <Title text=title("One-time codes are set up") />
        <div class="page-head">
            <h1>"One-time codes are set up"</h1>
        </div>
        <div class="set-up-told">
            <p role="status">"From now on you are asked for a code when you sign in with your password."</p>
            {any.then(|| view! { <RecoveryCodeList codes=codes under_page=true /> })}
            <div class="form-acts">
                <ButtonLink href="/settings/security" look=Look::Primary>
                    "Back to Security"
                </ButtonLink>
            </div>
        </div>
    }
}

#[component]
fn NotUnderWay() -> impl IntoView {
    view! {
        <Title text=title("Set up one-time codes") />
        <div class="page-head">
            <h1>"Set up one-time codes"</h1>
        </div>
        <div class="set-up-told">
            <p>"No set-up is under way. Begin under Security."</p>
            <div class="form-acts">
                <ButtonLink href="/settings/security" look=Look::Primary>
                    "Go to Security"
                </ButtonLink>
            </div>
        </div>
    }
}
