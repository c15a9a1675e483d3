//! The page of strategies is generated from what the search registers.

use nasaic_dsl::reference;
use std::path::Path;

#[test]
fn the_page_of_strategies_is_up_to_date() {
    let page = reference::strategies(&nasaic_engine::schemas());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/strategies.md");
    if std::env::var_os("NASAIC_UPDATE").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written,
        page,
        "run the tests with NASAIC_UPDATE=1 to write {}",
        path.display()
    );
}

#[test]
fn every_strategy_of_the_search_is_known_to_the_language() {
    let schemas = nasaic_engine::schemas();
    for info in nasaic_search::strategies() {
        let known = schemas.algorithm(info.name).expect(info.name);
        assert!(known.available, "{}", info.name);
        let groups: usize = known.groups.iter().map(|g| g.1.len()).sum();
        assert!(
            known.options.len() + groups >= info.options.len() - 1,
            "{}",
            info.name
        );
    }
}
