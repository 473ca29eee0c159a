// Whatever people write, in every field there is, is shown as they wrote it, and never runs.
'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { test } = require('node:test');
const { CORPUS, Written } = require('../corpus');
const { png } = require('../pictures');
const { ADMIN, STAFF, address, as, call, fits, journey, until } = require('../shop');
const { HOME, PASSWORD, add, becomes, checkOut, choose, logIn, orderOf, register } = require('../steps');

const pounds = (amount) => ({ amount, currency: 'GBP' });
const once = () => ({ 'idempotency-key': randomUUID() });

/** What staff write of goods. */
async function goods(written, staff) {
  const stamp = Date.now();
  const brand = await staff('POST', '/v1/brands', { name: written.text('brand', 90, 'shop', 'desk'), slug: `xb-${stamp}` });
  const category = await staff('POST', '/v1/categories', { name: written.text('category', 90, 'shop', 'desk'), slug: `xc-${stamp}` });
  const [option, value] = [written.text('option', 50, 'shop', 'desk'), written.text('value', 120, 'shop', 'desk')];
  const [slug, sku] = [`xss-${stamp}`, `XSS-${stamp}`];
  const made = await staff('POST', '/v1/products', {
    name: written.text('product', 200, 'shop', 'desk'), slug, status: 'active', description: CORPUS.join('\n\n'),
    tags: [written.text('tag', 120, 'desk')], brand_id: brand.id, category_ids: [category.id], options: [option],
    variants: [
      { sku, price: pounds(1000), stocked: true, options: { [option]: value }, barcode: written.text('barcode', 64, 'desk') },
      { sku: `${sku}-2`, price: pounds(1000), stocked: true, options: { [option]: `${value} ` + 'two' } },
    ],
  });
  const alt = written.text('photo', 300, 'shop', 'desk');
  await staff('POST', `/v1/products/${made.id}/photos?alt=${encodeURIComponent(alt)}`, png(400, 300, [120, 40, 90]), { 'content-type': 'image/png' });
  const [reason, reference] = [written.text('movement', 120, 'desk'), written.text('movement reference', 60, 'desk')];
  await staff('POST', '/v1/stock/movements', [{ sku, kind: 'receive', quantity: 50, reason, reference }]);
  const location = `x${stamp}`;
  await staff('POST', '/v1/admin/locations', { id: location, name: written.text('location', 90, 'desk'), priority: 9 });
  await staff('POST', '/v1/admin/transfers', {
    source: 'main', target: location, lines: [{ sku, quantity: 1 }], reference: written.text('transfer', 60, 'desk'),
  });
  const coupon = `XSS${stamp}`;
  const promotion = await staff('POST', '/v1/coupons', {
    label: written.text('coupon', 100, 'shop', 'desk'), code: coupon, reward: { kind: 'percentage', bp: 1000 },
  });
  await staff('POST', '/v1/shipping-methods', {
    id: `x${stamp}`, name: written.text('way of shipping', 90, 'shop', 'desk'), rate: { kind: 'flat', price: 100 },
  });
  await staff('POST', '/v1/admin/markets', {
    id: `x${stamp}`, name: written.text('market', 90, 'desk'), countries: ['NO'], currency: 'NOK', prices_include_tax: true, enabled: false,
  });
  return { id: made.id, slug, sku, coupon, promotion: promotion.id, category: `xc-${stamp}`, shipping: `x${stamp}` };
}

/** An address of somebody, every line of it; bills have no telephone. */
function postal(written, of, ...places) {
  const most = { name: 100, line1: 100, line2: 100, city: 100, region: 100, ...(of === 'bill' ? {} : { phone: 40 }) };
  const lines = Object.entries(most).map(([field, max]) => [field, written.text(`${of}: ${field}`, max, ...places)]);
  return { ...Object.fromEntries(lines), postal_code: 'N1 1AA' };
}

