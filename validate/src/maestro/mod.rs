pub mod default_model;
pub mod rows;
