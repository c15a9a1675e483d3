//! Both backends on the same data, recipe and seeds: the same accuracies, within their spread.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod networks;

use nasaic_accuracy::data::{Format, Loaded, Places, Request, load};
use nasaic_accuracy::network::Shape;
use nasaic_accuracy::train::{Backend, Recipe, TrainError, Trial};
use networks::{plain, recipe};

fn digits() -> Loaded {
    let shape = Shape {
        channels: 1,
        rows: 8,
        columns: 8,
    };
    load(
        &Request::new("digits", Format::Digits, shape, 10),
        &Places::default(),
    )
    .unwrap()
}

/// Test accuracies of three seeds: the least and the largest.
fn spread(backend: Backend, digits: &Loaded, recipe: &Recipe) -> [f64; 2] {
    let network = plain(1, 8, [16, 32]);
    let accuracies = [1, 2, 3].map(|seed| {
        let mut trial = Trial::on(backend, &network, &digits.train, recipe, seed).unwrap();
        trial.train_to(recipe.epochs, &|| false).unwrap();
        trial.test(digits.test.as_ref().unwrap()).unwrap()
    });
    let bound = |pick: fn(f64, f64) -> f64| accuracies.into_iter().reduce(pick).unwrap();
    [bound(f64::min), bound(f64::max)]
}

#[test]
fn digits_are_learnt_alike() {
    let digits = digits();
    let recipe = recipe(8, 32);
    let [native, tch] = [Backend::Native, Backend::Tch].map(|b| spread(b, &digits, &recipe));
    eprintln!("native {native:?}, tch {tch:?}");
    assert!(native[0] > 0.9 && tch[0] > 0.9, "{native:?} {tch:?}");
    assert!(
        native[0] <= tch[1] && tch[0] <= native[1],
        "{native:?} {tch:?}"
    );
}

#[test]
fn a_checkpoint_goes_on_where_it_was_and_on_its_own_backend_only() {
    let digits = digits();
    let (network, recipe) = (plain(1, 8, [8, 8]), recipe(3, 64));
    let new = || Trial::on(Backend::Tch, &network, &digits.train, &recipe, 5).unwrap();
    let mut whole = new();
    let standing = whole.train_to(3, &|| false).unwrap();
    let mut cut = new();
    cut.train_to(1, &|| false).unwrap();
    let checkpoint = cut.checkpoint();
    let resume = |backend| Trial::resume_on(backend, &network, &digits.train, &recipe, &checkpoint);
    let mut resumed = resume(Backend::Tch).unwrap();
    let again = resumed.train_to(3, &|| false).unwrap();
    assert_eq!(again.curve, standing.curve);
    assert_eq!(resumed.parameters(), whole.parameters());
    let refused = resume(Backend::Native).err();
    assert!(
        matches!(refused, Some(TrainError::Checkpoint(_))),
        "{refused:?}"
    );
}
