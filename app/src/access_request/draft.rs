//! A request that has not been sent yet: all that the form holds.

use super::question::Questions;
use crate::ui::combobox::Suggestions;
use domain::AppError;
use domain::access_request::{RequestForm, RequestFormView};
use domain::account::AccountRole;
use domain::member::{MemberSuggestion, PickedMember};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use web_sys::{FormData, HtmlFormElement};

/// What the form starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftStart {
    /// The account, and what can be chosen.
    pub view: RequestFormView,
    /// Who is picked already.
    pub picked: Vec<PickedMember>,
    /// What stands in the search box.
    pub typed: String,
    /// Who was found for it, if somebody searched.
    pub found: Option<Vec<MemberSuggestion>>,
    /// The role's word.
    pub role: String,
    /// The choice of the end of access.
    pub access_end: String,
    /// The day, `YYYY-MM-DD`.
    pub access_end_date: String,
    /// Why.
    pub reason: String,
    /// Why it was not sent.
    pub failure: Option<AppError>,
}

impl DraftStart {
    /// An empty form: the first role and the first end that the partnership allows.
    pub fn empty(view: RequestFormView) -> Self {
        let role = view.roles.iter().find(|choice| choice.blocked.is_none());
        let end = view.ends.iter().find(|choice| !choice.blocked);
        Self {
            role: role.map(|choice| choice.role.word().to_owned()).unwrap_or_default(),
            access_end: end.map(|choice| choice.value.clone()).unwrap_or_default(),
            view,
            picked: Vec::new(),
            typed: String::new(),
            found: None,
            access_end_date: String::new(),
            reason: String::new(),
            failure: None,
        }
    }
}

/// A draft at work. Each field is what the browser's control holds, read from there by [`Draft::read`]: whatever was typed
/// before the scripts ran, or was put back by the browser after a reload, counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    pub(super) view: StoredValue<RequestFormView>,
    pub(super) picked: RwSignal<Vec<PickedMember>>,
    pub(super) typed: RwSignal<String>,
    pub(super) suggestions: RwSignal<Suggestions>,
    pub(super) questions: StoredValue<Questions>,
    pub(super) role: RwSignal<String>,
    pub(super) access_end: RwSignal<String>,
    pub(super) access_end_date: RwSignal<String>,
    pub(super) reason: RwSignal<String>,
    pub(super) failure: RwSignal<Option<AppError>>,
    pub(super) sending: RwSignal<bool>,
}

impl Draft {
    pub(super) fn new(start: DraftStart) -> Self {
        Self {
            view: StoredValue::new(start.view),
            picked: RwSignal::new(start.picked),
            typed: RwSignal::new(start.typed),
            suggestions: RwSignal::new(Suggestions::default()),
            questions: StoredValue::new(Questions::default()),
            role: RwSignal::new(start.role),
            access_end: RwSignal::new(start.access_end),
            access_end_date: RwSignal::new(start.access_end_date),
            reason: RwSignal::new(start.reason),
            failure: RwSignal::new(start.failure),
            sending: RwSignal::new(false),
        }
    }

    /// Takes over what the controls hold.
    pub(super) fn read(self, form: &HtmlFormElement) {
        let Ok(fields) = FormData::new_with_form(form) else { return };
        for (name, field) in [
            ("typed", self.typed),
            ("role", self.role),
            ("access_end", self.access_end),
            ("access_end_date", self.access_end_date),
            ("reason", self.reason),
        ] {
            let value = fields.get(name).as_string().unwrap_or_default();
            if *field.read_untracked() != value {
                field.set(value);
            }
        }
    }

    /// The role whose hindrances a search tells.
    pub(super) fn asked_role(self) -> AccountRole {
        self.role.read_untracked().parse().unwrap_or(AccountRole::Collaborator)
    }

    /// The form as it is sent. The key is the form's own for as long as it is not sent: a repeat is the same request.
    pub(super) fn form(self) -> RequestForm {
        RequestForm {
            key: self.view.read_value().key,
            members: self.picked.read_untracked().iter().map(|picked| picked.member).collect(),
            role: self.role.get_untracked(),
            access_end: self.access_end.get_untracked(),
            access_end_date: self.access_end_date.get_untracked(),
            reason: self.reason.get_untracked(),
        }
    }
}
