// What the starter has, without the admin's pages. DATABASE_URL names an empty PostgreSQL database.
const { defineConfig } = require('@medusajs/framework/utils');

module.exports = defineConfig({
    projectConfig: {
        databaseUrl: process.env.DATABASE_URL,
        databaseDriverOptions: { connection: { ssl: false } },
        http: {
            storeCors: 'http://localhost:8000',
            adminCors: 'http://localhost:9000',
            authCors: 'http://localhost:9000',
            jwtSecret: 'bench-only',
            cookieSecret: 'bench-only',
        },
    },
    admin: { disable: true },
});
