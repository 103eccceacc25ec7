export { type Connection, connect } from './connect.ts'
export { isConnectionLoss } from './connection-loss.ts'
export { type MigrationFolder, migrate } from './migrate.ts'
export { prepareSchema } from './prepare-schema.ts'
