//! What people use to get script through sanitisers (OWASP's and `PortSwigger`'s lists, and CVEs of the fault list), and
//! proofs that whatever comes out is text and bare tags.

use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<script/src=data:,alert(1)>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1)//<</script>",
    "<script>alert(1)",
    "<script",
    "<img src=x onerror=alert(1)>",
    "<IMG \"\"\"><SCRIPT>alert(1)</SCRIPT>\">",
    "<img src=\"javascript:alert(1)\">",
    "<img src=x:alert(alt) onerror=eval(src) alt=xss>",
    "<img/src=`x`onerror=alert(1)>",
    "<p onclick=alert(1)>a</p>",
    "<p/onclick=alert(1)>a</p>",
    "<p style=\"background:url(javascript:alert(1))\">a</p>",
    "<b\tonmouseover\t=\talert(1)>a",
    "<a href=\"javascript:alert(1)\">a</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">a</a>",
    "<a href=' &#14; javascript:alert(1);'>a</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg/onload=alert(1)//",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><script>alert(1)</script></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\">",
    "<object data=\"javascript:alert(1)\">",
    "<embed src=\"javascript:alert(1)\">",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus>",
    "<marquee onstart=alert(1)>",
    "<base href=\"javascript:alert(1)//\">",
    "<link rel=stylesheet href=\"javascript:alert(1)\">",
    "<meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<style>@import 'javascript:alert(1)';</style>",
    "<style><!--</style><script>alert(1)//--></script>",
    "<!--<img src=\"--><img src=x onerror=alert(1)//\">",
    "<!--><script>alert(1)</script>-->",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version=\"1.0\"?><script>alert(1)</script>",
    "<? foo=\"><script>alert(1)</script>\">",
    "<! foo=\"><script>alert(1)</script>\">",
    "</ foo=\"><script>alert(1)</script>\">",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
    "<p title=\"</p><script>alert(1)</script>\">a</p>",
    "<p title='>'onclick=alert(1)>a",
    "<p \"><script>alert(1)</script>",
    "<template><script>alert(1)</script></template>",
    "<xmp><p title=\"</xmp><script>alert(1)</script>\"></xmp>",
    "<plaintext><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "&lt<script>alert(1)</script>",
    "\u{0}<scr\u{0}ipt>alert(1)</script>",
    "<\u{a0}script>alert(1)</script>",
    "\u{ff1c}script\u{ff1e}alert(1)",
    "<ſcript>alert(1)</ſcript>",
    "<br onerror=alert(1)/>",
    "<a\u{c}href=javascript:alert(1)>a",
    "\"><script>alert(1)</script>",
    "'-alert(1)-'",
    "[a](javascript:alert(1))",
];

/// Takes the bare tags that may stay out of `html`; what is left must be escaped text. Tags must be closed in order.
fn is_harmless(html: &str) -> bool {
    let (mut rest, mut open) = (html, Vec::new());
    while let Some((text, tail)) = rest.split_once('<') {
        let Some((tag, tail)) = tail.split_once('>') else { return false };
        let closed = tag.strip_prefix('/');
        let name = closed.unwrap_or(tag);
        if text.contains(['>', '"', '\'']) || !KEPT.contains(&name) {
            return false;
        }
        match closed {
            Some(name) if open.pop() != Some(name) => return false,
            None if !VOID.contains(&name) => open.push(name),
            Some(_) | None => {}
        }
        rest = tail;
    }
    open.is_empty() && !rest.contains(['>', '"', '\''])
}

#[test]
fn no_attack_leaves_anything_but_text_and_bare_tags() {
    for attack in ATTACKS {
        let clean = sanitised(attack);
        assert!(is_harmless(&clean), "{attack} became {clean}");
    }
}

#[test]
fn whatever_stands_around_an_attack_changes_nothing() {
    for attack in ATTACKS {
        for around in ["<p>x</p>", "<p title=\"", "<!--", "<b>", "</p>", "<style>", "'\"<"] {
            for text in [format!("{around}{attack}"), format!("{attack}{around}"), format!("{around}{attack}{attack}")]
            {
                let clean = sanitised(&text);
                assert!(is_harmless(&clean), "{text} became {clean}");
            }
        }
    }
}

