export * as PostgresStore from "./PostgresStore.ts"
export type { PostgresStoreOptions } from "./PostgresStore.ts"
