//! Lists of breached passwords: made by the operator, asked beside the shipped one, refused when damaged.

use crate::program::{kinsight, written};
use tempfile::TempDir;

#[test]
fn an_operator_makes_a_list_and_a_server_takes_no_damaged_one() {
    let leaked =
        written("leaked.txt", b"short\nleaked from the clinic\r\nleaked from the clinic\n\xff\xfe no text at all\n");
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let make = |file: &str, lists: &[&str]| {
        let made = kinsight(&[&["admin", "breached-passwords", "-o", file], lists].concat()).succeeds();
        made.split(' ').next().unwrap().parse::<usize>().unwrap()
    };
    let (one, two) = (place("one.filter"), place("two.filter"));
    let words = written("words.txt", "goat\nbicycle\n");
    let fewer = make(&one, &[leaked.path()]);
    let more = make(&two, &[leaked.path(), "--common", words.path()]);
    assert!(fewer < more && more <= fewer + 20, "{fewer}, {more}");
    let bytes = std::fs::read(&one).unwrap();
    assert_eq!(make(&one, &[leaked.path()]), fewer);
    assert_eq!(bytes, std::fs::read(&one).unwrap(), "the same lists give the same file");

    let verify = |file: &str| kinsight(&["audit", "verify", "--data", &place("data"), "--breached-passwords", file]);
    std::fs::create_dir(place("data")).unwrap();
    std::fs::write(place("data/kinsight.sqlite"), "").unwrap();
    verify(&one).succeeds();
    std::fs::write(&one, &bytes[..bytes.len() - 40]).unwrap();
    let complaint = verify(&one).fails();
    assert!(complaint.contains("one.filter") && complaint.contains("kinsight admin breached-passwords"), "{complaint}");
}

#[test]
fn a_list_that_is_not_there_is_named() {
    let folder = TempDir::new().unwrap();
    let (list, out) = (folder.path().join("none.txt"), folder.path().join("out"));
    let complaint =
        kinsight(&["admin", "breached-passwords", list.to_str().unwrap(), "-o", out.to_str().unwrap()]).fails();
    assert!(complaint.contains("none.txt"), "{complaint}");
}
