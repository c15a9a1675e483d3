//! Changed copies: `base with { core.pes = 512 }`, and `--set`.

use super::program::Decl;
use super::structure::Target;
use super::{Checker, Scope};
use crate::diagnostic::Diagnostic;
use crate::functions::{Type, with_article};
use crate::names::closest;
use crate::plan::{Block, Change, PathStep, Slot, path_text};
use crate::schema::join_names;
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Item, ItemKind, Path};
use crate::value::{BlockName, Domain, Value};

impl Checker<'_> {
    /// The copy of a block with the changes of `items`.
    pub(super) fn with(&mut self, scope: &Scope, base: &Expr, items: &[Item]) -> Option<Value> {
        let value = self.constant(scope, base)?;
        let Value::Block(name) = &value else {
            let ty = super::constants::type_of(&value, &self.program.blocks);
            self.say(
                Diagnostic::new("E0305", "`with` changes a declared block")
                    .at(base.span, format!("this is {}", ty.describe()))
                    .hint("write the name of a network, accelerator, problem or strategy before `with`"),
            );
            return None;
        };
        let mut copy = self.program.blocks.get(name)?.clone();
        copy.copy_of = Some(name.clone());
        let errors = self.error_count();
        for item in items {
            if let ItemKind::Field { path, open, value } = &item.kind {
                if let Some(change) = self.change(scope, &copy, path, *open, value) {
                    copy.changes.push(change);
                }
            } else if let ItemKind::Show(value) = &item.kind
                && value.kind == ExprKind::Hole
            {
                self.item_left(value.span, "with");
            } else {
                self.say(
                    Diagnostic::new("E0102", "only fields can be changed by `with`")
                        .at(item.span, "not a field")
                        .hint("write `with { path = value }` or `with { path in {…} }`"),
                );
            }
        }
        if self.error_count() > errors {
            return None;
        }
        let copy_name = self.copy_name(name);
        if self.damaged.contains(name) {
            self.damaged.insert(copy_name.clone());
        }
        self.program.blocks.insert(copy_name.clone(), copy);
        if scope.module.is_empty() {
            self.fresh.push(copy_name.clone());
        }
        Some(Value::Block(copy_name))
    }

    fn change(
        &mut self,
        scope: &Scope,
        block: &Block,
        path: &Path,
        open: bool,
        value: &Expr,
    ) -> Option<Change> {
        let steps = steps_of(path);
        let spans: Vec<Span> = path.segments.iter().map(|s| s.name.span).collect();
        let slot = self.changed_slot(scope, block, &steps, &spans, (path.span, open, value))?;
        Some(Change {
            path: steps,
            slot,
            at: path.span.to(value.span),
        })
    }

    fn changed_slot(
        &mut self,
        scope: &Scope,
        block: &Block,
        steps: &[PathStep],
        spans: &[Span],
        (span, open, value): (Span, bool, &Expr),
    ) -> Option<Slot> {
        match self.target(block, steps, 0) {
            Target::Field(field) => self.field_slot(scope, &field, open, value),
            Target::Choice(domain) => self.choice_slot(scope, &domain, open, value),
            Target::NoTurn { step, turns } => {
                let word = steps.get(step).map_or("", |s| s.name.as_str());
                let at = spans.get(step).copied().unwrap_or(span);
                let (title, hint) = if turns > 0.0 {
                    (
                        format!("`{word}` has no such repetition"),
                        format!(
                            "the last one is `{word}[{}]`: counting starts at 0",
                            turns - 1.0
                        ),
                    )
                } else {
                    (
                        format!("`{word}` does not repeat"),
                        format!("leave the index out: `{word}`"),
                    )
                };
                self.say(
                    Diagnostic::new("E0206", title)
                        .at(at, "not there")
                        .hint(hint),
                );
                None
            }
            Target::Lost {
                step,
                kind,
                candidates,
            } => {
                let word = steps
                    .get(step)
                    .map_or_else(|| path_text(steps), |s| s.name.clone());
                let at = spans.get(step).copied().unwrap_or(span);
                // `glob.size` is most likely `glb.size`, so first words are compared.
                let first = |c: &String| c.split('.').next().unwrap_or_default().to_owned();
                let words: Vec<String> = candidates.iter().map(first).collect();
                let guess = closest(&word, words.iter().map(String::as_str));
                let mut d =
                    Diagnostic::new("E0206", format!("{} has no `{word}`", with_article(&kind)))
                        .at(at, "not there")
                        .note(format!(
                            "It has {}.",
                            join_names(candidates.iter().map(String::as_str))
                        ));
                d = match guess {
                    // A block that may stand there, and does not.
                    Some(guess) if guess == word => d.hint(format!(
                        "declare `{word} {{ … }}` inside it first; `with` changes what is there"
                    )),
                    Some(guess) => d.hint(format!("did you mean `{guess}`?")),
                    None => d.hint("write one of the names it has"),
                };
                self.say(d);
                None
            }
        }
    }

    fn choice_slot(
        &mut self,
        scope: &Scope,
        domain: &Domain,
        open: bool,
        value: &Expr,
    ) -> Option<Slot> {
        if open {
            return Some(Slot::Open(self.choice_domain(scope, value)?.0));
        }
        if let Value::Name(_) = domain.get(0) {
            return self.option_of(scope, domain, value);
        }
        let value_given = self.constant(scope, value)?;
        if domain.position(&value_given).is_none() {
            self.say(
                Diagnostic::new(
                    "W0407",
                    format!("{value_given} is not among the values of this choice"),
                )
                .at(value.span, format!("the choice is in {domain}"))
                .hint("it is taken all the same"),
            );
        }
        Some(Slot::Fixed(value_given))
    }

    /// Makes a change from the command line: `w1.a1.pes in {1024}`, `nasaic.seed=3`.
    pub(super) fn apply_setting(&mut self, setting: &str) {
        let source = self.program.sources.add("--set", setting);
        let whole = Span::new(source, 0, setting.len());
        let errors = self.error_count();
        let (file, mut problems) = crate::syntax::parse(source, &format!("{setting}\n"));
        // A field outside of all blocks is just what a setting is.
        if let [
            Item {
                kind: ItemKind::Field { path, .. },
                ..
            },
        ] = file.items.as_slice()
        {
            problems.retain(|d| d.span() != Some(path.span));
        }
        let field = match file.items.as_slice() {
            [
                Item {
                    kind: ItemKind::Field { path, open, value },
                    ..
                },
            ] if problems.is_empty() => (path, *open, value),
            _ => {
                self.diagnostics.extend(problems);
                if self.error_count() == errors {
                    self.say(bad_setting(whole, "not of the form `path=value`"));
                }
                return;
            }
        };
        self.setting_of(field.0, field.1, field.2);
    }

    fn setting_of(&mut self, path: &Path, open: bool, value: &Expr) {
        let steps = steps_of(path);
        let Some((first, rest)) = steps.split_first() else {
            return;
        };
        let name = match self.decl("", &first.name) {
            Some(
                Decl::Block { name, .. }
                | Decl::Value {
                    value: Value::Block(name),
                    ..
                },
            ) => name,
            found => {
                let known: Vec<String> = self.program.names().into_iter().map(|n| n.0).collect();
                let guess = closest(&first.name, known.iter().map(String::as_str));
                let what = if found.is_some() {
                    "is not a block"
                } else {
                    "is not declared"
                };
                let d = bad_setting(
                    path.segments[0].name.span,
                    &format!("`{}` {what}", first.name),
                );
                self.say(match guess {
                    Some(guess) => d.hint(format!("did you mean `{guess}`?")),
                    None => d,
                });
                return;
            }
        };
        if rest.is_empty() {
            self.say(bad_setting(
                path.span,
                "names a whole block, not a field of it",
            ));
            return;
        }
        let Some(block) = self.program.blocks.get(&name).cloned() else {
            return;
        };
        let spans: Vec<Span> = path.segments.iter().skip(1).map(|s| s.name.span).collect();
        let before = self.diagnostics.len();
        let slot = self.changed_slot(
            &Scope::default(),
            &block,
            rest,
            &spans,
            (path.span, open, value),
        );
        for d in self.diagnostics.iter_mut().skip(before) {
            // A path that leads nowhere is the command line's mistake, not the script's.
            if d.code == "E0206" {
                d.code = "E0707".into();
            }
        }
        if let Some(slot) = slot {
            self.enter_change(
                &name,
                Change {
                    path: rest.to_vec(),
                    slot,
                    at: path.span.to(value.span),
                },
            );
        }
    }

    /// Enters a change into a block and into the copies made of it.
    fn enter_change(&mut self, name: &BlockName, change: Change) {
        let copies = format!("{}~", crate::value::short(name));
        for (other, block) in &mut self.program.blocks {
            if other == name || (other.starts_with(&copies) && !name.contains('~')) {
                block.changes.push(change.clone());
            }
        }
        self.instances.clear();
        self.fresh.push(name.clone());
    }
}

fn bad_setting(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new("E0707", "this setting cannot be made")
        .at(span, why.to_owned())
        .note("A setting is a declared name, the path of a field, and a value or domain.")
        .hint("write `--set w1.a1.pes=1024` or `--set 'w1.a1.pes in {512, 1024}'`")
}

fn steps_of(path: &Path) -> Vec<PathStep> {
    path.segments
        .iter()
        .map(|s| PathStep {
            name: s.name.text.clone(),
            index: s.index,
        })
        .collect()
}

/// The type of a copy is that of what was copied.
pub(super) fn copy_type(block: Option<&Block>) -> Type {
    Type::Block(block.map_or_else(|| "block".to_owned(), |b| b.kind.clone()))
}
