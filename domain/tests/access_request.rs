//! Access requests: what a form may ask, and what an owner may answer.

use chrono::{Days, NaiveDate, TimeDelta};
use domain::access_grant::{GrantSource, GrantState};
use domain::access_request::{
    AcceptWith, AccessEnd, Asked, CancelReason, Candidate, DecidedSelection, Decision, Held, LineState, MOST_MEMBERS,
    PendingSince, RequestForm, RequestState, accepted_terms, adds_nothing, end_choices, may_ask, role_choices,
    why_not_ask,
};
use domain::account::{AccountRole, AccountSort};
use domain::activity::EventKind;
use domain::member::MemberStatus;
use domain::notification::{MailDelivery, MailTopic, wants_decision};
use domain::partnership::{PartnershipPolicy, PartnershipState, ShareState};
use domain::workspace::WorkspaceRole;
use domain::{Conflict, Denial, IdempotencyKey, MemberId, Moment, Problem};
use proptest::prelude::*;
use uuid::Uuid;

const OPEN: PartnershipPolicy = PartnershipPolicy {
    highest_role: AccountRole::AccountManager,
    longest_days: None,
    reason_required: false,
    open_days: 14,
    shortest_reason: 0,
    cool_down_days: 0,
};

fn at(text: &str) -> Moment {
    text.parse().expect("a time in the test is well-formed")
}

fn now() -> Moment {
    at("2026-03-12T14:05:00Z")
}

fn member(number: u128) -> MemberId {
    MemberId(Uuid::from_u128(number))
}

fn form() -> RequestForm {
    RequestForm {
        key: IdempotencyKey(Uuid::from_u128(1)),
        members: vec![member(1)],
        role: "collaborator".to_owned(),
        access_end: "never".to_owned(),
        access_end_date: String::new(),
        reason: "The spring campaign".to_owned(),
    }
}

fn problems(form: &RequestForm, policy: &PartnershipPolicy) -> Vec<(String, String)> {
    let problems = form.check(policy, now()).err().unwrap_or_default();
    problems.into_iter().map(|Problem { field, text }| (field, text)).collect()
}

fn problem(form: &RequestForm, policy: &PartnershipPolicy) -> (String, String) {
    let mut problems = problems(form, policy);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.remove(0)
}

// The form

#[test]
fn a_form_in_order_passes_as_it_was_typed() {
    let asked = form().check(&OPEN, now()).expect("in order");
    assert_eq!(asked.members, [member(1)]);
    assert_eq!((asked.role, asked.end), (AccountRole::Collaborator, AccessEnd::Never));
    assert_eq!(asked.reason, "The spring campaign");
}

#[test]
fn every_problem_is_told_at_once_in_the_order_of_the_form() {
    let policy = PartnershipPolicy { reason_required: true, ..OPEN };
    let empty = RequestForm {
        members: Vec::new(),
        role: String::new(),
        access_end: String::new(),
        reason: "  \n ".to_owned(),
        ..form()
    };
    let told: Vec<String> =
        problems(&empty, &policy).into_iter().map(|(field, text)| format!("{field}: {text}")).collect();
    assert_eq!(
        told,
        [
            "members: Pick at least one member",
            "role: Choose a role.",
            "access_end: Choose when access ends.",
            "reason: Enter a reason: this partnership asks for one.",
        ]
    );
}

#[test]
fn one_hundred_people_pass_and_one_more_does_not() {
    let people = |count: u128| RequestForm { members: (1..=count).map(member).collect(), ..form() };
    assert_eq!(people(100).check(&OPEN, now()).expect("a hundred pass").members.len(), MOST_MEMBERS);
    let (field, text) = problem(&people(101), &OPEN);
    assert_eq!(field, "members");
    assert_eq!(text, "Pick at most 100 members for one request. Send another request for the others.");
}

#[test]
fn the_same_person_twice_is_one_person_and_the_order_stays() {
    let members: Vec<MemberId> = [3, 1, 3, 2, 1, 3].map(member).to_vec();
    let asked = RequestForm { members, ..form() }.check(&OPEN, now()).expect("in order");
    assert_eq!(asked.members, [3, 1, 2].map(member));
    let hundred_twice = (1..=100).chain(1..=100).map(member).collect();
    assert!(RequestForm { members: hundred_twice, ..form() }.check(&OPEN, now()).is_ok());
}

