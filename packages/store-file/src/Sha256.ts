/** SHA-256, loaded on first use, because loading takes four milliseconds and a one-shot command does not need it. */
export const sha256 = () => process.getBuiltinModule("node:crypto").createHash("sha256")
