//! Which component plays which role: named by the caller, or guessed.

use super::table::Component;
use super::{Problem, Role, Roles};

/// A component's role with the word and the size that go with it.
pub(super) struct Played {
    /// Its place in the table.
    pub component: usize,
    pub role: Role,
    pub word_bytes: f64,
    pub bytes: Option<f64>,
}

/// Gives every role its components: those the caller names, otherwise those that look like it.
pub(super) fn play(components: &[Component], roles: &Roles) -> Result<Vec<Played>, Problem> {
    let default_word = word_bytes(roles.word_bits)?;
    let mut played = Vec::new();
    for part in &roles.parts {
        let component = find(components, &part.component)?;
        played.push(Played {
            component,
            role: part.role,
            word_bytes: part.word_bits.map_or(Ok(default_word), word_bytes)?,
            bytes: part.bytes.filter(|&b| b > 0).map(|b| b as f64),
        });
    }
    let open = |role: &Role| roles.parts.iter().all(|p| p.role != *role);
    let guessable: Vec<Role> = Role::ALL.into_iter().filter(open).collect();
    for (index, component) in components.iter().enumerate() {
        let is_named = played.iter().any(|p| p.component == index);
        let role = guess(component).filter(|r| !is_named && guessable.contains(r));
        played.extend(role.map(|role| Played {
            component: index,
            role,
            word_bytes: default_word,
            bytes: None,
        }));
    }
    complete(components, &played)?;
    Ok(played)
}

/// Without a multiplier or without any store there is no accelerator.
fn complete(components: &[Component], played: &[Played]) -> Result<(), Problem> {
    let has = |wanted: &[Role]| played.iter().any(|p| wanted.contains(&p.role));
    for (wanted, what) in [
        (&[Role::Mac][..], "the multiplier"),
        (&[Role::Dram, Role::Shared, Role::Element][..], "a store"),
    ] {
        if !has(wanted) {
            let cause = format!("no component looks like {what}");
            return Err(Problem::of_roles(cause)
                .hint(format!("say which it is; there are {}", names(components))));
        }
    }
    Ok(())
}

fn word_bytes(bits: u32) -> Result<f64, Problem> {
    if bits == 0 {
        return Err(Problem::of_roles("a word of 0 bits").hint("give the width of a word in bits"));
    }
    Ok(f64::from(bits) / 8.0)
}

/// The one component whose path is `name` or ends in it.
fn find(components: &[Component], name: &str) -> Result<usize, Problem> {
    let ends = |c: &Component| {
        let before = c.name.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let mut found = (0..components.len()).filter(|&i| ends(&components[i]));
    match (found.next(), found.next()) {
        (Some(index), None) => Ok(index),
        (None, _) => Err(Problem::of_roles(format!("no component `{name}`"))
            .hint(format!("there are {}", names(components)))),
        (Some(_), Some(_)) => Err(
            Problem::of_roles(format!("more than one component `{name}`")).hint(format!(
                "give more of its path; there are {}",
                names(components)
            )),
        ),
    }
}

fn names(components: &[Component]) -> String {
    let all: Vec<String> = components.iter().map(|c| format!("`{}`", c.name)).collect();
    all.join(", ")
}

/// The role that a component's name, actions and number of instances suggest.
fn guess(component: &Component) -> Option<Role> {
    let name = component.last_name().to_lowercase();
    let named = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let acts = |words: &[&str]| {
        let mut actions = component.actions.iter();
        actions.any(|(action, _)| words.iter().any(|w| action.contains(w)))
    };
    if acts(&["compute", "mac", "multiply"]) || named(&["mac", "multiplier"]) {
        return Some(Role::Mac);
    }
    if acts(&["transfer"]) || named(&["noc", "router", "wire"]) {
        return Some(Role::Noc);
    }
    if !acts(&["read", "write", "access"]) {
        return None;
    }
    Some(if named(&["dram", "ddr", "hbm"]) {
        Role::Dram
    } else if component.instances > 1
        || named(&["spad", "scratch", "reg"])
        || name.split('_').any(|word| word == "rf")
    {
        Role::Element
    } else {
        Role::Shared
    })
}
