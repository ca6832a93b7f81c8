//! Where identity theft is handled, country by country: official addresses only, and few words.

/// Where to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Who is there; nobody for countries that the table does not know.
    pub office: Option<Office>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Office {
    country: &'static str,
    pub name: &'static str,
    pub what: &'static str,
    pub href: &'static str,
}

const fn office(country: &'static str, name: &'static str, what: &'static str, href: &'static str) -> Office {
    Office { country, name, what, href }
}

const OFFICES: &[Office] = &[
    office(
        "AT",
        "Bundeskriminalamt",
        "Report to any police station; the federal police tells how.",
        "https://www.bundeskriminalamt.at",
    ),
    office(
        "AU",
        "Australian Cyber Security Centre",
        "Report cybercrime, and find help with a stolen identity.",
        "https://www.cyber.gov.au",
    ),
    office(
        "CA",
        "Canadian Anti-Fraud Centre",
        "Report identity theft here and to your local police.",
        "https://antifraudcentre-centreantifraude.ca",
    ),
    office(
        "CH",
        "Federal Office for Cyber Security",
        "Report the incident here, and press charges with your cantonal police.",
        "https://www.ncsc.admin.ch",
    ),
    office(
        "DE",
        "Bundesamt für Sicherheit in der Informationstechnik",
        "Explains what to do; press charges with the police of your state.",
        "https://www.bsi.bund.de",
    ),
    office("DK", "Politi", "Report identity theft online or call 114.", "https://politi.dk"),
    office(
        "ES",
        "Instituto Nacional de Ciberseguridad",
        "Call 017 for help, and press charges with the police.",
        "https://www.incibe.es",
    ),
    office("FI", "Poliisi", "Report identity theft online to the police.", "https://poliisi.fi"),
    office(
        "FR",
        "Cybermalveillance.gouv.fr",
        "Tells what to do and finds help; press charges with police or gendarmerie.",
        "https://www.cybermalveillance.gouv.fr",
    ),
    office(
        "GB",
        "Report Fraud",
        "Report online or call 0300 123 2040. In Scotland call the police on 101.",
        "https://www.reportfraud.police.uk",
    ),
    office("IE", "An Garda Síochána", "Report to your local Garda station.", "https://www.garda.ie"),
    office("IT", "Polizia Postale", "Report online or at a police station.", "https://www.commissariatodips.it"),
    office(
        "NL",
        "Centraal Meldpunt Identiteitsfraude",
        "Report misuse of your identity, at the Rijksdienst voor Identiteitsgegevens.",
        "https://www.rvig.nl",
    ),
    office("NO", "Politiet", "Report identity theft to the police, online or on 02800.", "https://www.politiet.no"),
    office("NZ", "New Zealand Police", "Report online or call 105.", "https://www.police.govt.nz"),
    office("SE", "Polisen", "Report online or call 114 14.", "https://polisen.se"),
    office(
        "US",
        "Federal Trade Commission",
        "Report identity theft and get a recovery plan.",
        "https://www.identitytheft.gov",
    ),
];

/// For a country of two letters.
pub fn of(country: &str) -> Place {
    Place { office: OFFICES.iter().find(|office| office.country == country).copied() }
}

#[cfg(test)]
mod tests {
    use super::{OFFICES, of};
    use crate::people::choices::is_country;

    #[test]
    fn every_country_of_the_table_is_one_and_has_an_address() {
        for office in OFFICES {
            assert!(is_country(office.country) && office.href.starts_with("https://"), "{office:?}");
            assert_eq!(of(office.country).office, Some(*office));
        }
        assert!(OFFICES.is_sorted_by(|a, b| a.country < b.country), "in order, each once");
        assert_eq!(of("ZZ").office, None);
    }
}
