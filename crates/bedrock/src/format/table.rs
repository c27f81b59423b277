//! The table of formats: those that targets take, and those of other tools.

use super::{Dialect, Field, Format, Kind, Part, Rule};

const fn text(key: &'static str, part: Part) -> Field {
    Field { key, required: true, kind: Kind::Text(part) }
}

const fn may(key: &'static str, kind: Kind) -> Field {
    Field { key, required: false, kind }
}

const fn must(key: &'static str, kind: Kind) -> Field {
    Field { key, required: true, kind }
}

/// Keys under which tools keep the two sides of labelled data.
const LABELLED: &[&str] = &[
    "prompt",
    "completion",
    "response",
    "output",
    "answer",
    "answers",
    "question",
    "instruction",
    "messages",
    "conversations",
    "chosen",
    "rejected",
];

/// Keys under which tools keep answers.
const ANSWERED: &[&str] = &[
    "completion",
    "response",
    "output",
    "answer",
    "answers",
    "messages",
    "conversations",
    "chosen",
    "rejected",
    "referenceResponse",
];

const UNLABELLED: &str = "continued pre-training takes unlabelled text only";

/// All formats that some target takes.
pub static FORMATS: &[Format] = &[
    Format {
        name: "prompt-completion",
        title: "supervised fine-tuning pairs",
        fields: &[text("prompt", Part::Prompt), text("completion", Part::Completion)],
        rules: &[],
    },
    Format {
        name: "text",
        title: "continued pre-training documents",
        fields: &[text("text", Part::Completion)],
        rules: &[Rule::Unused(LABELLED, UNLABELLED)],
    },
    Format {
        name: "input",
        title: "continued pre-training documents under the key that Bedrock used for Titan",
        fields: &[text("input", Part::Completion)],
        rules: &[Rule::Unused(LABELLED, UNLABELLED)],
    },
    Format {
        name: "preference",
        title: "preference pairs, with an optional score from 0.0 to 1.0",
        fields: &[
            text("prompt", Part::Prompt),
            text("chosen", Part::Completion),
            text("rejected", Part::Completion),
            may("score", Kind::Number { min: 0.0, max: 1.0 }),
        ],
        rules: &[Rule::Differ("chosen", "rejected"), Rule::Only("score")],
    },
    Format {
        name: "prompt",
        title: "prompts for distillation",
        fields: &[text("prompt", Part::Prompt)],
        rules: &[Rule::Unused(ANSWERED, "distillation takes prompts only, and the teacher answers them")],
    },
    Format {
        name: "claude-messages",
        title: "conversations whose messages are strings",
        fields: &[may("system", Kind::Text(Part::Prompt)), must("messages", Kind::Messages(Dialect::Claude))],
        rules: &[],
    },
    Format {
        name: "converse",
        title: "conversations whose messages are lists of content blocks",
        fields: &[
            may("schemaVersion", Kind::Version),
            may("system", Kind::System),
            must("messages", Kind::Messages(Dialect::Converse)),
            may("toolConfig", Kind::ToolConfig),
        ],
        rules: &[],
    },
    Format {
        name: "converse-preference",
        title: "conversations that end with labelled candidates",
        fields: &[
            may("schemaVersion", Kind::Version),
            may("system", Kind::System),
            must("messages", Kind::Messages(Dialect::Preference)),
            may("toolConfig", Kind::ToolConfig),
        ],
        rules: &[],
    },
    Format {
        name: "chat-rft",
        title: "chat prompts with a reference answer, for reinforcement fine-tuning",
        fields: &[
            must("messages", Kind::Messages(Dialect::Chat)),
            may("reference_answer", Kind::Reference),
            may("tools", Kind::ChatTools),
            may("id", Kind::RecordId),
        ],
        rules: &[],
    },
    Format {
        name: "image-caption",
        title: "images in S3 with captions",
        fields: &[must("image-ref", Kind::ImageUri), must("caption", Kind::Caption)],
        rules: &[],
    },
    Format {
        name: "evaluation",
        title: "prompts for model evaluation, with optional reference responses and categories",
        fields: &[
            text("prompt", Part::Prompt),
            may("referenceResponse", Kind::Text(Part::Completion)),
            may("category", Kind::Any),
        ],
        rules: &[],
    },
];

/// Formats of other tools, which no target accepts: they are recognized and can be converted.
pub static FOREIGN: &[Format] = &[
    Format {
        name: "openai-chat",
        title: "OpenAI chat",
        fields: &[must("messages", Kind::Messages(Dialect::Chat)), may("tools", Kind::ChatTools)],
        rules: &[],
    },
    Format {
        name: "alpaca",
        title: "Alpaca instructions",
        fields: &[
            text("instruction", Part::Prompt),
            may("input", Kind::Text(Part::Prompt)),
            text("output", Part::Completion),
            may("system", Kind::Text(Part::Prompt)),
        ],
        rules: &[],
    },
    Format {
        name: "sharegpt",
        title: "ShareGPT conversations",
        fields: &[
            may("system", Kind::Text(Part::Prompt)),
            must("conversations", Kind::Messages(Dialect::ShareGpt)),
        ],
        rules: &[],
    },
];

const _: () = {
    let mut n = 0;
    while n < FORMATS.len() {
        assert!(
            FORMATS[n].fields.len() <= Format::FIELDS_MAX,
            "values of a record are held in a fixed array"
        );
        n += 1;
    }
};
