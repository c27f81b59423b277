//! The answer of `aws pricing get-products --service-code AmazonBedrock`, in place of recorded prices.

use serde_json::Value;

use super::{Commitment, ModelPrices, Per, Price, PriceError, Sure};
use crate::decimal::Decimal;
use crate::rule::Citation;

/// What a usage type is the price of.
#[derive(Clone, Copy)]
enum Item {
    Training,
    Reinforcement,
    Storage,
    Input,
    Output,
    Provisioned(Commitment),
}

/// The ends of the usage types, as AWS's price list has them.
const ENDS: [(&str, Item); 11] = [
    ("-Customization-Training", Item::Training),
    ("-RFT-Training-Hours", Item::Reinforcement),
    ("-Customization-Storage", Item::Storage),
    ("-input-tokens-custom-model", Item::Input),
    ("-output-tokens-custom-model", Item::Output),
    ("-ProvisionedThroughput-NoCommit-ModelUnits", Item::Provisioned(Commitment::None)),
    ("-ProvisionedThroughput-1month-ModelUnits", Item::Provisioned(Commitment::OneMonth)),
    ("-ProvisionedThroughput-6months-ModelUnits", Item::Provisioned(Commitment::SixMonths)),
    ("-ProvisionedThroughput-Custom-NoCommit-ModelUnits", Item::Provisioned(Commitment::None)),
    ("-ProvisionedThroughput-Custom-1month-ModelUnits", Item::Provisioned(Commitment::OneMonth)),
    ("-ProvisionedThroughput-Custom-6months-ModelUnits", Item::Provisioned(Commitment::SixMonths)),
];

impl ModelPrices {
    /// Replaces the prices that a price list has for this model, and returns how many there are. `name` is how the
    /// list is cited.
    ///
    /// # Errors
    /// [`PriceError`] where the text is no price list, a price in it cannot be read or has no date, and where the
    /// usage types of the model are not known.
    pub fn replace_from_list(&mut self, json: &str, name: &str) -> Result<usize, PriceError> {
        let prefix = self.usage_type.clone().ok_or_else(|| {
            let id = &self.id;
            PriceError(format!(
                "the usage types of {id} in the price list are not known\nhint: give `usage-type` in a file for --prices"
            ))
        })?;
        let mut found = 0;
        for product in products(json)? {
            let Some(usage_type) = product.pointer("/product/attributes/usagetype").and_then(Value::as_str)
            else {
                continue;
            };
            let Some(end) = usage_type.strip_prefix(prefix.as_str()) else { continue };
            let Some(&(_, item)) = ENDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(end)) else {
                continue;
            };
            let price =
                read(&product, item, name).map_err(|what| PriceError(format!("{usage_type}: {what}")))?;
            let slot = match item {
                Item::Training => &mut self.training,
                Item::Reinforcement => &mut self.reinforcement,
                Item::Storage => &mut self.storage,
                Item::Input => &mut self.input,
                Item::Output => &mut self.output,
                Item::Provisioned(commitment) => {
                    self.provisioned.insert(commitment, price);
                    found += 1;
                    continue;
                }
            };
            *slot = Some(price);
            found += 1;
        }
        if found == 0 {
            return Err(PriceError(format!(
                "no price for {}: no usage type begins with {prefix}\nhint: aws pricing get-products --service-code AmazonBedrock --region us-east-1",
                self.id
            )));
        }
        Ok(found)
    }
}

/// The products of the list, each of which AWS writes as a text of JSON.
fn products(json: &str) -> Result<Vec<Value>, PriceError> {
    let wrong = |what: String| PriceError(format!("not the output of `aws pricing get-products`: {what}"));
    let list: Value = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
    let list = list.get("PriceList").unwrap_or(&list);
    let products = list.as_array().ok_or_else(|| wrong("there is no PriceList".to_owned()))?;
    let product = |(n, product): (usize, &Value)| match product {
        Value::String(text) => {
            serde_json::from_str(text).map_err(|error| wrong(format!("PriceList[{n}]: {error}")))
        }
        Value::Object(_) => Ok(product.clone()),
        _ => Err(wrong(format!("PriceList[{n}] is neither a string nor an object"))),
    };
    products.iter().enumerate().map(product).collect()
}

/// The price of a product: that of its first dimension, of which there is one.
fn read(product: &Value, item: Item, name: &str) -> Result<Price, String> {
    let terms = product.pointer("/terms/OnDemand").and_then(Value::as_object);
    let term = terms.and_then(|terms| terms.values().next()).ok_or("no price on demand")?;
    let dimensions = term.get("priceDimensions").and_then(Value::as_object);
    let dimension =
        dimensions.and_then(|dimensions| dimensions.values().next()).ok_or("no price on demand")?;
    let usd =
        dimension.pointer("/pricePerUnit/USD").and_then(Value::as_str).ok_or("no price in US dollars")?;
    let usd: Decimal = usd.parse().map_err(|error| format!("`{usd}`: {error}"))?;
    let date = [product.get("publicationDate"), term.get("effectiveDate")]
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .find_map(|date| date.get(..10).filter(|day| day.bytes().all(|b| b.is_ascii_digit() || b == b'-')));
    let date = date.ok_or("a price without a date")?.to_owned();
    let unit = dimension.get("unit").and_then(Value::as_str).unwrap_or_default();
    Ok(Price {
        usd: Some(usd),
        per: per(item, unit).ok_or_else(|| format!("unknown unit `{unit}`"))?,
        source: Citation { place: name.to_owned(), date },
        sure: Sure::LiveApi,
        note: None,
    })
}

/// What a price is for one of. Units of tokens and of training differ between models, and must be known.
fn per(item: Item, unit: &str) -> Option<Per> {
    let unit = unit.to_ascii_lowercase();
    let is_of = |words: &[&str]| words.iter().any(|word| unit.contains(word));
    let by_unit = match () {
        () if is_of(&["1k", "1000 ", "thousand"]) => Some(Per::ThousandTokens),
        () if is_of(&["1m", "million"]) => Some(Per::MillionTokens),
        () if is_of(&["image"]) => Some(Per::Image),
        () if is_of(&["hour", "hrs"]) => Some(Per::Hour),
        () => None,
    };
    match item {
        Item::Storage => Some(Per::ModelMonth),
        Item::Provisioned(_) => Some(Per::UnitHour),
        Item::Reinforcement => Some(Per::Hour),
        Item::Training => by_unit,
        Item::Input | Item::Output => by_unit.filter(|per| per.tokens().is_some()),
    }
}
