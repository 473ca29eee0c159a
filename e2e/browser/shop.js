// A shop, its visitors and their windows. A window fails its test when something runs that should not: a dialog, an
// error of a script, a report against the content policy, an answer of 500.
'use strict';

const assert = require('node:assert/strict');
const { after } = require('node:test');
const fs = require('node:fs');
const path = require('node:path');
const { chromium } = require('playwright-core');

const url = process.env.BODEGA_SHOP;
const shots = process.env.BODEGA_SHOTS;
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const PATIENCE_MS = 10_000;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars'];

const STAFF = { email: 'staff@example.com', password: 'orchard-lantern-staff' };
const ADMIN = { email: 'admin@example.com', password: 'orchard-lantern-admin' };
const SHOPPER = { email: 'shopper@example.com', password: 'orchard-lantern-shopper' };

let started;
function browser() {
  started ??= chromium.launch({ executablePath: process.env.BODEGA_CHROMIUM || '/usr/bin/chromium', args: FLAGS });
  return started;
}
after(async () => (await started)?.close());

/** A visitor with a browser of their own. `width` in pixels; `scripts: false` for a browser without JavaScript. */
async function visitor({ scripts = true, width = 1280, dark = false, language = 'en' } = {}) {
  const context = await (await browser()).newContext({
    baseURL: url,
    javaScriptEnabled: scripts,
    viewport: { width, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
    locale: language,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const faults = [];
  const open = async (at = '/') => {
    const page = await context.newPage();
    page.on('dialog', (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
    page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' && /Content.Security.Policy|Refused to/i.test(text)) faults.push(`policy: ${text}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(at);
    return page;
  };
  return {
    context,
    open,
    faults,
    close: async () => {
      await context.close();
      assert.deepEqual(faults, [], 'nothing went wrong behind the page');
    },
  };
}

/** Runs with visitors that are closed, and looked at for faults, whatever happens. */
function journey(body) {
  return async (t) => {
    const all = [];
    const come = async (options) => {
      const one = await visitor(options);
      all.push(one);
      return one;
    };
    try {
      await body(come, t);
    } catch (error) {
      let number = 0;
      for (const one of all) {
        for (const page of one.context.pages()) {
          const file = path.join(shots, `failed-${t.name.replace(/\W+/g, '-').slice(0, 60)}-${number++}.png`);
          await page.screenshot({ path: file, fullPage: true }).catch(() => {});
          error.message += `\n  ${page.url()} → ${file}`;
        }
        if (one.faults.length) error.message += `\n  ${one.faults.join('\n  ')}`;
        await one.context.close();
      }
      throw error;
    }
    for (const one of all) await one.close();
  };
}

/** No serious fault of accessibility. `colours`: of these alone, or of all but these; of both where it is not said. */
async function accessible(page, { colours } = {}) {
  await page.evaluate(axe);
  const rules = { 'color-contrast': { enabled: colours !== false } };
  const options = { resultTypes: ['violations'], ...(colours ? { runOnly: ['color-contrast'] } : { rules }) };
  const found = await page.evaluate((how) => window.axe.run(document, how), options);
  const serious = found.violations.filter((one) => ['serious', 'critical'].includes(one.impact));
  const told = serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  assert.deepEqual(told, [], `axe at ${page.url()}`);
}

/** Nothing is wider than the window. */
async function fits(page) {
  const [inner, scroll] = await page.evaluate(() => [window.innerWidth, document.documentElement.scrollWidth]);
  assert.ok(scroll <= inner, `${page.url()} is ${scroll} pixels wide in a window of ${inner}`);
}

/** A picture of the whole page. */
async function shot(page, name) {
  // Pictures that wait until they are in view are asked for now.
  await page.evaluate(() => {
    const drawn = (img) => img.complete || new Promise((done) => { img.onload = done; img.onerror = done; });
    const patience = new Promise((done) => { setTimeout(done, 5000); });
    for (const img of document.images) img.loading = 'eager';
    return Promise.race([patience, Promise.all([...document.images].map(drawn)).then(() => {})]);
  });
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: true });
}

/** The API as somebody: `as(STAFF)('POST', '/v1/…', body)`. */
async function as(person) {
  const { access_token: token } = await call('POST', '/v1/auth/login', person);
  return (method, where, body, headers = {}) => call(method, where, body, { authorization: `Bearer ${token}`, ...headers });
}

async function call(method, where, body, headers = {}) {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const raw = Buffer.isBuffer(body);
  const response = await fetch(url + where, {
    method,
    headers: { ...(raw ? {} : json), ...headers },
    body: raw ? body : body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${method} ${where}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Waits until `look` gives something. */
async function until(what, look) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

let people = 0;
/** An address that nobody has. */
function address() {
  people += 1;
  return `visitor-${Date.now()}-${people}@example.com`;
}

module.exports = { ADMIN, SHOPPER, STAFF, accessible, address, as, call, fits, journey, shot, until, url };
