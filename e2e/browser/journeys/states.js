// What one sees where there is nothing, and where something was refused: kind, accessible, and as wide as the window.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { png } = require('../pictures');
const { ADMIN, STAFF, accessible, address, fits, journey, shot, until } = require('../shop');
const { PASSWORD, add, logIn, register } = require('../steps');

const NOBODY = '00000000-0000-7000-8000-000000000000';
const WRONG = { email: 'not an address', password: 'short' };

// Address, form, and what is typed that cannot be.
const REFUSED_GUESTS = [
  ['/login', 'main form:has([name=password])', { email: 'nobody@example.com', password: PASSWORD }],
  ['/register', '#register-form', WRONG],
  ['/password/forgot', '#forgot-form', { email: WRONG.email }],
  ['/reset-password?token=bad', '#reset-form', { password: PASSWORD }],
  ['/accept-invitation?token=bad', 'main form:has([name=password])', { name: 'Ada', password: PASSWORD }],
];
const REFUSED_CUSTOMERS = [
  ['/account/profile', '#profile-form', { phone: 'x'.repeat(9), name: '' }],
  ['/account/security', '#email-form', WRONG],
  ['/account/security', '#password-form', { old_password: 'not mine', new_password: 'short' }],
  ['/account/addresses/new', '#address-form', { name: 'Ada', line1: '' }],
  ['/account/credit', '#gift-card-form', { code: 'NO-SUCH-CARD' }],
];
const EMPTY_OF_CUSTOMERS = ['/account', '/account/orders', '/account/addresses', '/account/points', '/account/credit', '/account/profile', '/account/security'];
const EMPTY_OF_THE_DESK = [
  '/admin/orders?q=nobody-ordered-this', '/admin/products?q=nobody-sells-this', '/admin/customers?email=nobody%40example.com', '/admin/mails?state=failed',
  '/admin/mails?recipient=nobody%40example.com', '/admin/reviews?status=rejected', '/admin/returns?status=rejected', '/admin/dead-letters',
  '/admin/stock/transfers', '/admin/stock/sources', '/admin/coupons/gift-cards', '/admin/payments',
];

/** Sends a form that cannot be accepted, whatever the browser thinks of it. */
async function refused(page, [at, form, fields]) {
  await page.goto(at);
  const sent = page.locator(form).first();
  await sent.evaluate((element) => { element.noValidate = true; });
  for (const [name, value] of Object.entries(fields)) await sent.locator(`[name=${name}]`).fill(value);
  await sent.locator('button[type=submit]').last().click();
  await page.locator('main .field-error, main .notice.is-bad').first().waitFor();
}

test('what is not there, and what was refused, is told kindly', journey(async (come) => {
  const page = await (await come()).open('/');
  const phone = await (await come({ width: 360 })).open('/');
  const whole = async (at, status) => {
    for (const one of [page, phone]) {
      const answer = await one.goto(at);
      if (status) assert.equal(answer.status(), status, at);
      await fits(one);
    }
    await accessible(page);
  };
  for (const at of ['/no/such/page', '/p/no-such-thing', '/c/no-such-place', `/orders/${NOBODY}`, '/legal/nothing']) await whole(at, 404);
  await shot(page, 'light-not-found');
  await shot(phone, 'phone-not-found');
  await whole('/cart', 200);
  await page.getByText('Your cart is empty').waitFor();
  await shot(page, 'light-cart-empty');
  await whole('/search?q=nothing+like+this', 200);
  await shot(page, 'light-search-empty');
  for (const one of REFUSED_GUESTS) {
    await refused(page, one);
    await accessible(page);
    await fits(page);
  }
}));

test('a new account is empty, and says so kindly', journey(async (come) => {
  const page = await (await come()).open('/');
  const email = address();
  await register(page, email, 'Émilie du Châtelet');
  const phone = await (await come({ width: 360, dark: true })).open('/');
  await logIn(phone, { email, password: PASSWORD });
  for (const at of EMPTY_OF_CUSTOMERS) {
    for (const one of [page, phone]) {
      await one.goto(at);
      await fits(one);
    }
    await accessible(page);
  }
  for (const one of REFUSED_CUSTOMERS) {
    await refused(page, one);
    await accessible(page);
    await fits(page);
  }
  await add(page, 'stoneware-mug');
  await page.goto('/p/stoneware-mug');
  await page.locator('#reviews details summary').click();
  await page.locator('#review [name=stars][value="5"]').check({ force: true });
  await page.fill('#review [name=author]', 'Émilie');
  await page.locator('#review button[type=submit]').click();
  await page.getByText('Only those who bought this').waitFor();
  await accessible(page);
}));

