/** The rule for the answers of a read-back, loaded on first use because few briefings ask for them. */
export { checkAnswers } from "@aumai/handoff-protocol"
