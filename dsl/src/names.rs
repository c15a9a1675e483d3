//! Did you mean.

/// The candidate closest to `word`, when it is close enough to be a slip of the pen.
///
/// Ties go to the first candidate, so the caller's order decides.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut best: Option<(f64, &str)> = None;
    for candidate in candidates {
        let likeness = likeness(word, candidate);
        if likeness > best.map_or(0.78, |b| b.0) {
            best = Some((likeness, candidate));
        }
    }
    best.map(|(_, name)| name.to_owned())
}

fn likeness(word: &str, candidate: &str) -> f64 {
    if word.eq_ignore_ascii_case(candidate) {
        return 1.0;
    }
    // As many letters as the lengths differ by are slips at least; underscores may be left out.
    let underscores = word.matches('_').count() + candidate.matches('_').count();
    if word.len().abs_diff(candidate.len()) > 1 + underscores + word.len().min(candidate.len()) / 4
    {
        return 0.0;
    }
    let (w, c) = (word.to_ascii_lowercase(), candidate.to_ascii_lowercase());
    let (plain_w, plain_c) = (w.replace('_', ""), c.replace('_', ""));
    if plain_w == plain_c {
        return 0.99;
    }
    // One slip in a word is likely; half the word different is another word.
    let slips = strsim::osa_distance(&w, &c);
    if slips > 1 + w.len().min(c.len()) / 4 {
        return 0.0;
    }
    // Two letters that changed places weigh too much in a short word.
    let (mut sorted_w, mut sorted_c): (Vec<char>, Vec<char>) =
        (w.chars().collect(), c.chars().collect());
    sorted_w.sort_unstable();
    sorted_c.sort_unstable();
    if slips == 1 && sorted_w == sorted_c {
        return 0.95;
    }
    strsim::jaro_winkler(&w, &c)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let names = ["latency", "energy", "area", "bandwidth", "filters"];
        assert_eq!(closest("latencey", names).as_deref(), Some("latency"));
        assert_eq!(closest("Filters", names).as_deref(), Some("filters"));
        assert_eq!(closest("band_width", names).as_deref(), Some("bandwidth"));
        assert_eq!(closest("pse", ["pes", "simd"]).as_deref(), Some("pes"));
        assert_eq!(closest("zebra", names), None);
    }
}
