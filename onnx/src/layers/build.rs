//! Step by step from nodes to layers: which layer holds which value, and how it lies there.

use super::kinds::{Kind, Layer, Merge, Network, Norm, Shape, Source};
use crate::fact::Fact;
use crate::infer::{Analysis, Call, Family, Options, Step, called, unsupported};
use crate::model::elements;
use crate::problem::{Problem, Reason};
use crate::sizes::field_name;
use std::collections::{BTreeMap, BTreeSet};

/// What a value is: a layer's output, or a function of each of its elements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Held {
    pub source: Source,
    /// The function; none where the elements are as they are but for scales and shifts.
    pub function: Option<&'static str>,
}

/// Most elements of a tensor, and the largest size of one.
const MOST: u64 = 1 << 48;

/// Why a node cannot become a layer.
pub(super) type Cause<T> = Result<T, String>;

/// Layers while they are made.
pub(super) struct Build<'a, 'm> {
    pub analysis: &'m Analysis<'a>,
    options: &'m Options,
    pub layers: Vec<Layer>,
    held: Vec<Option<Held>>,
    /// How many steps take each value; outputs of the network count, too.
    uses: Vec<u32>,
    /// The shape of the input, once someone took it.
    input: Option<Shape>,
    main: Option<usize>,
    /// Reshapes and activations that are there already.
    known: BTreeMap<(Source, String), Source>,
    opaque: Vec<(String, String)>,
    /// The node that is being looked at.
    node: String,
}

impl<'a, 'm> Build<'a, 'm> {
    pub fn new(analysis: &'m Analysis<'a>, options: &'m Options) -> Self {
        let mut uses = vec![0; analysis.values.len()];
        let steps = analysis
            .steps
            .iter()
            .flat_map(|s| s.inputs.iter().flatten());
        for place in steps.chain(&analysis.outputs) {
            uses[*place] += 1;
        }
        Self {
            analysis,
            options,
            layers: Vec::new(),
            held: vec![None; analysis.values.len()],
            uses,
            input: None,
            main: None,
            known: BTreeMap::new(),
            opaque: Vec::new(),
            node: String::new(),
        }
    }

    pub fn whole(mut self) -> Result<Network, Problem> {
        self.inputs();
        for step in &self.analysis.steps {
            if self.analysis.is_constant(step) {
                continue;
            }
            self.node = step.node.name.to_owned();
            if self.node.is_empty() {
                self.node = step
                    .node
                    .outputs
                    .first()
                    .copied()
                    .unwrap_or_default()
                    .to_owned();
            }
            match self.step(step) {
                Ok(()) => {}
                Err(_) if self.options.lenient => self.opaque(step),
                Err(cause) => return Err(self.refused(step, &cause)),
            }
        }
        let mut outputs = Vec::new();
        for place in &self.analysis.outputs {
            if self.held[*place].is_some() {
                outputs.push(self.taken(*place).map_err(|c| {
                    Problem::new(Reason::Network, c, "give a model with one main input")
                })?);
            }
        }
        if self.layers.is_empty() {
            return Err(Problem::new(
                Reason::Network,
                "it holds no layer that depends on its input".into(),
                "give the model itself, not what goes before or after it",
            ));
        }
        let main = self
            .main
            .and_then(|m| self.analysis.inputs.iter().find(|i| i.1 == m));
        Ok(Network {
            input: self.shape(Source::Input),
            input_name: main.map_or_else(String::new, |i| i.0.to_owned()),
            layers: self.layers,
            outputs,
            opaque: self.opaque,
        })
    }

    /// The largest input is the network's; others are further inputs.
    fn inputs(&mut self) {
        let open = self
            .analysis
            .inputs
            .iter()
            .filter(|i| !self.analysis.values[i.1].constant);
        let places: Vec<(&str, usize)> = open.copied().collect();
        // The first of the largest.
        let mut main: Option<usize> = None;
        for (_, place) in &places {
            let size = |p: usize| self.analysis.values[p].elements();
            if main.is_none_or(|m| size(*place) > size(m)) {
                main = Some(*place);
            }
        }
        self.main = main;
        for (name, place) in places {
            let source = if Some(place) == main {
                Source::Input
            } else {
                let shape = lying(&self.analysis.values[place].shape);
                self.node = name.to_owned();
                let source = self.push(Kind::Further, Vec::new(), shape);
                if let Source::Layer(index) = source {
                    self.layers[index].name = field_name(name);
                }
                source
            };
            self.held[place] = Some(Held {
                source,
                function: None,
            });
        }
    }

    fn refused(&self, step: &Step<'a>, cause: &str) -> Problem {
        let batch = cause.strip_prefix("BATCH ");
        let Some(batch) = batch else {
            return unsupported(&step.node, cause);
        };
        let main = self
            .main
            .and_then(|m| self.analysis.inputs.iter().find(|i| i.1 == m));
        let size = main.map_or_else(|| "batch".into(), |i| format!("{}_0", field_name(i.0)));
        Problem::new(
            Reason::Network,
            format!(
                "{} takes {batch} images at a time; a network is described for one",
                called(&step.node)
            ),
            format!("with {{ {size} = 1 }}"),
        )
    }

