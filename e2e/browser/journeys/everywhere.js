// Every page for shoppers: accessible, as wide as its window, harmless whatever people write, and a picture of it.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ADMIN, SHOPPER, STAFF, accessible, address, as, call, fits, journey, shot, until, url } = require('../shop');
const { add, checkOut, logIn } = require('../steps');

const PAGES = ['/', '/search', '/search?q=mug', '/search?q=nothing+like+this', '/c/kitchen', '/p/stoneware-mug', '/cart', '/login',
  '/register', '/password/forgot', '/no/such/page', '/legal/imprint', '/legal/privacy', '/design', '/de', '/de/p/stoneware-mug'];
const OF_A_CUSTOMER = ['/account', '/account/orders', '/account/addresses', '/account/points'];

for (const [name, options] of [['light', {}], ['dark', { dark: true }], ['phone', { width: 360 }]]) {
  test(`every page is accessible and fits: ${name}`, journey(async (come) => {
    const page = await (await come(options)).open('/');
    for (const at of PAGES) {
      await page.goto(at);
      await accessible(page);
      await fits(page);
    }
    await add(page, 'stoneware-mug', 2);
    for (const at of ['/cart', '/checkout']) {
      await page.goto(at);
      await accessible(page);
      await fits(page);
      await shot(page, `${name}${at.replace('/', '-')}`);
    }
    await logIn(page, SHOPPER);
    for (const at of OF_A_CUSTOMER) {
      await page.goto(at);
      await accessible(page);
      await fits(page);
    }
    await shot(page, `${name}-account`);
  }));
}

test('pictures of the shop', journey(async (come) => {
  await until('all pictures are drawn', async () => {
    const { items } = await call('GET', '/v1/products?limit=100');
    return items.filter((one) => !one.image).length <= 4;
  }).catch(() => {});
  for (const [name, options] of [['light', {}], ['dark', { dark: true }], ['phone', { width: 390 }]]) {
    const page = await (await come(options)).open('/');
    await shot(page, `${name}-home`);
    await page.goto('/c/kitchen');
    await shot(page, `${name}-category`);
    await page.goto('/p/stoneware-mug');
    await shot(page, `${name}-product`);
  }
  const desk = await (await come()).open('/admin/login');
  await logIn(desk, ADMIN, '/admin/login');
  for (const [name, at] of [['desk-dashboard', '/admin'], ['desk-orders', '/admin/orders'], ['desk-products', '/admin/products']]) {
    await desk.goto(at);
    await shot(desk, name);
  }
}));

const CORPUS = [
  '<script>alert(1)</script>', '"><img src=x onerror=alert(2)>', '\'><svg onload=alert(3)>', '</title><script>alert(4)</script>',
  'javascript:alert(5)', '{{7*7}}${7*7}<%= 7*7 %>', '<a href="javascript:alert(6)">x</a>', '</script><script>alert(7)</script>',
  '<iframe srcdoc="<script>parent.alert(8)</script>">', '<style>*{display:none}</style>', '[x](javascript:alert(9))',
  '<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(10)&gt;">',
];

test('whatever people write is shown, and never runs', journey(async (come) => {
  const staff = await as(STAFF);
  const page = await (await come()).open('/');
  const admin = await (await come()).open('/admin/login');
  await logIn(admin, ADMIN, '/admin/login');
  const all = CORPUS.join(' ').slice(0, 900);
  const slug = `xss-${Date.now()}`;
  const made = await staff('POST', '/v1/products', {
    name: `X ${CORPUS[1]} ${CORPUS[0]}`, slug, status: 'active', description: CORPUS.join('\n\n'), tags: [CORPUS[2]],
    variants: [{ sku: slug.toUpperCase(), price: { amount: 100, currency: 'GBP' }, stocked: true }],
  });
  await staff('POST', '/v1/stock/movements', [{ sku: slug.toUpperCase(), kind: 'receive', quantity: 9, reason: CORPUS[0] }]);
  await until('stock of it', async () => {
    await page.goto(`/p/${slug}`);
    return page.locator('#add-to-cart').count();
  });
  await add(page, slug);
  await page.goto(`/search?q=${encodeURIComponent(CORPUS[1])}`);
  await page.goto(`/search?q=x&category=${encodeURIComponent(CORPUS[0])}&price_min=${encodeURIComponent(CORPUS[2])}`);
  await page.goto(`/login?to=${encodeURIComponent(CORPUS[4])}`);
  await page.goto('/checkout');
  await checkOutAs(page, all);
  await page.waitForURL('**/orders/*');
  const id = page.url().match(/orders\/([0-9a-f-]{36})/)[1];
  await staff('POST', `/v1/admin/orders/${id}/notes`, { text: all });
  await page.reload();
  for (const at of [`/admin/orders/${id}`, '/admin/orders', `/admin/products/${made.id}`, '/admin/products', '/admin/customers', '/admin/mails']) {
    await admin.goto(at);
    await admin.locator('main').waitFor();
  }
  assert.equal(await page.evaluate(() => document.querySelectorAll('main script, main iframe, main style').length), 0);
}));

async function checkOutAs(page, text) {
  await page.fill('#checkout [name=email]', address());
  await page.fill('#checkout [name=name]', text.slice(0, 100));
  await page.fill('#checkout [name=line1]', text.slice(100, 250));
  await page.fill('#checkout [name=city]', text.slice(250, 320));
  await page.fill('#checkout [name=postal_code]', 'N1 1AA');
  await page.locator('#checkout [name=payment_method][value=sim_success]').check({ force: true });
  const terms = page.locator('#terms');
  if (await terms.count()) await terms.check();
  await page.click('#place-order');
}

test('a form that another site sends has no effect', journey(async (come) => {
  const visitor = await come();
  const page = await visitor.open('/');
  await add(page, 'stoneware-mug', 1);
  const held = (await visitor.context.cookies()).map((one) => `${one.name}=${one.value}`).join('; ');
  const forged = await fetch(`${url}/cart/coupon`, {
    method: 'POST', body: 'code=WELCOME10', redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: held, origin: 'https://evil.example' },
  });
  assert.equal(forged.status, 403);
  for (const cookie of await visitor.context.cookies()) {
    assert.ok(cookie.name.startsWith('__Host-') && cookie.secure && cookie.httpOnly, cookie.name);
  }
}));

test('the first page is light', journey(async (come) => {
  const visitor = await come();
  const page = await visitor.open('about:blank');
  let bytes = 0;
  const session = await visitor.context.newCDPSession(page);
  await session.send('Network.enable');
  const pictures = new Set();
  session.on('Network.responseReceived', (event) => { if (event.type === 'Image') pictures.add(event.requestId); });
  session.on('Network.loadingFinished', (event) => { if (!pictures.has(event.requestId)) bytes += event.encodedDataLength; });
  await page.goto('/', { waitUntil: 'networkidle' });
  assert.ok(bytes < 100_000, `${bytes} bytes without pictures`);
  const shift = await page.evaluate(() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { sum += one.value; })).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 300);
  }));
  assert.ok(shift < 0.02, `a layout shift of ${shift}`);
}));
