// A guest buys: on a desk and on a phone, with scripts and without, in English and in German.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { STAFF, accessible, address, as, fits, journey } = require('../shop');
const MUG = 'stoneware-mug';
const JAR = 'storage-jar';
const { add, becomes, checkOut, choose, orderOf } = require('../steps');

for (const scripts of [true, false]) {
  for (const width of [1280, 360]) {
    test(`a guest buys ${scripts ? 'with' : 'without'} scripts at ${width} pixels`, journey(async (come) => {
      const guest = await come({ scripts, width });
      const page = await guest.open('/');
      await fits(page);
      await page.locator('main a[href^="/c/"]').first().click();
      await page.waitForURL('**/c/*');
      await fits(page);
      await page.locator('main .tile a[href^="/p/"]:not([aria-hidden])').first().click();
      await page.waitForURL('**/p/*');
      await fits(page);
      await add(page, MUG, 2);
      await page.locator('#cart').getByText('£25.00').first().waitFor();
      await fits(page);
      await checkOut(page, { email: address() });
      await page.waitForURL('**/orders/*');
      await becomes(page, /confirmed/i, { scripts });
      await fits(page);
      assert.match(await page.locator('main').innerText(), /£25\.00/);
    }));
  }
}

test('the cart follows its lines, and says what a code takes off', journey(async (come) => {
  const page = await (await come()).open('/');
  await add(page, MUG, 1);
  await page.locator('#cart .line-count input[name=quantity]').fill('3');
  await page.locator('#cart .line-count input[name=quantity]').blur();
  await page.locator('#cart .totals').getByText('£37.50').first().waitFor();
  await page.fill('#cart [name=code], #cart [name=coupon_code]', 'NO-SUCH-CODE');
  await page.locator('form[action$="/cart/coupon"] button').first().click();
  await page.locator('#cart .field-error').first().waitFor();
  await accessible(page);
  await page.locator('form[action$="/remove"] button').first().click();
  await page.getByText('Your cart is empty').waitFor();
}));

test('a form that is not whole keeps what was typed', journey(async (come) => {
  const page = await (await come()).open('/');
  await add(page, MUG);
  await page.goto('/checkout');
  await page.fill('#checkout [name=email]', 'not an address');
  await page.fill('#checkout [name=city]', 'Lon');
  await choose(page, 'payment_method', 'sim_success');
  await page.click('#place-order');
  await page.locator('.field-error').first().waitFor();
  assert.equal(await page.inputValue('#checkout [name=email]'), 'not an address');
  assert.equal(await page.inputValue('#checkout [name=city]'), 'Lon');
  await accessible(page);
}));

test('a card that was declined is followed by another', journey(async (come) => {
  const page = await (await come()).open('/');
  await add(page, JAR);
  await checkOut(page, { email: address(), method: 'sim_decline' });
  await page.waitForURL('**/orders/*');
  await page.getByText('The payment was declined').waitFor();
  await accessible(page);
  await page.locator('a[href$="/pay"]').first().click();
  await page.locator('#pay-form [name=payment_method][value=sim_success]').check({ force: true });
  await page.locator('#pay-form button[type=submit]').click();
  await page.waitForURL(/\/orders\/[0-9a-f-]+(\?.*)?$/);
  await becomes(page, /confirmed/i);
}));

test('a bank that asks is answered on its page', journey(async (come) => {
  const page = await (await come()).open('/');
  await add(page, JAR);
  await checkOut(page, { email: address(), method: 'sim_3ds' });
  await page.waitForURL('**/orders/*');
  await page.locator('#to-bank').click();
  await page.locator('button, input[type=submit]').first().click();
  await page.waitForURL('**/orders/*');
  await becomes(page, /confirmed/i);
}));

test('two windows want the last piece: one has it, the other is told', journey(async (come) => {
  const staff = await as(STAFF);
  const sku = `LAST-${Date.now()}`;
  const product = {
    name: `Last of its kind ${sku}`, slug: sku.toLowerCase(), status: 'active',
    variants: [{ sku, price: { amount: 5000, currency: 'GBP' }, stocked: true }],
  };
  await staff('POST', '/v1/products', product);
  await staff('POST', '/v1/stock/movements', [{ sku, kind: 'receive', quantity: 1, reason: 'test' }]);
  const pages = [];
  for (let window = 0; window < 2; window += 1) {
    const page = await (await come()).open('/');
    await page.goto(`/p/${sku.toLowerCase()}`);
    for (let look = 0; look < 40 && !(await page.locator('#add-to-cart').count()); look += 1) {
      await page.waitForTimeout(100);
      await page.reload();
    }
    await add(page, sku.toLowerCase());
    pages.push(page);
  }
  await Promise.all(pages.map((page) => checkOut(page, { email: address() })));
  const ends = await Promise.all(pages.map(async (page) => {
    const done = page.locator('#order-status-word').filter({ hasText: /confirmed|cancelled/i });
    const told = page.locator('#news, .field-error, .notice.is-bad').filter({ hasText: /sold out|gone|left|available/i });
    await done.or(told).first().waitFor();
    return (await page.locator('#order-status-word').filter({ hasText: /confirmed/i }).count()) > 0;
  }));
  assert.deepEqual(ends.filter(Boolean).length, 1, 'one of the two has it');
  const loser = pages[ends.indexOf(false)];
  assert.match(await loser.locator('main').innerText(), /sold out|gone|no longer|not enough|left/i);
}));

test('the shop speaks German', journey(async (come) => {
  const page = await (await come({ language: 'de' })).open('/de');
  assert.equal(await page.getAttribute('html', 'lang'), 'de');
  await page.goto(`/de/p/${MUG}`);
  await page.click('#add-to-cart');
  await page.waitForURL('**/de/cart*');
  await page.getByText('Ihr Warenkorb').first().waitFor();
  await checkOutGerman(page);
  await becomes(page, /bestätigt/i);
  orderOf(page);
}));

async function checkOutGerman(page) {
  await page.goto('/de/checkout');
  const fields = { email: address(), name: 'Grace Hopper', line1: 'Unter den Linden 1', city: 'London', postal_code: 'N1 1AA' };
  for (const [name, value] of Object.entries(fields)) await page.fill(`#checkout [name=${name}]`, value);
  await choose(page, 'payment_method', 'sim_success');
  const terms = page.locator('#terms');
  if (await terms.count()) await terms.check();
  await page.getByRole('button', { name: /zahlungspflichtig/i }).click();
  await page.waitForURL('**/de/orders/*');
}
