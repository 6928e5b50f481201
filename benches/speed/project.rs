//! The scenario files of each measurement, and the same requests as Hurl files.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Result;

/// Files of the measurement of many scenarios.
pub const SCENARIOS: u32 = 1000;
/// Scenarios of slow requests.
pub const SLOW: usize = 100;
/// Responses of a megabyte.
pub const LARGE: usize = 400;

/// Instances of emulators: in a small run, and in a large one.
pub const INSTANCES: [usize; 2] = [1_000, 10_000];

/// Scenarios that wait for webhooks: in a run that is timed, and in one whose memory counts.
pub const WAITING: [usize; 2] = [1_000, 10_000];
/// Webhooks of each.
pub const WEBHOOKS: usize = 3;

/// Writes a project of the folders `many`, `slow`, `large`, `one`, `emulated` and `webhooks`, and the folder `hurl`.
pub fn write(root: &Path, address: &str) -> Result<()> {
    let pack = root.join("packs/bench");
    fs::create_dir_all(&pack)?;
    fs::write(root.join("probity.yaml"), "")?;
    fs::write(pack.join("pack.yaml"), manifest(address))?;
    let mut many = Folder::new(root, "many", "scenario.yaml")?;
    let mut hurl = Folder::new(root, "hurl", "hurl")?;
    for number in 0..SCENARIOS {
        many.add(&four_requests(number))?;
        hurl.add(&hurl_file(address, number))?;
    }
    let mut slow = Folder::new(root, "slow", "scenario.yaml")?;
    for _ in 0..SLOW {
        slow.add(&file(&"      - http: GET /slow\n".repeat(3)))?;
    }
    let mut large = Folder::new(root, "large", "scenario.yaml")?;
    for _ in 0..LARGE {
        large.add(&file(LARGE_STEP))?;
    }
    Folder::new(root, "one", "scenario.yaml")?
        .add(&file("      - http: GET /customers/cus_1\n"))?;
    for instances in INSTANCES {
        let name = instances.to_string();
        emulated(root, "emulated", &name, instances, EMULATED)?;
    }
    for scenarios in WAITING {
        let name = format!("received-{scenarios}");
        let flow = format!("{SETUP}{REGISTERED}{DECIDED}{RECEIVED}");
        emulated(root, "webhooks", &name, scenarios, &flow)?;
    }
    let [scenarios, _] = WAITING;
    let silent = format!("{SETUP}{REGISTERED}{NOT_THESE}{DECIDED}");
    emulated(root, "webhooks", "silent", scenarios, &silent)?;
    let unregistered = format!("{SETUP}{DECIDED}");
    emulated(root, "webhooks", "unregistered", scenarios, &unregistered)
}

/// A file of one flow, done for each row of a table beside it.
fn emulated(root: &Path, folder: &str, name: &str, rows: usize, flow: &str) -> Result<()> {
    let folder = root.join(folder);
    fs::create_dir_all(&folder)?;
    let rows: String = (0..rows).map(|number| format!("{number}\n")).collect();
    fs::write(
        folder.join(format!("{name}.csv")),
        format!("number\n{rows}"),
    )?;
    let flow = flow.replace("TABLE", name);
    Ok(fs::write(
        folder.join(format!("{name}.scenario.yaml")),
        flow,
    )?)
}

/// A customer for each row of a table, who is approved by and by.
const SETUP: &str = "packs: [dakota]
scenarios:
  onboarding:
    cases: TABLE.csv
    steps:
      - uses: dakota/create_customer
        with:
          name: Company ${{ case.number }}
        headers:
          X-Sandbox-Skip-Auto-Approval: 'true'
        capture:
          customer_id: $.id
          application_id: $.application_id
";

/// All webhooks come to the scenario.
const REGISTERED: &str = "      - uses: dakota/register_webhook
";

/// None does: it is registered for another type.
const NOT_THESE: &str = "        with:
          event_types: [transaction.auto.created]
";

const DECIDED: &str = "      - uses: dakota/simulate_onboarding
        with:
          type: kyb_approve
          applicant_id: ${{ application_id }}
";

