//! The letter with which a clinic gives a patient its unique code: one page, the code in large type and as a square code.

use crate::pdf::{About, Book, Paper, Pdf, PdfError, Sheet, Style, fit, width_of, wrap};
use jiff::civil::Date;

/// What stands in the letter. The code is a secret until it is used: the letter is drawn, given away, and not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkLetter {
    pub clinic: String,
    pub patient: String,
    /// In two groups.
    pub code: String,
    /// What the square code holds.
    pub link: String,
    /// The dark squares of each row; empty for none.
    pub squares: Vec<Vec<bool>>,
    /// Where the patient signs in.
    pub address: String,
    /// What the clinic asks to see, in words.
    pub sees: String,
    /// Until when the code works, in words.
    pub until: String,
    /// A tag such as `en`.
    pub language: &'static str,
    pub made_on: Date,
}

const TEXT: Style = Style { size: 11.0, ..Style::BODY };
const CODE: Style = Style { size: 34.0, ..Style::TITLE };
const SQUARE: f32 = 150.0;

/// Draws it.
pub fn link_letter(letter: &LinkLetter, paper: Paper) -> Result<Pdf, PdfError> {
    let title = format!("{} asks to see your diabetes data", letter.clinic);
    let mut book = Book::new(paper, About { title: title.clone(), language: letter.language, made_on: letter.made_on });
    book.page(|sheet| {
        let top = head(sheet, letter, &title);
        let top = code(sheet, letter, top);
        how(sheet, letter, top);
        foot(sheet, letter);
    });
    book.finish()
}

fn head(sheet: &mut Sheet<'_>, letter: &LinkLetter, title: &str) -> f32 {
    let (left, width) = (sheet.left(), sheet.width());
    let brand = width_of("Kinsight", Style::BRAND.weight, Style::BRAND.size);
    sheet.footer(Style::BRAND, sheet.right() - brand, 52.0, "Kinsight");
    sheet.labelled("From", &letter.clinic, left, 52.0, width * 0.6);
    sheet.labelled("For", &letter.patient, left, 86.0, width * 0.8);
    sheet.rule(112.0);
    let mut y = 146.0;
    let lines = wrap(title, Style::TITLE.weight, Style::TITLE.size, width);
    sheet.heading(1, Style::TITLE, left, y, &lines[0]);
    for line in lines.iter().skip(1) {
        y += Style::TITLE.leading();
        sheet.line(Style::TITLE, left, y, line);
    }
    let what = format!(
        "{} asks to see, in your own Kinsight account: {}. You decide: with the code below you look at what is asked, then you \
         accept or decline. You can show less than is asked, and you can end it at any time.",
        letter.clinic, letter.sees
    );
    sheet.paragraph(TEXT, left, y + 26.0, width, &what)
}

fn code(sheet: &mut Sheet<'_>, letter: &LinkLetter, top: f32) -> f32 {
    let (left, top) = (sheet.left(), top + 24.0);
    let beside = left + SQUARE + 28.0;
    let room = sheet.right() - beside;
    if !letter.squares.is_empty() {
        sheet.squares(&letter.squares, left, top, SQUARE, &format!("Square code with the link {}", letter.link));
    }
    sheet.line(Style::SECTION, beside, top + 16.0, "Your code");
    sheet.line(CODE, beside, top + 58.0, &letter.code);
    sheet.paragraph(TEXT, beside, top + 86.0, room, &format!("It works until {}, once.", letter.until));
    top + SQUARE + 18.0
}

fn how(sheet: &mut Sheet<'_>, letter: &LinkLetter, top: f32) {
    let (left, width) = (sheet.left(), sheet.width());
    sheet.heading(2, Style::SECTION, left, top + 18.0, "What to do");
    let steps = [
        format!(
            "Point your phone’s camera at the square code and follow the link. Or open {} and sign in; if you have no account, \
             create one, it is free.",
            letter.address
        ),
        "If you did not follow the link: choose Data sharing in the menu under your name, and type the code."
            .to_owned(),
        "Look which clinic asks for what, and whether the initials are yours. Then accept or decline.".to_owned(),
    ];
    let mut y = top + 40.0;
    for (number, step) in (1..).zip(steps) {
        y = sheet.paragraph(TEXT, left, y, width, &format!("{number}. {step}")) + 7.0;
    }
    let warning = "Give this code to nobody else. Your clinic never asks for your password, and neither do we: type it only at the \
                   address above.";
    sheet.paragraph(Style { weight: Style::STRONG.weight, ..TEXT }, left, y + 8.0, width, warning);
}

fn foot(sheet: &mut Sheet<'_>, letter: &LinkLetter) {
    let (left, bottom, style) = (sheet.left(), sheet.bottom(), Style::SMALL);
    sheet.rule(bottom - 32.0);
    let notice =
        "Kinsight shows data. It never doses and never changes a device. Treatment is decided by you and your clinic.";
    sheet.line(style, left, bottom - 18.0, &fit(notice, style.weight, style.size, sheet.width()));
    sheet.footer(style, left, bottom - 4.0, &format!("Made on {}", letter.made_on));
}