/** A shopper's own words: profile, address book, an order, a review. Answers the order. */
async function shopper(written, page, thing, desk, staff) {
  const email = address();
  await register(page, email, written.text('profile', 100, 'shop', 'desk'));
  const me = await as({ email, password: PASSWORD });
  const { id: user } = await me('GET', '/v1/me');
  const point = { points: 50, reason: written.text('points', 150, 'shop', 'desk') };
  await staff('POST', `/v1/customers/${user}/points/adjustments`, point, once());
  const credit = { amount: pounds(100), reason: written.text('credit', 150, 'desk') };
  await staff('POST', `/v1/admin/store-credit/${user}`, credit, once());
  await me('POST', '/v1/me/addresses', { ...postal(written, 'book', 'shop'), country: 'GB' }, once());

  await until('goods for sale', async () => {
    await page.goto(`/p/${thing.slug}`);
    return page.locator('#add-to-cart').count();
  });
  await written.read(page, 'shop');
  await add(page, thing.slug, 3);
  await page.fill('#coupon [name=code]', CORPUS[1]);
  await page.locator('#coupon button').last().click();
  await page.locator('#cart .field-error').first().waitFor();
  await written.read(page, 'shop');
  await page.fill('#coupon [name=code]', thing.coupon);
  await page.locator('#coupon button').last().click();
  await page.locator('#cart .totals .is-less').first().waitFor();
  await written.read(page, 'shop');

  // Refused first: what was typed comes back.
  await page.goto('/checkout');
  await written.read(page, 'shop');
  const home = postal(written, 'order', 'shop', 'desk');
  for (const [name, text] of Object.entries(home)) await page.fill(`#checkout [name=${name}]`, text);
  await page.fill('#checkout [name=email]', CORPUS[1]);
  await page.locator('#billing summary').click();
  const bill = postal(written, 'bill', 'shop', 'desk');
  for (const [name, text] of Object.entries(bill)) await page.fill(`#checkout [name=b_${name}]`, text);
  await choose(page, 'payment_method', 'sim_success');
  await page.click('#place-order');
  await page.locator('.field-error').first().waitFor();
  await written.read(page, 'shop');
  await page.fill('#checkout [name=email]', email);
  await page.click('#place-order');
  await page.waitForURL('**/orders/*');
  await becomes(page, /confirmed/i);
  const order = orderOf(page);
  await written.read(page, 'shop');
  await desk(`/admin/orders/${order}`);

  await page.goto(`/p/${thing.slug}`);
  await page.locator('#reviews details summary').click();
  await page.locator('#review [name=stars][value="4"]').check({ force: true });
  await page.fill('#review [name=title]', written.text('review', 120, 'shop', 'desk'));
  await page.fill('#review [name=text]', written.text('review text', 600, 'shop', 'desk'));
  await page.fill('#review [name=author]', written.text('author', 60, 'shop', 'desk'));
  await page.locator('#review button[type=submit]').click();
  await page.waitForLoadState();
  return { order, user, email, me };
}

