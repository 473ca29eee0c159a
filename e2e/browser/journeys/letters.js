// An event that a service cannot handle: seen with its cause, refused as long as the cause stands, handled once it is cured.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const { ADMIN, STAFF, accessible, address, fits, journey, shot, until } = require('../shop');
const { add, becomes, checkOut, logIn, orderOf } = require('../steps');

const CAUSE = 'this page of the book is torn';
// The shop goes on while this writes, so it leaves the shop's log to the shop.
const HAND = `
import sqlite3, sys
book = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
book.execute("PRAGMA wal_autocheckpoint = 0")
book.execute(sys.argv[2])
`;

/** What a hand does to the book of mails, behind the shop's back. */
function inTheBook(sql) {
  execFileSync('python3', ['-c', HAND, path.join(process.env.BODEGA_DATA, 'notifications.db'), sql]);
}

test('a mail that cannot be written waits at the desk, says why, and leaves when the cause is cured', journey(async (come) => {
  const email = address();
  const page = await (await come()).open('/');
  await add(page, 'stoneware-mug');
  await checkOut(page, { email });
  await page.waitForURL('**/orders/*');
  await becomes(page, /confirmed/i);
  const order = orderOf(page);
  inTheBook(`CREATE TRIGGER torn BEFORE INSERT ON mails
    WHEN NEW.kind = 'shipped' AND lower(hex(NEW.order_id)) = '${order.replaceAll('-', '')}'
    BEGIN SELECT RAISE(ABORT, '${CAUSE}'); END`);

  const staff = await (await come()).open('/admin/login');
  await logIn(staff, STAFF, '/admin/login');
  await staff.goto(`/admin/orders/${order}`);
  await staff.locator('#form-dispatch button[type=submit]').click();
  await becomes(page, /on its way|shipped|sent/i);

  const admin = await (await come()).open('/admin/login');
  await logIn(admin, ADMIN, '/admin/login');
  const letter = admin.locator('#dead-letters > li').filter({ hasText: CAUSE });
  await until('the dead letter', async () => {
    await admin.goto('/admin/dead-letters');
    return letter.count();
  });
  const told = await letter.innerText();
  assert.match(told, /shipment\.dispatched/);
  assert.match(told, /notifications/);
  await letter.locator('summary').click();
  await letter.locator('pre').filter({ hasText: order }).waitFor();
  await accessible(admin);
  await fits(admin);
  await shot(admin, 'desk-dead-letter');

  const counted = () => admin.locator('main tbody tr').filter({ hasText: 'notifications' }).first().locator('td').last().innerText();
  await admin.goto('/admin/health');
  assert.equal((await counted()).trim(), '1');
  await accessible(admin);
  await admin.goto('/admin/dead-letters');

  await letter.getByRole('button', { name: 'Handle it again' }).click();
  await admin.locator('.notice').filter({ hasText: CAUSE }).waitFor();
  await letter.waitFor();
  await accessible(admin);
  await shot(admin, 'desk-dead-letter-refused');

  inTheBook('DROP TRIGGER torn');
  await letter.getByRole('button', { name: 'Handle it again' }).click();
  await admin.locator('.notice').filter({ hasText: 'It was handled' }).waitFor();
  assert.equal(await letter.count(), 0, 'it is gone');
  await admin.goto('/admin/health');
  assert.equal((await counted()).trim(), '0');
  await until('the mail that was missing', async () => {
    await admin.goto(`/admin/mails?kind=shipped&recipient=${encodeURIComponent(email)}`);
    return (await admin.locator('main table').filter({ hasText: email }).count()) > 0;
  });
}));
