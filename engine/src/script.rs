//! Rhai, fenced in: numbers in, a number out, no files, no processes, limits everywhere.

use nasaic_dsl::backend::{ScriptFault, ScriptFunction};
use rhai::{AST, Dynamic, Engine, EvalAltResult, Scope};

/// Most operations of one call; a reward takes some dozens.
const OPERATIONS: u64 = 1_000_000;

/// Why a call of a script failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallFault {
    /// `E0802`, `E0804` or `E0805`.
    pub code: &'static str,
    /// What happened.
    pub message: String,
    /// The line in the script, 0 when unknown.
    pub line: usize,
    /// The column, 0 when unknown.
    pub column: usize,
}

/// A compiled script.
pub struct Script {
    engine: Engine,
    ast: AST,
}

impl Script {
    /// Compiles the text of a script.
    pub fn compile(text: &str) -> Result<Self, ScriptFault> {
        let engine = fenced();
        let ast = engine.compile(text).map_err(|e| ScriptFault {
            message: sentence(&e.err_type().to_string()),
            line: e.position().line().unwrap_or(0),
            column: e.position().position().unwrap_or(0),
        })?;
        Ok(Self { engine, ast })
    }

    /// Its functions in the order of their names.
    pub fn functions(&self) -> Vec<ScriptFunction> {
        let mut all: Vec<ScriptFunction> = self
            .ast
            .iter_functions()
            .map(|f| ScriptFunction {
                name: f.name.to_owned(),
                arity: f.params.len(),
            })
            .collect();
        all.sort_by(|a, b| (&a.name, a.arity).cmp(&(&b.name, b.arity)));
        all
    }

    /// Calls a function with plain numbers; a truth counts as 0 or 1.
    pub fn call(&self, function: &str, args: &[f64]) -> Result<f64, CallFault> {
        let args: Vec<Dynamic> = args.iter().map(|x| Dynamic::from_float(*x)).collect();
        let options = rhai::CallFnOptions::new().eval_ast(false);
        let result: Result<Dynamic, _> =
            self.engine
                .call_fn_with_options(options, &mut Scope::new(), &self.ast, function, args);
        let value = result.map_err(|e| fault(&e))?;
        let number = if let Ok(x) = value.as_float() {
            x
        } else if let Ok(n) = value.as_int() {
            n as f64
        } else if let Ok(b) = value.as_bool() {
            f64::from(u8::from(b))
        } else {
            return Err(CallFault {
                code: "E0805",
                message: format!("`{function}` gave {}, not a number", value.type_name()),
                line: 0,
                column: 0,
            });
        };
        if !number.is_finite() {
            let message = format!("`{function}` gave {number}, which is not a finite number");
            return Err(CallFault {
                code: "E0805",
                message,
                line: 0,
                column: 0,
            });
        }
        Ok(number)
    }
}

fn fenced() -> Engine {
    let mut engine = Engine::new();
    engine.set_max_operations(OPERATIONS);
    engine.set_max_call_levels(32);
    engine.set_max_expr_depths(64, 64);
    engine.set_max_string_size(10_000);
    engine.set_max_array_size(10_000);
    engine.set_max_map_size(1_000);
    engine.set_max_modules(0);
    engine.set_module_resolver(rhai::module_resolvers::DummyModuleResolver::new());
    engine.disable_symbol("eval");
    engine.disable_symbol("print");
    engine.disable_symbol("debug");
    // Both would make a result depend on when it is computed.
    engine.disable_symbol("timestamp");
    engine.disable_symbol("sleep");
    engine
}

fn fault(error: &EvalAltResult) -> CallFault {
    let inner = match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => return fault(inner),
        other => other,
    };
    let position = error.position();
    let code = match inner {
        EvalAltResult::ErrorTooManyOperations(_)
        | EvalAltResult::ErrorStackOverflow(_)
        | EvalAltResult::ErrorDataTooLarge(..) => "E0804",
        EvalAltResult::ErrorFunctionNotFound(..) => "E0802",
        _ => "E0805",
    };
    let message = match inner {
        EvalAltResult::ErrorTooManyOperations(_) => {
            format!("more than {OPERATIONS} operations; does a loop never end?")
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            format!("there is no function `{signature}` in the script")
        }
        other => {
            let text = other.to_string();
            text.split(" (line ").next().unwrap_or(&text).to_owned()
        }
    };
    CallFault {
        code,
        message,
        line: position.line().unwrap_or(0),
        column: position.position().unwrap_or(0),
    }
}

fn sentence(text: &str) -> String {
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_in_and_a_number_comes_out() {
        let script = Script::compile("fn reward(a, b) { a - 10.0 * max(b - 1.0, 0.0) }").unwrap();
        assert_eq!(script.call("reward", &[0.9, 1.5]).unwrap(), 0.9 - 5.0);
        assert_eq!(
            script.functions(),
            [ScriptFunction {
                name: "reward".into(),
                arity: 2
            }]
        );
    }

    #[test]
    fn a_script_cannot_run_away_or_look_outside() {
        for (text, code) in [
            ("fn f(x) { loop { } }", "E0804"),
            ("fn f(x) { f(x) }", "E0804"),
            ("fn f(x) { let s = \"a\"; loop { s += s; } }", "E0804"),
            ("fn f(x) { g(x) }", "E0802"),
            ("fn f(x) { x / 0.0 }", "E0805"),
            ("fn f(x) { \"high\" }", "E0805"),
            ("fn f(x) { throw \"no\" }", "E0805"),
        ] {
            let fault = Script::compile(text)
                .unwrap()
                .call("f", &[1.0])
                .unwrap_err();
            assert_eq!(fault.code, code, "{text}: {}", fault.message);
        }
        for text in [
            "fn f(x) { eval(\"1\") }",
            "import \"a\" as a; fn f(x) { x }",
        ] {
            let refused = match Script::compile(text) {
                Ok(script) => script.call("f", &[1.0]).is_err() || text.starts_with("import"),
                Err(_) => true,
            };
            assert!(refused, "{text}");
        }
    }
}