#[test]
fn the_content_of_scripts_and_styles_is_gone() {
    assert_eq!(sanitised("a<script>alert(1)</script>b"), "ab");
    assert_eq!(sanitised("a<STYLE type='x'>p{}</STYLE >b<script>c"), "ab");
    assert_eq!(sanitised("a<svg/>b"), "ab");
}

#[test]
fn what_people_write_stays_readable() {
    let body =
        "<P class=\"x\">Length: 12\" & more &amp; &eacute;</P><ul>\n<li><span>One</span></li><li>Two<br/></li></ul>";
    let clean = "<p>Length: 12&quot; &amp; more &amp; &eacute;</p><ul>\n<li>One</li><li>Two<br></li></ul>";
    assert_eq!(sanitised(body), clean);
    assert_eq!(sanitised("<div>a</div><div>b</div>"), "\na\n\nb\n");
    assert_eq!(sanitised("1 < 2 and 3 > 2, I <3 you"), "1 &lt; 2 and 3 &gt; 2, I &lt;3 you");
    assert_eq!(sanitised("<img alt=\"a > b\" src=x>c"), "c");
    assert_eq!(sanitised(""), "");
}

#[test]
fn tags_are_always_closed_and_closing_what_is_not_open_does_nothing() {
    assert_eq!(sanitised("<ul><li><b>a</ul>b</p>"), "<ul><li><b>a</b></li></ul>b");
    let deep = sanitised(&"<b>".repeat(1_000));
    assert_eq!(deep.matches("<b>").count(), MAX_DEPTH);
    assert!(is_harmless(&deep));
}

#[test]
fn cleaning_what_is_clean_changes_nothing() {
    for attack in ATTACKS {
        let clean = sanitised(attack);
        assert_eq!(sanitised(&clean), clean);
    }
}

#[test]
fn no_source_takes_more_than_moments() {
    let started = Instant::now();
    for unit in ["<a \"", "<a '\">", "<", "<p ", "<!--", "<script>", "</script", "&", "<p title='<p title=\"", "<b>"] {
        let source = unit.repeat(100_000 / unit.len());
        assert!(is_harmless(&sanitised(&source)), "{unit}");
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn any_text_becomes_harmless(text in "\\PC{0,200}") {
        prop_assert!(is_harmless(&sanitised(&text)));
    }

    #[test]
    fn anything_like_markup_becomes_harmless(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "<", ">", "</", "/>", "p", "script", "style", "svg", "b", " ", "\"", "'", "=", "onerror", "<!--", "-->", "&",
                "#x3c", ";", "lt", "\n", "/", "!", "é", "<p>", "</p>", "<b>", "</b>", "<script>", "</script>",
            ]),
            0..60,
        ),
    ) {
        let clean = sanitised(&parts.concat());
        prop_assert!(is_harmless(&clean), "{}", clean);
        prop_assert_eq!(sanitised(&clean), clean);
    }
}

#[test]
fn a_text_is_markdown_unless_it_begins_with_a_tag() {
    let text = "Tells the **weather**.\n\n- brass\n- glass\n";
    assert_eq!(
        described(text),
        "<p>Tells the <strong>weather</strong>.</p>\n<ul>\n<li>brass</li>\n<li>glass</li>\n</ul>\n"
    );
    assert_eq!(described("<p>**not** bold</p>"), "<p>**not** bold</p>");
    assert_eq!(described(""), "");
}

#[test]
fn no_markdown_becomes_active() {
    for attack in ATTACKS.iter().chain(&["![x](x \"onerror=alert(1)\")", "<javascript:alert(1)>", "`<script>`"]) {
        for text in
            [format!("A **start**. {attack}"), format!("A start.\n\n{attack}\n"), format!("- a\n\n      {attack}")]
        {
            let html = described(&text);
            assert!(is_harmless(&html), "{text} became {html}");
        }
    }
}
