//! Data sets in memory: samples with their targets.

/// Samples of one data set, with what is asked of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples {
    /// The shape of one sample.
    pub shape: crate::network::Shape,
    /// All samples, one after the other: channel by channel, row by row.
    pub values: Vec<f32>,
    /// What is asked of each.
    pub targets: Targets,
}

/// What is asked of samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Targets {
    /// One class of several for each sample: classification.
    Classes {
        /// How many classes there are.
        count: usize,
        /// The class of each sample, from 0.
        labels: Vec<u8>,
    },
    /// Whether each pixel belongs to the object (1) or not (0): segmentation.
    Masks {
        /// All masks, one after the other, row by row.
        pixels: Vec<u8>,
    },
}

impl Samples {
    /// How many samples there are.
    pub fn len(&self) -> usize {
        match &self.targets {
            Targets::Classes { labels, .. } => labels.len(),
            Targets::Masks { pixels } => pixels.len() / self.shape.pixels().max(1),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
