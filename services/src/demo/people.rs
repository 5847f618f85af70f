//! Made-up people: plausible names of several scripts, with common surnames repeated and rare ones too. The same seed
//! makes the same people.

use std::collections::HashMap;

/// A person, by name and email address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// As they write it.
    pub(super) name: String,
    /// In small letters, unlike everybody else's.
    pub(super) email: String,
}

/// Makes one person after the other.
pub(super) struct People {
    random: Random,
    domain: &'static str,
    taken: HashMap<String, u32>,
}

impl People {
    /// People of one company, all under its domain.
    pub(super) fn of(domain: &'static str, seed: u64) -> Self {
        Self { random: Random(seed), domain, taken: HashMap::new() }
    }
}

impl Iterator for People {
    type Item = Person;

    fn next(&mut self) -> Option<Person> {
        let random = &mut self.random;
        let culture = random.weighed(CULTURES, |culture| culture.weight);
        let (given, given_latin) = random.given(culture);
        let (surname, surname_latin) = random.surname(culture);
        let name = if culture.surname_first {
            format!("{surname}{}{given}", culture.between)
        } else {
            format!("{given}{}{surname}", culture.between)
        };
        let local = match random.below(10) {
            0 => format!("{}{surname_latin}", given_latin.chars().next().unwrap_or('x')),
            1 => format!("{surname_latin}.{given_latin}"),
            _ => format!("{given_latin}.{surname_latin}"),
        };
        let office = match random.below(20) {
            0 => "paris.",
            1 => "sao-paulo.",
            2 => "tokyo.",
            _ => "",
        };
        let address = format!("{local}@{office}{}", self.domain);
        let times = self.taken.entry(address.clone()).and_modify(|times| *times += 1).or_insert(1);
        let email = match times {
            1 => address,
            times => format!("{local}{times}@{office}{}", self.domain),
        };
        Some(Person { name, email })
    }
}

/// A small generator of numbers that look random (splitmix64, by Steele, Lea and Flood), the same on every machine.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Ten bytes, for the random part of an id.
    pub(super) fn bytes(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_le_bytes());
        bytes[8..].copy_from_slice(&self.next().to_le_bytes()[..2]);
        bytes
    }

    /// A number below this one.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        // The upper half of a product: below `end`, which has 32 bits.
        (((self.next() >> 32) * u64::from(end)) >> 32) as u32
    }

    fn any<'s, T>(&mut self, of: &'s [T]) -> &'s T {
        &of[self.below(u32::try_from(of.len()).unwrap_or(u32::MAX)) as usize]
    }

    /// The first ones far more often than the last, as with real names.
    pub(super) fn skewed<'s, T>(&mut self, of: &'s [T]) -> &'s T {
        let end = u32::try_from(of.len()).unwrap_or(u32::MAX);
        let below = self.below(end) + 1;
        &of[self.below(below) as usize]
    }

    pub(super) fn weighed<'s, T>(&mut self, of: &'s [T], weight: impl Fn(&T) -> u32) -> &'s T {
        let mut left = self.below(of.iter().map(&weight).sum());
        for one in of {
            if left < weight(one) {
                return one;
            }
            left -= weight(one);
        }
        &of[0]
    }

    fn given(&mut self, culture: &Culture) -> (String, String) {
        let (name, latin) = self.skewed(culture.given);
        let mut pair = ((*name).to_owned(), (*latin).to_owned());
        if culture.second_names && self.below(12) == 0 {
            let (second, second_latin) = self.skewed(culture.given);
            let joint = if self.below(2) == 0 { "-" } else { " " };
            pair = (format!("{name}{joint}{second}"), format!("{latin}-{second_latin}"));
        }
        pair
    }

    fn surname(&mut self, culture: &Culture) -> (String, String) {
        let one = |random: &mut Self| {
            let composed = !culture.beginnings.is_empty() && random.below(5) < 2;
            if composed {
                let (begin, end) = (random.any(culture.beginnings), random.any(culture.endings));
                (format!("{}{}", begin.0, end.0), format!("{}{}", begin.1, end.1))
            } else {
                let (name, latin) = random.skewed(culture.surnames);
                ((*name).to_owned(), (*latin).to_owned())
            }
        };
        let (name, latin) = one(self);
        if culture.second_names && self.below(16) == 0 {
            let (second, second_latin) = one(self);
            return (format!("{name}-{second}"), format!("{latin}-{second_latin}"));
        }
        (name, latin)
    }
}

