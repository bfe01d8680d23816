/** The rule for the answers of a read-back, in a file of its own because few briefings ask for them. */
export { checkAnswers } from "@aumai/handoff-protocol"
