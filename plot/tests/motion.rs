//! An array step by step: the moving picture, its still form and its buttons.

use nasaic_plot::{
    Animation, AnimationStep, Counter, Figure, Held, LoopNest, Operand, PlotError, player, summary,
    svg, vega_lite,
};

/// Two elements over three steps: a weight that stays, and a sum that leaves at each step.
fn animation() -> Animation {
    let step = |i: usize| {
        let held = |text: String, moved| Held { text, moved };
        let element = |k: usize| {
            Some(vec![
                held(format!("{k}<w"), i == 0),
                held(format!("{i}"), true),
            ])
        };
        AnimationStep {
            name: format!("Q {i}"),
            elements: vec![element(0), (i != 1).then(|| element(1)).flatten()],
            moves: vec!["stays".into(), "1 sum to glb".into()],
            counts: vec![i as u64 + 1],
        }
    };
    let operand = |name: &str| Operand {
        name: name.into(),
        indices: "k".into(),
    };
    Animation {
        operands: vec![operand("W"), operand("O")],
        array: [2, 1],
        whole: [16, 1],
        steps: (0..3).map(step).collect(),
        all_steps: 4_096,
        counters: vec![Counter {
            name: "glb reads".into(),
            total: 4_096,
        }],
    }
}

fn figure() -> Figure {
    Figure::new("two elements", animation())
}

#[test]
fn it_moves_without_a_script_and_stands_still_where_asked() {
    let drawn = svg(&figure()).unwrap();
    let document = roxmltree::Document::parse(&drawn).unwrap();
    let all = |name: &str| {
        let nodes = document.descendants();
        nodes
            .filter(|n| n.has_tag_name(("http://www.w3.org/2000/svg", name)))
            .count()
    };
    assert_eq!(all("script"), 0);
    assert!(all("animate") > 3, "{drawn}");
    assert!(drawn.contains("prefers-reduced-motion:reduce"));
    // Without motion the strip is seen and the rest is not.
    let class = |class: &str| {
        let mut nodes = document.descendants();
        nodes.find(|n| n.attribute("class") == Some(class)).unwrap()
    };
    let inner = |class_name: &str| {
        class(class_name)
            .children()
            .find(|n| n.is_element())
            .unwrap()
    };
    assert_eq!(inner("nasaic-moving").attribute("display"), Some("none"));
    assert_eq!(inner("nasaic-still").attribute("display"), None);
    let strip: String = class("nasaic-still")
        .descendants()
        .filter_map(|n| n.text())
        .collect();
    for said in ["step 1 of 4,096", "step 3 of 4,096", "glb reads 3", "0<w"] {
        assert!(strip.contains(said), "{strip}");
    }
    assert!(drawn.contains("The first 3 of 4,096 steps.") && drawn.contains("2 × 1 of 16 × 1"));
}

#[test]
fn what_stays_is_written_once() {
    let drawn = svg(&figure()).unwrap();
    let moving = drawn.split("nasaic-moving\"").nth(1).unwrap();
    assert_eq!(moving.matches(">0&lt;w<").count(), 1);
    // The second element idles in between, so its weight is written twice.
    assert_eq!(moving.matches(">1&lt;w<").count(), 2);
}

#[test]
fn words_are_a_table_of_the_steps() {
    let words = summary(&figure());
    for said in [
        "step 2 of 4,096:  Q 1",
        "W stays",
        "so far: glb reads 2",
        "in all: glb reads 4,096",
    ] {
        assert!(words.contains(said), "{words}");
    }
}

#[test]
fn only_what_moves_has_buttons() {
    let page = player(&figure()).unwrap().unwrap();
    assert!(page.contains("data-steps=\"3\"") && page.contains("setCurrentTime"));
    assert!(
        !page.contains("<script") && !page.contains("https://"),
        "{page}"
    );
    assert_eq!(player(&Figure::new("", LoopNest::default())), Ok(None));
    assert!(matches!(vega_lite(&figure()), Err(PlotError::Draw(_))));
}

#[test]
fn parts_must_fit_together() {
    for break_it in [
        (|a: &mut Animation| a.array = [3, 1]) as fn(&mut Animation),
        |a| a.array = [9, 1],
        |a| a.steps[1].counts.clear(),
        |a| a.steps[2].moves.clear(),
        |a| a.steps[0].elements[0] = Some(Vec::new()),
    ] {
        let mut broken = animation();
        break_it(&mut broken);
        let drawn = svg(&Figure::new("", broken));
        assert!(matches!(drawn, Err(PlotError::Shape(_))), "{drawn:?}");
    }
    let empty = svg(&Figure::new("", Animation::default())).unwrap();
    assert!(empty.contains("Nothing to show"));
}