#[test]
fn a_reason_of_one_thousand_letters_passes_and_one_more_does_not() {
    let with = |reason: String| RequestForm { reason, ..form() };
    assert!(with("ß".repeat(1_000)).check(&OPEN, now()).is_ok());
    assert!(with(format!("  {}\r\n", "a".repeat(1_000))).check(&OPEN, now()).is_ok(), "what is trimmed does not count");
    let (field, text) = problem(&with("ß".repeat(1_001)), &OPEN);
    assert_eq!(
        (field.as_str(), text.as_str()),
        ("reason", "The reason has 1,001 characters. Shorten it to at most 1,000.")
    );
}

#[test]
fn a_reason_is_needed_only_where_the_policy_asks_for_one() {
    let without = RequestForm { reason: String::new(), ..form() };
    assert_eq!(without.check(&OPEN, now()).expect("none needed").reason, "");
    let policy = PartnershipPolicy { reason_required: true, ..OPEN };
    assert_eq!(problem(&without, &policy).1, "Enter a reason: this partnership asks for one.");
    assert!(form().check(&policy, now()).is_ok());
}

#[test]
fn a_role_above_the_policy_is_refused_with_the_limit() {
    let with = |role: &str| RequestForm { role: role.to_owned(), ..form() };
    let policy = PartnershipPolicy { highest_role: AccountRole::Collaborator, ..OPEN };
    assert!(with("account_manager").check(&OPEN, now()).is_ok());
    assert_eq!(
        problem(&with("account_manager"), &policy).1,
        "The partnership allows requests up to the role Collaborator."
    );
    for policy in [OPEN, policy] {
        assert_eq!(problem(&with("owner"), &policy).1, "A guest cannot become an owner of a partner's account.");
    }
    for word in ["", "Owner", "admin", "collaborator "] {
        assert_eq!(problem(&with(word), &OPEN).1, "Choose a role.", "{word:?}");
    }
}

#[test]
fn an_end_above_the_policy_is_refused_with_the_limit() {
    let policy = |days| PartnershipPolicy { longest_days: Some(days), ..OPEN };
    let with =
        |end: &str, date: &str| RequestForm { access_end: end.to_owned(), access_end_date: date.to_owned(), ..form() };
    assert!(with("30", "").check(&policy(30), now()).is_ok());
    assert_eq!(
        problem(&with("90", ""), &policy(30)),
        ("access_end".to_owned(), "The partnership allows access for at most 30 days.".to_owned())
    );
    assert_eq!(problem(&with("never", ""), &policy(1)).1, "The partnership allows access for at most 1 day.");
    // The last day counts whole.
    assert!(with("date", "2026-03-19").check(&policy(7), now()).is_ok());
    assert_eq!(problem(&with("date", "2026-03-20"), &policy(7)).0, "access_end");
}

#[test]
fn a_date_is_read_and_checked() {
    let end = |choice: &str, date: &str| AccessEnd::from_form(choice, date, now()).map_err(|problem| problem.field);
    let day = |text: &str| AccessEnd::On(text.parse().expect("a day"));
    let wrong_end = || Err("access_end".to_owned());
    let wrong_date = || Err("access_end_date".to_owned());
    for (choice, date, read) in [
        ("never", "", Ok(AccessEnd::Never)),
        ("never", "rubbish", Ok(AccessEnd::Never)),
        ("1", "", Ok(AccessEnd::Days(1))),
        ("90", "", Ok(AccessEnd::Days(90))),
        ("2", "", wrong_end()),
        ("0", "", wrong_end()),
        ("-1", "", wrong_end()),
        ("", "", wrong_end()),
        ("99999999999", "", wrong_end()),
        ("date", "2026-03-12", Ok(day("2026-03-12"))),
        ("date", " 2026-04-01 ", Ok(day("2026-04-01"))),
        ("date", "2026-03-11", wrong_date()),
        ("date", "", wrong_date()),
        ("date", "12.03.2026", wrong_date()),
        ("date", "2027-02-29", wrong_date()),
        ("date", "2028-02-29", Ok(day("2028-02-29"))),
        ("date", "2036-03-01", Ok(day("2036-03-01"))),
        ("date", "2096-03-01", wrong_date()),
        ("date", "+262142-12-31", wrong_date()),
    ] {
        assert_eq!(end(choice, date), read, "{choice:?} {date:?}");
    }
}

