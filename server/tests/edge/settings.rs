use clap::{CommandFactory, Parser};
use domain::workspace::Founding;
use server::cli::{Cli, Command};
use server::config::{Config, SettingError, check_names};
use std::ffi::OsString;
use std::path::PathBuf;

fn check(arguments: &[&str]) -> Result<Config, SettingError> {
    Cli::try_parse_from([&["latchkey"], arguments].concat()).unwrap().settings.check()
}

#[tokio::test]
async fn nothing_said_is_a_site_for_this_machine() {
    let config = check(&[]).unwrap();
    assert_eq!(config.database_url, "sqlite://data/latchkey.db");
    assert_eq!(config.address.to_string(), "127.0.0.1:3000");
    assert_eq!(config.site_url(config.address).as_str(), "http://127.0.0.1:3000/");
    assert_eq!(config.shown_mail_folder(), Some(PathBuf::from("data/mail")));
    assert!(!config.trust_proxy);
    assert_eq!(config.founding, Founding::Invitation);
    assert_eq!(config.warnings(config.address), Vec::<&str>::new());
}

#[tokio::test]
async fn a_setting_that_is_empty_is_not_set() {
    let config = check(&["--site-url=", "--smtp-url=", "--resend-api-key", "", "--mail-folder=", "--log="]).unwrap();
    assert_eq!(config.shown_mail_folder(), Some(PathBuf::from("data/mail")));
}

