//! Trials from outside: every family learns, and every cut gives the same bits.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod networks;

use nasaic_accuracy::data::{Samples, Targets};
use nasaic_accuracy::network::{Network, Op};
use nasaic_accuracy::train::{Optimizer, Recipe, Schedule, Standing, TrainError, Trial};
use networks::{discs, mlp, mobilenet, plain, recipe, resnet, stripes, unet};

fn go_on() -> bool {
    false
}

/// A recipe that learns by heart.
fn by_heart(epochs: u32) -> Recipe {
    Recipe {
        optimizer: Optimizer::Adam,
        learning_rate: 0.01,
        weight_decay: 0.0,
        ..recipe(epochs, 16)
    }
}

/// The loss after learning the same 16 samples again and again.
fn overfit(network: &Network, data: &Samples, epochs: u32) -> Standing {
    let mut trial = Trial::new(network, data, &by_heart(epochs), 1).unwrap();
    trial.train_to(epochs, &go_on).unwrap()
}

#[test]
fn every_family_learns_a_batch_by_heart() {
    // One of each class is held out: 16 of 26 remain, one batch.
    let data = stripes(26, 2, 8, 3);
    for network in [
        plain(2, 8, [8, 16]),
        resnet(2, 8, 4),
        mobilenet(2, 8),
        mlp(2, 8),
    ] {
        let standing = overfit(&network, &data, 100);
        assert_eq!(standing.images, 100 * 16);
        assert!(standing.loss < 0.01, "{:?}", standing.curve.last());
    }
    let standing = overfit(&unet(1, 16), &discs(21, 16, 3), 150);
    assert!(standing.loss < 0.02, "{:?}", standing.curve.last());
}

#[test]
fn what_was_learnt_holds_for_other_samples() {
    let data = stripes(400, 1, 8, 3);
    let mut trial = Trial::new(&plain(1, 8, [8, 16]), &data, &recipe(8, 32), 1).unwrap();
    let standing = trial.train_to(8, &go_on).unwrap();
    let test = trial.test(&stripes(200, 1, 8, 4)).unwrap();
    assert!(standing.validation > 0.9, "{standing:?}");
    assert!(test > 0.9, "{test}");
    let data = discs(64, 16, 3);
    let mut trial = Trial::new(&unet(1, 16), &data, &by_heart(20), 1).unwrap();
    trial.train_to(20, &go_on).unwrap();
    let test = trial.test(&discs(32, 16, 4)).unwrap();
    assert!(test > 0.8, "{test}");
}

/// The bits of a trial's weights, and its curve.
fn bits(trial: &Trial, standing: &Standing) -> (Vec<u32>, Vec<[u64; 2]>) {
    let curve = standing.curve.iter();
    let parameters = trial.parameters().iter();
    (
        parameters.map(|p| p.to_bits()).collect(),
        curve
            .map(|p| [p.train_loss.to_bits(), p.validation.to_bits()])
            .collect(),
    )
}

#[test]
fn every_cut_gives_the_same_bits() {
    let network = mobilenet(1, 8);
    for (optimizer, augment) in [
        (Optimizer::Adam, false),
        (Optimizer::Sgd { momentum: 0.9 }, true),
    ] {
        let data = stripes(90, 1, 8, 3);
        let recipe = Recipe {
            optimizer,
            augment,
            learning_rate: 0.01,
            ..recipe(8, 16)
        };
        let new = || Trial::new(&network, &data, &recipe, 7).unwrap();
        let mut whole = new();
        let standing = whole.train_to(8, &go_on).unwrap();
        let expected = bits(&whole, &standing);

        let mut cut = new();
        let early = cut.train_to(3, &go_on).unwrap();
        assert_eq!((early.epochs, early.curve.len()), (3, 3));
        let checkpoint = cut.checkpoint();
        let standing = cut.train_to(8, &go_on).unwrap();
        assert_eq!(bits(&cut, &standing), expected);

        let mut resumed = Trial::resume(&network, &data, &recipe, &checkpoint).unwrap();
        assert_eq!(resumed.checkpoint(), checkpoint);
        assert_eq!(resumed.epochs(), 3);
        let standing = resumed.train_to(8, &go_on).unwrap();
        assert_eq!(bits(&resumed, &standing), expected);

        // In the middle of an epoch.
        let asked = std::cell::Cell::new(0);
        let stop = || asked.replace(asked.get() + 1) == 14;
        let mut stopped = new();
        let error = stopped.train_to(8, &stop).unwrap_err();
        assert!(
            matches!(error, TrainError::Interrupted { epoch: 3 }),
            "{error:?}"
        );
        let checkpoint = stopped.checkpoint();
        let mut resumed = Trial::resume(&network, &data, &recipe, &checkpoint).unwrap();
        let standing = resumed.train_to(8, &go_on).unwrap();
        assert_eq!(bits(&resumed, &standing), expected);

        let mut other = Trial::new(&network, &data, &recipe, 8).unwrap();
        let standing = other.train_to(8, &go_on).unwrap();
        assert_ne!(bits(&other, &standing), expected);
    }
}

