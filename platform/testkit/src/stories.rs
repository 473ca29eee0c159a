//! Stories: one test body, told on every database there is.

use crate::{Backend, Stage, backends};
use bodega_service::Definition;
use bodega_settings::Settings;

/// How many processes share a server's database.
const REPLICAS: usize = 2;

/// A service's own shop under test: the service, and what its tests say and see of it, made of a [`Stage`].
pub trait Staged: From<Stage> {
    /// The service under test.
    fn service() -> Definition;

    /// Puts the settings right before the service starts.
    fn adjust(settings: &mut Settings) {
        let _ = settings;
    }
}

/// Tells a story on a fresh stage; on none where the database is not there.
pub async fn play<S: Staged>(backend: Backend, story: impl AsyncFn(&S)) {
    if backends().contains(&backend) {
        let stage = Stage::open(backend, REPLICAS, S::service, S::adjust).await;
        story(&S::from(stage)).await;
    }
}

/// Makes tests of stories, each an `async fn(&Shop)` where `Shop` is [`Staged`]: on `SQLite` with one process, and on
/// PostgreSQL with two replicas where `BODEGA_TEST_POSTGRES` names a server. `on_sqlite:` or `on_postgres:` before them
/// keeps them to one.
#[macro_export]
macro_rules! stories {
    (on_sqlite: $($story:ident),+ $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                $crate::play($crate::Backend::Sqlite, super::$story).await;
            }
        )+}
    };
    (on_postgres: $($story:ident),+ $(,)?) => {
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                $crate::play($crate::Backend::Postgres, super::$story).await;
            }
        )+}
    };
    ($($story:ident),+ $(,)?) => {
        $crate::stories!(on_sqlite: $($story),+);
        $crate::stories!(on_postgres: $($story),+);
    };
}
