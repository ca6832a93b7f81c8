//! The history in words: who, how they related, what they did, which pages and days.

use store::{Doer, PageSeen, Role, ViewEntry, ViewKind};
use words::Language;

pub fn who(doer: &Doer) -> String {
    match doer {
        Doer::You => "Your account".to_owned(),
        Doer::Person(Some(name)) => name.clone(),
        Doer::Person(None) => "Somebody whose account is gone".to_owned(),
        Doer::App(Some(name)) => format!("App {name}"),
        Doer::App(None) => "An app".to_owned(),
        Doer::Pass(Some(label)) => format!("Visit pass {label}"),
        Doer::Pass(None) => "A visit pass".to_owned(),
        Doer::Operator => "The operator of this server".to_owned(),
        Doer::Server => "The server".to_owned(),
    }
}

/// How somebody related to the record; empty where the name says it all.
pub fn role(role: &Role) -> String {
    let clinic = role.clinic.as_deref().unwrap_or("a clinic that is gone");
    let member = if role.role.is_empty() { String::new() } else { format!(" ({})", role.role) };
    match role.standing.as_str() {
        // What a member did from the clinic's desk, whether or not a link stands.
        "" if !role.role.is_empty() => format!("Member of {clinic}{member}"),
        "owner" | "app" | "server" | "visit pass" => String::new(),
        "stranger" => "Nobody who was let in".to_owned(),
        "linked clinic" => format!("Member of linked clinic {clinic}{member}"),
        "clinic that keeps the record" => format!("Member of {clinic}{member}"),
        standing => super::capital(standing),
    }
}

/// A page by the name that stands on it.
pub fn page_name(page: &str) -> String {
    match page {
        "home" => "Home",
        "agp report" => "Glucose profile (AGP)",
        "daily review" => "Daily review",
        "uploads" | "import" | "upload taken back" => "Uploads",
        "device upload" => "Values from a device",
        "read by an app" => "Data for an app",
        "settings" => "Settings",
        "app tokens" => "App tokens",
        "view history" => "View history",
        "export of everything" => "Export of everything",
        "link with a clinic" => "The clinic’s page of this patient",
        other => return super::capital(other),
    }
    .to_owned()
}

/// `Daily review, 3 times: 1–14 Mar 2026`.
pub fn page_words(page: &PageSeen, language: Language) -> String {
    let times = if page.count > 1 { format!(", {} times", page.count) } else { String::new() };
    let days: Vec<String> = page.days.iter().map(|(first, last)| days_words(*first, *last, language)).collect();
    let days = if days.is_empty() { String::new() } else { format!(": {}", days.join(", ")) };
    format!("{}{times}{days}", page_name(&page.page))
}

fn days_words(first: jiff::civil::Date, last: jiff::civil::Date, language: Language) -> String {
    if first.year() < 1900 || last.year() > 9000 { "all days".to_owned() } else { language.short_days(first, last) }
}

/// What was done, in one line.
pub fn what(entry: &ViewEntry, language: Language) -> String {
    match entry.kind {
        ViewKind::Look => "Looked".to_owned(),
        ViewKind::Refused => {
            let tried = match entry.act.as_str() {
                "refused a download" => "Tried to take away",
                "refused an upload" => "Tried to bring data",
                "refused a change" => "Tried to open or change",
                _ => "Tried to look at",
            };
            format!("{tried}: {}", page_name(&entry.purpose))
        }
        ViewKind::Download => download(entry, language),
        ViewKind::Change if entry.act.starts_with("uploaded") => "Sent values".to_owned(),
        ViewKind::Change if entry.act == "lockdown" => "Locked the account".to_owned(),
        ViewKind::Change => super::capital(&entry.act),
    }
}

/// Which report and days; the detail of its line is ours: `agp 2026-03-05 2026-03-18`.
fn download(entry: &ViewEntry, language: Language) -> String {
    let mut parts = entry.detail.split(' ');
    let report = match parts.next() {
        Some("agp") => "Glucose profile (AGP)",
        Some("daily") => "Daily review",
        Some("view") => return "View history as a file".to_owned(),
        _ => return "Export of everything".to_owned(),
    };
    let days = parts.next().zip(parts.next()).and_then(|(first, last)| first.parse().ok().zip(last.parse().ok()));
    let days = days.map_or(String::new(), |(first, last)| format!(", {}", language.short_days(first, last)));
    format!("{report}{days}, PDF")
}

/// What a change was about, unless it is said already.
pub fn detail(entry: &ViewEntry) -> &str {
    if entry.kind == ViewKind::Change { &entry.detail } else { "" }
}

#[cfg(test)]
mod tests {
    use super::{page_words, role};
    use jiff::civil::date;
    use store::{PageSeen, Role};
    use words::Language;

    #[test]
    fn pages_and_roles_are_told_in_plain_words() {
        let page = |count, days| PageSeen { page: "daily review".to_owned(), count, days };
        let days = vec![(date(2026, 3, 5), date(2026, 3, 18)), (date(2026, 1, 1), date(2026, 1, 1))];
        let told = page_words(&page(3, days), Language::English);
        assert_eq!(told, "Daily review, 3 times: 5–18 Mar 2026, 1 Jan 2026");
        assert_eq!(page_words(&page(1, vec![]), Language::English), "Daily review");
        let member = |standing: &str, clinic: Option<&str>| Role {
            standing: standing.to_owned(),
            role: "clinician".to_owned(),
            clinic: clinic.map(str::to_owned),
        };
        let told = role(&member("linked clinic", Some("Northside")));
        assert_eq!(told, "Member of linked clinic Northside (clinician)");
        assert_eq!(role(&member("linked clinic", None)), "Member of linked clinic a clinic that is gone (clinician)");
        assert_eq!(role(&Role { standing: "care partner".to_owned(), ..Role::default() }), "Care partner");
        assert_eq!(role(&Role { standing: "owner".to_owned(), ..Role::default() }), "");
    }
}
