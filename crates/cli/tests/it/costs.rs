//! `cost`: tokens × epochs × price, with the margin of the count, the date of every price, and what is not known.

use expect_test::expect;
use serde_json::{Value, json};

use crate::scratch::{Scratch, jsonl};

/// A record of so many tokens by every encoding.
fn record(tokens: usize) -> String {
    let prompt = vec!["a"; tokens - 1].join(" ");
    format!(r#"{{"prompt":"{prompt}","completion":"hello"}}"#)
}

/// A directory with an output of so many records of so many tokens.
fn built(records: usize, tokens: usize, args: &str) -> Scratch {
    let scratch = Scratch::with("a.jsonl", jsonl(vec![record(tokens); records]));
    scratch.run(&format!("build a.jsonl --skip dedupe --out OUT {args}"));
    assert_eq!(scratch.manifest("OUT")["counts"]["train"], records);
    scratch
}

fn objects(scratch: &Scratch, args: &str) -> (Vec<Value>, Value) {
    let mut objects = scratch.run(&format!("cost OUT --output-format jsonl {args}")).exits(0).objects();
    let summary = objects.pop().expect("a summary");
    assert_eq!((&summary["kind"], &summary["exit_code"]), (&json!("summary"), &json!(0)));
    assert!(objects.iter().all(|object| object["kind"] == "cost"));
    (objects, summary)
}

#[test]
fn the_worked_example_of_the_classic_guide() {
    let scratch = built(1000, 500, "--profile generic-sft");
    let (costs, summary) = objects(&scratch, "--epochs 3 --price-per-1k 0.03");
    let cost = &costs[0];
    assert_eq!([&cost["epochs"], &cost["tokens"], &cost["trained_tokens"]], [3, 500_000, 1_500_000]);
    for amount in ["training_usd", "training_usd_low", "training_usd_high"] {
        assert_eq!(cost[amount], 45, "{amount}");
    }
    assert_eq!((&cost["price_per_1k"], &cost["price_sure"]), (&json!(0.03), &json!("given")));
    assert_eq!(summary["token_margin_percent"], 0);
    let page = scratch.run("cost OUT --epochs 3 --price-per-1k 0.03").exits(0).stdout;
    assert!(page.contains("3 epochs  $45.00\n"), "{page}");
}

#[test]
fn a_page_has_every_price_with_its_date() {
    let scratch = built(120, 100, "--profile llama-3.1-8b-sft");
    expect![[r#"
        llama-3.1-8b-sft: meta.llama3-1-8b-instruct-v1:0:128k in us-west-2

        tokens       12,000 for training, counted with cl100k_base; the model's own count is within 10 %: 10,909 to 13,200
        training     $0.00149 per 1,000 tokens (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                      1 epoch  $0.0179  $0.0163 to $0.0197
                     2 epochs  $0.0358  $0.0325 to $0.0393
                     3 epochs  $0.0536  $0.0488 to $0.0590
        storage      $1.95 per model and month (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
        on-demand    not offered for this customized model, only provisioned throughput
        provisioned  no commitment: $24.00 per model unit and hour (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                       one unit, used or idle: $576.00 a day, $17,520.00 a month
                     1 month: $21.18 per model unit and hour (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                       one unit, used or idle: $508.32 a day, $15,461.40 a month
                     6 months: $13.08 per model unit and hour (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                       one unit, used or idle: $313.92 a day, $9,548.40 a month

        note: how AWS counts the tokens that it bills is not published; compare the first bill with the range
    "#]].assert_eq(&scratch.run("cost OUT --epochs 1..3").exits(0).stdout);
    let args = "cost OUT --model amazon.nova-lite-v1:0 --requests-per-day 10000 --input-tokens 1000 --output-tokens 250";
    expect![[r#"
        llama-3.1-8b-sft: amazon.nova-lite-v1:0:300k in us-east-1

        tokens       12,000 for training, counted with cl100k_base; the model's own count is within 10 %: 10,909 to 13,200
        training     $0.002 per 1,000 tokens (2026-01-07, bill: https://aws.amazon.com/cn/blogs/china/amazon-nova-lite-fine-tuning-cost-effective-vision-detection-model-tuning-case-and-practice/, second hand)
                     2 epochs  $0.0480  $0.0436 to $0.0528
        storage      $1.95 per model and month (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
        on-demand    input $0.06 per 1,000,000 tokens (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                     output $0.24 per 1,000,000 tokens (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                     idle: $0.00
                     10,000 requests a day of 1,000 input and 250 output tokens: $0.00012 a request, $36.50 a month of 730 hours
        provisioned  no commitment: $108.15 per model unit and hour (2025-05-05, bill: HeuristicWave, a blog post with the author's bill)
                       one unit, used or idle: $2,595.60 a day, $78,949.50 a month
                       costs no more than on-demand from 21,630,000 requests a day on

        note: 2 is the default number of epochs; --epochs gives others
        note: how AWS counts the tokens that it bills is not published; compare the first bill with the range
        note: how many requests a unit can serve is not published
    "#]].assert_eq(&scratch.run(args).exits(0).stdout);
}

#[test]
fn the_range_is_that_of_the_margin() {
    let scratch = built(100, 110, "--profile llama-3.1-8b-sft");
    let (costs, summary) = objects(&scratch, "--epochs 1 --price-per-1k 1");
    let amounts =
        |cost: &Value| ["training_usd", "training_usd_low", "training_usd_high"].map(|n| cost[n].clone());
    assert_eq!((&summary["token_margin_percent"], &summary["encoding"]), (&json!(10), &json!("cl100k_base")));
    assert_eq!(amounts(&costs[0]), [json!(11), json!(10), json!(12.1)]);
    // A margin that was measured is that of the output.
    scratch
        .run("build a.jsonl --skip dedupe --profile llama-3.1-8b-sft --token-margin 25 --out OUT --overwrite")
        .exits(0);
    let (costs, _) = objects(&scratch, "--epochs 1 --price-per-1k 1");
    assert_eq!(amounts(&costs[0]), [json!(11), json!(8.8), json!(13.75)]);
    // A model is counted by its own profile's margin, whatever the directory was built for.
    let scratch = built(100, 110, "--profile generic-sft");
    let (costs, summary) = objects(&scratch, "--epochs 1 --model amazon.nova-micro-v1:0:128k");
    assert_eq!((&summary["token_margin_percent"], &costs[0]["price_per_1k"]), (&json!(10), &json!(0.001)));
    assert_eq!(amounts(&costs[0]), [json!(0.011), json!(0.01), json!(0.0121)]);
}

#[test]
fn epochs_are_a_number_a_range_or_the_default() {
    let scratch = built(100, 10, "--profile generic-sft");
    let epochs = |args: &str| -> Vec<Value> {
        let (costs, _) = objects(&scratch, &format!("--price-per-1k 1 {args}"));
        costs.iter().map(|cost| cost["epochs"].clone()).collect()
    };
    assert_eq!(epochs(""), [3]);
    assert_eq!(epochs("--epochs 7"), [7]);
    assert_eq!(epochs("--epochs 2..5"), [2, 3, 4, 5]);
    let said = scratch.run("cost OUT --price-per-1k 1 --epochs 1..11").exits(0).stdout;
    assert!(said.contains("generic-sft takes at most 10 epochs"), "{said}");
    for wrong in ["0", "1001", "3..1", "1..", "..3", "1-3", "two", "1..2..3"] {
        scratch.run(&format!("cost OUT --price-per-1k 1 --epochs {wrong}")).refuses(2);
    }
}

#[test]
fn what_is_not_known_is_said_and_not_guessed() {
    let scratch =
        built(100, 10, "--profile claude-3-haiku-sft --format prompt-completion --to claude-messages");
    let (costs, summary) = objects(&scratch, "");
    assert_eq!((&costs[0]["training_usd"], &costs[0]["price_date"]), (&Value::Null, &Value::Null));
    assert_eq!(summary["unknown"], json!(["training", "storage", "input", "output", "provisioned"]));
    let page = scratch.run("cost OUT").exits(0).stdout;
    assert!(
        page.contains("training     unknown: no record of a price was found (as of 2026-11-27)"),
        "{page}"
    );
    assert!(page.contains("on-demand    not offered"), "{page}");
}

#[test]
fn training_that_is_paid_by_the_hour_or_the_image_is_not_priced_by_tokens() {
    let chat = |n: usize| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"question {n}"}}],"reference_answer":"answer {n}"}}"#
        )
    };
    let scratch = Scratch::with("a.jsonl", jsonl((0..120).map(chat)));
    scratch.run("build a.jsonl --profile gpt-oss-20b-rft --out OUT");
    let (costs, summary) = objects(&scratch, "");
    assert_eq!([&costs[0]["training_usd"], &costs[0]["price_per_1k"]], [&Value::Null, &Value::Null]);
    assert_eq!((&costs[0]["price_usd"], &costs[0]["price_per"]), (&json!(80), &json!("hour")));
    assert!(summary["notes"].to_string().contains("give its hours with --hours"), "{summary}");
    let (costs, _) = objects(&scratch, "--hours 2.5");
    assert_eq!(costs[0]["training_usd"], 200);
    let page = scratch.run("cost OUT --hours 2.5 --epochs 1..3").exits(0).stdout;
    assert_eq!(page.matches("2.5 hours  $200.00").count(), 1, "{page}");
    let images =
        (0..20).map(|n| format!(r#"{{"image-ref":"s3://bucket/{n}.png","caption":"a picture {n}"}}"#));
    let scratch = Scratch::with("a.jsonl", jsonl(images));
    scratch.run("build a.jsonl --profile nova-canvas --out OUT");
    let page = scratch.run("cost OUT").exits(0).stdout;
    assert!(page.contains("the default 500 steps of 8 see 4000 images, which is $20.00"), "{page}");
}

#[test]
fn files_of_prices_stand_in_place_of_the_recorded_ones() {
    let scratch = built(100, 10, "--profile llama-3.1-70b-sft");
    scratch.write(
        "prices.toml",
        r#"
        compiled = "2026-12-01"
        [[model]]
        id = "meta.llama3-1-70b-instruct-v1:0"
        region = "us-west-2"
        training = { usd = 2, per = "1k-tokens", source = { place = "our contract", date = "2026-12-01", sure = "bill" } }
        "#,
    );
    let (costs, summary) = objects(&scratch, "--epochs 1 --prices prices.toml");
    assert_eq!((&costs[0]["training_usd"], &costs[0]["price_source"]), (&json!(2), &json!("our contract")));
    assert_eq!((&summary["storage"], &summary["provisioned"]), (&Value::Null, &json!([])));
    let dimension = json!({"unit": "1K tokens", "pricePerUnit": {"USD": "0.0090000000"}});
    let product = json!({
        "product": {"attributes": {"usagetype": "USW2-Llama3-1-70B-Customization-Training"}},
        "terms": {"OnDemand": {"A": {"priceDimensions": {"B": dimension}}}},
        "publicationDate": "2026-12-02T00:00:00Z",
    });
    scratch.write("list.json", json!({"PriceList": [product.to_string()]}).to_string());
    let (costs, summary) = objects(&scratch, "--epochs 1 --price-list list.json");
    let cost = &costs[0];
    assert_eq!((&cost["training_usd"], &cost["price_date"]), (&json!(0.009), &json!("2026-12-02")));
    assert_eq!((&cost["price_sure"], &cost["price_source"]), (&json!("live-api"), &json!("list.json")));
    assert_eq!(summary["storage_usd_month"], 1.95);
    // A price on the command line is the last word.
    let (costs, _) = objects(&scratch, "--epochs 1 --price-list list.json --price-per-1k 5");
    assert_eq!(costs[0]["training_usd"], 5);
    scratch.write("list.json", "{}");
    assert!(scratch.run("cost OUT --price-list list.json").refuses(2).contains("there is no PriceList"));
    scratch.write("prices.toml", "compiled = 3");
    assert!(scratch.run("cost OUT --prices prices.toml").refuses(2).contains("prices.toml"));
    assert!(scratch.run("cost OUT --prices none.toml").refuses(2).contains("none.toml"));
}

#[test]
fn inference_is_by_the_month_with_the_break_even() {
    let scratch = built(100, 10, "--profile generic-sft");
    let args =
        "--model amazon.nova-lite-v1:0 --requests-per-day 1000 --input-tokens 1000 --output-tokens 250";
    let (_, summary) = objects(&scratch, args);
    assert_eq!(summary["inference"]["usd_request"], 0.00012);
    assert_eq!(summary["inference"]["usd_month"], 3.65);
    let unit = &summary["provisioned"][0];
    assert_eq!((&unit["commitment"], &unit["price"]["date"]), (&json!("none"), &json!("2025-05-05")));
    assert_eq!((&unit["usd_day"], &unit["usd_month"]), (&json!(2595.6), &json!(78949.5)));
    assert_eq!(unit["break_even_requests_per_day"], 21_630_000);
    // A student beside its teacher.
    let (_, summary) = objects(&scratch, &format!("{args} --compare-model amazon.nova-pro-v1:0"));
    let compared = &summary["inference"]["compared"];
    assert_eq!(
        (&compared["model"], &compared["input"]["date"]),
        (&json!("amazon.nova-pro-v1:0"), &json!("2026-08-20"))
    );
    assert_eq!((&compared["usd_request"], &compared["usd_month"]), (&json!(0.0016), &json!(48.666_667)));
    let page = scratch.run(&format!("cost OUT {args} --compare-model amazon.nova-pro-v1:0")).exits(0).stdout;
    assert!(page.contains("the same requests: $0.0016 a request, $48.67 a month"), "{page}");
    assert!(
        scratch
            .run(&format!("cost OUT {args} --compare-model nova-pro"))
            .refuses(2)
            .contains("unknown model")
    );
    scratch.run("cost OUT --price-per-1k 1 --compare-model amazon.nova-pro-v1:0").refuses(2);
    scratch.run("cost OUT --price-per-1k 1 --requests-per-day 5").refuses(2);
    scratch.run("cost OUT --price-per-1k 1 --input-tokens 5").refuses(2);
}

#[test]
fn what_cannot_be_priced_is_refused_with_what_to_do() {
    let scratch = built(100, 10, "--profile generic-sft");
    assert!(scratch.run("cost OUT").refuses(2).contains("name a model with --model, or give --price-per-1k"));
    assert!(scratch.run("cost OUT --model amazon.nova").refuses(2).contains("unknown model `amazon.nova`"));
    assert!(
        scratch
            .run("cost OUT --profile nova-distillation")
            .refuses(2)
            .contains("amazon.nova-micro-v1:0:128k")
    );
    for wrong in ["-1", "free", "1e99", ""] {
        scratch.run_args(&["cost", "OUT", "--price-per-1k", wrong]).refuses(2);
    }
    let huge = scratch.run("cost OUT --price-per-1k 1e15 --epochs 1000").exits(0).stdout;
    assert!(huge.contains("$1,000,000,000,000,000,000.00"), "{huge}");
    scratch.run("build a.jsonl --skip tokens --out BARE").exits(0);
    let said = scratch.run("cost BARE --price-per-1k 1").refuses(2);
    assert!(said.contains("built without token counts") && said.contains("--skip tokens"), "{said}");
}
