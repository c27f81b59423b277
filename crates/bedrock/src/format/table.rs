//! The table of formats: those that targets take, and those of other tools.

use super::{Answers, Dialect, Field, FieldKind, FieldRule, Format, FormatId, Part};

const fn text(key: &'static str, part: Part) -> Field {
    Field { key, required: true, kind: FieldKind::Text(part) }
}

const fn may(key: &'static str, kind: FieldKind) -> Field {
    Field { key, required: false, kind }
}

const fn must(key: &'static str, kind: FieldKind) -> Field {
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
        id: FormatId::PromptCompletion,
        name: "prompt-completion",
        title: "supervised fine-tuning pairs",
        answers: Answers::Learned,
        fields: &[text("prompt", Part::Prompt), text("completion", Part::Completion)],
        rules: &[],
    },
    Format {
        id: FormatId::Text,
        name: "text",
        title: "continued pre-training documents",
        answers: Answers::Document,
        fields: &[text("text", Part::Completion)],
        rules: &[FieldRule::Unused(LABELLED, UNLABELLED)],
    },
    Format {
        id: FormatId::Input,
        name: "input",
        title: "continued pre-training documents under the key that Bedrock used for Titan",
        answers: Answers::Document,
        fields: &[text("input", Part::Completion)],
        rules: &[FieldRule::Unused(LABELLED, UNLABELLED)],
    },
    Format {
        id: FormatId::Preference,
        name: "preference",
        title: "preference pairs, with an optional score from 0.0 to 1.0",
        answers: Answers::Compared,
        fields: &[
            text("prompt", Part::Prompt),
            text("chosen", Part::Completion),
            text("rejected", Part::Completion),
            may("score", FieldKind::Number { min: 0.0, max: 1.0 }),
        ],
        rules: &[FieldRule::Differ("chosen", "rejected"), FieldRule::Only("score")],
    },
    Format {
        id: FormatId::Prompt,
        name: "prompt",
        title: "prompts for distillation",
        answers: Answers::None,
        fields: &[text("prompt", Part::Prompt)],
        rules: &[FieldRule::Unused(
            ANSWERED,
            "distillation takes prompts only, and the teacher answers them",
        )],
    },
    Format {
        id: FormatId::ClaudeMessages,
        name: "claude-messages",
        title: "conversations whose messages are strings",
        answers: Answers::Learned,
        fields: &[
            may("system", FieldKind::Text(Part::Prompt)),
            must("messages", FieldKind::Messages(Dialect::Claude)),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::Converse,
        name: "converse",
        title: "conversations whose messages are lists of content blocks",
        answers: Answers::Learned,
        fields: &[
            may("schemaVersion", FieldKind::Version),
            may("system", FieldKind::System),
            must("messages", FieldKind::Messages(Dialect::Converse)),
            may("toolConfig", FieldKind::ToolConfig),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::ConversePreference,
        name: "converse-preference",
        title: "conversations that end with labelled candidates",
        answers: Answers::Compared,
        fields: &[
            may("schemaVersion", FieldKind::Version),
            may("system", FieldKind::System),
            must("messages", FieldKind::Messages(Dialect::Preference)),
            may("toolConfig", FieldKind::ToolConfig),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::ChatRft,
        name: "chat-rft",
        title: "chat prompts with a reference answer, for reinforcement fine-tuning",
        answers: Answers::Graded,
        fields: &[
            must("messages", FieldKind::Messages(Dialect::Chat)),
            may("reference_answer", FieldKind::Reference),
            may("tools", FieldKind::ChatTools),
            may("id", FieldKind::RecordId),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::ImageCaption,
        name: "image-caption",
        title: "images in S3 with captions",
        answers: Answers::Caption,
        fields: &[must("image-ref", FieldKind::ImageUri), must("caption", FieldKind::Caption)],
        rules: &[],
    },
    Format {
        id: FormatId::Evaluation,
        name: "evaluation",
        title: "prompts for model evaluation, with optional reference responses and categories",
        answers: Answers::Reference,
        fields: &[
            text("prompt", Part::Prompt),
            may("referenceResponse", FieldKind::Text(Part::Completion)),
            may("category", FieldKind::Any),
        ],
        rules: &[],
    },
];

/// Formats of other tools, which no target accepts: they are recognized and can be converted.
pub static FOREIGN: &[Format] = &[
    Format {
        id: FormatId::OpenAiChat,
        name: "openai-chat",
        title: "OpenAI chat",
        answers: Answers::Learned,
        fields: &[
            must("messages", FieldKind::Messages(Dialect::Chat)),
            may("tools", FieldKind::ChatTools),
            may("functions", FieldKind::ChatTools),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::AnthropicMessages,
        name: "anthropic-messages",
        title: "conversations of the Anthropic API, whose content has typed parts",
        answers: Answers::Learned,
        fields: &[
            may("system", FieldKind::Text(Part::Prompt)),
            must("messages", FieldKind::Messages(Dialect::Chat)),
            may("tools", FieldKind::ChatTools),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::Alpaca,
        name: "alpaca",
        title: "Alpaca instructions",
        answers: Answers::Learned,
        fields: &[
            text("instruction", Part::Prompt),
            may("input", FieldKind::Text(Part::Prompt)),
            text("output", Part::Completion),
            may("system", FieldKind::Text(Part::Prompt)),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::ShareGpt,
        name: "sharegpt",
        title: "ShareGPT conversations",
        answers: Answers::Learned,
        fields: &[
            may("system", FieldKind::Text(Part::Prompt)),
            must("conversations", FieldKind::Messages(Dialect::ShareGpt)),
            may("tools", FieldKind::ChatTools),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::OpenAiPreference,
        name: "openai-preference",
        title: "preference data of OpenAI",
        answers: Answers::Compared,
        fields: &[
            must("input", FieldKind::Any),
            must("preferred_output", FieldKind::Any),
            must("non_preferred_output", FieldKind::Any),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::TrlPreference,
        name: "trl-preference",
        title: "preference data of TRL, with lists of messages",
        answers: Answers::Compared,
        fields: &[
            may("prompt", FieldKind::Any),
            must("chosen", FieldKind::Any),
            must("rejected", FieldKind::Any),
            may("system", FieldKind::Any),
            may("tools", FieldKind::Any),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::ShareGptPreference,
        name: "sharegpt-preference",
        title: "preference data of ShareGPT conversations",
        answers: Answers::Compared,
        fields: &[
            may("system", FieldKind::Any),
            must("conversations", FieldKind::Any),
            must("chosen", FieldKind::Any),
            must("rejected", FieldKind::Any),
            may("tools", FieldKind::Any),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::MessagesPreference,
        name: "messages-preference",
        title: "preference data of ms-swift, messages with a rejected answer",
        answers: Answers::Compared,
        fields: &[
            may("system", FieldKind::Any),
            must("messages", FieldKind::Any),
            may("rejected_response", FieldKind::Any),
            may("rejected_messages", FieldKind::Any),
            may("rejected", FieldKind::Any),
            may("tools", FieldKind::Any),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::AlpacaPreference,
        name: "alpaca-preference",
        title: "preference data of Alpaca instructions",
        answers: Answers::Compared,
        fields: &[
            must("instruction", FieldKind::Any),
            may("input", FieldKind::Any),
            must("chosen", FieldKind::Any),
            must("rejected", FieldKind::Any),
            may("system", FieldKind::Any),
        ],
        rules: &[],
    },
    Format {
        id: FormatId::ScoredAnswers,
        name: "scored-answers",
        title: "prompts with a list of answers, each with a score",
        answers: Answers::Compared,
        fields: &[],
        rules: &[],
    },
    Format {
        id: FormatId::Kto,
        name: "kto",
        title: "answers that a label calls good or bad",
        answers: Answers::Compared,
        fields: &[
            may("prompt", FieldKind::Any),
            may("completion", FieldKind::Any),
            may("messages", FieldKind::Any),
            may("conversations", FieldKind::Any),
            may("label", FieldKind::Any),
            may("kto_tag", FieldKind::Any),
            may("system", FieldKind::Any),
            may("tools", FieldKind::Any),
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
