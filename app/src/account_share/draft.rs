//! A sharing that is not done yet: what has been chosen in its steps.
//!
//! Each step is a page of its own, and all that was chosen so far is part of its address: Back and a reload lose nothing,
//! and no script takes part. Only the last step posts.

use crate::layout::address::Address;
use crate::layout::form::Posted;
use domain::account::AccountRole;
use domain::{AccountId, MemberId, PartnershipId};

/// The endpoint of the last step.
pub(super) const SHARE: &str = "account-share/share";

/// A step of the page "Share accounts".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Step {
    /// Which accounts.
    #[default]
    Accounts,
    /// Up to which role, and whom it reaches at first.
    People,
    /// Until when.
    End,
}

impl Step {
    pub(super) const ALL: [Self; 3] = [Self::Accounts, Self::People, Self::End];

    /// The word in the address.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::People => "people",
            Self::End => "end",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::People => "Role and people",
            Self::End => "End of access",
        }
    }
}

/// What has been chosen so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShareDraft {
    pub(super) step: Step,
    pub(super) search: String,
    pub(super) after: Option<String>,
    pub(super) accounts: Vec<AccountId>,
    pub(super) highest_role: Option<AccountRole>,
    /// None before the step was seen: then everybody stands ticked.
    pub(super) members: Option<Vec<MemberId>>,
    pub(super) role: Option<AccountRole>,
    pub(super) access_end: String,
    pub(super) access_end_date: String,
}

impl ShareDraft {
    /// What the address says, or the form that was posted and failed.
    pub(super) fn of(page: &Address, posted: &Posted) -> Self {
        if posted.is_some() {
            Self { step: Step::End, ..Self::read(|name| posted.all(name).map(str::to_owned).collect()) }
        } else {
            Self::read(|name| page.all(name).map(str::to_owned).collect())
        }
    }

    /// Reads fields by their names. What cannot be read is passed over.
    fn read(all: impl Fn(&str) -> Vec<String>) -> Self {
        let one = |name: &str| all(name).into_iter().next().filter(|value| !value.is_empty());
        let step = one("step");
        Self {
            step: Step::ALL.into_iter().find(|it| Some(it.word()) == step.as_deref()).unwrap_or_default(),
            search: one("search").unwrap_or_default(),
            after: one("after"),
            accounts: ids(&all("accounts[]")),
            highest_role: one("highest_role").and_then(|word| word.parse().ok()),
            members: one("people").map(|_| ids(&all("members[]"))),
            role: one("role").and_then(|word| word.parse().ok()),
            access_end: one("access_end").unwrap_or_default(),
            access_end_date: one("access_end_date").unwrap_or_default(),
        }
    }

    /// The step to show: the first one in which something is missing, if it comes before.
    pub(super) fn shown(&self) -> (Step, Option<&'static str>) {
        match (self.step, &self.members) {
            (Step::People | Step::End, _) if self.accounts.is_empty() => {
                (Step::Accounts, Some("Choose at least one account."))
            }
            (Step::End, Some(members)) if members.is_empty() => {
                (Step::People, Some("Choose at least one person. Without one, nobody could use the accounts."))
            }
            (Step::End, None) => (Step::People, None),
            (step, _) => (step, None),
        }
    }

    /// Everything chosen in other steps than this, as fields of its form.
    pub(super) fn carried(&self, step: Step) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        if step != Step::Accounts {
            fields.extend(self.accounts.iter().map(|account| ("accounts[]", account.to_string())));
        }
        if step != Step::People {
            fields.extend(self.highest_role.map(|role| ("highest_role", role.to_string())));
            fields.extend(self.role.map(|role| ("role", role.to_string())));
            if let Some(members) = &self.members {
                fields.push(("people", "1".to_owned()));
                fields.extend(members.iter().map(|member| ("members[]", member.to_string())));
            }
        }
        if step != Step::End {
            let end = [("access_end", &self.access_end), ("access_end_date", &self.access_end_date)];
            fields.extend(end.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, it)| (name, it.clone())));
        }
        fields
    }

    /// The address of a step, with everything that was chosen.
    pub(super) fn address(&self, partnership: PartnershipId, step: Step) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("step", step.word());
        let fields = [self.carried(Step::Accounts), self.carried(Step::People), self.carried(Step::End)];
        let mut known: Vec<(&str, String)> = Vec::new();
        for field in fields.into_iter().flatten() {
            if !known.contains(&field) {
                query.append_pair(field.0, &field.1);
                known.push(field);
            }
        }
        format!("{}?{}", page_of(partnership), query.finish())
    }
}

/// The address of the page.
pub(super) fn page_of(partnership: PartnershipId) -> String {
    format!("/partners/{partnership}/share-accounts")
}

fn ids<Id: std::str::FromStr + PartialEq>(texts: &[String]) -> Vec<Id> {
    let mut ids = Vec::new();
    for id in texts.iter().filter_map(|text| text.parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "01938a3e-0000-7000-8000-000000000001";
    const TWO: &str = "01938a3e-0000-7000-8000-000000000002";

    fn read(query: &str) -> ShareDraft {
        let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        ShareDraft::read(|name| fields.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect())
    }

    #[test]
    fn what_was_chosen_in_one_step_is_carried_through_the_others() {
        let draft = read(&format!(
            "step=end&accounts[]={ONE}&accounts[]={TWO}&accounts[]={ONE}&people=1&members[]={TWO}\
             &highest_role=account_manager&role=collaborator&access_end=7&access_end_date=2027-01-31"
        ));
        assert_eq!(draft.shown(), (Step::End, None));
        assert_eq!(draft.accounts.len(), 2, "doubles are merged");
        let partnership = ONE.parse().expect("well-formed");
        for step in Step::ALL {
            let address = draft.address(partnership, step);
            let (_, query) = address.split_once('?').expect("a query");
            assert_eq!(read(query), ShareDraft { step, ..draft.clone() });
        }
        assert!(draft.carried(Step::Accounts).iter().all(|(name, _)| *name != "accounts[]"));
    }

    #[test]
    fn a_step_that_is_not_done_is_shown_again() {
        assert_eq!(read("").shown(), (Step::Accounts, None));
        assert_eq!(read("step=people").shown().0, Step::Accounts);
        assert!(read("step=people").shown().1.is_some());
        let chosen = format!("accounts[]={ONE}");
        assert_eq!(read(&format!("step=people&{chosen}")).shown(), (Step::People, None));
        assert_eq!(read(&format!("step=end&{chosen}")).shown(), (Step::People, None), "it was not seen yet");
        let nobody = read(&format!("step=end&{chosen}&people=1"));
        assert_eq!(nobody.shown().0, Step::People);
        assert!(nobody.shown().1.is_some());
    }

    #[test]
    fn what_no_page_has_written_is_passed_over() {
        let draft = read("step=x&accounts[]=all&members[]=1&highest_role=king&people=1");
        assert_eq!(draft, ShareDraft { members: Some(Vec::new()), ..ShareDraft::default() });
    }
}