type Spelt = (&'static str, &'static str);

/// Names of one kind: each as it is written, and as it stands in an address. The commonest come first.
struct Culture {
    weight: u32,
    surname_first: bool,
    between: &'static str,
    second_names: bool,
    given: &'static [Spelt],
    surnames: &'static [Spelt],
    beginnings: &'static [Spelt],
    endings: &'static [Spelt],
}

/// Names, each followed by its spelling in an address.
macro_rules! spelt {
    ($($name:literal $latin:literal),+ $(,)?) => { &[$(($name, $latin)),+] };
}

const CULTURES: &[Culture] = &[
    Culture {
        weight: 42,
        surname_first: false,
        between: " ",
        second_names: true,
        given: spelt![
            "Anna" "anna", "James" "james", "Mary" "mary", "John" "john", "Emma" "emma", "David" "david",
            "Sarah" "sarah", "Michael" "michael", "Laura" "laura", "Thomas" "thomas", "Alice" "alice",
            "Robert" "robert", "Grace" "grace", "Daniel" "daniel", "Olivia" "olivia", "William" "william",
            "Sophie" "sophie", "Peter" "peter", "Jean" "jean", "Luc" "luc", "Helen" "helen", "Mark" "mark",
            "Ruth" "ruth", "Paul" "paul", "Clara" "clara", "Simon" "simon", "Nora" "nora", "Oscar" "oscar",
            "Ella" "ella", "Henry" "henry", "Ivy" "ivy", "Leo" "leo", "Maud" "maud", "Hugo" "hugo",
            "Siân" "sian", "Seán" "sean", "Zoë" "zoe", "Chloé" "chloe", "Renée" "renee", "Björn" "bjorn",
            "Jürgen" "jurgen", "Åsa" "asa", "Søren" "soren", "Noël" "noel", "Quentin" "quentin",
            "Xanthe" "xanthe", "Ursula" "ursula", "Yvonne" "yvonne", "Zebedee" "zebedee"
        ],
        surnames: spelt![
            "Smith" "smith", "Jones" "jones", "Brown" "brown", "Taylor" "taylor", "Johnson" "johnson",
            "Williams" "williams", "Müller" "muller", "Martin" "martin", "Wilson" "wilson", "Davies" "davies",
            "Evans" "evans", "Walker" "walker", "Wright" "wright", "Hall" "hall", "Green" "green",
            "Schmidt" "schmidt", "Dubois" "dubois", "Baker" "baker", "Clarke" "clarke", "King" "king",
            "O'Brien" "obrien", "Lefèvre" "lefevre", "Andersson" "andersson", "Hansen" "hansen",
            "Schneider" "schneider", "Fischer" "fischer", "Moreau" "moreau", "Nilsson" "nilsson",
            "Sørensen" "sorensen", "D’Angelo" "dangelo", "O’Neill" "oneill", "Weiß" "weiss", "Fox" "fox",
            "Ångström" "angstrom", "Køhler" "kohler", "Lamb" "lamb", "Quill" "quill", "Pryce" "pryce",
            "van den Berg" "vandenberg", "de la Tour" "delatour", "Zimmer" "zimmer", "Yule" "yule"
        ],
        beginnings: spelt![
            "Ash" "ash", "Beck" "beck", "Black" "black", "Brad" "brad", "Brook" "brook", "Carl" "carl",
            "Chester" "chester", "Clay" "clay", "Cran" "cran", "Dal" "dal", "Elm" "elm", "Fair" "fair",
            "Fern" "fern", "Glad" "glad", "Hart" "hart", "Hazel" "hazel", "Heath" "heath", "Holm" "holm",
            "Kirk" "kirk", "Lang" "lang", "Lind" "lind", "Marl" "marl", "Nor" "nor", "Oak" "oak", "Rad" "rad",
            "Red" "red", "Ros" "ros", "Sand" "sand", "Shel" "shel", "Stan" "stan", "Stein" "stein",
            "Thorn" "thorn", "Up" "up", "Wal" "wal", "West" "west", "Whit" "whit", "Win" "win", "Wood" "wood"
        ],
        endings: spelt![
            "berg" "berg", "bridge" "bridge", "by" "by", "combe" "combe", "cote" "cote", "croft" "croft",
            "dale" "dale", "den" "den", "er" "er", "field" "field", "ford" "ford", "gate" "gate",
            "grove" "grove", "ham" "ham", "hurst" "hurst", "ing" "ing", "land" "land", "ley" "ley",
            "low" "low", "man" "man", "mann" "mann", "mere" "mere", "more" "more", "rick" "rick",
            "shaw" "shaw", "son" "son", "stead" "stead", "ström" "strom", "ton" "ton", "wall" "wall",
            "well" "well", "wick" "wick", "wood" "wood", "worth" "worth"
        ],
    },
    Culture {
        weight: 16,
        surname_first: false,
        between: " ",
        second_names: true,
        given: spelt![
            "María" "maria", "José" "jose", "Carmen" "carmen", "Antonio" "antonio", "Ana" "ana", "João" "joao",
            "Lucía" "lucia", "Juan" "juan", "Sofía" "sofia", "Luis" "luis", "Inês" "ines", "Álvaro" "alvaro",
            "Begoña" "begona", "Iñigo" "inigo", "Conceição" "conceicao", "Núria" "nuria"
        ],
        surnames: spelt![
            "García" "garcia", "Silva" "silva", "Fernández" "fernandez", "González" "gonzalez",
            "Rodríguez" "rodriguez", "López" "lopez", "Santos" "santos", "Martínez" "martinez",
            "Pérez" "perez", "Gómez" "gomez", "Oliveira" "oliveira", "Muñoz" "munoz", "Peña" "pena",
            "Gonçalves" "goncalves", "Núñez" "nunez", "Echeverría" "echeverria", "Zubizarreta" "zubizarreta"
        ],
        beginnings: &[],
        endings: &[],
    },
    Culture {
        weight: 12,
        surname_first: false,
        between: " ",
        second_names: false,
        given: spelt![
            "Katarzyna" "katarzyna", "Łukasz" "lukasz", "Małgorzata" "malgorzata", "Jan" "jan", "Zofia" "zofia",
            "Jiří" "jiri", "Tomáš" "tomas", "Željko" "zeljko", "Đorđe" "dorde", "Ayşe" "ayse", "Işıl" "isil",
            "Çağlar" "caglar", "Ştefan" "stefan", "László" "laszlo", "Ágnes" "agnes", "Błażej" "blazej"
        ],
        surnames: spelt![
            "Nowak" "nowak", "Kowalska" "kowalska", "Wiśniewski" "wisniewski", "Dvořák" "dvorak",
            "Yılmaz" "yilmaz", "Nagy" "nagy", "Popescu" "popescu", "Horvat" "horvat", "Wójcik" "wojcik",
            "Žižka" "zizka", "Kovač" "kovac", "Öztürk" "ozturk", "Gołębiewska" "golebiewska", "Świątek" "swiatek"
        ],
        beginnings: spelt![
            "Jabłoń" "jablon", "Zieliń" "zielin", "Kamiń" "kamin", "Lewandow" "lewandow", "Dąbrow" "dabrow",
            "Kozłow" "kozlow", "Jankow" "jankow", "Mazow" "mazow", "Krawczyń" "krawczyn", "Piotrow" "piotrow"
        ],
        endings: spelt!["ski" "ski", "ska" "ska", "iec" "iec", "icz" "icz"],
    },
    Culture {
        weight: 8,
        surname_first: false,
        between: " ",
        second_names: false,
        given: spelt![
            "Анна" "anna", "Александр" "aleksandr", "Мария" "maria", "Дмитрий" "dmitri", "Ольга" "olga",
            "Фёдор" "fedor", "Олена" "olena", "Андрій" "andrii", "Ελένη" "eleni", "Γιώργος" "giorgos"
        ],
        surnames: spelt![
            "Иванова" "ivanova", "Смирнов" "smirnov", "Кузнецов" "kuznetsov", "Шевченко" "shevchenko",
            "Соловьёв" "soloviov", "Чайковская" "chaikovskaya", "Παπαδόπουλος" "papadopoulos", "Щукин" "shchukin"
        ],
        beginnings: &[],
        endings: &[],
    },
    Culture {
        weight: 10,
        surname_first: true,
        between: "",
        second_names: false,
        given: spelt![
            "伟" "wei", "芳" "fang", "小明" "xiaoming", "丽" "li", "静" "jing", "建国" "jianguo", "秀英" "xiuying",
            "민준" "minjun", "서연" "seoyeon", "지훈" "jihun", "하은" "haeun", "さくら" "sakura", "健太" "kenta"
        ],
        surnames: spelt![
            "王" "wang", "李" "li", "张" "zhang", "刘" "liu", "陈" "chen", "김" "kim", "이" "lee", "박" "park",
            "佐藤" "sato", "鈴木" "suzuki", "田中" "tanaka", "欧阳" "ouyang", "최" "choi"
        ],
        beginnings: &[],
        endings: &[],
    },
    Culture {
        weight: 7,
        surname_first: false,
        between: " ",
        second_names: false,
        given: spelt![
            "محمد" "mohammed", "فاطمة" "fatima", "أحمد" "ahmed", "عائشة" "aisha", "ليلى" "layla",
            "נועה" "noa", "דוד" "david", "יעל" "yael", "אורי" "uri"
        ],
        surnames: spelt![
            "الخطيب" "alkhatib", "حسن" "hassan", "المصري" "almasri", "عبد الله" "abdullah", "כהן" "cohen",
            "לוי" "levi", "מזרחי" "mizrahi", "بن سلمان" "binsalman"
        ],
        beginnings: &[],
        endings: &[],
    },
    Culture {
        weight: 5,
        surname_first: false,
        between: " ",
        second_names: false,
        given: spelt![
            "Priya" "priya", "Amit" "amit", "Nguyễn" "nguyen", "Thị" "thi", "प्रिया" "priya", "अमित" "amit",
            "Chidi" "chidi", "Ngozi" "ngozi", "Kwame" "kwame", "Wanjirũ" "wanjiru"
        ],
        surnames: spelt![
            "Sharma" "sharma", "Patel" "patel", "Trần" "tran", "शर्मा" "sharma", "Okafor" "okafor", "Mensah" "mensah",
            "Đặng" "dang", "Iyer" "iyer", "Adébáyọ̀" "adebayo"
        ],
        beginnings: &[],
        endings: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let people = || People::of("northlight.example", 7).take(100).collect::<Vec<_>>();
        assert_eq!(people(), people());
    }

    #[test]
    fn people_differ_and_common_surnames_come_again() {
        let people: Vec<Person> = People::of("northlight.example", 7).take(20_000).collect();
        let emails: HashSet<&str> = people.iter().map(|person| person.email.as_str()).collect();
        assert_eq!(emails.len(), people.len());
        assert!(emails.iter().all(|email| email.is_ascii() && *email == email.to_lowercase()));
        let having = |text: &str| people.iter().filter(|person| person.name.contains(text)).count();
        assert!(having("Smith") > 200, "{}", having("Smith"));
        assert!((1..40).contains(&having("Zebedee")), "{}", having("Zebedee"));
        for kind in ["-", "é", "王", "Иванова", "כהן", "محمد"] {
            assert!(having(kind) > 0, "{kind}");
        }
    }
}
