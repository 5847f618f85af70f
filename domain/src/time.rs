//! Points in time, and how they are told to people.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

/// A point in time: UTC, whole microseconds (what both databases keep).
pub type Moment = DateTime<Utc>;

/// "12 March 2026".
pub fn day(date: NaiveDate) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    format!("{} {} {}", date.day(), MONTHS[date.month0() as usize], date.year())
}

/// "12 March 2026, 14:05 UTC".
pub fn day_and_time(moment: Moment) -> String {
    format!("{}, {:02}:{:02} UTC", day(moment.date_naive()), moment.hour(), moment.minute())
}

/// "just now", "5 minutes ago", "1 hour ago", "3 days ago", then the day. A moment ahead of `now` is "just now".
pub fn ago(moment: Moment, now: Moment) -> String {
    let minutes = (now - moment).num_minutes();
    match minutes {
        ..1 => "just now".to_owned(),
        1..60 => counted(minutes, "minute"),
        60..1_440 => counted(minutes / 60, "hour"),
        1_440..43_200 => counted(minutes / 1_440, "day"),
        _ => day(moment.date_naive()),
    }
}

fn counted(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().expect("a time in the test is well-formed")
    }

    #[test]
    fn the_past_is_told_in_the_largest_whole_unit() {
        let now = at("2026-03-12T14:05:00Z");
        for (moment, told) in [
            ("2026-03-12T14:04:30Z", "just now"),
            ("2026-03-12T14:09:00Z", "just now"),
            ("2026-03-12T14:04:00Z", "1 minute ago"),
            ("2026-03-12T13:05:00Z", "1 hour ago"),
            ("2026-03-11T14:06:00Z", "23 hours ago"),
            ("2026-03-09T14:05:00Z", "3 days ago"),
            ("2026-01-09T14:05:00Z", "9 January 2026"),
        ] {
            assert_eq!(ago(at(moment), now), told, "{moment}");
        }
    }

    #[test]
    fn a_time_names_its_zone() {
        assert_eq!(day_and_time(at("2026-12-31T09:03:59Z")), "31 December 2026, 09:03 UTC");
    }
}
