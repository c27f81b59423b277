//! The recorded prices, files in their place, and AWS's price list.

use expect_test::{Expect, expect};
use serde_json::json;

use super::*;
use crate::catalogue::Catalogue;

#[test]
fn every_price_has_a_place_and_a_date() {
    let prices = Prices::built_in();
    for model in prices.models() {
        let of_model = [
            &model.training,
            &model.reinforcement,
            &model.storage,
            &model.input,
            &model.output,
            &model.base_input,
            &model.base_output,
        ];
        for price in of_model.into_iter().flatten().chain(model.provisioned.values()) {
            let date = price.source.date.as_str();
            assert!("2024" < date && date <= prices.date(), "{}: {price}", model.id);
            assert!(price.usd.is_some() || price.note.is_some(), "{}: {price}", model.id);
            assert!(price.to_string().contains(date), "{}: {price}", model.id);
        }
        assert_eq!(model.input.is_some(), model.output.is_some(), "{}", model.id);
        assert_eq!(model.base_input.is_some(), model.base_output.is_some(), "{}", model.id);
    }
}

#[test]
fn every_live_model_that_is_customized_has_an_entry() {
    let prices = Prices::built_in();
    let without: Vec<String> = (Catalogue::built_in().profiles().iter())
        .flat_map(|profile| profile.models.iter())
        .filter(|model| prices.of(&model.id).is_none())
        .map(|model| model.id.clone())
        .collect();
    // No public record of a price was found for these.
    assert_eq!(
        without,
        [
            "amazon.titan-text-lite-v1:0:4k",
            "amazon.titan-image-generator-v2:0",
            "amazon.titan-embed-image-v1:0"
        ]
    );
}

