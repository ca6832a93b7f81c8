//! What every page of a report has around it: whose it is at the top, the safety notice and the page number at the foot.

use crate::{
    order::Order,
    pdf::{About, Book, Sheet, Style, fit, width_of, wrap},
};
use words::fill;

/// Begins the file of a report.
pub(crate) fn book(order: &Order, title: &str) -> Book {
    let days = order.show.language.days(order.period.first, order.period.last);
    let name = Some(order.person.name.trim()).filter(|name| !name.is_empty());
    let title = [Some(title), name, Some(days.as_str())].into_iter().flatten().collect::<Vec<_>>().join(" – ");
    Book::new(order.paper, About { title, language: order.show.language.tag(), made_on: order.made_on })
}

/// The head of the first page: what it is, whose it is, and facts beside; gives where the rest begins.
pub(crate) fn head(sheet: &mut Sheet<'_>, order: &Order, title: &str, subtitle: &str, facts: &[(&str, String)]) -> f32 {
    brand(sheet, 52.0);
    let (left, width) = (sheet.left(), sheet.width());
    sheet.heading(1, Style::TITLE, left, 52.0, title);
    sheet.line(Style::SMALL, left, 65.0, subtitle);
    sheet.rule(73.0);
    let room = facts_left(sheet, facts);
    draw_name(sheet, order, room - left - 12.0);
    let mut x = room;
    for (label, value) in facts {
        sheet.labelled(label, value, x, 86.0, width);
        x += fact_width(label, value);
    }
    sheet.rule(108.0);
    108.0
}

/// The name, on two lines when it is long.
fn draw_name(sheet: &mut Sheet<'_>, order: &Order, width: f32) {
    let (left, style) = (sheet.left(), Style::NAME);
    let name = if order.person.name.trim().is_empty() { "–" } else { order.person.name.trim() };
    let mut lines = wrap(name, style.weight, style.size, width);
    if lines.len() > 2 {
        let rest = lines.split_off(1).join(" ");
        lines.push(fit(&rest, style.weight, style.size, width));
    }
    let top = if lines.len() == 1 { 95.5 } else { 88.0 };
    sheet.lines(style, left, top, &lines);
}

/// Facts stand at the right.
fn facts_left(sheet: &Sheet<'_>, facts: &[(&str, String)]) -> f32 {
    let width: f32 = facts.iter().map(|(label, value)| fact_width(label, value)).sum();
    sheet.right() - width.min(sheet.width() * 0.75) + 14.0
}

fn fact_width(label: &str, value: &str) -> f32 {
    let label = width_of(label, Style::SMALL.weight, Style::SMALL.size);
    label.max(width_of(value, Style::STRONG.weight, Style::STRONG.size)) + 14.0
}

fn brand(sheet: &mut Sheet<'_>, y: f32) {
    let width = width_of("Kinsight", Style::BRAND.weight, Style::BRAND.size);
    let x = sheet.right() - width;
    sheet.footer(Style::BRAND, x, y, "Kinsight");
}

/// What later pages have at the top: whose report it is and which.
pub(crate) fn running_head(sheet: &mut Sheet<'_>, order: &Order, title: &str) {
    brand(sheet, 40.0);
    let (left, style) = (sheet.left(), Style::SMALL);
    let days = order.show.language.short_days(order.period.first, order.period.last);
    let words = [order.person.name.trim(), title, &days].into_iter().filter(|part| !part.is_empty());
    let words = words.collect::<Vec<_>>().join(" · ");
    sheet.footer(style, left, 40.0, &fit(&words, style.weight, style.size, sheet.width() - 80.0));
    sheet.rule(47.0);
}

/// How much room the foot takes.
pub(crate) const FOOT: f32 = 52.0;

/// The foot of a page. The notice is read aloud on the first page, and stands on every one.
pub(crate) fn foot(sheet: &mut Sheet<'_>, order: &Order, page: usize, pages: usize) {
    let (texts, language) = (order.show.texts(), order.show.language);
    let (left, bottom, style) = (sheet.left(), sheet.bottom(), Style::SMALL);
    sheet.rule(bottom - FOOT + 6.0);
    let words = if page == 1 { texts.notice_long } else { texts.notice_short };
    let y = bottom - FOOT + 16.0;
    if page == 1 {
        sheet.paragraph(style, left, y, sheet.width(), words);
    } else {
        for (index, line) in wrap(words, style.weight, style.size, sheet.width()).iter().enumerate() {
            sheet.footer(style, left, y + index as f32 * style.leading(), line);
        }
    }
    let made = fill(texts.made_on, &[&language.date(order.made_on)]);
    let made = order.receipt.as_ref().map_or(made.clone(), |receipt| format!("{made} · {receipt}"));
    let number = fill(texts.page_of, &[&page.to_string(), &pages.to_string()]);
    let number_width = width_of(&number, style.weight, style.size);
    let room = sheet.width() - number_width - 12.0;
    sheet.footer(style, left, bottom, &fit(&made, style.weight, style.size, room));
    sheet.footer(style, sheet.right() - number_width, bottom, &number);
}
