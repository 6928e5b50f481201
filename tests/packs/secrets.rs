//! What a person would not want to find in a report: the tax and account numbers of a customer who goes through two
//! providers, in a run that fails and tells everything.

use super::scenarios;
use super::support::{Folder, copy};

const TAX_NUMBER: &str = "778-13-1234";
const ACCOUNT_NUMBER: &str = "00123456789012";

const SCENARIO: &str = "
packs: [sardine, conduit-v2]
secrets:
  tax_number: { env: TAX_NUMBER }
  account_number: { env: ACCOUNT_NUMBER }
scenarios:
  fails_at_the_end:
    steps:
      - uses: sardine/submit_customer
        with:
          customer:
            id: customer-1
            taxId: ${{ secrets.tax_number }}
            transaction:
              amount: 100
              paymentMethod:
                type: bank
                bank: { accountNumber: '${{ secrets.account_number }}' }
        expect:
          $.level: refused
        soft: true
      - id: onboarding
        uses: conduit-v2/submit_onboarding
        with:
          legal_name: Acme
          country: USA
          tax_id: ${{ secrets.tax_number }}
      - uses: conduit-v2/decide_application
        with: { application_id: '${{ steps.onboarding.outputs.application_id }}', outcome: approved }
      - id: feature
        uses: conduit-v2/request_feature
        with: { customer_id: '${{ steps.onboarding.outputs.customer_id }}', type: VIRTUAL_ACCOUNT, asset: USD }
      - uses: conduit-v2/decide_application
        with: { application_id: '${{ steps.feature.outputs.application_id }}', outcome: approved }
      - uses: conduit-v2/list_virtual_accounts
        with: { customer_id: '${{ steps.onboarding.outputs.customer_id }}' }
        capture:
          virtual_account_number: { jsonpath: '$.data[0].depositInstructions[0].accountNumber', secret: true }
        expect:
          $.data[0].depositInstructions[0].rail: none
";

/// The same without secrets, so that the test knows what must not be found.
fn in_the_open() -> String {
    SCENARIO
        .replace(", secret: true", "")
        .replace("${{ secrets.tax_number }}", TAX_NUMBER)
        .replace("${{ secrets.account_number }}", ACCOUNT_NUMBER)
        .replace("  tax_number: { env: TAX_NUMBER }\n", "")
        .replace("  account_number: { env: ACCOUNT_NUMBER }\n", "")
        .replace("secrets:\n", "")
}

/// All that a failed run says and writes.
fn all_outputs(scenario: &str) -> String {
    let folder = Folder::new();
    for pack in ["sardine", "conduit-v2"] {
        copy(
            &scenarios().join(pack),
            &folder.path().join("scenarios").join(pack),
        );
    }
    folder.write("case.scenario.yaml", scenario);
    let reports = ["junit", "junit-strict", "json", "tap", "github"];
    let mut arguments = vec![
        "run".to_owned(),
        "case.scenario.yaml".to_owned(),
        "-vv".to_owned(),
    ];
    arguments.extend(reports.map(|kind| format!("--report={kind}={kind}.out")));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut command = folder.probity(&arguments);
    command
        .env("TAX_NUMBER", TAX_NUMBER)
        .env("ACCOUNT_NUMBER", ACCOUNT_NUMBER);
    let output = command.output().expect("it starts");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let mut said = String::from_utf8(output.stderr).expect("UTF-8");
    said.push_str(&String::from_utf8(output.stdout).expect("UTF-8"));
    for kind in reports {
        said.push_str(&folder.read(&format!("{kind}.out")));
    }
    said
}

#[test]
fn a_failed_run_shows_no_tax_or_account_number() {
    let open = all_outputs(&in_the_open());
    let drawn = regex::Regex::new("accountNumber.{0,9}?([0-9]{10})\\b").expect("a valid pattern");
    let drawn = drawn.captures(&open).expect("the account is shown")[1].to_owned();
    let hidden = all_outputs(SCENARIO);
    for number in [TAX_NUMBER, ACCOUNT_NUMBER, &drawn] {
        assert!(open.contains(number), "`{number}` is in what is not secret");
        assert!(!hidden.contains(number), "`{number}` is shown:\n{hidden}");
    }
    assert!(hidden.contains("depositInstructions"), "the rest is shown");
}
