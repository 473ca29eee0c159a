// What somebody might write who wants it to run. Every text is another one, so that a page can be asked which of them it shows.
'use strict';

const assert = require('node:assert/strict');

const CORPUS = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(2)>', '\'><svg onload=alert(3)>', '</title><script>alert(4)</script>',
  'javascript:alert(5)', '{{7*7}}${7*7}<%= 7*7 %>', '<a href="javascript:alert(6)">x</a>', '</script><script>alert(7)</script>',
  '<iframe srcdoc="<script>parent.alert(8)</script>">', '<style>*{display:none}</style>', '[x](javascript:alert(9))',
  '</textarea><script>alert(11)</script>', '--><script>alert(12)</script>', '" autofocus onfocus=alert(13) x="', '&lt;b&gt;&#60;',
  '<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(10)&gt;">', '\\u003cscript\\u003e',
];

/** Texts, and where each has to be read: as it was written, no letter more or less. */
class Written {
  #texts = [];
  #mark = Date.now().toString(36).slice(-4);

  /** A text for a field that holds so many characters, to be read in these places: `shop`, `desk`, `mail`. */
  text(field, max, ...places) {
    const number = this.#texts.length;
    let text = `${this.#mark}${number.toString(36)}`;
    for (let step = 0; step < CORPUS.length; step += 1) {
      const longer = `${text} ${CORPUS[(number * 3 + step) % CORPUS.length]}`;
      if (longer.length <= max) text = longer;
    }
    this.#texts.push({ field, text, missing: new Set(places) });
    return text;
  }

  /** Reads a page: notes what it shows, and that nothing on it came to life. */
  async read(page, place, at) {
    if (at) {
      const answer = await page.goto(at);
      assert.ok(answer.status() < 400, `${answer.status()} at ${at}`);
    }
    const wanted = this.#texts.map((one) => one.text);
    const { alive, seen } = await page.evaluate(look, wanted);
    assert.deepEqual(alive, [], `alive at ${page.url()}`);
    for (const index of seen) this.#texts[index].missing.delete(place);
  }

  /** All were read where they belong. */
  wereRead() {
    const missing = this.#texts.filter((one) => one.missing.size);
    assert.deepEqual(missing.map((one) => `${one.field}: ${[...one.missing]}`), [], 'shown nowhere as it was written');
  }
}

/** In the page: which of these texts it shows, and what is in it that no page of ours has. */
function look(wanted) {
  const plain = (text) => text.replace(/\s+/g, ' ');
  const shown = [plain(document.documentElement.textContent)];
  const alive = [];
  for (const element of document.querySelectorAll('*')) {
    const name = element.localName;
    if (name === 'script' && element.type !== 'application/ld+json' && !/^\/assets\//.test(element.getAttribute('src'))) alive.push(element.outerHTML);
    if (['object', 'embed', 'base', 'math', 'mglyph'].includes(name)) alive.push(element.outerHTML);
    if (name === 'iframe' && !element.matches('.mail-preview[sandbox]')) alive.push(element.outerHTML);
    if (name === 'style' && document.body.contains(element)) alive.push(element.outerHTML);
    for (const { name: key, value } of element.attributes) {
      shown.push(plain(value));
      if (key.startsWith('on') || (/^(href|src|action|formaction)$/.test(key) && /^\s*(javascript|data:text)/i.test(value))) alive.push(element.outerHTML);
    }
    if (typeof element.value === 'string') shown.push(plain(element.value));
  }
  const seen = [...wanted.keys()].filter((index) => shown.some((text) => text.includes(wanted[index])));
  return { alive, seen };
}

module.exports = { CORPUS, Written };
