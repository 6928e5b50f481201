//! Made-up people, companies and addresses: plausible, ASCII, mostly of the United States, and nobody's.

use super::{Arguments, Failure, FunctionSpec, Run, Usage};
use crate::random::Stream;
use crate::value::Value;

const FIRST_NAMES: &[&str] = &[
    "Ada", "Alan", "Alice", "Amara", "Anna", "Ben", "Carla", "Carlos", "Clara", "Daniel", "David",
    "Diana", "Elena", "Emma", "Felix", "Fiona", "George", "Grace", "Hana", "Henry", "Ines",
    "Isaac", "Ivan", "Jack", "Jane", "Jonas", "Julia", "Karl", "Laura", "Leo", "Lina", "Lucas",
    "Maria", "Martin", "Maya", "Nadia", "Noah", "Nora", "Oliver", "Omar", "Oscar", "Paul", "Priya",
    "Rosa", "Ruth", "Samuel", "Sara", "Sofia", "Thomas", "Tina", "Victor", "Wanda", "Yara", "Zoe",
];

const LAST_NAMES: &[&str] = &[
    "Adams", "Allen", "Baker", "Bell", "Brooks", "Carter", "Clark", "Cole", "Cooper", "Cruz",
    "Davis", "Diaz", "Edwards", "Evans", "Fisher", "Flores", "Foster", "Garcia", "Gray", "Green",
    "Hall", "Harris", "Hayes", "Hill", "Hughes", "Jackson", "James", "Keller", "Kim", "King",
    "Lane", "Lee", "Lewis", "Lopez", "Martin", "Mason", "Miller", "Moore", "Morgan", "Murphy",
    "Nelson", "Nguyen", "Ortiz", "Owens", "Parker", "Patel", "Perez", "Price", "Reed", "Rivera",
    "Rogers", "Ross", "Scott", "Shaw", "Silva", "Stone", "Taylor", "Turner", "Walker", "Ward",
    "Weber", "West", "Wood", "Young",
];

const COMPANY_WORDS: &[&str] = &[
    "Acorn",
    "Alpine",
    "Amber",
    "Anchor",
    "Atlas",
    "Beacon",
    "Birch",
    "Bluewater",
    "Bright",
    "Canyon",
    "Cascade",
    "Cedar",
    "Cobalt",
    "Copper",
    "Delta",
    "Evergreen",
    "Falcon",
    "Granite",
    "Harbor",
    "Highland",
    "Horizon",
    "Iron",
    "Juniper",
    "Keystone",
    "Lakeside",
    "Lighthouse",
    "Maple",
    "Meadow",
    "Meridian",
    "Northwind",
    "Oak",
    "Orchard",
    "Pioneer",
    "Prairie",
    "Redwood",
    "Ridge",
    "River",
    "Sequoia",
    "Silver",
    "Summit",
    "Timber",
    "Valley",
    "Vista",
    "Willow",
];

const COMPANY_FIELDS: &[&str] = &[
    "Analytics",
    "Bakery",
    "Capital",
    "Consulting",
    "Design",
    "Electric",
    "Energy",
    "Exports",
    "Foods",
    "Freight",
    "Imports",
    "Labs",
    "Logistics",
    "Media",
    "Networks",
    "Partners",
    "Payments",
    "Robotics",
    "Software",
    "Supply",
    "Systems",
    "Textiles",
    "Tools",
    "Trading",
    "Ventures",
    "Works",
];

const COMPANY_FORMS: &[&str] = &["Inc", "LLC", "Corp", "Ltd", "Group"];

const STREETS: &[&str] = &[
    "Main",
    "Oak",
    "Pine",
    "Maple",
    "Cedar",
    "Elm",
    "Washington",
    "Lake",
    "Hill",
    "Park",
    "Walnut",
    "Spring",
    "North",
    "Ridge",
    "Church",
    "Willow",
    "Mill",
    "Sunset",
    "Jefferson",
    "Center",
];

const STREET_KINDS: &[&str] = &["St", "Ave", "Rd", "Dr", "Ln", "Blvd", "Ct", "Way"];

/// Cities with their state and the first three digits of their postcodes.
const CITIES: &[(&str, &str, &str)] = &[
    ("Albany", "NY", "122"),
    ("Atlanta", "GA", "303"),
    ("Austin", "TX", "787"),
    ("Boise", "ID", "837"),
    ("Boston", "MA", "021"),
    ("Chicago", "IL", "606"),
    ("Columbus", "OH", "432"),
    ("Denver", "CO", "802"),
    ("Des Moines", "IA", "503"),
    ("Helena", "MT", "596"),
    ("Houston", "TX", "770"),
    ("Madison", "WI", "537"),
    ("Nashville", "TN", "372"),
    ("Phoenix", "AZ", "850"),
    ("Portland", "OR", "972"),
    ("Raleigh", "NC", "276"),
    ("Richmond", "VA", "232"),
    ("Sacramento", "CA", "958"),
    ("Salem", "OR", "973"),
    ("Seattle", "WA", "981"),
];

/// Countries with their codes of two letters.
const COUNTRIES: &[(&str, &str)] = &[
    ("United States", "US"),
    ("Canada", "CA"),
    ("Mexico", "MX"),
    ("Brazil", "BR"),
    ("United Kingdom", "GB"),
    ("Ireland", "IE"),
    ("Germany", "DE"),
    ("France", "FR"),
    ("Spain", "ES"),
    ("Portugal", "PT"),
    ("Netherlands", "NL"),
    ("Italy", "IT"),
    ("Sweden", "SE"),
    ("Japan", "JP"),
    ("Singapore", "SG"),
    ("Australia", "AU"),
];

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";

