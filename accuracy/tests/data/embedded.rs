//! The sets that need no files: digits and synthetic.

use crate::folder::{labels, moments, request};
use nasaic_accuracy::data::{DataError, Format, Loaded, Places, Request, Trouble, load};

fn get(request: &Request) -> Result<Loaded, DataError> {
    load(request, &Places::default())
}

#[test]
fn digits_are_whole_divided_and_normal() {
    let digits = get(&request(Format::Digits, [1, 8, 8], 10)).unwrap();
    let test = digits.test.unwrap();
    assert_eq!((digits.train.len(), test.len()), (1442, 355));
    let count = |class: u8| {
        let all = labels(&digits.train).iter().chain(labels(&test));
        all.filter(|l| **l == class).count()
    };
    let counts: Vec<usize> = (0..10).map(count).collect();
    // As the publisher counts them.
    assert_eq!(counts, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    let (mean, variance) = moments(&digits.train, 0);
    assert!(mean.abs() < 1e-6 && (variance - 1.0).abs() < 1e-5);
    assert_eq!(digits.origin, "embedded");
    assert_eq!(digits.hash.len(), 64);
    assert!(digits.note.contains("writers"));
}

#[test]
fn a_limit_takes_all_digits_alike_and_changes_no_hash() {
    let mut asked = request(Format::Digits, [1, 8, 8], 10);
    let whole = get(&asked).unwrap();
    asked.limit_train = Some(100);
    asked.limit_test = Some(20);
    let some = get(&asked).unwrap();
    assert_eq!(some.hash, whole.hash);
    for class in 0..10 {
        let count = labels(&some.train).iter().filter(|l| **l == class).count();
        assert!((9..=11).contains(&count), "{class}: {count}");
    }
    assert_eq!(some.test.as_ref().unwrap().len(), 20);
    assert_eq!(get(&asked).unwrap(), some);
    asked.seed = 2;
    assert_ne!(get(&asked).unwrap().train, some.train);
}

#[test]
fn requests_that_no_digits_could_answer() {
    let mut limited = request(Format::Digits, [1, 8, 8], 10);
    limited.limit_train = Some(0);
    let mut counted = request(Format::Digits, [1, 8, 8], 10);
    counted.train = Some(1500);
    for (request, words) in [
        (
            request(Format::Digits, [1, 28, 28], 10),
            "its images are [1, 8, 8]",
        ),
        (request(Format::Digits, [1, 8, 8], 9), "there are 10 digits"),
        (request(Format::Digits, [1, 8, 8], 1), "2 to 256 `classes`"),
        (request(Format::Digits, [1, 0, 8], 10), "empty"),
        (
            request(Format::Synthetic, [1 << 20, 1 << 20, 1], 10),
            "larger than 2^26",
        ),
        (limited, "a limit of 0"),
        (counted, "`train = 1500`"),
    ] {
        let error = get(&request).unwrap_err();
        assert_eq!(error.trouble, Trouble::Unfit);
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn synthetic_images_follow_from_their_seed_and_say_what_they_are() {
    let mut asked = request(Format::Synthetic, [3, 32, 32], 10);
    asked.train = Some(40);
    asked.test = Some(20);
    let first = get(&asked).unwrap();
    assert_eq!(first.note, "synthetic");
    assert_eq!(first.origin, "generated");
    assert_eq!(labels(&first.train).len(), 40);
    assert_eq!(get(&asked).unwrap(), first);
    asked.seed = 2;
    let second = get(&asked).unwrap();
    assert_ne!(second.hash, first.hash);
    assert_ne!(second.train.values, first.train.values);
}

#[test]
fn synthetic_classes_can_be_told_apart_by_their_mean_colours_and_waves() {
    let mut asked = request(Format::Synthetic, [3, 16, 16], 10);
    asked.train = Some(200);
    let drawn = get(&asked).unwrap();
    // The nearest of the classes' mean colours is right far more often than one time in ten.
    let colour = |i: usize| -> Vec<f32> {
        let image = &drawn.train.values[i * 768..(i + 1) * 768];
        image
            .chunks(256)
            .map(|c| c.iter().sum::<f32>() / 256.0)
            .collect()
    };
    let centre = |class: usize| -> Vec<f32> {
        let members = (class..200).step_by(10).map(colour);
        let sum = members.fold(vec![0.0; 3], |s: Vec<f32>, c| {
            s.iter().zip(c).map(|(a, b)| a + b).collect()
        });
        sum.iter().map(|x| x / 20.0).collect()
    };
    let centres: Vec<Vec<f32>> = (0..10).map(centre).collect();
    let distance =
        |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f32>();
    let nearest = |i: usize| {
        let c = colour(i);
        (0..10).min_by(|a, b| distance(&centres[*a], &c).total_cmp(&distance(&centres[*b], &c)))
    };
    let right = (0..200).filter(|i| nearest(*i) == Some(i % 10)).count();
    assert!(right > 100, "{right} of 200");
}

#[test]
fn synthetic_sets_too_large_for_memory_are_refused() {
    let mut asked = request(Format::Synthetic, [3, 32, 32], 10);
    asked.train = Some(usize::MAX);
    assert!(get(&asked).unwrap_err().cause.contains("2^29"));
    asked.limit_train = Some(10);
    assert_eq!(get(&asked).unwrap().train.len(), 10);
}
