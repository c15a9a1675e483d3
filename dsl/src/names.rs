//! Did you mean, and names made of other words.

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

/// The words that cannot be names.
pub(crate) const RESERVED: [&str; 14] = [
    "use", "as", "let", "choose", "script", "maximize", "minimize", "require", "expect", "in",
    "with", "step", "true", "false",
];

/// Whether a word belongs to the language itself.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// The nearest name to a text, such as the name of a file.
pub fn identifier(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    match name.chars().next() {
        _ if is_reserved(&name) => format!("my_{name}"),
        Some(c) if c.is_ascii_alphabetic() || c == '_' => name,
        _ => format!("n{name}"),
    }
}

/// What the first thing in a file is called after it: `kcp_ws` in `maps/kcp-ws.m`.
pub fn stem(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    identifier(file.split('.').next().unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use super::{closest, stem};

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let names = ["latency", "energy", "area", "bandwidth", "filters"];
        assert_eq!(closest("latencey", names).as_deref(), Some("latency"));
        assert_eq!(closest("Filters", names).as_deref(), Some("filters"));
        assert_eq!(closest("band_width", names).as_deref(), Some("bandwidth"));
        assert_eq!(closest("pse", ["pes", "simd"]).as_deref(), Some("pes"));
        assert_eq!(closest("zebra", names), None);
    }

    #[test]
    fn a_file_gives_a_name() {
        assert_eq!(stem("maps/Resnet-50.v2.m"), "Resnet_50");
        assert_eq!(stem("50.m"), "n50");
        assert_eq!(stem(".m"), "n");
        assert_eq!(stem("in.m"), "my_in");
    }
}