#[test]
fn a_model_is_found_by_its_identifiers() {
    let prices = Prices::built_in();
    let found = |id: &str| prices.of(id).map(|model| model.id.as_str());
    for id in ["amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0:300k"] {
        assert_eq!(found(id), Some("amazon.nova-lite-v1:0"));
        assert_eq!(found(&format!("arn:aws:bedrock:us-east-1::foundation-model/{id}")), found(id));
    }
    assert_eq!(
        (found("amazon.nova-lite-v1"), found("amazon.nova-lite-v1:01"), found("")),
        (None, None, None)
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let check = |text: &str, expect: Expect| {
        expect.assert_eq(&Prices::read(text).expect_err(text).to_string());
    };
    let with = |model: &str| {
        format!(
            "compiled = \"2026-11-27\"\n[sources]\nA = {{ place = \"x\", date = \"2026\", sure = \"page\" }}\n[[model]]\nid = \"m\"\nregion = \"r\"\n{model}\n"
        )
    };
    check(
        "",
        expect![[r#"
        TOML parse error at line 1, column 1
          |
        1 | 
          | ^
        missing field `compiled`"#]],
    );
    check(
        "compiled = \"today\"",
        expect![[r#"
        compiled: `today` is not a date
        hint: write YYYY-MM-DD, YYYY-MM or YYYY"#]],
    );
    check(
        &with("training = { usd = 1, per = \"1k-tokens\" }"),
        expect![[r#"
        TOML parse error at line 7, column 12
          |
        7 | training = { usd = 1, per = "1k-tokens" }
          |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        missing field `source`"#]],
    );
    check(
        &with("training = { usd = 1, per = \"1k-tokens\", source = \"B\" }"),
        expect!["m: training: unknown source `B`"],
    );
    check(
        &with("training = { usd = -1, per = \"1k-tokens\", source = \"A\" }"),
        expect![[r#"
        TOML parse error at line 7, column 20
          |
        7 | training = { usd = -1, per = "1k-tokens", source = "A" }
          |                    ^^
        not a number from 0 to 10^15 with at most 12 digits after the point"#]],
    );
    check(
        &with("training = { usd = 1, per = \"token\", source = \"A\" }"),
        expect![[r#"
        TOML parse error at line 7, column 29
          |
        7 | training = { usd = 1, per = "token", source = "A" }
          |                             ^^^^^^^
        unknown variant `token`, expected one of `1k-tokens`, `1m-tokens`, `image`, `hour`, `model-month`, `unit-hour`"#]],
    );
    check(
        &with("storage = { usd = 1, per = \"1k-tokens\", source = \"A\" }"),
        expect!["m: storage: a price here is not per 1,000 tokens"],
    );
    check(
        &with("provisioned.none = { usd = 1, per = \"hour\", source = \"A\" }"),
        expect!["m: no commitment: a price here is not per hour of the job"],
    );
    check(
        &with("provisioned.year = { usd = 1, per = \"unit-hour\", source = \"A\" }"),
        expect![[r#"
        TOML parse error at line 7, column 13
          |
        7 | provisioned.year = { usd = 1, per = "unit-hour", source = "A" }
          |             ^^^^
        unknown variant `year`, expected one of `none`, `one-month`, `six-months`"#]],
    );
    check(&with("[[model]]\nid = \"m\"\nregion = \"r\""), expect!["m occurs twice for r"]);
    let undated = "training = { usd = 1, per = \"1k-tokens\", source = { place = \"x\", date = \"\", sure = \"page\" } }";
    check(
        &with(undated),
        expect![[r#"
        m: training: `` is not a date
        hint: write YYYY-MM-DD, YYYY-MM or YYYY"#]],
    );
}

/// A product as AWS writes it.
fn product(usage_type: &str, unit: &str, usd: &str) -> String {
    let dimension = json!({"unit": unit, "pricePerUnit": {"USD": usd}});
    let term = json!({"effectiveDate": "2026-11-01T00:00:00Z", "priceDimensions": {"A.B.C": dimension}});
    let attributes = json!({"usagetype": usage_type, "regionCode": "us-east-1"});
    json!({
        "product": {"attributes": attributes, "productFamily": "Amazon Bedrock"},
        "serviceCode": "AmazonBedrock",
        "terms": {"OnDemand": {"A.B": term}},
        "publicationDate": "2026-11-20T10:00:00Z",
    })
    .to_string()
}

#[test]
fn a_price_list_stands_in_place_of_what_is_recorded() {
    let list = json!({"FormatVersion": "aws_v1", "PriceList": [
        product("USE1-NovaLite-Customization-Training", "1K tokens", "0.0025000000"),
        product("USE1-NovaLite-input-tokens-custom-model", "1M tokens", "0.07"),
        product("USE1-NovaLite-ProvisionedThroughput-1month-ModelUnits", "Hrs", "99.5"),
        product("USE1-NovaLite-input-tokens", "1K tokens", "0.00006"),
        product("USE1-NovaMicro-Customization-Training", "1K tokens", "0.5"),
        product("USE1-NovaLiteX-Customization-Training", "1K tokens", "0.5"),
    ]});
    let mut model = Prices::built_in().of("amazon.nova-lite-v1:0").expect("known").clone();
    let recorded = model.clone();
    assert_eq!(model.replace_from_list(&list.to_string(), "list.json"), Ok(3));
    let training = model.training.as_ref().expect("a price").to_string();
    assert_eq!(training, "$0.0025 per 1,000 tokens (2026-11-20, live-api: list.json)");
    let input = model.input.as_ref().expect("a price");
    assert_eq!((input.usd, input.per), ("0.07".parse().ok(), Per::MillionTokens));
    assert_eq!(model.provisioned[&Commitment::OneMonth].usd, "99.5".parse().ok());
    // What the list does not have stays as it is recorded, with the date of the record.
    assert_eq!((&model.output, &model.storage), (&recorded.output, &recorded.storage));
    let bare: serde_json::Value = list["PriceList"].clone();
    assert_eq!(recorded.clone().replace_from_list(&bare.to_string(), "list.json"), Ok(3));
}

#[test]
fn what_is_wrong_with_a_price_list_is_said() {
    let check = |model: &str, list: &str, expect: Expect| {
        let mut model = Prices::built_in().of(model).expect("known").clone();
        expect.assert_eq(&model.replace_from_list(list, "list.json").expect_err(list).to_string());
    };
    let nova = "amazon.nova-lite-v1:0";
    let of = |product: String| json!({"PriceList": [product]}).to_string();
    check(
        nova,
        "{",
        expect![
            "not the output of `aws pricing get-products`: EOF while parsing an object at line 1 column 1"
        ],
    );
    check(nova, "{}", expect!["not the output of `aws pricing get-products`: there is no PriceList"]);
    check(
        nova,
        "{\"PriceList\": [1]}",
        expect![
            "not the output of `aws pricing get-products`: PriceList[0] is neither a string nor an object"
        ],
    );
    check(
        nova,
        "{\"PriceList\": [\"{\"]}",
        expect![
            "not the output of `aws pricing get-products`: PriceList[0]: EOF while parsing an object at line 1 column 1"
        ],
    );
    check(
        nova,
        "{\"PriceList\": []}",
        expect![[r#"
        no price for amazon.nova-lite-v1:0: no usage type begins with USE1-NovaLite
        hint: aws pricing get-products --service-code AmazonBedrock --region us-east-1"#]],
    );
    check(
        nova,
        &of(product("USE1-NovaLite-Customization-Training", "parsecs", "1")),
        expect!["USE1-NovaLite-Customization-Training: unknown unit `parsecs`"],
    );
    check(
        nova,
        &of(product("USE1-NovaLite-Customization-Training", "1K tokens", "free")),
        expect![
            "USE1-NovaLite-Customization-Training: `free`: not a number from 0 to 10^15 with at most 12 digits after the point"
        ],
    );
    let undated = product("USE1-NovaLite-Customization-Training", "1K tokens", "1");
    check(
        nova,
        &of(undated.replace("2026-11-", "")),
        expect!["USE1-NovaLite-Customization-Training: a price without a date"],
    );
    check(
        "meta.llama3-1-8b-instruct-v1:0",
        "{\"PriceList\": []}",
        expect![[r#"
        the usage types of meta.llama3-1-8b-instruct-v1:0 in the price list are not known
        hint: give `usage-type` in a file for --prices"#]],
    );
}
