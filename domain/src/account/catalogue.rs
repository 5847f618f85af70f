//! Apps that many companies have logins to: how they are written, and where one signs in.
//!
//! The catalogue only helps with typing. Any other name is as good.

/// An app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name, as it is written.
    pub name: &'static str,
    /// Where one signs in to it.
    pub login_url: &'static str,
}

const fn app(name: &'static str, login_url: &'static str) -> App {
    App { name, login_url }
}

/// The apps, by name.
pub const CATALOGUE: [App; 40] = [
    app("Adobe Creative Cloud", "https://account.adobe.com/"),
    app("Airtable", "https://airtable.com/login"),
    app("Amazon Web Services", "https://signin.aws.amazon.com/console"),
    app("Asana", "https://app.asana.com/-/login"),
    app("Atlassian", "https://id.atlassian.com/login"),
    app("Basecamp", "https://launchpad.37signals.com/signin"),
    app("Bluesky", "https://bsky.app/"),
    app("Buffer", "https://login.buffer.com/login"),
    app("Canva", "https://www.canva.com/login/"),
    app("Cloudflare", "https://dash.cloudflare.com/login"),
    app("Dropbox", "https://www.dropbox.com/login"),
    app("Etsy", "https://www.etsy.com/signin"),
    app("Eventbrite", "https://www.eventbrite.com/signin/"),
    app("Facebook", "https://www.facebook.com/login/"),
    app("Figma", "https://www.figma.com/login"),
    app("GitHub", "https://github.com/login"),
    app("GitLab", "https://gitlab.com/users/sign_in"),
    app("Google Ads", "https://ads.google.com/"),
    app("Google Analytics", "https://analytics.google.com/"),
    app("Hootsuite", "https://hootsuite.com/login"),
    app("HubSpot", "https://app.hubspot.com/login"),
    app("Instagram", "https://www.instagram.com/accounts/login/"),
    app("LinkedIn", "https://www.linkedin.com/login"),
    app("Mailchimp", "https://login.mailchimp.com/"),
    app("Meta Business Suite", "https://business.facebook.com/"),
    app("Microsoft 365", "https://login.microsoftonline.com/"),
    app("Notion", "https://www.notion.so/login"),
    app("PayPal", "https://www.paypal.com/signin"),
    app("Pinterest", "https://www.pinterest.com/login/"),
    app("Salesforce", "https://login.salesforce.com/"),
    app("Shopify", "https://accounts.shopify.com/"),
    app("Slack", "https://slack.com/signin"),
    app("Squarespace", "https://login.squarespace.com/"),
    app("Stripe", "https://dashboard.stripe.com/login"),
    app("TikTok", "https://www.tiktok.com/login"),
    app("Trello", "https://trello.com/login"),
    app("Vimeo", "https://vimeo.com/log_in"),
    app("WordPress.com", "https://wordpress.com/log-in"),
    app("X", "https://x.com/i/flow/login"),
    app("YouTube", "https://studio.youtube.com/"),
];

/// The app that goes by this name, however its letters and spaces are written.
pub fn known(name: &str) -> Option<&'static App> {
    let plain =
        |name: &str| name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect::<String>();
    let wanted = plain(name);
    CATALOGUE.iter().find(|app| plain(app.name) == wanted)
}

/// The app that one signs in to at this address, by its host.
pub fn at(login_url: &str) -> Option<&'static App> {
    let host = host(login_url)?.to_lowercase();
    CATALOGUE.iter().find(|app| self::host(app.login_url).is_some_and(|known| known == host)).or_else(|| {
        let site = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
        CATALOGUE.iter().find(|app| self::host(app.login_url).is_some_and(|known| site(known) == site(&host)))
    })
}

/// The host of a web address.
pub fn host(address: &str) -> Option<&str> {
    let rest = address.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountForm;

    #[test]
    fn the_catalogue_is_in_order_and_each_entry_could_be_typed() {
        assert!(CATALOGUE.is_sorted_by_key(|app| app.name.to_lowercase()));
        for App { name, login_url } in CATALOGUE {
            let form = AccountForm {
                label: "Ours".to_owned(),
                app: name.to_owned(),
                login_url: login_url.to_owned(),
                ..AccountForm::default()
            };
            assert_eq!(form.check().as_ref(), Ok(&form));
        }
    }

    #[test]
    fn an_app_is_known_however_it_is_written_and_by_its_address() {
        for typed in ["instagram", "INSTAGRAM", " Insta gram"] {
            assert_eq!(known(typed).map(|app| app.name), Some("Instagram"), "{typed}");
        }
        assert_eq!(known("Instagram for Business"), None);
        for (address, name) in [
            ("https://instagram.com/", Some("Instagram")),
            ("https://www.instagram.com/accounts/login/?next=1", Some("Instagram")),
            ("https://GitHub.com/login", Some("GitHub")),
            ("https://notgithub.com/login", None),
            ("https://github.com.evil.example/login", None),
            ("", None),
        ] {
            assert_eq!(at(address).map(|app| app.name), name, "{address}");
        }
    }
}
