// The configuration that `@vendure/create` writes, without what no shopper's journey touches (dashboard, asset server,
// GraphiQL) and without mails. DB_URL names an empty PostgreSQL database; PORT is where the shop listens.
const {
    DefaultJobQueuePlugin,
    DefaultSchedulerPlugin,
    DefaultSearchPlugin,
    dummyPaymentHandler,
} = require('@vendure/core');

exports.config = {
    apiOptions: {
        hostname: '127.0.0.1',
        port: Number(process.env.PORT ?? 3000),
        adminApiPath: 'admin-api',
        shopApiPath: 'shop-api',
    },
    authOptions: {
        tokenMethod: ['bearer', 'cookie'],
        superadminCredentials: { identifier: 'bench', password: 'bench-only' },
        cookieOptions: { secret: 'bench-only' },
    },
    dbConnectionOptions: {
        type: 'postgres',
        url: process.env.DB_URL,
        synchronize: process.env.SYNCHRONIZE === 'yes',
        logging: false,
    },
    paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
    customFields: {},
    plugins: [
        DefaultSchedulerPlugin.init(),
        DefaultJobQueuePlugin.init({ useDatabaseForBuffer: true }),
        DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: true }),
    ],
};
