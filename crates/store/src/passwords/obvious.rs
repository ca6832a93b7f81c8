//! Long passwords that nobody needs a list for: what a finger walks over a keyboard, and a short word stretched.

/// Paths that are walked from any place, in both directions, round and round. Lower case; a filter folds case.
const PATHS: [&str; 52] = [
    // runs
    "1234567890",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "1234",
    "123",
    "112233445566778899",
    "1122334455",
    "111222333444555666777888999000",
    "1111222233334444555566667777",
    "1213141516171819",
    "13579",
    "24680",
    "147258369",
    "159753",
    "159357",
    "abcdefghijklmnopqrstuvwxyz",
    "aabbccddeeffgghhiijj",
    "abcdef",
    "abc",
    "abcd",
    "xyz",
    // rows of the usual keyboards
    "qwertyuiopasdfghjklzxcvbnm",
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "`1234567890-=qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "zxcvbnmasdfghjklqwertyuiop",
    "asdfghjklqwertyuiop",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwerty",
    "asdfgh",
    "!@#$%^&*()",
    // columns and zigzags
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "1qazxsw23edcvfr45tgbnhy67ujm,ki89ol./;p0",
    "qazwsxedcrfvtgbyhnujmikolp",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9/;p0",
    "!qaz@wsx#edc$rfv%tgb^yhn&ujm",
    "1qaz!qaz2wsx@wsx3edc#edc",
    "1qaz@wsx3edc$rfv",
    "1q2w3e4r5t6y7u8i9o0p",
    "1q2w3e4r5t",
    "1q2w3e4r",
    "1q2w3e",
    "qawsedrftgyhujikolp",
    "a1b2c3d4e5f6g7h8i9j0",
    "a1s2d3f4g5h6j7k8l9",
    "qweasdzxcrtyfghvbnuiojklm",
];
/// Units that are typed over and over.
const UNITS: [&str; 24] = [
    "123qwe",
    "qwe123",
    "abc123",
    "123abc",
    "asd123",
    "1qaz2wsx",
    "zaq12wsx",
    "qazwsx",
    "qweasd",
    "qweasdzxc",
    "asdf",
    "qwer",
    "zxcv",
    "1234qwer",
    "qwer1234",
    "asdf1234",
    "112233",
    "123321",
    "121212",
    "123123",
    "1q1q",
    "aa11",
    "a1",
    "1a",
];
/// What is put at the end when a digit or a symbol is asked for.
const ENDINGS: [&str; 4] = ["", "1", "123", "!"];
/// Longer ones are left to the other rules.
const LONGEST: usize = 40;

/// Every walk that is long enough to pass the rule of length.
pub(super) fn walks() -> impl Iterator<Item = String> {
    let one_key = ('!'..='~').flat_map(|key| (14..=64).map(move |times| key.to_string().repeat(times)));
    let paths = PATHS.into_iter().flat_map(|path| [path.to_owned(), path.chars().rev().collect()]);
    let walks = paths.flat_map(|path| {
        let keys: Vec<char> = path.chars().collect();
        (0..keys.len()).flat_map(move |start| round(&keys, start))
    });
    let units = UNITS.into_iter().flat_map(|unit| round(&unit.chars().collect::<Vec<_>>(), 0));
    one_key.chain(walks).chain(units)
}

fn round(keys: &[char], start: usize) -> Vec<String> {
    (14..=LONGEST).map(|length| keys.iter().cycle().skip(start).take(length).collect()).collect()
}

/// A word twice, three times and so on until it is long, with the usual endings; and with all the digits after it.
pub(super) fn stretched(word: &str) -> impl Iterator<Item = String> {
    let length = word.chars().count().max(1);
    let fewest = 14usize.div_ceil(length).max(2);
    let again = ENDINGS.map(|ending| format!("{}{ending}", word.repeat(fewest)));
    let counted = ["123456789", "1234567890"].map(|digits| format!("{word}{digits}"));
    again.into_iter().chain([word.repeat(fewest + 1)]).chain(counted)
}