    fn step(&mut self, step: &'m Step<'a>) -> Cause<()> {
        let call = self.analysis.call(step);
        let Some(operator) = step.operator else {
            return Err("the operator has no counterpart".into());
        };
        self.sensible(step)?;
        match operator.family {
            Family::Convolution => self.convolution(step, &call),
            Family::Transposed => self.transposed(step, &call),
            Family::Product => self.product(step, &call),
            Family::Recurrent => self.recurrent(step, &call),
            Family::Pooling => self.pooling(step, &call),
            Family::Norm => self.norm(step, &call),
            Family::Activation => self.activation(step, &call),
            Family::Elementwise => self.elementwise(step, &call),
            Family::Reduction => self.reduction(step, &call),
            Family::Lookup => self.lookup(step, &call),
            Family::Concat => self.concat(step, &call),
            Family::Move => self.moved(step, &call),
            Family::View => self.alias(step),
            Family::Constant => self.opaque_value(step),
        }
    }

    /// Whether the sizes of a step are those of a network, so that products of them can be counted.
    fn sensible(&self, step: &Step<'a>) -> Cause<()> {
        for place in step.inputs.iter().chain(&step.outputs).flatten() {
            let fact = self.fact(*place);
            if !fact.constant && fact.elements() == 0 {
                return Err(format!("nothing is in {:?}", fact.shape));
            }
            if fact.shape.iter().any(|n| *n > MOST) || fact.elements() > MOST {
                return Err(format!("{:?} is too large", fact.shape));
            }
        }
        Ok(())
    }

    /// An unsupported node as traffic: it takes its first input and makes its first output.
    fn opaque(&mut self, step: &'m Step<'a>) {
        self.opaque
            .push((self.node.clone(), step.node.op.to_owned()));
        // A node that takes nothing that depends on the input makes nothing that does.
        let _ = self.opaque_value(step);
    }

    fn opaque_value(&mut self, step: &'m Step<'a>) -> Cause<()> {
        let first = self.first(step)?;
        let from = self.taken(first)?;
        let shape = self.shape(from);
        let made = self.push(Kind::Activation { memory: true }, vec![from], shape);
        if let Source::Layer(index) = made {
            self.layers[index].activation = "other";
        }
        for place in step.outputs.iter().flatten() {
            let wanted = self.analysis.values[*place].elements();
            let source = self.resized(made, wanted);
            self.held[*place] = Some(Held {
                source,
                function: None,
            });
        }
        Ok(())
    }

    // ---- values ------------------------------------------------------------

    /// The fact of an output.
    pub fn made(&self, step: &Step<'a>) -> Cause<&'m Fact> {
        let place = step.outputs.first().copied().flatten();
        let place = place.ok_or_else(|| "it makes nothing".to_owned())?;
        Ok(&self.analysis.values[place])
    }

    /// The places of inputs that depend on the network's input.
    pub fn dependent(&self, step: &Step<'a>) -> Vec<usize> {
        let all = step.inputs.iter().flatten().copied();
        all.filter(|p| !self.analysis.values[*p].constant).collect()
    }

    /// The first of them.
    pub fn first(&self, step: &Step<'a>) -> Cause<usize> {
        let all = self.dependent(step);
        all.first()
            .copied()
            .ok_or_else(|| "nothing it takes depends on the input".into())
    }

    pub fn at(&self, step: &Step<'a>, input: usize) -> Cause<usize> {
        let place = step.inputs.get(input).copied().flatten();
        place.ok_or_else(|| format!("its input {} is missing", input + 1))
    }

    pub fn fact(&self, place: usize) -> &'m Fact {
        &self.analysis.values[place]
    }

    pub fn held(&self, place: usize) -> Cause<Held> {
        self.held[place].ok_or_else(|| "what it takes is no tensor of the network".into())
    }

    /// Whether only one step takes a value.
    pub fn alone(&self, place: usize) -> bool {
        self.uses[place] == 1
    }

    /// Says that all outputs of a step lie where its first dependent input lies.
    pub fn alias(&mut self, step: &Step<'a>) -> Cause<()> {
        let held = self.held(self.first(step)?)?;
        for place in step.outputs.iter().flatten() {
            self.held[*place] = Some(held);
        }
        Ok(())
    }

    /// Says where the first output of a step lies.
    pub fn hold(&mut self, step: &Step<'a>, source: Source) {
        self.hold_output(step, 0, source, None);
    }

    pub fn hold_output(
        &mut self,
        step: &Step<'a>,
        output: usize,
        source: Source,
        function: Option<&'static str>,
    ) {
        if let Some(place) = step.outputs.get(output).copied().flatten() {
            self.held[place] = Some(Held { source, function });
        }
    }

    // ---- layers ------------------------------------------------------------

