//! What a person looks up: targets, codes, single records, help; and when there is colour.

use expect_test::expect;

use crate::commands::shows;
use crate::scratch::Scratch;

#[test]
fn profiles_lists_targets_and_shows_one() {
    let scratch = Scratch::new();
    shows(
        &scratch.run("profiles").exits(0),
        expect![[r#"
            profile                      model                               formats              records       tokens     validation  state
            generic-sft                  any model                           prompt-completion    32..10000     32000      -           live
            generic-cpt                  any model                           text input           1000..100000  32000      -           live
            generic-preference           any model                           preference           100..         32000      -           live
            generic-distillation         any student                         prompt               1000..        32000      -           live
            nova-micro-sft               Amazon Nova Micro                   converse             8..20000      32000      -           live
            nova-lite-sft                Amazon Nova Lite                    converse             8..20000      32000      -           live
            nova-pro-sft                 Amazon Nova Pro                     converse             8..20000      32000      -           live
            nova-2-lite-sft              Amazon Nova 2 Lite                  converse             8..20000      32000      disputed    live
            nova-2-lite-rft              Amazon Nova 2 Lite                  chat-rft             100..20000    -          disputed    live
            nova-lite-dpo                Amazon Nova Lite                    converse-preference  -             -          -           another service
            nova-cpt                     Amazon Nova                         text                 -             -          -           another service
            nova-distillation            Amazon Nova Lite or Micro           converse             100..15000    -          -           live
            llama-distillation           Meta Llama 3.1 8B                   converse             100..15000    -          -           live
            llama-3.1-8b-sft             Meta Llama 3.1 8B                   prompt-completion    100..10000    16000      ..1000      live
            llama-3.1-70b-sft            Meta Llama 3.1 70B                  prompt-completion    100..10000    16000      ..1000      live
            llama-3.2-1b-sft             Meta Llama 3.2 1B                   converse             100..10000    16000      ..1000      end of life
            llama-3.2-3b-sft             Meta Llama 3.2 3B                   converse             100..10000    16000      ..1000      end of life
            llama-3.2-11b-sft            Meta Llama 3.2 11B                  converse             100..10000    16000      ..1000      end of life
            llama-3.2-90b-sft            Meta Llama 3.2 90B                  converse             100..10000    10000      ..1000      end of life
            llama-3.3-70b-sft            Meta Llama 3.3 70B                  converse             100..10000    16000      ..1000      live
            claude-3-haiku-sft           Anthropic Claude 3 Haiku            claude-messages      32..10000     32000      32..1000    end of life
            titan-text-lite-sft          Amazon Titan Text Lite              prompt-completion    -             4096       -           end of life
            titan-text-express-sft       Amazon Titan Text Express           prompt-completion    -             4096       -           end of life
            titan-text-premier-sft       Amazon Titan Text Premier           prompt-completion    -             4096       -           end of life
            titan-text-express-cpt       Amazon Titan Text Express           input                -             4096       -           end of life
            cohere-command-sft           Cohere Command                      prompt-completion    32..10000     4096+2048  ..1000      legacy
            gpt-oss-20b-rft              OpenAI gpt-oss-20B                  chat-rft             100..20000    -          -           live
            qwen3-32b-rft                Qwen3-32B                           chat-rft             100..20000    -          -           live
            titan-image-v2               Amazon Titan Image Generator G1 v2  image-caption        5..10000      -          none        end of life
            nova-canvas                  Amazon Nova Canvas                  image-caption        5..10000      -          none        end of life
            titan-multimodal-embeddings  Amazon Titan Multimodal Embeddings  image-caption        1000..500000  -          none        live
            model-evaluation             any model                           evaluation           ..1000        -          -           live

            as of 2026-11-27; `bedload profiles NAME` shows all limits and rules with their sources

            formats
              prompt-completion   supervised fine-tuning pairs
              text                continued pre-training documents
              input               continued pre-training documents under the key that Bedrock used for Titan
              preference          preference pairs, with an optional score from 0.0 to 1.0
              prompt              prompts for distillation
              claude-messages     conversations whose messages are strings
              converse            conversations whose messages are lists of content blocks
              converse-preference conversations that end with labelled candidates
              chat-rft            chat prompts with a reference answer, for reinforcement fine-tuning
              image-caption       images in S3 with captions
              evaluation          prompts for model evaluation, with optional reference responses and categories
        "#]],
        expect![[r#""#]],
    );
    shows(
        &scratch.run("profiles generic-preference").exits(0),
        expect![[r#"
            generic-preference: any model, preference tuning

            state           live as of 2026-11-27
            formats         preference
            record          [1]
            encoding        o200k_base (exact)
            tokens          prompt, chosen, rejected; not: other keys; no margin; no overhead per message
            training files  many

            limits
              100          records, training and validation, min          [1]
              1000         records, training and validation, recommended  [1]
              32000        tokens per record, max                         [1]

            hyperparameters
              batchSize                4 to 32, default 8                  [1]
              epochCount               1 to 10, default 3                  [1]
              learningRate             0.00001 to 0.0001, default 0.00001  [1]
              learningRateWarmupSteps  0 to 100, default 0                 [1]

            format preference: preference pairs, with an optional score from 0.0 to 1.0
              prompt            a string that is not blank
              chosen            a string that is not blank
              rejected          a string that is not blank
              score             a number from 0.0 to 1.0, optional

            sources
              [1] bedload baseline (2026-11)
        "#]],
        expect![[r#""#]],
    );
    shows(
        &scratch.run("profiles nova-2-lite-sft").exits(0),
        expect![[r#"
            nova-2-lite-sft: Amazon Nova 2 Lite, supervised fine-tuning

            state           live as of 2026-11-27
            formats         converse
            record          [1]
            encoding        cl100k_base (estimate)
            tokens          system, every turn, reasoning, tool calls and results, tool configuration; not: keys of the format, media; margin 10 %; no overhead per message
            training files  one

            limits
              20000        records, training and validation, max, disputed   [2], not [3]
              8            training records, min                             [3]
              200          training records, min by other sources, disputed  [2], not [3]
              200          training records, recommended                     [3]
              20000        training records, max                             [3]
              0            validation records, max, disputed                 [1], not [4]
              32000        tokens per record, max                            [3]
              10           margin of the token count, percent                [5]
              10           images per record, max                            [3]
              1            videos per record, max                            [3]
              1            documents per record, max, disputed               [2], not [3]

            rules
              disputed  keys beyond those of the format                              [6], not [2]
              disputed  no schemaVersion                                             [3], not [2]
              disputed  schemaVersion other than bedrock-conversation-2024           [6], not [3]
              refused   a conversation that ends with the user                       [3]
              disputed  an empty or null system prompt                               [3], not [2]
              disputed  null in place of an optional member                          [3], not [2]
              disputed  documents                                                    [1], not [3]
              disputed  tools                                                        [1], not [3]
              refused   tools that do not match the format                           [3]
              refused   tools without a description or the type of their parameters  [2]
              disputed  reasoning together with media                                [6], not [2]
              disputed  no bucketOwner                                               [6], not [3]
              disputed  media names beyond letters, digits, _ - / .                  [2], not [7]
              refused   data file names that an S3 URI cannot have                   [7]
              refused   data file names beyond letters, digits, _ - / .              [3]
              refused   several kinds of media in one data set                       [3]
              refused   media in several buckets                                     [3]
              disputed  optional fields in some records only                         [6], not [3]
              refused   reserved words in user and system text                       [3]
              disputed  reserved words in other text                                 [6], not [3]
              disputed  reserved words with different capitalization                 [2], not [3]

            media formats
              images    taken     png jpeg gif  [1]
              images    disputed  webp          [1], not [3]
              videos    taken     mov mkv mp4   [1]
              videos    disputed  webm          [1], not [3]
              documents taken     pdf           [3]

            reserved words
              User:  Bot:  Assistant:  System:  <image>  <video>  [EOS]                                          [3]
              SYSTEM:  USER:  BOT:  ASSISTANT:  Thought:  <unk>                                                  [6]
              unconfirmed: Human:  <|endoftext|>  <|im_start|>  <|im_end|>  <|user|>  <|assistant|>  <|system|>  [8]

            base models
              amazon.nova-2-lite-v1:0:256k  in us-east-1, served on-demand, provisioned  [9]

            hyperparameters
              batchSize                1 to 64, default 1 (AWS's page does not list it; AWS's notebooks send 1)               [10], not [11]
              epochCount               1 to 5, default 2                                                                      [10]
              learningRate             0.000001 to 0.0001, default 0.00001                                                    [10]
              learningRateWarmupSteps  0 to 100, default 10 (no number of records for each step is published for this model)  [10]

            hyperparameters: AWS's page on hyperparameters does not name Nova 2 Lite; the ranges are those of AWS's Nova Forge SDK, which has one recipe for all Nova models [11]

            format converse: conversations whose messages are lists of content blocks
              schemaVersion     text, "bedrock-conversation-2024", optional
              system            list of text blocks, optional
              messages          messages of user and assistant, each with a list of blocks
              toolConfig        tools with names and input schemas, optional

            sources
              [1] https://docs.aws.amazon.com/bedrock/latest/userguide/nova-2-sft-data-prep.html (2026-11-23)
              [2] aws-samples/amazon-nova-samples:customization/bedrock-finetuning/understanding/dataset_validation/nova_ft_dataset_validator.py (2026-11-23)
              [3] https://docs.aws.amazon.com/nova/latest/nova2-userguide/nova-data-prep-sft-2.html (2026-11-23)
              [4] MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/docs/INCIDENT-LOG.md (2026-08-10)
              [5] bedload baseline (2026-11)
              [6] aws/nova-forge-sdk:src/amzn_nova_forge/dataset/dataset_validator (2026-05-14)
              [7] boto/botocore:botocore/data/bedrock/2023-04-20/service-2.json (2026-08-07)
              [8] validate_bedrock_tokens.py, a user's script whose repository is not known (2026-11-26)
              [9] https://docs.aws.amazon.com/bedrock/latest/userguide/custom-model-fine-tuning.html (2026-11-23)
              [10] aws/nova-forge-sdk:src/amzn_nova_forge/recipe/templates/bedrock/override/sft_lora.json (2026-11-27)
              [11] https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27)
        "#]],
        expect![[r#""#]],
    );
    shows(
        &scratch.run("profiles claude-3-haiku-sft").exits(0),
        expect![[r#"
            claude-3-haiku-sft: Anthropic Claude 3 Haiku, supervised fine-tuning

            state           end of life as of 2026-11-27
            legacy          2026-03-10  [1]
            end of life     2026-09-10  [1]
            formats         claude-messages
            record          [2]
            encoding        cl100k_base (estimate)
            tokens          system, every turn; not: keys of the format; margin 10 %; no overhead per message
            training files  one

            limits
              10000        records, training and validation, max     [2]
              32           training records, min                     [2]
              10000        training records, max                     [3]
              32           validation records, min if there are any  [3]
              1000         validation records, max                   [2]
              10000000000  training file, max bytes                  [2]
              1000000000   validation file, max bytes                [2]
              32000        tokens per record, max                    [2]
              10           margin of the token count, percent        [4]

            rules
              refused   keys beyond those of the format             [5]
              refused   a conversation that ends with the user      [2]
              refused   data file names that an S3 URI cannot have  [6]
              refused   reserved words in user and system text      [3]
              refused   reserved words in other text                [3]

            reserved words
              \nHuman:  \nAssistant:  [3]

            base models
              anthropic.claude-3-haiku-20240307-v1:0:200k  in us-west-2, served provisioned  [7]

            hyperparameters
              batchSize                4 to 256, default 32     [8]
              earlyStoppingPatience    1 to 10, default 2       [8]
              earlyStoppingThreshold   0 to 0.1, default 0.001  [8]
              epochCount               1 to 10, default 2       [8]
              learningRateMultiplier   0.1 to 2, default 1      [8]

            format claude-messages: conversations whose messages are strings
              system            a string that is not blank, optional
              messages          messages of user and assistant, each with a text

            sources
              [1] https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle-legacy.html (2026-10)
              [2] https://docs.aws.amazon.com/bedrock/latest/userguide/model-customization-prepare.html (2026-11-23)
              [3] aws-samples/amazon-bedrock-samples:custom-models/bedrock-fine-tuning/claude-haiku/DataValidation/data_validation.py (2026-08-21)
              [4] bedload baseline (2026-11)
              [5] https://platform.claude.com/cookbook/finetuning-finetuning-on-bedrock (2026-11-23)
              [6] boto/botocore:botocore/data/bedrock/2023-04-20/service-2.json (2026-08-07)
              [7] https://docs.aws.amazon.com/bedrock/latest/userguide/custom-model-fine-tuning.html (2026-11-23)
              [8] https://docs.aws.amazon.com/bedrock/latest/userguide/custom-models-hp.html (2026-11-27)
        "#]],
        expect![[r#""#]],
    );
}

#[test]
fn explain_tells_about_a_code() {
    let scratch = Scratch::new();
    shows(
        &scratch.run("explain json/duplicate-key").exits(0),
        expect![[r#"
            json/duplicate-key (error)

            a key occurs twice in one object

              why   Readers disagree on which value counts (first, last, or an error), so what was checked may not be what the model is trained on. Keys are compared after unescaping.
              help  Keep only one of them.
              rule  RFC 7493 (I-JSON)
        "#]],
        expect![[r#""#]],
    );
}

#[test]
fn explain_tells_about_a_record() {
    let scratch = Scratch::with_fixtures(&["faults.jsonl"]);
    let place = scratch.run("explain faults.jsonl:9 --profile generic-sft").exits(0);
    shows(
        &place,
        expect![[r#"
            faults.jsonl:9  record 8

              verdict    rejected
              bytes      51 at offset 519
              format     prompt-completion
              tokens     6 o200k_base (prompt 5, completion 1)
              findings   1

            error[schema/empty-content]: `completion` is blank
              --> faults.jsonl:9:45   record 8   /completion
               = why: A record without text teaches the model nothing, and several targets reject it.
               = help: Fill in the field, or drop the record.
               = rule: bedload baseline (2026-11)

        "#]],
        expect![[r#""#]],
    );
    let with_column = scratch.run("explain faults.jsonl:9:45 --profile generic-sft").exits(0);
    assert_eq!(place, with_column);
    let good = scratch.run("explain faults.jsonl:2 --profile generic-sft").exits(0);
    shows(
        &good,
        expect![[r#"
        faults.jsonl:2  record 1

          verdict    accepted
          bytes      71 at offset 66
          format     prompt-completion
          tokens     10 o200k_base (prompt 8, completion 2)
          digest     9f8e2584ed7668657c7c20250201472e
          findings   0

    "#]],
        expect![[r#""#]],
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    let scratch = Scratch::new();
    let version = scratch.run("--version").exits(0);
    assert_eq!(version.stdout, format!("bedload {}\n", env!("CARGO_PKG_VERSION")));
    for args in ["--help", "check --help", "build --help", "verify --help", "profiles -h", "explain -h"] {
        let outcome = scratch.run(args).exits(0);
        assert!(outcome.stdout.contains("Usage: bedload") && outcome.stderr.is_empty(), "{args}");
    }
    let none = scratch.run("").refuses(2);
    assert!(none.contains("Usage: bedload"), "{none}");
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let scratch = Scratch::with_fixtures(&["faults.jsonl"]);
    let plain = scratch.run("check faults.jsonl --profile generic-sft --skip tokens").exits(1);
    assert!(!plain.stdout.contains('\x1b') && !plain.stderr.contains('\x1b'));
    let args = "check faults.jsonl --profile generic-sft --skip tokens --color always";
    let coloured = scratch.run(args).exits(1);
    assert!(coloured.stdout.contains("\x1b[1;31merror[json/syntax]\x1b[0m: \x1b[1m"));
    let never = args.replace("always", "never");
    assert_eq!(scratch.run(&never).exits(1).stdout, plain.stdout);
}
