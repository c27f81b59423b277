//! What a deployment costs, said before there is one.

use std::fmt::Write as _;

use bedload_bedrock::cost::HOURS_PER_MONTH;
use bedload_bedrock::{Commitment, Decimal, ModelPrices, Price, Prices};
use bedload_client::DeploymentKind;
use serde_json::{Value, json};

/// Who says that a deployment on demand costs nothing while it is not asked.
const IDLE: &str = "https://docs.aws.amazon.com/bedrock/latest/userguide/deploy-custom-model-on-demand.html";

/// The price of a deployment, as far as it is known.
pub(super) struct Cost {
    kind: DeploymentKind,
    base: String,
    units: u32,
    commitment: Commitment,
    prices: Option<ModelPrices>,
    compiled: String,
}

impl Cost {
    /// The price of serving a model that was made from `base`, an identifier or an ARN.
    pub(super) fn new(kind: DeploymentKind, base: &str, units: u32, commitment: Commitment) -> Self {
        let prices = Prices::built_in();
        let base = base.rsplit('/').next().unwrap_or(base).to_owned();
        let of_model = prices.of(&base).cloned();
        Self { kind, base, units, commitment, prices: of_model, compiled: prices.date().to_owned() }
    }

    fn unit(&self) -> Option<&Price> {
        self.prices.as_ref()?.provisioned.get(&self.commitment)
    }

    /// Dollars by the hour, the day and the month, for all units, used or not.
    fn amounts(&self) -> Option<[Decimal; 3]> {
        if self.kind == DeploymentKind::OnDemand {
            return Some([Decimal::ZERO; 3]);
        }
        let hour = self.unit()?.usd?.times(u128::from(self.units), 1)?;
        let day = hour.times(24, 1)?;
        let month = hour.times(u128::from(HOURS_PER_MONTH), 1)?;
        Some([hour, day, month])
    }

