//! Arguments of conversions, which several commands share.

use bedload_stages::convert::{ExtraRule, Map};

/// What to convert records to, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ConversionArgs {
    /// Target format: prompt-completion, text, input, preference, prompt, claude-messages, converse,
    /// converse-preference, chat-rft or image-caption. Input formats are these and openai-chat, alpaca and sharegpt:
    /// given by --format, or detected.
    #[arg(help_heading = "Conversion", long, value_name = "FORMAT")]
    pub(crate) to: Option<String>,
    /// For objects in no known format: where each field is, by a key or a JSON Pointer, e.g.
    /// prompt=question,completion=/answers/0. Turns are /messages/0/content, /messages/1/content, ….
    #[arg(help_heading = "Conversion", long, value_name = "FIELD=KEY,…")]
    pub(crate) map: Option<Map>,
    /// System prompt to add to every record.
    #[arg(help_heading = "Conversion", long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// How to handle content that the target format cannot hold: error rejects the record, drop removes the content,
    /// keep retains extra keys; or for kinds of content: keys, nested-keys, system, tool-calls, media, reasoning and
    /// answers, e.g. tool-calls=drop,keys=keep. Repeatable [default: error].
    #[arg(help_heading = "Conversion", long, value_name = "HOW|KIND=HOW,…", value_delimiter = ',')]
    pub(crate) extra: Vec<ExtraRule>,
}
