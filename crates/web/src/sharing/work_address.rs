//! Whether an address looks like one of a workplace, a clinic or a school: others may read what arrives there, and it ends with the job.

/// Where people have addresses of their own.
const PERSONAL: &[&str] = &[
    "aol.com",
    "arcor.de",
    "bluewin.ch",
    "btinternet.com",
    "comcast.net",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "hotmail.it",
    "hushmail.com",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.de",
    "mailbox.org",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.fr",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "sfr.fr",
    "t-online.de",
    "telia.com",
    "tuta.com",
    "tutanota.com",
    "verizon.net",
    "web.de",
    "wp.pl",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.de",
    "yahoo.fr",
    "yandex.com",
    "ymail.com",
    "ziggo.nl",
    "zoho.com",
];

/// Endings and parts of names that say what a place is.
const WORK_ENDINGS: &[&str] = &["edu", "gov", "mil", "ac", "gouv", "gob", "nhs"];
const WORK_PARTS: &[&str] = &[
    "clinic",
    "klinik",
    "hospital",
    "krankenhaus",
    "praxis",
    "medical",
    "health",
    "school",
    "schule",
    "univ",
    "college",
    "office",
    "company",
    "gmbh",
    "consult",
    "insurance",
];

/// A guess for a warning, never a refusal. Names of one label and an ending that nothing speaks for may be a family's own.
pub fn is_work_style(address: &str) -> bool {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
    if PERSONAL.contains(&domain.as_str()) {
        return false;
    }
    let labels: Vec<&str> = domain.split('.').collect();
    let (ending, names) = labels.split_last().unwrap_or((&"", &[]));
    let is_public = labels.iter().skip(1).any(|label| WORK_ENDINGS.contains(label));
    is_public || is_company(ending, names)
}

/// Endings of companies, or a word of work in the name.
fn is_company(ending: &str, names: &[&str]) -> bool {
    const COMPANIES: &[&str] =
        &["com", "co", "biz", "inc", "gmbh", "ltd", "company", "clinic", "hospital", "health", "io"];
    let ends = COMPANIES.contains(&ending) || names.last().is_some_and(|name| *name == "co" || *name == "com");
    ends || names.iter().any(|name| WORK_PARTS.iter().any(|part| name.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::is_work_style;

    #[test]
    fn personal_addresses_pass_and_work_addresses_are_noticed() {
        for personal in
            ["ben@gmail.com", "ben@GMX.de", "ben@berg.family", "ben@example.org", "ben@bergs.se", "ben@proton.me"]
        {
            assert!(!is_work_style(personal), "{personal}");
        }
        for work in [
            "ben@northside-clinic.org",
            "ben@uni.edu",
            "ben@city.gov",
            "ben@nhs.uk.nhs.net",
            "ben@acme.com",
            "ben@acme.co.uk",
            "b@ox.ac.uk",
        ] {
            assert!(is_work_style(work), "{work}");
        }
    }
}