    pub fn push(&mut self, kind: Kind, from: Vec<Source>, shape: Shape) -> Source {
        self.layers.push(Layer {
            name: String::new(),
            kind,
            norm: Norm::Bare,
            activation: "none",
            from,
            shape,
            node: self.node.clone(),
        });
        Source::Layer(self.layers.len() - 1)
    }

    /// How a layer's output lies.
    pub fn shape(&mut self, source: Source) -> Shape {
        match source {
            Source::Layer(index) => self.layers[index].shape,
            Source::Input => {
                let main = self.main.map(|m| self.analysis.values[m].shape.as_slice());
                *self
                    .input
                    .get_or_insert_with(|| lying(main.unwrap_or_default()))
            }
        }
    }

    /// The layer that holds a value as it is, its function included.
    pub fn taken(&mut self, place: usize) -> Cause<Source> {
        if self.analysis.values[place].constant {
            let shape = lying(&self.analysis.values[place].shape);
            return Ok(self.push(Kind::Further, Vec::new(), shape));
        }
        let Held { source, function } = self.held(place)?;
        let Some(function) = function else {
            return Ok(source);
        };
        let key = (source, function.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let shape = self.shape(source);
        let made = self.push(Kind::Activation { memory: false }, vec![source], shape);
        if let Source::Layer(index) = made {
            self.layers[index].activation = if function == "erf" { "other" } else { function };
        }
        self.known.insert(key, made);
        Ok(made)
    }

    /// The layer that holds a value in this shape.
    pub fn wanted(&mut self, place: usize, shape: Shape) -> Cause<Source> {
        let is_main = self.held[place].is_some_and(|h| h.source == Source::Input);
        if is_main && self.input.is_none() {
            self.input = Some(shape);
        }
        let source = self.taken(place)?;
        self.lying_as(source, shape)
    }

    pub fn lying_as(&mut self, source: Source, shape: Shape) -> Cause<Source> {
        let own = self.shape(source);
        if own == shape {
            return Ok(source);
        }
        if elements(&own) != elements(&shape) {
            return Err(format!("{own:?} cannot lie as {shape:?}"));
        }
        let key = (source, format!("{shape:?}"));
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        // A view of a view is one of what lies beneath.
        if let Source::Layer(index) = source
            && self.layers[index].kind == Kind::Reshape
        {
            let beneath = self.layers[index].from[0];
            return self.lying_as(beneath, shape);
        }
        let made = self.push(Kind::Reshape, vec![source], shape);
        self.known.insert(key, made);
        Ok(made)
    }

    /// Several inputs as one layer; what it takes twice is a view of its own the second time, since a
    /// layer names each input once.
    pub fn meeting(&mut self, merge: Merge, ways: &[Source], shape: Shape) -> Source {
        let mut from: Vec<Source> = Vec::new();
        let mut seen = BTreeSet::new();
        for way in ways {
            match merge {
                _ if seen.insert(*way) => from.push(*way),
                Merge::Add | Merge::Multiply => {}
                _ => {
                    let own = self.shape(*way);
                    let view = self.push(Kind::Reshape, vec![*way], own);
                    from.push(view);
                }
            }
        }
        self.push(Kind::Join(merge), from, shape)
    }

    /// As many elements as wanted: a part of them, or some more than once.
    pub fn resized(&mut self, source: Source, wanted: u64) -> Source {
        let own = self.shape(source);
        let count = elements(&own);
        if count == wanted || wanted == 0 {
            return source;
        }
        let flat = self.lying_as(source, [1, count, 1]).unwrap_or(source);
        let kind = if wanted < count {
            Kind::Slice
        } else {
            Kind::Resize
        };
        self.push(kind, vec![flat], [1, wanted, 1])
    }

    /// An image: channels, rows and columns behind a batch of one.
    pub fn image(&self, fact: &Fact) -> Cause<Shape> {
        match fact.shape[..] {
            [1, c, l] => Ok([c, l, 1]),
            [1, c, h, w] => Ok([c, h, w]),
            [n, _, _] | [n, _, _, _] => Err(format!("BATCH {n}")),
            _ => Err(format!(
                "its input {:?} has neither one nor two spatial dimensions",
                fact.shape
            )),
        }
    }
}

/// How a tensor lies when nobody takes it otherwise.
pub(super) fn lying(shape: &[u64]) -> Shape {
    match shape {
        [] => [1, 1, 1],
        [n] => [*n, 1, 1],
        [n, c] => [*c, *n, 1],
        [1, c, l] => [*c, *l, 1],
        [1, c, h, w] => [*c, *h, *w],
        [lead @ .., h, w] => [elements(lead), *h, *w],
    }
}

/// A tensor as tokens: the last size is channels, all others are rows.
pub(super) fn tokens(shape: &[u64]) -> Shape {
    match shape {
        [] => [1, 1, 1],
        [lead @ .., c] => [*c, elements(lead), 1],
    }
}

/// The call's inputs that are constant, by their number of elements.
pub(super) fn constants(call: &Call<'_>) -> u64 {
    call.all()
        .filter(|f| f.constant)
        .map(Fact::elements)
        .max()
        .unwrap_or(0)
}
