//! Letters become mails: templates compiled in, and those of the shop's own folder that replace some of them.
//!
//! A template of the shop's own that is missing, broken or fails is passed over for the built-in one, with a warning: a
//! mail is late for no slip of a designer's pen. Text is placed as it is, HTML escaped.

mod builtin;
mod folder;
#[cfg(test)]
mod hostile;

pub(crate) use folder::Flaw;

use crate::model::{Kind, Language, Letter, Rendered, Words, clean};
use folder::Own;
use minijinja::{
    Environment, UndefinedBehavior, context,
    syntax::SyntaxConfig,
    value::{Object, Serde, Value},
};
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// Steps that a template may take: what never ends is broken.
const FUEL: u64 = 2_000_000;
/// What the first line of a text template begins with.
const SUBJECT: &str = "Subject:";
/// The one template that is no mail.
const UNSUBSCRIBE: &str = "unsubscribe.html";

/// Why a letter cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{template}: {reason}")]
pub(crate) struct RenderError {
    template: String,
    reason: String,
}

impl RenderError {
    /// The template that fails.
    pub(crate) fn template(&self) -> &str {
        &self.template
    }

    /// Why.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }
}

/// All templates. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pages {
    builtin: Arc<OnceLock<Result<Environment<'static>, RenderError>>>,
    own: Arc<Own>,
    labels: Arc<[OnceLock<Labels>; Language::ALL.len()]>,
    folder: Option<PathBuf>,
}

/// The labels of a language, as they are and as templates read them.
struct Labels {
    words: Words,
    value: Value,
}

impl Pages {
    /// The built-in templates and those in `folder`, if any.
    pub(crate) fn load(folder: Option<PathBuf>) -> Self {
        let own = folder.as_deref().map(folder::read).unwrap_or_default();
        for flaw in &own.flaws {
            tracing::warn!(
                template = flaw.template,
                reason = flaw.reason,
                "a template of the shop's own is passed over"
            );
        }
        Self { builtin: Arc::default(), own: Arc::new(own), labels: Arc::default(), folder }
    }

    /// The built-in ones: compiled when the first mail is written, for many shops rest before that.
    fn builtin(&self) -> Result<&Environment<'static>, RenderError> {
        self.builtin.get_or_init(compiled).as_ref().map_err(RenderError::clone)
    }

    /// The same with the folder read again, for whoever edits a template and wants to see it.
    pub(crate) fn reloaded(&self) -> Self {
        let own = self.folder.as_deref().map(folder::read).unwrap_or_default();
        Self { own: Arc::new(own), labels: Arc::default(), ..self.clone() }
    }

    /// What is wrong with templates in the folder.
    pub(crate) fn flaws(&self) -> &[Flaw] {
        &self.own.flaws
    }

    /// The labels of a language.
    pub(crate) fn words(&self, language: Language) -> &Words {
        &self.labels(language).words
    }

    fn labels(&self, language: Language) -> &Labels {
        self.labels[language as usize].get_or_init(|| {
            let mut words = builtin::words(language);
            words.extend(self.own.words.get(&language).cloned().unwrap_or_default());
            Labels { value: Value::from(Serde(&words)), words }
        })
    }

    /// The mail of a kind in a language; with what is wrong with the shop's own template, where it was passed over.
    pub(crate) fn render(
        &self,
        language: Language,
        kind: Kind,
        letter: &Letter,
    ) -> Result<(Rendered, Option<RenderError>), RenderError> {
        let name = &format!("{}/{}", language.code(), kind.word());
        let values = Values { letter: Value::from(Serde(letter)), words: self.labels(language).value.clone() };
        let Some(own) = self.own.environment.as_ref() else {
            return Ok((render(self.builtin()?, name, &values)?, None));
        };
        match render(own, name, &values) {
            Ok(rendered) => Ok((rendered, None)),
            Err(flaw) => {
                tracing::warn!(%flaw, "a template of the shop's own fails and is passed over");
                Ok((render(self.builtin()?, name, &values)?, Some(flaw)))
            }
        }
    }
}

impl Pages {
    /// The page where a reader says that they want no reminders, or that they have said so.
    pub(crate) fn unsubscribing(&self, shop: &str, language: Language, done: bool) -> Result<String, RenderError> {
        let Labels { words, value } = self.labels(language);
        let heading = words.get(if done { "unsubscribed" } else { "unsubscribe" });
        let subject = heading.cloned().unwrap_or_default();
        let values =
            context! { shop => clean(shop), language => language.code(), words => value.clone(), subject, done };
        let page = |environment: &Environment<'static>| {
            let template = environment.get_template(UNSUBSCRIBE);
            template.and_then(|template| template.render(&values)).map_err(|error| failed(UNSUBSCRIBE, &error))
        };
        let own = self.own.environment.as_ref().map(page).and_then(Result::ok);
        own.map_or_else(|| page(self.builtin()?), Ok)
    }
}

