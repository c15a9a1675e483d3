//! Where accuracies come from: surrogates, tables, training.