#[test]
fn access_to_a_day_ends_at_the_midnight_after_it() {
    let day: NaiveDate = "2026-03-12".parse().expect("a day");
    assert_eq!(AccessEnd::On(day).moment(now()), Some(at("2026-03-13T00:00:00Z")));
    assert_eq!(AccessEnd::Days(7).moment(now()), Some(at("2026-03-19T14:05:00Z")));
    assert_eq!(AccessEnd::Never.moment(now()), None);
}

#[test]
fn choices_above_the_policy_are_shown_blocked() {
    let policy = PartnershipPolicy { highest_role: AccountRole::Collaborator, longest_days: Some(7), ..OPEN };
    let roles: Vec<_> =
        role_choices(&policy).into_iter().map(|choice| (choice.role, choice.blocked.is_some())).collect();
    assert_eq!(roles, [(AccountRole::Collaborator, false), (AccountRole::AccountManager, true)]);
    let ends: Vec<_> = end_choices(&policy).into_iter().map(|choice| (choice.value, choice.blocked)).collect();
    let ends: Vec<_> = ends.iter().map(|(value, blocked)| (value.as_str(), *blocked)).collect();
    assert_eq!(ends, [("never", true), ("1", false), ("7", false), ("30", true), ("90", true), ("date", false)]);
    assert!(end_choices(&OPEN).iter().all(|choice| !choice.blocked));
}

// Who can be asked for

#[test]
fn who_can_be_asked_for_and_why_not() {
    use AccountRole::{AccountManager, Collaborator, Owner};
    let pending = Some(PendingSince { by: "Mia".to_owned(), at: at("2026-03-01T23:59:00Z") });
    let soon = Some(now() + TimeDelta::days(3));
    let other = |role, ends_at| Candidate { role, ends_at, ..Candidate::default() };
    let oneself = |role, ends_at| Candidate { is_requester: true, ..other(role, ends_at) };
    let requested = Some("Already requested by Mia on 1 March 2026");
    let yourself = Some("You cannot request access for yourself");
    for (case, candidate, role, reason) in [
        ("without access", other(None, None), Collaborator, None),
        ("without access, as manager", other(None, None), AccountManager, None),
        ("the same role", other(Some(Collaborator), None), Collaborator, Some("Already has access as Collaborator")),
        (
            "the same role, ending",
            other(Some(Collaborator), soon),
            Collaborator,
            Some("Already has access as Collaborator"),
        ),
        (
            "a higher role",
            other(Some(AccountManager), None),
            Collaborator,
            Some("Already has access as Account manager"),
        ),
        ("an owner", other(Some(Owner), None), AccountManager, Some("Already has access as Owner")),
        ("a raise", other(Some(Collaborator), None), AccountManager, None),
        ("pending", Candidate { pending: pending.clone(), ..Candidate::default() }, Collaborator, requested),
        (
            "pending, a raise",
            Candidate { pending: pending.clone(), ..other(Some(Collaborator), None) },
            AccountManager,
            requested,
        ),
        ("oneself, with no end", oneself(Some(AccountManager), None), AccountManager, yourself),
        ("oneself, to extend", oneself(Some(AccountManager), soon), AccountManager, None),
        ("oneself, to extend as less", oneself(Some(AccountManager), soon), Collaborator, None),
        ("oneself, pending", Candidate { pending, ..oneself(Some(AccountManager), soon) }, AccountManager, requested),
        ("oneself, a raise", oneself(Some(Collaborator), soon), AccountManager, yourself),
        ("oneself, without access", oneself(None, None), Collaborator, yourself),
    ] {
        assert_eq!(why_not_ask(&candidate, role).as_deref(), reason, "{case}");
    }
}

#[test]
fn a_grant_adds_nothing_when_one_that_is_as_strong_lasts_as_long() {
    use AccountRole::{AccountManager, Collaborator};
    let (sooner, later) = (Some(now() + TimeDelta::days(1)), Some(now() + TimeDelta::days(2)));
    let held = |role, ends_at| Held { role, ends_at };
    for (case, have, role, ends_at, nothing) in [
        ("no access", vec![], Collaborator, sooner, false),
        ("the same", vec![held(Collaborator, sooner)], Collaborator, sooner, true),
        ("a later end", vec![held(Collaborator, sooner)], Collaborator, later, false),
        ("an earlier end", vec![held(Collaborator, later)], Collaborator, sooner, true),
        ("no end instead of one", vec![held(Collaborator, later)], Collaborator, None, false),
        ("no end before", vec![held(Collaborator, None)], Collaborator, later, true),
        ("no end, twice", vec![held(Collaborator, None)], Collaborator, None, true),
        ("a raise", vec![held(Collaborator, None)], AccountManager, sooner, false),
        ("less", vec![held(AccountManager, None)], Collaborator, None, true),
        ("less, for longer", vec![held(AccountManager, sooner)], Collaborator, later, false),
        (
            "the strong one ends, the weak one does not",
            vec![held(Collaborator, None), held(AccountManager, sooner)],
            AccountManager,
            later,
            false,
        ),
        (
            "as weak as the one that goes on",
            vec![held(Collaborator, None), held(AccountManager, sooner)],
            Collaborator,
            later,
            true,
        ),
    ] {
        assert_eq!(adds_nothing(&have, role, ends_at), nothing, "{case}");
    }
}

