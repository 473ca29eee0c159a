// What people do on the pages, in words that journeys are told in.
'use strict';

const assert = require('node:assert/strict');
const { until, url } = require('./shop');

const PASSWORD = 'a lantern in the orchard';
const HOME = { name: 'Ada Lovelace', line1: '12 St James\'s Square', city: 'London', postal_code: 'SW1Y 4JH' };

/** Puts a product into the cart, from its page. */
async function add(page, slug, quantity = 1) {
  await page.goto(`/p/${slug}`);
  await page.fill('#quantity', String(quantity));
  await page.click('#add-to-cart');
  await page.waitForURL('**/cart*');
}

/** From the cart to the page of the order; answers its address. */
async function checkOut(page, { email, method = 'sim_success' } = {}) {
  await page.goto('/checkout');
  if (email) await page.fill('#checkout [name=email]', email);
  for (const [name, value] of Object.entries(HOME)) await page.fill(`#checkout [name=${name}]`, value);
  await choose(page, 'payment_method', method);
  const terms = page.locator('#terms');
  if (await terms.count()) await terms.check();
  await page.click('#place-order');
  return page;
}

/** Takes one of several. */
async function choose(page, name, value) {
  await page.locator(`#checkout [name=${name}][value=${value}]`).check({ force: true });
}

/** Waits until the order's page says so by itself, or, without scripts, when it is looked at again. */
async function becomes(page, words, { scripts = true } = {}) {
  const status = page.locator('#order-status-word');
  if (scripts) {
    await status.filter({ hasText: words }).waitFor();
    return;
  }
  for (let look = 0; look < 40; look += 1) {
    if (words.test(await status.innerText())) return;
    await page.waitForTimeout(250);
    await page.reload();
  }
  assert.fail(`the order never became ${words}`);
}

/** Logs in, and comes back to where it leads. */
async function logIn(page, { email, password }, at = '/login') {
  await page.goto(at);
  await page.fill('main [name=email]', email);
  await page.fill('main [name=password]', password);
  await page.locator('main form').filter({ has: page.locator('[name=password]') }).locator('button[type=submit]').first().click();
  await page.waitForURL((where) => !where.pathname.endsWith('/login'));
}

/** Fills in a form and sends it by its last button. */
async function fill(page, form, fields) {
  for (const [name, value] of Object.entries(fields)) await page.fill(`${form} [name=${name}]`, value);
  await page.locator(`${form} button[type=submit]`).last().click();
}

/** A new account, and its own page. */
async function register(page, email, name) {
  await page.goto('/register');
  await fill(page, '#register-form', { email, name, password: PASSWORD });
  await page.waitForURL('**/account*');
}

/** The newest mail to somebody that holds a link of this kind. */
async function link(admin, to, kind) {
  return until(`a mail to ${to} with ${kind}`, async () => {
    const box = await admin('GET', '/v1/mailbox?limit=100');
    for (const mail of box.items.filter((one) => one.to === to)) {
      const found = JSON.stringify(mail).match(new RegExp(`https?://[^"\\s<>\\\\]*${kind}[^"\\s<>\\\\]*`));
      if (found) return found[0].replace(/&amp;/g, '&').replace(/^https?:\/\/[^/]+/, url);
    }
    return null;
  });
}

/** Opens the link of the mail that asks for it, and says yes. */
async function verify(page, admin, email) {
  await page.goto(await link(admin, email, '/verify-email'));
  await page.locator('main form button').first().click();
  await page.getByText(/verified|confirmed/i).first().waitFor();
}

/** The sum as the page tells it, line by line, in pence. */
async function sums(page) {
  const rows = await page.locator('dl.totals > div').evaluateAll((all) => all.map((row) => [
    row.querySelector('dt').firstChild.textContent.trim(), row.querySelector('dd').textContent.trim(),
  ]));
  return Object.fromEntries(rows.map(([name, text]) => {
    const [, less, whole, part] = text.match(/^([−-]?)£([\d,]+)\.(\d\d)$/) || [];
    return [name, whole ? (less ? -1 : 1) * Number(whole.replaceAll(',', '') + part) : text];
  }));
}

/** The id of the order whose page this is. */
function orderOf(page) {
  const [, id] = new URL(page.url(), url).pathname.match(/\/orders\/([0-9a-f-]{36})/) || [];
  assert.ok(id, `${page.url()} is no order's page`);
  return id;
}

module.exports = { HOME, PASSWORD, add, becomes, checkOut, choose, fill, link, logIn, orderOf, register, sums, verify };
