//! The shapes of all values, node by node, with what is constant computed on the way.
//!
//! Networks compute many of their shapes (`Shape`, `Gather`, `Concat`, `Reshape`); with the sizes of the
//! inputs known these are constants. Functions and the branches of an `If` that is decided are
//! written out, so what is left is one list of steps.

mod call;
mod constant;
mod elementwise;
mod moves;
mod products;
mod reduce;
mod table;
mod windows;

pub use call::Call;
pub use moves::order as transposed_order;
pub use products::{einsum_sizes, gemm_sizes, operands as matmul_operands, recurrent_sizes};
pub use table::{Family, OPERATORS, Operator, find};
pub use windows::{
    Window, conv_window, groups as conv_groups, operands as conv_operands, pool_window,
    transposed_window,
};

use crate::fact::Fact;
use crate::model::{Attribute, Budget, Function, Graph, Model, Node, Size, Tensor, Value, graph};
use crate::problem::{Problem, Reason};
use crate::sizes;
use std::collections::{BTreeMap, BTreeSet};

/// Most steps that a model may be written out to.
const MOST_STEPS: usize = 200_000;

/// Most functions and branches inside each other.
const MOST_DEPTH: usize = 24;

/// Most branches of decided `If`s; each sees all names around it.
const MOST_BRANCHES: usize = 256;

/// How to understand a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Sizes of inputs by name.
    pub sizes: BTreeMap<String, u64>,
    /// Whether an unsupported operator counts as traffic of its inputs and outputs.
    pub lenient: bool,
}

/// One node in the order in which all can be computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<'a> {
    /// The node.
    pub node: Node<'a>,
    /// Its inputs, by place among the values.
    pub inputs: Vec<Option<usize>>,
    /// Its outputs, likewise.
    pub outputs: Vec<Option<usize>>,
    /// What the operator is; none where it is not supported.
    pub operator: Option<&'static Operator>,
}

/// A model with all its shapes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis<'a> {
    /// What is known about each value.
    pub values: Vec<Fact>,
    /// The nodes.
    pub steps: Vec<Step<'a>>,
    /// Names and values of the inputs.
    pub inputs: Vec<(&'a str, usize)>,
    /// The values that are outputs.
    pub outputs: Vec<usize>,
    /// The version of the standard operators.
    pub opset: i64,
}

type Scope<'a> = BTreeMap<&'a str, usize>;

struct Walk<'a, 'm> {
    model: &'m Model<'a>,
    options: &'m Options,
    budget: Budget,
    /// What the file tells of values, for nodes that are not understood.
    told: BTreeMap<&'a str, Value<'a>>,
    /// Nodes met, those of functions each time, and branches taken.
    met: usize,
    branches: usize,
    out: Analysis<'a>,
}

/// Finds the shapes of all values.
pub fn analyse<'a>(model: &Model<'a>, options: &Options) -> Result<Analysis<'a>, Problem> {
    let mut walk = Walk {
        model,
        options,
        budget: Budget::default(),
        told: BTreeMap::new(),
        met: 0,
        branches: 0,
        out: Analysis {
            opset: model.opset,
            ..Analysis::default()
        },
    };
    let graph = &model.graph;
    let constants: BTreeSet<&str> = graph.initializers.iter().map(|t| t.name).collect();
    let inputs: Vec<&Value<'a>> = graph
        .inputs
        .iter()
        .filter(|v| !constants.contains(v.name))
        .collect();
    let facts = sizes::inputs(&inputs, &options.sizes)?;
    let mut scope = Scope::new();
    for (input, fact) in inputs.iter().zip(facts) {
        let place = walk.enter(fact);
        walk.out.inputs.push((input.name, place));
        scope.insert(input.name, place);
    }
    walk.graph(graph, &mut scope, 0)?;
    for output in &graph.outputs {
        match scope.get(output.name) {
            Some(place) => walk.out.outputs.push(*place),
            None => {
                let message = format!("no node makes its output `{}`", output.name);
                return Err(Problem::new(Reason::File, message, "export it again"));
            }
        }
    }
    Ok(walk.out)
}

/// The fact of a constant.
pub(crate) fn constant_fact(tensor: &Tensor<'_>) -> Fact {
    let mut fact = Fact::of(tensor.element, tensor.dims.clone()).holding(tensor.numbers.clone());
    fact.constant = true;
    fact
}

