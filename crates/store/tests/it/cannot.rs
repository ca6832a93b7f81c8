//! What must not compile. The same calls, told rightly, stand in `can.rs`, which is part of this very program.

#[test]
fn the_gate_cannot_be_walked_around() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/cannot/forge_an_access.rs");
    cases.compile_fail("tests/cannot/view_where_download_is_asked.rs");
    cases.compile_fail("tests/cannot/carry_the_access_out.rs");
    cases.compile_fail("tests/cannot/reach_the_database.rs");
}
