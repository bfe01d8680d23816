/** The rules for names beyond plain ASCII. Its own module, so that a browser loads their tables only for such a name. */
export { labelFault, looksLike, nameFault } from "@aumai/handoff-protocol"