fn compiled() -> Result<Environment<'static>, RenderError> {
    let mut environment = environment();
    for (name, source) in builtin::TEMPLATES {
        environment.add_template(name, source).map_err(|error| failed(name, &error))?;
    }
    Ok(environment)
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    // A name that nothing has is a slip; it would leave a hole in the mail.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    environment
}

/// What both templates of a mail are given.
#[derive(Clone, Debug)]
struct Values {
    letter: Value,
    words: Value,
}

/// The same for one of them: the HTML has a subject. Found without a copy or a merged map, since a template asks for names
/// many times.
#[derive(Debug)]
struct Given {
    values: Values,
    subject: Option<Value>,
}

impl Object for Given {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        match name {
            "words" => Some(self.values.words.clone()),
            "subject" => self.subject.clone(),
            _ => self.values.letter.get_attr(name).ok().filter(|value| !value.is_undefined()),
        }
    }
}

fn render(environment: &Environment<'static>, name: &str, values: &Values) -> Result<Rendered, RenderError> {
    let part = |name: &str, subject: Option<&str>| {
        let template = environment.get_template(name).map_err(|error| failed(name, &error))?;
        let given = Given { values: values.clone(), subject: subject.map(Value::from) };
        template.render(Value::from_object(given)).map_err(|error| failed(name, &error))
    };
    let text_name = format!("{name}.txt");
    let text = part(&text_name, None)?;
    let (first, text) = text.trim_start().split_once('\n').unwrap_or_default();
    let title = clean(first.strip_prefix(SUBJECT).unwrap_or_default());
    if title.is_empty() {
        return Err(RenderError { template: text_name, reason: format!("its first line is not `{SUBJECT} …`") });
    }
    let html = part(&format!("{name}.html"), Some(&title))?;
    Ok(Rendered { title, text: tidied(text), html })
}

/// Without blanks at the ends of lines and without more than one empty line in a row; `-- ` before a signature stays.
fn tidied(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut empty = 1;
    for line in text.lines() {
        let line = if line == "-- " { line } else { line.trim_end() };
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            tidy.push_str(line);
            tidy.push('\n');
        }
    }
    let end = tidy.trim_end().len();
    tidy.truncate(end);
    tidy.push('\n');
    tidy
}

