//! Forms as data: every field has a label, may have a hint and an error, and is shown by one template.

use std::borrow::Cow;

/// What a person fills in.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: Cow<'static, str>,
    pub required: bool,
    pub error: Option<String>,
    pub control: Control,
}

#[derive(Clone, Debug)]
pub enum Control {
    Input {
        kind: &'static str,
        autocomplete: &'static str,
        value: String,
    },
    NewPassword,
    Choose {
        options: Vec<(String, String)>,
        chosen: String,
    },
    /// Free text with proposals.
    List {
        options: Vec<String>,
        value: String,
    },
    Tick {
        on: bool,
    },
    /// One out of a few, all in sight.
    Pick {
        options: Vec<(&'static str, Cow<'static, str>)>,
        chosen: String,
    },
    /// Several out of a few.
    Ticks {
        ticks: Vec<Tick>,
    },
    /// Some lines of text.
    Area {
        value: String,
    },
    /// A heading above the fields that follow.
    Heading,
}

/// One of several that can be ticked.
#[derive(Clone, Debug)]
pub struct Tick {
    pub name: &'static str,
    pub label: &'static str,
    pub on: bool,
    /// Shown as it is; nobody can change it.
    pub fixed: bool,
}

impl Form {
    pub fn of(fields: Vec<Field>) -> Self {
        Self { fields }
    }

    /// Puts an error on a field; on the first one when the form has no such field, so that it is never lost.
    pub fn refuse(&mut self, name: &str, text: impl Into<String>) {
        let at = self.fields.iter().position(|field| field.name == name).unwrap_or(0);
        if let Some(field) = self.fields.get_mut(at) {
            field.error = Some(text.into());
        }
    }

    pub fn is_refused(&self) -> bool {
        self.fields.iter().any(|field| field.error.is_some())
    }
}

impl Field {
    pub fn new(name: &'static str, label: &'static str, control: Control) -> Self {
        Self { name, label, hint: Cow::Borrowed(""), required: true, error: None, control }
    }

    pub fn text(name: &'static str, label: &'static str, autocomplete: &'static str, value: &str) -> Self {
        Self::input(name, label, "text", autocomplete, value)
    }

    pub fn input(
        name: &'static str,
        label: &'static str,
        kind: &'static str,
        autocomplete: &'static str,
        value: &str,
    ) -> Self {
        Self::new(name, label, Control::Input { kind, autocomplete, value: value.to_owned() })
    }

    pub fn choose(name: &'static str, label: &'static str, options: &[(&str, &str)], chosen: &str) -> Self {
        let options = options.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect();
        Self::new(name, label, Control::Choose { options, chosen: chosen.to_owned() })
    }

    pub fn tick(name: &'static str, label: &'static str, on: bool) -> Self {
        Self::new(name, label, Control::Tick { on }).optional()
    }

    pub fn pick(
        name: &'static str,
        label: &'static str,
        options: impl IntoIterator<Item = (&'static str, Cow<'static, str>)>,
        chosen: &str,
    ) -> Self {
        let options = options.into_iter().collect();
        Self::new(name, label, Control::Pick { options, chosen: chosen.to_owned() })
    }

    pub fn area(name: &'static str, label: &'static str, value: &str) -> Self {
        Self::new(name, label, Control::Area { value: value.to_owned() })
    }

    pub fn heading(name: &'static str, label: &'static str) -> Self {
        Self::new(name, label, Control::Heading).optional()
    }

    pub fn hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    pub fn optional(self) -> Self {
        Self { required: false, ..self }
    }

    pub fn is_tick(&self) -> bool {
        matches!(self.control, Control::Tick { .. })
    }

    /// A group has a legend in the place of a label.
    pub fn is_group(&self) -> bool {
        matches!(self.control, Control::Pick { .. } | Control::Ticks { .. })
    }

    pub fn is_heading(&self) -> bool {
        matches!(self.control, Control::Heading)
    }

    pub fn is_on(&self) -> bool {
        matches!(self.control, Control::Tick { on: true })
    }

    /// The attributes that tie a control to its hint and error. The names are ours, nothing needs escaping.
    pub fn described(&self) -> String {
        let error = self.error.as_ref().map(|_| format!("{}-error", self.name));
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let invalid = if error.is_some() && !self.is_group() { " aria-invalid=\"true\"" } else { "" };
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        if ids.is_empty() { String::new() } else { format!("{invalid} aria-describedby=\"{}\"", ids.join(" ")) }
    }
}
