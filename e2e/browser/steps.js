// What people do on the pages, in words that journeys are told in.
'use strict';

const assert = require('node:assert/strict');
const { url } = require('./shop');

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

/** The id of the order whose page this is. */
function orderOf(page) {
  const [, id] = new URL(page.url(), url).pathname.match(/\/orders\/([0-9a-f-]{36})/) || [];
  assert.ok(id, `${page.url()} is no order's page`);
  return id;
}

module.exports = { HOME, add, becomes, checkOut, choose, logIn, orderOf };