// What is accepted

#[test]
fn what_a_line_is_accepted_with() {
    use AccountRole::{AccountManager, Collaborator};
    let days = AccessEnd::Days;
    let on = |text: &str| AccessEnd::On(text.parse().expect("a day"));
    let ask = |role, end| Asked { role, end };
    let as_asked = AcceptWith::default();
    let role = |role| AcceptWith { role: Some(role), end: None };
    let end = |end| AcceptWith { role: None, end: Some(end) };
    let low = PartnershipPolicy { highest_role: Collaborator, ..OPEN };
    let short = PartnershipPolicy { longest_days: Some(7), ..OPEN };
    let seven = Some(at("2026-03-19T14:05:00Z"));
    for (case, asked, with, policy, terms) in [
        ("as asked", ask(AccountManager, AccessEnd::Never), as_asked, OPEN, Ok((AccountManager, None))),
        ("days count from acceptance", ask(Collaborator, days(7)), as_asked, OPEN, Ok((Collaborator, seven))),
        ("a lower role", ask(AccountManager, days(7)), role(Collaborator), OPEN, Ok((Collaborator, seven))),
        ("a higher role", ask(Collaborator, days(7)), role(AccountManager), OPEN, Err(Denial::MoreThanAsked)),
        ("owner", ask(AccountManager, days(7)), role(AccountRole::Owner), OPEN, Err(Denial::MoreThanAsked)),
        ("shorter", ask(Collaborator, days(30)), end(days(7)), OPEN, Ok((Collaborator, seven))),
        ("an end instead of none", ask(Collaborator, AccessEnd::Never), end(days(7)), OPEN, Ok((Collaborator, seven))),
        ("longer", ask(Collaborator, days(7)), end(days(30)), OPEN, Err(Denial::MoreThanAsked)),
        ("no end instead of one", ask(Collaborator, days(7)), end(AccessEnd::Never), OPEN, Err(Denial::MoreThanAsked)),
        (
            "a day within the days",
            ask(Collaborator, days(7)),
            end(on("2026-03-18")),
            OPEN,
            Ok((Collaborator, Some(at("2026-03-19T00:00:00Z")))),
        ),
        ("a day a little longer", ask(Collaborator, days(7)), end(on("2026-03-19")), OPEN, Err(Denial::MoreThanAsked)),
        ("stricter role, as asked", ask(AccountManager, days(7)), as_asked, low, Err(Denial::MoreThanPolicy)),
        ("stricter role, lowered", ask(AccountManager, days(7)), role(Collaborator), low, Ok((Collaborator, seven))),
        ("stricter time, as asked", ask(Collaborator, days(30)), as_asked, short, Err(Denial::MoreThanPolicy)),
        (
            "stricter time, no end asked",
            ask(Collaborator, AccessEnd::Never),
            as_asked,
            short,
            Err(Denial::MoreThanPolicy),
        ),
        ("stricter time, shortened", ask(Collaborator, days(30)), end(days(7)), short, Ok((Collaborator, seven))),
        (
            "today",
            ask(Collaborator, on("2026-03-12")),
            as_asked,
            OPEN,
            Ok((Collaborator, Some(at("2026-03-13T00:00:00Z")))),
        ),
        ("a day that has passed", ask(Collaborator, on("2026-03-11")), as_asked, OPEN, Err(Denial::EndHasPassed)),
    ] {
        assert_eq!(accepted_terms(asked, with, &policy, now()), terms, "{case}");
    }
}

fn any_role() -> impl Strategy<Value = AccountRole> {
    prop::sample::select(AccountRole::ALL)
}

fn any_moment() -> impl Strategy<Value = Moment> {
    (0_i64..200_000_000_000_000).prop_map(|micros| now() + TimeDelta::microseconds(micros))
}

