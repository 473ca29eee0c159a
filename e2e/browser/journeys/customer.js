// A customer's way: an account, a verified address, a code, points, a parcel, and some of it back; staff at the other window.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ADMIN, STAFF, accessible, address, as, fits, journey, shot, until } = require('../shop');
const { PASSWORD, add, becomes, checkOut, link, logIn, orderOf, register, verify } = require('../steps');

test('a customer registers, verifies, buys with a code, and watches the parcel while staff works', journey(async (come) => {
  const email = address();
  const customer = await come();
  const page = await customer.open('/');
  await register(page, email, 'Mary Somerville');
  await verify(page, await as(ADMIN), email);

  await add(page, 'stoneware-mug', 4);
  await page.fill('#cart [name=code], #cart [name=coupon_code]', 'WELCOME10');
  await page.locator('form[action$="/cart/coupon"] button').first().click();
  await page.locator('#cart').getByText('£5.00').first().waitFor();
  await checkOut(page, {});
  await page.waitForURL('**/orders/*');
  await becomes(page, /confirmed/i);
  const order = orderOf(page);
  assert.match(await page.locator('main').innerText(), /£45\.00/);
  await shot(page, 'order');

  const desk = await come();
  const staff = await desk.open('/admin/login');
  await logIn(staff, STAFF, '/admin/login');
  await staff.goto(`/admin/orders/${order}`);
  await accessible(staff);
  await shot(staff, 'desk-order');
  await staff.locator('#form-dispatch [name=carrier_name]').fill('Parcel Post');
  await staff.locator('#form-dispatch [name=tracking_number]').fill('PP 123 456 789');
  await staff.locator('#form-dispatch button[type=submit]').click();
  await staff.locator('#order-parcels').getByText('PP 123 456 789').first().waitFor();
  // Nobody touched the customer's window.
  await becomes(page, /on its way|shipped|sent/i);
  await page.getByText('PP 123 456 789').first().waitFor();

  staff.once('dialog', (dialog) => dialog.accept());
  await staff.locator('#order-parcels button, #order-actions button').filter({ hasText: /arrived|delivered/i }).first().click();
  await becomes(page, /delivered|arrived/i);
  await accessible(page);
  await fits(page);

  await page.goto('/account/points');
  await page.locator('main').getByText(/\b45\b/).first().waitFor();
  await page.goto('/account/orders');
  await page.locator(`a[href$="/orders/${order}"]`).first().waitFor();
}));

test('goods go back and the money with them', journey(async (come) => {
  const email = address();
  const page = await (await come()).open('/');
  await add(page, 'stoneware-mug', 2);
  await checkOut(page, { email });
  await page.waitForURL('**/orders/*');
  await becomes(page, /confirmed/i);
  const order = orderOf(page);

  const staff = await (await come()).open('/admin/login');
  await logIn(staff, STAFF, '/admin/login');
  await staff.goto(`/admin/orders/${order}`);
  await staff.locator('#form-dispatch button[type=submit]').click();
  await becomes(page, /on its way|shipped|sent/i);

  await page.goto(`/orders/${order}/return`);
  await page.locator('#return-form select[name^=quantity-], #return-form input[name^=quantity-]').first().evaluate((field) => {
    field.value = '1';
  });
  await page.fill('#return-form [name=reason]', 'One is enough');
  await page.locator('#return-form button[type=submit]').click();
  await page.waitForURL(/\/orders\/[0-9a-f-]+(\?.*)?$/);

  await staff.goto('/admin/returns');
  await staff.locator('a[href^="/admin/returns/"]').first().click();
  await staff.locator('#form-approve button[type=submit]').click();
  await staff.locator('#form-receive').waitFor();
  await accessible(staff);
  await staff.locator('#form-receive button[type=submit]').click();
  await staff.waitForLoadState();
  const admin = await as(ADMIN);
  await until('the money of one mug', async () => {
    const now = await admin('GET', `/v1/orders/${order}/payments`);
    return JSON.stringify(now).includes('"refunded":{"amount":1250');
  });
  await page.goto(`/orders/${order}`);
  await page.locator('main').getByText('£12.50').first().waitFor();
}));

test('staff give money back, once, however often the button is pressed', journey(async (come) => {
  const page = await (await come()).open('/');
  await add(page, 'storage-jar', 2);
  await checkOut(page, { email: address() });
  await page.waitForURL('**/orders/*');
  await becomes(page, /confirmed/i);
  const order = orderOf(page);
  const staff = await (await come()).open('/admin/login');
  await logIn(staff, STAFF, '/admin/login');
  await staff.goto(`/admin/orders/${order}`);
  await staff.locator('summary').filter({ hasText: /money back/i }).click();
  await staff.fill('#form-refund [name=refund_amount]', '3.50');
  await staff.fill('#form-refund [name=refund_reason]', 'A chip in the glass');
  const ends = await staff.locator('#form-refund').evaluate((form) => {
    const press = () => fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    return Promise.all([press(), press(), press()].map(async (answer) => [(await answer).status, (await answer).url]));
  });
  assert.ok(ends.some(([status]) => status === 200), `${ends}`);
  assert.ok(ends.every(([, where]) => where.includes(order)), `${ends}`);
  const admin = await as(ADMIN);
  await until('one refund', async () => {
    const text = JSON.stringify(await admin('GET', `/v1/orders/${order}/payments`));
    return text.includes('"refunded":{"amount":350');
  });
}));

test('a password that was forgotten is made anew', journey(async (come) => {
  const email = address();
  const page = await (await come()).open('/');
  await register(page, email, '');
  await page.locator('#logout-form button').click();
  await page.goto('/password/forgot');
  await page.fill('main [name=email]', email);
  await page.locator('main form button[type=submit]').first().click();
  await page.goto(await link(await as(ADMIN), email, '/reset-password'));
  await page.fill('main [name=password]', `${PASSWORD} again`);
  await page.locator('main form').filter({ has: page.locator('[name=password]') }).locator('button').first().click();
  await page.waitForLoadState();
  await logIn(page, { email, password: `${PASSWORD} again` });
  await page.goto('/account');
  await page.locator('#logout-form').waitFor();
}));