test('a picture of oneself is shown, and what is none is refused with a reason', journey(async (come) => {
  const page = await (await come()).open('/');
  await register(page, address(), 'Maria Sibylla Merian');
  const send = async (name, mimeType, buffer) => {
    await page.goto('/account/profile');
    await page.setInputFiles('#avatar-form [name=avatar]', { name, mimeType, buffer });
    await page.locator('#avatar-form button').click();
  };
  await send('drawing.svg', 'image/svg+xml', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'));
  await page.locator('#avatar .notice').filter({ hasText: 'no JPEG' }).waitFor();
  await accessible(page);
  await send('large.png', 'image/png', Buffer.alloc(6_000_000, 1));
  await page.locator('#avatar .notice').filter({ hasText: '5 MB' }).waitFor();
  await send('me.png', 'image/png', png(300, 200, [90, 60, 120]));
  const picture = page.locator('#avatar img');
  await picture.waitFor();
  const width = await until('the picture', () => picture.evaluate((img) => img.complete && img.naturalWidth));
  assert.equal(width, 256);
  await accessible(page);
  await shot(page, 'light-profile');
  await page.setViewportSize({ width: 360, height: 900 });
  await fits(page);
  await page.locator('#avatar-remove button').click();
  await picture.waitFor({ state: 'detached' });
}));

test('the desk is kind where there is nothing, and where something is wrong', journey(async (come) => {
  const desk = await (await come()).open('/admin/login');
  await refused(desk, ['/admin/login', 'main form:has([name=password])', { email: 'nobody@example.com', password: PASSWORD }]);
  await accessible(desk);
  await logIn(desk, ADMIN, '/admin/login');
  for (const at of EMPTY_OF_THE_DESK) {
    await desk.goto(at);
    await accessible(desk);
    await fits(desk);
  }
  for (const [at, status] of [[`/admin/orders/${NOBODY}`, 404], ['/admin/no-such-place', 404]]) {
    const answer = await desk.goto(at);
    assert.equal(answer.status(), status, at);
    await accessible(desk);
  }
  await desk.goto('/admin/mails?order=not-an-id');
  await desk.getByText('These filters do not work').waitFor();
  await accessible(desk);
  await desk.goto('/admin/products/new');
  await desk.locator('#product').evaluate((form) => { form.noValidate = true; });
  await desk.fill('#product [name="variant.0.price"]', '12.345');
  await desk.locator('#product button[name=save]').first().click();
  await desk.locator('.field-error').first().waitFor();
  await accessible(desk);
  await shot(desk, 'desk-product-refused');

  await desk.goto('/admin/health');
  await desk.locator('#verify button[type=submit]').click();
  await desk.locator('#proof').waitFor();
  await accessible(desk);
  await fits(desk);
  await shot(desk, 'desk-health');
  await desk.goto('/admin/health');
  await desk.locator('#last-proof').filter({ hasText: 'Last checked' }).waitFor();

  const staff = await (await come()).open('/admin/login');
  await logIn(staff, STAFF, '/admin/login');
  assert.equal((await staff.goto('/admin/dead-letters')).status(), 403);
  await accessible(staff);
}));

test('a file that is no photo is refused with a reason, and the others are kept', journey(async (come) => {
  const desk = await (await come()).open('/admin/login');
  await logIn(desk, STAFF, '/admin/login');
  await desk.goto('/admin/products?q=storage+jar');
  await desk.locator('main table a[href^="/admin/products/"]').first().click();
  await desk.locator('#upload').waitFor();
  const before = await desk.locator('[id^=photo-]').count();
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';
  // A picture by its first bytes that is a page by the rest of them: what is kept is drawn anew, without that rest.
  const twofold = Buffer.concat([png(40, 40, [9, 90, Date.now() % 256]), Buffer.from('<script>alert(3)</script>')]);
  await desk.setInputFiles('#upload [name=photos]', [
    { name: 'twofold.png', mimeType: 'image/png', buffer: twofold },
    { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(drawing) },
  ]);
  await desk.locator('#upload button[type=submit]').click();
  const told = desk.locator('.notice, .field-error').filter({ hasText: /drawing\.svg|photo|picture|image/i }).first();
  await told.waitFor();
  await accessible(desk);
  await shot(desk, 'desk-photo-refused');
  assert.doesNotMatch(await told.innerText(), /photo_type|415|urn:/, 'in words, not in codes');
  await desk.reload();
  assert.equal(await desk.locator('[id^=photo-]').count(), before + 1);
  const kept = await desk.locator('[id^=photo-] img').last().getAttribute('src');
  const bytes = await (await desk.request.get(kept)).body();
  assert.ok(!bytes.includes('<script>'), 'nothing but a picture');
}));