fn any_end() -> impl Strategy<Value = AccessEnd> {
    prop_oneof![
        Just(AccessEnd::Never),
        any::<u16>().prop_map(AccessEnd::Days),
        (0_u64..3_000).prop_map(|days| AccessEnd::On(now().date_naive() + Days::new(days))),
    ]
}

fn any_policy() -> impl Strategy<Value = PartnershipPolicy> {
    (prop::sample::select(&AccountRole::REQUESTABLE[..]), prop::option::of(1_u16..400), any::<bool>(), 1_u16..60)
        .prop_map(|(highest_role, longest_days, reason_required, open_days)| PartnershipPolicy {
            highest_role,
            longest_days,
            reason_required,
            open_days,
            ..PartnershipPolicy::default()
        })
}

/// Whether access with the one end is over no later than with the other.
fn no_later(one: Option<Moment>, other: Option<Moment>) -> bool {
    match (one, other) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(one), Some(other)) => one <= other,
    }
}

proptest! {
    #[test]
    fn never_more_is_accepted_than_was_asked_or_the_policy_allows(
        role in any_role(), end in any_end(), with_role in prop::option::of(any_role()),
        with_end in prop::option::of(any_end()), policy in any_policy(), now in any_moment(),
    ) {
        let with = AcceptWith { role: with_role, end: with_end };
        if let Ok((given, ends_at)) = accepted_terms(Asked { role, end }, with, &policy, now) {
            prop_assert!(given <= role && given <= policy.highest_role);
            prop_assert!(given != AccountRole::Owner);
            prop_assert!(no_later(ends_at, end.moment(now)));
            prop_assert!(ends_at.is_none_or(|end| end > now));
            if let Some(days) = policy.longest_days {
                // The last day counts whole.
                prop_assert!(no_later(ends_at, Some(now + TimeDelta::days(i64::from(days) + 1))));
            }
        }
    }

    #[test]
    fn what_a_form_may_ask_now_can_be_accepted_now(
        role in any_role(), end in any_end(), policy in any_policy(), now in any_moment(),
    ) {
        let (access_end, access_end_date) = match end {
            AccessEnd::On(date) => ("date".to_owned(), date.to_string()),
            other => (other.choice(), String::new()),
        };
        let form = RequestForm { role: role.word().to_owned(), access_end, access_end_date, ..form() };
        if let Ok(asked) = form.check(&policy, now) {
            let asked = Asked { role: asked.role, end: asked.end };
            let terms = accepted_terms(asked, AcceptWith::default(), &policy, now);
            prop_assert_eq!(terms, Ok((role, end.moment(now))));
        }
    }

    #[test]
    fn what_was_accepted_adds_nothing_a_second_time(role in any_role(), end in any_end(), now in any_moment()) {
        let held = Held { role, ends_at: end.moment(now) };
        prop_assert!(adds_nothing(&[held], role, held.ends_at));
        prop_assert!(!adds_nothing(&[], role, held.ends_at));
    }

    #[test]
    fn no_form_makes_the_check_fail_otherwise_than_with_problems(
        members in prop::collection::vec(any::<u128>(), 0..130), role in "\\PC{0,20}", access_end in "\\PC{0,20}",
        access_end_date in "\\PC{0,20}", reason in any::<String>(), policy in any_policy(), now in any_moment(),
    ) {
        let members = members.into_iter().map(member).collect();
        let form = RequestForm { members, role, access_end, access_end_date, reason, ..form() };
        match form.check(&policy, now) {
            Ok(asked) => prop_assert!(!asked.members.is_empty() && asked.members.len() <= MOST_MEMBERS),
            Err(problems) => prop_assert!(!problems.is_empty()),
        }
    }

    #[test]
    fn a_choice_in_a_form_is_read_back_as_it_was(end in any_end(), now in any_moment()) {
        if let AccessEnd::On(date) = end {
            let read = AccessEnd::from_form(&end.choice(), &date.to_string(), now);
            prop_assert!(read.is_err() || read == Ok(end));
        } else if let Ok(read) = AccessEnd::from_form(&end.choice(), "", now) {
            prop_assert_eq!(read, end);
        }
    }
}

// What stands on the Requests page

