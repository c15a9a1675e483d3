//! Functions that the host of a program offers, such as those of a notebook's Rust cells.

use super::Program;
use super::program::{Decl, Declared, State};
use crate::diagnostic::Diagnostic;
use crate::functions;
use crate::names::is_reserved;
use crate::plan::Script;
use crate::source::Span;

impl Program {
    /// Declares a function of the host in the main module: `arity` numbers in, a number out.
    ///
    /// `source` stands for all that its values depend on, such as a hash of its text: what is
    /// computed with the function is filed under it. A function takes the place of an earlier one
    /// of its name, but of nothing else: E0821 when the name is none, E0822 when it is taken.
    pub fn declare_function(
        &mut self,
        name: &str,
        arity: usize,
        source: String,
        at: Span,
    ) -> Result<(), Box<Diagnostic>> {
        self.may_name_a_function(name)?;
        let script = Script {
            text: source,
            at,
            hosted: true,
        };
        self.scripts.insert(name.to_owned(), script);
        let state = State::Ready(Decl::Function {
            name: name.to_owned(),
            arity,
        });
        let names = &mut self.modules.entry(String::new()).or_default().names;
        names.insert(
            name.to_owned(),
            Declared {
                state,
                at,
                doc: None,
            },
        );
        Ok(())
    }

    fn may_name_a_function(&self, name: &str) -> Result<(), Box<Diagnostic>> {
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let goes_on = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !begins || !goes_on || is_reserved(name) {
            let title = format!("`{name}` cannot be the name of a function");
            return Err(Box::new(
                Diagnostic::new("E0821", title)
                    .note("Names are letters, digits and `_`, begin with no digit, and are no word of the language.")
                    .hint("give the function another name"),
            ));
        }
        let taken = |title: String| {
            Box::new(Diagnostic::new("E0822", title).hint("give the function another name"))
        };
        if functions::forms(name).next().is_some() || name == "worst_of" {
            return Err(taken(format!("`{name}` is a function of the language")));
        }
        let main = self.modules.get("");
        match main.and_then(|main| main.names.get(name)).map(|d| &d.state) {
            None | Some(State::Ready(Decl::Function { .. })) => Ok(()),
            Some(_) => Err(taken(format!("`{name}` is declared by a cell"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::backend::NoBackend;
    use crate::check::{Program, Setting, check};
    use crate::plan::ExprKind;
    use crate::schema::Schemas;
    use crate::source::Span;
    use crate::world::Memory;

    fn checked(program: &mut Program, text: &str) -> Vec<(String, String)> {
        let setting = Setting {
            world: &Memory::default(),
            schemas: &Schemas::new(Vec::new()),
            backend: &NoBackend,
        };
        let found = check(program, setting, "cell", text).diagnostics;
        let said = found.into_iter().map(|d| (d.code.to_string(), d.title));
        said.collect()
    }

    fn with_cost() -> Program {
        let mut program = Program::default();
        let declared = program.declare_function("cost", 2, "v1".to_owned(), Span::default());
        declared.unwrap();
        program
    }

    #[test]
    fn a_function_of_the_host_is_called_like_any_other() {
        let mut program = with_cost();
        assert_eq!(checked(&mut program, "let a = cost(1, 2 ms as us)\n"), []);
        let script = &program.scripts["cost"];
        assert_eq!((script.text.as_str(), script.hosted), ("v1", true));
    }

    #[test]
    fn wrong_calls_are_told() {
        let mut program = with_cost();
        for (text, code, title) in [
            (
                "let a = cost(1)\n",
                "E0802",
                "there is no `cost` of 1 argument",
            ),
            (
                "let a = cost(1, 2 ms)\n",
                "E0803",
                "`cost` takes plain numbers",
            ),
            (
                "let a = cost\n",
                "E0305",
                "`cost` is a function, not a value",
            ),
            (
                "let a = cots(1, 2)\n",
                "E0201",
                "there is no function `cots`",
            ),
        ] {
            let expected = [(code.to_owned(), title.to_owned())];
            assert_eq!(checked(&mut program, text), expected, "{text}");
        }
    }

    #[test]
    fn its_source_is_part_of_what_a_result_is_known_by() {
        use crate::instance::Blocks;
        use crate::reach::Reached;
        let mut program = with_cost();
        let call = crate::plan::Expr {
            kind: ExprKind::Script("cost".to_owned(), "cost".to_owned(), Vec::new()),
            at: Span::default(),
        };
        let print = |program: &Program| {
            let known = Blocks {
                blocks: &program.blocks,
                choices: &program.choices,
            };
            Reached::fingerprint(&call, known, &program.scripts)
        };
        let first = print(&program);
        let mut declare = |source: &str| {
            let declared = program.declare_function("cost", 2, source.to_owned(), Span::default());
            declared.unwrap();
            print(&program)
        };
        assert_ne!(declare("v2"), first);
        assert_eq!(declare("v1"), first);
    }

    #[test]
    fn names_are_not_taken_from_others() {
        let mut program = with_cost();
        assert_eq!(checked(&mut program, "let mine = 1\n"), []);
        for (name, code) in [
            ("mine", "E0822"),
            ("max", "E0822"),
            ("let", "E0821"),
            ("2nd", "E0821"),
            ("", "E0821"),
        ] {
            let refused = program.declare_function(name, 1, String::new(), Span::default());
            assert_eq!(refused.unwrap_err().code, code, "{name}");
        }
        // A cell may take the name.
        assert_eq!(checked(&mut program, "let cost = 1\n"), []);
    }
}
