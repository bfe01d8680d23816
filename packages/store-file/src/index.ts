export { FsError, JournalFs } from "./JournalFs.ts"
