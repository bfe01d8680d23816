export * as IndexedDbStore from "./IndexedDbStore.ts"
export type { IndexedDbStoreOptions } from "./IndexedDbStore.ts"
