//! `dataflow_animation`: an array of elements stepping through a layer.
//!
//! Every number is that of the cost model's own walk of the nest, see [`Steps`].

mod words;

use crate::call::Call;
use crate::fault::Fault;
use crate::item::Item;
use crate::views::explain::chosen;
use crate::views::work::{self, Work};
use nasaic_cost::Tensor;
use nasaic_cost::counts::count;
use nasaic_cost::oracle::{Element, Steps};
use nasaic_dsl::units::number;
use nasaic_plot::{Animation, AnimationStep, Counter, Figure, Held, Operand};
use std::sync::Arc;
use words::Words;

/// Steps that are shown when nothing is said.
const USUAL: usize = 24;
/// The most words that the steps of a picture may have together, which keeps it small.
const MOST_WORDS: usize = 6_000;
/// The most elements that the steps may have together, whether drawn or only counted.
const MOST_ELEMENTS: usize = 400_000;

pub(super) fn view(call: &Call<'_>) -> Result<Item, Fault> {
    let evaluation = super::design(call)?;
    let works = chosen(work::all(&evaluation)?, call.text("layer"))?;
    let steps = match call.item("steps") {
        Some(Item::Value(steps)) => steps.as_u64().unwrap_or(0) as usize,
        _ => USUAL,
    };
    if steps == 0 {
        let fault = Fault::new("E0303", "`steps` is at least 1");
        return Err(fault.hint("write `steps = 24`, or leave it out"));
    }
    // Of equally large layers the first, as `loop_nest` has it.
    let largest = works.iter().rev().max_by_key(|w| w.cost.macs);
    let work = largest.ok_or_else(|| Fault::new("E0805", "this result has no layers"))?;
    let sub = &work.array.sub;
    let title = format!(
        "{} with the dataflow {} on {} PEs, step by step",
        work.name,
        sub.dataflow_name,
        number(f64::from(sub.array.pes))
    );
    let figure = Figure::new(title, animation(work, steps)?);
    Ok(Item::Figure(Arc::new(match works.len() {
        1 => figure,
        n => figure.caption(format!(
            "The layer with the most MACs ({}) of {n}.",
            number(work.cost.macs as f64)
        )),
    })))
}

/// The first steps of a layer, no more than a picture can hold.
fn animation(work: &Work<'_>, asked: usize) -> Result<Animation, Fault> {
    let mapping = work.mapping()?;
    let (layer, counts) = (&work.layer, count(&work.layer, mapping));
    let walk = Steps::new(layer, mapping);
    let places = walk.places();
    let side = |axis: usize| places.iter().map(|p| p[axis]).max().unwrap_or(0) + 1;
    let whole = [side(0), side(1)];
    let array = whole.map(|n| (n as usize).min(Animation::MOST));
    let drawn = Tensor::ALL.len() * array[0] * array[1];
    let most = (MOST_WORDS / drawn)
        .min(MOST_ELEMENTS / places.len())
        .max(1);
    let levels: Vec<&str> = work.levels().collect();
    let words = Words::new(layer, mapping, walk.inner_level(), &levels);
    let counted: Vec<Count> = counters(&levels)
        .filter(|c| c.of(&counts.access) > 0)
        .collect();
    let mut sums = vec![0; counted.len()];
    let steps = walk.take(asked.min(most)).map(|step| {
        for (sum, counter) in sums.iter_mut().zip(&counted) {
            *sum += counter.of(&step.access);
        }
        let mut elements = vec![None; array[0] * array[1]];
        for (element, [column, row]) in step.elements.iter().zip(&places) {
            let (column, row) = (*column as usize, *row as usize);
            if let (Some(element), true) = (element, column < array[0] && row < array[1]) {
                elements[row * array[0] + column] = Some(held(&words, element, step.group));
            }
        }
        AnimationStep {
            name: words.place(&step),
            elements,
            moves: Tensor::ALL.map(|t| words.moves(t, &step)).to_vec(),
            counts: sums.clone(),
        }
    });
    let steps = steps.collect();
    let operand = |tensor| Operand {
        name: super::nest::letter(tensor).to_owned(),
        indices: words.indices(tensor),
    };
    Ok(Animation {
        operands: Tensor::ALL.map(operand).to_vec(),
        array,
        whole: whole.map(u64::from),
        steps,
        all_steps: counts.steps,
        counters: (counted.iter())
            .map(|c| Counter {
                name: c.name.clone(),
                total: c.of(&counts.access),
            })
            .collect(),
    })
}

fn held(words: &Words<'_>, element: &Element, group: u32) -> Vec<Held> {
    let of = |tensor: Tensor| Held {
        text: words.word(tensor, element.words[tensor.index()], group),
        moved: element.moved[tensor.index()] > 0,
    };
    Tensor::ALL.map(of).to_vec()
}

/// Reads or writes of a level.
struct Count {
    name: String,
    level: usize,
    reads: bool,
}

impl Count {
    fn of(&self, access: &[[nasaic_cost::Access; 3]; nasaic_cost::MAX_LEVELS]) -> u64 {
        let all = access[self.level].iter();
        match self.reads {
            true => all.map(|a| a.reads).sum(),
            false => all.map(|a| a.fills + a.updates).sum(),
        }
    }
}

fn counters(levels: &[&str]) -> impl Iterator<Item = Count> {
    let each = levels.iter().enumerate();
    each.flat_map(|(level, name)| {
        [(true, "reads"), (false, "writes")].map(|(reads, what)| Count {
            name: format!("{name} {what}"),
            level,
            reads,
        })
    })
}
