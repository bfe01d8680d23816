/** Hashes entries as leaves of the tree over a log (RFC 9162, section 2.1). */
import { type Digest, digestOf, entryText } from "@aumai/handoff-protocol"

import type { Entry } from "../store/HandoffStore.ts"

/** Computes the hash of a leaf. The character with the number 0 is the prefix of leaves; in UTF-8 it is one byte. */
export const leafHash = (text: string): Digest => digestOf(`\0${text}`)

/** The hash of the leaf of an entry. */
export const entryLeaf = ({ event, recordId, revision }: Omit<Entry, "position">): Digest =>
  leafHash(entryText(recordId, revision, event))
