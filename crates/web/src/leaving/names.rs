//! Names of files inside an export: as people and devices called them, and harmless on every system.

/// Letters and digits of any script, and a little between them; never a way out of the folder, never hidden.
pub fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| if c.is_alphanumeric() || " -_.()".contains(c) { c } else { '_' };
    let plain: String = last.chars().map(plain).take(100).collect();
    let plain = plain.trim_matches([' ', '.']);
    if plain.is_empty() { "file".to_owned() } else { plain.to_owned() }
}

/// `1-Anna-Berg`: in the order of the account, by name.
pub fn folder(place: usize, name: &str) -> String {
    format!("records/{}-{}", place + 1, harmless(name).replace(' ', "-"))
}

/// `003-carelink.csv`: the upload's number and the file's own name.
pub fn original(number: u32, name: &str) -> String {
    format!("{number:03}-{}", harmless(name))
}

#[cfg(test)]
mod tests {
    use super::{folder, original};

    #[test]
    fn no_name_leads_out_of_its_folder() {
        let table = [
            ("carelink.csv", "007-carelink.csv"),
            ("../../etc/passwd", "007-passwd"),
            ("..\\..\\boot.ini", "007-boot.ini"),
            ("..", "007-file"),
            ("/", "007-file"),
            (".hidden", "007-hidden"),
            ("a\0b\nc:d*e?.csv", "007-a_b_c_d_e_.csv"),
            ("Grüße (1).csv", "007-Grüße (1).csv"),
            ("", "007-file"),
        ];
        for (name, wanted) in table {
            assert_eq!(original(7, name), wanted);
        }
        assert_eq!(folder(0, "Anna Berg"), "records/1-Anna-Berg");
        assert_eq!(folder(1, "../x"), "records/2-x");
    }
}