fn failed(template: &str, error: &minijinja::Error) -> RenderError {
    let place = error.line().map_or_else(String::new, |line| format!(" (line {line})"));
    RenderError { template: error.name().unwrap_or(template).to_owned(), reason: format!("{error}{place}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Known, Params, sample};
    use std::{
        fs,
        sync::atomic::{AtomicU32, Ordering},
    };

    fn letter(pages: &Pages, language: Language, kind: Kind, known: &Known, params: &Params) -> Letter {
        Letter::new("Tea & Mugs", language, pages.words(language), kind, known, params)
    }

    fn shown(pages: &Pages, language: Language, kind: Kind) -> Rendered {
        let (known, params) = sample(kind).unwrap();
        let letter = letter(pages, language, kind, &known, &params);
        let (rendered, flaw) = pages.render(language, kind, &letter).unwrap();
        assert_eq!(flaw, None);
        rendered
    }

    /// A folder of templates; gone when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn with(files: &[(&str, &str)]) -> Self {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let base = std::env::var_os("BODEGA_TEST_TMP").map_or_else(std::env::temp_dir, PathBuf::from);
            let folder = base.join(format!("bodega-templates-{}-{number}", std::process::id()));
            fs::create_dir_all(folder.join("en")).unwrap();
            for (name, text) in files {
                fs::write(folder.join(name), text).unwrap();
            }
            Self(folder)
        }

        fn pages(&self) -> Pages {
            Pages::load(Some(self.0.clone()))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn every_kind_is_written_in_every_language() {
        let pages = Pages::load(None);
        for language in Language::ALL {
            for kind in Kind::ALL {
                let Rendered { title, text, html } = shown(&pages, language, kind);
                let name = format!("{}_{}", kind.word(), language.code());
                insta::with_settings!({snapshot_path => "../tests/it/snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
                    insta::assert_snapshot!(name.clone(), format!("Subject: {title}\n\n{text}"));
                });
                assert!(html.contains("</html>") && html.contains("Tea &amp; Mugs"), "{name}");
                assert!(text.contains("Tea & Mugs"), "{name}");
                for part in [&text, &html] {
                    assert!(!part.contains("{{") && !part.contains("{%") && !part.contains(">none<"), "{name}: {part}");
                }
            }
        }
    }

    #[test]
    fn both_languages_have_the_same_words() {
        let keys = |language| builtin::words(language).into_keys().collect::<Vec<_>>();
        assert_eq!(keys(Language::En), keys(Language::De));
        assert!(keys(Language::En).len() > 10);
    }

    #[test]
    fn a_mail_shows_what_was_bought_and_what_it_cost() {
        let pages = Pages::load(None);
        for (language, total) in [(Language::En, "£38.40"), (Language::De, "38,40\u{a0}£")] {
            let Rendered { text, html, .. } = shown(&pages, language, Kind::OrderConfirmed);
            for part in [&text, &html] {
                for piece in
                    ["Stoneware mug, harbour blue", "10 % off mugs", "Standard delivery", total, "London N1 1AA"]
                {
                    assert!(part.contains(piece), "{piece}: {part}");
                }
            }
        }
    }

    #[test]
    fn the_page_to_unsubscribe_asks_first_and_may_be_the_shops_own() {
        let folder = Folder::with(&[("unsubscribe.html", "{% if done %}Bye{% else %}{{ nobody.knows }}{% endif %}")]);
        for language in Language::ALL {
            let page = |pages: &Pages, done| pages.unsubscribing("<Tea & Mugs>", language, done).unwrap();
            let (asks, says) = (page(&Pages::load(None), false), page(&Pages::load(None), true));
            assert!(asks.contains("<form method=\"post\">") && asks.contains("&lt;Tea &amp; Mugs&gt;"), "{asks}");
            assert!(!says.contains("<form") && !says.contains("{{"), "{says}");
            assert_eq!((page(&folder.pages(), true), page(&folder.pages(), false)), ("Bye".to_owned(), asks));
        }
    }

    #[test]
    fn a_template_of_ones_own_replaces_the_built_in_one() {
        let words = "total = \"You pay\"\n";
        let own = "Subject: Ta for {{ order.number }}\n\n{{ words.total }} {{ order.total }}, {{ words.subtotal }}\n";
        let folder = Folder::with(&[("en/order_confirmed.txt", own), ("en/words.toml", words)]);
        let pages = folder.pages();
        assert_eq!(pages.flaws(), []);
        let mail = shown(&pages, Language::En, Kind::OrderConfirmed);
        assert_eq!((mail.title.as_str(), mail.text.as_str()), ("Ta for B-000Z8", "You pay £38.40, Subtotal\n"));
        assert!(mail.html.contains("Thank you for your order") && mail.html.contains("You pay"));
        assert_eq!(shown(&pages, Language::De, Kind::OrderConfirmed).title, "Ihre Bestellung B-000Z8 bei Tea & Mugs");
    }

    #[test]
    fn a_broken_template_is_passed_over_and_named() {
        let folder = Folder::with(&[
            ("en/welcome.txt", "Subject: {% if %}"),
            ("en/shipped.txt", "Subject: {{ nobody.knows }}\n"),
            ("en/delivered.txt", "no subject\n"),
            (
                "en/refunded.html",
                "{% for i in range(1000) %}{% for j in range(1000) %}{{ i }}{% for k in range(1000) %}x{% endfor %}{% endfor %}{% endfor %}",
            ),
            ("en/surprise.txt", "Subject: nobody asks for it"),
            ("en/words.toml", "total = 7"),
        ]);
        let pages = folder.pages();
        let named: Vec<&str> = pages.flaws().iter().map(|flaw| flaw.template.as_str()).collect();
        assert_eq!(named, ["en/surprise.txt", "en/welcome.txt", "en/words.toml"]);
        assert_eq!(shown(&pages, Language::En, Kind::Welcome).title, "Welcome to Tea & Mugs");
        for kind in [Kind::Shipped, Kind::Delivered, Kind::Refunded] {
            let (known, params) = sample(kind).unwrap();
            let letter = letter(&pages, Language::En, kind, &known, &params);
            let (rendered, flaw) = pages.render(Language::En, kind, &letter).unwrap();
            assert!(flaw.is_some_and(|flaw| flaw.template.starts_with("en/")), "{kind:?}");
            assert!(!rendered.html.is_empty() && !rendered.title.is_empty());
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_as_if_there_were_none() {
        let pages = Pages::load(Some(PathBuf::from("/nowhere/at/all")));
        assert_eq!(pages.flaws().len(), 1);
        assert_eq!(shown(&pages, Language::En, Kind::Welcome).title, "Welcome to Tea & Mugs");
    }
}