/** What is said of an order by those who work it, and of a parcel that goes back. */
async function work(written, { order, me }, thing, staff) {
  // The shopper reads what was said last.
  const say = (path, message, body = {}) => staff('POST', path, { ...body, message }, once());
  await staff('POST', `/v1/admin/orders/${order}/notes`, { text: written.text('note', 400, 'desk') });
  const parcel = {
    carrier: 'manual', carrier_name: written.text('carrier', 60, 'shop', 'desk'), tracking_number: written.text('tracking', 100, 'shop', 'desk'),
  };
  for (const tracking_url of ['javascript:alert(14)', 'https://parcels.example/?"><script>alert(15)</script>', 'data:text/html,<script>alert(16)</script>']) {
    await assert.rejects(staff('POST', `/v1/orders/${order}/shipments`, { ...parcel, tracking_url }, once()), /422.*tracking_url/);
  }
  await staff('POST', `/v1/orders/${order}/shipments`, { ...parcel, tracking_url: 'https://parcels.example/?of=onerror' }, once());
  await until('the parcel on its way', async () => (await me('GET', `/v1/orders/${order}`)).status === 'shipped');
  const returned = () => me('POST', `/v1/orders/${order}/returns`, {
    lines: [{ sku: thing.sku, quantity: 1 }], wish: 'refund', reason: written.text('return', 300, 'desk'),
  }, once());
  const first = await returned();
  await say(`/v1/admin/returns/${first.id}/approve`, written.text('approval', 200));
  await say(`/v1/admin/returns/${first.id}/receive`, written.text('receipt', 200, 'shop', 'desk'), { lines: [{ sku: thing.sku, restock: 1 }] });
  const second = await returned();
  await say(`/v1/admin/returns/${second.id}/reject`, written.text('refusal', 200, 'shop', 'desk'));
  const refund = { amount: pounds(100), reason: written.text('refund', 300, 'desk') };
  await staff('POST', `/v1/orders/${order}/refunds`, refund, once());
  return [first.id, second.id];
}

/** An order that is paid by hand, and one that is called off with a reason. */
async function others(written, me, thing, email, staff) {
  const order = async (payment_method) => {
    const body = { email, lines: [{ sku: thing.sku, quantity: 1 }], shipping_address: { ...HOME, country: 'GB' }, payment_method, shipping_method: thing.shipping, total: pounds(1100) };
    return (await me('POST', '/v1/checkouts', body, once())).order_id;
  };
  const byHand = await order('bank_transfer');
  await until('its payment is due', async () => (await me('GET', `/v1/orders/${byHand}`)).status === 'awaiting_payment');
  const received = { amount: pounds(1100), reference: written.text('transfer line', 140, 'desk') };
  await staff('POST', `/v1/orders/${byHand}/payments/received`, received, once());
  const off = await order('sim_success');
  await until('it is confirmed', async () => (await me('GET', `/v1/orders/${off}`)).status === 'confirmed');
  await me('POST', `/v1/orders/${off}/cancel`, { reason: written.text('cancel', 300, 'shop', 'desk') }, once());
  return [byHand, off];
}

/** Whom staff write to, and what they call groups and roles. */
async function running(written, admin, email, user) {
  const name = `x${Date.now()}`;
  await admin('POST', '/v1/admin/groups', { name, label: written.text('group', 90, 'desk') });
  await admin('PUT', `/v1/admin/users/${user}/groups/${name}`);
  await admin('POST', '/v1/admin/staff-roles', { name: written.text('staff role', 60, 'desk'), permissions: ['orders.read'] });
  await admin('POST', '/v1/mails', {
    email, subject: written.text('mail', 150, 'desk'), text: written.text('mail text', 600, 'mail', 'desk'),
  }, once());
}

/** The shop's own words. Answers how they were. */
async function shopItself(written, staff) {
  const was = await staff('GET', '/v1/admin/shop');
  const legal = {};
  for (const text of ['terms', 'privacy', 'imprint', 'withdrawal']) legal[text] = { en: `# ${CORPUS[0]}\n\n${CORPUS.join('\n\n')}` };
  const place = { ...postal(written, 'shop', 'desk'), country: 'GB' };
  await staff('PUT', '/v1/admin/shop', {
    name: written.text('shop', 90, 'shop', 'desk'), languages: was.languages, email: 'shop@example.com', tax_number: written.text('tax number', 40, 'desk'),
    address: place, legal,
  }, { 'if-match': `"${was.version}"` });
  return was;
}

