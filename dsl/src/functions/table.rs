//! The functions themselves.

mod actions;
mod formulas;
mod views;

use super::{Accepts, Function, Group, Param, Returns};
use crate::schema::{Absent, Words};
use std::sync::LazyLock;

/// All functions, in the order of the manual.
pub fn all() -> &'static [Function] {
    static ALL: LazyLock<Vec<Function>> = LazyLock::new(|| {
        let mut all = actions::actions();
        all.extend(views::design_views());
        all.extend(views::result_views());
        all.extend(formulas::formulas());
        all
    });
    &ALL
}

fn param(name: &'static str, accepts: Accepts, doc: &'static str) -> Param {
    Param {
        name,
        accepts,
        absent: Absent::Needed,
        doc,
    }
}

impl Param {
    fn or(mut self, default: &'static str) -> Self {
        self.absent = Absent::Default(Words::Borrowed(default));
        self
    }

    fn optional(mut self) -> Self {
        self.absent = Absent::Nothing;
        self
    }
}

fn function(
    group: Group,
    name: &'static str,
    returns: Returns,
    doc: &'static str,
    params: Vec<Param>,
    example: &'static str,
) -> Function {
    Function {
        name,
        doc,
        params,
        returns,
        group,
        later: None,
        example,
    }
}

fn on() -> Param {
    param(
        "on",
        Accepts::Block("accelerator"),
        "The accelerator; a problem brings its own.",
    )
    .optional()
}