/// A function without parameters that makes a text of random choices.
macro_rules! fake {
    ($constant:ident, $name:literal, $doc:literal, $example:literal, $make:expr) => {
        pub(super) const $constant: FunctionSpec = FunctionSpec {
            name: concat!("fake.", $name),
            usage: Usage::Function,
            parameters: &[],
            doc: $doc,
            example: (concat!("fake.", $name, "()"), $example),
            run: Run::Native(|arguments| made(arguments, $make)),
        };
    };
}

fake!(
    COMPANY,
    "company",
    "A company's name.",
    "Lakeside Exports Group",
    company
);
fake!(
    NAME,
    "name",
    "A person's first and last name.",
    "Leo Gray",
    |random| { format!("{} {}", random.pick(FIRST_NAMES), random.pick(LAST_NAMES)) }
);
fake!(
    FIRST_NAME,
    "first_name",
    "A person's first name.",
    "Leo",
    |random| { (*random.pick(FIRST_NAMES)).to_owned() }
);
fake!(
    LAST_NAME,
    "last_name",
    "A person's last name.",
    "Mason",
    |random| { (*random.pick(LAST_NAMES)).to_owned() }
);
fake!(
    EMAIL,
    "email",
    "An address under `example.com`, which nobody receives.",
    "leo.gray.zw2157@example.com",
    email
);
fake!(
    PHONE,
    "phone",
    "A US telephone number in E.164, of the range kept free for fiction.",
    "+14155550129",
    |random| {
        format!(
            "+1{}55501{}",
            random.pick(&["206", "303", "312", "415", "512", "617", "702"]),
            random.text(2, DIGITS)
        )
    }
);
fake!(
    STREET,
    "street",
    "A house number and street.",
    "2909 Center Way",
    |random| {
        format!(
            "{} {} {}",
            random.integer(1, 9999),
            random.pick(STREETS),
            random.pick(STREET_KINDS)
        )
    }
);
fake!(CITY, "city", "A US city.", "Madison", |random| random
    .pick(CITIES)
    .0
    .to_owned());
fake!(
    STATE,
    "state",
    "A US state's two letters.",
    "WI",
    |random| random.pick(CITIES).1.to_owned()
);
fake!(
    POSTCODE,
    "postcode",
    "A US postcode of five digits.",
    "53729",
    |random| {
        let area = random.pick(CITIES).2;
        format!("{area}{}", random.text(2, DIGITS))
    }
);
fake!(
    COUNTRY,
    "country",
    "A country's English name.",
    "Spain",
    |random| random.pick(COUNTRIES).0.to_owned()
);
fake!(
    COUNTRY_CODE,
    "country_code",
    "A country's two letters (ISO 3166-1 alpha-2).",
    "ES",
    |random| { random.pick(COUNTRIES).1.to_owned() }
);
fake!(
    TAX_ID,
    "tax_id",
    "A tax number of nine digits.",
    "398215721",
    |random| {
        // No tax number starts with 9 but those of foreigners, and none with 0.
        format!("{}{}", random.integer(1, 8), random.text(8, DIGITS))
    }
);
fake!(
    IBAN,
    "iban",
    "A German IBAN with right check digits.",
    "DE44529821572184684936",
    iban
);
fake!(
    URL,
    "url",
    "A web address under `example.com`.",
    "https://lakeside-exports.example.com",
    |random| {
        let host = format!(
            "{}-{}",
            random.pick(COMPANY_WORDS),
            random.pick(COMPANY_FIELDS)
        );
        format!("https://{}.example.com", host.to_lowercase())
    }
);
fake!(
    DATE_OF_BIRTH,
    "date_of_birth",
    "An adult's date of birth.",
    "1964-11-05",
    |random| {
        let (year, month, day) = (
            random.integer(1950, 2000),
            random.integer(1, 12),
            random.integer(1, 28),
        );
        format!("{year}-{month:02}-{day:02}")
    }
);

#[allow(clippy::unnecessary_wraps)]
fn made(arguments: &Arguments<'_>, make: fn(&mut Stream) -> String) -> Result<Value, Failure> {
    let mut random = arguments.tools.random.borrow_mut();
    Ok(Value::String(make(&mut random)))
}

fn company(random: &mut Stream) -> String {
    let (word, field) = (random.pick(COMPANY_WORDS), random.pick(COMPANY_FIELDS));
    format!("{word} {field} {}", random.pick(COMPANY_FORMS))
}

fn email(random: &mut Stream) -> String {
    let (first, last) = (random.pick(FIRST_NAMES), random.pick(LAST_NAMES));
    let name = format!("{first}.{last}").to_lowercase();
    // Letters too, so that a thousand addresses of one run do not meet.
    format!(
        "{name}.{}{}@example.com",
        random.text(2, LOWER),
        random.text(4, DIGITS)
    )
}

fn iban(random: &mut Stream) -> String {
    let account = random.text(18, DIGITS);
    // ISO 7064 MOD 97-10: the account, then the country as D = 13 and E = 14, then 00.
    let remainder = format!("{account}131400")
        .bytes()
        .fold(0_u32, |remainder, digit| {
            (remainder * 10 + u32::from(digit - b'0')) % 97
        });
    format!("DE{:02}{account}", 98 - remainder)
}
