//! The strategies of this build, as the language's schemas know them.
//!
//! What the search crate registers is turned into fields once.

use nasaic_dsl::schema::{Absent, Algorithm, Field, FieldType, Schemas, Words};
use nasaic_search::generate::generators;
use nasaic_search::{Kind, OptionInfo, StrategyInfo, joint, left_out, strategies};

/// The schemas with every strategy of this build and those known by name.
pub fn schemas() -> Schemas {
    let searching = strategies().iter().map(|info| algorithm(info, true));
    let left_out = left_out().iter().map(|info| algorithm(info, false));
    let whole = std::iter::once(algorithm(&joint::INFO, true));
    Schemas::new(
        searching
            .chain(left_out)
            .chain(whole)
            .chain(generators().iter().map(|info| algorithm(info, true)))
            .collect(),
    )
}

fn algorithm(info: &'static StrategyInfo, available: bool) -> Algorithm {
    let (options, groups) = fields(info.options);
    Algorithm {
        name: Words::Borrowed(info.name),
        doc: Words::Owned(sentence(info.help)),
        options,
        groups,
        available,
        feature: info.feature,
    }
}

/// Every strategy that this build can run: those that propose designs, the exact search, and
/// generators.
pub fn runnable() -> impl Iterator<Item = &'static StrategyInfo> {
    strategies()
        .iter()
        .chain([&joint::INFO])
        .chain(generators())
}

fn fields(options: &'static [OptionInfo]) -> (Vec<Field>, Vec<(Words, Vec<Field>)>) {
    let mut plain = Vec::new();
    let mut groups = Vec::new();
    for option in options {
        match option.kind {
            // Schemas describe this group themselves: its bound belongs to the problem.
            Kind::Group(_) if option.name == "penalty" => {}
            Kind::Group(inner) => groups.push((Words::Borrowed(option.name), fields(inner).0)),
            _ => plain.push(option_field(option)),
        }
    }
    (plain, groups)
}

fn option_field(option: &'static OptionInfo) -> Field {
    let ty = match option.kind {
        Kind::Int { min, max } => FieldType::Integer {
            min: u64::try_from(min).unwrap_or(0),
            max: u64::try_from(max).unwrap_or(u64::MAX).min(1 << 53),
        },
        // What only a float's range bounds is not bounded for a reader.
        Kind::Float { min, max } => FieldType::Number {
            min,
            max: if max == f64::MAX { f64::INFINITY } else { max },
        },
        Kind::Choice(names) => FieldType::Choice(
            names
                .iter()
                .map(|n| (Words::Borrowed(*n), Words::Borrowed("")))
                .collect(),
        ),
        Kind::Bool | Kind::Group(_) => FieldType::Bool,
    };
    Field {
        name: Words::Borrowed(option.name),
        ty,
        open: false,
        absent: option
            .default
            .map_or(Absent::Nothing, |d| Absent::Default(Words::Borrowed(d))),
        doc: Words::Owned(sentence(option.help)),
    }
}

fn sentence(help: &str) -> String {
    let mut chars = help.chars();
    let text: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(chars)
        .collect();
    if text.ends_with('.') {
        text
    } else {
        format!("{text}.")
    }
}
