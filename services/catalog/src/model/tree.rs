//! The tree of categories: who stands under whom. Small enough to be read whole.

use bodega_contracts::CategoryId;
use std::collections::{HashMap, HashSet};

/// Each category with what it stands under.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    parents: HashMap<CategoryId, Option<CategoryId>>,
}

impl Tree {
    /// The most categories of a shop.
    pub(crate) const MAX_CATEGORIES: usize = 1_000;
    /// The most categories above one another.
    pub(crate) const MAX_DEPTH: usize = 8;

    /// Of these categories and their parents.
    pub(crate) fn new(categories: impl IntoIterator<Item = (CategoryId, Option<CategoryId>)>) -> Self {
        Self { parents: categories.into_iter().collect() }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.parents.len()
    }

    /// Whether it holds this one.
    pub(crate) fn contains(&self, category: CategoryId) -> bool {
        self.parents.contains_key(&category)
    }

    /// The category and all that stand under it.
    pub(crate) fn with_descendants(&self, category: CategoryId) -> Vec<CategoryId> {
        let mut children: HashMap<CategoryId, Vec<CategoryId>> = HashMap::new();
        for (child, parent) in &self.parents {
            if let Some(parent) = parent {
                children.entry(*parent).or_default().push(*child);
            }
        }
        let (mut found, mut next) = (HashSet::new(), vec![category]);
        while let Some(category) = next.pop() {
            if found.insert(category) {
                next.extend(children.get(&category).into_iter().flatten());
            }
        }
        found.into_iter().collect()
    }

    /// The category and all that stand above it.
    pub(crate) fn with_ancestors(&self, category: CategoryId) -> Vec<CategoryId> {
        let mut found = vec![category];
        while let Some(Some(parent)) = found.last().and_then(|last| self.parents.get(last)) {
            if found.len() > Self::MAX_DEPTH || found.contains(parent) {
                break;
            }
            found.push(*parent);
        }
        found
    }

    /// Whether `category` may be put under `parent`: not under itself or what stands under it, and not too deep.
    pub(crate) fn may_stand_under(&self, category: CategoryId, parent: CategoryId) -> bool {
        let below = self.with_descendants(category);
        if below.contains(&parent) {
            return false;
        }
        let height = below.iter().map(|descendant| self.steps(*descendant, Some(category))).max().unwrap_or(0);
        self.steps(parent, None) + height + 2 <= Self::MAX_DEPTH
    }

    /// How many steps up from `category` to `top`, or to where there is nothing above.
    fn steps(&self, category: CategoryId, top: Option<CategoryId>) -> usize {
        let (mut steps, mut at) = (0, category);
        while Some(at) != top && steps < self.parents.len() {
            match self.parents.get(&at) {
                Some(Some(parent)) => (at, steps) = (*parent, steps + 1),
                Some(None) | None => break,
            }
        }
        steps
    }
}
