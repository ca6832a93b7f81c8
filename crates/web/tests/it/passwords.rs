//! A new password on the page: refused with the reason, never shown again, and welcome to password managers.

use testkit::app::App;

fn filled(password: &str) -> [(&'static str, &str); 7] {
    [
        ("name", "Nora Vik"),
        ("email", "nora@example.org"),
        ("password", password),
        ("country", "NO"),
        ("unit", "mmol/L"),
        ("zone", "Europe/Oslo"),
        ("language", "en"),
    ]
}

#[tokio::test]
async fn a_refused_password_is_told_why() {
    let app = App::start().await;
    let mut nora = app.browser();
    let cases = [
        ("too short", "Use at least 15 characters"),
        ("passwordpassword1", "on the list of breached passwords"),
        ("123456789012345", "on the list of breached passwords"),
        ("abababcdcdcdababab", "over and over"),
        ("nora@example.org 7", "e-mail address"),
        ("my MiniMed 780G 77", "your devices"),
    ];
    for (password, why) in cases {
        let refused = nora.post("/sign-up", &filled(password)).await;
        assert_eq!(refused.status, 422, "{password}");
        assert!(refused.text().contains(why), "{password}: {}", refused.text());
        assert!(refused.text().contains("id=\"password-error\""), "{password}: the reason stands at the field");
        if !password.contains("nora@") {
            assert!(!refused.text().contains(password), "{password}: it is not sent back");
        }
    }
    let taken = nora.post("/sign-up", &filled("seven passwordpassword1 bicycles")).await;
    assert_eq!(taken.status, 303, "as part of a longer phrase it is fine");
}

#[tokio::test]
async fn the_field_is_one_that_password_managers_know() {
    let app = App::start().await;
    let page = app.browser().get("/sign-up").await.text();
    let (_, field) = page.split_once("<input id=\"password\"").expect("there is a field for the password");
    let (field, after) = field.split_once('>').unwrap();
    for wanted in ["type=\"password\"", "autocomplete=\"new-password\"", "required"] {
        assert!(field.contains(wanted), "{wanted} in {field}");
    }
    assert!(!field.contains("maxlength") && !field.contains("onpaste") && !field.contains("pattern"), "{field}");
    assert!(after.contains("data-show=\"password\" hidden") && after.contains("data-make=\"password\" hidden"));
}
