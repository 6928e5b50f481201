use serde_json::json;

use super::*;

#[test]
fn a_singular_path_gives_one_value_or_says_what_is_missing() {
    let document = json!({"data": {"id": 1, "name": "x"}});
    let path = Path::parse("$.data.idd").unwrap();
    assert_eq!(
        path.missing(&document).unwrap().to_string(),
        "`$.data.idd` does not exist; `$.data` has the keys `id` and `name`"
    );
    assert_eq!(
        path.find(&document),
        Found::Missing {
            nearest: "$.data".to_owned(),
            keys: vec!["id".to_owned(), "name".to_owned()]
        }
    );
    let path = Path::parse("$.data.id").unwrap();
    assert_eq!(path.find(&document), Found::One(&json!(1)));
}
