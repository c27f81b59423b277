//! The page of the report, from the manifest and the tables: what the page's words are made of, and nothing of how it
//! looks. `build` and `report` make it here, from what is on the disk.

use std::path::Path;

use bedload_bedrock::cost::{TokenRange, of_tokens};
use bedload_bedrock::{Bound, Catalogue, Customization, Life, Prices, Profile};
use bedload_record::plural::count;
use bedload_report::html::{
    Certificate, FileLine, InputLine, Limits, Lines, Page, Shared, Tables, Texts, render as html,
};

use crate::plan::certify::Certificates;
use crate::report::manifest::{InputEntry, Manifest, TargetEntry};
use crate::report::output::token_margin;
use crate::run::error::EngineError;

/// The path of the page in an output.
pub(crate) const PAGE: &str = "report/index.html";

/// The tables that the page is made of.
pub(crate) const TABLES: &[&str] = &[
    "findings",
    "duplicates",
    "distributions",
    "labels",
    "balance",
    "summary",
    "edges",
    "conflicts",
    "contamination",
    "pii",
];

/// The page of an output, from its tables and its manifest. It says nothing of itself, so the manifest may list it or not.
///
/// # Errors
/// Where a table cannot be read.
pub(crate) fn render(dir: &Path, manifest: &Manifest, show_content: bool) -> Result<String, EngineError> {
    let is_there = |name: &&str| {
        let path = format!("report/{name}.parquet");
        manifest.files.iter().any(|file| file.path == path)
    };
    let tables: Vec<&str> = TABLES.iter().copied().filter(is_there).collect();
    let of = |input: &InputEntry| (input.name.clone(), input.records);
    let lines = Lines::new(manifest.inputs.iter().map(of), manifest.against.iter().map(of));
    let texts = Texts {
        labels: show_content || manifest.shows_names(),
        values: show_content || manifest.shows_content(),
    };
    let tables = Tables::read(&dir.join("report"), &tables, &lines, texts)?;
    Ok(html(&page(manifest, tables)))
}

fn page(manifest: &Manifest, tables: Tables) -> Page {
    // A directory that was built before the manifest described the target has the target of today.
    let today = manifest.profile.as_ref().and_then(|name| Catalogue::built_in().get(name).ok());
    let target = manifest.target.clone().or_else(|| today.as_deref().map(TargetEntry::of));
    let limit = |bound: Bound| target.as_ref()?.limits.get(bound.name()).copied();
    let margin = token_margin(manifest, limit(Bound::TokensMargin));
    let title = match (&target, &manifest.format) {
        (Some(target), _) => target.title.clone(),
        (None, Some(format)) => format!("Records of format {format}"),
        (None, None) => "Records of no known format".to_owned(),
    };
    let about = [
        ("profile", manifest.profile.clone()),
        ("format", manifest.format.clone()),
        ("tokens by", manifest.encoding.clone()),
        ("seed", Some(manifest.seed.to_string())),
        ("bedload", Some(manifest.version.clone())),
    ];
    let files = manifest.files.iter().filter(|file| file.path != PAGE);
    Page {
        title,
        about: about.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect(),
        profile: manifest.profile.clone(),
        models: models(target.as_ref(), today.as_deref()),
        is_ready: manifest.ready,
        reasons: manifest.reasons.clone(),
        counts: manifest.counts,
        tokens: manifest.tokens,
        record_tokens: manifest.record_tokens,
        is_counted: manifest.encoding.is_some(),
        cost: cost(manifest, target.as_ref(), today.as_deref(), margin),
        repairs: manifest.repairs.clone().map(|repairs| repairs.into_iter().collect()),
        limits: Limits {
            tokens: [Bound::RecordTokensMax, Bound::PromptTokensMax, Bound::CompletionTokensMax].map(limit),
            margin,
            records_min: [Bound::RecordsMin, Bound::TrainingRecordsMin, Bound::ValidationRecordsMin]
                .map(limit),
        },
        certificate: manifest.certificates.as_ref().map(certificate),
        inputs: manifest
            .inputs
            .iter()
            .map(|input| InputLine {
                name: input.name.clone(),
                source: input.source.clone(),
                records: input.records,
            })
            .collect(),
        files: files
            .map(|file| FileLine {
                path: file.path.clone(),
                bytes: file.bytes,
                records: file.records,
                tokens: file.tokens,
                sha256: file.sha256.clone(),
            })
            .collect(),
        config: serde_json::to_string_pretty(&manifest.config).unwrap_or_default(),
        tables,
    }
}

/// The models that a job can start from: none where the target takes no new jobs, or none in Bedrock.
fn models(target: Option<&TargetEntry>, today: Option<&Profile>) -> Vec<String> {
    let is_closed =
        today.is_some_and(|of| of.life != Life::Live || of.elsewhere.is_some() || of.customization.is_none());
    target.filter(|_| !is_closed).map(|target| target.models.clone()).unwrap_or_default()
}

fn certificate(of: &Certificates) -> Certificate {
    let between = of.between.iter().map(|between| Shared {
        sides: between.sides.clone(),
        keys: between.shared.iter().map(|(kind, n)| (kind.clone(), *n)).collect(),
        similar_pairs: between.similar_pairs,
    });
    Certificate {
        between: between.collect(),
        similarity: of.similar_pairs.as_ref().map(|pairs| (pairs.threshold, pairs.recall)),
        fields_not_in_files: of.fields_not_in_files.clone(),
    }
}

/// What training costs, where the target is one model whose training is paid by the token.
fn cost(
    manifest: &Manifest,
    target: Option<&TargetEntry>,
    profile: Option<&Profile>,
    margin: u64,
) -> Option<(String, String)> {
    manifest.encoding.as_ref()?;
    let ([model], profile) = (target?.models.as_slice(), profile?) else { return None };
    let prices = Prices::built_in();
    let of_model = prices.of(model)?;
    let is_reinforcement = profile.customization == Some(Customization::ReinforcementFineTuning);
    let price = if is_reinforcement { of_model.reinforcement.as_ref() } else { of_model.training.as_ref() }?;
    let epochs = ["epochCount", "n_epochs"].into_iter().find_map(|name| profile.hyperparameters.get(name));
    let epochs = epochs.and_then(|epochs| epochs.default).and_then(bedload_bedrock::Decimal::whole);
    let epochs = epochs.filter(|&epochs| epochs > 0).unwrap_or(1);
    // Without training records there is no job.
    let train = Some(manifest.tokens.train).filter(|&tokens| tokens > 0)?;
    let tokens = TokenRange::new(train, margin);
    let [low, high] = [tokens.low, tokens.high].map(|n| of_tokens(n, epochs, price));
    let (low, high) = (low?.usd(), high?.usd());
    let sum = if low == high { low } else { format!("{low} – {high}") };
    let epochs = if epochs == 1 { "1 epoch".to_owned() } else { format!("{} epochs", count(epochs)) };
    let doubt = if margin > 0 { format!(", ±{margin} %") } else { String::new() };
    let usd = price.usd?.price();
    Some((sum, format!("{epochs}{doubt}, {usd} per {} ({})", price.per.title(), price.source.date)))
}