impl<'a> Walk<'a, '_> {
    fn enter(&mut self, fact: Fact) -> usize {
        self.out.values.push(fact);
        self.out.values.len() - 1
    }

    fn graph(
        &mut self,
        graph: &Graph<'a>,
        scope: &mut Scope<'a>,
        depth: usize,
    ) -> Result<(), Problem> {
        for tensor in &graph.initializers {
            let place = self.enter(constant_fact(tensor));
            scope.insert(tensor.name, place);
        }
        for value in graph.between.iter().chain(&graph.outputs) {
            self.told.insert(value.name, value.clone());
        }
        self.nodes(&graph.nodes, scope, depth)
    }

    fn nodes(
        &mut self,
        nodes: &[Node<'a>],
        scope: &mut Scope<'a>,
        depth: usize,
    ) -> Result<(), Problem> {
        if depth > MOST_DEPTH {
            return Err(Problem::too_large(
                "functions inside each other",
                MOST_DEPTH,
            ));
        }
        for node in nodes {
            self.met += 1;
            if self.met > MOST_STEPS {
                return Err(Problem::too_large("nodes", MOST_STEPS));
            }
            let inputs = self.inputs(node, scope)?;
            let outputs = match self.function(node) {
                Some(function) => self.called(function, node, &inputs, depth)?,
                None if node.op == "If" && node.domain.is_empty() => {
                    self.branch(node, &inputs, scope, depth)?
                }
                None => self.step(node, inputs)?,
            };
            for (name, place) in node.outputs.iter().zip(outputs) {
                if let (false, Some(place)) = (name.is_empty(), place) {
                    scope.insert(name, place);
                }
            }
        }
        Ok(())
    }

    fn inputs(&self, node: &Node<'a>, scope: &Scope<'a>) -> Result<Vec<Option<usize>>, Problem> {
        let one = |name: &&str| match (name.is_empty(), scope.get(name)) {
            (true, _) => Ok(None),
            (false, Some(place)) => Ok(Some(*place)),
            (false, None) => Err(Problem::new(
                Reason::File,
                format!(
                    "{} takes `{name}`, which nothing before it makes",
                    called(node)
                ),
                "export it again; `onnx.checker.check_model` tells more",
            )),
        };
        node.inputs.iter().map(one).collect()
    }

    /// The function that a node calls; the standard operators come first.
    fn function(&self, node: &Node<'a>) -> Option<Function<'a>> {
        if find(node).is_some() {
            return None;
        }
        let mut all = self.model.functions.iter();
        let found = all.find(|f| f.name == node.op && f.domain == node.domain)?;
        Some(found.clone())
    }

    fn called(
        &mut self,
        function: Function<'a>,
        node: &Node<'a>,
        inputs: &[Option<usize>],
        depth: usize,
    ) -> Result<Vec<Option<usize>>, Problem> {
        let mut scope = Scope::new();
        for (name, place) in function.inputs.iter().zip(inputs) {
            if let Some(place) = place {
                scope.insert(name, *place);
            }
        }
        let bound: Vec<Node<'a>> = function.nodes.iter().map(|n| bind(n, node)).collect();
        self.nodes(&bound, &mut scope, depth + 1)?;
        Ok(function
            .outputs
            .iter()
            .map(|name| scope.get(name).copied())
            .collect())
    }

    /// The branch of an `If` whose condition does not depend on the inputs.
    fn branch(
        &mut self,
        node: &Node<'a>,
        inputs: &[Option<usize>],
        scope: &Scope<'a>,
        depth: usize,
    ) -> Result<Vec<Option<usize>>, Problem> {
        let condition = inputs.first().copied().flatten();
        let decided = condition.and_then(|c| self.out.values[c].numbers.as_ref()?.first().copied());
        let Some(decided) = decided else {
            if self.options.lenient {
                return self.guessed(node, inputs.to_vec());
            }
            return Err(unsupported(
                node,
                "its condition depends on the input; an input of one number can be given its value, such as `sr = 16000`",
            ));
        };
        let name = if decided == 0.0 {
            "else_branch"
        } else {
            "then_branch"
        };
        let found = node.attributes.iter().find(|a| a.name == name);
        let Some(bytes) = found.and_then(|a| a.graph) else {
            return Err(unsupported(node, &format!("it has no `{name}`")));
        };
        self.branches += 1;
        if self.branches > MOST_BRANCHES {
            return Err(Problem::too_large("branches", MOST_BRANCHES));
        }
        let graph = graph(bytes, &mut self.budget)?;
        let mut inner = scope.clone();
        self.graph(&graph, &mut inner, depth + 1)?;
        let outputs = graph.outputs.iter();
        Ok(outputs.map(|o| inner.get(o.name).copied()).collect())
    }

    fn step(
        &mut self,
        node: &Node<'a>,
        inputs: Vec<Option<usize>>,
    ) -> Result<Vec<Option<usize>>, Problem> {
        let operator = find(node);
        let facts: Vec<Option<&Fact>> = inputs
            .iter()
            .map(|place| place.map(|p| &self.out.values[p]))
            .collect();
        let constant = facts.iter().flatten().all(|f| f.constant);
        let call = Call::new(node, facts, self.model.opset);
        let outcome = match operator {
            Some(operator) => (operator.infer)(&call),
            None => Err(no_operator(node)),
        };
        let made = match outcome {
            Ok(made) => made,
            Err(_) if self.options.lenient => return self.guessed(node, inputs),
            Err(cause) => return Err(unsupported(node, &cause)),
        };
        let outputs: Vec<Option<usize>> = made
            .into_iter()
            .take(node.outputs.len())
            .map(|mut fact| {
                // What is computed from constants is one.
                fact.constant |= constant;
                Some(self.enter(fact))
            })
            .collect();
        self.out.steps.push(Step {
            node: node.clone(),
            inputs,
            outputs: outputs.clone(),
            operator,
        });
        Ok(outputs)
    }

    /// An unsupported node: its outputs as the file tells them, otherwise like its first input.
    fn guessed(
        &mut self,
        node: &Node<'a>,
        inputs: Vec<Option<usize>>,
    ) -> Result<Vec<Option<usize>>, Problem> {
        let all = inputs.iter().flatten().map(|p| &self.out.values[*p]);
        let like = all
            .clone()
            .find(|f| !f.constant)
            .or_else(|| all.clone().next());
        let like = like.map_or_else(|| Fact::of(1, Vec::new()), |f| f.shaped(f.shape.clone()));
        let outputs = node.outputs.iter().map(|name| {
            let told = self.told.get(name).and_then(|value| self.told_fact(value));
            told.unwrap_or_else(|| like.clone())
        });
        let facts: Vec<Fact> = outputs.collect();
        let outputs: Vec<Option<usize>> = facts.into_iter().map(|f| Some(self.enter(f))).collect();
        self.out.steps.push(Step {
            node: node.clone(),
            inputs,
            outputs: outputs.clone(),
            operator: None,
        });
        Ok(outputs)
    }

    /// The shape that the file tells of a value, where all its sizes are known.
    fn told_fact(&self, value: &Value<'a>) -> Option<Fact> {
        let size = |size: &Size<'a>| match size {
            Size::Known(n) => Some(*n),
            Size::Named(name) => self.options.sizes.get(&sizes::field_name(name)).copied(),
            Size::Open => None,
        };
        let shape = value
            .shape
            .as_ref()?
            .iter()
            .map(size)
            .collect::<Option<Vec<u64>>>()?;
        Some(Fact::of(value.element, shape))
    }
}

