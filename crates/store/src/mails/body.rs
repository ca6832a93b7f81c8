//! The body of a letter as it grows: plain text, and HTML beside it that a phone shows well, in light and in dark, without
//! anything from elsewhere.

use super::{
    SITE,
    letter::{harmless, in_one_line},
};
use crate::outbox::{Mail, SAME_SECRET, SECRET};
use std::fmt::Write as _;

/// Mail programs show plain text in lines; 76 characters are safe everywhere.
const WIDTH: usize = 76;

/// Most mail programs drop style sheets, so what matters stands at each element; the night is a wish that some fulfil.
const NIGHT: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}\
    @media (prefers-color-scheme:dark){.paper{background:#0f1416!important;color:#e6e9e8!important}\
    .card{background:#181f22!important;border-color:#2c3639!important}.ink{color:#e6e9e8!important}\
    .soft{color:#a5b0b2!important}.sunk{background:#12181a!important}.link{color:#74c7c1!important}\
    .button{background:#74c7c1!important;color:#06282a!important}\
    .quiet{background:#181f22!important;color:#74c7c1!important;border-color:#74c7c1!important}}";

const PAGE: &str = "margin:0;padding:0;background:#f5f4f0;color:#1d2327;-webkit-text-size-adjust:100%;\
    font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif";
const HIDDEN: &str = "display:none;max-height:0;overflow:hidden;opacity:0";
const COLUMN: &str = "max-width:560px;margin:0 auto;padding:16px 12px 32px";
const CARD: &str =
    "background:#ffffff;border:1px solid #dcd9d0;border-radius:12px;padding:24px 20px;overflow-wrap:anywhere";
const NAME: &str = "margin:0 0 12px;font-size:18px;font-weight:700;color:#0b5f63";
const TITLE: &str = "margin:0 0 16px;font-size:22px;line-height:1.3;color:#1d2327";
const WORDS: &str = "margin:0 0 16px;font-size:16px;line-height:1.5;color:#1d2327";
const BUTTON: &str = "display:inline-block;padding:13px 22px;border:1px solid #0b5f63;border-radius:8px;background:#0b5f63;\
    color:#ffffff;font-size:16px;line-height:20px;font-weight:700;text-decoration:none";
const QUIET_BUTTON: &str = "display:inline-block;padding:13px 22px;border:1px solid #0b5f63;border-radius:8px;background:#ffffff;\
    color:#0b5f63;font-size:16px;line-height:20px;font-weight:700;text-decoration:none";
const SMALL: &str = "margin:0 0 12px;font-size:14px;line-height:1.5;color:#525b62";
const LINK: &str = "color:#0b5f63;text-decoration:underline;word-break:break-all";
const FOOT: &str = "margin:24px 0 0;padding:16px 16px 4px;border-radius:8px;background:#efede7";

/// A letter as it is written, twice.
pub(super) struct Body {
    subject: String,
    text: String,
    html: String,
    secrets: Vec<String>,
    in_foot: bool,
}

impl Body {
    pub(super) fn titled(subject: &str) -> Self {
        let subject = in_one_line(subject);
        let html = format!("<h1 class=\"ink\" style=\"{TITLE}\">{}</h1>\n", escaped(&subject));
        Self { subject, text: String::new(), html, secrets: Vec::new(), in_foot: false }
    }

    pub(super) fn paragraph(&mut self, words: &str) {
        let words = harmless(words);
        if words.is_empty() {
            return;
        }
        let _ = write!(self.text, "{}\n\n", wrapped(&words, ""));
        let (class, style) = if self.in_foot { ("soft", SMALL) } else { ("ink", WORDS) };
        let words = escaped(&words).replace('\n', "<br>");
        let _ = writeln!(self.html, "<p class=\"{class}\" style=\"{style}\">{words}</p>");
    }

    pub(super) fn list(&mut self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let _ = writeln!(self.html, "<ul class=\"ink\" style=\"{WORDS};padding-left:20px\">");
        for line in lines.iter().map(|line| in_one_line(line)) {
            let _ = write!(self.text, "- {}\n\n", wrapped(&line, "  "));
            let _ = writeln!(self.html, "<li style=\"margin:0 0 8px\">{}</li>", escaped(&line));
        }
        let _ = writeln!(self.html, "</ul>");
    }

    /// What most readers came for, with the address beneath it for whoever would rather see where it leads.
    pub(super) fn button(&mut self, words: &str, path: &str, token: Option<String>) {
        self.pressed("button", BUTTON, words, path, token);
    }

    pub(super) fn quiet_button(&mut self, words: &str, path: &str, token: String) {
        self.pressed("quiet", QUIET_BUTTON, words, path, Some(token));
    }

    fn pressed(&mut self, class: &str, style: &str, words: &str, path: &str, token: Option<String>) {
        let (secret, same) = if token.is_some() { (SECRET, SAME_SECRET) } else { ("", "") };
        let _ = write!(self.text, "{SITE}{path}{secret}\n\n");
        let _ = writeln!(
            self.html,
            "<p style=\"margin:0 0 12px\"><a class=\"{class}\" href=\"{SITE}{path}{secret}\" style=\"{style}\">{}</a></p>\n\
             <p class=\"soft\" style=\"{SMALL}\">The button leads here:<br>\
             <a class=\"link\" href=\"{SITE}{path}{same}\" style=\"{LINK}\">{SITE}{path}{same}</a></p>",
            escaped(words)
        );
        self.secrets.extend(token);
    }

    pub(super) fn link(&mut self, path: &str) {
        let _ = write!(self.text, "{SITE}{path}\n\n");
        let style = if self.in_foot { SMALL } else { WORDS };
        let _ = writeln!(
            self.html,
            "<p style=\"{style}\"><a class=\"link\" href=\"{SITE}{path}\" style=\"{LINK}\">{SITE}{path}</a></p>"
        );
    }

    /// From here on it is written small: what proves that the letter is ours.
    pub(super) fn begin_foot(&mut self) {
        self.in_foot = true;
        let _ = writeln!(self.html, "<div class=\"sunk\" style=\"{FOOT}\">");
    }

    /// The whole letter. Lists of mails show the first words of it beside the subject.
    pub(super) fn addressed(self, to: &str, first_words: &str) -> Mail {
        let Self { subject, text, html, secrets, .. } = self;
        let (title, first_words) = (escaped(&subject), escaped(&in_one_line(first_words)));
        let html = format!(
            "<!doctype html>\n<html lang=\"en\" dir=\"ltr\"><head><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">\n\
             <meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,email=no,url=no\">\n\
             <title>{title}</title>\n<style>{NIGHT}</style></head>\n\
             <body class=\"paper\" style=\"{PAGE}\">\n<div style=\"{HIDDEN}\">{first_words}</div>\n\
             <div class=\"paper\" lang=\"en\" style=\"{COLUMN}\">\n<p class=\"link\" style=\"{NAME}\">Kinsight</p>\n\
             <div class=\"card\" style=\"{CARD}\">\n{html}</div>\n</div>\n</div>\n</body></html>\n"
        );
        Mail { to: to.to_owned(), subject, text: format!("{}\n", text.trim_end()), html, secrets, noticed: None }
    }
}

/// In lines of at most 76 characters, of which all but the first begin with `indent`; a longer word has a line of its own.
fn wrapped(words: &str, indent: &str) -> String {
    let mut lines = Vec::new();
    for part in words.lines() {
        let mut line = String::new();
        for word in part.split_whitespace() {
            let longer = indent.len() + line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && longer > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join(&format!("\n{indent}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn lines_are_short_and_long_words_stay_whole() {
        let words = format!("{} {} ende", "öl ".repeat(40), "x".repeat(90));
        let lines = wrapped(&words, "  ");
        let long: Vec<_> = lines.lines().filter(|line| line.chars().count() > 76).collect();
        assert_eq!(long, [format!("  {}", "x".repeat(90))]);
        assert!(lines.lines().skip(1).all(|line| line.starts_with("  ")), "{lines}");
        assert_eq!(lines.split_whitespace().collect::<String>(), words.split_whitespace().collect::<String>());
        assert_eq!(wrapped("one\ntwo\n\nthree", ""), "one\ntwo\n\nthree");
    }
}
