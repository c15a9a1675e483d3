//! Calls: actions, views, formulas, and methods of results.

use super::{Interpreter, no_value};
use crate::call::{Call, Given};
use crate::fault::Fault;
use crate::formula::{self, Scripts};
use crate::item::Item;
use crate::study::fpga::Engine;
use crate::study::hardware::read_dataflow;
use crate::study::{Parts, compile_named, scripts_in, words};
use crate::{actions, layers, views};
use nasaic_dsl::functions::{self, Accepts, Group};
use nasaic_dsl::instance::Blocks;
use nasaic_dsl::plan::{Expr, ExprKind};
use nasaic_dsl::reach::Reached;
use nasaic_dsl::value::{Quantity, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

impl<'a> Interpreter<'a> {
    pub(super) fn blocks(&self) -> Blocks<'a> {
        Blocks {
            blocks: &self.plan.blocks,
            choices: &self.plan.choices,
        }
    }

    pub(super) fn parts(&self) -> Parts<'a> {
        Parts {
            blocks: &self.plan.blocks,
            choices: &self.plan.choices,
            scripts: &self.plan.scripts,
            hosted: self.inputs.hosted,
            files: self.inputs.files,
            sources: &self.plan.sources,
            datasets: self.inputs.datasets,
        }
    }

    pub(super) fn call(
        &mut self,
        expr: &Expr,
        name: &str,
        args: &[(String, Expr)],
    ) -> Result<Item, Fault> {
        let Some(function) = functions::called(name, args) else {
            return Err(Fault::new(
                "E0704",
                format!("`{name}` of this file is not in this build"),
            )
            .at(expr.at)
            .label("cannot be read by this build")
            .hint("`nasaic explain E0704` tells what each build can do"));
        };
        if let Some(later) = function.later {
            return Err(
                Fault::new("E0704", format!("`{name}` is not in this build"))
                    .at(expr.at)
                    .label("cannot be run")
                    .note(format!("{}.", capital(later)))
                    .hint("`nasaic explain E0704` tells what each build can do"),
            );
        }
        match function.group {
            Group::Formula => {
                let args: Vec<Quantity> = args
                    .iter()
                    .map(|a| self.number(&a.1))
                    .collect::<Result<_, _>>()?;
                let q = formula::apply(name, &args).ok_or_else(|| no_value(expr, name))?;
                Ok(Item::Value(Value::Quantity(q)))
            }
            Group::Action => self.action(expr, name, args),
            Group::View => self.view(expr, function, args),
        }
    }

    fn action(&mut self, expr: &Expr, name: &str, args: &[(String, Expr)]) -> Result<Item, Fault> {
        // An action that was done before with the same blocks need not be done again.
        let key = Reached::fingerprint(expr, self.blocks(), &self.plan.scripts);
        let writes = name == "export" || args.iter().any(|(param, _)| param == "to");
        let pure = Reached::of(expr, self.blocks()).lets.is_empty() && !writes;
        if pure && let Some(known) = self.kept.done.get(&key) {
            return Ok(known.clone());
        }
        let mut given = BTreeMap::new();
        for (param, arg) in args {
            given.insert(param.as_str(), self.eval(arg)?);
        }
        let what = words(&self.plan.sources, expr.at);
        let start = Instant::now();
        let parts = self.parts();
        let mut context = actions::Context {
            parts,
            keeper: self.keeper,
            generators: &mut self.kept.generators,
            sink: self.sink,
            what: &what,
            at: expr.at,
            warnings: Vec::new(),
        };
        let item = actions::call(name, &given, &mut context)?;
        let warnings = std::mem::take(&mut context.warnings);
        warnings.into_iter().for_each(|w| self.tell(w));
        self.timing.push((what, start.elapsed().as_secs_f64()));
        // What was broken off is not the answer to keep.
        if pure && !self.sink.stop() {
            self.kept.done.insert(key, item.clone());
        }
        Ok(item)
    }

    fn view(
        &mut self,
        expr: &Expr,
        function: &'static functions::Function,
        args: &[(String, Expr)],
    ) -> Result<Item, Fault> {
        if function.name == "layers" {
            return self.layers(expr, args);
        }
        let mut scripts = Vec::new();
        let mut given: Vec<(&str, Given<'_>)> = Vec::new();
        for (name, arg) in args {
            let accepts = function
                .params
                .iter()
                .find(|p| p.name == name)
                .map(|p| &p.accepts);
            let value = match (accepts, &arg.kind) {
                (Some(Accepts::Column), _) => {
                    scripts_in(arg, &mut scripts);
                    Given::Column(arg)
                }
                (Some(Accepts::Columns), ExprKind::List(items)) => {
                    items.iter().for_each(|i| scripts_in(i, &mut scripts));
                    Given::Columns(items.iter().collect())
                }
                _ => Given::Item(self.eval(arg)?),
            };
            given.push((name, value));
        }
        let scripts: Scripts = compile_named(self.parts(), &scripts)?;
        let dataflow = self.dataflow(&given);
        let call = Call {
            name: function.name,
            args: given,
            sources: &self.plan.sources,
            scripts: &scripts,
            dataflow,
            at: expr.at,
        };
        views::call(&call)
    }

    /// The dataflow a first argument names.
    fn dataflow(&self, given: &[(&str, Given<'_>)]) -> Option<nasaic_cost::Dataflow> {
        let Some((_, Given::Item(Item::Value(value @ Value::Block(name))))) = given.first() else {
            return None;
        };
        if self.plan.blocks.get(name)?.kind != "dataflow" {
            return None;
        }
        let instance = self.blocks().pair(None, Some(value)).ok()?;
        let choices = vec![0; instance.decisions.len()];
        let node = instance.hardware.as_ref()?;
        let tiled = Engine::template(&instance, node, &choices);
        Some(tiled.unwrap_or_else(|| read_dataflow(&instance, node, &choices)))
    }

    pub(super) fn layers(&mut self, expr: &Expr, args: &[(String, Expr)]) -> Result<Item, Fault> {
        let Some((_, arg)) = args.first() else {
            return Err(no_value(expr, "layers"));
        };
        match self.eval(arg)? {
            Item::Value(value @ Value::Block(_)) => {
                let study = crate::study::Study::of_pair(self.parts(), Some(&value), None, 1)?;
                let networks = study.networks(&[]).map_err(|why| {
                    Fault::new("E0504", "this network cannot be written out")
                        .at(arg.at)
                        .note(why)
                })?;
                Ok(Item::Layers(Arc::new(layers::of_networks(
                    &study, &networks,
                ))))
            }
            Item::Result(e) => Ok(Item::Layers(Arc::new(layers::of_evaluation(&e)))),
            Item::Run(found) => match found.best() {
                Some(best) => Ok(Item::Layers(Arc::new(layers::of_evaluation(&best?)))),
                None => Err(no_value(expr, "best")),
            },
            _ => Err(no_value(expr, "layers")),
        }
    }

    /// `top(count, by = column)`: the rows with the largest values.
    pub(super) fn top(&mut self, base: &Expr, args: &[(String, Expr)]) -> Result<Item, Fault> {
        let of = self.eval(base)?;
        let count = args
            .iter()
            .find(|a| a.0 == "count")
            .map(|a| self.number(&a.1))
            .transpose()?;
        let count = count.map_or(5, |q| q.value as usize);
        let by = args.iter().find(|a| a.0 == "by").map(|a| &a.1);
        let Some(by) = by else {
            return Err(no_value(base, "by"));
        };
        crate::top::top(&of, count, by)
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
