//! The shapes a shop runs in.

use bodega_settings::{BusKind, Settings};
use bodega_testkit::{Backend, Home, backends};

/// Named by whoever runs the tests with a broker.
const BROKER: &str = "BODEGA_TEST_RABBITMQ";

/// How a shop runs. What it does is the same in every shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// All services in one process, with the bus within it.
    Whole(Backend),
    /// Each service by itself, on PostgreSQL, with `RabbitMQ` and HTTP between them.
    Apart,
}

/// The shapes for which there is what they need: every story is told in each. Those of a whole shop on PostgreSQL are left to
/// the long run where there is a broker, too: what is apart is on PostgreSQL as well.
pub fn shapes() -> Vec<Shape> {
    let is_set = |name: &str| std::env::var_os(name).is_some();
    let (postgres, broker, all) = (is_set("BODEGA_TEST_POSTGRES"), is_set(BROKER), is_set("BODEGA_TEST_FULL"));
    let whole = (postgres && (all || !broker)).then_some(Shape::Whole(Backend::Postgres));
    let apart = (postgres && broker).then_some(Shape::Apart);
    [Some(Shape::Whole(Backend::Sqlite)), whole, apart].into_iter().flatten().collect()
}

/// The same for stories that are many, or take long: a whole shop on each database, and what is apart in the long run. (A crowd
/// at two replicas has stories of its own.)
pub fn whole_shapes() -> Vec<Shape> {
    let apart = std::env::var_os("BODEGA_TEST_FULL").map(|_| Shape::Apart).filter(|apart| shapes().contains(apart));
    backends().into_iter().map(Shape::Whole).chain(apart).collect()
}

impl From<Backend> for Shape {
    fn from(backend: Backend) -> Self {
        Self::Whole(backend)
    }
}

impl Shape {
    /// A fresh home for a shop of this shape.
    pub fn home(self) -> Home {
        Home::new(match self {
            Self::Whole(backend) => backend,
            Self::Apart => Backend::Postgres,
        })
    }

    /// Settings for a shop of this shape that lives there.
    pub fn settings(self, home: &Home) -> Settings {
        let mut settings = home.settings();
        if self == Self::Apart {
            settings.bus.kind = BusKind::Rabbitmq;
            settings.bus.url = std::env::var(BROKER).unwrap_or_default();
            settings.bus.exchange = settings.database.schema.replace("_{service}", "");
            "a secret of at least thirty-two characters".clone_into(&mut settings.rpc.secret);
        }
        settings
    }
}