/// A function's node with the attributes that it takes from its caller.
fn bind<'a>(node: &Node<'a>, caller: &Node<'a>) -> Node<'a> {
    let mut out = node.clone();
    out.attributes = node
        .attributes
        .iter()
        .filter_map(|own| {
            if own.refers.is_empty() {
                return Some(own.clone());
            }
            let given = caller.attributes.iter().find(|a| a.name == own.refers)?;
            Some(Attribute {
                name: own.name,
                ..given.clone()
            })
        })
        .collect();
    if out.name.is_empty() {
        out.name = caller.name;
    }
    out
}

/// How a message names a node.
pub(crate) fn called(node: &Node<'_>) -> String {
    match (node.name, node.outputs.first()) {
        ("", Some(output)) => format!("the node `{}` that makes `{output}`", node.op),
        ("", None) => format!("a node `{}`", node.op),
        (name, _) => format!("the node `{name}` ({})", node.op),
    }
}

fn no_operator(node: &Node<'_>) -> String {
    if node.domain.is_empty() {
        format!("the operator `{}` has no counterpart", node.op)
    } else {
        format!(
            "the operator `{}` of `{}` has no counterpart",
            node.op, node.domain
        )
    }
}

/// The problem of a node, with its cause.
pub(crate) fn unsupported(node: &Node<'_>, cause: &str) -> Problem {
    Problem::new(
        Reason::Operator,
        format!("{} cannot become a layer: {cause}", called(node)),
        "count it as traffic by `with { lenient = true }`, or cut it out of the model",
    )
}
