// All journeys, one after the other: they share one shop.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const folder = path.join(__dirname, 'journeys');
const only = process.env.BODEGA_ONLY || '';
for (const file of fs.readdirSync(folder).sort()) {
  if (file.endsWith('.js') && file.includes(only)) require(path.join(folder, file));
}
