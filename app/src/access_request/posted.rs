//! The form "Request share access" as a browser without scripts posts it.
//!
//! The page posts to its own address. Whatever button was pressed, everything typed comes along, so the page can be shown
//! again with nothing lost. Only [`PostedAct::Send`] changes anything.

use domain::access_request::RequestForm;
use domain::{AppError, MemberId};

/// A posted form, and what went wrong with it. The server provides it as context when it shows the page again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedRequest {
    /// The request as it stands.
    pub form: RequestForm,
    /// What stands in the search box.
    pub typed: String,
    /// Why it was not sent.
    pub failure: Option<AppError>,
}

/// The button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostedAct {
    /// Look for members. Also what Enter in the search box does, and a form without a button's name.
    Search,
    /// Pick a member.
    Add(MemberId),
    /// Take a member off the list.
    Remove(MemberId),
    /// Send the request.
    Send,
}

impl PostedRequest {
    /// Reads the body of a post, `application/x-www-form-urlencoded`. Fields that are missing are empty, fields that are
    /// not known are passed over; a field that stands twice counts once, except `members`.
    ///
    /// # Errors
    ///
    /// [`AppError::Invalid`] on `form` when the key is missing, or an id or the button's name is none that the page has
    /// made.
    pub fn parse(body: &str) -> Result<(Self, PostedAct), AppError> {
        let (mut key, mut act) = (None, PostedAct::Search);
        let mut members = Vec::new();
        let [mut typed, mut role, mut access_end, mut access_end_date, mut reason] = [const { String::new() }; 5];
        for (name, value) in form_urlencoded::parse(body.as_bytes()) {
            match name.as_ref() {
                "key" => key = Some(id(&value)?),
                "members" => members.push(id(&value)?),
                "typed" => typed = value.into_owned(),
                "role" => role = value.into_owned(),
                "access_end" => access_end = value.into_owned(),
                "access_end_date" => access_end_date = value.into_owned(),
                "reason" => reason = value.into_owned(),
                "act" => act = PostedAct::parse(&value)?,
                _ => {}
            }
        }
        let key = key.ok_or_else(unreadable)?;
        let form = RequestForm { key, members, role, access_end, access_end_date, reason };
        Ok((Self { form, typed, failure: None }, act))
    }

    /// What contradicts itself in the form: without scripts the day always stands there, whatever was chosen beside it.
    pub fn contradiction(&self) -> Option<AppError> {
        let day_without_choice = self.form.access_end != "date" && !self.form.access_end_date.trim().is_empty();
        day_without_choice.then(|| {
            AppError::invalid("access_end_date", "Choose “A date” above for this day to count, or clear the day.")
        })
    }

    /// The form after the button was pressed. Searching and sending leave it as it is.
    pub fn after(mut self, act: PostedAct) -> Self {
        match act {
            PostedAct::Add(member) => {
                if !self.form.members.contains(&member) {
                    self.form.members.push(member);
                }
                self.typed.clear();
            }
            PostedAct::Remove(member) => self.form.members.retain(|picked| *picked != member),
            PostedAct::Search | PostedAct::Send => {}
        }
        self
    }
}

impl PostedAct {
    fn parse(value: &str) -> Result<Self, AppError> {
        match value.split_once(':') {
            None if value == "search" => Ok(Self::Search),
            None if value == "send" => Ok(Self::Send),
            Some(("add", member)) => Ok(Self::Add(id(member)?)),
            Some(("remove", member)) => Ok(Self::Remove(id(member)?)),
            _ => Err(unreadable()),
        }
    }
}

fn id<Id: std::str::FromStr>(text: &str) -> Result<Id, AppError> {
    text.parse().map_err(|_| unreadable())
}