#[test]
fn a_request_as_a_whole_follows_from_its_lines() {
    use LineState::{Accepted, Cancelled, Declined, Expired, Pending, Superseded, Withdrawn};
    for (lines, state) in [
        (&[Accepted, Pending, Declined][..], RequestState::Open),
        (&[Accepted, Accepted], RequestState::Accepted),
        (&[Accepted, Superseded], RequestState::Accepted),
        (&[Declined, Declined], RequestState::Declined),
        (&[Accepted, Declined], RequestState::Mixed),
        (&[Accepted, Expired], RequestState::Mixed),
        (&[Declined, Withdrawn], RequestState::Mixed),
        (&[Withdrawn, Cancelled, Expired], RequestState::Closed),
    ] {
        assert_eq!(RequestState::of(lines.iter().copied()), state, "{lines:?}");
    }
}

#[test]
fn who_may_ask_follows_from_the_role_they_have() {
    let (collaborator, manager) = (AccountRole::Collaborator, AccountRole::AccountManager);
    for (held, asked, for_oneself, may) in [
        (None, collaborator, true, false),
        (None, collaborator, false, false),
        (Some(collaborator), collaborator, true, true),
        (Some(collaborator), manager, true, false),
        (Some(collaborator), collaborator, false, false),
        (Some(manager), manager, false, true),
        (Some(manager), manager, true, true),
    ] {
        assert_eq!(may_ask(held, asked, for_oneself), may, "{held:?} {asked} {for_oneself}");
    }
}

#[test]
fn several_decisions_are_told_by_their_number() {
    let told = |done: usize, failed: usize, decision| {
        let sentences = |count| (0..count).map(|n| format!("Sentence {n}.")).collect();
        DecidedSelection { done: sentences(done), failed: sentences(failed) }.message(decision)
    };
    assert_eq!(told(1, 0, Decision::Accept), "1 request was accepted.");
    assert_eq!(told(3, 0, Decision::Decline), "3 requests were declined.");
    assert_eq!(told(2, 1, Decision::Accept), "2 of 3 requests were accepted. The others were not:");
    assert_eq!(told(1, 2, Decision::Decline), "1 of 3 requests was declined. The others were not:");
}

#[test]
fn mails_about_ones_own_sign_in_are_no_choice_and_what_wants_a_decision_has_a_topic() {
    for kind in
        [EventKind::SignInReset, EventKind::PasswordChanged, EventKind::EmailChanged, EventKind::SecondFactorReset]
    {
        assert_eq!((MailTopic::of(kind, true), MailTopic::of(kind, false)), (None, None), "{kind}");
    }
    assert_eq!(MailTopic::of(EventKind::RequestCancelled, true), Some(MailTopic::Requests));
    assert_eq!(MailTopic::of(EventKind::RequestCancelled, false), Some(MailTopic::Answers));
    for kind in EventKind::ALL.iter().filter(|kind| wants_decision(**kind)) {
        assert!(MailTopic::of(*kind, true).is_some(), "{kind}");
    }
}

// Words

#[test]
fn every_word_is_read_back_as_it_was_written() {
    macro_rules! round_trip {
        ($($kind:ty),+) => {$(
            for value in <$kind>::ALL {
                assert_eq!(value.word().parse::<$kind>().ok(), Some(*value));
                assert_eq!(value.to_string(), value.word());
            }
            let words: std::collections::HashSet<&str> = <$kind>::ALL.iter().map(|value| value.word()).collect();
            assert_eq!(words.len(), <$kind>::ALL.len(), stringify!($kind));
            for unknown in ["", "unknown", "PENDING", "owner "] {
                assert!(unknown.parse::<$kind>().is_err(), "{unknown}");
            }
        )+};
    }
    round_trip!(
        LineState,
        CancelReason,
        AccountRole,
        AccountSort,
        GrantState,
        GrantSource,
        PartnershipState,
        ShareState,
        MemberStatus,
        WorkspaceRole,
        EventKind,
        Decision,
        RequestState,
        MailTopic,
        MailDelivery
    );
}

#[test]
fn a_late_decision_is_told_what_came_first() {
    let already = |state| Conflict::AlreadyDecided { state, by: "Olga".to_owned(), at: now() }.to_string();
    assert_eq!(already(LineState::Accepted), "Already accepted by Olga at 12 March 2026, 14:05 UTC.");
    assert_eq!(already(LineState::Declined), "Already declined by Olga at 12 March 2026, 14:05 UTC.");
    let ended = Conflict::NoLongerPending { state: LineState::Expired }.to_string();
    assert_eq!(ended, "This request can no longer be decided: it is expired.");
}
