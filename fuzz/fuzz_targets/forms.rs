//! The decoder of every server function: what it accepts is what a page or an island would send for the same arguments.
#![no_main]
#![recursion_limit = "256"]

#[path = "../../server/tests/edge/sweep/arguments.rs"]
mod arguments;
mod seed;

use app::access_request::posted::{PostedAct, PostedRequest};
use arguments::ARGUMENTS;
use axum::body::Body;
use axum::extract::Request;
use leptos::prelude::ServerFnError;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{FromReq, PostUrl};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

/// A server function, as far as it can be told without running it.
struct Form {
    /// Its endpoint, such as `member/invite`.
    endpoint: &'static str,
    /// Decodes a body, and holds what comes out to its rules.
    check: fn(&[u8]) -> bool,
}

impl Form {
    fn of<F: ServerFn + Serialize + DeserializeOwned + Debug + 'static>() -> Self {
        Self { endpoint: F::PATH.trim_start_matches("/api/"), check: check::<F> }
    }
}

/// The server functions of each feature, by the names of their arguments.
macro_rules! forms {
    ($($feature:ident { $($function:ident),+ })+) => {
        static FORMS: LazyLock<Vec<Form>> =
            LazyLock::new(|| vec![$($(Form::of::<app::$feature::api::$function>()),+),+]);
    };
}

forms! {
    access_grant {
        AccountMembers, AddMembersForm, ChangeRole, ConfirmAccess, GiveAccess, GiveBackAccess, RemoveAccess
    }
    access_request {
        AcceptRequestLine, DecideSelected, DeclineRequestLine, ExtendAccess, ExtensionForm, PickedMembers,
        RemindOfRequest, RequestAskedBefore, RequestForm, RequestsToDecide, SearchMembers, SendAccessRequest,
        SentRequests, WithdrawRequest
    }
    account {
        AccountDeletion, AccountGeneral, AccountSettings, AccountsWithoutOwner, AddAccount, AssignOwner,
        DeleteAccount, DeletedAccounts, EditAccount, ListAccounts, LogIn, LoginUrl, NewAccountKey, OwnerChoices,
        RestoreAccount
    }
    account_share {
        PartnerAccounts, PartnerMembers, RemovePartnerMember, ShareAccounts, ShareAgain, ShareAgainForm,
        ShareForm, SharePartners, StopSharing
    }
    activity { AccountActivity, ListActivity }
    credential {
        AddField, ChangeField, CopyPassword, CopyUsername, Exposure, GeneratePassword, LogInPanel, OneTimeCode,
        PasswordHistory, PasswordStrength, RemoveField, RemoveOneTimeCode, RemovePassword, RotationTasks,
        Secrets, SetCopying, ShowField, ShowPassword, StoreOneTimeCode, StorePassword
    }
    invitation { JoinWorkspace, ViewInvitation }
    member {
        ChangeWorkspaceRole, DeactivateMember, InvitationLink, InviteMembers, LeavingMember, ListMembers,
        ManagedMember, MayInvite, ReactivateMember, ResendInvitation, ResetSignIn, WithdrawInvitation
    }
    notification { ChooseMails, ListNotifications, MailChoices, MarkAllRead, MarkRead }
    partnership {
        AcceptPartnership, ApprovePartnership, DeclinePartnership, ListPartners, NamePartnershipOwner,
        NewPartnerForm, PartnerOverview, PartnerPolicy, PartnerRemoval, PartnershipOwnerChoices,
        ProposePartnership, RemindOfPartnership, RemovePartner, ResumePartnership, SendPartnershipAgain,
        SetPartnerPolicy, SetPartnershipEnd, SuspendPartnership, WithdrawPartnership
    }
    passkey { AddPasskey, AskForPasskey, BeginPasskey, RemovePasskey, SignInWithPasskey }
    password { ChangePassword, ForgotPassword, ResetLink, ResetPassword }
    profile { AgreeToEmailChange, ChangeEmail, EmailChange, OwnProfile, RenameOneself }
    second_factor {
        BeginOneTimeCodes, ConfirmOneTimeCodes, NewRecoveryCodes, OneTimeCodesUnderWay, RemoveOneTimeCodes,
        RequireSecondFactor, ResetSecondFactor, SignInRules
    }
    session {
        ConfirmOneself, EndOtherSessions, EndSession, Frame, HalfOpen, Notice, OwnSecurity, SecondStep, SignIn,
        SignOut, SwitchWorkspace
    }
    workspace {
        AnswerAs, AskToFound, CanSetUp, FoundWorkspace, HandOver, HandOverChoices, OwnWorkspace,
        RenameWorkspace, SetUp, ViewFounding
    }
}