/// Another hash here is another version of checkpoints: what was begun could not be carried on.
#[test]
fn the_bits_are_those_of_every_machine() {
    let hash = |network: &Network, data: &Samples, recipe: &Recipe| {
        let mut trial = Trial::new(network, data, recipe, 7).unwrap();
        trial.train_to(recipe.epochs, &go_on).unwrap();
        let bytes = trial.parameters().iter().flat_map(|p| p.to_le_bytes());
        let hash = blake3::hash(&bytes.collect::<Vec<u8>>());
        hash.to_hex().to_string()[..16].to_owned()
    };
    let augmented = Recipe {
        augment: true,
        ..recipe(2, 8)
    };
    let hashes = [
        hash(&mobilenet(1, 8), &stripes(40, 1, 8, 3), &recipe(2, 8)),
        hash(&resnet(1, 8, 4), &stripes(40, 1, 8, 3), &by_heart(2)),
        hash(&unet(1, 16), &discs(20, 16, 3), &augmented),
    ];
    insta::assert_snapshot!(hashes.join(" "), @"23010f125be52fc0 a02ce3552ae7bb60 e2fa7de2596cf9d9");
}

#[test]
fn a_damaged_checkpoint_is_an_error() {
    let (network, data, recipe) = (mlp(1, 4), stripes(40, 1, 4, 3), recipe(2, 8));
    let mut trial = Trial::new(&network, &data, &recipe, 7).unwrap();
    trial.train_to(1, &go_on).unwrap();
    let checkpoint = trial.checkpoint();
    let resume = |bytes: &[u8]| match Trial::resume(&network, &data, &recipe, bytes) {
        Ok(_) => panic!("it was taken"),
        Err(error) => assert!(matches!(error, TrainError::Checkpoint(_)), "{error}"),
    };
    for length in [0, 5, 8, 11, 12, 40, 60, checkpoint.len() - 1] {
        resume(&checkpoint[..length]);
    }
    for at in (0..checkpoint.len()).step_by(97) {
        let mut damaged = checkpoint.clone();
        damaged[at] ^= 16;
        resume(&damaged);
    }
    let longer = [&checkpoint[..], &[0]].concat();
    resume(&longer);
    let others = stripes(40, 1, 4, 4);
    let error = Trial::resume(&network, &others, &recipe, &checkpoint)
        .err()
        .unwrap();
    assert!(error.to_string().contains("other data"), "{error}");
}

#[test]
fn what_cannot_be_trained_is_an_error() {
    let (network, data) = (plain(1, 8, [4, 8]), stripes(40, 1, 8, 3));
    let error = |network: &Network, data: &Samples, recipe: &Recipe| {
        Trial::new(network, data, recipe, 1)
            .err()
            .unwrap()
            .to_string()
    };
    let usual = recipe(2, 8);
    let cases = [
        error(&plain(3, 8, [4, 8]), &data, &usual),
        error(&unet(1, 8), &data, &usual),
        error(&network, &discs(10, 8, 1), &usual),
        error(
            &network,
            &stripes(9, 1, 8, 3),
            &Recipe {
                split: nasaic_accuracy::train::Split { validation: 0.01 },
                ..usual.clone()
            },
        ),
        error(
            &network,
            &data,
            &Recipe {
                batch: 0,
                ..usual.clone()
            },
        ),
        error(
            &network,
            &data,
            &Recipe {
                rungs: vec![2, 1],
                ..usual.clone()
            },
        ),
        error(
            &network,
            &Samples {
                values: data.values[1..].to_vec(),
                ..data.clone()
            },
            &usual,
        ),
        error(
            &network,
            &Samples {
                targets: Targets::Classes {
                    count: 10,
                    labels: vec![10; 40],
                },
                ..data.clone()
            },
            &usual,
        ),
    ];
    insta::assert_snapshot!(cases.join("\n"));
    let mut broken = network.clone();
    if let Op::Conv { groups, .. } = &mut broken.layers[2].op {
        *groups = 3;
    }
    insta::assert_snapshot!(error(&broken, &data, &usual), @"the network cannot be trained: layer 2: its 3 groups do not divide 4 channels in and 8 out");
}

#[test]
fn a_loss_that_explodes_is_an_error() {
    let data = stripes(40, 1, 8, 3);
    let recipe = Recipe {
        learning_rate: 1e30,
        schedule: Schedule::Constant,
        ..recipe(4, 8)
    };
    let mut trial = Trial::new(&mlp(1, 8), &data, &recipe, 1).unwrap();
    let error = trial.train_to(4, &go_on).unwrap_err();
    assert!(
        matches!(error, TrainError::Diverged { epoch: 0, .. }),
        "{error}"
    );
}

#[test]
fn cpu_seconds_bound_a_trial() {
    let data = stripes(40, 1, 8, 3);
    let recipe = Recipe {
        cpu_seconds: Some(1e-9),
        ..recipe(4, 8)
    };
    let mut trial = Trial::new(&mlp(1, 8), &data, &recipe, 1).unwrap();
    let error = trial.train_to(4, &go_on).unwrap_err();
    assert!(
        matches!(error, TrainError::OverBudget { epoch: 0, .. }),
        "{error}"
    );
}