fn unreadable() -> AppError {
    AppError::invalid("form", "The form could not be read. Reload the page and try again.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "01938a3e-0000-7000-8000-000000000001";
    const ANN: &str = "01938a3e-0000-7000-8000-00000000000a";
    const BEN: &str = "01938a3e-0000-7000-8000-00000000000b";

    fn member(id: &str) -> MemberId {
        id.parse().expect("an id in the test is well-formed")
    }

    #[test]
    fn everything_typed_is_read() {
        let body = format!(
            "key={KEY}&typed=be%C3%B1+&members={ANN}&members={BEN}&role=collaborator&access_end=date\
             &access_end_date=2027-01-31&reason=a%0D%0Ab%26c&act=send"
        );
        let (posted, act) = PostedRequest::parse(&body).expect("a whole form");
        assert_eq!(act, PostedAct::Send);
        assert_eq!(posted.typed, "beñ ");
        assert_eq!(
            posted.form,
            RequestForm {
                key: KEY.parse().expect("well-formed"),
                members: vec![member(ANN), member(BEN)],
                role: "collaborator".to_owned(),
                access_end: "date".to_owned(),
                access_end_date: "2027-01-31".to_owned(),
                reason: "a\r\nb&c".to_owned(),
            }
        );
        assert_eq!(posted.failure, None);
    }

    #[test]
    fn missing_fields_are_empty_and_no_button_is_a_search() {
        let (posted, act) = PostedRequest::parse(&format!("key={KEY}&unknown=1")).expect("a key is enough");
        assert_eq!(act, PostedAct::Search);
        assert!(posted.form.members.is_empty() && posted.form.role.is_empty() && posted.typed.is_empty());
    }

    #[test]
    fn what_the_page_has_not_made_is_refused() {
        for body in [
            String::new(),
            "typed=ann".to_owned(),
            "key=1".to_owned(),
            format!("key={KEY}&members=all"),
            format!("key={KEY}&members="),
            format!("key={KEY}&act="),
            format!("key={KEY}&act=add"),
            format!("key={KEY}&act=add:"),
            format!("key={KEY}&act=remove:%00"),
            format!("key={KEY}&act=delete:{ANN}"),
            "%FF%FE&&==&".to_owned(),
        ] {
            assert_eq!(PostedRequest::parse(&body), Err(unreadable()), "{body:?}");
        }
    }

    #[test]
    fn adding_merges_doubles_and_empties_the_search_box() {
        let (posted, act) =
            PostedRequest::parse(&format!("key={KEY}&typed=ann&members={ANN}&act=add:{ANN}")).expect("a whole form");
        let posted = posted.after(act);
        assert_eq!(posted.form.members, [member(ANN)]);
        assert_eq!(posted.typed, "");
        assert_eq!(posted.after(PostedAct::Add(member(BEN))).form.members, [member(ANN), member(BEN)]);
    }

    #[test]
    fn removing_takes_every_double_and_keeps_what_is_typed() {
        let body = format!("key={KEY}&typed=c&members={ANN}&members={BEN}&members={ANN}&act=remove:{ANN}");
        let (posted, act) = PostedRequest::parse(&body).expect("a whole form");
        let posted = posted.after(act);
        assert_eq!(posted.form.members, [member(BEN)]);
        assert_eq!(posted.typed, "c");
    }

    #[test]
    fn a_day_beside_another_choice_contradicts_it() {
        let parse = |end: &str| PostedRequest::parse(&format!("key={KEY}&{end}")).expect("readable").0.contradiction();
        let refused = parse("access_end=7&access_end_date=2027-01-31").expect("a contradiction");
        assert!(refused.problem_with("access_end_date").is_some());
        assert_eq!(parse("access_end=date&access_end_date=2027-01-31"), None);
        assert_eq!(parse("access_end=7&access_end_date="), None);
    }

    #[test]
    fn a_field_that_stands_twice_counts_once() {
        let (posted, _) = PostedRequest::parse(&format!("key={KEY}&role=owner&role=collaborator")).expect("readable");
        assert_eq!(posted.form.role, "collaborator");
    }

    #[test]
    fn a_body_of_a_thousand_members_is_read_in_order() {
        let ids: Vec<String> = (0..1_000).map(|n| format!("01938a3e-0000-7000-8000-{n:012x}")).collect();
        let body = ids.iter().fold(format!("key={KEY}"), |body, id| format!("{body}&members={id}"));
        let (posted, _) = PostedRequest::parse(&body).expect("readable");
        assert!(posted.form.members.iter().map(ToString::to_string).eq(ids));
    }
}
