export * as SqliteStore from "./SqliteStore.ts"
export type { SqliteStoreOptions } from "./SqliteStore.ts"
