//! The tools that a record declares, in each form that they are written in.

use std::borrow::Cow;

use bedload_record::json::Raw;

use super::super::conversation::{Aside, Member};
use super::super::read::rest;
use super::{unusual, value_in};

/// How tools are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Form {
    /// `toolConfig` of Converse: `{"tools": [{"toolSpec": {..}}]}`.
    Converse,
    /// A list of functions, each bare or in a member of that name; or of tools with an `input_schema`; or such a list
    /// as the text of a string.
    Listed,
}

/// The member that declares tools.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Declared<'l> {
    pub(in super::super) member: Member<'l>,
    pub(in super::super) form: Form,
}

/// A tool that may be called.
#[derive(Clone, Debug)]
pub(in super::super) struct Tool<'l> {
    /// As it is written between the quotes of its string.
    pub(in super::super) name: Cow<'l, [u8]>,
    /// A string, with its quotes.
    pub(in super::super) description: Option<Cow<'l, [u8]>>,
    /// A JSON Schema.
    pub(in super::super) schema: Option<Cow<'l, [u8]>>,
    pub(in super::super) at: Raw<'l>,
}

const SPEC: &[&str] = &["name", "description", "inputSchema"];

impl<'l> Declared<'l> {
    /// Returns true if there are no tools in it: exporters write an empty list into every record.
    pub(in super::super) fn is_void(&self) -> bool {
        let value = self.member.value;
        let is_empty = |value: Raw<'_>| value.is_array() && value.elements().next().is_none();
        let has_no_text = || value.text().is_some_and(|text| matches!(text.trim(), "" | "[]" | "null"));
        self.form == Form::Listed && (is_empty(value) || has_no_text())
    }

    /// The tools, or what is wrong with them and where.
    ///
    /// # Errors
    /// Where a tool has no name, or no list of tools is there.
    pub(in super::super) fn tools(
        &self,
        asides: &mut Vec<Aside<'l>>,
    ) -> Result<Vec<Tool<'l>>, (Raw<'l>, &'static str)> {
        let value = self.member.value;
        match self.form {
            Form::Converse => {
                rest(value, &["tools"], asides);
                let list = value.get("tools").filter(|list| list.is_array());
                let list = list.ok_or((value, "`toolConfig` must have an array `tools`"))?;
                list.elements().map(|tool| specified(tool, asides)).collect()
            }
            Form::Listed if value.is_array() => {
                value.elements().map(|tool| listed(tool, tool, asides)).collect()
            }
            Form::Listed => {
                let wrong = (value, "`tools` must be a list of tools, or one as text");
                let text = value.text().ok_or(wrong)?;
                let wrapped = value_in("tools", &text).ok_or(wrong)?;
                let list = Raw::of_line(&wrapped).get("tools").filter(|list| list.is_array()).ok_or(wrong)?;
                let own = |bytes: Cow<'_, [u8]>| Cow::Owned(bytes.into_owned());
                let mut inside = Vec::new();
                let tools: Result<Vec<Tool<'l>>, _> = list
                    .elements()
                    .map(|tool| {
                        let Tool { name, description, schema, .. } =
                            listed(tool, tool, &mut inside).map_err(|(_, why)| (value, why))?;
                        let (description, schema) = (description.map(own), schema.map(own));
                        Ok(Tool { name: own(name), description, schema, at: value })
                    })
                    .collect();
                // Places in a text of its own are none in the line.
                if !inside.is_empty() {
                    asides.push(Aside::Inside(self.member.key));
                }
                tools
            }
        }
    }
}

fn specified<'l>(tool: Raw<'l>, asides: &mut Vec<Aside<'l>>) -> Result<Tool<'l>, (Raw<'l>, &'static str)> {
    let spec = tool.get("toolSpec").ok_or((tool, "a tool must have a `toolSpec`"))?;
    rest(tool, &["toolSpec"], asides);
    rest(spec, SPEC, asides);
    let wrapper = spec.get("inputSchema").filter(|schema| schema.is_object());
    wrapper.into_iter().for_each(|wrapper| rest(wrapper, &["json"], asides));
    let schema = wrapper.and_then(|schema| schema.get("json"));
    Ok(Tool {
        name: name(spec).ok_or((tool, NO_NAME))?,
        description: described(spec),
        schema: schema.map(|schema| Cow::Borrowed(schema.bytes())),
        at: tool,
    })
}

fn listed<'t>(
    tool: Raw<'t>,
    at: Raw<'t>,
    asides: &mut Vec<Aside<'t>>,
) -> Result<Tool<'t>, (Raw<'t>, &'static str)> {
    let function = tool.get("function").filter(|function| function.is_object());
    if function.is_some() {
        rest(tool, &["type", "function"], asides);
    }
    let spec = function.unwrap_or(tool);
    let is_function = |kind: Raw<'t>| matches!(kind.text().as_deref(), Some("function" | "custom"));
    unusual(tool, "type", is_function, asides);
    if function.is_some() {
        unusual(spec, "type", is_function, asides);
    }
    let key = ["parameters", "input_schema"].into_iter().find(|key| spec.get(key).is_some());
    rest(spec, &["name", "description", key.unwrap_or("parameters"), "type"], asides);
    let schema = key.and_then(|key| spec.get(key));
    Ok(Tool {
        name: name(spec).ok_or((at, NO_NAME))?,
        description: described(spec),
        schema: schema.filter(|schema| !is_void(*schema)).map(|schema| Cow::Borrowed(schema.bytes())),
        at,
    })
}

/// Returns true for what stands for a schema where a function takes nothing.
fn is_void(schema: Raw<'_>) -> bool {
    schema.is_null() || schema.is_object() && schema.members().next().is_none()
}

const NO_NAME: &str = "a tool must have a name";

fn name(spec: Raw<'_>) -> Option<Cow<'_, [u8]>> {
    spec.get("name")?.string().map(Cow::Borrowed)
}

fn described(spec: Raw<'_>) -> Option<Cow<'_, [u8]>> {
    let description = spec.get("description").filter(|description| !description.is_null())?;
    Some(Cow::Borrowed(description.bytes()))
}