#[tokio::test]
async fn a_wrong_setting_is_named_and_its_secrets_are_not() {
    for (arguments, named) in [
        (&["--database-url=mysql://root:hunter2@db/x"][..], "LATCHKEY_DATABASE_URL"),
        (&["--database-url=hunter2"], "LATCHKEY_DATABASE_URL"),
        (&["--database-url=sqlite://"], "LATCHKEY_DATABASE_URL"),
        (&["--database-url=sqlite://?mode=rwc"], "LATCHKEY_DATABASE_URL"),
        (&["--database-url=postgres://user:hunter2@db"], "LATCHKEY_DATABASE_URL"),
        (&["--database-url=postgres://user:hunter2@db:x/name"], "LATCHKEY_DATABASE_URL"),
        (&["--address=localhost"], "LATCHKEY_ADDRESS"),
        (&["--address=127.0.0.1"], "LATCHKEY_ADDRESS"),
        (&["--address=:3000"], "LATCHKEY_ADDRESS"),
        (&["--address=127.0.0.1:99999"], "LATCHKEY_ADDRESS"),
        (&["--address=0.0.0.0:3000"], "LATCHKEY_SITE_URL"),
        (&["--site-url=latchkey.example"], "LATCHKEY_SITE_URL"),
        (&["--site-url=ftp://latchkey.example"], "LATCHKEY_SITE_URL"),
        (&["--site-url=https://latchkey.example/app"], "LATCHKEY_SITE_URL"),
        (&["--site-url=https://latchkey.example/?a=b"], "LATCHKEY_SITE_URL"),
        (&["--site-url=https://latchkey.example/#a"], "LATCHKEY_SITE_URL"),
        (&["--site-url=https://user:hunter2@latchkey.example"], "LATCHKEY_SITE_URL"),
        (&["--trust-proxy=maybe"], "LATCHKEY_TRUST_PROXY"),
        (&["--founding=everybody"], "LATCHKEY_FOUNDING"),
        (&["--mail-from=nobody"], "LATCHKEY_MAIL_FROM"),
        (&["--smtp-url=smtps://u:hunter2@mail.example", "--resend-api-key=hunter2"], "LATCHKEY_RESEND_API_KEY"),
        (&["--smtp-url=smtps://u:hunter2@mail.example"], "LATCHKEY_MAIL_FROM"),
        (&["--resend-api-key=re_hunter2"], "LATCHKEY_MAIL_FROM"),
        (&["--smtp-url=http://u:hunter2@mail.example", "--mail-from=a@b.example"], "LATCHKEY_SMTP_URL"),
        (&["--smtp-url=hunter2", "--mail-from=a@b.example"], "LATCHKEY_SMTP_URL"),
    ] {
        let Err(error) = check(arguments) else { panic!("{arguments:?} was taken") };
        for told in [error.to_string(), format!("{error:?}")] {
            assert!(told.contains(named) || told.contains("TwoTransports") || !told.contains("LATCHKEY"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
        let sentence = error.to_string();
        assert!(sentence.contains(named), "{arguments:?}: {sentence}");
        assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
    }
}

#[tokio::test]
async fn what_works_elsewhere_is_taken() {
    for arguments in [
        &["--database-url=postgres://user:p%40ss@db.example:5432/latchkey?sslmode=require"][..],
        &["--database-url=sqlite:///var/lib/latchkey/latchkey.db?mode=rwc"],
        &["--address=[::1]:0"],
        &["--address=0.0.0.0:3000", "--site-url=https://latchkey.example/"],
        &["--site-url=https://latchkey.example:8443"],
        &["--trust-proxy"],
        &["--trust-proxy=on"],
        &["serve", "--trust-proxy", "--address=127.0.0.1:4000"],
        &["--smtp-url=smtps://user:password@mail.example", "--mail-from=Latchkey <latchkey@example.com>"],
        &["--resend-api-key=re_123", "--mail-from=latchkey@example.com"],
    ] {
        assert!(check(arguments).is_ok(), "{arguments:?}: {}", check(arguments).err().unwrap());
    }
}

#[tokio::test]
async fn mail_is_shown_only_where_nobody_else_can_look() {
    let sent = ["--resend-api-key=re_123", "--mail-from=latchkey@example.com"];
    let elsewhere = ["--address=192.0.2.1:3000"];
    let everywhere = ["--address=0.0.0.0:3000", "--site-url=https://latchkey.example"];
    for arguments in [&sent[..], &elsewhere, &everywhere] {
        assert_eq!(check(arguments).unwrap().shown_mail_folder(), None, "{arguments:?}");
    }
    assert!(check(&["--address=[::1]:3000"]).unwrap().shown_mail_folder().is_some());
}

#[tokio::test]
async fn what_is_dangerous_is_said() {
    let config = check(&["--address=192.0.2.1:3000"]).unwrap();
    let warnings = config.warnings(config.address).join(" ");
    assert!(warnings.contains("LATCHKEY_SITE_URL") && warnings.contains("LATCHKEY_SMTP_URL"), "{warnings}");
}

#[test]
fn a_misspelt_variable_is_refused() {
    for (name, refused) in [
        ("LATCHKEY_ADRESS", true),
        ("LATCHKEY_SITEURL", true),
        ("LATCHKEY_SMTP", true),
        ("LATCHKEY_ADDRESS", false),
        ("LATCHKEY_TRUST_PROXY", false),
        ("LATCHKEY_SITE", false),
        ("LATCHKEY_TEST_POSTGRES_URL", false),
        ("LATCHKEY_SERVICE_HOST", false),
        ("LATCHKEY_PORT_3000_TCP", false),
        ("PATH", false),
    ] {
        let checked = check_names([OsString::from(name)].into_iter());
        assert_eq!(checked.is_err(), refused, "{name}");
        if let Err(error) = checked {
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}

#[test]
fn a_filter_for_the_log_that_cannot_be_read_is_refused() {
    let settings = |log: &str| Cli::try_parse_from(["latchkey", "--log", log]).unwrap().settings;
    for filter in ["info", "debug,hyper=warn", "services::mail=trace"] {
        assert!(settings(filter).log_filter().is_ok(), "{filter}");
    }
    let error = settings("info,services=loud").log_filter().unwrap_err().to_string();
    assert!(error.starts_with("LATCHKEY_LOG "), "{error}");
}

#[test]
fn the_manual_explains_every_setting_with_its_default() {
    let command = Cli::command();
    let settings: Vec<_> = command.get_arguments().filter(|argument| argument.get_env().is_some()).collect();
    assert!(settings.len() >= 9);
    for setting in settings {
        let help = setting.get_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("[default: "), "{}: {help}", setting.get_id());
        assert!(setting.is_hide_env_values_set(), "{}: a value may be a secret", setting.get_id());
    }
}

#[test]
fn serving_is_what_happens_when_nothing_is_said() {
    assert!(Cli::try_parse_from(["latchkey"]).unwrap().command.is_none());
    let demo = Cli::try_parse_from(["latchkey", "demo", "--members", "1000000", "--events", "5", "--if-empty"])
        .unwrap()
        .command;
    let Some(Command::Demo(demo)) = demo else { panic!("something else was said") };
    assert_eq!((demo.members, demo.accounts, demo.events, demo.if_empty), (Some(1_000_000), None, Some(5), true));
    assert!(Cli::try_parse_from(["latchkey", "dance"]).is_err());
}