    /// Lines for people.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let price = |price: Option<&Price>| match price {
            Some(price) => price.to_string(),
            None => format!("unknown (no price in the list of {})", self.compiled),
        };
        match self.kind {
            DeploymentKind::Provisioned => {
                let units = if self.units == 1 {
                    "1 model unit".to_owned()
                } else {
                    format!("{} model units", self.units)
                };
                let amounts = match self.amounts() {
                    Some(amounts) => {
                        let [hour, day, month] = amounts.map(Decimal::usd);
                        format!("{hour} an hour, {day} a day, {month} a month of {HOURS_PER_MONTH} hours")
                    }
                    None => "unknown by the hour".to_owned(),
                };
                let _ = writeln!(
                    out,
                    "cost: {units} of {}, {}: {amounts}, whether used or not",
                    self.base,
                    self.commitment.title()
                );
                let _ = writeln!(out, "  price    {}", price(self.unit()));
                match self.commitment {
                    Commitment::None => {
                        let _ = writeln!(out, "  end      `bedload deploy delete` ends it");
                    }
                    _ => {
                        let _ = writeln!(out, "  end      it cannot be ended before the commitment is over");
                    }
                }
            }
            DeploymentKind::OnDemand => {
                let prices = self.prices.as_ref();
                let _ = writeln!(
                    out,
                    "cost: {} on demand: nothing while it is not asked, as documented ({IDLE})",
                    self.base
                );
                let _ =
                    writeln!(out, "  input    {}", price(prices.and_then(|prices| prices.input.as_ref())));
                let _ =
                    writeln!(out, "  output   {}", price(prices.and_then(|prices| prices.output.as_ref())));
            }
        }
        let storage = self.prices.as_ref().and_then(|prices| prices.storage.as_ref());
        let _ = writeln!(out, "  storage  {} (of the model, deployed or not)", price(storage));
        out
    }

    /// The same for programs.
    pub(super) fn object(&self) -> Value {
        let prices = self.prices.as_ref();
        let amounts = self.amounts();
        json!({
            "kind": "cost", "serving": self.kind.name(), "base_model": self.base,
            "units": (self.kind == DeploymentKind::Provisioned).then_some(self.units),
            "usd_hour": amounts.map(|[hour, _, _]| hour), "usd_day": amounts.map(|[_, day, _]| day),
            "usd_month": amounts.map(|[_, _, month]| month),
            "unit": self.unit(), "input": prices.and_then(|prices| prices.input.as_ref()),
            "output": prices.and_then(|prices| prices.output.as_ref()),
            "storage": prices.and_then(|prices| prices.storage.as_ref()),
            "prices": self.compiled,
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(kind: DeploymentKind, base: &str, commitment: Commitment, expected: Expect) {
        let cost = Cost::new(kind, base, 2, commitment);
        expected.assert_eq(&format!("{}{}\n", cost.text(), cost.object()));
    }

    #[test]
    fn the_cost_is_said_with_its_source_or_said_to_be_unknown() {
        let arn = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k";
        check(
            DeploymentKind::Provisioned,
            arn,
            Commitment::None,
            expect![[r#"
                cost: 2 model units of amazon.nova-lite-v1:0:300k, no commitment: $216.30 an hour, $5,191.20 a day, $157,899.00 a month of 730 hours, whether used or not
                  price    $108.15 per model unit and hour (2025-05-05, bill: HeuristicWave, a blog post with the author's bill)
                  end      `bedload deploy delete` ends it
                  storage  $1.95 per model and month (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data) (of the model, deployed or not)
                {"kind":"cost","serving":"provisioned","base_model":"amazon.nova-lite-v1:0:300k","units":2,"usd_hour":216.3,"usd_day":5191.2,"usd_month":157899,"unit":{"usd":108.15,"per":"unit-hour","source":{"place":"HeuristicWave, a blog post with the author's bill","date":"2025-05-05"},"sure":"bill"},"input":{"usd":0.06,"per":"1m-tokens","source":{"place":"https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data","date":"2026-07-24"},"sure":"page"},"output":{"usd":0.24,"per":"1m-tokens","source":{"place":"https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data","date":"2026-07-24"},"sure":"page"},"storage":{"usd":1.95,"per":"model-month","source":{"place":"https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data","date":"2026-07-24"},"sure":"page"},"prices":"2026-11-27"}
            "#]],
        );
        check(
            DeploymentKind::Provisioned,
            "amazon.nova-2-lite-v1:0:256k",
            Commitment::OneMonth,
            expect![[r#"
                cost: 2 model units of amazon.nova-2-lite-v1:0:256k, 1 month: $110.00 an hour, $2,640.00 a day, $80,300.00 a month of 730 hours, whether used or not
                  price    $55.00 per model unit and hour (2026-08-02, live-api: AWS price list, as copied by MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/COSTS.md)
                  end      it cannot be ended before the commitment is over
                  storage  $1.95 per model and month (2026-08-02, live-api: AWS price list, as copied by MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/COSTS.md) (of the model, deployed or not)
                {"kind":"cost","serving":"provisioned","base_model":"amazon.nova-2-lite-v1:0:256k","units":2,"usd_hour":110,"usd_day":2640,"usd_month":80300,"unit":{"usd":55,"per":"unit-hour","source":{"place":"AWS price list, as copied by MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/COSTS.md","date":"2026-08-02"},"sure":"live-api"},"input":{"usd":0.3,"per":"1m-tokens","source":{"place":"AWS price list, as copied by MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/COSTS.md","date":"2026-08-02"},"sure":"live-api","note":"the pricing page had no price for it"},"output":{"usd":2.5,"per":"1m-tokens","source":{"place":"AWS price list, as copied by MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/COSTS.md","date":"2026-08-02"},"sure":"live-api","note":"the pricing page had no price for it"},"storage":{"usd":1.95,"per":"model-month","source":{"place":"AWS price list, as copied by MAOFILHO/Portfolio-Projects:AWS-Bedrock-FineTuning-LangGraph-MCP-Agentic-Platform/COSTS.md","date":"2026-08-02"},"sure":"live-api"},"prices":"2026-11-27"}
            "#]],
        );
        check(
            DeploymentKind::OnDemand,
            "amazon.nova-micro-v1:0:128k",
            Commitment::None,
            expect![[r#"
                cost: amazon.nova-micro-v1:0:128k on demand: nothing while it is not asked, as documented (https://docs.aws.amazon.com/bedrock/latest/userguide/deploy-custom-model-on-demand.html)
                  input    $0.035 per 1,000,000 tokens (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                  output   $0.14 per 1,000,000 tokens (2026-07-24, page: https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data)
                  storage  $1.95 per model and month (2026-04-17, bill: AWS machine learning blog, as summarized by https://24-ai.news/en/news/2026-04-17/aws-nova-micro-text-to-sql/) (of the model, deployed or not)
                {"kind":"cost","serving":"on-demand","base_model":"amazon.nova-micro-v1:0:128k","units":null,"usd_hour":0,"usd_day":0,"usd_month":0,"unit":null,"input":{"usd":0.035,"per":"1m-tokens","source":{"place":"https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data","date":"2026-07-24"},"sure":"page"},"output":{"usd":0.14,"per":"1m-tokens","source":{"place":"https://aws.amazon.com/bedrock/pricing/, as copied by ajinkyak423/aws-bedrock-pricing-data","date":"2026-07-24"},"sure":"page"},"storage":{"usd":1.95,"per":"model-month","source":{"place":"AWS machine learning blog, as summarized by https://24-ai.news/en/news/2026-04-17/aws-nova-micro-text-to-sql/","date":"2026-04-17"},"sure":"bill"},"prices":"2026-11-27"}
            "#]],
        );
        check(
            DeploymentKind::Provisioned,
            "maker.model-v1:0",
            Commitment::SixMonths,
            expect![[r#"
                cost: 2 model units of maker.model-v1:0, 6 months: unknown by the hour, whether used or not
                  price    unknown (no price in the list of 2026-11-27)
                  end      it cannot be ended before the commitment is over
                  storage  unknown (no price in the list of 2026-11-27) (of the model, deployed or not)
                {"kind":"cost","serving":"provisioned","base_model":"maker.model-v1:0","units":2,"usd_hour":null,"usd_day":null,"usd_month":null,"unit":null,"input":null,"output":null,"storage":null,"prices":"2026-11-27"}
            "#]],
        );
    }
}
