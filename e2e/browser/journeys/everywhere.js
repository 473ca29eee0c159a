// Every page for shoppers: accessible, as wide as its window, light, and a picture of it.
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { ADMIN, SHOPPER, accessible, call, fits, journey, shot, until, url } = require('../shop');
const { add, logIn } = require('../steps');

const PAGES = ['/', '/search', '/search?q=mug', '/search?q=nothing+like+this', '/c/kitchen', '/p/stoneware-mug', '/cart', '/login',
  '/register', '/password/forgot', '/no/such/page', '/legal/imprint', '/legal/privacy', '/design', '/de', '/de/p/stoneware-mug'];
const OF_A_CUSTOMER = ['/account', '/account/orders', '/account/addresses', '/account/points', '/account/credit', '/account/profile',
  '/account/security'];

// In the dark only the colours are others, on a phone all but these.
const LOOKS = [['light', {}, {}], ['dark', { dark: true }, { colours: true }], ['phone', { width: 360 }, { colours: false }]];
for (const [name, options, of] of LOOKS) {
  test(`every page is accessible and fits: ${name}`, journey(async (come) => {
    const page = await (await come(options)).open('/');
    for (const at of PAGES) {
      await page.goto(at);
      await accessible(page, of);
      await fits(page);
    }
    await add(page, 'stoneware-mug', 2);
    for (const at of ['/cart', '/checkout']) {
      await page.goto(at);
      await accessible(page, of);
      await fits(page);
      await shot(page, `${name}${at.replace('/', '-')}`);
    }
    await logIn(page, SHOPPER);
    for (const at of OF_A_CUSTOMER) {
      await page.goto(at);
      await accessible(page, of);
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
  for (const [name, options] of [['desk', {}], ['desk-dark', { dark: true }], ['desk-phone', { width: 390 }]]) {
    const desk = await (await come(options)).open('/admin/login');
    await logIn(desk, ADMIN, '/admin/login');
    for (const [what, at] of [['dashboard', '/admin'], ['orders', '/admin/orders'], ['products', '/admin/products']]) {
      await desk.goto(at);
      await shot(desk, `${name}-${what}`);
    }
  }
}));

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
