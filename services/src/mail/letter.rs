//! What a mail says, and how it looks: plain text and HTML from the same words.
//!
//! Everything in a [`Letter`] is text as people typed it; nothing in it is markup. The HTML keeps to what mail programs
//! understand: tables, styles in the elements, one block of style for the dark.

use domain::text::{disturbs, one_line};
use std::fmt::Write;

/// A mail before it is put into words for a mail program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// What mail programs show beside the subject in their list.
    pub preheader: String,
    /// The headline.
    pub heading: String,
    /// "Hello {greeting_name}," – left out when empty.
    pub greeting_name: String,
    /// What is told, a paragraph each.
    pub paragraphs: Vec<String>,
    /// Labels and values, such as "Role" and "Collaborator". Line breaks in a value are kept.
    pub facts: Vec<(String, String)>,
    /// A label, and the absolute address it leads to.
    pub button: Option<(String, String)>,
    /// Why the reader gets this mail.
    pub footer: String,
}

/// Subject, plain text and HTML.
pub fn render(letter: &Letter) -> (String, String, String) {
    (one_line(&letter.subject), text(letter), html(letter))
}

fn text(letter: &Letter) -> String {
    let mut blocks = Vec::new();
    if !letter.heading.is_empty() {
        blocks.push(one_line(&letter.heading));
    }
    if !letter.greeting_name.is_empty() {
        blocks.push(format!("Hello {},", one_line(&letter.greeting_name)));
    }
    blocks.extend(letter.paragraphs.iter().map(|paragraph| visible(paragraph)));
    if !letter.facts.is_empty() {
        let facts = letter.facts.iter().map(|(label, value)| {
            // Continued lines are set in, so that nobody's reason looks like another label.
            format!("{}: {}", one_line(label), visible(value).replace('\n', "\n    "))
        });
        blocks.push(facts.collect::<Vec<_>>().join("\n"));
    }
    if let Some((label, address)) = &letter.button {
        blocks.push(format!("{}:\n{}", one_line(label), one_line(address)));
    }
    if !letter.footer.is_empty() {
        blocks.push(format!("-- \n{}", visible(&letter.footer)));
    }
    blocks.join("\n\n") + "\n"
}

const FONT: &str = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

