// Fills an empty database: the initial data of `@vendure/create` (its countries, tax rates and shipping methods), a
// dummy payment that settles at once, and 500 products with a variant and plenty of stock each.
process.env.SYNCHRONIZE = 'yes';
const fs = require('node:fs');
const path = require('node:path');
const { bootstrap, JobQueueService } = require('@vendure/core');
const { populate } = require('@vendure/core/cli');
const { config } = require('./config');
const initialData = require('@vendure/create/assets/initial-data.json');

const PRODUCTS = 500;
const COLUMNS =
    'name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets';

const products = path.join(__dirname, 'products.csv');
const line = number =>
    `Article ${number},article-${number},${'x'.repeat(200)},,category:Things,,,SKU-${number},${10 + (number % 90)}.00,standard,1000000,true,,`;
fs.writeFileSync(products, [COLUMNS, ...Array.from({ length: PRODUCTS }, (_, number) => line(number))].join('\n'));

const settled = { code: 'dummy-payment-handler', arguments: [{ name: 'automaticSettle', value: 'true' }] };
const data = {
    ...initialData,
    paymentMethods: [{ name: 'Standard Payment', handler: settled }],
    collections: [],
};

populate(
    async () => {
        const app = await bootstrap(config);
        await app.get(JobQueueService).start();
        return app;
    },
    data,
    products,
)
    .then(app => app.close())
    .then(() => process.exit(0))
    .catch(error => {
        console.error(error);
        process.exit(1);
    });
