// Migrates the database at a URL and prints the names of the migrations that this process applied.
const [dist, url] = process.argv.slice(2);
const { migrate } = await import(`${dist}/database/migrator.js`);
const { parseDatabaseUrl } = await import(`${dist}/database/database-target.js`);
const { systemRuntime } = await import(`${dist}/database/database-options.js`);
console.log(JSON.stringify(await migrate(parseDatabaseUrl(url), { ...systemRuntime, connectTimeoutMs: 5_000 })));