test('whatever people write is shown as they wrote it, and never runs', journey(async (come) => {
  const written = new Written();
  const [staff, admin] = [await as(STAFF), await as(ADMIN)];
  const [page, window] = [await (await come()).open('/'), await (await come()).open('/admin/login')];
  const desk = (at) => written.read(window, 'desk', at);
  await logIn(window, ADMIN, '/admin/login');

  const thing = await goods(written, staff);
  const who = await shopper(written, page, thing, desk, staff);
  const returns = await work(written, who, thing, staff);
  const orders = [who.order, ...await others(written, who.me, thing, who.email, staff)];
  await desk('/admin/reviews');
  const { items } = await staff('GET', '/v1/admin/reviews');
  for (const one of items.filter((review) => review.product.id === thing.id)) await staff('POST', `/v1/admin/reviews/${one.id}/approve`);
  const was = await shopItself(written, staff);
  try {
    await until('the shop by its new name', async () => (await call('GET', '/v1/shop')).name.includes('alert'));
    await running(written, admin, who.email, who.user);
    await everywhere(written, page, desk, { thing, who, returns, orders, staff, admin, window });
  } finally {
    const { version } = await staff('GET', '/v1/admin/shop');
    await staff('PUT', '/v1/admin/shop', {
      name: was.name, languages: was.languages, email: was.email, tax_number: was.tax_number, address: was.address, legal: was.legal,
    }, { 'if-match': `"${version}"` });
  }
  written.wereRead();
}));

/** All pages that show any of it. */
async function everywhere(written, page, desk, { thing, who, returns, orders, staff, admin, window }) {
  const { items: addresses } = await who.me('GET', '/v1/me/addresses');
  const nasty = encodeURIComponent(CORPUS[1]);
  for (const at of [
    '/', `/c/${thing.category}`, `/search?q=${nasty}`, `/search?q=x&category=${nasty}&price_min=${nasty}&brand=${nasty}&sort=${nasty}&cursor=${nasty}`,
    `/p/${thing.slug}`, '/cart', ...orders.map((order) => `/orders/${order}`), '/account', '/account/profile', '/account/addresses',
    `/account/addresses/${addresses[0].id}`, '/account/points', '/account/credit', '/account/orders',
    '/legal/terms', '/legal/privacy', '/legal/imprint', '/legal/withdrawal', `/login?to=${encodeURIComponent(CORPUS[4])}`,
  ]) await written.read(page, 'shop', at);
  await add(page, thing.slug);
  await written.read(page, 'shop', '/checkout');
  // Long words do not push a page out of a phone.
  await page.setViewportSize({ width: 360, height: 900 });
  for (const at of ['/', '/cart', '/checkout', `/c/${thing.category}`, `/p/${thing.slug}`, ...orders.map((order) => `/orders/${order}`), '/account/addresses']) {
    await page.goto(at);
    await fits(page);
  }

  const { items: transfers } = await staff('GET', '/v1/admin/transfers');
  const { items: mails } = await admin('GET', '/v1/mails?limit=100');
  const places = await window.locator('nav a[href^="/admin"]').evaluateAll((links) => links.map((one) => one.getAttribute('href')));
  for (const at of new Set([
    ...places, ...orders.map((order) => `/admin/orders/${order}`), ...returns.map((one) => `/admin/returns/${one}`),
    `/admin/orders?q=${nasty}`, `/admin/products/${thing.id}`, `/admin/products?q=${nasty}`, `/admin/reviews?status=approved`,
    `/admin/stock/items/${thing.sku}`, '/admin/stock/locations', '/admin/stock/transfers', ...transfers.map((one) => `/admin/stock/transfers/${one.id}`),
    `/admin/coupons/${thing.promotion}`, `/admin/coupons/${thing.promotion}/uses`, `/admin/customers/${who.user}`, '/admin/mails/mailbox',
    '/admin/settings', '/admin/settings/legal', '/admin/settings/markets', '/admin/settings/shipping',
  ])) await desk(at);
  const theirs = mails.filter((one) => one.recipient === who.email);
  assert.ok(theirs.length >= 5, `${theirs.length} mails`);
  for (const { id } of theirs) {
    await desk(`/admin/mails/${id}`);
    const preview = await window.goto(`/admin/mails/${id}/preview`);
    if (preview.status() === 200) await written.read(window, 'mail');
  }
}
