// A customer of the shop from the first form to an order that points and a code pay for in part: with scripts and without, at a
// desk and on a phone. Every sum is looked at to the penny, wherever it is shown.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ADMIN, accessible, address, as, fits, journey, shot, until } = require('../shop');
const { PASSWORD, add, becomes, checkOut, fill, logIn, register, sums, verify } = require('../steps');

// Four mugs at 12.50, five pounds off from forty, a penny a point.
const GOODS = 5000;
const OFF = 500;
const POINTS = 345;
const GIVEN = 500;
const TOTAL = GOODS - OFF - POINTS;

/** What is told about a sum, on whatever page, comes to it. */
function agree(told, where) {
  assert.equal(told.Goods, GOODS, where);
  assert.equal(told['5 pounds off from 40 pounds'], -OFF, where);
  const points = Object.entries(told).filter(([name]) => /points/i.test(name));
  assert.deepEqual(points.map(([, amount]) => amount), [-POINTS], where);
  assert.equal(told.Total, TOTAL, where);
}

for (const [scripts, width] of [[true, 1280], [true, 360], [false, 360]]) {
  test(`a customer spends points beside a code ${scripts ? 'with' : 'without'} scripts at ${width} pixels`, journey(async (come) => {
    const email = address();
    const isWhole = scripts && width === 1280;
    const page = await (await come({ scripts, width })).open('/');
    const seen = async (name) => {
      await fits(page);
      if (isWhole) await accessible(page);
      if (name && (isWhole || (!scripts && width === 360))) await shot(page, `${isWhole ? 'light' : 'plain'}-${name}`);
    };
    await register(page, email, 'Mary Somerville');
    await seen();
    const admin = await as(ADMIN);
    await verify(page, admin, email);
    await page.goto('/account');
    await page.locator('#logout-form button').click();
    await page.waitForURL((where) => !where.pathname.startsWith('/account'));
    await logIn(page, { email, password: PASSWORD });

    await give(come, admin, email, isWhole);
    await page.goto('/account/points');
    await page.locator('main').getByText('500').first().waitFor();
    await page.locator('main').getByText('For a broken handle').first().waitFor();
    await seen();

    await add(page, 'stoneware-mug', 4);
    await fill(page, '#coupon', { code: 'TEATIME' });
    await page.locator('#cart .totals').getByText('−£5.00').waitFor();
    await fill(page, '#spend', { points: String(GIVEN + 1) });
    await page.locator('#spend .field-error').waitFor();
    await seen();
    await fill(page, '#spend', { points: String(POINTS) });
    await page.locator('#cart').getByText('−£3.45').first().waitFor();
    agree(await sums(page), 'the cart');
    await seen('cart-points');

    await page.goto('/checkout');
    agree(await sums(page), 'the checkout');
    await seen('checkout-points');
    await checkOut(page);
    await page.waitForURL('**/orders/*');
    await becomes(page, /confirmed/i, { scripts });
    agree(await sums(page), 'the order');
    await seen('order-points');
    const order = page.url();

    await page.goto('/account/points');
    await until('what is left', async () => {
      await page.goto('/account/points');
      return (await page.locator('main').innerText()).includes('155');
    });
    await page.goto('/account/orders');
    await seen();
    await page.locator(`a[href$="${new URL(order).pathname}"]`).first().click();
    await page.waitForURL('**/orders/*');
  }));
}

/** Points out of good will: at the desk, or as the desk does it. */
async function give(come, admin, email, isAtDesk) {
  const { items } = await admin('GET', `/v1/users?email=${encodeURIComponent(email)}`);
  const who = items.find((one) => one.email === email);
  const [points, reason] = [GIVEN, 'For a broken handle'];
  if (!isAtDesk) {
    await admin('POST', `/v1/customers/${who.id}/points/adjustments`, { points, reason });
    return;
  }
  const desk = await (await come()).open('/admin/login');
  await logIn(desk, ADMIN, '/admin/login');
  await desk.goto(`/admin/customers/${who.id}`);
  await fill(desk, '#form-points', { points: String(points), points_reason: reason });
  await desk.locator('main table').getByText(reason).waitFor();
  await accessible(desk);
}
