//! The line that says why the first Rust cell takes seconds.

use crate::session::Showing;
use serde_json::{Map, json};

/// A display that is shown when there is something to say, and changed from then on.
pub struct StatusLine<'a> {
    showing: Showing<'a>,
    id: Option<String>,
}

impl<'a> StatusLine<'a> {
    /// A line that says nothing yet.
    pub fn new(showing: Showing<'a>) -> Self {
        Self { showing, id: None }
    }

    /// Says this from now on.
    pub fn say(&mut self, text: &str) {
        if self.showing.silent {
            return;
        }
        let Showing {
            publisher, parent, ..
        } = self.showing;
        let data = Map::from_iter([("text/plain".to_owned(), json!(text))]);
        match &self.id {
            Some(id) => publisher.update(parent, data, id),
            None => {
                let id = uuid::Uuid::new_v4().to_string();
                publisher.display(parent, data, Some(&id));
                self.id = Some(id);
            }
        }
    }
}