fn html(letter: &Letter) -> String {
    let mut rows = String::new();
    let mut row = |padding: &str, content: &str| {
        let _ = writeln!(
            rows,
            "<tr><td class=\"ink\" style=\"{FONT}padding:{padding};color:#1c2024;\">{content}</td></tr>"
        );
    };
    let paragraph = |text: &str| {
        format!("<p dir=\"auto\" style=\"margin:0 0 16px;font-size:16px;line-height:24px;\">{}</p>", lines(text))
    };
    if !letter.heading.is_empty() {
        let heading = escape(&one_line(&letter.heading));
        let style = "margin:0;font-size:22px;line-height:28px;font-weight:600;overflow-wrap:anywhere;";
        row("32px 32px 16px", &format!("<h1 dir=\"auto\" style=\"{style}\">{heading}</h1>"));
    }
    let mut told = String::new();
    if !letter.greeting_name.is_empty() {
        told += &paragraph(&format!("Hello {},", one_line(&letter.greeting_name)));
    }
    told.extend(letter.paragraphs.iter().map(|text| paragraph(text)));
    if !told.is_empty() {
        row("0 32px", &told);
    }
    if !letter.facts.is_empty() {
        row("0 32px 24px", &facts(&letter.facts));
    }
    if let Some((label, address)) = &letter.button {
        row("0 32px 32px", &button(&one_line(label), &one_line(address)));
    }
    let preheader = escape(&one_line(&letter.preheader));
    let subject = escape(&one_line(&letter.subject));
    let footer = lines(&letter.footer);
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>
:root {{ color-scheme: light dark; }}
@media (prefers-color-scheme: dark) {{
  .ground {{ background-color: #111315 !important; }}
  .sheet {{ background-color: #1b1e21 !important; border-color: #33383d !important; }}
  .ink {{ color: #eceef0 !important; }}
  .faint {{ color: #a3a9af !important; }}
  .line {{ border-color: #33383d !important; }}
  .accent {{ background-color: #7fb0ff !important; color: #0b1a33 !important; }}
  .link {{ color: #9cc2ff !important; }}
}}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background-color:#f4f5f6;">
<div style="display:none;max-height:0;overflow:hidden;">{preheader}</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#f4f5f6;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;">
<tr><td class="ink" style="{FONT}padding:0 4px 16px;font-size:15px;line-height:20px;font-weight:600;color:#1c2024;">Latchkey</td></tr>
<tr><td>
<table role="presentation" class="sheet" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:#ffffff;border:1px solid #dfe2e5;border-radius:8px;border-collapse:separate;">
{rows}</table>
</td></tr>
<tr><td class="faint" dir="auto" style="{FONT}padding:16px 4px 0;font-size:13px;line-height:18px;color:#5b636b;">{footer}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
"##
    )
}

fn facts(facts: &[(String, String)]) -> String {
    let mut rows = String::new();
    for (label, value) in facts {
        let _ = writeln!(
            rows,
            "<tr>\
             <th class=\"faint line\" scope=\"row\" align=\"left\" valign=\"top\" style=\"{FONT}padding:10px 16px 10px 0;border-top:1px solid #dfe2e5;font-size:14px;line-height:20px;font-weight:400;color:#5b636b;white-space:nowrap;\">{}</th>\
             <td class=\"ink line\" dir=\"auto\" width=\"100%\" valign=\"top\" style=\"{FONT}padding:10px 0;border-top:1px solid #dfe2e5;font-size:14px;line-height:20px;color:#1c2024;overflow-wrap:anywhere;word-break:break-word;\">{}</td>\
             </tr>",
            escape(&one_line(label)),
            lines(value),
        );
    }
    format!("<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n{rows}</table>")
}

fn button(label: &str, address: &str) -> String {
    let (label, address) = (escape(label), escape(address));
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td class=\"accent\" style=\"border-radius:6px;background-color:#1d4f9e;\">\
         <a class=\"accent\" href=\"{address}\" style=\"{FONT}display:inline-block;padding:12px 20px;border-radius:6px;background-color:#1d4f9e;color:#ffffff;font-size:16px;line-height:20px;font-weight:600;text-decoration:none;\">{label}</a>\
         </td></tr></table>\
         <p class=\"faint\" style=\"margin:16px 0 0;font-size:13px;line-height:18px;color:#5b636b;overflow-wrap:anywhere;word-break:break-all;\">\
         If the button does not work, open this address:<br>\
         <a class=\"link\" href=\"{address}\" style=\"color:#1d4f9e;\">{address}</a></p>"
    )
}

/// Text of several lines as HTML: escaped, line breaks as breaks.
fn lines(text: &str) -> String {
    escape(&visible(text)).replace('\n', "<br>\n")
}

/// Text of several lines without characters that are not shown and change how others are.
fn visible(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.trim().chars().map(|c| if c != '\n' && disturbs(c) { ' ' } else { c }).collect()
}

/// Text as HTML, fit for elements and for quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            subject: "Ann asks for access to Instagram".to_owned(),
            preheader: "For Bob, as Collaborator".to_owned(),
            heading: "Ann asks for access to Instagram".to_owned(),
            greeting_name: "Zoë".to_owned(),
            paragraphs: vec!["Ann of Northlight Studio asks for access.".to_owned()],
            facts: vec![
                ("Role".to_owned(), "Collaborator".to_owned()),
                ("Reason".to_owned(), "The campaign\r\nstarts on Monday.".to_owned()),
            ],
            button: Some(("Open in Latchkey".to_owned(), "https://latchkey.example/accounts/1?a=1&b=2".to_owned())),
            footer: "You get this mail because you own Instagram in Latchkey.".to_owned(),
        }
    }

    #[test]
    fn the_text_part_reads_like_a_letter() {
        let (subject, text, _) = render(&letter());
        assert_eq!(subject, "Ann asks for access to Instagram");
        assert_eq!(
            text,
            "Ann asks for access to Instagram\n\
             \n\
             Hello Zoë,\n\
             \n\
             Ann of Northlight Studio asks for access.\n\
             \n\
             Role: Collaborator\n\
             Reason: The campaign\n    starts on Monday.\n\
             \n\
             Open in Latchkey:\n\
             https://latchkey.example/accounts/1?a=1&b=2\n\
             \n\
             -- \n\
             You get this mail because you own Instagram in Latchkey.\n"
        );
    }

    #[test]
    fn the_html_part_says_the_same_and_links_only_there() {
        let (_, _, html) = render(&letter());
        for words in ["Hello Zoë,", "Role", "Collaborator", "The campaign<br>\nstarts on Monday.", "Open in Latchkey"]
        {
            assert!(html.contains(words), "{words} is missing");
        }
        let links: Vec<&str> = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(links, ["https://latchkey.example/accounts/1?a=1&amp;b=2"; 2]);
        assert!(!html.contains("src="), "nothing is loaded from elsewhere");
    }

    #[test]
    fn what_people_typed_is_text_wherever_it_stands() {
        let nasty = "</td><script>alert('\"&')</script>\u{202E}\u{0}\u{1b}[31m";
        let hostile = Letter {
            subject: format!("{nasty}\r\nBcc: x@example.com"),
            preheader: nasty.to_owned(),
            heading: nasty.to_owned(),
            greeting_name: nasty.to_owned(),
            paragraphs: vec![nasty.to_owned()],
            facts: vec![(nasty.to_owned(), nasty.to_owned())],
            button: Some((nasty.to_owned(), format!("https://latchkey.example/\"{nasty}"))),
            footer: nasty.to_owned(),
        };
        let (subject, text, html) = render(&hostile);
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("</td><script"));
        assert_eq!(html.matches("alert(").count(), html.matches("alert(&#39;&quot;&amp;&#39;)").count());
        assert_eq!(subject.lines().count(), 1);
        for part in [subject, text, html] {
            assert!(part.chars().all(|c| c == '\n' || !disturbs(c)), "{part:?}");
        }
    }

    #[test]
    fn a_reason_cannot_pose_as_another_line_of_the_text() {
        let mut letter = letter();
        letter.facts = vec![("Reason".to_owned(), "x\nRole: Owner".to_owned())];
        let (_, text, _) = render(&letter);
        assert!(text.contains("Reason: x\n    Role: Owner\n"), "{text}");
    }

    #[test]
    fn an_empty_letter_is_still_a_mail() {
        let (subject, text, html) = render(&Letter::default());
        assert_eq!((subject.as_str(), text.as_str()), ("", "\n"));
        assert!(html.starts_with("<!doctype html>"));
    }
}
