//! What training and serving cost, in exact decimals: no sum here is one of binary fractions.
//!
//! Products that have no room are none: numbers of a request can be any.

use serde::Serialize;

use crate::decimal::Decimal;
use crate::prices::Price;

/// A count of tokens, and the least and the most that the target's own tokenizer would count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TokenRange {
    /// As counted.
    pub count: u64,
    /// The least.
    pub low: u64,
    /// The most.
    pub high: u64,
}

impl TokenRange {
    /// The range of a count whose margin is so many per cent, in either direction: neither count is over the other by
    /// more.
    pub fn new(count: u64, margin: u64) -> Self {
        let (tokens, whole) = (u128::from(count), 100 + u128::from(margin));
        let narrow = |tokens: u128| u64::try_from(tokens).unwrap_or(u64::MAX);
        Self { count, low: narrow(tokens * 100 / whole), high: narrow((tokens * whole).div_ceil(100)) }
    }
}

/// The price of one token; none where the price is not known, or not of tokens.
fn per_token(price: &Price) -> Option<(Decimal, u32)> {
    Some((price.usd?, price.per.tokens()?))
}

/// What so many tokens cost.
pub fn of_tokens(tokens: u64, times: u64, price: &Price) -> Option<Decimal> {
    let (usd, per) = per_token(price)?;
    usd.times(u128::from(tokens).checked_mul(u128::from(times))?, per.into())
}

/// Hours in a month, as AWS reckons.
pub const HOURS_PER_MONTH: u32 = 730;

/// What a request costs on demand.
pub fn of_request(input: (u64, &Price), output: (u64, &Price)) -> Option<Decimal> {
    of_tokens(input.0, 1, input.1)?.plus(of_tokens(output.0, 1, output.1)?)
}

/// What so many requests a day cost in a month of 730 hours.
pub fn per_month(request: Decimal, requests_per_day: u64) -> Option<Decimal> {
    request.times(u128::from(requests_per_day) * u128::from(HOURS_PER_MONTH), 24)
}

/// From how many requests a day on a unit costs no more than those requests on demand.
pub fn break_even(request: Decimal, unit_hour: Decimal) -> Option<u64> {
    let day = unit_hour.times(24, 1)?;
    if request == Decimal::ZERO {
        return None;
    }
    u64::try_from(day.units().div_ceil(request.units())).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::prices::{Per, Sure};
    use crate::rule::Citation;

    fn price(usd: &str, per: Per) -> Price {
        let source = Citation { place: "x".to_owned(), date: "2026".to_owned() };
        Price { usd: usd.parse().ok(), per, source, sure: Sure::Given, note: None }
    }

    #[test]
    fn the_worked_example_of_the_classic_guide() {
        let price = price("0.03", Per::ThousandTokens);
        let cost = of_tokens(1000 * 500, 3, &price).expect("a price");
        assert_eq!(cost.usd(), "$45.00");
    }

    #[test]
    fn thousandths_and_millionths_are_one_price() {
        let cost = |usd, per| of_tokens(53_318, 1, &price(usd, per)).expect("a price").usd();
        assert_eq!(cost("0.0033", Per::ThousandTokens), "$0.1759");
        assert_eq!(cost("3.3", Per::MillionTokens), "$0.1759");
        assert_eq!(of_tokens(1, 1, &price("80", Per::Hour)), None);
        assert_eq!(of_tokens(1, 1, &Price { usd: None, ..price("0", Per::ThousandTokens) }), None);
    }

    #[test]
    fn a_margin_goes_both_ways() {
        assert_eq!(TokenRange::new(1100, 10), TokenRange { count: 1100, low: 1000, high: 1210 });
        assert_eq!(TokenRange::new(7, 0), TokenRange { count: 7, low: 7, high: 7 });
        assert_eq!(TokenRange::new(u64::MAX, 100).high, u64::MAX);
    }

    #[test]
    fn a_unit_breaks_even_where_a_day_of_it_costs_as_much() {
        let (input, output) = (price("0.06", Per::MillionTokens), price("0.24", Per::MillionTokens));
        let request = of_request((1000, &input), (250, &output)).expect("prices");
        assert_eq!(request.to_string(), "0.00012");
        assert_eq!(break_even(request, "108.15".parse().expect("a number")), Some(21_630_000));
        assert_eq!(per_month(request, 1000).expect("room").usd(), "$3.65");
        assert_eq!(break_even(Decimal::ZERO, 1.into()), None);
    }

    proptest! {
        #[test]
        fn what_has_no_room_is_no_panic(tokens: u64, times: u64, usd in 0u32..) {
            let price = Price { usd: Some(usd.into()), ..price("0", Per::ThousandTokens) };
            let cost = of_tokens(tokens, times, &price);
            let exact = u128::from(tokens) * u128::from(times);
            if let (Some(cost), Some(exact)) = (cost, exact.checked_mul(u128::from(usd) * 1_000_000_000)) {
                prop_assert_eq!(cost.units(), exact);
            }
        }

        #[test]
        fn the_range_holds_the_count(count: u64, margin in 0u64..=100) {
            let TokenRange { low, high, .. } = TokenRange::new(count, margin);
            prop_assert!(low <= count && count <= high);
        }
    }
}