const RECEIVED: &str = "      - receive: dakota
        where:
          $.type: customer.kyb_status.created
          $.data.object.customer_id: ${{ customer_id }}
        count: 2
      - receive: dakota
        where:
          $.type: recipient.created
          $.data.object.name: Company ${{ case.number }}
";

/// A scenario for each row of a table, on an emulator.
const EMULATED: &str = "packs: [conduit-v1]
scenarios:
  onboarding:
    cases: TABLE.csv
    steps:
      - uses: conduit-v1/create_customer
        with:
          businessLegalName: Company ${{ case.number }}
          country: USA
        capture:
          customer_id: $.id
      - uses: conduit-v1/simulate_kyb
        with:
          id: ${{ customer_id }}
          countryCode: USA
      - uses: conduit-v1/set_compliance
        with:
          type: customer
          id: ${{ customer_id }}
          status: active
        expect:
          $.success: true
      - uses: conduit-v1/get_customer
        with:
          id: ${{ customer_id }}
        expect:
          $.status: active
";

/// The pack that all of them address. Another address means another server.
pub fn manifest(address: &str) -> String {
    format!(
        "pack: bench\nversion: 1.0.0\nenvironments:\n  local:\n    base_url: http://{address}\n"
    )
}

struct Folder<'a> {
    path: std::path::PathBuf,
    ending: &'a str,
    files: usize,
}

impl<'a> Folder<'a> {
    fn new(root: &Path, name: &str, ending: &'a str) -> Result<Self> {
        let path = root.join(name);
        fs::create_dir_all(&path)?;
        Ok(Self {
            path,
            ending,
            files: 0,
        })
    }

    fn add(&mut self, text: &str) -> Result<()> {
        let name = format!("file_{:04}.{}", self.files, self.ending);
        self.files += 1;
        Ok(fs::write(self.path.join(name), text)?)
    }
}

fn file(steps: &str) -> String {
    format!("packs: [bench]\nscenarios:\n  only:\n    steps:\n{steps}")
}

const LARGE_STEP: &str = "      - http: GET /large
        expect:
          $.items[0].status: active
";

fn four_requests(number: u32) -> String {
    let mut steps = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        steps,
        "      - name: A company becomes a customer
        http: POST /customers
        json:
          name: Company {number}
          country: USA
        expect:
          status: 201
          headers:
            content-type: {{ contains: json }}
          $.status: created
          $.balance.amount: 100.10
        capture:
          customer_id: $.id
"
    );
    steps.push_str(
        "      - http: GET /customers/${{ customer_id }}
        expect:
          $.id: ${{ customer_id }}
          $.status: active
          $.tags: { length: 3 }
        capture:
          city: $.addresses[0].city
      - http: PATCH /customers/${{ customer_id }}
        json:
          tags: [a, b]
        expect:
          status: 200
          $.addresses[0].city: ${{ city }}
          $.createdAt: { format: date-time }
      - http: DELETE /customers/${{ customer_id }}
        expect:
          status: 200
          $.status: { in: [deleted, gone] }
",
    );
    file(&steps)
}

fn hurl_file(address: &str, number: u32) -> String {
    format!(
        r#"POST http://{address}/customers
{{"name": "Company {number}", "country": "USA"}}
HTTP 201
[Captures]
customer_id: jsonpath "$.id"
[Asserts]
header "content-type" contains "json"
jsonpath "$.status" == "created"
jsonpath "$.balance.amount" == 100.10

GET http://{address}/customers/{{{{customer_id}}}}
HTTP 200
[Captures]
city: jsonpath "$.addresses[0].city"
[Asserts]
jsonpath "$.id" == "{{{{customer_id}}}}"
jsonpath "$.status" == "active"
jsonpath "$.tags" count == 3

PATCH http://{address}/customers/{{{{customer_id}}}}
{{"tags": ["a", "b"]}}
HTTP 200
[Asserts]
jsonpath "$.addresses[0].city" == "{{{{city}}}}"
jsonpath "$.createdAt" isIsoDate

DELETE http://{address}/customers/{{{{customer_id}}}}
HTTP 200
[Asserts]
jsonpath "$.status" matches "^(deleted|gone)$"
"#
    )
}