/// A form that makes sense for each server function, and one of the page that takes its form in a way of its own.
static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    const ID: &str = "01a20000-0000-7000-8000-000000000001";
    let request =
        "key={id}&typed=ann&members={id}&role=collaborator&access_end=date&access_end_date=2027-01-31&act=add:{id}";
    let forms = ARGUMENTS.iter().copied().chain([("", request)]);
    forms.map(|(endpoint, arguments)| format!("{endpoint}?{}", with_ids(arguments, ID))).collect()
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seed::mutate(data, size, max_size, seed, &SEEDS)
});

fuzz_target!(init: the_list_is_whole(), |data: &[u8]| {
    // The endpoint, and what is posted there. A name that is none stands for one, too: nothing is tried in vain.
    let split = data.iter().position(|byte| *byte == b'?').unwrap_or_default();
    let (name, body) = data.split_at(split);
    let body = body.strip_prefix(b"?").unwrap_or(body);
    if name.is_empty() {
        return check_posted_request(body);
    }
    let known = FORMS.iter().position(|form| form.endpoint.as_bytes() == name);
    let number = known.unwrap_or_else(|| name.iter().map(|byte| usize::from(*byte)).sum::<usize>() % FORMS.len());
    (FORMS[number].check)(body);
});

/// That no server function is forgotten here, and none of them cannot be called at all.
fn the_list_is_whole() {
    let ours: BTreeSet<&str> = FORMS.iter().map(|form| form.endpoint).collect();
    let linked: Vec<String> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
    let linked: BTreeSet<&str> = linked.iter().map(|path| path.trim_start_matches("/api/")).collect();
    assert_eq!(ours, linked, "the list in fuzz_targets/forms.rs (left) and the program (right) differ");
    for seed in SEEDS.iter() {
        let (endpoint, body) = seed.split_once('?').expect("a seed has an endpoint and a body");
        let form = FORMS.iter().find(|form| form.endpoint == endpoint);
        assert!(form.is_none_or(|form| (form.check)(body.as_bytes())), "{seed}");
    }
}

/// Arguments in which every name in braces is this id.
fn with_ids(arguments: &str, id: &str) -> String {
    let mut pieces = arguments.split('{');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + id + piece.split_once('}').map_or("", |(_, rest)| rest))
}

/// Whether a body can be decoded. What was decoded is encoded, and decoded to the same again.
fn check<F: Serialize + DeserializeOwned + Debug + 'static>(body: &[u8]) -> bool {
    let Some(arguments) = decoded::<F>(body.to_vec()) else { return false };
    match serde_qs::to_string(&arguments) {
        Ok(written) => {
            let again = decoded::<F>(written.clone().into_bytes());
            let again = again.unwrap_or_else(|| panic!("{written:?} is not read again: {arguments:?}"));
            assert_eq!(format!("{again:?}"), format!("{arguments:?}"), "{written:?}");
            assert_eq!(serde_qs::to_string(&again).ok(), Some(written));
        }
        // A server writes no secret.
        Err(error) => {
            assert!(error.to_string().contains("a secret is not serialized"), "{error}: {arguments:?}");
            assert!(format!("{arguments:?}").contains("Secret"), "{arguments:?}");
        }
    }
    true
}

/// As the framework decodes the body of a post to a server function.
fn decoded<F: DeserializeOwned + 'static>(body: Vec<u8>) -> Option<F> {
    let request = Request::new(Body::from(body));
    let reading = pin!(<F as FromReq<PostUrl, Request, ServerFnError>>::from_req(request));
    match reading.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(read) => read.ok(),
        Poll::Pending => panic!("a body that is there is not waited for"),
    }
}

/// The form "Request share access", which a page without scripts posts to itself.
fn check_posted_request(body: &[u8]) {
    let Ok((posted, act)) = PostedRequest::parse(&String::from_utf8_lossy(body)) else { return };
    let PostedRequest { form, typed, failure } = &posted;
    assert_eq!(*failure, None);
    let mut written = url::form_urlencoded::Serializer::new(String::new());
    written.append_pair("key", &form.key.to_string()).append_pair("typed", typed).append_pair("role", &form.role);
    written.append_pair("access_end", &form.access_end).append_pair("access_end_date", &form.access_end_date);
    written.append_pair("reason", &form.reason);
    written.extend_pairs(form.members.iter().map(|member| ("members", member.to_string())));
    written.append_pair(
        "act",
        &match act {
            PostedAct::Search => "search".to_owned(),
            PostedAct::Send => "send".to_owned(),
            PostedAct::Add(member) => format!("add:{member}"),
            PostedAct::Remove(member) => format!("remove:{member}"),
        },
    );
    assert_eq!(PostedRequest::parse(&written.finish()), Ok((posted.clone(), act)));
    let members = |posted: PostedRequest| posted.after(act).form.members;
    match act {
        PostedAct::Add(member) => assert!(members(posted).contains(&member)),
        PostedAct::Remove(member) => assert!(!members(posted).contains(&member)),
        PostedAct::Search | PostedAct::Send => assert_eq!(posted.clone().after(act), posted),
    }
}
