// Staff at their desk: a product with photos that is found, a letter that could not be delivered, who may what.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ADMIN, STAFF, accessible, as, fits, journey, until } = require('../shop');
const { png } = require('../pictures');
const { logIn } = require('../steps');

test('staff add a product with photos, and a shopper finds it in spite of a slip of the pen', journey(async (come) => {
  const staff = await (await come()).open('/admin/login');
  await logIn(staff, STAFF, '/admin/login');
  await staff.goto('/admin/products/new');
  await accessible(staff);
  const name = `Barometer Quicksilver ${Date.now()}`;
  await staff.fill('#product [name=name]', name);
  await staff.fill('#product [name=description]', 'Tells the **weather** of tomorrow.');
  await staff.selectOption('#product [name=status]', 'active');
  await staff.fill('#product [name="variant.0.sku"]', `BARO-${Date.now()}`);
  await staff.fill('#product [name="variant.0.price"]', '89.50');
  await staff.locator('#product button[name=save]').first().click();
  await staff.waitForURL(/\/admin\/products\/[0-9a-f-]{36}/);
  await staff.setInputFiles('#upload [name=photos]', [
    { name: 'front.png', mimeType: 'image/png', buffer: png(900, 900, [40, 90, 120]) },
    { name: 'back.png', mimeType: 'image/png', buffer: png(400, 300, [200, 180, 90]) },
  ]);
  await staff.fill('#upload [name=alt]', 'A barometer of brass');
  await staff.locator('#upload button[type=submit]').click();
  await staff.locator('#photo-2').waitFor();
  await accessible(staff);

  const page = await (await come()).open('/');
  await until('the product among what is found', async () => {
    await page.goto('/search?q=baromter+quicksilver');
    return (await page.locator('main .tile').filter({ hasText: name }).count()) > 0;
  });
  await page.locator('main .tile').filter({ hasText: name }).locator('a:not([aria-hidden])').first().click();
  await page.waitForURL('**/p/*');
  assert.ok(await page.locator('main strong, main b').filter({ hasText: 'weather' }).count(), 'its text is drawn');
  const picture = page.locator('main img.picture, main img').first();
  await picture.waitFor();
  assert.ok(await until('the picture', () => picture.evaluate((img) => img.complete && img.naturalWidth > 0)));
  await accessible(page);
}));

test('what staff may not is said, and strangers are asked who they are', journey(async (come) => {
  const page = await (await come()).open('/admin/orders');
  await page.waitForURL('**/admin/login*');
  await logIn(page, STAFF, '/admin/login?to=%2Fadmin%2Fdead-letters');
  await page.goto('/admin/dead-letters');
  assert.match(await page.locator('main').innerText(), /admin|permission|allowed/i);
  await page.goto('/admin/login?to=https%3A%2F%2Fevil.example%2F');
  assert.ok(!page.url().includes('evil.example'));
}));

test('the desk is whole on every page', journey(async (come) => {
  const page = await (await come()).open('/admin/login');
  await logIn(page, ADMIN, '/admin/login');
  await page.goto('/admin');
  const hrefs = await page.locator('nav a[href^="/admin"]').evaluateAll((links) => links.map((one) => one.getAttribute('href')));
  const places = [...new Set(hrefs)];
  assert.ok(places.length >= 12, `${places}`);
  for (const place of places) {
    const answer = await page.goto(place);
    assert.equal(answer.status(), 200, place);
    await accessible(page);
    await fits(page);
  }
  const phone = await (await come({ width: 360 })).open('/admin/login');
  await logIn(phone, ADMIN, '/admin/login');
  for (const place of places) {
    await phone.goto(place);
    await fits(phone);
  }
}));
