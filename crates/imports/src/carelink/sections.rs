//! CareLink generation 2: sections of one device each, newest row first; also the European table of 2015, which
//! has generation 2's columns below generation 1's preamble.

use super::{
    columns::Header,
    entry::DeviceLog,
    gather,
    preamble::{self, Preamble},
    rows::RowReader,
};
use crate::{
    Context, Format, Import, Refused,
    columns::Columns,
    table::{Row, Table, delimiter_of},
    wall::{self, DateOrder},
};

const MOST_COLUMNS: usize = 500;

pub(crate) fn read(text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    read_as(Format::CareLink, text, cx)
}

pub(super) fn read_as(format: Format, text: &str, cx: &mut Context<'_>) -> Result<Import, Refused> {
    let mut file = File::new(format, text);
    file.preamble = preamble::read(&mut file.table, &mut file.row, &mut file.import)?;
    while file.table.next(&mut file.row)? {
        cx.tick(file.table.position())?;
        file.take_row()?;
    }
    file.refuse_cut_row(text)?;
    if file.headers == 0 {
        return Err(Refused::Truncated { what: "the lines above the first table".to_owned() });
    }
    Ok(gather::into_import(file.import, file.logs, &file.preamble, cx.zone))
}

/// What is known while going through the file.
struct File<'t> {
    table: Table<'t>,
    row: Row<'t>,
    import: Import,
    preamble: Preamble,
    order: DateOrder,
    reader: Option<RowReader<'t>>,
    logs: Vec<DeviceLog<'t>>,
    current: usize,
    headers: usize,
    width: usize,
    last_width: usize,
    usual_width: bool,
}

impl<'t> File<'t> {
    fn new(format: Format, text: &'t str) -> Self {
        let header = text.lines().find(|line| is_header(line)).or_else(|| text.lines().next()).unwrap_or_default();
        let delimiter = delimiter_of(header);
        Self {
            table: Table::new(text, delimiter),
            row: Row::default(),
            import: Import::new(format),
            preamble: Preamble::default(),
            order: date_order(text, delimiter),
            reader: None,
            logs: Vec::new(),
            current: 0,
            headers: 0,
            width: 0,
            last_width: 0,
            usual_width: true,
        }
    }

    fn take_row(&mut self) -> Result<(), Refused> {
        let first = self.row.get(0);
        if first.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.take_data();
        } else if first.starts_with("-------") {
            self.begin_section();
        } else if first.eq_ignore_ascii_case("Index") {
            self.begin_table()?;
        } else if !first.is_empty() {
            let line = self.row.line;
            self.import.problem(line, "", "This line is neither a row, a header nor the beginning of a section.");
        }
        Ok(())
    }

    fn take_data(&mut self) {
        self.usual_width &= self.last_width == 0 || self.last_width == self.width;
        self.last_width = self.row.len();
        self.import.rows += 1;
        match (&mut self.reader, self.logs.get_mut(self.current)) {
            (Some(reader), Some(log)) => reader.take(&self.row, log, &mut self.import),
            _ => self.import.problem(self.row.line, "", "This row stands before any header."),
        }
    }

    /// `-------;MiniMed 780G MMT-1886;Pump;NG0000000H;-------`
    fn begin_section(&mut self) {
        let (name, serial) = (self.row.get(1), self.row.get(3));
        let known = self
            .import
            .devices
            .iter()
            .position(|device| !serial.is_empty() && device.serial.as_deref() == Some(serial));
        let device = match known {
            Some(index) => u16::try_from(index).ok(),
            None => self.import.device(name, (!serial.is_empty()).then_some(serial), preamble::kind_of(name)),
        };
        self.reader = None;
        self.open_log(device);
    }

    fn open_log(&mut self, device: Option<u16>) {
        let known = self.logs.iter().position(|log| log.device == device);
        self.current = known.unwrap_or_else(|| {
            self.logs.push(DeviceLog { device, rates_are_effective: true, ..DeviceLog::default() });
            self.logs.len() - 1
        });
    }

    fn begin_table(&mut self) -> Result<(), Refused> {
        self.headers += 1;
        if self.row.len() > MOST_COLUMNS {
            let what = format!("A table has more than {MOST_COLUMNS} columns.");
            return Err(Refused::Broken { what, line: self.row.line, why: "no device writes so many".to_owned() });
        }
        if self.logs.is_empty() {
            let first_pump = (!self.import.devices.is_empty()).then_some(0);
            self.open_log(first_pump);
        }
        self.width = self.row.len();
        (self.last_width, self.usual_width) = (0, true);
        let header = Header::of(Columns::of(&self.row), &mut self.import).ok_or_else(|| Refused::Broken {
            what: "A table has no Date or no Time column.".to_owned(),
            line: self.row.line,
            why: "nothing can be read without them".to_owned(),
        })?;
        self.reader = Some(RowReader::new(header, self.order));
        Ok(())
    }

    /// A last row that is shorter than all others, without a line's end: the file was cut off.
    fn refuse_cut_row(&self, text: &str) -> Result<(), Refused> {
        let is_cut = !text.ends_with(['\n', '\r'])
            && self.usual_width
            && !self.row.get(0).is_empty()
            && self.row.len() < self.width.max(2);
        if is_cut { Err(Refused::Truncated { what: "a row".to_owned() }) } else { Ok(()) }
    }
}

fn is_header(line: &str) -> bool {
    let plain = line.trim_start_matches(['"', '\u{feff}']);
    plain.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("Index")) && plain.contains("Date")
}

/// Year first as the device writes it, or another order in files that a spreadsheet saved again.
pub(super) fn date_order(text: &str, delimiter: u8) -> DateOrder {
    let data = text.lines().filter(|line| line.trim_start_matches('"').starts_with(|c: char| c.is_ascii_digit()));
    wall::guess_order(data.take(5000).filter_map(|line| line.split(char::from(delimiter)).nth(1)))
}
