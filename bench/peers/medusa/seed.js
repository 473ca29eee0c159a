// Fills a database that `medusa db:migrate` made: a region with the manual payment provider, a flat shipping price, and
// 500 products with a variant and plenty of stock each. Prints the publishable key that the driver wants.
const { ContainerRegistrationKeys, Modules, ProductStatus } = require('@medusajs/framework/utils');
const {
    createApiKeysWorkflow,
    createInventoryLevelsWorkflow,
    createProductsWorkflow,
    createRegionsWorkflow,
    createSalesChannelsWorkflow,
    createShippingOptionsWorkflow,
    createShippingProfilesWorkflow,
    createStockLocationsWorkflow,
    createTaxRegionsWorkflow,
    linkSalesChannelsToApiKeyWorkflow,
    linkSalesChannelsToStockLocationWorkflow,
    updateStoresWorkflow,
} = require('@medusajs/medusa/core-flows');

const PRODUCTS = 500;
const AT_ONCE = 50;
const CURRENCY = 'gbp';
const COUNTRY = 'gb';

module.exports.default = async function seed({ container }) {
    const run = async (workflow, input) => (await workflow(container).run({ input })).result;
    const link = container.resolve(ContainerRegistrationKeys.LINK);
    const query = container.resolve(ContainerRegistrationKeys.QUERY);

    const [channel] = await run(createSalesChannelsWorkflow, { salesChannelsData: [{ name: 'Bench' }] });
    const [store] = await container.resolve(Modules.STORE).listStores();
    await run(updateStoresWorkflow, {
        selector: { id: store.id },
        update: {
            supported_currencies: [{ currency_code: CURRENCY, is_default: true }],
            default_sales_channel_id: channel.id,
        },
    });
    const [region] = await run(createRegionsWorkflow, {
        regions: [
            { name: 'Here', currency_code: CURRENCY, countries: [COUNTRY], payment_providers: ['pp_system_default'] },
        ],
    });
    await run(createTaxRegionsWorkflow, [
        {
            country_code: COUNTRY,
            provider_id: 'tp_system',
            default_tax_rate: { name: 'Standard', code: 'standard', rate: 20 },
        },
    ]);

    const [location] = await run(createStockLocationsWorkflow, {
        locations: [{ name: 'Warehouse', address: { city: 'London', country_code: 'GB', address_1: '' } }],
    });
    await link.create({
        [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
        [Modules.FULFILLMENT]: { fulfillment_provider_id: 'manual_manual' },
    });
    const [profile] = await run(createShippingProfilesWorkflow, { data: [{ name: 'Bench', type: 'default' }] });
    const set = await container.resolve(Modules.FULFILLMENT).createFulfillmentSets({
        name: 'Delivery',
        type: 'shipping',
        service_zones: [{ name: 'Here', geo_zones: [{ country_code: COUNTRY, type: 'country' }] }],
    });
    await link.create({
        [Modules.STOCK_LOCATION]: { stock_location_id: location.id },
        [Modules.FULFILLMENT]: { fulfillment_set_id: set.id },
    });
    await run(createShippingOptionsWorkflow, [
        {
            name: 'Standard',
            price_type: 'flat',
            provider_id: 'manual_manual',
            service_zone_id: set.service_zones[0].id,
            shipping_profile_id: profile.id,
            type: { label: 'Standard', description: 'In a few days', code: 'standard' },
            prices: [{ currency_code: CURRENCY, amount: 5 }, { region_id: region.id, amount: 5 }],
            rules: [
                { attribute: 'enabled_in_store', value: 'true', operator: 'eq' },
                { attribute: 'is_return', value: 'false', operator: 'eq' },
            ],
        },
    ]);
    await run(linkSalesChannelsToStockLocationWorkflow, { id: location.id, add: [channel.id] });
    const [key] = await run(createApiKeysWorkflow, {
        api_keys: [{ title: 'Bench', type: 'publishable', created_by: '' }],
    });
    await run(linkSalesChannelsToApiKeyWorkflow, { id: key.id, add: [channel.id] });

    for (let first = 0; first < PRODUCTS; first += AT_ONCE) {
        const products = Array.from({ length: AT_ONCE }, (_, offset) => product(first + offset, profile, channel));
        await run(createProductsWorkflow, { products });
    }
    const { data: items } = await query.graph({ entity: 'inventory_item', fields: ['id'] });
    await run(createInventoryLevelsWorkflow, {
        inventory_levels: items.map(item => ({
            location_id: location.id,
            inventory_item_id: item.id,
            stocked_quantity: 1000000,
        })),
    });
    console.log(`publishable key: ${key.token}`);
};

function product(number, profile, channel) {
    return {
        title: `Article ${number}`,
        handle: `article-${number}`,
        description: 'x'.repeat(200),
        status: ProductStatus.PUBLISHED,
        shipping_profile_id: profile.id,
        options: [{ title: 'Size', values: ['One'] }],
        variants: [
            {
                title: 'One',
                sku: `SKU-${number}`,
                options: { Size: 'One' },
                manage_inventory: true,
                prices: [{ currency_code: CURRENCY, amount: 10 + (number % 90) }],
            },
        ],
        sales_channels: [{ id: channel.id }],
    };
}
