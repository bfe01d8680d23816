/** Keeps documents in memory. Loaded on first use. */
import * as DocumentImage from "./DocumentImage.ts"
import { documentsOver } from "./DocumentRows.ts"
import type { DocumentStore } from "./DocumentStore.ts"

/** Makes an empty store of documents. */
export const make = (): DocumentStore["Service"] => documentsOver("memory", DocumentImage.make())
