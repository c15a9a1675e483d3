//! What comes in: a line as requests.

use super::wire::Trouble;
use serde_json::{Map, Value as Json};

/// Most designs of one sample.
const MOST_DRAWN: u64 = 100_000;

/// The fields of a request.
const FIELDS: [&str; 7] = [
    "id",
    "design",
    "index",
    "accuracy",
    "sample",
    "seed",
    "canonical",
];

/// A request with what it calls itself.
pub(super) struct Request {
    /// Sent back as it is.
    pub id: Json,
    /// What is wanted, or what is wrong with it.
    pub asked: Result<Asked, Trouble>,
}

/// What is wanted.
#[derive(Debug)]
pub(super) enum Asked {
    /// The objectives and constraints of a design, with or without its accuracy.
    Evaluate {
        given: Given,
        /// As the server was started when not said.
        accuracy: Option<bool>,
    },
    /// Random designs.
    Sample { count: u64, seed: u64 },
    /// A design without what does not matter in it.
    Canonical(Given),
}

/// A design as it was sent.
#[derive(Debug)]
pub(super) enum Given {
    /// Values by path.
    Values(Map<String, Json>),
    /// Indices of values by decision.
    Index(Vec<Json>),
}

/// The requests of a line, and whether it is an array of them.
pub(super) fn read(line: &str) -> Result<(Vec<Request>, bool), Trouble> {
    let json: Json = serde_json::from_str(line).map_err(|e| {
        Trouble::request(format!("this line is not JSON: {e}"))
            .hint("send one object or one array of objects on a line")
    })?;
    match json {
        Json::Array(items) => Ok((items.into_iter().map(one).collect(), true)),
        object => Ok((vec![one(object)], false)),
    }
}

fn one(json: Json) -> Request {
    match json {
        Json::Object(mut fields) => Request {
            id: fields.remove("id").unwrap_or(Json::Null),
            asked: asked(fields),
        },
        _ => Request {
            id: Json::Null,
            asked: Err(Trouble::request("a request is an object")),
        },
    }
}

fn asked(mut fields: Map<String, Json>) -> Result<Asked, Trouble> {
    if let Some(unknown) = fields.keys().find(|k| !FIELDS.contains(&k.as_str())) {
        let trouble = Trouble::request(format!("a request has no field `{unknown}`"));
        let trouble = match nasaic_dsl::names::closest(unknown, FIELDS) {
            Some(near) => trouble.hint(format!("did you mean `{near}`?")),
            None => trouble.hint(format!("its fields are {}", FIELDS.join(", "))),
        };
        return Err(trouble.at(unknown));
    }
    let wanted = ["design", "index", "sample", "canonical"];
    let mut there = wanted.into_iter().filter(|w| fields.contains_key(*w));
    let what = match (there.next(), there.next()) {
        (Some(one), None) => one,
        _ => {
            return Err(Trouble::request(
                "a request has one of `design`, `index`, `sample` and `canonical`",
            )
            .hint("an evaluation is {\"id\": 1, \"design\": {\"PATH\": VALUE}}"));
        }
    };
    let value = fields.remove(what).unwrap_or(Json::Null);
    match what {
        "sample" => Ok(Asked::Sample {
            count: whole(&value, MOST_DRAWN).ok_or_else(|| {
                let text = format!("`sample` is a whole number up to {MOST_DRAWN}");
                Trouble::request(text).at("sample")
            })?,
            seed: fields
                .get("seed")
                .and_then(|seed| whole(seed, u64::MAX))
                .ok_or_else(|| {
                    Trouble::request("`sample` needs a `seed`, a whole number")
                        .at("seed")
                        .hint("{\"sample\": 10, \"seed\": 1}")
                })?,
        }),
        "canonical" => Ok(Asked::Canonical(given("canonical", value)?)),
        path => Ok(Asked::Evaluate {
            accuracy: match fields.get("accuracy") {
                None => None,
                Some(Json::Bool(wanted)) => Some(*wanted),
                Some(_) => {
                    return Err(Trouble::request("`accuracy` is true or false").at("accuracy"));
                }
            },
            given: given(path, value)?,
        }),
    }
}

fn given(path: &str, value: Json) -> Result<Given, Trouble> {
    match value {
        Json::Object(values) if path != "index" => Ok(Given::Values(values)),
        Json::Array(indices) if path != "design" => Ok(Given::Index(indices)),
        _ => Err(Trouble::request(match path {
            "design" => "`design` is an object of values by path",
            "index" => "`index` is an array of value indices, one per decision",
            _ => "`canonical` is a design: an object of values or an array of indices",
        })
        .at(path)),
    }
}

fn whole(value: &Json, most: u64) -> Option<u64> {
    value.as_u64().filter(|n| *n <= most)
}
